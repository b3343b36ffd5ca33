package diff_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/diff"
)

// base is a form that every test changes one thing in.
var base = map[string]string{
	"form.yaml": `id: prov
title: Prov
authority: provnamnden
login: 3
own: /egen
settings: {grans: 1}
computed: {visa: "answers.?val.orValue('') == 'a'", annat: "1 + 1"}
parties: [{role: guardian, title: V, from: "[]"}]
`,
	"schema.json": `{
  "type": "object",
  "properties": {
    "namn": {"type": "string", "title": "Namn", "minLength": 1, "maxLength": 50},
    "antal": {"type": "integer", "title": "Antal", "minimum": 1, "maximum": 9},
    "belopp": {"type": "number", "title": "Belopp"},
    "dag": {"type": "string", "format": "date", "title": "Dag"},
    "val": {"type": "string", "title": "Val", "oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]},
    "flera": {"type": "array", "title": "Flera", "items": {"enum": ["x", "y"]}},
    "grupp": {"type": "string", "title": "Grupp"},
    "ja": {"type": "boolean", "title": "Ja"},
    "hemlig": {"type": "string", "title": "Hemlig"},
    "rader": {"type": "array", "title": "Rader", "items": {"type": "object", "properties": {"k": {"type": "string", "title": "K"}}}},
    "bilaga": {"type": "array", "title": "Bilaga", "items": {"format": "file"}},
    "egen": {"type": "object", "properties": {"epost": {"type": "string", "title": "E"}}}
  }
}
`,
	"layout.yaml": `pages:
  - id: ett
    title: Ett
    sections:
      - fields:
          - {pointer: /namn, required: true}
          - {pointer: /antal, suffix: st}
          - {pointer: /belopp}
          - {pointer: /dag}
          - {pointer: /val}
          - {pointer: /flera}
          - {pointer: /grupp, optionsFrom: 'lookup("grupper", {}).?grupp.optMap(g, [g]).orValue([])'}
          - {pointer: /ja}
          - {pointer: /hemlig, audience: officer}
          - {id: obs, notice: Obs, kind: info}
  - id: tva
    title: Två
    showWhen: {/computed/visa: {const: true}}
    sections:
      - fields:
          - {pointer: /rader, item: rad}
          - {pointer: /bilaga, widget: files, accept: [application/pdf, image/png], maxMB: 5}
  - id: egen
    title: Egen
    own: true
    sections: [{fields: [{pointer: /egen/epost}]}]
`,
	"tables/taxa.yaml":    "title: Taxa\nsource: Beslut\nrows: [{from: 2026-01-01, avgift: 900}]\n",
	"tables/grupper.yaml": "title: Grupper\nsource: Beslut\nkey: [grupp]\nrows: [{grupp: x}]\n",
	"text/en.yaml":        "form: {title: Test}\n",
	"documents/beslut.md": "# Beslut\n",
}

