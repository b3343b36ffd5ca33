package caseload

import (
	"net/http"
	"slices"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// completionDays is what the form proposes; the officer chooses.
const completionDays = 14

// completionPage is /admin/arenden/{case}/komplettering.
type completionPage struct {
	ui.Shell
	caseHead
	Parties, Due, Text ui.Field
}

// completionInput is what the officer filled in.
type completionInput struct {
	parties   []string
	due, text string
}

// showCompletion is GET: the text prefilled with what is missing and with the consequence that the law asks for.
func (a *area) showCompletion(r *httpkit.Request) error {
	c, err := a.openCase(r)
	if err != nil {
		return err
	}
	w := a.words(r)
	return admin.Show(r, http.StatusOK, a.completion, w.completionPage(a.caseShell(r, c, w.T("admin.complete.title")), c, w.proposeCompletion(&c.Case), nil))
}

// orderCompletion is POST.
func (a *area) orderCompletion(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	in := completionInput{parties: r.Form()["part"], due: strings.TrimSpace(r.Form().Get("datum")), text: r.Form().Get("text")}
	var parties []signing.PartyID
	for _, p := range in.parties {
		parties = append(parties, signing.PartyID(p))
	}
	problems, err := a.Flow.OrderCompletion(r.Context(), r.Actor(), id, parties, in.text, in.due)
	if err != nil {
		return err
	}
	if len(problems) == 0 {
		return a.site.Done(r, r.Locale().T("admin.complete.done"), caseURL(id))
	}
	c, err := a.openCase(r)
	if err != nil {
		return err
	}
	w := a.words(r)
	return admin.Show(r, http.StatusUnprocessableEntity, a.completion,
		w.completionPage(a.caseShell(r, c, w.T("admin.complete.title")), c, in, problems))
}

// openCase loads the case in the address.
func (a *area) openCase(r *httpkit.Request) (*flow.StaffCase, error) {
	id, err := caseID(r)
	if err != nil {
		return nil, err
	}
	return a.Flow.StaffCase(r.Context(), r.Actor(), id)
}

// proposeCompletion fills the form in: those whose signature is missing, else the applicant; two weeks; the text.
func (w words) proposeCompletion(c *casework.Case) completionInput {
	due := w.now.AddDate(0, 0, completionDays)
	in := completionInput{due: clock.Date(due)}
	var missing []string
	for _, p := range c.Order.Missing() {
		in.parties = append(in.parties, string(p))
		missing = append(missing, w.T("admin.complete.missing-signature", "name", partyName(c, p)))
	}
	if len(missing) == 0 {
		in.parties = []string{string(c.Applicant().ID)}
		missing = []string{w.T("admin.complete.missing-other")}
	}
	in.text = w.T("admin.complete.template", "missing", strings.Join(missing, ", "), "date", w.Date(due))
	return in
}

func (w words) completionPage(sh ui.Shell, c *flow.StaffCase, in completionInput, problems []forms.Problem) completionPage {
	p := completionPage{caseHead: w.head(c),
		Parties: ui.Field{Name: "part", Label: w.T("admin.complete.parties")},
		Due: ui.Field{Name: "datum", Type: "date", Label: w.T("admin.complete.due"), Hint: w.T("admin.complete.due-hint"),
			Value: in.due, Width: 12},
		Text: ui.Field{Name: "text", Label: w.T("admin.complete.text"), Hint: w.T("admin.complete.text-hint"), Value: in.text, Rows: 14}}
	for _, party := range c.Case.Parties {
		p.Parties.Options = append(p.Parties.Options, ui.Choice{Value: string(party.ID), Label: party.Name, Hint: w.role(c, party.Role),
			Checked: slices.Contains(in.parties, string(party.ID))})
	}
	sh.Problems = w.show(problems, control{"/parties", &p.Parties, "-choices"}, control{"/due", &p.Due, "-date"}, control{"/text", &p.Text, ""})
	p.Shell = sh
	return p
}
