package flow

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// A Proposal is changes to a service that are being written, or wait for a second person. Nobody who has written in it may approve it.
type Proposal struct {
	ID        string            `json:"-"`
	Rev       int64             `json:"-"`
	Form      string            `json:"form"`
	Tenant    identity.TenantID `json:"tenant"`
	State     ProposalState     `json:"state"`
	Changes   []owned.Change    `json:"changes"`
	Settled   []string          `json:"settled,omitempty"` // items of conflicts that this proposal takes up, or lets go
	Authors   []Who             `json:"authors"`
	Note      string            `json:"note"` // why, for the history
	Policy    Policy            `json:"policy"`
	Reason    string            `json:"reason,omitempty"` // why it was sent back
	Created   time.Time         `json:"created"`
	Changed   time.Time         `json:"changed"`
	Submitted time.Time         `json:"submitted"`
}

// ProposalState says who acts next.
type ProposalState string

// States of a proposal. What is withdrawn is removed, and what is published stands in the history.
const (
	Writing   ProposalState = "writing"   // those responsible
	Reviewing ProposalState = "reviewing" // somebody else, who approves
)

// Author reports whether somebody has written in the proposal.
func (p *Proposal) Author(subject string) bool {
	return slices.ContainsFunc(p.Authors, func(w Who) bool { return w.Subject == subject })
}

const (
	proposalCollection = "proposal"
	maxNote            = 1000
	maxProposals       = 100 // open ones of a service
)

func proposalPrefix(sc ownedScope) string { return string(sc.auth) + "|" + sc.form + "|" }

func (s *Service) openProposals(ctx context.Context, sc ownedScope) ([]*Proposal, error) {
	recs, err := s.Vault.Store.ListRecords(ctx, s.Clock.Now(), proposalCollection, proposalPrefix(sc), "", maxProposals)
	if err != nil {
		return nil, fault.Wrap("flow.openProposals", err)
	}
	var out []*Proposal
	for _, r := range recs {
		p, err := s.unsealProposal(ctx, sc, r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *Proposal) int { return b.Changed.Compare(a.Changed) })
	return out, nil
}

func (s *Service) unsealProposal(ctx context.Context, sc ownedScope, r store.Record) (*Proposal, error) {
	scope, err := s.Vault.Keys.Scope(ctx, string(sc.auth))
	if err != nil {
		return nil, fault.Wrap("flow.proposal", err)
	}
	plain, err := scope.Open(r.Body, sealed.Place(proposalCollection, r.Key))
	if err != nil {
		return nil, fault.New("flow.proposal", fault.Internal, err)
	}
	p := &Proposal{}
	if err := forms.UnmarshalExact(plain, p); err != nil {
		return nil, fault.New("flow.proposal", fault.Internal, err)
	}
	p.ID, p.Rev = strings.TrimPrefix(r.Key, proposalPrefix(sc)), r.Rev
	return p, nil
}

// proposal loads a proposal as it was seen: fault.Conflict when somebody has changed it since. rev 0 is whatever it is.
func (s *Service) proposal(ctx context.Context, sc ownedScope, id string, rev int64, states ...ProposalState) (*Proposal, error) {
	if id == "" || len(id) > 64 {
		return nil, fault.New("flow.proposal", fault.NotFound, nil)
	}
	r, err := s.Vault.Store.GetRecord(ctx, s.Clock.Now(), proposalCollection, proposalPrefix(sc)+id)
	if err != nil {
		return nil, fault.Wrap("flow.proposal", err)
	}
	p, err := s.unsealProposal(ctx, sc, r)
	if err != nil {
		return nil, err
	}
	if rev != 0 && p.Rev != rev || len(states) > 0 && !slices.Contains(states, p.State) {
		return nil, fault.Newf("flow.proposal", fault.Conflict, "the proposal is at revision %d, %s", p.Rev, p.State)
	}
	return p, nil
}

// saveProposal stores the next revision; the zero revision is a new one.
func (s *Service) saveProposal(ctx context.Context, sc ownedScope, p *Proposal) error {
	const op = "flow.saveProposal"
	if p.ID == "" {
		p.ID, p.Created = randomID(), s.Clock.Now().UTC()
	}
	p.Form, p.Tenant, p.Changed = sc.form, sc.tenant.ID, s.Clock.Now().UTC()
	plain, err := json.Marshal(p)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	scope, err := s.Vault.Keys.Scope(ctx, string(sc.auth))
	if err != nil {
		return fault.Wrap(op, err)
	}
	r := store.Record{Collection: proposalCollection, Key: proposalPrefix(sc) + p.ID, Rev: p.Rev + 1}
	if r.Body, err = scope.Seal(plain, sealed.Place(proposalCollection, r.Key)); err != nil {
		return fault.New(op, fault.Internal, err)
	}
	if err := s.Vault.Store.PutRecord(ctx, s.Clock.Now(), r); err != nil {
		return fault.Wrap(op, err)
	}
	p.Rev++
	return nil
}

