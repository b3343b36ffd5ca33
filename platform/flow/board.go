package flow

import (
	"context"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// BoardList gives decisions taken by delegation that have not been reported to the board (kommunallagen 6:40, 7:8).
func (s *Service) BoardList(ctx context.Context, a identity.Actor, auth identity.AuthorityID) ([]Row, error) {
	if !a.Has(auth, anyStaff...) {
		return nil, fault.New("flow.BoardList", fault.NotFound, nil)
	}
	rows, err := s.Vault.Store.ListCases(ctx, store.CaseQuery{Authorities: []string{string(auth)}, Labels: []string{"unreported"},
		Order: store.OldestFirst, Limit: 500})
	if err != nil {
		return nil, fault.Wrap("flow.BoardList", err)
	}
	var out []Row
	for _, row := range rows {
		r, err := s.row(ctx, row)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// ReportToBoard notes at which meeting decisions were reported.
func (s *Service) ReportToBoard(ctx context.Context, a identity.Actor, auth identity.AuthorityID, meeting string, ids []casework.ID) error {
	if _, err := time.Parse(time.DateOnly, meeting); err != nil {
		return fault.New("flow.ReportToBoard", fault.Invalid, err)
	}
	if !a.Has(auth, anyStaff...) {
		return fault.New("flow.ReportToBoard", fault.NotFound, nil)
	}
	for _, id := range ids {
		if err := s.staffChange(ctx, a, id, nil, casework.Reported{Meeting: meeting}, identity.Decider, identity.Manager); err != nil {
			return err
		}
	}
	return nil
}
