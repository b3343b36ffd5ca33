package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// Confirm carries a change out. fault.Forbidden for who proposed it; fault.Conflict when it does not wait any more, or for its paper, or
// somebody whom it changes has been changed since: then it still waits, and can be refused or taken back; fault.Exists as Put.
//
// Somebody may be changed between that it is confirmed and carried out. Who was is left as he or she is now and stands among the change's
// Undone; when that is all of it, the change waits again as if it had not been confirmed (fault.Conflict).
func (r *Register) Confirm(ctx context.Context, tenant identity.TenantID, id string, by Signatory) (Change, error) {
	const op = "people.Confirm"
	c, err := r.Change(ctx, tenant, id)
	if err != nil {
		return Change{}, fault.Wrap(op, err)
	}
	if c.State != Applying {
		if c.State != Proposed {
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
	for _, l := range c.Lists {
		if !l.End.IsZero() && s.Board(c.Authority).delegation(l.Line) < 0 {
			return fault.Newf(op, fault.Conflict, "the delegation list has been changed since")
		}
	}
	for _, e := range c.Edits {
		now := s.Person(e.Person.ID)
		if _, ok := e.On(now); !ok {
			return fault.Newf(op, fault.Conflict, "person %s has been changed since", e.Person.ID)
		}
		if other := s.ByNumber(e.Person.Number); e.Person.Here() && other != nil && other.ID != e.Person.ID {
			return fault.Newf(op, fault.Exists, "somebody else has the number")
		}
	}
	return nil
}

// carryOut makes every edit of a confirmed change that can be made; those that are made already, before a restart, are passed over.
func (r *Register) carryOut(ctx context.Context, c *Change) error {
	done := 0
	c.Undone = nil
	for _, e := range c.Edits {
		made, err := r.carryOutEdit(ctx, c, e)
		if err != nil {
			return err
		}
		if made {
			done++
		} else {
			c.Undone = append(c.Undone, e.Person.ID)
		}
	}
	lists, err := r.carryOutLists(ctx, c)
	if err != nil {
		return err
	}
	if done+lists == 0 {
		c.State, c.EndedBy, c.Ended, c.Undone = Proposed, Signatory{}, time.Time{}, nil
		if err := r.putChange(ctx, c); err != nil {
			return err
		}
		return fault.Newf("people.carryOut", fault.Conflict, "everything of it has been changed since")
	}
	c.State = Confirmed
	return r.putChange(ctx, c)
}

// carryOutEdit makes one edit; false when it cannot be made any more, since the person is another than it was made of, or somebody else has got
// the number.
func (r *Register) carryOutEdit(ctx context.Context, c *Change, e Edit) (made bool, err error) {
	for range 5 { // absences may be noted meanwhile
		now, trail, err := r.Person(ctx, c.Tenant, e.Person.ID)
		stands := &now
		if errors.Is(err, fault.NotFound) {
			stands = nil
		} else if err != nil {
			return false, err
		}
		if carried(trail, c) {
			return true, nil
		}
		p, ok := e.On(stands)
		if !ok {
			return false, nil
		}
		_, err = r.Put(ctx, p, Entry{By: c.By.Subject, ByName: c.By.Name, Change: c.ID, Confirm: c.EndedBy.Name})
		switch {
		case errors.Is(err, fault.Conflict):
			continue
		case errors.Is(err, fault.Exists): // somebody else's number; or another process has just made this very edit
			_, trail, err := r.Person(ctx, c.Tenant, e.Person.ID)
			if errors.Is(err, fault.NotFound) {
				err = nil
			}
			return carried(trail, c), err
		}
		return err == nil, err
	}
	return false, fault.Newf("people.carryOut", fault.Conflict, "person %s is changed all the time", e.Person.ID)
}

// carried reports whether a change is among what has happened.
func carried(trail []Entry, c *Change) bool {
	return slices.ContainsFunc(trail, func(t Entry) bool { return t.Change == c.ID })
}

// carryOutLists does what a change wants with the delegation list, and gives how much of it could be done. Shifts and meetings may be changed
// meanwhile: then it is done again.
func (r *Register) carryOutLists(ctx context.Context, c *Change) (done int, err error) {
	for len(c.Lists) > 0 {
		b, trail, err := r.Board(ctx, c.Tenant, c.Authority)
		if err != nil {
			return 0, err
		}
		if carried(trail, c) {
			return len(c.Lists), nil
		}
		done, b.Delegations = 0, slices.Clone(b.Delegations)
		for _, e := range c.Lists {
			if e.End.IsZero() {
				b.Delegations = append(b.Delegations, e.Line)
				done++
			} else if i := b.delegation(e.Line); i >= 0 {
				b.Delegations[i].To = e.End
				done++
			}
		}
		if done == 0 {
			return 0, nil
		}
		_, err = r.PutBoard(ctx, c.Tenant, b, Entry{By: c.By.Subject, ByName: c.By.Name, What: []string{"delegations"}, Change: c.ID, Confirm: c.EndedBy.Name})
		if !errors.Is(err, fault.Conflict) {
			return done, err
		}
	}
	return done, nil
}

// delegation finds a line as it stands; -1.
func (b *Board) delegation(d Delegation) int {
	return slices.IndexFunc(b.Delegations, func(o Delegation) bool {
		return slices.Equal(o.Kinds, d.Kinds) && o.Title == d.Title && o.Person == d.Person && o.Law == d.Law && o.Number == d.Number &&
			o.Decided == d.Decided && o.Paragraph == d.Paragraph && o.Period == d.Period
	})
}

// CarryOn finishes every organisation's changes that were confirmed when a process died; one of which nothing can be made any more waits again.
func (r *Register) CarryOn(ctx context.Context) error {
	var errs []error
	for _, t := range r.dir.Tenants() {
		all, err := r.Changes(ctx, t.ID)
		errs = append(errs, err)
		for _, c := range all {
			if c.State == Applying && r.clock.Now().Sub(c.Ended) > unsettled {
				if err := r.carryOut(ctx, &c); !errors.Is(err, fault.Conflict) {
					errs = append(errs, err)
				}
			}
		}
	}
	return fault.Wrap("people.CarryOn", errors.Join(errs...))
}
