package people

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
)

// Change is what an administrator wants changed among a board's people, one or many at once. It takes effect when a second administrator of
// the board, or of the cooperation's host, has confirmed it with the board's paper at hand.
type Change struct {
	ID        string            `json:"id"`
	Tenant    identity.TenantID `json:"tenant"`
	Authority string            `json:"authority"` // slug
	Edits     []Edit            `json:"edits"`
	Note      string            `json:"note,omitempty"`
	Paper     *Paper            `json:"paper,omitempty"` // the board secretary's signed paper
	By        Signatory         `json:"by"`
	At        time.Time         `json:"at"`
	State     ChangeState       `json:"state"`
	Ended     time.Time         `json:"ended,omitzero"`
	EndedBy   Signatory         `json:"endedBy,omitzero"`
	Ground    string            `json:"ground,omitempty"` // of a refusal
	Rev       int64             `json:"rev"`
}

// Edit is one person as the change wants him or her: Person.Rev is the revision that it was made of, 0 for somebody new.
type Edit struct {
	Person Person `json:"person"`
}

// Paper is a file that backs a change, sealed among the platform's files.
type Paper struct {
	Blob   string `json:"blob"`
	Key    []byte `json:"key"`
	Name   string `json:"name"`
	Digest string `json:"digest"` // SHA-256, hex
	// Evidence is the platform's own signature of the board's secretary over the paper, when it was signed here: the id of the case.
	Evidence string `json:"evidence,omitempty"`
}

// Signatory is who did something to a change.
type Signatory struct {
	Subject string      `json:"subject"`
	Name    string      `json:"name"`
	Number  idno.Number `json:"number,omitzero"`
}

// same reports whether two are one person: by number where both have one, so that two logins of one person are not two persons.
func (s Signatory) same(o Signatory) bool {
	return s.Subject == o.Subject || !s.Number.IsZero() && s.Number == o.Number
}

// ChangeState says what became of a change.
type ChangeState string

// States of a change.
const (
	Proposed  ChangeState = "proposed"
	Applying  ChangeState = "applying"  // confirmed, and being carried out: goes on after a restart
	Confirmed ChangeState = "confirmed" // it holds
	Refused   ChangeState = "refused"
	TakenBack ChangeState = "taken-back" // by who proposed it
)

// Waits reports whether a change still waits for somebody.
func (s ChangeState) Waits() bool { return s == Proposed }

// Propose keeps a change that waits for confirmation. fault.Invalid when it is empty, reaches outside its board, or changes somebody whom
// the organisation's own directory keeps in more than roles, mandates and absences.
func (r *Register) Propose(ctx context.Context, c Change) (Change, error) {
	const op = "people.Propose"
	s, err := r.Now(ctx, c.Tenant)
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	if len(c.Edits) == 0 {
		return Change{}, fault.Newf(op, fault.Invalid, "nothing is changed")
	}
	for i := range c.Edits {
		p := &c.Edits[i].Person
		p.Tenant = c.Tenant
		var was Person
		if p.Rev == 0 {
			if p.ID == "" {
				p.ID = NewID()
			}
		} else if now := s.Person(p.ID); now == nil {
			return Change{}, fault.New(op, fault.NotFound, nil)
		} else {
			was = *now
		}
		if err := within(c.Authority, &was, p); err != nil {
			return Change{}, fault.Wrap(op, err)
		}
	}
	c.ID, c.State, c.At, c.Rev = strings.ToLower(string(NewID())), Proposed, r.clock.Now(), 0
	return c, fault.Wrap(op, r.putChange(ctx, &c))
}

// within refuses a change to a person that reaches outside one board.
func within(slug string, was, is *Person) error {
	const op = "people.within"
	if !slices.Equal(elsewhere(was.Roles, func(r Role) string { return r.Authority }, slug), elsewhere(is.Roles, func(r Role) string { return r.Authority }, slug)) {
		return fault.Newf(op, fault.Invalid, "roles of another board")
	}
	a, b := *was, *is
	a.Mandates, b.Mandates = elsewhere(was.Mandates, func(m Mandate) string { return m.Authority }, slug), elsewhere(is.Mandates, func(m Mandate) string { return m.Authority }, slug)
	if slices.Contains(Differences(&a, &b), "mandates") {
		return fault.Newf(op, fault.Invalid, "mandates of another board")
	}
	if was.Rev > 0 && was.Synced != nil {
		for _, what := range Differences(was, is) {
			if what != "roles" && what != "mandates" && what != "absences" {
				return fault.Newf(op, fault.Invalid, "%s is kept by the organisation's own directory", what)
			}
		}
	}
	return nil
}

