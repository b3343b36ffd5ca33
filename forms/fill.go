package forms

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"samtjanst/forms/internal/tree"
)

// fill gives a field the fields that stand within it: all that the schema says, in its order, unless the layout has placed some. A
// schema that stands within itself is filled when its children are asked for, so recursion ends where nobody goes on.
func (c *compiler) fill(f *Field, k classified, within []*tree.Node) {
	if f == nil || !f.Kind.Holds() {
		return
	}
	own := c.identity(k.shape)
	if f.Fields == nil && (slices.ContainsFunc(own, func(n *tree.Node) bool { return slices.Contains(within, n) }) || c.tooMuch(f)) {
		f.OnDemand = f.Kind == GroupField || f.Kind == TupleField
		c.postpone(f, k)
		return
	}
	within = append(slices.Clone(within), own...)
	if len(f.Fields) > 0 { // the layout has placed them
		for _, child := range f.Fields {
			c.fill(child, c.shapes[child], within)
		}
		return
	}
	f.Fields = c.inner(f, k, within)
	if f.Kind == GroupField && len(f.Fields) == 0 {
		f.OnDemand = true // nothing can be written in it, so its being there is all there is to say
	}
}

// identity is the schema that a shape begins with and those it refers to: what must not stand within itself for ever.
func (c *compiler) identity(s shape) []*tree.Node {
	var out []*tree.Node
	for n := s.node(nil); n != nil && !slices.Contains(out, n); n, _ = c.res.target(n) {
		out = append(out, n)
	}
	return out
}

// Bounds of what is built at once: nobody fills in more than that.
const (
	maxFields = 2000
	maxGroups = 8 // one within another
)

func (c *compiler) tooMuch(f *Field) bool {
	depth := len(f.Pointer.Tokens())
	if c.built <= maxFields && depth <= 2*maxGroups {
		return false
	}
	if !c.bare && !c.sealed && !c.full {
		c.full = true
		c.fail("", "place the fields that are to be asked, one by one", "%s holds more than %d fields, or groups more than %d deep", f.Pointer, maxFields, maxGroups)
	}
	return true
}

// postpone leaves a field's children, its variants' fields and a tuple's rest to be built when somebody asks.
func (c *compiler) postpone(f *Field, k classified) {
	made := lazy[*Field]{make: func() *Field {
		c.later.Lock()
		defer c.later.Unlock()
		in := &Field{ID: f.ID, Pointer: f.Pointer, Kind: f.Kind, Page: f.Page, Parent: f.Parent, Widget: f.Widget, Always: f.Always,
			OnDemand: f.OnDemand, ReadOnly: f.ReadOnly, Item: f.Item, shares: f.shares}
		c.hidden[in], c.chosen[in] = c.hidden[f], c.chosen[f]
		in.Fields = c.inner(in, k, c.identity(k.shape))
		for _, child := range in.Fields {
			child.Parent = f
		}
		return in
	}}
	switch f.Kind {
	case VariantField:
		f.Variants = c.variants(f, k, nil, true)
	default:
		f.children.make = func() []*Field { return made.get().Fields }
		if f.Kind == TupleField {
			f.rest.make = func() *Field { return made.get().Rest() }
		}
		f.declared = declared(k.shape)
	}
}

// inner builds the fields within a field.
func (c *compiler) inner(f *Field, k classified, within []*tree.Node) []*Field {
	switch f.Kind {
	case VariantField:
		f.Variants = c.variants(f, k, within, false)
		return nil
	case GroupField:
		return c.group(f, f.Pointer, k.shape, f.Always || f.OnDemand, within)
	case RowsField:
		_, items, err := k.shape.places(c.res)
		if err != nil {
			return nil
		}
		item, err := c.classify(items, &LayoutField{})
		if err != nil {
			return nil
		}
		return c.group(f, f.Pointer+"/*", item.shape, true, append(slices.Clone(within), c.identity(item.shape)...))
	case ListField:
		_, items, err := k.shape.places(c.res)
		if err != nil {
			return nil
		}
		return c.only(f, items, f.Item, within)
	case MapField:
		entry, _, err := k.shape.entry(c.res)
		if err != nil {
			return nil
		}
		f.declared = declared(k.shape)
		return c.only(f, entry, nil, within)
	case TupleField:
		return c.tuple(f, k.shape, within)
	}
	return nil
}

