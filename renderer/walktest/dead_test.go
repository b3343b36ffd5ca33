package walktest

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// What can never be, what always is and what fails is told: without this the library's test would pass whatever the walks saw.
func TestFindsWhatIsDead(t *testing.T) {
	form, err := Open(fstest.MapFS{
		"prov/form.yaml": {Data: []byte("id: prov\ntitle: Prov\ncomputed:\n  fel: int(answers.?namn.orValue(\"x\")) > 1\n")},
		"prov/schema.json": {Data: []byte(`{"type":"object","properties":{"namn":{"type":"string","title":"Namn","maxLength":20},
			"val":{"title":"Val","enum":["a","b"]},"aldrig":{"type":"string","title":"Aldrig"}}}`)},
		"prov/layout.yaml": {Data: []byte(`pages:
  - id: ett
    title: Ett
    sections:
      - fields:
          - pointer: /namn
          - pointer: /val
            required: true
  - id: tva
    title: Två
    showWhen: {/answers/val: {const: b}}
    sections:
      - fields:
          - pointer: /aldrig
            showWhen: {/answers/val: {const: a}}
`)},
		"prov/scenarios/01.yaml": {Data: []byte("title: Ett\ntoday: \"2026-11-22\"\nsteps:\n  - {page: ett, answers: {/val: a}}\n")},
	}, "prov")
	if err != nil {
		t.Fatal(err)
	}
	r := form.Walk()
	if !slices.Equal(r.Unseen, []string{"field /aldrig is never shown"}) {
		t.Errorf("unseen: %q", r.Unseen)
	}
	if !slices.ContainsFunc(r.Faults, func(f string) bool { return strings.Contains(f, "the expression of") }) {
		t.Errorf("faults: %q", r.Faults)
	}
}

// What hangs on a row is seen both ways on the pages of rows: the page, its sections, its fields and notices, each with what never is.
func TestPagesOfRowsAreWalked(t *testing.T) {
	const scenario = "title: Ett\ntoday: \"2026-11-22\"\nsteps:\n  - {page: barn, answers: {/barn: [{namn: Elsa, gar: true}]}}\n  - {page: skola.1, answers: {/barn/0/skola: norra}}\n"
	open := func(more string) Report {
		form, err := Open(fstest.MapFS{
			"prov/form.yaml": {Data: []byte("id: prov\ntitle: Prov\n")},
			"prov/schema.json": {Data: []byte(`{"type":"object","properties":{"barn":{"type":"array","title":"Barn","minItems":1,"maxItems":3,"items":{"type":"object","properties":{
				"namn":{"type":"string","title":"Namn","maxLength":20},"gar":{"type":"boolean","title":"Går"},"skola":{"title":"Skola","enum":["norra","annan"]},
				"vilken":{"type":"string","title":"Vilken","maxLength":20},"intyg":{"type":"array","title":"Intyg","minItems":1,"maxItems":1,"items":{"format":"file"}},
				"dagar":{"type":"array","title":"Dagar","minItems":1,"maxItems":3,"items":{"type":"object","properties":{"dag":{"type":"string","title":"Dag","maxLength":9}}}}}}}}}`)},
			"prov/layout.yaml": {Data: []byte(`pages:
  - id: barn
    title: Barn
    sections: [{fields: [{pointer: /barn, required: true}, {pointer: /barn/*/namn, required: true}, {pointer: /barn/*/gar, required: true}]}]
  - id: skola
    title: Skola
    repeat: /barn
    showWhen: {/row/gar: {const: true}}
    sections:
      - fields:
          - {pointer: /barn/*/skola, required: true}
          - {pointer: /barn/*/vilken, required: true, showWhen: {/row/skola: {const: annan}}}
          - {id: obs, notice: Obs, kind: info, showWhen: {/row/skola: {const: annan}}}
      - showWhen: {/row/skola: {const: norra}}
        fields: [{pointer: /barn/*/intyg, widget: files, required: true}, {pointer: /barn/*/dagar, required: true}, {pointer: /barn/*/dagar/*/dag, required: true}]
` + more)},
			"prov/scenarios/01.yaml": {Data: []byte(scenario)},
		}, "prov")
		if err != nil {
			t.Fatal(err)
		}
		return form.Walk()
	}
	if r := open(""); len(r.Unseen)+len(r.Faults) > 0 || r.Goals < 9 {
		t.Errorf("%d goals, unseen %q, faults %q", r.Goals, r.Unseen, r.Faults)
	}
	r := open("      - showWhen: {/row/skola: {const: södra}}\n        fields: [{notice: Aldrig, kind: info}]\n      - fields: [{id: stopp, notice: Stopp, kind: stop, showWhen: {/row/gar: {const: false}}}]\n")
	if want := []string{"section 3 of page skola is never shown", "field f-stopp is never shown"}; !slices.Equal(r.Unseen, want) || len(r.Faults) > 0 {
		t.Errorf("unseen %q, want %q, faults %q", r.Unseen, want, r.Faults)
	}
}
