package lint_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms/lint"
)

// within is a form with rows, a variant, a tuple and something that stands within itself, all with conditions and options of their own.
func within() fstest.MapFS {
	files := well()
	schema := strings.Replace(string(files["schema.json"].Data), `"properties":{"x":`, `"properties":{"y":{"type":"string","title":"Y"},"z":{"type":"string","title":"Z"},"x":`, 1)
	files["schema.json"].Data = []byte(strings.Replace(schema, `{"properties":{`, `{"properties":{
 "resa":{"title":"Resa","oneOf":[
   {"title":"Buss","properties":{"med":{"const":"buss"},"linje":{"type":"string","title":"Linje"},"kort":{"type":"string","title":"Kort"}},"required":["med","kort"]},
   {"title":"Bil","properties":{"med":{"const":"bil"},"linje":{"type":"string","title":"Linje"}},"required":["med"]}]},
 "led":{"type":"array","title":"Led","prefixItems":[{"type":"string","title":"Ett"},{"type":"string","title":"Två"}],"items":{"type":"string","title":"Mer"},"minItems":1},
 "gren":{"$ref":"#/$defs/gren"},`, 1))
	files["schema.json"].Data = []byte(strings.Replace(string(files["schema.json"].Data), `"required":["egen"]}`,
		`"required":["egen"],"$defs":{"gren":{"title":"Gren","oneOf":[{"type":"string","title":"Blad"},{"type":"array","title":"Grenar","items":{"$ref":"#/$defs/gren"}}]}}}`, 1))
	files["layout.yaml"].Data = []byte(strings.Replace(string(files["layout.yaml"].Data), "{pointer: /rader, item: rad}\n", `{pointer: /rader, item: rad}
          - {pointer: /rader/*/x, lookup: {from: company, as: bolag, fills: {name: /rader/*/z}}}
          - {pointer: /rader/*/z}
          - {pointer: /rader/*/y, optionsFrom: '[{"value": row.?x.orValue("")}]'}
          - {pointer: /resa}
          - {pointer: /resa/linje, optionsFrom: '[{"value": "1"}]', widget: select, showWhen: {/answers/val: {const: ja}}}
          - {pointer: /led}
          - {pointer: /led/1, showWhen: {/answers/val: {const: ja}}}
          - {pointer: /gren}
`, 1))
	return files
}

func TestWithinIsWell(t *testing.T) {
	if diags := lint.Folder(within(), ".", options); len(diags) > 0 {
		t.Errorf("%v", diags)
	}
}

func TestMistakesWithin(t *testing.T) {
	for _, test := range []struct{ file, from, to, want string }{
		{"layout.yaml", "row.?x", "row.?xx", "it reads /rader/*/xx, which is not in schema.json (did you mean /rader/*/x?)"},
		{"form.yaml", "namn: answers.?namn", "namn: facts.?lookup.?bolag.?status", "it reads /facts/lookup/bolag/status, and what bolag said is kept by what it was asked about"},
		{"layout.yaml", `fact: "computed.?namn"`, `fact: "row.?x"`, "it reads /row/x, and stands in no row"},
		{"form.yaml", "namn: answers.?namn", "namn: row.?x", "it reads /row/x, and stands in no row"},
		{"layout.yaml", "/resa/linje, ", "/resa/kort, ", "/resa/kort can be hidden but its variant always requires it"},
		{"layout.yaml", "widget: select", "widget: files", `the widget "files" cannot show this`},
		{"layout.yaml", "/led/1, ", "/led/0, ", "/led/0 can be hidden, and the list ends there, but it must have at least 1 items"},
		{"layout.yaml", "/led/1, ", "/led/*, ", "/led/* is one of as many as there are, of which none can be hidden"},
		{"layout.yaml", "{pointer: /gren}", "{pointer: /gren}\n          - {pointer: /gren/*/*, showWhen: {/answers/val: {const: ja}}}", "/gren/*/* stands within itself"},
	} {
		files := within()
		changed := strings.Replace(string(files[test.file].Data), test.from, test.to, 1)
		if changed == string(files[test.file].Data) {
			t.Fatalf("%q is not in %s", test.from, test.file)
		}
		files[test.file] = &fstest.MapFile{Data: []byte(changed)}
		var got []string
		for _, d := range lint.Folder(files, ".", options) {
			got = append(got, d.String())
		}
		if len(got) != 1 || !strings.Contains(got[0], test.want) {
			t.Errorf("%s → %s: %v, want one: %s", test.from, test.to, got, test.want)
		}
	}
}
