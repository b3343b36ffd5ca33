package scenario

import (
	"maps"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/clock"
	"samtjanst/platform/timelimit"
)

// limits holds the form's time limits to what is expected of them: which there are on the answers, and on which day each ends, as it is
// counted and as a holiday moves it. Those that nothing has begun are not among them.
func (r *runner) limits(e Expect, v *forms.View) {
	if e.Limits == nil {
		return
	}
	rules, err := r.graph.Limits(v)
	if err != nil {
		r.fail("limits: %v", err)
		return
	}
	moments := map[string]time.Time{}
	for _, name := range slices.Sorted(maps.Keys(r.scenario.Moments)) {
		if moments[name], err = timelimit.ParseMoment(r.scenario.Moments[name]); err != nil {
			r.fail("moments: %s: %v", name, err)
			return
		}
	}
	if moments[timelimit.FromSubmitted], err = timelimit.ParseMoment(r.scenario.Today); err != nil {
		r.fail("today: %v", err)
		return
	}
	want, got := map[string]any{}, map[string]any{}
	for id, ends := range e.Limits {
		want[id] = ends
	}
	for _, rule := range rules {
		start := begins(rule, moments)
		if start.IsZero() || got[rule.ID] != nil {
			continue
		}
		law := moments[timelimit.FromDecided]
		if law.IsZero() {
			law = start
		}
		chosen, ok := timelimit.Choose(rules, rule.ID, law)
		if !ok || chosen.From != rule.From {
			continue // another text of the law held that day
		}
		term := chosen.Run(start)
		plain, moved := term.Plain.String(), term.Moved.String()
		if term.Exact {
			plain = term.Due.In(clock.Stockholm).Format("2006-01-02 15:04")
			moved = plain
		}
		got[rule.ID] = map[string]any{"plain": plain, "moved": moved}
	}
	r.differ("limits", any(want), any(got))
}

// begins is when what a limit is counted from happened, zero when the scenario does not say that it did.
func begins(r timelimit.Rule, moments map[string]time.Time) time.Time {
	if other, ok := r.After(); ok {
		return moments[other]
	}
	if _, ok := r.Pointer(); ok {
		return r.Begins
	}
	return moments[r.From]
}
