package lint

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
	"samtjanst/forms/journey"
)

// fields checks every entry of the layout.
func (l *linter) fields() {
	byPointer := map[forms.Pointer]string{}
	l.layout(func(e placed) {
		if e.field.Pointer != "" {
			byPointer[forms.Pointer(e.field.Pointer)] = e.path
		}
		switch e.field.Audience {
		case "", "own", "officer":
		default:
			l.inLayout(e.path+"/audience", `write own or officer, or leave it out for all parties`, "audience %q", e.field.Audience)
		}
		l.widget(e)
		if e.field.Audience == "own" && !e.page.Own {
			l.inLayout(e.path+"/audience", "place it on a page with own: true", "only a party's own section has audience own")
		}
		if e.field.Audience == "officer" && strings.Contains(e.field.Pointer, "/*") { // what all parties sign holds whole rows
			l.inLayout(e.path+"/audience", "ask it outside the rows, or give the rows as a whole that audience", "a part of a row cannot be the officer's alone")
		}
		own := l.def.Meta.Own
		inside := own != "" && forms.Pointer(e.field.Pointer).Within(forms.Pointer(own))
		if e.field.Pointer != "" && e.page.Own != inside {
			l.inLayout(e.path+"/pointer", "own pages hold what is under "+own+", and nothing else does", "%s stands on a page with own: %v", e.field.Pointer, e.page.Own)
		}
		if e.field.Fact != "" && e.field.Label == "" {
			l.inLayout(e.path, "add label", "a shown fact has no label")
		}
	})
	for ptr, f := range l.form.Fields {
		path := byPointer[ptr]
		for up := ptr; path == "" && up != ""; up = up.Up() {
			path = byPointer[up]
		}
		if f.Label.IsZero() && !(f.Kind == forms.GroupField && f.Parent == nil) {
			l.inLayout(path, "add title to schema.json or label here", "%s has no label", ptr)
		}
		if (f.Kind == forms.RowsField || f.Kind == forms.ListField) && f.Item.IsZero() {
			l.inLayout(path, "add item: what one row is called", "%s does not say what one row is called", ptr)
		}
		for _, o := range f.Options {
			if f.Kind == forms.ConsentField || f.Kind == forms.FixedField {
				break // the label says it
			}
			if strings.TrimSpace(o.Label["sv"]) == "" {
				l.inLayout(path, "add a title beside const, or options here", "an option of %s has no label", ptr)
			}
		}
	}
}

// unplaced finds what the schema asks for and no page has.
func (l *linter) unplaced() {
	for _, p := range l.places {
		if !p.Leaf || l.hasField(p.Pointer) {
			continue
		}
		l.diags = append(l.diags, forms.Diagnostic{File: forms.SchemaFile, Line: p.Line, Column: p.Column,
			What: string(p.Pointer) + " is on no page", Mend: "place it in layout.yaml or remove it"})
	}
}

func (l *linter) hasField(p forms.Pointer) bool {
	for up := p; up != ""; up = up.Up() {
		if f := l.form.Fields[up]; f != nil {
			return up == p || (f.Kind != forms.GroupField && f.Kind != forms.RowsField)
		}
	}
	return false
}

// hideable reports whether a condition decides if a field is shown.
func hideable(form *forms.Form, f *forms.Field) bool {
	if f.Page.ShowWhen != nil {
		return true
	}
	top := f
	for ; top.Parent != nil; top = top.Parent {
		if top.ShowWhen != nil {
			return true
		}
	}
	for _, s := range f.Page.Sections {
		if s.ShowWhen != nil && slices.Contains(s.Fields, top) {
			return true
		}
	}
	return top.ShowWhen != nil
}

// required finds what the schema requires always though it may be hidden: nobody could complete the form.
func (l *linter) required() {
	for _, p := range l.places {
		if !p.Required || strings.Contains(string(p.Pointer), "*") {
			continue
		}
		some, all := false, true
		for ptr, f := range l.form.Fields {
			if ptr.Within(p.Pointer) {
				some = true
				all = all && hideable(l.form, f)
			}
		}
		if some && all {
			l.diags = append(l.diags, forms.Diagnostic{File: forms.SchemaFile, Line: p.Line, Column: p.Column,
				What: string(p.Pointer) + " can be hidden but is always required",
				Mend: "take it out of required and write required: true in layout.yaml, which requires it when it is shown"})
		}
	}
}

