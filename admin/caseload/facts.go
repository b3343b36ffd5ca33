package caseload

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/platform/idno"
	"samtjanst/renderer/ui"
)

// What the register said, and the rows a decision grants: values of many kinds, put into words.

// factsCard is what the population register said when the application was made.
type factsCard struct {
	Source string // "Navet"; "" entered by hand
	At     time.Time
	People []factsPerson
}

// factsPerson is one person in the register's answer.
type factsPerson struct {
	Name   string
	Role   string
	Hidden bool // protected: nothing but the number is known here
	Rows   ui.Rows
}

// sourceManual is the flow's word for a register that did not answer.
const sourceManual = "manual"

// facts shows the applicant and the children that the case is about. The applicant's other children are in the answer too,
// but no business of this case.
func (w words) facts(c *flow.StaffCase) *factsCard {
	if len(c.Facts) == 0 || c.Case.Anonymous() || c.Case.ByHand() {
		return nil // nothing was asked of any register
	}
	card := &factsCard{At: c.FactsAt}
	if c.FactsSource != sourceManual {
		card.Source = c.FactsSource
	}
	if m, ok := c.Facts["applicant"].(map[string]any); ok {
		card.People = append(card.People, w.factsPerson(c.Facts, m, w.T("admin.role.applicant")))
	}
	for _, m := range objects(c.Facts["children"]) {
		if !slices.ContainsFunc(c.Case.Children, func(n idno.Number) bool { return n.Digits() == text(m, "number") }) {
			continue
		}
		card.People = append(card.People, w.factsPerson(c.Facts, m, w.T("admin.role.child")))
	}
	return card
}

func (w words) factsPerson(all, m map[string]any, role string) factsPerson {
	p := factsPerson{Name: text(m, "name"), Role: role}
	p.Hidden, _ = m["hidden"].(bool)
	add := func(key, value string) {
		if value != "" {
			p.Rows = append(p.Rows, ui.Row{Key: w.T("admin.fact." + key), Value: value})
		}
	}
	add("number", dashed(text(m, "number")))
	if age, ok := m["age"].(json.Number); ok {
		add("age", w.T("admin.fact.years", "n", age))
	}
	if a, ok := m["address"].(map[string]any); ok {
		add("address", lines(text(a, "careOf"), text(a, "extra"), text(a, "street"), postal(text(a, "postalCode"), text(a, "city"))))
	}
	add("municipality", municipalityName(all, text(m, "municipality")))
	if same, ok := m["sameHome"].(bool); ok {
		add("same-home", w.yesNo(same))
	}
	add("deregistered", text(m, "deregistered"))
	var guardians []string
	for _, g := range objects(m["guardians"]) {
		switch hidden, _ := g["hidden"].(bool); {
		case hidden:
			guardians = append(guardians, w.T("admin.fact.hidden-guardian", "number", dashed(text(g, "number"))))
		default:
			guardians = append(guardians, text(g, "name")+", "+dashed(text(g, "number")))
		}
	}
	add("guardians", strings.Join(guardians, "\n"))
	return p
}

// municipalityName names the case's own municipality; another is shown by its code (kommunkod), as the register has it.
func municipalityName(facts map[string]any, code string) string {
	if own, ok := facts["municipality"].(map[string]any); ok && code != "" && code == text(own, "code") {
		return text(own, "name")
	}
	return code
}

func (w words) yesNo(b bool) string {
	if b {
		return w.T("form.yes")
	}
	return w.T("form.no")
}

// objects reads a list of objects; what is something else is passed over.
func objects(v any) []map[string]any {
	list, _ := v.([]any)
	var out []map[string]any
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// lines joins what is not empty, one a line.
func lines(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n")
}

// postal writes "123 45 EKKÖPING".
func postal(code, city string) string {
	if len(code) == 5 {
		code = code[:3] + " " + code[3:]
	}
	return strings.TrimSpace(code + " " + city)
}

// dashed writes twelve digits as people do: 20120101-2389.
func dashed(digits string) string {
	if len(digits) == 12 {
		return digits[:8] + "-" + digits[8:]
	}
	return digits
}

// rowTable is typed rows in words. What is the same on every row is said once, so that the table shows what tells rows apart.
type rowTable struct {
	Common  ui.Rows
	Columns []string
	Cells   [][]string
}

// grants writes granted rows by the form's columns.
func (w words) grants(columns []forms.Column, rows []map[string]any) rowTable {
	var out rowTable
	all := make([][]string, len(rows))
	for _, c := range columns {
		values := make([]string, len(rows))
		for i, row := range rows {
			values[i] = w.value(c.Type, row[c.Name])
		}
		switch {
		case len(rows) > 1 && allEqual(values):
			if values[0] != "" {
				out.Common = append(out.Common, ui.Row{Key: c.Title, Value: values[0]})
			}
		default:
			out.Columns = append(out.Columns, c.Title)
			for i, v := range values {
				all[i] = append(all[i], v)
			}
		}
	}
	out.Cells = all
	return out
}

func allEqual(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return v != values[0] })
}

// value writes one typed value of a row.
func (w words) value(kind string, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return w.yesNo(v)
	case string:
		if _, err := idno.Parse(v, w.now); err == nil {
			return dashed(v)
		}
		if kind == "date" {
			return w.ISODate(v)
		}
		return v
	default:
		return w.Value(v)
	}
}
