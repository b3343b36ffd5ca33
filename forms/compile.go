package forms

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"samtjanst/forms/internal/tree"
)

// Compile builds the tree of pages, sections and fields from a definition's layout and schema. It tells of everything that keeps
// the tree from being built (a pointer to nowhere, a place without a type, a field placed twice); lint tells of the rest.
func Compile(def *Definition) (*Form, []Diagnostic) { return compile(def, published) }

func compile(def *Definition, how how) (*Form, []Diagnostic) {
	root, err := tree.ParseJSON(def.Schema)
	if err != nil {
		return nil, []Diagnostic{DiagnosticOf(SchemaFile, err)}
	}
	c := &compiler{
		def: def, root: root, res: newResources(root), how: how, bare: how != published, ids: map[string]int{}, shapes: map[*Field]classified{}, hidden: map[*Field]bool{}, chosen: map[*Field]bool{}, textKeys: map[*Field]string{}, under: map[Pointer]*LayoutField{},
		form: &Form{Def: def, Version: VersionOf(Encode(def)), Bare: how != published, Fields: map[Pointer]*Field{}, keys: map[string]string{}},
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
	if n := len(c.res.base); n > maxSchemas {
		return nil, []Diagnostic{diagnose(SchemaFile, root, "split the form, or list values under enum", "%d schemas within one, more than %d", n, maxSchemas)}
	}
	var bad *tree.Error
	if c.top, bad = c.res.shape(root); bad != nil {
		return nil, []Diagnostic{DiagnosticOf(SchemaFile, bad)}
	}
	pages := map[string]bool{}
	if how != published && len(def.Layout.Pages) == 0 {
		c.rootPage()
	}
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
	c.bookings()
	if len(c.diags) > 0 {
		return nil, c.diags
	}
	c.sealed = true
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
	if swedish != "" && !c.sealed {
		c.form.keys[key] = swedish
	}
	return c.form.Translate(key, swedish)
}

type compiler struct {
	def            *Definition
	root           *tree.Node
	res            *resources
	top            shape
	form           *Form
	ids            map[string]int
	shapes         map[*Field]classified
	hidden, chosen map[*Field]bool          // stands within a variant or tuple; is a variant's own field
	textKeys       map[*Field]string        // where its children's texts are, when not by its pointer
	under          map[Pointer]*LayoutField // what the layout says of fields within lists, variants and tuples
	diags          []Diagnostic
	how            how
	bare           bool
	built          int
	looking        int  // lists within lists that are being classified
	judged         int  // alternatives that the root was judged by
	full           bool // more fields than a form has; told once

	// What stands within itself is built when it is asked for: one at a time, and the form's index and texts stay as they are.
	later  sync.Mutex
	sealed bool
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
	if lp.Repeat != "" {
		rows := c.repeat(lp, i, at+"/repeat")
		if rows == nil {
			return // what is on it would all be wrong
		}
		p.repeatOver(rows)
	}
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
		var within []*Field
		for k := range ls.Fields {
			f := c.field(&ls.Fields[k], p, skey+".fields."+strconv.Itoa(k), at+"/sections/"+strconv.Itoa(j)+"/fields/"+strconv.Itoa(k))
			switch {
			case f == nil:
			case f.Parent == p.Repeat: // at the top of the page
				s.Fields = append(s.Fields, f)
			default:
				within = append(within, f)
			}
		}
		for _, f := range s.Fields {
			c.fill(f, c.shapes[f], nil)
		}
		for _, f := range within {
			if f.empty() { // what it stands in was filled with a section before
				c.fill(f, c.shapes[f], nil)
			}
		}
	}
	p.finish()
}

// empty reports whether a field that others stand in has not been filled.
func (f *Field) empty() bool {
	return f.Kind.Holds() && f.Fields == nil && f.Variants == nil && f.children.make == nil
}

// repeat finds the rows that a page is asked for, row by row. They come before the page, so that there are rows when it is reached, and
// something of them is asked there, so that one knows which row a page is of.
func (c *compiler) repeat(lp *LayoutPage, page int, at string) *Field {
	ptr := Pointer(lp.Repeat)
	rows := c.form.Fields[ptr]
	if rows == nil {
		for i := page; i < len(c.def.Layout.Pages); i++ {
			if places(&c.def.Layout.Pages[i], func(placed Pointer) bool { return placed == ptr }) {
				c.fail(at, "place "+lp.Repeat+" on a page before this one", "page %s is repeated for rows that do not come before it", lp.ID)
				return nil
			}
		}
		if _, _, nowhere := c.find(ptr); ptr[0] != '/' || nowhere != "" {
			c.fail(at, or(nowhere, "begin it with /"), "page %s is repeated for %q, which points nowhere in schema.json", lp.ID, lp.Repeat)
			return nil
		}
		c.fail(at, "place "+lp.Repeat+" on a page before this one", "page %s is repeated for rows that are on no page", lp.ID)
		return nil
	}
	switch {
	case rows.Kind != RowsField || strings.Contains(lp.Repeat, "*"):
		c.fail(at, "name a list of objects that stands in no other list", "page %s is repeated for %s, which has no rows of its own", lp.ID, ptr)
	case rows.Page.Own != lp.Own:
		c.fail(at, "write the same own on both pages", "page %s has own: %v, and page %s with its rows own: %v", lp.ID, lp.Own, rows.Page.ID, rows.Page.Own)
	case rows.MaxItems == 0 || rows.MaxItems > MaxPages:
		c.fail(at, "write maxItems in schema.json, at most "+strconv.Itoa(MaxPages), "page %s is repeated for each of %s, which may be too many", lp.ID, ptr)
	case !places(&c.def.Layout.Pages[rows.Page.Index], func(placed Pointer) bool { return placed != ptr && placed.Within(ptr+"/*") }):
		c.fail(at, "place what tells one row from another there, "+lp.Repeat+"/*/…", "page %s asks for nothing in the rows of %s, so it would ask for all of it", rows.Page.ID, ptr)
	default:
		return rows
	}
	return nil
}

