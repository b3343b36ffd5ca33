package people

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// changePage is a change, person by person, with what the reader may do with it.
type changePage struct {
	boardFrame
	About   string
	State   *ui.Tag
	Facts   ui.Rows
	Paper   ui.Files
	People  []changedPerson
	Lines   []string // of the delegation list
	Refused ui.Table // rows of the file that were not taken
	Stale   *ui.Notice
	Undone  *ui.Notice // whom it did not change
	Asked   *ui.Notice // whose signature it waits for
	Own     *ui.Notice // why the reader does not confirm
	Confirm string     // address; "" when the reader may not
	GoOn    bool       // it is confirmed already, and was cut off
	Refuse  string
	Ground  ui.Field
	Mine    bool
	// Propose is where what was read from a file is proposed.
	Propose string
	Note    ui.Field
	Backing backing
}

// changedPerson is what a change does with a person.
type changedPerson struct {
	Name    string
	Tag     *ui.Tag
	Changes []changedField
}

type changedField struct{ What, Was, Is string }

// showChange is GET.
func (a *area) showChange(r *httpkit.Request) error {
	return a.changeForm(r, http.StatusOK, "", "", nil)
}

func (a *area) changeForm(r *httpkit.Request, status int, ground, note string, problems []forms.Problem) error {
	id, err := named(r, "change")
	if err != nil {
		return err
	}
	v, err := a.Flow.PeopleChange(r.Context(), r.Actor(), ref(r), id)
	if err != nil {
		return err
	}
	w, c, at := a.words(r), &v.Change, changeURL(ref(r), id)
	p := changePage{boardFrame: a.framed(r, v.Board, w.T("people.change.title"), "/andringar"), About: w.about(c), State: w.changeTag(c.State), Mine: v.Mine}
	p.Back = &ui.Link{Text: w.T("people.change.back"), URL: boardURL(ref(r), "/andringar")}
	p.Facts = w.changeFacts(c)
	if c.Paper != nil {
		p.Paper = ui.Files{{Name: c.Paper.Name, Type: "PDF", Bytes: c.Paper.Size, URL: at + "/papper"}}
	}
	for _, e := range c.Edits {
		p.People = append(p.People, w.changed(e))
	}
	for _, l := range c.Lists {
		text := w.T("people.change.line-added", "line", w.delegationLine(l.Line, v.Names))
		if !l.End.IsZero() {
			text = w.T("people.change.line-ends", "line", w.delegationLine(l.Line, v.Names), "day", w.day(l.End))
		}
		p.Lines = append(p.Lines, text)
	}
	if c.From != nil && len(c.From.Refused) > 0 {
		p.Refused = w.refusedRows(c.From.Refused)
	}
	if v.Stale {
		p.Stale = &ui.Notice{Tone: ui.Warning, Title: w.T("people.change.stale"), Text: w.T("people.change.stale-text")}
	}
	if len(c.Undone) > 0 {
		p.Undone = &ui.Notice{Tone: ui.Warning, Title: w.T("people.change.undone", "names", strings.Join(w.undone(c), ", ")), Text: w.T("people.change.undone-text")}
	}
	if len(v.Asked) > 0 {
		p.Asked = &ui.Notice{Tone: ui.Info, Title: w.T("people.change.asked"), Text: w.T("people.change.asked-text", "n", len(v.Asked), "names", strings.Join(v.Asked, ", "))}
	}
	p.GoOn = c.State == register.Applying
	switch {
	case c.State == register.Prepared:
		p.Refuse = at + "/avsla"
		if !v.Stale {
			p.Propose = at + "/foresla"
		}
	case c.State.Waits():
		p.Refuse = at + "/avsla"
		if v.Mine && p.Asked == nil {
			p.Own = &ui.Notice{Tone: ui.Info, Text: w.T("people.change.own")}
		}
	}
	if v.Confirms && !v.Stale {
		p.Confirm = at + "/bekrafta"
	}
	p.Ground = ui.Field{Name: "skal", Label: w.T("people.change.ground"), Hint: w.T("people.change.ground-hint"), Value: ground, Rows: 3}
	p.Note = ui.Field{Name: "not", Label: w.T("people.edit.note"), Hint: w.T("people.edit.note-hint"), Value: note, Rows: 3, Optional: true}
	p.Backing = w.backing(v.Board, "", asked(r))
	p.Problems = w.show(problems, control{"/note", &p.Note, ""}, control{"/paper", &p.Backing.Paper, ""}, control{"/ground", &p.Ground, ""})
	return admin.Show(r, status, a.change, p)
}

func (w words) changeFacts(c *register.Change) ui.Rows {
	var out ui.Rows
	add := func(key, value string) {
		if value != "" {
			out = append(out, ui.Row{Key: w.T("people.change." + key), Value: value})
		}
	}
	if c.State == register.Prepared {
		add("prepared-by", w.T("people.trail.at", "name", c.By.Name, "time", w.DateTime(c.At)))
	} else {
		add("proposed-by", w.T("people.trail.at", "name", c.By.Name, "time", w.DateTime(c.At)))
	}
	if p := c.Paper; p != nil && p.Evidence != "" {
		add("signed-by", w.T("people.trail.at", "name", p.By, "time", w.DateTime(p.At)))
	}
	switch {
	case c.Ended.IsZero():
	case c.EndedBy.Name == "": // nobody signed its paper
		add("ended-at", w.DateTime(c.Ended))
	default:
		add("ended-"+string(c.State), w.T("people.trail.at", "name", c.EndedBy.Name, "time", w.DateTime(c.Ended)))
	}
	add("note", c.Note)
	add("refusal", c.Ground)
	if f := c.From; f != nil {
		add("file", w.T("people.change.file-rows", "name", f.Name, "rows", f.Rows, "people", len(c.Edits), "same", f.Same, "refused", len(f.Refused)))
	}
	return out
}

