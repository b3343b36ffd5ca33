package people

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// deskPage is /admin/personer for who keeps the people of several boards.
type deskPage struct {
	ui.Shell
	Boards []ui.CardLink
	Hosted []ui.CardLink // for which the reader confirms
}

// showDesk is GET. Who has one board comes to it at once.
func (a *area) showDesk(r *httpkit.Request) error {
	boards, err := a.Flow.PeopleBoards(r.Context(), r.Actor())
	if err != nil {
		return err
	}
	if len(boards) == 1 && !boards[0].Hosted {
		return r.See(boardURL(boards[0].BoardRef, ""))
	}
	w := a.words(r)
	p := deskPage{Shell: a.site.Shell(r, w.T("people.desk.title"))}
	for _, b := range boards {
		card := ui.CardLink{Title: w.T("people.over", "board", b.Name, "organisation", b.Organisation), URL: boardURL(b.BoardRef, "")}
		if b.Waiting > 0 {
			card.Tag = &ui.Tag{Tone: ui.Warning, Text: w.T("people.desk.waiting", "n", b.Waiting)}
		}
		if len(b.Holes) > 0 {
			card.Text = w.T("people.hole.title", "n", len(b.Holes))
		}
		if b.Hosted {
			card.URL = boardURL(b.BoardRef, "/andringar")
			p.Hosted = append(p.Hosted, card)
			continue
		}
		p.Boards = append(p.Boards, card)
	}
	return admin.Show(r, http.StatusOK, a.desk, p)
}
