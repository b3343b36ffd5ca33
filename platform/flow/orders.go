package flow

import (
	"context"
	"errors"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
)

// OrderQuery is what an officer filters signing orders by; zero fields do not restrict.
type OrderQuery struct {
	Form  string
	Mine  bool   // of cases assigned to the officer
	Days  int    // waited for at least so many days, counted by midnights in Sweden
	Wrong string // casework.LabelLate, LabelUnreached or LabelRefused
	After store.Cursor
}

// OrderRow is a signing order that goes on.
type OrderRow struct {
	Row
	About    string // "application", "decision"
	Deadline time.Time
	Waits    []OrderWait // never none
}

// OrderWait is somebody whom an order waits for.
type OrderWait struct {
	Name     string
	State    signing.PlaceState
	Asked    time.Time // since when it is the person's turn
	Reminded int       // how many times
	Last     time.Time // the last reminder; zero when none
}

// Orders is a page of orders, those first that have waited longest for somebody.
type Orders struct {
	Rows  []OrderRow
	Count int // of all pages, capped at 1000
	Next  store.Cursor
	More  bool
}

// Orders lists the signing orders that go on within the authorities that the actor works for. It opens no case: all of it stands in the
// rows and their cards, as the inbox's does, and like the inbox it leaves no line in the log of reads.
func (s *Service) Orders(ctx context.Context, a identity.Actor, q OrderQuery) (*Orders, error) {
	const op = "flow.Orders"
	if a.Staff == nil {
		return nil, fault.New(op, fault.Unauthorised, nil)
	}
	if len(a.Authorities(anyStaff...)) == 0 {
		return nil, fault.New(op, fault.Forbidden, nil)
	}
	base := store.CaseQuery{Order: store.AskedLongest, After: q.After, Limit: store50 + 1}
	if q.Form != "" {
		base.Forms = []string{q.Form}
	}
	if q.Mine {
		base.Assignee = a.Staff.Subject
	}
	if q.Wrong != "" {
		base.Labels = []string{q.Wrong}
	}
	if q.Days > 0 {
		y, m, d := s.Clock.Now().In(clock.Stockholm).Date()
		base.AskedBefore = time.Date(y, m, d-q.Days+1, 0, 0, 0, 0, clock.Stockholm)
	}
	desks := onDesks(s.desks(a, ""), base)
	rows, err := s.listCases(ctx, desks)
	if err != nil {
		return nil, err
	}
	n, err := s.countCases(ctx, desks)
	if err != nil {
		return nil, err
	}
	out := &Orders{Count: n[0]}
	if len(rows) > store50 {
		rows = rows[:store50]
		out.More, out.Next = true, store.CursorOf(rows[store50-1], base.Order)
	}
	for _, row := range rows {
		r, err := s.orderRow(ctx, row)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, r)
	}
	return out, nil
}

func (s *Service) orderRow(ctx context.Context, row store.CaseRow) (OrderRow, error) {
	card, err := s.Vault.OpenCard(ctx, row)
	if err != nil {
		return OrderRow{}, err
	}
	r := OrderRow{Row: s.rowOf(row, card), About: card.About, Deadline: time.Unix(card.Deadline, 0).UTC()}
	for _, w := range card.Waits {
		ow := OrderWait{Name: w.Name, State: w.State, Asked: time.Unix(w.Asked, 0).UTC(), Reminded: w.Reminded}
		if w.Last != 0 {
			ow.Last = time.Unix(w.Last, 0).UTC()
		}
		r.Waits = append(r.Waits, ow)
	}
	return r, nil
}

// WhyNot says why somebody was not reminded.
type WhyNot string

// Reasons why nobody was reminded. Those of a case count cases, those of a person count persons.
const (
	NotThere     WhyNot = "gone"       // a case: the actor has no such case
	NobodyLeft   WhyNot = "nobody"     // a case: nobody can sign any more, or all have meanwhile
	NotGuarded   WhyNot = "guarded"    // a case: somebody in it is protected, so nothing is sent
	NotReachable WhyNot = "no-address" // a person: nobody has said how to reach him or her; a letter it must be
	OnItsWay     WhyNot = "pending"    // a person: a reminder is on its way already
)

// Reminders is what came of reminding many.
type Reminders struct {
	People int
	Not    map[WhyNot]int
}

// RemindMany has everybody reminded now whom the cases' orders wait for and who can still sign. What cannot be reminded stops nothing: it
// is counted by the reason. It is no look at the cases: nothing of them is shown, so it leaves no line in the log of reads.
func (s *Service) RemindMany(ctx context.Context, a identity.Actor, ids []casework.ID) (*Reminders, error) {
	out := &Reminders{Not: map[WhyNot]int{}}
	for _, id := range ids {
		err := s.remindAwaited(ctx, a, id, out)
		switch {
		case errors.Is(err, fault.NotFound), errors.Is(err, fault.Forbidden), errors.Is(err, fault.Gone):
			out.Not[NotThere]++
		case err != nil:
			return nil, err
		}
	}
	return out, nil
}

func (s *Service) remindAwaited(ctx context.Context, a identity.Actor, id casework.ID, out *Reminders) error {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return err
	}
	c := &e.Case
	if c.Guarded {
		out.Not[NotGuarded]++
		return nil
	}
	var places []signing.Place
	if w := c.Wait(); w != nil {
		places = w.Places
	}
	can := 0
	for _, p := range places {
		if !p.May() {
			continue
		}
		can++
		why, err := s.remindOne(ctx, a, c, p.Party)
		switch {
		case errors.Is(err, fault.Conflict): // signed just now
			out.Not[NobodyLeft]++
		case err != nil:
			return err
		case why != "":
			out.Not[why]++
		default:
			out.People++
		}
	}
	if can == 0 {
		out.Not[NobodyLeft]++
	}
	return nil
}

func (s *Service) remindOne(ctx context.Context, a identity.Actor, c *casework.Case, id signing.PartyID) (WhyNot, error) {
	now := s.Clock.Now()
	for _, f := range c.Effects {
		if f.Party == id && !f.At.After(now) && (f.Kind == casework.EffectRemind || f.Kind == casework.EffectInvite) {
			return OnItsWay, nil
		}
	}
	p := c.Party(id)
	if p == nil {
		return NotReachable, nil
	}
	if p.Subject == "" { // an officer who signs has it in the inbox
		to, err := s.reach(ctx, p)
		if err != nil {
			return "", err
		}
		if to.IsZero() {
			return NotReachable, nil
		}
	}
	return "", s.Remind(ctx, a, c.ID, id)
}
