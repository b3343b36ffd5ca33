package flow

import (
	"context"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
)

// timeStep is how exactly people state a time.
const timeStep = time.Minute

// Night is an urgent decision as those who work with the case follow it: who is asked, what was said, what is sent on, whose the case is.
type Night struct {
	Case       casework.Case
	Form       *forms.Form
	Service    ServiceView
	Asked      []NightAsked
	Receivers  map[string]Receiver // by dispatch
	Letters    []NightLetter
	Host, Unit string // names of the boards; Host "" when nobody else works with the case
	MayHand    bool   // the reader may hand the case to the unit
	MayAccept  bool   // the reader may accept it
	Handles    bool   // the reader handles the case
}

// NightAsked is somebody before whom the decision is laid.
type NightAsked struct {
	Party signing.PartyID
	Name  string
	Right string
	Phone string // as the register has it now; "" not known
	Place signing.Place
	Later bool // of the signature afterwards
}

// Night shows how an urgent decision stands. fault.NotFound for a case that has none, and nobody else works with.
func (s *Service) Night(ctx context.Context, a identity.Actor, id casework.ID) (*Night, error) {
	e, err := s.staffCase(ctx, a, id, "case", "night", anyStaff...)
	if err != nil {
		return nil, err
	}
	c := e.Case
	g, sv, err := s.graphOf(ctx, &c)
	if err != nil {
		return nil, err
	}
	if !HasNight(&c, g.Form) {
		return nil, fault.New("flow.Night", fault.NotFound, nil)
	}
	v := &Night{Case: c, Form: g.Form, Service: sv, Receivers: map[string]Receiver{}, Handles: worksWith(a, &c, handlers...),
		Unit: s.Directory.Name(identity.AuthorityID(c.Authority))}
	if c.Host != "" {
		v.Host = s.Directory.Name(identity.AuthorityID(c.Host))
		v.MayHand = c.Takeover == nil && c.Host != c.Authority && a.Has(identity.AuthorityID(c.Host), handlers...)
		v.MayAccept = c.Takeover != nil && a.Has(identity.AuthorityID(c.Authority), handlers...)
	}
	if d := c.Decision; d != nil && d.Kind != "" {
		for _, p := range d.Signers {
			one := NightAsked{Party: p.ID, Name: p.Name, Right: p.Title, Place: placeOf(&c, p.ID), Later: d.Later.Place(p.ID) != nil}
			who, err := s.person(ctx, tenantID(c.Tenant), p.Subject)
			if err != nil {
				return nil, err
			}
			if who != nil {
				one.Phone = who.Phone
			}
			v.Asked = append(v.Asked, one)
		}
	}
	for _, d := range c.Dispatches {
		v.Receivers[d.ID] = s.receiver(&c, d.To)
	}
	v.Letters, err = s.nightLetters(ctx, e, g, sv)
	return v, err
}

// HasNight reports whether there is anything to follow: an urgent decision, something that is sent on, another board that works with the case.
func HasNight(c *casework.Case, f *forms.Form) bool {
	sign := f.Def.Meta.Decision.Sign
	return sign != nil && sign.Kind != "" || len(c.Dispatches) > 0 || len(f.Def.Meta.Letters) > 0 || c.Host != ""
}
