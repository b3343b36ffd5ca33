package people

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	source "samtjanst/integrations/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
)

// Told is what a directory says of somebody, and who it is when that is known already.
type Told struct {
	ID ID // "" is found by the entry
	source.Entry
}

// Followed is the person whom an entry made, as kept, or why none was: fault.Exists when another who is here has the number or the login, or
// another directory keeps the person; fault.Invalid for an active person with a number that is none.
type Followed struct {
	Person Person
	Err    error
}

// Follow makes people as the organisation's own directory says, those that are told of and no others, and gives what became of each, in their
// order. Where a Told does not say who it is, it is the one who has the entry's id in the same directory, one with the same personal number who
// was entered by an administrator and from now on is the directory's, or somebody new. What administrators gave, roles, mandates and absences,
// stays. Who is to be inactive is made so whatever else is wrong with the entry. It is safe to do again.
func (r *Register) Follow(ctx context.Context, tenant identity.TenantID, from string, all []Told) ([]Followed, error) {
	const op = "people.Follow"
	out := make([]Followed, len(all))
	left := make([]int, len(all))
	for i := range left {
		left[i] = i
	}
	for range 5 { // an administrator may change the same people meanwhile
		s, err := r.Now(ctx, tenant)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		f := following{Register: r, snapshot: s, from: from, numbers: map[idno.Number]ID{}}
		if left, err = f.all(ctx, all, left, out); err != nil {
			return nil, fault.Wrap(op, err)
		}
		if len(left) == 0 {
			return out, nil
		}
		r.forget(tenant)
	}
	return nil, fault.Newf(op, fault.Conflict, "people change all the time")
}

// following is one go at what a directory has told.
type following struct {
	*Register
	snapshot *Snapshot
	from     string
	numbers  map[idno.Number]ID // who has got a number in this go; "" when it is free now
}

// tellEvery is how many people are written between telling of it: fewer than are written while a register is unsettled.
const tellEvery = 500

// fewWritten is how many people one go changes at most for this process to take them into what it knows of the register.
const fewWritten = 100

// all makes those with these indexes as told, and gives the indexes of those whom somebody changed meanwhile.
func (f *following) all(ctx context.Context, told []Told, which []int, out []Followed) (again []int, err error) {
	tenant, written := f.snapshot.tenant.ID, 0
	var kept []Person
	defer func() {
		if err != nil || len(again) > 0 || len(kept) > fewWritten { // one by one it would be dearer than to read all of them once
			f.forget(tenant)
		} else if len(kept) > 0 {
			f.took(tenant, kept...)
		}
	}()
	for _, i := range which {
		was, p, err := f.one(told[i])
		out[i] = Followed{p, err}
		if err != nil || was != nil && len(Differences(was, &p)) == 0 {
			continue
		}
		if written%tellEvery == 0 {
			if err := f.tell(ctx, tenant); err != nil {
				return nil, err
			}
		}
		written++
		out[i].Person, err = f.keep(ctx, p)
		if errors.Is(err, fault.Conflict) {
			again = append(again, i)
		} else if err != nil {
			return nil, err
		} else {
			kept = append(kept, out[i].Person)
		}
	}
	if written == 0 {
		return again, nil
	}
	return again, f.tell(ctx, tenant)
}

// one makes a person as told, beside the one who stands in the register; nil when it is somebody new.
func (f *following) one(t Told) (was *Person, p Person, err error) {
	const op = "people.Follow"
	s, e := f.snapshot, t.Entry
	if e.Active && e.BadNumber {
		return nil, p, fault.Newf(op, fault.Invalid, "the personal number is none")
	}
	was = s.follows(f.from, t)
	p = Person{ID: cmp.Or(t.ID, NewID())}
	if was != nil {
		if was.Synced != nil && was.Synced.From != f.from {
			return was, *was, fault.Newf(op, fault.Exists, "another directory keeps the person")
		}
		p = was.Clone()
	}
	p.Tenant = s.tenant.ID
	told(&p, f.from, e)
	p.Synced.At = f.clock.Now()
	if p.Here() {
		if holder := f.holder(p.Number); holder != "" && holder != p.ID {
			return was, p, fault.Newf(op, fault.Exists, "somebody else has the number")
		}
		for _, l := range p.Logins {
			if other := s.ByLogin(l); other != nil && other.ID != p.ID {
				return was, p, fault.Newf(op, fault.Exists, "somebody else has the login")
			}
		}
		f.numbers[p.Number] = p.ID
	}
	if was != nil && was.Here() && !was.Number.IsZero() && (!p.Here() || p.Number != was.Number) {
		f.numbers[was.Number] = ""
	}
	return was, p, nil
}

