package flow

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/forms/revise"
)

// small is a form with a few questions, given as the schema's properties and the layout's fields.
func small(t *testing.T, properties, fields string) *Graph {
	t.Helper()
	files := revise.Files{
		"form.yaml":   []byte("id: liten\ntitle: Liten\n"),
		"schema.json": []byte(`{"type": "object", "properties": {` + properties + `}, "additionalProperties": false}`),
		"layout.yaml": []byte("pages:\n  - id: ett\n    title: Ett\n    sections:\n      - fields:\n" + fields),
	}
	f, err := owned.Open(files)
	if err != nil {
		t.Fatal(err)
	}
	g, err := compile(f.Def)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const rows = `"barn": {"type": "array", "title": "Barn", "items": {"type": "object", "properties": {"namn": {"type": "string", "title": "Namn"}}, "additionalProperties": false}}`

// What was answered goes where the mapping says, what does not fit is asked again, and what nothing asks for is counted.
func TestCarry(t *testing.T) {
	to := small(t, `"namn": {"type": "string", "title": "Namn", "maxLength": 5}, "ort": {"type": "string", "title": "Ort"}, "typ": {"type": "string", "title": "Typ", "enum": ["a", "b"]},
		"nytt": {"type": "string", "title": "Nytt"}, `+rows,
		"          - pointer: /namn\n            required: true\n          - pointer: /ort\n          - pointer: /typ\n            options: {a: A, b: B}\n          - pointer: /nytt\n          - pointer: /barn\n          - pointer: /barn/*/namn\n")
	for name, c := range map[string]struct {
		answers map[string]any
		mapping []Move
		want    map[string]any
		again   []forms.Pointer
		lost    int
	}{
		"all fits":            {map[string]any{"namn": "Eva"}, nil, map[string]any{"namn": "Eva"}, nil, 0},
		"nothing yet":         {map[string]any{}, nil, map[string]any{}, nil, 0},
		"too long now":        {map[string]any{"namn": "Alexandra", "ort": "By"}, nil, map[string]any{"ort": "By"}, []forms.Pointer{"/namn"}, 0},
		"no such option now":  {map[string]any{"typ": "c"}, nil, map[string]any{}, []forms.Pointer{"/typ"}, 0},
		"another type now":    {map[string]any{"namn": map[string]any{"for": "Eva"}}, nil, map[string]any{}, []forms.Pointer{"/namn"}, 0},
		"not asked any more":  {map[string]any{"namn": "Eva", "fax": "1"}, nil, map[string]any{"namn": "Eva"}, nil, 1},
		"moved":               {map[string]any{"stad": "By"}, []Move{{From: "/stad", To: "/ort"}}, map[string]any{"ort": "By"}, nil, 0},
		"changed places":      {map[string]any{"namn": "By", "ort": "Eva"}, []Move{{From: "/namn", To: "/ort"}, {From: "/ort", To: "/namn"}}, map[string]any{"ort": "By", "namn": "Eva"}, nil, 0},
		"dropped":             {map[string]any{"fax": "1"}, []Move{{From: "/fax"}}, map[string]any{}, nil, 0},
		"a default":           {map[string]any{}, []Move{{To: "/nytt", Default: "x"}}, map[string]any{"nytt": "x"}, nil, 0},
		"a default not taken": {map[string]any{"nytt": "y"}, []Move{{To: "/nytt", Default: "x"}}, map[string]any{"nytt": "y"}, nil, 0},
		"moved in rows": {map[string]any{"barn": []any{map[string]any{"heter": "A"}, map[string]any{}, map[string]any{"heter": "B"}}}, []Move{{From: "/barn/*/heter", To: "/barn/*/namn"}},
			map[string]any{"barn": []any{map[string]any{"namn": "A"}, map[string]any{}, map[string]any{"namn": "B"}}}, nil, 0},
	} {
		before := forms.CopyObject(c.answers)
		got, err := carry(to, forms.Scope{Answers: c.answers, Actor: map[string]any{"role": "applicant"}, Today: "2026-11-23"}, c.mapping)
		if err != nil {
			t.Fatal(name, err)
		}
		if d := cmp.Diff(c.want, got.answers); d != "" {
			t.Errorf("%s: answers %s", name, d)
		}
		if d := cmp.Diff(c.again, got.again); d != "" || got.lost != c.lost {
			t.Errorf("%s: again %s, lost %d", name, d, got.lost)
		}
		if got.clean() != (len(c.again) == 0 && c.lost == 0) {
			t.Errorf("%s: clean %v", name, got.clean())
		}
		if d := cmp.Diff(before, c.answers); d != "" {
			t.Errorf("%s: the answers that were given have changed: %s", name, d)
		}
	}
}

// The policies after a version, together: the last that moves says how far, and whoever must begin anew at one of them must.
func TestPassed(t *testing.T) {
	pub := func(v forms.Version, kind string, m ...Move) *Publication {
		return &Publication{Version: v, Policy: Policy{Kind: kind, Mapping: m}}
	}
	a, b := Move{From: "/a"}, Move{From: "/b"}
	for name, c := range map[string]struct {
		history []*Publication // newest first
		want    onward
	}{
		"all kept":               {[]*Publication{pub("3", Keep), pub("2", Keep), pub("1", Keep)}, onward{}},
		"moved and then kept":    {[]*Publication{pub("3", Keep), pub("2", Migrate, a), pub("1", Keep)}, onward{to: "2", mappings: [][]Move{{a}}}},
		"kept and then moved":    {[]*Publication{pub("3", Migrate, b), pub("2", Keep), pub("1", Keep)}, onward{to: "3", mappings: [][]Move{{b}}}},
		"moved twice":            {[]*Publication{pub("3", Migrate, b), pub("2", Migrate, a), pub("1", Keep)}, onward{to: "3", mappings: [][]Move{{a}, {b}}}},
		"anew":                   {[]*Publication{pub("3", Migrate, b), pub("2", Restart), pub("1", Keep)}, onward{restart: true}},
		"what came before":       {[]*Publication{pub("1", Keep), pub("0", Restart)}, onward{}},
		"another history":        {[]*Publication{pub("3", Restart), pub("2", Keep)}, onward{}},
		"a policy for that only": {[]*Publication{pub("2", Restart), pub("2", Keep), pub("1", Keep)}, onward{restart: true}},
	} {
		if d := cmp.Diff(c.want, passed(c.history, "1"), cmp.AllowUnexported(onward{})); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestPolicyCheck(t *testing.T) {
	one := `"a": {"type": "string", "title": "A"}, ` + rows
	from := small(t, one, "          - pointer: /a\n          - pointer: /barn\n          - pointer: /barn/*/namn\n").Form
	to := small(t, `"b": {"type": "string", "title": "B"}, `+rows, "          - pointer: /b\n          - pointer: /barn\n          - pointer: /barn/*/namn\n").Form
	for name, c := range map[string]struct {
		policy Policy
		ok     bool
	}{
		"keep": {Policy{Kind: Keep}, true}, "migrate": {Policy{Kind: Migrate}, true}, "restart": {Policy{Kind: Restart}, true}, "none": {Policy{}, false},
		"a mapping with keep": {Policy{Kind: Keep, Mapping: []Move{{From: "/a"}}}, false},
		"a move":              {Policy{Kind: Migrate, Mapping: []Move{{From: "/a", To: "/b"}}}, true},
		"from nowhere":        {Policy{Kind: Migrate, Mapping: []Move{{From: "/x", To: "/b"}}}, false},
		"to nowhere":          {Policy{Kind: Migrate, Mapping: []Move{{From: "/a", To: "/a"}}}, false},
		"out of rows":         {Policy{Kind: Migrate, Mapping: []Move{{From: "/barn/*/namn", To: "/b"}}}, false},
		"nothing":             {Policy{Kind: Migrate, Mapping: []Move{{}}}, false},
		"a default":           {Policy{Kind: Migrate, Mapping: []Move{{To: "/b", Default: "x"}}}, true},
	} {
		if got := c.policy.Check([]*forms.Form{from}, to); (got == nil) != c.ok {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTogether(t *testing.T) {
	c := func(item, was, value string) owned.Change { return owned.Change{Item: item, Was: was, Value: value} }
	got := together([]owned.Change{c("a", "1", "2"), c("b", "1", "2")}, []owned.Change{c("a", "2", "3"), c("b", "2", "1"), c("c", "1", "2")})
	if d := cmp.Diff([]owned.Change{c("a", "1", "3"), c("c", "1", "2")}, got); d != "" {
		t.Error(d)
	}
}
