package booking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms/slots"
	"samtjanst/platform/booking"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/store/sqlitestore"
)

const lessons booking.Calendar = "ekkoping/kulturskola/provtid"

var (
	start = time.Date(2026, 12, 1, 15, 0, 0, 0, clock.Stockholm)
	slot  = slots.Slot{Start: start, End: start.Add(30 * time.Minute)}
)

// open gives an empty book whose clock stands a week before the slot.
func open(t *testing.T) (*booking.Book, *clock.Manual) {
	t.Helper()
	s, err := sqlitestore.Open(t.TempDir() + "/book.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := clock.NewManual(start.AddDate(0, 0, -7))
	return &booking.Book{Records: s, Clock: c}, c
}

// others counts the places that everybody else than nobody has.
func others(t *testing.T, b *booking.Book) int {
	t.Helper()
	taken, err := b.Taken(t.Context(), lessons, "nobody")
	if err != nil {
		t.Fatal(err)
	}
	return taken.Others[start.Unix()]
}

func take(t *testing.T, b *booking.Book, h booking.Holder, capacity int, until time.Time, want error) {
	t.Helper()
	if err := b.Take(t.Context(), lessons, slot, capacity, h, until); !errors.Is(err, want) {
		t.Errorf("%s takes until %v: %v, want %v", h, until, err, want)
	}
}

// A held place is free when its time has run out, a firm one never by itself.
func TestHoldsRunOut(t *testing.T) {
	b, c := open(t)
	until := c.Now().Add(slots.Hold)
	take(t, b, "first", 1, until, nil)
	take(t, b, "second", 1, until, fault.Exists)
	c.Advance(slots.Hold - time.Millisecond)
	take(t, b, "second", 1, until.Add(slots.Hold), fault.Exists)
	c.Advance(time.Millisecond)
	if n := others(t, b); n != 0 {
		t.Errorf("%d places after the hold ran out", n)
	}
	take(t, b, "second", 1, until.Add(slots.Hold), nil)
	take(t, b, "first", 1, until.Add(slots.Hold), fault.Exists)
	take(t, b, "second", 1, time.Time{}, nil)
	take(t, b, "second", 1, c.Now().Add(time.Minute), nil) // stays firm
	c.Advance(5 * 24 * time.Hour)
	take(t, b, "first", 1, time.Time{}, fault.Exists)
	if mine, err := b.Taken(t.Context(), lessons, "second"); err != nil || cmp.Diff(map[int64]time.Time{start.Unix(): {}}, mine.Mine) != "" || len(mine.Others) > 0 {
		t.Errorf("second has %v, %v", mine, err)
	}
}

// Giving back frees one's own place and nobody else's, and can be done again.
func TestLeave(t *testing.T) {
	b, c := open(t)
	until := c.Now().Add(slots.Hold)
	take(t, b, "first", 2, time.Time{}, nil)
	take(t, b, "second", 2, until, nil)
	for range 2 {
		if err := b.Leave(t.Context(), lessons, start, "first", false); err != nil {
			t.Fatal(err)
		}
	}
	if n := others(t, b); n != 1 {
		t.Errorf("%d places are left, want the second's", n)
	}
	take(t, b, "third", 2, until, nil)
	take(t, b, "fourth", 2, until, fault.Exists)
}

// Of a holder's places the one that is named is kept; what is only held can be given back without what is firm.
func TestKeep(t *testing.T) {
	b, c := open(t)
	ctx := t.Context()
	for i, until := range []time.Time{{}, c.Now().Add(slots.Hold), c.Now().Add(slots.Hold)} {
		s := slots.Slot{Start: start.AddDate(0, 0, i), End: slot.End.AddDate(0, 0, i)}
		if err := b.Take(ctx, lessons, s, 1, "one", until); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		name string
		do   func() error
		want int
	}{
		{"leaving what is firm, held only", func() error { return b.Leave(ctx, lessons, start, "one", true) }, 3},
		{"leaving what is held, held only", func() error { return b.Leave(ctx, lessons, start.AddDate(0, 0, 2), "one", true) }, 2},
		{"keeping one", func() error { return b.Keep(ctx, lessons, "one", start.AddDate(0, 0, 1)) }, 1},
		{"keeping none", func() error { return b.Keep(ctx, lessons, "one", time.Time{}) }, 0},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		taken, err := b.Taken(ctx, lessons, "one")
		if err != nil || len(taken.Mine) != step.want {
			t.Errorf("%s: %v %v, want %d", step.name, taken.Mine, err, step.want)
		}
	}
}

// A time that has been is out of the book, and calendars whose names begin alike are two.
func TestCalendarsAndThePast(t *testing.T) {
	b, c := open(t)
	take(t, b, "first", 1, time.Time{}, nil)
	if other, err := b.Taken(t.Context(), booking.Calendar(strings.TrimSuffix(string(lessons), "id")), "x"); err != nil || len(other.Others) > 0 {
		t.Errorf("another calendar has %v, %v", other, err)
	}
	c.Advance(8*24*time.Hour + time.Hour)
	if n := others(t, b); n != 0 {
		t.Errorf("%d places the day after", n)
	}
}
