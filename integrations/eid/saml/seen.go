package saml

import (
	"context"
	"sync"
	"time"

	"samtjanst/platform/clock"
)

// Seen remembers the orders that have ended. An assertion answers one request by its ID, so an order that ends once is a replay
// refused (deployment profile 6.3.5). Nodes that take answers for one another share one.
type Seen interface {
	// Add remembers an order until a time and reports whether it was not there already; of two at once one is first. Fault: Unavailable.
	Add(ctx context.Context, order string, until time.Time) (first bool, err error)
	// Has reports whether an order is remembered. Fault: Unavailable.
	Has(ctx context.Context, order string) (bool, error)
}

// Memory is a Seen for one process. Orders live for minutes: what a restart forgets can be answered again for that long only, and
// then by whoever has both the answer and the session that began the order.
type Memory struct {
	clock clock.Clock

	mu    sync.Mutex
	until map[string]time.Time
	swept time.Time
}

// NewMemory makes an empty one.
func NewMemory(c clock.Clock) *Memory { return &Memory{clock: c, until: map[string]time.Time{}} }

// Add is Seen's.
func (m *Memory) Add(_ context.Context, order string, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now()
	if now.Sub(m.swept) > time.Minute {
		for k, t := range m.until {
			if now.After(t) {
				delete(m.until, k)
			}
		}
		m.swept = now
	}
	if _, ok := m.until[order]; ok {
		return false, nil
	}
	m.until[order] = until
	return true, nil
}

// Has is Seen's.
func (m *Memory) Has(_ context.Context, order string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.until[order]
	return ok, nil
}
