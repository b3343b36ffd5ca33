package answers

import (
	"strconv"
	"strings"

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
)

// Operations of buttons, the values of FieldOp. Those that act on a row or file carry a pointer, see Op.
const (
	OpContinue   = "continue"    // validate, save, next page
	OpUpdate     = "update"      // save without validation, show the page again: conditions
	OpSave       = "save"        // save without validation and leave
	OpAdd        = "add"         // a row of the array at the pointer
	OpRemove     = "remove"      // the row at the pointer (its key last)
	OpUp         = "up"          // the row at the pointer one step
	OpDown       = "down"        //
	OpLookup     = "lookup"      // save without validation, then ask the register of the field at the pointer
	OpUpload     = "upload"      // the chosen files of the field at the pointer
	OpRemoveFile = "remove-file" // the file whose id is the pointer's last token
)

// Control is the name of a field's control: "a/elev/skola". The boxes of a ChoicesField all have it.
func Control(at forms.Pointer) string { return "a" + string(at) }

// RowKey is the name of the inputs that list an array's rows in order, one value (the row's key) a row: "r/barn".
func RowKey(at forms.Pointer) string { return "r" + string(at) }

// Marker is the name of the input that says what a blank control means: "t/pointer".
func Marker(at forms.Pointer) string { return "t" + string(at) }

// Variant is the name of the input that says which variant of a oneOf was shown: "v/pointer".
func Variant(at forms.Pointer) string { return "v" + string(at) }

// Upload is the name of a FilesField's file input: "f/intyg".
func Upload(at forms.Pointer) string { return "f" + string(at) }

// Part is one of the three inputs of a date.
type Part byte

// Parts of a date. Their names stand outside the pointer space: "y/elev/start".
const (
	Year  Part = 'y'
	Month Part = 'm'
	Day   Part = 'd'
)

// DatePart is the name of one input of a date.
func DatePart(p Part, at forms.Pointer) string { return string(rune(p)) + string(at) }

// Op is the value of a button that acts on a place: "add/dagar", "remove/dagar/0".
func Op(op string, at forms.Pointer) string { return op + string(at) }

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
