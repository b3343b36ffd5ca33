package flow

import (
	"context"

	"samtjanst/forms/diff"
	"samtjanst/forms/lint"
	"samtjanst/forms/owned"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/renderer/markdown"
)

// ProposalView is a proposal on what is published now.
type ProposalView struct {
	*OwnedView
	Proposal *Proposal
	Next     *owned.Form // what would be published; nil when it does not hold together
	Made     []owned.Change
	Stale    []owned.Conflict // changes made on what no longer stands
	Lint     []LintProblem    // what keeps it from being published
	Report   DraftReport      // for the proposal's policy; only of one that waits
	// Effect is what the new version can do to applications that were begun with the present one, by forms/diff.
	Effect  diff.Effect
	MayPass bool // the actor may approve this one
}

// LintProblem is what lint refuses, at an item when it is one's.
type LintProblem struct {
	Item string // "" for the whole
	What string // English, as authors read it
}

// Proposal shows a proposal on what is published now.
func (s *Service) Proposal(ctx context.Context, a identity.Actor, form, id string) (*ProposalView, error) {
	v, err := s.OwnedService(ctx, a, form)
	if err != nil {
		return nil, err
	}
	sc, err := s.ownerOf(a, form)
	if err != nil {
		return nil, err
	}
	p, err := s.proposal(ctx, sc, id, 0)
	if err != nil {
		return nil, err
	}
	out := &ProposalView{OwnedView: v, Proposal: p, MayPass: v.MayPass && p.State == Reviewing && !p.Author(a.Staff.Subject)}
	out.Next, out.Made, out.Stale, out.Lint = tryOut(v.Form, p.Changes)
	if out.Next != nil {
		out.Effect = diff.Compare(v.Form.Form, out.Next.Form).Verdict
	}
	if p.State == Reviewing && out.Next != nil {
		g, err := compile(out.Next.Def)
		if err != nil {
			return nil, fault.New("flow.Proposal", fault.Internal, err)
		}
		out.Report, err = s.report(ctx, sc.tenant.ID, g, p.Policy)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// tryOut makes a proposal's changes on what is published, and has lint look at what comes of it.
func tryOut(f *owned.Form, changes []owned.Change) (next *owned.Form, made []owned.Change, stale []owned.Conflict, problems []LintProblem) {
	next, made, stale, err := f.Apply(changes)
	if err == nil {
		_, err = compile(next.Def)
	}
	if err != nil {
		return nil, nil, stale, []LintProblem{{What: err.Error()}}
	}
	for _, d := range lint.Lint(next.Def, lint.Options{Links: links}) {
		what := d.What
		if d.Mend != "" {
			what += " (" + d.Mend + ")"
		}
		problems = append(problems, LintProblem{Item: next.At(d), What: what})
	}
	return next, made, stale, problems
}

// links hands lint what forms may not import.
func links(md string) []lint.Link {
	var out []lint.Link
	for _, l := range markdown.Links(md) {
		out = append(out, lint.Link{URL: l.URL})
	}
	return out
}
