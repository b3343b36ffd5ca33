package admin

import (
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// Control is a field of a page with the pointer by which the use case names it.
type Control interface {
	At() (forms.Pointer, *ui.Field)
}

// Tell puts the problems' texts at their controls and gives the summary, in the order of the controls. A problem at no control is told by the
// summary alone, so that nothing is refused without a reason. Text words a problem at a control, and is given the zero C where there is none.
func Tell[C Control](problems []forms.Problem, controls []C, text func(forms.Problem, C) string) []ui.ProblemLink {
	var out []ui.ProblemLink
	for _, c := range controls {
		at, field := c.At()
		for _, p := range problems {
			if p.Pointer == at && field.Error == "" {
				field.Error = text(p, c)
				out = append(out, field.Problem())
			}
		}
	}
	for _, p := range problems {
		if !slices.ContainsFunc(controls, func(c C) bool { at, _ := c.At(); return at == p.Pointer }) {
			var none C
			out = append(out, ui.ProblemLink{Text: text(p, none)})
		}
	}
	return out
}

// Label is what a problem calls the field that it is at: the field's label, or the pointer's name where no field is.
func Label(p forms.Problem, f *ui.Field) string {
	if f == nil {
		return strings.TrimPrefix(string(p.Pointer), "/")
	}
	return f.Label
}

// ProblemArgs are what the text of a problem is made with: what it says of itself, and the label. A file's most bytes are said as a size.
func ProblemArgs(l *i18n.Locale, p forms.Problem, label string) map[string]any {
	args := map[string]any{"label": label}
	for k, v := range p.Params {
		if most, ok := v.(int64); ok && k == "max" && (p.Code == forms.FileTooBig || p.Code == forms.FilesTooBig) {
			v = l.Size(most)
		}
		args[k] = v
	}
	return args
}

// ProblemText words a problem as the pages of forms do: by its code, by its format where there is a text for that, and by the kind of the
// control ("-files") where there is one for that.
func ProblemText(l *i18n.Locale, p forms.Problem, label, kind string) string {
	key := "problem." + p.Code
	if format, _ := p.Params["format"].(string); format != "" && l.Has(key+"-"+format) {
		key += "-" + format
	}
	if kind != "" && l.Has(key+kind) {
		key += kind
	}
	return l.T(key, ProblemArgs(l, p, label))
}
