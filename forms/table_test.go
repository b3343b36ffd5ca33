package forms_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/internal/formtest"
)

const taxa = `title: Avgifter
key: [amne]
rows:
  - {from: 2025-07-01, to: "2026-06-30", amne: piano, avgift: 900}
  - {from: 2026-07-01, amne: piano, avgift: 937.50, }
`

func withTable(name, table string) fstest.MapFS {
	fsys := formtest.FS(formtest.Meta, `{"type":"object","properties":{"a":{"type":"string","title":"A"}}}`,
		"pages: [{id: p, title: P, sections: [{fields: [{pointer: /a}]}]}]\n")
	fsys["prov/tables/"+name] = &fstest.MapFile{Data: []byte(table)}
	return fsys
}

func TestTablesAreKeptAndHashed(t *testing.T) {
	def, diags := forms.Load(withTable("taxa.yaml", taxa), "prov")
	if def == nil {
		t.Fatal(diags)
	}
	raw := forms.Encode(def)
	if want := `"tables":{"taxa":{"key":["amne"],"rows":[{"amne":"piano","avgift":900,"from":"2025-07-01","to":"2026-06-30"},` +
		`{"amne":"piano","avgift":937.50,"from":"2026-07-01"}],"title":"Avgifter"}}`; !strings.Contains(string(raw), want) {
		t.Errorf("encoded as\n%s", raw)
	}
	back, err := forms.DecodeDefinition(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(def.Tables, back.Tables); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	other, _ := forms.Load(withTable("taxa.yaml", strings.Replace(taxa, "937.50", "937.51", 1)), "prov")
	if forms.VersionOf(raw) == forms.VersionOf(forms.Encode(other)) {
		t.Error("another amount has the same version")
	}
	broken := strings.Replace(string(raw), `"avgift":937.50`, `"avgft":937.50`, 1)
	if _, err := forms.DecodeDefinition([]byte(broken)); err == nil || !strings.Contains(err.Error(), "avgft") {
		t.Errorf("a column that the first row has not: %v", err)
	}
}

func TestTableMistakes(t *testing.T) {
	for table, want := range map[string]string{
		"rows: []\n":                                      "tables/taxa.yaml:1:1: the table has no rows",
		"row: []\n":                                       `tables/taxa.yaml:1:1: unknown key "row" (did you mean "rows"?)`,
		"rows:\n  - {from: igår, a: 1}\n":                 `tables/taxa.yaml:2:12: "igår" is no date`,
		"rows:\n  - {from: 2026-02-30, a: 1}\n":           `tables/taxa.yaml:2:12: "2026-02-30" is no date`,
		"rows:\n  - {a: [1]}\n":                           "tables/taxa.yaml:2:9: a column has one value, found a list",
		"rows:\n  - {a: 1e9}\n":                           "tables/taxa.yaml:2:9: a number of a table has at most 40 digits",
		"rows:\n  - {å: 1}\n":                             "tables/taxa.yaml:2:6: the column å cannot be named",
		"rows:\n  - [1]\n":                                "tables/taxa.yaml:2:5: a row has columns with values",
		"rows:\n  - {belopp: 1}\n  - {belpp: 1}\n":        `tables/taxa.yaml:3:5: the row has a column "belpp", which the first row has not (did you mean belopp?)`,
		"key: [b]\nrows:\n  - {a: 1}\n":                   `tables/taxa.yaml:1:1: the key "b" is not a column`,
		"rows:\n  - {from: 2026-01-02, to: 2026-01-01}\n": "tables/taxa.yaml:2:5: the row ends before it begins",
	} {
		def, diags := forms.Load(withTable("taxa.yaml", table), "prov")
		var got []string
		for _, d := range diags {
			got = append(got, d.String())
		}
		if def != nil || !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%q: %q, want %q", table, got, want)
		}
	}
	if def, diags := forms.Load(withTable("Taxa 1.yaml", taxa), "prov"); def != nil || diags[0].What != "not a name of a table" {
		t.Errorf("a name that cannot be written: %v", diags)
	}
}
