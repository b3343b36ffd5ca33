// Package propertytest is what every register of addresses and properties has to pass, whichever protocol it speaks. It runs a real driver
// against a simulator over the places of the demo.
package propertytest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/integrations/property"
	"samtjanst/integrations/registertest"
	"samtjanst/integrations/sim/places"
	"samtjanst/platform/fault"
)

// Outages beside those that all registers have.
const (
	Empty    registertest.Outage = "none"     // the register's own way to say that nothing was found, whatever is asked about
	Half     registertest.Outage = "half"     // does not tell which property an address stands on
	Stranger registertest.Outage = "stranger" // tells which property other addresses stand on
)

// Subject is a driver with the simulator behind it.
type Subject struct {
	Register property.Register
	Outage   func(registertest.Outage) // until told otherwise
}

// Run runs the suite; start gives a fresh subject.
func Run(t *testing.T, start func(t *testing.T) Subject) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"what fits is found whole, and only that", fits},
		{"properties", units},
		{"nothing like it", missing},
		{"a property that is unread is not none", unread},
		{"questions that are not asked", unasked},
		{"outages", outages},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, start(t)) })
	}
}

func question(text string) property.Question {
	return property.Question{Text: text, Municipality: places.Ekkoping, Purpose: "test", Ref: "draft-0001"}
}

func addresses(t *testing.T, s Subject, text string) []property.Address {
	t.Helper()
	a, err := s.Register.Addresses(context.Background(), question(text))
	if err != nil {
		t.Fatalf("Addresses: %v", err)
	}
	if a.Source == "" || a.At.IsZero() {
		t.Errorf("the answer does not say from where and when: %q %v", a.Source, a.At)
	}
	return a.Found
}

// cast gives the addresses of the cast in Ekköping with those streets.
func cast(streets ...string) []property.Address {
	var out []property.Address
	for _, p := range places.Addresses() {
		if p.Code == places.Ekkoping && slices.Contains(streets, p.Street) {
			out = append(out, p.Address)
		}
	}
	return out
}

func fits(t *testing.T, s Subject) {
	for text, streets := range map[string][]string{
		"Provgatan 12 A":  {"Provgatan 12 A"},
		"provgatan 1":     {"Provgatan 12", "Provgatan 12 A", "Provgatan 12 B"}, // not that of Tallvik
		"Exempelvägen 3":  {"Exempelvägen 3"},                                   // twice
		"Testtorpet 1":    {"Provbyn Testtorpet 1"},
		"Provholmen 1":    {"Provholmen 1"}, // without postal code
		"Teststigen 9":    {"Teststigen 9"}, // without property
		"Testkajen 6":     {"Testkajen 6"},  // with one that is not told
		"Framtidsgatan 1": nil,              // reserved only
	} {
		if diff := cmp.Diff(cast(streets...), addresses(t, s, text), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func units(t *testing.T, s Subject) {
	for text, want := range map[string]map[string]property.Kind{
		"Provet 1:2":          {"EKKÖPING PROVET 1:2": property.Real},
		"ekköping provet s:1": {"EKKÖPING PROVET S:1": property.Joint},
		"Provet GA:2":         {"EKKÖPING PROVET GA:2": property.Works},
		"Provbyn":             {"EKKÖPING PROVBYN 3:14": property.Real, "EKKÖPING PROVBYN 2:1": property.Real},
		"Provet 9:99":         {},
	} {
		a, err := s.Register.Units(context.Background(), question(text))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]property.Kind{}
		for _, u := range a.Found {
			if got[u.Designation] = u.Kind; u.ID == "" {
				t.Errorf("%s has no identity", u.Designation)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func missing(t *testing.T, s Subject) {
	if got := addresses(t, s, "Ingenstansgatan 4"); len(got) != 0 {
		t.Errorf("%d addresses", len(got))
	}
	s.Outage(Empty)
	if got := addresses(t, s, "Provgatan 12"); len(got) != 0 {
		t.Errorf("%d addresses", len(got))
	}
}

func unread(t *testing.T, s Subject) {
	for _, o := range []registertest.Outage{Half, Stranger} {
		s.Outage(o)
		got := addresses(t, s, "Testtorget 2")
		if len(got) != 1 || got[0].Read(property.PartUnit) || got[0].Unit != (property.Unit{}) || got[0].PostalCode != "99110" {
			t.Errorf("outage %s: %+v", o, got)
		}
	}
	s.Outage(registertest.None)
	if got := addresses(t, s, "Teststigen 9"); len(got) != 1 || !got[0].Read(property.PartUnit) {
		t.Errorf("none is unread: %+v", got)
	}
}

func unasked(t *testing.T, s Subject) {
	for name, change := range map[string]func(*property.Question){
		"too short":       func(q *property.Question) { q.Text = "åå " },
		"no municipality": func(q *property.Question) { q.Municipality = "" },
		"no purpose":      func(q *property.Question) { q.Purpose = "" },
		"no reference":    func(q *property.Question) { q.Ref = "" },
		"a broken ref":    func(q *property.Question) { q.Ref = "draft\r\nx: y" },
	} {
		q := question("Provgatan 12")
		change(&q)
		if _, err := s.Register.Addresses(context.Background(), q); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
		if _, err := s.Register.Units(context.Background(), q); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}

func outages(t *testing.T, s Subject) {
	all := []registertest.Outage{registertest.Slow, registertest.Down, registertest.Broken, registertest.Busy, registertest.Refused, registertest.Forgotten,
		registertest.Astray, registertest.Malformed, registertest.Strange}
	registertest.Run(t, registertest.Subject{Outage: s.Outage, Has: all, Never: []string{"esttorget"}, Ask: func(ctx context.Context) (int, error) {
		a, err := s.Register.Addresses(ctx, question("Testtorget 2"))
		return len(a.Found), err
	}})
	registertest.Run(t, registertest.Subject{Outage: s.Outage, Has: all, Never: []string{"rovet"}, Ask: func(ctx context.Context) (int, error) {
		a, err := s.Register.Units(ctx, question("Provet 1:2"))
		return len(a.Found), err
	}})
}
