// Package forms has the nouns of e-services: a Definition as authors write it, and the Form compiled from it.
//
// A definition is data (a folder of YAML, JSON Schema and Markdown). Load decodes it strictly, Compile turns it into a Form:
// an immutable tree of pages, sections and fields where every field knows its kind, label, bounds and options, so that
// neither the renderer nor the decoder of posted pages ever looks at the schema again. forms/schema compiles and validates,
// forms/expr evaluates CEL, forms/journey decides in one pass what is shown, forms/answers decodes a posted page.
//
// Invariants: a Form is safe for concurrent use and never changes; its Version is the SHA-256 of the definition's canonical
// bytes; a draft and a case hold the version they were made with.
package forms

import (
	"encoding/json"
	"slices"
	"sync"
)

// Version addresses a published definition by content: 64 hex digits.
type Version string

// Pointer is a JSON Pointer (RFC 6901) into the answers. In a Form, "*" stands for any row of an array: "/dagar/*/dag".
// A pointer to real data has row numbers: "/dagar/0/dag".
type Pointer string

// Text is a text in several languages; Swedish is always there.
type Text map[string]string

// In gives the text in a language, else in Swedish.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t["sv"]
}

// IsZero reports whether there is no text at all.
func (t Text) IsZero() bool { return t["sv"] == "" }

// Form is a compiled definition.
type Form struct {
	Def      *Definition
	Version  Version
	Title    Text
	Summary  Text
	Category Text
	Pages    []*Page
	Fields   map[Pointer]*Field // every field with a pointer, rows' fields with "*"

	Overview OverviewText

	Enveloped bool // of a bare schema: the answers stand under Envelope, since they are no object
	Bare      bool // made of a schema alone: what it requires is all that is required

	keys map[string]string // of texts, see TextKeys
}

// OverviewText is what a citizen reads before starting, in the languages of the form.
type OverviewText struct {
	Needs    []Text
	Signers  Text
	Handling Text // Markdown
	Help     Text // Markdown
	Decision Text
	OtherWay Text // Markdown; a municipality's own stands in the setting "otherWay"
}

// Section of a page.
type Section struct {
	Title    Text
	Help     Text
	ShowWhen *Condition
	Fields   []*Field
}

// Kind is what sort of value a field carries, and so how it is posted.
type Kind uint8

// Kinds. Each comment names the posted control.
const (
	TextField    Kind = iota + 1 // string: input or textarea
	NumberField                  // number or integer: input, exact decimal
	BoolField                    // boolean: two radios "true"/"false"
	ConsentField                 // const: one checkbox with its only option's value, unticked is absent
	ChoiceField                  // enum: radios or select
	ChoicesField                 // array of enum: checkboxes
	DateField                    // string, format date: three inputs, name + "/y", "/m", "/d" outside the pointer space (see answers)
	FilesField                   // array of file objects {id, name, size, type}; uploaded, never decoded from text
	GroupField                   // object: its Fields
	RowsField                    // array of objects: its Fields once a row
	ListField                    // array of anything else: its only child once a row
	TupleField                   // array whose first places each have a field of their own; Rest, when there is one, follows as rows
	MapField                     // an object's entries beyond its declared properties: a name and its only child, a row each
	VariantField                 // one of several shapes: posted v/pointer, and the chosen Variant's field at the same pointer
	JSONField                    // anything at all: JSON as text; not for publishing
	NullField                    // null or nothing: one box, posted as a marker
	FixedField                   // the one value that a chosen variant says, "kind": "cat"; neither shown nor posted
	FactField                    // shown, not posted
	NoticeField                  // Markdown, not posted
)

// Holds reports whether fields of a kind have others within them; one of these may stand within itself.
func (k Kind) Holds() bool {
	switch k {
	case GroupField, RowsField, ListField, TupleField, MapField, VariantField:
		return true
	}
	return false
}

// Posted reports whether fields of a kind have a place in the answers: all but facts and notices.
func (f *Field) Posted() bool { return f.Kind != FactField && f.Kind != NoticeField }

