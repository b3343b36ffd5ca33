package server

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"samtjanst/integrations/timestamp"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing/seal"
)

// seals are what municipalities' documents are sealed with, by municipality.
type seals map[identity.TenantID]*seal.Sealer

// newSeals reads the certificates. All are stamped by the one authority, if there is one. The error is one line that says which
// municipality's certificate is wrong and how: there is no such municipality, it has expired, the key is another's.
func newSeals(cfg config.Config, dirs *directory.Directory, ck clock.Clock) (seals, error) {
	var stamps seal.Timestamper
	if cfg.Timestamp != nil {
		c, err := timestamp.New(*cfg.Timestamp, ck)
		if err != nil {
			return nil, fmt.Errorf("timestamp: %w", err)
		}
		stamps = c
	}
	out := seals{}
	for _, id := range slices.Sorted(maps.Keys(cfg.Seals)) {
		if _, ok := dirs.Tenant(identity.TenantID(id)); !ok {
			return nil, fmt.Errorf("seals: there is no municipality %q", id)
		}
		material, _, err := cfg.Seals[id].Load()
		if err != nil {
			return nil, fmt.Errorf("seals: %s: %w", id, err)
		}
		if out[identity.TenantID(id)], err = seal.New(material, ck, stamps); err != nil {
			return nil, fmt.Errorf("seals: %s: certificate: %w", id, err)
		}
	}
	return out, nil
}

// forFlow are the same as the use cases know them.
func (s seals) forFlow() map[identity.TenantID]flow.Sealer {
	out := map[identity.TenantID]flow.Sealer{}
	for id, sealer := range s {
		out[id] = sealer
	}
	return out
}

const (
	warnAhead = 60 * 24 * time.Hour // it takes some weeks to get a new certificate
	warnEvery = 24 * time.Hour
)

// warn tells the operator of certificates that soon expire: no document can be sealed after that.
func (s seals) warn(log *slog.Logger, now time.Time) {
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if end := s[id].Certificate().NotAfter; end.Before(now.Add(warnAhead)) {
			log.Warn("a municipality's sealing certificate expires: its documents cannot be made after that", "municipality", id, "expires", clock.Date(end))
		}
	}
}
