// Package answers carries answers to a page's controls and back: Encode gives the names and values of the controls that a page
// offers, Decode reads them from a posted page onto the stored answers. Both go through the same walk over the view, so that what a
// page shows and what is read from it cannot drift apart.
//
// The names are those of names.go, after design.md, "How a page is posted". A row's key is its number in the stored answers that the
// page was made from; a row added in the browser has a key of its own, a letter and a number. So a row keeps what the page does not
// show of it wherever it is moved. It follows that what was decoded is stored before the page is shown again, problems or not, and
// that a page made from an older revision of the draft is not decoded onto a newer one: the revision travels along (FieldRevision),
// and flow compares it.
//
// The page of a row of a list ("skola.2") posts its row by the number it is stored under, "a/barn/1/skola": nothing on it moves rows, and
// the revision tells whether they have been moved elsewhere.
//
// Only controls that the page offered are replaced. Fields that the view hides, other pages, facts, undeclared keys and files come
// from what is stored, whatever is posted; names that the page does not have are never looked at.
package answers

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
)

// Limits of what one page can carry.
const (
	MaxRows   = 1000    // rows of one list where the schema says no less
	MaxDigits = 40      // digits of a number
	MaxJSON   = 1 << 20 // bytes of a value written as JSON
	MaxDepth  = 60      // of what groups and lists stand in; with what is in them, answers are at most 64 deep
)

// Input is one control of a page with what stands in it.
type Input struct {
	Field  *forms.Field
	At     forms.Pointer // where the value stands, rows by number
	Name   string        // "a/elev/skola"; of rows "r/dagar"
	Values []string      // one for a text, several for checkboxes, the keys for rows; none when blank
	// Parts are a date's three controls: year, month, day. Name has no control then.
	Parts [3]NamedValue
	// Marker is to be posted hidden as MarkerName when not "".
	MarkerName, Marker string

	typing bool // a control that posts its name when blank
}

// NamedValue is a control with one text.
type NamedValue struct{ Name, Value string }

// Value is the only value of an input, "" when blank.
func (c Input) Value() string {
	if len(c.Values) == 0 {
		return ""
	}
	return c.Values[0]
}

var dateParts = [3]Part{Year, Month, Day}

// Inputs lists every control that a page offers, in its order, rows' controls after their rows: what was typed where that could not be
// read, else the stored answers.
func Inputs(v *forms.View, page string, typed forms.Typed) []Input {
	p, ok := v.Page(page)
	if !ok {
		return nil
	}
	w := &lister{view: v, typed: typed}
	for i, s := range p.Sections {
		if v.ShowsSection(p, i) {
			for _, f := range s.Fields {
				at := p.At(f.Pointer)
				value, has := forms.Lookup(v.Scope.Answers, at)
				w.field(f, place{to: at, post: at, shown: at}, value, has)
			}
		}
	}
	return w.out
}

// lister goes through a page as decoder does.
type lister struct {
	view  *forms.View
	typed forms.Typed
	out   []Input
}

func (w *lister) add(f *forms.Field, at place, name string, values ...string) {
	w.out = append(w.out, Input{Field: f, At: at.to, Name: name, Values: values})
}

func (w *lister) field(f *forms.Field, at place, value any, has bool) {
	if !f.Posted() || f.Kind == forms.FixedField || f.ReadOnly || w.view.FromRegister(f, at.to) || !w.view.ShowsAt(f, at.to) || !Present(f, value, has) {
		return
	}
	c := Input{Field: f, At: at.to, Name: Control(at.post)}
	if c.Marker = marker(f, value, has); c.Marker != "" {
		c.MarkerName = Marker(at.post)
	}
	switch f.Kind {
	case forms.DateField:
		year, month, day := dateShown(f, value)
		for i, part := range [3]string{year, month, day} {
			if t, ok := w.typed[DatePart(dateParts[i], at.to)]; ok {
				part = t
			}
			c.Parts[i] = NamedValue{Name: DatePart(dateParts[i], at.post), Value: part}
		}
	case forms.GroupField, forms.RowsField, forms.ListField, forms.TupleField, forms.MapField, forms.VariantField, forms.NullField, forms.FilesField:
		c.Name = ""
	default:
		c.typing = f.Kind == forms.TextField || f.Kind == forms.NumberField || f.Kind == forms.JSONField
		if t, ok := w.typed[string(at.to)]; ok {
			c.Values = []string{t}
		} else if has {
			c.Values = shown(f, w.view.OptionsAt(f, at.to), value)
		}
	}
	w.out = append(w.out, c)
	w.within(f, at, value, has)
}

