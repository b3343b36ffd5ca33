package byhand

import (
	"strings"

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

// show puts the problems' texts at their controls and gives the summary, in the order of the page. A problem at no control is told by the
// summary alone, so that nothing is refused without a reason.
func (w words) show(problems []forms.Problem, controls ...control) []ui.ProblemLink {
	var out []ui.ProblemLink
	told := map[forms.Pointer]bool{}
	for _, c := range controls {
		for _, p := range problems {
			if p.Pointer != c.pointer || c.field.Error != "" {
				continue
			}
			label := c.field.Label
			if c.label != "" {
				label = w.T(c.label)
			}
			if c.of != "" {
				label = w.T("byhand.row.field", "label", label, "of", c.of)
			}
			c.field.Error = w.problem(p, label)
			out = append(out, c.field.Problem())
		}
		told[c.pointer] = true
	}
	for _, p := range problems {
		if !told[p.Pointer] {
			out = append(out, ui.ProblemLink{Text: w.problem(p, strings.TrimPrefix(string(p.Pointer), "/"))})
		}
	}
	return out
}

func (w words) problem(p forms.Problem, label string) string {
	args := map[string]any{"label": label}
	for k, v := range p.Params {
		args[k] = v
	}
	switch p.Code {
	case flow.SamePerson, flow.NeedsMore, flow.LadderOfAll, flow.LadderLate, flow.TimePast, flow.RemindLate, flow.NotReached:
		return w.T("byhand.problem."+p.Code, args)
	}
	key := "problem." + p.Code
	if format, ok := p.Params["format"].(string); ok && w.Has(key+"-"+format) {
		key += "-" + format
	}
	if p.Pointer == "/handlingar" && p.Code == forms.Required {
		key += "-files"
	}
	return w.T(key, args)
}

// person is somebody who signs, as the officer reads it before sending.
type person struct {
	Name   string
	Number string // "" signs on paper
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
