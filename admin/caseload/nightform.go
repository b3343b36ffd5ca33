package caseload

import (
	"net/http"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// What the officer notes of an urgent decision: a call, an answer, that it was taken without a signature, that something was handed over or
// has come, that the case goes to the unit. All are one page with other fields.

// nightForm is one thing to note.
type nightForm struct {
	name   string // of its texts: "admin.night.form." + name
	upload bool
	law    bool
	fields func(w words, n *flow.Night, r *httpkit.Request) []nightField
	// quote is what the form is about; "" nothing. fault.NotFound when the address names nothing, fault.Conflict when it is over.
	quote func(w words, n *flow.Night, r *httpkit.Request) (string, error)
	save  func(a *area, r *httpkit.Request, id casework.ID) ([]forms.Problem, error)
}

// nightField is a control with the pointer by which the use case names it.
type nightField struct {
	Kind    string // template: "input", "textarea", "radios", "select", "file"
	Field   ui.Field
	pointer forms.Pointer
	suffix  string
}

// nightFormPage is one of the forms.
type nightFormPage struct {
	ui.Shell
	caseHead
	Heading, Lead, Quote, Law string
	Action, Cancel, Submit    string
	Upload                    bool
	Fields                    []nightField
}

func nightAlways(words, *flow.Night, *httpkit.Request) (string, error) { return "", nil }

// whenFields are the day and the time of something that has happened: now, until the officer says otherwise.
func whenFields(w words, r *httpkit.Request) []nightField {
	now := w.now.In(clock.Stockholm)
	typed := func(name, other string) string {
		if r.Method == http.MethodPost {
			return r.Form().Get(name)
		}
		return other
	}
	return []nightField{
		{"input", ui.Field{Name: "dag", Type: "date", Label: w.T("admin.night.day"), Value: typed("dag", now.Format("2006-01-02")), Width: 12}, "/day", "-date"},
		{"input", ui.Field{Name: "klockslag", Label: w.T("admin.limit.clock"), Hint: w.T("admin.limit.clock-hint"), Value: typed("klockslag", now.Format("15.04")), Width: 6, Autocomplete: "off"}, "/clock", ""},
	}
}

// whoField chooses among those who are asked.
func whoField(w words, n *flow.Night, r *httpkit.Request) nightField {
	f := ui.Field{Name: "vem", Label: w.T("admin.night.who")}
	chosen := r.Form().Get("vem")
	for _, one := range n.Asked {
		if one.Later {
			continue
		}
		label := one.Name + ", " + one.Right
		if one.Phone != "" {
			label += ", " + admin.Phone(one.Phone)
		}
		f.Options = append(f.Options, ui.Choice{Value: string(one.Party), Label: label, Checked: chosen == string(one.Party) || chosen == "" && one.Place.May()})
	}
	checked := false
	for i := range f.Options { // one at most
		f.Options[i].Checked = f.Options[i].Checked && !checked
		checked = checked || f.Options[i].Checked
	}
	return nightField{"radios", f, "/party", "-choice"}
}

func textField(w words, r *httpkit.Request, name, key string, pointer forms.Pointer, optional bool) nightField {
	return nightField{"textarea", ui.Field{Name: name, Label: w.T(key), Value: r.Form().Get(name), Rows: 4, Optional: optional}, pointer, ""}
}

func handInput(r *httpkit.Request) flow.HandInput {
	f := r.Form()
	return flow.HandInput{Day: f.Get("dag"), Clock: f.Get("klockslag"), With: f.Get("vem"), Note: f.Get("anteckning")}
}

var noteCall = nightForm{name: "call", quote: deciding,
	fields: func(w words, n *flow.Night, r *httpkit.Request) []nightField {
		outcome := ui.Field{Name: "svar", Label: w.T("admin.night.outcome")}
		for _, o := range casework.CallOutcomes {
			outcome.Options = append(outcome.Options, ui.Choice{Value: string(o), Label: w.T("admin.night.call." + string(o)), Checked: r.Form().Get("svar") == string(o)})
		}
		out := append([]nightField{whoField(w, n, r)}, whenFields(w, r)...)
		return append(out, nightField{"radios", outcome, "/outcome", "-choice"}, textField(w, r, "anteckning", "admin.limit.note", "/note", true))
	},
	save: func(a *area, r *httpkit.Request, id casework.ID) ([]forms.Problem, error) {
		f := r.Form()
		return a.Flow.NoteCall(r.Context(), r.Actor(), id, flow.CallInput{Party: signing.PartyID(f.Get("vem")), Day: f.Get("dag"), Clock: f.Get("klockslag"),
			Outcome: casework.CallOutcome(f.Get("svar")), Note: f.Get("anteckning")})
	}}

var noteOral = nightForm{name: "oral", upload: true, law: true, quote: deciding,
	fields: func(w words, n *flow.Night, r *httpkit.Request) []nightField {
		how := ui.Field{Name: "hur", Label: w.T("admin.night.how")}
		for _, m := range []casework.Manner{casework.Orally, casework.ByPen} {
			how.Options = append(how.Options, ui.Choice{Value: string(m), Label: w.T("admin.night.manner." + string(m)), Checked: r.Form().Get("hur") == string(m)})
		}
		out := append([]nightField{whoField(w, n, r), {"radios", how, "/how", "-choice"}}, whenFields(w, r)...)
		return append(out, textField(w, r, "skal", "admin.night.reason", "/reason", false),
			nightField{"input", ui.Field{Name: "horde", Label: w.T("admin.night.heard"), Hint: w.T("admin.night.heard-hint"), Value: r.Form().Get("horde"), Width: 40, Autocomplete: "off"}, "/heard", ""},
			nightField{"file", ui.Field{Name: scanField, Label: w.T("admin.night.scan"), Hint: w.T("admin.night.scan-hint"), Accept: "application/pdf,image/jpeg,image/png", Optional: true}, "/scan", "-files"})
	},
	save: func(a *area, r *httpkit.Request, id casework.ID) ([]forms.Problem, error) {
		f := r.Form()
		name, scan, err := uploaded(r, scanField)
		if err != nil {
			return nil, err
		}
		return a.Flow.NoteOral(r.Context(), r.Actor(), id, flow.OralInput{Party: signing.PartyID(f.Get("vem")), Day: f.Get("dag"), Clock: f.Get("klockslag"),
			How: casework.Manner(f.Get("hur")), Reason: f.Get("skal"), Heard: strings.TrimSpace(f.Get("horde")), Name: name, Scan: scan})
	}}

// deciding lets those forms be that are about a decision that waits.
func deciding(_ words, n *flow.Night, _ *httpkit.Request) (string, error) {
	if n.Case.State != casework.Deciding || len(n.Asked) == 0 {
		return "", fault.Newf("caseload.night", fault.Conflict, "the case is %s", n.Case.State)
	}
	return "", nil
}

var answerQuestion = nightForm{name: "answer",
	quote: func(w words, n *flow.Night, r *httpkit.Request) (string, error) {
		i, err := strconv.Atoi(r.Param("part"))
		if err != nil || i < 1 || i > len(n.Case.Questions) {
			return "", fault.New("caseload.night", fault.NotFound, nil)
		}
		q := n.Case.Questions[i-1]
		if !q.Answered.IsZero() {
			return "", fault.New("caseload.night", fault.Conflict, nil)
		}
		return w.T("admin.night.asked", "name", q.Name, "text", q.Text), nil
	},
	fields: func(w words, _ *flow.Night, r *httpkit.Request) []nightField {
		return []nightField{textField(w, r, "svar", "admin.night.answer", "/answer", false)}
	},
	save: func(a *area, r *httpkit.Request, id casework.ID) ([]forms.Problem, error) {
		n, err := strconv.Atoi(r.Param("part"))
		if err != nil {
			return nil, fault.New("caseload.night", fault.NotFound, err)
		}
		return a.Flow.AnswerQuestion(r.Context(), r.Actor(), id, n, r.Form().Get("svar"))
	}}

// dispatched says which dispatch a form is about.
func dispatched(states ...casework.DispatchState) func(words, *flow.Night, *httpkit.Request) (string, error) {
	return func(_ words, n *flow.Night, r *httpkit.Request) (string, error) {
		d := n.Case.Dispatch(r.Param("part"))
		if d == nil {
			return "", fault.New("caseload.night", fault.NotFound, nil)
		}
		for _, s := range states {
			if d.State == s {
				return d.Title, nil
			}
		}
		return "", fault.Newf("caseload.night", fault.Conflict, "the dispatch is %s", d.State)
	}
}

var handDispatch = nightForm{name: "handed", quote: dispatched(casework.DispatchWaiting, casework.DispatchPrint),
	fields: func(w words, _ *flow.Night, r *httpkit.Request) []nightField {
		return append(whenFields(w, r), textField(w, r, "anteckning", "admin.limit.note", "/note", true))
	},
	save: func(a *area, r *httpkit.Request, id casework.ID) ([]forms.Problem, error) {
		return a.Flow.HandDispatch(r.Context(), r.Actor(), id, r.Param("part"), handInput(r))
	}}

var confirmDispatch = nightForm{name: "confirmed", quote: dispatched(casework.DispatchHanded),
	fields: func(w words, _ *flow.Night, r *httpkit.Request) []nightField {
		return append(whenFields(w, r), nightField{"input", ui.Field{Name: "vem", Label: w.T("admin.night.with"), Value: r.Form().Get("vem"), Width: 40, Autocomplete: "off"}, "/with", ""})
	},
	save: func(a *area, r *httpkit.Request, id casework.ID) ([]forms.Problem, error) {
		return a.Flow.ConfirmDispatch(r.Context(), r.Actor(), id, r.Param("part"), handInput(r))
	}}

var handToUnit = nightForm{name: "hand",
	quote: func(_ words, n *flow.Night, _ *httpkit.Request) (string, error) {
		if !n.MayHand {
			return "", fault.New("caseload.night", fault.Conflict, nil)
		}
		return n.Unit, nil
	},
	fields: func(w words, _ *flow.Night, r *httpkit.Request) []nightField {
		return []nightField{textField(w, r, "anteckning", "admin.night.handover-note", "/note", true)}
	},
	save: func(a *area, r *httpkit.Request, id casework.ID) ([]forms.Problem, error) {
		return a.Flow.HandToUnit(r.Context(), r.Actor(), id, r.Form().Get("anteckning"))
	}}

// showNightForm is GET of a form.
func (a *area) showNightForm(k nightForm) httpkit.Handler {
	return func(r *httpkit.Request) error { return a.nightForm(r, http.StatusOK, k, nil) }
}

// saveNightForm is POST.
func (a *area) saveNightForm(k nightForm) httpkit.Handler {
	return func(r *httpkit.Request) error {
		id, err := caseID(r)
		if err != nil {
			return err
		}
		problems, err := k.save(a, r, id)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return a.nightForm(r, http.StatusUnprocessableEntity, k, problems)
		}
		return a.site.Done(r, r.Locale().T("admin.night.form."+k.name+".done"), nightURL(id))
	}
}

func (a *area) nightForm(r *httpkit.Request, status int, k nightForm, problems []forms.Problem) error {
	n, err := a.openNight(r)
	if err != nil {
		return err
	}
	w := a.words(r)
	quote, err := k.quote(w, n, r)
	if err != nil {
		return err
	}
	key := "admin.night.form." + k.name
	p := nightFormPage{Shell: a.nightShell(r, n, w.T(key+".title")), caseHead: w.head(headOf(n)), Heading: w.T(key + ".title"), Lead: w.T(key + ".lead"), Quote: quote,
		Action: r.Path(), Cancel: nightURL(n.Case.ID), Submit: w.T(key + ".submit"), Upload: k.upload, Fields: k.fields(w, n, r)}
	if k.law {
		p.Law = w.T(key + ".law")
	}
	controls := make([]control, len(p.Fields))
	for i := range p.Fields {
		f := &p.Fields[i]
		controls[i] = control{f.pointer, &f.Field, f.suffix}
	}
	p.Shell.Problems = w.show(problems, controls...)
	return admin.Show(r, status, a.nightNote, p)
}
