package forms

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"samtjanst/forms/internal/tree"
	"samtjanst/platform/calendar"
	"samtjanst/platform/fault"
	"samtjanst/platform/timelimit"
)

// Limit is something that must be done within a time that a law sets. It may be written as the name of a ready-made one alone: fl11.
//
// Officers see when a limit ends, as it is counted and as a holiday moves it (lag (1930:173)), are warned before, and record when it is
// done; what a missed one means in law is told in plain words.
type Limit struct {
	// Use is a ready-made limit: fl11, fl12. What is written beside it stands in the place of what that says.
	Use string `yaml:"use"`
	// ID names the limit. Several limits may have one id when the law has changed: validFrom and validTo say which of them holds on the day
	// of the decision, or before there is one on the day that it is counted from.
	ID    string `yaml:"id"`
	Title string `yaml:"title"` // what must have been done
	Law   string `yaml:"law"`   // the provision: "LVU 7 §"
	// From is what the time is counted from: submitted, decided (the time of the decision, not of its signature), notified (all parties have
	// had the decision), demanded (a party has asked for it), the pointer of an answer that is a date or a date-time, or done:ID, when
	// another limit was done.
	From string `yaml:"from"`
	// Period is how long: "1 week", "4 weeks", "10 workdays", "24 hours". "Senast dagen efter" is 1 day.
	Period string `yaml:"period"`
	// Earliest is for what a party demands: how long after the day of arrival that can be done first.
	Earliest string `yaml:"earliest"`
	// Moves says that a limit which ends on a Saturday, Sunday, holiday or eve ends on the next working day (lag (1930:173) 2 §).
	Moves bool `yaml:"moves"`
	// When is the condition under which there is such a limit; absent: always.
	When      *Condition     `yaml:"when"`
	ValidFrom string         `yaml:"validFrom"` // YYYY-MM-DD; absent: always
	ValidTo   string         `yaml:"validTo"`   // YYYY-MM-DD; absent: still
	Missed    string         `yaml:"missed"`    // what it means in law that it was missed
	Warn      []LimitWarning `yaml:"warn"`      // who is warned, by the plain day; the later ones go to those who can do more about it
	// Done is what the officer records with the time when it was done: "Handlingarna lämnade till rätten".
	Done string `yaml:"done"`
	// Extended is who may set another day: "rätten". Absent: nobody.
	Extended string `yaml:"extended"`
	// Until is "decided" when a decision is what the limit asks for; absent: the officer records it.
	Until string `yaml:"until"`
}

// LimitWarning goes to those who have a role, in the inbox and by neutral mail or text message.
type LimitWarning struct {
	Before string `yaml:"before"` // how long before the end of the plain day: "3 days" is that morning, "4 hours" four hours before midnight
	To     string `yaml:"to"`     // officer, decider or manager
}

// ReadShort takes the name of a ready-made limit, which is a limit as short as it can be written.
func (l *Limit) ReadShort(text string) { l.Use = text }

//go:embed statutes.yaml
var statutes []byte

// ready are the limits of laws that many services apply. A mistake in what is embedded shows at the first use, and in the tests.
var ready = sync.OnceValue(func() []Limit {
	n, err := tree.ParseYAML(statutes)
	if err != nil {
		panic("forms: statutes.yaml: " + err.Error())
	}
	var out []Limit
	if wrong := tree.Decode(n, &out, nil); len(wrong) > 0 {
		panic(fmt.Sprintf("forms: statutes.yaml: %v", wrong[0]))
	}
	return out
})

// ReadyLimits are the ids of the ready-made limits.
func ReadyLimits() []string {
	var out []string
	for _, l := range ready() {
		if !slices.Contains(out, l.ID) {
			out = append(out, l.ID)
		}
	}
	return out
}

// whole gives the limit with what it uses filled in: one for each text of the law that there has been. fault.Invalid when there is no such
// ready-made limit.
func (l Limit) whole() ([]Limit, error) {
	if l.Use == "" {
		return []Limit{l}, nil
	}
	var out []Limit
	for _, r := range ready() {
		if r.ID != l.Use {
			continue
		}
		for _, own := range [...]struct {
			to   *string
			said string
		}{{&r.ID, l.ID}, {&r.Title, l.Title}, {&r.Law, l.Law}, {&r.From, l.From}, {&r.Period, l.Period}, {&r.Earliest, l.Earliest},
			{&r.ValidFrom, l.ValidFrom}, {&r.ValidTo, l.ValidTo}, {&r.Missed, l.Missed}, {&r.Done, l.Done}, {&r.Extended, l.Extended}, {&r.Until, l.Until}} {
			if own.said != "" {
				*own.to = own.said
			}
		}
		r.Moves, r.When = r.Moves || l.Moves, l.When
		if l.Warn != nil {
			r.Warn = l.Warn
		}
		out = append(out, r)
	}
	if out == nil {
		return nil, fault.Newf("forms.Limit", fault.Invalid, "there is no ready-made limit %q", l.Use)
	}
	return out, nil
}

// rule is the limit as it is counted.
func (l Limit) rule() (timelimit.Rule, error) {
	r := timelimit.Rule{ID: l.ID, Title: l.Title, Law: l.Law, From: l.From, Moves: l.Moves, Missed: l.Missed, Done: l.Done, Extended: l.Extended, Until: l.Until}
	var err error
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	period := func(s string) (p timelimit.Period) { keep(p.UnmarshalText([]byte(s))); return p }
	day := func(s string) (d calendar.Date) { keep(d.UnmarshalText([]byte(s))); return d }
	r.Period, r.Earliest, r.ValidFrom, r.ValidTo = period(l.Period), period(l.Earliest), day(l.ValidFrom), day(l.ValidTo)
	for _, w := range l.Warn {
		r.Warn = append(r.Warn, timelimit.Warning{Before: period(w.Before), To: w.To})
	}
	keep(r.Check())
	return r, err
}

// LimitRule is a limit as it is counted, with the condition under which there is one.
type LimitRule struct {
	timelimit.Rule
	When *Condition // nil: always
}

// Rules are what a limit means: one rule, or one for each text that the law has had. A mistake is fault.Invalid.
func (l Limit) Rules() ([]LimitRule, error) {
	all, err := l.whole()
	if err != nil {
		return nil, err
	}
	var out []LimitRule
	for _, one := range all {
		r, err := one.rule()
		if err != nil {
			return nil, err
		}
		out = append(out, LimitRule{Rule: r, When: one.When})
	}
	return out, nil
}

// LimitRules are the rules of all limits of the form, in their order. A mistake is fault.Invalid.
func (m *Meta) LimitRules() ([]LimitRule, error) {
	var out []LimitRule
	for _, l := range m.Limits {
		rules, err := l.Rules()
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
	}
	return out, nil
}

// CountsFromDecision reports whether some limit is counted from the time of the decision, so that this time must be exact.
func (m *Meta) CountsFromDecision() bool {
	return slices.ContainsFunc(m.Limits, func(l Limit) bool { return l.From == timelimit.FromDecided })
}
