package flow

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// Staff log in at their own organisation's login; elected people also with an e-legitimation of their own, where their organisation says so
// (staff.bankid). A login shows who somebody is. What he or she may do is the register's to say, at that moment and at every request after it.
//
// An organisation's login is believed about its own people. Of other organisations' it opens elected roles alone, in those that have the
// organisation work for them (directory.Cooperation); an e-legitimation opens elected roles alone.

// StaffShown is what a login has shown of somebody.
type StaffShown struct {
	Tenant  identity.TenantID `json:"tenant,omitempty"`  // whose login it was; "" an e-legitimation
	Subject string            `json:"subject,omitempty"` // by which that login knows the person, issuer + "|" + sub; "" with an e-legitimation
	Name    string            `json:"name"`
	Number  idno.Number       `json:"number,omitzero"` // zero: not told
	// External and UserName are the person's in the organisation's own directory (people.Synced); "" where the login is not set to tell them.
	External string    `json:"external,omitempty"`
	UserName string    `json:"userName,omitempty"`
	Groups   []string  `json:"groups,omitempty"`
	At       time.Time `json:"at"`
}

// StaffRoles gives whoever has logged in once for each capacity that he or she can act in, those of the login's own organisation first. Who is
// found in its register by number, or by what its directory says, is known by that login from then on. fault.Forbidden, with an
// identity.NotLetIn as its cause, for who has none.
func (s *Service) StaffRoles(ctx context.Context, shown StaffShown) ([]identity.Staff, error) {
	const op = "flow.StaffRoles"
	var out []identity.Staff
	var no identity.NotLetIn
	if shown.Tenant != "" {
		own, err := s.ownRoles(ctx, shown)
		switch errors.As(err, &no); {
		case no == identity.HasLeft || no == identity.OtherNumber || no == "" && err != nil:
			return nil, fault.Wrap(op, err)
		case len(own) > 0:
			out, shown.Number = own, own[0].Number
		}
	}
	for _, t := range s.Directory.Tenants() {
		if t.ID == shown.Tenant || shown.Number.IsZero() || !believes(t, shown.Tenant) {
			continue
		}
		snap, err := s.People.Now(ctx, t.ID)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		if p := snap.ByNumber(shown.Number); p != nil {
			out = append(out, s.inCapacity(snap, p, shown, nil, identity.Elected)...)
		} else if no == "" && snap.Left("", shown.Number) {
			no = identity.HasLeft
		}
	}
	if len(out) == 0 {
		return nil, fault.New(op, fault.Forbidden, cmp.Or(no, identity.WithoutRole))
	}
	return out, nil
}

// believes reports whether an organisation lets in its elected people by another's login, or by an e-legitimation.
func believes(t *directory.Tenant, from identity.TenantID) bool {
	if from == "" {
		return t.Staff.BankID
	}
	return slices.ContainsFunc(t.Cooperations, func(c directory.Cooperation) bool { return strings.HasPrefix(string(c.Host), string(from)+"/") })
}

// ownRoles is StaffRoles within the organisation whose login it was.
func (s *Service) ownRoles(ctx context.Context, shown StaffShown) ([]identity.Staff, error) {
	const op = "flow.ownRoles"
	t, ok := s.Directory.Tenant(shown.Tenant)
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	snap, err := s.People.Now(ctx, t.ID)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	p, no := found(snap, shown)
	if no != "" {
		return nil, fault.New(op, fault.Forbidden, no)
	}
	var byGroups []identity.Grant
	if !t.Staff.Register {
		byGroups = t.Grants(shown.Groups)
	}
	var out []identity.Staff
	switch {
	case p != nil:
		if err := s.link(ctx, p, shown.Subject); err != nil {
			return nil, fault.Wrap(op, err)
		}
		out = s.inCapacity(snap, p, shown, byGroups, identity.Employed, identity.Elected)
	case t.Staff.Register:
		return nil, fault.New(op, fault.Forbidden, identity.NotThere)
	case len(byGroups) > 0:
		out = []identity.Staff{{Subject: shown.Subject, Name: shown.Name, Number: shown.Number, Tenant: t.ID, Grants: byGroups, LoginAt: shown.At,
			External: shown.External, UserName: shown.UserName}}
	}
	if len(out) == 0 {
		return nil, fault.New(op, fault.Forbidden, identity.WithoutRole)
	}
	return out, nil
}

