package server

import (
	"context"
	"fmt"
	"time"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/filedrop"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
)

// settle is how long a file must lie still before it is read: somebody may be writing it.
const settle = 2 * time.Second

const (
	lookEvery = 5 * time.Second // between looks for what has come back and for what has expired
	newsEvery = 2 * time.Second // between looks for what has been published by other processes

	peopleEvery = 10 * time.Minute // between looks for holes in schedules, and for changes of people that wait
)

// background follows signatures in progress and what others publish, takes ride lists in and sweeps what has expired, until Close.
func (s *Server) background(cfg config.Config, o Options, dirs *directory.Directory) error {
	type inbox struct {
		auth identity.AuthorityID
		src  handover.Source
	}
	var inboxes []inbox
	for _, h := range cfg.Handover {
		if h.Inbox == "" {
			continue
		}
		t, ok := dirs.Tenant(identity.TenantID(h.Municipality))
		if !ok {
			return fmt.Errorf("handover: there is no municipality %q", h.Municipality)
		}
		if _, ok := t.Authority(h.Authority); !ok {
			return fmt.Errorf("handover: %s has no authority %q", h.Municipality, h.Authority)
		}
		src, err := filedrop.NewSource(h.Target, h.Inbox, settle, o.Clock)
		if err != nil {
			return fmt.Errorf("handover: %s/%s: %w", h.Municipality, h.Target, err)
		}
		inboxes = append(inboxes, inbox{t.AuthorityID(h.Authority), src})
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.jobs.Go(func() {
		if err := s.Flow.Collect(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("signatures in progress are asked about by their pages only", "error", err)
		}
	})
	s.jobs.Go(func() { s.eids.keepFresh(ctx, o.Log) }) // at once, so that the first login does not wait
	s.every(ctx, refreshEvery, func() { s.eids.keepFresh(ctx, o.Log) })
	s.settle(ctx, o)
	s.every(ctx, warnEvery, func() { s.seals.warn(o.Log, o.Clock.Now()) })
	s.every(ctx, peopleEvery, func() {
		if err := s.Flow.WarnPeople(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("administrators of people not told", "error", err)
		}
	})
	s.syncPeople(ctx, o)
	s.every(ctx, newsEvery, func() {
		if _, err := s.Flow.Catalog.Refresh(ctx, s.Flow.Clock.Now()); err != nil && ctx.Err() == nil {
			o.Log.Error("published forms not read again", "error", err)
		}
	})
	s.every(ctx, lookEvery, func() {
		for _, in := range inboxes {
			if _, err := s.Flow.ReceiveRideLists(ctx, in.auth, in.src); err != nil && ctx.Err() == nil {
				o.Log.Error("ride lists not taken in", "authority", in.auth, "error", err)
			}
		}
		if err := s.Flow.Sweep(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("expired things not swept", "error", err)
		}
	})
	return nil
}

// every does something again and again with a pause between, until the context ends. Close waits for it.
func (s *Server) every(ctx context.Context, pause time.Duration, do func()) {
	s.jobs.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				do()
			}
		}
	})
}
