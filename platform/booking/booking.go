// Package booking is the book of reserved places: who has a place at which time, so that two never have the same.
//
// A calendar (one rule of times of one form in one municipality) has one record for each time that somebody has a place at, keyed by
// calendar and moment, and changed by compare-and-set: of two who want the last place one wins, and the other is told at once. A place is
// held until a moment, after which it is free without anybody doing anything, or firm, until it is given back. The record goes away by
// itself a day after its time.
//
// Who has a place is a Holder: a keyed hash that only whoever has the draft or the case can make. So the book has no personal data, and
// does not tell whose case a time belongs to; nor can anybody's place be found in it but by the holder.
//
// Invariants: a holder has at most one place at each time; never are there more places than the capacity at the moment they were taken; every
// call can be made again with the same result.
package booking

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"samtjanst/forms/slots"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// Calendar names what is booked: "ekkoping/kulturskola/provtid".
type Calendar string

// Holder is whose a place is, as a keyed hash.
type Holder string

// Book keeps places in a store's records.
type Book struct {
	Records store.Records
	Clock   clock.Clock
}

const collection = "booking"

// tries bounds how often a place is tried for when others change the same time: each failed try means that somebody else got through.
const tries = 200

// maxTimes is how many times of one calendar are read: more than a rule can make (package slots).
const maxTimes = 4000

// kept is how long a time that has been stays in the book.
const kept = 24 * time.Hour

// sheet is what one record holds.
type sheet struct {
	Places []place `json:"places"`
}

type place struct {
	Holder Holder    `json:"h"`
	Until  time.Time `json:"until,omitzero"` // zero: firm
}

func (p place) live(now time.Time) bool { return p.Until.IsZero() || p.Until.After(now) }

// Take gives a holder a place at a slot until a moment, or for good when that is zero. A place that the holder has already is kept longer, and
// one that is firm stays so. fault.Exists when all places are taken.
func (b *Book) Take(ctx context.Context, c Calendar, s slots.Slot, capacity int, h Holder, until time.Time) error {
	return b.change(ctx, c, s.Start, s.End, func(have []place) ([]place, error) {
		for i, p := range have {
			if p.Holder != h {
				continue
			}
			if p.Until.IsZero() || !until.IsZero() && !until.After(p.Until) {
				return nil, nil
			}
			have[i].Until = until
			return have, nil
		}
		if len(have) >= capacity {
			return nil, fault.New("booking.Take", fault.Exists, nil)
		}
		return append(have, place{Holder: h, Until: until}), nil
	})
}

// Leave gives a holder's place back; nothing happens when there is none. heldOnly leaves a firm place as it is.
func (b *Book) Leave(ctx context.Context, c Calendar, start time.Time, h Holder, heldOnly bool) error {
	return b.change(ctx, c, start, start, func(have []place) ([]place, error) {
		n := len(have)
		have = slices.DeleteFunc(have, func(p place) bool { return p.Holder == h && !(heldOnly && p.Until.IsZero()) })
		if len(have) == n {
			return nil, nil
		}
		return have, nil
	})
}

// Keep gives back all places of a holder's but the one at a moment; zero keeps none.
func (b *Book) Keep(ctx context.Context, c Calendar, h Holder, but time.Time) error {
	times, err := b.list(ctx, c)
	if err != nil {
		return err
	}
	for _, t := range times {
		if t.start.Equal(but) || !slices.ContainsFunc(t.sheet.Places, func(p place) bool { return p.Holder == h }) {
			continue
		}
		if err := b.Leave(ctx, c, t.start, h, false); err != nil {
			return err
		}
	}
	return nil
}

// Taken is what a calendar's places look like to one holder.
type Taken struct {
	Others map[int64]int       // start as seconds since 1970 → places that others have
	Mine   map[int64]time.Time // start → until when the holder's own place is held; zero for good
}

// Taken reads a calendar.
func (b *Book) Taken(ctx context.Context, c Calendar, h Holder) (Taken, error) {
	times, err := b.list(ctx, c)
	if err != nil {
		return Taken{}, err
	}
	out := Taken{Others: map[int64]int{}, Mine: map[int64]time.Time{}}
	now := b.Clock.Now()
	for _, t := range times {
		for _, p := range t.sheet.Places {
			switch {
			case !p.live(now):
			case p.Holder == h:
				out.Mine[t.start.Unix()] = p.Until
			default:
				out.Others[t.start.Unix()]++
			}
		}
	}
	return out, nil
}

// change changes the live places of one time, again when somebody else was first. change gives nil when there is nothing to write.
func (b *Book) change(ctx context.Context, c Calendar, start, end time.Time, change func([]place) ([]place, error)) error {
	const op = "booking.change"
	for range tries {
		now := b.Clock.Now()
		rec, err := b.Records.GetRecord(ctx, now, collection, key(c, start))
		var have sheet
		switch {
		case errors.Is(err, fault.NotFound):
			rec = store.Record{Collection: collection, Key: key(c, start), Expires: end.Add(kept).UTC()}
		case err != nil:
			return fault.Wrap(op, err)
		default:
			if err := json.Unmarshal(rec.Body, &have); err != nil {
				return fault.New(op, fault.Internal, err)
			}
		}
		next, err := change(slices.DeleteFunc(have.Places, func(p place) bool { return !p.live(now) }))
		if err != nil || next == nil {
			return err
		}
		rec.Rev++
		if rec.Body, err = json.Marshal(sheet{next}); err != nil {
			return fault.New(op, fault.Internal, err)
		}
		err = b.Records.PutRecord(ctx, now, rec)
		if err == nil || !errors.Is(err, fault.Exists) && !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) {
			return fault.Wrap(op, err)
		}
	}
	return fault.Newf(op, fault.Unavailable, "the time was changed by others %d times", tries)
}

// entry is one time of a calendar.
type entry struct {
	start time.Time
	sheet sheet
}

func (b *Book) list(ctx context.Context, c Calendar) ([]entry, error) {
	const op = "booking.list"
	prefix := string(c) + "/"
	recs, err := b.Records.ListRecords(ctx, b.Clock.Now(), collection, prefix, "", maxTimes)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	out := make([]entry, 0, len(recs))
	for _, r := range recs {
		start, err := time.Parse(moment, r.Key[len(prefix):])
		if err != nil {
			return nil, fault.New(op, fault.Internal, err)
		}
		e := entry{start: start}
		if err := json.Unmarshal(r.Body, &e.sheet); err != nil {
			return nil, fault.New(op, fault.Internal, err)
		}
		out = append(out, e)
	}
	return out, nil
}

// moment is how a key has the time: in UTC, so that keys are in the order of time.
const moment = "20060102T1504Z"

func key(c Calendar, start time.Time) string { return string(c) + "/" + start.UTC().Format(moment) }
