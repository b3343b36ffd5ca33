package renderer

import (
	"regexp"
	"strings"

	"samtjanst/forms"
)

// live knows which answers of a page its conditions, option lists and shown facts read: giving one of them may change the page.
type live struct {
	form  *forms.Form
	reads []forms.Pointer // into the answers
	exprs []string        // CEL
	named map[string]bool // computed values that have been followed
}

func liveOf(form *forms.Form, page *forms.Page) *live {
	l := &live{form: form, named: map[string]bool{}}
	for _, s := range page.Sections {
		l.condition(s.ShowWhen, page.Repeat)
		l.fields(s.Fields, page.Repeat)
	}
	return l
}

func (l *live) fields(fields []*forms.Field, rows *forms.Field) {
	for _, f := range fields {
		l.condition(f.ShowWhen, rows)
		l.expr(f.OptionsFrom, rows)
		l.expr(f.Fact, rows)
		within := rows
		if f.Kind == forms.RowsField {
			within = f
		}
		l.fields(f.Placed(), within) // what no layout places has no conditions
	}
}

// condition notes what a condition reads; rows are those whose row it may read.
func (l *live) condition(c *forms.Condition, rows *forms.Field) {
	if c == nil {
		return
	}
	for _, at := range c.Reads {
		tokens := at.Tokens()
		switch {
		case len(tokens) < 2:
		case tokens[0] == "answers":
			l.reads = append(l.reads, at[len("/answers"):])
		case tokens[0] == "row" && rows != nil:
			l.reads = append(l.reads, rows.Pointer+"/*"+at[len("/row"):])
		case tokens[0] == "computed":
			l.computed(tokens[1])
		}
	}
}

// expr notes an expression, which is searched for the names as CEL writes them: answers.elev.skola. rows are those whose row it may read.
func (l *live) expr(expr string, rows *forms.Field) {
	if expr == "" {
		return
	}
	expr = strings.ReplaceAll(expr, ".?", ".") // what may be absent is read by answers.?elev.?skola
	if rows != nil {
		expr = ownRow.ReplaceAllString(expr, "answers"+strings.ReplaceAll(string(rows.Pointer), "/", ".")+".")
	}
	l.exprs = append(l.exprs, expr)
	for name := range l.form.Def.Meta.Computed {
		if strings.Contains(expr, "computed."+name) {
			l.computed(name)
		}
	}
}

func (l *live) computed(name string) {
	if !l.named[name] {
		l.named[name] = true
		l.expr(l.form.Def.Meta.Computed[name], nil)
	}
}

// ownRow is the row in an expression: row.slag.
var ownRow = regexp.MustCompile(`\brow\.`)

// any reports whether anything on the page hangs on its answers.
func (l *live) any() bool { return len(l.reads)+len(l.exprs) > 0 }

// has reports whether answering a field may change the page.
func (l *live) has(f *forms.Field) bool {
	if !f.Posted() || f.Kind.Holds() && f.Kind != forms.ListField {
		return false
	}
	for _, at := range l.reads {
		if f.Pointer.Overlaps(at) {
			return true
		}
	}
	if len(l.exprs) == 0 {
		return false
	}
	whole, _, _ := strings.Cut(string(f.Pointer), "/*")
	name := "answers" + strings.ReplaceAll(whole, "/", ".")
	for _, e := range l.exprs {
		if strings.Contains(e, name) {
			return true
		}
	}
	return false
}
