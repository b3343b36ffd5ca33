package forms

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"samtjanst/forms/internal/tree"
)

// Scope is what conditions and CEL read. All values are JSON values: nil, bool, json.Number, string, []any, map[string]any.
type Scope struct {
	Answers  map[string]any // stored answers, hidden ones included
	Facts    map[string]any // from registers, each with source and time: see flow's prefill
	Actor    map[string]any // {"role": "applicant", "number": …}
	Settings map[string]any // the municipality's values for this form
	Today    string         // YYYY-MM-DD, Swedish day
	// Parties are those of the case with their own sections, known only to the officer's side: objects
	// {role, number, name, own, address}. Empty while a citizen fills in.
	Parties []any
	// Holders are those who hold the roles of parties that the directory names, by the party's role: {number, name, email, phone}. Known when an
	// application is handed in; no expression reads them.
	Holders map[string][]any
}

// View is what the journey decided in one pass over the graph. Hidden values are absent from Answers.
type View struct {
	Form     *Form
	Scope    Scope   // what it was made from
	Pages    []*Page // those that are shown, in order; of a repeating page its instances
	Answers  map[string]any
	Computed map[string]any
	Hidden   map[Pointer]bool    // concrete pointers and "page:ID", "section:ID/index", "field:ID", "field:ID@page", "field:ID@/pointer" keys that are hidden
	Options  map[string][]Option // field ID → options that OptionsFrom gave; of one that reads its row those in an empty row, see OptionsAt
	Facts    map[string]any      // field ID → value of a FactField; see FactOn
	Stopped  map[string]bool     // page ID → a shown "stop" notice stands on it
	Required map[Pointer]bool    // concrete pointers required by condition beside Field.Required
	Failed   map[string]string   // expressions that failed, for authors: never shown to others, never logged
	Past     any                 // journey's own: what the view of other answers can be begun from
}

// Shows reports whether a field is shown in this view.
func (v *View) Shows(f *Field) bool { return !v.Hidden[Pointer("field:"+f.ID)] }

// ShowsOn reports whether a page shows a field that stands on it: of a repeating page each instance decides for itself.
func (v *View) ShowsOn(p *Page, f *Field) bool {
	switch {
	case !v.Shows(f):
		return false
	case !p.IsInstance():
		return true
	case f.Posted():
		return !v.Hidden[p.At(f.Pointer)]
	}
	return !v.Hidden[FieldOn(p, f)]
}

// FieldOn is the key in View.Hidden of a notice or fact that an instance of its page hides.
func FieldOn(p *Page, f *Field) Pointer { return Pointer("field:" + f.ID + "@" + p.ID) }

// ShowsAt reports whether a field is shown at a concrete pointer: within rows each row decides for itself.
func (v *View) ShowsAt(f *Field, at Pointer) bool { return v.Shows(f) && !v.Hidden[f.HiddenAt(at)] }

// HiddenAt is the key in View.Hidden of a field that is hidden at a concrete pointer. Where a variant stands others may stand as well, so
// there the field says which is meant.
func (f *Field) HiddenAt(at Pointer) Pointer {
	if !f.shares {
		return at
	}
	return Pointer("field:" + f.ID + "@" + string(at))
}

// OptionsAt are the options that a field's OptionsFrom gave at a concrete pointer: where it reads the row, each row has its own, and a row
// that is not stored has those of an empty one. nil for a field whose options are its own.
func (v *View) OptionsAt(f *Field, at Pointer) []Option {
	if f.OptionsFrom == "" {
		return nil
	}
	if own, ok := v.Options[OptionsKey(f, at)]; ok {
		return own
	}
	return v.Options[f.ID]
}

// OptionsKey is the key in View.Options of what one row may choose.
func OptionsKey(f *Field, at Pointer) string { return f.ID + "@" + string(at) }

// FactKey is the key in View.Facts of a shown fact that is another on the page of each row: "f-plats@skola.2".
func FactKey(p *Page, f *Field) string { return f.ID + "@" + p.ID }

// FactOn is the value of a shown fact on a page: on the page of a row it may be the row's own. nil when there is none.
func (v *View) FactOn(p *Page, f *Field) any {
	if p != nil && p.IsInstance() {
		if own, ok := v.Facts[FactKey(p, f)]; ok {
			return own
		}
	}
	return v.Facts[f.ID]
}

// ShowsSection reports whether a page's section is shown.
func (v *View) ShowsSection(p *Page, i int) bool {
	return !v.Hidden[Pointer("section:"+p.ID+"/"+strconv.Itoa(i))]
}

// Page finds a shown page by id.
func (v *View) Page(id string) (*Page, bool) {
	for _, p := range v.Pages {
		if p.ID == id {
			return p, true
		}
	}
	return nil, false
}

// Typed is what a person typed where it could not be decoded or failed, by concrete pointer (or the posted name where
// one value has several controls, as a date), so that a page shown again has exactly what was typed.
type Typed map[string]string

// UnmarshalExact decodes JSON with json.Number, as all values of answers have it.
func UnmarshalExact(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(v)
}

// MergeProblems joins what decoding a page found with what validation found: of a value that could not be read, validation only
// knows that it is missing.
func MergeProblems(decoded, validated []Problem) []Problem {
	out := append([]Problem(nil), decoded...)
	told := map[Pointer]bool{}
	for _, p := range decoded {
		told[p.Pointer] = true
	}
	for _, p := range validated {
		if !told[p.Pointer] {
			out = append(out, p)
		}
	}
	return out
}

// Hard reports whether any of some problems holds one back: soft ones warn only.
func Hard(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Soft })
}

// Split parts a case's answers into the common part and one party's own section; own is "" when the form has none.
// Neither shares anything with the answers given.
func Split(answers map[string]any, own Pointer) (common, section map[string]any) {
	common = CopyObject(answers)
	if own == "" {
		return common, nil
	}
	if v, ok := Lookup(common, own); ok {
		section, _ = v.(map[string]any)
		Remove(common, own)
	}
	return common, section
}

// Join is the common part with one party's own section, as that party sees the form.
func Join(common, section map[string]any, own Pointer) map[string]any {
	out := CopyObject(common)
	if own != "" {
		Remove(out, own)
		if section != nil {
			Put(out, own, CopyObject(section))
		}
	}
	return out
}

// ParseValue reads one JSON value with exact numbers, as strictly as a definition is read: no key twice, no deeper than 64 levels.
func ParseValue(raw []byte) (any, error) {
	n, err := tree.ParseJSON(raw)
	if err != nil {
		return nil, err
	}
	return n.Value(), nil
}
