package byhand

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// editPage is the order as it is typed.
type editPage struct {
	ui.Shell
	URL      string
	Rev      int64
	Board    string
	Conflict *ui.Notice
	Subject  ui.Field
	Message  ui.Field
	Rows     []rowFields
	Known    *ui.Field // who can be chosen in the register; nil nobody
	Steps    []stepFields
	Until    ui.Field
	Days     ui.Field
	Day      ui.Field
	Time     ui.Field
	Remind   ui.Field
	Have     ui.Files
	Files    ui.Field
	Discard  string
}

// rowFields is one person.
type rowFields struct {
	Key    string
	Legend string // "Person 2"
	Remove ui.Button
	Person ui.Field // Value is the id in the register; "" the number is typed
	Number ui.Field
	Name   ui.Field
	Email  ui.Field
	Phone  ui.Field
	Title  ui.Field
	Step   ui.Field
}

// stepFields is how a step with several people is signed.
type stepFields struct {
	Legend string // "Steg 2: Erik Testsson och Maria Provberg"
	Rule   ui.Field
	Need   ui.Field
	Ladder ui.Field
	Wait   ui.Field
	Unit   ui.Field
}

// controlFiles is the control of the documents.
const controlFiles = "filer"

func (a *area) editing(r *httpkit.Request, status int, v *flow.HandView, problems []forms.Problem, conflict bool) error {
	w := a.words(r)
	p := editPage{Shell: a.site.Shell(r, w.T("byhand.edit.title")), URL: draftURL(v.ID), Rev: v.Rev, Board: v.Authority.Name, Have: w.fileItems(v, true),
		Discard: draftURL(v.ID) + "/kasta"}
	p.Back = &ui.Link{Text: w.T("byhand.edit.back"), URL: deskURL}
	if conflict {
		p.Conflict = &ui.Notice{Tone: ui.Warning, Title: w.T("byhand.edit.conflict"), Text: w.T("byhand.edit.conflict-text")}
	}
	p.fill(w, v)
	p.Problems = w.show(problems, p.controls()...)
	return admin.Show(r, status, a.edit, p)
}

// fill makes every control with what has been typed.
func (p *editPage) fill(w words, v *flow.HandView) {
	o := v.Order
	p.Subject = w.ofForm(v.Form, "/titel", "titel", o.Title)
	p.Message = w.ofForm(v.Form, "/meddelande", "meddelande", o.Message)
	p.Message.Optional = true
	p.Files = w.ofForm(v.Form, "/handlingar", controlFiles, "")
	p.Files.Accept, p.Files.Multiple = "application/pdf", true
	if len(p.Have) > 0 {
		p.Files.Label = w.T("byhand.edit.more-files")
	}
	steps := usedSteps(o)
	for i, s := range o.Signers {
		p.Rows = append(p.Rows, w.row(s, i+1, len(o.Signers), steps))
	}
	p.Known = w.known(v)
	for _, n := range steps {
		if people := inStep(o, n); len(people) > 1 {
			p.Steps = append(p.Steps, w.step(o, n, people))
		}
	}
	p.Until = ui.Field{Name: "tid", Label: w.T("byhand.edit.until"), Options: []ui.Choice{
		{Value: flow.ByDays, Label: w.T("byhand.edit.by-days"), Checked: o.Until != flow.ByTime},
		{Value: flow.ByTime, Label: w.T("byhand.edit.by-time"), Checked: o.Until == flow.ByTime}}}
	p.Days = ui.Field{Name: "dagar", Label: w.T("byhand.edit.days"), Value: o.Days, Width: 4, InputMode: "numeric"}
	p.Day = ui.Field{Name: "dag", Type: "date", Label: w.T("byhand.edit.day"), Value: o.Day, Width: 12}
	p.Time = ui.Field{Name: "klockan", Label: w.T("byhand.edit.time"), Hint: w.T("byhand.edit.time-hint"), Value: o.Time, Width: 6}
	p.Remind = ui.Field{Name: "paminn", Label: w.T("byhand.edit.remind"), Hint: w.T("byhand.edit.remind-hint"), Value: o.Remind, Width: 12, Optional: true}
}

