package forms

import (
	"encoding/json"
	"strconv"

	"samtjanst/forms/internal/tree"
)

// Compile builds the tree of pages, sections and fields from a definition's layout and schema. It tells of everything that keeps
// the tree from being built (a pointer to nowhere, a place without a type, a field placed twice); lint tells of the rest.
func Compile(def *Definition) (*Form, []Diagnostic) {
	root, err := tree.ParseJSON(def.Schema)
	if err != nil {
		return nil, []Diagnostic{DiagnosticOf(SchemaFile, err)}
	}
	c := &compiler{
		def: def, root: root, ids: map[string]int{},
		form: &Form{Def: def, Version: VersionOf(Encode(def)), Fields: map[Pointer]*Field{}, keys: map[string]string{}},
	}
	c.form.Title = c.text("form.title", def.Meta.Title)
	c.form.Summary = c.text("form.summary", def.Meta.Summary)
	c.form.Category = c.text("form.category", def.Meta.Category)
	c.form.Overview = c.overview()
	c.text("signing.document", def.Meta.Signing.Document)
	c.text("signing.declare", def.Meta.Signing.Declare)
	for _, p := range def.Meta.Parties {
		c.text("parties."+p.Role+".title", p.Title)
	}
	for _, o := range def.Meta.Decision.Outcomes {
		c.text("decision.outcomes."+o.ID, o.Title)
	}
	c.text("delivery.title", def.Meta.Delivery.Title)
	for _, w := range def.Meta.Delivery.Ways {
		c.text("delivery.ways."+w.ID, w.Title)
	}
	var bad *tree.Error
	if c.top, bad = shapeOf(root, root); bad != nil {
		return nil, []Diagnostic{DiagnosticOf(SchemaFile, bad)}
	}
	pages := map[string]bool{}
	for i := range def.Layout.Pages {
		lp := &def.Layout.Pages[i]
		at := "/pages/" + strconv.Itoa(i)
		if lp.ID == "" || pages[lp.ID] || !safeID(lp.ID) {
			c.fail(at+"/id", "give each page an id of its own: lower-case letters, digits and hyphens", "page id %q", lp.ID)
		}
		pages[lp.ID] = true
		c.page(lp, i, at)
	}
	c.lookups()
	if len(c.diags) > 0 {
		return nil, c.diags
	}
	return c.form, nil
}

// Translate gives a text with its translations. Keys are those of text/<lang>.yaml, joined by ".": "pages.elev.title".
func (f *Form) Translate(key, swedish string) Text {
	if swedish == "" {
		return nil
	}
	t := Text{"sv": swedish}
	for lang, texts := range f.Def.Text {
		if s := texts[key]; s != "" {
			t[lang] = s
		}
	}
	return t
}

// TextKeys are the keys of everything that citizens read in the form, with the Swedish: what a translation must have.
// The caller must not change it.
func (f *Form) TextKeys() map[string]string { return f.keys }

// text translates and remembers the key.
func (c *compiler) text(key, swedish string) Text {
	if swedish != "" {
		c.form.keys[key] = swedish
	}
	return c.form.Translate(key, swedish)
}

type compiler struct {
	def   *Definition
	root  *tree.Node
	top   shape
	form  *Form
	ids   map[string]int
	diags []Diagnostic
	full  bool // more fields than a form has; told once
}

func (c *compiler) fail(at, mend, format string, args ...any) {
	c.diags = append(c.diags, c.def.Diagnose(LayoutFile, at, mend, format, args...))
}

func (c *compiler) overview() OverviewText {
	o, t := &c.def.Meta.Overview, c.text
	out := OverviewText{
		Signers: t("overview.signers", o.Signers), Handling: t("overview.handling", o.Handling), Help: t("overview.help", o.Help),
		Decision: t("overview.decision", o.Decision), OtherWay: t("overview.otherWay", o.OtherWay),
	}
	for i, need := range o.Needs {
		out.Needs = append(out.Needs, t("overview.needs."+strconv.Itoa(i), need))
	}
	return out
}

func (c *compiler) page(lp *LayoutPage, i int, at string) {
	key := "pages." + lp.ID
	p := &Page{ID: lp.ID, Index: i, Own: lp.Own, ShowWhen: lp.ShowWhen,
		Title: c.text(key+".title", lp.Title), Help: c.text(key+".help", lp.Help)}
	c.form.Pages = append(c.form.Pages, p)
	for j := range lp.Sections {
		ls := &lp.Sections[j]
		name := ls.ID
		if name == "" {
			name = strconv.Itoa(j)
		}
		skey := key + ".sections." + name
		s := &Section{ShowWhen: ls.ShowWhen, Title: c.text(skey+".title", ls.Title), Help: c.text(skey+".help", ls.Help)}
		p.Sections = append(p.Sections, s)
		for k := range ls.Fields {
			f := c.field(&ls.Fields[k], p, skey+".fields."+strconv.Itoa(k), at+"/sections/"+strconv.Itoa(j)+"/fields/"+strconv.Itoa(k))
			if f != nil && f.Parent == nil {
				s.Fields = append(s.Fields, f)
			}
		}
		for _, f := range s.Fields {
			c.fill(f, 0)
		}
	}
}

// Bounds of a form: nobody fills in more, and a schema that refers to itself would go on for ever.
const (
	maxFields = 2000
	maxGroups = 8 // one within another
)

