// Package rows writes a delivery as the files and bodies that go to another system: CSV as Excel in Sweden opens it, and JSON.
//
// A delivery is checked before it is written: every row has one value for each column, and every value is a text, a
// [json.Number], a bool or nil. The same delivery always gives the same bytes, so that a receiver can compare them.
package rows

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"samtjanst/integrations/handover"
)

var (
	safeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	number   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
)

// Check says what is wrong with a delivery; nil when it can be written. It names columns and rows, never values.
func Check(d handover.Delivery) error {
	switch {
	case !safeName.MatchString(d.Ref):
		return errors.New("the reference is not safe as a file name")
	case !safeName.MatchString(d.Kind):
		return errors.New("the kind is not safe as a file name")
	case len(d.Columns) == 0:
		return errors.New("there are no columns")
	}
	seen := map[string]bool{}
	for _, c := range d.Columns {
		if c == "" || seen[c] || !utf8.ValidString(c) {
			return fmt.Errorf("column %q is empty or comes twice", c)
		}
		seen[c] = true
	}
	for i, row := range d.Rows {
		if len(row) != len(d.Columns) {
			return fmt.Errorf("row %d has %d values for %d columns", i+1, len(row), len(d.Columns))
		}
		for k, v := range row {
			switch v := v.(type) {
			case nil, bool:
			case string:
				if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
					return fmt.Errorf("row %d, column %q is not a text", i+1, d.Columns[k])
				}
			case json.Number:
				if !number.MatchString(v.String()) {
					return fmt.Errorf("row %d, column %q is not a plain number", i+1, d.Columns[k])
				}
			default:
				return fmt.Errorf("row %d, column %q is of a kind that cannot be handed over", i+1, d.Columns[k])
			}
		}
	}
	return nil
}

// CSV is UTF-8 with a byte order mark, semicolons and CRLF, decimal commas, ja and nej. A text that a spreadsheet would take for a
// formula gets an apostrophe before it (CWE-1236). The delivery has passed Check.
func CSV(d handover.Delivery) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	record := make([]string, len(d.Columns))
	for i, c := range d.Columns {
		record[i] = safe(c)
	}
	if err := w.Write(record); err != nil {
		return nil, fmt.Errorf("rows: %w", err)
	}
	for _, row := range d.Rows {
		for i, v := range row {
			record[i] = cell(v)
		}
		if err := w.Write(record); err != nil {
			return nil, fmt.Errorf("rows: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("rows: %w", err)
	}
	return b.Bytes(), nil
}

func cell(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "ja"
		}
		return "nej"
	case json.Number: // a number, so its minus is no formula
		return strings.Replace(v.String(), ".", ",", 1)
	case string:
		return safe(v)
	}
	return ""
}

func safe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// JSON is an object {ref, kind, columns, rows}, each row an object with the columns in order. The delivery has passed Check.
func JSON(d handover.Delivery) ([]byte, error) {
	var b bytes.Buffer
	var fail error
	put := func(v any) {
		e, err := json.Marshal(v)
		if err != nil && fail == nil {
			fail = fmt.Errorf("rows: %w", err)
		}
		b.Write(e)
	}
	b.WriteString(`{"ref":`)
	put(d.Ref)
	b.WriteString(`,"kind":`)
	put(d.Kind)
	b.WriteString(`,"columns":`)
	put(d.Columns)
	b.WriteString(`,"rows":[`)
	for i, row := range d.Rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n{")
		for k, v := range row {
			if k > 0 {
				b.WriteByte(',')
			}
			put(d.Columns[k])
			b.WriteByte(':')
			put(v)
		}
		b.WriteByte('}')
	}
	b.WriteString("]}\n")
	return b.Bytes(), fail
}
