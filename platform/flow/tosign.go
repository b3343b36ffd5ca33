package flow

import (
	"context"
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// ToSign lists the decisions that wait for the actor's own signature, those first that have waited longest; fifty at most. It opens no case,
// and like the inbox leaves no line in the log of reads.
func (s *Service) ToSign(ctx context.Context, a identity.Actor) ([]OrderRow, error) {
	const op = "flow.ToSign"
	if a.Staff == nil {
		return nil, fault.New(op, fault.Unauthorised, nil)
	}
	auths := a.Authorities(append(slices.Clone(handlers), identity.Chair)...)
	if len(auths) == 0 {
		return nil, nil
	}
	q := store.CaseQuery{Labels: []string{casework.LabelAsked(a.Staff.Subject)}, Order: store.AskedLongest, Limit: store50}
	for _, id := range auths {
		q.Authorities = append(q.Authorities, string(id))
	}
	rows, err := s.Vault.Store.ListCases(ctx, q)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	out := make([]OrderRow, len(rows))
	for i, row := range rows {
		if out[i], err = s.orderRow(ctx, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// WithdrawDecision takes back a decision that has been laid before those who are to sign it, on a ground. The officer goes on from there.
// Problems have the pointer "/ground".
func (s *Service) WithdrawDecision(ctx context.Context, a identity.Actor, id casework.ID, ground string) ([]forms.Problem, error) {
	ground, problems := needed("ground", ground)
	if problems != nil {
		return problems, nil
	}
	return nil, s.staffChange(ctx, a, id, nil, casework.ProposalWithdrawn{Ground: ground}, handlers...)
}
