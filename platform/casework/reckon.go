package casework

import (
	"time"

	"samtjanst/platform/timelimit"
)

// When limits begin, and which the case itself settles.

// rules are those of the form that hold on the answers; of a decision, as they were when it was written.
func (c *Case) rules() []timelimit.Rule {
	if c.Decision != nil && c.Decision.Rules != nil {
		return c.Decision.Rules
	}
	return c.Rules
}

// inForce reports whether there is a decision that holds, and not only a proposal.
func (c *Case) inForce() bool { return c.Decision != nil && c.State != Deciding }

// Ahead are the limits that have not begun, each as the law reads on the day that counts, with its beginning where a date says it.
func (c *Case) Ahead(now time.Time) []timelimit.Rule {
	var out []timelimit.Rule
	seen := map[string]bool{}
	for _, r := range c.rules() {
		if seen[r.ID] || c.Limit(r.ID) != nil {
			continue
		}
		seen[r.ID] = true
		if rule, ok := timelimit.Choose(c.rules(), r.ID, c.lawOn(now)); ok {
			out = append(out, rule)
		}
	}
	return out
}

// MayBegin reports whether somebody can record now that a limit began.
func (c *Case) MayBegin(r timelimit.Rule, now time.Time) bool {
	if !r.Recorded() || c.Limit(r.ID) != nil || c.State == Withdrawn {
		return false
	}
	if r.From != timelimit.FromDemanded {
		return true
	}
	return c.State.Open() && !c.settledByDecision() && (r.Earliest.IsZero() || !now.Before(r.Earliest.After(c.Submitted)))
}

// settledByDecision reports whether the case has had what it was to have.
func (c *Case) settledByDecision() bool {
	return c.State == Decided || c.State == Delivered || c.State == Closed
}

// lawOn is the day whose law counts: the decision's, else the one given.
func (c *Case) lawOn(at time.Time) time.Time {
	if c.inForce() {
		return c.Decision.Taken()
	}
	return at
}

// reckon begins limits whose time has come, and ends those that the case itself has settled.
func (c *Case) reckon(now time.Time) {
	for again := true; again; { // one limit may be counted from another
		again = false
		for _, r := range c.rules() {
			if c.Limit(r.ID) != nil || c.State == Withdrawn {
				continue
			}
			start, ok := c.begins(r)
			if !ok {
				continue
			}
			rule, ok := timelimit.Choose(c.rules(), r.ID, c.lawOn(start))
			if !ok || rule.From != r.From { // another text of the law counts from something else
				continue
			}
			c.Limits = append(c.Limits, Limit{Rule: rule, Term: rule.Run(start), State: LimitRunning})
			c.schedule(&c.Limits[len(c.Limits)-1], now)
			again = true
		}
		for i := range c.Limits {
			again = c.settleLimit(&c.Limits[i], now) || again
		}
	}
}

// begins is when what a limit is counted from happened; false when it has not.
func (c *Case) begins(r timelimit.Rule) (time.Time, bool) {
	for _, s := range c.LimitStarts {
		if s.Limit == r.ID {
			return s.At, true
		}
	}
	if other, chained := r.After(); chained {
		if l := c.Limit(other); l != nil && !l.Done.IsZero() {
			return l.Done, true
		}
		return time.Time{}, false
	}
	switch r.From {
	case timelimit.FromSubmitted:
		return c.Submitted, !c.Submitted.IsZero() && !c.settledByDecision()
	case timelimit.FromDecided:
		if c.inForce() {
			return c.Decision.Taken(), true
		}
	case timelimit.FromNotified:
		return c.notified()
	default:
		return r.Begins, !r.Begins.IsZero()
	}
	return time.Time{}, false
}

// notified is when the last of the parties surely had the decision; false while somebody has not.
func (c *Case) notified() (last time.Time, all bool) {
	if !c.inForce() {
		return last, false
	}
	for _, p := range c.Parties {
		if p.Left {
			continue
		}
		var had time.Time
		for _, d := range p.Delivered {
			at := d.Opened
			if d.Channel == "letter" {
				at = d.At
			}
			if d.What == whatDecision && !at.IsZero() && (had.IsZero() || at.Before(had)) {
				had = at
			}
		}
		if had.IsZero() {
			return last, false
		}
		if had.After(last) {
			last = had
		}
	}
	return last, !last.IsZero()
}

// settleLimit ends a limit that the case itself has fulfilled or left without meaning, and reports whether it did.
func (c *Case) settleLimit(l *Limit, now time.Time) bool {
	switch {
	case l.Settled():
		return false
	case c.State == Withdrawn:
		l.Ground = GroundWithdrawn
		if l.State == LimitRunning {
			l.State = LimitVoid
		}
		c.forget(l, now)
		return true
	case l.Rule.Until == timelimit.UntilDecided && c.settledByDecision():
		at := now
		if c.inForce() {
			at = c.Decision.Taken()
		}
		c.met(l, at, now)
		return true
	}
	return false
}
