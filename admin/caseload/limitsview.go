package caseload

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/timelimit"
	"samtjanst/renderer/ui"
)

// Time limits in words. A day on which something can be lost is said so that it is read, and not by a colour alone.

// span is when a limit ends, as lists and the case page tell it.
type span struct {
	plain, moved calendar.Date
	due, ends    time.Time
	exact        bool
	missed       bool
}

// when says when a limit ends or ended: "Går ut i dag kl. 14.30.", "Gick ut i går.", and of one whose plain day has passed that a holiday
// has moved it.
func (w words) when(e span) string {
	switch {
	case e.missed || !w.now.Before(e.ends):
		return w.T("admin.limit.went", "day", w.dayWords(e.moved, e.ends, e.exact))
	case !w.now.Before(e.due):
		return w.T("admin.limit.moved-still", "plain", w.day(e.plain), "day", w.dayWords(e.moved, e.ends, e.exact))
	case e.plain != e.moved:
		return w.T("admin.limit.goes-moved", "day", w.dayWords(e.plain, e.due, e.exact), "moved", w.day(e.moved))
	}
	return w.T("admin.limit.goes", "day", w.dayWords(e.plain, e.due, e.exact))
}

// dayWords names a day as people do: "i dag", "i morgon", "i går", "fredag 3 april 2026 (om 4 dagar)"; with the time when it is exact.
func (w words) dayWords(d calendar.Date, at time.Time, exact bool) string {
	today := calendar.On(w.now.In(clock.Stockholm))
	var text string
	switch n := today.DaysUntil(d); n {
	case 0:
		text = w.T("admin.limit.today")
	case 1:
		text = w.T("admin.limit.tomorrow")
	case -1:
		text = w.T("admin.limit.yesterday")
	default:
		text = w.T("admin.limit.day", "weekday", w.Weekday(noon(d).Weekday()), "date", w.day(d))
		if n > 0 {
			text = w.T("admin.limit.day-in", "day", text, "left", w.T("admin.left.days", "n", n))
		}
	}
	if exact {
		return w.T("admin.limit.at", "day", text, "time", w.Time(at))
	}
	return text
}

func (w words) day(d calendar.Date) string { return w.Date(noon(d)) }

func noon(d calendar.Date) time.Time { return d.At(12, 0, clock.Stockholm) }

// limitLine is a limit in a line of a list.
type limitLine struct {
	Title string
	When  string
	Means string // what it means that it was missed; "" while it was not
	Soon  bool   // it ends within days, or has ended

	raised bool // it is time to act
}

// soonDays is how long before the end a line is red. The form says when it is shown, by its first warning.
const soonDays = 3

// limitLines are those of a line that it is time to act on. The others stand on the tab of limits.
func (w words) limitLines(r flow.Row) []limitLine {
	return slices.DeleteFunc(w.allLimitLines(r), func(l limitLine) bool { return !l.raised })
}

func (w words) allLimitLines(r flow.Row) []limitLine {
	var out []limitLine
	for _, l := range r.Limits {
		line := limitLine{Title: l.Title, raised: l.Raised, When: w.when(span{l.Plain, l.Moved, l.Due, l.Ends, l.Exact, l.Missed})}
		if l.Missed {
			line.Means = l.Means
		}
		line.Soon = l.Missed || w.now.AddDate(0, 0, soonDays).After(l.Due)
		out = append(out, line)
	}
	return out
}

// limitList is the limits to act on, above everything else in the inbox.
type limitList struct {
	Title string
	Rows  []inboxRow
	More  string // address of all of them, "" when all are here
}

// mostNear bounds how many lines the landing page shows of them.
const mostNear = 20

// limitList makes the list; all is whether it stands on the tab of its own. nil when there is none.
func (w words) limitList(near []flow.Row, all bool, me string) *limitList {
	if len(near) == 0 {
		return nil
	}
	l := &limitList{Title: w.T("admin.limit.near-title", "n", len(near))}
	if !all && len(near) > mostNear {
		near, l.More = near[:mostNear], filter{View: "frister", Owner: owners[0], Order: orders[0].name}.url()
	}
	l.Rows = w.limitRows(near, me)
	return l
}

// limitRows are lines with all their limits, however far away.
func (w words) limitRows(rows []flow.Row, me string) []inboxRow {
	out := w.rows(rows, me)
	for i := range out {
		out[i].Limits = w.allLimitLines(rows[i])
	}
	return out
}

// limitCard is a limit on the case page.
type limitCard struct {
	Title, Law string
	State      ui.Tag
	When       string // "" when nothing is left to do
	From       string // since when it is counted
	Plain      string
	Moved      string // "" when no holiday moves it
	Means      string // what a missed one means
	Lost       bool   // it was missed: Means has come true
	Done       string // when it was done, and by whom it was recorded
	Note       string
	Extended   []string
	What       string // what is recorded: "Handlingarna lämnade till rätten"
	Wait       string // what it waits for, of one that has not begun
	Urgent     bool

	DoneURL, ExtendURL, EndURL, BeginURL string // "" when it cannot be done, or not by the reader
}

// Parts of the addresses of what is recorded of a limit.
const (
	limitDone   = "gjort"
	limitExtend = "forlangd"
	limitEnd    = "avsluta"
	limitBegin  = "borjan"
)

func limitURL(id casework.ID, limit, what string) string {
	return caseURL(id) + "/frist/" + url.PathEscape(limit) + "/" + what
}