// holder is who is here with a number; "" nobody.
func (f *following) holder(n idno.Number) ID {
	if n.IsZero() {
		return ""
	}
	if id, changed := f.numbers[n]; changed {
		return id
	}
	if p := f.snapshot.ByNumber(n); p != nil {
		return p.ID
	}
	return ""
}

// keep writes one person and notes what changed, without telling of it. fault.Conflict when somebody has changed the person since.
func (f *following) keep(ctx context.Context, p Person) (Person, error) {
	why := Entry{At: f.clock.Now(), By: f.from, What: []string{Entered}}
	var stored storedPerson
	if p.Rev > 0 {
		was, trail, err := f.Person(ctx, p.Tenant, p.ID)
		if err != nil {
			return p, err
		}
		if was.Rev != p.Rev {
			return p, fault.Newf("people.Follow", fault.Conflict, "person is at revision %d", was.Rev)
		}
		stored.Trail, why.What = trail, Differences(&was, &p)
	}
	p.Rev++
	stored.Person, stored.Trail = p, append(stored.Trail, why)
	err := f.put(ctx, p.Tenant, store.Record{Collection: personCollection, Key: personKey(p.Tenant, p.ID), Rev: p.Rev}, stored)
	if errors.Is(err, fault.Exists) { // another process has entered the same person
		err = fault.New("people.Follow", fault.Conflict, err)
	}
	return p, err
}

// follows finds who an entry is about; nil for somebody new.
func (s *Snapshot) follows(from string, t Told) *Person {
	if t.ID != "" {
		return s.Person(t.ID)
	}
	if p := s.ByOrigin(from, t.External); p != nil {
		return p
	}
	if t.Number.IsZero() {
		return nil
	}
	if p := s.ByNumber(t.Number); p != nil && p.Synced == nil {
		return p
	}
	return nil
}

// told puts what a directory says into a person.
func told(p *Person, from string, e source.Entry) {
	p.Name = clip(cmp.Or(e.Name, e.UserName, e.External))
	if !e.BadNumber {
		p.Number = e.Number
	}
	p.Email, p.Phone = "", ""
	if mail := strings.TrimSpace(e.Email); len(mail) <= 254 && mailShape.MatchString(mail) {
		p.Email = mail
	}
	if phone := Phone(e.Phone); phoneShape.MatchString(phone) {
		p.Phone = phone
	}
	p.Synced = &Synced{From: from, External: e.External, UserName: e.UserName, Title: clip(e.Title), Department: clip(e.Department), Organisation: clip(e.Organisation),
		Groups: slices.Clone(e.Groups), Active: e.Active}
}

// clip makes one line of at most as many characters as a name may have.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > maxText {
		s = string(r[:maxText])
	}
	return s
}

// Taken is what became of a directory's answer. It has no personal data.
type Taken struct {
	Told    int // entries of the answer
	New     int
	Changed int
	Left    int // are not active any more, or not in the answer
	Refused []RefusedEntry
}

// RefusedEntry is an entry that could not be taken, and why; the others were.
type RefusedEntry struct {
	External string
	Kind     fault.Kind // Invalid: its personal number is none; Exists: somebody else has the number
}

// Few is how many may leave at once however small a share is let through: somebody always can.
const Few = 1

