package caseload

import (
	"strconv"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// words puts what the use cases give into the reader's language, as seen at one moment.
type words struct {
	*i18n.Locale
	now time.Time
}

// days counts midnights in Sweden between two moments; never negative.
func days(from, to time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(clock.Stockholm).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return max(0, int(midnight(to).Sub(midnight(from)).Hours()/24))
}

// since says for how long something has been so: "sedan i dag", "sedan i går", "sedan 3 dagar". "" when it is not known.
func (w words) since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	switch n := days(t, w.now); n {
	case 0:
		return w.T("admin.since.today")
	case 1:
		return w.T("admin.since.yesterday")
	default:
		return w.T("admin.since.days", "n", n)
	}
}

// age says how old something is: "i dag", "1 dag", "12 dagar".
func (w words) age(t time.Time) string {
	n := days(t, w.now)
	if t.IsZero() || n == 0 {
		return w.T("admin.age.today")
	}
	return w.T("admin.age.days", "n", n)
}

// left says how long it is until a day: "i dag", "om 4 dagar", "för 2 dagar sedan".
func (w words) left(t time.Time) string {
	if n := days(t, w.now); n > 0 {
		return w.T("admin.left.ago", "n", n)
	}
	if n := days(w.now, t); n > 0 {
		return w.T("admin.left.days", "n", n)
	}
	return w.T("admin.left.today")
}

// mostCounted is how far lists are counted; more is shown as "999+".
const mostCounted = 1000

func (w words) count(n int) string {
	if n >= mostCounted {
		return strconv.Itoa(mostCounted-1) + "+"
	}
	return strconv.Itoa(n)
}

// signatures says how the signing stands: "1 av 2, sedan 3 dagar". done is true when nothing is missing.
func (w words) signatures(done, of int, missingSince time.Time) (text string, all bool) {
	switch {
	case of == 0:
		return w.T("admin.signatures.none"), true
	case done == of:
		return w.T("admin.signatures.all", "done", done, "of", of), true
	case missingSince.IsZero():
		return w.T("admin.signatures.some", "done", done, "of", of), false
	}
	return w.T("admin.signatures.since", "done", done, "of", of, "since", w.since(missingSince)), false
}

// state says who acts next.
func (w words) state(s casework.State) (string, ui.Tone) {
	t := ui.Neutral
	switch s {
	case casework.AwaitingSignatures, casework.AwaitingCompletion, casework.Deciding, casework.Decided, casework.Delivered:
		t = ui.Info
	case casework.AwaitingOfficer:
		t = ui.Warning
	case casework.Closed:
		t = ui.Success
	}
	return w.T("admin.state." + string(s)), t
}

// place says where one party's signature stands.
func (w words) place(s signing.PlaceState) (string, ui.Tone) {
	t := ui.Info
	switch s {
	case signing.NoAddress, signing.NoticeFailed, signing.Declined, signing.Against, signing.Hindered, signing.Expired:
		t = ui.Danger
	case signing.Signed, signing.OnPaper:
		t = ui.Success
	case signing.Waived, signing.Spared:
		t = ui.Neutral
	}
	return w.T("admin.place." + string(s)), t
}

// task names a task in a few words, for lists.
func (w words) task(k casework.TaskKind) (string, ui.Tone) {
	t := ui.Warning
	switch k {
	case casework.TaskProtection, casework.TaskExpired, casework.TaskDeclined, casework.TaskHindered, casework.TaskHandover, casework.TaskLimit:
		t = ui.Danger
	}
	return w.T("admin.task." + string(k) + ".tag"), t
}

// coded gives the text of a code, or the one for codes that have none of their own: outside systems add codes without asking.
func (w words) coded(prefix, code string) string {
	if code == "" {
		return ""
	}
	if w.Has(prefix + code) {
		return w.T(prefix + code)
	}
	return w.T(prefix+"other", "code", code)
}

// text gives a form's own text.
func (w words) text(t forms.Text) string { return t.In(w.Lang) }

// tag is a coloured word.
type tag struct {
	Text string
	Tone ui.Tone
	Why  string // what it means for the officer; "" when the text says all
}

// rowTags gives the tasks of a line, each kind once.
func (w words) rowTags(r flow.Row) []tag {
	var out []tag
	seen := map[casework.TaskKind]bool{}
	for _, k := range r.Tasks {
		if seen[k] || k == casework.TaskLimit && len(r.Limits) > 0 { // the limit itself says more
			continue
		}
		seen[k] = true
		text, t := w.task(k)
		out = append(out, tag{Text: text, Tone: t, Why: w.T("admin.task." + string(k) + ".why")})
	}
	return out
}
