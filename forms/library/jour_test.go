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
	t.Run("grounds", func(t *testing.T) { groundsFollow(t, all) })
	t.Run("conditions", func(t *testing.T) { theActsConditions(t, all) })
	t.Run("submissions", func(t *testing.T) { submissions(t, all) })
	t.Run("ages", func(t *testing.T) { ages(t, all) })
	t.Run("secrets", func(t *testing.T) { secrets(t, all) })
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
	"/handrackning/skal", "/handrackning/vad", "/plats/slag", "/tid/verkstallt", "/upphorande/stod", "/vardnadshavare/*/samtycke"}

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

// Who decides and until when what must be done, as the laws have it: LVU 6–9 b, 11, 13, 14, 25, 27–30, 31 d–31 g, 32, 34 and 43 §§ (to SFS
// 2025:410), LVM 13–18 b and 45 §§ (to SFS 2025:409), lag (2024:79) 4 kap. and 5 kap. 6 § (to SFS 2025:463). Where the law leaves it to the board,
// its chair or an appointed member, no official decides.
func decidersAndLimits(t *testing.T, all map[string]*journey.Graph) {
	want := map[string]struct {
		elected bool
		limits  []string
	}{
		"lvu-6":               {true, []string{"understallning 1 week from decided", "understallning-muntligt 1 week from /tid/beslut", "ansokan 4 weeks from /tid/verkstalld"}},
		"lvu-6a":              {true, []string{"understallning 1 week from decided", "understallning-muntligt 1 week from /tid/beslut", "ansokan 4 weeks from /tid/verkstalld", "rattens-medgivande 2 weeks from done:ansokan", "fortsatt 2 months from done:rattens-medgivande"}},
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
		"skyddat-boende":      {true, []string{"understallning 1 week from decided", "understallning-muntligt 1 week from /tid/beslut", "ansokan 6 weeks from /tid/verkstalld", "overvaga-hemlig 6 months from decided"}},
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
	completeCases(t, all, func(g *journey.Graph, scope forms.Scope, where string) {
		holes(t, g, scope, where)
		scope.Answers = withoutOfficers(t, g, scope.Answers)
		holes(t, g, scope, where+" without what is the officer's alone")
	})
}

// completeCases runs a function for what is answered in each complete scenario of each decision.
func completeCases(t *testing.T, all map[string]*journey.Graph, f func(g *journey.Graph, scope forms.Scope, where string)) {
	t.Helper()
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
			if s.Expect.Complete {
				complete++
				f(g, scenario.Replay(g, s, 0, len(s.Steps)), id+" "+s.File)
			}
		}
		if complete == 0 {
			t.Errorf("%s has no complete case", id)
		}
	}
}

// What a decision rests on is asked once, in the form: nobody chooses it again at two in the morning.
func groundsFollow(t *testing.T, all map[string]*journey.Graph) {
	completeCases(t, all, func(g *journey.Graph, scope forms.Scope, where string) {
		v, err := g.Run(scope)
		if err != nil {
			t.Fatal(where, err)
		}
		if got, err := g.Grounds(v); err != nil || len(got) == 0 {
			t.Errorf("%s: grounds %v %v", where, got, err)
		}
	})
}

// What is the officer's alone stands in no decision, in no letter, and is nobody's address: where a child is kept hidden, who reported. Every
// text that officers alone read is a mark here, and is looked for wherever something is written to others.
func secrets(t *testing.T, all map[string]*journey.Graph) {
	const mark = "§hemligt§"
	marked := map[string]bool{}
	completeCases(t, all, func(g *journey.Graph, scope forms.Scope, where string) {
		meta := g.Form().Def.Meta
		for at, f := range g.Form().Fields {
			if v, there := forms.Lookup(scope.Answers, at); f.Audience == "officer" && there {
				if _, text := v.(string); text {
					forms.Put(scope.Answers, at, mark)
					marked[meta.ID] = true
				}
			}
		}
		whole, err := g.Run(scope)
		if err != nil {
			t.Fatal(where, err)
		}
		scope.Answers = withoutOfficers(t, g, scope.Answers)
		left, err := g.Run(scope)
		if err != nil {
			t.Fatal(where, err)
		}
		tells := func(name string, v *forms.View) {
			for _, m := range computedHole.FindAllStringSubmatch(g.Form().Def.Documents[name]["sv"], -1) {
				if text, _ := v.Computed[m[1]].(string); strings.Contains(text, mark) {
					t.Errorf("%s: %s tells it in %s", where, name, m[0])
				}
			}
		}
		tells(meta.Decision.Template, whole)
		for _, name := range meta.Decision.Appeals {
			tells(name, whole)
		}
		letters, err := g.Letters(whole)
		if err != nil {
			t.Fatal(where, err)
		}
		for _, l := range letters {
			tells(l.Document, left)
			for _, to := range l.Recipients {
				own := l.ID == "den-enskilde" // the person's address is kept from others, not from the letter to that person
				if strings.Contains(to.Name, mark) || !own && strings.Contains(strings.Join(to.Address, ""), mark) {
					t.Errorf("%s: %s is addressed with it", where, l.ID)
				}
			}
		}
		if strings.Contains(g.Subject(whole), mark) {
			t.Errorf("%s: the case is called it", where)
		}
	})
	for _, id := range []string{"lvu-6", "lvu-6a", "lvu-11", "lvu-14", "lvu-27", "lvu-31d", "lvu-43-1", "lvu-43-2", "lvm-13", "lvm-45", "skyddat-boende"} {
		if !marked[id] {
			t.Errorf("no complete case of %s has anything that is the officer's alone", id)
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
