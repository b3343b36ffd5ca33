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

import "encoding/json"

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

// Page of the journey.
type Page struct {
	ID       string
	Index    int
	Title    Text
	Help     Text // Markdown
	Own      bool
	ShowWhen *Condition
	Sections []*Section
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
	ConsentField                 // const true: one checkbox "true", unticked is absent
	ChoiceField                  // enum: radios or select
	ChoicesField                 // array of enum: checkboxes
	DateField                    // string, format date: three inputs, name + "/y", "/m", "/d" outside the pointer space (see answers)
	FilesField                   // array of file objects {id, name, size, type}; uploaded, never decoded from text
	GroupField                   // object: its Fields
	RowsField                    // array of objects: its Fields once a row
	ListField                    // array of scalars: one control a row
	FactField                    // shown, not posted
	NoticeField                  // Markdown, not posted
)

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
	ReadOnly     bool
	Audience     string
	ShowWhen     *Condition
	Options      []Option
	OptionsFrom  string // CEL; evaluated by the journey
	Fact         string // CEL of a FactField
	Fields       []*Field
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
}

// Option of a choice.
type Option struct {
	Value string // the scalar's JSON text for non-strings, the string itself for strings
	JSON  json.RawMessage
	Label Text
	Hint  Text
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
	WrongType      = "wrong-type"      //
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
	OtherViolation = "other-violation" // keyword
)
