package people_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	source "samtjanst/integrations/people"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

const from = "ldap:ad"

// staff is so many active people of a directory.
func staff(n int) []source.Entry {
	var all []source.Entry
	for i := range n {
		all = append(all, source.Entry{External: fmt.Sprintf("id-%d", i), UserName: fmt.Sprintf("user%d", i), Name: fmt.Sprintf("Nr %d Testsson", i), Groups: []string{"Alla"}, Active: true})
	}
	return all
}

func (h *house) sync(all []source.Entry) (people.Taken, error) {
	h.t.Helper()
	return h.Synchronise(h.t.Context(), "tallvik", from, all, 0.2)
}

func (h *house) synced(all []source.Entry, want people.Taken) {
	h.t.Helper()
	got, err := h.sync(all)
	want.Told = len(all)
	if err != nil || cmp.Diff(want, got) != "" {
		h.t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
}

func (h *house) here() int {
	n := 0
	for _, p := range h.now(h.Register).People() {
		if p.Here() {
			n++
		}
	}
	return n
}

// Everybody is taken in, changes are followed, who is told of no more is inactive, and who comes back is the same person with what was given here.
func TestFollowsADirectory(t *testing.T) {
	h := open(t)
	all := staff(10)
	h.synced(all, people.Taken{New: 10})
	h.synced(all, people.Taken{})
	all[3].Department = "Socialjouren"
	all[4].Email, all[4].Phone = "ingen adress", "070-174 06 05"
	h.synced(all, people.Taken{Changed: 2})
	p := *h.now(h.Register).ByOrigin(from, "id-4")
	if p.Email != "" || p.Phone != "+46701740605" {
		t.Errorf("%+v", p)
	}
	p = p.Clone()
	p.Roles = []people.Role{{Authority: "social", Role: identity.Chair}}
	h.put(p)
	h.synced(append(all[:4:4], all[5:]...), people.Taken{Left: 1})
	if s := h.now(h.Register); s.Holds(s.Person(p.ID), h.clock.Now()) != nil {
		t.Error("who has left holds a role")
	}
	h.synced(all, people.Taken{Changed: 1})
	if s := h.now(h.Register); len(s.Holds(s.Person(p.ID), h.clock.Now())) != 1 || len(s.People()) != 10 {
		t.Error("who came back is not the same person")
	}
	gone := staff(11)[10]
	gone.Active = false
	h.synced(append(all, gone), people.Taken{}) // never was here
	if _, trail, err := h.Person(t.Context(), "tallvik", p.ID); err != nil || len(trail) != 5 || trail[0].By != from || trail[3].What[0] != "groups" {
		t.Errorf("%v %+v", err, trail)
	}
}

// An answer that is empty, or that takes too much from too many, is not believed: nothing changes.
func TestDoubtsADirectory(t *testing.T) {
	h := open(t)
	all := staff(20)
	if _, err := h.sync(nil); !errors.Is(err, fault.Conflict) {
		t.Errorf("an empty answer of a directory that is new: %v", err)
	}
	h.synced(all, people.Taken{New: 20})
	bare, idle := staff(20), staff(20)
	for i := range 5 {
		bare[i].Groups, idle[i].Active = nil, false
	}
	for what, c := range map[string]struct {
		all  []source.Entry
		lose int
	}{"empty": {nil, 20}, "partial": {all[:15], 5}, "without groups": {bare, 5}, "inactive": {idle, 5}, "others": {append(staff(25)[20:], all[:10]...), 10}} {
		_, err := h.sync(c.all)
		var d *people.Doubted
		if !errors.As(err, &d) || d.Lose != c.lose || d.Of != 20 || d.Told != len(c.all) {
			t.Errorf("%s: %v", what, err)
		}
		if n := h.here(); n != 20 {
			t.Errorf("%s: %d are here", what, n)
		}
	}
	for what, all := range map[string][]source.Entry{"twice": append(staff(20), all[0]), "nobody": append(staff(20), source.Entry{Active: true})} {
		if _, err := h.sync(all); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	h.synced(all[:16], people.Taken{Left: 4}) // as many as is believed
	// Of few people one may always leave.
	for n := 15; n > 0; n-- {
		h.synced(all[:n], people.Taken{Left: 1})
	}
	if _, err := h.sync(nil); err == nil || h.here() != 1 {
		t.Error("the last one was taken by an empty answer")
	}
}

// Somebody with two entries, one with somebody else's number and one with a number that is none are refused by themselves; a number goes from who
// leaves to who stays in one go.
func TestRefusesEntries(t *testing.T) {
	h := open(t)
	sanna := h.put(people.Person{Name: "Sanna Provberg", Number: idno.Must("198403122388"), Roles: []people.Role{{Authority: "social", Role: identity.Chair}}})
	all := staff(4)
	all[0].Number, all[1].Number, all[2].BadNumber = sanna.Number, sanna.Number, true
	h.synced(all, people.Taken{New: 1, Changed: 1, Refused: []people.RefusedEntry{{External: "id-1", Kind: fault.Exists}, {External: "id-2", Kind: fault.Invalid}}})
	s := h.now(h.Register)
	if p := s.Person(sanna.ID); p.Synced == nil || p.Synced.External != "id-0" || len(p.Roles) != 1 {
		t.Errorf("who was entered here is %+v", p)
	}
	all[0].Active, all[2].BadNumber = false, false
	h.synced(all, people.Taken{New: 2, Left: 1})
	if p := h.now(h.Register).ByNumber(sanna.Number); p == nil || p.Synced.External != "id-1" {
		t.Errorf("the number is %+v's", p)
	}
	if became, err := h.Follow(t.Context(), "tallvik", "scim", []people.Told{{ID: sanna.ID, Entry: source.Entry{External: "x", UserName: "x", Active: true}}}); err != nil || !errors.Is(became[0].Err, fault.Exists) {
		t.Errorf("another directory took the person: %v %+v", err, became)
	}
}

// An administrator who changes the same person meanwhile and a store that dies leave nothing half done: asked again it is as told.
func TestFollowAgain(t *testing.T) {
	h := open(t)
	all := staff(3)
	h.store.left = 3
	if _, err := h.sync(all); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a dead store: %v", err)
	}
	h.store.left = -1
	if _, err := h.sync(all); err != nil || h.here() != 3 {
		t.Errorf("%v, %d are here", err, h.here())
	}
	other := h.another()
	p := h.now(other).ByOrigin(from, "id-1").Clone()
	p.Absences = []people.Absence{{From: h.clock.Now()}}
	h.now(h.Register)
	if _, err := other.Put(t.Context(), p, people.Entry{By: "test"}); err != nil {
		t.Fatal(err)
	}
	all[1].Title = "Chef"
	h.synced(all, people.Taken{Changed: 1})
	if p := h.now(h.Register).ByOrigin(from, "id-1"); p.Synced.Title != "Chef" || len(p.Absences) != 1 {
		t.Errorf("%+v", p)
	}
}
