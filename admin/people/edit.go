package people

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"samtjanst/admin"
	"samtjanst/forms"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// editPage is a person as an administrator types him or her.
type editPage struct {
	boardFrame
	Heading  string
	Action   string
	Rev      int64
	Conflict *ui.Notice
	// Facts: the facts are typed here. Else Why says where they are kept.
	Facts                      bool
	Why                        string
	Known                      ui.Rows
	Name, Number, Phone, Email ui.Field
	Roles                      []roleFields
	Mandates                   []mandateFields
	Note                       ui.Field
	Backing                    backing
	// Leave is how the person leaves the board, or comes back to it. nil for somebody new.
	Leave *leaveForm
}

type roleFields struct {
	Legend                string
	Role, Title, From, To ui.Field
}

type mandateFields struct {
	Legend                                     string
	Kinds, Title, Decided, Paragraph, From, To ui.Field
}

// leaveForm is a form of its own: nothing else is changed.
type leaveForm struct {
	Op          string
	Title, Lead string
	Button      string
	Note        ui.Field
	Backing     backing
}

// maxTypedRows is more than the use case takes.
const maxTypedRows = 30

// typedPerson gives what was typed, as it was typed.
func typedPerson(v url.Values) flow.PersonEdit {
	in := flow.PersonEdit{Op: v.Get("op"), Rev: revision(v), Note: v.Get("not"),
		Typed: register.Typed{Name: v.Get("namn"), Number: v.Get("nummer"), Phone: v.Get("telefon"), Email: v.Get("epost")}}
	for n := range maxTypedRows {
		at := "." + strconv.Itoa(n)
		if v.Has("roll" + at) {
			in.Roles = append(in.Roles, register.TypedRole{Role: v.Get("roll" + at), Title: v.Get("titel" + at), From: v.Get("fran" + at), To: v.Get("till" + at)})
		}
		if v.Has("m-typer" + at) {
			in.Mandates = append(in.Mandates, register.TypedMandate{Kinds: v.Get("m-typer" + at), Title: v.Get("m-titel" + at), Decided: v.Get("m-beslut" + at),
				Paragraph: v.Get("m-paragraf" + at), From: v.Get("m-fran" + at), To: v.Get("m-till" + at)})
		}
	}
	return in
}

// showNew is GET: somebody who is not of the board.
func (a *area) showNew(r *httpkit.Request) error {
	return a.newForm(r, http.StatusOK, register.Typed{Roles: make([]register.TypedRole, 1)}, "", nil)
}

// proposeNew is POST.
func (a *area) proposeNew(r *httpkit.Request) error {
	in := typedPerson(r.Form())
	paper, err := uploaded(r)
	if err != nil {
		return err
	}
	change, problems, err := a.Flow.ProposePerson(r.Context(), r.Actor(), ref(r), "", in, paper)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.newForm(r, http.StatusUnprocessableEntity, in.Typed, in.Note, problems)
	}
	return a.site.Done(r, a.proposedText(r), changeURL(ref(r), change))
}

func (a *area) newForm(r *httpkit.Request, status int, typed register.Typed, note string, problems []forms.Problem) error {
	l, err := a.Flow.PeopleOf(r.Context(), r.Actor(), ref(r), flow.PeopleQuery{})
	if err != nil {
		return err
	}
	w := a.words(r)
	p := editPage{boardFrame: a.framed(r, l.Board, w.T("people.edit.new"), ""), Heading: w.T("people.edit.new"), Action: boardURL(ref(r), "/ny"), Facts: true}
	p.Back = &ui.Link{Text: w.T("people.person.back"), URL: boardURL(ref(r), "")}
	p.fill(w, typed, note)
	p.Backing = w.backing(l.Board, "", asked(r))
	p.Problems = w.show(problems, p.controls()...)
	return admin.Show(r, status, a.edit, p)
}

// showEdit is GET.
func (a *area) showEdit(r *httpkit.Request) error {
	return a.editForm(r, http.StatusOK, nil, nil)
}

