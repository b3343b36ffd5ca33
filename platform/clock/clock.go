// Package clock makes time injectable, and knows Swedish time.
package clock

import (
	"sync"
	"time"
	_ "time/tzdata" // a bare container has no zone files
)

// Clock tells the time. Everything that decides by time takes one.
type Clock interface{ Now() time.Time }

// System is the machine's clock, in UTC with millisecond precision, which is what both storage engines keep.
type System struct{}

// Now returns the present time.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Manual is a clock for tests and for the demo's time travel: it stands still until moved. Safe for concurrent use.
type Manual struct {
	mu sync.Mutex
	t  time.Time
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{t: t.UTC().Truncate(time.Millisecond)} }

// Now returns where the clock stands.
func (m *Manual) Now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.t }

// Advance moves the clock.
func (m *Manual) Advance(d time.Duration) { m.mu.Lock(); m.t = m.t.Add(d); m.mu.Unlock() }

// Moving is a clock that goes at the pace of the machine's from wherever it is set, and can be moved: for somebody who looks at it
// in a browser while a test lets days pass. Safe for concurrent use.
type Moving struct {
	mu    sync.Mutex
	ahead time.Duration // of the machine's clock
}

// NewMoving returns a clock that is t now and goes on from there.
func NewMoving(t time.Time) *Moving { return &Moving{ahead: time.Until(t)} }

// Now returns where the clock is.
func (m *Moving) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Add(m.ahead).UTC().Truncate(time.Millisecond)
}

// Advance moves the clock.
func (m *Moving) Advance(d time.Duration) { m.mu.Lock(); m.ahead += d; m.mu.Unlock() }

// Stockholm is the zone in which Swedish dates and deadlines are counted.
var Stockholm = func() *time.Location {
	l, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err) // impossible: tzdata is linked in
	}
	return l
}()

// Date gives the Swedish calendar day of t as YYYY-MM-DD.
func Date(t time.Time) string { return t.In(Stockholm).Format(time.DateOnly) }
