// Package propertytest is what every register of addresses and properties has to pass, whichever protocol it speaks. It runs a real driver
// against a simulator over the places of the demo.
package propertytest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/integrations/property"
	"samtjanst/integrations/sim/places"
	"samtjanst/platform/fault"
)

// Outage is how a register can fail, in terms that hold for every protocol.
type Outage int

// Outages.
const (
	None      Outage = iota
	Slow             // does not answer within the driver's time limit
	Down             // closes the connection
	Broken           // technical fault
	Busy             // too many calls
	Refused          // says that we may not
	Astray           // our address for it is wrong: not "no such address"
	Malformed        // an answer that cannot be read
	Strange          // an answer of another shape
	Empty            // the register's own way to say that nothing was found, whatever is asked about
	Half             // does not tell which property an address stands on
	Stranger         // tells which property other addresses stand on
)

// Subject is a driver with the simulator behind it.
type Subject struct {
	Register property.Register
	Outage   func(Outage) // until told otherwise
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
		{"a caller who gives up", cancelled},
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
	for _, o := range []Outage{Half, Stranger} {
		s.Outage(o)
		got := addresses(t, s, "Testtorget 2")
		if len(got) != 1 || got[0].Read(property.PartUnit) || got[0].Unit != (property.Unit{}) || got[0].PostalCode != "99110" {
			t.Errorf("outage %d: %+v", o, got)
		}
	}
	s.Outage(None)
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
	for _, c := range []struct {
		outage Outage
		want   fault.Kind
	}{
		{Slow, fault.Unavailable}, {Down, fault.Unavailable}, {Broken, fault.Unavailable}, {Busy, fault.Unavailable}, {Refused, fault.Invalid},
		{Astray, fault.Invalid}, {Malformed, fault.Unavailable}, {Strange, fault.Unavailable},
	} {
		s.Outage(c.outage)
		a, addressErr := s.Register.Addresses(context.Background(), question("Hemligvägen 7"))
		u, unitErr := s.Register.Units(context.Background(), question("Hemligt 7:7"))
		for _, err := range []error{addressErr, unitErr} {
			if err == nil || fault.KindOf(err) != c.want {
				t.Errorf("outage %d: %v, want %v", c.outage, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "emlig") {
				t.Errorf("outage %d: the error says what was asked about: %v", c.outage, err)
			}
		}
		if len(a.Found) != 0 || len(u.Found) != 0 {
			t.Errorf("outage %d: a fault with an answer", c.outage)
		}
	}
	s.Outage(None)
	if len(addresses(t, s, "Testtorget 2")) != 1 { // and heals
		t.Error("it does not heal")
	}
}

func cancelled(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Register.Addresses(ctx, question("Provgatan 12")); !errors.Is(err, fault.Unavailable) {
		t.Errorf("%v, want unavailable", err)
	}
}
