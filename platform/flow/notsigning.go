package flow

import (
	"context"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// AgainstDecision records that somebody who is to sign the decision is against it. That is a position on the merits: the proposal is laid
// aside, nobody else is asked, and the officer goes on from there.
func (s *Service) AgainstDecision(ctx context.Context, a identity.Actor, id casework.ID, reason string) ([]forms.Problem, error) {
	return s.notSigning(ctx, a, id, reason, func(p signing.PartyID, reason string) casework.Event {
		return casework.DeclinedBy{Party: p, Reason: reason}
	})
}

// HinderedDecision records that somebody cannot decide: away, ill, jävig (förvaltningslagen 16 §). The next in turn is asked.
func (s *Service) HinderedDecision(ctx context.Context, a identity.Actor, id casework.ID, reason string) ([]forms.Problem, error) {
	return s.notSigning(ctx, a, id, reason, func(p signing.PartyID, reason string) casework.Event {
		return casework.HinderedBy{Party: p, Reason: reason}
	})
}

func (s *Service) notSigning(ctx context.Context, a identity.Actor, id casework.ID, reason string, ev func(signing.PartyID, string) casework.Event) ([]forms.Problem, error) {
	e, p, err := s.asSigner(ctx, a, id, "")
	if err != nil {
		return nil, err
	}
	reason, problems := needed("reason", reason)
	if problems != nil {
		return problems, nil
	}
	if e.Case.State != casework.Deciding { // it has been decided, by word of mouth
		return nil, fault.New("flow.notSigning", fault.Conflict, nil)
	}
	if err := s.cancelAttempt(ctx, e, p); err != nil {
		return nil, err
	}
	if _, err := s.passOver(ctx, e); err != nil { // somebody may be asked in this one's place
		return nil, err
	}
	_, err = s.change(ctx, id, s.stamp(byStaff, p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) { return ev(p.ID, reason), nil, nil })
	return nil, err
}
