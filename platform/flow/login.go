package flow

import (
	"context"
	"time"
	"unicode/utf8"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/population"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// BeginLogin starts an e-legitimation for whoever sits there; provider "" is the one that is offered first. The order is kept in the
// session: its secret must not leave the server.
func (s *Service) BeginLogin(ctx context.Context, provider string, client Client) (Started, error) {
	started, err := s.begin(ctx, s.Logins(), provider, eid.Request{Purpose: eid.Login, EndUserIP: client.IP, UserAgent: client.UserAgent, Domain: client.Domain,
		DeviceID: client.DeviceID, ReturnURL: client.ReturnURL})
	started.For = client.For
	return started, err
}

// Logins are the e-legitimations that citizens log in with.
func (s *Service) Logins() eid.Offers { return s.EIDs.Logins(int(identity.LoA3)) }

// PollLogin asks how it goes; the citizen is set when the status is Complete.
func (s *Service) PollLogin(ctx context.Context, o Started) (identity.Citizen, eid.Status, error) {
	st, err := s.progress(ctx, o)
	if err != nil {
		return identity.Citizen{}, statusOf(err), nil
	}
	if st.State != eid.Complete || st.Done == nil {
		return identity.Citizen{}, st, nil
	}
	s.Usage.Note(o.For, usage.Login)
	if st.Done.Number.IsZero() || st.Done.Level < int(identity.LoA3) { // an identity that is nobody's here
		return identity.Citizen{}, eid.Status{State: eid.Failed, Message: eid.WrongPerson}, nil
	}
	who := identity.Citizen{Number: st.Done.Number, Name: st.Done.Name, Level: identity.Level(st.Done.Level), Method: o.Provider, LoginAt: s.Clock.Now()}
	if now := s.presentNumber(ctx, who.Number); now != who.Number {
		who.Number, who.EID = now, st.Done.Number
	}
	return who, st, nil
}

// loginPatience is how long a login waits for the register.
const loginPatience = 3 * time.Second

// presentNumber asks the register whether somebody has been given another number since the e-legitimation was issued: applications in
// which others named the person have the new one. Without an answer the e-legitimation's number holds.
func (s *Service) presentNumber(ctx context.Context, n idno.Number) idno.Number {
	ctx, cancel := context.WithTimeout(ctx, loginPatience)
	defer cancel()
	answer, err := s.Register.Lookup(ctx, population.Question{Numbers: []idno.Number{n}, Purpose: "login", Ref: "login-" + randomID()})
	if err != nil {
		return n
	}
	if p, ok := answer.Find(n); ok {
		return p.Number
	}
	return n
}

// CancelLogin ends an order; one that has ended already is no error.
func (s *Service) CancelLogin(ctx context.Context, o Started) error {
	return fault.Wrap("flow.CancelLogin", s.stop(ctx, o))
}

// cleanText checks a text that somebody wrote: fault.Invalid when it is not text, fault.TooLarge over limit characters. Line breaks become LF.
func cleanText(s string, limit int) (string, error) {
	if !utf8.ValidString(s) {
		return "", fault.Newf("flow.cleanText", fault.Invalid, "not UTF-8")
	}
	out := make([]rune, 0, len(s))
	rs := []rune(s)
	for i, r := range rs {
		switch {
		case r == '\r' && i+1 < len(rs) && rs[i+1] == '\n':
			continue
		case r == '\r':
			r = '\n'
		case r < 0x20 && r != '\n' && r != '\t', r == 0x7f:
			return "", fault.Newf("flow.cleanText", fault.Invalid, "control character")
		}
		out = append(out, r)
	}
	if len(out) > limit {
		return "", fault.Newf("flow.cleanText", fault.TooLarge, "over %d characters", limit)
	}
	return string(out), nil
}

// byWho names the staff member as the case's events do.
func byWho(a identity.Actor) (casework.By, string) {
	if a.Staff != nil {
		return byStaff, a.Staff.Name + " (" + a.Staff.Subject + ")"
	}
	return bySystem, a.System
}
