package forms

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"samtjanst/forms/internal/tree"
)

// Table is tables/NAME.yaml: values that change from one day to another, as a tariff or a norm, each row with the days it holds.
//
//	title: Kulturskolans avgifter
//	source: Kommunfullmäktige 2025-11-24 § 210
//	key: [amne]                       # columns that tell the rows of one day apart; none when there is one row at a time
//	rows:
//	  - {from: 2025-07-01, amne: piano, avgift: 900}
//	  - {from: 2026-07-01, amne: piano, avgift: 937.50}
//
// A row without "to" holds until the next row of the same key begins; one without "from" has always held. Both days count. All rows
// have the same columns, whose values are texts, exact numbers, or true and false. Expressions read a table by table() and lookup().
type Table struct {
	Title  string     `yaml:"title"`
	Source string     `yaml:"source"` // who decided the values, and when
	Key    []string   `yaml:"key"`
	Rows   []TableRow `yaml:"rows"`
}

// TableRow is one row with the days it holds.
type TableRow struct {
	From, To string         // YYYY-MM-DD, "" open
	Values   map[string]any // column → string, json.Number or bool
}

// UnmarshalTree reads a row: "from", "to" and columns.
func (r *TableRow) UnmarshalTree(n *tree.Node) error {
	if n.Kind != tree.Object {
		return n.At("write {from: 2026-01-01, column: value}", "a row has columns with values, found %s", n.Kind)
	}
	r.Values = make(map[string]any, len(n.Keys))
	for _, k := range n.Keys {
		switch {
		case k.Name == "from" || k.Name == "to":
			if k.Value.Kind == tree.Null || (k.Value.Kind == tree.String && k.Value.Text == "") {
				continue
			}
			if _, err := time.Parse(time.DateOnly, k.Value.Str()); err != nil {
				return k.Value.At("write it as 2026-01-01", "%q is no date", k.Value.Text)
			}
			if k.Name == "from" {
				r.From = k.Value.Text
			} else {
				r.To = k.Value.Text
			}
		case !columnName.MatchString(k.Name):
			return &tree.Error{Line: k.Line, Column: k.Column, What: "the column " + k.Name + " cannot be named in an expression",
				Mend: "begin with a letter, then letters a–z, digits and _"}
		case k.Value.Kind == tree.String || k.Value.Kind == tree.Number || k.Value.Kind == tree.Bool:
			if strings.ContainsAny(k.Value.Num(), "eE") || len(k.Value.Num()) > 40 {
				return k.Value.At("write it without exponent", "a number of a table has at most 40 digits and no exponent")
			}
			r.Values[k.Name] = k.Value.Value()
		default:
			return k.Value.At("write a text, a number, true or false", "a column has one value, found %s", k.Value.Kind)
		}
	}
	if r.From != "" && r.To != "" && r.To < r.From {
		return n.At("let it end later than it begins", "the row ends before it begins")
	}
	return nil
}

// MarshalTree writes what UnmarshalTree reads.
func (r *TableRow) MarshalTree(b *bytes.Buffer) {
	all := maps.Clone(r.Values)
	if r.From != "" {
		all["from"] = r.From
	}
	if r.To != "" {
		all["to"] = r.To
	}
	tree.Encode(b, all)
}

var (
	tableName  = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)
	columnName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)
)

// Columns are the table's columns beside from and to, sorted.
func (t *Table) Columns() []string {
	if len(t.Rows) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(t.Rows[0].Values))
}

// check tells what is wrong with a whole table: the number of the row, -1 for the table itself.
func (t *Table) check(tell func(row int, mend, format string, args ...any)) {
	if len(t.Rows) == 0 {
		tell(-1, "write rows: with at least one row", "the table has no rows")
		return
	}
	columns := t.Columns()
	for _, k := range t.Key {
		if !slices.Contains(columns, k) {
			tell(-1, "its columns are "+strings.Join(columns, ", "), "the key %q is not a column", k)
		}
	}
	for i, r := range t.Rows {
		for _, c := range columns {
			if _, ok := r.Values[c]; !ok {
				tell(i, "all rows have the same columns", "the row has no %q, which the first row has", c)
			}
		}
		for _, c := range slices.Sorted(maps.Keys(r.Values)) {
			if !slices.Contains(columns, c) {
				mend := "all rows have the same columns"
				if near := tree.Nearest(c, columns); near != "" {
					mend = "did you mean " + near + "?"
				}
				tell(i, mend, "the row has a column %q, which the first row has not", c)
			}
		}
	}
}
