// Package owned says what the person responsible for a service may change in it without writing files: its texts in every
// language, who is responsible, when it opens and closes, who signs, and how long things take.
//
// An Item is one such thing. Its key names it in a way that survives other changes to the form ("field./skola/lasar.label"), so
// that a change made on one version can be made again on a newer one: a Change holds what stood there before, and applies where
// that still stands. Where it does not, it is a Conflict and never silently lost. All values are texts, as a person types them.
//
// Conditions, computed values, the schema and the order of pages are the developer's, in files.
package owned

import (
	"errors"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/bundle"
	"samtjanst/forms/revise"
	"samtjanst/platform/fault"
)

// Kind of an item: what its value looks like.
type Kind string

// Kinds.
const (
	Line     Kind = "line"     // a text on one line
	Text     Kind = "text"     // a text with lines
	Markdown Kind = "markdown" // a text with lines, links and lists
	Date     Kind = "date"     // YYYY-MM-DD
	Day      Kind = "day"      // MM-DD, each year, or YYYY-MM-DD
	Number   Kind = "number"   // days, minutes: 1–1000
	Days     Kind = "days"     // several numbers in order: "3, 7, 12"
	YesNo    Kind = "yes-no"   // "true" or "false"
	Choice   Kind = "choice"   // one of Choices
)

// What an item is, for the interface's own words: "title", "label", "hint" …
type What string

// Item is one thing that may be changed.
type Item struct {
	Key   string // stable: "form.title", "pages.elev.help", "fields./skola/lasar.options.2026"
	Lang  string // language of a text; "" for what is no text of citizens'
	Group string // where it belongs: "about", "overview", "contact", "time", "signing", "page:elev"
	What  What
	Of    string // what it says something about, in Swedish: a field's label, a party's title
	Kind  Kind
	Value string
	// Choices of a Choice, by value; what they are called is the interface's business.
	Choices  []string
	Required bool // may not be empty

	place place
}

// place is where an item's value stands, or would stand.
type place struct {
	file string
	at   forms.Pointer
}

// ID names the item among all of its form.
func (i Item) ID() string {
	if i.Lang == "" || i.Lang == "sv" {
		return i.Key
	}
	return i.Key + "@" + i.Lang
}

// Choices of whether a party must sign. A third is the condition that the form's developer wrote, as JSON.
const (
	Always = "always"
	Never  = "never"
)

// Change is a new value of an item.
type Change struct {
	Item  string `json:"item"`
	Was   string `json:"was"`
	Value string `json:"value"`
}

// Conflict is a change that cannot be made again.
type Conflict struct {
	Change
	// Why: Gone when the form has no such item any more, Altered when somebody else has changed it, Refused when the form would not hold
	// together.
	Why string `json:"why"`
	Now string `json:"now,omitempty"` // what stands there, when Altered
}

// Reasons for a conflict.
const (
	Gone    = "gone"
	Altered = "altered"
	Refused = "refused"
)

// Form is a definition with its files and all that may be changed in it.
type Form struct {
	Files revise.Files
	Def   *forms.Definition
	Form  *forms.Form
	Items []Item
}

// ErrFaulty tells that files are no form that can be published. Its diagnostics are in the *Faulty that wraps it.
var ErrFaulty = errors.New("the form does not hold together")

// Faulty has what is wrong with the files.
type Faulty struct{ Diagnostics []forms.Diagnostic }

func (f *Faulty) Error() string { return ErrFaulty.Error() + ": " + f.Diagnostics[0].String() }

// Unwrap gives ErrFaulty.
func (f *Faulty) Unwrap() error { return ErrFaulty }

// Open reads files. fault.Invalid with a *Faulty when they are no form.
func Open(files revise.Files) (*Form, error) {
	def, diags := forms.Load(bundle.Files(files).FS(), ".")
	if len(diags) > 0 {
		return nil, fault.New("owned.Open", fault.Invalid, &Faulty{diags})
	}
	form, diags := forms.Compile(def)
	if len(diags) > 0 {
		return nil, fault.New("owned.Open", fault.Invalid, &Faulty{diags})
	}
	f := &Form{Files: files, Def: def, Form: form}
	f.Items = list(f)
	return f, nil
}

