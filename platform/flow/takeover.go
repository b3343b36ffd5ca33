package flow

import (
	"context"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
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
	if e.Case.Host == "" || e.Case.Host == e.Case.Authority {
		return nil, fault.Newf("flow.HandToUnit", fault.Conflict, "nobody else works with the case")
	}
	if !a.Has(identity.AuthorityID(e.Case.Host), handlers...) {
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
