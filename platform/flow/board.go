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

// ReportToBoard notes at which meeting the board's decisions were reported. fault.NotFound, and nothing is noted, when one of them is another
// board's: who works with a case for its host reports nothing in the name of the board whose decision it is, nor to the host's own.
func (s *Service) ReportToBoard(ctx context.Context, a identity.Actor, auth identity.AuthorityID, meeting string, ids []casework.ID) error {
	if _, err := time.Parse(time.DateOnly, meeting); err != nil {
		return fault.New("flow.ReportToBoard", fault.Invalid, err)
	}
	reporters := []identity.Role{identity.Decider, identity.Manager}
	switch {
	case !a.Has(auth, anyStaff...):
		return fault.New("flow.ReportToBoard", fault.NotFound, nil)
	case !a.Has(auth, reporters...):
		return fault.New("flow.ReportToBoard", fault.Forbidden, nil)
	}
	for _, id := range ids {
		e, err := s.staffCase(ctx, a, id, "", "", reporters...)
		if err == nil && e.Case.Authority != string(auth) {
			err = fault.New("flow.ReportToBoard", fault.NotFound, nil)
		}
		if err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := s.staffChange(ctx, a, id, nil, casework.Reported{Meeting: meeting}, reporters...); err != nil {
			return err
		}
	}
	return nil
}
