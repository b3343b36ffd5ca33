// Package journey decides, in one pass over a form's graph, what a person sees: which pages, sections and fields are shown,
// what is computed, which options there are, who takes part, and what is still wrong or missing.
//
// The graph's nodes are the form's pages, sections, fields, option lists, shown facts and computed values; an edge says "reads".
// New orders them once and refuses a cycle with its path, so Run needs no search for a fixpoint. What is hidden is absent from
// what later nodes read, from validation and from what is submitted; it stays in the draft, which Run never changes.
//
// A page that is repeated for rows is decided for each row: its own condition, its sections' and its fields' may read /row/…, and what
// is hidden is hidden in that row. So are its notices; a stop stops on the page of its row only.
//
// Who fills in decides the pages: the applicant sees all of them, another party those marked own. The common part is then
// there to be read by conditions but is neither offered nor validated.
//
// An expression that fails is absent, and told in View.Failed for scenarios: an author's mistake never stops a citizen. What
// decides about people (parties, hindrances) fails closed instead.
package journey

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/expr"
	"samtjanst/forms/schema"
	"samtjanst/platform/fault"
)

// Applicant is the role that sees every page; any other role in Scope.Actor["role"] sees own pages only.
const Applicant = "applicant"

// CheckPage is the reserved id of the page where answers are checked before signing. It is no page of the layout.
const CheckPage = "kontrollera"

// Graph is a form ready to run: its schema, conditions and expressions compiled, its order known. Safe for concurrent use.
type Graph struct {
	form   *forms.Form
	schema *schema.Schema
	order  []*node

	checks    map[*forms.Field][]condition
	quiet     map[*forms.Field]quiet
	hindrance []condition
	parties   []party
	subject   *expr.Program
	unique    *expr.Program
	grants    *expr.Program
}

// Form is what the graph was made from.
func (g *Graph) Form() *forms.Form { return g.form }

// kind of a node.
type kind uint8

const (
	pageNode kind = iota
	sectionNode
	fieldNode
	computedNode
	optionsNode
	factNode
)

// node is one thing to decide.
type node struct {
	kind  kind
	name  string // as a cycle is told: "page elev", "field /elev/skola", "computed avstand"
	index int    // in Graph.order
	reads []forms.Pointer
	given []forms.Pointer // as the condition or expression says it: reads with /row
	after []*node         // what it stands in

	when    condition // nil: always
	program *expr.Program
	page    *forms.Page
	section int
	field   *forms.Field
	key     string // computed's name

	choices []choice // the variants that a field stands within, the outermost first
	place   bool     // a field is one of a tuple's first places

	outside, inRow [][]string   // reads, those of the own row apart
	before         *forms.Field // of such a place: the one before it
}

// New compiles a form's schema, conditions and expressions and orders its graph. What is wrong with the definition is fault.Invalid,
// with a cause for the author: a *Cycle where the graph has no order.
func New(form *forms.Form) (*Graph, error) {
	const op = "journey.New"
	g := &Graph{form: form, checks: map[*forms.Field][]condition{}, quiet: quietRows(form)}
	var err error
	if g.schema, err = schema.Compile(form.Def.Schema); err != nil {
		return nil, fault.Wrap(op, err)
	}
	b := &builder{graph: g, language: expr.For(form.Def), rows: map[*forms.Field]*node{}}
	b.build()
	if b.err != nil {
		return nil, fault.Wrap(op, b.err)
	}
	if g.order, err = sorted(b.nodes); err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	for i, n := range g.order {
		n.index = i
		n.split()
	}
	return g, nil
}

// builder makes the nodes; the first mistake ends it.
type builder struct {
	graph *Graph
	nodes []*node
	err   error

	language *expr.Language
	rows     map[*forms.Field]*node // the lists that there are rows of
}

func (b *builder) program(what, text string) *expr.Program {
	if text == "" || b.err != nil {
		return nil
	}
	p, err := b.language.Compile(text)
	if err != nil {
		b.err = fault.Newf("journey.New", fault.Invalid, "%s: %w", what, err)
	}
	return p
}

