package forms

import (
	"encoding/json"
	"slices"
	"strconv"

	"samtjanst/forms/internal/tree"
)

// Envelope is the name under which the answers of a bare schema stand that are no object: a text, a list, null. As a pointer, Enveloped,
// it is no escape of RFC 6901, so no property can be called the same; posted names and problems leave it out.
const (
	Envelope          = "~v"
	Enveloped Pointer = "/~v"
)

// Bare makes a form of one page of any schema, as samtjanst form render shows it: what has no label is called by its name, what has no
// type is asked as JSON. A layout (layout.yaml), when there is one, says what is asked and how; its pages become sections of the one.
// A schema that no page can carry is refused with the reason. object says that the answers are an object, or that there are none yet; a
// schema that leaves the type open may have others, and then they stand in an envelope.
func Bare(schema, layout []byte, object bool) (*Form, []Diagnostic) {
	def := &Definition{Meta: Meta{ID: "schema"}, Schema: json.RawMessage(schema), source: source{}}
	root, err := tree.ParseJSON(schema)
	if err != nil {
		return nil, []Diagnostic{DiagnosticOf(SchemaFile, err)}
	}
	def.Meta.Title, def.Meta.Summary = or(root.Get("title").Str(), "Formulär"), root.Get("description").Str()
	if layout != nil {
		n, err := tree.ParseYAML(layout)
		if err != nil {
			return nil, []Diagnostic{DiagnosticOf(LayoutFile, err)}
		}
		var pages Layout
		remember := func(p string, n *tree.Node) { def.source[LayoutFile+"#"+p] = place{n.Line, n.Column} }
		var diags []Diagnostic
		for _, e := range tree.Decode(n, &pages, remember) {
			diags = append(diags, DiagnosticOf(LayoutFile, e))
		}
		if len(diags) > 0 {
			return nil, diags
		}
		def.Layout.Pages = []LayoutPage{onePage(pages, def.Meta.Title)}
	}
	how := bareForm
	if !object {
		how = bareEnvelope
	}
	return compile(def, how)
}

// BarePage is the id of a bare form's only page.
const BarePage = "svar"

func onePage(l Layout, title string) LayoutPage {
	out := LayoutPage{ID: BarePage, Title: title}
	for i, p := range l.Pages {
		for j, s := range p.Sections {
			if s.Title == "" && j == 0 {
				s.Title = p.Title
			}
			s.ID = "p" + strconv.Itoa(i) + "-" + or(s.ID, strconv.Itoa(j))
			s.ShowWhen = bothHold(p.ShowWhen, s.ShowWhen)
			if p.Repeat != "" {
				s = withinRows(s)
			}
			out.Sections = append(out.Sections, s)
		}
	}
	return out
}

// withinRows is a section of a repeating page whose fields stand in the rows themselves, where the rows are: each has the conditions that
// it would be shown under. A notice or a fact stands in no row, so it is there once, and not
// at all where a row decides.
func withinRows(s LayoutSection) LayoutSection {
	fields := slices.Clone(s.Fields)
	for i := range fields {
		fields[i].ShowWhen = bothHold(s.ShowWhen, fields[i].ShowWhen)
	}
	s.Fields, s.ShowWhen, s.Title, s.Help = fields, nil, "", ""
	return s
}

// bothHold is a condition that holds when two do; nil holds always.
func bothHold(a, b *Condition) *Condition {
	if a == nil || b == nil {
		return orCondition(a, b)
	}
	return &Condition{Raw: json.RawMessage(`{"allOf":[` + string(a.Raw) + `,` + string(b.Raw) + `]}`), Reads: append(append([]Pointer(nil), a.Reads...), b.Reads...), Line: a.Line}
}

func orCondition(a, b *Condition) *Condition {
	if a == nil {
		return b
	}
	return a
}

// how a definition is compiled.
type how uint8

const (
	published    how = iota
	bareForm         // anything may be asked, names stand in for labels
	bareEnvelope     // and the answers are no object
)

// rootPage makes the page of a bare schema without layout: one field for the whole, its own pointer "". Answers are an object, so a root
// of any other kind is put in an envelope.
func (c *compiler) rootPage() {
	p := &Page{ID: BarePage, Title: c.form.Title, Help: c.form.Summary}
	c.form.Pages = []*Page{p}
	k, err := c.classify(c.top, &LayoutField{})
	if err != nil {
		c.diags = append(c.diags, DiagnosticOf(SchemaFile, err))
		return
	}
	in := spot{key: "fields.", always: true, page: p}
	if c.how == bareEnvelope || !c.object(k) {
		in.at, c.form.Enveloped = Enveloped, true
		in.always = k.kind != VariantField && !k.nullable
	}
	f := c.build(c.top, &LayoutField{}, in)
	if f == nil {
		return
	}
	if f.Kind == GroupField || f.Kind == MapField {
		f.Label, f.Hint = nil, nil // the page has them
	}
	if f.Label.IsZero() && f.Kind != GroupField {
		f.Label = Text{"sv": c.def.Meta.Title}
	}
	c.fill(f, k, nil)
	p.Sections = []*Section{{Fields: []*Field{f}}}
}

// maxJudged bounds how many alternatives the root is judged by.
const maxJudged = 200

// object reports whether a value is an object whatever it is.
func (c *compiler) object(k classified) bool {
	switch k.kind {
	case GroupField, MapField:
		return !k.nullable
	case VariantField:
		for _, a := range k.alternatives {
			if c.judged++; c.judged > maxJudged {
				return false // two alternatives in each of thirty steps; an envelope holds objects too
			}
			one, err := c.classify(a, &LayoutField{})
			if err != nil || !c.object(one) {
				return false
			}
		}
		return !k.nullable
	}
	return false
}