// SaveProposal writes the items of one group as they were typed, by ID, into a proposal; a new one when id is "". What is wrong is given by
// item, and nothing is saved then. fault.Conflict when somebody else has saved the proposal, or has sent it on.
func (s *Service) SaveProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, group string, typed map[string]string) (*Proposal, []forms.Problem, error) {
	sc, err := s.ownerOf(a, form, identity.FormOwner)
	if err != nil {
		return nil, nil, err
	}
	p := &Proposal{State: Writing, Policy: Policy{Kind: Keep}}
	if id != "" {
		if p, err = s.proposal(ctx, sc, id, rev, Writing); err != nil {
			return nil, nil, err
		}
	} else if open, err := s.openProposals(ctx, sc); err != nil || len(open) >= maxProposals {
		return nil, nil, fault.New("flow.SaveProposal", fault.TooMany, err)
	}
	f, _, err := s.published(ctx, sc)
	if err != nil {
		return nil, nil, err
	}
	problems := p.write(f, group, typed)
	if len(problems) > 0 {
		return p, problems, nil
	}
	s.wrote(p, sc)
	return p, nil, s.saveProposal(ctx, sc, p)
}

// write takes what was typed for the items of one group into the proposal's changes. What is wrong is given by item and changes nothing.
func (p *Proposal) write(f *owned.Form, group string, typed map[string]string) []forms.Problem {
	var problems []forms.Problem
	cleared := map[string]bool{} // texts that go in Swedish go in every language
	for _, it := range f.Items {
		value, there := typed[it.ID()]
		if it.Group != group || !there {
			continue
		}
		value = owned.Clean(it, value)
		if it.Lang == "sv" && value == "" && !it.Required {
			cleared[it.Key] = true
		}
		if it.Lang != "sv" && it.Lang != "" {
			it.Required = strings.TrimSpace(typed[it.Key]) != ""
			if cleared[it.Key] {
				value = ""
			}
		}
		if bad := it.Check(value); bad != nil {
			problems = append(problems, *bad)
			continue
		}
		p.Changes = slices.DeleteFunc(p.Changes, func(c owned.Change) bool { return c.Item == it.ID() })
		if value != it.Value {
			p.Changes = append(p.Changes, owned.Change{Item: it.ID(), Was: it.Value, Value: value})
		}
	}
	return problems
}

// wrote notes who wrote in a proposal.
func (s *Service) wrote(p *Proposal, sc ownedScope) {
	if !p.Author(sc.who.Subject) {
		p.Authors = append(p.Authors, sc.who)
	}
}

// RollBack proposes that a service read as it did in an earlier publication; fault.Exists when it does.
func (s *Service) RollBack(ctx context.Context, a identity.Actor, form, publication, note string) (*Proposal, error) {
	sc, err := s.ownerOf(a, form, identity.FormOwner)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	history, err := s.Catalog.History(ctx, now, sc.tenant.ID, form)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(history, func(p *Publication) bool { return p.ID == publication })
	if i < 0 {
		return nil, fault.New("flow.RollBack", fault.NotFound, nil)
	}
	files, err := s.Catalog.files(ctx, now, history[i].Files)
	if err != nil {
		return nil, err
	}
	was, err := owned.Open(files)
	if err != nil { // written for an older platform
		return nil, fault.New("flow.RollBack", fault.Gone, err)
	}
	is, _, err := s.published(ctx, sc)
	if err != nil {
		return nil, err
	}
	p := &Proposal{State: Writing, Policy: Policy{Kind: Keep}, Note: note, Changes: owned.Differences(is, was)}
	if len(p.Changes) == 0 {
		return nil, fault.New("flow.RollBack", fault.Exists, nil)
	}
	s.wrote(p, sc)
	return p, s.saveProposal(ctx, sc, p)
}