func (w *lister) within(f *forms.Field, at place, value any, has bool) {
	switch f.Kind {
	case forms.GroupField:
		for _, child := range f.Children() {
			if child.Kind == forms.MapField && child.Pointer == f.Pointer {
				w.within(child, at, value, has)
				continue
			}
			object, _ := value.(map[string]any)
			v, ok := forms.Lookup(object, child.Pointer[len(f.Pointer):])
			w.field(child, at.child(f, child), v, ok)
		}
	case forms.TupleField:
		list, _ := value.([]any)
		for i, child := range f.Children() {
			v, ok := nth(list, i)
			w.field(child, at.row(strconv.Itoa(i), strconv.Itoa(i)), v, ok)
		}
		if f.Rest() != nil {
			w.rows(f, at, value)
		}
	case forms.RowsField, forms.ListField, forms.MapField:
		w.rows(f, at, value)
	case forms.VariantField:
		i := Chosen(f, at.to, value, has, w.typed)
		if i < 0 {
			return
		}
		n := strconv.Itoa(i)
		w.add(f, at, Variant(at.post), n)
		w.add(f, at, ShownVariant(at.post), n)
		w.field(f.Variants[i].Field(), at, value, has)
	}
}

func (w *lister) rows(f *forms.Field, at place, value any) {
	if s, ok := SummaryOf(f, at.to, value, w.typed); ok {
		w.add(f, at, Window(at.post), strconv.Itoa(s.From))
		if s.Open >= 0 {
			w.add(f, at, OpenRow(at.post), strconv.Itoa(s.Open))
		}
	}
	for _, row := range Rows(f, at.to, value, w.typed) {
		if !row.Open {
			continue
		}
		w.add(f, at, RowKey(at.post), row.Key)
		here := at.row(row.Piece, row.Posted)
		v, has := any(nil), row.Stored
		switch x := value.(type) {
		case map[string]any:
			v = x[row.Name]
			if !row.Stored {
				v = nil
			}
		case []any:
			v, has = nth(x, row.Number)
		}
		if f.Kind == forms.MapField {
			w.out = append(w.out, Input{Field: f, At: here.to, Name: EntryName(here.post), Values: []string{row.Typed}, typing: true})
		}
		for _, child := range rowFields(f) {
			if f.Kind == forms.RowsField {
				object, _ := v.(map[string]any)
				value, ok := forms.Lookup(object, child.Pointer[len(f.Pointer)+len("/*"):])
				w.field(child, here.below(child.Pointer[len(f.Pointer)+len("/*"):]), value, ok)
				continue
			}
			w.field(child, here, v, has)
		}
	}
}

// rowFields are the fields of one row.
func rowFields(f *forms.Field) []*forms.Field {
	if f.Kind == forms.TupleField {
		return []*forms.Field{f.Rest()}
	}
	return f.Children()
}

func nth(list []any, i int) (any, bool) {
	if i < len(list) {
		return list[i], true
	}
	return nil, false
}

// Encode gives what posting a page unchanged would post, buttons aside.
func Encode(v *forms.View, page string, typed forms.Typed) url.Values {
	out := url.Values{}
	for _, c := range Inputs(v, page, typed) {
		if c.Marker != "" {
			out.Set(c.MarkerName, c.Marker)
		}
		for _, p := range c.Parts {
			if p.Name != "" {
				out.Set(p.Name, p.Value)
			}
		}
		switch {
		case c.Name == "" || c.Parts[0].Name != "":
		case c.typing:
			out.Set(c.Name, c.Value())
		case len(c.Values) > 0: // nothing chosen posts nothing
			out[c.Name] = append(out[c.Name], c.Values...)
		}
	}
	return out
}

