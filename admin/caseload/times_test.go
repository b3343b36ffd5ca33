package caseload

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/slots"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
)

func (f *fakeFlow) FreeTimes(_ context.Context, a identity.Actor, id casework.ID, _ string) (slots.Offer, error) {
	if _, err := f.open(a, id, handlers...); err != nil {
		return slots.Offer{}, err
	}
	rule, err := slots.Read(map[string]any{"hours": []any{map[string]any{"days": []any{"tue"}, "from": "15:00", "to": "16:00"}}, "minutes": 30, "capacity": 2, "ahead": 14})
	return slots.Offer{Rule: rule, Now: lesson.AddDate(0, 0, -6), Taken: map[int64]int{lesson.AddDate(0, 0, 7).Unix(): 1}}, err
}

func (f *fakeFlow) ChangeTime(_ context.Context, a identity.Actor, id casework.ID, field string, from, to time.Time, reason string) ([]forms.Problem, error) {
	when := "none"
	if !to.IsZero() {
		when = slots.Value(to)
	}
	return f.do(a, id, handlers, "time of %s from %s to %s: %q", field, slots.Value(from), when, reason)
}

// lesson is a Tuesday afternoon.
var lesson = time.Date(2026, 12, 1, 15, 0, 0, 0, clock.Stockholm)

// The page of the case says which time is booked, and an officer moves or cancels it with a reason; what was wrong is kept.
func TestBookedTime(t *testing.T) {
	h := newHouse(t)
	c := &h.flow.cases[waits].Case
	c.Booked = []casework.Booked{{Field: "/elev/skola", Start: lesson.UTC()}}
	b := httptestkit.New(t, h.kit.App())
	b.LogIn(h.kit, mona)
	b.Header.Set("Accept-Language", "sv")
	page := b.Get(caseURL(waits))
	b.Want(http.StatusOK)
	httptestkit.CheckResponse(t, "case with a time", b.Page)
	if !strings.Contains(string(page.Body), "Tisdag 1 december 2026 klockan 15.00") {
		t.Error("the case does not say when")
	}
	at := timeURL(waits, 0)
	page = b.Get(at)
	b.Want(http.StatusOK)
	httptestkit.CheckResponse(t, "changing a time", b.Page)
	for _, want := range []string{"Bokad nu: Tisdag 1 december 2026 klockan 15.00.", "Tisdag 1 december 2026 klockan 15.30 (2 platser kvar)", "Tisdag 8 december 2026 klockan 15.00 (1 plats kvar)", "Avboka tiden"} {
		if !strings.Contains(string(page.Body), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	post := func(to, reason string) {
		b.Get(at)
		b.Submit("Ändra tiden", url.Values{"till": {to}, "skal": {reason}})
	}
	next := slots.Value(lesson.AddDate(0, 0, 7))
	post("", "Läraren är sjuk.")
	b.Want(http.StatusUnprocessableEntity)
	h.flow.wrong = []forms.Problem{{Pointer: "/to", Code: forms.TimeTaken}}
	post(next, "Läraren är sjuk.")
	b.Want(http.StatusUnprocessableEntity)
	if body := string(b.Page.Body); !strings.Contains(body, "Någon annan hann före") || !strings.Contains(body, "Läraren är sjuk.") || !strings.Contains(body, strings.ReplaceAll(`value="`+next+`" selected`, "+", "&#43;")) {
		t.Error("what was wrong is not told, or what was typed is lost")
	}
	h.flow.wrong, h.flow.did = nil, nil
	post(next, "Läraren är sjuk.")
	b.Want(http.StatusSeeOther)
	post(noTime, "Ingen lärare.")
	b.Want(http.StatusSeeOther)
	was := slots.Value(lesson)
	want := []string{string(waits) + " time of /elev/skola from " + was + " to " + next + `: "Läraren är sjuk."`,
		string(waits) + " time of /elev/skola from " + was + ` to none: "Ingen lärare."`}
	if !slices.Equal(h.flow.did, want) {
		t.Errorf("did %q, want %q", h.flow.did, want)
	}
	b.Get(timeURL(waits, 1))
	b.Want(http.StatusNotFound)
	c.State = casework.Withdrawn
	b.Get(at)
	b.Want(http.StatusConflict)
}
