package saml

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

const (
	maxMetadata = 64 << 20
	retryAfter  = time.Minute // a failed fetch
)

// source keeps the provider's metadata fresh. What has been read is kept when fetching fails, until its own end (validUntil).
type source struct {
	read     func(ctx context.Context) ([]byte, error)
	pinned   *x509.Certificate
	entityID string
	every    time.Duration
	clock    clock.Clock

	mu         sync.Mutex
	known      *provider
	tried      time.Time
	failed     bool // the last try
	refreshing bool
}

func newSource(c Config, m Material, ck clock.Clock) *source {
	s := &source{pinned: m.Certificate, entityID: c.Provider, every: c.Refresh, clock: ck}
	s.read = func(context.Context) ([]byte, error) { return os.ReadFile(c.MetadataFile) }
	if c.MetadataURL != "" {
		s.read = func(ctx context.Context) ([]byte, error) { return fetch(ctx, m.HTTP, c.MetadataURL, c.Timeout) }
	}
	return s
}

func fetch(ctx context.Context, client *http.Client, address string, timeout time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/samlmetadata+xml, application/xml;q=0.8")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the metadata's server answered with %d", res.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxMetadata+1))
	if err == nil && len(b) > maxMetadata {
		err = errors.New("metadata over the limit")
	}
	return b, err
}

// get gives the provider, read anew when it is time; whoever comes while somebody reads has what was known. Fault: Unavailable.
func (s *source) get(ctx context.Context) (provider, error) {
	s.mu.Lock()
	wait := s.every
	if s.failed {
		wait = min(retryAfter, s.every)
	}
	fresh := !s.tried.IsZero() && s.clock.Now().Sub(s.tried) < wait
	if (fresh || s.refreshing) && s.known != nil {
		known := *s.known
		s.mu.Unlock()
		return s.valid(known)
	}
	s.mu.Unlock()
	err := s.refresh(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		return provider{}, err
	}
	return s.valid(*s.known)
}

func (s *source) valid(p provider) (provider, error) {
	if !p.validUntil.IsZero() && !s.clock.Now().Before(p.validUntil) {
		return provider{}, fault.New("saml.metadata", fault.Unavailable, errors.New("the provider's metadata has expired"))
	}
	return p, nil
}

// refresh reads now. Fault: Unavailable; what was known is kept.
func (s *source) refresh(ctx context.Context) error {
	s.mu.Lock()
	s.refreshing = true
	s.mu.Unlock()
	raw, err := s.read(ctx)
	var p provider
	if err == nil {
		if p, err = readMetadata(raw, s.pinned, s.entityID); err == nil {
			_, err = s.valid(p) // an old answer does not replace a newer one
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshing, s.tried, s.failed = false, s.clock.Now(), err != nil
	if err != nil {
		return fault.New("saml.metadata", fault.Unavailable, err)
	}
	s.known = &p
	return nil
}
