package byhand

import (
	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// words puts what the use cases give into the reader's language.
type words struct{ *i18n.Locale }

func (a *area) words(r *httpkit.Request) words { return words{r.Locale()} }

// control is a field of the page with the pointer by which the use case names it.
type control struct {
	pointer forms.Pointer
	field   *ui.Field
	of      string // whose it is, "Person 2": several have the same label
	label   string // key of what problems call it, "" the field's own label
}

func (c control) At() (forms.Pointer, *ui.Field) { return c.pointer, c.field }

// show puts the problems' texts at their controls and gives the summary.
func (w words) show(problems []forms.Problem, controls ...control) []ui.ProblemLink {
	return admin.Tell(problems, controls, w.problem)
}

func (w words) problem(p forms.Problem, c control) string {
	label := admin.Label(p, c.field)
	if c.label != "" {
		label = w.T(c.label)
	}
	if c.of != "" {
		label = w.T("byhand.row.field", "label", label, "of", c.of)
	}
	switch p.Code {
	case flow.SamePerson, flow.NeedsMore, flow.LadderOfAll, flow.LadderLate, flow.TimePast, flow.RemindLate, flow.NotHolder, flow.NotReached:
		return w.T("byhand.problem."+p.Code, admin.ProblemArgs(w.Locale, p, label))
	}
	kind := ""
	if p.Pointer == "/handlingar" {
		kind = "-files"
	}
	return admin.ProblemText(w.Locale, p, label, kind)
}

// person is somebody who signs, as the officer reads it before sending.
type person struct {
	Name   string
	Number string // "" signs on paper, or stands in the register
	Title  string
	Told   string // how
}

// told says how somebody is told that it is his or her turn.
func (w words) told(email, phone string, digital bool) string {
	switch {
	case !digital:
		return w.T("byhand.told.paper")
	case email != "" && phone != "":
		return w.T("byhand.told.both", "email", email, "phone", phone)
	case email+phone != "":
		return w.T("byhand.told.one", "to", email+phone)
	}
	return w.T("byhand.told.none")
}
