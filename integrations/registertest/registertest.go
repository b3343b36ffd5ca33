// Package registertest is how every register is down, slow and wrong, whichever protocol it speaks, and what its driver has to make of it. The
// suite of a kind of register (companytest, propertytest, populationtest) runs it beside what it asks of the answers.
package registertest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"samtjanst/platform/fault"
)

// Outage is how a register can fail, in terms that hold for every protocol. They are named as simulators name their faults.
type Outage string

// Outages that registers have in common.
const (
	None      Outage = ""
	Slow      Outage = "slow"      // does not answer within the driver's time limit
	Down      Outage = "down"      // closes the connection
	Broken    Outage = "500"       // technical fault
	Busy      Outage = "429"       // too many calls
	Refused   Outage = "403"       // says that we may not
	Forgotten Outage = "401"       // knows our token no more, nor the next one
	Astray    Outage = "404"       // our address for it is wrong: not "there is no such thing"
	Malformed Outage = "malformed" // an answer that cannot be read
	Strange   Outage = "wrongtype" // an answer of another shape
)

// ours are those that are our own fault: they do not heal by themselves.
var ours = []Outage{Refused, Forgotten, Astray}

// Subject is a driver with a simulator behind it.
type Subject struct {
	Outage func(Outage) // until told otherwise
	Has    []Outage     // those that such a register can have
	// Ask asks about something that is there, and says how many are told of.
	Ask func(context.Context) (told int, err error)
	// Never are texts that no error may have: what is asked about, and what the register knows of it.
	Never []string
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	for _, o := range s.Has {
		want := fault.Unavailable
		if slices.Contains(ours, o) {
			want = fault.Invalid
		}
		s.Outage(o)
		told, err := s.Ask(context.Background())
		if err == nil || fault.KindOf(err) != want {
			t.Errorf("outage %s: %v, want %v", o, err, want)
		}
		if told != 0 {
			t.Errorf("outage %s: a fault with an answer", o)
		}
		for _, text := range s.Never {
			if err != nil && strings.Contains(err.Error(), text) {
				t.Errorf("outage %s: the error says %q", o, text)
			}
		}
	}
	s.Outage(None)
	if told, err := s.Ask(context.Background()); err != nil || told == 0 {
		t.Errorf("it does not heal: %d, %v", told, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Ask(ctx); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a caller who gives up: %v, want unavailable", err)
	}
}