// with gives the form after some texts have been replaced: old, new, old, new …
func with(t *testing.T, replace ...string) *forms.Form {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range base {
		for i := 0; i < len(replace); i += 2 {
			text = strings.ReplaceAll(text, replace[i], replace[i+1])
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	def, diags := forms.Load(fsys, ".")
	var form *forms.Form
	if def != nil {
		form, diags = forms.Compile(def)
	}
	if form == nil {
		t.Fatalf("%v", diags)
	}
	return form
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name    string
		replace []string
		effect  diff.Effect
		codes   []string // all of them, in the report's order
	}{
		{"nothing", nil, diff.Safe, nil},
		{"how it is written", []string{"login: 3\nown: /egen\n", "own: /egen\nlogin: 3\n"}, diff.Safe, nil},
		{"a tariff", []string{"avgift: 900", "avgift: 950"}, diff.Safe, []string{"table-changed"}},
		{"a table that decides", []string{"grupp: x", "grupp: y"}, diff.Asks, []string{"table-changed"}},
		{"a title", []string{"title: Prov\n", "title: Prov 2\n"}, diff.Safe, []string{"form-title"}},
		{"a label", []string{`"title": "Namn"`, `"title": "Ditt namn"`}, diff.Safe, []string{"texts-changed"}},
		{"a translation", []string{"Test}", "Trial}"}, diff.Safe, []string{"translations-changed"}},
		{"a document", []string{"# Beslut", "# Beslutet"}, diff.Safe, []string{"document-changed"}},
		{"a wider bound", []string{`"maxLength": 50`, `"maxLength": 60`}, diff.Safe, []string{"bounds-widened"}},
		{"no bound", []string{`, "maxLength": 50`, ``}, diff.Safe, []string{"bounds-widened"}},
		{"a narrower length", []string{`"maxLength": 50`, `"maxLength": 40`}, diff.Asks, []string{"bounds-narrowed"}},
		{"a narrower number", []string{`"maximum": 9`, `"maximum": 8.5`}, diff.Asks, []string{"bounds-narrowed"}},
		{"a greater least", []string{`"minimum": 1`, `"minimum": 2`}, diff.Asks, []string{"bounds-narrowed"}},
		{"a smaller least", []string{`"minimum": 1`, `"minimum": 0`}, diff.Safe, []string{"bounds-widened"}},
		{"the same number", []string{`"minimum": 1`, `"minimum": 1.0`}, diff.Safe, nil},
		{"a pattern", []string{`"title": "Namn",`, `"title": "Namn", "pattern": "^A",`}, diff.Asks, []string{"bounds-narrowed"}},
		{"fewer kinds of files", []string{", image/png]", "]"}, diff.Asks, []string{"bounds-narrowed"}},
		{"an option less", []string{`, {"const": "b", "title": "B"}`, ``}, diff.Asks, []string{"options-removed"}},
		{"an option more", []string{`["x", "y"]`, `["x", "y", "z"]`}, diff.Safe, []string{"options-added"}},
		{"an option renamed", []string{`"title": "B"`, `"title": "Bé"`}, diff.Safe, []string{"options-relabelled"}},
		{"options by expression", []string{"{pointer: /val}", `{pointer: /val, optionsFrom: "[]"}`}, diff.Asks, []string{"options-changed"}},
		{"an optional field", []string{"{pointer: /ja}", "{pointer: /ja}\n          - {pointer: /ny}", `"ja": {`, `"ny": {"type": "string", "title": "Ny"}, "ja": {`},
			diff.Safe, []string{"field-added"}},
		{"a required field", []string{"{pointer: /ja}", "{pointer: /ja}\n          - {pointer: /ny, required: true}", `"ja": {`, `"ny": {"type": "string", "title": "Ny"}, "ja": {`},
			diff.Asks, []string{"required-field-added"}},
		{"rows with required fields", []string{"{pointer: /ja}", "{pointer: /ja}\n          - {pointer: /ny, item: rad}", `"ja": {`,
			`"ny": {"type": "array", "title": "Ny", "items": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "title": "A"}}}}, "ja": {`},
			diff.Safe, []string{"field-added"}},
		{"a field gone", []string{"          - {pointer: /ja}\n", "", `    "ja": {"type": "boolean", "title": "Ja"},` + "\n", ""}, diff.Breaks, []string{"field-removed"}},
		{"a field on no page", []string{"          - {pointer: /ja}\n", ""}, diff.Breaks, []string{"field-unplaced"}},
		{"a field renamed", []string{`"ja": {`, `"jo": {`, "/ja}", "/jo}"}, diff.Breaks, []string{"field-moved"}},
		{"rows gone", []string{"          - {pointer: /rader, item: rad}\n", ""}, diff.Breaks, []string{"field-unplaced"}},
		{"another type", []string{`"antal": {"type": "integer"`, `"antal": {"type": "string"`, `, "minimum": 1, "maximum": 9`, ""}, diff.Breaks, []string{"type-changed"}},
		{"whole to any number", []string{`"antal": {"type": "integer"`, `"antal": {"type": "number"`}, diff.Safe, []string{"type-changed"}},
		{"any number to whole", []string{`"belopp": {"type": "number"`, `"belopp": {"type": "integer"`}, diff.Asks, []string{"type-changed"}},
		{"a text to a date", []string{`"namn": {"type": "string", "title": "Namn", "minLength": 1, "maxLength": 50}`, `"namn": {"type": "string", "format": "date", "title": "Namn"}`},
			diff.Asks, []string{"type-changed"}},
		{"a choice to a text", []string{`, "oneOf": [{"const": "a", "title": "A"}, {"const": "b", "title": "B"}]`, ""}, diff.Safe, []string{"type-changed"}},
		{"required", []string{"{pointer: /val}", "{pointer: /val, required: true}"}, diff.Asks, []string{"required"}},
		{"not required", []string{", required: true", ""}, diff.Safe, []string{"optional"}},
		{"a condition", []string{"{pointer: /ja}", "{pointer: /ja, showWhen: {/answers/val: {const: a}}}"}, diff.Safe, []string{"condition-added"}},
		{"another condition of a page", []string{"showWhen: {/computed/visa: {const: true}}", "showWhen: {/answers/val: {const: b}}"}, diff.Safe, []string{"condition-changed"}},
		{"another condition, required within", []string{"showWhen: {/computed/visa: {const: true}}", "showWhen: {/answers/val: {const: b}}", "{pointer: /rader, item: rad}",
			"{pointer: /rader, item: rad, required: true}"}, diff.Asks, []string{"condition-changed", "required"}},
		{"what decides a page", []string{"== 'a'", "== 'b'"}, diff.Asks, []string{"computed-changed"}},
		{"what decides nothing", []string{"1 + 1", "1 + 2"}, diff.Safe, []string{"computed-changed"}},
		{"another page", []string{"          - {pointer: /ja}\n", "", "- {pointer: /rader, item: rad}", "- {pointer: /rader, item: rad}\n          - {pointer: /ja}"},
			diff.Safe, []string{"page-moved"}},
		{"the pages' order", []string{"id: ett\n", "id: x\n", "id: tva\n", "id: ett\n", "id: x\n", "id: tva\n", "title: Ett", "title: T", "title: Två", "title: Ett", "title: T\n", "title: Två\n"},
			diff.Asks, nil}, // moves every field and condition too: only the verdict
		{"a page's id", []string{"id: tva", "id: tre"}, diff.Safe, []string{"page-removed", "page-added", "page-moved", "page-moved", "page-moved"}},
		{"for more eyes", []string{", audience: officer", ""}, diff.Breaks, []string{"audience-opened"}},
		{"for fewer eyes", []string{"{pointer: /ja}", "{pointer: /ja, audience: officer}"}, diff.Safe, []string{"audience-closed"}},
		{"a unit", []string{"suffix: st", "suffix: dussin"}, diff.Asks, []string{"unit-changed"}},
		{"money", []string{"{pointer: /belopp}", "{pointer: /belopp, widget: money}"}, diff.Breaks, []string{"money"}},
		{"a widget", []string{"{pointer: /val}", "{pointer: /val, widget: select}"}, diff.Safe, nil},
		{"a stop", []string{"kind: info", "kind: stop"}, diff.Asks, []string{"notice-changed"}},
		{"a notice gone", []string{"          - {id: obs, notice: Obs, kind: info}\n", ""}, diff.Safe, []string{"notice-removed"}},
		{"a rule of the whole", []string{`  "type": "object",` + "\n", `  "type": "object", "not": {"required": ["ja", "dag"]},` + "\n"}, diff.Asks, []string{"rule-added"}},
		{"a rule by reference", []string{`"ja": {`, `"ja": {"$ref": "#/$defs/r", `, `  "type": "object",` + "\n", `  "type": "object", "$defs": {"r": {"not": {"const": false}}},` + "\n"},
			diff.Asks, []string{"rule-added"}},
		{"a closed object", []string{`  "type": "object",` + "\n", `  "type": "object", "additionalProperties": false,` + "\n"}, diff.Asks, []string{"rule-added"}},
		{"the same by reference", []string{`{"type": "boolean", "title": "Ja"}`, `{"$ref": "#/$defs/r"}`, `  "type": "object",` + "\n",
			`  "type": "object", "$defs": {"r": {"type": "boolean", "title": "Ja"}},` + "\n"}, diff.Safe, nil},
		{"a higher login", []string{"login: 3", "login: 4"}, diff.Asks, []string{"form-login"}},
		{"no login", []string{"login: 3", "login: 0"}, diff.Breaks, []string{"form-login"}},
		{"a lower login", []string{"login: 3", "login: 2"}, diff.Safe, []string{"form-login"}},
		{"another id", []string{"id: prov", "id: annan"}, diff.Breaks, []string{"form-id"}},
		{"a setting", []string{"grans: 1", "grans: 2"}, diff.Asks, []string{"form-settings"}},
		{"who takes part", []string{`parties: [{role: guardian, title: V, from: "[]"}]` + "\n", ""}, diff.Asks, []string{"form-parties"}},
		{"a hindrance", []string{"login: 3\n", "login: 3\nhindrance: [{reason: r, when: {/answers/ja: {const: true}}}]\n"}, diff.Asks, []string{"form-hindrance"}},
		{"nobody's own", []string{"    own: true\n", ""}, diff.Breaks, []string{"page-own"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := diff.Compare(with(t), with(t, test.replace...))
			var codes []string
			for _, c := range r.Changes {
				codes = append(codes, c.Code)
				if c.What == "" || (c.Effect != diff.Safe && c.Why == "") {
					t.Errorf("%s says nothing: %+v", c.Code, c)
				}
			}
			if test.effect != r.Verdict || (test.codes != nil || r.Verdict == diff.Safe) && !slices.Equal(codes, test.codes) {
				t.Errorf("%s %v, want %s %v\n%+v", r.Verdict, codes, test.effect, test.codes, r.Changes)
			}
		})
	}
}

// A page that comes to be asked for each row, or no longer is, asks anew; a field of the row that moves to it loses nothing.
func TestRepeatChanged(t *testing.T) {
	rows := []string{`"title": "Rader", "items": {"type": "object", "properties": {`, `"title": "Rader", "maxItems": 4, "items": {"type": "object", "properties": {"m": {"type": "string", "title": "M"}, `}
	page := func(repeat, own, other string) []string {
		return append(rows, "- {pointer: /rader, item: rad}", "- {pointer: /rader, item: rad}\n          - {pointer: /rader/*/k}\n          - {id: a, notice: A, kind: info}"+own,
			"  - id: egen\n", "  - {id: rad, title: Rad, "+repeat+"sections: [{fields: [{id: rad, notice: Rad, kind: info}"+other+"]}]}\n  - id: egen\n")
	}
	const onRows, onPage = "\n          - {pointer: /rader/*/m}", ", {pointer: /rader/*/m}"
	for _, test := range []struct {
		name     string
		from, to []string
		effect   diff.Effect
		codes    []string
	}{
		{"for each row", page("", onRows, ""), page("repeat: /rader, ", onRows, ""), diff.Asks, []string{"page-repeat"}},
		{"no longer", page("repeat: /rader, ", onRows, ""), page("", onRows, ""), diff.Asks, []string{"page-repeat"}},
		{"a field moves there", page("repeat: /rader, ", onRows, ""), page("repeat: /rader, ", "", onPage), diff.Safe, []string{"page-moved"}},
		{"a condition there", page("repeat: /rader, ", "", onPage), page("repeat: /rader, ", "", onPage+", {id: b, notice: B, kind: stop, showWhen: {/row/k: {const: x}}}"), diff.Asks, []string{"notice-added"}},
	} {
		r := diff.Compare(with(t, test.from...), with(t, test.to...))
		var codes []string
		for _, c := range r.Changes {
			codes = append(codes, c.Code)
		}
		if r.Verdict != test.effect || !slices.Equal(codes, test.codes) {
			t.Errorf("%s: %s %v, want %s %v\n%+v", test.name, r.Verdict, codes, test.effect, test.codes, r.Changes)
		}
	}
}

func TestMoves(t *testing.T) {
	r := diff.Compare(with(t), with(t, `"ja": {`, `"jo": {`, "/ja}", "/jo}"))
	if m := r.Moves(); len(m) != 1 || m["/ja"] != "/jo" {
		t.Errorf("%v", m)
	}
}

// What is suggested is the gentlest that loses nothing, and what the form says counts when it fits.
func TestPolicy(t *testing.T) {
	a := with(t)
	renamed := []string{`"ja": {`, `"jo": {`, "/ja}", "/jo}"}
	from := a.Version.Short()
	said := func(drafts string) []string { return []string{"login: 3\n", "login: 3\ndrafts: [" + drafts + "]\n"} }
	for _, test := range []struct {
		name      string
		replace   []string
		suggested string
		decided   bool
		words     string
	}{
		{"safe", []string{"title: Prov\n", "title: Ny\n"}, "keep", true, "nothing need be said"},
		{"asks", []string{`"maxLength": 50`, `"maxLength": 40`}, "migrate", false, "policy: migrate\n"},
		{"moved", renamed, "migrate", false, "    policy: migrate\n    mapping:\n      - {from: /ja, to: /jo}\n"},
		{"seen by more", []string{", audience: officer", ""}, "keep", false, "policy: keep\n"},
		{"seen by more, and moved", append([]string{", audience: officer", ""}, renamed...), "keep", false, "policy: keep\n"},
		{"said", append(said("{from: '"+from+"', policy: restart}"), renamed...), "migrate", true, "form.yaml says what becomes of open drafts: restart."},
		{"said of a whole version", append(said("{from: '"+string(a.Version)+"', policy: migrate, mapping: [{from: /ja, to: /jo}]}"), renamed...), "migrate", true, ": migrate."},
		{"said always", append(said("{from: '0123456789ab', policy: restart}, {policy: keep}"), renamed...), "migrate", true, ": keep."},
		{"said of another", append(said("{from: '0123456789ab', policy: restart}"), renamed...), "migrate", false, "Before this is published"},
		{"said wrongly", append(said("{from: '"+from+"', policy: migrate, mapping: [{from: /je, to: /jo}]}"), renamed...), "migrate", false, "cannot be done: /je is asked for by no earlier version"},
		{"restarted always", append(said("{policy: restart}"), renamed...), "migrate", false, "cannot be done: only keep"},
	} {
		r := diff.Compare(a, with(t, test.replace...))
		var out bytes.Buffer
		if err := r.Write(&out); err != nil {
			t.Fatal(err)
		}
		if r.Policy.Suggested.Policy != test.suggested || r.Decided() != test.decided || !strings.Contains(out.String(), test.words) {
			t.Errorf("%s: %v suggested, decided %v:\n%s", test.name, r.Policy.Suggested, r.Decided(), &out)
		}
	}
}

// What is suggested reads back as what it is.
func TestLines(t *testing.T) {
	step := forms.DraftStep{From: "012345678901", Policy: forms.MigrateDrafts, Mapping: []forms.DraftMove{{From: "/a b/#c", To: "/d,e"}, {From: "/x", To: "/y"}}}
	form := with(t, "login: 3\n", "login: 3\n"+diff.Lines(step))
	if d := cmp.Diff([]forms.DraftStep{step}, form.Def.Meta.Drafts); d != "" {
		t.Error(d)
	}
}

func TestWritten(t *testing.T) {
	a, b := with(t), with(t, `"maxLength": 50`, `"maxLength": 40`, "{pointer: /val}", "{pointer: /val, required: true}", "title: Prov\n", "title: Ny\n")
	r := diff.Compare(a, b)
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	want := `drafts may need new answers: 3 changes

drafts may need new answers
  /namn: greatest length changed from 50 to 40
      a draft's answer may lie outside
      layout.yaml:6:13
  /val is required now
      a draft may have no answer to it
      layout.yaml:10:13

safe
  title changed from "Prov" to "Ny"
      form.yaml:2:8

Before this is published, say in form.yaml what becomes of open drafts: keep, migrate, restart.
One that does no harm:

drafts:
  - from: "` + string(a.Version[:12]) + `"
    policy: migrate
`
	if out.String() != want {
		t.Errorf("%s", &out)
	}
	out.Reset()
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		From, To forms.Version
		Verdict  string
		Changes  []struct{ Effect, Code, Pointer string }
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Verdict != "asks" || got.From != a.Version || got.To != b.Version ||
		got.Changes[0].Effect != "asks" || got.Changes[0].Pointer != "/namn" || got.Changes[2].Code != "form-title" {
		t.Errorf("%v %s", err, &out)
	}
	out.Reset()
	if err := diff.Compare(a, a).Write(&out); err != nil || out.String() != "nothing changed\n" {
		t.Errorf("%v %q", err, &out)
	}
}

// TestEveryKeyIsJudged fails when form.yaml, a page or a field of the layout gets a key that nobody has said anything of for drafts. Until
// somebody does, it is told of as one that asks.
func TestEveryKeyIsJudged(t *testing.T) {
	for _, group := range []struct {
		typ   reflect.Type
		known func(string) bool
	}{{reflect.TypeFor[forms.Meta](), diff.JudgesForm}, {reflect.TypeFor[forms.LayoutField](), diff.JudgesField},
		{reflect.TypeFor[forms.LayoutPage](), diff.JudgesPage}} {
		for i := range group.typ.NumField() {
			if key := group.typ.Field(i).Tag.Get("yaml"); key != "" && !group.known(key) {
				t.Errorf("%s: say in package diff what a change of %q means for open drafts", group.typ.Name(), key)
			}
		}
	}
}