func elsewhere[T any](all []T, of func(T) string, slug string) []T {
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool { return of(one) == slug })
}

func (r *Register) putChange(ctx context.Context, c *Change) error {
	c.Rev++
	return r.put(ctx, c.Tenant, store.Record{Collection: changeCollection, Key: personKey(c.Tenant, ID(c.ID)), Rev: c.Rev}, c)
}

// Change gives one by id. fault.NotFound.
func (r *Register) Change(ctx context.Context, tenant identity.TenantID, id string) (Change, error) {
	const op = "people.Change"
	rec, err := r.records.GetRecord(ctx, r.clock.Now(), changeCollection, personKey(tenant, ID(id)))
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	var c Change
	return c, fault.Wrap(op, r.open(ctx, tenant, rec, &c))
}

// Changes lists an organisation's changes, the newest first.
func (r *Register) Changes(ctx context.Context, tenant identity.TenantID) ([]Change, error) {
	var out []Change
	if err := each(ctx, r, changeCollection, tenant, func(c Change) { out = append(out, c) }); err != nil {
		return nil, fault.Wrap("people.Changes", err)
	}
	slices.SortFunc(out, func(a, b Change) int { return b.At.Compare(a.At) })
	return out, nil
}

// Confirm carries a change out. fault.Forbidden for who proposed it; fault.Conflict when it does not wait any more, or somebody whom it
// changes has been changed since: then it still waits, and can be refused or taken back; fault.Exists as Put.
func (r *Register) Confirm(ctx context.Context, tenant identity.TenantID, id string, by Signatory) (Change, error) {
	const op = "people.Confirm"
	c, err := r.Change(ctx, tenant, id)
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	if c.State != Applying {
		if !c.State.Waits() {
			return Change{}, fault.Newf(op, fault.Conflict, "it is %s", c.State)
		}
		if c.By.same(by) {
			return Change{}, fault.Newf(op, fault.Forbidden, "nobody confirms his or her own change")
		}
		if err := r.applies(ctx, &c); err != nil {
			return c, fault.Wrap(op, err)
		}
		c.State, c.EndedBy, c.Ended = Applying, by, r.clock.Now()
		if err := r.putChange(ctx, &c); err != nil {
			return Change{}, fault.Wrap(op, err)
		}
	}
	return c, fault.Wrap(op, r.carryOut(ctx, &c))
}

// applies reports what stands in the way of a change as a whole, before any of it is carried out.
func (r *Register) applies(ctx context.Context, c *Change) error {
	const op = "people.applies"
	s, err := r.Now(ctx, c.Tenant)
	if err != nil {
		return err
	}
	for _, e := range c.Edits {
		now := s.Person(e.Person.ID)
		if e.Person.Rev == 0 && now != nil || e.Person.Rev > 0 && (now == nil || now.Rev != e.Person.Rev) {
			return fault.Newf(op, fault.Conflict, "person %s has been changed since", e.Person.ID)
		}
		if other := s.ByNumber(e.Person.Number); e.Person.Here() && other != nil && other.ID != e.Person.ID {
			return fault.Newf(op, fault.Exists, "somebody else has the number")
		}
	}
	return nil
}

// carryOut makes every edit of a confirmed change; those that are made already, before a restart, are passed over.
func (r *Register) carryOut(ctx context.Context, c *Change) error {
	for _, e := range c.Edits {
		_, trail, err := r.Person(ctx, c.Tenant, e.Person.ID)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
		if slices.ContainsFunc(trail, func(t Entry) bool { return t.Change == c.ID }) {
			continue
		}
		if _, err := r.Put(ctx, e.Person, Entry{By: c.By.Subject, ByName: c.By.Name, Change: c.ID, Confirm: c.EndedBy.Name}); err != nil {
			return err
		}
	}
	c.State = Confirmed
	return r.putChange(ctx, c)
}

// Refuse ends a change that waits, on a ground; TakeBack by who proposed it. fault.Conflict when it does not wait any more.
func (r *Register) Refuse(ctx context.Context, tenant identity.TenantID, id string, by Signatory, ground string) (Change, error) {
	const op = "people.Refuse"
	c, err := r.Change(ctx, tenant, id)
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	if !c.State.Waits() {
		return Change{}, fault.Newf(op, fault.Conflict, "it is %s", c.State)
	}
	c.State, c.EndedBy, c.Ended, c.Ground = Refused, by, r.clock.Now(), ground
	if c.By.same(by) {
		c.State = TakenBack
	}
	return c, fault.Wrap(op, r.putChange(ctx, &c))
}