// places reports whether a page of the layout places something that is looked for.
func places(lp *LayoutPage, is func(Pointer) bool) bool {
	return slices.ContainsFunc(lp.Sections, func(s LayoutSection) bool {
		return slices.ContainsFunc(s.Fields, func(f LayoutField) bool { return f.Pointer != "" && is(Pointer(f.Pointer)) })
	})
}

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
	if rows := p.Repeat; rows != nil && (ptr == rows.Pointer+"/*" || !ptr.Within(rows.Pointer+"/*")) {
		c.fail(at+"/pointer", "place it on a page of its own, or name something within "+string(rows.Pointer)+"/*", "page %s is asked once for each row, and %s stands in none", p.ID, ptr)
		return nil
	}
	s, required, nowhere := c.find(ptr)
	if nowhere != "" {
		c.fail(at+"/pointer", nowhere, "%s points nowhere in schema.json", ptr)
		return nil
	}
	in := spot{at: ptr, key: "fields." + string(ptr), always: required, page: p}
	for up := ptr.Up(); ptr != ""; up = up.Up() {
		if parent := c.form.Fields[up]; parent != nil {
			if parent.Page != p && parent != p.Repeat {
				c.fail(at+"/pointer", "place it after "+string(up), "%s stands on another page than %s", ptr, up)
			}
			if parent.Kind != GroupField && parent.Kind != RowsField {
				c.under[ptr] = lf // it is there already, within; fill says more of it
				return nil
			}
			if _, deep := c.under[up]; deep {
				c.under[ptr] = lf
				return nil
			}
			in.parent = parent
			break
		}
		if _, deep := c.under[up]; deep {
			c.under[ptr] = lf
			return nil
		}
		if up.Last() == "*" && c.form.Fields[up.Up()] == nil {
			c.fail(at+"/pointer", "place "+string(up.Up())+" before it", "%s stands within rows that are not placed", ptr)
		}
		if up == "" {
			break
		}
	}
	f := c.build(s, lf, in)
	if f != nil && in.parent != p.Repeat {
		in.parent.Fields = append(in.parent.Fields, f)
	}
	return f
}

func (c *compiler) shown(lf *LayoutField, p *Page, key, at string) *Field {
	if lf.ID != "" {
		key = "fields." + lf.ID
	}
	t := c.text
	f := &Field{Kind: FactField, Fact: lf.Fact, Page: p, Parent: p.Repeat, ShowWhen: lf.ShowWhen, Audience: lf.Audience, Widget: lf.Widget,
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
		next, need, err := c.step(s, t)
		if err != nil {
			return shape{}, false, err.What
		}
		if next.zero() {
			if near := tree.Nearest(t, s.properties()); near != "" {
				return shape{}, false, "did you mean " + near + "?"
			}
			return shape{}, false, "add it to schema.json or correct the pointer"
		}
		s, required = next, required && need || t == "*"
	}
	return s, required, ""
}

// step goes one token down, into an alternative when the schema itself has no such place.
func (c *compiler) step(s shape, token string) (next shape, required bool, err *tree.Error) {
	if token == "*" {
		if _, next, err = s.places(c.res); err != nil || !next.zero() {
			return next, true, err
		}
		if entry, ok, err := s.entry(c.res); err != nil || ok && len(entry.nodes) > 0 {
			return entry, true, err
		}
	} else if next, required, err = s.property(c.res, token); err != nil || !next.zero() {
		return next, required, err
	} else if first, _, err := s.places(c.res); err == nil {
		if i, ok := rowIndex(token, len(first)); ok {
			next, err = c.res.shape(first[i])
			return next, false, err
		}
	}
	alternatives, _, err := s.alternatives(c.res)
	for _, a := range alternatives {
		if next, _, err := c.step(a, token); err != nil || !next.zero() {
			return next, false, err
		}
	}
	return shape{}, false, err
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
