package caseload

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// goOnPage is /admin/arenden/{case}/vidare/{party}: the case goes on without one party's signature.
type goOnPage struct {
	ui.Shell
	caseHead
	Name   string
	Action string
	Ground ui.Field
}

// showGoOn is GET.
func (a *area) showGoOn(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	return a.goOnForm(r, http.StatusOK, c, p, "", nil)
}

// goOnWithout is POST.
func (a *area) goOnWithout(r *httpkit.Request) error {
	c, p, err := a.partyCase(r)
	if err != nil {
		return err
	}
	ground := r.Form().Get("grund")
	problems, err := a.Flow.GoOn(r.Context(), r.Actor(), c.Case.ID, p.ID, ground)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.goOnForm(r, http.StatusUnprocessableEntity, c, p, ground, problems)
	}
	return a.site.Done(r, r.Locale().T("admin.go-on.done", "name", p.Name), caseURL(c.Case.ID))
}

func (a *area) goOnForm(r *httpkit.Request, status int, c *flow.StaffCase, party *casework.Party, ground string, problems []forms.Problem) error {
	w := a.words(r)
	p := goOnPage{Shell: a.caseShell(r, c, w.T("admin.go-on.title")), caseHead: w.head(c), Name: party.Name, Action: goOnURL(c.Case.ID, party.ID),
		Ground: ui.Field{Name: "grund", Label: w.T("admin.go-on.ground"), Hint: w.T("admin.go-on.ground-hint"), Value: ground, Rows: 6}}
	p.Shell.Problems = w.show(problems, control{"/ground", &p.Ground, ""})
	return admin.Show(r, status, a.goOn, p)
}
