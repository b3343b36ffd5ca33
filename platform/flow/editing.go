package flow

import (
	"context"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// EditView is one group of a service's items as they are being changed, with the form that would come of it.
type EditView struct {
	*OwnedView
	Proposal *Proposal // the zero proposal when there is none yet
	Group    string
	Groups   []string // all of the form's, in order
	Items    []owned.Item
	Now      map[string]string // item → what is published, of those that differ
	Problems []forms.Problem
	Stale    []owned.Conflict // of this group
	Lint     []LintProblem    // of this group, and of the whole
	// Next is the form with the changes, as everything of it would be shown; the published one when they do not hold together.
	Next *forms.View
}

// EditGroup opens a group of items to be changed: as the proposal has them, and over that what has been typed and not saved (nil: nothing).
// fault.NotFound for a group that the form does not have.
func (s *Service) EditGroup(ctx context.Context, a identity.Actor, form, id, group string, typed map[string]string) (*EditView, error) {
	sc, err := s.ownerOf(a, form, identity.FormOwner)
	if err != nil {
		return nil, err
	}
	own, err := s.OwnedService(ctx, a, form)
	if err != nil {
		return nil, err
	}
	v := &EditView{OwnedView: own, Proposal: &Proposal{State: Writing}, Group: group, Now: map[string]string{}}
	if id != "" {
		if v.Proposal, err = s.proposal(ctx, sc, id, 0); err != nil {
			return nil, err
		}
	}
	tried := *v.Proposal
	tried.Changes = slices.Clone(tried.Changes)
	if typed != nil {
		v.Problems = tried.write(own.Form, group, typed)
	}
	for _, it := range own.Form.Items {
		if !slices.Contains(v.Groups, it.Group) {
			v.Groups = append(v.Groups, it.Group)
		}
		if it.Group != group {
			continue
		}
		now := it.Value
		if i := slices.IndexFunc(tried.Changes, func(c owned.Change) bool { return c.Item == it.ID() }); i >= 0 {
			it.Value = tried.Changes[i].Value
		}
		if t, ok := typed[it.ID()]; ok {
			it.Value = t // as it was typed, also when it is wrong
		}
		if it.Value != now {
			v.Now[it.ID()] = now
		}
		v.Items = append(v.Items, it)
	}
	if len(v.Items) == 0 {
		return nil, fault.New("flow.EditGroup", fault.NotFound, nil)
	}
	next, _, stale, lint := tryOut(own.Form, tried.Changes)
	mine := func(item string) bool {
		it, ok := own.Form.Item(item)
		return ok && it.Group == group
	}
	for _, c := range stale {
		if mine(c.Item) {
			v.Stale = append(v.Stale, c)
		}
	}
	for _, l := range lint {
		if l.Item == "" || mine(l.Item) {
			v.Lint = append(v.Lint, l)
		}
	}
	if next == nil {
		next = own.Form
	}
	v.Next, err = everything(next, today(s.Clock.Now()))
	return v, err
}

// everything is a form as it is before anything is answered, with all that is ever asked shown: for looking at its words.
func everything(f *owned.Form, day string) (*forms.View, error) {
	g, err := compile(f.Def)
	if err != nil {
		return nil, fault.New("flow.everything", fault.Internal, err)
	}
	view, err := g.Run(forms.Scope{Answers: g.Defaults(), Facts: map[string]any{}, Actor: map[string]any{"role": "applicant"}, Settings: settingsOf(f.Def), Today: day})
	if err != nil {
		return nil, fault.New("flow.everything", fault.Internal, err)
	}
	view.Pages, view.Hidden, view.Stopped = nil, map[forms.Pointer]bool{}, map[string]bool{}
	for _, p := range view.Form.Pages {
		view.Pages = append(view.Pages, p.Instance(0)) // of one that is asked for each row that of the first
	}
	return view, nil
}

func settingsOf(def *forms.Definition) map[string]any {
	out := map[string]any{}
	for k, v := range def.Meta.Settings {
		out[k] = jsonValue(v)
	}
	return out
}
