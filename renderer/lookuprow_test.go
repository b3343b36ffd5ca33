package renderer

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/renderer/ui/uitest"
)

// Each row has its own button, its own answer from the register and its own options, on the page of a row as among the rows.
func TestRowsOfTheirOwn(t *testing.T) {
	fields := `
          - {pointer: /f/*/nr, lookup: {from: company, fills: {name: /f/*/namn}}}
          - {pointer: /f/*/namn}
          - {pointer: /f/*/val, widget: select, optionsFrom: '[{"value": row.?nr.orValue("inget")}]'}
`
	for name, layout := range map[string]string{
		"among the rows":       "pages:\n  - id: p\n    title: P\n    sections:\n      - fields:\n          - {pointer: /f, item: företag}" + fields,
		"on the page of a row": "pages:\n  - {id: l, title: L, sections: [{fields: [{pointer: /f, item: företag}, {pointer: /f/*/x}]}]}\n  - id: p\n    title: P\n    repeat: /f\n    sections:\n      - fields:" + fields,
	} {
		t.Run(name, func(t *testing.T) {
			g := rowGraph(t, layout, `{"properties": {"f": {"type": "array", "title": "F", "maxItems": 3, "items": {"type": "object", "properties": {
				"x": {"type": "string", "title": "X"}, "nr": {"type": "string", "title": "Nr"}, "namn": {"type": "string", "title": "Namn"}, "val": {"type": "string", "title": "Val"}}}}}}`)
			scope := forms.Scope{Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-23",
				Answers: map[string]any{"f": []any{map[string]any{"nr": "1"}, map[string]any{"nr": "2"}}}}
			at := forms.Pointer("/f/1/nr")
			f := g.Form().FieldAt(at)
			var err error
			if scope.Answers, scope.Facts, err = g.TakeLookup(scope, f, at, "2", forms.LookupReply{Status: forms.LookupFound, Source: "Bolagsverket",
				At: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Values: map[string]string{"name": "Två AB"}}); err != nil {
				t.Fatal(err)
			}
			v, err := g.Run(scope)
			if err != nil {
				t.Fatal(err)
			}
			var pages []string
			for _, p := range v.Pages {
				if p.Written().ID != "p" {
					continue
				}
				compiled, ok := New(catalog(t), DefaultLimits).Form(v.Form).Page(p.ID, "sv")
				if !ok {
					t.Fatalf("there is no page %s", p.ID)
				}
				page := string(compiled.Append(nil, PageData{View: v}))
				uitest.HTML(t, p.ID, []byte(page))
				pages = append(pages, page)
				names := answers.Encode(v, p.ID, nil)
				for name, values := range posted(t, page) { // a select of which nothing is chosen posts nothing to speak of
					if strings.HasPrefix(name, "a/") && strings.Join(values, "") != "" && !names.Has(name) {
						t.Errorf("%s posts %s, which decoding does not know", p.ID, name)
					}
				}
			}
			all := strings.Join(pages, "\n")
			for text, times := range map[string]int{
				`value="lookup/f/0/nr"`: 1, `value="lookup/f/1/nr"`: 1, `data-result="f-f-x-nr.0.lookup"`: 1, `id="f-f-x-nr.1.lookup"`: 1, `id="f-f-x-nr.0.lookup"`: 0,
				"Två AB": 1, `name="a/f/0/namn"`: 1, `name="a/f/1/namn"`: 0, `<option value="1"`: 1, `<option value="2"`: 1, "inget": 0,
			} {
				if n := strings.Count(all, text); n != times {
					t.Errorf("%s is there %d times, want %d", text, n, times)
				}
			}
			if id := LookupID(f, at); id != "f-f-x-nr.1.lookup" {
				t.Errorf("id %s", id)
			}
		})
	}
}

func rowGraph(t *testing.T, layout, schema string) *journey.Graph {
	t.Helper()
	def, diags := forms.Load(fstest.MapFS{"f/form.yaml": {Data: []byte("id: f\ntitle: F\n")}, "f/schema.json": {Data: []byte(schema)},
		"f/layout.yaml": {Data: []byte(layout)}}, "f")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	form, diags := forms.Compile(def)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	g, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