// field places what one entry of the layout says. Within a placed group or rows it becomes a child of that field.
func (c *compiler) field(lf *LayoutField, p *Page, key, at string) *Field {
	kinds := 0
	for _, s := range [...]string{lf.Pointer, lf.Fact, lf.Notice} {
		if s != "" {
			kinds++
		}
	}
	if kinds != 1 {
		c.fail(at, "write one of them", "a field has exactly one of pointer, fact and notice, this one has %d", kinds)
		return nil
	}
	if lf.Pointer == "" {
		return c.shown(lf, p, key, at)
	}
	ptr := Pointer(lf.Pointer)
	if ptr[0] != '/' {
		c.fail(at+"/pointer", "begin it with /", "%q is no pointer", lf.Pointer)
		return nil
	}
	if c.form.Fields[ptr] != nil {
		c.fail(at+"/pointer", "place it once", "%s is placed twice", ptr)
		return nil
	}
	s, required, nowhere := c.find(ptr)
	if nowhere != "" {
		c.fail(at+"/pointer", nowhere, "%s points nowhere in schema.json", ptr)
		return nil
	}
	f := c.build(ptr, s, required, lf, p)
	if f == nil {
		return nil
	}
	for up := ptr.Up(); up != ""; up = up.Up() {
		if parent := c.form.Fields[up]; parent != nil {
			if parent.Page != p {
				c.fail(at+"/pointer", "place it after "+string(up), "%s stands on another page than %s", ptr, up)
			}
			f.Parent = parent
			parent.Fields = append(parent.Fields, f)
			return f
		}
		if up.Last() == "*" {
			if c.form.Fields[up.Up()] == nil {
				c.fail(at+"/pointer", "place "+string(up.Up())+" before it", "%s stands within rows that are not placed", ptr)
			}
		}
	}
	return f
}

func (c *compiler) shown(lf *LayoutField, p *Page, key, at string) *Field {
	if lf.ID != "" {
		key = "fields." + lf.ID
	}
	t := c.text
	f := &Field{Kind: FactField, Fact: lf.Fact, Page: p, ShowWhen: lf.ShowWhen, Audience: lf.Audience, Widget: lf.Widget,
		Label: t(key+".label", lf.Label), Hint: t(key+".hint", lf.Hint), Help: t(key+".help", lf.Help)}
	id := lf.ID
	if id == "" {
		id = p.ID + "-" + strconv.Itoa(len(c.ids))
	}
	if lf.Notice != "" {
		f.Kind, f.NoticeKind = NoticeField, lf.Kind
		f.Notice = t(key+".notice", lf.Notice)
		switch lf.Kind {
		case "info", "warning", "stop":
		default:
			c.fail(at+"/kind", `write "info", "warning" or "stop"`, "a notice of kind %q", lf.Kind)
		}
	}
	f.ID = c.id(Pointer("").Join(id))
	return f
}

// id keeps ids unique: two pointers may differ only in what an id cannot say.
func (c *compiler) id(p Pointer) string {
	id := fieldID(p)
	c.ids[id]++
	if n := c.ids[id]; n > 1 {
		return c.id(p + Pointer("-"+strconv.Itoa(n)))
	}
	return id
}

// find follows a pointer through the schema. required says that nothing on the way to the value, or within its row, may be absent.
func (c *compiler) find(ptr Pointer) (s shape, required bool, nowhere string) {
	s, required = c.top, true
	for _, t := range ptr.Tokens() {
		var err *tree.Error
		if t == "*" {
			s, err = s.items(c.root)
			required = true
		} else {
			var need bool
			known := s.properties()
			s, need, err = s.property(c.root, t)
			required = required && need
			if err != nil {
				return nil, false, err.What
			}
			if near := tree.Nearest(t, known); len(s) == 0 && near != "" {
				return nil, false, "did you mean " + near + "?"
			}
		}
		if err != nil {
			return nil, false, err.What
		}
		if len(s) == 0 {
			return nil, false, "add it to schema.json or correct the pointer"
		}
	}
	return s, required, ""
}

// fill gives a placed group or rows without placed children all that the schema says, in its order.
func (c *compiler) fill(f *Field, depth int) {
	if f.Kind != GroupField && f.Kind != RowsField {
		return
	}
	if depth > maxGroups || len(c.form.Fields) > maxFields {
		if !c.full {
			c.full = true
			c.fail("", "place the fields that are to be asked, one by one", "%s holds more than %d fields, or groups more than %d deep", f.Pointer, maxFields, maxGroups)
		}
		return
	}
	if len(f.Fields) == 0 {
		at := f.Pointer
		if f.Kind == RowsField {
			at += "/*"
		}
		s, _, _ := c.find(at)
		for _, name := range s.properties() {
			ptr := at.Join(name)
			cs, required, _ := c.find(ptr)
			if child := c.build(ptr, cs, required, &LayoutField{Pointer: string(ptr)}, f.Page); child != nil {
				child.Parent = f
				f.Fields = append(f.Fields, child)
			}
		}
	}
	for _, child := range f.Fields {
		c.fill(child, depth+1)
	}
}

func safeID(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != ""
}

// Default values as JSON; nil when the schema says none.
func defaultOf(s shape) json.RawMessage {
	if n := s.get("default"); n != nil {
		return n.JSON()
	}
	return nil
}
