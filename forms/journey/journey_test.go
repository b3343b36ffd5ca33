package journey_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
	"samtjanst/forms/schema"
	"samtjanst/platform/fault"
)

const meta = `
id: prov
title: Prov
own: /egen
subject: computed.?namn
unique: answers.?a
settings: {grans: 10}
computed:
  namn: answers.?b
  dubbelt: computed.?tal.orValue(0) * 2
  tal: answers.?rader.orValue([]).map(r, r.?n.orValue(0)).size()
  trasig: answers.saknas
hindrance: [{reason: skyddad, when: {/facts/applicant/hidden: {const: true}}}]
parties:
  - role: guardian
    title: Vårdnadshavare
    from: "facts.?andra.orValue([])"
    own: true
    contact: /kontakt
    signs: {/settings/grans: {minimum: 10}}
decision: {grants: {title: T, rows: 'parties.map(p, {"namn": p.name, "dag": p.own.epost})', columns: [{name: namn, title: N, type: string}]}}
`

const schemaJSON = `{"type":"object","properties":{
	"a":{"title":"A","enum":["x","y"]},"b":{"title":"B","type":"string"},"c":{"title":"C","type":"string"},"d":{"title":"D","type":"string"},
	"val":{"title":"V","type":"string"},
	"o":{"type":"object","properties":{"p":{"title":"P","type":"string"},"q":{"title":"Q","type":"string"}},"required":["p"]},
	"rader":{"title":"R","type":"array","maxItems":2,"items":{"type":"object","properties":{"typ":{"title":"T","enum":["k","l"]},"n":{"title":"N","type":"integer"}},"required":["typ"]}},
	"kontakt":{"type":"object","properties":{"email":{"title":"E","type":"string"},"phone":{"title":"F","type":"string"}}},
	"egen":{"type":"object","properties":{"epost":{"title":"E","type":"string","minLength":3}},"required":["epost"]}
},"required":["a","o","egen"],"if":{"properties":{"a":{"const":"y"}},"required":["a"]},"then":{"required":["b"]}}`

const layoutYAML = `
pages:
  - id: ett
    title: Ett
    sections:
      - fields:
          - {pointer: /a}
          - {pointer: /b}
          - {pointer: /c, showWhen: {/answers/b: {const: visa}}, required: true}
          - {pointer: /d, showWhen: {/answers/c: {minLength: 1}}}
          - {notice: Stopp, kind: stop, id: stopp, showWhen: {/answers/b: {const: stopp}}}
  - id: tva
    title: Två
    showWhen: {/answers/a: {const: y}}
    sections:
      - fields: [{pointer: /val, optionsFrom: '[{"value": "1", "label": "Ett"}, {"value": answers.?b.orValue("2"), "label": {"sv": "B", "en": "Be"}}]'}]
      - showWhen: {/computed/dubbelt: {minimum: 2}}
        fields: [{fact: computed.dubbelt, label: Dubbelt, id: dubbelt}]
  - id: tre
    title: Tre
    sections:
      - fields:
          - {pointer: /o/p}
          - {pointer: /o/q, showWhen: {/answers/o/p: {const: x}}}
          - {pointer: /rader, item: rad}
          - {pointer: /rader/*/typ}
          - {pointer: /rader/*/n, showWhen: {/row/typ: {const: k}}, required: true}
          - {pointer: /kontakt/email, audience: officer}
          - {pointer: /kontakt/phone, audience: officer}
  - id: egen
    title: Egen
    own: true
    sections: [{fields: [{pointer: /egen/epost}]}]
`

