package flow

import (
	"context"
	"errors"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// OrderByHand sends an order that has been made, as it was shown at rev, and gives the case. It is idempotent: however often it is called, one
// case comes of a draft. Problems are those of HandView, and NotReached at "/signers"; fault.Conflict when the draft has changed since rev.
func (s *Service) OrderByHand(ctx context.Context, a identity.Actor, id string, rev int64) (casework.ID, []forms.Problem, error) {
	const op = "flow.OrderByHand"
	sc, err := s.hand(ctx, a, id)
	if errors.Is(err, fault.NotFound) {
		made, err := s.OrderedByHand(ctx, a, id)
		return made, nil, err
	}
	if err != nil {
		return "", nil, err
	}
	if sc.draft.Rev != rev {
		return "", nil, fault.Newf(op, fault.Conflict, "draft is at revision %d", sc.draft.Rev)
	}
	v, err := s.handView(ctx, sc)
	if err != nil || len(v.Problems) > 0 {
		return "", v.problems(), err
	}
	done, _ := checkHand(sc.order, sc.known, s.Clock.Now()) // handView has told what is wrong with it
	e, parts, err := s.handCase(ctx, a, sc, done)
	if err != nil {
		return "", nil, err
	}
	if problems, err := s.reached(ctx, a, e); err != nil || len(problems) > 0 {
		return "", problems, err
	}
	by, name := byWho(a)
	next, rec, err := casework.Apply(e.Case, casework.Submitted{Plan: done.plan()}, s.stamp(by, name))
	if err != nil {
		return "", nil, err
	}
	e.Case = next
	err = s.Vault.Create(ctx, e, append(parts, vault.Blob{ID: rec.Header.Body, Kind: "event", Bytes: rec.Bytes}))
	if errors.Is(err, fault.Exists) { // another tab was first, or the process died before the draft was taken away
		made, err := s.OrderedByHand(ctx, a, id)
		if err == nil {
			s.dropDraft(ctx, sc.draft, made)
		}
		return made, nil, err
	}
	if err != nil {
		return "", nil, err
	}
	s.wake(e)
	s.dropDraft(ctx, sc.draft, e.Case.ID)
	return e.Case.ID, nil, nil
}

func (v *HandView) problems() []forms.Problem {
	if v == nil {
		return nil
	}
	return v.Problems
}

// OrderedByHand finds the case that a draft became, for an officer of its board. fault.NotFound for everybody else, and when there is none.
func (s *Service) OrderedByHand(ctx context.Context, a identity.Actor, id string) (casework.ID, error) {
	e, err := s.Vault.BySubmission(ctx, id)
	if err != nil {
		return "", err
	}
	if !e.Case.ByHand() || !a.Has(identity.AuthorityID(e.Case.Authority), handlers...) {
		return "", fault.New("flow.OrderedByHand", fault.NotFound, nil)
	}
	return e.Case.ID, nil
}

// handCase makes the case with its parts, not yet stored. The officer who began it has it.
func (s *Service) handCase(ctx context.Context, a identity.Actor, sc *handScope, done *handDone) (*vault.Entry, []vault.Blob, error) {
	view, err := sc.graph.Run(s.scope(sc.draft, sc.sv, nil))
	if err != nil {
		return nil, nil, fault.Wrap("flow.handCase", err)
	}
	e, err := s.boardCase(ctx, a, sc.draft, sc.graph, view, sc.sv.Tenant.AuthorityID(sc.auth.Slug))
	if err != nil {
		return nil, nil, err
	}
	c := &e.Case
	for _, p := range done.parties {
		p.Role = sc.graph.Form.Def.Meta.Parties[0].Role // lint sees to it that there is one
		c.Parties = append(c.Parties, p)
	}
	parts, err := s.content(ctx, c, sc.draft, view, "")
	return e, parts, err
}

// reached asks the register about those who are to sign. Whoever it does not know, or protects, could be told nothing and could not sign here,
// and so nobody else is asked to either. It does not say who, nor which of the two: that would be a way to ask who is protected. The question
// stands in the log of reads all the same. When the register does not answer the order is made, since every notice and every page asks again.
func (s *Service) reached(ctx context.Context, a identity.Actor, e *vault.Entry) ([]forms.Problem, error) {
	const op = "flow.reached"
	err := s.Vault.Store.AppendReads(ctx, []store.Read{{At: s.Clock.Now(), Authority: e.Case.Authority, Case: string(e.Case.ID),
		Staff: a.Staff.Subject, What: "register"}})
	if err != nil { // what cannot be noted is not asked
		return nil, fault.Wrap(op, err)
	}
	switch found, err := s.guard(ctx, e, "signing-order"); {
	case errors.Is(err, fault.Unavailable):
		return nil, nil
	case err != nil:
		return nil, err
	case found != "":
		return []forms.Problem{{Pointer: "/signers", Code: NotReached}}, nil
	}
	return nil, nil
}

// TakeBack takes back an order made by hand, on a ground that is stated: nothing more is wanted of anybody. Problems have the pointer "/ground".
// fault.Conflict when it has ended, fault.Invalid when the case is no order by hand.
func (s *Service) TakeBack(ctx context.Context, a identity.Actor, id casework.ID, ground string) ([]forms.Problem, error) {
	ground, problems := needed("ground", ground)
	if problems != nil {
		return problems, nil
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.TakenBack{Ground: ground}, handlers...)
}
