package flow

import (
	"context"
	"errors"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/integrations/population"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// What the parties of a case have answered, and what each may see of it.

// answersOf opens the common answers and the facts, and one party's own section when it has been filled.
func (s *Service) answersOf(ctx context.Context, e *vault.Entry, own signing.PartyID) (answers, facts map[string]any, err error) {
	c := &e.Case
	ids := []casework.PartID{casework.PartID(c.Content.Common.Part.ID), casework.PartID(c.Content.Facts.Part.ID)}
	p := c.Party(own)
	if p != nil && p.Own != nil {
		ids = append(ids, casework.PartID(p.Own.Part.ID))
	}
	parts, err := s.Vault.Parts(ctx, e, ids...)
	if err != nil {
		return nil, nil, err
	}
	if answers, err = vault.Object(parts[0]); err != nil {
		return nil, nil, err
	}
	if facts, err = vault.Object(parts[1]); err != nil {
		return nil, nil, err
	}
	if p == nil || p.ID == c.Applicant().ID { // the officer, and the applicant who wrote it
		if answers, err = s.withGiven(ctx, e, answers); err != nil {
			return nil, nil, err
		}
	}
	if len(parts) > 2 {
		mine, err := vault.Object(parts[2])
		if err != nil {
			return nil, nil, err
		}
		g, err := s.Catalog.Version(ctx, forms.Version(c.Version), s.Clock.Now())
		if err != nil {
			return nil, nil, err
		}
		answers = forms.Join(answers, mine, forms.Pointer(g.Form.Def.Meta.Own))
	}
	return answers, facts, nil
}

// withGiven puts back what the applicant wrote for the officer alone.
func (s *Service) withGiven(ctx context.Context, e *vault.Entry, answers map[string]any) (map[string]any, error) {
	if e.Case.Content.Given == nil {
		return answers, nil
	}
	raw, err := s.Vault.Part(ctx, e, casework.PartID(e.Case.Content.Given.Part.ID))
	if err != nil {
		return nil, err
	}
	given, err := vault.Object(raw)
	if err != nil {
		return nil, err
	}
	for k, v := range given {
		if old, ok := answers[k].(map[string]any); ok {
			if add, ok := v.(map[string]any); ok {
				for kk, vv := range add {
					old[kk] = vv
				}
				continue
			}
		}
		answers[k] = v
	}
	return answers, nil
}

// commonView is the common part as a party reads it, or as the officer does when p is nil.
func (s *Service) commonView(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView, p *casework.Party) (*forms.View, error) {
	who := signing.PartyID("")
	if p != nil {
		who = p.ID
	}
	answers, facts, err := s.answersOf(ctx, e, who)
	if err != nil {
		return nil, err
	}
	answers, _ = forms.Split(answers, forms.Pointer(g.Form.Def.Meta.Own))
	return s.common(g, sv, &e.Case, p, answers, facts)
}

func (s *Service) common(g *Graph, sv ServiceView, c *casework.Case, p *casework.Party, answers, facts map[string]any) (*forms.View, error) {
	if p != nil && p.ID != c.Applicant().ID {
		facts = factsForOther(facts, p, c.Children)
	}
	v, err := g.Run(forms.Scope{Answers: answers, Facts: facts, Settings: sv.Settings, Today: today(c.Submitted),
		Actor: map[string]any{"role": journey.Applicant, "number": c.Applicant().Number.Digits()}})
	return v, fault.Wrap("flow.common", err)
}

// ownView is a party's own section as he or she filled it; nil when it has not been filled.
func (s *Service) ownView(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView, p *casework.Party) (*forms.View, error) {
	if p.Own == nil {
		return nil, nil
	}
	answers, facts, err := s.answersOf(ctx, e, p.ID)
	if err != nil {
		return nil, err
	}
	if p.ID != e.Case.Applicant().ID {
		facts = factsForOther(facts, p, e.Case.Children)
		if p.Facts != nil {
			raw, err := s.Vault.Part(ctx, e, casework.PartID(p.Facts.Part.ID))
			if err != nil {
				return nil, err
			}
			if facts["self"], err = vault.Object(raw); err != nil {
				return nil, err
			}
		}
	}
	v, err := g.Run(forms.Scope{Answers: answers, Facts: facts, Settings: sv.Settings, Today: today(e.Case.Submitted),
		Actor: map[string]any{"role": p.Role, "number": p.Number.Digits()}})
	return v, fault.Wrap("flow.ownView", err)
}

// factsForOther are the register facts that another party than the applicant may see: the applicant without address, and nothing of where the
// children live. about are the children that the case is about: of them every party knows who they are, their guardians alone who the
// guardians are.
func factsForOther(facts map[string]any, party *casework.Party, about []idno.Number) map[string]any {
	out := map[string]any{"source": facts["source"], "at": facts["at"], "municipality": facts["municipality"]}
	if app, ok := facts["applicant"].(map[string]any); ok {
		out["applicant"] = map[string]any{"number": app["number"], "name": app["name"], "hidden": app["hidden"]}
	}
	if said, ok := facts["lookup"]; ok { // about the common part, which hangs on it: everybody reads the same that is signed
		out["lookup"] = said
	}
	children := []any{}
	list, _ := facts["children"].([]any)
	for _, item := range list {
		child, _ := item.(map[string]any)
		guardians, _ := child["guardians"].([]any)
		keys := []string{"number", "name", "given", "age", "hidden", "guardians", "deregistered", "municipality"}
		if !slices.ContainsFunc(guardians, func(g any) bool {
			m, _ := g.(map[string]any)
			return m["number"] == party.Number.Digits()
		}) {
			if !slices.ContainsFunc(about, func(n idno.Number) bool { return child["number"] == n.Digits() }) {
				continue // the applicant's children with somebody else are not this party's business
			}
			keys = slices.DeleteFunc(keys, func(k string) bool { return k == "guardians" })
		}
		c := map[string]any{}
		for _, k := range keys {
			if v, ok := child[k]; ok {
				c[k] = v
			}
		}
		children = append(children, c)
	}
	out["children"] = children
	return out
}

// ownFacts looks the party's own address up, for his or her own section.
func (s *Service) ownFacts(ctx context.Context, p *casework.Party, ref string) (map[string]any, error) {
	if p.Number.IsZero() {
		return map[string]any{"number": "", "name": p.Name, "hidden": false, "unknown": true}, nil
	}
	ans, err := s.Register.Lookup(ctx, population.Question{Numbers: []idno.Number{p.Number}, Purpose: "own-section", Ref: ref})
	if errors.Is(err, fault.Invalid) { // refused: our trouble with the register, not the party's
		return nil, fault.New("flow.ownFacts", fault.Unavailable, err)
	}
	if err != nil {
		return nil, fault.Wrap("flow.ownFacts", err)
	}
	person, ok := ans.Find(p.Number)
	if !ok {
		return map[string]any{"number": p.Number.Digits(), "name": p.Name, "hidden": false, "unknown": true}, nil
	}
	return applicantFacts(person, p.Number, p.Name), nil
}
