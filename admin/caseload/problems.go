package caseload

import (
	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/renderer/ui"
)

// control is a field of a staff form with the pointer by which the use case names it.
type control struct {
	pointer forms.Pointer
	field   *ui.Field
	suffix  string // of texts that this control has of its own: of a missing answer "-choices", "-date", "-files"; "" none
}

func (c control) At() (forms.Pointer, *ui.Field) { return c.pointer, c.field }

// show puts the problems' texts at their controls and gives the summary.
func (w words) show(problems []forms.Problem, controls ...control) []ui.ProblemLink {
	return admin.Tell(problems, controls, func(p forms.Problem, c control) string {
		return admin.ProblemText(w.Locale, p, admin.Label(p, c.field), c.suffix)
	})
}