// ofForm is a control that the form itself names and explains.
func (w words) ofForm(f *forms.Form, at forms.Pointer, name, value string) ui.Field {
	out := ui.Field{Name: name, Value: value}
	if d := f.Fields[at]; d != nil {
		out.Label, out.Hint, out.Rows = d.Label.In(w.Lang), d.Hint.In(w.Lang), d.Rows
	}
	return out
}

// known chooses among the board's people who are not there yet; nil when there is nobody.
func (w words) known(v *flow.HandView) *ui.Field {
	f := ui.Field{Name: fieldWho, Label: w.T("byhand.edit.known"), Hint: w.T("byhand.edit.known-hint"), Width: 40, Options: []ui.Choice{{Label: w.T("byhand.edit.known-nobody"), Checked: true}}}
	for _, p := range v.People {
		if slices.ContainsFunc(v.Order.Signers, func(s flow.HandSigner) bool { return s.Person == p.ID }) {
			continue
		}
		c := ui.Choice{Value: p.ID, Label: p.Name}
		if p.Title != "" {
			c.Label += ", " + p.Title
		}
		f.Options = append(f.Options, c)
	}
	if len(f.Options) == 1 {
		return nil
	}
	return &f
}

func (w words) row(s flow.HandSigner, n, of int, steps []int) rowFields {
	at := "." + s.Key
	r := rowFields{Key: s.Key, Legend: w.T("byhand.row.legend", "n", n),
		Person: ui.Field{Name: "person" + at, Label: w.T("byhand.row.person"), Value: s.Person},
		Number: ui.Field{Name: "nummer" + at, Label: w.T("byhand.row.number"), Hint: w.T("byhand.row.number-hint"), Value: s.Number, Width: 14, Autocomplete: "off"},
		Name:   ui.Field{Name: "namn" + at, Label: w.T("byhand.row.name"), Value: s.Name, Width: 30, Autocomplete: "off"},
		Email:  ui.Field{Name: "epost" + at, Label: w.T("byhand.row.email"), Value: s.Email, Width: 30, InputMode: "email", Autocomplete: "off", Optional: true},
		Phone:  ui.Field{Name: "telefon" + at, Label: w.T("byhand.row.phone"), Value: s.Phone, Width: 16, InputMode: "tel", Autocomplete: "off", Optional: true},
		Title:  ui.Field{Name: "egenskap" + at, Label: w.T("byhand.row.title"), Hint: w.T("byhand.row.title-hint"), Value: s.Title, Width: 30, Optional: true},
		Step:   ui.Field{Name: "steg" + at, Label: w.T("byhand.row.step")}}
	if of > 1 || s.Name+s.Number+s.Email+s.Phone+s.Title != "" {
		r.Remove = ui.Button{Text: w.T("byhand.row.remove"), Name: fieldOp, Value: opRemove + s.Key}
	}
	most := 1 // one more than there are steps, so that there is always a next
	if len(steps) > 0 {
		most = steps[len(steps)-1] + 1
	}
	for i := 1; i <= max(min(of, most), len(steps), stepOf(s)); i++ {
		r.Step.Options = append(r.Step.Options, ui.Choice{Value: strconv.Itoa(i), Label: w.stepName(i), Checked: strings.TrimSpace(s.Step) == strconv.Itoa(i)})
	}
	return r
}

// stepName is "1 – först", "2 – sedan".
func (w words) stepName(n int) string {
	if n == 1 {
		return w.T("byhand.step.first")
	}
	return w.T("byhand.step.then", "n", n)
}

