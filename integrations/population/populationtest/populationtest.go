// Package populationtest is what every register of the population has to pass, whichever protocol it speaks. It runs a real
// driver against a simulator over the personas of the demo.
package populationtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/registertest"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Partial is an outage beside those that all registers have: an answer that leaves out somebody who was asked about.
const Partial registertest.Outage = "partial"

// Subject is a driver with the simulator behind it.
type Subject struct {
	Register population.Register
	Outage   func(registertest.Outage) // until told otherwise
	Protect  func(personas.ID, population.Protection)
	// Unreadable makes the person's protection mark missing (false) or a value that nobody knows (true).
	Unreadable func(id personas.ID, strange bool)
	Custody    func(child personas.ID, guardians ...personas.ID)
	Unnumbered func(child personas.ID) // one more guardian, without number
}

// Run runs the suite; start gives a fresh subject.
func Run(t *testing.T, start func(t *testing.T) Subject) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"an open person comes whole", open},
		{"a protected person has no address", protected},
		{"a mark that cannot be read protects", unreadable},
		{"a change is seen at once", change},
		{"custody", custody},
		{"a guardian without number is not lost", unnumbered},
		{"the gone", gone},
		{"a coordination number", coordination},
		{"a changed number is followed", changedNumber},
		{"who is not found is missing", missing},
		{"questions that are not asked", unasked},
		{"outages", outages},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, start(t)) })
	}
}

func ask(t *testing.T, s Subject, ids ...personas.ID) population.Answer {
	t.Helper()
	q := population.Question{Purpose: "test", Ref: "draft-0001"}
	for _, id := range ids {
		q.Numbers = append(q.Numbers, id.Number())
	}
	a, err := s.Register.Lookup(context.Background(), q)
	if err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	if a.Source == "" || a.At.IsZero() {
		t.Errorf("the answer does not say from where and when: %q %v", a.Source, a.At)
	}
	return a
}

func askOne(t *testing.T, s Subject, id personas.ID) population.Person {
	t.Helper()
	a := ask(t, s, id)
	p, ok := a.Find(id.Number())
	if !ok || len(a.People) != 1 || len(a.Missing) != 0 {
		t.Fatalf("asked about %s: %d people, %d missing", id, len(a.People), len(a.Missing))
	}
	return p
}

func open(t *testing.T, s Subject) {
	want := personas.AnnaTestsson.Persona()
	p := askOne(t, s, personas.AnnaTestsson)
	if p.Protection != population.Open || p.Protection.Hidden() {
		t.Errorf("protection %q", p.Protection)
	}
	if p.GivenNames != "Anna Kristina" || p.CalledName != "Anna" || p.Name() != "Anna Testsson" {
		t.Errorf("names %q %q %q", p.GivenNames, p.CalledName, p.Name())
	}
	if p.Address != want.Address {
		t.Errorf("address %+v, want %+v", p.Address, want.Address)
	}
	if p.Municipality != personas.Ekkoping {
		t.Errorf("municipality %q", p.Municipality)
	}
	a := ask(t, s, personas.AnnaTestsson, personas.ErikTestsson, personas.ElsaTestsson, personas.OskarTestsson)
	keys := map[string]bool{}
	for _, p := range a.People {
		keys[p.Address.Key] = true
	}
	if len(a.People) != 4 || len(keys) != 1 {
		t.Errorf("a family of four at one address came as %d people at %d", len(a.People), len(keys))
	}
}

func protected(t *testing.T, s Subject) {
	for _, id := range []personas.ID{personas.DanielDemolund, personas.NovaProvgren, personas.HannaProvlind} {
		p := askOne(t, s, id)
		if !p.Protection.Hidden() || !p.Address.IsZero() || p.Municipality != "" {
			t.Errorf("%s: protection %q, address %+v, municipality %q", id, p.Protection, p.Address, p.Municipality)
		}
	}
}

