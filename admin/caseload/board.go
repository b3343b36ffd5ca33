package caseload

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"samtjanst/admin"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// boardPage is /admin/namnd: decisions by delegation that the board has not yet been told of (kommunallagen 6:40, 7:8).
type boardPage struct {
	ui.Shell
	Printed string // when the list was made, for the paper
	Boards  []boardList
}

// boardList is one board's decisions.
type boardList struct {
	Authority string
	Name      string
	Rows      []boardRow
	Meeting   ui.Field
	Report    bool // the reader may mark them as reported
}

// boardRow is one decision.
type boardRow struct {
	ID        casework.ID
	URL       string
	Reference string
	Number    string
	Service   string
	Subject   string
	Outcome   string
	Decided   time.Time
	By        string
	Meeting   string // day of the meeting that it is reported to; "" none is planned
	Checked   bool
}

// showBoard is GET.
func (a *area) showBoard(r *httpkit.Request) error { return a.boardPage(r, http.StatusOK, nil) }

// reportToBoard is POST: the marked decisions were reported at a meeting.
func (a *area) reportToBoard(r *httpkit.Request) error {
	auth, meeting, w := r.Form().Get("namnd"), strings.TrimSpace(r.Form().Get("sammantrade")), a.words(r)
	if !slices.Contains(r.Actor().Authorities(identity.Decider, identity.Manager), identity.AuthorityID(auth)) {
		return fault.New("caseload.reportToBoard", fault.NotFound, nil)
	}
	var ids []casework.ID
	for _, id := range r.Form()["arende"] {
		ids = append(ids, casework.ID(id))
	}
	wrong := &boardInput{authority: auth, meeting: meeting, ids: ids}
	if _, err := time.Parse(time.DateOnly, meeting); err != nil {
		wrong.meetingError = w.T("problem.required-date", "label", w.T("admin.board.meeting"))
	}
	if len(ids) == 0 {
		wrong.idsError = w.T("admin.board.none")
	}
	if wrong.meetingError != "" || wrong.idsError != "" {
		return a.boardPage(r, http.StatusUnprocessableEntity, wrong)
	}
	if err := a.Flow.ReportToBoard(r.Context(), r.Actor(), identity.AuthorityID(auth), meeting, ids); err != nil {
		return err
	}
	return a.site.Done(r, w.T("admin.board.done", "n", len(ids)), boardURL)
}

// boardInput is what was wrong.
type boardInput struct {
	authority, meeting     string
	ids                    []casework.ID
	meetingError, idsError string
}

func (a *area) boardPage(r *httpkit.Request, status int, wrong *boardInput) error {
	w, actor := a.words(r), r.Actor()
	services, err := a.services(r)
	if err != nil {
		return err
	}
	p := boardPage{Shell: a.site.Shell(r, w.T("admin.board.title")), Printed: w.T("admin.board.printed", "time", w.DateTime(w.now))}
	p.Shell.Wide = true
	for i, id := range actor.Authorities(anyRole...) {
		rows, err := a.Flow.BoardList(r.Context(), actor, id)
		if err != nil {
			return err
		}
		l := boardList{Authority: string(id), Name: a.site.AuthorityName(id), Report: actor.Has(id, identity.Decider, identity.Manager),
			Meeting: ui.Field{Name: "sammantrade", ID: "sammantrade-" + w.Int(int64(i+1)), Type: "date", Label: w.T("admin.board.meeting"),
				Hint: w.T("admin.board.meeting-hint"), Width: 12}}
		mine := wrong != nil && wrong.authority == string(id)
		for _, row := range rows {
			b := w.boardRow(row, services)
			if b.Meeting, err = a.Flow.NextMeeting(r.Context(), actor, id, row); err != nil {
				return err
			}
			if l.Meeting.Value == "" { // the first of them is the next
				l.Meeting.Value = b.Meeting
			}
			b.Checked = !mine || slices.Contains(wrong.ids, row.ID)
			l.Rows = append(l.Rows, b)
		}
		if mine {
			l.Meeting.Value, l.Meeting.Error = wrong.meeting, wrong.meetingError
			if wrong.idsError != "" {
				p.Shell.Problems = append(p.Shell.Problems, ui.ProblemLink{Text: wrong.idsError, Target: "namnd-" + w.Int(int64(i+1))})
			}
			if wrong.meetingError != "" {
				p.Shell.Problems = append(p.Shell.Problems, l.Meeting.Problem())
			}
		}
		p.Boards = append(p.Boards, l)
	}
	return admin.Show(r, status, a.board, p)
}

// boardRow names the outcome as the service's newest version does.
func (w words) boardRow(row flow.Row, services []flow.ServiceView) boardRow {
	b := boardRow{ID: row.ID, URL: caseURL(row.ID), Reference: row.Reference, Number: row.Number, Service: w.text(row.Title),
		Subject: row.Subject, Outcome: row.Outcome, Decided: row.Decided, By: row.DecidedBy}
	for _, s := range services {
		if s.Form.Def.Meta.ID != row.Form {
			continue
		}
		for _, o := range s.Form.Def.Meta.Decision.Outcomes {
			if o.ID == row.Outcome {
				b.Outcome = o.Title
			}
		}
	}
	return b
}
