package flow

import (
	"context"
	"encoding/json"
	"slices"

	"samtjanst/forms/owned"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store/sealed"
)

// ApproveProposal publishes a proposal that somebody else has written, exactly as it was seen: rev is the proposal's revision and head the
// publication it was shown on. fault.Conflict when either is another now, fault.Forbidden for those who wrote it.
func (s *Service) ApproveProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, head string) error {
	const op = "flow.ApproveProposal"
	sc, err := s.ownerOf(a, form, identity.FormApprover)
	if err != nil {
		return err
	}
	p, err := s.proposal(ctx, sc, id, rev, Reviewing)
	if err != nil {
		return err
	}
	if p.Author(sc.who.Subject) {
		return fault.New(op, fault.Forbidden, nil)
	}
	now := s.Clock.Now()
	history, err := s.Catalog.History(ctx, now, sc.tenant.ID, form)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(history, func(e *Publication) bool { return e.Proposal == p.ID }) {
		return fault.Wrap(op, s.Vault.Store.DeleteRecord(ctx, proposalCollection, proposalPrefix(sc)+p.ID))
	}
	if sc.head.Publication != head {
		return fault.Newf(op, fault.Conflict, "something else was published")
	}
	f, before, err := s.published(ctx, sc)
	if err != nil {
		return err
	}
	next, made, stale, problems := tryOut(f, p.Changes)
	if len(stale) > 0 || len(problems) > 0 || next == nil {
		return fault.Newf(op, fault.Conflict, "the proposal does not fit what is published")
	}
	earlier, err := s.earlierForms(ctx, sc.tenant.ID, form)
	if err != nil {
		return err
	}
	if len(p.Policy.Check(earlier, next.Form)) > 0 { // files have taken away where an answer was to go
		return fault.Newf(op, fault.Conflict, "the policy does not fit what is published")
	}
	o, err := openForm(next)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	report, err := s.report(ctx, sc.tenant.ID, o.graph, p.Policy)
	if err != nil {
		return err
	}
	if err := s.Catalog.store(ctx, now, o); err != nil {
		return err
	}
	err = s.Catalog.move(ctx, now, func(heads map[string]Head) error {
		h, own := heads[headKey(form, sc.tenant.ID)]
		if !own {
			h = heads[form]
		}
		if h.Publication != head {
			return fault.Newf(op, fault.Conflict, "something else was published")
		}
		pub := &Publication{ID: randomID(), Form: form, Tenant: sc.tenant.ID, Parent: head, Base: before.Base, Source: FromBuilder, Proposal: p.ID,
			Policy: p.Policy, Report: report, Edits: made, Changes: together(before.Changes, made), Conflicts: left(before.Conflicts, p.Settled, made)}
		if before.Source == FromFiles && before.Tenant == "" {
			pub.Base = before.ID
		}
		var err error
		if pub.People, err = s.sealPeople(ctx, sc, pub.ID, publishers{By: lastAuthor(p), ApprovedBy: sc.who, Note: p.Note}); err != nil {
			return err
		}
		return s.Catalog.append(ctx, now, heads, pub, o)
	})
	if err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "form published", "form", form, "tenant", sc.tenant.ID, "version", o.graph.Form.Version, "changes", len(made),
		"policy", p.Policy.Kind, "drafts", report.Open)
	return fault.Wrap(op, s.Vault.Store.DeleteRecord(ctx, proposalCollection, proposalPrefix(sc)+p.ID))
}

func lastAuthor(p *Proposal) Who {
	if len(p.Authors) == 0 {
		return Who{}
	}
	return p.Authors[len(p.Authors)-1]
}

func (s *Service) sealPeople(ctx context.Context, sc ownedScope, id string, who publishers) ([]byte, error) {
	plain, err := json.Marshal(who)
	if err != nil {
		return nil, fault.New("flow.sealPeople", fault.Internal, err)
	}
	scope, err := s.Vault.Keys.Scope(ctx, string(sc.auth))
	if err != nil {
		return nil, fault.Wrap("flow.sealPeople", err)
	}
	raw, err := scope.Seal(plain, sealed.Place("publication", id))
	if err != nil {
		return nil, fault.New("flow.sealPeople", fault.Internal, err)
	}
	return raw, nil
}

// together gives all that has been changed on the files: an item that is changed once more is changed from what the files say, and one that is
// changed back is not changed.
func together(before, made []owned.Change) []owned.Change {
	out := slices.Clone(before)
	for _, c := range made {
		i := slices.IndexFunc(out, func(b owned.Change) bool { return b.Item == c.Item })
		switch {
		case i < 0:
			out = append(out, c)
		case out[i].Was == c.Value:
			out = slices.Delete(out, i, i+1)
		default:
			out[i].Value = c.Value
		}
	}
	return out
}

// left are the conflicts that nobody has settled.
func left(before []owned.Conflict, settled []string, made []owned.Change) []owned.Conflict {
	var out []owned.Conflict
	for _, c := range before {
		touched := slices.ContainsFunc(made, func(m owned.Change) bool { return m.Item == c.Item })
		if !slices.Contains(settled, c.Item) && !touched {
			out = append(out, c)
		}
	}
	return out
}