func scope(t testing.TB, answers string) forms.Scope {
	return forms.Scope{Answers: formtest.JSON(t, answers), Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-22"}
}

func run(t testing.TB, g *journey.Graph, s forms.Scope) *forms.View {
	t.Helper()
	v, err := g.Run(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func pages(v *forms.View) string {
	var out []string
	for _, p := range v.Pages {
		out = append(out, p.ID)
	}
	return strings.Join(out, " ")
}

func problems(list []forms.Problem) string {
	var out []string
	for _, p := range list {
		out = append(out, string(p.Pointer)+" "+p.Code)
	}
	return strings.Join(out, ", ")
}

func TestRun(t *testing.T) {
	g := formtest.Graph(t, meta, schemaJSON, layoutYAML)
	for _, test := range []struct{ name, answers, pages, visible, problems string }{
		{"empty", `{}`, "ett tre egen", `{}`, "/a required, /o/p required, /egen/epost required"},
		{"a page appears", `{"a":"y"}`, "ett tva tre egen", `{"a":"y"}`, "/b required, /o/p required, /egen/epost required"},
		{"hidden is absent, and from what follows too", `{"a":"x","b":"dölj","c":"kvar","d":"kvar"}`, "ett tre egen", `{"a":"x","b":"dölj"}`, "/o/p required, /egen/epost required"},
		{"shown", `{"a":"x","b":"visa","c":"c","d":"d"}`, "ett tre egen", `{"a":"x","b":"visa","c":"c","d":"d"}`, "/o/p required, /egen/epost required"},
		{"required when shown, and space is no answer", `{"a":"x","b":"visa","c":" "}`, "ett tre egen", `{"a":"x","b":"visa","c":" "}`, "/c required, /o/p required, /egen/epost required"},
		{"rows decide for themselves", `{"a":"x","o":{"p":"p","q":"q"},"egen":{"epost":"abc"},"rader":[{"typ":"k"},{"typ":"l","n":3}]}`, "ett tre egen",
			`{"a":"x","o":{"p":"p"},"egen":{"epost":"abc"},"rader":[{"typ":"k"},{"typ":"l"}]}`, "/rader/0/n required"},
		{"problems of rows", `{"a":"x","o":{"p":"p"},"egen":{"epost":"a"},"rader":[{"typ":"k","n":1.5},{"typ":"z"},{}]}`, "ett tre egen",
			`{"a":"x","o":{"p":"p"},"egen":{"epost":"a"},"rader":[{"typ":"k","n":1.5},{"typ":"z"},{}]}`,
			"/rader too-many, /rader/0/n not-an-integer, /rader/1/typ not-an-option, /rader/2/typ required, /egen/epost too-short"},
		{"what is not offered any more", `{"a":"y","b":"3","val":"2","o":{"p":"p"},"egen":{"epost":"abc"}}`, "ett tva tre egen",
			`{"a":"y","b":"3","val":"2","o":{"p":"p"},"egen":{"epost":"abc"}}`, "/val not-an-option"},
		{"wrong types harm nothing", `{"a":1,"b":[],"o":"x","rader":{"0":1},"egen":[1]}`, "ett tre egen", `{"a":1,"b":[],"o":"x","rader":{"0":1},"egen":[1]}`,
			"/a not-an-option, /b wrong-type, /o/p required, /rader wrong-type, /egen/epost required, /egen wrong-type, /o wrong-type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := scope(t, test.answers)
			v := run(t, g, s)
			if got := pages(v); got != test.pages {
				t.Errorf("pages %s, want %s", got, test.pages)
			}
			if diff := cmp.Diff(formtest.JSON(t, test.visible), v.Answers); diff != "" {
				t.Errorf("visible answers (-want +got):\n%s", diff)
			}
			if got := problems(g.Validate(v, "")); got != test.problems {
				t.Errorf("problems %s\nwant     %s", got, test.problems)
			}
			if diff := cmp.Diff(formtest.JSON(t, test.answers), s.Answers); diff != "" {
				t.Errorf("the draft was changed:\n%s", diff)
			}
		})
	}
}

func TestViewDetails(t *testing.T) {
	g := formtest.Graph(t, meta, schemaJSON, layoutYAML)
	v := run(t, g, scope(t, `{"a":"y","b":"stopp","rader":[{"typ":"k"},{}]}`))
	val := v.Form.Fields["/val"]
	want := []forms.Option{{Value: "1", JSON: []byte(`"1"`), Label: forms.Text{"sv": "Ett"}}, {Value: "stopp", JSON: []byte(`"stopp"`), Label: forms.Text{"sv": "B", "en": "Be"}}}
	if diff := cmp.Diff(want, v.Options[val.ID]); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if v.Facts["f-dubbelt"] != json.Number("4") || v.Computed["tal"] != json.Number("2") {
		t.Errorf("facts %v computed %v", v.Facts, v.Computed)
	}
	if _, ok := v.Failed["computed trasig"]; !ok || len(v.Failed) != 1 {
		t.Errorf("failed %v, want the broken one only", v.Failed)
	}
	n := v.Form.Fields["/rader/*/n"]
	if !v.ShowsAt(n, "/rader/0/n") || v.ShowsAt(n, "/rader/1/n") {
		t.Error("rows do not decide for themselves")
	}
	if !v.Stopped["ett"] || g.Next(v, "ett", false) != "ett" || g.Reachable(v, "tva") || g.Reachable(v, journey.CheckPage) {
		t.Error("a stop does not stop")
	}
	if !run(t, g, scope(t, `{"a":"y"}`)).Required["/b"] || run(t, g, scope(t, `{"a":"x"}`)).Required["/b"] {
		t.Error("what is conditionally required is not told")
	}
	if got := g.Subject(v); got != "stopp" {
		t.Errorf("subject %q", got)
	}
	if got := g.Unique(v); got != "y" {
		t.Errorf("unique %q", got)
	}
}

func TestWay(t *testing.T) {
	g := formtest.Graph(t, meta, schemaJSON, layoutYAML)
	done := `{"a":"x","o":{"p":"p"},"egen":{"epost":"abc"}}`
	for _, test := range []struct {
		answers, page string
		returning     bool
		want          string
	}{
		{`{}`, "ett", false, "ett"},
		{`{"a":"x"}`, "ett", false, "tre"},
		{`{"a":"y","b":"b"}`, "ett", false, "tva"},
		{done, "egen", false, journey.CheckPage},
		{`{"o":{"p":"p"},"egen":{"epost":"abc"}}`, "egen", false, "ett"},
		{done, "ett", true, journey.CheckPage},
		{`{"a":"x","egen":{"epost":"abc"}}`, "ett", true, "tre"},
		{`{"a":"x"}`, "tva", false, "tre"}, // not shown any more
	} {
		if got := g.Next(run(t, g, scope(t, test.answers)), test.page, test.returning); got != test.want {
			t.Errorf("next of %s with %s: %s, want %s", test.page, test.answers, got, test.want)
		}
	}
	v := run(t, g, scope(t, done))
	if g.Back(v, journey.CheckPage) != "egen" || g.Back(v, "tre") != "ett" || g.Back(v, "ett") != "" {
		t.Error("back does not lead back")
	}
}

func TestAnotherParty(t *testing.T) {
	g := formtest.Graph(t, meta, schemaJSON, layoutYAML)
	s := scope(t, `{"a":"x","b":"b","egen":{"epost":"ab"}}`)
	s.Actor["role"] = "guardian"
	v := run(t, g, s)
	if pages(v) != "egen" {
		t.Errorf("pages %s, want egen", pages(v))
	}
	if v.Answers["b"] != "b" {
		t.Error("the common part cannot be read")
	}
	if got := problems(g.Validate(v, "")); got != "/egen/epost too-short" {
		t.Errorf("problems %s: another party answers for the own section only", got)
	}
}

func TestParties(t *testing.T) {
	g := formtest.Graph(t, meta, schemaJSON, layoutYAML)
	s := scope(t, `{"kontakt":{"email":"e@example.se","phone":"+46701740605"}}`)
	s.Facts = map[string]any{"andra": []any{map[string]any{"number": "198209052391", "name": "Erik Testsson"}, map[string]any{"name": "Okänd"}}}
	got, err := g.Parties(run(t, g, s))
	if err != nil {
		t.Fatal(err)
	}
	title := forms.Text{"sv": "Vårdnadshavare"}
	want := []journey.Participant{
		{Role: "guardian", Title: title, Number: "198209052391", Name: "Erik Testsson", Signs: true, Own: true, Email: "e@example.se", Phone: "+46701740605"},
		{Role: "guardian", Title: title, Name: "Okänd", Signs: true, Own: true, Email: "e@example.se", Phone: "+46701740605"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.Settings = map[string]any{"grans": json.Number("9")}
	if got, _ := g.Parties(run(t, g, s)); len(got) != 2 || got[0].Signs {
		t.Errorf("with the municipality's own setting: %v", got)
	}
	for _, bad := range []any{"ingen lista", []any{map[string]any{"number": "198209052392"}}} {
		s.Facts = map[string]any{"andra": bad}
		if _, err := g.Parties(run(t, g, s)); !errors.Is(err, fault.Invalid) {
			t.Errorf("%v: %v, want invalid", bad, err)
		}
	}
}

// Whom the register of people names takes part when known, reached as the register says; a role that nobody holds stops it where they sign.
func TestPartiesByDirectory(t *testing.T) {
	byRole := strings.Replace(meta, "    from: \"facts.?andra.orValue([])\"\n    own: true\n    contact: /kontakt\n", "    directory: {title: Rektor}\n", 1)
	g := formtest.Graph(t, byRole, schemaJSON, layoutYAML)
	s := scope(t, `{"kontakt":{"email":"e@example.se","phone":"+46701740605"}}`)
	if _, err := g.Parties(run(t, g, s)); !errors.Is(err, fault.Invalid) {
		t.Errorf("nobody holds the role: %v", err)
	}
	s.Holders = map[string][]any{"guardian": {map[string]any{"number": "198209052391", "name": "Erik Testsson", "email": "rektor@example.se"}}}
	got, err := g.Parties(run(t, g, s))
	want := []journey.Participant{{Role: "guardian", Title: forms.Text{"sv": "Vårdnadshavare"}, Number: "198209052391", Name: "Erik Testsson", Signs: true, Email: "rektor@example.se"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	s.Holders, s.Settings = nil, map[string]any{"grans": json.Number("9")}
	if got, err := g.Parties(run(t, g, s)); err != nil || len(got) != 0 {
		t.Errorf("nobody holds it where they need not sign: %v %v", got, err)
	}
}

func TestHindranceAndGrants(t *testing.T) {
	g := formtest.Graph(t, meta, schemaJSON, layoutYAML)
	s := scope(t, `{}`)
	for hidden, want := range map[bool]string{true: "skyddad", false: ""} {
		s.Facts = map[string]any{"applicant": map[string]any{"hidden": hidden}}
		if reason, ok := g.Hindered(run(t, g, s)); reason != want || ok != hidden {
			t.Errorf("hidden %v: %q %v", hidden, reason, ok)
		}
	}
	s.Parties = []any{map[string]any{"name": "Erik", "own": map[string]any{"epost": "e"}}}
	rows, err := g.Grants(run(t, g, s))
	if diff := cmp.Diff([]map[string]any{{"namn": "Erik", "dag": "e"}}, rows); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestCycles(t *testing.T) {
	const schema = `{"properties":{"a":{"type":"string","title":"A"},"b":{"type":"string","title":"B"}}}`
	for name, test := range map[string]struct{ meta, layout, path string }{
		"two fields": {formtest.Meta, `pages: [{id: p, title: P, sections: [{fields: [
			{pointer: /a, showWhen: {/answers/b: {const: x}}}, {pointer: /b, showWhen: {/answers/a: {const: x}}}]}]}]`, "field /a → field /b → field /a"},
		"itself": {formtest.Meta, `pages: [{id: p, title: P, sections: [{fields: [{pointer: /a, showWhen: {/answers/a: {const: x}}}]}]}]`, "field /a → field /a"},
		"its own page": {formtest.Meta, `pages: [{id: p, title: P, showWhen: {/answers/a: {const: x}}, sections: [{fields: [{pointer: /a}]}]}]`,
			"page p → field /a → section p/0 → page p"},
		"through computed": {formtest.Meta + "computed: {x: computed.y, y: 'answers.?a'}\n",
			`pages: [{id: p, title: P, sections: [{fields: [{pointer: /a, showWhen: {/computed/x: {const: x}}}]}]}]`, "field /a → computed x → computed y → field /a"},
	} {
		t.Run(name, func(t *testing.T) {
			def, diags := forms.Load(formtest.FS(test.meta, schema, test.layout), "prov")
			if def == nil {
				t.Fatal(diags)
			}
			form, diags := forms.Compile(def)
			if form == nil {
				t.Fatal(diags)
			}
			_, err := journey.New(form)
			var cycle *journey.Cycle
			if !errors.As(err, &cycle) || !errors.Is(err, fault.Invalid) {
				t.Fatalf("%v, want a cycle", err)
			}
			if got := strings.Join(cycle.Path, " → "); got != test.path {
				t.Errorf("path %s, want %s", got, test.path)
			}
		})
	}
}

// Conditions have an evaluator of their own for speed; the schema library is what it must agree with.
func TestConditionsAgreeWithTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	met := 0
	for range 5000 {
		raw, err := json.Marshal(map[string]any{"properties": map[string]any{"answers": randomSchema(r, 3)}, "required": []string{"answers"}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := forms.ParseCondition(raw)
		if err != nil {
			continue // reads nothing
		}
		holds, err := journey.Condition(c)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		lib, err := schema.Compile(c.Raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		for range 5 {
			v := map[string]any{"answers": randomValue(r, 3)}
			want := len(lib.Validate(v)) == 0
			if got := holds(v); got != want {
				b, _ := json.Marshal(v)
				t.Fatalf("%s over %s: %v, the library says %v", raw, b, got, want)
			}
			if want {
				met++
			}
		}
	}
	if met < 1000 {
		t.Errorf("only %d conditions were met: the test does not see both sides", met)
	}
}

func randomSchema(r *rand.Rand, depth int) map[string]any {
	out := map[string]any{}
	for range 1 + r.IntN(2) {
		k := r.IntN(15)
		if depth == 0 {
			k %= 8
		}
		switch k {
		case 0:
			out["const"] = randomValue(r, 1)
		case 1:
			out["enum"] = []any{randomValue(r, 1), randomValue(r, 0)}
		case 2:
			out["type"] = []string{"string", "number", "integer", "object", "array", "boolean", "null"}[r.IntN(7)]
		case 3:
			out["minimum"] = json.Number("1")
		case 4:
			out["exclusiveMaximum"] = json.Number("1.5")
		case 5:
			out["minLength"] = json.Number("1")
		case 6:
			out["pattern"] = "^a"
		case 7:
			out["maxItems"] = json.Number("1")
		case 8:
			out["properties"] = map[string]any{"a": randomSchema(r, depth-1)}
		case 9:
			out["required"] = []string{"a"}
		case 10:
			out["items"] = randomSchema(r, depth-1)
		case 11:
			out["contains"] = randomSchema(r, depth-1)
		case 12:
			out["not"] = randomSchema(r, depth-1)
		default:
			out[[]string{"allOf", "anyOf", "oneOf"}[r.IntN(3)]] = []any{randomSchema(r, depth-1), randomSchema(r, depth-1)}
		}
	}
	return out
}

func randomValue(r *rand.Rand, depth int) any {
	k := r.IntN(9)
	if depth == 0 {
		k %= 7
	}
	switch k {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2, 3:
		return json.Number([]string{"0", "1", "1.0", "2", "1.5"}[r.IntN(5)])
	case 4, 5, 6:
		return []string{"", "a", "ab", "b"}[r.IntN(4)]
	case 7:
		list := []any{}
		for range r.IntN(3) {
			list = append(list, randomValue(r, depth-1))
		}
		return list
	}
	m := map[string]any{}
	for _, name := range []string{"a", "b"} {
		if r.IntN(2) == 0 {
			m[name] = randomValue(r, depth-1)
		}
	}
	return m
}

func BenchmarkRun200(b *testing.B) {
	g, s := large(b, 200)
	for b.Loop() {
		if _, err := g.Run(s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew50(b *testing.B) {
	g, _ := large(b, 50)
	for b.Loop() {
		form, diags := forms.Compile(g.Form().Def)
		if form == nil {
			b.Fatal(diags)
		}
		if _, err := journey.New(form); err != nil {
			b.Fatal(err)
		}
	}
}

// large is a form of n fields, every tenth with a condition.
func large(t testing.TB, n int) (*journey.Graph, forms.Scope) {
	var properties, fields []string
	for i := range n {
		name := "f" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + json.Number(slices.Repeat([]string{"1"}, i/26+1)[0]).String() + strings.Repeat("z", i/26)
		properties = append(properties, `"`+name+`":{"type":"string","title":"T","maxLength":100}`)
		field := "{pointer: /" + name
		if i%10 == 9 {
			field += ", showWhen: {/answers/" + strings.Trim(strings.Split(properties[0], ":")[0], `"`) + ": {const: visa}}"
		}
		fields = append(fields, field+"}")
	}
	g := formtest.Graph(t, formtest.Meta, `{"properties":{`+strings.Join(properties, ",")+`}}`,
		"pages: [{id: p, title: P, sections: [{fields: ["+strings.Join(fields, ", ")+"]}]}]")
	return g, scope(t, `{"fa1":"visa"}`)
}
