package flow

import (
	"context"
	"errors"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// ownDraftID names the draft of a party's own section of a case.
func ownDraftID(id casework.ID, p *casework.Party) string { return string(id) + "-" + string(p.ID) }

// fillsOwn reports whether the form asks those with a role for a section of their own before they sign.
func fillsOwn(m *forms.Meta, role string) bool {
	return m.Own != "" && slices.ContainsFunc(m.Parties, func(p forms.Party) bool { return p.Role == role && p.Own })
}

// ownDraft opens what the party has filled in of the own section so far, over the common part as it stands.
func (s *Service) ownDraft(ctx context.Context, a identity.Actor, id casework.ID) (*vault.Draft, *Graph, ServiceView, *casework.Party, error) {
	fail := func(err error) (*vault.Draft, *Graph, ServiceView, *casework.Party, error) {
		return nil, nil, ServiceView{}, nil, err
	}
	e, p, err := s.signable(ctx, a, id)
	if err != nil {
		return fail(err)
	}
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return fail(err)
	}
	if !fillsOwn(&g.Form.Def.Meta, p.Role) || p.ID == e.Case.Applicant().ID || !e.Case.MaySign(p.ID) {
		return fail(fault.New("flow.ownDraft", fault.NotFound, nil))
	}
	common, facts, err := s.answersOf(ctx, e, p.ID)
	if err != nil {
		return fail(err)
	}
	d, err := s.Vault.LoadDraft(ctx, ownDraftID(id, p), s.Vault.PersonOwner(p.Number))
	if errors.Is(err, fault.NotFound) {
		d, err = s.newOwnDraft(ctx, a, e, p, g, common, facts)
	}
	if err != nil {
		return fail(err)
	}
	own := forms.Pointer(g.Form.Def.Meta.Own)
	shared, _ := forms.Split(common, own)
	_, mine := forms.Split(d.Answers, own)
	d.Answers = forms.Join(shared, mine, own)
	return d, g, sv, p, nil
}

func (s *Service) newOwnDraft(ctx context.Context, a identity.Actor, e *vault.Entry, p *casework.Party, g *Graph, answers, facts map[string]any) (*vault.Draft, error) {
	now := s.Clock.Now()
	d := &vault.Draft{ID: ownDraftID(e.Case.ID, p), Tenant: e.Case.Tenant, Form: e.Case.Form, Version: e.Case.Version, Owner: p.Number, OwnerName: p.Name,
		Lang: a.Lang, Answers: answers, Files: map[string]files.Attachment{}, Case: string(e.Case.ID), Party: string(p.ID),
		Created: now, Changed: now, Expires: now.AddDate(0, 0, draftDays(g))}
	for _, r := range e.Case.Content.Attachments {
		if r.Part.Audience.Includes(p.ID) && mentions(answers, r.Part.ID) {
			d.Files[r.Part.ID] = fileIn(r)
		}
	}
	self, err := s.ownFacts(ctx, p, string(e.Case.ID))
	if err != nil {
		return nil, err
	}
	d.Facts = factsForOther(facts, p, e.Case.Children)
	d.Facts["self"] = self
	return d, s.Vault.NewDraft(ctx, d)
}

// OwnPage shows the own section of a case to a party who has not signed, at a page.
func (s *Service) OwnPage(ctx context.Context, a identity.Actor, id casework.ID, page string) (*DraftView, error) {
	d, g, sv, p, err := s.ownDraft(ctx, a, id)
	if err != nil {
		return nil, err
	}
	v, _, err := s.viewOf(ctx, a, d, g, sv, p, page)
	return v, err
}

// SaveOwn saves a page of the own section. When the last page is complete the section becomes part of the case and Next is
// journey.CheckPage: the signing page comes then.
func (s *Service) SaveOwn(ctx context.Context, a identity.Actor, id casework.ID, post Post) (Saved, error) {
	d, g, sv, p, err := s.ownDraft(ctx, a, id)
	if err != nil {
		return Saved{}, err
	}
	saved, err := s.save(ctx, a, d, g, sv, p, post)
	if err != nil || saved.Next != journey.CheckPage {
		return saved, err
	}
	return saved, s.fillOwn(ctx, d, g, sv, p, id)
}

func (s *Service) fillOwn(ctx context.Context, d *vault.Draft, g *Graph, sv ServiceView, p *casework.Party, id casework.ID) error {
	view, err := g.Run(s.scope(d, sv, p))
	if err != nil {
		return fault.Wrap("flow.fillOwn", err)
	}
	_, mine := forms.Split(view.Answers, forms.Pointer(g.Form.Def.Meta.Own))
	ref, blob, err := ownPartOf(p, mine)
	if err != nil {
		return err
	}
	var attached []casework.Ref
	for _, f := range attachmentsIn(mine, d.Files) {
		r, err := s.attach(ctx, f, ref.Part.Audience)
		if err != nil {
			return err
		}
		attached = append(attached, r)
	}
	self, _ := d.Facts["self"].(map[string]any)
	facts, factsBlob, err := ownPartOf(p, self)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, id, s.stamp(byParty(p), p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.OwnFilled{Party: p.ID, Own: ref, Facts: &facts, Attachments: attached, Contact: contactIn(mine)}, []vault.Blob{blob, factsBlob}, nil
	})
	return err
}
