package caseload

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/timelimit"
)

func (f *fakeFlow) UrgentLimits(_ context.Context, a identity.Actor) ([]flow.Row, error) {
	var out []flow.Row
	for _, r := range f.rows {
		if len(r.Limits) > 0 && a.Has(school, anyRole...) {
			out = append(out, r)
		}
	}
	return out, nil
}
func (f *fakeFlow) MeetLimit(_ context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "met %s %s %s %q", limit, in.Day, in.Clock, in.Note)
}
func (f *fakeFlow) ExtendLimit(_ context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "extended %s %s %q", limit, in.Day, in.Ground)
}
func (f *fakeFlow) EndLimit(_ context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "ended %s %q", limit, in.Ground)
}
func (f *fakeFlow) BeginLimit(_ context.Context, a identity.Actor, id casework.ID, limit string, in flow.LimitInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "began %s %s %s", limit, in.Day, in.Clock)
}

func rule(id string, n int, u timelimit.Unit) timelimit.Rule {
	return timelimit.Rule{ID: id, Title: "Beslutet ska underställas förvaltningsrätten", Law: "LVU 7 §", From: "decided", Period: timelimit.Period{N: n, Unit: u}, Moves: u != timelimit.Hours,
		Missed: "Omhändertagandet har upphört (LVU 7 §).", Done: "Handlingarna lämnade till rätten"}
}

// limited gives a case limits: one missed, one that can be extended, one that waits for the party, one that was done.
func (f *fakeFlow) limited(id casework.ID) *casework.Case {
	c := &f.cases[id].Case
	missed, runs, done := rule("understallning", 1, timelimit.Days), rule("ansokan", 4, timelimit.Weeks), rule("lakare", 1, timelimit.Hours)
	missed.Warn = []timelimit.Warning{{Before: timelimit.Period{N: 1, Unit: timelimit.Days}, To: "officer"}}
	runs.Title, runs.Law, runs.Extended, runs.From = "Ansökan om vård", "LVU 8 §", "rätten", "done:lakare"
	done.Title, done.From = "Läkarundersökning", "submitted"
	waits := rule("fl12", 4, timelimit.Weeks)
	waits.Title, waits.From, waits.Law = "Ärendet ska avgöras", "demanded", "12 § förvaltningslagen"
	c.Rules = []timelimit.Rule{missed, runs, done, waits}
	c.Limits = []casework.Limit{{Rule: done, Term: done.Run(ago(3)), State: casework.LimitInTime, Done: ago(3).Add(30 * time.Minute), Name: "Mona Testhandläggare", Note: "På akuten"},
		{Rule: runs, Term: runs.Run(ago(3)), State: casework.LimitRunning}, {Rule: missed, Term: missed.Run(ago(4)), State: casework.LimitMissed, Warned: 1}}
	return c
}

// nearLimit is one that was missed on Friday, in a line of a list.
func nearLimit() []flow.RowLimit {
	friday := calendar.Of(2026, time.November, 20)
	term := timelimit.Until(ago(10), friday)
	return []flow.RowLimit{{Title: "Beslutet ska underställas förvaltningsrätten", Plain: friday, Moved: friday, Due: term.Due, Ends: term.Ends, Missed: true, Raised: true,
		Means: "Omhändertagandet har upphört (LVU 7 §)."}}
}

