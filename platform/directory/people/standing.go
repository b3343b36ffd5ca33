package people

import (
	"slices"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/identity"
)

// State says where a person stands with a board.
type State string

// States of a person with a board.
const (
	IsHere   State = "here"   // has a role
	IsComing State = "coming" // has one later
	IsGone   State = "gone"   // had one, has left, or is not active where he or she comes from
)

// Soon is how many days before a role ends it is said that it soon does.
const Soon = 30

// Standing is what a person is to a board at a moment.
type Standing struct {
	State State
	Held  []Role        // of the board
	Ends  calendar.Date // the last day of all of it, zero when there is none
	Away  bool
}

// EndsSoon reports whether the person's time with the board ends within Soon days.
func (st Standing) EndsSoon(now time.Time) bool {
	return st.State == IsHere && !st.Ends.IsZero() && day(now).DaysUntil(st.Ends) <= Soon
}

// Standing says what a person is to a board; false when the board does not have and never had the person.
func (s *Snapshot) Standing(p *Person, slug string, now time.Time) (Standing, bool) {
	ofBoard := func(r Role) bool { return r.Authority == slug }
	st := Standing{State: IsGone, Away: p.Away(now)}
	for _, r := range s.Holds(p, now) {
		if ofBoard(r) {
			st.Held = append(st.Held, r)
		}
	}
	member := len(st.Held) > 0 || slices.ContainsFunc(p.Roles, ofBoard) || slices.ContainsFunc(p.Mandates, func(m Mandate) bool { return m.Authority == slug }) ||
		p.Synced != nil && s.ruled(p, slug)
	if len(st.Held) > 0 {
		st.State = IsHere
		for _, r := range p.periods(slug) {
			if r.To.IsZero() {
				st.Ends = calendar.Date{}
				break
			}
			if st.Ends.Before(r.To) {
				st.Ends = r.To
			}
		}
		if p.Synced != nil && s.ruled(p, slug) { // as long as the organisation's directory says so
			st.Ends = calendar.Date{}
		}
		return st, member
	}
	if p.Here() && slices.ContainsFunc(p.periods(slug), func(x Period) bool { return day(now).Before(x.From) }) {
		st.State = IsComing
	}
	return st, member
}

// periods are those that the board has given.
func (p *Person) periods(slug string) []Period {
	var out []Period
	for _, r := range p.Roles {
		if r.Authority == slug {
			out = append(out, r.Period)
		}
	}
	for _, m := range p.Mandates {
		if m.Authority == slug {
			out = append(out, m.Period)
		}
	}
	return out
}

// ruled reports whether a rule gives the person a role in the board, for as long as he or she is active.
func (s *Snapshot) ruled(p *Person, slug string) bool {
	o := p.Synced
	for _, rule := range s.tenant.Staff.Rules {
		if rule.Authority == slug && rule.Matches(o.Organisation, o.Department, o.Title, o.Groups) {
			return true
		}
	}
	return false
}

// Only gives the person as a board sees him or her: without what other boards have given.
func (p Person) Only(slug string) Person {
	p = p.Clone()
	p.Roles = slices.DeleteFunc(p.Roles, func(r Role) bool { return r.Authority != slug })
	p.Mandates = slices.DeleteFunc(p.Mandates, func(m Mandate) bool { return m.Authority != slug })
	return p
}

// MayBeAsked reports whether a person has, or comes to have, a role in which he or she decides for a board.
func (s *Snapshot) MayBeAsked(p *Person, slug string, now time.Time) bool {
	decides := func(r Role) bool {
		return r.Authority == slug && (r.Role == identity.Chair || r.Role == identity.Decider)
	}
	return p.Here() && (slices.ContainsFunc(s.Holds(p, now), decides) ||
		slices.ContainsFunc(p.Roles, func(r Role) bool { return decides(r) && day(now).Before(r.From) }) ||
		slices.ContainsFunc(p.Mandates, func(m Mandate) bool { return m.Authority == slug && day(now).Before(m.From) }))
}

// Administrators lists who keeps a board's people, as the register says.
func (s *Snapshot) Administrators(slug string, now time.Time) []*Person {
	return s.holders(slug, identity.PeopleAdmin, now)
}

// Secretaries lists the board's secretaries who can be asked to sign now: who is away, or has no number to sign with, cannot.
func (s *Snapshot) Secretaries(slug string, now time.Time) []*Person {
	return slices.DeleteFunc(s.holders(slug, identity.Secretary, now), func(p *Person) bool { return p.Number.IsZero() || p.Away(now) })
}

func (s *Snapshot) holders(slug string, role identity.Role, now time.Time) []*Person {
	var out []*Person
	for _, p := range s.people {
		if slices.ContainsFunc(s.Holds(p, now), func(r Role) bool { return r.Authority == slug && r.Role == role }) {
			out = append(out, p)
		}
	}
	return out
}
