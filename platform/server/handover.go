package server

import (
	"fmt"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/filedrop"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
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
