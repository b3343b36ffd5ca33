package answers_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
)

// byRow is a form whose lists of options read the row that they stand in: among other rows, within a variant, and on the page of a row.
func byRow(t *testing.T) *journey.Graph {
	return formtest.Graph(t, formtest.Meta, `{"properties": {
		"barn": {"type": "array", "title": "Barn", "maxItems": 5, "items": {"type": "object", "properties": {
			"amne": {"type": "string", "title": "Ämne"}, "plats": {"type": "string", "title": "Plats"}, "tider": {"type": "array", "title": "Tider", "items": {"type": "string"}},
			"resa": {"title": "Resa", "oneOf": [
				{"title": "Buss", "properties": {"med": {"const": "buss"}, "linje": {"type": "string", "title": "Linje"}}, "required": ["med"]},
				{"title": "Bil", "properties": {"med": {"const": "bil"}, "linje": {"type": "string", "title": "Väg"}}, "required": ["med"]}]}}}}}}`, `
pages:
  - id: barn
    title: Barn
    sections:
      - fields:
          - {pointer: /barn}
          - {pointer: /barn/*/amne}
          - {pointer: /barn/*/plats, optionsFrom: '["norr", "syd"].filter(p, p != row.?amne.orValue("")).map(p, {"value": p})'}
          - {pointer: /barn/*/resa}
          - {pointer: /barn/*/resa/linje, optionsFrom: '[{"value": row.?amne.orValue("ingen") + "-linjen"}]'}
  - id: tider
    title: Tider
    repeat: /barn
    sections:
      - fields:
          - {pointer: /barn/*/tider, optionsFrom: 'row.?amne.orValue("") == "norr" ? [{"value": "9"}, {"value": "10"}] : [{"value": "12"}]'}
          - {id: plats, label: Platsen, fact: 'row.?plats'}
`)
}

func TestOptionsOfARow(t *testing.T) {
	g := byRow(t)
	stored := formtest.JSON(t, `{"barn": [
		{"amne": "norr", "plats": "syd", "tider": ["9"], "resa": {"med": "bil", "linje": "norr-linjen"}}, {"amne": "öst", "plats": "norr"}]}`)
	v := formtest.View(t, g, stored)
	values := func(v *forms.View, pattern, at forms.Pointer) string {
		var out []string
		for _, o := range v.OptionsAt(v.Form.Fields[pattern], at) {
			out = append(out, o.Value)
		}
		return strings.Join(out, " ")
	}
	for at, want := range map[forms.Pointer]string{
		"/barn/0/plats": "syd", "/barn/1/plats": "norr syd", "/barn/2/plats": "norr syd", // the third is a row that is not stored
	} {
		if got := values(v, "/barn/*/plats", at); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	if got := values(v, "/barn/*/tider", "/barn/0/tider"); got != "9 10" {
		t.Errorf("on the page of a row: %q", got)
	}
	inner := v.Form.Fields["/barn/*/resa"].Variants[1].Field().Fields[1]
	if got := v.OptionsAt(inner, "/barn/0/resa/linje"); len(got) != 1 || got[0].Value != "norr-linjen" {
		t.Errorf("within a variant: %v", got)
	}
	p, _ := v.Page("tider.2")
	if fact := v.FactOn(p, p.Sections[0].Fields[1]); fact != "norr" {
		t.Errorf("fact %v", fact)
	}
	if len(v.Failed) > 0 {
		t.Errorf("failed: %v", v.Failed)
	}
	for _, page := range v.Pages {
		if got := answers.Decode(g, v, page.ID, answers.Encode(v, page.ID, nil)).Answers; !cmp.Equal(got, stored) {
			t.Errorf("%s posted unchanged: %s", page.ID, cmp.Diff(stored, got))
		}
	}

	// Changing what the options hang on changes that only; what is no longer offered is told, not taken away.
	post := answers.Encode(v, "barn", nil)
	post.Set("a/barn/1/amne", "norr")
	got := answers.Decode(g, v, "barn", post)
	want := forms.CopyObject(stored)
	forms.Put(want, "/barn/1/amne", "norr")
	if d := cmp.Diff(want, got.Answers); d != "" {
		t.Error(d)
	}
	v = formtest.View(t, g, got.Answers)
	if d := cmp.Diff([]forms.Problem{{Pointer: "/barn/1/plats", Code: forms.NotAnOption}}, g.Validate(v, "barn")); d != "" {
		t.Error(d)
	}

	at := func(d answers.Decoded, p forms.Pointer) any { v, _ := forms.Lookup(d.Answers, p); return v }
	// A row takes its options along when it is moved, and what another row offers is not taken.
	post = answers.Encode(v, "barn", nil)
	post[answers.RowKey("/barn")] = []string{"1", "0"}
	post["a/barn/1/plats"] = []string{"syd"}
	if got := answers.Decode(g, v, "barn", post); len(got.Problems) > 0 || !cmp.Equal(at(got, "/barn/0/plats"), any("syd")) {
		t.Errorf("moved: %v, %v", got.Answers, got.Problems)
	}
	bad := answers.Decode(g, v, "barn", url.Values{answers.RowKey("/barn"): {"0", "1"}, "a/barn/0/plats": {"norr"}})
	if len(bad.Problems) != 1 || bad.Problems[0].Pointer != "/barn/0/plats" || bad.Problems[0].Code != forms.NotAnOption {
		t.Errorf("what another row offers: %v", bad.Problems)
	}
}
