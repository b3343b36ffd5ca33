package people

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/directory"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// Snapshot is an organisation's register at a moment. It never changes; nothing that it gives may be changed either.
type Snapshot struct {
	tenant  *directory.Tenant
	version int64
	people  []*Person // by name
	boards  map[string]*Board

	byID     map[ID]*Person
	byNumber map[idno.Number]*Person // of those who are here
	byLogin  map[string]*Person
	byOrigin map[[2]string]*Person // Synced.From, Synced.External
	byUser   map[[2]string]*Person // Synced.From, Synced.UserName in small letters

	claimed [2]map[string][]*Person // by Synced.External, and by Synced.UserName in small letters
	byMail  map[string]*Person      // in small letters, the first by name of those who are here

	leftNumber map[idno.Number]*Person // of those who are not here
	leftLogin  map[string]*Person
}

// NewSnapshot makes the register of these people and boards.
func NewSnapshot(t *directory.Tenant, version int64, people []*Person, boards []*Board) *Snapshot {
	names := make(map[*Person]string, len(people))
	for _, p := range people {
		names[p] = strings.ToLower(p.Name)
	}
	slices.SortFunc(people, func(a, b *Person) int { return cmp.Or(strings.Compare(names[a], names[b]), cmp.Compare(a.ID, b.ID)) })
	byBoard := make(map[string]*Board, len(boards))
	for _, b := range boards {
		byBoard[b.Authority] = b
	}
	return indexed(t, version, people, byBoard)
}

// with gives the register with people as they are now, each in the place of who he or she was.
func (s *Snapshot) with(changed []Person) *Snapshot {
	people := slices.Clone(s.people)
	for _, p := range changed {
		if was := s.byID[p.ID]; was != nil && was.Rev >= p.Rev {
			continue // somebody has read a later one meanwhile
		} else if was != nil {
			i := slices.Index(people, was)
			people = slices.Delete(people, i, i+1)
		}
		name, p := strings.ToLower(p.Name), p.Clone()
		at, _ := slices.BinarySearchFunc(people, name, func(o *Person, name string) int {
			return cmp.Or(strings.Compare(strings.ToLower(o.Name), name), cmp.Compare(o.ID, p.ID))
		})
		people = slices.Insert(people, at, &p)
	}
	return indexed(s.tenant, s.version, people, s.boards)
}

// indexed makes the register of people who are in their order.
func indexed(t *directory.Tenant, version int64, people []*Person, boards map[string]*Board) *Snapshot {
	n := len(people)
	s := &Snapshot{tenant: t, version: version, people: people, boards: boards, byID: make(map[ID]*Person, n), byNumber: make(map[idno.Number]*Person, n),
		byLogin: map[string]*Person{}, byOrigin: make(map[[2]string]*Person, n), byUser: make(map[[2]string]*Person, n), leftNumber: map[idno.Number]*Person{},
		leftLogin: map[string]*Person{}, claimed: [2]map[string][]*Person{make(map[string][]*Person, n), make(map[string][]*Person, n)}, byMail: make(map[string]*Person, n)}
	for _, p := range s.people {
		s.byID[p.ID] = p
		if o := p.Synced; o != nil {
			user := strings.ToLower(o.UserName)
			s.byOrigin[[2]string{o.From, o.External}] = p
			s.byUser[[2]string{o.From, user}] = p
			s.claimed[0][o.External] = append(s.claimed[0][o.External], p)
			s.claimed[1][user] = append(s.claimed[1][user], p)
		}
		if mail := strings.ToLower(p.Email); p.Here() && mail != "" && s.byMail[mail] == nil {
			s.byMail[mail] = p
		}
		numbers, logins := s.byNumber, s.byLogin
		if !p.Here() {
			numbers, logins = s.leftNumber, s.leftLogin
		}
		if !p.Number.IsZero() {
			numbers[p.Number] = p
		}
		for _, l := range p.Logins {
			logins[l] = p
		}
	}
	return s
}

// Tenant is whose register it is.
func (s *Snapshot) Tenant() *directory.Tenant { return s.tenant }

// People lists everybody, by name, those who have left too.
func (s *Snapshot) People() []*Person { return s.people }

// named are those with a name, however its letters are.
func (s *Snapshot) named(name string) []*Person {
	name = strings.ToLower(name)
	at, _ := slices.BinarySearchFunc(s.people, name, func(p *Person, name string) int { return strings.Compare(strings.ToLower(p.Name), name) })
	end := at
	for end < len(s.people) && strings.ToLower(s.people[end].Name) == name {
		end++
	}
	return s.people[at:end]
}

