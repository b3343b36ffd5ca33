package caseload

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// hinderPage is /admin/arenden/{case}/hinder/{party}: a party cannot sign, for a reason that has nothing to do with what is signed.
type hinderPage struct {
	ui.Shell
	caseHead
	Lead   string
	Action string
	Reason ui.Field
}

// showHinder is GET.
func (a *area) showHinder(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	if !c.Case.MaySign(p.ID) {
		return fault.New("caseload.showHinder", fault.Conflict, nil)
	}
	return a.hinderForm(r, http.StatusOK, c, p, "", nil)
}

// noteHindered is POST.
func (a *area) noteHindered(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	reason := r.Form().Get("skal")
	problems, err := a.Flow.NoteHindered(r.Context(), r.Actor(), c.Case.ID, p.ID, reason)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.hinderForm(r, http.StatusUnprocessableEntity, c, p, reason, problems)
	}
	return a.site.Done(r, r.Locale().T("admin.hinder.done", "name", p.Name), caseURL(c.Case.ID)+"#underskrifter")
}

func (a *area) hinderForm(r *httpkit.Request, status int, c *flow.StaffCase, party *casework.Party, reason string, problems []forms.Problem) error {
	w := a.words(r)
	key := "admin.hinder.lead"
	if lastLeft(c, party) {
		key = "admin.hinder.lead-last"
	}
	p := hinderPage{Shell: a.caseShell(r, c, w.T("admin.case.hinder-name", "name", party.Name)), caseHead: w.head(c), Action: hinderURL(c.Case.ID, party.ID), Lead: w.T(key, "name", party.Name),
		Reason: ui.Field{Name: "skal", Label: w.T("admin.hinder.reason"), Hint: w.T("admin.hinder.reason-hint"), Value: reason, Rows: 5}}
	p.Shell.Problems = w.show(problems, control{"/reason", &p.Reason, ""})
	return admin.Show(r, status, a.hinder, p)
}

// lastLeft reports whether the step cannot get what it needs without the party.
func lastLeft(c *flow.StaffCase, party *casework.Party) bool {
	o := c.Case.OrderOf(party.ID)
	o = o.Clone()
	if _, _, err := o.Move(party.ID, signing.Hindered, o.Deadline); err != nil {
		return true
	}
	return o.Stuck()
}
