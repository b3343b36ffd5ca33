// Package sqlitestore is the embedded storage engine: one SQLite file in WAL mode, each write durable (fsync) before it is
// answered.
//
// Concept: SQLite has one writer at a time, and the price of a write is its fsync. So all writes go through one
// goroutine that owns one connection and puts whatever waits into one transaction (see writer.go): alone a write
// pays a whole fsync, together they share it. Reads use a pool of read-only connections and never wait for the writer.
//
// Invariants:
//   - A write that was answered with nil is on disk.
//   - A write that was refused (exists, conflict, not found) leaves no trace and disturbs none that shared its transaction.
//   - Overwritten and deleted bytes are zeroed in the file (secure_delete), since purging a case means destroying its
//     key. The write-ahead log is overwritten as it turns around, and emptied at Close.
//   - The file is readable by its owner only.
//
// Compatibility: PRAGMA user_version is the number of the schema. A file with a newer schema than this program knows is
// refused; an older one is brought up by the steps in migrations.
package sqlitestore

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// Store is an open file. It is safe for concurrent use.
type Store struct {
	readers *sql.DB
	writer  *writer
	closed  atomic.Bool

	stmts  sync.Map // SQL text → *sql.Stmt on readers
	nStmts int      // how many, guarded by stmtMu
	stmtMu sync.Mutex
}

var _ store.Store = (*Store)(nil)

//go:embed schema.sql
var schema string

// migrations[i] brings a file from schema i to i+1. Steps are never changed once released, only added.
var migrations = []string{
	schema,
	"CREATE INDEX drafts_form ON drafts (tenant, form, id)",                                                                // what a new version of a form would do to what is begun
	"ALTER TABLE drafts ADD COLUMN notice INTEGER; CREATE INDEX drafts_notice ON drafts (notice) WHERE notice IS NOT NULL", // when a draft's end is announced
	"CREATE INDEX parts_created ON parts (created, case_id, id)",                                                           // which parts nobody refers to
	// Which cases wait for a signature, and since when: beside the cases, since a column after their wide ones would cost their pages.
	`CREATE TABLE case_asked (seq INTEGER PRIMARY KEY, authority TEXT NOT NULL, asked INTEGER NOT NULL, id TEXT NOT NULL);
	CREATE INDEX case_asked_longest ON case_asked (authority, asked, id)`,
}

const busyTimeout = 10 * time.Second

// Open opens the file at path and creates it when there is none; its directory must exist. fault.Invalid when the file
// was written by a newer version, fault.Unavailable when it cannot be opened or is not a database.
func Open(path string) (*Store, error) {
	const op = "sqlitestore.Open"
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	// Made before SQLite makes it, so that it never exists with wider permissions. The log beside it inherits them.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	err = errors.Join(file.Chmod(0o600), file.Close())
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}

	writing, err := sql.Open("sqlite", dsn(path, "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)",
		"cache_size(-32000)", "journal_size_limit(67108864)"))
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	writing.SetMaxOpenConns(1)
	if err := migrate(context.Background(), writing, path); err != nil {
		return nil, errors.Join(fault.New(op, fault.KindOf(err), fmt.Errorf("%s: %w", path, err)), writing.Close())
	}
	readers, err := sql.Open("sqlite", dsn(path, "query_only(ON)", "cache_size(-16000)"))
	if err != nil {
		return nil, errors.Join(fault.New(op, fault.Internal, err), writing.Close())
	}
	n := max(4, runtime.GOMAXPROCS(0))
	readers.SetMaxOpenConns(n)
	readers.SetMaxIdleConns(n)

	w, err := startWriter(writing)
	if err != nil {
		return nil, errors.Join(fault.Wrap(op, err), readers.Close(), writing.Close())
	}
	return &Store{readers: readers, writer: w}, nil
}

// Close finishes the writes that wait, empties the write-ahead log and closes the file.
func (s *Store) Close() error {
	s.closed.Store(true)
	return errors.Join(s.readers.Close(), s.writer.close())
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "trusted_schema(OFF)"}}
	q["_pragma"] = append(q["_pragma"], pragmas...)
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}

