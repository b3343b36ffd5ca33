package prepare

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// deskPage is /admin/nytt: what the officer may begin, and what the boards' officers have begun.
type deskPage struct {
	ui.Shell
	Forms []ui.CardLink
	Begun []begun
}

// begun is a draft in the list.
type begun struct {
	Title   string
	Subject string
	URL     string
	Board   string // whose case it becomes
	Tags    []ui.Tag
	Who     string // who began it
	Changed string // who changed it last, and when
	Expires string
	Over    string // address where it is handed over
}

// showDesk is GET.
func (a *area) showDesk(r *httpkit.Request) error {
	ctx, actor, w := r.Context(), r.Actor(), a.words(r)
	all, err := a.Flow.StaffForms(ctx, actor)
	if err != nil {
		return err
	}
	drafts, err := a.Flow.Begun(ctx, actor)
	if err != nil {
		return err
	}
	p := deskPage{Shell: a.site.Shell(r, w.T("prepare.desk.title"))}
	for _, f := range all {
		card := ui.CardLink{Title: f.Title.In(w.Lang), Text: f.Summary.In(w.Lang), URL: formURL(f.ID)}
		if len(f.Boards) == 1 {
			card.Meta = []string{w.board(f.Boards[0])}
		} else {
			card.Meta = []string{w.T("prepare.desk.boards", "n", len(f.Boards))}
		}
		p.Forms = append(p.Forms, card)
	}
	for _, d := range drafts {
		p.Begun = append(p.Begun, w.begun(d))
	}
	return admin.Show(r, http.StatusOK, a.desk, p)
}

func (w words) begun(d flow.Begun) begun {
	b := begun{Title: d.Title.In(w.Lang), Subject: d.Subject, URL: draftURL(d.ID), Board: d.Name, Over: handOverURL(d.ID),
		Who:     w.T("prepare.desk.by", "name", d.By.Name),
		Changed: w.T("prepare.desk.changed", "name", d.Last.Name, "at", w.DateTime(d.Changed)), Expires: w.T("prepare.desk.expires", "day", w.Date(d.Expires))}
	switch {
	case d.From.Subject != "" && d.Mine:
		b.Tags = append(b.Tags, ui.Tag{Tone: ui.Warning, Text: w.T("prepare.desk.handed-to-you", "name", d.From.Name, "at", w.DateTime(d.Handed))})
	case d.From.Subject != "":
		b.Tags = append(b.Tags, ui.Tag{Tone: ui.Info, Text: w.T("prepare.desk.handed", "name", d.With.Name, "at", w.DateTime(d.Handed))})
	case d.With.Subject != d.By.Subject:
		b.Tags = append(b.Tags, ui.Tag{Tone: ui.Neutral, Text: w.T("prepare.desk.with", "name", d.With.Name)})
	}
	if d.Busy != "" {
		b.Tags = append(b.Tags, ui.Tag{Tone: ui.Warning, Text: w.T("prepare.busy", "name", d.Busy)})
	}
	return b
}

// board names a board that a case may be prepared for.
func (w words) board(b flow.PrepareBoard) string { return b.Board.Name + ", " + b.Tenant.Name }
