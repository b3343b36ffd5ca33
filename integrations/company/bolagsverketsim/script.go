package bolagsverketsim

import (
	"fmt"
	"slices"
	"time"

	"samtjanst/integrations/company"
	"samtjanst/integrations/sim/companies"
	"samtjanst/platform/clock"
)

// Fault is a way in which the whole register fails.
type Fault string

// Faults.
const (
	Works     Fault = ""
	Slow      Fault = "slow"      // answers after Options.Delay
	Down      Fault = "down"      // closes the connection
	Error500  Fault = "500"       // technical fault
	TooMany   Fault = "429"       // over the limit on calls
	Forbidden Fault = "403"       // the credentials give no access
	OldToken  Fault = "401"       // forgets every token that it has given out
	NoRoute   Fault = "404"       // the gateway knows no such address: not the service's "no such organisation"
	Malformed Fault = "malformed" // an answer that is cut off
	WrongType Fault = "wrongtype" // an answer of another shape than described
	Lying     Fault = "lying"     // answers about another company
	Nameless  Fault = "nameless"  // a 200 in which no producer answered
)

// Change is what can be done to a company from now on.
type Change string

// Changes.
const (
	Restore    Change = "restore"
	Deregister Change = "deregister"
	Bankrupt   Change = "bankrupt"
	Unread     Change = "unread" // deregistration and proceedings are not answered: nobody knows how it stands
	NoAddress  Change = "no-address"
)

// Changes lists them.
func Changes() []Change { return []Change{Restore, Deregister, Bankrupt, Unread, NoAddress} }

// Fail makes the next calls to organisationer fail, as many as times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Set changes a company as from now.
func (s *Sim) Set(id companies.ID, c Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.list, func(e companies.Entry) bool { return e.ID == id })
	if i < 0 {
		return fmt.Errorf("bolagsverketsim: nothing is called %q", id)
	}
	e, today := &s.list[i], clock.Date(s.clock.Now())
	switch c {
	case Restore:
		*e = s.options.Companies[i]
	case Deregister:
		e.Deregistered, e.Cause, e.Operating = today, company.Code{Code: "LIAV", Text: "Likvidation avslutad"}, company.OperatingNo
	case Bankrupt:
		e.Proceedings = []company.Proceeding{{Code: company.Code{Code: "KK", Text: "Konkurs"}, From: today}}
	case Unread:
		e.Unread = append(slices.Clone(e.Unread), company.PartDeregistration, company.PartProceedings)
	case NoAddress:
		e.Address = company.Address{}
	default:
		return fmt.Errorf("bolagsverketsim: no change is called %q", c)
	}
	return nil
}

// Reset takes back every change and fault; the calls that have been made are forgotten.
func (s *Sim) Reset() {
	if err := s.outage.Set(Works, 0); err != nil {
		panic(err) // no fault can always be set
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls.Clear()
	s.list = slices.Clone(s.options.Companies)
}

// Call is one look-up that the register has seen.
type Call struct {
	At  time.Time
	Ref string // X-Request-Id
	IDs []companies.ID
}

// Calls lists the look-ups, oldest first; the last 200 are kept.
func (s *Sim) Calls() []Call { return s.calls.All() }
