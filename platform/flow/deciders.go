package flow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// Whom a decision is laid before when the form names its kind: those who may decide it for the board now, as the organisation's register of
// people says, and by what right. The register is asked again at each rung of the ladder and at each signature.

// Decider is somebody who may take a decision.
type Decider struct {
	Subject string
	Name    string
	Right   string // by what right, as it stands in the decision: "Ordförande", "Ledamot, förordnad 2026-01-14, § 12"
	Phone   string
	Email   string
	OnCall  bool
	Signs   bool // the register knows the number that he or she signs with
	number  idno.Number
}

// errOrder is that an order of one's own has no reason.
var errOrder = fault.Newf("flow.deciders", fault.Invalid, "another order than the register's, without a reason")

// DecidersOf lists who may take a case's decision now, in the order in which they are asked: who is on call first. None when the form leaves
// the choice among colleagues to the officer.
func (s *Service) DecidersOf(ctx context.Context, a identity.Actor, id casework.ID) ([]Decider, error) {
	e, err := s.staffCase(ctx, a, id, "", "", anyStaff...)
	if err != nil {
		return nil, err
	}
	g, _, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	if sign := g.Form.Def.Meta.Decision.Sign; sign != nil && sign.Kind != "" {
		return s.whoDecides(ctx, &e.Case, sign)
	}
	return nil, nil
}

func (s *Service) whoDecides(ctx context.Context, c *casework.Case, sign *forms.DecisionSigning) ([]Decider, error) {
	if s.People == nil {
		return nil, nil
	}
	all, err := s.People.Now(ctx, tenantID(c.Tenant))
	if err != nil {
		return nil, fault.Wrap("flow.whoDecides", err)
	}
	_, slug, _ := strings.Cut(c.Authority, "/")
	var out []Decider
	for _, d := range all.Deciders(slug, sign.Kind, sign.Elected, s.Clock.Now()) {
		p := d.Person
		out = append(out, Decider{Subject: p.ID.Subject(), Name: p.Name, Right: rightOf(d), Phone: p.Phone, Email: p.Email, OnCall: d.OnCall,
			Signs: !p.Number.IsZero(), number: p.Number})
	}
	return out, nil
}

// rightOf says by what right somebody decides: the chair by being that, a member by the board's mandate, an official by its delegation.
func rightOf(d people.Decider) string {
	laid := func(at calendar.Date, paragraph string) string {
		var out []string
		if !at.IsZero() {
			out = append(out, at.String())
		}
		if paragraph != "" {
			out = append(out, paragraph)
		}
		return strings.Join(out, ", ")
	}
	switch {
	case d.Mandate != nil:
		return strings.TrimSuffix(cmp.Or(d.Title, "Ledamot")+", förordnad "+laid(d.Mandate.Decided, d.Mandate.Paragraph), " ")
	case d.Delegation != nil:
		words := []string{cmp.Or(d.Title, "Tjänsteman"), "delegation"}
		if n := d.Delegation.Number; n != "" {
			words[1] += " " + n
		}
		if by := laid(d.Delegation.Decided, d.Delegation.Paragraph); by != "" {
			words[1] += " (" + by + ")"
		}
		return strings.Join(words, ", ")
	}
	return cmp.Or(d.Title, "Ordförande")
}

