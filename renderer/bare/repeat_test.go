package bare_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/renderer/bare"
	"samtjanst/renderer/ui/uitest"
)

// All fields of a form in one document: what a layout asks on a page for each row stands within the rows, on the same conditions.
func TestPagesOfRows(t *testing.T) {
	r, l := house(t)
	const (
		schema = `{"type":"object","properties":{"barn":{"type":"array","title":"Barn","maxItems":5,"items":{"type":"object","properties":{
			"namn":{"type":"string","title":"Namn"},"gar":{"type":"boolean","title":"Går"},"skola":{"type":"string","title":"Skola"},"vilken":{"type":"string","title":"Vilken"},
			"hem":{"type":"object","properties":{"gata":{"type":"string","title":"Gata"}}}}}},"slut":{"type":"string","title":"Slut"}}}`
		layout = `pages:
- {id: barn, title: Barn, sections: [{fields: [{pointer: /barn, item: barn}, {pointer: /barn/*/namn}, {pointer: /barn/*/gar}]}]}
- id: skola
  title: Skola
  repeat: /barn
  showWhen: {/row/gar: {const: true}}
  sections:
  - title: Rubrik
    fields: [{pointer: /barn/*/skola}, {pointer: /barn/*/hem}]
  - showWhen: {/row/skola: {const: annan}}
    fields: [{pointer: /barn/*/vilken}, {notice: Hej, kind: info}]
- {id: slut, title: Slut, sections: [{fields: [{pointer: /slut}]}]}
`
		stored = `{"barn":[{"namn":"Elsa","gar":true,"skola":"annan","vilken":"Östra","hem":{"gata":"Provgatan 1"}},{"namn":"Oskar","gar":false,"skola":"dold"},{"namn":"Ida","gar":true,"okänt":1}],"slut":"x"}`
	)
	p, err := bare.Open([]byte(schema), []byte(layout), []byte(stored), today)
	if err != nil {
		t.Fatal(err)
	}
	page, err := p.HTML(r, l, "")
	if err != nil {
		t.Fatal(err)
	}
	if faults := uitest.Faults(page); len(faults) > 0 {
		t.Error(strings.Join(faults, "\n"))
	}
	for name, want := range map[string]bool{"a/barn/0/skola": true, "a/barn/0/vilken": true, "a/barn/0/hem/gata": true, "a/barn/1/namn": true, "a/barn/1/skola": false, "a/barn/1/vilken": false, "a/barn/2/skola": true, "a/barn/2/vilken": false, "a/slut": true} {
		if strings.Contains(string(page), `name="`+name+`"`) != want {
			t.Errorf("the page has %s: %v", name, !want)
		}
	}
	post, err := uitest.Posted(page)
	if err != nil {
		t.Fatal(err)
	}
	var was any
	if err := json.Unmarshal([]byte(stored), &was); err != nil {
		t.Fatal(err)
	}
	read := func(what string) any {
		d, _, err := p.Decode(post.Encode(), l)
		if err != nil || len(d.Problems) > 0 {
			t.Fatal(what, err, d.Problems)
		}
		var back any
		if err := json.Unmarshal(marshal(t, d.Answers), &back); err != nil {
			t.Fatal(err)
		}
		return back
	}
	if diff := cmp.Diff(was, read("unchanged")); diff != "" {
		t.Errorf("posted unchanged (-stored +decoded)\n%s", diff)
	}
	post.Set("a/barn/2/skola", "Södra")
	forms.Put(was.(map[string]any), "/barn/2/skola", "Södra")
	if diff := cmp.Diff(was, read("changed")); diff != "" {
		t.Errorf("one control changed (-want +decoded)\n%s", diff)
	}
}
