package library

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/forms/scenario"
)

func TestJour(t *testing.T) {
	all := jour(t)
	t.Run("the same in the same words", func(t *testing.T) { sameWords(t, all) })
	t.Run("deciders and limits", func(t *testing.T) { decidersAndLimits(t, all) })
	t.Run("no holes", func(t *testing.T) { noHoles(t, all) })
}

// jour are the decisions of the social emergency service, as they are run.
func jour(t *testing.T) map[string]*journey.Graph {
	t.Helper()
	folders, err := fs.Glob(Forms, "*/form.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*journey.Graph{}
	for _, at := range folders {
		id := strings.TrimSuffix(at, "/form.yaml")
		def, diags := forms.Load(Forms, id)
		if def == nil {
			t.Fatal(id, diags)
		}
		if def.Meta.Category != "Socialjour" {
			continue
		}
		form, diags := forms.Compile(def)
		if form == nil {
			t.Fatal(id, diags)
		}
		if out[id], err = journey.New(form); err != nil {
			t.Fatal(id, err)
		}
	}
	return out
}

// reworded asks for something else in each decision, though under one name.
var reworded = []forms.Pointer{"/asikt/text", "/barnet/bitrade", "/barnet/informerad", "/grund/sannolikt", "/grund/val", "/grund/vanta", "/grund/vantaSkal",
	"/handrackning/vad", "/plats/slag", "/tid/verkstallt", "/upphorande/stod", "/vardnadshavare/*/samtycke"}

// What several decisions ask is asked in the same words in all of them, in both languages: whoever is on duty knows the pages of one when he or
// she knows another's. A folder is whole, so that nothing but this keeps them together.
func sameWords(t *testing.T, all map[string]*journey.Graph) {
	type words struct {
		Label, Hint, Help forms.Text
		Options           []forms.Option
	}
	first, in := map[forms.Pointer]words{}, map[forms.Pointer]string{}
	for id, g := range all {
		for at, f := range g.Form().Fields {
			if at == "" || slices.Contains(reworded, at) {
				continue
			}
			w := words{f.Label, f.Hint, f.Help, f.Options}
			if _, seen := first[at]; !seen {
				first[at], in[at] = w, id
			} else if d := cmp.Diff(first[at], w); d != "" {
				t.Errorf("%s in %s and %s:\n%s", at, in[at], id, d)
			}
		}
	}
}

// Who decides and until when what must be done, as the laws have it: LVU 6–9, 9 a, 11, 13, 14, 27–29, 31 d–31 f, 32 and 43 §§, LVM 13–18, 18 b and
// 45 §§, lag (2024:79) 4 kap. Where the law leaves it to the board, its chair or an appointed member, no official decides.
func decidersAndLimits(t *testing.T, all map[string]*journey.Graph) {
	want := map[string]struct {
		elected bool
		limits  []string
	}{
		"lvu-6":               {true, []string{"understallning 1 week from decided", "understallning-muntligt 1 week from /tid/beslut", "ansokan 4 weeks from /tid/verkstalld"}},
		"lvu-6a":              {true, []string{"understallning 1 week from decided", "fortsatt 2 months from decided", "understallning-muntligt 1 week from /tid/beslut", "fortsatt-muntligt 2 months from /tid/beslut"}},
		"lvu-9":               {false, nil},
		"lvu-11":              {true, []string{"overvaga 6 months from decided"}},
		"lvu-14":              {true, []string{"overvaga 3 months from decided"}},
		"lvu-27":              {true, afterCourt("1 week", "1 week", "2 weeks")},
		"lvu-31d":             {true, afterCourt("1 week", "1 week", "4 weeks")},
		"lvu-32":              {false, nil},
		"lvu-43-1":            {true, nil},
		"lvu-43-2":            {false, nil},
		"lvm-13":              {true, afterCourt("1 day", "4 days", "1 week")},
		"lvm-45":              {false, nil},
		"lvm-upphorande":      {false, nil},
		"skyddat-boende":      {true, []string{"understallning 1 week from decided", "understallning-muntligt 1 week from /tid/beslut"}},
		"sol-insatser":        {false, []string{"fl11 3 months from submitted", "fl12 4 weeks from demanded"}},
		"sol-ekonomiskt-akut": {false, []string{"fl11 3 months from submitted", "fl12 4 weeks from demanded"}},
	}
	for id, w := range want {
		g := all[id]
		if g == nil {
			t.Errorf("there is no %s", id)
			continue
		}
		m := g.Form().Def.Meta
		if m.Decision.Sign == nil || m.Decision.Sign.Kind == "" || m.Decision.Sign.Elected != w.elected {
			t.Errorf("%s: decided by %+v, want elected: %v", id, m.Decision.Sign, w.elected)
		}
		rules, err := m.LimitRules()
		if err != nil {
			t.Fatal(id, err)
		}
		var got []string
		for _, r := range rules {
			got = append(got, r.ID+" "+r.Period.String()+" from "+r.From)
		}
		if d := cmp.Diff(w.limits, got); d != "" {
			t.Errorf("limits of %s:\n%s", id, d)
		}
	}
	if len(all) != len(want) {
		t.Errorf("there are %d decisions, and %d are told of here", len(all), len(want))
	}
}

// afterCourt are the limits of what is submitted to the court, which applies to be made when the court has confirmed.
func afterCourt(submit, court, apply string) []string {
	return []string{"understallning " + submit + " from decided", "rattens-beslut " + court + " from done:understallning", "ansokan " + apply + " from done:rattens-beslut",
		"understallning-muntligt " + submit + " from /tid/beslut", "rattens-beslut-muntligt " + court + " from done:understallning-muntligt",
		"ansokan-muntligt " + apply + " from done:rattens-beslut-muntligt"}
}

var computedHole = regexp.MustCompile(`\{\{computed\.([A-Za-z0-9]+)\}\}`)

// No document has a hole: whatever is computed for it is there when a case is complete, also when what is the officer's alone is taken away.
func noHoles(t *testing.T, all map[string]*journey.Graph) {
	for id, g := range all {
		sub, err := fs.Sub(Forms, id)
		if err != nil {
			t.Fatal(err)
		}
		scenarios, diags := scenario.Load(sub, ".")
		if len(diags) > 0 {
			t.Fatal(id, diags)
		}
		complete := 0
		for _, s := range scenarios {
			if !s.Expect.Complete {
				continue
			}
			complete++
			scope := scenario.Replay(g, s, 0, len(s.Steps))
			holes(t, g, scope, id+" "+s.File)
			scope.Answers = withoutOfficers(t, g, scope.Answers)
			holes(t, g, scope, id+" "+s.File+" without what is the officer's alone")
		}
		if complete == 0 {
			t.Errorf("%s has no complete case", id)
		}
	}
}

func holes(t *testing.T, g *journey.Graph, scope forms.Scope, where string) {
	t.Helper()
	v, err := g.Run(scope)
	if err != nil {
		t.Fatal(where, err)
	}
	for name, texts := range g.Form().Def.Documents {
		for _, m := range computedHole.FindAllStringSubmatch(texts["sv"], -1) {
			if _, there := v.Computed[m[1]]; !there {
				t.Errorf("%s: %s has nothing for %s", where, name, m[0])
			}
		}
	}
}

func withoutOfficers(t *testing.T, g *journey.Graph, answers map[string]any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	var left any
	if err := forms.UnmarshalExact(raw, &left); err != nil {
		t.Fatal(err)
	}
	out := left.(map[string]any)
	for at, f := range g.Form().Fields {
		if f.Audience == "officer" {
			forms.Remove(out, at)
		}
	}
	return out
}