// Item finds an item by its ID.
func (f *Form) Item(id string) (Item, bool) {
	i := slices.IndexFunc(f.Items, func(it Item) bool { return it.ID() == id })
	if i < 0 {
		return Item{}, false
	}
	return f.Items[i], true
}

// Differences gives the changes that lead from one form to another, as far as its items go.
func Differences(from, to *Form) []Change {
	var out []Change
	for _, it := range from.Items {
		if there, ok := to.Item(it.ID()); ok && there.Value != it.Value {
			out = append(out, Change{it.ID(), it.Value, there.Value})
		}
	}
	return out
}

// Apply makes the changes that can be made and opens the form that comes of it. Those that cannot, because the item is gone or says
// something else than it did, are conflicts; those that are made already are passed over. The changes made are given, in the order
// of the form. An error is fault.Invalid with a *Faulty: the form does not hold together with all of the changes.
func (f *Form) Apply(changes []Change) (next *Form, made []Change, conflicts []Conflict, err error) {
	wanted := map[string]Change{}
	for _, c := range changes {
		it, ok := f.Item(c.Item)
		switch {
		case !ok:
			conflicts = append(conflicts, Conflict{Change: c, Why: Gone})
		case it.Value == c.Value: // in the files already
		case it.Value != c.Was:
			conflicts = append(conflicts, Conflict{Change: c, Why: Altered, Now: it.Value})
		default:
			wanted[c.Item] = c
		}
	}
	var edits []revise.Change
	emptied := map[string]bool{} // texts that are no longer there in Swedish, and so in no language
	for _, it := range f.Items {
		c, ok := wanted[it.ID()]
		if emptied[it.Key] && it.Value != "" {
			c, ok = Change{it.ID(), it.Value, ""}, true
		}
		if !ok {
			continue
		}
		if it.Lang == "sv" && c.Value == "" {
			emptied[it.Key] = true
		}
		made = append(made, c)
		e, err := edit(f, it, c.Value)
		if err != nil {
			return nil, nil, nil, err
		}
		edits = append(edits, e)
	}
	if len(edits) == 0 {
		return f, nil, conflicts, nil
	}
	files, err := revise.Apply(f.Files, edits)
	if err != nil {
		return nil, nil, nil, err
	}
	next, err = Open(files)
	return next, made, conflicts, err
}

// Merge is Apply on other files than the changes were made on: what makes the form fall apart becomes a conflict too.
func (f *Form) Merge(changes []Change) (next *Form, made []Change, conflicts []Conflict) {
	next, made, conflicts, err := f.Apply(changes)
	if err == nil {
		return next, made, conflicts
	}
	next, made, conflicts = f, nil, nil
	for _, c := range changes { // one by one, so that only those that do harm are left out
		after, done, refused, err := next.Apply([]Change{c})
		if err != nil {
			conflicts = append(conflicts, Conflict{Change: c, Why: Refused})
			continue
		}
		next, made, conflicts = after, append(made, done...), append(conflicts, refused...)
	}
	return next, made, conflicts
}

// plainText lets texts be compared whatever line ends the browser sends, and whether or not the file ends them with a break.
func plainText(s string) string {
	return strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), " \t\n")
}

// At gives the ID of the item that a diagnostic is about; "" when it is about none of them.
func (f *Form) At(d forms.Diagnostic) string {
	for _, it := range f.Items {
		if it.place.file != d.File || it.Value == "" || d.Line == 0 {
			continue
		}
		at := string(it.place.at)
		if it.Lang != "" && it.Lang != "sv" {
			at = "/" + it.Key // as Load remembers translations
		}
		if line, _ := f.Def.Where(d.File, at); line == d.Line {
			return it.ID()
		}
	}
	return ""
}
