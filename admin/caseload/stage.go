package caseload

import (
	"net/http"
	"time"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// stageCard says where in the form's own way of working a case is.
type stageCard struct {
	Title  string
	Who    string // the function that is responsible
	Since  time.Time
	Waited string
	Way    ui.Timeline // the stages the case has been in, with the notes, newest first
	Move   string      // address to move it from, "" when it cannot be moved
}

// stage is nil when the form has no stages.
func (w words) stage(c *flow.StaffCase, may actions) *stageCard {
	if c.Case.Stage == "" {
		return nil
	}
	at := stageIn(c, c.Case.Stage)
	card := &stageCard{Title: at.Title, Who: at.Who, Since: c.Case.StageSince, Waited: w.since(c.Case.StageSince)}
	for i := len(c.Events) - 1; i >= 0; i-- {
		e := c.Events[i]
		if e.Header.Kind != (casework.StageMoved{}).Kind() {
			continue
		}
		card.Way = append(card.Way, ui.Event{Title: stageIn(c, text(e.Event, "To")).Title, Text: text(e.Event, "Note"),
			Time: w.DateTime(e.Header.At) + ", " + w.who(&c.Case, e), ISO: e.Header.At.Format(time.RFC3339)})
	}
	if !may.ReadOnly && c.Case.State == casework.AwaitingOfficer && len(c.Form.Def.Meta.Moves(c.Case.Stage)) > 0 {
		card.Move = caseURL(c.Case.ID) + "/steg"
	}
	return card
}

// stageIn gives a stage of the case's form, or one that says no more than its id when an earlier version had it.
func stageIn(c *flow.StaffCase, id string) forms.Stage {
	if s, ok := c.Form.Def.Meta.Stage(id); ok {
		return s
	}
	return forms.Stage{ID: id, Title: id}
}

// stagePage is /admin/arenden/{case}/steg: the case is moved to another stage.
type stagePage struct {
	ui.Shell
	caseHead
	From  string
	Stage string
	To    ui.Field
	Note  ui.Field
}

// showStage is GET.
func (a *area) showStage(r *httpkit.Request) error {
	c, err := a.staged(r)
	if err != nil {
		return err
	}
	return a.stageForm(r, http.StatusOK, c, "", "", nil)
}

// moveStage is POST.
func (a *area) moveStage(r *httpkit.Request) error {
	c, err := a.staged(r)
	if err != nil {
		return err
	}
	from, to, note := r.Form().Get("fran"), r.Form().Get("till"), r.Form().Get("anteckning")
	problems, err := a.Flow.MoveStage(r.Context(), r.Actor(), c.Case.ID, from, to, note)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.stageForm(r, http.StatusUnprocessableEntity, c, to, note, problems)
	}
	return a.site.Done(r, r.Locale().T("admin.stage.done", "stage", stageIn(c, to).Title), caseURL(c.Case.ID))
}

// staged loads a case that can be moved; another is a conflict, since the button was there a moment ago.
func (a *area) staged(r *httpkit.Request) (*flow.StaffCase, error) {
	id, err := caseID(r)
	if err != nil {
		return nil, err
	}
	c, err := a.Flow.StaffCase(r.Context(), r.Actor(), id)
	if err != nil {
		return nil, err
	}
	if c.Case.Stage == "" {
		return nil, fault.New("caseload.staged", fault.NotFound, nil)
	}
	if c.Case.State != casework.AwaitingOfficer {
		return nil, fault.Newf("caseload.staged", fault.Conflict, "the case is %s", c.Case.State)
	}
	return c, nil
}

func (a *area) stageForm(r *httpkit.Request, status int, c *flow.StaffCase, to, note string, problems []forms.Problem) error {
	w := a.words(r)
	at := stageIn(c, c.Case.Stage)
	p := stagePage{Shell: a.caseShell(r, c, w.T("admin.stage.title")), caseHead: w.head(c), From: at.ID, Stage: at.Title,
		To:   ui.Field{Name: "till", Label: w.T("admin.stage.to")},
		Note: ui.Field{Name: "anteckning", Label: w.T("admin.stage.note"), Hint: w.T("admin.stage.note-hint"), Value: note, Rows: 6}}
	for _, s := range c.Form.Def.Meta.Moves(at.ID) {
		hint := w.T("admin.stage.who", "who", s.Who)
		if s.Closes {
			hint += " " + w.T("admin.stage.closes")
		}
		if s.Tell {
			hint += " " + w.T("admin.stage.tells")
		}
		p.To.Options = append(p.To.Options, ui.Choice{Value: s.ID, Label: s.Title, Hint: hint, Checked: s.ID == to})
	}
	p.Shell.Problems = w.show(problems, control{"/to", &p.To, "-choices"}, control{"/note", &p.Note, ""})
	return admin.Show(r, status, a.stages, p)
}
