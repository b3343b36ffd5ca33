package caseload

import (
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// answers shows what was answered, by page: the common part, or a party's own section. Facts from the register say where they come
// from and when; nothing can be changed here.
func (w words) answers(c *flow.StaffCase, v *forms.View, own bool) ui.Summary {
	if v == nil {
		return ui.Summary{}
	}
	sections := renderer.Summary(w.Locale, v, renderer.Officer, w.sources(c, v))
	sections = slices.DeleteFunc(sections, func(s renderer.SummarySection) bool { return s.Own != own })
	return renderer.SummaryView(sections, nil)
}

// sources names the register behind each shown fact.
func (w words) sources(c *flow.StaffCase, v *forms.View) map[string]renderer.Source {
	if c.FactsSource == "" || c.FactsSource == sourceManual {
		return nil
	}
	src := renderer.Source{Name: c.FactsSource}
	if !c.FactsAt.IsZero() {
		src.Time = w.DateTime(c.FactsAt)
	}
	out := make(map[string]renderer.Source, len(v.Facts))
	for id := range v.Facts {
		out[id] = src
	}
	return out
}