func declared(s shape) map[string]bool {
	out := map[string]bool{}
	for _, name := range s.properties() {
		out[name] = true
	}
	return out
}

// group builds a field for each property, and the editor of other entries after them.
func (c *compiler) group(f *Field, at Pointer, s shape, always bool, within []*tree.Node) []*Field {
	out := []*Field{}
	for _, name := range s.properties() {
		if name == "*" {
			c.diags = append(c.diags, diagnose(SchemaFile, s.node(c.root), "call it something else", `a property cannot be called "*": layouts use it for rows`))
			continue
		}
		child, required, err := s.property(c.res, name)
		if err != nil {
			c.diags = append(c.diags, DiagnosticOf(SchemaFile, err))
			continue
		}
		in := c.spotIn(f, at.Join(name), name, within)
		in.always = always && required
		lf := c.says(in.at)
		if required && c.fixed(f, child) {
			if one := c.build(child, lf, in); one != nil {
				one.Kind = FixedField
				out = append(out, one)
			}
			continue
		}
		out = c.add(out, child, lf, in, name)
	}
	if entry, ok, err := s.entry(c.res); err == nil && ok && len(out) > 0 && (f.Kind == GroupField) {
		k := classified{kind: MapField, shape: s}
		more := &Field{ID: c.id(at + "/more"), Pointer: at, Kind: MapField, Page: f.Page, Parent: f, declared: declared(s)}
		if slices.ContainsFunc(c.identity(entry), func(n *tree.Node) bool { return slices.Contains(within, n) }) {
			c.postpone(more, k)
		} else {
			more.Fields = c.only(more, entry, nil, within)
		}
		out = append(out, more)
	}
	return out
}

// spotIn is where a child of a field is built. What is under a variant or a tuple has no address of its own in the form's index, since
// another variant may have the same.
func (c *compiler) spotIn(f *Field, at Pointer, name string, within []*tree.Node) spot {
	in := spot{at: at, key: c.keyOf(f) + "/" + name, parent: f, page: f.Page, within: within, hidden: c.hidden[f]}
	if f.Kind == TupleField {
		in.hidden = true
	}
	return in
}

func (c *compiler) keyOf(f *Field) string {
	if k, ok := c.textKeys[f]; ok {
		return k
	}
	key := "fields." + string(f.Pointer)
	if f.Kind == RowsField {
		key += "/*"
	}
	return key
}

// fixed reports whether a property of a variant only tells which variant it is.
func (c *compiler) fixed(f *Field, s shape) bool {
	return c.chosen[f] && s.get("const") != nil
}

// says is what the layout says of a field that it does not place itself.
func (c *compiler) says(at Pointer) *LayoutField {
	if lf := c.under[at]; lf != nil {
		return lf
	}
	return &LayoutField{Pointer: string(at)}
}

// add builds a child and what stands within it.
func (c *compiler) add(out []*Field, s shape, lf *LayoutField, in spot, name string) []*Field {
	f := c.build(s, lf, in)
	if f == nil {
		return out
	}
	if c.bare && f.Label.IsZero() && !in.nameless {
		f.Label = Text{"sv": name}
		if strings.TrimFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) }) == "" {
			f.Label["sv"] = strconv.Quote(name) // nothing to see
		}
		if f.Kind == ConsentField && f.Options[0].Value != "true" {
			f.Label["sv"] += ": " + f.Options[0].Value
		}
	}
	if in.hidden {
		c.hidden[f] = true
	}
	c.textKeys[f] = in.key
	if f.Kind == RowsField {
		c.textKeys[f] += "/*"
	}
	c.fill(f, c.shapes[f], in.within)
	return append(out, f)
}