// reachable finds pages that nobody gets to or that have nothing on them.
func (l *linter) reachable() {
	stopped := ""
	if len(l.def.Layout.Pages) == 0 {
		l.inLayout("", "add pages", "the form has no page")
	}
	for i := range l.def.Layout.Pages {
		p := &l.def.Layout.Pages[i]
		at := "/pages/" + strconv.Itoa(i)
		if p.ID == journey.CheckPage {
			l.inLayout(at+"/id", "choose another id", "%q is the page where answers are checked", p.ID)
		}
		if p.Title == "" {
			l.inLayout(at, "add title", "page %s has no title", p.ID)
		}
		if stopped != "" {
			l.inLayout(at, "give the stop a showWhen", "nobody reaches page %s: page %s always stops", p.ID, stopped)
		}
		entries := 0
		for j := range p.Sections {
			entries += len(p.Sections[j].Fields)
			for _, f := range p.Sections[j].Fields {
				if f.Kind == "stop" && f.ShowWhen == nil && p.Sections[j].ShowWhen == nil && p.ShowWhen == nil && p.Repeat == "" { // there may be no row
					stopped = p.ID
				}
			}
		}
		if entries == 0 {
			l.inLayout(at, "add fields or remove the page", "page %s has nothing on it", p.ID)
		}
	}
}

// addresses finds registered addresses shown to all parties: a guardian must never learn where the other one lives (facts 3.4).
func (l *linter) addresses() {
	l.layout(func(e placed) {
		audience := e.field.Audience
		for _, text := range [...]string{e.field.Fact, e.field.OptionsFrom} {
			if text != "" && audience != "own" && audience != "officer" && l.readsAddress(text, map[string]bool{}) {
				l.inLayout(e.path, "write audience: own on an own page, or audience: officer",
					"a registered address may not be shown to all parties")
			}
		}
	})
}

// readsAddress follows computed values to the register.
func (l *linter) readsAddress(text string, seen map[string]bool) bool {
	p, err := l.language.Compile(text)
	if err != nil {
		return false // told by expressions
	}
	for _, r := range p.Reads() {
		tokens := r.Tokens()
		switch {
		case tokens[0] == "facts" && (len(tokens) == 1 || slices.Contains(tokens, "address")):
			return true
		case tokens[0] == "facts" && len(tokens) == 2 && (tokens[1] == "applicant" || tokens[1] == "self"):
			return true
		case tokens[0] == "parties":
			return true
		case tokens[0] == "computed":
			for name, inner := range l.def.Meta.Computed {
				if (len(tokens) == 1 || tokens[1] == name) && !seen[name] {
					seen[name] = true
					if l.readsAddress(inner, seen) {
						return true
					}
				}
			}
		}
	}
	return false
}

// widget checks that there is such a widget, and that it can show the field.
func (l *linter) widget(e placed) {
	name := e.field.Widget
	if name == "" {
		return
	}
	w, ok := forms.WidgetNamed(name)
	if !ok {
		known := make([]string, len(forms.Widgets))
		for i, w := range forms.Widgets {
			known[i] = w.Name
		}
		mend := "widgets are " + strings.Join(known, ", ")
		if near := tree.Nearest(name, known); near != "" {
			mend = "did you mean " + near + "?"
		}
		l.inLayout(e.path+"/widget", mend, "there is no widget %q", name)
		return
	}
	can := slices.Contains(w.Kinds, forms.FactField)
	if e.field.Pointer != "" {
		can = slices.ContainsFunc(l.placed(forms.Pointer(e.field.Pointer)), func(f *forms.Field) bool { return slices.Contains(w.Kinds, f.Kind) })
	}
	if e.field.Notice == "" && !can {
		l.inLayout(e.path+"/widget", "it is for "+w.About, "the widget %q cannot show this", name)
	}
}
