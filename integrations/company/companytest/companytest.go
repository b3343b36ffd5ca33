// Package companytest is what every register of companies has to pass, whichever protocol it speaks. It runs a real driver against a
// simulator over the companies of the demo.
package companytest

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/integrations/company"
	"samtjanst/integrations/registertest"
	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Outages beside those that all registers have.
const (
	Lying  registertest.Outage = "lying"    // an answer about another company
	Silent registertest.Outage = "nameless" // an answer in which nothing was answered
)

// Subject is a driver with the simulator behind it.
type Subject struct {
	Register company.Register
	Outage   func(registertest.Outage) // until told otherwise
	// Unread makes the register unable to say whether a company is deregistered or winding up.
	Unread     func(companies.ID)
	Deregister func(companies.ID)
	Bankrupt   func(companies.ID)
}

// Run runs the suite; start gives a fresh subject.
func Run(t *testing.T, start func(t *testing.T) Subject) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"every company comes whole", whole},
		{"a sole trader with several companies", several},
		{"a number that is not there", missing},
		{"unread is not empty", unread},
		{"what cannot be read is not active", unknown},
		{"a change is seen", change},
		{"questions that are not asked", unasked},
		{"outages", outages},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, start(t)) })
	}
}

func ask(t *testing.T, s Subject, n idno.Number) []company.Company {
	t.Helper()
	a, err := s.Register.Lookup(context.Background(), company.Question{Number: n, Purpose: "test", Ref: "draft-0001"})
	if err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	if a.Source == "" || a.At.IsZero() {
		t.Errorf("the answer does not say from where and when: %q %v", a.Source, a.At)
	}
	return a.Companies
}

func one(t *testing.T, s Subject, id companies.ID) company.Company {
	t.Helper()
	got := ask(t, s, id.Number())
	if len(got) != 1 {
		t.Fatalf("%s: %d companies", id, len(got))
	}
	return got[0]
}

// numbers are the same number, whoever compares.
var numbers = cmp.Comparer(func(a, b idno.Number) bool { return a == b })

func whole(t *testing.T, s Subject) {
	states := map[companies.ID]company.State{companies.Provbageriet: company.Active, companies.Testkrogen: company.WindingUp,
		companies.Democafeet: company.Deregistered, companies.Testrokeriet: company.Active, companies.Provkiosken: company.Active,
		companies.HannasCookies: company.Active}
	for id, state := range states {
		got := one(t, s, id)
		if diff := cmp.Diff(id.Company(), got, numbers, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
		if got.State() != state {
			t.Errorf("%s is %s, want %s", id, got.State(), state)
		}
	}
	if !one(t, s, companies.HannasCookies).Address.IsZero() {
		t.Error("an address of somebody protected")
	}
}

func several(t *testing.T, s Subject) {
	got := ask(t, s, personas.PetraTestberg.Number())
	if len(got) != 2 || got[0].Name == got[1].Name || got[0].Serial == got[1].Serial {
		t.Errorf("%d companies", len(got))
	}
}

func missing(t *testing.T, s Subject) {
	if got := ask(t, s, companies.Nobody); len(got) != 0 {
		t.Errorf("%d companies", len(got))
	}
	if got := ask(t, s, personas.ErikTestsson.Number()); len(got) != 0 {
		t.Errorf("somebody without a company has %d", len(got))
	}
}

func unread(t *testing.T, s Subject) {
	got := one(t, s, companies.Provfisk)
	if got.Read(company.PartAddress) || got.Read(company.PartOperating) || !got.Read(company.PartName) || got.Operating != company.OperatingUnknown {
		t.Errorf("unread: %v", got.Unread)
	}
	if got.Name == "" || got.State() != company.Active {
		t.Errorf("what was read: %q, %s", got.Name, got.State())
	}
}

func unknown(t *testing.T, s Subject) {
	s.Unread(companies.Provbageriet)
	if got := one(t, s, companies.Provbageriet); got.State() != company.StateUnknown || got.Name == "" {
		t.Errorf("state %s of %q", got.State(), got.Name)
	}
}

func change(t *testing.T, s Subject) {
	s.Deregister(companies.Provbageriet)
	if got := one(t, s, companies.Provbageriet); got.State() != company.Deregistered || len(got.Deregistered) != len("2006-01-02") || got.Cause.Text == "" {
		t.Errorf("%s on %q for %q", got.State(), got.Deregistered, got.Cause.Text)
	}
	s.Bankrupt(companies.Testrokeriet)
	if got := one(t, s, companies.Testrokeriet); got.State() != company.WindingUp || got.Proceedings[0].Text != "Konkurs" {
		t.Errorf("%s: %v", got.State(), got.Proceedings)
	}
}

func unasked(t *testing.T, s Subject) {
	n := companies.Provbageriet.Number()
	for name, q := range map[string]company.Question{
		"nothing":      {Purpose: "test", Ref: "draft-0001"},
		"no purpose":   {Number: n, Ref: "draft-0001"},
		"no reference": {Number: n, Purpose: "test"},
		"a broken ref": {Number: n, Purpose: "test", Ref: "draft\r\nx: y"},
	} {
		if _, err := s.Register.Lookup(context.Background(), q); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}

func outages(t *testing.T, s Subject) {
	n := companies.Provkiosken.Number() // a sole trader: the number is a person's
	registertest.Run(t, registertest.Subject{Outage: s.Outage, Never: []string{n.Digits(), n.Digits()[2:], "Provkiosk"},
		Has: []registertest.Outage{registertest.Slow, registertest.Down, registertest.Broken, registertest.Busy, registertest.Refused, registertest.Forgotten,
			registertest.Astray, registertest.Malformed, registertest.Strange, Lying, Silent},
		Ask: func(ctx context.Context) (int, error) {
			a, err := s.Register.Lookup(ctx, company.Question{Number: n, Purpose: "test", Ref: "draft-0001"})
			return len(a.Companies), err
		}})
}