func (b *builder) condition(what string, c *forms.Condition) condition {
	if c == nil || b.err != nil {
		return nil
	}
	compiled, err := compileCondition(c)
	if err != nil {
		b.err = fault.Newf("journey.New", fault.Invalid, "%s: %w", what, err)
	}
	return compiled
}

func (b *builder) build() {
	form, meta := b.graph.form, &b.graph.form.Def.Meta
	for _, p := range form.Pages {
		pn := b.add(&node{kind: pageNode, name: "page " + p.ID, page: p, when: b.condition("page "+p.ID, p.ShowWhen)}, p.ShowWhen)
		if p.Repeat != nil { // which rows there are is known first
			pn.after = append(pn.after, b.rows[p.Repeat])
		}
		pn.reads = rowReads(pn.reads, p.Repeat)
		for i, s := range p.Sections {
			name := "section " + p.ID + "/" + strconv.Itoa(i)
			sn := b.add(&node{kind: sectionNode, name: name, page: p, section: i, after: []*node{pn}, when: b.condition(name, s.ShowWhen)}, s.ShowWhen)
			sn.reads = rowReads(sn.reads, p.Repeat)
			for _, f := range s.Fields {
				b.field(f, sn, nil)
			}
		}
	}
	names := make([]string, 0, len(meta.Computed))
	for name := range meta.Computed {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p := b.program("computed "+name, meta.Computed[name])
		b.add(&node{kind: computedNode, name: "computed " + name, key: name, program: p}, nil)
	}
	for _, h := range meta.Hindrance {
		if c := b.condition("hindrance "+h.Reason, h.When); c != nil {
			b.graph.hindrance = append(b.graph.hindrance, c)
		} else if b.err == nil {
			b.err = fault.Newf("journey.New", fault.Invalid, "hindrance %q has no condition", h.Reason)
		}
	}
	for i := range meta.Parties {
		p := &meta.Parties[i]
		b.graph.parties = append(b.graph.parties, party{def: p, from: b.program("party "+p.Role, p.From), signs: b.condition("party "+p.Role, p.Signs)})
	}
	b.graph.subject = b.program("subject", meta.Subject)
	b.graph.unique = b.program("unique", meta.Unique)
	if meta.Decision.Grants != nil {
		b.graph.grants = b.program("grants", meta.Decision.Grants.Rows)
	}
}

// field makes the nodes of a field and of what stands within it; choices are the variants that it stands within.
func (b *builder) field(f *forms.Field, in *node, choices []choice) *node {
	name := "field " + f.ID
	if f.Posted() {
		name = "field " + string(f.Pointer)
	}
	n := b.add(&node{kind: fieldNode, name: name, field: f, page: f.Page, after: []*node{in}, choices: choices, when: b.condition(name, f.ShowWhen)}, f.ShowWhen)
	n.reads = rowReads(n.reads, rowsOf(f))
	if f.Kind == forms.RowsField {
		b.rows[f] = n
	}
	if f.OptionsFrom != "" {
		o := b.add(&node{kind: optionsNode, name: "options of " + name, field: f, page: f.Page, after: []*node{n}, program: b.program(name, f.OptionsFrom)}, nil)
		o.reads = rowReads(o.reads, rowsOf(f))
	}
	if f.Fact != "" {
		o := b.add(&node{kind: factNode, name: "fact " + f.ID, field: f, page: f.Page, after: []*node{n}, program: b.program(name, f.Fact)}, nil)
		o.reads = rowReads(o.reads, rowsOf(f))
	}
	for i, check := range f.Checks {
		c := b.condition(name+" check "+strconv.Itoa(i), check.When)
		if b.err == nil && c == nil {
			b.err = fault.Newf("journey.New", fault.Invalid, "%s: a check has no condition", name)
		}
		b.graph.checks[f] = append(b.graph.checks[f], c)
	}
	b.within(f, n)
	return n
}

