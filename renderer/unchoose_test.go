package renderer

import (
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
)

// What needs no answer can be taken back among radios, and only that: what is required cannot, nor a choice that has blank among its answers.
// What the choice posts is absent.
func TestUnchoosing(t *testing.T) {
	form := bareForm(t, `{"properties": {"janej": {"type": "boolean"}, "val": {"enum": ["a", "b"]}, "krav": {"type": "boolean"}, "tomt": {"enum": ["", "a"]},
		"skala": {"type": "integer", "minimum": 1, "maximum": 3}, "lang": {"enum": ["1","2","3","4","5","6","7","8","9"]}}, "required": ["krav"]}`, true)
	p, _ := New(catalog(t), DefaultLimits).Form(form).Page(form.Pages[0].ID, "sv")
	stored := map[string]any{"janej": false, "val": "b", "krav": true}
	html := string(p.Append(nil, PageData{View: view(form, stored)}))
	for name, want := range map[string]bool{"janej": true, "val": true, "krav": false, "tomt": false, "skala": false, "lang": false} {
		if got := strings.Contains(html, `<label class="st-unchoose"><input class="ds-input" type="radio" name="a/`+name+`" value="">Inget svar</label>`); got != want {
			t.Errorf("%s can be taken back: %v, want %v", name, got, want)
		}
	}
	g, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	v, err := g.Run(forms.Scope{Answers: stored, Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-23"})
	if err != nil {
		t.Fatal(err)
	}
	post := answers.Encode(v, form.Pages[0].ID, nil)
	post.Set("a/janej", "")
	post.Set("a/val", "")
	if got := answers.Decode(g, v, form.Pages[0].ID, post).Answers; len(got) != 1 || got["krav"] != true {
		t.Errorf("left is %v", got)
	}
}
