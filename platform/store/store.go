// Package store is the port to storage: a handful of calls that an embedded SQLite and a sharded MongoDB both answer.
//
// The shape (needs no transaction over several documents and no change stream):
//
//   - A case is one head row, saved by compare-and-set on its revision. Its state, dates and labels stand in the clear so
//     that lists and counts can be answered by an index; all else is sealed bytes that the engine does not read.
//   - Large and immutable things (answers, evidence, register replies, PDFs) are parts, written before the head
//     that refers to them. A part nobody refers to is swept.
//   - Drafts are rows of their own, with the same compare-and-set.
//   - A number series is claimed after the case exists, by a unique key; the same case asking twice gets the same number.
//   - Reads by staff are appended to a stream.
//   - Records are everything small and keyed: sessions, saved contact details, published form versions.
//
// Rows are the storage's own structs. Compatibility rule: a field may be added, with a zero value that means what
// its absence meant; none is renamed or given another meaning. Sealed bytes begin with a version.
//
// Every method may return fault.Unavailable (the engine did not answer). Times have millisecond precision, UTC.
package store

import (
	"context"
	"time"
)

// Store is one engine: sqlitestore or mongostore. Package storetest holds what every engine must pass.
type Store interface {
	Cases
	Parts
	Drafts
	Series
	Reads
	Records
	Close() error
}

// CaseRow is the head of a case.
type CaseRow struct {
	ID        string // random, unique
	Tenant    string
	Authority string
	Form      string // form id, without version
	Reference string // the platform's own reference, unique
	Dedupe    string // unique when not "": what the case was made from, so that a second submit finds the first
	Number    string // diarienummer once claimed, else ""
	State     string
	Assignee  string
	Labels    []string // short words that lists filter by
	Tokens    []string // keyed hashes that people and search words are found by; at most some hundreds
	Submitted time.Time
	Changed   time.Time
	Waiting   time.Time // since when the present state waits; lists sort by it
	Asked     time.Time // since when the signature that is waited for longest has been asked for; zero when none is
	Due       time.Time // when the earliest pending effect or deadline wants attention; zero for never
	Rev       int64     // 1 when inserted, +1 for each update
	Key       []byte    // the case's key, wrapped; destroyed at purge
	Card      []byte    // sealed, small: what a list shows
	Chain     []byte    // in the clear: event headers with salted commitments
	Head      []byte    // sealed: the rest of the case
}

// Cases stores heads.
type Cases interface {
	// InsertCase stores a new head with Rev 1. fault.Exists when ID, Reference or Dedupe is taken.
	InsertCase(ctx context.Context, row CaseRow) error
	// UpdateCase replaces the head whose revision is row.Rev-1. fault.Conflict when the stored revision is another;
	// fault.NotFound when there is none. ID, Tenant, Reference, Dedupe and Submitted do not change.
	UpdateCase(ctx context.Context, row CaseRow) error
	// Case loads a whole head. fault.NotFound.
	Case(ctx context.Context, id string) (CaseRow, error)
	// FindCase loads a whole head by its reference or its dedupe key. fault.NotFound.
	FindCase(ctx context.Context, by CaseKey) (CaseRow, error)
	// ListCases gives heads without Chain and Head, in the query's order.
	ListCases(ctx context.Context, q CaseQuery) ([]CaseRow, error)
	// CountCases counts what each query matches (After and Limit aside), but no further than most: all the figures of a page at once.
	CountCases(ctx context.Context, most int, qs ...CaseQuery) ([]int, error)
	// DueCases gives ids of cases whose Due is set and not after t, earliest first.
	DueCases(ctx context.Context, t time.Time, limit int) ([]string, error)
	// NextDue gives the earliest Due of all; zero when nothing is pending.
	NextDue(ctx context.Context) (time.Time, error)
	// DeleteCase removes a head and all its parts; nothing happens when there is none.
	DeleteCase(ctx context.Context, id string) error
}

// CaseKey names a case by exactly one unique key.
type CaseKey struct{ Reference, Dedupe string }

// CaseQuery selects heads. Zero fields do not restrict. At least one of Authorities and Tokens is set: a query over
// everything is refused with fault.Invalid.
type CaseQuery struct {
	Authorities []string  // any of
	Forms       []string  // any of
	States      []string  // any of
	Assignee    string    // exact; Unassigned for none
	Labels      []string  // all of
	Tokens      []string  // all of
	AskedBefore time.Time // with Order AskedLongest: only those asked before; zero for all
	Order       Order
	After       Cursor // the last row of the page before
	Limit       int    // 1–500; 0 is 50
}

// Unassigned selects cases that nobody is assigned.
const Unassigned = "\x00none"

// Order sorts a list; ties are broken by ID in the same direction.
type Order uint8

// Orders.
const (
	WaitingLongest Order = iota // by Waiting, oldest first
	NewestFirst                 // by Submitted, newest first
	OldestFirst                 // by Submitted, oldest first
	ChangedLast                 // by Changed, newest first
	AskedLongest                // by Asked, oldest first, and only those that have it
)

// Cursor is where a page ended: the sort time and ID of its last row. The zero value is the beginning.
type Cursor struct {
	Time time.Time
	ID   string
}

// CursorOf gives the cursor after row in an order.
func CursorOf(row CaseRow, o Order) Cursor {
	switch o {
	case WaitingLongest:
		return Cursor{row.Waiting, row.ID}
	case ChangedLast:
		return Cursor{row.Changed, row.ID}
	case AskedLongest:
		return Cursor{row.Asked, row.ID}
	}
	return Cursor{row.Submitted, row.ID}
}

