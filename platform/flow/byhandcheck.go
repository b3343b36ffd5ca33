package flow

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
)

// Codes of what can be wrong with an order by hand and with nothing else.
const (
	SamePerson  = "same-person"   // the same number stands twice
	NeedsMore   = "needs-more"    // of: the step needs more than it has
	LadderOfAll = "ladder-of-all" // one by one, and all must sign
	LadderLate  = "ladder-late"   // the last would be asked when the time is out
	TimePast    = "time-past"     // the deadline has been
	RemindLate  = "remind-late"   // a reminder when the time is out
	NotHolder   = "not-holder"    // whoever was chosen in the register has no role in the board any more
	NotReached  = "not-reached"   // somebody cannot be reached here: unknown to the register, or protected
)

// Limits of an order by hand.
const (
	maxHandSigners = 50
	maxSteps       = 10
	maxDays        = 365
	maxMinutes     = 7 * 24 * 60
	maxReminders   = 5
)

// handDone is an order by hand that holds together.
type handDone struct {
	HandPlan
	until    time.Time  // the deadline, when it was said as a time
	within   clock.Span // else
	parties  []casework.Party
	planned  []signing.PlannedStep
	known    []signing.PartyID // chosen in the register
	problems []forms.Problem
}

func (h *handDone) wrong(at forms.Pointer, code string, params ...any) {
	p := forms.Problem{Pointer: at, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if p.Params == nil {
			p.Params = map[string]any{}
		}
		p.Params[params[i].(string)] = params[i+1]
	}
	h.problems = append(h.problems, p)
}

// checkHand reads an order by hand, known being those who can be chosen in the register. What it gives is right when there are no problems: parties from p2 on, in the order they were typed.
func checkHand(in HandOrder, known []HandPerson, now time.Time) (*handDone, []forms.Problem) {
	h := &handDone{}
	step := map[signing.PartyID]int{}
	for _, s := range in.Signers {
		if s.nobody() {
			continue
		}
		p, n := h.signer(s, known, now)
		p.ID = signing.PartyID("p" + itoa(len(h.parties)+2))
		if h.parties = append(h.parties, p); s.Person != "" {
			h.known = append(h.known, p.ID)
		}
		step[p.ID] = n
	}
	switch {
	case len(h.parties) == 0:
		h.wrong("/signers", forms.Required)
	case len(h.parties) > maxHandSigners:
		h.wrong("/signers", forms.TooMany, "max", maxHandSigners)
	}
	h.time(in, now)
	h.steps(in, step, now)
	h.reminders(in, now)
	return h, h.problems
}

// nobody reports that nothing has been typed of somebody.
func (s HandSigner) nobody() bool {
	return strings.TrimSpace(s.Person+s.Number+s.Name+s.Email+s.Phone+s.Title) == ""
}

// signer reads a row, and the step that the person stands in.
func (h *handDone) signer(s HandSigner, known []HandPerson, now time.Time) (casework.Party, int) {
	at := forms.Pointer("/signers").Join(s.Key)
	p := casework.Party{Given: casework.Contact{Email: strings.TrimSpace(s.Email), Phone: e164(s.Phone)}}
	var err error
	same := func(o casework.Party) bool { return !p.Number.IsZero() && o.Number == p.Number }
	if number := strings.TrimSpace(s.Number); s.Person != "" {
		i := slices.IndexFunc(known, func(k HandPerson) bool { return k.ID == s.Person })
		if i < 0 {
			h.wrong(at.Join("person"), NotHolder)
		} else if p.Number = known[i].number; slices.ContainsFunc(h.parties, same) {
			h.wrong(at.Join("person"), SamePerson)
		}
	} else if number != "" {
		if p.Number, err = idno.Parse(number, now); err != nil {
			h.wrong(at.Join("number"), numberProblem(err))
		} else if slices.ContainsFunc(h.parties, same) {
			h.wrong(at.Join("number"), SamePerson)
		}
	}
	if p.Name, err = cleanText(strings.TrimSpace(s.Name), maxName); err != nil {
		h.wrong(at.Join("name"), forms.BadText)
	} else if p.Name == "" {
		h.wrong(at.Join("name"), forms.Required)
	}
	if p.Title, err = cleanText(strings.TrimSpace(s.Title), maxName); err != nil {
		h.wrong(at.Join("title"), forms.BadText)
	}
	if c := p.Given; c.Email != "" && (len(c.Email) > 254 || !emailPattern.MatchString(c.Email)) {
		h.wrong(at.Join("email"), forms.FormatCode, "format", "email")
	}
	if c := p.Given; c.Phone != "" && !phonePattern.MatchString(c.Phone) {
		h.wrong(at.Join("phone"), forms.FormatCode, "format", "phone")
	}
	n, ok := count(s.Step, maxSteps)
	if !ok {
		h.wrong(at.Join("step"), forms.NotAnOption)
	}
	return p, n
}

// maxName is how long a name or a capacity may be, in characters.
const maxName = 120

func numberProblem(err error) string {
	switch {
	case errors.Is(err, idno.ErrDate):
		return forms.PersonDate
	case errors.Is(err, idno.ErrCheck):
		return forms.PersonCheck
	}
	return forms.PersonFormat
}

// count reads a whole number from 1 to most.
func count(s string, most int) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && n >= 1 && n <= most
}

