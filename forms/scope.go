package forms

import "strconv"

// Scope is what conditions and CEL read. All values are JSON values: nil, bool, json.Number, string, []any, map[string]any.
type Scope struct {
	Answers  map[string]any // stored answers, hidden ones included
	Facts    map[string]any // from registers, each with source and time: see flow's prefill
	Actor    map[string]any // {"role": "applicant", "number": …}
	Settings map[string]any // the municipality's values for this form
	Today    string         // YYYY-MM-DD, Swedish day
}

// View is what the journey decided in one pass over the graph. Hidden values are absent from Answers.
type View struct {
	Form     *Form
	Pages    []*Page // those that are shown, in order
	Answers  map[string]any
	Computed map[string]any
	Hidden   map[Pointer]bool    // concrete pointers and "page:ID", "section:ID/index", "field:ID" keys that are hidden
	Options  map[string][]Option // field ID → options that OptionsFrom gave
	Facts    map[string]any      // field ID → value of a FactField
	Stopped  map[string]bool     // page ID → a shown "stop" notice stands on it
	Required map[Pointer]bool    // concrete pointers required by condition beside Field.Required
}

// Shows reports whether a field is shown in this view.
func (v *View) Shows(f *Field) bool { return !v.Hidden[Pointer("field:"+f.ID)] }

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
