package casework

import (
	"time"

	"samtjanst/platform/signing"
)

// What an officer begins: an order by hand, in which somebody is asked to sign documents, or a case that officers of the board, or of its host in
// a cooperation, have prepared for a decision. Nobody has applied for anything. The first party is the board itself, which has no number, is told
// nothing and signs nothing; everybody who signs is a party after it.

// AuthorityRole is the role of a board that is the first party of its own case.
const AuthorityRole = "authority"

// ByHand reports whether an officer began the case: its first party is the board.
func (c *Case) ByHand() bool { return len(c.Parties) > 0 && c.Parties[0].Role == AuthorityRole }

// Prepared reports whether officers filled in what the case is about, and asked nobody to sign it.
func (c *Case) Prepared() bool { return c.ByHand() && len(c.Order.Places) == 0 }

// TakenBack: an officer took back an order made by hand, on a ground that is stated.
type TakenBack struct{ Ground string }

// Kind stands in the chain.
func (TakenBack) Kind() string { return "taken-back" }

func (c *Case) takenBack(now time.Time) {
	c.Order.End(now)
	c.cancel(func(f Effect) bool { return f.Kind != EffectNumber })
	c.closeTasks(now)
	c.book(nil, now)
	c.move(Withdrawn, now)
}

// tellSigned tells those who have a use of it that all have signed: the applicant, or, in an order by hand, everybody who has.
func (c *Case) tellSigned(now time.Time) {
	if !c.ByHand() {
		c.effect(EffectComplete, c.Applicant().ID, "", now)
		return
	}
	for _, pl := range c.Order.Places {
		if pl.State == signing.Signed {
			c.effect(EffectComplete, pl.Party, "", now)
		}
	}
}
