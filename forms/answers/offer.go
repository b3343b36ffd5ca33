package answers

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
)

// What a page offers of fields that have a changing number of controls: rows, entries, variants, groups on demand. The renderer shows
// it, Encode and Decode go by it.

// SummaryFrom is the number of rows above which a list of objects is shown as a summary: a line a row, one row open at a time.
const SummaryFrom = 50

// WindowSize is how many lines of a summary stand on a page.
const WindowSize = 50

// Row is one row of a list, of a tuple's rest or of a map.
type Row struct {
	Key    string // as posted under RowKey: the number of what is stored, "n0", "n1" … of what is not
	Posted string // its piece of a posted pointer: the key, of a map's entry "~r" and the key, which no property is called
	Piece  string // its piece of the concrete pointer, escaped: its number, or an entry's name; of a map's new entry Posted
	Number int    // among the stored ones, else following on them; a map's entries are in the order of their names
	Name   string // of a map's entry; what was typed for a new one
	Typed  string // what is to stand in the control for the name
	Stored bool
	Open   bool // its controls are on the page; of a summary one row at most
}

// Rows lists the rows that a page offers of a list, tuple or map, from what is stored there and what is kept of the last post.
func Rows(f *forms.Field, at forms.Pointer, value any, typed forms.Typed) []Row {
	if f.Kind == forms.MapField {
		return entries(f, at, value, typed)
	}
	list, _ := value.([]any)
	from, to := firstRow(f), len(list)
	window, summary := SummaryOf(f, at, value, typed)
	if summary {
		from, to = window.From, window.To
	}
	var out []Row
	for n := from; n < to; n++ {
		key := strconv.Itoa(n)
		out = append(out, Row{Key: key, Posted: key, Piece: key, Number: n, Stored: true, Open: !summary || window.Open == n})
	}
	if summary {
		return out
	}
	for i := range newRows(f, at, len(list), typed) {
		key, n := "n"+strconv.Itoa(i), max(len(list), firstRow(f))+i
		out = append(out, Row{Key: key, Posted: key, Piece: strconv.Itoa(n), Number: n, Open: true})
	}
	return out
}

// firstRow is where rows begin: after a tuple's first places.
func firstRow(f *forms.Field) int {
	if f.Kind == forms.TupleField {
		return len(f.Children())
	}
	return 0
}

// newRows are how many rows stand blank after the stored ones: those that a button added and nothing has been written in, and the
// first of a list that must have one.
func newRows(f *forms.Field, at forms.Pointer, stored int, typed forms.Typed) int {
	n, _ := strconv.Atoi(typed[RowKey(at)])
	if stored == 0 && n == 0 && f.Kind != forms.MapField && f.Kind != forms.TupleField && f.Required && f.MinItems > 0 && !f.Recursive() {
		n = 1
	}
	return min(max(n, 0), MaxRows)
}

func entries(f *forms.Field, at forms.Pointer, value any, typed forms.Typed) []Row {
	names := extras(f, value)
	var out []Row
	for i, name := range names {
		key := strconv.Itoa(i)
		piece := strings.TrimPrefix(string(forms.Pointer("").Join(name)), "/")
		row := Row{Key: key, Posted: entryPrefix + key, Piece: piece, Number: i, Name: name, Typed: oneLine(name), Stored: true, Open: true}
		if t, ok := typed[EntryName(at.Raw(piece))]; ok {
			row.Typed = t
		}
		out = append(out, row)
	}
	for i := range newRows(f, at, len(names), typed) {
		key := "n" + strconv.Itoa(i)
		row := Row{Key: key, Posted: entryPrefix + key, Piece: entryPrefix + key, Number: len(names) + i, Open: true}
		row.Name = typed[EntryName(at.Raw(row.Posted))]
		row.Typed = row.Name
		out = append(out, row)
	}
	return out
}

// entryPrefix begins an entry's piece of a posted pointer: no escape of RFC 6901, so no property's name.
const entryPrefix = "~r"

// extras are the names of an object's entries beyond its declared properties, sorted.
func extras(f *forms.Field, value any) []string {
	object, _ := value.(map[string]any)
	var names []string
	for name := range maps.Keys(object) {
		if !f.Declares(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Summary says which lines of a list with many rows stand on a page, and which row is open there.
type Summary struct {
	From, To, Total int
	Open            int // number of the open row, -1 when none is
}

// SummaryOf reports whether rows are shown as a summary, and how much of it.
func SummaryOf(f *forms.Field, at forms.Pointer, value any, typed forms.Typed) (Summary, bool) {
	list, _ := value.([]any)
	if f.Kind != forms.RowsField || f.ReadOnly || (f.Widget != "summary" && len(list) <= SummaryFrom) {
		return Summary{}, false
	}
	s := Summary{Total: len(list), Open: -1}
	if n, ok := StoredRow(typed[OpenRow(at)], len(list)); ok {
		s.Open = n
	}
	if n, err := strconv.Atoi(typed[Window(at)]); err == nil && n > 0 && n < len(list) {
		s.From = n - n%WindowSize
	}
	if s.Open >= 0 {
		s.From = s.Open - s.Open%WindowSize
	}
	s.To = min(s.From+WindowSize, s.Total)
	return s, true
}

// Chosen gives the number of the variant that is on the page, -1 when none is: the one that was chosen last, else the one that the
// stored value has.
func Chosen(f *forms.Field, at forms.Pointer, value any, has bool, typed forms.Typed) int {
	if t, ok := typed[Variant(at)]; ok {
		if n, ok := StoredRow(t, len(f.Variants)); ok {
			return n
		}
		return -1
	}
	if !has {
		return -1
	}
	return f.Choose(value)
}

// Present reports whether a group or tuple that is there on demand is on the page.
func Present(f *forms.Field, value any, has bool) bool { return !f.OnDemand || (has && value != nil) }
