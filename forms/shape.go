package forms

import (
	"strconv"
	"strings"

	"samtjanst/forms/internal/tree"
)

// shape is what a schema says of one value: the schema itself, what its $ref names and what its allOf adds, nearest first.
type shape []*tree.Node

// shapeOf gathers a schema with its references, which stay within the definition: "#/$defs/adress".
func shapeOf(root, n *tree.Node, depth int) (shape, *tree.Error) {
	if n == nil {
		return nil, nil
	}
	if depth > 32 {
		return nil, n.At("break the circle of $ref", "the schema refers to itself without end")
	}
	out := shape{n}
	if ref := n.Get("$ref"); ref != nil {
		target, err := local(root, ref)
		if err != nil {
			return nil, err
		}
		more, err := shapeOf(root, target, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	if all := n.Get("allOf"); all != nil {
		for _, e := range all.Items {
			more, err := shapeOf(root, e, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	return out, nil
}

func local(root, ref *tree.Node) (*tree.Node, *tree.Error) {
	at, ok := strings.CutPrefix(ref.Str(), "#")
	if !ok || (at != "" && at[0] != '/') {
		return nil, ref.At(`write "#/$defs/…"`, "$ref %q does not stay within the form", ref.Str())
	}
	n := root
	for _, t := range Pointer(at).Tokens() {
		next := n.Get(t)
		if next == nil && n.Kind == tree.Array {
			if i, ok := rowIndex(t, len(n.Items)); ok {
				next = n.Items[i]
			}
		}
		if next == nil {
			return nil, ref.At("check the name under $defs", "$ref %q leads nowhere", ref.Str())
		}
		n = next
	}
	return n, nil
}

// get is the nearest value of a keyword.
func (s shape) get(keyword string) *tree.Node {
	for _, n := range s {
		if v := n.Get(keyword); v != nil {
			return v
		}
	}
	return nil
}

func (s shape) str(keyword string) string { return s.get(keyword).Str() }
func (s shape) int(keyword string) int    { return s.get(keyword).Int() }

// types are the value's types without null, and whether null is one. A type not said follows from the keywords.
func (s shape) types() (types []string, nullable bool) {
	t := s.get("type")
	switch {
	case t == nil:
		for _, guess := range [...][2]string{{"properties", "object"}, {"items", "array"}, {"pattern", "string"}, {"format", "string"},
			{"maxLength", "string"}, {"minimum", "number"}, {"maximum", "number"}} {
			if s.get(guess[0]) != nil {
				return []string{guess[1]}, false
			}
		}
	case t.Kind == tree.String:
		types = []string{t.Text}
	default:
		for _, e := range t.Items {
			if e.Text == "null" {
				nullable = true
			} else {
				types = append(types, e.Text)
			}
		}
	}
	return types, nullable
}

// property is the schemas of one property, and whether it is required.
func (s shape) property(root *tree.Node, name string) (child shape, required bool, err *tree.Error) {
	for _, n := range s {
		more, err := shapeOf(root, n.Path("properties", name), 0)
		if err != nil {
			return nil, false, err
		}
		child = append(child, more...)
		if list := n.Get("required"); list != nil {
			for _, e := range list.Items {
				required = required || e.Text == name
			}
		}
	}
	return child, required, nil
}

// properties are the names of an object's properties in the order they were written.
func (s shape) properties() []string {
	var out []string
	have := map[string]bool{}
	for _, n := range s {
		if p := n.Get("properties"); p != nil {
			for _, k := range p.Keys {
				if !have[k.Name] {
					have[k.Name] = true
					out = append(out, k.Name)
				}
			}
		}
	}
	return out
}

func (s shape) items(root *tree.Node) (shape, *tree.Error) { return shapeOf(root, s.get("items"), 0) }

// options are the values to choose from, when the schema lists them: enum, const, or oneOf/anyOf of const with a title.
func (s shape) options() []Option {
	var out []Option
	for _, keyword := range [...]string{"oneOf", "anyOf"} {
		list := s.get(keyword)
		if list == nil {
			continue
		}
		for _, e := range list.Items {
			c := e.Get("const")
			if c == nil {
				return nil // variants, not options
			}
			o := optionOf(c)
			if title := e.Get("title").Str(); title != "" {
				o.Label = Text{"sv": title}
			}
			if hint := e.Get("description").Str(); hint != "" {
				o.Hint = Text{"sv": hint}
			}
			out = append(out, o)
		}
		return out
	}
	if list := s.get("enum"); list != nil {
		for _, e := range list.Items {
			if e.Kind != tree.Null {
				out = append(out, optionOf(e))
			}
		}
	}
	return out
}

func optionOf(n *tree.Node) Option {
	o := Option{JSON: n.JSON()}
	o.Value = string(o.JSON)
	if n.Kind == tree.String {
		o.Value = n.Text
	}
	o.Label = Text{"sv": o.Value}
	return o
}

// SchemaPointers lists every place a schema declares, in its order, "*" for items: what a layout may name. Recursion ends the branch.
func SchemaPointers(raw []byte) ([]Pointer, error) {
	root, err := tree.ParseJSON(raw)
	if err != nil {
		return nil, err
	}
	var out []Pointer
	var walk func(s shape, at Pointer, depth int) *tree.Error
	walk = func(s shape, at Pointer, depth int) *tree.Error {
		if depth > 16 {
			return nil
		}
		for _, name := range s.properties() {
			child, _, err := s.property(root, name)
			if err != nil {
				return err
			}
			out = append(out, at.Join(name))
			if err := walk(child, at.Join(name), depth+1); err != nil {
				return err
			}
		}
		items, err := s.items(root)
		if err != nil || len(items) == 0 {
			return err
		}
		return walk(items, at+"/*", depth+1)
	}
	top, bad := shapeOf(root, root, 0)
	if bad == nil {
		bad = walk(top, "", 0)
	}
	if bad != nil {
		return nil, bad
	}
	return out, nil
}

// fieldID makes a pointer safe as an HTML id: "/elev/skola" is "f-elev-skola", rows are "x".
func fieldID(p Pointer) string {
	var b strings.Builder
	b.WriteString("f")
	for _, t := range p.Tokens() {
		b.WriteByte('-')
		if t == "*" {
			b.WriteByte('x')
			continue
		}
		for _, r := range t {
			switch {
			case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_':
				b.WriteRune(r)
			case r >= 'A' && r <= 'Z':
				b.WriteRune(r + 'a' - 'A')
			case r == 'å' || r == 'ä' || r == 'Å' || r == 'Ä':
				b.WriteByte('a')
			case r == 'ö' || r == 'Ö':
				b.WriteByte('o')
			default:
				b.WriteString("u" + strconv.FormatInt(int64(r), 16))
			}
		}
	}
	return b.String()
}