// found gives the person in a register whom a login has shown: the one whom it has shown before, the one with the number, or the one whom the
// organisation's own directory names so; nil when there is nobody. Who is known in any of these ways and has left does not get in, whatever the
// groups at the login say. A mail address makes nobody known: it is given to somebody else one day.
func found(snap *people.Snapshot, shown StaffShown) (*people.Person, identity.NotLetIn) {
	p, numbered := snap.ByLogin(shown.Subject), snap.ByNumber(shown.Number)
	switch {
	case p == nil && numbered != nil:
		p = numbered
	case p == nil && snap.Left(shown.Subject, shown.Number):
		return nil, identity.HasLeft
	case p == nil:
		p = claimed(snap, shown)
	case numbered != nil && numbered != p:
		return nil, identity.OtherNumber
	}
	switch {
	case p == nil:
		return nil, ""
	case !p.Here():
		return nil, identity.HasLeft
	case !p.Number.IsZero() && !shown.Number.IsZero() && p.Number != shown.Number:
		return nil, identity.OtherNumber
	}
	return p, ""
}

// claimed gives the person by what the organisation's own directory says. A user name may be given to somebody else one day: it does not lead to
// who is known by another account at the same login. Somebody who has left has it for as long as the directory tells of nobody else with it, so
// that a new account does not let him or her in again.
func claimed(snap *people.Snapshot, shown StaffShown) *people.Person {
	if p := snap.ByClaim(shown.External, ""); p != nil {
		return p
	}
	p := snap.ByClaim("", shown.UserName)
	issuer, _, _ := strings.Cut(shown.Subject, "|")
	if p != nil && p.Here() && slices.ContainsFunc(p.Logins, func(l string) bool { return strings.HasPrefix(l, issuer+"|") }) {
		return nil
	}
	return p
}

// link notes that a login knows the person. Somebody who changes the person meanwhile is not stood in the way of: the next login notes it.
func (s *Service) link(ctx context.Context, p *people.Person, login string) error {
	if slices.Contains(p.Logins, login) {
		return nil
	}
	now := p.Clone()
	now.Logins = append(now.Logins, login)
	_, err := s.People.Put(ctx, now, people.Entry{By: p.ID.Subject(), ByName: p.Name})
	if errors.Is(err, fault.Conflict) {
		s.Log.WarnContext(ctx, "a login was not noted with its person", "person", p.String())
		return nil
	}
	return err
}

// inCapacity gives a person in each of the capacities in which he or she holds a role now.
func (s *Service) inCapacity(snap *people.Snapshot, p *people.Person, shown StaffShown, byGroups []identity.Grant, all ...identity.Capacity) []identity.Staff {
	var out []identity.Staff
	for _, c := range all {
		st := identity.Staff{Subject: p.ID.Subject(), Name: p.Name, Number: cmp.Or(p.Number, shown.Number), Tenant: snap.Tenant().ID, LoginAt: shown.At,
			Capacity: c, ByGroups: c.Within(byGroups)}
		if st.Grants = c.Within(identity.Join(st.ByGroups, snap.Grants(p, s.Clock.Now()))); len(st.Grants) > 0 {
			out = append(out, st)
		}
	}
	return out
}

// StaffRights gives somebody of the staff with what he or she may do now: it is asked at every request. fault.Forbidden, with an
// identity.NotLetIn as its cause, when that is nothing any more.
func (s *Service) StaffRights(ctx context.Context, st identity.Staff) (identity.Staff, error) {
	const op = "flow.StaffRights"
	no := func(why identity.NotLetIn) (identity.Staff, error) { return st, fault.New(op, fault.Forbidden, why) }
	t, ok := s.Directory.Tenant(st.Tenant)
	if !ok {
		return no(identity.WithoutRole)
	}
	snap, err := s.People.Now(ctx, t.ID)
	if err != nil {
		return st, fault.Wrap(op, err)
	}
	id, registered := people.Of(st.Subject)
	if !registered {
		if t.Staff.Register {
			return no(identity.NotThere)
		}
		// Groups let in who is in no register. Whom the register has come to know since, and as somebody who has left, they do not.
		if _, why := found(snap, StaffShown{Subject: st.Subject, Number: st.Number, External: st.External, UserName: st.UserName}); why != "" {
			return no(why)
		}
		return st, nil
	}
	p := snap.Person(id)
	if p == nil || !p.Here() {
		return no(identity.HasLeft)
	}
	if t.Staff.Register {
		st.ByGroups = nil
	}
	st.Name, st.Number = p.Name, cmp.Or(p.Number, st.Number)
	if st.Grants = st.Capacity.Within(identity.Join(st.ByGroups, snap.Grants(p, s.Clock.Now()))); len(st.Grants) == 0 {
		return no(identity.WithoutRole)
	}
	return st, nil
}

