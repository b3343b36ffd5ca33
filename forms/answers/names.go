package answers

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"samtjanst/forms"
)

// How a page is posted. The renderer writes these names, Decode reads them. A pointer in a name has row keys where the
// data has row numbers: "/dagar/k7/dag". The renderer's key of a stored row is its number as it was shown ("0", "1"), so
// that Decode can take over what the page did not show of that row; any other key is a new row.
const (
	FieldPage     = "page" // id of the page that was shown
	FieldRevision = "rev"  // revision of the draft that was shown
	FieldOp       = "op"   // what the pressed button asks for
	FieldCSRF     = "csrf"
	FieldSeen     = "seen" // a warning that the page showed, by Seen: it lets one through the next time
)

// Operations of buttons, the values of FieldOp. Those that act on a row or file carry a pointer, see Op.
const (
	OpContinue   = "continue"    // validate, save, next page
	OpUpdate     = "update"      // save without validation, show the page again: conditions
	OpSave       = "save"        // save without validation and leave
	OpAdd        = "add"         // a row of the list or map at the pointer, or the group at it that is there on demand
	OpRemove     = "remove"      // the row at the pointer (its posted key last), or the group that is there on demand
	OpUp         = "up"          // the row at the pointer one step
	OpDown       = "down"        //
	OpLookup     = "lookup"      // save without validation, then ask the register of the field at the pointer
	OpPick       = "pick"        // save without validation, and take the choice of the look-up of the field at the pointer
	OpUpload     = "upload"      // the chosen files of the field at the pointer
	OpOpen       = "open"        // the row at the pointer (its posted key last), of rows shown as a summary
	OpClose      = "close"       // the open row of the rows at the pointer
	OpWindow     = "window"      // rows shown as a summary, from the number that is the pointer's last token
	OpRemoveFile = "remove-file" // the file whose id is the pointer's last token
)

// Seen names a soft problem as a page that shows it posts it.
func Seen(p forms.Problem) string { return p.Code + posted(p.Pointer) }

// Control is the name of a field's control: "a/elev/skola". The boxes of a ChoicesField all have it.
func Control(at forms.Pointer) string { return "a" + posted(at) }

// RowKey is the name of the inputs that list an array's rows in order, one value (the row's key) a row: "r/barn".
func RowKey(at forms.Pointer) string { return "r" + posted(at) }

// Marker is the name of the input that says what a blank control means: "t/pointer".
func Marker(at forms.Pointer) string { return "t" + posted(at) }

// Variant is the name of the input that says which variant of a oneOf was shown: "v/pointer".
func Variant(at forms.Pointer) string { return "v" + posted(at) }

// ShownVariant is the name of the hidden input that says which variant's fields are on the page, so that choosing another is told from
// answering the one that is there: "s/pointer".
func ShownVariant(at forms.Pointer) string { return "s" + posted(at) }

// EntryName is the name of the control for the name of a map's entry: "k/extra/~r0".
func EntryName(at forms.Pointer) string { return "k" + posted(at) }

// OpenRow is the name of the input that says which row of a summary is open, by its key: "o/barn".
func OpenRow(at forms.Pointer) string { return "o" + posted(at) }

// Window is the name of the input that says from which row on a summary's lines are shown: "w/barn".
func Window(at forms.Pointer) string { return "w" + posted(at) }

// Upload is the name of a FilesField's file input: "f/intyg".
func Upload(at forms.Pointer) string { return "f" + posted(at) }

// Pick is the name of the radios that say which of a look-up's choices is meant, by its id: "p/anlaggning/adress". It is no answer: what
// is picked becomes what the register has said.
func Pick(at forms.Pointer) string { return "p" + posted(at) }

// Part is one of the three inputs of a date.
type Part byte

// Parts of a date. Their names stand outside the pointer space: "y/elev/start".
const (
	Year  Part = 'y'
	Month Part = 'm'
	Day   Part = 'd'
)

// DatePart is the name of one input of a date.
func DatePart(p Part, at forms.Pointer) string { return string(rune(p)) + posted(at) }

// posted writes a pointer as names have it: control characters, which a browser changes in names, as "~x" and two hex digits, which
// is no escape of RFC 6901 and so stands for nothing else.
func posted(at forms.Pointer) string {
	if at.Within(forms.Enveloped) {
		at = at[len(forms.Enveloped):]
	}
	if strings.IndexFunc(string(at), unicode.IsControl) < 0 {
		return string(at)
	}
	var b strings.Builder
	for _, r := range string(at) {
		if unicode.IsControl(r) {
			fmt.Fprintf(&b, "~x%02x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// PostedPiece writes one piece of a pointer as names have it.
func PostedPiece(piece string) string { return posted(forms.Pointer(piece)) }

// Op is the value of a button that acts on a place: "add/dagar", "remove/dagar/0".
func Op(op string, at forms.Pointer) string { return op + posted(at) }

// ParseOp splits a posted FieldOp into the operation and the pointer it acts on.
func ParseOp(value string) (op string, at forms.Pointer) {
	if i := strings.IndexByte(value, '/'); i >= 0 {
		return value[:i], forms.Pointer(value[i:])
	}
	return value, ""
}

// StoredRow gives the number of the stored row that a key stands for; false for a new row.
func StoredRow(key string, rows int) (int, bool) {
	i, err := strconv.Atoi(key)
	return i, err == nil && i >= 0 && i < rows && strconv.Itoa(i) == key
}
