package people

import (
	"context"
	"slices"
	"time"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// Users counts an organisation's users on a day: who was here at its end in Swedish time, or is here now when it has not ended, with a role of any
// of the organisation's boards. Who has roles of several boards is one user.
//
// It is told from what has happened to each (the Trail) and from the periods of roles and mandates, none of which is taken away once it has
// begun, so that a day that has been is counted the same whenever it is asked about. Groups of the organisation's own directory have no history:
// what the rules make of them counts as it is now.
func (r *Register) Users(ctx context.Context, tenant identity.TenantID, on calendar.Date) (int, error) {
	const op = "people.Users"
	t, ok := r.dir.Tenant(tenant)
	if !ok {
		return 0, fault.New(op, fault.NotFound, nil)
	}
	at := on.AddDays(1).At(0, 0, clock.Stockholm).Add(-time.Millisecond)
	if now := r.clock.Now(); now.Before(at) {
		at = now
	}
	n, s := 0, NewSnapshot(t, 0, nil, nil)
	err := each(ctx, r, personCollection, tenant, func(p storedPerson) {
		if p.user(s, at) {
			n++
		}
	})
	return n, fault.Wrap(op, err)
}

// user reports whether somebody was one at a moment.
func (p *storedPerson) user(s *Snapshot, at time.Time) bool {
	if len(p.Trail) == 0 || p.Trail[0].At.After(at) {
		return false
	}
	here := p.Here()
	for _, e := range slices.Backward(p.Trail) {
		switch {
		case !e.At.After(at):
			continue
		case slices.Contains(e.What, Closed):
			here = true
		case slices.Contains(e.What, Opened):
			here = false
		}
	}
	if !here {
		return false
	}
	then := p.Person.Clone()
	then.Closed = time.Time{}
	if then.Synced != nil {
		then.Synced.Active = true
	}
	return len(s.Holds(&then, at)) > 0
}
