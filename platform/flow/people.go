package flow

import (
	"context"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// The people of a board are kept by its administrators (identity.PeopleAdmin). Another board's people do not exist for them: not in the same
// municipality either. The administrators of a board that works for others (directory.Cooperation) confirm or refuse what waits there, and see
// nothing else of those boards.

// BoardRef names a board by its address.
type BoardRef struct {
	Tenant identity.TenantID
	Board  string // slug
}

// PeopleBoard is a board as who keeps its people knows it.
type PeopleBoard struct {
	BoardRef
	Organisation string
	Name         string
	Theme        string
	// Hosted: the reader is an administrator of the board that works for it, and only confirms.
	Hosted  bool
	Waiting int           // changes that wait
	Holes   []people.Hole // in the schedule, within LookAhead; none where there is no schedule
	// Secretaries are the names of those who can be asked to sign the board's papers here.
	Secretaries []string
}

// LookAhead is how far ahead a hole in a schedule is warned of.
const LookAhead = 14 * 24 * time.Hour

// boardScope is a board that an actor has to do with, with its organisation's register.
type boardScope struct {
	BoardRef
	tenant *directory.Tenant
	board  directory.Authority
	keeps  bool // else host
	snap   *people.Snapshot
	now    time.Time
}

// peopleScope opens a board for who keeps its people, and for its host's administrators where hosts says so. Everybody else is told that there is
// no such board.
func (s *Service) peopleScope(ctx context.Context, a identity.Actor, ref BoardRef, hosts bool) (*boardScope, error) {
	const op = "flow.peopleScope"
	if a.Staff == nil {
		return nil, fault.New(op, fault.Unauthorised, nil)
	}
	t, ok := s.Directory.Tenant(ref.Tenant)
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	board, ok := t.Authority(ref.Board)
	keeps := ok && a.Has(t.AuthorityID(ref.Board), identity.PeopleAdmin)
	if !ok || !keeps && !(hosts && hostAdmin(a, t, ref.Board)) {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	snap, err := s.People.Now(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return &boardScope{BoardRef: ref, tenant: t, board: board, keeps: keeps, snap: snap, now: s.Clock.Now()}, nil
}

// hostAdmin reports whether somebody keeps the people of a board that works for this one.
func hostAdmin(a identity.Actor, t *directory.Tenant, slug string) bool {
	return slices.ContainsFunc(t.Cooperations, func(c directory.Cooperation) bool {
		return c.Authority == slug && a.Has(c.Host, identity.PeopleAdmin)
	})
}

func (sc *boardScope) view() PeopleBoard {
	b := PeopleBoard{BoardRef: sc.BoardRef, Organisation: sc.tenant.Name, Name: sc.board.Name, Theme: sc.tenant.Theme, Hosted: !sc.keeps}
	if sc.keeps {
		b.Holes = sc.holes()
		for _, p := range sc.snap.Secretaries(sc.Board, sc.now) {
			b.Secretaries = append(b.Secretaries, p.Name)
		}
	}
	return b
}

// holes are those of the days that are looked at, from today's first moment, so that one that is going on has the same beginning all day.
func (sc *boardScope) holes() []people.Hole {
	if len(sc.snap.Board(sc.Board).Shifts) == 0 {
		return nil
	}
	from := dayBegins(sc.now)
	return slices.DeleteFunc(sc.snap.Holes(sc.Board, from, from.Add(LookAhead)), func(h people.Hole) bool { return !sc.now.Before(h.To) })
}

// PeopleBoards lists the boards whose people the actor keeps, and those for which he or she confirms as host. fault.NotFound when there are none.
func (s *Service) PeopleBoards(ctx context.Context, a identity.Actor) ([]PeopleBoard, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.PeopleBoards", fault.Unauthorised, nil)
	}
	var out []PeopleBoard
	for _, t := range s.Directory.Tenants() {
		var changes []people.Change
		for _, auth := range t.Authorities {
			if !a.Has(t.AuthorityID(auth.Slug), identity.PeopleAdmin) && !hostAdmin(a, t, auth.Slug) {
				continue
			}
			sc, err := s.peopleScope(ctx, a, BoardRef{t.ID, auth.Slug}, true)
			if err != nil {
				return nil, err
			}
			if changes == nil {
				if changes, err = s.People.Changes(ctx, t.ID); err != nil {
					return nil, err
				}
			}
			b := sc.view()
			b.Waiting = len(waiting(changes, auth.Slug))
			out = append(out, b)
		}
	}
	if len(out) == 0 {
		return nil, fault.New("flow.PeopleBoards", fault.NotFound, nil)
	}
	return out, nil
}

// waiting are a board's changes that wait for somebody.
func waiting(all []people.Change, slug string) []people.Change {
	return slices.DeleteFunc(slices.Clone(all), func(c people.Change) bool { return c.Authority != slug || !c.State.Waits() })
}

// PeopleQuery chooses among a board's people.
type PeopleQuery struct {
	Search string // part of a name, a mail address or a title
	View   string // one of the views; "" PeopleHere
	Page   int    // from 1
}

// Views of a board's people.
const (
	PeopleHere   = "har"    // who has a role, or comes to have one
	PeopleEnding = "slutar" // whose time with the board ends soon
	PeopleGone   = "slutat"
	PeopleAll    = "alla"
)

// peoplePage is how many stand on a page.
const peoplePage = 50

// PersonLine is a person in a list.
type PersonLine struct {
	Person   people.Person // as the board sees him or her
	Standing people.Standing
	Soon     bool // ends soon
	Waits    bool // a change of the person waits
}

// PeopleList is a page of a board's people.
type PeopleList struct {
	Board   PeopleBoard
	People  []PersonLine
	Counts  map[string]int // by view, of those that the search finds
	Page    int
	Pages   int
	Waiting []people.Change
	Listed  int         // changes of the board that are not prepared, those that have ended too
	Sync    []SyncState // sources of the organisation's people, and systems that follow them, that somebody has to look at
}

// PeopleOf lists a board's people. fault.NotFound for any other's.
func (s *Service) PeopleOf(ctx context.Context, a identity.Actor, ref BoardRef, q PeopleQuery) (*PeopleList, error) {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return nil, err
	}
	changes, err := s.People.Changes(ctx, ref.Tenant)
	if err != nil {
		return nil, err
	}
	alarms, err := s.syncAlarms(ctx, ref.Tenant)
	if err != nil {
		return nil, err
	}
	out := &PeopleList{Board: sc.view(), Counts: map[string]int{}, Waiting: waiting(changes, ref.Board), Sync: alarms}
	out.Board.Waiting = len(out.Waiting)
	inChange := map[people.ID]bool{}
	for _, c := range out.Waiting {
		for _, e := range c.Edits {
			inChange[e.Person.ID] = true
		}
	}
	var found []PersonLine
	search := strings.ToLower(strings.TrimSpace(q.Search))
	for _, p := range sc.snap.People() {
		st, member := sc.snap.Standing(p, ref.Board, sc.now)
		if !member || !personSays(p, st, search) {
			continue
		}
		line := PersonLine{Person: *p, Standing: st, Soon: st.EndsSoon(sc.now), Waits: inChange[p.ID]}
		for _, v := range []string{PeopleHere, PeopleEnding, PeopleGone, PeopleAll} {
			if line.in(v) {
				out.Counts[v]++
			}
		}
		if line.in(q.View) {
			found = append(found, line)
		}
	}
	out.Pages = max(1, (len(found)+peoplePage-1)/peoplePage)
	out.Page = min(max(1, q.Page), out.Pages)
	first := (out.Page - 1) * peoplePage
	out.People = found[first:min(first+peoplePage, len(found))]
	for i := range out.People {
		out.People[i].Person = out.People[i].Person.Only(ref.Board)
	}
	return out, nil
}

func (l PersonLine) in(view string) bool {
	switch view {
	case PeopleAll:
		return true
	case PeopleGone:
		return l.Standing.State == people.IsGone
	case PeopleEnding:
		return l.Soon
	}
	return l.Standing.State != people.IsGone
}

// personSays reports whether somebody has what is searched for, in small letters; "" is everybody.
func personSays(p *people.Person, st people.Standing, search string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), search) }
	return search == "" || has(p.Name) || has(p.Email) || slices.ContainsFunc(st.Held, func(r people.Role) bool { return has(r.Title) })
}