// Person gives somebody by id, nil when there is nobody; who has left too.
func (s *Snapshot) Person(id ID) *Person { return s.byID[id] }

// ByNumber gives who is here with a personal number; nil.
func (s *Snapshot) ByNumber(n idno.Number) *Person { return s.byNumber[n] }

// ByLogin gives who is here whom a login names by its subject; nil.
func (s *Snapshot) ByLogin(subject string) *Person { return s.byLogin[subject] }

// ByOrigin gives the person with an id in the directory that it comes from, who has left too; nil.
func (s *Snapshot) ByOrigin(from, external string) *Person {
	return s.byOrigin[[2]string{from, external}]
}

// ByUserName gives the person with a user name, which is not sensitive to case, in the directory that it comes from; nil.
func (s *Snapshot) ByUserName(from, name string) *Person {
	return s.byUser[[2]string{from, strings.ToLower(name)}]
}

// ByClaim gives the person whom the organisation's own directory knows by a stable id or, when nobody has it, by a user name, as the
// organisation's login tells them; who has left too, when nobody who is here is meant. nil when nobody is, or more than one.
func (s *Snapshot) ByClaim(external, userName string) *Person {
	if external != "" {
		if p := meant(s.claimed[0][external]); p != nil {
			return p
		}
	}
	if userName == "" {
		return nil
	}
	return meant(s.claimed[1][strings.ToLower(userName)])
}

// meant is the only one who is here, or when nobody is, one who has left.
func meant(all []*Person) *Person {
	var here, left []*Person
	for _, p := range all {
		if p.Here() {
			here = append(here, p)
		} else {
			left = append(left, p)
		}
	}
	switch {
	case len(here) == 1:
		return here[0]
	case len(here) == 0 && len(left) > 0:
		return left[0]
	}
	return nil
}

// Left reports whether a login, or a personal number, is that of somebody who is not here any more, and of nobody who is.
func (s *Snapshot) Left(login string, n idno.Number) bool {
	if s.byLogin[login] != nil || !n.IsZero() && s.byNumber[n] != nil {
		return false
	}
	return s.leftLogin[login] != nil || !n.IsZero() && s.leftNumber[n] != nil
}

// Board gives what a board has laid down; an empty one when it has said nothing.
func (s *Snapshot) Board(slug string) *Board {
	if b := s.boards[slug]; b != nil {
		return b
	}
	return &Board{Authority: slug}
}

// Holds lists the roles that a person has at a moment, those that the rules make of what the organisation's directory says too. A member
// with a Mandate is a Chair of that board. Absence takes no role away.
func (s *Snapshot) Holds(p *Person, at time.Time) []Role {
	if p == nil || !p.Here() {
		return nil
	}
	var out []Role
	for _, r := range p.Roles {
		if r.Period.Holds(at) {
			out = append(out, r)
		}
	}
	for _, m := range p.Mandates {
		if m.Period.Holds(at) && !slices.ContainsFunc(out, func(r Role) bool { return r.Authority == m.Authority && r.Role == identity.Chair }) {
			out = append(out, Role{Authority: m.Authority, Role: identity.Chair, Title: m.Title, Period: m.Period})
		}
	}
	if o := p.Synced; o != nil {
		for _, rule := range s.tenant.Staff.Rules {
			if !rule.Matches(o.Organisation, o.Department, o.Title, o.Groups) {
				continue
			}
			for _, role := range rule.Roles {
				out = append(out, Role{Authority: rule.Authority, Role: role, Title: o.Title})
			}
		}
	}
	return out
}

// Grants is what a person may do at a moment, as a login carries it. A secretary signs, and does nothing on the staff's pages.
func (s *Snapshot) Grants(p *Person, at time.Time) []identity.Grant {
	var out []identity.Grant
	for _, r := range s.Holds(p, at) {
		if r.Role == identity.Secretary {
			continue
		}
		id := s.tenant.AuthorityID(r.Authority)
		i := slices.IndexFunc(out, func(g identity.Grant) bool { return g.Authority == id })
		if i < 0 {
			out, i = append(out, identity.Grant{Authority: id}), len(out)
		}
		if !slices.Contains(out[i].Roles, r.Role) {
			out[i].Roles = append(out[i].Roles, r.Role)
		}
	}
	return out
}

// Decider is somebody who may take a decision, and by what right.
type Decider struct {
	Person     *Person
	Title      string
	Mandate    *Mandate    // of a member who is not the chair
	Delegation *Delegation // of an official
	OnCall     bool
}

