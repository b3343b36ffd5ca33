package journey_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
	"samtjanst/forms/lint"
)

const tariff = `key: [amne]
rows:
  - {from: 2025-07-01, amne: piano, avgift: 900.10}
  - {from: 2026-07-01, to: 2026-12-31, amne: piano, avgift: 937.50}
`

func withTariff(computed, table string) fstest.MapFS {
	fsys := formtest.FS(formtest.Meta+"computed: {avgift: '"+computed+"'}\n",
		`{"type":"object","properties":{"amne":{"type":"string","title":"Ämne"}}}`,
		"pages: [{id: p, title: P, sections: [{fields: [{pointer: /amne}]}]}]\n")
	fsys["prov/tables/taxa.yaml"] = &fstest.MapFile{Data: []byte(table)}
	return fsys
}

// A computed value reads the tariff of its day, exactly; without a row it is absent and nothing stops.
func TestComputedFromATable(t *testing.T) {
	def, diags := forms.Load(withTariff(`lookup("taxa", {"amne": answers.amne}, today).avgift * 3`, tariff), "prov")
	if def == nil {
		t.Fatal(diags)
	}
	form, diags := forms.Compile(def)
	if form == nil {
		t.Fatal(diags)
	}
	g, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]map[string]any{
		"2025-06-30": {}, "2026-06-30": {"avgift": json.Number("2700.3")}, "2026-11-22": {"avgift": json.Number("2812.5")}, "2027-01-01": {},
	} {
		v, err := g.Run(forms.Scope{Answers: map[string]any{"amne": "piano"}, Today: day})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, v.Computed); diff != "" || (len(v.Failed) > 0) != (len(want) == 0) {
			t.Errorf("%s, failed %v (-want +got):\n%s", day, v.Failed, diff)
		}
	}
}

func TestLintOfTables(t *testing.T) {
	good := `lookup("taxa", {"amne": "piano"}, today).avgift`
	for _, c := range []struct{ computed, table, want string }{
		{`table("tax", today).avgift`, tariff, `form.yaml:3:20: the expression is wrong: 1:7: there is no table "tax", did you mean taxa?`},
		{`lookup("taxa", {"amne": "piano"}, today).avgft`, tariff, `has no column "avgft", did you mean avgift?`},
		{good, strings.Replace(tariff, "from: 2026-07-01", "from: 2025-07-01", 1), "tables/taxa.yaml:4:5: the row begins the same day as the row on line 3"},
		{good, strings.Replace(tariff, "2025-07-01,", "2025-07-01, to: 2026-07-01,", 1), "tables/taxa.yaml:4:5: the row begins on 2026-07-01, when the row on line 3 still holds (end that row the day before 2026-07-01)"},
		{good, strings.Replace(tariff, "2025-07-01,", "2025-07-01, to: 2026-06-29,", 1), "tables/taxa.yaml:4:5: no row holds from 2026-06-30 until this one begins on 2026-07-01"},
	} {
		var got []string
		for _, d := range lint.Folder(withTariff(c.computed, c.table), "prov", lint.Options{}) {
			got = append(got, d.String())
		}
		if !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("not told: %s\n%s", c.want, strings.Join(got, "\n"))
		}
	}
	for _, d := range lint.Folder(withTariff(good, tariff), "prov", lint.Options{}) {
		if strings.Contains(d.String(), "taxa") || strings.Contains(d.What, "expression") {
			t.Errorf("told of nothing wrong: %s", d)
		}
	}
}
