package people

import (
	"context"
	"slices"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
)

// Change is what an administrator wants changed among a board's people, one or many at once. It takes effect when a second administrator of
// the board, or of the cooperation's host, has confirmed it with the board's paper at hand. The paper comes with the change, or the board's
// secretary is asked to sign one here; until that is done nobody can confirm.
type Change struct {
	ID        string            `json:"id"`
	Tenant    identity.TenantID `json:"tenant"`
	Authority string            `json:"authority"` // slug
	Edits     []Edit            `json:"edits,omitempty"`
	Lists     []ListEdit        `json:"lists,omitempty"` // of the board's delegation list
	From      *Source           `json:"from,omitempty"`  // the file that it was read from
	Note      string            `json:"note,omitempty"`
	Paper     *Paper            `json:"paper,omitempty"`   // the board secretary's signed paper
	Signers   []ID              `json:"signers,omitempty"` // the secretaries who are, or were, asked to sign it here: one of them is enough
	Undone    []ID              `json:"undone,omitempty"`  // those whom it did not change, since somebody else had when it was carried out
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
	Person Person  `json:"person"`
	Was    *Person `json:"was,omitempty"` // as he or she was at that revision; Propose and Prepare put it there
}

// On gives the person as the edit wants him or her, made of how he or she stands now (nil: is not there); false when that has become another
// than the edit was made of. Absences, which need no second person, may have been noted meanwhile.
func (e Edit) On(now *Person) (Person, bool) {
	switch {
	case e.Person.Rev == 0 || now == nil:
		return e.Person, e.Person.Rev == 0 && now == nil
	case now.Rev == e.Person.Rev:
		return e.Person, true
	case e.Was == nil || slices.ContainsFunc(Differences(e.Was, now), func(what string) bool { return what != "absences" }) ||
		slices.Contains(Differences(e.Was, &e.Person), "absences"):
		return Person{}, false
	}
	p, is := e.Person.Clone(), now.Clone()
	p.Absences, p.Synced, p.Rev = is.Absences, is.Synced, is.Rev
	return p, true
}

// ListEdit adds a line to the board's delegation list, or has one that stands there end.
type ListEdit struct {
	Line Delegation    `json:"line"`
	End  calendar.Date `json:"end,omitzero"` // zero: the line is added; else it ends with this day
}

// Source is a file that people were read from, with what was not taken from it.
type Source struct {
	Name    string    `json:"name"`
	Rows    int       `json:"rows"`
	Same    int       `json:"same"` // rows that change nothing
	Refused []Refusal `json:"refused,omitempty"`
}

