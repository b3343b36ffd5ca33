package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"samtjanst/platform/store"
)

// Figures to beat stand in design.md section 9. All are durable writes: what the disk can sync bounds the single ones.
//
//	go test -bench . ./platform/store/sqlitestore
//	SAMTJANST_BENCH_ROWS=1000000 go test -bench Inbox ./platform/store/sqlitestore

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func perSecond(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "/s") }

// The baseline: the bytes of a head in a table with nothing but a key, through database/sql.
func BenchmarkBaselineInsert(b *testing.B) {
	path := filepath.Join(b.TempDir(), "b.db")
	db, err := sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "synchronous(FULL)"))
	check(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE t (id TEXT PRIMARY KEY, body BLOB)")
	check(b, err)
	insert, err := db.Prepare("INSERT INTO t VALUES (?, ?)")
	check(b, err)
	n, body := 0, make([]byte, 3000)
	for b.Loop() {
		n++
		_, err := insert.Exec(row(n).ID, body)
		check(b, err)
	}
	perSecond(b)
}

func BenchmarkInsert(b *testing.B) {
	s := open(b)
	defer s.Close()
	n := 0
	for b.Loop() {
		n++
		check(b, s.InsertCase(b.Context(), row(n)))
	}
	perSecond(b)
}

// Many requests at once share the price of a sync.
func BenchmarkInsertGrouped(b *testing.B) {
	for _, writers := range []int{8, 64} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			s := open(b)
			defer s.Close()
			var n atomic.Int64
			b.SetParallelism(max(1, writers/2)) // times GOMAXPROCS, 2 on the reference machine
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					check(b, s.InsertCase(context.Background(), row(int(n.Add(1)))))
				}
			})
			perSecond(b)
		})
	}
}

func BenchmarkCompareAndSet(b *testing.B) {
	for _, size := range []int{3_000, 1_000_000} {
		b.Run(fmt.Sprintf("%dkB", size/1000), func(b *testing.B) {
			s := open(b)
			defer s.Close()
			for n := range 1000 {
				check(b, s.InsertCase(b.Context(), row(n)))
			}
			r := row(500)
			r.Rev, r.Head = 1, make([]byte, size)
			for b.Loop() {
				r.Rev++
				r.Changed = r.Changed.AddDate(0, 0, 1)
				check(b, s.UpdateCase(b.Context(), r))
			}
			perSecond(b)
		})
	}
}

func BenchmarkRead(b *testing.B) {
	s := open(b)
	defer s.Close()
	for n := range 10_000 {
		insertLater(b, s, n)
	}
	settle(b)
	n := 0
	for b.Loop() {
		n = (n + 7919) % 10_000
		_, err := s.Case(b.Context(), row(n).ID)
		check(b, err)
	}
	perSecond(b)
}

// A page of 50 and the counts beside it, among many cases of one authority.
func BenchmarkInbox(b *testing.B) {
	total := 100_000
	if v := os.Getenv("SAMTJANST_BENCH_ROWS"); v != "" {
		var err error
		total, err = strconv.Atoi(v)
		check(b, err)
	}
	s := open(b)
	defer s.Close()
	for n := range total {
		insertLater(b, s, n)
	}
	settle(b)
	authority := []string{"ekkoping/bun"}
	pages := map[string]store.CaseQuery{
		"states":     {Authorities: authority, States: []string{"received", "assessing"}},
		"all":        {Authorities: authority},
		"unassigned": {Authorities: authority, States: []string{"received", "assessing"}, Assignee: store.Unassigned},
		"one form":   {Authorities: authority, States: []string{"received"}, Forms: []string{"skolskjuts"}, Order: store.NewestFirst},
		"person":     {Authorities: authority, Tokens: []string{"u4711"}},
	}
	deep := pages["states"]
	list, err := s.ListCases(b.Context(), store.CaseQuery{Authorities: authority, States: deep.States, Order: store.OldestFirst, Limit: 1})
	check(b, err)
	deep.After = store.Cursor{Time: began.AddDate(0, 0, 6), ID: list[0].ID}
	pages["deep"] = deep
	for name, q := range pages {
		b.Run("page/"+name, func(b *testing.B) {
			for b.Loop() {
				list, err := s.ListCases(b.Context(), q)
				check(b, err)
				if len(list) == 0 {
					b.Fatal("nothing is listed")
				}
			}
		})
	}
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			n, err := s.CountCases(b.Context(), 1000, pages["states"])
			check(b, err)
			if n[0] != 1000 {
				b.Fatal(n)
			}
		}
	})
}

// insertLater inserts without waiting for the disk, for filling.
func insertLater(b *testing.B, s *Store, n int) {
	b.Helper()
	filling <- struct{}{}
	go func() {
		defer func() { <-filling }()
		if err := s.InsertCase(context.Background(), row(n)); err != nil {
			b.Error(err)
		}
	}()
}

var filling = make(chan struct{}, maxGroup)

// settle waits until all that was inserted later is stored.
func settle(b *testing.B) {
	b.Helper()
	for range cap(filling) {
		filling <- struct{}{}
	}
	for range cap(filling) {
		<-filling
	}
}
