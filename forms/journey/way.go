package journey

import (
	"slices"

	"samtjanst/forms"
)

// Incomplete is the first shown page that has a problem or a stop on it; ok is false when every page is done.
func (g *Graph) Incomplete(v *forms.View) (page string, ok bool) {
	return g.check(v).incomplete()
}

func (c *checker) incomplete() (page string, ok bool) {
	for _, p := range c.view.Pages {
		if c.page(p); c.view.Stopped[p.ID] || forms.Hard(c.out) {
			return p.ID, true
		}
	}
	return "", false
}

// Next is where Continue leads from a page: the next shown page, after the last one CheckPage. When one answer was changed from the
// check page (returning), it leads straight back there, unless the change made something else incomplete. A page that stops, or is
// not shown any more, leads nowhere new: to itself, or to the first incomplete one; so does a page that something is wrong on.
func (g *Graph) Next(v *forms.View, page string, returning bool) string {
	_, next := g.Continue(v, page, returning)
	return next
}

// Continue gives what Validate says of one page, and what Next says of it, after one validation. Soft problems come along and hold
// nobody back.
func (g *Graph) Continue(v *forms.View, page string, returning bool) (problems []forms.Problem, next string) {
	c, at := g.check(v), index(v, page)
	if at >= 0 {
		c.page(v.Pages[at])
	}
	if problems = c.out; v.Stopped[page] || forms.Hard(problems) {
		return problems, page
	}
	if !returning && at >= 0 && at < len(v.Pages)-1 {
		return problems, v.Pages[at+1].ID
	}
	problems = slices.Clip(problems)
	if incomplete, some := c.incomplete(); some {
		return problems, incomplete
	}
	return problems, CheckPage
}

// Back is the page before, "" before the first; from CheckPage the last page.
func (g *Graph) Back(v *forms.View, page string) string {
	at := index(v, page)
	if page == CheckPage {
		at = len(v.Pages)
	}
	if at <= 0 {
		return ""
	}
	return v.Pages[at-1].ID
}

// Reachable reports whether a person may open a page: it is shown and no stop stands before it. CheckPage needs that nothing is
// incomplete.
func (g *Graph) Reachable(v *forms.View, page string) bool {
	if page == CheckPage {
		_, some := g.Incomplete(v)
		return !some
	}
	for _, p := range v.Pages {
		if p.ID == page {
			return true
		}
		if v.Stopped[p.ID] {
			return false
		}
	}
	return false
}

func index(v *forms.View, page string) int {
	for i, p := range v.Pages {
		if p.ID == page {
			return i
		}
	}
	return -1
}

// Defaults are the answers of a new draft: default acts once, here.
func (g *Graph) Defaults() map[string]any {
	answers := map[string]any{}
	for ptr, f := range g.form.Fields {
		var value any
		if f.Default == nil || rowsOf(f) != nil || forms.UnmarshalExact(f.Default, &value) != nil {
			continue
		}
		forms.Put(answers, ptr, value)
	}
	return answers
}
