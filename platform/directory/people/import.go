package people

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// A file of people has a line with titles, and then a row for each role or mandate of a person. Columns may stand in any order; a column that is
// not known is refused, so that a misspelt one is not passed over in silence. A cell that is empty leaves what stands in the register.

// Limits of a file.
const (
	MaxImport     = 4 << 20 // bytes
	maxImportRows = 2000
)

// Column is what a file's column has.
type Column string

// Columns, by their title in the files.
const (
	NameColumn      Column = "namn"
	NumberColumn    Column = "personnummer"
	PhoneColumn     Column = "telefon"
	EmailColumn     Column = "e-post"
	RoleColumn      Column = "roll"
	TitleColumn     Column = "titel"
	FromColumn      Column = "från"
	ToColumn        Column = "till"
	KindsColumn     Column = "beslutstyper" // of a mandate
	DecidedColumn   Column = "beslutsdatum"
	ParagraphColumn Column = "paragraf"
)

// Columns are all there are, in the order that a template has them.
func Columns() []Column {
	return []Column{NameColumn, NumberColumn, PhoneColumn, EmailColumn, RoleColumn, TitleColumn, FromColumn, ToColumn, KindsColumn, DecidedColumn, ParagraphColumn}
}

// alsoCalled are other titles that files have.
var alsoCalled = map[string]Column{"epost": EmailColumn, "e-postadress": EmailColumn, "mobil": PhoneColumn, "mobilnummer": PhoneColumn, "telefonnummer": PhoneColumn,
	"personnr": NumberColumn, "fr.o.m.": FromColumn, "t.o.m.": ToColumn, "§": ParagraphColumn, "befattning": TitleColumn}

// roleNames are the roles as files have them; a role's own id will do too.
var roleNames = map[string]identity.Role{"handläggare": identity.Officer, "beslutsfattare": identity.Decider, "chef": identity.Manager, "tjänsteansvarig": identity.FormOwner,
	"tjänstegranskare": identity.FormApprover, "ordförande": identity.Chair,
	"nämndsekreterare": identity.Secretary, "personaladministratör": identity.PeopleAdmin}

// RoleName is a role as files have it.
func RoleName(r identity.Role) string {
	for name, role := range roleNames {
		if role == r {
			return name
		}
	}
	return string(r)
}

// Line is a row of a file: what stands in its columns.
type Line struct {
	Number int // in the file; the titles are line 1
	Cells  map[Column]string
}

// Refusal is a row that is not taken, and why: a code of a problem with its parameters.
type Refusal struct {
	Line   int            `json:"line"`
	Name   string         `json:"name,omitempty"` // as it stands in the row
	Column Column         `json:"column,omitempty"`
	Code   string         `json:"code"`
	Params map[string]any `json:"params,omitempty"`
}

// Codes of what can be wrong with a file as a whole.
const (
	FileEmpty     = "import-empty"
	FileUnread    = "import-unread"         // neither a table with separators nor an Excel workbook
	FileTooLong   = "import-too-long"       // max: rows
	UnknownColumn = "import-unknown-column" // name
	ColumnTwice   = "import-column-twice"   // name
	NoNameColumn  = "import-no-name"
)

// ReadFile reads a file of people: CSV in UTF-8 or Windows-1252 with semicolons, commas or tabs, or the first sheet of an Excel workbook. The
// problem says what is wrong with the file as a whole; it has the pointer "/file".
func ReadFile(raw []byte) ([]Line, *forms.Problem) {
	bad := func(code string, params map[string]any) *forms.Problem {
		return &forms.Problem{Pointer: "/file", Code: code, Params: params}
	}
	rows, err := table(raw)
	if err != nil {
		return nil, bad(FileUnread, nil)
	}
	rows = slices.DeleteFunc(rows, func(r numbered) bool { return strings.TrimSpace(strings.Join(r.cells, "")) == "" })
	if len(rows) < 2 {
		return nil, bad(FileEmpty, nil)
	}
	if len(rows) > maxImportRows+1 {
		return nil, bad(FileTooLong, map[string]any{"max": maxImportRows})
	}
	var columns []Column
	for _, title := range rows[0].cells {
		name := strings.ToLower(strings.TrimSpace(title))
		c, ok := alsoCalled[name]
		if !ok {
			c = Column(name)
		}
		switch {
		case name == "":
		case !slices.Contains(Columns(), c):
			return nil, bad(UnknownColumn, map[string]any{"name": short(title)})
		case slices.Contains(columns, c):
			return nil, bad(ColumnTwice, map[string]any{"name": short(title)})
		}
		columns = append(columns, c)
	}
	if !slices.Contains(columns, NameColumn) {
		return nil, bad(NoNameColumn, nil)
	}
	var out []Line
	for _, r := range rows[1:] {
		l := Line{Number: r.line, Cells: map[Column]string{}}
		for i, text := range r.cells {
			if i < len(columns) && columns[i] != "" {
				l.Cells[columns[i]] = strings.TrimSpace(text)
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// short is as much of a text as a message shows.
func short(s string) string {
	if r := []rune(strings.TrimSpace(s)); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return strings.TrimSpace(s)
}

type numbered struct {
	line  int
	cells []string
}

func table(raw []byte) ([]numbered, error) {
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		return workbook(raw)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(raw, 0) >= 0 {
		return nil, fault.Newf("people.table", fault.Invalid, "not text")
	}
	if !utf8.Valid(raw) {
		var err error
		if raw, err = charmap.Windows1252.NewDecoder().Bytes(raw); err != nil {
			return nil, fault.New("people.table", fault.Invalid, err)
		}
	}
	first, _, _ := bytes.Cut(raw, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	r.Comma = ';'
	for _, c := range []byte{',', '\t'} {
		if bytes.Count(first, []byte{c}) > bytes.Count(first, []byte(string(r.Comma))) {
			r.Comma = rune(c)
		}
	}
	var out []numbered
	for len(out) <= 2*maxImportRows { // more than is taken, so that too long is told as that
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.New("people.table", fault.Invalid, err)
		}
		line, _ := r.FieldPos(0)
		out = append(out, numbered{line, cells})
	}
	return out, nil
}

// workbook reads the first sheet of an Excel workbook. What unpacks to more than a file may have is refused.
func workbook(raw []byte) ([]numbered, error) {
	const op = "people.workbook"
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipSizeLimit: 16 * MaxImport, UnzipXMLSizeLimit: 16 * MaxImport})
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	defer f.Close()
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	defer rows.Close()
	var out []numbered
	for line := 1; rows.Next() && len(out) <= 2*maxImportRows; line++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, fault.New(op, fault.Invalid, err)
		}
		for i := range cells {
			cells[i] = plainCell(cells[i])
		}
		out = append(out, numbered{line, cells})
	}
	return out, rows.Error()
}

// plainCell undoes what Excel makes of numbers that people write: a day is days since 1900, a personal number has an exponent, and a phone
// number has lost its zero.
func plainCell(s string) string {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v != float64(int64(v)) || v < 0 {
		return s
	}
	whole := strconv.FormatInt(int64(v), 10)
	switch {
	case len(whole) == 5: // 1927 to 2173: nothing else that a column of ours has is five digits
		if t, err := excelize.ExcelDateToTime(v, false); err == nil {
			return t.Format(time.DateOnly)
		}
	case len(whole) == 9 && whole[0] == '7' && !strings.HasPrefix(s, "0"):
		return "0" + whole
	case !strings.HasPrefix(s, "0"):
		return whole
	}
	return s
}
