package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"samtjanst/platform/fault"
)

// Group commit. A write is a function that a single goroutine runs inside a transaction together with whatever else waits.
//
// The rule that makes this safe without a savepoint around each write: a write first looks, and refuses (fault.Exists,
// Conflict, NotFound, Invalid) before it has changed anything; a statement that breaks a unique key changes nothing
// either, and only the first statement of a write may break one. Any other error (disk full, input/output) rolls the whole
// group back, and each of its writes is then tried alone, so that one cannot fail for another's sake.

// maxGroup bounds a transaction, so that the first in it need not wait long for the last.
const maxGroup = 256

var errClosed = errors.New("the store is closed")

// write is one call waiting for the writer.
type write struct {
	run   func(*tx) error
	state atomic.Int32 // waiting, taken or left
	done  chan error   // one answer, after the commit
}

const (
	waiting int32 = iota
	taken         // by the writer: its outcome is awaited
	left          // by the caller, whose context ended first
)

type writer struct {
	db      *sql.DB
	conn    *sql.Conn
	tx      tx
	queue   chan *write
	quit    chan struct{} // closed by close
	stopped chan struct{} // closed when the goroutine has ended
	once    sync.Once
	err     error // of closing
}

func startWriter(db *sql.DB) (*writer, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, failure("sqlitestore.startWriter", err)
	}
	w := &writer{
		db:      db,
		conn:    conn,
		tx:      tx{conn: conn, stmts: map[string]*sql.Stmt{}},
		queue:   make(chan *write, maxGroup),
		quit:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

// do runs a write and returns when it is durable or refused. A context that ends while the write waits in line takes it
// out of the line; once the writer has taken it the outcome is awaited, so that the answer is never a guess.
func (w *writer) do(ctx context.Context, op string, run func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return failure(op, err)
	}
	wr := &write{run: run, done: make(chan error, 1)}
	select {
	case <-w.quit:
		return failure(op, errClosed)
	default:
	}
	select {
	case w.queue <- wr:
	case <-ctx.Done():
		return failure(op, ctx.Err())
	case <-w.quit:
		return failure(op, errClosed)
	}
	select {
	case err := <-wr.done:
		return failure(op, err)
	case <-ctx.Done():
		if wr.state.CompareAndSwap(waiting, left) {
			return failure(op, ctx.Err())
		}
	case <-w.stopped:
		if wr.state.CompareAndSwap(waiting, left) {
			return failure(op, errClosed)
		}
	}
	return failure(op, <-wr.done)
}

func (w *writer) loop() {
	defer close(w.stopped)
	group := make([]*write, 0, maxGroup)
	for {
		select {
		case wr := <-w.queue:
			group = w.gather(append(group[:0], wr))
			w.commit(group)
			clear(group) // let go of what the writes hold
		case <-w.quit:
			for { // finish what is in line
				group = w.gather(group[:0])
				if len(group) == 0 {
					return
				}
				w.commit(group)
			}
		}
	}
}

// gather takes what waits, without waiting for more.
func (w *writer) gather(group []*write) []*write {
	runtime.Gosched() // those who were just answered may have their next write ready
	for len(group) < maxGroup {
		select {
		case wr := <-w.queue:
			group = append(group, wr)
		default:
			return group
		}
	}
	return group
}

// commit runs a group in one transaction and answers each.
func (w *writer) commit(group []*write) {
	kept := group[:0]
	for _, wr := range group {
		if wr.state.CompareAndSwap(waiting, taken) {
			kept = append(kept, wr)
		}
	}
	if len(kept) == 0 {
		return
	}
	answers, err := w.try(kept)
	if err != nil && len(kept) > 1 {
		for _, wr := range kept {
			answer, err := w.try([]*write{wr})
			if err != nil {
				answer = []error{err}
			}
			wr.done <- answer[0]
		}
		return
	}
	for i, wr := range kept {
		if err != nil {
			wr.done <- err
			continue
		}
		wr.done <- answers[i]
	}
}

// try runs a group in one transaction. It returns each write's refusal or nil; or an error, and then none of them
// happened.
func (w *writer) try(group []*write) (answers []error, err error) {
	if _, err := w.tx.exec("BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	answers = make([]error, len(group))
	for i, wr := range group {
		answers[i] = wr.run(&w.tx)
		if !refused(answers[i]) {
			w.rollback()
			return nil, answers[i]
		}
	}
	if _, err := w.tx.exec("COMMIT"); err != nil {
		w.rollback()
		return nil, err
	}
	return answers, nil
}

// rollback ends a transaction that failed. SQLite has already ended it after some errors, and then says so, which is
// fine; if anything is wrong with the connection the next BEGIN tells.
func (w *writer) rollback() { _, _ = w.tx.exec("ROLLBACK") }

// refused says that a write either happened or was refused without having changed anything.
func refused(err error) bool {
	if err == nil {
		return true
	}
	switch fault.KindOf(failure("", err)) {
	case fault.Exists, fault.Conflict, fault.NotFound, fault.Invalid:
		return true
	}
	return false
}

func (w *writer) close() error {
	w.once.Do(func() {
		close(w.quit)
		<-w.stopped
		_, err := w.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
		w.err = errors.Join(failure("sqlitestore.Close", err), w.conn.Close(), w.db.Close())
	})
	return w.err
}

// tx is the writer's connection inside a transaction. Its statements run to their end whatever happens to the caller's
// context: an interrupted statement would roll back the whole group.
type tx struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt // by text; the texts are constants
}

func (t *tx) prepared(text string) (*sql.Stmt, error) {
	if st, ok := t.stmts[text]; ok {
		return st, nil
	}
	st, err := t.conn.PrepareContext(context.Background(), text)
	if err == nil {
		t.stmts[text] = st
	}
	return st, err
}

// exec runs a changing statement.
func (t *tx) exec(text string, args ...any) (sql.Result, error) {
	st, err := t.prepared(text)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(context.Background(), args...)
}

// get scans the only row of a query; found is false when there is none.
func (t *tx) get(text string, args []any, into ...any) (found bool, err error) {
	st, err := t.prepared(text)
	if err != nil {
		return false, err
	}
	err = st.QueryRowContext(context.Background(), args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
