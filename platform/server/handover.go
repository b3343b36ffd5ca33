package server

import (
	"context"
	"fmt"
	"time"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/filedrop"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
)

// handoverTargets are where granted rows go, by "municipality/target".
func handoverTargets(cfg config.Config, ck clock.Clock) (map[string]handover.Target, error) {
	out := map[string]handover.Target{}
	for _, h := range cfg.Handover {
		key := h.Municipality + "/" + h.Target
		if out[key] != nil {
			return nil, fmt.Errorf("handover: %s is there twice", key)
		}
		var err error
		if h.Webhook != nil {
			out[key], err = webhook.New(h.Target, *h.Webhook, ck)
		} else {
			out[key], err = filedrop.NewTarget(h.Target, h.Folder)
		}
		if err != nil {
			return nil, fmt.Errorf("handover: %s: %w", key, err)
		}
	}
	return out, nil
}

// settle is how long a file must lie still before it is read: somebody may be writing it.
const settle = 2 * time.Second

// lookEvery is the pause between looks for what has come back and for what has expired.
const lookEvery = 5 * time.Second

// background takes ride lists in and sweeps what has expired, until Close.
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
	s.followNews(ctx, o.Log)
	s.jobs.Add(1)
	go func() {
		defer s.jobs.Done()
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			for _, in := range inboxes {
				if _, err := s.Flow.ReceiveRideLists(ctx, in.auth, in.src); err != nil && ctx.Err() == nil {
					o.Log.Error("ride lists not taken in", "authority", in.auth, "error", err)
				}
			}
			if err := s.Flow.Sweep(ctx); err != nil && ctx.Err() == nil {
				o.Log.Error("expired things not swept", "error", err)
			}
		}
	}()
	return nil
}