// proposeEdit is POST: a change, or that the person leaves or comes back.
func (a *area) proposeEdit(r *httpkit.Request) error {
	id, err := named(r, "person")
	if err != nil {
		return err
	}
	in := typedPerson(r.Form())
	paper, err := uploaded(r)
	if err != nil {
		return err
	}
	change, problems, err := a.Flow.ProposePerson(r.Context(), r.Actor(), ref(r), register.ID(id), in, paper)
	switch {
	case errors.Is(err, fault.Conflict): // what was typed is shown beside what stands now, and sending it again is to have seen that
		return a.editForm(r, http.StatusConflict, &in, nil)
	case err != nil:
		return err
	case len(problems) > 0:
		return a.editForm(r, http.StatusUnprocessableEntity, &in, problems)
	}
	return a.site.Done(r, a.proposedText(r), changeURL(ref(r), change))
}

// editForm shows the person as typed, or as he or she stands.
func (a *area) editForm(r *httpkit.Request, status int, in *flow.PersonEdit, problems []forms.Problem) error {
	id, err := named(r, "person")
	if err != nil {
		return err
	}
	v, err := a.Flow.PersonOf(r.Context(), r.Actor(), ref(r), register.ID(id))
	if err != nil {
		return err
	}
	w := a.words(r)
	heading := w.T("people.edit.title", "name", v.Person.Name)
	p := editPage{boardFrame: a.framed(r, v.Board, w.T("people.edit.short"), ""), Heading: heading, Action: personURL(ref(r), v.Person.ID) + "/andra", Rev: v.Person.Rev, Facts: v.Facts}
	p.Back = &ui.Link{Text: w.T("people.edit.back"), URL: personURL(ref(r), v.Person.ID)}
	if !v.Facts {
		p.Known = append(ui.Rows{{Key: w.T("people.field.name"), Value: v.Person.Name}}, w.facts(v)...)
		p.Why = w.T("people.edit.kept-by-other")
		if v.Person.Synced != nil {
			p.Why = w.T("people.edit.kept-there")
		}
	}
	typed, note := register.TypedOf(&v.Person, ref(r).Board), ""
	typed.Roles = append(typed.Roles, register.TypedRole{})
	typed.Mandates = append(typed.Mandates, register.TypedMandate{})
	leaving := in != nil && in.Op != flow.ChangePerson
	if in != nil && !leaving {
		typed, note = in.Typed, in.Note
	}
	p.fill(w, typed, note)
	p.Backing = w.backing(v.Board, "", asked(r) && !leaving)
	p.Leave = w.leaving(v)
	p.Leave.Backing = w.backing(v.Board, "avsluta-", asked(r) && leaving)
	switch {
	case status == http.StatusConflict:
		p.Conflict = &ui.Notice{Tone: ui.Warning, Title: w.T("people.edit.conflict"), Text: w.T("people.edit.conflict-text")}
	case leaving:
		p.Leave.Note.Value = in.Note
		p.Problems = w.show(problems, control{"/note", &p.Leave.Note, ""}, control{"/paper", &p.Leave.Backing.Paper, ""})
	default:
		p.Problems = w.show(problems, p.controls()...)
	}
	return admin.Show(r, status, a.edit, p)
}

// leaving is the form by which a person leaves, or comes back when he or she is closed.
func (w words) leaving(v *flow.PersonView) *leaveForm {
	key, op := "close", flow.ClosePerson
	if !v.Person.Closed.IsZero() {
		key, op = "reopen", flow.ReopenPerson
	}
	lead := key + "-lead"
	if key == "close" && (v.Person.Synced != nil || v.AlsoThem) { // who is not closed may have rights from elsewhere
		lead = "close-lead-here"
	}
	return &leaveForm{Op: op, Title: w.T("people.leave." + key), Lead: w.T("people.leave." + lead), Button: w.T("people.leave." + key + "-button"),
		Note: ui.Field{Name: "not", ID: "avsluta-not", Label: w.T("people.edit.note"), Rows: 2, Optional: true}}
}