// Field is one control, group of controls, shown fact or notice.
type Field struct {
	ID           string // unique in the form and safe as an HTML id: "f-elev-skola"
	Pointer      Pointer
	Kind         Kind
	Widget       string // "" the kind's usual; "textarea", "select", "radios", "email", "phone", "personnummer", "postnummer", "money", "time", "month" …
	Label        Text
	Hint         Text
	Help         Text // Markdown
	Notice       Text // Markdown of a NoticeField
	NoticeKind   string
	Prefix       Text
	Suffix       Text
	Item         Text // what one row is called
	Required     bool // by schema, unconditionally, or by layout whenever shown
	Always       bool // the schema requires it unconditionally: a group or list is there ({} or []) though nothing is answered in it
	ReadOnly     bool
	Audience     string
	ShowWhen     *Condition
	Options      []Option
	OptionsFrom  string     // CEL; evaluated by the journey
	Fact         string     // CEL of a FactField
	Fields       []*Field   // what stands within, as far as the definition places it; Children has all
	Variants     []*Variant // of a VariantField
	OnDemand     bool       // a group or tuple that is on the page only when it is there: a button adds it, another takes it away
	Groups       []OptionGroup
	Checks       []Check
	Price        string   // whole öre: of one, for a number under the widget "prices"
	Examples     []string // JSON texts of the schema's examples
	WriteOnly    bool     // never shown again once it is stored
	Deprecated   bool
	MinLength    int    // characters; 0 none
	MaxLength    int    // characters; 0 none
	Minimum      string // exact decimal or ISO date, "" none
	Maximum      string
	MultipleOf   string
	MinItems     int
	MaxItems     int // 0 none
	Pattern      string
	Format       string // schema's format
	Integer      bool
	Rows         int
	Width        int
	Autocomplete string
	InputMode    string
	Messages     map[string]Text // problem code → own text
	Default      json.RawMessage // acts once, when the draft is made
	Parent       *Field          // group or rows it stands in; nil at the top
	Page         *Page           // where it stands
	Nullable     bool            // null is a value of its own here
	Accept       []string        // media types of a FilesField
	MaxBytes     int64           // size of one file; 0 the platform's own limit
	Lookup       *FieldLookup    // a register that the person may ask by this field's value
	FilledBy     *Field          // the field whose look-up fills this one
	Booking      string          // the setting with the times of which the answer reserves one; "" for what is no booking

	lookups  []*Field        // of rows: the fields in them by which a register is asked
	shares   bool            // stands within a variant: another variant's field may have the same pointer
	declared map[string]bool // of a MapField: the properties that are not its entries
	children lazy[[]*Field]  // of a field that refers to itself: made when first asked for
	rest     lazy[*Field]
}

// Children are the fields within a group or a row, the only item of a list or map, the first places of a tuple.
func (f *Field) Children() []*Field {
	if f.Fields == nil {
		return f.children.get()
	}
	return f.Fields
}

// Rest is the field of each item after a tuple's first places, at the pointer ending in "*"; nil when there is none.
func (f *Field) Rest() *Field { return f.rest.get() }

// Declares reports whether a name is a declared property of a MapField's object, and so no entry of it.
func (f *Field) Declares(name string) bool { return f.declared[name] }

// Placed are the fields within a field as the definition places them, those of its variants too: all that conditions can be about.
// What stands within itself ends there.
func (f *Field) Placed() []*Field {
	if f.Recursive() {
		return nil
	}
	out := slices.Clip(f.Fields)
	for _, v := range f.Variants {
		if !v.later {
			out = append(out, v.Field())
		}
	}
	if f.Kind == TupleField && f.Rest() != nil {
		out = append(out, f.Rest())
	}
	return out
}

// Recursive reports whether the field's children are made when asked for: it stands within itself.
func (f *Field) Recursive() bool { return f.Fields == nil && f.children.make != nil }

// lazy is a value made at first use. Safe for concurrent use.
type lazy[T any] struct {
	make func() T
	once sync.Once
	made T
}

func (l *lazy[T]) get() T {
	l.once.Do(func() {
		if l.make != nil {
			l.made = l.make()
		}
	})
	return l.made
}

// Variant is one shape that a VariantField's value can have.
type Variant struct {
	Label Text   // zero when the schema gives none: then it is named by its type
	Type  string // "string", "number", "integer", "boolean", "array", "object", "null", or "any"

	fits  func(value any) (score int, ok bool)
	field lazy[*Field]
	later bool // it stands within itself
}

