package library

import (
	"slices"
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// condition is what an act asks of a decision, with the answers that show it.
type condition struct {
	law   string
	forms []string
	asked []forms.Pointer
}

var (
	ofChildren = []string{"lvu-6", "lvu-6a", "lvu-9", "lvu-11", "lvu-14", "lvu-27", "lvu-31d", "lvu-32", "lvu-43-1", "lvu-43-2", "skyddat-boende"}
	submitted  = []string{"lvu-6", "lvu-6a", "lvu-27", "lvu-31d", "lvm-13", "skyddat-boende"}
)

// conditions are those that a decision cannot be proposed without.
var conditions = []condition{
	{"LVU 6 § 1 st. 1: care is probably needed, by 2 or 3 §, and not by consent (1 §)", []string{"lvu-6"}, []forms.Pointer{"/grund/val", "/grund/sannolikt", "/grund/frivilligt"}},
	{"LVU 6 § 1 st. 2: the court cannot be awaited, and why", []string{"lvu-6"}, []forms.Pointer{"/grund/vanta", "/grund/vantaSkal"}},
	{"LVU 6 a §: no Swedish court, the foreign authority cannot be awaited, temporary care is probably needed", []string{"lvu-6a"},
		[]forms.Pointer{"/utland/stat", "/utland/koppling", "/utland/kontakt", "/grund/val", "/grund/sannolikt", "/grund/vanta", "/grund/vantaSkal"}},
	{"LVU 9 § 3 st.: there are no reasons any more", []string{"lvu-9"}, []forms.Pointer{"/upphorande/skal"}},
	{"LVU 11 §: where the young person is to be, and why the board cannot be awaited", []string{"lvu-11"}, []forms.Pointer{"/vard/slag", "/vard/skal", "/akut/skal"}},
	{"LVU 14 § 2 st.: what is limited, for whom, why it is needed, and why the board cannot be awaited (KL 6:39)", []string{"lvu-14"},
		[]forms.Pointer{"/begransning/slag", "/begransning/vem", "/begransning/skal", "/akut/skal"}},
	{"LVU 27 §: a prohibition is probably needed, and the court cannot be awaited", []string{"lvu-27"}, []forms.Pointer{"/grund/sannolikt", "/grund/vantaSkal"}},
	{"LVU 31 d §: a prohibition by 31 a § is probably needed, and the court cannot be awaited", []string{"lvu-31d"}, []forms.Pointer{"/grund/val", "/grund/sannolikt", "/grund/vantaSkal"}},
	{"LVU 43 § 2 st., LVM 45 § 2 st.: force may be needed, or there are extraordinary reasons", []string{"lvu-43-1", "lvu-43-2", "lvm-45"}, []forms.Pointer{"/handrackning/tvang", "/handrackning/skal"}},
	{"LVM 13 § 1 st.: care is probably needed, and the court cannot be awaited", []string{"lvm-13"}, []forms.Pointer{"/grund/sannolikt", "/grund/vanta", "/grund/vantaSkal"}},
	{"LVM 16 §: the person has been told of his or her rights", []string{"lvm-13"}, []forms.Pointer{"/rattigheter/upplyst"}},
	{"LVM 18 b §: there are no reasons any more", []string{"lvm-upphorande"}, []forms.Pointer{"/upphorande/skal"}},
	{"2024:79 4 kap. 1–2 §§: the risk, and a guardian of age who consents and has the measure", []string{"skyddat-boende"},
		[]forms.Pointer{"/grund/risk", "/grund/sannolikt", "/grund/vantaSkal", "/medfoljande/myndig", "/medfoljande/samtycker", "/medfoljande/beviljad"}},
	{"LVU 36 § 1 st., 2024:79 2 kap. 2 §: the child has been informed and heard", slices.DeleteFunc(slices.Clone(ofChildren), func(f string) bool { return f == "lvu-32" }),
		[]forms.Pointer{"/barnet/informerad", "/barnet/horts"}},
	{"LVU 39 §, LVM 42 §, 2024:79 8 kap. 4 §: public counsel", []string{"lvu-6", "lvu-6a", "lvu-27", "lvu-31d", "skyddat-boende"}, []forms.Pointer{"/barnet/bitrade"}},
	{"the time of the decision, which limits are counted from", submitted, []forms.Pointer{"/tid/laget"}},
}

// Whatever an act asks is asked, and without it the decision cannot be laid before anybody.
func theActsConditions(t *testing.T, all map[string]*journey.Graph) {
	missing := map[string]map[forms.Pointer]bool{}
	completeCases(t, all, func(g *journey.Graph, scope forms.Scope, where string) {
		id := g.Form().Def.Meta.ID
		for _, c := range conditions {
			if !slices.Contains(c.forms, id) {
				continue
			}
			for _, at := range c.asked {
				value, there := forms.Lookup(scope.Answers, at)
				if !there {
					t.Errorf("%s does not answer %s (%s)", where, at, c.law)
					continue
				}
				forms.Remove(scope.Answers, at)
				v, err := g.Run(scope)
				if err != nil {
					t.Fatal(where, err)
				}
				if !slices.ContainsFunc(g.Validate(v, ""), func(p forms.Problem) bool { return p.Pointer == at && p.Code == forms.Required }) {
					t.Errorf("%s goes on without %s (%s)", where, at, c.law)
				}
				forms.Put(scope.Answers, at, value)
				if missing[id] == nil {
					missing[id] = map[forms.Pointer]bool{}
				}
				missing[id][at] = true
			}
		}
	})
	for _, c := range conditions {
		for _, id := range c.forms {
			for _, at := range c.asked {
				if !missing[id][at] {
					t.Errorf("%s: nothing shows that %s is asked (%s)", id, at, c.law)
				}
			}
		}
	}
}

// What the court gets with a receipt, or by hand, is the submission that the act asks for.
func submissions(t *testing.T, all map[string]*journey.Graph) {
	for id, g := range all {
		i := slices.IndexFunc(g.Form().Def.Meta.Dispatch, func(d forms.Dispatch) bool { return d.To == "court" && len(d.Fulfils) > 0 })
		switch {
		case slices.Contains(submitted, id) != (i >= 0):
			t.Errorf("%s is submitted to the court: %v, by a dispatch: %v", id, slices.Contains(submitted, id), i >= 0)
		case i >= 0 && !slices.Equal(g.Form().Def.Meta.Dispatch[i].Fulfils, []string{"understallning", "understallning-muntligt"}):
			t.Errorf("%s: the dispatch meets %v", id, g.Form().Def.Meta.Dispatch[i].Fulfils)
		}
	}
}

// tooOld is the age from which a decision cannot be about somebody. Care by 3 § LVU lasts until 21 at most (21 §).
var tooOld = map[string]int{"lvu-6": 20, "lvu-6a": 18, "lvu-11": 21, "lvu-14": 21, "lvu-27": 18, "lvu-31d": 18, "lvu-32": 21, "lvu-43-1": 21, "lvu-43-2": 21, "skyddat-boende": 18}

// Whoever is too old for an act stops on the first page, and the day before does not.
func ages(t *testing.T, all map[string]*journey.Graph) {
	completeCases(t, all, func(g *journey.Graph, scope forms.Scope, where string) {
		limit, has := tooOld[g.Form().Def.Meta.ID]
		if !has {
			return
		}
		on := scope.Today
		if v, err := g.Run(scope); err == nil {
			if said, _ := v.Computed["dag"].(string); said != "" {
				on = said
			}
		}
		for _, c := range []struct {
			born string
			stop bool
		}{{born(t, on, limit, 0), true}, {born(t, on, limit, 1), false}} {
			forms.Remove(scope.Answers, "/unge/nummer")
			forms.Put(scope.Answers, "/unge/fodd", c.born)
			v, err := g.Run(scope)
			if err != nil {
				t.Fatal(where, err)
			}
			if page := g.Form().Fields["/unge/fodd"].Page.ID; v.Stopped[page] != c.stop {
				t.Errorf("%s: born %s, decided %s: stops %v", where, c.born, on, v.Stopped[page])
			}
		}
	})
}

// born is the birthday of who becomes so old, so many days after a day.
func born(t *testing.T, day string, age, later int) string {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return at.AddDate(-age, 0, later).Format(time.DateOnly)
}
