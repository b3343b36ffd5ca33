package caseload

import (
	"testing"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/signing"
	"samtjanst/renderer/i18n"
)

func swedish(t testing.TB) words {
	t.Helper()
	c, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return words{Locale: c.In("sv"), now: now}
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Days are counted as people count them: by midnights in Sweden, whatever the hour and the season.
func TestSince(t *testing.T) {
	w := swedish(t)
	for _, c := range []struct{ from, now, since, age string }{
		{"2026-11-23T06:00:00Z", "2026-11-23T22:30:00Z", "sedan i dag", "i dag"},
		{"2026-11-23T22:30:00Z", "2026-11-23T23:30:00Z", "sedan i går", "1 dag"}, // midnight is at 23 UTC
		{"2026-11-20T22:59:00Z", "2026-11-23T08:00:00Z", "sedan 3 dagar", "3 dagar"},
		{"2026-10-24T20:00:00Z", "2026-10-25T22:30:00Z", "sedan i går", "1 dag"}, // the day of 25 hours
		{"2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", "sedan 2 dagar", "2 dagar"},
		{"2026-11-24T06:00:00Z", "2026-11-23T06:00:00Z", "sedan i dag", "i dag"}, // a clock that is ahead
		{"2025-11-23T06:00:00Z", "2026-11-23T06:00:00Z", "sedan 365 dagar", "365 dagar"},
	} {
		w.now = at(t, c.now)
		if got := w.since(at(t, c.from)); got != c.since {
			t.Errorf("since %s at %s: %q, want %q", c.from, c.now, got, c.since)
		}
		if got := w.age(at(t, c.from)); got != c.age {
			t.Errorf("age of %s at %s: %q, want %q", c.from, c.now, got, c.age)
		}
	}
	if got := w.since(time.Time{}); got != "" {
		t.Errorf("since nothing: %q", got)
	}
}

func TestLeft(t *testing.T) {
	w := swedish(t)
	for days, want := range map[int]string{0: "i dag", 1: "om 1 dag", 4: "om 4 dagar", -1: "för 1 dag sedan", -2: "för 2 dagar sedan"} {
		if got := w.left(now.AddDate(0, 0, days)); got != want {
			t.Errorf("%d days: %q, want %q", days, got, want)
		}
	}
}

func TestSignatures(t *testing.T) {
	w := swedish(t)
	for _, c := range []struct {
		done, of int
		since    time.Time
		want     string
		all      bool
	}{
		{0, 0, time.Time{}, "Krävs inte", true},
		{2, 2, time.Time{}, "Klart, 2 av 2", true},
		{1, 2, ago(3), "1 av 2, sedan 3 dagar", false},
		{1, 2, now, "1 av 2, sedan i dag", false},
		{0, 2, time.Time{}, "0 av 2", false},
	} {
		if got, all := w.signatures(c.done, c.of, c.since); got != c.want || all != c.all {
			t.Errorf("%d of %d: %q %v, want %q %v", c.done, c.of, got, all, c.want, c.all)
		}
	}
}

func TestCount(t *testing.T) {
	w := swedish(t)
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "999+", 4711: "999+"} {
		if got := w.count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// Every state, task, place and event of the domain has words of its own, in every language.
func TestEveryWord(t *testing.T) {
	c, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, s := range casework.States {
		keys = append(keys, "admin.state."+string(s), "admin.case.next."+string(s))
	}
	for _, k := range []casework.TaskKind{casework.TaskLetter, casework.TaskNoticeFailed, casework.TaskDeclined, casework.TaskHindered, casework.TaskExpired,
		casework.TaskProtection, casework.TaskHandover, casework.TaskCompletion, casework.TaskDocument, casework.TaskLimit,
		casework.TaskQuestion, casework.TaskUnreached, casework.TaskSignLater, casework.TaskDispatch, casework.TaskTakeover} {
		keys = append(keys, "admin.task."+string(k)+".tag", "admin.task."+string(k)+".why")
		for _, what := range []string{".title", ".text", ".law"} {
			if k == casework.TaskLetter {
				keys = append(keys, "admin.task.letter-invitation"+what, "admin.task.letter-decision"+what)
				continue
			}
			keys = append(keys, "admin.task."+string(k)+what)
		}
	}
	for _, s := range signing.PlaceStates {
		keys = append(keys, "admin.place."+string(s))
	}
	for _, e := range allEvents {
		keys = append(keys, "admin.event."+e.Kind())
	}
	for _, v := range views {
		keys = append(keys, "admin.view."+v.name)
		if len(v.states) == 1 {
			keys = append(keys, "admin.view-lead."+v.name)
		}
	}
	for _, why := range whyNot {
		keys = append(keys, "admin.inbox.not-reminded."+string(why))
	}
	for _, x := range wrongs {
		keys = append(keys, "admin.orders.wrong-"+x.name)
	}
	for _, s := range casework.DispatchStates {
		keys = append(keys, "admin.night.sent."+string(s))
	}
	for _, o := range casework.CallOutcomes {
		keys = append(keys, "admin.night.call."+string(o))
	}
	for _, k := range nightForms {
		for _, what := range []string{".title", ".lead", ".submit", ".done"} {
			keys = append(keys, "admin.night.form."+k.name+what)
		}
	}
	// What other systems say by code may be new tomorrow: each list of codes has words for what it does not know.
	for _, prefix := range []string{"admin.channel.", "admin.case.order.", "admin.what.", "admin.notice-failure.", "admin.target.", "admin.read.", "admin.event.",
		"admin.decide.appeals.", "admin.rides.problem-code.", "admin.night.why."} {
		keys = append(keys, prefix+"other")
	}
	for _, lang := range c.Languages() {
		for _, k := range keys {
			if !c.In(lang).Has(k) {
				t.Errorf("%s: %s has no text", lang, k)
			}
		}
	}
}
