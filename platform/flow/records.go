package flow

import (
	"context"
	"errors"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// keep stores a record in place of what the key held. There is no moment at which the key holds nothing, and of two that keep at the
// same time the last one stands.
func (s *Service) keep(ctx context.Context, r store.Record) error {
	for attempt := 0; ; attempt++ {
		now := s.Clock.Now()
		r.Rev = 1
		old, err := s.Vault.Store.GetRecord(ctx, now, r.Collection, r.Key)
		if err == nil {
			r.Rev = old.Rev + 1
		} else if !errors.Is(err, fault.NotFound) {
			return fault.Wrap("flow.keep", err)
		}
		err = s.Vault.Store.PutRecord(ctx, now, r)
		raced := errors.Is(err, fault.Exists) || errors.Is(err, fault.Conflict) || errors.Is(err, fault.NotFound)
		if !raced || attempt == retries {
			return fault.Wrap("flow.keep", err)
		}
	}
}
