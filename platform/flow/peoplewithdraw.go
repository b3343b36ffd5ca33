package flow

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	source "samtjanst/integrations/people"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// PeopleTarget is a system of an organisation's in which whoever is closed or inactive here loses the same rights.
type PeopleTarget struct {
	Tenant identity.TenantID
	ID     string // within the organisation
	Target source.Target
}

// What is to be withdrawn is not a message that could be lost: it follows from who is in the register and not here, and of whom no record says
// that it has been done. Who comes back has the record taken away, so that it is done again should he or she leave again; nobody is ever let in.

const withdrawCollection = "people-withdrawn" // key: organisation, "/", target, "/", person

// Withdrawal is how it goes with one person and one system.
type Withdrawal struct {
	Target string    `json:"target"`
	Person people.ID `json:"person"`
	Since  time.Time `json:"since"`
	Done   time.Time `json:"done,omitzero"`
	Tries  int       `json:"tries"`
	Next   time.Time `json:"next,omitzero"`
	Why    string    `json:"why,omitempty"` // kind of the last fault
	rev    int64
}

// handled is up to where a target has been looked after: nothing is to be done until the register is another, or it is time.
type handled struct {
	snapshot *people.Snapshot
	next     time.Time // zero: nothing is tried again
}

// perRun is how many people are withdrawn from one system at a time, so that others wait for their turn and not for all of them.
const perRun = 50

// urgentTries is after how many tries administrators are told.
const urgentTries = 3

// Withdraw does what is due in every target. What fails is noted, tried again later and told; the error is the store's. One goroutine at a time.
func (s *PeopleSync) Withdraw(ctx context.Context) error {
	if len(s.handled) != len(s.Targets) {
		s.handled = make([]handled, len(s.Targets))
	}
	var errs []error
	for i := range s.Targets {
		errs = append(errs, s.withdrawFrom(ctx, &s.Targets[i], &s.handled[i]))
	}
	return fault.Wrap("flow.PeopleSync", errors.Join(errs...))
}

func (s *PeopleSync) withdrawFrom(ctx context.Context, t *PeopleTarget, h *handled) error {
	snap, err := s.People.Now(ctx, t.Tenant)
	now := s.Clock.Now()
	if err != nil || h.snapshot == snap && (h.next.IsZero() || now.Before(h.next)) {
		return err
	}
	all, err := s.withdrawals(ctx, t)
	if err != nil {
		return err
	}
	left, next := perRun, time.Time{}
	var sum SyncState
	for _, p := range snap.People() {
		w, known := all[p.ID]
		switch {
		case p.Here() && known:
			if err := s.Vault.Store.DeleteRecord(ctx, withdrawCollection, t.key(p.ID)); err != nil {
				return err
			}
			continue
		case p.Here() || !w.Done.IsZero():
			continue
		case left > 0 && !now.Before(w.Next):
			left--
			if w, err = s.withdrawOne(ctx, t, p, w); err != nil || ctx.Err() != nil {
				return err
			}
		}
		if w.Done.IsZero() && w.Tries > 0 {
			sum.Left++
			if w.Tries > sum.Failures {
				sum.Failures, sum.Why = w.Tries, w.Why
			}
		}
		if w.Done.IsZero() && (next.IsZero() || w.Next.Before(next)) {
			next = w.Next
			if w.Next.IsZero() { // its turn has not come yet
				next = now
			}
		}
	}
	*h = handled{snap, next}
	return s.noteTarget(ctx, t, sum)
}

// noteTarget keeps how it goes with a target, where pages find it.
func (s *PeopleSync) noteTarget(ctx context.Context, t *PeopleTarget, sum SyncState) error {
	st, err := s.state(ctx, t.Tenant, t.ID)
	if err != nil || st.Left == sum.Left && st.Failures == sum.Failures && st.Why == sum.Why {
		return err
	}
	st.Left, st.Failures, st.Why = sum.Left, sum.Failures, sum.Why
	err = s.note(ctx, t.Tenant, &st)
	if errors.Is(err, fault.Conflict) || errors.Is(err, fault.Exists) { // another process has noted the same
		return nil
	}
	return err
}

// withdrawOne tries once, and notes how it went.
func (s *PeopleSync) withdrawOne(ctx context.Context, t *PeopleTarget, p *people.Person, w Withdrawal) (Withdrawal, error) {
	who := source.Leaver{Email: p.Email}
	if o := p.Synced; o != nil {
		who.External, who.UserName = o.External, o.UserName
	}
	err := t.Target.Withdraw(ctx, who)
	if ctx.Err() != nil {
		return w, nil // we are stopping: it is done again
	}
	now := s.Clock.Now()
	if w.Person == "" {
		w = Withdrawal{Target: t.ID, Person: p.ID, Since: now}
	}
	w.Tries++
	if err == nil {
		w.Done, w.Why, w.Next = now, "", time.Time{}
	} else {
		w.Why, w.Next = fault.KindOf(err).String(), now.Add(backoff(w.Tries))
		s.Log.WarnContext(ctx, "somebody's rights are not withdrawn in another system, and it is tried again", "organisation", string(t.Tenant), "system", t.ID, "person", string(p.ID),
			"tries", w.Tries, "error", err)
	}
	raw, merr := json.Marshal(w)
	if merr != nil {
		return w, fault.New("flow.withdraw", fault.Internal, merr)
	}
	perr := s.Vault.Store.PutRecord(ctx, now, store.Record{Collection: withdrawCollection, Key: t.key(p.ID), Rev: w.rev + 1, Body: raw})
	if perr != nil && !errors.Is(perr, fault.Conflict) && !errors.Is(perr, fault.Exists) && !errors.Is(perr, fault.NotFound) { // else another process has noted it, or he or she is back
		return w, perr
	}
	if err != nil && (w.Tries >= urgentTries || !errors.Is(err, fault.Unavailable)) {
		return w, s.tellOfSync(ctx, t.Tenant, t.ID, notice{subject: "Behörigheter är kvar i ett annat system",
			body: "Någon som inte längre har behörighet hos er kunde inte tas bort i ett annat system som ni har anslutit. Vi försöker igen. Ta hjälp av den som sköter systemet eller plattformen."})
	}
	return w, nil
}

func (t *PeopleTarget) key(id people.ID) string {
	return strings.Join([]string{string(t.Tenant), t.ID, string(id)}, "/")
}

// withdrawals lists what is noted of a target.
func (s *PeopleSync) withdrawals(ctx context.Context, t *PeopleTarget) (map[people.ID]Withdrawal, error) {
	out, after := map[people.ID]Withdrawal{}, ""
	for {
		recs, err := s.Vault.Store.ListRecords(ctx, s.Clock.Now(), withdrawCollection, t.key(""), after, store.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, rec := range recs {
			w := Withdrawal{rev: rec.Rev}
			if err := json.Unmarshal(rec.Body, &w); err != nil {
				return nil, fault.New("flow.withdrawals", fault.Internal, err)
			}
			out[w.Person] = w
		}
		if len(recs) < store.MaxLimit {
			return out, nil
		}
		after = recs[len(recs)-1].Key
	}
}
