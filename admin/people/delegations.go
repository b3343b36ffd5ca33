package people

import (
	"net/http"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/calendar"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// delegationsPage is the board's delegation list (kommunallagen 6:37, 7:5).
type delegationsPage struct {
	boardFrame
	Lines   ui.Table
	Waiting []ui.Link
	Action  string

	Kinds, Who, Person, Law, Number, Decided, Paragraph, From, To, Note ui.Field
	Backing                                                             backing
}

// showDelegations is GET.
func (a *area) showDelegations(r *httpkit.Request) error {
	return a.delegationForm(r, http.StatusOK, flow.DelegationEdit{}, nil)
}

// addDelegation is POST: a line is proposed.
func (a *area) addDelegation(r *httpkit.Request) error {
	f := r.Form()
	in := flow.DelegationEdit{Kinds: f.Get("typer"), Title: f.Get("befattning"), Person: register.ID(f.Get("person")), Law: f.Get("lagrum"), Number: f.Get("nummer"),
		Decided: f.Get("beslut"), Paragraph: f.Get("paragraf"), From: f.Get("fran"), To: f.Get("till"), Note: f.Get("not")}
	paper, err := uploaded(r)
	if err != nil {
		return err
	}
	change, problems, err := a.Flow.ProposeDelegation(r.Context(), r.Actor(), ref(r), in, paper)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.delegationForm(r, http.StatusUnprocessableEntity, in, problems)
	}
	return a.site.Done(r, a.proposedText(r), changeURL(ref(r), change))
}

func (a *area) delegationForm(r *httpkit.Request, status int, in flow.DelegationEdit, problems []forms.Problem) error {
	v, err := a.Flow.PeopleSchedule(r.Context(), r.Actor(), ref(r), calendar.Date{})
	if err != nil {
		return err
	}
	w, at := a.words(r), boardURL(ref(r), "/delegering")
	p := delegationsPage{boardFrame: a.framed(r, v.Board, w.T("people.delegation.title"), "/delegering"), Action: at,
		Kinds:     ui.Field{Name: "typer", Label: w.T("people.field.kinds"), Hint: w.T("people.edit.kinds-hint"), Value: in.Kinds, Width: 30},
		Who:       ui.Field{Name: "befattning", Label: w.T("people.delegation.who"), Hint: w.T("people.delegation.who-hint"), Value: in.Title, Width: 30},
		Person:    ui.Field{Name: "person", Label: w.T("people.delegation.person"), Options: []ui.Choice{{Label: w.T("people.delegation.no-person")}}},
		Law:       ui.Field{Name: "lagrum", Label: w.T("people.delegation.law"), Value: in.Law, Width: 30, Optional: true},
		Number:    ui.Field{Name: "nummer", Label: w.T("people.delegation.number"), Value: in.Number, Width: 10, Optional: true},
		Decided:   ui.Field{Name: "beslut", Type: "date", Label: w.T("people.field.decided"), Value: in.Decided, Width: 12},
		Paragraph: ui.Field{Name: "paragraf", Label: w.T("people.field.paragraph"), Value: in.Paragraph, Width: 10, Optional: true},
		From:      ui.Field{Name: "fran", Type: "date", Label: w.T("people.field.from"), Value: in.From, Width: 12, Optional: true},
		To:        ui.Field{Name: "till", Type: "date", Label: w.T("people.field.to"), Value: in.To, Width: 12, Optional: true},
		Note:      ui.Field{Name: "not", Label: w.T("people.edit.note"), Hint: w.T("people.edit.note-hint"), Value: in.Note, Rows: 3, Optional: true},
		Backing:   w.backing(v.Board, "", asked(r))}
	names := map[register.ID]string{}
	for id, one := range v.People {
		names[id] = one.Name
	}
	for _, one := range v.Members {
		p.Person.Options = append(p.Person.Options, ui.Choice{Value: string(one.ID), Label: one.Name, Checked: one.ID == in.Person})
	}
	p.Lines = ui.Table{Caption: w.T("people.delegation.lines"), Show: true, Empty: w.T("people.delegation.none"), Columns: []ui.Column{{Title: w.T("people.field.kinds")}, {Title: w.T("people.delegation.decides")},
		{Title: w.T("people.field.decided")}, {Title: w.T("people.field.period")}, {Title: w.T("people.delegation.end"), Hidden: true}}}
	for i, d := range v.Doc.Delegations {
		who := d.Title
		if d.Person != "" {
			who = names[d.Person]
		}
		end := ui.Cell{}
		if d.Period.To.IsZero() {
			end = ui.Cell{Text: w.T("people.delegation.end"), URL: at + "/" + strconv.Itoa(i) + "?rev=" + strconv.FormatInt(v.Doc.Rev, 10)}
		}
		p.Lines.Rows = append(p.Lines.Rows, []ui.Cell{{Text: strings.Join(d.Kinds, ", "), Detail: strings.TrimSpace(d.Number + " " + d.Law)}, {Text: who},
			{Text: w.day(d.Decided), Detail: d.Paragraph}, {Text: w.period(d.Period)}, end})
	}
	for _, c := range v.Waiting {
		p.Waiting = append(p.Waiting, ui.Link{Text: w.T("people.person.waiting", "name", c.By.Name, "time", w.DateTime(c.At)), URL: changeURL(ref(r), c.ID)})
	}
	p.Problems = w.show(problems, control{"/kinds", &p.Kinds, ""}, control{"/title", &p.Who, ""}, control{"/person", &p.Person, ""}, control{"/law", &p.Law, ""},
		control{"/number", &p.Number, ""}, control{"/decided", &p.Decided, ""}, control{"/paragraph", &p.Paragraph, ""}, control{"/from", &p.From, ""},
		control{"/to", &p.To, ""}, control{"/note", &p.Note, ""}, control{"/paper", &p.Backing.Paper, ""})
	return admin.Show(r, status, a.delegations, p)
}

