package prepare

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// beginPage is /admin/nytt/{form}: for which board one begins, with who is on duty there.
type beginPage struct {
	ui.Shell
	Lead   string
	Action string
	// Boards to choose among, with who is on duty as their hint; of a single one it is chosen.
	Boards ui.Field
}

// showBegin is GET.
func (a *area) showBegin(r *httpkit.Request) error { return a.beginning(r, http.StatusOK, "") }

// beginIt is POST.
func (a *area) beginIt(r *httpkit.Request) error {
	board := r.Form().Get("namnd")
	if board == "" {
		return a.beginning(r, http.StatusUnprocessableEntity, a.words(r).T("prepare.begin.no-board"))
	}
	id, err := a.Flow.BeginPrepared(r.Context(), r.Actor(), r.Param("form"), identity.AuthorityID(board))
	if err != nil {
		return err
	}
	return r.See(draftURL(id))
}

func (a *area) beginning(r *httpkit.Request, status int, wrong string) error {
	f, err := a.Flow.StaffForm(r.Context(), r.Actor(), r.Param("form"))
	if err != nil {
		return err
	}
	w := a.words(r)
	p := beginPage{Shell: a.site.Shell(r, f.Title.In(w.Lang)), Lead: f.Summary.In(w.Lang), Action: formURL(f.ID),
		Boards: ui.Field{Name: "namnd", Label: w.T("prepare.begin.board"), Hint: w.T("prepare.begin.board-hint"), Error: wrong}}
	p.Back = &ui.Link{Text: w.T("prepare.back"), URL: deskURL}
	for _, b := range f.Boards {
		p.Boards.Options = append(p.Boards.Options, ui.Choice{Value: string(b.ID), Label: w.board(b), Hint: w.duty(b.Duty), Checked: len(f.Boards) == 1})
	}
	if wrong != "" {
		p.Problems = []ui.ProblemLink{p.Boards.Problem()}
	}
	return admin.Show(r, status, a.begin, p)
}

// duty says who is asked first for a decision; "" when nobody is known.
func (w words) duty(d *flow.OnDuty) string {
	if d == nil {
		return ""
	}
	key := "prepare.duty.first"
	if d.OnCall {
		key = "prepare.duty.on-call"
	}
	phone := admin.Phone(d.Phone)
	if phone == "" {
		phone = w.T("prepare.duty.no-phone")
	}
	name := d.Name
	if d.Title != "" {
		name += ", " + d.Title
	}
	return w.T(key, "who", name, "phone", phone)
}
