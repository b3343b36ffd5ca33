package people

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// Collections of records. A key begins with the organisation's id and "/".
const (
	personCollection  = "person"
	boardCollection   = "board"
	changeCollection  = "people-change"
	versionCollection = "people-version"
)

// Fresh is how old a Snapshot may be: as long as it takes until every process of the platform knows that somebody has left.
const Fresh = 2 * time.Second

// unsettled is for how long after a change has begun every question reads the register anew: should the process that makes it die before it
// has told the others, they see it all the same.
const unsettled = time.Minute

// Records is where the register is kept; store.Store is one.
type Records interface {
	PutRecord(ctx context.Context, now time.Time, r store.Record) error
	GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error)
	ListRecords(ctx context.Context, now time.Time, collection, prefix, after string, limit int) ([]store.Record, error)
}

// Register keeps the people of every organisation. It is safe for concurrent use.
type Register struct {
	dir     *directory.Directory
	records Records
	keys    *sealed.Keyring
	clock   clock.Clock

	mu    sync.Mutex
	known map[identity.TenantID]*known
}

// known is the register of one organisation as this process knows it.
type known struct {
	mu       sync.Mutex // held while it is read
	asked    time.Time  // when the version was asked for
	snapshot *Snapshot

	changing sync.Mutex        // held while changes are listed
	changes  map[string]Change // by key of the record
}

// NewRegister makes the register that lies among these records.
func NewRegister(dir *directory.Directory, records Records, keys *sealed.Keyring, clk clock.Clock) *Register {
	return &Register{dir: dir, records: records, keys: keys, clock: clk, known: map[identity.TenantID]*known{}}
}

// Now gives an organisation's register as it stands, at most Fresh old. fault.NotFound for an organisation that is not here.
func (r *Register) Now(ctx context.Context, tenant identity.TenantID) (*Snapshot, error) {
	const op = "people.Now"
	t, ok := r.dir.Tenant(tenant)
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	k := r.knownOf(tenant)
	k.mu.Lock()
	defer k.mu.Unlock()
	now := r.clock.Now()
	if k.snapshot != nil && now.Sub(k.asked) < Fresh {
		return k.snapshot, nil
	}
	version, err := r.version(ctx, tenant)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	if k.snapshot == nil || k.snapshot.version != version.Rev || now.Before(settles(version)) {
		s, err := r.load(ctx, t, version.Rev, k.snapshot)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		k.snapshot = s
	}
	k.asked = now
	return k.snapshot, nil
}

// knownOf is what this process knows of an organisation's register.
func (r *Register) knownOf(tenant identity.TenantID) *known {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.known[tenant]
	if k == nil {
		k = &known{}
		r.known[tenant] = k
	}
	return k
}

// took has this process know what it has just written itself, without reading all the others anew.
func (r *Register) took(tenant identity.TenantID, all ...Person) {
	k := r.knownOf(tenant)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.snapshot != nil {
		k.snapshot = k.snapshot.with(all)
	}
}

// forget has the next question read the register anew.
func (r *Register) forget(tenant identity.TenantID) {
	k := r.knownOf(tenant)
	k.mu.Lock()
	k.asked = time.Time{}
	k.mu.Unlock()
}

// version is the record whose revision tells that something of the organisation's has changed; Rev 0 when nothing ever has.
func (r *Register) version(ctx context.Context, tenant identity.TenantID) (store.Record, error) {
	rec, err := r.records.GetRecord(ctx, r.clock.Now(), versionCollection, string(tenant))
	if errors.Is(err, fault.NotFound) {
		return store.Record{Collection: versionCollection, Key: string(tenant)}, nil
	}
	return rec, err
}

