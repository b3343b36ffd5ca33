package casework

import (
	"slices"
	"strings"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
	"samtjanst/platform/timelimit"
)

// Time limits that laws set. The form says which there are (timelimit.Rule); the case holds those whose conditions its answers fulfil, and
// begins each when what it is counted from has happened. That is worked out anew after every event (reckon), so that no way to a decision
// can forget it. A limit that runs keeps a case from being closed, and so does one that was missed until somebody has said what was done.

// LimitState says how a limit stands.
type LimitState string

// States of a limit.
const (
	LimitRunning LimitState = "running" // it is to be done
	LimitInTime  LimitState = "done"    // in time
	LimitVoid    LimitState = "ended"   // there is nothing to do any more: the case was withdrawn, the decision overturned
	LimitMissed  LimitState = "missed"  // nobody has recorded in time that it was done
)

// Limit is a time limit that runs or has run.
type Limit struct {
	Rule     timelimit.Rule // as the law read on the day that counts
	Term     timelimit.Term
	State    LimitState
	Warned   int       // how many of the rule's warnings have gone
	Done     time.Time // when it was done, though it may have been too late; zero while it is not
	Name     string    // who recorded that; "" when the case itself says it
	Note     string    // what he or she wrote about it
	Ground   string    // why it ended, or what came of that it was missed: in words, or GroundWithdrawn
	Extended []Extension
}

// GroundWithdrawn ends the limits of a case that was withdrawn, or taken back.
const GroundWithdrawn = "withdrawn"

// Extension is another last day that somebody who may has set.
type Extension struct {
	To     calendar.Date
	Ground string
	Name   string // who recorded it
	At     time.Time
	Was    timelimit.Term
}

// LimitStart is a moment that a limit is counted from, as somebody has recorded it.
type LimitStart struct {
	Limit string
	At    time.Time
	Name  string
	Note  string
}

// Settled reports whether nothing is left to do.
func (l *Limit) Settled() bool {
	return l.State == LimitInTime || l.State == LimitVoid || l.State == LimitMissed && (!l.Done.IsZero() || l.Ground != "")
}

// Raised reports whether it is time to act: a warning has gone, or it is too late.
func (l *Limit) Raised() bool { return !l.Settled() && (l.Warned > 0 || l.State == LimitMissed) }

// The events of limits. What is recorded may have happened earlier than it is recorded, never later.
type (
	// LimitMet: what the limit asks for was done, at a time.
	LimitMet struct {
		Limit string
		At    time.Time
		Note  string
		Name  string
	}
	// LimitExtended: who may has set another last day, on a ground.
	LimitExtended struct {
		Limit  string
		To     calendar.Date
		Ground string
		Name   string
	}
	// LimitEnded: the limit has nothing to ask for any more, on a ground; of a missed one, what came of it.
	LimitEnded struct{ Limit, Ground string }
	// LimitBegun: what the limit is counted from happened, and the answers do not tell: a party's demand, an enforcement.
	LimitBegun struct {
		Limit string
		At    time.Time
		Note  string
		Name  string
	}
	// LimitDue: the time for a warning has come, or the end.
	LimitDue struct{ Effect, Limit string }
	// LimitWarned: those who have a role were warned, so many of them by mail or text message. The others see it in the inbox. To is the role that was
	// told: a later one on the ladder than the rule's where nobody who could be reached holds that.
	LimitWarned struct {
		Effect, Limit, To string
		Reached           int
	}
)

// Kinds stand in the chain.
func (LimitMet) Kind() string      { return "limit-done" }
func (LimitExtended) Kind() string { return "limit-extended" }
func (LimitEnded) Kind() string    { return "limit-ended" }
func (LimitBegun) Kind() string    { return "limit-begun" }
func (LimitDue) Kind() string      { return "limit-due" }
func (LimitWarned) Kind() string   { return "limit-warned" }

// Effects of limits. Neither is called off by anything but what becomes of the limit itself.
const (
	EffectLimit EffectKind = "limit" // timer: the next warning of the limit that Arg names, or its end
	EffectWarn  EffectKind = "warn"  // warn: Arg is the limit and the role, "understallning decider"
)

// TaskLimit is a limit that soon ends or has ended; Detail is its id.
const TaskLimit TaskKind = "limit"

// Labels of cases with limits, beside those of Labels. A case with an unsettled limit has one of the first two.
const (
	LabelLimitSoon   = "limit-soon"   // it is time to act
	LabelLimitLater  = "limit-later"  // there is time left
	LabelLimitMissed = "limit-missed" // one was missed, and nobody has said what came of it
)

// Taken is when the decision was taken. Only a decision that has been taken orally, before it was written and signed, was so earlier than At.
func (d *Decision) Taken() time.Time {
	if d.DecidedAt.IsZero() {
		return d.At
	}
	return d.DecidedAt
}

// Limit gives a limit by its id; nil when it has not begun.
func (c *Case) Limit(id string) *Limit {
	for i := range c.Limits {
		if c.Limits[i].Rule.ID == id {
			return &c.Limits[i]
		}
	}
	return nil
}

// met notes when what a limit asks for was done. What was done in time was not missed, however late it was recorded.
func (c *Case) met(l *Limit, at, now time.Time) {
	l.Done = at
	l.State = LimitInTime
	if !at.Before(l.Term.Ends) {
		l.State = LimitMissed
	}
	c.forget(l, now)
}

// forget drops what waits for a limit.
func (c *Case) forget(l *Limit, now time.Time) {
	c.unschedule(l.Rule.ID)
	c.passed(TaskLimit, func(t Task) bool { return t.Detail == l.Rule.ID }, now)
}

