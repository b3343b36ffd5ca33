package renderer

import (
	"samtjanst/forms"
	"samtjanst/renderer/i18n"
)

// A page that is asked for each row of a list says which row it is of.

// PageTitle is what a page is called: its title, of an instance with its row's number, "Skola – Barn 2".
func PageTitle(l *i18n.Locale, p *forms.Page) string {
	if !p.IsInstance() {
		return p.Title.In(l.Lang)
	}
	return l.T("form.page-of-row", "title", p.Title.In(l.Lang), "row", rowNumber(l, p))
}

// rowNumber names an instance's row by its number: "Barn 2".
func rowNumber(l *i18n.Locale, p *forms.Page) string {
	return l.T("form.row-title", "item", capital(itemName(p.Repeat, l)), "n", p.Row+1)
}

// rowName names an instance's row so that whoever answers knows it: by its number and as few of its answers as tell it from the other
// rows, "Barn 2 · Elsa Testsson". What not everybody may read is not said, since the name stands wherever the page's answers are read.
func rowName(l *i18n.Locale, v *forms.View, p *forms.Page) string {
	value, _ := forms.Lookup(v.Answers, p.Repeat.Pointer)
	rows, _ := value.([]any)
	name := rowNumber(l, p)
	if p.Row >= len(rows) || !forAll(p.Repeat) {
		return name
	}
	everybodys := func(f *forms.Field) bool { return f.Audience == "" }
	line := func(n, most int) string {
		return lineOf(l, v, p.Repeat, p.Repeat.Pointer.Index(n), rows[n], most, everybodys)
	}
	text := ""
	for most := 1; most <= lineFields; most++ {
		text = line(p.Row, most)
		alike := false
		for n := range rows {
			alike = alike || n != p.Row && line(n, most) == text
		}
		if text != "" && !alike {
			break
		}
	}
	if text == "" {
		return name
	}
	return name + " · " + text
}

// forAll reports whether a field, and all that it stands in, is for everybody to read.
func forAll(f *forms.Field) bool {
	for up := f; up != nil; up = up.Parent {
		if up.Audience != "" {
			return false
		}
	}
	return true
}
