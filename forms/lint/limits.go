package lint

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/timelimit"
)

// limits checks that every time limit can be counted and that its end can be recorded. A limit that is not counted is one that is missed.
func (l *linter) limits() {
	m := &l.def.Meta
	var all []limitAt
	for i, limit := range m.Limits {
		at := "/limits/" + strconv.Itoa(i)
		rules, err := limit.Rules()
		if err != nil {
			mend := ""
			if limit.Use != "" && !slices.Contains(forms.ReadyLimits(), limit.Use) {
				mend = "ready-made are " + strings.Join(forms.ReadyLimits(), ", ")
			}
			l.inForm(at, mend, "%s", cause(err))
			continue
		}
		for _, r := range rules {
			all = append(all, limitAt{r.Rule, at})
		}
	}
	for i, r := range all {
		for _, other := range all[:i] {
			if other.ID == r.ID && overlap(other.Rule, r.Rule) {
				l.inForm(r.at, "give each text of the law its validFrom and validTo", "two limits are called %q on the same day", r.ID)
			}
		}
		l.limitFrom(r, all)
	}
}

// limitAt is a rule with where it is written.
type limitAt struct {
	timelimit.Rule
	at string
}

func overlap(a, b timelimit.Rule) bool {
	before := func(x, y timelimit.Rule) bool { return !x.ValidTo.IsZero() && x.ValidTo.Before(y.ValidFrom) }
	return !before(a, b) && !before(b, a)
}

// limitFrom checks that what a limit is counted from, and what ends it, can happen.
func (l *linter) limitFrom(r limitAt, all []limitAt) {
	m := &l.def.Meta
	decides := len(m.Decision.Outcomes) > 0
	if (r.From == timelimit.FromDecided || r.From == timelimit.FromNotified) && !decides {
		l.inForm(r.at+"/from", "add decision.outcomes, or count from submitted", "limit %s is counted from a decision, and nothing is decided", r.ID)
	}
	if r.Until == timelimit.UntilDecided && !decides && len(m.Delivery.Ways) == 0 && !slices.ContainsFunc(m.Stages, func(s forms.Stage) bool { return s.Closes }) {
		l.inForm(r.at+"/until", "leave it out: the officer records that it is done", "limit %s lasts until a decision, and nothing is decided", r.ID)
	}
	if pointer, ok := r.Pointer(); ok {
		f := l.form.Fields[forms.Pointer(pointer)]
		switch {
		case f == nil:
			l.nowhere(forms.FormFile, r.at+"/from", pointer, "the layout", l.pointers())
		case f.Kind != forms.DateField && f.Format != "date" && f.Format != "date-time":
			l.inForm(r.at+"/from", "name an answer with format date or date-time", "limit %s is counted from %s, which is no date", r.ID, pointer)
		}
	}
	seen := []string{r.ID}
	for next := r.Rule; ; {
		other, chained := next.After()
		if !chained {
			return
		}
		i := slices.IndexFunc(all, func(o limitAt) bool { return o.ID == other })
		if i < 0 {
			l.inForm(r.at+"/from", "name the id of another limit", "limit %s is counted from %q, and there is no such limit", next.ID, other)
			return
		}
		if slices.Contains(seen, other) {
			l.inForm(r.at+"/from", "let one of them begin with something else", "limit %s is counted from itself, by way of others", r.ID)
			return
		}
		seen, next = append(seen, other), all[i].Rule
	}
}