// marker says what blank means, for a value whose control is blank though the value is there.
func marker(f *forms.Field, value any, has bool) string {
	if !has {
		return ""
	}
	switch x := value.(type) {
	case nil:
		if f.Nullable || f.Kind == forms.NullField {
			return "null"
		}
	case string:
		if x == "" && f.Kind == forms.TextField {
			return `""`
		}
	case []any:
		if len(x) == 0 && isList(f) {
			return "[]"
		}
	case map[string]any:
		if len(x) == 0 && isObject(f) {
			return "{}"
		}
	}
	return ""
}

func isList(f *forms.Field) bool {
	switch f.Kind {
	case forms.ChoicesField, forms.RowsField, forms.ListField, forms.TupleField:
		return true
	}
	return false
}

func isObject(f *forms.Field) bool { return f.Kind == forms.GroupField || f.Kind == forms.MapField }

// blank is what a marker makes of a blank control, where the field allows it.
func blank(f *forms.Field, marker string) (value any, ok bool) {
	switch marker {
	case "null":
		return nil, f.Nullable || f.Kind == forms.NullField
	case `""`:
		return "", f.Kind == forms.TextField
	case "[]":
		return []any{}, isList(f)
	case "{}":
		return map[string]any{}, isObject(f)
	}
	return nil, false
}

// valuesOf writes a value as its control shows it. A value of another type than the control's is shown as its JSON where anything can
// be written, and not at all where one chooses.
func valuesOf(f *forms.Field, value any) []string {
	if f.WriteOnly {
		return nil
	}
	switch f.Kind {
	case forms.TextField, forms.NumberField, forms.JSONField:
		if s := textOf(f, value); s != "" {
			return []string{s}
		}
	case forms.BoolField:
		if b, ok := value.(bool); ok {
			return []string{strconv.FormatBool(b)}
		}
	case forms.ConsentField, forms.ChoiceField:
		if s, ok := optionOf(f, value); ok {
			return []string{s}
		}
	case forms.ChoicesField:
		list, _ := value.([]any)
		var out []string
		for _, e := range list {
			if s, ok := optionOf(f, e); ok && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func textOf(f *forms.Field, value any) string {
	switch x := value.(type) {
	case string:
		if f.Kind == forms.TextField {
			return plain(shownText(f, x))
		}
	case json.Number:
		if f.Kind == forms.NumberField {
			return showNumber(f, x)
		}
	case nil:
		if f.Nullable {
			return ""
		}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if f.Kind == forms.JSONField {
		enc.SetIndent("", "  ")
	}
	if enc.Encode(value) != nil { // not JSON, which an answer always is
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// plain is a text as a page can carry it: NUL, which HTML cannot, becomes the replacement character.
func plain(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }

// oneLine is a name as a one-line control can carry it.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0 || r == '\r' || r == '\n' {
			return '\uFFFD'
		}
		return r
	}, s)
}

// optionOf is how a value is posted: by the option that it is, or as its JSON where the options come with the request.
func optionOf(f *forms.Field, v any) (string, bool) {
	for _, o := range f.Options {
		if forms.Equal(optionJSON(o), v) {
			return o.Value, true
		}
	}
	if f.OptionsFrom == "" {
		return "", false
	}
	switch x := v.(type) {
	case string:
		return x, true
	case json.Number:
		return x.String(), true
	case bool:
		return strconv.FormatBool(x), true
	}
	return "", false
}

// shown is what a control shows of a value on this page: choices only when they are among those that are offered.
func shown(f *forms.Field, offered []forms.Option, value any) []string {
	values := valuesOf(f, value)
	if f.OptionsFrom == "" {
		return values
	}
	return slices.DeleteFunc(values, func(s string) bool {
		return !slices.ContainsFunc(offered, func(o forms.Option) bool { return o.Value == s })
	})
}

func dateShown(f *forms.Field, value any) (year, month, day string) {
	s, _ := value.(string)
	if f.WriteOnly {
		return "", "", ""
	}
	return splitDate(s)
}

func splitDate(s string) (year, month, day string) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return "", "", ""
	}
	return s[:4], strings.TrimPrefix(s[5:7], "0"), strings.TrimPrefix(s[8:], "0")
}
