package flow

import (
	"context"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// countMost is where counting stops: lists show "999+".
const countMost = 1000

// Inbox lists cases in the authorities that the actor works for, and those that these work with for others.
func (s *Service) Inbox(ctx context.Context, a identity.Actor, q InboxQuery) (*Inbox, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.Inbox", fault.Unauthorised, nil)
	}
	if len(a.Authorities(anyStaff...)) == 0 {
		return nil, fault.New("flow.Inbox", fault.Forbidden, nil)
	}
	desks := s.desks(a, q.Municipality)
	if len(desks) == 0 { // of a municipality that the actor has nothing to do with
		return &Inbox{Counts: map[casework.State]int{}}, nil
	}
	base := store.CaseQuery{Order: q.Order, After: q.After, Limit: store50}
	if q.Form != "" {
		base.Forms = []string{q.Form}
	}
	switch {
	case q.Mine:
		base.Assignee = a.Staff.Subject
	case q.Nobody:
		base.Assignee = store.Unassigned
	}
	if q.Task {
		base.Labels = []string{"task"}
	}
	if q.Later {
		base.Labels = append(base.Labels, casework.LabelLimitLater)
	}
	if q.Stage != "" {
		base.Labels = append(base.Labels, casework.StageLabel(q.Stage))
	}
	if q.Search != "" {
		// Words are hashed with the authority's own key, so a search is within one authority; with several, the first that has a hit.
		return s.search(ctx, base, desks, q, a.Staff.Subject)
	}
	return s.inbox(ctx, desks, base, q, a.Staff.Subject)
}

const store50 = 50

func (s *Service) search(ctx context.Context, base store.CaseQuery, desks []store.CaseQuery, q InboxQuery, reader string) (*Inbox, error) {
	var found *Inbox
	var authorities []store.CaseQuery // a desk of one authority each
	for _, d := range desks {
		for _, id := range d.Authorities {
			authorities = append(authorities, store.CaseQuery{Authorities: []string{id}, Labels: d.Labels})
		}
	}
	for _, d := range authorities {
		one := base
		one.Tokens = s.Vault.SearchTokens(d.Authorities[0], q.Search)
		if len(one.Tokens) == 0 {
			return &Inbox{Counts: map[casework.State]int{}}, nil
		}
		in, err := s.inbox(ctx, []store.CaseQuery{d}, one, q, reader)
		if err != nil {
			return nil, err
		}
		if found == nil {
			found = in
			continue
		}
		found.Rows = append(found.Rows, in.Rows...)
		found.Count += in.Count
		found.Tasks += in.Tasks
		found.ToSign += in.ToSign
		found.Limits += in.Limits
		for k, n := range in.Counts {
			found.Counts[k] += n
		}
	}
	return found, nil
}

func (s *Service) inbox(ctx context.Context, desks []store.CaseQuery, base store.CaseQuery, q InboxQuery, reader string) (*Inbox, error) {
	in := &Inbox{Counts: map[casework.State]int{}}
	one := base
	for _, st := range q.States {
		one.States = append(one.States, string(st))
	}
	rows, err := s.listCases(ctx, onDesks(desks, one))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		r, err := s.row(ctx, row)
		if err != nil {
			return nil, err
		}
		in.Rows = append(in.Rows, r)
	}
	if len(rows) == store50 {
		in.More, in.Next = true, store.CursorOf(rows[len(rows)-1], one.Order)
	}
	if q.RowsOnly {
		return in, nil
	}
	tasks := base
	if !q.Task {
		tasks.Labels = append(slices.Clone(base.Labels), "task")
	}
	figures := [][]store.CaseQuery{onDesks(desks, one), onDesks(desks, tasks), onDesks(desks, store.CaseQuery{Labels: []string{casework.LabelAsked(reader)}}),
		onDesks(desks, store.CaseQuery{Labels: []string{casework.LabelLimitSoon}})}
	for _, st := range casework.States {
		byState := base
		byState.States = []string{string(st)}
		figures = append(figures, onDesks(desks, byState))
	}
	n, err := s.countCases(ctx, figures...)
	if err != nil {
		return nil, err
	}
	in.Count, in.Tasks, in.ToSign, in.Limits = n[0], n[1], n[2], n[3]
	for i, st := range casework.States {
		in.Counts[st] = n[i+4]
	}
	return in, nil
}

func (s *Service) row(ctx context.Context, row store.CaseRow) (Row, error) {
	card, err := s.Vault.OpenCard(ctx, row)
	if err != nil {
		return Row{}, err
	}
	return s.rowOf(row, card), nil
}

func (s *Service) rowOf(row store.CaseRow, card vault.Card) Row {
	r := Row{ID: casework.ID(row.ID), Reference: row.Reference, Number: row.Number, Form: row.Form, Title: forms.Text{"sv": row.Form},
		Subject: card.Subject, Authority: identity.AuthorityID(row.Authority), State: casework.State(row.State), Submitted: row.Submitted, Since: row.Waiting, Assignee: row.Assignee,
		AssigneeName: card.AssigneeName, Done: card.Done, Of: card.Of, Tasks: card.Tasks, Outcome: card.Outcome, DecidedBy: card.DecidedBy,
		Unreported: slices.Contains(row.Labels, "unreported"), Limits: rowLimits(card)}
	if card.Missing != 0 {
		r.MissingSince = time.Unix(card.Missing, 0).UTC()
	}
	if card.DecidedAt != 0 {
		r.Decided = time.Unix(card.DecidedAt, 0).UTC()
	}
	if g, err := s.newest(identity.TenantID(row.Tenant), row.Form); err == nil {
		r.Title, r.Stage = g.Form.Title, stageTitle(g.Form, stageOf(row.Labels))
	}
	return r
}
