package flow

import (
	"context"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/vault"
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

// noticeAt is when the owner of a draft is told that it will soon be taken away.
func (s *Service) noticeAt(d *vault.Draft) time.Time {
	days := (&forms.Meta{}).NoticeDays()
	if g, err := s.newest(tenantID(d.Tenant), d.Form); err == nil {
		days = g.Form.Def.Meta.NoticeDays()
	}
	return d.Expires.AddDate(0, 0, -days)
}
