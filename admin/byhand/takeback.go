package byhand

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

// takeBackPage is /admin/arenden/{case}/aterta: an order made by hand is taken back.
type takeBackPage struct {
	ui.Shell
	Reference string
	Subject   string
	Action    string
	Case      string
	Ground    ui.Field
}

// mayTakeBack reports whether a case is an order by hand that goes on.
func mayTakeBack(c *casework.Case) bool {
	return c.ByHand() && (c.State == casework.AwaitingSignatures || c.State == casework.AwaitingCompletion || c.State == casework.AwaitingOfficer)
}

// showTakeBack is GET.
func (a *area) showTakeBack(r *httpkit.Request) error {
	kase, err := id(r, "case")
	if err != nil {
		return err
	}
	c, err := a.Flow.StaffCase(r.Context(), r.Actor(), casework.ID(kase))
	if err != nil {
		return err
	}
	return a.takingBack(r, http.StatusOK, c, "", nil)
}

// takeItBack is POST.
func (a *area) takeItBack(r *httpkit.Request) error {
	kase, err := id(r, "case")
	if err != nil {
		return err
	}
	ground := r.Form().Get("grund")
	problems, err := a.Flow.TakeBack(r.Context(), r.Actor(), casework.ID(kase), ground)
	if err != nil {
		return err
	}
	if len(problems) == 0 {
		return a.site.Done(r, r.Locale().T("byhand.back.done"), caseURL(casework.ID(kase)))
	}
	c, err := a.Flow.StaffCase(r.Context(), r.Actor(), casework.ID(kase))
	if err != nil {
		return err
	}
	return a.takingBack(r, http.StatusUnprocessableEntity, c, ground, problems)
}

func (a *area) takingBack(r *httpkit.Request, status int, c *flow.StaffCase, ground string, problems []forms.Problem) error {
	switch {
	case !c.Case.ByHand() || c.Case.Prepared():
		return fault.New("byhand.takeBack", fault.NotFound, nil)
	case !mayTakeBack(&c.Case):
		return fault.Newf("byhand.takeBack", fault.Conflict, "the case is %s", c.Case.State)
	}
	w := a.words(r)
	p := takeBackPage{Shell: a.site.Shell(r, w.T("byhand.back.title")), Reference: c.Case.Reference, Subject: c.Case.Subject, Action: TakeBackURL(c.Case.ID),
		Case:   caseURL(c.Case.ID),
		Ground: ui.Field{Name: "grund", Label: w.T("byhand.back.ground"), Hint: w.T("byhand.back.ground-hint"), Value: ground, Rows: 4}}
	p.Back = &ui.Link{Text: w.T("byhand.back.back"), URL: p.Case}
	p.Problems = w.show(problems, control{"/ground", &p.Ground, "", ""})
	return admin.Show(r, status, a.takeBack, p)
}