// Part is an immutable piece of a case.
type Part struct {
	Case    string
	ID      string // random, unique within the case
	Kind    string // "answers", "evidence", "facts", "document" …
	Created time.Time
	Body    []byte // sealed
}

// Parts stores parts.
type Parts interface {
	// PutParts stores new parts, all or none as far as the engine can; writing the same part again is not an error.
	PutParts(ctx context.Context, parts ...Part) error
	// GetParts loads parts of one case in the order asked. fault.NotFound when one is missing.
	GetParts(ctx context.Context, caseID string, ids ...string) ([]Part, error)
	// ListParts gives a case's parts without Body, oldest first.
	ListParts(ctx context.Context, caseID string) ([]Part, error)
	// PartsCreated gives parts of all cases without Body that were created from a moment on and before another, oldest first: the sweep
	// looks for those that nobody refers to.
	PartsCreated(ctx context.Context, from, before time.Time, limit int) ([]Part, error)
	// DeleteParts removes parts; those that are not there are passed over.
	DeleteParts(ctx context.Context, caseID string, ids ...string) error
}

// DraftRow is an application that has not been submitted. It belongs to its owner alone.
type DraftRow struct {
	ID      string
	Tenant  string
	Form    string
	Version string // hash of the form version it was made with
	Owner   string // keyed hash of the owner's personal number
	Created time.Time
	Changed time.Time
	Expires time.Time
	Notice  time.Time // when its owner is to be told that it expires soon; zero when nobody is, or has been
	Rev     int64
	Key     []byte // wrapped
	Body    []byte // sealed
}

// Drafts stores drafts.
type Drafts interface {
	// InsertDraft stores a new draft with Rev 1. fault.Exists.
	InsertDraft(ctx context.Context, row DraftRow) error
	// UpdateDraft replaces the draft whose revision is row.Rev-1. fault.Conflict, fault.NotFound.
	UpdateDraft(ctx context.Context, row DraftRow) error
	// Draft loads a draft. fault.NotFound.
	Draft(ctx context.Context, id string) (DraftRow, error)
	// ListDrafts gives an owner's drafts, last changed first.
	ListDrafts(ctx context.Context, owner string) ([]DraftRow, error)
	// FormDrafts gives a tenant's drafts of a form by ID, those after the ID given, whoever owns them: for counting what a new version of
	// the form would do to them, never for showing.
	FormDrafts(ctx context.Context, tenant, form, after string, limit int) ([]DraftRow, error)
	// DeleteDraft removes a draft; nothing happens when there is none.
	DeleteDraft(ctx context.Context, id string) error
	// ExpiredDrafts gives drafts that expired before t, earliest first: what they hold is swept with them.
	ExpiredDrafts(ctx context.Context, t time.Time, limit int) ([]DraftRow, error)
	// NoticeDrafts gives drafts whose Notice is set and not after t, earliest first.
	NoticeDrafts(ctx context.Context, t time.Time, limit int) ([]DraftRow, error)
	// SetDraftNotice changes Notice from was to at and nothing else: not Rev, since what the owner has on the screen is unchanged. at may
	// be zero. fault.Conflict when Notice is no longer was, fault.NotFound.
	SetDraftNotice(ctx context.Context, id string, was, at time.Time) error
}

// Series hands out numbers without gaps.
type Series interface {
	// ClaimNumber gives caseID the next number of a series, counted from 1; asked again for the same case it gives the
	// same number. Two cases never share one and none is left out.
	ClaimNumber(ctx context.Context, series, caseID string) (int64, error)
}

// Read is one look at a case by staff.
type Read struct {
	At        time.Time
	Authority string
	Case      string
	Staff     string // subject
	What      string // "case", "file", "document", "list"
	Detail    string // id of the part or file, never personal data
}

// Reads is the append-only stream of what staff looked at.
type Reads interface {
	// AppendReads writes a group.
	AppendReads(ctx context.Context, reads []Read) error
	// ListReads gives the reads of a case, newest first.
	ListReads(ctx context.Context, caseID string, limit int) ([]Read, error)
}

// Record is something small with a key of its own.
type Record struct {
	Collection string // "session", "contact", "form" …
	Key        string
	Rev        int64     // 1 when inserted, +1 for each update
	Expires    time.Time // zero for never; an expired record is not found
	Body       []byte
}

// Records stores records.
type Records interface {
	// PutRecord inserts when r.Rev is 1 (fault.Exists when the key is taken by one that has not expired at now) and else
	// replaces the record whose revision is r.Rev-1 (fault.Conflict, fault.NotFound).
	PutRecord(ctx context.Context, now time.Time, r Record) error
	// GetRecord loads a record that has not expired at now. fault.NotFound.
	GetRecord(ctx context.Context, now time.Time, collection, key string) (Record, error)
	// ListRecords gives a collection's records whose key begins with prefix and comes after the key given ("" the first), by key; those
	// expired at now left out.
	ListRecords(ctx context.Context, now time.Time, collection, prefix, after string, limit int) ([]Record, error)
	// DeleteRecord removes a record; nothing happens when there is none.
	DeleteRecord(ctx context.Context, collection, key string) error
	// DeleteExpiredRecords removes at most limit records that expired before t and says how many.
	DeleteExpiredRecords(ctx context.Context, t time.Time, limit int) (int, error)
}
