package people

import (
	"slices"
	"strings"
	"time"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	register "samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// words puts what the use cases give into the reader's language.
type words struct{ *i18n.Locale }

func (a *area) words(r *httpkit.Request) words { return words{r.Locale()} }

// control is a field of a page with the pointer by which the use case names it.
type control struct {
	pointer forms.Pointer
	field   *ui.Field
	of      string // whose it is, "Roll 2": several have the same label
}

func (c control) At() (forms.Pointer, *ui.Field) { return c.pointer, c.field }

// show puts the problems' texts at their controls and gives the summary.
func (w words) show(problems []forms.Problem, controls ...control) []ui.ProblemLink {
	return admin.Tell(problems, controls, func(p forms.Problem, c control) string {
		label := admin.Label(p, c.field)
		if c.of != "" {
			label = w.T("people.field-of", "label", label, "of", c.of)
		}
		return w.problem(p, label)
	})
}

// own are the codes that these pages have texts for; the others are those of forms.
var own = []string{register.EndInstead, register.EndsBefore, register.NotYet, register.NeedsNumber, register.OtherName, register.TwoPeople, register.KeptThere,
	register.KeptByOther, register.OneOfThem, register.WhichOne, register.FileEmpty, register.FileUnread, register.FileTooLong, register.UnknownColumn, register.ColumnTwice,
	register.NoNameColumn, flow.NothingChanged, flow.NothingTaken, flow.PaperNeeded, flow.PaperKind, flow.ShiftTooLong, flow.ShiftTwice, flow.PlaceTaken, flow.TimePast,
	flow.SecretaryMissing, flow.SecretaryOwn, flow.SecretaryOrPaper, flow.NotReached}

func (w words) problem(p forms.Problem, label string) string {
	switch {
	case slices.Contains(own, p.Code):
		return w.T("people.problem."+p.Code, admin.ProblemArgs(w.Locale, p, label))
	case p.Code == forms.NotUnique && p.Pointer == "/number":
		return w.T("people.problem.already-here", admin.ProblemArgs(w.Locale, p, label))
	}
	return admin.ProblemText(w.Locale, p, label, "")
}

func (w words) role(r identity.Role) string { return w.T("people.role." + string(r)) }

// held says roles in one line: "Ordförande, Handläggare (Socialsekreterare)".
func (w words) held(roles []register.Role) string {
	var out []string
	for _, r := range roles {
		text := w.role(r.Role)
		if r.Title != "" && !strings.EqualFold(r.Title, text) {
			text += " (" + r.Title + ")"
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, ", ")
}

func (w words) day(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return w.ISODate(d.String())
}

// period says from when until when.
func (w words) period(p register.Period) string {
	switch {
	case p.From.IsZero() && p.To.IsZero():
		return w.T("people.period.always")
	case p.To.IsZero():
		return w.T("people.period.from", "from", w.day(p.From))
	case p.From.IsZero():
		return w.T("people.period.to", "to", w.day(p.To))
	}
	return w.T("people.period.both", "from", w.day(p.From), "to", w.day(p.To))
}

// moment says a weekday, a day and a time: "lördag 28 nov. kl. 16.00".
func (w words) moment(t time.Time) string {
	t = t.In(clock.Stockholm)
	return w.T("people.moment", "weekday", w.Weekday(t.Weekday()), "date", w.DateShort(t), "time", w.Time(t))
}

// span says two moments.
func (w words) span(from, to time.Time) string {
	return w.T("people.span", "from", w.moment(from), "to", w.moment(to))
}

func (w words) absence(x register.Absence) string {
	if x.To.IsZero() {
		return w.T("people.absence.open", "from", w.moment(x.From))
	}
	return w.span(x.From, x.To)
}

func (w words) roleLine(r register.Role) string {
	out := w.role(r.Role)
	if r.Title != "" && !strings.EqualFold(r.Title, out) {
		out += ", " + r.Title
	}
	return out + ": " + w.period(r.Period)
}

func (w words) mandateLine(m register.Mandate) string {
	return w.T("people.mandate.line", "kinds", strings.Join(m.Kinds, ", "), "decided", w.day(m.Decided), "paragraph", m.Paragraph, "period", w.period(m.Period))
}

// delegationLine says a line of the list; names has those of persons.
func (w words) delegationLine(d register.Delegation, names map[register.ID]string) string {
	who := d.Title
	if d.Person != "" {
		who = names[d.Person]
	}
	return w.T("people.delegation.line", "kinds", strings.Join(d.Kinds, ", "), "who", who, "decided", w.day(d.Decided), "period", w.period(d.Period))
}

// tag says where somebody stands.
func (w words) tag(st register.Standing, soon bool) *ui.Tag {
	switch {
	case st.State == register.IsGone:
		return &ui.Tag{Tone: ui.Neutral, Text: w.T("people.state.gone")}
	case st.State == register.IsComing:
		return &ui.Tag{Tone: ui.Info, Text: w.T("people.state.coming")}
	case soon:
		return &ui.Tag{Tone: ui.Warning, Text: w.T("people.state.ends", "day", w.day(st.Ends))}
	case st.Away:
		return &ui.Tag{Tone: ui.Info, Text: w.T("people.state.away")}
	}
	return nil
}

// what names the fields that a change or an entry is about.
func (w words) what(codes []string) string {
	var out []string
	for _, c := range codes {
		out = append(out, w.T("people.what."+c))
	}
	return strings.Join(out, ", ")
}

// trail is what has happened, newest first.
func (w words) trail(entries []register.Entry) ui.Timeline {
	var out ui.Timeline
	for _, e := range slices.Backward(entries) {
		ev := ui.Event{Title: w.what(e.What), Time: w.DateTime(e.At), ISO: e.At.UTC().Format(time.RFC3339)}
		by := e.ByName
		if by == "" {
			by = w.T("people.trail.by-itself")
		}
		ev.Text = w.T("people.trail.by", "name", by)
		if e.Confirm != "" {
			ev.Text = w.T("people.trail.by-two", "name", by, "second", e.Confirm)
		}
		out = append(out, ev)
	}
	return out
}