// endPage is where a line of the delegation list is ended.
type endPage struct {
	boardFrame
	Action  string
	Rev     int64
	Line    string
	Last    ui.Field
	Backing backing
}

// showEnd is GET.
func (a *area) showEnd(r *httpkit.Request) error { return a.endForm(r, http.StatusOK, "", nil) }

func (a *area) endForm(r *httpkit.Request, status int, last string, problems []forms.Problem) error {
	n, err := place(r, "line")
	if err != nil {
		return err
	}
	v, err := a.Flow.PeopleSchedule(r.Context(), r.Actor(), ref(r), calendar.Date{})
	if err != nil {
		return err
	}
	if n >= len(v.Doc.Delegations) {
		return fault.New("people.showEnd", fault.NotFound, nil)
	}
	if r.Method == http.MethodGet && r.Query("rev") != strconv.FormatInt(v.Doc.Rev, 10) {
		return r.See(boardURL(ref(r), "/delegering"))
	}
	w, names := a.words(r), map[register.ID]string{}
	for id, one := range v.People {
		names[id] = one.Name
	}
	p := endPage{boardFrame: a.framed(r, v.Board, w.T("people.delegation.end-title"), "/delegering"), Rev: v.Doc.Rev, Line: w.delegationLine(v.Doc.Delegations[n], names),
		Action:  boardURL(ref(r), "/delegering/"+strconv.Itoa(n)),
		Last:    ui.Field{Name: "till", Type: "date", Label: w.T("people.field.to"), Value: last, Width: 12},
		Backing: w.backing(v.Board, "", asked(r))}
	p.Back = &ui.Link{Text: w.T("people.delegation.back"), URL: boardURL(ref(r), "/delegering")}
	p.Problems = w.show(problems, control{"/to", &p.Last, ""}, control{"/paper", &p.Backing.Paper, ""})
	return admin.Show(r, status, a.end, p)
}

// endDelegation is POST.
func (a *area) endDelegation(r *httpkit.Request) error {
	n, err := place(r, "line")
	if err != nil {
		return err
	}
	rev, last := revision(r.Form()), r.Form().Get("till")
	paper, err := uploaded(r)
	if err != nil {
		return err
	}
	change, problems, err := a.Flow.EndDelegation(r.Context(), r.Actor(), ref(r), rev, n, last, paper)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.endForm(r, http.StatusUnprocessableEntity, last, problems)
	}
	return a.site.Done(r, a.proposedText(r), changeURL(ref(r), change))
}