func (w words) step(o flow.HandOrder, n int, people []string) stepFields {
	s := flow.HandStep{Rule: flow.NeedAll, Unit: flow.InDays}
	for _, have := range o.Steps {
		if have.Number == strconv.Itoa(n) {
			s = have
		}
	}
	at := "." + strconv.Itoa(n)
	f := stepFields{Legend: w.T("byhand.step.legend", "n", n, "names", strings.Join(people, ", ")),
		Rule: ui.Field{Name: "regel" + at, Label: w.T("byhand.step.rule")},
		Need: ui.Field{Name: "antal" + at, Label: w.T("byhand.step.need"), Value: s.Need, Width: 3, InputMode: "numeric"},
		Ladder: ui.Field{Name: "tur" + at, Label: w.T("byhand.step.turn"), HideLabel: true,
			Options: []ui.Choice{{Value: "ja", Label: w.T("byhand.step.ladder"), Hint: w.T("byhand.step.ladder-hint"), Checked: s.Ladder}}},
		Wait: ui.Field{Name: "vanta" + at, Label: w.T("byhand.step.wait"), Value: s.Wait, Width: 4, InputMode: "numeric"},
		Unit: ui.Field{Name: "enhet" + at, Label: w.T("byhand.step.unit"), Options: []ui.Choice{
			{Value: flow.InDays, Label: w.T("byhand.step.days"), Checked: s.Unit != flow.InMinutes},
			{Value: flow.InMinutes, Label: w.T("byhand.step.minutes"), Checked: s.Unit == flow.InMinutes}}}}
	for _, rule := range []string{flow.NeedAll, flow.NeedOne, flow.NeedSome} {
		f.Rule.Options = append(f.Rule.Options, ui.Choice{Value: rule, Label: w.T("byhand.step.need-" + rule), Checked: s.Rule == rule || s.Rule == "" && rule == flow.NeedAll})
	}
	return f
}

// controls are those that problems may stand at, in the order of the page.
func (p *editPage) controls() []control {
	out := []control{{"/titel", &p.Subject, "", ""}, {"/meddelande", &p.Message, "", ""}}
	for i := range p.Rows {
		r := &p.Rows[i]
		at := forms.Pointer("/signers").Join(r.Key)
		if i == 0 { // nobody, or too many
			out = append(out, control{"/signers", &r.Name, "", "byhand.edit.who"})
		}
		out = append(out, control{at.Join("number"), &r.Number, r.Legend, ""}, control{at.Join("person"), &r.Person, r.Legend, ""}, control{at.Join("name"), &r.Name, r.Legend, ""},
			control{at.Join("email"), &r.Email, r.Legend, ""}, control{at.Join("phone"), &r.Phone, r.Legend, ""},
			control{at.Join("title"), &r.Title, r.Legend, ""}, control{at.Join("step"), &r.Step, r.Legend, ""})
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		at := forms.Pointer("/steps/" + s.Rule.Name[len("regel."):])
		out = append(out, control{at.Join("rule"), &s.Rule, "", ""}, control{at.Join("need"), &s.Need, "", ""}, control{at.Join("wait"), &s.Wait, "", ""})
	}
	return append(out, control{"/until", &p.Until, "", ""}, control{"/days", &p.Days, "", ""}, control{"/day", &p.Day, "", ""}, control{"/time", &p.Time, "", ""},
		control{"/remind", &p.Remind, "", ""}, control{"/handlingar", &p.Files, "", ""})
}

// stepOf is the number of the step that somebody stands in; 0 when it is none.
func stepOf(s flow.HandSigner) int {
	n, err := strconv.Atoi(strings.TrimSpace(s.Step))
	if err != nil || n < 1 || n > maxPostedSteps {
		return 0
	}
	return n
}

// usedSteps are the steps that somebody stands in, in order.
func usedSteps(o flow.HandOrder) []int {
	var out []int
	for _, s := range o.Signers {
		if n := stepOf(s); n > 0 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// inStep names those who stand in a step, those of whom nothing is typed by their place.
func inStep(o flow.HandOrder, n int) []string {
	var out []string
	for i, s := range o.Signers {
		if stepOf(s) != n {
			continue
		}
		name := strings.TrimSpace(s.Name)
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		out = append(out, name)
	}
	return out
}
