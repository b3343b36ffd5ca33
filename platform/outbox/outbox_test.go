package outbox

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"samtjanst/platform/casework"
)

// cases is a runner that counts, and can hold a run until told.
type cases struct {
	mu   sync.Mutex
	due  map[casework.ID]int // effects that are due
	ran  map[casework.ID]int
	hold chan struct{}
	at   chan casework.ID
}

func newCases() *cases {
	return &cases{due: map[casework.ID]int{}, ran: map[casework.ID]int{}, at: make(chan casework.ID, 1000)}
}

func (c *cases) Due(_ context.Context, limit int) ([]casework.ID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []casework.ID
	for id, n := range c.due {
		if n > 0 && len(out) < limit {
			out = append(out, id)
		}
	}
	return out, nil
}

func (c *cases) RunDue(_ context.Context, id casework.ID) (int, error) {
	c.at <- id
	if c.hold != nil {
		<-c.hold
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.due[id]
	c.due[id], c.ran[id] = 0, c.ran[id]+n
	return n, nil
}

func (c *cases) add(id casework.ID) { c.mu.Lock(); c.due[id]++; c.mu.Unlock() }

func (c *cases) all(id casework.ID) int { c.mu.Lock(); defer c.mu.Unlock(); return c.ran[id] }

func start(t *testing.T, c *cases, every time.Duration) *Outbox {
	t.Helper()
	o := New(c, Options{Every: every, Log: slog.New(slog.DiscardHandler)})
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	return o
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatal(what)
}

// What an earlier process left is found at the start, without anybody waking it.
func TestFindsWhatWasLeft(t *testing.T) {
	c := newCases()
	c.add("left")
	o := start(t, c, 20*time.Millisecond)
	defer o.Stop()
	eventually(t, "what was left is not run", func() bool { return c.all("left") == 1 })
}

// A wake-up that comes while the case is being run is not lost.
func TestWakeWhileRunning(t *testing.T) {
	c := newCases()
	c.hold = make(chan struct{})
	o := start(t, c, time.Hour)
	defer o.Stop()
	<-time.After(10 * time.Millisecond)
	c.add("a")
	o.Wake("a")
	<-c.at // it runs
	c.add("a")
	o.Wake("a")
	o.Wake("a") // and again: once is enough
	close(c.hold)
	eventually(t, "the second wake-up was lost", func() bool { return c.all("a") == 2 })
}

// Waking never waits, however many there are; what the queue has no room for is found by the next look.
func TestMoreThanTheQueueHolds(t *testing.T) {
	c := newCases()
	const many = 3000
	c.at = make(chan casework.ID, 10*many)
	o := start(t, c, 20*time.Millisecond)
	defer o.Stop()
	name := func(i int) casework.ID { return casework.ID(time.Duration(i).String()) }
	for i := range many {
		c.add(name(i))
		o.Wake(name(i))
	}
	eventually(t, "some were never run", func() bool {
		for i := range many {
			if c.all(name(i)) == 0 {
				return false
			}
		}
		return true
	})
}

// Stop waits for what is running.
func TestStopLetsRunningFinish(t *testing.T) {
	c := newCases()
	c.hold = make(chan struct{})
	o := start(t, c, time.Hour)
	c.add("a")
	o.Wake("a")
	<-c.at
	stopped := make(chan struct{})
	go func() { o.Stop(); close(stopped) }()
	select {
	case <-stopped:
		t.Fatal("stopped in the middle")
	case <-time.After(50 * time.Millisecond):
	}
	close(c.hold)
	<-stopped
	if c.all("a") != 1 {
		t.Error("not finished")
	}
}
