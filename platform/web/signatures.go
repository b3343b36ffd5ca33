package web

import (
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// How the signatures of a case stand, as one party may know it.

// signingStep is one step of an order: those who sign at the same time. An order of one step has no title.
type signingStep struct {
	Title string
	Text  string
	Rows  ui.Rows
}

func (s *site) signingSteps(r *httpkit.Request, v *flow.CaseView) []signingStep {
	l := r.Locale()
	var out []signingStep
	for i, step := range v.Steps {
		var one signingStep
		if len(v.Steps) > 1 {
			one.Title = l.T("web.order.then")
			if i == 0 {
				one.Title = l.T("web.order.first")
			}
		}
		switch {
		case step.Need < len(step.Signatures) && step.Need == 1:
			one.Text = l.T("web.order.any", "of", len(step.Signatures))
		case step.Need < len(step.Signatures):
			one.Text = l.T("web.order.some", "n", step.Need, "of", len(step.Signatures))
		}
		for _, sg := range step.Signatures {
			one.Rows = append(one.Rows, s.signatureRow(r, sg))
		}
		out = append(out, one)
	}
	return out
}

func (s *site) signatureRow(r *httpkit.Request, sg flow.SignatureView) ui.Row {
	l := r.Locale()
	tone := ui.Warning
	if sg.State.Done() {
		tone = ui.Success
	} else if sg.State == signing.Declined || sg.State == signing.Hindered || sg.State == signing.Spared {
		tone = ui.Neutral
	}
	text := l.T("web.place." + string(sg.State))
	if sg.Later {
		tone, text = ui.Neutral, l.T("web.place.turn")
	}
	row := ui.Row{Key: sg.Name, Tag: &ui.Tag{Tone: tone, Text: text}}
	if sg.Me {
		row.Key = l.T("web.case.me", "name", sg.Name)
	}
	if !sg.At.IsZero() {
		row.Value = l.DateTime(sg.At)
	}
	if sg.Me && sg.State == signing.Signed {
		key := "web.case.signed-with"
		if sg.Phone {
			key = "web.case.signed-phone"
		}
		row.Value = l.T(key, "time", l.DateTime(sg.At), "with", s.methodName(r, sg.Method))
	}
	return row
}

// told is what a party should know of the order beside how it stands: that the own signature has to be given anew or is not needed, that it
// was not given in time, or, to the applicant alone, that somebody has not signed.
func (s *site) told(r *httpkit.Request, v *flow.CaseView) *ui.Notice {
	l := r.Locale()
	switch {
	case v.Refused:
		n := &ui.Notice{Tone: ui.Warning, Title: l.T("web.order.refused"), Text: l.T("web.order.refused-text")}
		if v.MayAmend {
			n.Links = append(n.Links, ui.Link{Text: l.T("web.amend.title"), URL: amendURL(v.ID)})
		}
		if v.MayWithdraw {
			n.Links = append(n.Links, ui.Link{Text: l.T("web.withdraw.title"), URL: caseURL(v.ID) + "/aterkalla"})
		}
		return n
	case v.Again && v.MaySign:
		return &ui.Notice{Tone: ui.Info, Title: l.T("web.order.again"), Text: l.T("web.order.again-text")}
	case v.Spared:
		return &ui.Notice{Tone: ui.Info, Text: l.T("web.order.spared")}
	}
	return nil
}