// settles is until when a register is read anew at every question.
func settles(version store.Record) time.Time {
	ms, err := strconv.ParseInt(string(version.Body), 10, 64)
	if err != nil { // nothing has ever changed
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// write does one write to the organisation's register and tells every process of it: before, so that nobody relies on what he or she has
// read, and after. This one reads the register anew at the next question, unless it takes what was written.
func (r *Register) write(ctx context.Context, tenant identity.TenantID, rec store.Record, v any) error {
	err := r.tell(ctx, tenant)
	if err == nil {
		err = r.put(ctx, tenant, rec, v)
	}
	if err == nil {
		err = r.tell(ctx, tenant)
	}
	p, taken := v.(storedPerson)
	if err != nil || !taken {
		r.forget(tenant)
		return err
	}
	r.took(tenant, p.Person)
	return nil
}

// tell makes the organisation's register another version.
func (r *Register) tell(ctx context.Context, tenant identity.TenantID) error {
	for {
		v, err := r.version(ctx, tenant)
		if err != nil {
			return fault.Wrap("people.tell", err)
		}
		v.Rev++
		v.Body = strconv.AppendInt(nil, r.clock.Now().Add(unsettled).UnixMilli(), 10)
		err = r.records.PutRecord(ctx, r.clock.Now(), v)
		if errors.Is(err, fault.Conflict) || errors.Is(err, fault.Exists) {
			continue // somebody else has changed something meanwhile
		}
		return fault.Wrap("people.tell", err)
	}
}

// load reads the register. Who stands in an earlier snapshot at the revision that is stored is not opened again: a revision is written once.
func (r *Register) load(ctx context.Context, t *directory.Tenant, version int64, was *Snapshot) (*Snapshot, error) {
	var people []*Person
	err := r.eachRecord(ctx, personCollection, t.ID, func(rec store.Record) error {
		if was != nil {
			if p := was.byID[ID(strings.TrimPrefix(rec.Key, personKey(t.ID, "")))]; p != nil && p.Rev == rec.Rev {
				people = append(people, p)
				return nil
			}
		}
		var p storedPerson
		people = append(people, &p.Person)
		return r.open(ctx, t.ID, rec, &p)
	})
	if err != nil {
		return nil, err
	}
	var boards []*Board
	if err := each(ctx, r, boardCollection, t.ID, func(b storedBoard) { boards = append(boards, &b.Board) }); err != nil {
		return nil, err
	}
	return NewSnapshot(t, version, people, boards), nil
}

// each opens an organisation's records of a collection, one after the other.
func each[T any](ctx context.Context, r *Register, collection string, tenant identity.TenantID, do func(T)) error {
	return r.eachRecord(ctx, collection, tenant, func(rec store.Record) error {
		var one T
		err := r.open(ctx, tenant, rec, &one)
		if err == nil {
			do(one)
		}
		return err
	})
}

// eachRecord gives an organisation's records of a collection, one after the other, sealed.
func (r *Register) eachRecord(ctx context.Context, collection string, tenant identity.TenantID, do func(store.Record) error) error {
	prefix, after := string(tenant)+"/", ""
	for {
		recs, err := r.records.ListRecords(ctx, r.clock.Now(), collection, prefix, after, store.MaxLimit)
		if err != nil {
			return err
		}
		for _, rec := range recs {
			if err := do(rec); err != nil {
				return err
			}
		}
		if len(recs) < store.MaxLimit {
			return nil
		}
		after = recs[len(recs)-1].Key
	}
}

// storedPerson is a person with all that has happened to him or her.
type storedPerson struct {
	Person
	Trail []Entry `json:"trail"`
}

type storedBoard struct {
	Board
	Trail []Entry `json:"trail"`
}

func (r *Register) open(ctx context.Context, tenant identity.TenantID, rec store.Record, into any) error {
	box, err := r.keys.Scope(ctx, string(tenant))
	if err != nil {
		return err
	}
	raw, err := box.Open(rec.Body, sealed.Place(rec.Collection, rec.Key))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fault.New("people.open", fault.Internal, err)
	}
	return nil
}

func (r *Register) put(ctx context.Context, tenant identity.TenantID, rec store.Record, v any) error {
	box, err := r.keys.Scope(ctx, string(tenant))
	if err != nil {
		return err
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fault.New("people.put", fault.Internal, err)
	}
	if rec.Body, err = box.Seal(raw, sealed.Place(rec.Collection, rec.Key)); err != nil {
		return err
	}
	return r.records.PutRecord(ctx, r.clock.Now(), rec)
}

func personKey(tenant identity.TenantID, id ID) string { return string(tenant) + "/" + string(id) }

// NewID makes an ID for somebody who is new.
func NewID() ID { return ID(strings.ToLower(rand.Text())) }

// Person gives somebody as he or she is kept, with what has happened, oldest first. fault.NotFound.
func (r *Register) Person(ctx context.Context, tenant identity.TenantID, id ID) (Person, []Entry, error) {
	const op = "people.Person"
	rec, err := r.records.GetRecord(ctx, r.clock.Now(), personCollection, personKey(tenant, id))
	if err != nil {
		return Person{}, nil, fault.Wrap(op, err)
	}
	var p storedPerson
	if err := r.open(ctx, tenant, rec, &p); err != nil {
		return Person{}, nil, fault.Wrap(op, err)
	}
	return p.Person, p.Trail, nil
}

// Put enters a person (Rev 0) or replaces the one of whom p was made, and notes who did it, in one write; what changed is noted
// in why.What when it is empty. It gives the person as kept: the same, without a note, when nothing has changed.
// fault.Conflict when somebody has changed the person since; fault.Exists when another who is here has the number or the login.
func (r *Register) Put(ctx context.Context, p Person, why Entry) (Person, error) {
	const op = "people.Put"
	s, err := r.Now(ctx, p.Tenant)
	if err != nil {
		return Person{}, fault.Wrap(op, err)
	}
	if p.Here() {
		if other := s.ByNumber(p.Number); other != nil && other.ID != p.ID {
			return Person{}, fault.Newf(op, fault.Exists, "somebody else has the number")
		}
		for _, l := range p.Logins {
			if other := s.ByLogin(l); other != nil && other.ID != p.ID {
				return Person{}, fault.Newf(op, fault.Exists, "somebody else has the login")
			}
		}
	}
	var stored storedPerson
	if p.Rev == 0 {
		if p.ID == "" {
			p.ID = NewID()
		}
	} else {
		var was Person
		if was, stored.Trail, err = r.Person(ctx, p.Tenant, p.ID); err != nil {
			return Person{}, fault.Wrap(op, err)
		}
		if was.Rev != p.Rev {
			return Person{}, fault.Newf(op, fault.Conflict, "person is at revision %d", was.Rev)
		}
		if len(why.What) == 0 {
			why.What = Differences(&was, &p)
		}
		if len(why.What) == 0 {
			return was, nil
		}
	}
	if p.Rev == 0 && len(why.What) == 0 {
		why.What = []string{Entered}
	}
	if why.At.IsZero() {
		why.At = r.clock.Now()
	}
	p.Rev++
	stored.Person, stored.Trail = p, append(stored.Trail, why)
	rec := store.Record{Collection: personCollection, Key: personKey(p.Tenant, p.ID), Rev: p.Rev}
	return p, fault.Wrap(op, r.write(ctx, p.Tenant, rec, stored))
}

// Board gives what a board has laid down, with what has happened to it, oldest first; an empty one when it has said nothing.
func (r *Register) Board(ctx context.Context, tenant identity.TenantID, slug string) (Board, []Entry, error) {
	rec, err := r.records.GetRecord(ctx, r.clock.Now(), boardCollection, personKey(tenant, ID(slug)))
	if errors.Is(err, fault.NotFound) {
		return Board{Authority: slug}, nil, nil
	}
	var b storedBoard
	if err == nil {
		err = r.open(ctx, tenant, rec, &b)
	}
	return b.Board, b.Trail, fault.Wrap("people.Board", err)
}

// PutBoard replaces what a board has laid down (Rev 0: it had said nothing), and notes who did it. fault.Conflict when somebody has changed
// it since.
func (r *Register) PutBoard(ctx context.Context, tenant identity.TenantID, b Board, why Entry) (Board, error) {
	const op = "people.PutBoard"
	was, trail, err := r.Board(ctx, tenant, b.Authority)
	if err != nil {
		return Board{}, fault.Wrap(op, err)
	}
	if was.Rev != b.Rev {
		return Board{}, fault.Newf(op, fault.Conflict, "board is at revision %d", was.Rev)
	}
	if why.At.IsZero() {
		why.At = r.clock.Now()
	}
	b.Rev++
	rec := store.Record{Collection: boardCollection, Key: personKey(tenant, ID(b.Authority)), Rev: b.Rev}
	err = r.write(ctx, tenant, rec, storedBoard{Board: b, Trail: append(trail, why)})
	if errors.Is(err, fault.Exists) {
		err = fault.New(op, fault.Conflict, err)
	}
	return b, fault.Wrap(op, err)
}

// String says where a person stands, for logs: no personal data.
func (p *Person) String() string {
	return string(p.Tenant) + "/" + string(p.ID) + "@" + strconv.FormatInt(p.Rev, 10)
}
