package schema

import (
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// The library looks at a value once for each way by which a schema leads to it. Where definitions refer to one another twice, the ways are
// as many as two to the power of how deep that goes, and forty lines of an author's would keep a processor busy for years. So the ways are
// counted first, which takes no longer than looking once: those of the schema when it is compiled, and, where the depth of the value
// decides, those of each value.
const (
	maxWays   = 10_000  // to one value, by keywords that lead to the value itself (allOf, $ref and their kin)
	maxVisits = 100_000 // of parts of the schema to parts of a value, when it is judged
)

// inPlace calls f with the schemas that judge the same value as s.
func inPlace(s *jsonschema.Schema, f func(*jsonschema.Schema)) {
	for _, one := range [...]*jsonschema.Schema{s.Ref, s.RecursiveRef, s.DynamicRef, s.Not, s.If, s.Then, s.Else} {
		if one != nil {
			f(one)
		}
	}
	for _, list := range [...][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for _, one := range list {
			f(one)
		}
	}
	for _, one := range s.DependentSchemas {
		f(one)
	}
	for _, d := range s.Dependencies {
		if one, ok := d.(*jsonschema.Schema); ok {
			f(one)
		}
	}
}

// within calls f with the schemas that judge what stands in the value.
func within(s *jsonschema.Schema, f func(*jsonschema.Schema)) {
	for _, one := range s.Properties {
		f(one)
	}
	for _, one := range s.PatternProperties {
		f(one)
	}
	for _, one := range s.PrefixItems {
		f(one)
	}
	if list, ok := s.Items.([]*jsonschema.Schema); ok {
		for _, one := range list {
			f(one)
		}
	}
	for _, rest := range [...]any{s.AdditionalProperties, s.Items, s.AdditionalItems} {
		if one, ok := rest.(*jsonschema.Schema); ok {
			f(one)
		}
	}
	for _, one := range [...]*jsonschema.Schema{s.UnevaluatedProperties, s.Items2020, s.Contains, s.UnevaluatedItems} {
		if one != nil {
			f(one)
		}
	}
}

// member calls f with the schemas that judge the property of a name.
func member(s *jsonschema.Schema, name string, f func(*jsonschema.Schema)) {
	one, known := s.Properties[name]
	if known {
		f(one)
	}
	for pattern, one := range s.PatternProperties {
		if pattern.MatchString(name) {
			known = true
			f(one)
		}
	}
	if rest, ok := s.AdditionalProperties.(*jsonschema.Schema); ok && !known {
		f(rest)
	}
	if s.UnevaluatedProperties != nil && !known {
		f(s.UnevaluatedProperties)
	}
}

// item calls f with the schemas that judge the item of a number.
func item(s *jsonschema.Schema, i int, f func(*jsonschema.Schema)) {
	first := s.PrefixItems
	if list, ok := s.Items.([]*jsonschema.Schema); ok {
		first = list
	}
	if i < len(first) {
		f(first[i])
	} else {
		for _, rest := range [...]any{s.Items, s.AdditionalItems} {
			if one, ok := rest.(*jsonschema.Schema); ok {
				f(one)
			}
		}
		if s.Items2020 != nil {
			f(s.Items2020)
		}
		if s.UnevaluatedItems != nil {
			f(s.UnevaluatedItems)
		}
	}
	if s.Contains != nil {
		f(s.Contains)
	}
}

// ways are what a schema says of how often it leads to itself and to a value.
type ways struct {
	tooMany *jsonschema.Schema // leads to one value by more than maxWays
	count   bool               // how often parts are looked at hangs on how deep a value is: it is to be counted
}

// waysOf follows the schema without a value.
func waysOf(root *jsonschema.Schema) (w ways) {
	const open = -1
	same := map[*jsonschema.Schema]int{} // ways to the value itself
	var inSame func(s *jsonschema.Schema) int
	inSame = func(s *jsonschema.Schema) int {
		if n, seen := same[s]; seen {
			return max(n, 0) // a circle: the library says so by itself
		}
		same[s] = open
		n := 1
		inPlace(s, func(t *jsonschema.Schema) { n = min(n+inSame(t), maxWays+1) })
		if same[s] = n; n > maxWays && w.tooMany == nil {
			w.tooMany = s
		}
		return n
	}
	all := map[*jsonschema.Schema]int{} // and to all that stands in it
	var inAll func(s *jsonschema.Schema) int
	inAll = func(s *jsonschema.Schema) int {
		if n, seen := all[s]; seen {
			w.count = w.count || n == open
			return max(n, 0)
		}
		inSame(s)
		all[s] = open
		n := 1
		add := func(t *jsonschema.Schema) { n = min(n+inAll(t), maxVisits+1) }
		inPlace(s, add)
		within(s, add)
		if s.PropertyNames != nil {
			add(s.PropertyNames)
		}
		all[s] = n
		w.count = w.count || n > maxVisits
		return n
	}
	inAll(root)
	return w
}

// tally counts how often parts of a schema would be looked at for a value.
type tally struct{ visits int }

// of counts for a value that is judged by each schema so many times, and for what stands in it; false beyond maxVisits.
func (t *tally) of(judges map[*jsonschema.Schema]int, value any) bool {
	if !t.spread(judges) {
		return false
	}
	inner := func(find func(s *jsonschema.Schema, f func(*jsonschema.Schema)), v any) bool {
		next := map[*jsonschema.Schema]int{}
		for s, n := range judges {
			find(s, func(one *jsonschema.Schema) { next[one] += n })
		}
		return len(next) == 0 || t.of(next, v)
	}
	switch x := value.(type) {
	case map[string]any:
		for name, v := range x {
			if !inner(func(s *jsonschema.Schema, f func(*jsonschema.Schema)) { member(s, name, f) }, v) {
				return false
			}
		}
	case []any:
		for i, v := range x {
			if !inner(func(s *jsonschema.Schema, f func(*jsonschema.Schema)) { item(s, i, f) }, v) {
				return false
			}
		}
	}
	return true
}

// spread adds the schemas that judge the same value, each as often as others lead to it.
func (t *tally) spread(judges map[*jsonschema.Schema]int) bool {
	var order []*jsonschema.Schema // a schema after all that it leads to
	seen := map[*jsonschema.Schema]bool{}
	var visit func(s *jsonschema.Schema)
	visit = func(s *jsonschema.Schema) {
		if seen[s] {
			return
		}
		seen[s] = true
		inPlace(s, visit)
		order = append(order, s)
	}
	for s := range judges {
		visit(s)
	}
	for i := len(order) - 1; i >= 0; i-- {
		s := order[i]
		if t.visits += judges[s]; t.visits > maxVisits {
			return false
		}
		inPlace(s, func(one *jsonschema.Schema) { judges[one] += judges[s] })
	}
	return true
}