// What the officer reads of a limit says in words when it ends and what follows.
func TestWhenALimitEnds(t *testing.T) {
	w := swedish(t)
	at := func(s string) time.Time {
		got, err := timelimit.ParseMoment(s)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct{ now, start, want string }{
		{"2026-11-30 09:00", "2026-11-23 23:50", "Går ut i dag."},
		{"2026-11-29 09:00", "2026-11-23 23:50", "Går ut i morgon."},
		{"2026-11-26 09:00", "2026-11-23 23:50", "Går ut måndag 30 november 2026 (om 4 dagar)."},
		{"2026-12-01 00:00", "2026-11-23 23:50", "Gick ut i går."},
		{"2026-12-04 09:00", "2026-11-23 23:50", "Gick ut måndag 30 november 2026."},
		{"2026-04-01 09:00", "2026-03-27 23:50", "Går ut fredag 3 april 2026 (om 2 dagar). Lagen flyttar den till 7 april 2026, men räkna inte med det."},
		{"2026-04-04 09:00", "2026-03-27 23:50", "Gick ut 3 april 2026, men flyttas av helg: sista dag är tisdag 7 april 2026 (om 3 dagar)."},
	} {
		w.now = at(c.now)
		term := timelimit.Period{N: 1, Unit: timelimit.Weeks}.Run(at(c.start), true)
		if got := w.when(span{term.Plain, term.Moved, term.Due, term.Ends, term.Exact, false}); got != c.want {
			t.Errorf("%s: %q, want %q", c.now, got, c.want)
		}
	}
	w.now = at("2026-11-23 13:00")
	term := timelimit.Period{N: 24, Unit: timelimit.Hours}.Run(at("2026-11-22 14:30"), false)
	if got := w.when(span{term.Plain, term.Moved, term.Due, term.Ends, term.Exact, false}); got != "Går ut i dag kl. 14.30." {
		t.Error(got)
	}
}

// The inbox begins with the limits to act on, and the case says what is missing and lets it be recorded, all without JavaScript.
func TestLimitPages(t *testing.T) {
	h := newHouse(t)
	h.flow.limited(waits)
	h.flow.rows[4].Limits = nearLimit()
	h.flow.rows[4].Tasks = []casework.TaskKind{casework.TaskLimit}
	b := httptestkit.New(t, h.kit.App())
	b.LogIn(h.kit, mona)
	b.Header.Set("Accept-Language", "sv")
	in := b.Get(inboxURL)
	b.Want(200)
	httptestkit.CheckResponse(t, "inbox with limits", b.Page)
	text := string(in.Body)
	if i, j := strings.Index(text, "1 tidsfrist att bevaka nu"), strings.Index(text, "uppgifter"); i < 0 || j < i || strings.Count(text, "Omhändertagandet har upphört") < 2 {
		t.Errorf("the inbox does not begin with the limit (%d, %d)", i, j)
	}
	b.Get(inboxURL + "?vy=frister")
	b.Want(200)
	httptestkit.CheckResponse(t, "the tab of limits", b.Page)
	if q := h.flow.inboxes[len(h.flow.inboxes)-1]; !q.Later {
		t.Errorf("below stand %+v", q)
	}
	page := string(b.Get(caseURL(waits)).Body)
	b.Want(200)
	httptestkit.CheckResponse(t, "case with limits", b.Page)
	for _, want := range []string{"Gick ut", "Omhändertagandet har upphört (LVU 7 §).", "Från att ”Läkarundersökning” är gjort", "Från beslutet", "antecknat av Mona Testhandläggare",
		"Räknas från partens begäran, som inte är antecknat.", "Handlingarna lämnade till rätten"} {
		if !strings.Contains(page, want) {
			t.Errorf("the case does not say %q", want)
		}
	}
	if strings.Index(page, "Gick ut") > strings.Index(page, "Ansökan om vård") {
		t.Error("the limit that was missed does not stand first")
	}
	record := func(limit, what string, fields map[string]string, want string) {
		t.Helper()
		b.Get(limitURL(waits, limit, what))
		b.Want(200)
		httptestkit.CheckResponse(t, limit+" "+what, b.Page)
		form := map[string][]string{}
		for k, v := range fields {
			form[k] = []string{v}
		}
		b.Submit(map[string]string{limitEnd: "Avsluta"}[what]+map[string]string{limitDone: "Registrera", limitExtend: "Registrera", limitBegin: "Registrera"}[what], form)
		if got := h.flow.did[len(h.flow.did)-1]; got != string(waits)+" "+want {
			t.Errorf("did %q, want %q", got, want)
		}
	}
	record("ansokan", limitDone, map[string]string{"dag": "2026-11-23", "klockslag": "13.15", "anteckning": "Med bud"}, `met ansokan 2026-11-23 13.15 "Med bud"`)
	record("ansokan", limitExtend, map[string]string{"dag": "2027-01-10", "grund": "Rätten"}, `extended ansokan 2027-01-10 "Rätten"`)
	record("understallning", limitEnd, map[string]string{"grund": "Barnet är hemma"}, `ended understallning "Barnet är hemma"`)
	record("fl12", limitBegin, map[string]string{"dag": "2026-11-20", "klockslag": "09.00"}, "began fl12 2026-11-20 09.00")

	h.flow.wrong = []forms.Problem{{Pointer: "/day", Code: forms.TooLate, Params: map[string]any{"max": "2026-11-23"}}}
	b.Get(limitURL(waits, "ansokan", limitDone))
	b.Submit("Registrera", map[string][]string{"dag": {"2027-01-01"}, "klockslag": {"12.00"}, "anteckning": {"Bevaras"}})
	b.Want(422)
	if got := string(b.Page.Body); !strings.Contains(got, "Bevaras") || !strings.Contains(got, "2027-01-01") {
		t.Error("what was typed is lost")
	}
	for path, status := range map[string]int{limitURL(waits, "lakare", limitDone): 409, limitURL(waits, "understallning", limitExtend): 409, limitURL(waits, "fl12", limitDone): 409,
		limitURL(waits, "finns-inte", limitDone): 404, limitURL(waits, "ansokan", "radera"): 404} {
		b.Get(path)
		b.Want(status)
	}
	if !slices.ContainsFunc(h.flow.did, func(s string) bool { return strings.Contains(s, "met ansokan") }) {
		t.Fatal("nothing was recorded")
	}
	reader := httptestkit.New(t, h.kit.App())
	reader.LogIn(h.kit, manager)
	if got := string(reader.Get(caseURL(waits)).Body); !strings.Contains(got, "LVU 8 §") || strings.Contains(got, "/frist/") {
		t.Error("who handles no cases can record, or sees no limits")
	}
	reader.Get(limitURL(waits, "ansokan", limitDone))
	reader.Want(403)
}
