package lint

import (
	"errors"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

func asCycle(err error, c **journey.Cycle) bool { return errors.As(err, c) }

// placed is one entry of the layout with where it stands.
type placed struct {
	page    *forms.LayoutPage
	section *forms.LayoutSection
	field   *forms.LayoutField
	path    string
}

// layout goes through all entries of the layout.
func (l *linter) layout(visit func(placed)) {
	for i := range l.def.Layout.Pages {
		p := &l.def.Layout.Pages[i]
		for j := range p.Sections {
			s := &p.Sections[j]
			for k := range s.Fields {
				visit(placed{p, s, &s.Fields[k], "/pages/" + strconv.Itoa(i) + "/sections/" + strconv.Itoa(j) + "/fields/" + strconv.Itoa(k)})
			}
		}
	}
}

// nodePath finds where a node of the graph is written.
func (l *linter) nodePath(name string) (file, path string) {
	kind, what, _ := strings.Cut(name, " ")
	if kind == "computed" {
		return forms.FormFile, "/computed/" + what
	}
	what = what[strings.LastIndexByte(what, ' ')+1:] // "options of field /x"
	file = forms.LayoutFile
	for i := range l.def.Layout.Pages {
		p := &l.def.Layout.Pages[i]
		at := "/pages/" + strconv.Itoa(i)
		if (kind == "page" && p.ID == what) || (kind == "section" && strings.HasPrefix(what, p.ID+"/")) {
			path = at + "/showWhen"
		}
	}
	l.layout(func(e placed) {
		if e.field.Pointer == what || (e.field.ID != "" && "f-"+e.field.ID == what) {
			path = e.path
		}
	})
	return file, path
}

// conditionAt is a condition with where it is written.
type conditionAt struct {
	*forms.Condition
	file, path string
	rows       *forms.Field // whose row it may read as /row
}

func (l *linter) allConditions() []conditionAt {
	var out []conditionAt
	in := func(rows *forms.Field, c *forms.Condition, file, path string) {
		if c != nil {
			out = append(out, conditionAt{c, file, path, rows})
		}
	}
	add := func(c *forms.Condition, file, path string) { in(nil, c, file, path) }
	for i := range l.def.Layout.Pages {
		p := &l.def.Layout.Pages[i]
		at := "/pages/" + strconv.Itoa(i)
		rows := l.form.Fields[forms.Pointer(p.Repeat)]
		in(rows, p.ShowWhen, forms.LayoutFile, at+"/showWhen")
		for j := range p.Sections {
			in(rows, p.Sections[j].ShowWhen, forms.LayoutFile, at+"/sections/"+strconv.Itoa(j)+"/showWhen")
		}
	}
	l.layout(func(e placed) { in(l.rowsAround(e), e.field.ShowWhen, forms.LayoutFile, e.path+"/showWhen") })
	for i, h := range l.def.Meta.Hindrance {
		add(h.When, forms.FormFile, "/hindrance/"+strconv.Itoa(i)+"/when")
	}
	for i, p := range l.def.Meta.Parties {
		add(p.Signs, forms.FormFile, "/parties/"+strconv.Itoa(i)+"/signs")
	}
	for i, limit := range l.def.Meta.Limits {
		add(limit.When, forms.FormFile, "/limits/"+strconv.Itoa(i)+"/when")
	}
	for i, g := range l.def.Meta.Decision.Grounds {
		add(g.When, forms.FormFile, "/decision/grounds/"+strconv.Itoa(i)+"/when")
	}
	for i, d := range l.def.Meta.Dispatch {
		add(d.When, forms.FormFile, "/dispatch/"+strconv.Itoa(i)+"/when")
	}
	for i, letter := range l.def.Meta.Letters {
		add(letter.When, forms.FormFile, "/letters/"+strconv.Itoa(i)+"/when")
	}
	return out
}

// rowsAround are the innermost rows that an entry stands in, nil when it stands in none.
func (l *linter) rowsAround(e placed) *forms.Field {
	for up := forms.Pointer(e.field.Pointer).Up(); up != ""; up = up.Up() {
		if f := l.form.Fields[up]; f != nil && f.Kind == forms.RowsField {
			return f
		}
	}
	return l.form.Fields[forms.Pointer(e.page.Repeat)]
}

// expressionAt is an expression with where it is written.
type expressionAt struct {
	text, file, path string
	rows             *forms.Field // whose row it may read as row
}

func (l *linter) allExpressions() []expressionAt {
	var out []expressionAt
	in := func(rows *forms.Field, text, file, path string) {
		if text != "" {
			out = append(out, expressionAt{text, file, path, rows})
		}
	}
	add := func(text, file, path string) { in(nil, text, file, path) }
	m := &l.def.Meta
	for name, text := range m.Computed {
		add(text, forms.FormFile, "/computed/"+name)
	}
	add(m.Subject, forms.FormFile, "/subject")
	add(m.Unique, forms.FormFile, "/unique")
	for i, p := range m.Parties {
		add(p.From, forms.FormFile, "/parties/"+strconv.Itoa(i)+"/from")
	}
	for i, letter := range m.Letters {
		add(letter.To, forms.FormFile, "/letters/"+strconv.Itoa(i)+"/to")
	}
	if m.Decision.Grants != nil {
		add(m.Decision.Grants.Rows, forms.FormFile, "/decision/grants/rows")
	}
	l.layout(func(e placed) {
		in(l.rowsAround(e), e.field.Fact, forms.LayoutFile, e.path+"/fact")
		in(l.rowsAround(e), e.field.OptionsFrom, forms.LayoutFile, e.path+"/optionsFrom")
	})
	return out
}