// fill makes every control with what has been typed.
func (p *editPage) fill(w words, t register.Typed, note string) {
	p.Name = ui.Field{Name: "namn", Label: w.T("people.field.name"), Value: t.Name, Width: 30, Autocomplete: "off"}
	p.Number = ui.Field{Name: "nummer", Label: w.T("people.field.number"), Hint: w.T("people.edit.number-hint"), Value: t.Number, Width: 14, Autocomplete: "off", Optional: true}
	p.Phone = ui.Field{Name: "telefon", Label: w.T("people.field.phone"), Value: t.Phone, Width: 16, InputMode: "tel", Autocomplete: "off", Optional: true}
	p.Email = ui.Field{Name: "epost", Label: w.T("people.field.email"), Value: t.Email, Width: 30, InputMode: "email", Autocomplete: "off", Optional: true}
	for i, x := range t.Roles {
		at := "." + strconv.Itoa(i)
		f := roleFields{Legend: w.T("people.edit.role-n", "n", i+1), Role: ui.Field{Name: "roll" + at, Label: w.T("people.field.role"), Options: []ui.Choice{{Label: w.T("people.edit.no-role")}}},
			Title: ui.Field{Name: "titel" + at, Label: w.T("people.field.title"), Hint: w.T("people.edit.title-hint"), Value: x.Title, Width: 24, Optional: true},
			From:  ui.Field{Name: "fran" + at, Type: "date", Label: w.T("people.field.from"), Value: x.From, Width: 12, Optional: true},
			To:    ui.Field{Name: "till" + at, Type: "date", Label: w.T("people.field.to"), Value: x.To, Width: 12, Optional: true}}
		for _, role := range identity.Roles() {
			f.Role.Options = append(f.Role.Options, ui.Choice{Value: string(role), Label: w.role(role), Checked: string(role) == x.Role})
		}
		p.Roles = append(p.Roles, f)
	}
	for i, x := range t.Mandates {
		at := "." + strconv.Itoa(i)
		p.Mandates = append(p.Mandates, mandateFields{Legend: w.T("people.edit.mandate-n", "n", i+1),
			Kinds:     ui.Field{Name: "m-typer" + at, Label: w.T("people.field.kinds"), Hint: w.T("people.edit.kinds-hint"), Value: x.Kinds, Width: 30, Autocomplete: "off"},
			Title:     ui.Field{Name: "m-titel" + at, Label: w.T("people.field.title"), Value: x.Title, Width: 24, Optional: true},
			Decided:   ui.Field{Name: "m-beslut" + at, Type: "date", Label: w.T("people.field.decided"), Value: x.Decided, Width: 12},
			Paragraph: ui.Field{Name: "m-paragraf" + at, Label: w.T("people.field.paragraph"), Value: x.Paragraph, Width: 10},
			From:      ui.Field{Name: "m-fran" + at, Type: "date", Label: w.T("people.field.from"), Value: x.From, Width: 12, Optional: true},
			To:        ui.Field{Name: "m-till" + at, Type: "date", Label: w.T("people.field.to"), Value: x.To, Width: 12, Optional: true}})
	}
	p.Note = ui.Field{Name: "not", Label: w.T("people.edit.note"), Hint: w.T("people.edit.note-hint"), Value: note, Rows: 3, Optional: true}
}

// controls are those that problems may stand at, in the order of the page.
func (p *editPage) controls() []control {
	out := []control{{"/name", &p.Name, ""}, {"/number", &p.Number, ""}, {"/phone", &p.Phone, ""}, {"/email", &p.Email, ""}}
	for i := range p.Roles {
		f := &p.Roles[i]
		at := forms.Pointer("/roles").Join(strconv.Itoa(i))
		if i == 0 { // one that was taken away, or too many
			out = append(out, control{"/roles", &f.Role, ""})
		}
		out = append(out, control{at.Join("role"), &f.Role, f.Legend}, control{at.Join("title"), &f.Title, f.Legend}, control{at.Join("from"), &f.From, f.Legend}, control{at.Join("to"), &f.To, f.Legend})
	}
	for i := range p.Mandates {
		f := &p.Mandates[i]
		at := forms.Pointer("/mandates").Join(strconv.Itoa(i))
		if i == 0 {
			out = append(out, control{"/mandates", &f.Kinds, ""})
		}
		out = append(out, control{at.Join("kinds"), &f.Kinds, f.Legend}, control{at.Join("title"), &f.Title, f.Legend}, control{at.Join("decided"), &f.Decided, f.Legend},
			control{at.Join("paragraph"), &f.Paragraph, f.Legend}, control{at.Join("from"), &f.From, f.Legend}, control{at.Join("to"), &f.To, f.Legend})
	}
	return append(out, control{"/note", &p.Note, ""}, control{"/paper", &p.Backing.Paper, ""})
}
