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
// Only controls that the page offered are replaced. Fields that the view hides, other pages, facts, undeclared keys and files come
// from what is stored, whatever is posted; names that the page does not have are never looked at.
package answers

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"samtjanst/forms"
)

// Limits of what one page can carry.
const (
	MaxRows   = 1000 // rows of one list where the schema says no less
	MaxDigits = 40   // digits of a number
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

// InputOf gives a field's control at a concrete place with what is to stand in it: what was typed where that could not be read,
// else the stored answer.
func InputOf(v *forms.View, f *forms.Field, at forms.Pointer, typed forms.Typed) Input {
	c := Input{Field: f, At: at, Name: Control(at)}
	value, has := forms.Lookup(v.Scope.Answers, at)
	if has {
		c.Marker = marker(f, value)
	}
	if f.Kind == forms.DateField {
		s, _ := value.(string)
		year, month, day := splitDate(s)
		for i, part := range [3]string{year, month, day} {
			name := DatePart(dateParts[i], at)
			if t, ok := typed[name]; ok {
				part = t
			}
			c.Parts[i] = NamedValue{Name: name, Value: part}
		}
	} else if t, ok := typed[string(at)]; ok {
		c.Values = []string{t}
	} else if has {
		c.Values = valuesOf(f, value)
	}
	if f.Kind == forms.RowsField || f.Kind == forms.ListField {
		c.Name = RowKey(at)
	}
	if c.Marker != "" {
		c.MarkerName = Marker(at)
	}
	return c
}

// Inputs lists every control that a page offers, in its order, rows' controls after their rows.
func Inputs(v *forms.View, page string, typed forms.Typed) []Input {
	var out []Input
	p, ok := v.Page(page)
	if !ok {
		return nil
	}
	for i, s := range p.Sections {
		if v.ShowsSection(p, i) {
			out = inputs(out, v, s.Fields, "", typed)
		}
	}
	return out
}

func inputs(out []Input, v *forms.View, fields []*forms.Field, base forms.Pointer, typed forms.Typed) []Input {
	for _, f := range fields {
		if f.Pointer == "" {
			continue
		}
		at := within(base, f)
		if f.ReadOnly || v.FromRegister(f) || !v.ShowsAt(f, at) {
			continue
		}
		c := InputOf(v, f, at, typed)
		out = append(out, c)
		switch f.Kind {
		case forms.GroupField:
			out = inputs(out, v, f.Fields, at, typed)
		case forms.RowsField, forms.ListField:
			for i := range c.Values {
				out = inputs(out, v, f.Fields, at.Index(i), typed)
			}
		}
	}
	return out
}

// within gives a field's place in a concrete container.
func within(base forms.Pointer, f *forms.Field) forms.Pointer {
	if base == "" {
		return f.Pointer
	}
	for _, t := range f.Pointer.Tokens()[len(base.Tokens()):] {
		base = base.Join(t)
	}
	return base
}

// Encode gives what posting a page unchanged would post, buttons aside.
func Encode(v *forms.View, page string, typed forms.Typed) url.Values {
	out := url.Values{}
	for _, c := range Inputs(v, page, typed) {
		if c.Marker != "" {
			out.Set(c.MarkerName, c.Marker)
		}
		switch c.Field.Kind {
		case forms.GroupField, forms.FilesField:
		case forms.DateField:
			for _, p := range c.Parts {
				out.Set(p.Name, p.Value)
			}
		case forms.BoolField, forms.ConsentField, forms.ChoiceField, forms.ChoicesField, forms.RowsField, forms.ListField:
			if len(c.Values) > 0 { // nothing chosen posts nothing
				out[c.Name] = c.Values
			}
		default:
			out.Set(c.Name, c.Value())
		}
	}
	return out
}

// marker says what blank means, for a value whose control is blank though the value is there.
func marker(f *forms.Field, value any) string {
	switch x := value.(type) {
	case nil:
		if f.Nullable {
			return "null"
		}
	case string:
		if x == "" && f.Kind == forms.TextField {
			return `""`
		}
	case []any:
		if len(x) == 0 {
			return "[]"
		}
	case map[string]any:
		if len(x) == 0 && f.Kind == forms.GroupField {
			return "{}"
		}
	}
	return ""
}

// blank is what a marker makes of a blank control, where the field allows it.
func blank(f *forms.Field, marker string) (value any, ok bool) {
	switch marker {
	case "null":
		return nil, f.Nullable
	case `""`:
		return "", f.Kind == forms.TextField
	case "[]":
		return []any{}, f.Kind == forms.ChoicesField || f.Kind == forms.RowsField || f.Kind == forms.ListField
	case "{}":
		return map[string]any{}, f.Kind == forms.GroupField
	}
	return nil, false
}

// valuesOf writes a value as its control shows it.
func valuesOf(f *forms.Field, value any) []string {
	switch f.Kind {
	case forms.TextField:
		if s, ok := value.(string); ok {
			return []string{shown(f, s)}
		}
	case forms.NumberField:
		if n, ok := value.(json.Number); ok {
			return []string{showNumber(f, n)}
		}
	case forms.BoolField, forms.ConsentField, forms.ChoiceField:
		if s, ok := optionValue(value); ok {
			return []string{s}
		}
	case forms.ChoicesField, forms.RowsField, forms.ListField:
		list, _ := value.([]any)
		out := make([]string, 0, len(list))
		for i, e := range list {
			s, ok := optionValue(e)
			if f.Kind != forms.ChoicesField {
				s, ok = strconv.Itoa(i), true
			}
			if ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// optionValue is how an option's value is posted: a text as it is, anything else as its JSON.
func optionValue(v any) (string, bool) {
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

func splitDate(s string) (year, month, day string) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return "", "", ""
	}
	return s[:4], strings.TrimPrefix(s[5:7], "0"), strings.TrimPrefix(s[8:], "0")
}