func unreadable(t *testing.T, s Subject) {
	for _, strange := range []bool{false, true} {
		s.Unreadable(personas.ErikTestsson, strange)
		p := askOne(t, s, personas.ErikTestsson)
		if p.Protection != population.Unknown || !p.Protection.Hidden() || !p.Address.IsZero() || p.Municipality != "" {
			t.Errorf("strange %v: protection %q, address %+v", strange, p.Protection, p.Address)
		}
	}
}

func change(t *testing.T, s Subject) {
	if p := askOne(t, s, personas.ElsaTestsson); p.Protection.Hidden() {
		t.Fatal("Elsa is protected from the start")
	}
	s.Protect(personas.ElsaTestsson, population.Marked)
	if p := askOne(t, s, personas.ElsaTestsson); p.Protection != population.Marked || !p.Address.IsZero() {
		t.Errorf("the register changed its mind, the answer is still %q", p.Protection)
	}
}

func guardians(p population.Person) []idno.Number {
	var out []idno.Number
	for _, r := range p.Relations {
		if r.Kind == population.Guardian {
			out = append(out, r.To)
		}
	}
	return out
}

func custody(t *testing.T, s Subject) {
	p := askOne(t, s, personas.ElsaTestsson)
	want := []idno.Number{personas.AnnaTestsson.Number(), personas.ErikTestsson.Number()}
	if !slices.Equal(guardians(p), want) {
		t.Errorf("Elsa has %d guardians, or others", len(guardians(p)))
	}
	for _, r := range p.Relations {
		if r.Kind == population.Guardian && r.Since != "2019-05-14" {
			t.Errorf("custody since %q", r.Since)
		}
	}
	parent := askOne(t, s, personas.AnnaTestsson)
	var wards int
	for _, r := range parent.Relations {
		if r.Kind == population.GuardianFor {
			wards++
		}
	}
	if wards != 2 {
		t.Errorf("Anna is guardian for %d", wards)
	}
	s.Custody(personas.ElsaTestsson, personas.AnnaTestsson)
	if g := guardians(askOne(t, s, personas.ElsaTestsson)); !slices.Equal(g, want[:1]) {
		t.Errorf("after the court's decision Elsa has %d guardians", len(g))
	}
}

func unnumbered(t *testing.T, s Subject) {
	s.Unnumbered(personas.LeoExempelsson)
	g := guardians(askOne(t, s, personas.LeoExempelsson))
	if len(g) != 2 || !g[1].IsZero() {
		t.Errorf("%d guardians; one whom the register has no number for makes custody shared", len(g))
	}
}

func gone(t *testing.T, s Subject) {
	if p := askOne(t, s, personas.AndersTestberg); p.Deregistered != "AV" || p.DeregisteredOn != "2024-03-10" || !p.Address.IsZero() {
		t.Errorf("deceased: %q %q", p.Deregistered, p.DeregisteredOn)
	}
	if p := askOne(t, s, personas.MarcusDemogren); p.Deregistered != "UV" || p.Municipality != "" {
		t.Errorf("emigrated: %q in %q", p.Deregistered, p.Municipality)
	}
	for _, r := range askOne(t, s, personas.HugoTestberg).Relations {
		if dead := r.To == personas.AndersTestberg.Number(); dead != (r.Gone == "AV") {
			t.Errorf("Hugo's relation %s is marked %q", r.Kind, r.Gone)
		}
	}
}

func coordination(t *testing.T, s Subject) {
	p := askOne(t, s, personas.SamirProvstrom)
	if p.Number.Kind() != idno.Coordination || p.Municipality != "" || !p.Address.IsZero() || p.Gone() {
		t.Errorf("%v, municipality %q, gone %q", p.Number.Kind(), p.Municipality, p.Deregistered)
	}
}

