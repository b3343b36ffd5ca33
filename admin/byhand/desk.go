package byhand

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// deskPage is /admin/underskrifter/ny: for which board one begins, and what one has begun.
type deskPage struct {
	ui.Shell
	Action string
	Board  string // slug of the only board one can begin for; else Boards
	Name   string
	// Boards to choose among.
	Boards ui.Field
	Begun  []begun
}

// begun is an order that is being made.
type begun struct {
	Title   string
	URL     string
	Discard string
	About   string // board and days
}

// showDesk is GET.
func (a *area) showDesk(r *httpkit.Request) error { return a.deskForm(r, http.StatusOK, "") }

// begin is POST.
func (a *area) begin(r *httpkit.Request) error {
	board := r.Form().Get("namnd")
	if board == "" {
		return a.deskForm(r, http.StatusUnprocessableEntity, a.words(r).T("byhand.desk.no-board"))
	}
	id, err := a.Flow.BeginByHand(r.Context(), r.Actor(), board)
	if err != nil {
		return err
	}
	return r.See(draftURL(id))
}

func (a *area) deskForm(r *httpkit.Request, status int, wrong string) error {
	d, err := a.Flow.HandDesk(r.Context(), r.Actor())
	if err != nil {
		return err
	}
	w := a.words(r)
	p := deskPage{Shell: a.site.Shell(r, w.T("byhand.desk.title")), Action: deskURL}
	if len(d.Authorities) == 1 {
		p.Board, p.Name = d.Authorities[0].Slug, d.Authorities[0].Name
	} else {
		p.Boards = ui.Field{Name: "namnd", Label: w.T("byhand.desk.board"), Hint: w.T("byhand.desk.board-hint"), Error: wrong}
		for _, auth := range d.Authorities {
			p.Boards.Options = append(p.Boards.Options, ui.Choice{Value: auth.Slug, Label: auth.Name})
		}
	}
	if wrong != "" && p.Board == "" {
		p.Problems = []ui.ProblemLink{p.Boards.Problem()}
	}
	for _, v := range d.Begun {
		one := begun{Title: v.Order.Title, URL: draftURL(v.ID), Discard: draftURL(v.ID) + "/kasta",
			About: w.T("byhand.desk.about", "board", v.Authority.Name, "changed", w.Date(v.Changed), "expires", w.Date(v.Expires))}
		if one.Title == "" {
			one.Title = w.T("byhand.desk.untitled")
		}
		p.Begun = append(p.Begun, one)
	}
	return admin.Show(r, status, a.desk, p)
}

// discard throws away what has been begun.
func (a *area) discard(r *httpkit.Request) error {
	draft, err := id(r, "draft")
	if err != nil {
		return err
	}
	if err := a.Flow.DiscardHand(r.Context(), r.Actor(), draft); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("byhand.desk.discarded"), deskURL)
}