// Paper is a file that backs a change, sealed among the platform's files: one that came with it, or what the board's secretary has signed here,
// with the evidence in it.
type Paper struct {
	Blob   string `json:"blob"`
	Key    []byte `json:"key"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"` // SHA-256, hex
	// Evidence is the id of the case in which the board's secretary signed, when that was here; By and At who it was, and when.
	Evidence string    `json:"evidence,omitempty"`
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// Signatory is who did something to a change.
type Signatory struct {
	Subject string      `json:"subject"`
	Name    string      `json:"name"`
	Number  idno.Number `json:"number,omitzero"`
}

// same reports whether two are one person: by number where both have one, so that two logins of one person are not two persons.
func (s Signatory) same(o Signatory) bool {
	return s.Subject != "" && s.Subject == o.Subject || !s.Number.IsZero() && s.Number == o.Number
}

// ChangeState says what became of a change.
type ChangeState string

// States of a change.
const (
	Prepared  ChangeState = "prepared"  // nobody but who makes it knows of it
	Signing   ChangeState = "signing"   // the board's secretary is asked to sign its paper
	Proposed  ChangeState = "proposed"  // a second administrator can confirm it
	Applying  ChangeState = "applying"  // confirmed, and being carried out: goes on after a restart
	Confirmed ChangeState = "confirmed" // it holds
	Refused   ChangeState = "refused"
	TakenBack ChangeState = "taken-back" // by who proposed it
)

// Waits reports whether a change still waits for somebody.
func (s ChangeState) Waits() bool { return s == Proposed || s == Signing }

// prepared is for how long a change that is not proposed is kept.
const prepared = 7 * 24 * time.Hour

// Propose keeps a change that waits for confirmation: a new one, or one that was prepared. fault.Invalid when it is empty, reaches outside its
// board, or changes somebody whom the organisation's own directory keeps in more than roles, mandates and absences; fault.Conflict when
// somebody whom it changes has been changed since it was made.
func (r *Register) Propose(ctx context.Context, c Change) (Change, error) {
	return r.keep(ctx, c, Proposed)
}

// ProposeToSign keeps a change whose paper the secretaries among its Signers are asked to sign. Faults as Propose.
func (r *Register) ProposeToSign(ctx context.Context, c Change) (Change, error) {
	return r.keep(ctx, c, Signing)
}

// Signed gives a change the paper that was signed: it waits to be confirmed from then. fault.Conflict when it does not wait for a paper any more.
func (r *Register) Signed(ctx context.Context, tenant identity.TenantID, id string, p Paper) (Change, error) {
	const op = "people.Signed"
	c, err := r.Change(ctx, tenant, id)
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	if c.State != Signing {
		return Change{}, fault.Newf(op, fault.Conflict, "it is %s", c.State)
	}
	c.State, c.Paper = Proposed, &p
	return c, fault.Wrap(op, r.putChange(ctx, &c))
}

// Prepare keeps a change for a week so that its maker can look at it before it is proposed. Faults as Propose.
func (r *Register) Prepare(ctx context.Context, c Change) (Change, error) {
	return r.keep(ctx, c, Prepared)
}

func (r *Register) keep(ctx context.Context, c Change, state ChangeState) (Change, error) {
	const op = "people.keep"
	s, err := r.Now(ctx, c.Tenant)
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	switch {
	case len(c.Edits)+len(c.Lists) == 0:
		return Change{}, fault.Newf(op, fault.Invalid, "nothing is changed")
	case c.State != "" && c.State != Prepared:
		return Change{}, fault.Newf(op, fault.Conflict, "it is %s", c.State)
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
			stands, ok := c.Edits[i].On(now)
			if !ok {
				return Change{}, fault.Newf(op, fault.Conflict, "person %s has been changed since", p.ID)
			}
			was, *p = now.Clone(), stands
			c.Edits[i].Was = &was
		}
		if err := within(c.Authority, &was, p); err != nil {
			return Change{}, fault.Wrap(op, err)
		}
	}
	if c.ID == "" {
		c.ID = string(NewID())
	}
	c.State, c.At = state, r.clock.Now()
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
	rec := store.Record{Collection: changeCollection, Key: personKey(c.Tenant, ID(c.ID)), Rev: c.Rev}
	if c.State == Prepared {
		rec.Expires = c.At.Add(prepared)
	}
	return r.put(ctx, c.Tenant, rec, c)
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

// fewEdits is of how many people a change is at most for it to be kept at hand.
const fewEdits = 50

// Changes lists an organisation's changes, the newest first. One that has been opened before is not opened again until it is another; so nothing
// within a change that is listed may be changed.
func (r *Register) Changes(ctx context.Context, tenant identity.TenantID) ([]Change, error) {
	var out []Change
	k := r.knownOf(tenant)
	k.changing.Lock()
	defer k.changing.Unlock()
	opened := make(map[string]Change, len(k.changes))
	err := r.eachRecord(ctx, changeCollection, tenant, func(rec store.Record) error {
		c, there := k.changes[rec.Key]
		if !there || c.Rev != rec.Rev {
			c = Change{}
			if err := r.open(ctx, tenant, rec, &c); err != nil {
				return err
			}
		}
		if len(c.Edits) <= fewEdits {
			opened[rec.Key] = c
		}
		out = append(out, c)
		return nil
	})
	if err != nil {
		return nil, fault.Wrap("people.Changes", err)
	}
	k.changes = opened
	slices.SortFunc(out, func(a, b Change) int { return b.At.Compare(a.At) })
	return out, nil
}

// Same reports whether two are one person, by whichever login.
func (s Signatory) Same(o Signatory) bool { return s.same(o) }

// Refuse ends a change that waits, on a ground; TakeBack by who proposed it. fault.Conflict when it does not wait any more.
func (r *Register) Refuse(ctx context.Context, tenant identity.TenantID, id string, by Signatory, ground string) (Change, error) {
	const op = "people.Refuse"
	c, err := r.Change(ctx, tenant, id)
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	if !c.State.Waits() && c.State != Prepared {
		return Change{}, fault.Newf(op, fault.Conflict, "it is %s", c.State)
	}
	c.State, c.EndedBy, c.Ended, c.Ground = Refused, by, r.clock.Now(), ground
	if c.By.same(by) {
		c.State = TakenBack
	}
	return c, fault.Wrap(op, r.putChange(ctx, &c))
}
