package schema_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/formgen"
	"samtjanst/forms/schema"
)

// listed are schemas that say things of lists from all sides.
var listed = []string{
	`{"properties":{"rader":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"object","required":["a"],"properties":{"a":{"type":"string","maxLength":3},"b":{"type":"number","maximum":5}}}}}}`,
	`{"properties":{"rader":{"uniqueItems":true,"contains":{"properties":{"a":{"const":"x"}},"required":["a"]},"items":{"required":["a"],"additionalProperties":{"type":"string"}}}}}`,
	`{"properties":{"rader":{"items":{"$ref":"#/$defs/rad"}},"andra":{"$ref":"#/properties/rader"}},"$defs":{"rad":{"required":["a"],"if":{"properties":{"a":{"const":"x"}}},"then":{"required":["b"]}}}}`,
	`{"allOf":[{"properties":{"rader":{"items":{"required":["b"]}}}}],"properties":{"g":{"properties":{"rader":{"items":{"oneOf":[{"required":["a"]},{"required":["b"]}]}}}},"rader":{"items":{"dependentRequired":{"a":["b"]}}}}}`,
	`{"properties":{"rader":{"items":false},"andra":{"prefixItems":[{"type":"string"}],"items":{"type":"number"}},"tal":{"items":{"type":"integer","minimum":2}}}}`,
	`{"properties":{"rader":{"unevaluatedItems":false,"prefixItems":[true],"items":{"required":["a"]}}},"unevaluatedProperties":false}`,
	`{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"rader":{"items":{"required":["a"]},"additionalItems":false},"andra":{"items":[{"type":"string"}],"additionalItems":{"type":"number"}}}}`,
	`{"properties":{"barn":{"items":{"$ref":"#"}},"rader":{"items":{"required":["a"]}}}}`,
	`{"$dynamicAnchor":"n","properties":{"barn":{"items":{"$dynamicRef":"#n"}},"a":{"type":"string"}}}`,
}

// What is wrong in a row by two parts of a schema is one problem, whether its rows are judged one by one or as a whole.
func TestAgainTellsOnce(t *testing.T) {
	s, err := schema.Compile(json.RawMessage(`{"allOf":[{"properties":{"rader":{"items":{"required":["b"]}}}}],"properties":{"rader":{"items":{"required":["b"]}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	value := map[string]any{"rader": []any{map[string]any{}}}
	got := s.Again(nil, value)
	if diff := cmp.Diff(s.Validate(value), got.Problems); diff != "" || !got.ByRow() || len(got.Problems) != 1 {
		t.Errorf("by row %v (-whole +again):\n%s", got.ByRow(), diff)
	}
}

// What is said of a value is the same whatever it is begun from.
func TestAgainSaysWhatValidateSays(t *testing.T) {
	var samples []formgen.Sample
	for _, raw := range listed {
		var s formgen.Sample
		if err := json.Unmarshal([]byte(raw), &s.Schema); err != nil {
			t.Fatal(err)
		}
		s.Value = map[string]any{}
		samples = append(samples, s, s, s, s)
	}
	for seed := range uint64(60) {
		samples = append(samples, formgen.Object(rand.New(rand.NewPCG(seed, 7))))
	}
	byRow, wrong := 0, 0
	for seed, sample := range samples {
		raw, err := json.Marshal(sample.Schema)
		if err != nil {
			t.Fatal(err)
		}
		s, err := schema.Compile(raw)
		if err != nil {
			continue
		}
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		value, _ := sample.Value.(map[string]any)
		var before *schema.Verdict
		for step := range 12 {
			before = s.Again(before, value)
			want := s.Validate(value)
			if diff := cmp.Diff(want, before.Problems); diff != "" {
				t.Fatalf("%s\nstep %d of %s (-whole +again):\n%s", raw, step, asJSON(value), diff)
			}
			if before.ByRow() {
				byRow++
			}
			wrong += len(want)
			value = edited(r, value)
		}
	}
	if byRow < 200 || wrong < 200 {
		t.Errorf("%d values were judged by row, and %d problems found: the samples have too little in them", byRow, wrong)
	}
}

// edited changes something in a value, mostly in a list.
func edited(r *rand.Rand, value map[string]any) map[string]any {
	scalars := []any{"x", "lång text", json.Number("1"), json.Number("7.5"), nil, true}
	row := func() any {
		out := map[string]any{}
		for _, name := range []string{"a", "b", "c"} {
			if r.IntN(2) == 0 {
				out[name] = scalars[r.IntN(len(scalars))]
			}
		}
		return out
	}
	e := forms.Edit(value)
	names := []forms.Pointer{"/rader", "/andra", "/g/rader", "/barn", "/tal"}
	for name := range value {
		names = append(names, forms.Pointer("").Join(name))
	}
	at := names[r.IntN(len(names))]
	found, _ := forms.Lookup(value, at)
	list, _ := found.([]any)
	list = append([]any{}, list...)
	n := r.IntN(len(list) + 1)
	switch {
	case r.IntN(8) == 0:
		e.Put(at, scalars[r.IntN(len(scalars))])
		return e.Answers()
	case r.IntN(12) == 0:
		e.Put("/tal", []any{row(), json.Number("1e10000000")}) // at one place: of two, any is told
		return e.Answers()
	case n == len(list):
		list = append(list, row())
	case r.IntN(3) == 0:
		list = append(list[:n], list[n+1:]...)
	case r.IntN(2) == 0:
		list[n] = scalars[r.IntN(len(scalars))]
	default:
		list[n] = row()
	}
	e.Put(at, list)
	return e.Answers()
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}
