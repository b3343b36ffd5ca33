package flow

import (
	"context"

	"samtjanst/platform/fault"
)

// sweepBatch is how much one sweep takes away.
const sweepBatch = 500

// Sweep takes expired drafts and records away. Blobs of expired drafts are unreadable from then on, since their keys stood in the draft.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Clock.Now()
	if _, err := s.Vault.Store.DeleteExpiredDrafts(ctx, now, sweepBatch); err != nil {
		return fault.Wrap("flow.Sweep", err)
	}
	if _, err := s.Vault.Store.DeleteExpiredRecords(ctx, now, sweepBatch); err != nil {
		return fault.Wrap("flow.Sweep", err)
	}
	return nil
}
