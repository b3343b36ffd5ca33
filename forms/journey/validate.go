package journey

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"samtjanst/forms"
)

// Validate gives every problem of what the view shows, on one page or, with "", as a whole: the schema's over the answers without
// what is hidden, what the layout requires, and choices that are no longer offered. Another party's view is judged on its own pages
// only. Problems come in the order of the form.
func (g *Graph) Validate(v *forms.View, page string) []forms.Problem {
	c := g.check(v)
	for _, p := range v.Pages {
		if page == "" || p.ID == page {
			c.page(p)
		}
	}
	if page == "" && v.Scope.Actor["role"] == Applicant {
		c.out = append(c.out, strays(v, c.found, c.taken)...)
	}
	return c.out
}

// checker has what the schema found in a view, from which each page takes its own.
type checker struct {
	view  *forms.View
	found map[forms.Pointer][]forms.Problem
	taken map[forms.Pointer]bool // places that a page has told of
	out   []forms.Problem
}

func (g *Graph) check(v *forms.View) *checker {
	c := &checker{view: v, found: map[forms.Pointer][]forms.Problem{}, taken: map[forms.Pointer]bool{}}
	for _, p := range g.schema.Validate(g.materialised(v)) {
		c.found[p.Pointer] = append(c.found[p.Pointer], p)
	}
	return c
}

func (c *checker) page(p *forms.Page) {
	for i, s := range p.Sections {
		if c.view.ShowsSection(p, i) {
			c.fields(s.Fields, "")
		}
	}
}

// fields tells the problems of fields and of those within them. base is the concrete row they stand in.
func (c *checker) fields(fields []*forms.Field, base forms.Pointer) {
	v := c.view
	for _, f := range fields {
		if f.Pointer == "" {
			continue
		}
		at := concreteIn(f, base)
		c.taken[at] = true
		if !v.ShowsAt(f, at) {
			continue
		}
		value, has := forms.Lookup(v.Answers, at)
		own := c.found[at]
		if has && f.OptionsFrom != "" {
			own = append(own, offered(v, f, at, value)...)
		}
		if f.Required && missing(value, has) && !hasCode(own, forms.Required) && f.Kind != forms.GroupField {
			own = []forms.Problem{{Pointer: at, Code: forms.Required}}
		}
		c.out = append(c.out, own...)
		rows, _ := value.([]any)
		switch f.Kind {
		case forms.GroupField:
			c.fields(f.Fields, at)
		case forms.RowsField, forms.ListField:
			for i := range rows {
				c.fields(f.Fields, at.Index(i))
			}
		case forms.ChoicesField, forms.FilesField:
			for _, p := range slices.Sorted(maps.Keys(c.found)) { // a problem of one item is told of the field
				if p == at || !p.Within(at) {
					continue
				}
				c.taken[p] = true
				for _, q := range c.found[p] {
					q.Pointer = at
					if !hasCode(own, q.Code) {
						own = append(own, q)
						c.out = append(c.out, q)
					}
				}
			}
		}
	}
}

// concreteIn gives the concrete place of a field within a concrete row or group.
func concreteIn(f *forms.Field, base forms.Pointer) forms.Pointer {
	if base == "" {
		return f.Pointer
	}
	tokens := f.Pointer.Tokens()
	for _, t := range tokens[len(base.Tokens()):] {
		base = base.Join(t)
	}
	return base
}

// strays are problems that belong to no field that is shown: told only where nobody else will. A required value that is hidden, or
// has no place in the form, is not missed; the rest would be a mistake in the definition, which must not pass unnoticed.
func strays(v *forms.View, found map[forms.Pointer][]forms.Problem, taken map[forms.Pointer]bool) []forms.Problem {
	var out []forms.Problem
	for at, problems := range found {
		if taken[at] {
			continue
		}
		for _, p := range problems {
			if p.Code == forms.Required && !visible(v, at) {
				continue
			}
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b forms.Problem) int {
		return strings.Compare(string(a.Pointer)+a.Code, string(b.Pointer)+b.Code)
	})
	return out
}

// visible reports whether a shown field stands at a place or below it.
func visible(v *forms.View, at forms.Pointer) bool {
	for ptr, f := range v.Form.Fields {
		if ptr.Overlaps(at) && v.Shows(f) && !v.Hidden[at] && f.Required {
			return true
		}
	}
	return false
}

// missing reports whether a value counts as not answered where an answer is required of a person: text of nothing but space too.
func missing(value any, has bool) bool {
	if !has || value == nil {
		return true
	}
	switch x := value.(type) {
	case string:
		return strings.TrimSpace(x) == ""
	case []any:
		return len(x) == 0
	}
	return false
}

func hasCode(problems []forms.Problem, code string) bool {
	return slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Code == code })
}

// offered checks choices against the options that the expression gave.
func offered(v *forms.View, f *forms.Field, at forms.Pointer, value any) []forms.Problem {
	values, many := value.([]any)
	if !many {
		values = []any{value}
	}
	for _, e := range values {
		_, text, ok := scalar(e)
		if !ok || !slices.ContainsFunc(v.Options[f.ID], func(o forms.Option) bool { return o.Value == text }) {
			return []forms.Problem{{Pointer: at, Code: forms.NotAnOption}}
		}
	}
	return nil
}

// scalar gives a value's JSON and its text as options have it.
func scalar(v any) (json.RawMessage, string, bool) {
	switch x := v.(type) {
	case string:
		raw, err := json.Marshal(x)
		return raw, x, err == nil
	case json.Number:
		return json.RawMessage(x), x.String(), true
	case bool:
		if x {
			return json.RawMessage("true"), "true", true
		}
		return json.RawMessage("false"), "false", true
	}
	return nil, "", false
}

// materialised gives the answers with the objects there that required fields stand in: a page with nothing on it yet lacks its
// fields, not an object that nobody has heard of.
func (g *Graph) materialised(v *forms.View) map[string]any {
	answers := forms.CopyObject(v.Answers)
	for ptr, f := range g.form.Fields {
		if !f.Required || !v.Shows(f) || rowsOf(f) != nil {
			continue
		}
		for up := ptr.Up(); up != ""; up = up.Up() {
			if _, ok := forms.Lookup(answers, up); !ok && up.Last() != "*" {
				forms.Put(answers, up, map[string]any{})
			}
		}
	}
	return answers
}

// conditionallyRequired marks what the schema requires because of other answers, so that a page can say so beforehand.
func (g *Graph) conditionallyRequired(v *forms.View) {
	if !g.schema.Conditional {
		return
	}
	for _, p := range g.schema.Validate(g.materialised(v)) {
		if f := g.form.FieldAt(p.Pointer); p.Code == forms.Required && f != nil && !f.Required && v.ShowsAt(f, p.Pointer) {
			v.Required[p.Pointer] = true
		}
	}
}
