package journey_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/forms"
	"samtjanst/forms/formgen"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
)

// A run that is begun from the one before gives what a whole run gives, in any form and after any edits, and so does what is validated.
func TestAgainIsWholeRun(t *testing.T) {
	hidden := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		src := formgen.Graph(r)
		g := formtest.Graph(t, src.Meta, src.Schema, src.Layout)
		s := forms.Scope{Answers: formgen.Answers(r), Facts: map[string]any{"f": "x"}, Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-22"}
		before := run(t, g, s)
		for step := range 12 {
			s = another(r, s)
			stored := forms.CopyObject(s.Answers)
			whole := run(t, g, s)
			again, err := g.Again(before, s)
			if err != nil {
				t.Fatal(err)
			}
			where := func() string {
				raw, _ := json.Marshal([]any{before.Scope.Answers, s.Answers, s.Facts, s.Settings, s.Today})
				return fmt.Sprintf("seed %d step %d: %s\n%s%s", seed, step, raw, src.Meta, src.Layout)
			}
			if diff := cmp.Diff(whole, again, cmpopts.IgnoreFields(forms.View{}, "Past", "Form"), cmpopts.EquateEmpty(), cmp.Comparer(func(a, b *forms.Page) bool { return a == b })); diff != "" {
				t.Fatalf("%s (-whole +again):\n%s", where(), diff)
			}
			if diff := cmp.Diff(journey.Loud(g).Validate(whole, ""), g.Validate(again, "")); diff != "" {
				t.Fatalf("%s: problems (-whole, every row gone through, +again):\n%s", where(), diff)
			}
			if diff := cmp.Diff(stored, s.Answers); diff != "" {
				t.Fatalf("%s: what is stored has changed:\n%s", where(), diff)
			}
			hidden += len(whole.Hidden)
			if r.IntN(3) > 0 {
				before = again
			}
		}
	}
	if hidden < 4000 {
		t.Errorf("%d things were hidden: the forms hide too little", hidden)
	}
}

// another is a scope in which a little is another, as what a page posts, or what the register said, or the day.
func another(r *rand.Rand, s forms.Scope) forms.Scope {
	e, other := forms.Edit(s.Answers), formgen.Answers(r)
	switch r.IntN(12) {
	case 0:
		s.Facts = map[string]any{"f": []string{"x", "y", "z"}[r.IntN(3)]}
	case 1:
		s.Settings = map[string]any{"mest": []string{"x", "y", "z"}[r.IntN(3)]}
	case 2:
		s.Today = []string{"2026-11-22", "2026-11-23"}[r.IntN(2)]
	case 3:
		s.Answers = other
		return s
	}
	for _, at := range []forms.Pointer{"/a", "/b", "/c", "/d", "/g/p", "/g/q", "/g", "/rader", "/rader/0", "/rader/1/k", "/rader/1/l", "/rader/2/m", "/rader/0/inre", "/rader/0/inre/0/s", "/val", "/val/u", "/par"} {
		if r.IntN(10) > 0 {
			continue
		}
		if v, ok := forms.Lookup(other, at); ok {
			e.Put(at, v)
		} else {
			e.Remove(at)
		}
	}
	s.Answers = e.Answers()
	return s
}

// Of many conditions those are asked that read what changed, and those that read what that decided; of many rows the one that changed.
func TestOnlyWhatChangedIsEvaluated(t *testing.T) {
	g := formtest.Graph(t, formtest.Meta+"computed:\n  langd: answers.?rader.orValue([]).size()\n  namn: answers.?a.orValue('')\n", `{"type":"object","properties":{
		"a":{"title":"A","type":"string"},"b":{"title":"B","type":"string"},"c":{"title":"C","type":"string"},"d":{"title":"D","type":"string"},
		"rader":{"type":"array","title":"R","items":{"type":"object","properties":{"k":{"title":"K","type":"string"},"l":{"title":"L","type":"string"},"n":{"title":"N","type":"string"}}}}}}`, `
pages:
  - id: allt
    title: Allt
    sections:
      - fields:
          - {pointer: /a}
          - {pointer: /b, showWhen: {/answers/a: {const: b}}}
          - {pointer: /c, showWhen: {/answers/b: {const: c}}}
          - {pointer: /d, showWhen: {/computed/namn: {const: d}}}
          - {pointer: /rader, item: rad}
          - {pointer: /rader/*/k}
          - {pointer: /rader/*/l, showWhen: {/row/k: {const: visa}}}
          - {pointer: /rader/*/n, optionsFrom: '[{"value": row.?k.orValue(""), "label": "K"}, {"value": answers.?d.orValue("-"), "label": "D"}]'}
`)
	rows := make([]any, 200)
	for i := range rows {
		rows[i] = map[string]any{"k": "x", "l": "y"}
	}
	s := forms.Scope{Answers: map[string]any{"a": "b", "b": "x", "c": "x", "rader": rows}, Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-22"}
	before := run(t, g, s)
	for _, test := range []struct {
		name  string
		at    forms.Pointer
		value any
		asked int
	}{
		{"nothing", "/c", "x", 1},                     // the options of an empty row
		{"what nothing reads", "/c", "y", 1},          //
		{"what a condition reads", "/b", "c", 2},      // c
		{"what is shown by it is read", "/a", "d", 5}, // namn, b, and so c, and by namn d
		{"a row", "/rader/7/k", "visa", 4},            // its l, its options, and langd, which may read any of it
		{"a place in a row that no row reads", "/rader/8/l", "z", 2},
		{"what all rows read", "/d", "ny", 201},
		{"the rows", "/rader", rows[:100], 1 + 1 + 100 + 100}, // langd, and all rows since they may be others
	} {
		e := forms.Edit(before.Scope.Answers)
		e.Put(test.at, test.value)
		s.Answers = e.Answers()
		after, err := g.Again(before, s)
		if err != nil {
			t.Fatal(err)
		}
		if got := journey.Asked(after); got != test.asked {
			t.Errorf("%s: %d were evaluated, want %d", test.name, got, test.asked)
		}
		before = after
	}
}
