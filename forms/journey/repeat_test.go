package journey_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
)

const repeatSchema = `{"type":"object","properties":{
	"barn":{"type":"array","title":"Barn","minItems":1,"maxItems":3,"items":{"type":"object","required":["namn","skola"],"properties":{
		"namn":{"type":"string","title":"Namn"},"gar":{"type":"boolean","title":"Går"},
		"skola":{"type":"string","title":"Skola","minLength":2},"val":{"type":"string","title":"Val"},
		"dagar":{"type":"array","title":"Dagar","maxItems":3,"items":{"type":"object","properties":{"dag":{"type":"string","title":"Dag"},"tid":{"type":"string","title":"Tid"}}}}}}},
	"slut":{"type":"string","title":"Slut"}}}`

const repeatLayout = `
pages:
  - {id: barn, title: Barn, sections: [{fields: [{pointer: /barn}, {pointer: /barn/*/namn}, {pointer: /barn/*/gar}]}]}
  - id: skola
    title: Skola
    repeat: /barn
    showWhen: {not: {/row/gar: {const: false}}}
    sections:
      - fields:
          - {pointer: /barn/*/skola, checks: [{when: {/row/namn: {const: Ida}, /row/skola: {const: Norra}}, message: Inte Norra.}]}
          - {pointer: /barn/*/val, showWhen: {/row/skola: {const: annan}}, required: true}
          - {pointer: /barn/*/dagar, item: dag}
          - {pointer: /barn/*/dagar/*/dag}
          - {pointer: /barn/*/dagar/*/tid, showWhen: {/row/dag: {const: mån}}, required: true}
      - showWhen: {/row/skola: {const: Full}}
        fields: [{notice: Fullt, kind: stop, id: full}]
  - {id: slut, title: Slut, sections: [{fields: [{pointer: /slut, showWhen: {/answers/barn: {contains: {properties: {skola: {const: annan}}, required: [skola]}}}}]}]}
`

func repeatGraph(t testing.TB) *journey.Graph {
	return formtest.Graph(t, formtest.Meta, repeatSchema, repeatLayout)
}

func TestRepeatedPages(t *testing.T) {
	g := repeatGraph(t)
	for _, test := range []struct{ name, answers, pages, visible, problems, stopped, next string }{
		{"no rows", `{}`, "barn slut", `{}`, "", "", ""},
		{"a page for each row", `{"barn":[{"namn":"A","skola":"Norra"},{"namn":"B"}]}`, "barn skola.1 skola.2 slut",
			`{"barn":[{"namn":"A","skola":"Norra"},{"namn":"B"}]}`, "/barn/1/skola required", "", "skola.2"},
		{"a row without its page", `{"barn":[{"namn":"A","gar":false,"skola":"x","val":"v"},{"namn":"B","skola":"annan"}]}`, "barn skola.2 slut",
			`{"barn":[{"namn":"A","gar":false},{"namn":"B","skola":"annan"}]}`, "/barn/1/val required", "", "skola.2"},
		{"one instance stops", `{"barn":[{"namn":"A","skola":"Full"},{"namn":"B","skola":"Norra"}]}`, "barn skola.1 skola.2 slut",
			`{"barn":[{"namn":"A","skola":"Full"},{"namn":"B","skola":"Norra"}]}`, "", "skola.1", "skola.1"},
		{"a check reads its row", `{"barn":[{"namn":"A","skola":"Norra"},{"namn":"Ida","skola":"Norra"}]}`, "barn skola.1 skola.2 slut",
			`{"barn":[{"namn":"A","skola":"Norra"},{"namn":"Ida","skola":"Norra"}]}`, "/barn/1/skola check-1", "", "skola.2"},
		{"rows in a row", `{"barn":[{"namn":"A","skola":"Norra","dagar":[{"dag":"mån"},{"dag":"tis","tid":"8"}]}]}`, "barn skola.1 slut",
			`{"barn":[{"namn":"A","skola":"Norra","dagar":[{"dag":"mån"},{"dag":"tis"}]}]}`, "/barn/0/dagar/0/tid required", "", "skola.1"},
		{"more rows than the list may have", `{"barn":[{"namn":"A","skola":"x1"},{"namn":"B","skola":"x2"},{"namn":"C","skola":"x3"},{"namn":"D","skola":"x4"}]}`,
			"barn skola.1 skola.2 skola.3 slut", `{"barn":[{"namn":"A","skola":"x1"},{"namn":"B","skola":"x2"},{"namn":"C","skola":"x3"},{"namn":"D","skola":"x4"}]}`, "/barn too-many", "", "barn"},
		{"a row that is none", `{"barn":["x",{"namn":"B","skola":"Norra"}]}`, "barn skola.2 slut", `{"barn":["x",{"namn":"B","skola":"Norra"}]}`, "/barn/0/namn required, /barn/0 wrong-type", "", "barn"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := run(t, g, scope(t, test.answers))
			if got := pages(v); got != test.pages {
				t.Errorf("pages %s, want %s", got, test.pages)
			}
			if diff := cmp.Diff(formtest.JSON(t, test.visible), v.Answers); diff != "" {
				t.Errorf("(-want +visible)\n%s", diff)
			}
			var told []forms.Problem
			for _, p := range v.Pages {
				told = append(told, g.Validate(v, p.ID)...)
			}
			if got := problems(told); got != test.problems {
				t.Errorf("page by page %s, want %s", got, test.problems)
			}
			if got := problems(g.Validate(v, "")); got != test.problems {
				t.Errorf("as a whole %s, want %s", got, test.problems)
			}
			for _, p := range v.Pages {
				if (p.ID == test.stopped) != v.Stopped[p.ID] {
					t.Errorf("page %s stops: %v", p.ID, v.Stopped[p.ID])
				}
			}
			if page, _ := g.Incomplete(v); page != test.next {
				t.Errorf("incomplete is %q, want %q", page, test.next)
			}
		})
	}
}

