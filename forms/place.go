package forms

import (
	"strconv"
	"strings"

	"samtjanst/forms/internal/tree"
)

// Place is somewhere a value can stand by the schema, so what a layout may name.
type Place struct {
	Pointer  Pointer // "*" for items
	Required bool    // the schema requires it unconditionally: it and all that it stands in, within its row
	Leaf     bool    // nothing stands below it
	Line     int     // in schema.json
	Column   int
}

// Places lists what a schema declares, in its order, within its alternatives too. Recursion ends a branch.
func Places(raw []byte) ([]Place, error) {
	root, err := tree.ParseJSON(raw)
	if err != nil {
		return nil, err
	}
	w := &placer{resources: newResources(root), have: map[Pointer]bool{}}
	top, bad := w.resources.shape(root)
	if bad == nil {
		_, bad = w.walk(top, "", true, 0)
	}
	if bad != nil {
		return nil, bad
	}
	return w.out, nil
}

type placer struct {
	resources *resources
	out       []Place
	have      map[Pointer]bool
}

func (w *placer) walk(s shape, at Pointer, required bool, depth int) (below int, err *tree.Error) {
	if depth > 16 || len(w.out) > 20_000 {
		return 0, nil
	}
	for _, name := range s.properties() {
		if w.have[at.Join(name)] {
			continue
		}
		w.have[at.Join(name)] = true
		child, need, err := s.property(w.resources, name)
		if err != nil {
			return 0, err
		}
		i := len(w.out)
		p := Place{Pointer: at.Join(name), Required: required && need}
		if len(child.nodes) > 0 {
			p.Line, p.Column = child.nodes[0].Line, child.nodes[0].Column
		}
		w.out = append(w.out, p)
		n, err := w.walk(child, p.Pointer, p.Required, depth+1)
		if err != nil {
			return 0, err
		}
		w.out[i].Leaf = n == 0
		below++
	}
	alternatives, _, err := s.alternatives(w.resources)
	if err != nil {
		return 0, err
	}
	for _, a := range alternatives {
		n, err := w.walk(a, at, false, depth+1)
		if err != nil {
			return 0, err
		}
		below += n
	}
	first, items, err := s.places(w.resources)
	if err != nil {
		return 0, err
	}
	for i, e := range first {
		one, err := w.resources.shape(e)
		if err != nil {
			return 0, err
		}
		n, err := w.walk(one, at.Index(i), true, depth+1)
		if err != nil {
			return 0, err
		}
		below += n
	}
	if len(items.nodes) == 0 {
		return below, nil
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
