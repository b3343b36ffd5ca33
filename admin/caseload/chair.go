package caseload

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// Who is elected has these pages and no others of the caseload: what waits for the own decision, the decision with its papers, and a
// question to the officer. They are read on a tablet in the middle of the night.

// toSignURL is where those find their decisions who have no inbox.
const toSignURL = admin.HomeURL + "/att-besluta"

// toSignPage is /admin/att-besluta.
type toSignPage struct {
	ui.Shell
	Rows []toSignRow
}

// showToSign is GET.
func (a *area) showToSign(r *httpkit.Request) error {
	rows, err := a.Flow.ToSign(r.Context(), r.Actor())
	if err != nil {
		return err
	}
	w := a.words(r)
	return admin.Show(r, http.StatusOK, a.toSign, toSignPage{a.site.Shell(r, w.T("admin.chair.title")), w.toSign(rows)})
}

// signerHome is where somebody goes on to after having answered: to the case, or to the list of who has no access to cases.
func signerHome(r *httpkit.Request, id casework.ID) string {
	if len(r.Actor().Authorities(anyRole...)) > 0 {
		return caseURL(id)
	}
	return toSignURL
}

// signerPaper is GET …/skriv-under/papper/{part}: the decision's document, or one of the papers.
func (a *area) signerPaper(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	f, err := a.Flow.SignerPaper(r.Context(), r.Actor(), id, r.Param("part"))
	if err != nil {
		return err
	}
	return file(r, f, f.Type == "application/pdf")
}

// askPage is …/skriv-under/fraga: a question to the officer.
type askPage struct {
	ui.Shell
	caseHead
	Action, Cancel string
	Text           ui.Field
}

// showAsk is GET.
func (a *area) showAsk(r *httpkit.Request) error { return a.askForm(r, http.StatusOK, nil) }

// askOfficer is POST.
func (a *area) askOfficer(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	problems, err := a.Flow.AskOfficer(r.Context(), r.Actor(), id, r.Form().Get("fraga"))
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.askForm(r, http.StatusUnprocessableEntity, problems)
	}
	return a.site.Done(r, r.Locale().T("admin.chair.asked"), signDecisionURL(id))
}

func (a *area) askForm(r *httpkit.Request, status int, problems []forms.Problem) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	v, err := a.Flow.DecisionToSign(r.Context(), r.Actor(), id)
	if err != nil {
		return a.notToSign(r, id, err)
	}
	if !v.Asks {
		return fault.New("caseload.askForm", fault.Conflict, nil)
	}
	w := a.words(r)
	p := askPage{Shell: a.signShell(r, v, w.T("admin.chair.ask")), caseHead: signHead(v), Action: signDecisionURL(id) + "/fraga", Cancel: signDecisionURL(id),
		Text: ui.Field{Name: "fraga", Label: w.T("admin.chair.question"), Hint: w.T("admin.chair.question-hint"), Value: r.Form().Get("fraga"), Rows: 5}}
	p.Shell.Back = &ui.Link{Text: w.T("admin.sign-decision.title"), URL: signDecisionURL(id)}
	p.Shell.Problems = w.show(problems, control{"/text", &p.Text, ""})
	return admin.Show(r, status, a.ask, p)
}

// papersOf are the papers of a decision as links.
func (w words) papersOf(v *flow.DecisionToSign) []ui.Link {
	var out []ui.Link
	for _, p := range v.Papers {
		text := p.Name
		if text == "" {
			text = w.T("admin.night.paper." + p.ID)
		}
		out = append(out, ui.Link{Text: text, URL: signDecisionURL(v.Case) + "/papper/" + p.ID})
	}
	return out
}

// signerQuestion is a question of the reader's own.
type signerQuestion struct{ When, Text, Answer, By string }

func (w words) ownQuestions(v *flow.DecisionToSign) []signerQuestion {
	var out []signerQuestion
	for _, q := range v.Questions {
		out = append(out, signerQuestion{w.DateTime(q.Asked), q.Text, q.Answer, q.By})
	}
	return out
}