// time reads the deadline: so many days from now, or a moment of the Swedish clock.
func (h *handDone) time(in HandOrder, now time.Time) {
	switch in.Until {
	case ByDays:
		n, ok := count(in.Days, maxDays)
		if !ok {
			h.wrong("/days", daysCode(in.Days), "min", 1, "max", maxDays)
			return
		}
		h.within = clock.Span{Days: n}
		h.Deadline = h.within.From(now)
	case ByTime:
		day, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(in.Day), clock.Stockholm)
		if err != nil {
			h.wrong("/day", forms.NotADate, "part", "")
			return
		}
		at, err := time.Parse("15:04", strings.Replace(strings.TrimSpace(in.Time), ".", ":", 1))
		if err != nil {
			h.wrong("/time", forms.FormatCode, "format", "time")
			return
		}
		end := time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, clock.Stockholm).UTC()
		switch last := (clock.Span{Days: maxDays}).From(now); {
		case !end.After(now):
			h.wrong("/day", TimePast)
		case end.After(last):
			h.wrong("/day", forms.TooLate, "max", clock.Date(last))
		default:
			h.until, h.Deadline = end, end
		}
	default:
		h.wrong("/until", forms.NotAnOption)
	}
}

// daysCode says what is wrong with a number of days.
func daysCode(s string) string {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	switch {
	case strings.TrimSpace(s) == "":
		return forms.Required
	case err != nil:
		return forms.NotAnInteger
	case n < 1:
		return forms.TooSmall
	}
	return forms.TooLarge
}

// steps puts those who sign into their steps, by number; a number that nobody has is left out.
func (h *handDone) steps(in HandOrder, of map[signing.PartyID]int, now time.Time) {
	for n := 1; n <= maxSteps; n++ {
		planned := signing.PlannedStep{}
		shown := HandPlanStep{}
		for i := range h.parties {
			if p := &h.parties[i]; of[p.ID] == n {
				planned.Parties = append(planned.Parties, p.ID)
				if shown.People = append(shown.People, *p); slices.Contains(h.known, p.ID) {
					shown.Known = append(shown.Known, p.ID)
				}
			}
		}
		if len(planned.Parties) == 0 {
			continue
		}
		planned.Step = h.rule(in.step(n), n, len(planned.Parties), now)
		if shown.Need, shown.Ladder = planned.Need, planned.Ladder; shown.Need == 0 {
			shown.Need = len(shown.People)
		}
		h.planned = append(h.planned, planned)
		h.Steps = append(h.Steps, shown)
	}
}

// step gives what was typed of a step.
func (in HandOrder) step(n int) HandStep {
	for _, s := range in.Steps {
		if s.Number == itoa(n) {
			return s
		}
	}
	return HandStep{Number: itoa(n), Rule: NeedAll}
}

// rule reads how many of a step's people must sign, and how they are asked.
func (h *handDone) rule(in HandStep, n, people int, now time.Time) signing.Step {
	at := forms.Pointer("/steps").Join(itoa(n))
	var out signing.Step
	switch in.Rule {
	case NeedAll, "":
	case NeedOne:
		out.Need = 1
	case NeedSome:
		need, ok := count(in.Need, maxHandSigners)
		switch {
		case !ok:
			h.wrong(at.Join("need"), daysCode(in.Need), "min", 1, "max", people)
		case need > people:
			h.wrong(at.Join("need"), NeedsMore, "of", people)
		}
		out.Need = need
	default:
		h.wrong(at.Join("rule"), forms.NotAnOption)
	}
	if !in.Ladder {
		return out
	}
	if out.Need == 0 || out.Need >= people {
		h.wrong(at.Join("rule"), LadderOfAll)
		return out
	}
	most := maxMinutes
	if in.Unit == InDays {
		most = maxDays
	}
	wait, ok := count(in.Wait, most)
	if !ok {
		h.wrong(at.Join("wait"), daysCode(in.Wait), "min", 1, "max", most)
		return out
	}
	if out.Ladder = (clock.Span{Minutes: wait}); in.Unit == InDays {
		out.Ladder = clock.Span{Days: wait}
	}
	rungs := people - out.Need
	last := clock.Span{Days: out.Ladder.Days * rungs, Minutes: out.Ladder.Minutes * rungs}
	if !h.Deadline.IsZero() && !last.From(now).Before(h.Deadline) {
		h.wrong(at.Join("wait"), LadderLate)
	}
	return out
}

// reminders reads "3, 7".
func (h *handDone) reminders(in HandOrder, now time.Time) {
	words := strings.FieldsFunc(in.Remind, func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
	if len(words) > maxReminders {
		h.wrong("/remind", forms.TooMany, "max", maxReminders)
		return
	}
	var days []int
	for _, w := range words {
		n, ok := count(w, maxDays)
		if !ok {
			h.wrong("/remind", forms.PatternCode)
			return
		}
		days = append(days, n)
	}
	slices.Sort(days)
	for _, n := range slices.Compact(days) {
		after := clock.Span{Days: n}
		if !h.Deadline.IsZero() && !after.From(now).Before(h.Deadline) {
			h.wrong("/remind", RemindLate)
			return
		}
		h.Reminders = append(h.Reminders, after)
	}
}

// plan is what the order is made from.
func (h *handDone) plan() signing.Plan {
	p := signing.Plan{About: "document", Steps: h.planned, Within: h.within, Until: h.until}
	for _, after := range h.Reminders {
		p.Reminders = append(p.Reminders, signing.Reminder{After: after})
	}
	return p
}
