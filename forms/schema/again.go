package schema

import (
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"samtjanst/forms"
)

// Verdict is what a schema says of a value, kept so that of the next value only what is another is asked about. It is never changed.
type Verdict struct {
	Problems []forms.Problem // as Validate gives them
	lists    []judged        // in the order of Schema.lists; none when the value was judged as a whole
}

// judged are the rows of one list with what is wrong in each, by its number and at pointers within the row.
type judged struct {
	rows  []any
	wrong map[int][]forms.Problem
}

// list is a list whose rows are judged one by one: what the schema says of a row is said by items alone, and hangs on nothing else.
type list struct {
	at    forms.Pointer
	items *jsonschema.Schema
}

// byRow sets apart the lists that stand in nothing but properties. What is left is the schema without the items of just those lists: the
// rest it says of a list, and what it says of it from elsewhere (allOf, contains, a $ref), it goes on saying of the list as a whole.
func byRow(root *jsonschema.Schema, raw any) (shell *jsonschema.Schema, lists []list) {
	if mentions(raw, "$dynamicRef", "$recursiveRef") { // what they mean hangs on where one comes from
		return nil, nil
	}
	shell = apart(root, "", &lists)
	slices.SortFunc(lists, func(a, b list) int { return strings.Compare(string(a.at), string(b.at)) })
	return shell, lists
}

func apart(s *jsonschema.Schema, at forms.Pointer, lists *[]list) *jsonschema.Schema {
	out := *s
	items, isSchema := s.Items.(*jsonschema.Schema)
	switch {
	case at != "" && s.UnevaluatedItems == nil && len(s.PrefixItems) == 0 && s.Items2020 != nil:
		*lists = append(*lists, list{at, s.Items2020})
		out.Items2020 = nil
	case at != "" && s.UnevaluatedItems == nil && isSchema:
		*lists = append(*lists, list{at, items})
		out.Items = nil
	}
	if len(s.Properties) > 0 {
		out.Properties = maps.Clone(s.Properties)
		for name, p := range s.Properties {
			out.Properties[name] = apart(p, at.Join(name), lists)
		}
	}
	return &out
}

// Again is Validate of a value, begun from what was said of another: rows that both share are not looked at. before may be nil.
func (s *Schema) Again(before *Verdict, value any) *Verdict {
	if v, ok := s.judge(before, value); ok {
		return v
	}
	return &Verdict{Problems: s.Validate(value)}
}

func (s *Schema) judge(before *Verdict, value any) (*Verdict, bool) {
	root, isObject := value.(map[string]any)
	if len(s.lists) == 0 || !isObject {
		return nil, false
	}
	out, visits := &Verdict{lists: make([]judged, len(s.lists))}, new(tally)
	rest := forms.Edit(root)
	for i, l := range s.lists {
		found, _ := forms.Lookup(value, l.at)
		rows, _ := found.([]any)
		if len(rows) == 0 {
			continue
		}
		rest.Put(l.at, nil)
		var was judged
		if before != nil && before.lists != nil {
			was = before.lists[i]
		}
		var ok bool
		if out.lists[i], ok = l.judge(s, was, rows, visits); !ok {
			return nil, false
		}
		for n, problems := range out.lists[i].wrong {
			for _, p := range problems {
				p.Pointer = l.at.Index(n) + p.Pointer
				out.Problems = append(out.Problems, p)
			}
		}
	}
	if guard(rest.Answers(), 0) != nil {
		return nil, false
	}
	around, ok := s.violations(s.shell, value, visits)
	out.Problems = append(out.Problems, around...)
	sortProblems(out.Problems)
	// What the items say of a row, and something else of the list as well, is told once.
	out.Problems = slices.CompactFunc(out.Problems, func(a, b forms.Problem) bool { return a.Pointer == b.Pointer && a.Code == b.Code })
	return out, ok
}

// judge judges rows, of which those at the beginning and at the end that were there before are as they were.
func (l list) judge(s *Schema, was judged, rows []any, visits *tally) (out judged, ok bool) {
	out.rows = rows
	same := func(i, j int) bool { return forms.Same(was.rows[i], rows[j]) }
	shorter, moved := min(len(was.rows), len(rows)), len(rows)-len(was.rows)
	head, tail := 0, 0
	for head < shorter && same(head, head) {
		head++
	}
	for tail < shorter-head && same(len(was.rows)-1-tail, len(rows)-1-tail) {
		tail++
	}
	wrong := map[int][]forms.Problem{}
	for n, problems := range was.wrong {
		switch {
		case n < head:
			wrong[n] = problems
		case n >= len(was.rows)-tail:
			wrong[n+moved] = problems
		}
	}
	depth := len(l.at.Tokens()) + 1
	for n := head; n < len(rows)-tail; n++ {
		if n < len(was.rows) && same(n, n) {
			if problems := was.wrong[n]; problems != nil {
				wrong[n] = problems
			}
			continue
		}
		if guard(rows[n], depth) != nil {
			return out, false
		}
		problems, ok := s.violations(l.items, rows[n], visits)
		if !ok {
			return out, false
		}
		if len(problems) > 0 {
			wrong[n] = problems
		}
	}
	out.wrong = wrong
	return out, true
}

// mentions reports whether a schema has any of some keywords, or something else of that name.
func mentions(raw any, keywords ...string) bool {
	switch x := raw.(type) {
	case map[string]any:
		for k, v := range x {
			if slices.Contains(keywords, k) || mentions(v, keywords...) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, func(e any) bool { return mentions(e, keywords...) })
	}
	return false
}

// ByRow reports whether rows were judged one by one.
func (v *Verdict) ByRow() bool { return v.lists != nil }
