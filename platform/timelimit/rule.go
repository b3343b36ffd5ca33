package timelimit

import (
	"slices"
	"strings"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// What a limit is counted from. Beside these: the pointer of an answer, "/verkstallt", and "done:" with the id of another limit.
const (
	FromSubmitted = "submitted" // the day of arrival
	FromDecided   = "decided"   // the time when the decision was taken, not when it was signed
	FromNotified  = "notified"  // the last of the parties has had the decision
	FromDemanded  = "demanded"  // a party asked for it, as the officer or the party records
	fromDone      = "done:"
)

// UntilDecided has a decision fulfil what the limit asks for.
const UntilDecided = "decided"

// To whom a warning goes.
const (
	Officer = "officer" // whoever handles the case; all who could when nobody does
	Decider = "decider" // those who may decide
	Manager = "manager" // those who answer for the board's cases
)

// Roles that can be warned.
var Roles = []string{Officer, Decider, Manager}

// Rule is a time limit as a law sets it. All of it is for officers.
type Rule struct {
	ID        string        `json:"id"`
	Title     string        `json:"title"`            // what must have been done: "Beslutet ska underställas förvaltningsrätten"
	Law       string        `json:"law"`              // "LVU 7 §"
	From      string        `json:"from"`             // what it is counted from
	Begins    time.Time     `json:"begins,omitzero"`  // of a pointer: what the answers say; zero when they say nothing
	Period    Period        `json:"period"`           // how long
	Earliest  Period        `json:"earliest"`         // of a demand: how long after the day of arrival it can be made
	Moves     bool          `json:"moves,omitempty"`  // to the next working day
	ValidFrom calendar.Date `json:"validFrom"`        // the first day of this text; zero always
	ValidTo   calendar.Date `json:"validTo"`          // the last; zero still
	Missed    string        `json:"missed,omitempty"` // what it means in law that it was missed
	Warn      []Warning     `json:"warn,omitempty"`   // in the order in which they go
	Done      string        `json:"done,omitempty"`   // what the officer records: "Handlingarna lämnade till rätten"
	Extended  string        `json:"extended,omitempty"`
	Until     string        `json:"until,omitempty"` // UntilDecided, or "" when the officer records it
}

// Warning goes to a role before the end.
type Warning struct {
	Before Period `json:"before"`
	To     string `json:"to"`
}

// Check says what is wrong with a rule by itself, as fault.Invalid with a cause for the author; nil when nothing is. Warnings are put in the
// order in which they go.
func (r *Rule) Check() error {
	const op = "timelimit.Check"
	fail := func(format string, args ...any) error { return fault.Newf(op, fault.Invalid, format, args...) }
	other, chained := r.After()
	switch {
	case !name(r.ID):
		return fail("%q is no id of a limit: lower-case letters, digits, - and _", r.ID)
	case r.Title == "" || r.Law == "" || r.Done == "" || r.Missed == "":
		return fail("limit %s lacks title, law, done or missed", r.ID)
	case r.Period.IsZero():
		return fail("limit %s has no period", r.ID)
	case r.Moves && r.Period.Unit == Hours:
		return fail("limit %s is counted in hours, and hours are not moved", r.ID)
	case r.Until != "" && r.Until != UntilDecided:
		return fail("limit %s lasts until %q: write decided, or nothing", r.ID, r.Until)
	case r.From == FromDemanded && r.Earliest.Unit == Hours, r.From != FromDemanded && !r.Earliest.IsZero():
		return fail("limit %s: earliest is days, weeks or months before which nothing can be demanded", r.ID)
	case chained && other == r.ID:
		return fail("limit %s is counted from itself", r.ID)
	case !r.ValidTo.IsZero() && r.ValidTo.Before(r.ValidFrom):
		return fail("limit %s is no longer valid before it is", r.ID)
	}
	switch _, pointer := r.Pointer(); {
	case chained && name(other), pointer:
	case slices.Contains([]string{FromSubmitted, FromDecided, FromNotified, FromDemanded}, r.From):
	default:
		return fail("limit %s is counted from %q: write submitted, decided, notified, demanded, a pointer, or done: and a limit", r.ID, r.From)
	}
	for _, w := range r.Warn {
		if w.Before.IsZero() || !slices.Contains(Roles, w.To) {
			return fail("limit %s: a warning needs before, a period, and to: %s", r.ID, strings.Join(Roles, ", "))
		}
	}
	r.Warn = r.sorted()
	return nil
}

func name(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// After gives the limit from whose fulfilment this one is counted; false when it is counted from something else.
func (r Rule) After() (id string, ok bool) { return strings.CutPrefix(r.From, fromDone) }

// Pointer gives the answer that this limit is counted from; false when it is counted from something else.
func (r Rule) Pointer() (pointer string, ok bool) { return r.From, strings.HasPrefix(r.From, "/") }

// Recorded reports whether somebody has to say when the limit began: a demand, or an answer that was not given.
func (r Rule) Recorded() bool {
	_, pointer := r.Pointer()
	return r.From == FromDemanded || pointer && r.Begins.IsZero()
}

// Run is the rule's term from a moment.
func (r Rule) Run(start time.Time) Term { return r.Period.Run(start, r.Moves) }

// Valid reports whether this text of the law held on a day.
func (r Rule) Valid(on calendar.Date) bool {
	return !on.Before(r.ValidFrom) && (r.ValidTo.IsZero() || !r.ValidTo.Before(on))
}

// Choose gives the rule with an id that held at a moment in Sweden; false when none did.
func Choose(rules []Rule, id string, at time.Time) (Rule, bool) {
	on := dayOf(at)
	for _, r := range rules {
		if r.ID == id && r.Valid(on) {
			return r, true
		}
	}
	return Rule{}, false
}

// ParseMoment reads when something happened as answers and scenarios write it: a date-time with its zone, "2026-11-23 23:50" in Sweden, or a
// day, which began at midnight. Anything else is fault.Invalid.
func ParseMoment(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, clock.Stockholm); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Newf("timelimit.ParseMoment", fault.Invalid, "no moment as 2026-11-23 23:50")
}