// decidersByKind are those whom the officer has chosen among who may decide now, or the officer who takes the decision by his or her own right.
func (s *Service) decidersByKind(ctx context.Context, a identity.Actor, c *casework.Case, sign *forms.DecisionSigning, in DecisionInput) ([]Decider, error) {
	const op = "flow.decidersByKind"
	may, err := s.whoDecides(ctx, c, sign)
	if err != nil {
		return nil, err
	}
	may = slices.DeleteFunc(may, func(d Decider) bool { return !d.Signs })
	if !in.Propose {
		i := slices.IndexFunc(may, func(d Decider) bool { return d.Subject == a.Staff.Subject })
		if i < 0 {
			return nil, fault.Newf(op, fault.Invalid, "whoever is logged in may not decide this")
		}
		return may[i : i+1], nil
	}
	if len(in.Signers) == 0 || len(in.Signers) > maxDeciders {
		return nil, fault.Newf(op, fault.Invalid, "laid before %d", len(in.Signers))
	}
	var out []Decider
	turned := false
	for i, subject := range in.Signers {
		at := slices.IndexFunc(may, func(d Decider) bool { return d.Subject == subject })
		if at < 0 || slices.Contains(in.Signers[:i], subject) {
			return nil, fault.Newf(op, fault.Invalid, "signer %d may not decide", i+1)
		}
		turned = turned || at != i
		out = append(out, may[at])
	}
	if turned && strings.TrimSpace(in.OrderReason) == "" {
		return nil, errOrder
	}
	return out, nil
}

// signersProblems says what is wrong with who is to sign; an error that is none of the officer's is given back.
func signersProblems(err error, in DecisionInput) ([]forms.Problem, error) {
	switch {
	case errors.Is(err, errOrder):
		return problem("orderReason", forms.Required), nil
	case errors.Is(err, fault.Invalid) && in.Propose && len(in.Signers) == 0:
		return problem("signers", forms.Required), nil
	case errors.Is(err, fault.Invalid):
		return problem("signers", forms.NotAnOption), nil
	}
	return nil, err
}

// mayStill reports whether somebody who is asked may decide at this moment too. Who has decided already and signs later may sign.
func (s *Service) mayStill(ctx context.Context, e *vault.Entry, p *casework.Party) (bool, error) {
	c := &e.Case
	if c.Decision == nil || c.Decision.Kind == "" || c.State != casework.Deciding {
		return true, nil
	}
	able, err := s.ableNow(ctx, e)
	return able[p.Subject], err
}

// ableNow are those who may take a case's urgent decision at this moment, by subject.
func (s *Service) ableNow(ctx context.Context, e *vault.Entry) (map[string]bool, error) {
	g, _, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	if sign := g.Form.Def.Meta.Decision.Sign; sign != nil {
		may, err := s.whoDecides(ctx, &e.Case, sign)
		if err != nil {
			return nil, err
		}
		for _, d := range may {
			out[d.Subject] = true
		}
	}
	return out, nil
}

// passOver takes those out of the ladder of an urgent decision who cannot be asked any more: away, gone, without the right. It is done
// before somebody is asked. It reports whether the case was changed.
func (s *Service) passOver(ctx context.Context, e *vault.Entry) (changed bool, err error) {
	if d := e.Case.Decision; d == nil || d.Kind == "" || e.Case.State != casework.Deciding {
		return false, nil
	}
	able, err := s.ableNow(ctx, e)
	if err != nil {
		return false, err
	}
	_, err = s.change(ctx, e.Case.ID, s.stamp(bySystem, platformName), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
		c := &e.Case
		if changed = false; c.State != casework.Deciding {
			return nil, nil, nil
		}
		var away []signing.PartyID
		for _, p := range c.Decision.Signers {
			if pl := c.Decision.Order.Place(p.ID); pl != nil && pl.Asked.IsZero() && pl.State.May() && !able[p.Subject] {
				away = append(away, p.ID)
			}
		}
		if len(away) == 0 {
			return nil, nil, nil
		}
		changed = true
		return casework.SignersAway{Parties: away}, nil, nil
	})
	return changed, err
}

// person is who a subject names in an organisation's register and is here; nil.
func (s *Service) person(ctx context.Context, tenant identity.TenantID, subject string) (*people.Person, error) {
	id, ok := people.Of(subject)
	if !ok || s.People == nil {
		return nil, nil
	}
	all, err := s.People.Now(ctx, tenant)
	if err != nil {
		return nil, fault.Wrap("flow.person", err)
	}
	if p := all.Person(id); p != nil && p.Here() {
		return p, nil
	}
	return nil, nil
}