func changedNumber(t *testing.T, s Subject) {
	robin := personas.RobinExempelstrom.Persona()
	a, err := s.Register.Lookup(context.Background(), population.Question{Numbers: robin.Former, Purpose: "test", Ref: "draft-0001"})
	if err != nil {
		t.Fatal(err)
	}
	p, ok := a.Find(robin.Former[0])
	if !ok || p.Number != robin.Number || p.Gone() || p.Address != robin.Address || len(a.People) != 1 {
		t.Errorf("the old number does not lead to Robin: found %v among %d, gone %q", ok, len(a.People), p.Deregistered)
	}
	both, err := s.Register.Lookup(context.Background(), population.Question{
		Numbers: []idno.Number{robin.Former[0], robin.Number}, Purpose: "test", Ref: "draft-0001"})
	if err != nil {
		t.Fatal(err)
	}
	if len(both.People) != 1 || !slices.Equal(both.People[0].Former, robin.Former) {
		t.Errorf("asked about both numbers: %d people", len(both.People))
	}
}

// nobody is a test number that no persona has.
var nobody = idno.Must("199901012394")

func missing(t *testing.T, s Subject) {
	a, err := s.Register.Lookup(context.Background(), population.Question{
		Numbers: []idno.Number{personas.AnnaTestsson.Number(), nobody, personas.AnnaTestsson.Number()}, Purpose: "test", Ref: "draft-0001"})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.People) != 1 || !slices.Equal(a.Missing, []idno.Number{nobody}) {
		t.Errorf("%d people, %d missing", len(a.People), len(a.Missing))
	}
}

func unasked(t *testing.T, s Subject) {
	anna := []idno.Number{personas.AnnaTestsson.Number()}
	company, err := idno.ParseOrganisation("2021004748")
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]population.Question{
		"nobody":          {Purpose: "test", Ref: "draft-0001"},
		"no purpose":      {Numbers: anna, Ref: "draft-0001"},
		"no reference":    {Numbers: anna, Purpose: "test"},
		"a broken ref":    {Numbers: anna, Purpose: "test", Ref: "draft\r\nx: y"},
		"an organisation": {Numbers: []idno.Number{company}, Purpose: "test", Ref: "draft-0001"},
		"no number":       {Numbers: []idno.Number{{}}, Purpose: "test", Ref: "draft-0001"},
		"901 people":      {Numbers: many(901), Purpose: "test", Ref: "draft-0001"},
	} {
		if _, err := s.Register.Lookup(context.Background(), q); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
	a, err := s.Register.Lookup(context.Background(), population.Question{Numbers: many(900), Purpose: "test", Ref: "draft-0001"})
	if err != nil || len(a.Missing) != 900 {
		t.Errorf("900 people: %d missing, %v", len(a.Missing), err)
	}
}

// many gives n numbers that nobody in the cast has.
func many(n int) []idno.Number {
	var out []idno.Number
	for day := time.Date(1920, 1, 1, 0, 0, 0, 0, time.UTC); len(out) < n; day = day.AddDate(0, 0, 1) {
		for check := byte('0'); check <= '9'; check++ {
			if d := day.Format("20060102") + "239" + string(check); idno.Valid(d) {
				out = append(out, idno.Must(d))
			}
		}
	}
	return out
}

func outages(t *testing.T, s Subject) {
	q := population.Question{Numbers: []idno.Number{personas.AnnaTestsson.Number(), personas.ErikTestsson.Number()}, Purpose: "test", Ref: "draft-0001"}
	registertest.Run(t, registertest.Subject{Outage: s.Outage, Never: []string{personas.AnnaTestsson.Number().Digits(), "Testsson"},
		Has: []registertest.Outage{registertest.Slow, registertest.Down, registertest.Broken, registertest.Busy, registertest.Refused, registertest.Forgotten,
			registertest.Malformed, registertest.Strange, Partial},
		Ask: func(ctx context.Context) (int, error) {
			a, err := s.Register.Lookup(ctx, q)
			return len(a.People) + len(a.Missing), err
		}})
}