// TakeUp proposes once more what new files left no room for: where they say something else now, the municipality's text in its place. What
// has no place any more is let go when the proposal is published.
func (s *Service) TakeUp(ctx context.Context, a identity.Actor, form string) (*Proposal, error) {
	sc, err := s.ownerOf(a, form, identity.FormOwner)
	if err != nil {
		return nil, err
	}
	f, pub, err := s.published(ctx, sc)
	if err != nil {
		return nil, err
	}
	if len(pub.Conflicts) == 0 {
		return nil, fault.New("flow.TakeUp", fault.Exists, nil)
	}
	p := &Proposal{State: Writing, Policy: Policy{Kind: Keep}}
	for _, c := range pub.Conflicts {
		p.Settled = append(p.Settled, c.Item)
		if it, ok := f.Item(c.Item); ok && c.Why == owned.Altered && it.Value != c.Value {
			p.Changes = append(p.Changes, owned.Change{Item: c.Item, Was: it.Value, Value: c.Value})
		}
	}
	s.wrote(p, sc)
	return p, s.saveProposal(ctx, sc, p)
}

// SubmitProposal asks a second person to publish a proposal, with what shall happen to open applications. Problems have the pointers
// "/note" and "/policy"; "/changes" when there is nothing to publish (what was published
// from files may have kept open applications, so a policy alone is something), when lint refuses it, or when it was made on what no longer stands.
func (s *Service) SubmitProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, note string, policy Policy) ([]forms.Problem, error) {
	sc, err := s.ownerOf(a, form, identity.FormOwner)
	if err != nil {
		return nil, err
	}
	p, err := s.proposal(ctx, sc, id, rev, Writing)
	if err != nil {
		return nil, err
	}
	f, _, err := s.published(ctx, sc)
	if err != nil {
		return nil, err
	}
	note = strings.TrimSpace(note)
	var problems []forms.Problem
	bad := func(at forms.Pointer, code string, params map[string]any) {
		problems = append(problems, forms.Problem{Pointer: at, Code: code, Params: params})
	}
	switch n := utf8.RuneCountInString(note); {
	case n == 0:
		bad("/note", forms.Required, nil)
	case n > maxNote:
		bad("/note", forms.TooLong, map[string]any{"max": maxNote, "length": n})
	}
	next, made, stale, linted := tryOut(f, p.Changes)
	if len(made) == 0 && len(p.Settled) == 0 && policy.Kind == Keep || len(stale) > 0 || len(linted) > 0 || next == nil {
		bad("/changes", forms.NotAllowed, nil)
	} else {
		earlier, err := s.earlierForms(ctx, sc.tenant.ID, sc.form)
		if err != nil {
			return nil, err
		}
		problems = append(problems, policy.Check(earlier, next.Form)...)
	}
	if len(problems) > 0 {
		return problems, nil
	}
	p.Note, p.Policy, p.State, p.Reason, p.Submitted = note, policy, Reviewing, "", s.Clock.Now().UTC()
	s.wrote(p, sc)
	s.Log.InfoContext(ctx, "form proposed", "form", sc.form, "tenant", sc.tenant.ID, "proposal", p.ID, "changes", len(made), "policy", policy.Kind)
	return nil, s.saveProposal(ctx, sc, p)
}

// RecallProposal takes a proposal that waits back to writing.
func (s *Service) RecallProposal(ctx context.Context, a identity.Actor, form, id string, rev int64) error {
	sc, err := s.ownerOf(a, form, identity.FormOwner)
	if err != nil {
		return err
	}
	p, err := s.proposal(ctx, sc, id, rev, Reviewing)
	if err != nil {
		return err
	}
	p.State = Writing
	return s.saveProposal(ctx, sc, p)
}

// WithdrawProposal throws a proposal away.
func (s *Service) WithdrawProposal(ctx context.Context, a identity.Actor, form, id string, rev int64) error {
	sc, err := s.ownerOf(a, form, identity.FormOwner)
	if err != nil {
		return err
	}
	p, err := s.proposal(ctx, sc, id, rev)
	if err != nil {
		return err
	}
	return fault.Wrap("flow.WithdrawProposal", s.Vault.Store.DeleteRecord(ctx, proposalCollection, proposalPrefix(sc)+p.ID))
}

// ReturnProposal sends a proposal back with a reason.
func (s *Service) ReturnProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, reason string) ([]forms.Problem, error) {
	sc, err := s.ownerOf(a, form, identity.FormApprover)
	if err != nil {
		return nil, err
	}
	p, err := s.proposal(ctx, sc, id, rev, Reviewing)
	if err != nil {
		return nil, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return []forms.Problem{{Pointer: "/reason", Code: forms.Required}}, nil
	}
	if n := utf8.RuneCountInString(reason); n > maxNote {
		return []forms.Problem{{Pointer: "/reason", Code: forms.TooLong, Params: map[string]any{"max": maxNote, "length": n}}}, nil
	}
	p.State, p.Reason = Writing, reason
	s.Log.InfoContext(ctx, "form proposal sent back", "form", sc.form, "tenant", sc.tenant.ID, "proposal", p.ID)
	return nil, s.saveProposal(ctx, sc, p)
}