func (c *Case) unschedule(id string) {
	c.Effects = slices.DeleteFunc(c.Effects, func(f Effect) bool {
		limit, _, _ := strings.Cut(f.Arg, " ")
		return ofLimit(f) && limit == id
	})
}

// ofLimit reports whether an effect belongs to a limit, which alone can call it off.
func ofLimit(f Effect) bool { return f.Kind == EffectLimit || f.Kind == EffectWarn }

// schedule raises the warnings whose time has come, and waits for the next or for the end. Warnings that were to have gone before the limit
// began are late and not left out: whoever can do more about it is told at once.
func (c *Case) schedule(l *Limit, now time.Time) {
	for l.Warned < len(l.Rule.Warn) {
		w := l.Rule.Warn[l.Warned]
		if at := l.Term.Warning(w.Before); at.After(now) {
			c.effect(EffectLimit, "", l.Rule.ID, at)
			return
		}
		l.Warned++
		c.task(TaskLimit, "", l.Rule.ID, now)
		c.warn(l, w.To, now)
	}
	if now.Before(l.Term.Ends) {
		c.effect(EffectLimit, "", l.Rule.ID, l.Term.Ends)
		return
	}
	l.State = LimitMissed
	c.task(TaskLimit, "", l.Rule.ID, now)
	for _, role := range timelimit.Roles { // all who have been warned, and whoever handles the case
		if role == timelimit.Officer || slices.ContainsFunc(l.Rule.Warn, func(w timelimit.Warning) bool { return w.To == role }) {
			c.warn(l, role, now)
		}
	}
}

func (c *Case) warn(l *Limit, role string, now time.Time) {
	arg := l.Rule.ID + " " + role
	if !slices.ContainsFunc(c.Effects, func(f Effect) bool { return f.Kind == EffectWarn && f.Arg == arg }) {
		c.effect(EffectWarn, signing.PartyID(""), arg, now)
	}
}

// limitDue is a moment of a limit that has come.
func (c *Case) limitDue(e LimitDue, now time.Time) {
	f := c.finish(e.Effect)
	if l := c.Limit(f.Arg); l != nil && l.State == LimitRunning {
		c.schedule(l, now)
	}
}

func (c *Case) limitMet(e LimitMet, now time.Time) error {
	l, err := c.unsettled(e.Limit)
	if err != nil {
		return err
	}
	if e.At.After(now) || e.At.Before(l.Term.Start) {
		return fault.Newf("casework.Apply", fault.Invalid, "limit %s was done before it began, or will be", e.Limit)
	}
	l.Name, l.Note = e.Name, e.Note
	c.met(l, e.At, now)
	return nil
}

func (c *Case) limitExtended(e LimitExtended, now time.Time) error {
	l, err := c.unsettled(e.Limit)
	if err != nil {
		return err
	}
	if l.Rule.Extended == "" || e.Ground == "" || !l.Term.Moved.Before(e.To) {
		return fault.Newf("casework.Apply", fault.Invalid, "limit %s cannot be extended to %s", e.Limit, e.To)
	}
	l.Extended = append(l.Extended, Extension{To: e.To, Ground: e.Ground, Name: e.Name, At: now, Was: l.Term})
	l.Term, l.State, l.Warned = timelimit.Until(l.Term.Start, e.To), LimitRunning, 0
	c.forget(l, now)
	c.schedule(l, now)
	return nil
}

func (c *Case) limitEnded(e LimitEnded, now time.Time) error {
	l, err := c.unsettled(e.Limit)
	if err != nil {
		return err
	}
	if e.Ground == "" {
		return fault.Newf("casework.Apply", fault.Invalid, "limit %s ended without a ground", e.Limit)
	}
	l.Ground = e.Ground
	if l.State == LimitRunning {
		l.State = LimitVoid
	}
	c.forget(l, now)
	return nil
}

func (c *Case) unsettled(id string) (*Limit, error) {
	l := c.Limit(id)
	if l == nil || l.Settled() {
		return nil, fault.Newf("casework.Apply", fault.Conflict, "limit %q does not run", id)
	}
	return l, nil
}

func (c *Case) limitBegun(e LimitBegun, now time.Time) error {
	rules := c.Ahead(now)
	i := slices.IndexFunc(rules, func(r timelimit.Rule) bool { return r.ID == e.Limit })
	if i < 0 || !c.MayBegin(rules[i], e.At) {
		return fault.Newf("casework.Apply", fault.Conflict, "limit %q cannot begin", e.Limit)
	}
	if e.At.After(now) || e.At.Before(c.Submitted) {
		return fault.Newf("casework.Apply", fault.Invalid, "limit %s began before the case, or will", e.Limit)
	}
	c.LimitStarts = append(c.LimitStarts, LimitStart{Limit: e.Limit, At: e.At, Name: e.Name, Note: e.Note})
	return nil
}

// Unsettled are the limits that something is left to do about, those first that end first.
func (c *Case) Unsettled() []Limit {
	var out []Limit
	for _, l := range c.Limits {
		if !l.Settled() {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Limit) int { return a.Term.Due.Compare(b.Term.Due) })
	return out
}

// labelsLimits say how the limits stand.
func (c *Case) labelsLimits() []string {
	var out []string
	all := c.Unsettled()
	if len(all) == 0 {
		return nil
	}
	later := LabelLimitLater
	for _, l := range all {
		if l.Raised() {
			later = LabelLimitSoon
		}
		if l.State == LimitMissed && !slices.Contains(out, LabelLimitMissed) {
			out = append(out, LabelLimitMissed)
		}
	}
	return append(out, later)
}
