package signing

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

var (
	fortnight = clock.Span{Days: 14}
	halfHour  = clock.Span{Minutes: 30}
)

// plan reads "a b > c d e/2 > f g/1^": steps apart by ">", how many are needed after "/", a ladder of half an hour marked "^".
func plan(text string) Plan {
	p := Plan{About: "application", Within: fortnight}
	for step := range strings.SplitSeq(text, " > ") {
		var s PlannedStep
		if rest, up := strings.CutSuffix(step, "^"); up {
			step, s.Ladder = rest, halfHour
		}
		names, need, _ := strings.Cut(step, "/")
		if need != "" {
			s.Need = int(need[0] - '0')
		}
		for name := range strings.FieldsSeq(names) {
			s.Parties = append(s.Parties, PartyID(name))
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

// happens lets "a signs", "b declines", "c is-hindered", "d opens", "a is-waived", "b<e" (e in b's place), "30m" (time goes, ladders climb),
// "late" (the deadline), "void", "end" happen, and tells who was asked: "+c +d", or the fault.
func happens(o *Order, what string, at *time.Time) string {
	var asked []PartyID
	var err error
	who, verb, _ := strings.Cut(what, " ")
	states := map[string]PlaceState{"signs": Signed, "declines": Declined, "is-hindered": Hindered, "opens": Opened, "is-waived": Waived, "is-invited": Invited, "on-paper": OnPaper}
	old, by, replaced := strings.Cut(what, "<")
	switch {
	case states[verb] != "":
		_, asked, err = o.Move(PartyID(who), states[verb], *at)
	case replaced:
		asked, err = o.Replace(PartyID(old), PartyID(by), *at)
	case what == "void":
		asked = o.Void(at.Add(time.Hour), *at)
	case what == "end":
		o.End(*at)
	case what == "late":
		*at = o.Deadline
		o.Expire(*at)
	case what == "reopen":
		o.Reopen(at.Add(time.Hour), *at)
	default:
		d, bad := time.ParseDuration(what)
		if bad != nil {
			panic(what)
		}
		*at = at.Add(d)
		asked = o.Climb(*at)
	}
	var out []string
	for _, p := range asked {
		out = append(out, "+"+string(p))
	}
	if err != nil {
		out = append(out, fault.KindOf(err).String())
	}
	if o.Ended {
		out = append(out, string(o.Outcome))
	} else if o.Stuck() {
		out = append(out, "stuck")
	}
	return strings.Join(out, " ")
}

func TestOrders(t *testing.T) {
	for name, c := range map[string]struct {
		plan      string
		positions bool
		asked     string // at once
		story     []string
	}{
		"all at once": {"a b", false, "a b", []string{"a signs:", "a signs:conflict", "b opens:", "b signs:complete", "b declines:conflict complete"}},
		"one after the other": {"a > b > c", false, "a", []string{"b signs:conflict", "b opens:conflict", "a signs:+b", "c signs:conflict", "b on-paper:+c",
			"c signs:complete"}},
		"groups of both":               {"a b > c > d e", false, "a b", []string{"b signs:", "a signs:+c", "c signs:+d +e", "e signs:", "d signs:complete"}},
		"any":                          {"a b c/1", false, "a b c", []string{"b signs:complete", "a signs:conflict complete"}},
		"two of three":                 {"a b c/2 > d", false, "a b c", []string{"c signs:", "a signs:+d", "b signs:conflict", "d signs:complete"}},
		"a no is for the officer":      {"a b", false, "a b", []string{"a declines:stuck", "b signs:stuck", "a signs:conflict stuck", "a is-waived:complete"}},
		"one of two said no":           {"a b/1", false, "a b", []string{"a declines:", "b signs:complete"}},
		"somebody else instead":        {"a b", false, "a b", []string{"a declines:stuck", "a<c:+c", "a signs:invalid", "b<c:conflict", "c signs:", "b signs:complete"}},
		"instead, before the turn":     {"a > b", false, "a", []string{"b<c:", "c signs:conflict", "a signs:+c", "c signs:complete"}},
		"a ladder climbs on silence":   {"a b c/1^", false, "a", []string{"b signs:conflict", "29m:", "1m:+b", "10m:", "20m:+c", "300m:", "a signs:complete"}},
		"a ladder climbs on hindrance": {"a b/1^", false, "a", []string{"a is-hindered:+b", "b is-hindered:stuck", "a signs:conflict stuck", "a<c:+c", "c signs:complete"}},
		"hindrance after silence":      {"a b c/1^", false, "a", []string{"30m:+b", "5m:", "b is-hindered:+c", "a signs:complete"}},
		"never because of a no":        {"a b/1^", false, "a", []string{"a declines:stuck"}},
		"a decider's no ends it":       {"a b/1^", true, "a", []string{"30m:+b", "a declines:refused", "b signs:conflict refused", "void:+a"}},
		"late is better than never":    {"a b", false, "a b", []string{"a signs:", "late:", "b signs:complete"}},
		"a new day is set":             {"a b", false, "a b", []string{"a declines:stuck", "late:stuck", "reopen:", "a signs:", "b signs:complete"}},
		"changed content":              {"a > b", false, "a", []string{"a signs:+b", "void:+a", "b signs:conflict", "a signs:+b", "b signs:complete", "void:+a"}},
		"taken back":                   {"a b", false, "a b", []string{"a signs:", "end:withdrawn", "b signs:conflict withdrawn", "void:withdrawn", "late:withdrawn"}},
	} {
		t.Run(name, func(t *testing.T) {
			at := now
			p := plan(c.plan)
			p.Positions = c.positions
			o, asked, err := NewOrder("o1", p, at)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(asked); got != "["+c.asked+"]" {
				t.Errorf("asked at once %s, want %s", got, c.asked)
			}
			for _, s := range c.story {
				what, want, _ := strings.Cut(s, ":")
				if got := happens(&o, what, &at); got != want {
					t.Errorf("%s: %q, want %q", what, got, want)
				}
			}
		})
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	for _, text := range []string{"a a", "a > a", "a b/3", "a >  > b"} {
		if _, _, err := NewOrder("o1", plan(text), now); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
	p := plan("a b > a")
	if p.Again = true; p.Again {
		if _, asked, err := NewOrder("o1", p, now); err != nil || len(asked) != 2 {
			t.Errorf("a in two steps: %v %v", asked, err)
		}
	}
	if p = plan("a"); p.Within == fortnight {
		p.Within = clock.Span{}
		if _, _, err := NewOrder("o1", p, now); !errors.Is(err, fault.Invalid) {
			t.Errorf("no time: %v", err)
		}
	}
}

// Whatever happens in whatever order: nobody signs out of turn, signatures stay, an order that is complete has what each step needs, and
// what is missing can still be asked for or the order says that it is stuck.
func TestAnyStory(t *testing.T) {
	words := []string{"signs", "signs", "declines", "is-hindered", "opens", "is-waived", "is-invited", "on-paper"}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		text, n := "", 0
		for range 1 + r.IntN(3) {
			if text != "" {
				text += " > "
			}
			size := 1 + r.IntN(4)
			for i := range size {
				if i > 0 {
					text += " "
				}
				text += string(rune('a' + n))
				n++
			}
			if r.IntN(2) == 0 {
				text += fmt.Sprintf("/%d", 1+r.IntN(size))
			}
			if r.IntN(3) == 0 {
				text += "^"
			}
		}
		p := plan(text)
		p.Positions = r.IntN(3) == 0
		o, _, err := NewOrder("o1", p, now)
		if err != nil {
			t.Fatal(err)
		}
		at := now
		story := []string{text}
		for range 3 * n {
			before := o.Clone()
			what := string(rune('a'+r.IntN(n))) + " " + words[r.IntN(len(words))]
			switch r.IntN(12) {
			case 0:
				what = "30m"
			case 1:
				what = "late"
			case 2:
				what = "void"
			}
			told := happens(&o, what, &at)
			story = append(story, what+":"+told)
			if bad := wrong(before, o, what, told); bad != "" {
				t.Fatalf("%s after %s", bad, strings.Join(story, ", "))
			}
		}
	}
}

func wrong(before, after Order, what, told string) string {
	if strings.Contains(told, "conflict") && fmt.Sprint(before) != fmt.Sprint(after) {
		return "a refusal changed something"
	}
	for i, pl := range after.Places {
		old := before.Places[i]
		switch {
		case pl.State == Signed && old.State != Signed && old.Asked.IsZero():
			return "signed out of turn"
		case old.State.Done() && !pl.State.Done() && what != "void":
			return "a signature was lost"
		case !pl.Asked.IsZero() && pl.Step > after.current():
			return "asked before the step's turn"
		}
	}
	for n := range after.steps() {
		places, need, _ := after.step(n)
		if after.Outcome == Complete && filled(places) < need {
			return "complete without step " + fmt.Sprint(n)
		}
	}
	if after.Ended != (after.Outcome != Going) {
		return "ended without outcome"
	}
	may := slices.ContainsFunc(after.Places, func(p Place) bool { return p.May() })
	if !after.Ended && !may && !after.Stuck() {
		return "nobody's turn"
	}
	return ""
}

// A day is a day also where the clocks change: sixteen o'clock stays sixteen o'clock.
func TestDaysOverSummerTime(t *testing.T) {
	start := time.Date(2027, 3, 26, 16, 0, 0, 0, clock.Stockholm)
	if got := (clock.Span{Days: 3}).From(start).In(clock.Stockholm); got.Hour() != 16 || got.Day() != 29 {
		t.Errorf("three days after %s: %s", start, got)
	}
	night := time.Date(2027, 10, 31, 1, 45, 0, 0, clock.Stockholm)
	if got := halfHour.From(night).Sub(night); got != 30*time.Minute {
		t.Errorf("half an hour over the change of clocks: %s", got)
	}
}