// Field is the variant's field, at the VariantField's own pointer.
func (v *Variant) Field() *Field { return v.field.get() }

// Recursive reports whether the variant's field is made when asked for: it stands within itself.
func (v *Variant) Recursive() bool { return v.later }

// Choose gives the number of the variant that a value fits best, -1 when it fits none.
func (f *Field) Choose(value any) int {
	best, most := -1, 0
	for i, v := range f.Variants {
		if score, ok := v.fits(value); ok && (best < 0 || score > most) {
			best, most = i, score
		}
	}
	return best
}

// OptionGroup is a heading over some of a choice's options: a tree where groups stand within groups.
type OptionGroup struct {
	Title  Text
	Values []string // of options
	Groups []OptionGroup
}

// Check is an author's own rule: a problem while its condition holds.
type Check struct {
	Code    string // "check-1", the key of its message
	When    *Condition
	Message Text
	Soft    bool // it warns and lets one through
}

// Option of a choice.
type Option struct {
	Value string // the scalar's JSON text for non-strings, the string itself for strings
	JSON  json.RawMessage
	Label Text // zero for null, which the interface names
	Hint  Text
	Price string // whole öre, "" for none
}

// Condition is a JSON Schema from the static subset (properties, required, items, contains, const, enum, type, bounds, pattern,
// allOf, anyOf, oneOf, not) over the scope {answers, facts, computed, actor, settings}. What it reads is known from its text.
type Condition struct {
	Raw   json.RawMessage
	Reads []Pointer // into the scope: "/answers/boende/typ"
	Line  int       // where it stands, for lint
}

// Problem is a wrong or missing answer. It is data: the text is chosen last, in the reader's language.
type Problem struct {
	Pointer Pointer        `json:"pointer"` // concrete; a row's index, not "*"
	Code    string         `json:"code"`    // stable: "required", "too-long", "not-a-number", "pattern" …
	Params  map[string]any `json:"params,omitempty"`
	Soft    bool           `json:"soft,omitempty"` // warns but lets through
}

// Codes of problems. Interface texts have the key "problem." + code.
const (
	Required       = "required"
	TooShort       = "too-short"       // min
	TooLong        = "too-long"        // max, length
	NotANumber     = "not-a-number"    //
	NotAnInteger   = "not-an-integer"  //
	TooSmall       = "too-small"       // min
	TooLarge       = "too-large"       // max
	NotAMultiple   = "not-a-multiple"  // of
	NotADate       = "not-a-date"      // part: "day", "month", "year", ""
	TooEarly       = "too-early"       // min
	TooLate        = "too-late"        // max
	NotAnOption    = "not-an-option"   //
	PatternCode    = "pattern"         //
	FormatCode     = "format"          // format
	TooFew         = "too-few"         // min
	TooMany        = "too-many"        // max
	NotUnique      = "not-unique"      //
	NotAllowed     = "not-allowed"     // the value is not allowed here (not, const, false schema)
	WrongType      = "wrong-type"      // type
	NotJSON        = "not-json"        // raw JSON that cannot be read
	NoVariant      = "no-variant"      // none of the shapes is chosen, or the value has none of them
	NameMissing    = "name-missing"    // an entry of a map without a name
	NameTaken      = "name-taken"      // name: two entries have it, or a declared property does
	BadText        = "bad-text"        // invalid UTF-8, NUL or lone CR
	FileEmpty      = "file-empty"      // name
	FileTooBig     = "file-too-big"    // name, max
	FileKind       = "file-kind"       // name
	FilesTooBig    = "files-too-big"   // max
	FileInfected   = "file-infected"   // name
	PersonFormat   = "person-format"   // personnummer: not 10 or 12 digits
	PersonDate     = "person-date"     // no such date of birth
	PersonCheck    = "person-check"    // wrong check digit
	LookupTooOften = "asked-too-often" //
	NoSuchTime     = "no-such-time"    // a booking's time that there is not
	TimeTaken      = "time-taken"      // … that others have
	TimeGone       = "time-gone"       // … that can no longer be booked, or not yet
	OtherViolation = "other-violation" // keyword
)
