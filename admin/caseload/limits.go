package caseload

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/timelimit"
	"samtjanst/renderer/ui"
)

// limitPage is /admin/arenden/{case}/frist/{limit}/{what}: something is recorded of a time limit.
type limitPage struct {
	ui.Shell
	caseHead
	Heading, Lead, Law, When, Means, Action, Submit string
	Day, Clock, Note, Ground                        *ui.Field // nil when it is not asked for
}

// limitForm is one of the things that can be recorded: which fields it asks for, and the use case.
type limitForm struct {
	day, clock, note, ground bool
	do                       func(a *area, r *httpkit.Request, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error)
}

var limitForms = map[string]limitForm{
	limitDone: {day: true, clock: true, note: true, do: func(a *area, r *httpkit.Request, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
		return a.Flow.MeetLimit(r.Context(), r.Actor(), id, limit, in)
	}},
	limitExtend: {day: true, ground: true, do: func(a *area, r *httpkit.Request, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
		return a.Flow.ExtendLimit(r.Context(), r.Actor(), id, limit, in)
	}},
	limitEnd: {ground: true, do: func(a *area, r *httpkit.Request, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
		return a.Flow.EndLimit(r.Context(), r.Actor(), id, limit, in)
	}},
	limitBegin: {day: true, clock: true, note: true, do: func(a *area, r *httpkit.Request, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
		return a.Flow.BeginLimit(r.Context(), r.Actor(), id, limit, in)
	}},
}

// limitCase loads the case and the limit of an address. A limit of which that cannot be recorded any more is a conflict: the button was there
// a moment ago.
func (a *area) limitCase(r *httpkit.Request) (c *flow.StaffCase, rule timelimit.Rule, card limitCard, err error) {
	const op = "caseload.limitCase"
	if c, err = a.openCase(r); err != nil {
		return nil, rule, card, err
	}
	what, w := r.Param("what"), a.words(r)
	if _, known := limitForms[what]; !known {
		return nil, rule, card, fault.New(op, fault.NotFound, nil)
	}
	if l := c.Case.Limit(r.Param("limit")); l != nil {
		card = w.limit(c, *l, actions{})
		if map[string]string{limitDone: card.DoneURL, limitExtend: card.ExtendURL, limitEnd: card.EndURL}[what] == "" {
			return nil, rule, card, fault.New(op, fault.Conflict, nil)
		}
		return c, l.Rule, card, nil
	}
	for _, next := range c.Case.Ahead(w.now) {
		if next.ID != r.Param("limit") {
			continue
		}
		if what != limitBegin || !c.Case.MayBegin(next, w.now) {
			return nil, rule, card, fault.New(op, fault.Conflict, nil)
		}
		return c, next, limitCard{Title: next.Title, Law: next.Law, From: w.limitFrom(c, next)}, nil
	}
	return nil, rule, card, fault.New(op, fault.NotFound, nil)
}

// showLimit is GET: the day and time are now until the officer says otherwise.
func (a *area) showLimit(r *httpkit.Request) error {
	c, rule, card, err := a.limitCase(r)
	if err != nil {
		return err
	}
	now := a.Clock.Now().In(clock.Stockholm)
	in := flow.LimitInput{Day: now.Format("2006-01-02"), Clock: now.Format("15.04")}
	if r.Param("what") == limitExtend {
		in.Day = ""
	}
	return a.limitForm(r, http.StatusOK, c, rule, card, in, nil)
}

// recordLimit is POST.
func (a *area) recordLimit(r *httpkit.Request) error {
	c, rule, card, err := a.limitCase(r)
	if err != nil {
		return err
	}
	f := r.Form()
	in := flow.LimitInput{Day: f.Get("dag"), Clock: f.Get("klockslag"), Note: f.Get("anteckning"), Ground: f.Get("grund")}
	problems, err := limitForms[r.Param("what")].do(a, r, c.Case.ID, rule.ID, in)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.limitForm(r, http.StatusUnprocessableEntity, c, rule, card, in, problems)
	}
	return a.site.Done(r, r.Locale().T("admin.limit.recorded", "title", rule.Title), caseURL(c.Case.ID)+"#frister")
}

func (a *area) limitForm(r *httpkit.Request, status int, c *flow.StaffCase, rule timelimit.Rule, card limitCard, in flow.LimitInput, problems []forms.Problem) error {
	w, what := a.words(r), r.Param("what")
	key := "admin.limit.form." + what
	heading, lead := w.T(key+".title", "title", rule.Title), w.T(key+".lead", "done", rule.Done, "who", rule.Extended, "what", card.From)
	if card.Lost && what == limitEnd {
		lead = w.T("admin.limit.form.avsluta.lead-missed")
	}
	p := limitPage{Shell: a.caseShell(r, c, heading), caseHead: w.head(c), Heading: heading, Lead: lead, Law: rule.Law, When: card.When, Submit: w.T(key + ".submit"),
		Action: limitURL(c.Case.ID, rule.ID, what)}
	if card.Lost {
		p.Means = card.Means
	}
	asks := limitForms[what]
	var controls []control
	field := func(asked bool, pointer forms.Pointer, f ui.Field, suffix string) *ui.Field {
		if !asked {
			return nil
		}
		controls = append(controls, control{pointer, &f, suffix})
		return &f
	}
	p.Day = field(asks.day, "/day", ui.Field{Name: "dag", Type: "date", Label: w.T(key + ".day"), Value: in.Day, Width: 12}, "-date")
	p.Clock = field(asks.clock, "/clock", ui.Field{Name: "klockslag", Label: w.T("admin.limit.clock"), Hint: w.T("admin.limit.clock-hint"), Value: in.Clock, Width: 6, Autocomplete: "off"}, "")
	p.Note = field(asks.note, "/note", ui.Field{Name: "anteckning", Label: w.T("admin.limit.note"), Hint: w.T("admin.limit.note-hint"), Value: in.Note, Rows: 4, Optional: true}, "")
	p.Ground = field(asks.ground, "/ground", ui.Field{Name: "grund", Label: w.T(key + ".ground"), Value: in.Ground, Rows: 4}, "")
	p.Shell.Problems = w.show(problems, controls...)
	return admin.Show(r, status, a.limit, p)
}