// within makes the nodes of what stands within a field. Variants and what follows on a tuple's places have nodes only where something in
// them hangs on something: a bare schema has a great many.
func (b *builder) within(f *forms.Field, n *node) {
	var before *node
	for _, child := range f.Fields {
		one := b.field(child, n, n.choices)
		if one.place = f.Kind == forms.TupleField; one.place && before != nil {
			one.before, one.after = before.field, append(one.after, before)
		}
		before = one
	}
	for i, v := range f.Variants {
		if !v.Recursive() && hangs(v.Field()) {
			b.field(v.Field(), n, append(slices.Clip(n.choices), choice{f, i}))
		}
	}
	if f.Kind == forms.TupleField && !f.Recursive() && f.Rest() != nil && hangs(f.Rest()) {
		b.field(f.Rest(), n, n.choices)
	}
}

// hangs reports whether a field, or something placed within it, has a condition, a list of options or a check.
func hangs(f *forms.Field) bool {
	return f.ShowWhen != nil || f.OptionsFrom != "" || len(f.Checks) > 0 || slices.ContainsFunc(f.Placed(), hangs)
}

// rowReads turns /row/… into the place it stands for: in a row of some rows.
func rowReads(reads []forms.Pointer, rows *forms.Field) []forms.Pointer {
	if rows == nil {
		return reads
	}
	out := slices.Clone(reads)
	for i, p := range out {
		if rest, ok := strings.CutPrefix(string(p), "/row"); ok {
			out[i] = "/answers" + rows.Pointer + "/*" + forms.Pointer(rest)
		}
	}
	return out
}

// rowsOf is the innermost rows that a field stands in; of what stands on a repeating page at least those that it is repeated for.
func rowsOf(f *forms.Field) *forms.Field {
	for up := f.Parent; up != nil; up = up.Parent {
		if up.Kind == forms.RowsField {
			return up
		}
	}
	return nil
}

func (b *builder) add(n *node, c *forms.Condition) *node {
	if c != nil {
		n.reads = c.Reads
	}
	if n.program != nil {
		n.reads = n.program.Reads()
	}
	n.given = n.reads
	b.nodes = append(b.nodes, n)
	return n
}

// split parts what a node reads in its own row from the rest.
func (n *node) split() {
	for i, p := range n.given {
		if p.Within("/row") {
			n.inRow = append(n.inRow, n.reads[i].Tokens())
		} else {
			n.outside = append(n.outside, p.Tokens())
		}
	}
}

// sorted orders nodes so that each comes after what it reads and stands in. Nodes that do not depend on each other keep the
// layout's order.
func sorted(nodes []*node) ([]*node, error) {
	s := &sorter{nodes: nodes, state: map[*node]int{}}
	for _, n := range nodes {
		if err := s.visit(n, nil); err != nil {
			return nil, err
		}
	}
	return s.order, nil
}

type sorter struct {
	nodes, order []*node
	state        map[*node]int // 1 being visited, 2 done
}

func (s *sorter) visit(n *node, path []string) error {
	switch s.state[n] {
	case 2:
		return nil
	case 1:
		from := slices.Index(path, n.name)
		return &Cycle{Path: append(path[from:], n.name)}
	}
	s.state[n] = 1
	path = append(path, n.name)
	for _, before := range s.needs(n) {
		if err := s.visit(before, path); err != nil {
			return err
		}
	}
	s.state[n] = 2
	s.order = append(s.order, n)
	return nil
}

// needs are the nodes that must be decided before n.
func (s *sorter) needs(n *node) []*node {
	out := slices.Clone(n.after)
	for _, p := range n.reads {
		tokens := p.Tokens()
		at := forms.Pointer("")
		for _, t := range tokens[1:] {
			at = at.Join(t)
		}
		for _, m := range s.nodes {
			switch {
			case tokens[0] == "answers" && m.kind == fieldNode && m.field.Posted() && m.field.Pointer.Overlaps(at):
				out = append(out, m)
			case tokens[0] == "computed" && m.kind == computedNode && (len(tokens) == 1 || m.key == tokens[1]):
				out = append(out, m)
			}
		}
	}
	return out
}

// Cycle is a graph that has no order: each reads the next, and the last is the first.
type Cycle struct{ Path []string }

func (c *Cycle) Error() string { return "each depends on the next: " + strings.Join(c.Path, " → ") }
