package caseload

import (
	"slices"

	"samtjanst/forms"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// answers shows what was answered, by page: the common part, or a party's own section. What the register said stands by itself
// with its source and time (factsCard), so it is not said again at each fact.
func (w words) answers(v *forms.View, own bool) ui.Summary {
	if v == nil {
		return ui.Summary{}
	}
	sections := renderer.Summary(w.Locale, v, renderer.Officer, nil)
	sections = slices.DeleteFunc(sections, func(s renderer.SummarySection) bool { return s.Own != own })
	return renderer.SummaryView(sections, nil)
}
