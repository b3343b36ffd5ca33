package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
	"samtjanst/platform/store/storetest"
)

func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "samtjänst 100%?.db"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t) })
}

func TestFilesAreTheOwnersOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.InsertCase(t.Context(), row(1)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(name), info.Mode().Perm())
		}
	}
}

func TestSettings(t *testing.T) {
	s := open(t)
	defer s.Close()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "busy_timeout": "10000"} {
		var got string
		if err := s.writer.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %s, %v; want %s", pragma, got, err, want)
		}
	}
	if _, err := s.readers.Exec("DELETE FROM cases"); err == nil {
		t.Error("a reader may write")
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	s, err := Open(newer)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err = Open(newer)
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "schema 99") || strings.Contains(err.Error(), "\n") {
		t.Errorf("a newer schema: %v", err)
	}

	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(text); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a text file: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "no", "such", "folder.db")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("no folder: %v", err)
	}
}

func TestSurvivesReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	for n := range 3 {
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.InsertCase(t.Context(), row(n)); err != nil {
			t.Fatal(err)
		}
		for m := range n + 1 {
			if _, err := s.Case(t.Context(), row(m).ID); err != nil {
				t.Errorf("case %d at opening %d: %v", m, n, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
			t.Errorf("%d bytes are left in the log", info.Size())
		}
	}
}

// A purged key must not be left on the disk.
func TestDeletedBytesAreZeroed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	r := row(1)
	r.Key = []byte("the wrapped key of the case")
	if err := s.InsertCase(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Key, r.Rev = nil, 2
	if err := s.UpdateCase(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), r.Reference) {
		t.Fatal("the test reads the wrong file")
	}
	if strings.Contains(string(content), "the wrapped key") {
		t.Error("the destroyed key is still in the file")
	}
}

// In one group, each write gets its own answer, and an engine failure in one takes none of the others with it.
func TestGroupKeepsWritesApart(t *testing.T) {
	s := open(t)
	defer s.Close()
	ctx := t.Context()
	broken := errors.New("disk on fire")

	// Holds the writer, so that what follows waits and becomes one group.
	hold, held := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { s.writer.do(ctx, "hold", func(*tx) error { close(held); <-hold; return nil }) })
	<-held

	runs := make([]int, 6)
	errs := make([]error, 6)
	for i := range 6 {
		all.Go(func() {
			errs[i] = s.writer.do(ctx, fmt.Sprint(i), func(t *tx) error {
				runs[i]++
				if i == 2 {
					return fault.Conflict
				}
				if _, err := t.exec("INSERT INTO numbers (series, n, case_id) VALUES ('s', ?, ?)", i, fmt.Sprint(i)); err != nil {
					return err
				}
				if i == 4 {
					return broken
				}
				return nil
			})
		})
	}
	for len(s.writer.queue) < 6 {
		time.Sleep(time.Millisecond)
	}
	close(hold)
	all.Wait()
	for i, err := range errs {
		switch i {
		case 2:
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("write 2: %v", err)
			}
		case 4:
			if !errors.Is(err, broken) {
				t.Errorf("write 4: %v", err)
			}
		default:
			if err != nil {
				t.Errorf("write %d: %v", i, err)
			}
		}
	}
	if runs[4] != 2 {
		t.Errorf("the broken write ran %d times, want once in the group and once alone", runs[4])
	}
	var n int
	if err := s.readers.QueryRow("SELECT count(*) FROM numbers").Scan(&n); err != nil || n != 4 {
		t.Errorf("%d rows are stored (%v), want those of the four good writes", n, err)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	s := open(t)
	defer s.Close()
	hold, held := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		s.writer.do(context.Background(), "hold", func(*tx) error { close(held); <-hold; return nil })
	})
	<-held
	ctx, cancel := context.WithCancel(t.Context())
	all.Go(func() {
		for len(s.writer.queue) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	})
	err := s.InsertCase(ctx, row(1)) // returns although the writer is held
	if !errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
	close(hold)
	all.Wait()
	if _, err := s.Case(t.Context(), row(1).ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the case that was given up: %v", err)
	}
}

// Whatever was answered before Close is there; what comes during it is either stored or refused, never unanswered.
func TestCloseUnderLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var all, busy sync.WaitGroup
	stored := make([]int, 16)
	busy.Add(len(stored))
	for w := range stored {
		all.Go(func() {
			for i := 0; ; i++ {
				if s.InsertCase(context.Background(), row(w*100000+i)) != nil {
					return
				}
				if stored[w]++; stored[w] == 3 {
					busy.Done()
				}
			}
		})
	}
	busy.Wait() // every writer is in the middle of it
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	s, err = Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sum := 0
	for _, n := range stored {
		sum += n
	}
	n, err := s.CountCases(t.Context(), 1<<30, store.CaseQuery{Authorities: []string{"ekkoping/bun"}})
	if err != nil || n[0] != sum || sum == 0 {
		t.Errorf("%d cases are stored, %v were answered (%v)", n, sum, err)
	}
}

func TestListUsesTheIndex(t *testing.T) {
	s := open(t)
	defer s.Close()
	q := store.CaseQuery{Authorities: []string{"a", "b"}, States: []string{"x", "y"}, Forms: []string{"f"}, Assignee: store.Unassigned,
		After: store.Cursor{Time: time.Now(), ID: "i"}}
	for order, index := range map[store.Order]string{store.WaitingLongest: "cases_waiting", store.NewestFirst: "cases_submitted",
		store.OldestFirst: "cases_submitted", store.ChangedLast: "cases_changed", store.AskedLongest: "case_asked_longest"} {
		q.Order = order
		b, err := s.candidates(t.Context(), "test", q, true, 50)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.readers.Query("EXPLAIN QUERY PLAN "+b.text(), b.args...)
		if err != nil {
			t.Fatal(err)
		}
		ranges := 0
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(detail, "COVERING INDEX "+index+" (authority=? AND state=? AND ("+sortingOf(order).column) {
				ranges++
			} else if strings.Contains(detail, "COVERING INDEX "+index+" (authority=? AND (asked,id)>") {
				ranges += 2 // of both states
			} else if strings.HasPrefix(detail, "SCAN c") {
				t.Errorf("order %d scans: %s", order, detail)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		if ranges != 4 {
			t.Errorf("order %d: %d ranges of the index are used, want 4", order, ranges)
		}
	}
}

var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// row gives a head of a realistic size: about 3 kB.
func row(n int) store.CaseRow {
	return store.CaseRow{ID: fmt.Sprintf("%08x%08x", uint32(n)*2654435761, n), Tenant: "ekkoping", Authority: "ekkoping/bun", Form: "skolskjuts",
		Reference: fmt.Sprintf("EK-%d", n), Dedupe: fmt.Sprintf("d%d", n), State: [...]string{"received", "assessing", "decided", "decided"}[n%4],
		Submitted: began.Add(time.Duration(n) * time.Second), Changed: began.Add(time.Duration(n) * time.Second),
		Waiting: began.Add(time.Duration(n*7919%1000003) * time.Second), Tokens: []string{fmt.Sprintf("t%d", n), fmt.Sprintf("u%d", n/2)},
		Key: make([]byte, 60), Card: make([]byte, 300), Chain: make([]byte, 600), Head: make([]byte, 2000)}
}
