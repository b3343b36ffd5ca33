package people_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/examples/demo"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
)

// house is a platform with the demo's municipalities and nobody in them.
type house struct {
	*people.Register
	t     testing.TB
	dir   *directory.Directory
	store *dying
	keys  *sealed.Keyring
	clock *clock.Manual
}

// dying is a store that stops answering after some writes.
type dying struct {
	store.Store
	left int // writes until then; negative: never
}

func (d *dying) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	if d.left == 0 {
		return fault.Newf("dying", fault.Unavailable, "dead")
	}
	d.left--
	return d.Store.PutRecord(ctx, now, r)
}

func open(t testing.TB) *house {
	t.Helper()
	dir, err := directory.Load(demo.Municipalities, "municipalities")
	if err != nil {
		t.Fatal(err)
	}
	st, err := sqlitestore.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	keys, err := sealed.OpenKeyring(filepath.Join(t.TempDir(), "key"), st)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, dir: dir, store: &dying{st, -1}, keys: keys, clock: clock.NewManual(at("2026-03-05 12:00"))}
	h.Register = h.another()
	return h
}

// another is the register of another process on the same store.
func (h *house) another() *people.Register {
	return people.NewRegister(h.dir, h.store, h.keys, h.clock)
}

func (h *house) put(p people.Person) people.Person {
	h.t.Helper()
	p.Tenant = "tallvik"
	got, err := h.Put(h.t.Context(), p, people.Entry{By: "setup"})
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func (h *house) now(r *people.Register) *people.Snapshot {
	h.t.Helper()
	s, err := r.Now(h.t.Context(), "tallvik")
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func wantFault(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

// Who has been closed by one process is nobody in every other within Fresh, and all that happened can be read afterwards.
func TestWhoLeavesIsGoneEverywhere(t *testing.T) {
	h := open(t)
	p := h.put(people.Person{Name: "Sanna Provberg", Number: idno.Must("198403122388"), Roles: []people.Role{{Authority: "social", Role: identity.Officer}}})
	other := h.another()
	if g := h.now(other).Grants(&p, h.clock.Now()); len(g) != 1 {
		t.Fatalf("grants: %v", g)
	}
	p.Closed = h.clock.Now()
	p = h.put(p)
	h.clock.Advance(people.Fresh)
	if h.now(other).ByNumber(p.Number) != nil {
		t.Error("another process still has somebody who has left")
	}
	_, trail, err := other.Person(t.Context(), "tallvik", p.ID)
	if err != nil {
		t.Fatal(err)
	}
	var what [][]string
	for _, e := range trail {
		what = append(what, e.What)
	}
	if diff := cmp.Diff([][]string{{people.Entered}, {people.Closed}}, what); diff != "" {
		t.Error(diff)
	}
	if again := h.put(p); again.Rev != p.Rev {
		t.Error("nothing changed, and yet it is a change")
	}
	stale := p
	stale.Rev, stale.Name = 1, "Någon Testsson"
	_, err = h.Put(t.Context(), stale, people.Entry{})
	wantFault(t, "made of an older revision", err, fault.Conflict)
	h.put(people.Person{Name: "Sanna igen", Number: p.Number})
	_, err = h.Put(t.Context(), people.Person{Tenant: "tallvik", Name: "Sanna tredje", Number: p.Number}, people.Entry{})
	wantFault(t, "the number of somebody who is here", err, fault.Exists)
}

// A change waits for a second person: another login of the first is the same person, and nobody reaches outside the own board.
func TestTwoPersonsChange(t *testing.T) {
	h := open(t)
	p := h.put(people.Person{Name: "Vice Provberg", Roles: []people.Role{{Authority: "barn-och-utbildning", Role: identity.Officer}}})
	first := people.Signatory{Subject: "person|a", Number: idno.Must("198403122388")}
	wanted := p.Clone()
	wanted.Mandates = []people.Mandate{{Authority: "social", Kinds: []string{"lvu-6"}, Decided: date("2026-03-04"), Paragraph: "§ 9"}}
	c, err := h.Propose(t.Context(), people.Change{Tenant: "tallvik", Authority: "social", By: first,
		Edits: []people.Edit{{Person: wanted}, {Person: people.Person{Name: "Ny Testsson"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.now(h.Register).Deciders("social", "lvu-6", true, h.clock.Now()); got != nil {
		t.Errorf("in force before it is confirmed: %v", got)
	}
	_, err = h.Confirm(t.Context(), "tallvik", c.ID, first)
	wantFault(t, "the own change", err, fault.Forbidden)
	_, err = h.Confirm(t.Context(), "tallvik", c.ID, people.Signatory{Subject: "https://login|1", Number: first.Number})
	wantFault(t, "the own change by another login", err, fault.Forbidden)

	wrong := p.Clone()
	wrong.Roles = nil
	_, err = h.Propose(t.Context(), people.Change{Tenant: "tallvik", Authority: "social", By: first, Edits: []people.Edit{{Person: wrong}}})
	wantFault(t, "a role of another board", err, fault.Invalid)

	late, err := h.Propose(t.Context(), people.Change{Tenant: "tallvik", Authority: "social", By: first, Edits: []people.Edit{{Person: wanted}}})
	if err != nil {
		t.Fatal(err)
	}
	away := p.Clone() // absence needs no second person, and stands in nobody's way
	away.Absences = []people.Absence{{From: at("2026-04-01 00:00"), To: at("2026-04-02 00:00")}}
	h.put(away)
	if c, err = h.Confirm(t.Context(), "tallvik", c.ID, people.Signatory{Subject: "person|b", Name: "Andra Testsson"}); err != nil || c.State != people.Confirmed {
		t.Fatalf("%v %v", c.State, err)
	}
	if got := h.now(h.Register).Deciders("social", "lvu-6", true, h.clock.Now()); len(got) != 1 {
		t.Errorf("deciders: %v", got)
	}
	if p, _, err := h.Person(t.Context(), "tallvik", p.ID); err != nil || len(p.Absences) != 1 || len(p.Mandates) != 1 {
		t.Errorf("%+v %v", p, err)
	}
	_, err = h.Refuse(t.Context(), "tallvik", c.ID, first, "")
	wantFault(t, "refusing what holds", err, fault.Conflict)

	_, err = h.Propose(t.Context(), people.Change{Tenant: "tallvik", Authority: "social", By: first, Edits: []people.Edit{{Person: wanted}}})
	wantFault(t, "proposed of an older revision", err, fault.Conflict)
	_, err = h.Confirm(t.Context(), "tallvik", late.ID, people.Signatory{Subject: "person|b"})
	wantFault(t, "made of an older revision", err, fault.Conflict)
	if late, err = h.Refuse(t.Context(), "tallvik", late.ID, first, ""); err != nil || late.State != people.TakenBack {
		t.Errorf("%v %v", late.State, err)
	}
}

// Whoever the organisation's own directory keeps is changed there, but for what the platform adds.
func TestSyncedPeopleAreChangedWhereTheyComeFrom(t *testing.T) {
	h := open(t)
	p := h.put(people.Person{Name: "Sanna Provberg", Synced: &people.Synced{From: "scim", External: "7", Active: true}})
	p.Email = "sanna@example.se"
	_, err := h.Propose(t.Context(), people.Change{Tenant: "tallvik", Authority: "social", Edits: []people.Edit{{Person: p}}})
	wantFault(t, "an address kept elsewhere", err, fault.Invalid)
	p.Email, p.Absences = "", []people.Absence{{From: h.clock.Now()}}
	if _, err := h.Propose(t.Context(), people.Change{Tenant: "tallvik", Authority: "social", Edits: []people.Edit{{Person: p}}}); err != nil {
		t.Error(err)
	}
}

// A confirmed change of many people is carried out wholly, wherever the process dies, and each of them once.
func TestAConfirmedChangeSurvives(t *testing.T) {
	for dies := 0; ; dies++ {
		h := open(t)
		c := people.Change{Tenant: "tallvik", Authority: "social", By: people.Signatory{Subject: "person|a"}}
		for _, name := range []string{"En Testsson", "Två Testsson", "Tre Testsson"} {
			c.Edits = append(c.Edits, people.Edit{Person: people.Person{Name: name}})
		}
		c, err := h.Propose(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		h.store.left = dies
		second := people.Signatory{Subject: "person|b"}
		_, died := h.Confirm(t.Context(), "tallvik", c.ID, second)
		h.store.left = -1
		if died != nil {
			if _, err := h.another().Confirm(t.Context(), "tallvik", c.ID, second); err != nil {
				t.Fatalf("dead after %d writes: %v", dies, err)
			}
		}
		h.clock.Advance(people.Fresh)
		if got := h.now(h.Register).People(); len(got) != 3 || got[0].Rev != 1 {
			t.Fatalf("dead after %d writes: %d people", dies, len(got))
		}
		if died == nil {
			return
		}
	}
}

// Who has been changed by somebody else between that a change was confirmed and carried out is left so, and named; a change of which nothing is left
// waits again, and can be refused.
func TestChangedBeforeCarriedOut(t *testing.T) {
	for name, c := range map[string]struct {
		both bool // else one of two is changed by somebody else
		want people.ChangeState
	}{"one of two": {false, people.Confirmed}, "both": {true, people.Proposed}} {
		h := open(t)
		wants := people.Change{Tenant: "tallvik", Authority: "social", By: people.Signatory{Subject: "person|a"}}
		var all []people.Person
		for _, name := range []string{"En Testsson", "Två Testsson"} {
			p := h.put(people.Person{Name: name})
			all = append(all, p)
			p.Phone = "+46701740605"
			wants.Edits = append(wants.Edits, people.Edit{Person: p})
		}
		wants, err := h.Propose(t.Context(), wants)
		if err != nil {
			t.Fatal(err)
		}
		h.store.left = 1 // it is confirmed, and nothing more
		second := people.Signatory{Subject: "person|b", Name: "Andra Testsson"}
		_, err = h.Confirm(t.Context(), "tallvik", wants.ID, second)
		wantFault(t, "a process that dies", err, fault.Unavailable)
		h.store.left = -1
		for i, p := range all {
			if i == 0 || c.both {
				p.Email = "annan@example.se"
				h.put(p)
			}
		}
		h.clock.Advance(5 * time.Minute)
		if err := h.CarryOn(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := h.Change(t.Context(), "tallvik", wants.ID)
		if err != nil || got.State != c.want {
			t.Errorf("%s: %s %v", name, got.State, err)
		}
		if c.both {
			_, err = h.Confirm(t.Context(), "tallvik", wants.ID, second)
			wantFault(t, name+": confirmed again", err, fault.Conflict)
			if got, err = h.Refuse(t.Context(), "tallvik", wants.ID, second, "Föråldrat."); err != nil || got.State != people.Refused {
				t.Errorf("%s: %s %v", name, got.State, err)
			}
			continue
		}
		if diff := cmp.Diff([]people.ID{all[0].ID}, got.Undone); diff != "" || got.EndedBy != second {
			t.Errorf("%s: %s %v", name, diff, got.EndedBy)
		}
		for i, phone := range []string{"", "+46701740605"} {
			if p, _, err := h.Person(t.Context(), "tallvik", all[i].ID); err != nil || p.Phone != phone {
				t.Errorf("%s: %q %v", name, p.Phone, err)
			}
		}
	}
}

func TestBoards(t *testing.T) {
	h := open(t)
	b, err := h.PutBoard(t.Context(), "tallvik", people.Board{Authority: "social", Deputies: []people.ID{"a"}}, people.Entry{What: []string{"deputies"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = h.PutBoard(t.Context(), "tallvik", people.Board{Authority: "social"}, people.Entry{}); !errors.Is(err, fault.Conflict) {
		t.Errorf("over what somebody else has laid down: %v", err)
	}
	b.Deputies = nil
	if _, err = h.PutBoard(t.Context(), "tallvik", b, people.Entry{What: []string{"deputies"}}); err != nil {
		t.Fatal(err)
	}
	if _, trail, err := h.Board(t.Context(), "tallvik", "social"); err != nil || len(trail) != 2 {
		t.Errorf("%v %v", trail, err)
	}
}
