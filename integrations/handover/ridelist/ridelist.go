// Package ridelist reads the list of rides that a transport operator sends back: which pupil is picked up when, where, and on
// which route. The format is written down for operators in integrations/docs/ridelist.md; this package is the strict reader of it.
//
// A file that is not in the format at all is refused whole (fault Invalid, with a [Reason]). In one that is, each row stands for
// itself: it is either a [Row] or one [Problem] or more, so that one bad line does not keep the other pupils from their times.
// No error quotes what a file says.
package ridelist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// The columns, in their order.
const (
	Pupil     = "elevreferens" // also the name of the column in what is handed over to the operator
	Date      = "datum"
	Departure = "avgång"
	Pickup    = "hämtplats"
	Route     = "linje"
)

// Columns is the header line.
func Columns() []string { return []string{Pupil, Date, Departure, Pickup, Route} }

// Limits.
const (
	maxBytes = 16 << 20
	maxRows  = 200_000
	maxText  = 80 // characters of a place or a route
)

// Row is one pupil's ride.
type Row struct {
	Line    int // in the file, from 1
	Pupil   string
	Departs time.Time // Swedish time
	Pickup  string
	Route   string
}

// Code says what is wrong with a value; the text is chosen by the reader's language.
type Code string

// Codes of problems.
const (
	Count     Code = "count"     // not five values
	Empty     Code = "empty"     // required
	Format    Code = "format"    // not a reference, a date or a time
	TooLong   Code = "too-long"  // more than 80 characters
	Character Code = "character" // a control character
	Duplicate Code = "duplicate" // the pupil has that departure already
)

// Problem is one thing wrong with one row.
type Problem struct {
	Line   int
	Column string // "" when the whole row is meant
	Code   Code
}

// Reason is why a whole file is refused.
type Reason string

// Reasons.
const (
	NotText   Reason = "not UTF-8"
	NoHeader  Reason = "the first line is not the header"
	Quotes    Reason = "quotation marks that do not match"
	TooLarge  Reason = "larger than 16 MB or 200,000 rows"
	NoRows    Reason = "no rows"
	Separator Reason = "commas or tabs instead of semicolons"
)

func (r Reason) Error() string { return "ridelist: " + string(r) }

var pupilRef = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Parse reads a file. Fault: Invalid with a Reason, when it is not a ride list at all; then there are no rows.
func Parse(b []byte) ([]Row, []Problem, error) {
	rows, problems, err := parse(b)
	if err != nil {
		return nil, nil, fault.New("ridelist.Parse", fault.Invalid, err)
	}
	return rows, problems, nil
}

func parse(b []byte) ([]Row, []Problem, error) {
	if len(b) > maxBytes {
		return nil, nil, TooLarge
	}
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return nil, nil, NotText
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = ';', -1, true
	header, err := r.Read()
	if err != nil {
		return nil, nil, NoHeader
	}
	if !slices.Equal(header, Columns()) {
		if len(header) == 1 && (strings.Contains(header[0], ",") || strings.Contains(header[0], "\t")) {
			return nil, nil, Separator
		}
		return nil, nil, NoHeader
	}
	var (
		rows     []Row
		problems []Problem
		seen     = map[string]bool{}
	)
	for n := 0; ; n++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, Quotes
		}
		if n == maxRows {
			return nil, nil, TooLarge
		}
		line, _ := r.FieldPos(0)
		row, wrong := read(line, record)
		if len(wrong) == 0 {
			key := row.Pupil + " " + row.Departs.Format(time.RFC3339)
			if seen[key] {
				wrong = []Problem{{line, "", Duplicate}}
			}
			seen[key] = true
		}
		if len(wrong) > 0 {
			problems = append(problems, wrong...)
			continue
		}
		rows = append(rows, row)
	}
	if len(rows)+len(problems) == 0 {
		return nil, nil, NoRows
	}
	return rows, problems, nil
}

func read(line int, v []string) (Row, []Problem) {
	columns := Columns()
	if len(v) != len(columns) {
		return Row{}, []Problem{{line, "", Count}}
	}
	var wrong []Problem
	add := func(i int, c Code) { wrong = append(wrong, Problem{line, columns[i], c}) }
	for i, s := range v {
		switch {
		case strings.TrimSpace(s) == "":
			add(i, Empty)
		case strings.ContainsFunc(s, unicode.IsControl):
			add(i, Character)
		case i >= 3 && utf8.RuneCountInString(s) > maxText:
			add(i, TooLong)
		case i == 0 && !pupilRef.MatchString(s), i == 1 && !fits(time.DateOnly, s), i == 2 && !fits("15:04", s):
			add(i, Format)
		}
	}
	if wrong != nil {
		return Row{}, wrong
	}
	at, err := time.ParseInLocation(time.DateOnly+" 15:04", v[1]+" "+v[2], clock.Stockholm)
	if err != nil || at.Format("15:04") != v[2] { // the hour that is skipped in spring does not exist
		return Row{}, []Problem{{line, columns[2], Format}}
	}
	return Row{Line: line, Pupil: v[0], Departs: at, Pickup: strings.TrimSpace(v[3]), Route: strings.TrimSpace(v[4])}, nil
}

// fits reports whether s is written exactly as the layout says, with leading zeros.
func fits(layout, s string) bool {
	t, err := time.Parse(layout, s)
	return err == nil && t.Format(layout) == s
}