// The way leads over the rows' pages as over any others, and a row that is gone takes its page along.
func TestWayOverRows(t *testing.T) {
	g := repeatGraph(t)
	v := run(t, g, scope(t, `{"barn":[{"namn":"A","skola":"Norra"},{"namn":"B","skola":"annan","val":"x"},{"namn":"C","gar":false}]}`))
	if got := pages(v); got != "barn skola.1 skola.2 slut" {
		t.Fatal(got)
	}
	for page, next := range map[string]string{"barn": "skola.1", "skola.1": "skola.2", "skola.2": "slut", "slut": journey.CheckPage} {
		if got := g.Next(v, page, false); got != next {
			t.Errorf("after %s comes %s, want %s", page, got, next)
		}
		if got := g.Next(v, page, true); got != journey.CheckPage {
			t.Errorf("having changed an answer on %s: %s", page, got)
		}
	}
	for page, back := range map[string]string{"skola.1": "barn", "skola.2": "skola.1", "slut": "skola.2"} {
		if got := g.Back(v, page); got != back {
			t.Errorf("before %s comes %s, want %s", page, got, back)
		}
	}
	for page, open := range map[string]bool{"skola.1": true, "skola.2": true, "skola.3": false, "skola": false, "skola.9": false, "slut": true} {
		if g.Reachable(v, page) != open {
			t.Errorf("%s is reachable: %v", page, !open)
		}
	}
	fewer := run(t, g, scope(t, `{"barn":[{"namn":"A","skola":"Norra"}]}`))
	if got := g.Next(fewer, "skola.2", false); got != journey.CheckPage {
		t.Errorf("a page whose row is gone leads to %s", got)
	}
	stopped := run(t, g, scope(t, `{"barn":[{"namn":"A","skola":"Full"},{"namn":"B","skola":"Norra"}]}`))
	if g.Reachable(stopped, "skola.2") || !g.Reachable(stopped, "skola.1") || g.Next(stopped, "skola.1", false) != "skola.1" {
		t.Error("a stop on one row's page does not keep one there")
	}
}

// A page that reads what is answered on itself has no order.
func TestRepeatedPageInACircle(t *testing.T) {
	def, _ := forms.Load(formtest.FS(formtest.Meta, repeatSchema, strings.ReplaceAll(repeatLayout, "not: {/row/gar: {const: false}}", "/row/skola: {const: x}")), "prov")
	form, diags := forms.Compile(def)
	if form == nil {
		t.Fatal(diags)
	}
	_, err := journey.New(form)
	if err == nil || !strings.Contains(err.Error(), "page skola → field /barn/*/skola → section skola/0 → page skola") {
		t.Errorf("%v", err)
	}
}

// Another party sees the pages of the rows of the own section, and those of nobody else's.
func TestRepeatedPagesOfAParty(t *testing.T) {
	const schema = `{"type":"object","properties":{
		"barn":{"type":"array","title":"Barn","maxItems":3,"items":{"type":"object","properties":{"namn":{"type":"string","title":"Namn"},"skola":{"type":"string","title":"Skola"}}}},
		"egen":{"type":"object","properties":{"dagar":{"type":"array","title":"Dagar","maxItems":3,"items":{"type":"object","properties":{"dag":{"type":"string","title":"Dag"},"tid":{"type":"string","title":"Tid"}}}}}}}}`
	const layout = `
pages:
  - {id: barn, title: Barn, sections: [{fields: [{pointer: /barn}, {pointer: /barn/*/namn}]}]}
  - {id: skola, title: Skola, repeat: /barn, sections: [{fields: [{pointer: /barn/*/skola, required: true}]}]}
  - {id: dagar, title: Dagar, own: true, sections: [{fields: [{pointer: /egen/dagar}, {pointer: /egen/dagar/*/dag}]}]}
  - {id: dag, title: Dag, own: true, repeat: /egen/dagar, sections: [{fields: [{pointer: /egen/dagar/*/tid, required: true}]}]}
`
	g := formtest.Graph(t, formtest.Meta+"own: /egen\n", schema, layout)
	s := scope(t, `{"barn":[{"namn":"A"}],"egen":{"dagar":[{"dag":"mån","tid":"8"},{"dag":"tis"}]}}`)
	v := run(t, g, s)
	if got := pages(v); got != "barn skola.1 dagar dag.1 dag.2" {
		t.Errorf("the applicant sees %s", got)
	}
	if got := problems(g.Validate(v, "")); got != "/barn/0/skola required, /egen/dagar/1/tid required" {
		t.Errorf("the applicant lacks %s", got)
	}
	s.Actor = map[string]any{"role": "guardian"}
	v = run(t, g, s)
	if got := pages(v); got != "dagar dag.1 dag.2" {
		t.Errorf("the other party sees %s", got)
	}
	if got := problems(g.Validate(v, "")); got != "/egen/dagar/1/tid required" {
		t.Errorf("the other party lacks %s", got)
	}
	if _, some := v.Page("skola.1"); some {
		t.Error("the other party is asked about the children")
	}
}