// StaffNow gives whom a subject names in the organisations' registers. ok is false for who has left, or is not active where he or she comes
// from: nobody asks, reminds or waits for that person. Who is in no register is nil, and may be asked. When a register cannot be read nobody is
// passed over for it.
func (s *Service) StaffNow(ctx context.Context, subject string) (person *people.Person, ok bool) {
	p, gone, err := s.staffPerson(ctx, subject)
	if err != nil {
		s.Log.WarnContext(ctx, "nobody knows whether somebody of the staff has left", "error", err)
	}
	return p, !gone
}

// staffPerson is StaffNow with its fault.
func (s *Service) staffPerson(ctx context.Context, subject string) (p *people.Person, gone bool, err error) {
	id, registered := people.Of(subject)
	for _, t := range s.Directory.Tenants() {
		snap, err := s.People.Now(ctx, t.ID)
		if err != nil {
			return nil, false, fault.Wrap("flow.staffPerson", err)
		}
		if !registered {
			if gone = snap.Left(subject, idno.Number{}); gone {
				return nil, true, nil
			}
			continue
		}
		if p := snap.Person(id); p != nil {
			return p, !p.Here(), nil
		}
	}
	return nil, false, nil
}

// staffEID is the e-legitimation with which elected people log in.
const staffEID = "bankid"

// StaffEIDs are the e-legitimations with which an organisation's elected people log in; none where it does not say so.
func (s *Service) StaffEIDs(t *directory.Tenant) eid.Offers {
	if !t.Staff.BankID {
		return nil
	}
	return s.Logins().Among([]string{staffEID})
}

// BeginStaffLogin starts an e-legitimation for whoever sits there. The order is kept in the session, as that of BeginLogin.
func (s *Service) BeginStaffLogin(ctx context.Context, t *directory.Tenant, client Client) (Started, error) {
	started, err := s.begin(ctx, s.StaffEIDs(t), "", eid.Request{Purpose: eid.Login, EndUserIP: client.IP, UserAgent: client.UserAgent, Domain: client.Domain,
		DeviceID: client.DeviceID, ReturnURL: client.ReturnURL})
	started.For = t.ID
	return started, err
}

// PollStaffLogin asks how it goes; what it has shown is set when the status is Complete.
func (s *Service) PollStaffLogin(ctx context.Context, o Started) (StaffShown, eid.Status, error) {
	st, err := s.progress(ctx, o)
	if err != nil {
		return StaffShown{}, statusOf(err), nil
	}
	if st.State != eid.Complete || st.Done == nil {
		return StaffShown{}, st, nil
	}
	s.Usage.Note(o.For, usage.Login)
	if st.Done.Number.IsZero() || st.Done.Level < int(identity.LoA3) {
		return StaffShown{}, eid.Status{State: eid.Failed, Message: eid.WrongPerson}, nil
	}
	return StaffShown{Name: st.Done.Name, Number: st.Done.Number, At: s.Clock.Now()}, st, nil
}

// staffAnswers is where what browsers bring back from organisations' logins is kept, among what they bring from e-legitimations.
const staffAnswers = "staff/"

// KeepStaffAnswer keeps what a browser came back with from an organisation's login, as TakeAnswer does. fault.NotFound without a relay.
func (s *Service) KeepStaffAnswer(ctx context.Context, login, relay string, posted url.Values) (ticket string, err error) {
	if relay == "" || len(relay) > maxRelay {
		return "", fault.New("flow.KeepStaffAnswer", fault.NotFound, nil)
	}
	return s.keepAnswer(ctx, staffAnswers+login, relay, posted)
}

// StaffAnswer takes what was kept, once. fault.NotFound when the ticket is not this login's, or its answer has been read or forgotten.
func (s *Service) StaffAnswer(ctx context.Context, login, relay, ticket string) (url.Values, error) {
	if len(ticket) > maxRelay {
		return nil, fault.New("flow.StaffAnswer", fault.NotFound, nil)
	}
	return s.answer(ctx, Started{Provider: staffAnswers + login, Relay: relay, Ticket: ticket})
}
