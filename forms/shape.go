package forms

import (
	"slices"
	"strings"

	"samtjanst/forms/internal/tree"
)

// shape is what a schema says of one value: the schema itself, what it refers to and what its allOf adds, nearest first, merged as far
// as a page needs it. What only holds under a condition (then, else, dependentSchemas) may declare properties; it says nothing more.
type shape struct {
	nodes []*tree.Node
	maybe []*tree.Node        // then, else and dependentSchemas, gathered the same way
	never bool                // false: no value at all
	taken map[*tree.Node]bool // oneOf and anyOf that a variant was taken from
	seen  int                 // schemas gone through
}

// maxShape bounds what references and allOf gather for one value.
const maxShape = 2000

func (r *resources) shape(nodes ...*tree.Node) (shape, *tree.Error) {
	var s shape
	for _, n := range nodes {
		if n == nil {
			continue
		}
		if err := r.gather(n, &s, false); err != nil {
			return shape{}, err
		}
	}
	return s, nil
}

func (r *resources) gather(n *tree.Node, out *shape, maybe bool) *tree.Error {
	into := &out.nodes
	if maybe {
		into = &out.maybe
	}
	if n.Kind == tree.Bool && !n.IsTrue() {
		out.never = out.never || !maybe
		return nil
	}
	if slices.Contains(*into, n) {
		return nil
	}
	if out.seen++; out.seen > maxShape {
		return n.At("break the circle of $ref", "the schema refers to itself without end")
	}
	target, err := r.target(n)
	if err != nil {
		return err
	}
	if target == nil || !r.draft7 { // in draft-07 nothing beside $ref counts
		*into = append(*into, n)
	}
	if target != nil {
		if err := r.gather(target, out, maybe); err != nil || r.draft7 {
			return err
		}
	}
	if all := n.Get("allOf"); all != nil {
		for _, e := range all.Items {
			if err := r.gather(e, out, maybe); err != nil {
				return err
			}
		}
	}
	for _, keyword := range [...]string{"then", "else"} {
		if e := n.Get(keyword); e != nil && n.Get("if") != nil {
			if err := r.gather(e, out, true); err != nil {
				return err
			}
		}
	}
	for _, keyword := range [...]string{"dependentSchemas", "dependencies"} {
		if d := n.Get(keyword); d != nil {
			for _, k := range d.Keys {
				if k.Value.Kind == tree.Object {
					if err := r.gather(k.Value, out, true); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// with adds schemas that hold as well: the chosen one of several, taken from a list.
func (r *resources) with(s shape, list *tree.Node, more ...*tree.Node) (shape, *tree.Error) {
	out := shape{nodes: slices.Clone(s.nodes), maybe: slices.Clone(s.maybe), never: s.never, taken: map[*tree.Node]bool{}}
	for n := range s.taken {
		out.taken[n] = true
	}
	if list != nil {
		out.taken[list] = true
	}
	// What is chosen says more than what holds for all, so it comes first.
	var chosen shape
	for _, n := range more {
		if err := r.gather(n, &chosen, false); err != nil {
			return shape{}, err
		}
	}
	out.never = out.never || chosen.never
	out.nodes = append(chosen.nodes, slices.DeleteFunc(out.nodes, func(n *tree.Node) bool { return slices.Contains(chosen.nodes, n) })...)
	out.maybe = append(chosen.maybe, out.maybe...)
	return out, nil
}

func (s shape) zero() bool { return len(s.nodes) == 0 && !s.never }

// get is the nearest value of a keyword.
func (s shape) get(keyword string) *tree.Node {
	for _, n := range s.nodes {
		if v := n.Get(keyword); v != nil {
			return v
		}
	}
	return nil
}

func (s shape) str(keyword string) string { return s.get(keyword).Str() }

// most is the largest whole number that a keyword has, least the smallest; 0 when it is nowhere.
func (s shape) most(keyword string) int {
	n := 0
	for _, e := range s.nodes {
		n = max(n, e.Get(keyword).Int())
	}
	return n
}

func (s shape) least(keyword string) int {
	n, found := 0, false
	for _, e := range s.nodes {
		if v := e.Get(keyword); v != nil && v.Kind == tree.Number && (!found || v.Int() < n) {
			n, found = v.Int(), true
		}
	}
	return n
}

func (s shape) isTrue(keyword string) bool {
	return slices.ContainsFunc(s.nodes, func(n *tree.Node) bool { return n.Get(keyword).IsTrue() })
}

// guesses tell a type that a schema does not say from the keywords it has.
var guesses = []struct {
	typ      string
	keywords []string
}{
	{"object", []string{"properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties",
		"dependentRequired", "dependentSchemas", "unevaluatedProperties"}},
	{"array", []string{"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "additionalItems", "unevaluatedItems"}},
	{"string", []string{"pattern", "format", "minLength", "maxLength", "contentEncoding", "contentMediaType"}},
	{"number", []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}},
}

// types are the value's types without null, and whether null is one. said tells whether the schema says them, or they are guessed.
func (s shape) types() (types []string, nullable, said bool) {
	for _, n := range s.nodes {
		var list []string
		switch t := n.Get("type"); {
		case t == nil:
			continue
		case t.Kind == tree.String:
			list = []string{t.Text}
		default:
			for _, e := range t.Items {
				list = append(list, e.Str())
			}
		}
		if !said {
			types, said = list, true
			continue
		}
		types = both(types, list)
	}
	if said {
		if i := slices.Index(types, "null"); i >= 0 {
			types, nullable = slices.Delete(slices.Clone(types), i, i+1), true
		}
		if slices.Contains(types, "number") {
			types = slices.DeleteFunc(slices.Clone(types), func(t string) bool { return t == "integer" })
		}
		return types, nullable, true
	}
	for _, g := range guesses {
		if slices.ContainsFunc(g.keywords, func(k string) bool { return s.get(k) != nil }) {
			types = append(types, g.typ)
		}
	}
	return types, false, false
}

// both keeps the types that two lists allow; a whole number is a number.
func both(a, b []string) []string {
	var out []string
	for _, t := range a {
		switch {
		case slices.Contains(b, t), t == "integer" && slices.Contains(b, "number"):
			out = append(out, t)
		case t == "number" && slices.Contains(b, "integer"):
			out = append(out, "integer")
		}
	}
	return out
}

// property is the schemas of one property, and whether it is required. One that only a condition declares has that shape; of several
// such, it may have any.
func (s shape) property(r *resources, name string) (child shape, required bool, err *tree.Error) {
	var found []*tree.Node
	for _, n := range s.nodes {
		if p := n.Path("properties", name); p != nil {
			found = append(found, p)
		}
		required = required || n.Get("required").Has(name)
	}
	if len(found) == 0 {
		for _, n := range s.maybe {
			if p := n.Path("properties", name); p != nil && p.Kind == tree.Object {
				found = append(found, p)
			}
		}
		if len(found) > 1 {
			found = []*tree.Node{anyOf(found)}
		}
	}
	child, err = r.shape(found...)
	return child, required, err
}

// properties are the names of an object's properties in the order they were written. One that is false can never be there.
func (s shape) properties() []string {
	var out []string
	have, never := map[string]bool{}, map[string]bool{}
	for i, n := range slices.Concat(s.nodes, s.maybe) {
		p := n.Get("properties")
		if p == nil {
			continue
		}
		for _, k := range p.Keys {
			if k.Value.Kind == tree.Bool && !k.Value.IsTrue() && i < len(s.nodes) {
				never[k.Name] = true
			}
			if !have[k.Name] {
				have[k.Name] = true
				out = append(out, k.Name)
			}
		}
	}
	return slices.DeleteFunc(out, func(name string) bool { return never[name] })
}

// places are the schemas of an array's first places, and what follows them; none when every item has the same.
func (s shape) places(r *resources) (first []*tree.Node, rest shape, err *tree.Error) {
	var more []*tree.Node
	for _, n := range s.nodes {
		items := n.Get("items")
		if list := n.Get("prefixItems"); list != nil && !r.draft7 {
			first = list.Items
		}
		switch {
		case items != nil && items.Kind == tree.Array:
			first = items.Items
			if a := n.Get("additionalItems"); a != nil {
				more = append(more, a)
			}
		case items != nil:
			more = append(more, items)
		}
		if u := n.Get("unevaluatedItems"); u != nil && items == nil {
			more = append(more, u)
		}
	}
	rest, err = r.shape(more...)
	return first, rest, err
}

// entry is the shape of entries beyond the declared properties. ok is false when there can be none, or nobody would think of any: a
// schema that declares properties and says nothing of others.
func (s shape) entry(r *resources) (entry shape, ok bool, err *tree.Error) {
	var schemas []*tree.Node
	closed, open, patterns := false, false, 0
	for _, n := range s.nodes {
		if p := n.Get("patternProperties"); p != nil {
			for _, k := range p.Keys {
				if k.Value.Kind == tree.Object || k.Value.IsTrue() {
					schemas = append(schemas, k.Value)
					patterns++
				}
			}
		}
		for _, keyword := range [...]string{"additionalProperties", "unevaluatedProperties"} {
			switch a := n.Get(keyword); {
			case a == nil:
			case a.Kind == tree.Bool && !a.IsTrue():
				closed = true
			case a.IsTrue():
				open = true
			default:
				schemas = append(schemas, a)
			}
		}
	}
	switch {
	case len(schemas) == 0 && closed:
		return shape{}, false, nil
	case len(schemas) == 0:
		entry, err = r.shape(&tree.Node{Kind: tree.Bool, Text: "true"})
		return entry, open || len(s.properties()) == 0, err
	case len(schemas) == 1:
		entry, err = r.shape(schemas[0])
		return entry, true, err
	}
	entry, err = r.shape(anyOf(schemas))
	return entry, true, err
}

// anyOf is a schema that nobody wrote: any of several, each of which keeps its own address.
func anyOf(schemas []*tree.Node) *tree.Node {
	first := schemas[0]
	list := &tree.Node{Kind: tree.Array, Items: schemas, Line: first.Line, Column: first.Column}
	return &tree.Node{Kind: tree.Object, Keys: []tree.Key{{Name: "anyOf", Value: list}}, Line: first.Line, Column: first.Column}
}

// options are the values to choose from, when the schema lists them: enum, const, or oneOf/anyOf of const with a title.
func (s shape) options() []Option {
	var out []Option
	have := map[string]bool{}
	add := func(o Option) {
		if !have[string(o.JSON)] {
			have[string(o.JSON)] = true
			out = append(out, o)
		}
	}
	for _, n := range s.nodes {
		for _, keyword := range [...]string{"oneOf", "anyOf"} {
			if list := n.Get(keyword); list != nil && len(out) == 0 && onlyConstants(list) {
				for _, e := range list.Items {
					c := e.Get("const")
					if c == nil {
						c = &tree.Node{Kind: tree.Null}
					}
					o := optionOf(c)
					if title := e.Get("title").Str(); title != "" {
						o.Label = Text{"sv": title}
					}
					if hint := e.Get("description").Str(); hint != "" {
						o.Hint = Text{"sv": hint}
					}
					add(o)
				}
			}
		}
	}
	for _, n := range s.nodes {
		list := n.Get("enum")
		if list == nil {
			continue
		}
		if len(out) > 0 { // several lists: what all of them have
			both := map[string]bool{}
			for _, e := range list.Items {
				both[string(e.JSON())] = true
			}
			out = slices.DeleteFunc(out, func(o Option) bool { return !both[string(o.JSON)] })
			continue
		}
		for _, e := range list.Items {
			add(optionOf(e))
		}
	}
	apart(out)
	return out
}

// onlyConstants reports whether a list of alternatives only lists values, null among them perhaps.
func onlyConstants(list *tree.Node) bool {
	some := false
	for _, e := range list.Items {
		if e.Get("const") != nil {
			some = true
		} else if e.Get("type").Str() != "null" {
			return false
		}
	}
	return some
}

// apart makes the posted values of options different: the text "1" and the number 1 would both be "1".
func apart(options []Option) {
	have := map[string]bool{}
	for _, o := range options {
		if len(o.JSON) > 0 && o.JSON[0] == '"' {
			have[o.Value] = true
		}
	}
	for i := range options {
		o := &options[i]
		if len(o.JSON) > 0 && o.JSON[0] == '"' {
			continue
		}
		for have[o.Value] {
			o.Value = "=" + o.Value
		}
		have[o.Value] = true
	}
}

// posted is how a browser posts a text: HTML has no NUL, and every line break is one.
var posted = strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n")

func optionOf(n *tree.Node) Option {
	o := Option{JSON: n.JSON()}
	o.Value = string(o.JSON)
	if n.Kind == tree.String {
		o.Value = posted.Replace(n.Text)
	}
	if n.Kind != tree.Null {
		o.Label = Text{"sv": o.Value}
	}
	return o
}

// alternatives are the shapes that a value may have one of, by the first oneOf or anyOf that says something of shape, or by a type
// that is several. nullable tells that null is one of them besides.
func (s shape) alternatives(r *resources) (out []shape, nullable bool, err *tree.Error) {
	for _, n := range s.nodes {
		for _, keyword := range [...]string{"oneOf", "anyOf"} {
			list := n.Get(keyword)
			if list == nil || s.taken[list] || onlyConstants(list) || !structural(r, list) {
				continue
			}
			for _, e := range list.Items {
				if e.Get("type").Str() == "null" {
					nullable = true
					continue
				}
				one, err := r.with(s, list, e)
				if err != nil {
					return nil, false, err
				}
				if types, _, said := one.types(); one.never || said && len(types) == 0 {
					continue // nothing can be both
				}
				out = append(out, one)
			}
			return out, nullable, nil
		}
	}
	types, nullable, _ := s.types()
	if len(types) < 2 {
		return nil, nullable, nil
	}
	for _, t := range types {
		typ := &tree.Node{Kind: tree.String, Text: t}
		one, err := r.with(s, nil, &tree.Node{Kind: tree.Object, Keys: []tree.Key{{Name: "type", Value: typ}}})
		if err != nil {
			return nil, false, err
		}
		out = append(out, one)
	}
	return out, nullable, nil
}

// structural reports whether alternatives differ in what they hold, not only in what they demand of it.
func structural(r *resources, list *tree.Node) bool {
	return slices.ContainsFunc(list.Items, func(e *tree.Node) bool {
		if e.Kind != tree.Object {
			return false
		}
		for _, keyword := range [...]string{"type", "properties", "items", "prefixItems", "const", "enum", "$ref", "$dynamicRef", "oneOf", "anyOf",
			"additionalProperties", "patternProperties"} {
			if e.Get(keyword) != nil {
				return true
			}
		}
		all := e.Get("allOf")
		return all != nil && structural(r, all)
	})
}
