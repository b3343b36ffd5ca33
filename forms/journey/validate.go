package journey

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
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
	graph *Graph
	view  *forms.View
	found map[forms.Pointer][]forms.Problem
	taken map[forms.Pointer]bool // places that a page has told of
	out   []forms.Problem
}

func (g *Graph) check(v *forms.View) *checker {
	c := &checker{graph: g, view: v, found: map[forms.Pointer][]forms.Problem{}, taken: map[forms.Pointer]bool{}}
	for _, p := range g.violations(v) {
		c.found[p.Pointer] = append(c.found[p.Pointer], p)
	}
	return c
}

// violations are the problems that the schema has with a view's answers.
func (g *Graph) violations(v *forms.View) []forms.Problem {
	at := forms.Pointer("")
	if g.form.Enveloped {
		if at = forms.Enveloped; !has(v.Answers, forms.Envelope) {
			return []forms.Problem{{Pointer: at, Code: forms.Required}}
		}
	}
	var found []forms.Problem
	if p, ok := v.Past.(*past); ok && p.graph == g {
		found = p.violations(g, v)
	} else {
		found = g.schema.Validate(g.judged(v))
	}
	if at == "" {
		return found
	}
	problems := slices.Clone(found)
	for i := range problems {
		problems[i].Pointer = at + problems[i].Pointer
	}
	return problems
}

func has(object map[string]any, name string) bool { _, ok := object[name]; return ok }

// judged is what of a view's answers the schema is asked about.
func (g *Graph) judged(v *forms.View) any {
	if g.form.Enveloped {
		return v.Answers[forms.Envelope]
	}
	return g.materialised(v)
}

func (c *checker) page(p *forms.Page) {
	var row any
	if p.IsInstance() {
		row, _ = forms.Lookup(c.view.Answers, p.RowAt())
	}
	for i, s := range p.Sections {
		if c.view.ShowsSection(p, i) {
			for _, f := range s.Fields {
				at := p.At(f.Pointer)
				value, has := forms.Lookup(c.view.Answers, at)
				c.field(f, at, value, has, row)
			}
		}
	}
}

// field tells the problems of a field at a concrete place, and of what stands within it. row is the row it stands in.
func (c *checker) field(f *forms.Field, at forms.Pointer, value any, has bool, row any) {
	v := c.view
	if !f.Posted() {
		return
	}
	first := !c.taken[at] // a variant's field stands where its choice does
	c.taken[at] = true
	if !v.ShowsAt(f, at) {
		return
	}
	if first {
		c.own(f, at, value, has)
	}
	for i, holds := range c.graph.checks[f] {
		if holds(scopeOf(v, row)) {
			c.out = append(c.out, forms.Problem{Pointer: at, Code: f.Checks[i].Code, Soft: f.Checks[i].Soft})
		}
	}
	if f.OnDemand && (!has || value == nil) {
		return // it is not on the page, and may stand within itself for ever
	}
	list, _ := value.([]any)
	switch f.Kind {
	case forms.MapField:
		c.entries(f, at, value, row)
	case forms.GroupField:
		for _, child := range f.Children() {
			if child.Kind == forms.MapField && child.Pointer == f.Pointer {
				c.entries(child, at, value, row)
				continue
			}
			rel := child.Pointer[len(f.Pointer):]
			e, ok := forms.Lookup(value, rel)
			c.field(child, at+rel, e, ok, row)
		}
	case forms.RowsField:
		must, canBeQuiet := c.graph.quiet[f]
		var told map[string]bool
		if canBeQuiet {
			told = c.toldRows(at)
		}
		for i, e := range list {
			if canBeQuiet && must.met(e) && !told[strconv.Itoa(i)] {
				continue
			}
			for _, child := range f.Children() {
				rel := child.Pointer[len(f.Pointer)+len("/*"):]
				x, ok := forms.Lookup(e, rel)
				c.field(child, at.Index(i)+rel, x, ok, e)
			}
			c.taken[at.Index(i)] = true
			c.out = append(c.out, c.found[at.Index(i)]...)
		}
	case forms.ListField, forms.TupleField:
		items := f.Children()
		for i := range max(len(list), len(items)) {
			item := f.Rest()
			if f.Kind == forms.ListField {
				item = items[0]
			} else if i < len(items) {
				item = items[i]
			}
			if i < len(list) && item != nil {
				c.field(item, at.Index(i), list[i], true, row)
			}
		}
	case forms.VariantField:
		if i := f.Choose(value); has && i >= 0 {
			c.field(f.Variants[i].Field(), at, value, has, row)
		}
	case forms.ChoicesField, forms.FilesField:
		c.within(at)
	}
}

// own tells what is wrong with a value itself.
func (c *checker) own(f *forms.Field, at forms.Pointer, value any, has bool) {
	own := c.found[at]
	if has && f.OptionsFrom != "" {
		own = append(own, offered(c.view, f, at, value)...)
	}
	if has && f.Booking != "" && len(own) == 0 {
		own = c.view.WrongTime(f, at, value)
	}
	if f.Required && !c.view.Form.Bare && missing(value, has) && !hasCode(own, forms.Required) && f.Kind != forms.GroupField {
		own = []forms.Problem{{Pointer: at, Code: forms.Required}}
	}
	c.out = append(c.out, own...)
}

// entries tells the problems of an object's entries beyond its declared properties.
func (c *checker) entries(f *forms.Field, at forms.Pointer, value any, row any) {
	object, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !f.Declares(name) {
			c.field(f.Children()[0], at.Join(name), object[name], true, row)
		}
	}
}

// within tells a problem of one item of the field as a whole, since the items have no controls of their own.
func (c *checker) within(at forms.Pointer) {
	for _, p := range slices.Sorted(maps.Keys(c.found)) {
		if p == at || !p.Within(at) {
			continue
		}
		c.taken[p] = true
		for _, q := range c.found[p] {
			q.Pointer = at
			if !slices.ContainsFunc(c.out, func(o forms.Problem) bool { return o.Pointer == at && o.Code == q.Code }) {
				c.out = append(c.out, q)
			}
		}
	}
}

// scopeOf is what a check reads: the scope as the view has it, and the row it stands in.
func scopeOf(v *forms.View, row any) map[string]any {
	out := map[string]any{"answers": v.Answers, "computed": v.Computed, "facts": v.Scope.Facts, "actor": v.Scope.Actor, "settings": v.Scope.Settings}
	if row != nil {
		out["row"] = row
	}
	return out
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
		if !ok || !slices.ContainsFunc(v.OptionsAt(f, at), func(o forms.Option) bool { return o.Value == text }) {
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
	if g.form.Bare {
		return v.Answers
	}
	answers := forms.Edit(v.Answers)
	for ptr, f := range g.form.Fields {
		if !f.Required || !v.Shows(f) || rowsOf(f) != nil {
			continue
		}
		for up := ptr.Up(); up != ""; up = up.Up() {
			if _, ok := forms.Lookup(answers.Answers(), up); !ok && up.Last() != "*" {
				answers.Put(up, map[string]any{})
			}
		}
	}
	return answers.Answers()
}

// conditionallyRequired marks what the schema requires because of other answers, so that a page can say so beforehand.
func (g *Graph) conditionallyRequired(v *forms.View) {
	if !g.schema.Conditional {
		return
	}
	for _, p := range g.violations(v) {
		if f := g.form.FieldAt(p.Pointer); p.Code == forms.Required && f != nil && !f.Required && v.ShowsAt(f, p.Pointer) {
			v.Required[p.Pointer] = true
		}
	}
}
