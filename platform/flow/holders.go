package flow

import (
	"cmp"
	"context"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// Parties whom an organisation's register of people names: whoever holds a role when an application is handed in. They sign as everybody else does,
// with their own e-legitimation under Mina sidor. Who they are is settled then: a later change in the register changes no case.

// holders asks the registers for those who hold the roles of a form's parties, by the party's role. The register is asked when the application is
// handed in; what it knows of people goes into the case and nowhere else.
func (s *Service) holders(ctx context.Context, t *directory.Tenant, m *forms.Meta) (map[string][]any, error) {
	const op = "flow.holders"
	out := map[string][]any{}
	for _, p := range m.Parties {
		if p.Directory == nil {
			continue
		}
		organisation, board, err := s.boardOf(t, m.Authority, *p.Directory)
		if err != nil {
			return nil, err
		}
		if s.People == nil {
			return nil, fault.Newf(op, fault.Invalid, "there is no register of people")
		}
		snap, err := s.People.Now(ctx, organisation)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		for _, who := range snap.Holders(board, identity.Role(p.Directory.Role), p.Directory.Title, s.Clock.Now()) {
			out[p.Role] = append(out[p.Role], map[string]any{"number": who.Number.Digits(), "name": who.Name, "email": who.Email, "phone": who.Phone})
		}
	}
	return out, nil
}

// boardOf finds the board of a directory role, own when it names none: of the municipality itself, or of one that it works together with. fault.Invalid for any other.
func (s *Service) boardOf(t *directory.Tenant, own string, d forms.DirectoryRole) (organisation identity.TenantID, board string, err error) {
	organisation, board = cmp.Or(identity.TenantID(d.Organisation), t.ID), cmp.Or(d.Authority, own)
	of, ok := s.Directory.Tenant(organisation)
	if ok {
		_, ok = of.Authority(board)
	}
	if !ok || !s.Directory.Together(t.ID, organisation) {
		return "", "", fault.Newf("flow.boardOf", fault.Invalid, "%s has no board %s/%s whose people take part in its cases", t.ID, organisation, board)
	}
	return organisation, board, nil
}

// CheckHolders reports the first party of a form whose directory role is in an organisation or a board that there is not.
func (s *Service) CheckHolders(tenant identity.TenantID, form string, h Head) error {
	t, ok := s.Directory.Tenant(tenant)
	if !ok {
		return nil
	}
	for _, d := range h.Holders {
		if _, _, err := s.boardOf(t, h.Authority, d); err != nil {
			return fault.Newf("flow.CheckHolders", fault.Invalid, "form %s: %v", form, err)
		}
	}
	return nil
}

// holdersOf are the directory roles that a form's parties have.
func holdersOf(m *forms.Meta) []forms.DirectoryRole {
	var out []forms.DirectoryRole
	for _, p := range m.Parties {
		if p.Directory != nil {
			out = append(out, *p.Directory)
		}
	}
	return out
}

// held are those who took part by a directory role from the first: a change of what was handed in does not ask the register anew.
func held(c *casework.Case, m *forms.Meta) map[string][]any {
	out := map[string][]any{}
	for _, d := range m.Parties {
		for _, p := range c.Parties {
			if d.Directory != nil && p.Role == d.Role {
				out[d.Role] = append(out[d.Role], map[string]any{"number": p.Number.Digits(), "name": p.Name})
			}
		}
	}
	return out
}
