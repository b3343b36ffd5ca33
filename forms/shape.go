package forms

import (
	"strconv"
	"strings"

	"samtjanst/forms/internal/tree"
)

// shape is what a schema says of one value: the schema itself, what its $ref names and what its allOf adds, nearest first.
type shape []*tree.Node

// maxShape bounds what references and allOf gather for one value: two of them in each of thirty steps would be a thousand million.
const maxShape = 200

// shapeOf gathers a schema with its references, which stay within the definition: "#/$defs/adress".
func shapeOf(root, n *tree.Node) (shape, *tree.Error) {
	var out shape
	if n == nil {
		return nil, nil
	}
	if err := gather(root, n, &out); err != nil {
		return nil, err
	}
	return out, nil
}

func gather(root, n *tree.Node, out *shape) *tree.Error {
	if len(*out) == maxShape {
		return n.At("break the circle of $ref", "the schema refers to itself without end")
	}
	*out = append(*out, n)
	if ref := n.Get("$ref"); ref != nil {
		target, err := local(root, ref)
		if err != nil {
			return err
		}
		if err := gather(root, target, out); err != nil {
			return err
		}
	}
	if all := n.Get("allOf"); all != nil {
		for _, e := range all.Items {
			if err := gather(root, e, out); err != nil {
				return err
			}
		}
	}
	return nil
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
		more, err := shapeOf(root, n.Path("properties", name))
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

func (s shape) items(root *tree.Node) (shape, *tree.Error) { return shapeOf(root, s.get("items")) }

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

// Place is somewhere a value can stand by the schema, so what a layout may name.
type Place struct {
	Pointer  Pointer // "*" for items
	Required bool    // the schema requires it unconditionally: it and all that it stands in, within its row
	Leaf     bool    // nothing stands below it
	Line     int     // in schema.json
	Column   int
}

// Places lists what a schema declares, in its order. Recursion ends a branch.
func Places(raw []byte) ([]Place, error) {
	root, err := tree.ParseJSON(raw)
	if err != nil {
		return nil, err
	}
	w := &placer{root: root}
	top, bad := shapeOf(root, root)
	if bad == nil {
		_, bad = w.walk(top, "", true, 0)
	}
	if bad != nil {
		return nil, bad
	}
	return w.out, nil
}

type placer struct {
	root *tree.Node
	out  []Place
}

func (w *placer) walk(s shape, at Pointer, required bool, depth int) (below int, err *tree.Error) {
	if depth > 16 || len(w.out) > 20_000 {
		return 0, nil
	}
	for _, name := range s.properties() {
		child, need, err := s.property(w.root, name)
		if err != nil {
			return 0, err
		}
		i := len(w.out)
		p := Place{Pointer: at.Join(name), Required: required && need}
		if len(child) > 0 {
			p.Line, p.Column = child[0].Line, child[0].Column
		}
		w.out = append(w.out, p)
		n, err := w.walk(child, p.Pointer, p.Required, depth+1)
		if err != nil {
			return 0, err
		}
		w.out[i].Leaf = n == 0
		below++
	}
	items, err := s.items(w.root)
	if err != nil || len(items) == 0 {
		return below, err
	}
	n, err := w.walk(items, at+"/*", true, depth+1)
	return below + n, err
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
			case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-':
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