// limits lists those that run first, then those that are settled, then those that have not begun.
func (w words) limits(c *flow.StaffCase, may actions) []limitCard {
	var out []limitCard
	for _, l := range c.Case.Unsettled() {
		out = append(out, w.limit(c, l, may))
	}
	for _, l := range c.Case.Limits {
		if l.Settled() {
			out = append(out, w.limit(c, l, may))
		}
	}
	if c.Case.State == casework.Withdrawn {
		return out
	}
	for _, r := range c.Case.Ahead(w.now) {
		card := limitCard{Title: r.Title, Law: r.Law, Wait: w.limitWait(c, r), Means: r.Missed}
		card.State.Text, card.State.Tone = w.T("admin.limit.state.ahead"), ui.Neutral
		if !may.ReadOnly && c.Case.MayBegin(r, w.now) {
			card.BeginURL = limitURL(c.Case.ID, r.ID, limitBegin)
		}
		out = append(out, card)
	}
	return out
}

func (w words) limit(c *flow.StaffCase, l casework.Limit, may actions) limitCard {
	card := limitCard{Title: l.Rule.Title, Law: l.Rule.Law, From: w.T("admin.limit.from", "what", w.limitFrom(c, l.Rule), "time", w.DateTime(l.Term.Start)), Note: l.Note,
		Means: l.Rule.Missed, Lost: l.State == casework.LimitMissed, What: l.Rule.Done, Urgent: l.Raised()}
	card.Plain = w.day(l.Term.Plain)
	if l.Term.Exact {
		card.Plain = w.DateTime(l.Term.Due)
	}
	if l.Term.Moves() {
		card.Moved = w.day(l.Term.Moved)
	}
	card.State.Text, card.State.Tone = w.limitState(l)
	if !l.Done.IsZero() {
		card.Done = w.T("admin.limit.done-case", "time", w.DateTime(l.Done))
		if l.Name != "" {
			card.Done = w.T("admin.limit.done-at", "time", w.DateTime(l.Done), "name", l.Name)
		}
	}
	switch l.Ground {
	case "":
	case casework.GroundWithdrawn:
		card.Note = w.T("admin.limit.withdrawn")
	default:
		card.Note = l.Ground
	}
	for _, x := range l.Extended {
		card.Extended = append(card.Extended, w.T("admin.limit.extended-line", "was", w.day(x.Was.Plain), "to", w.day(x.To), "name", x.Name, "ground", x.Ground))
	}
	if l.Settled() {
		return card
	}
	card.When = w.when(span{l.Term.Plain, l.Term.Moved, l.Term.Due, l.Term.Ends, l.Term.Exact, l.State == casework.LimitMissed})
	if may.ReadOnly {
		return card
	}
	card.DoneURL, card.EndURL = limitURL(c.Case.ID, l.Rule.ID, limitDone), limitURL(c.Case.ID, l.Rule.ID, limitEnd)
	if l.Rule.Extended != "" {
		card.ExtendURL = limitURL(c.Case.ID, l.Rule.ID, limitExtend)
	}
	return card
}

func (w words) limitState(l casework.Limit) (string, ui.Tone) {
	tone := map[casework.LimitState]ui.Tone{casework.LimitRunning: ui.Info, casework.LimitInTime: ui.Success, casework.LimitVoid: ui.Neutral,
		casework.LimitMissed: ui.Danger}[l.State]
	if l.Raised() {
		tone = ui.Danger
	}
	if l.State == casework.LimitRunning && len(l.Extended) > 0 {
		return w.T("admin.limit.state.extended"), tone
	}
	if l.State == casework.LimitMissed && !l.Done.IsZero() {
		return w.T("admin.limit.state.late"), tone
	}
	return w.T("admin.limit.state." + string(l.State)), tone
}

// limitFrom names what a limit is counted from.
func (w words) limitFrom(c *flow.StaffCase, r timelimit.Rule) string {
	if other, ok := r.After(); ok {
		return w.T("admin.limit.from-done", "title", w.limitTitle(c, other))
	}
	if pointer, ok := r.Pointer(); ok {
		if f := c.Form.FieldAt(forms.Pointer(pointer)); f != nil {
			return w.text(f.Label)
		}
		return pointer
	}
	return w.T("admin.limit.from-" + r.From)
}

// limitTitle names another limit of the case's form.
func (w words) limitTitle(c *flow.StaffCase, id string) string {
	if l := c.Case.Limit(id); l != nil {
		return l.Rule.Title
	}
	for _, r := range c.Case.Ahead(w.now) {
		if r.ID == id {
			return r.Title
		}
	}
	return id
}

// limitWait says what a limit waits for.
func (w words) limitWait(c *flow.StaffCase, r timelimit.Rule) string {
	if r.From == timelimit.FromDemanded && !r.Earliest.IsZero() {
		first := r.Earliest.After(c.Case.Submitted)
		if w.now.Before(first) {
			return w.T("admin.limit.wait-demand", "date", w.Date(first))
		}
	}
	return w.T("admin.limit.wait", "what", w.limitFrom(c, r))
}

// limitEvent tells which limit an event is about, and what was recorded.
func (w words) limitEvent(c *flow.StaffCase, e flow.EventView) string {
	parts := []string{w.limitTitle(c, text(e.Event, "Limit"))}
	if at, err := time.Parse(time.RFC3339, text(e.Event, "At")); err == nil {
		parts = append(parts, w.DateTime(at))
	}
	if to := text(e.Event, "To"); to != "" {
		switch e.Header.Kind {
		case casework.LimitExtended{}.Kind():
			parts = append(parts, w.ISODate(to))
		case casework.LimitWarned{}.Kind():
			parts = append(parts, w.coded("admin.limit.role.", to))
		}
	}
	for _, name := range []string{"Note", "Ground"} {
		if s := text(e.Event, name); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ". ")
}
