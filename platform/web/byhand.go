package web

import (
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// What an officer has asked somebody to sign reads as a party's other cases do, in words that name no application: nobody has applied.

// asked reports whether an officer began the case.
func asked(v *flow.CaseView) bool { return v.Form.Def.Meta.ByStaff() }

// askedText says how such a case stands once the signatures are not waited for; "" while they are.
func askedText(r *httpkit.Request, v *flow.CaseView) string {
	switch v.State {
	case casework.AwaitingOfficer, casework.Closed, casework.Withdrawn:
		return r.Locale().T("byhand.party.now-" + string(v.State))
	}
	return ""
}

// askedSteps is the way of such a case: it is asked for, signed, and done.
func askedSteps(r *httpkit.Request, v *flow.CaseView) ui.Steps {
	l := r.Locale()
	steps := ui.Steps{{Title: l.T("byhand.party.asked"), Text: l.DateTime(v.Submitted), State: "done"}}
	if v.State == casework.Withdrawn {
		return append(steps, ui.Step{Title: l.T("web.state.withdrawn"), Text: l.Date(v.Since), State: "current"})
	}
	signatures := ui.Step{Title: l.T("web.step.signatures"), Text: l.T("web.case.progress", "done", v.Done, "of", v.Of), State: "current"}
	last := ui.Step{Title: l.T("byhand.party.done"), State: "later"}
	switch v.State {
	case casework.AwaitingOfficer:
		signatures.State, last.State = "done", "current"
	case casework.Closed:
		signatures.State, last.State, last.Text = "done", "done", l.Date(v.Since)
	}
	return append(steps, signatures, last)
}
