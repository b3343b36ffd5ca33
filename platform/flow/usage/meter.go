// Package usage counts what is paid for by the piece, per organisation and month, and divides what is paid together.
//
// What a provider of e-legitimations charges for is counted when it happens: that it happened, never who. Counting is an addition in memory, so
// that no login waits for it and a thousand logins cost no more writes than one. Every few seconds, and at a clean stop, what has been added is
// written (Meter.Flush): a clean stop loses nothing, a crash at most what came since the last write.
//
// Keys: a record of a Meter belongs to one process, by a name that it takes at its start, and holds that process's whole count of one
// organisation's month: "ekkoping/2026-11/<process>". So processes never wait for each other, and a write whose answer was lost is written
// again without anything being counted twice. A month's figure is the sum over the processes.
//
// A Key says how many users an organisation had on the first of March, and holds for a year. It is written once and never again, so that what has
// been settled by it stays as it was.
//
// Invariants: figures only grow; money is whole öre; shares sum to what was divided.
package usage

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// Charged is what is paid for by the piece.
type Charged string

// What is paid for.
const (
	Login     Charged = "login"     // somebody was identified by an e-legitimation, citizen or politician
	Signature Charged = "signature" // a signature by e-legitimation was taken into a case
)

// Shared is the organisation of a login that was asked for on pages that belong to none: the portal's.
const Shared identity.TenantID = ""

const (
	meterCollection = "usage"
	sharedKey       = "_" // no organisation's id
)

// Count is how many of each were charged.
type Count struct {
	Logins     int64 `json:"logins,omitempty"`
	Signatures int64 `json:"signatures,omitempty"`
}

// Plus adds two counts.
func (c Count) Plus(d Count) Count {
	return Count{Logins: c.Logins + d.Logins, Signatures: c.Signatures + d.Signatures}
}

// Month is a month of the Swedish calendar, "2026-11".
type Month string

// MonthOf is the Swedish month of a moment.
func MonthOf(t time.Time) Month { return Month(t.In(clock.Stockholm).Format("2006-01")) }

func (m Month) valid() bool {
	_, err := time.Parse("2006-01", string(m))
	return err == nil
}

// MonthIn is a month of a year, counted from 1.
func MonthIn(year, month int) Month { return Month(fmt.Sprintf("%04d-%02d", year, month)) }

// Records is where counts and keys are kept; store.Store is one.
type Records interface {
	PutRecord(ctx context.Context, now time.Time, r store.Record) error
	GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error)
	ListRecords(ctx context.Context, now time.Time, collection, prefix, after string, limit int) ([]store.Record, error)
}

// Meter counts. It is safe for concurrent use; a nil one counts nothing.
type Meter struct {
	records Records
	clock   clock.Clock
	process string

	mu     sync.Mutex
	counts map[metered]Count // this process's own, whole
	dirty  map[metered]bool

	writing sync.Mutex // one flush at a time
	revs    map[metered]int64
}

type metered struct {
	org   identity.TenantID
	month Month
}

// NewMeter makes a meter that keeps its counts among these records, as a process of its own.
func NewMeter(records Records, clk clock.Clock) *Meter {
	return &Meter{records: records, clock: clk, process: strings.ToLower(rand.Text()), counts: map[metered]Count{}, dirty: map[metered]bool{}, revs: map[metered]int64{}}
}

// Note counts one, now.
func (m *Meter) Note(org identity.TenantID, what Charged) {
	if m == nil {
		return
	}
	at := metered{org, MonthOf(m.clock.Now())}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.counts[at]
	switch what {
	case Login:
		c.Logins++
	case Signature:
		c.Signatures++
	}
	m.counts[at], m.dirty[at] = c, true
}

// Flush writes what has been counted since the last time. What could not be written is written the next time. fault.Unavailable.
func (m *Meter) Flush(ctx context.Context) error {
	if m == nil {
		return nil
	}
	m.writing.Lock()
	defer m.writing.Unlock()
	m.mu.Lock()
	waiting := make(map[metered]Count, len(m.dirty))
	for at := range m.dirty {
		waiting[at] = m.counts[at]
	}
	m.mu.Unlock()
	var errs []error
	for at, c := range waiting {
		if err := m.write(ctx, at, c); err != nil {
			errs = append(errs, err)
			continue
		}
		m.mu.Lock()
		if m.counts[at] == c {
			delete(m.dirty, at)
		}
		m.mu.Unlock()
	}
	return fault.Wrap("usage.Meter", errors.Join(errs...))
}

// write puts the process's count of a month. Nobody else writes that record, so a conflict is an earlier write of ours whose answer was lost.
func (m *Meter) write(ctx context.Context, at metered, c Count) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return fault.New("usage.Meter", fault.Internal, err)
	}
	r := store.Record{Collection: meterCollection, Key: prefix(at.org, at.month) + m.process, Rev: m.revs[at] + 1, Body: raw}
	err = m.records.PutRecord(ctx, m.clock.Now(), r)
	if errors.Is(err, fault.Exists) || errors.Is(err, fault.Conflict) {
		var there store.Record
		if there, err = m.records.GetRecord(ctx, m.clock.Now(), meterCollection, r.Key); err == nil {
			r.Rev = there.Rev + 1
			err = m.records.PutRecord(ctx, m.clock.Now(), r)
		}
	}
	if err == nil {
		m.revs[at] = r.Rev
	}
	return err
}

func prefix(org identity.TenantID, months Month) string {
	if org == Shared {
		org = sharedKey
	}
	return string(org) + "/" + string(months) + "/"
}

// Year gives an organisation's counts of a year by month, those of every process, this one's last seconds too. Months without any are left out.
func (m *Meter) Year(ctx context.Context, org identity.TenantID, year int) (map[Month]Count, error) {
	const op = "usage.Meter"
	if err := m.Flush(ctx); err != nil {
		return nil, err
	}
	out := map[Month]Count{}
	all, after := strings.TrimSuffix(prefix(org, Month(fmt.Sprintf("%04d-", year))), "/"), ""
	for {
		recs, err := m.records.ListRecords(ctx, m.clock.Now(), meterCollection, all, after, store.MaxLimit)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		for _, r := range recs {
			parts := strings.Split(r.Key, "/")
			var c Count
			if err := json.Unmarshal(r.Body, &c); err != nil || len(parts) != 3 {
				return nil, fault.Newf(op, fault.Internal, "record %s: %v", r.Key, err)
			}
			out[Month(parts[1])] = out[Month(parts[1])].Plus(c)
		}
		if len(recs) < store.MaxLimit {
			return out, nil
		}
		after = recs[len(recs)-1].Key
	}
}
