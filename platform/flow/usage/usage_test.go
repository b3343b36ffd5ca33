package usage_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sqlitestore"
)

var start = time.Date(2026, 11, 30, 22, 59, 0, 0, time.UTC) // a minute before December in Sweden

// losing is a store that loses the answers of writes that it has made.
type losing struct {
	usage.Records
	lose bool
}

func (l *losing) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	err := l.Records.PutRecord(ctx, now, r)
	if l.lose && err == nil {
		return fault.New("test", fault.Unavailable, nil)
	}
	return err
}

func open(t *testing.T) *sqlitestore.Store {
	t.Helper()
	db, err := sqlitestore.Open(filepath.Join(t.TempDir(), "test.db"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Several processes count at once, one of them loses its answers, and the month turns: every figure is right, to the piece.
func TestProcessesCountTogether(t *testing.T) {
	db, clk, ctx := open(t), clock.NewManual(start), t.Context()
	away := &losing{Records: db, lose: true}
	one, two, third := usage.NewMeter(db, clk), usage.NewMeter(db, clk), usage.NewMeter(away, clk)
	var all sync.WaitGroup
	for _, m := range []*usage.Meter{one, two, third} {
		for range 4 {
			all.Go(func() {
				for i := range 50 {
					m.Note("ekkoping", usage.Login)
					m.Note(usage.Shared, usage.Login)
					m.Note("tallvik", usage.Signature)
					if i%10 == 0 && m != third {
						if err := m.Flush(ctx); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
	}
	all.Wait()
	if err := third.Flush(ctx); err == nil {
		t.Fatal("the answers were not lost")
	}
	clk.Advance(2 * time.Minute)
	third.Note("ekkoping", usage.Signature)
	if err := third.Flush(ctx); err == nil {
		t.Fatal("the answers were not lost")
	}
	away.lose = false
	must(t, third.Flush(ctx))
	must(t, third.Flush(ctx))
	must(t, one.Flush(ctx))
	for org, want := range map[identity.TenantID]map[usage.Month]usage.Count{
		"ekkoping":   {"2026-11": {Logins: 600}, "2026-12": {Signatures: 1}},
		"tallvik":    {"2026-11": {Signatures: 600}},
		usage.Shared: {"2026-11": {Logins: 600}},
		"ekk":        {},
	} {
		got, err := two.Year(ctx, org, 2026)
		must(t, err)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", org, d)
		}
	}
	if got, err := two.Year(ctx, "ekkoping", 2027); err != nil || len(got) != 0 {
		t.Errorf("another year: %v %v", got, err)
	}
	var none *usage.Meter
	none.Note("ekkoping", usage.Login)
	must(t, none.Flush(ctx))
}

func TestPrices(t *testing.T) {
	ps := usage.Prices{{Login: 30, Signature: 150}, {From: "2027-01", Login: 25, Signature: 140}}
	must(t, ps.Validate())
	must(t, usage.DefaultPrices().Validate())
	for month, want := range map[usage.Month]int64{"2026-12": 3*30 + 2*150, "2027-01": 3*25 + 2*140, "2031-05": 3*25 + 2*140} {
		if got := ps.In(month).Of(usage.Count{Logins: 3, Signatures: 2}); got != want {
			t.Errorf("%s: %d öre, not %d", month, got, want)
		}
	}
	for name, bad := range map[string]usage.Prices{
		"below zero":           {{Login: -1}},
		"no such month":        {{Login: 30}, {From: "2027-13"}},
		"out of order":         {{}, {From: "2027-05"}, {From: "2027-01"}},
		"not the beginning":    {{From: "2027-01"}},
		"twice from one month": {{}, {From: "2027-01"}, {From: "2027-01"}},
	} {
		if bad.Validate() == nil {
			t.Errorf("%s passed", name)
		}
	}
}

// The key is adjusted when the first of March is over, once, and what was settled by the old one stays as it was.
func TestTheKeyIsAdjustedInMarch(t *testing.T) {
	db, ctx := open(t), t.Context()
	users := map[string]int{"2026-11-22": 40, "2027-03-01": 44, "2027-03-10": 50}
	count := func(_ context.Context, _ identity.TenantID, on calendar.Date) (int, error) {
		return users[on.String()], nil
	}
	settle := func(at string) int {
		t.Helper()
		now, err := time.ParseInLocation("2006-01-02 15:04", at, clock.Stockholm)
		must(t, err)
		must(t, usage.Settle(ctx, db, now, "ekkoping", count))
		k, err := usage.ReadKey(ctx, db, now, "ekkoping", usage.KeyYear(now))
		must(t, err)
		return k.Users
	}
	for _, c := range []struct {
		at   string
		want int
	}{{"2026-11-22 12:00", 40}, {"2027-01-15 12:00", 40}, {"2027-03-01 23:59", 40}, {"2027-03-02 00:00", 44}, {"2027-03-10 08:00", 44}, {"2028-02-29 08:00", 44}} {
		if got := settle(c.at); got != c.want {
			t.Errorf("%s: %d users, not %d", c.at, got, c.want)
		}
	}
	must(t, usage.Settle(ctx, db, start, "tallvik", count))
	if _, err := usage.ReadKey(ctx, db, start, "tallvik", 2026); err == nil {
		t.Error("an organisation without users has a key")
	}
}

func TestApportion(t *testing.T) {
	for name, c := range map[string]struct {
		total   int64
		weights []int64
		want    []int64
	}{
		"even":                  {900, []int64{1, 1, 1}, []int64{300, 300, 300}},
		"an öre over":           {1000, []int64{1, 1, 1}, []int64{334, 333, 333}},
		"the largest remainder": {10, []int64{47, 16, 15, 12, 6, 4}, []int64{5, 2, 1, 1, 1, 0}},
		"nobody in one":         {100, []int64{0, 3}, []int64{0, 100}},
		"nobody at all":         {100, []int64{0, 0}, nil},
		"a credit":              {-1000, []int64{1, 1, 1}, []int64{-334, -333, -333}},
		"more than 64 bits":     {math.MaxInt64, []int64{math.MaxInt64, math.MaxInt64}, []int64{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
	} {
		if d := cmp.Diff(c.want, usage.Apportion(c.total, c.weights)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// Whatever is divided: the shares sum to the whole, none is a unit from its quota, and who weighs more never gets less.
func TestSharesSumToTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	for range 5000 {
		weights, sum := make([]int64, 1+r.IntN(40)), int64(0)
		for i := range weights {
			weights[i] = r.Int64N(1 + r.Int64N(1000))
			sum += weights[i]
		}
		total := r.Int64N(1_000_000_000) - 1000
		shares := usage.Apportion(total, weights)
		if sum == 0 {
			if shares != nil {
				t.Fatalf("shares of nothing: %v", shares)
			}
			continue
		}
		var got int64
		for i, s := range shares {
			got += s
			if off := s*sum - total*weights[i]; off <= -sum || off >= sum {
				t.Fatalf("%d by %v: share %d is %d", total, weights, i, s)
			}
			for j := range shares {
				if total > 0 && weights[i] > weights[j] && shares[i] < shares[j] {
					t.Fatalf("%d by %v: %d gets less than %d", total, weights, i, j)
				}
			}
		}
		if got != total {
			t.Fatalf("%d by %v: %v sum to %d", total, weights, shares, got)
		}
	}
}
