package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// Parts are written before the head that refers to them, so a process that dies, or a save that somebody else wins, leaves parts that nobody
// refers to. The sweep looks once at each part, a day after it was written, and takes those away. What it has come to stands in a record.
//
// A part is referred to when its id, 128 random bits, stands anywhere in the head, or in the body of any of the case's events: an own section
// that was filled anew is still what the event then said. So no new kind of reference can be forgotten here.

// strayAge is longer than any request or effect lets a part wait for its head.
const strayAge = 24 * time.Hour

const (
	sweepCollection = "sweep"
	partsKey        = "parts"
)

func (s *Service) sweepParts(ctx context.Context) error {
	const op = "flow.sweepParts"
	now := s.Clock.Now()
	var from time.Time
	switch rec, err := s.Vault.Store.GetRecord(ctx, now, sweepCollection, partsKey); {
	case err == nil:
		if from, err = time.Parse(time.RFC3339Nano, string(rec.Body)); err != nil {
			return fault.New(op, fault.Internal, err)
		}
	case !errors.Is(err, fault.NotFound):
		return fault.Wrap(op, err)
	}
	parts, err := s.Vault.Store.PartsCreated(ctx, from, now.Add(-strayAge), sweepBatch)
	if err != nil || len(parts) == 0 {
		return fault.Wrap(op, err)
	}
	byCase := map[string][]string{}
	for _, p := range parts {
		byCase[p.Case] = append(byCase[p.Case], p.ID)
	}
	for id, ids := range byCase {
		strays, err := s.strays(ctx, casework.ID(id), ids)
		if errors.Is(err, fault.Unavailable) {
			return err
		}
		if err != nil { // what cannot be read is left alone, and stops nobody else's
			s.Log.ErrorContext(ctx, "parts of a case were not looked at", "case", id, "error", err)
			continue
		}
		if err := s.Vault.Store.DeleteParts(ctx, id, strays...); err != nil {
			return fault.Wrap(op, err)
		}
	}
	next := parts[len(parts)-1].Created
	if len(parts) < sweepBatch || !next.After(from) { // all of that moment have been looked at
		next = next.Add(time.Millisecond)
	}
	return s.keep(ctx, store.Record{Collection: sweepCollection, Key: partsKey, Body: []byte(next.UTC().Format(time.RFC3339Nano))})
}

// strays are those of a case's parts that nothing in the case refers to: all of them when there is no such case.
func (s *Service) strays(ctx context.Context, id casework.ID, parts []string) ([]string, error) {
	e, err := s.Vault.Load(ctx, id)
	if errors.Is(err, fault.NotFound) {
		return parts, nil
	}
	if errors.Is(err, fault.Gone) {
		return nil, nil // purged: what is left of it is left by decision
	}
	if err != nil {
		return nil, err
	}
	head, err := json.Marshal(e.Case)
	if err != nil {
		return nil, fault.New("flow.strays", fault.Internal, err)
	}
	named := func(where []byte) {
		parts = slices.DeleteFunc(parts, func(id string) bool { return bytes.Contains(where, []byte(id)) })
	}
	parts = slices.Clone(parts)
	if named(head); len(parts) == 0 {
		return nil, nil
	}
	ids := make([]casework.PartID, len(e.Case.Events))
	for i, h := range e.Case.Events {
		ids[i] = h.Body
	}
	bodies, err := s.Vault.Parts(ctx, e, ids...)
	if err != nil {
		return nil, err
	}
	for _, b := range bodies {
		named(b)
	}
	return parts, nil
}