// Doubted is an answer of which nothing was taken, since it would have taken the rights of more people than is believed.
type Doubted struct {
	Told int // entries of the answer
	Lose int // people who would have left, or lost every group that they had
	Of   int // active people whom the directory had told of before
}

func (d *Doubted) Error() string {
	return fmt.Sprintf("an answer with %d people, by which %d of %d would lose what they may do", d.Told, d.Lose, d.Of)
}

// Synchronise makes an organisation's register as a directory says that everybody is: who is told of is followed, and who is not told of any
// more is not active. An answer that is empty, or by which more than the share most (0–1) of the directory's active people would lose what they
// may do, is not believed: then nothing changes and the error has a *Doubted (fault.Conflict). Who is refused stands in Taken and stays as
// he or she was, unless told to have left.
func (r *Register) Synchronise(ctx context.Context, tenant identity.TenantID, from string, all []source.Entry, most float64) (Taken, error) {
	const op = "people.Synchronise"
	out := Taken{Told: len(all)}
	s, err := r.Now(ctx, tenant)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	told := make(map[string]*source.Entry, len(all))
	for i := range all {
		e := &all[i]
		if e.External == "" || told[e.External] != nil {
			return out, fault.Newf(op, fault.Invalid, "an entry has no id of its own")
		}
		told[e.External] = e
	}
	var gone []*Person
	d := &Doubted{Told: len(all)}
	for _, p := range s.people {
		if p.Synced == nil || p.Synced.From != from || !p.Synced.Active {
			continue
		}
		d.Of++
		e := told[p.Synced.External]
		switch {
		case e == nil:
			gone = append(gone, p)
			d.Lose++
		case !e.Active, len(e.Groups) == 0 && len(p.Synced.Groups) > 0, s.losesRole(p.Synced, e):
			d.Lose++
		}
	}
	if len(all) == 0 || d.Lose > max(Few, int(most*float64(d.Of))) {
		return out, fault.New(op, fault.Conflict, d)
	}
	// Those who have left first: a number that two have had goes over to the one who stays.
	var changes []Told
	for _, p := range gone {
		changes = append(changes, Told{p.ID, source.Entry{External: p.Synced.External, UserName: p.Synced.UserName, Name: p.Name, Number: p.Number, Phone: p.Phone,
			Email: p.Email, Title: p.Synced.Title, Department: p.Synced.Department, Organisation: p.Synced.Organisation}})
	}
	for _, e := range all {
		if e.Active || s.ByOrigin(from, e.External) != nil { // else: has been gone as long as we know
			changes = append(changes, Told{Entry: e})
		}
	}
	slices.SortStableFunc(changes, func(a, b Told) int { return cmp.Compare(rank(a), rank(b)) })
	became, err := r.Follow(ctx, tenant, from, changes)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	for i, t := range changes {
		is := became[i].Person
		was := s.Person(is.ID)
		switch {
		case became[i].Err != nil:
			out.Refused = append(out.Refused, RefusedEntry{t.External, fault.KindOf(became[i].Err)})
		case was == nil:
			out.New++
		case was.Here() && !is.Here():
			out.Left++
		case was.Rev != is.Rev:
			out.Changed++
		}
	}
	return out, nil
}

// losesRole reports whether rules make a role of what a directory has said of somebody, and not of what it says now.
func (s *Snapshot) losesRole(was *Synced, is *source.Entry) bool {
	type role struct {
		authority string
		role      identity.Role
	}
	now := map[role]bool{}
	for _, rule := range s.tenant.Staff.Rules {
		if rule.Matches(is.Organisation, is.Department, is.Title, is.Groups) {
			for _, r := range rule.Roles {
				now[role{rule.Authority, r}] = true
			}
		}
	}
	for _, rule := range s.tenant.Staff.Rules {
		if !rule.Matches(was.Organisation, was.Department, was.Title, was.Groups) {
			continue
		}
		for _, r := range rule.Roles {
			if !now[role{rule.Authority, r}] {
				return true
			}
		}
	}
	return false
}

func rank(t Told) int {
	if t.Active {
		return 1
	}
	return 0
}
