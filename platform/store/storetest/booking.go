package storetest

import (
	"fmt"
	"testing"
	"time"

	"samtjanst/forms/slots"
	"samtjanst/platform/booking"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// bookingRace has twenty want one of three places at the same moment: three have one each, the others are told, and what is given back is
// one more's.
func bookingRace(t *testing.T, s store.Store) {
	ctx := t.Context()
	now := clock.NewManual(t0)
	book := booking.Book{Records: s, Clock: now}
	const calendar booking.Calendar = "ekkoping/kulturskola/tid"
	slot := slots.Slot{Start: t0.Add(time.Hour).Truncate(time.Minute), End: t0.Add(2 * time.Hour)}
	rush := func(until time.Time) (won []int) {
		errs := together(20, func(i int) error {
			return book.Take(ctx, calendar, slot, 3, booking.Holder(fmt.Sprint("holder-", i)), until)
		})
		winners(t, errs, fault.Exists)
		for i, err := range errs {
			if err == nil {
				won = append(won, i)
			}
		}
		return won
	}
	first := rush(t0.Add(slots.Hold))
	if len(first) != 3 {
		t.Fatalf("%d of 20 have one of three places", len(first))
	}
	must(t, book.Leave(ctx, calendar, slot.Start, booking.Holder(fmt.Sprint("holder-", first[0])), false))
	if again := rush(t0.Add(slots.Hold)); len(again) != 3 { // two who have one, and one more
		t.Errorf("%d have a place when one of three was given back", len(again))
	}
	now.Advance(slots.Hold)
	if last := rush(time.Time{}); len(last) != 3 {
		t.Errorf("%d have a place when all holds have run out", len(last))
	}
	taken, err := book.Taken(ctx, calendar, "somebody else")
	must(t, err)
	same(t, "the book", taken.Others, map[int64]int{slot.Start.Unix(): 3})
}
