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
