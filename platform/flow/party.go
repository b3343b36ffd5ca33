package flow

import (
	"context"
	"strings"
	"time"

	"samtjanst/forms/journey"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// What a party reads of a signing order beside what is signed: its steps, how far it has come, what the party's own signature was made with,
// and the party's own evidence.

// StepView is one step of an order as a party may see it.
type StepView struct {
	Filled, Need int  // signatures there are, and that are needed
	Ladder       bool // they are asked one by one
	Now          bool // the order waits for this step
	Signatures   []SignatureView
}

// orderView tells a party how the order stands.
func (s *Service) orderView(c *casework.Case, p *casework.Party, g *Graph, v *CaseView) {
	v.Done, v.Of = c.Order.Progress()
	v.MayAmend = amendable(c, p)
	v.DeclineBack = g.Form.Def.Meta.Signing.Decline == journey.Applicant
	for _, step := range c.Order.InSteps() {
		sv := StepView{Filled: step.Filled, Need: step.Need, Ladder: !step.Ladder.IsZero(), Now: step.Now}
		for _, pl := range step.Places {
			one := signatureFor(c, pl, p.ID)
			if step.Filled >= step.Need && !one.Me && !one.State.Done() { // who was not needed, said no or is hindered reads the same to others
				one.State, one.At, one.Later = signing.Spared, time.Time{}, false
			}
			if one.Me {
				v.mine(one, pl, sv)
			}
			v.Refused = v.Refused || pl.State == signing.Declined && v.Applicant && v.DeclineBack
			sv.Signatures = append(sv.Signatures, one)
		}
		v.Signatures = append(v.Signatures, sv.Signatures...)
		v.Steps = append(v.Steps, sv)
	}
}

// mine notes what a party is told of the own place alone.
func (v *CaseView) mine(one SignatureView, pl signing.Place, step StepView) {
	v.Ladder = v.Ladder || step.Ladder && !one.State.Done()
	v.Later = v.Later || one.Later
	v.Again = v.Again || pl.Voided > 0 && pl.State.May()
	v.Evidence = v.Evidence || pl.State == signing.Signed
	v.Spared = v.Spared || pl.State == signing.Spared
	if v.MaySign && v.Asked.IsZero() && pl.May() {
		v.Asked = pl.Asked
	}
}

// OwnEvidence gives a party the evidence of the own signature exactly as it is kept, the last one when there are several. fault.NotFound when
// there is none: not signed, or by pen.
func (s *Service) OwnEvidence(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	const op = "flow.OwnEvidence"
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	part := ""
	for _, pl := range e.Case.Order.Places {
		if pl.Party == p.ID && pl.State == signing.Signed {
			part = pl.Evidence
		}
	}
	if part == "" {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	raw, err := s.Vault.Part(ctx, e, casework.PartID(part))
	if err != nil {
		return nil, err
	}
	return fileOf("underskrift-"+e.Case.Reference+".json", "application/json", raw), nil
}

// SigningCameBack notes that the browser of a party who signs at a provider's page has come back, with the ticket of its answer: from now on
// PollSigning reads it. fault.NotFound when the ticket is not of the order in progress.
func (s *Service) SigningCameBack(ctx context.Context, a identity.Actor, id casework.ID, ticket string) error {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return err
	}
	return s.attemptCameBack(ctx, e, p, ticket)
}

func (s *Service) attemptCameBack(ctx context.Context, e *vault.Entry, p *casework.Party, ticket string) error {
	key := attemptKey(e.Case.ID, p.ID)
	defer s.polls.lock(key)()
	at, err := s.attempt(ctx, e, p.ID)
	if err != nil {
		return err
	}
	if at.Order, err = s.CameBack(ctx, at.Order, ticket); err != nil {
		return err
	}
	s.collecting.forget(key) // the order as it was begun, without the ticket: now the page asks
	return s.storeAttempt(ctx, e, p.ID, at)
}

// amendedCase gives the case that a draft with this id changes, or has changed.
func amendedCase(draft string) (casework.ID, bool) {
	id, changed := strings.CutSuffix(draft, amendment)
	return casework.ID(id), changed
}

// Amended is the case that a draft changes.
type Amended struct {
	Case      casework.ID
	Reference string
	Signed    []string // names of those whose signatures are made void by it, the applicant's among them
}

// amendedBy tells of the case that a draft changes; nil for a draft that is an application of its own.
func (s *Service) amendedBy(ctx context.Context, d *vault.Draft) (*Amended, error) {
	if d.Amends == "" {
		return nil, nil
	}
	e, err := s.Vault.Load(ctx, casework.ID(d.Amends))
	if err != nil {
		return nil, err
	}
	out := &Amended{Case: e.Case.ID, Reference: e.Case.Reference}
	for _, pl := range e.Case.Order.Places {
		if pl.State == signing.Signed || pl.State == signing.OnPaper {
			out.Signed = append(out.Signed, e.Case.Party(pl.Party).Name)
		}
	}
	return out, nil
}
