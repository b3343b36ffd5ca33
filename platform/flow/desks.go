package flow

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// A desk is cases that lie before an officer, as one query gives them: those of the boards that he or she works for, and, of other boards, those
// that one of these works with as their host (casework.HostLabel). Of another board's cases nothing but those is ever asked for, so no list and no
// count tells of the rest. A list over several desks is merged; no case lies on two.

// desks are those of the actor, of one organisation's boards when municipality is not "". None for staff who handle no cases.
func (s *Service) desks(a identity.Actor, municipality identity.TenantID) []store.CaseQuery {
	own := a.Authorities(anyStaff...)
	var out []store.CaseQuery
	add := func(q store.CaseQuery) {
		if municipality != "" {
			q.Authorities = slices.DeleteFunc(q.Authorities, func(id string) bool { return !strings.HasPrefix(id, string(municipality)+"/") })
		}
		if len(q.Authorities) > 0 {
			out = append(out, q)
		}
	}
	mine := store.CaseQuery{}
	for _, id := range own {
		mine.Authorities = append(mine.Authorities, string(id))
	}
	add(mine)
	for _, host := range own {
		q := store.CaseQuery{Labels: []string{casework.HostLabel(string(host))}}
		for _, c := range s.Directory.HostedBy(host) {
			if id := c.AuthorityID(); !slices.Contains(own, id) && !slices.Contains(q.Authorities, string(id)) {
				q.Authorities = append(q.Authorities, string(id))
			}
		}
		add(q)
	}
	return out
}

// Municipalities lists the organisations whose cases lie before an officer, in the directory's order.
func (s *Service) Municipalities(a identity.Actor) []*directory.Tenant {
	desks := s.desks(a, "")
	var out []*directory.Tenant
	for _, t := range s.Directory.Tenants() {
		if slices.ContainsFunc(desks, func(q store.CaseQuery) bool {
			return slices.ContainsFunc(q.Authorities, func(id string) bool { return strings.HasPrefix(id, string(t.ID)+"/") })
		}) {
			out = append(out, t)
		}
	}
	return out
}

// WorksWith reports whether somebody has one of the roles in the case's board, or in its host: for pages that show what one may do.
func WorksWith(a identity.Actor, c *casework.Case, roles ...identity.Role) bool {
	return worksWith(a, c, roles...)
}

// onDesks narrows each desk by what a query says beside whose the cases are.
func onDesks(desks []store.CaseQuery, q store.CaseQuery) []store.CaseQuery {
	out := make([]store.CaseQuery, len(desks))
	for i, d := range desks {
		out[i] = q
		out[i].Authorities, out[i].Labels = d.Authorities, slices.Concat(d.Labels, q.Labels)
	}
	return out
}

// listCases lists what lies on desks as one list: all have the order, the cursor and the limit of the first.
func (s *Service) listCases(ctx context.Context, desks []store.CaseQuery) ([]store.CaseRow, error) {
	var out []store.CaseRow
	for _, q := range desks {
		rows, err := s.Vault.Store.ListCases(ctx, q)
		if err != nil {
			return nil, fault.Wrap("flow.listCases", err)
		}
		out = append(out, rows...)
	}
	if len(desks) < 2 {
		return out, nil
	}
	order := desks[0].Order
	slices.SortFunc(out, func(x, y store.CaseRow) int {
		a, b := store.CursorOf(x, order), store.CursorOf(y, order)
		if order == store.NewestFirst || order == store.ChangedLast {
			a, b = b, a
		}
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), desks[0].Limit)], nil
}

// countCases counts what lies on desks, for each of some figures; a figure is the same query on every desk.
func (s *Service) countCases(ctx context.Context, figures ...[]store.CaseQuery) ([]int, error) {
	n, err := s.Vault.Store.CountCases(ctx, countMost, slices.Concat(figures...)...)
	if err != nil {
		return nil, fault.Wrap("flow.countCases", err)
	}
	out := make([]int, len(figures))
	for i, f := range figures {
		for _, one := range n[:len(f)] {
			out[i] += one
		}
		n, out[i] = n[len(f):], min(out[i], countMost)
	}
	return out, nil
}