// PersonView is a person as a board's administrator sees him or her.
type PersonView struct {
	Board    PeopleBoard
	Person   people.Person // without what other boards have given
	Standing people.Standing
	Soon     bool
	// Facts: the reader may change name, number and addresses. Not of who is kept by the organisation's own directory, or also has a board whose
	// people the reader does not keep.
	Facts    bool
	AlsoThem bool // another board has the person too
	Trail    []people.Entry
	Waiting  []people.Change
}

// PersonOf shows one of a board's people. fault.NotFound for everybody else.
func (s *Service) PersonOf(ctx context.Context, a identity.Actor, ref BoardRef, id people.ID) (*PersonView, error) {
	sc, err := s.peopleScope(ctx, a, ref, false)
	if err != nil {
		return nil, err
	}
	p, trail, st, err := s.boardPerson(ctx, sc, id)
	if err != nil {
		return nil, err
	}
	changes, err := s.People.Changes(ctx, ref.Tenant)
	if err != nil {
		return nil, err
	}
	v := &PersonView{Board: sc.view(), Person: p.Only(ref.Board), Standing: st, Soon: st.EndsSoon(sc.now), AlsoThem: p.AlsoIn(ref.Board, sc.now),
		Facts: p.Synced == nil && mayTouch(a, sc.tenant, &p, sc.now)}
	others := map[string]bool{}
	for _, c := range changes {
		others[c.ID] = c.Authority != ref.Board
	}
	for _, e := range trail { // what another board has done with its own roles is its own
		if !others[e.Change] || slices.ContainsFunc(e.What, func(w string) bool { return w != "roles" && w != "mandates" }) {
			v.Trail = append(v.Trail, e)
		}
	}
	for _, c := range waiting(changes, ref.Board) {
		if slices.ContainsFunc(c.Edits, func(e people.Edit) bool { return e.Person.ID == id }) {
			v.Waiting = append(v.Waiting, c)
		}
	}
	return v, nil
}

// boardPerson gives one of a board's people as kept. fault.NotFound for who is not.
func (s *Service) boardPerson(ctx context.Context, sc *boardScope, id people.ID) (people.Person, []people.Entry, people.Standing, error) {
	p, trail, err := s.People.Person(ctx, sc.Tenant, id)
	if err != nil {
		return p, nil, people.Standing{}, err
	}
	st, member := sc.snap.Standing(&p, sc.Board, sc.now)
	if !member {
		return people.Person{}, nil, st, fault.New("flow.boardPerson", fault.NotFound, nil)
	}
	return p, trail, st, nil
}

// mayTouch reports whether somebody keeps the people of every board that has the person, and so may change what is the person's own.
func mayTouch(a identity.Actor, t *directory.Tenant, p *people.Person, now time.Time) bool {
	return !slices.ContainsFunc(p.Boards(now), func(slug string) bool { return !a.Has(t.AuthorityID(slug), identity.PeopleAdmin) })
}

// signatory is who an actor is to a change.
func signatory(a identity.Actor) people.Signatory {
	return people.Signatory{Subject: a.Staff.Subject, Name: a.Staff.Name, Number: a.Staff.Number}
}
