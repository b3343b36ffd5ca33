package flow

import (
	"context"
	"errors"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// What was handed in can be changed by the applicant while signatures are awaited: in a draft made from the case, handed in as any other.
// Whoever had signed is asked again; the day of arrival and those who take part stay.

// PartiesChanged is the code of the problem that a change would make somebody else sign: that is another application.
const PartiesChanged = "parties-changed"

// amendable reports whether a party may change what was handed in.
func amendable(c *casework.Case, p *casework.Party) bool {
	return p.ID == c.Applicant().ID && !c.Anonymous() && c.State == casework.AwaitingSignatures && !c.Order.Ended
}

// Amend opens what was handed in as a draft to change, and gives its id: the one there is, when it has been opened already. fault.Conflict
// when it cannot be changed any more.
func (s *Service) Amend(ctx context.Context, a identity.Actor, id casework.ID) (string, error) {
	const op = "flow.Amend"
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return "", err
	}
	c := &e.Case
	if p.ID != c.Applicant().ID {
		return "", fault.New(op, fault.NotFound, nil)
	}
	if !amendable(c, p) {
		return "", fault.Newf(op, fault.Conflict, "case is %s", c.State)
	}
	if err := s.guarded(ctx, e, p, "change"); err != nil {
		return "", err
	}
	draft := amendmentID(c.ID)
	owners, err := s.owners(a)
	if err != nil {
		return "", err
	}
	if _, err := s.Vault.Refresh(ctx, draft, nil, owners...); err == nil || !errors.Is(err, fault.NotFound) {
		return draft, err
	}
	g, err := s.Catalog.Version(ctx, forms.Version(c.Version), s.Clock.Now())
	if err != nil {
		return "", err
	}
	answers, facts, err := s.answersOf(ctx, e, p.ID)
	if err != nil {
		return "", err
	}
	answers = asBooked(g.Form, c, answers)
	d := &vault.Draft{ID: draft, Tenant: c.Tenant, Form: c.Form, Version: c.Version, Owner: a.Citizen.Number, OwnerName: a.Citizen.Name, Lang: a.Lang,
		Answers: answers, Facts: facts, Files: map[string]files.Attachment{}, Amends: string(c.ID), Created: s.Clock.Now()}
	for _, r := range c.Content.Attachments {
		if r.Part.Audience.Includes(p.ID) {
			f := fileIn(r)
			d.Files[f.ID] = f
		}
	}
	s.touch(d, g)
	if err := s.Vault.NewDraft(ctx, d); err != nil && !errors.Is(err, fault.Exists) { // another tab was first
		return "", err
	}
	return draft, nil
}

// amendmentID is the id of the draft in which a case is changed: one for each case.
func amendmentID(id casework.ID) string { return string(id) + amendment }

const amendment = "-a"

// amend hands a changed draft in: the case has its answers from now on.
func (s *Service) amend(ctx context.Context, a identity.Actor, d *vault.Draft, dv *DraftView, g *Graph) ([]forms.Problem, error) {
	const op = "flow.amend"
	e, p, err := s.partyCase(ctx, a, casework.ID(d.Amends))
	if err != nil {
		return nil, err
	}
	if !amendable(&e.Case, p) {
		return nil, fault.Newf(op, fault.Conflict, "case is %s", e.Case.State)
	}
	dv.View.Scope.Holders = held(&e.Case, &g.Form.Def.Meta)
	people, err := g.Parties(dv.View)
	if err != nil {
		return nil, fault.New(op, fault.Hindered, err)
	}
	if !s.samePeople(&e.Case, people) {
		return []forms.Problem{{Code: PartiesChanged}}, nil
	}
	made := casework.Case{Parties: []casework.Party{*p}}
	blobs, err := s.content(ctx, &made, d, dv.View, g.Form.Def.Meta.Own)
	if err != nil {
		return nil, err
	}
	rules, err := g.Limits(dv.View)
	if err != nil {
		return nil, fault.New(op, fault.Hindered, err)
	}
	booked, problems, err := s.confirm(ctx, d, e.Case.Draft, dv.View, e.Case.Booked)
	if err != nil || len(problems) > 0 {
		return problems, err
	}
	f := g.Form.Def.Meta.Signing
	ev := casework.Amended{Booked: booked, Rules: rules, Content: made.Content, Own: made.Parties[0].Own, Subject: g.Subject(dv.View),
		Deadline: clock.Span{Days: f.Days, Minutes: f.Minutes}.From(s.Clock.Now())}
	_, err = s.change(ctx, e.Case.ID, s.stamp(byParty(p), p.Name), func(now *vault.Entry) (casework.Event, []vault.Blob, error) {
		if !amendable(&now.Case, now.Case.Party(p.ID)) {
			return nil, nil, fault.Newf(op, fault.Conflict, "case is %s", now.Case.State)
		}
		return ev, blobs, nil
	})
	return nil, err
}

// samePeople reports whether those who take part in a case are those that its answers now name.
func (s *Service) samePeople(c *casework.Case, people []journey.Participant) bool {
	var wanted []signing.PartyID
	for _, p := range people {
		i := slices.IndexFunc(c.Parties, func(have casework.Party) bool {
			if n, err := idno.Parse(p.Number, s.Clock.Now()); p.Number != "" {
				return err == nil && have.Number == n
			}
			return have.Role == p.Role && have.Name == p.Name
		})
		if i < 0 {
			return false
		}
		if p.Signs && !c.Parties[i].Left && c.Order.Place(c.Parties[i].ID) == nil { // somebody else may have been put in the place
			return false
		}
		wanted = append(wanted, c.Parties[i].ID)
	}
	for _, have := range c.Parties[1:] {
		replaced := slices.ContainsFunc(c.Order.Places, func(pl signing.Place) bool { return pl.Party == have.ID && pl.Instead != "" })
		if !have.Left && !replaced && !slices.Contains(wanted, have.ID) {
			return false
		}
	}
	return true
}
