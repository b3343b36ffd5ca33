package caseload

import (
	"samtjanst/forms"
	"samtjanst/renderer/ui"
)

// control is a field of a staff form with the pointer by which the use case names it.
type control struct {
	pointer forms.Pointer
	field   *ui.Field
	suffix  string // of texts that this control has of its own: of a missing answer "-choices", "-date", "-files"; "" none
}

// show puts the problems' texts at their controls and gives the summary, in the order of the form. A problem at no control is
// told by the summary alone, so that nothing is refused without a reason.
func (w words) show(problems []forms.Problem, controls ...control) []ui.ProblemLink {
	var out []ui.ProblemLink
	told := map[forms.Pointer]bool{}
	for _, c := range controls {
		for _, p := range problems {
			if p.Pointer != c.pointer || c.field.Error != "" {
				continue
			}
			c.field.Error = w.problem(p, c.field.Label, c.suffix)
			out = append(out, c.field.Problem())
		}
		told[c.pointer] = true
	}
	for _, p := range problems {
		if !told[p.Pointer] {
			out = append(out, ui.ProblemLink{Text: w.problem(p, string(p.Pointer), "")})
		}
	}
	return out
}

func (w words) problem(p forms.Problem, label, suffix string) string {
	args := map[string]any{"label": label}
	for k, v := range p.Params {
		args[k] = v
	}
	key := "problem." + p.Code
	if format, _ := p.Params["format"].(string); p.Code == forms.FormatCode && w.Has(key+"-"+format) {
		key += "-" + format
	}
	if suffix != "" && w.Has(key+suffix) {
		key += suffix
	}
	return w.T(key, args)
}
