// Package diff tells in words what changed from one version of a form to the next, and what each change means for drafts that were
// begun with the old one. Publishing asks it, and authors do: samtjanst form diff.
//
// It reads the two definitions only, never a draft. So a change is judged by what it can do to some draft: Safe changes do nothing to
// any; after one that Asks, every draft can be finished, but its owner may have to answer again or more; one that Breaks leaves some
// draft with an answer that no page shows, that has the wrong shape, or that somebody would see who was not meant to. Whoever moves
// drafts over such a change needs a mapping (see Report.Moves) or begins them anew. What becomes of them is said in the new form's files
// (Report.Policy); a change that is not safe is not published from files before it is.
//
// Nothing passes unnoticed: a key that the comparison has no words for is told of as one that Asks.
package diff

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
)

// Effect of a change on open drafts. The worst is the highest.
type Effect uint8

// Effects.
const (
	Safe Effect = iota
	Asks
	Breaks
)

func (e Effect) String() string {
	return [...]string{"safe", "drafts may need new answers", "breaks drafts"}[e]
}

// MarshalText is for JSON: a word that does not change.
func (e Effect) MarshalText() ([]byte, error) {
	return []byte([...]string{"safe", "asks", "breaks"}[e]), nil
}

// Change is one thing that is not as it was.
type Change struct {
	Effect  Effect        `json:"effect"`
	Code    string        `json:"code"`              // what sort of change: "field-added"
	Pointer forms.Pointer `json:"pointer,omitempty"` // the field, in the new form where it has it
	Was     forms.Pointer `json:"was,omitempty"`     // of a field that seems to have moved: where it was
	What    string        `json:"what"`
	Why     string        `json:"why,omitempty"` // what it means for drafts
	File    string        `json:"file,omitempty"`
	Line    int           `json:"line,omitempty"` // in the new form, where that came from files
	Column  int           `json:"column,omitempty"`
}

// Report is all that changed.
type Report struct {
	From    forms.Version `json:"from"`
	To      forms.Version `json:"to"`
	Verdict Effect        `json:"verdict"` // the worst of the changes
	Changes []Change      `json:"changes"` // the worst first, else in the order of the form
	Policy  Policy        `json:"policy"`
}

// Moves are fields that seem to stand elsewhere now, old place → new: what a mapping of drafts would begin with.
func (r Report) Moves() map[forms.Pointer]forms.Pointer {
	out := map[forms.Pointer]forms.Pointer{}
	for _, c := range r.Changes {
		if c.Was != "" {
			out[c.Was] = c.Pointer
		}
	}
	return out
}

// Compare tells what changed from a to b.
func Compare(a, b *forms.Form) Report {
	c := &comparer{a: newSide(a), b: newSide(b)}
	c.meta()
	c.computed()
	c.tables()
	c.pages()
	c.fields()
	c.shown()
	c.rules()
	c.texts()
	c.documents()
	r := Report{From: a.Version, To: b.Version, Changes: c.out}
	if r.Changes == nil {
		r.Changes = []Change{}
	}
	for _, one := range r.Changes {
		r.Verdict = max(r.Verdict, one.Effect)
	}
	slices.SortStableFunc(r.Changes, func(x, y Change) int { return cmp.Compare(y.Effect, x.Effect) })
	r.Policy = c.policy(r)
	return r
}

type comparer struct {
	a, b *side
	out  []Change
}

// side is one of the two forms with what is asked of it again and again.
type side struct {
	form    *forms.Form
	places  map[forms.Pointer]bool // that the schema declares
	entries map[string]entry       // of the layout, by pointer or id
}

type entry struct {
	*forms.LayoutField
	path string
}

func newSide(f *forms.Form) *side {
	s := &side{form: f, places: map[forms.Pointer]bool{}, entries: map[string]entry{}}
	places, _ := forms.Places(f.Def.Schema) // the form was compiled from it
	for _, p := range places {
		s.places[p.Pointer] = true
	}
	for i := range f.Def.Layout.Pages {
		p := &f.Def.Layout.Pages[i]
		for j := range p.Sections {
			for k := range p.Sections[j].Fields {
				lf := &p.Sections[j].Fields[k]
				s.entries[name(lf)] = entry{lf, layoutPath(i, j, k)}
			}
		}
	}
	return s
}

// name of an entry: what it points at, else its id, else what it says.
func name(lf *forms.LayoutField) string {
	return cmp.Or(lf.Pointer, lf.ID, lf.Fact, lf.Notice)
}

func (c *comparer) add(ch Change) { c.out = append(c.out, ch) }

// at puts in where the change stands in the new form's files.
func (c *comparer) at(file, path string, ch Change) {
	ch.File = file
	ch.Line, ch.Column = c.b.form.Def.Where(file, path)
	c.add(ch)
}

// same compares two values of a definition as they are encoded: what is not said is as nothing.
func same(a, b any) bool {
	if x, y := reflect.ValueOf(a).IsZero(), reflect.ValueOf(b).IsZero(); x || y {
		return x && y
	}
	return bytes.Equal(encoded(a), encoded(b))
}

func encoded(v any) []byte {
	var b bytes.Buffer
	tree.Encode(&b, v)
	return b.Bytes()
}
