package flow

import (
	"context"
	"io"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
	"samtjanst/renderer/pdf"
)

// Letters to people of whom the answers tell and who are no parties: guardians, a ward's principal. What was answered for the officer alone
// (where a child is kept hidden, who reported) is not there when the letter is made, so that nothing the form says can bring it in.

// NightLetter is a letter to one person.
type NightLetter struct {
	Letter  string // the form's id of it
	Title   string
	N       int // of its recipients, from 0
	Name    string
	Address []string         // none: nobody knows it
	Posted  *casework.Posted // nil: not yet
}

// nightLetters are those that a decided case has.
func (s *Service) nightLetters(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView) ([]NightLetter, error) {
	c := &e.Case
	if len(g.Form.Def.Meta.Letters) == 0 || c.Decision == nil || c.State == casework.Deciding {
		return nil, nil
	}
	v, err := s.commonView(ctx, e, g, sv, nil)
	if err != nil {
		return nil, err
	}
	list, err := g.Letters(v)
	if err != nil {
		return nil, err
	}
	var out []NightLetter
	for _, l := range list {
		for n, r := range l.Recipients {
			one := NightLetter{Letter: l.ID, Title: l.Title, N: n, Name: r.Name, Address: r.Address}
			if i := slices.IndexFunc(c.Posted, func(p casework.Posted) bool { return p.Letter == l.ID && p.N == n }); i >= 0 {
				one.Posted = &c.Posted[i]
			}
			out = append(out, one)
		}
	}
	return out, nil
}

func (s *Service) nightLetter(ctx context.Context, e *vault.Entry, letter string, n int) (NightLetter, *Graph, ServiceView, error) {
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return NightLetter{}, nil, sv, err
	}
	all, err := s.nightLetters(ctx, e, g, sv)
	if err != nil {
		return NightLetter{}, nil, sv, err
	}
	i := slices.IndexFunc(all, func(l NightLetter) bool { return l.Letter == letter && l.N == n })
	if i < 0 {
		return NightLetter{}, nil, sv, fault.New("flow.nightLetter", fault.NotFound, nil)
	}
	return all[i], g, sv, nil
}

// NightLetter gives the officer a letter to print.
func (s *Service) NightLetter(ctx context.Context, a identity.Actor, id casework.ID, letter string, n int) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "document", "letter", handlers...)
	if err != nil {
		return nil, err
	}
	l, g, sv, err := s.nightLetter(ctx, e, letter, n)
	if err != nil {
		return nil, err
	}
	data, err := s.documentData(ctx, e, g, sv)
	if err != nil {
		return nil, err
	}
	public, err := s.withoutGiven(ctx, e, g, sv)
	if err != nil {
		return nil, err
	}
	data["computed"], data["recipient"] = public.Computed, l.Name
	decisionData(&e.Case, g, data)
	document := ""
	for _, f := range g.Form.Def.Meta.Letters {
		if f.ID == letter {
			document = f.Document
		}
	}
	md, err := s.documentText(g, document, "sv", data)
	if err != nil {
		return nil, err
	}
	d := s.doc(&e.Case, sv, l.Title, "sv", s.Clock.Now(), pdf.FromMarkdown(md)...)
	if len(l.Address) > 0 {
		d.Address = append([]string{l.Name}, l.Address...)
	}
	return render(d, letter+"-"+e.Case.Reference+"-"+itoa(n+1)+".pdf")
}

// withoutGiven is the case as it reads without what was answered for the officer alone.
func (s *Service) withoutGiven(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView) (*forms.View, error) {
	parts, err := s.Vault.Parts(ctx, e, casework.PartID(e.Case.Content.Common.Part.ID), casework.PartID(e.Case.Content.Facts.Part.ID))
	if err != nil {
		return nil, err
	}
	answers, err := vault.Object(parts[0])
	if err != nil {
		return nil, err
	}
	facts, err := vault.Object(parts[1])
	if err != nil {
		return nil, err
	}
	nobody := &casework.Party{ID: signing.PartyID(""), Role: journey.Applicant}
	return s.common(g, sv, &e.Case, nobody, answers, facts)
}

// NightLetterPosted notes that a letter was posted. fault.Conflict when it has been.
func (s *Service) NightLetterPosted(ctx context.Context, a identity.Actor, id casework.ID, letter string, n int) error {
	e, err := s.staffCase(ctx, a, id, "", "", handlers...)
	if err != nil {
		return err
	}
	l, _, _, err := s.nightLetter(ctx, e, letter, n)
	if err != nil {
		return err
	}
	by, name := byWho(a)
	return s.apply(ctx, e, casework.LetterPosted{Letter: letter, N: n, Name: a.Staff.Name, Whom: l.Name}, s.stamp(by, name), nil)
}

// readAll reads a file and closes it.
func readAll(f *File) ([]byte, error) {
	defer f.Body.Close()
	raw, err := io.ReadAll(f.Body)
	return raw, fault.Wrap("flow.readAll", err)
}
