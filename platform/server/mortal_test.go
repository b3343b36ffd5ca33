package server_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/handover"
	"samtjanst/integrations/notify"
	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// A process that can die, what it writes to, and those outside whom it reaches: they outlive it.

var errDied = errors.New("the process has died")

// life is one process: it dies at one of its writes, and does nothing to anybody after that.
type life struct {
	dies  int  // at which write, from 1; 0 never
	after bool // the write has come to the disk

	mu      sync.Mutex
	writes  int
	dead    bool
	outside map[int]bool // after which writes something was done outside, before the next
}

func (l *life) write(do func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return fault.New("life", fault.Unavailable, errDied)
	}
	l.writes++
	if l.writes != l.dies {
		return do()
	}
	l.dead = true
	if l.after {
		if err := do(); err != nil {
			return err
		}
	}
	return fault.New("life", fault.Unavailable, errDied)
}

// calls tells that the process does something outside, and reports whether it lives to do so.
func (l *life) calls() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outside[l.writes] = true
	return !l.dead
}

func (l *life) gone() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

func alive() *life { return &life{outside: map[int]bool{}} }

func doomed(at int, after bool) *life { return &life{dies: at, after: after, outside: map[int]bool{}} }

// mortal is a store as a process has it, with every write that an order makes.
type mortal struct {
	store.Store
	life *life
}

func (m mortal) InsertCase(ctx context.Context, row store.CaseRow) error {
	return m.life.write(func() error { return m.Store.InsertCase(ctx, row) })
}

func (m mortal) UpdateCase(ctx context.Context, row store.CaseRow) error {
	return m.life.write(func() error { return m.Store.UpdateCase(ctx, row) })
}

func (m mortal) PutParts(ctx context.Context, parts ...store.Part) error {
	return m.life.write(func() error { return m.Store.PutParts(ctx, parts...) })
}

func (m mortal) InsertDraft(ctx context.Context, row store.DraftRow) error {
	return m.life.write(func() error { return m.Store.InsertDraft(ctx, row) })
}

func (m mortal) UpdateDraft(ctx context.Context, row store.DraftRow) error {
	return m.life.write(func() error { return m.Store.UpdateDraft(ctx, row) })
}

func (m mortal) DeleteDraft(ctx context.Context, id string) error {
	return m.life.write(func() error { return m.Store.DeleteDraft(ctx, id) })
}

func (m mortal) ClaimNumber(ctx context.Context, series, id string) (n int64, err error) {
	err = m.life.write(func() error { n, err = m.Store.ClaimNumber(ctx, series, id); return err })
	return n, err
}

func (m mortal) AppendReads(ctx context.Context, reads []store.Read) error {
	return m.life.write(func() error { return m.Store.AppendReads(ctx, reads) })
}

func (m mortal) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	return m.life.write(func() error { return m.Store.PutRecord(ctx, now, r) })
}

func (m mortal) DeleteRecord(ctx context.Context, collection, key string) error {
	return m.life.write(func() error { return m.Store.DeleteRecord(ctx, collection, key) })
}

// receivers look at references: what comes again under one is what they have.
type receivers struct {
	t *testing.T

	mu  sync.Mutex
	got map[string]string // by reference
}

func (r *receivers) take(l *life, ref, what string) error {
	if !l.calls() {
		return fault.New("receivers", fault.Unavailable, errDied)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if had, ok := r.got[ref]; ok && had != what {
		r.t.Errorf("one reference, two things: %q and %q", had, what)
	}
	r.got[ref] = what
	return nil
}

// line is the way from one process to the receivers.
type line struct {
	*receivers
	life *life
}

func (l line) Mail(_ context.Context, m notify.Mail) error {
	return l.take(l.life, m.ID, "mail to "+m.To+": "+m.Subject)
}

func (l line) Text(_ context.Context, m notify.SMS) error {
	return l.take(l.life, m.ID, "sms to "+m.To+": "+m.Text)
}

func (l line) ID() string { return "rows" }

func (l line) Deliver(_ context.Context, d handover.Delivery) error {
	return l.take(l.life, d.Ref, fmt.Sprint(len(d.Rows), " rows of ", d.Kind))
}

// willing is an e-legitimation whose people sign at once. It outlives the platform's processes, as theirs do.
type willing struct {
	mu     sync.Mutex
	orders map[string]eid.Request
}

// asked is the way from one process to it.
type asked struct {
	*willing
	life *life
}

func (b asked) Start(ctx context.Context, r eid.Request) (eid.Order, error) {
	if !b.life.calls() {
		return eid.Order{}, fault.New("willing", fault.Unavailable, errDied)
	}
	return b.willing.Start(ctx, r)
}

func (b asked) Collect(ctx context.Context, ref string) (eid.Status, error) {
	if !b.life.calls() {
		return eid.Status{}, fault.New("willing", fault.Unavailable, errDied)
	}
	return b.willing.Collect(ctx, ref)
}

func (b *willing) ID() string { return "bankid" }

func (b *willing) Start(_ context.Context, r eid.Request) (eid.Order, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ref := fmt.Sprint("order-", len(b.orders))
	b.orders[ref] = r
	return eid.Order{Ref: ref}, nil
}

func (b *willing) Collect(_ context.Context, ref string) (eid.Status, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.orders[ref]
	if !ok {
		return eid.Status{}, fault.New("willing", fault.NotFound, nil)
	}
	return eid.Status{State: eid.Complete, Done: &eid.Completion{Number: r.Number, Name: "Den som skrev under", Level: 3, Method: "mobile", Format: "willing"}}, nil
}

func (b *willing) Cancel(context.Context, string) error { return nil }