// only builds the one field of a list's items or a map's values.
func (c *compiler) only(f *Field, s shape, label Text, within []*tree.Node) []*Field {
	if s.zero() {
		s.nodes = []*tree.Node{{Kind: tree.Object}}
	}
	in := c.spotIn(f, f.Pointer+"/*", "*", within)
	in.always = true
	in.nameless = true
	out := c.add([]*Field{}, s, c.says(in.at), in, "")
	if len(out) == 0 && c.bare { // nothing fits: whatever is there can still be seen and taken away
		out = c.add(out, shape{nodes: []*tree.Node{{Kind: tree.Object}}}, c.says(in.at), in, "")
	}
	for _, item := range out {
		item.ReadOnly = item.ReadOnly || f.ReadOnly
		if item.Label.IsZero() {
			item.Label = label
		}
	}
	return out
}

func (c *compiler) tuple(f *Field, s shape, within []*tree.Node) []*Field {
	first, rest, err := s.places(c.res)
	if err != nil {
		return []*Field{}
	}
	out := []*Field{}
	for i, e := range first {
		one, err := c.res.shape(e)
		if err != nil {
			c.diags = append(c.diags, DiagnosticOf(SchemaFile, err))
			continue
		}
		number := strconv.Itoa(i)
		in := c.spotIn(f, f.Pointer.Index(i), number, within)
		before := len(out)
		if out = c.add(out, one, c.says(in.at), in, strconv.Itoa(i+1)); len(out) == before {
			return out // nothing can stand here, nor after it
		}
	}
	if rest.never || rest.zero() && !c.bare {
		return out
	}
	if more := c.only(f, rest, nil, within); len(more) == 1 {
		f.rest.make = func() *Field { return more[0] }
	}
	return out
}

// variants builds the shapes to choose from; later says that each is built when it is asked for.
func (c *compiler) variants(f *Field, k classified, within []*tree.Node, later bool) []*Variant {
	var out []*Variant
	for i, s := range k.alternatives {
		v := &Variant{Type: c.typeName(s), later: later}
		key := c.keyOf(f) + "#" + strconv.Itoa(i)
		n := s.node(c.root)
		title := n.Get("title").Str()
		for _, more := range c.identity(s) {
			if title == "" {
				title = more.Get("title").Str()
			}
		}
		if title == "" {
			title = c.tells(s)
		}
		v.Label = c.text(key+".label", title)
		v.fits = func(value any) (int, bool) {
			c.later.Lock() // following a reference may index what it leads to
			defer c.later.Unlock()
			return s.fits(c.res, value, 3)
		}
		build := func() *Field { return c.variant(f, s, key, within) }
		if later {
			v.field.make = func() *Field {
				c.later.Lock()
				defer c.later.Unlock()
				return build()
			}
		} else if one := build(); one != nil {
			v.field.make = func() *Field { return one }
		} else {
			continue
		}
		out = append(out, v)
	}
	return out
}

func (c *compiler) variant(f *Field, s shape, key string, within []*tree.Node) *Field {
	in := spot{at: f.Pointer, key: key, always: true, parent: f, page: f.Page, within: within, hidden: true}
	lf := &LayoutField{Pointer: string(f.Pointer)}
	one := c.build(s, lf, in)
	if one == nil && c.bare { // nothing fits: whatever is there can still be seen
		one = c.build(shape{nodes: []*tree.Node{{Kind: tree.Object}}}, lf, in)
	}
	if one == nil {
		return nil // told as a mistake
	}
	one.Label, one.Hint = nil, nil
	if one.Kind.Holds() && one.Kind != GroupField {
		one.Label = f.Label
	}
	one.ReadOnly = f.ReadOnly
	if one.Kind == ConsentField {
		one.Kind = FixedField // choosing it is all there is to answer
	}
	c.hidden[one], c.chosen[one], c.textKeys[one] = true, true, key
	c.fill(one, c.shapes[one], within)
	one.OnDemand = false // choosing it is asking for it
	return one
}

func (c *compiler) typeName(s shape) string {
	types, _, _ := s.types()
	if len(types) == 1 {
		return types[0]
	}
	return "any"
}

// tells is the constant that tells a variant apart, as a name for it.
func (c *compiler) tells(s shape) string {
	for _, name := range s.properties() {
		child, required, err := s.property(c.res, name)
		if err == nil && required {
			if k := child.get("const"); k != nil && k.Kind == tree.String {
				return k.Text
			}
		}
	}
	return ""
}
