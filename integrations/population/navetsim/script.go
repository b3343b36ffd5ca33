package navetsim

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/clock"
)

// Fault is a way in which the whole register fails.
type Fault string

// Faults.
const (
	Works      Fault = ""
	Slow       Fault = "slow"      // answers after Options.Delay
	Down       Fault = "down"      // closes the connection
	Error500   Fault = "500"       // technical fault
	TooMany    Fault = "429"       // over the limit on calls
	Refused    Fault = "403"       // the order does not give access
	BadRequest Fault = "400"       // the question is refused
	Malformed  Fault = "malformed" // an answer that is cut off
	WrongType  Fault = "wrongtype" // an answer of another shape than described
	Partial    Fault = "partial"   // says nothing of the first who was asked about
	OldToken   Fault = "401"       // forgets every token that it has given out
)

// MarkMissing as a protection leaves the mark out of the record altogether.
const MarkMissing population.Protection = "missing"

// Fail makes the next calls to hamta fail, as many as times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Protect changes a person's protection mark as from now.
func (s *Sim) Protect(id personas.ID, mark population.Protection) error {
	switch mark {
	case population.Open, population.Marked, population.Protected, MarkMissing, "NYTT_SKYDD": // the last: a value that clients do not know
	default:
		return errors.New("navetsim: no such protection")
	}
	return s.change(id, func(p *person) {
		p.markMissing = mark == MarkMissing
		p.Protection = mark
	})
}

// Custody makes those who are named a child's guardians as from now, and nobody else.
func (s *Sim) Custody(child personas.ID, guardians ...personas.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.people[child]
	if !ok {
		return unknown(child)
	}
	for _, g := range guardians {
		if _, ok := s.people[g]; !ok {
			return unknown(g)
		}
	}
	isGuardian := func(r population.Relation) bool { return r.Kind == population.Guardian }
	c.Relations = slices.DeleteFunc(c.Relations, isGuardian)
	for _, p := range s.people {
		p.Relations = slices.DeleteFunc(p.Relations, func(r population.Relation) bool {
			return r.Kind == population.GuardianFor && r.To == c.Number
		})
	}
	today := clock.Date(s.clock.Now())
	for _, g := range guardians {
		p := s.people[g]
		c.Relations = append(c.Relations, population.Relation{Kind: population.Guardian, To: p.Number, Since: today})
		p.Relations = append(p.Relations, population.Relation{Kind: population.GuardianFor, To: c.Number, Since: today})
	}
	return nil
}

// UnknownGuardian gives a child one more guardian, who has never been registered and has no number.
func (s *Sim) UnknownGuardian(child personas.ID) error {
	return s.change(child, func(p *person) {
		p.Relations = append(p.Relations, population.Relation{Kind: population.Guardian, Since: clock.Date(s.clock.Now())})
	})
}

// Deregister says that somebody has gone: AV deceased, UV emigrated, OB not found. "" registers again.
func (s *Sim) Deregister(id personas.ID, cause string) error {
	if _, ok := causes[cause]; !ok && cause != "" {
		return errors.New("navetsim: no such cause")
	}
	return s.change(id, func(p *person) {
		p.Deregistered, p.DeregisteredOn = cause, ""
		if cause != "" {
			p.DeregisteredOn = clock.Date(s.clock.Now())
		}
		for _, other := range s.people {
			for i, r := range other.Relations {
				if r.To == p.Number {
					other.Relations[i].Gone = cause
				}
			}
		}
	})
}

// Move registers somebody where somebody else lives.
func (s *Sim) Move(id, to personas.ID) error {
	host, ok := personas.Get(to)
	if !ok {
		return unknown(to)
	}
	return s.change(id, func(p *person) {
		p.Address, p.Municipality = host.Address, host.Municipality
		p.Address.Since = clock.Date(s.clock.Now())
	})
}

// Reset takes back every change and fault; the calls that have been made are forgotten.
func (s *Sim) Reset() {
	if err := s.outage.Set(Works, 0); err != nil {
		panic(err) // no fault can always be set
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls.Clear()
	s.people = map[personas.ID]*person{}
	s.number = map[string]*person{}
	s.order = nil
	for _, p := range s.options.Personas {
		relations := slices.Clone(p.Relations)
		p.Relations = relations
		there := &person{Persona: p}
		s.people[p.ID] = there
		for _, n := range append(slices.Clone(p.Former), p.Number) {
			s.number[n.Digits()] = there
		}
		s.order = append(s.order, p.ID)
	}
}

// Call is one look-up that the register has seen.
type Call struct {
	At  time.Time
	Ref string // correlation id
	IDs []personas.ID
}

// Calls lists the look-ups, oldest first; the last 200 are kept.
func (s *Sim) Calls() []Call { return s.calls.All() }

func (s *Sim) change(id personas.ID, f func(*person)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[id]
	if !ok {
		return unknown(id)
	}
	f(p)
	return nil
}

func unknown(id personas.ID) error { return fmt.Errorf("navetsim: nobody is called %q", id) }