// migrate creates the schema or brings an older one up, in one transaction.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	const op = "sqlitestore.migrate"
	conn, err := db.Conn(ctx)
	if err != nil {
		return failure(op, err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil { // two processes may start at once
		return failure(op, err)
	}
	defer conn.ExecContext(ctx, "ROLLBACK") // does nothing after a commit
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return failure(op, err)
	}
	if version > len(migrations) {
		return fault.Newf(op, fault.Invalid, "%s has schema %d and this program knows up to %d: run the version that wrote it, or a newer one",
			filepath.Base(path), version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		if _, err := conn.ExecContext(ctx, migrations[version]+"; PRAGMA user_version = "+strconv.Itoa(version+1)); err != nil {
			return failure(op, err)
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return failure(op, err)
}

// maxStmts bounds how many query shapes are kept prepared; lists have many possible shapes and few that are used.
const maxStmts = 256

// query runs a reading statement.
func (s *Store) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	rows, err := s.prepared(ctx, text, args...)
	if err != nil && s.closed.Load() {
		return nil, errClosed // database/sql has no error of its own for it
	}
	return rows, err
}

// prepared runs a statement that is prepared once per connection.
func (s *Store) prepared(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if st, ok := s.stmts.Load(text); ok {
		return st.(*sql.Stmt).QueryContext(ctx, args...)
	}
	s.stmtMu.Lock()
	defer s.stmtMu.Unlock()
	if st, ok := s.stmts.Load(text); ok {
		return st.(*sql.Stmt).QueryContext(ctx, args...)
	}
	if s.nStmts >= maxStmts {
		return s.readers.QueryContext(ctx, text, args...)
	}
	st, err := s.readers.Prepare(text)
	if err != nil {
		return nil, err
	}
	s.stmts.Store(text, st)
	s.nStmts++
	return st.QueryContext(ctx, args...)
}

// each runs a query and gives every row to scan, which says whether to go on.
func (s *Store) each(ctx context.Context, op, text string, args []any, scan func(*sql.Rows) (bool, error)) error {
	rows, err := s.query(ctx, text, args...)
	if err != nil {
		return failure(op, err)
	}
	defer rows.Close()
	for rows.Next() {
		more, err := scan(rows)
		if err != nil {
			return failure(op, err)
		}
		if !more {
			return nil
		}
	}
	return failure(op, rows.Err())
}

// one runs a query that gives at most one row. fault.NotFound when it gives none.
func (s *Store) one(ctx context.Context, op, text string, args []any, scan func(*sql.Rows) error) error {
	found := false
	err := s.each(ctx, op, text, args, func(rows *sql.Rows) (bool, error) {
		found = true
		return false, scan(rows)
	})
	if err == nil && !found {
		return fault.New(op, fault.NotFound, nil)
	}
	return err
}

// failure turns what the engine or the context said into a fault. A nil err stays nil.
func failure(op string, err error) error {
	if err == nil {
		return nil
	}
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return fault.Wrap(op, err)
	}
	if k := fault.Kind(0); errors.As(err, &k) { // a write's refusal, see writer.go
		return fault.New(op, k, nil)
	}
	kind := fault.Internal
	var engine *sqlite.Error
	switch {
	case errors.As(err, &engine):
		switch engine.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fault.New(op, fault.Exists, nil) // the engine's text names the columns only, but says no more than the kind
		}
		switch engine.Code() & 0xff {
		case sqlite3.SQLITE_TOOBIG:
			kind = fault.TooLarge
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
			sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			kind = fault.Unavailable
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, sql.ErrConnDone), errors.Is(err, errClosed):
		kind = fault.Unavailable
	}
	return fault.New(op, kind, err)
}

// Times are stored as milliseconds; a time that may be absent is NULL when zero.

func ms(t time.Time) int64 { return t.UnixMilli() }

func msOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func atOrZero(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return at(v.Int64)
}
