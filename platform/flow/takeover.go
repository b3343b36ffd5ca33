package flow

import (
	"context"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// In the morning a case that another organisation's board has worked with as host is handed to the unit of the board whose case it is. It is
// the host's until somebody there has accepted it by name.

// HandToUnit hands the case over. Only who works at the host may. Pointer of problems: /note.
func (s *Service) HandToUnit(ctx context.Context, a identity.Actor, id casework.ID, note string) ([]forms.Problem, error) {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return nil, err
	}
	if e.Case.Host == "" || !a.Has(identity.AuthorityID(e.Case.Host), handlers...) {
		return nil, fault.New("flow.HandToUnit", fault.Forbidden, nil)
	}
	note, problems := noted(note)
	if problems != nil {
		return problems, nil
	}
	by, name := byWho(a)
	_, err = s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.HandedToUnit{By: a.Staff.Subject, Name: a.Staff.Name, Note: note}, nil, nil
	})
	return nil, err
}

// AcceptFromHost accepts a case that has been handed over: it is the actor's, and the host is outside from now on. Only who handles cases of
// the board whose case it is may.
func (s *Service) AcceptFromHost(ctx context.Context, a identity.Actor, id casework.ID) error {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return err
	}
	if !a.Has(identity.AuthorityID(e.Case.Authority), handlers...) {
		return fault.New("flow.AcceptFromHost", fault.Forbidden, nil)
	}
	by, name := byWho(a)
	_, err = s.change(ctx, id, s.stamp(by, name), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.AcceptedByUnit{To: a.Staff.Subject, Name: a.Staff.Name, Host: e.Case.Host}, nil, nil
	})
	return err
}

// Takeovers lists the cases that hosts have handed over and that the actor may accept, the oldest first. Like the inbox it opens no case.
func (s *Service) Takeovers(ctx context.Context, a identity.Actor) ([]Row, error) {
	const op = "flow.Takeovers"
	if a.Staff == nil {
		return nil, fault.New(op, fault.Unauthorised, nil)
	}
	auths := a.Authorities(handlers...)
	if len(auths) == 0 {
		return nil, nil
	}
	q := store.CaseQuery{Labels: []string{casework.LabelTakeover}, Order: store.OldestFirst, Limit: store50}
	for _, id := range auths {
		q.Authorities = append(q.Authorities, string(id))
	}
	rows, err := s.Vault.Store.ListCases(ctx, q)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	out := make([]Row, len(rows))
	for i, row := range rows {
		if out[i], err = s.row(ctx, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}
