package usage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

const keyCollection = "settlement-key"

// adjusted is the month in which the cooperation adjusts how costs are shared.
const adjusted = time.March

// Key is one organisation's part of the year's settlement key: how many users it had on the day of counting.
type Key struct {
	Users int           `json:"users"`
	On    calendar.Date `json:"on"` // the first of March, or the later day on which one that had nobody in its register then was counted
}

// KeyYear is the year whose key holds at a moment: from when its day of counting is over, the second of March, for a year.
func KeyYear(now time.Time) int {
	today := calendar.On(now.In(clock.Stockholm))
	if KeyDay(today.Year()).Before(today) {
		return today.Year()
	}
	return today.Year() - 1
}

// KeyDay is the day on which a year's users are counted.
func KeyDay(year int) calendar.Date { return calendar.Of(year, adjusted, 1) }

func keyOf(org identity.TenantID, year int) string { return fmt.Sprintf("%s/%04d", org, year) }

// ReadKey gives an organisation's key of a year. fault.NotFound when its users have not been counted.
func ReadKey(ctx context.Context, records Records, now time.Time, org identity.TenantID, year int) (Key, error) {
	const op = "usage.ReadKey"
	rec, err := records.GetRecord(ctx, now, keyCollection, keyOf(org, year))
	if err != nil {
		return Key{}, fault.Wrap(op, err)
	}
	var k Key
	if err := json.Unmarshal(rec.Body, &k); err != nil {
		return Key{}, fault.New(op, fault.Internal, err)
	}
	return k, nil
}

// Settle makes an organisation's key of the year that holds now, unless there is one: users are those on the first of March, or today's when there
// were none then: a platform, or an organisation that joins it, may begin in the middle of a year. One without users today either is asked
// again.
func Settle(ctx context.Context, records Records, now time.Time, org identity.TenantID, users func(context.Context, identity.TenantID, calendar.Date) (int, error)) error {
	const op = "usage.Settle"
	year := KeyYear(now)
	if _, err := ReadKey(ctx, records, now, org, year); !errors.Is(err, fault.NotFound) {
		return fault.Wrap(op, err)
	}
	for _, on := range []calendar.Date{KeyDay(year), calendar.On(now.In(clock.Stockholm))} {
		n, err := users(ctx, org, on)
		if err != nil {
			return fault.Wrap(op, err)
		}
		if n == 0 {
			continue
		}
		raw, err := json.Marshal(Key{Users: n, On: on})
		if err != nil {
			return fault.New(op, fault.Internal, err)
		}
		err = records.PutRecord(ctx, now, store.Record{Collection: keyCollection, Key: keyOf(org, year), Rev: 1, Body: raw})
		if errors.Is(err, fault.Exists) {
			return nil // another process was first
		}
		return fault.Wrap(op, err)
	}
	return nil
}