// undone names those whom a change did not change.
func (w words) undone(c *register.Change) []string {
	var out []string
	for _, e := range c.Edits {
		if slices.Contains(c.Undone, e.Person.ID) {
			out = append(out, e.Person.Name)
		}
	}
	return out
}

// changed says what an edit does, field by field. The number is masked.
func (w words) changed(e register.Edit) changedPerson {
	was := register.Person{}
	out := changedPerson{Name: e.Person.Name}
	if e.Was != nil {
		was = *e.Was
		out.Name = was.Name
	} else {
		out.Tag = &ui.Tag{Tone: ui.Info, Text: w.T("people.change.new")}
	}
	roles := func(p *register.Person) string {
		var lines []string
		for _, x := range p.Roles {
			lines = append(lines, w.roleLine(x))
		}
		return strings.Join(lines, "\n")
	}
	mandates := func(p *register.Person) string {
		var lines []string
		for _, x := range p.Mandates {
			lines = append(lines, w.mandateLine(x))
		}
		return strings.Join(lines, "\n")
	}
	for _, what := range register.Differences(&was, &e.Person) {
		f := changedField{What: w.T("people.what." + what)}
		switch what {
		case "name":
			f.Was, f.Is = was.Name, e.Person.Name
		case "number":
			f.Was, f.Is = was.Number.String(), e.Person.Number.String()
		case "phone":
			f.Was, f.Is = was.Phone, e.Person.Phone
		case "email":
			f.Was, f.Is = was.Email, e.Person.Email
		case "roles":
			f.Was, f.Is = roles(&was), roles(&e.Person)
		case "mandates":
			f.Was, f.Is = mandates(&was), mandates(&e.Person)
		case register.Closed:
			out.Tag = &ui.Tag{Tone: ui.Warning, Text: w.T("people.change.leaves")}
			f.Was, f.Is = w.T("people.state.here"), w.T("people.change.leaves")
		case register.Opened:
			f.Was, f.Is = w.T("people.state.gone"), w.T("people.change.back-again")
		}
		out.Changes = append(out.Changes, f)
	}
	return out
}

// refusedRows are rows of a file, and why they were not taken.
func (w words) refusedRows(refused []register.Refusal) ui.Table {
	t := ui.Table{Caption: w.T("people.import.refused", "n", len(refused)), Columns: []ui.Column{{Title: w.T("people.import.line")}, {Title: w.T("people.field.name")}, {Title: w.T("people.import.why")}}}
	for _, x := range refused {
		label := string(x.Column)
		if i := slices.Index(register.Columns(), x.Column); i < 0 {
			label = w.T("people.import.row")
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: w.T("people.import.line-n", "n", strconv.Itoa(x.Line))}, {Text: x.Name}, {Text: w.problem(forms.Problem{Code: x.Code, Params: x.Params}, label)}})
	}
	return t
}

// paper is GET of the board's paper.
func (a *area) paper(r *httpkit.Request) error {
	id, err := named(r, "change")
	if err != nil {
		return err
	}
	f, err := a.Flow.ChangePaper(r.Context(), r.Actor(), ref(r), id)
	if err != nil {
		return err
	}
	return r.File(httpkit.Download{Name: f.Name, Type: f.Type, Size: f.Size, Body: f.Body})
}

// confirm is POST. One that has become stale meanwhile is shown again, and says so.
func (a *area) confirm(r *httpkit.Request) error {
	id, err := named(r, "change")
	if err != nil {
		return err
	}
	err = a.Flow.ConfirmChange(r.Context(), r.Actor(), ref(r), id)
	if errors.Is(err, fault.Exists) {
		return a.changeForm(r, http.StatusConflict, "", "", []forms.Problem{{Code: register.TwoPeople}})
	}
	if errors.Is(err, fault.Conflict) {
		return a.changeForm(r, http.StatusConflict, "", "", nil)
	}
	if err != nil {
		return err
	}
	return a.done(r, "people.change.confirmed")
}

// done goes on to where the reader may go: a host's administrator sees no more of what has ended than the list.
func (a *area) done(r *httpkit.Request, text string) error {
	return a.site.Done(r, r.Locale().T(text), boardURL(ref(r), "/andringar"))
}

// refuse is POST: a refusal, or taken back by who proposed it.
func (a *area) refuse(r *httpkit.Request) error {
	id, err := named(r, "change")
	if err != nil {
		return err
	}
	ground := r.Form().Get("skal")
	problems, err := a.Flow.RefuseChange(r.Context(), r.Actor(), ref(r), id, ground)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.changeForm(r, http.StatusUnprocessableEntity, ground, "", problems)
	}
	return a.done(r, "people.change.ended")
}

// proposeImport is POST: what was read from a file is proposed.
func (a *area) proposeImport(r *httpkit.Request) error {
	id, err := named(r, "change")
	if err != nil {
		return err
	}
	note := r.Form().Get("not")
	paper, err := uploaded(r)
	if err != nil {
		return err
	}
	problems, err := a.Flow.ProposeImport(r.Context(), r.Actor(), ref(r), id, note, paper)
	if errors.Is(err, fault.Conflict) {
		return a.changeForm(r, http.StatusConflict, "", note, nil)
	}
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return a.changeForm(r, http.StatusUnprocessableEntity, "", note, problems)
	}
	return a.site.Done(r, a.proposedText(r), changeURL(ref(r), id))
}
