package people

import (
	"net/http"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// personPage is one of a board's people.
type personPage struct {
	boardFrame
	Name     string
	State    *ui.Tag
	Rev      int64
	Facts    ui.Rows
	Roles    ui.Table
	Mandates ui.Table
	Absences []absenceRow
	Away     absenceForm
	Waiting  []ui.Link
	Happened ui.Timeline
	Edit     string
}

// absenceRow is an absence, with the button that takes it away.
type absenceRow struct {
	Text   string
	Remove string // address
	N      int
}

// absenceForm adds one.
type absenceForm struct {
	Action                           string
	FromDay, FromTime, ToDay, ToTime ui.Field
}

// showPerson is GET.
func (a *area) showPerson(r *httpkit.Request) error {
	return a.personForm(r, http.StatusOK, flow.AbsenceEdit{}, nil)
}

func (a *area) personForm(r *httpkit.Request, status int, typed flow.AbsenceEdit, problems []forms.Problem) error {
	id, err := named(r, "person")
	if err != nil {
		return err
	}
	v, err := a.Flow.PersonOf(r.Context(), r.Actor(), ref(r), register.ID(id))
	if err != nil {
		return err
	}
	w := a.words(r)
	at := personURL(ref(r), v.Person.ID)
	p := personPage{boardFrame: a.framed(r, v.Board, w.T("people.person.title"), ""), Name: v.Person.Name, State: w.tag(v.Standing, v.Soon), Rev: v.Person.Rev,
		Facts: w.facts(v), Happened: w.trail(v.Trail), Edit: at + "/andra"}
	p.Back = &ui.Link{Text: w.T("people.person.back"), URL: boardURL(ref(r), "")}
	p.Roles = ui.Table{Caption: w.T("people.person.roles"), Empty: w.T("people.person.no-roles"), Columns: []ui.Column{{Title: w.T("people.field.role")}, {Title: w.T("people.field.title")}, {Title: w.T("people.field.period")}}}
	for _, x := range v.Person.Roles {
		p.Roles.Rows = append(p.Roles.Rows, []ui.Cell{{Text: w.role(x.Role)}, {Text: x.Title}, {Text: w.period(x.Period)}})
	}
	if v.Person.Synced != nil {
		for _, x := range v.Standing.Held {
			if !given(v.Person, x) {
				p.Roles.Rows = append(p.Roles.Rows, []ui.Cell{{Text: w.role(x.Role), Detail: w.T("people.person.by-rule")}, {Text: x.Title}, {Text: w.T("people.person.as-long")}})
			}
		}
	}
	p.Mandates = ui.Table{Caption: w.T("people.person.mandates"), Empty: w.T("people.person.no-mandates"), Columns: []ui.Column{{Title: w.T("people.field.kinds")},
		{Title: w.T("people.field.decided")}, {Title: w.T("people.field.paragraph")}, {Title: w.T("people.field.period")}}}
	for _, m := range v.Person.Mandates {
		p.Mandates.Rows = append(p.Mandates.Rows, []ui.Cell{{Text: strings.Join(m.Kinds, ", "), Detail: m.Title}, {Text: w.day(m.Decided)}, {Text: m.Paragraph}, {Text: w.period(m.Period)}})
	}
	for i, x := range v.Person.Absences {
		p.Absences = append(p.Absences, absenceRow{Text: w.absence(x), Remove: at + "/franvaro/bort", N: i})
	}
	for _, c := range v.Waiting {
		p.Waiting = append(p.Waiting, ui.Link{Text: w.T("people.person.waiting", "name", c.By.Name, "time", w.DateTime(c.At)), URL: changeURL(ref(r), c.ID)})
	}
	p.Away = absenceForm{Action: at,
		FromDay:  ui.Field{Name: "fran-dag", Type: "date", Label: w.T("people.absence.from-day"), Value: typed.FromDay, Width: 12},
		FromTime: ui.Field{Name: "fran-tid", Label: w.T("people.field.time"), Hint: w.T("people.field.time-hint"), Value: typed.FromTime, Width: 6, Optional: true},
		ToDay:    ui.Field{Name: "till-dag", Type: "date", Label: w.T("people.absence.to-day"), Hint: w.T("people.absence.to-hint"), Value: typed.ToDay, Width: 12, Optional: true},
		ToTime:   ui.Field{Name: "till-tid", Label: w.T("people.field.time"), Hint: w.T("people.field.time-hint"), Value: typed.ToTime, Width: 6, Optional: true}}
	p.Problems = w.show(problems, control{"/from", &p.Away.FromDay, ""}, control{"/to", &p.Away.ToDay, ""})
	return admin.Show(r, status, a.person, p)
}

// given reports whether an administrator has given the role, or the board the mandate that it comes of.
func given(p register.Person, x register.Role) bool {
	for _, r := range p.Roles {
		if r == x {
			return true
		}
	}
	for _, m := range p.Mandates {
		if m.Title == x.Title && m.Period == x.Period {
			return true
		}
	}
	return false
}

// facts are who the person is and where he or she comes from; the number is masked.
func (w words) facts(v *flow.PersonView) ui.Rows {
	p := v.Person
	row := func(key, value string) ui.Row {
		return ui.Row{Key: w.T("people.field." + key), Value: value, Empty: value == ""}
	}
	out := ui.Rows{row("number", p.Number.String()), row("phone", p.Phone), row("email", p.Email)}
	if s := p.Synced; s != nil {
		out = append(out, row("origin", w.T("people.origin.synced", "from", s.From, "time", w.DateTime(s.At))), row("title", s.Title), row("department", s.Department))
		if len(s.Groups) > 0 {
			out = append(out, row("groups", strings.Join(s.Groups, ", ")))
		}
	} else {
		out = append(out, row("origin", w.T("people.origin.entered")))
	}
	if !p.Closed.IsZero() {
		out = append(out, row("closed", w.DateTime(p.Closed)))
	}
	if v.AlsoThem {
		out = append(out, row("also", w.T("people.person.also")))
	}
	return out
}

// addAbsence is POST.
func (a *area) addAbsence(r *httpkit.Request) error {
	id, err := named(r, "person")
	if err != nil {
		return err
	}
	f := r.Form()
	in := flow.AbsenceEdit{FromDay: f.Get("fran-dag"), FromTime: f.Get("fran-tid"), ToDay: f.Get("till-dag"), ToTime: f.Get("till-tid")}
	problems, err := a.Flow.AddAbsence(r.Context(), r.Actor(), ref(r), register.ID(id), revision(f), in)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.personForm(r, http.StatusUnprocessableEntity, in, problems)
	}
	return a.site.Done(r, r.Locale().T("people.absence.added"), personURL(ref(r), register.ID(id)))
}

// removeAbsence is POST.
func (a *area) removeAbsence(r *httpkit.Request) error {
	id, err := named(r, "person")
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.Form().Get("n"))
	if err != nil {
		return fault.New("people.removeAbsence", fault.NotFound, nil)
	}
	if err := a.Flow.RemoveAbsence(r.Context(), r.Actor(), ref(r), register.ID(id), revision(r.Form()), n); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("people.absence.removed"), personURL(ref(r), register.ID(id)))
}