// Deciders lists who may take a board's decisions of a kind at a moment, in the order that they are asked: who is on call by rank, then the
// board's deputies in their order, then others by name; the chair needs no mandate (kommunallagen 6:39), a member needs one for the kind, an
// official a delegation. Who is away is left out. elected says that officials may not decide it: the law gives it to the board, its
// chair or a member.
func (s *Snapshot) Deciders(slug, kind string, elected bool, at time.Time) []Decider {
	b := s.Board(slug)
	onCall := b.OnCall(at)
	var out []Decider
	for _, p := range s.people {
		if p.Away(at) {
			continue
		}
		if d, may := s.decider(p, b, kind, elected, at); may {
			d.OnCall = slices.Contains(onCall, p.ID)
			out = append(out, d)
		}
	}
	rank := b.asked(onCall)
	slices.SortStableFunc(out, func(x, y Decider) int { return cmp.Compare(rank(x.Person.ID), rank(y.Person.ID)) })
	return out
}

// asked gives somebody's rank in the order in which a board's people are asked: who is on call, the deputies, and everybody else last.
func (b *Board) asked(onCall []ID) func(ID) int {
	order := map[ID]int{}
	for _, id := range slices.Concat(onCall, b.Deputies) {
		if _, there := order[id]; !there {
			order[id] = len(order) + 1
		}
	}
	return func(id ID) int { return cmp.Or(order[id], len(order)+1) }
}

// Holders lists who holds a role or a title, or both of them in one, for a board at a moment, in the order in which they are asked. Who is away is
// left out.
func (s *Snapshot) Holders(slug string, role identity.Role, title string, at time.Time) []*Person {
	var out []*Person
	for _, p := range s.people {
		if !p.Away(at) && slices.ContainsFunc(s.Holds(p, at), func(r Role) bool {
			return r.Authority == slug && (role == "" || r.Role == role) && (title == "" || strings.EqualFold(r.Title, title))
		}) {
			out = append(out, p)
		}
	}
	b := s.Board(slug)
	rank := b.asked(b.OnCall(at))
	slices.SortStableFunc(out, func(x, y *Person) int { return cmp.Compare(rank(x.ID), rank(y.ID)) })
	return out
}

func (s *Snapshot) decider(p *Person, b *Board, kind string, elected bool, at time.Time) (Decider, bool) {
	if !p.Here() {
		return Decider{}, false
	}
	for i, m := range p.Mandates {
		if m.Authority == b.Authority && m.Period.Holds(at) && slices.Contains(m.Kinds, kind) {
			return Decider{Person: p, Title: m.Title, Mandate: &p.Mandates[i]}, true
		}
	}
	roles := s.Holds(p, at)
	for _, r := range roles {
		if r.Authority == b.Authority && r.Role == identity.Chair && !slices.ContainsFunc(p.Mandates, func(m Mandate) bool { return m.Authority == b.Authority && m.Period.Holds(at) }) {
			return Decider{Person: p, Title: r.Title}, true
		}
	}
	if elected {
		return Decider{}, false
	}
	for i, d := range b.Delegations {
		if !d.Period.Holds(at) || !slices.Contains(d.Kinds, kind) {
			continue
		}
		if d.Person == p.ID && len(roles) > 0 {
			return Decider{Person: p, Title: roles[0].Title, Delegation: &b.Delegations[i]}, true
		}
		for _, r := range roles {
			if d.Title != "" && r.Authority == b.Authority && strings.EqualFold(r.Title, d.Title) {
				return Decider{Person: p, Title: r.Title, Delegation: &b.Delegations[i]}, true
			}
		}
	}
	return Decider{}, false
}

// OnCall lists who is on call at a moment, by rank. Somebody with two shifts then stands once.
func (b *Board) OnCall(at time.Time) []ID {
	now := slices.DeleteFunc(slices.Clone(b.Shifts), func(sh Shift) bool { return at.Before(sh.From) || !at.Before(sh.To) })
	slices.SortStableFunc(now, func(x, y Shift) int { return cmp.Compare(x.Rank, y.Rank) })
	var out []ID
	for _, sh := range now {
		if !slices.Contains(out, sh.Person) {
			out = append(out, sh.Person)
		}
	}
	return out
}

// NextMeeting is the board's first meeting that a decision of that moment is reported to; false when none is planned.
func (b *Board) NextMeeting(decided time.Time) (Meeting, bool) {
	best, found := Meeting{}, false
	for _, m := range b.Meetings {
		late := m.Day.Before(day(decided)) || !m.Stop.IsZero() && !decided.Before(m.Stop)
		if !late && (!found || m.Day.Before(best.Day)) {
			best, found = m, true
		}
	}
	return best, found
}
