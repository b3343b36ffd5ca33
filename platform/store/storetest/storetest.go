// Package storetest is what every storage engine must pass: the promises of package store as a suite.
//
// An engine's own test calls Run. Nothing in the suite knows an engine, and nothing in it is left out for one.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// Run runs the suite. open gives a new, empty store each time; Run closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	tests := []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"CaseRoundTrip", caseRoundTrip},
		{"CaseUniqueKeys", caseUniqueKeys},
		{"CaseInvalid", caseInvalid},
		{"CaseCompareAndSet", caseCompareAndSet},
		{"CaseUpdateKeepsWhatDoesNotChange", caseUpdateKeeps},
		{"CaseUpdateRace", caseUpdateRace},
		{"CaseInsertRace", caseInsertRace},
		{"CaseDelete", caseDelete},
		{"CaseDue", caseDue},
		{"CaseBig", caseBig},
		{"TooLarge", tooLarge},
		{"ListAgainstModel", listAgainstModel},
		{"ListPagesOverTies", listPagesOverTies},
		{"ListFollowsUpdates", listFollowsUpdates},
		{"ListRefusals", listRefusals},
		{"CountCapped", countCapped},
		{"Parts", parts},
		{"PartsAreImmutable", partsAreImmutable},
		{"Drafts", drafts},
		{"DraftsExpire", draftsExpire},
		{"DraftsAnnounce", draftsAnnounce},
		{"SeriesWithoutGaps", seriesWithoutGaps},
		{"SeriesSameCase", seriesSameCase},
		{"Reads", reads},
		{"Records", records},
		{"RecordsExpire", recordsExpire},
		{"RecordsByPrefix", recordsByPrefix},
		{"RecordRace", recordRace},
		{"BookingRace", bookingRace},
		{"CancelledContext", cancelledContext},
		{"Closed", closed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			tt.test(t, s)
		})
	}
}

// t0 is the suite's origin of time: to the millisecond, which is what a store keeps.
var t0 = time.Date(2026, 3, 29, 0, 59, 59, 123e6, time.UTC)

// sample gives a head with every field filled in, told apart by n.
func sample(n int) store.CaseRow {
	return store.CaseRow{
		ID:        fmt.Sprintf("case-%06d", n),
		Tenant:    "ekkoping",
		Authority: "ekkoping/bun",
		Form:      "skolskjuts",
		Reference: fmt.Sprintf("EK-%06d", n),
		Dedupe:    fmt.Sprintf("draft-%06d", n),
		Number:    "",
		State:     "received",
		Assignee:  "",
		Labels:    []string{"brådskande", "två hem"},
		Tokens:    []string{fmt.Sprintf("token-%06d", n), "token-common"},
		Submitted: t0.Add(time.Duration(n) * time.Minute),
		Changed:   t0.Add(time.Duration(n) * time.Hour),
		Waiting:   t0.Add(time.Duration(n) * time.Second),
		Due:       t0.Add(time.Duration(n) * 24 * time.Hour),
		Rev:       1,
		Key:       []byte{1, 0, 255, byte(n)},
		Card:      []byte("card"),
		Chain:     []byte("chain"),
		Head:      []byte("head"),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want reports an error that is not of the kind.
func want(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: got error %v, want one of kind %q", what, err, kind)
	}
}

// quickBytes compares bytes whole: cmp's own difference of a megabyte takes seconds.
var quickBytes = cmp.FilterValues(func(a, b []byte) bool { return len(a)+len(b) > 0 }, cmp.Comparer(bytes.Equal))

// same reports a difference; an empty slice and none are the same to a store.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), quickBytes); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// together runs f n times at once and gives their errors by number.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// winners counts the nil errors and reports any error that is not of the kind.
func winners(t *testing.T, errs []error, kind fault.Kind) int {
	t.Helper()
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
			continue
		}
		want(t, "a loser", err, kind)
	}
	return n
}

func noise(size int) []byte {
	b := make([]byte, size)
	r := rand.New(rand.NewPCG(1, uint64(size)))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func cancelledContext(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]error{
		"InsertCase":  s.InsertCase(ctx, sample(1)),
		"UpdateCase":  s.UpdateCase(ctx, sample(1)),
		"PutParts":    s.PutParts(ctx, store.Part{Case: "case-000001", ID: "p"}),
		"InsertDraft": s.InsertDraft(ctx, store.DraftRow{ID: "d", Owner: "o"}),
		"AppendReads": s.AppendReads(ctx, []store.Read{{Case: "case-000001"}}),
		"PutRecord":   s.PutRecord(ctx, t0, store.Record{Collection: "session", Key: "k", Rev: 1}),
		"DeleteCase":  s.DeleteCase(ctx, "case-000001"),
	}
	_, calls["Case"] = s.Case(ctx, "case-000001")
	_, calls["ListCases"] = s.ListCases(ctx, store.CaseQuery{Authorities: []string{"a"}})
	_, calls["CountCases"] = s.CountCases(ctx, 10, store.CaseQuery{Authorities: []string{"a"}})
	_, calls["ClaimNumber"] = s.ClaimNumber(ctx, "series", "case-000001")
	_, calls["GetRecord"] = s.GetRecord(ctx, t0, "session", "k")
	for name, err := range calls {
		want(t, name, err, fault.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v does not say that the context was cancelled", name, err)
		}
	}
	_, err := s.Case(t.Context(), "case-000001")
	want(t, "Case after a cancelled InsertCase", err, fault.NotFound)
}

func tooLarge(t *testing.T, s store.Store) {
	ctx := t.Context()
	body := make([]byte, store.MaxBytes+1)
	row := sample(1)
	row.Head = body
	want(t, "InsertCase", s.InsertCase(ctx, row), fault.TooLarge)
	want(t, "UpdateCase", s.UpdateCase(ctx, row), fault.TooLarge)
	want(t, "PutParts", s.PutParts(ctx, store.Part{Case: "c", ID: "small"}, store.Part{Case: "c", ID: "big", Body: body}), fault.TooLarge)
	want(t, "InsertDraft", s.InsertDraft(ctx, store.DraftRow{ID: "d", Owner: "o", Body: body}), fault.TooLarge)
	want(t, "PutRecord", s.PutRecord(ctx, t0, store.Record{Collection: "c", Key: "k", Rev: 1, Body: body}), fault.TooLarge)
	list, err := s.ListParts(ctx, "c")
	must(t, err)
	same(t, "parts", list, []store.Part{})
	must(t, s.PutParts(ctx, store.Part{Case: "c", ID: "most", Body: body[1:]}))
}

func closed(t *testing.T, s store.Store) {
	must(t, s.Close())
	want(t, "InsertCase", s.InsertCase(t.Context(), sample(1)), fault.Unavailable)
	_, err := s.Case(t.Context(), "case-000001")
	want(t, "Case", err, fault.Unavailable)
	must(t, s.Close()) // again, as deferred calls do
}

func equalBytes(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got %d bytes that are not the %d stored", what, len(got), len(want))
	}
}
