package flow

import (
	"context"
	"errors"
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// DraftReport counts open applications, never who has them.
type DraftReport struct {
	Open int `json:"open"` // begun and neither handed in nor expired
	// Clean are those among them that would be moved with all answers kept and valid.
	Clean int  `json:"clean"`
	More  bool `json:"more,omitempty"` // there are more than were counted
}

// Bounds of a count, so that a page about them is not waited for.
const (
	reportPage = 100
	reportMost = 1000
)

// report counts what a new version would do to the open applications of a municipality. Nothing of them leaves this function but numbers.
func (s *Service) report(ctx context.Context, tenant identity.TenantID, to *Graph, policy Policy) (DraftReport, error) {
	var out DraftReport
	form := to.Form.Def.Meta.ID
	sv, _, err := s.asOffered(tenant, to)
	if err != nil {
		return out, err
	}
	history, err := s.Catalog.History(ctx, s.Clock.Now(), tenant, form)
	if err != nil {
		return out, err
	}
	after := ""
	for {
		drafts, last, err := s.Vault.FormDrafts(ctx, string(tenant), form, after, reportPage)
		if err != nil {
			return out, fault.Wrap("flow.report", err)
		}
		for _, d := range drafts {
			way := passed(history, forms.Version(d.Version))
			if d.Case != "" || d.Amends != "" || way.restart {
				continue // part of a case, which holds the version it was made with; or to be begun anew since before
			}
			out.Open++
			for _, m := range way.mappings { // what was published since and awaits that it is opened
				d.Answers = mapped(d.Answers, m)
			}
			if c, err := carry(to, s.scope(d, sv, nil), policy.Mapping); err == nil && c.clean() {
				out.Clean++
			}
		}
		if after = last; after == "" {
			return out, nil
		}
		if out.Open >= reportMost {
			out.More = true
			return out, nil
		}
	}
}

// CountDrafts tells what a proposal as it stands would do to open applications.
func (s *Service) CountDrafts(ctx context.Context, a identity.Actor, form, id string, policy Policy) (DraftReport, error) {
	sc, err := s.ownerOf(a, form)
	if err != nil {
		return DraftReport{}, err
	}
	p, err := s.proposal(ctx, sc, id, 0)
	if err != nil {
		return DraftReport{}, err
	}
	f, _, err := s.published(ctx, sc)
	if err != nil {
		return DraftReport{}, err
	}
	next, _, _, err := f.Apply(p.Changes)
	if err != nil {
		return DraftReport{}, err
	}
	g, err := compile(next.Def)
	if err != nil {
		return DraftReport{}, fault.New("flow.CountDrafts", fault.Invalid, err)
	}
	return s.report(ctx, sc.tenant.ID, g, policy)
}

// ErrRemade tells that a service has been made anew since an application was begun: what was filled in can be read (Remade), not handed in.
var ErrRemade = errors.New("the service has been made anew")

// onward says what has been decided of applications that were begun with a version: to which version they go, through which mappings.
// Nothing when they stay.
type onward struct {
	to       forms.Version
	mappings [][]Move // oldest first
	restart  bool
}

func (o onward) stays() bool { return !o.restart && o.to == "" }

// onward follows the history from a draft's version to what is published now.
func (s *Service) onward(ctx context.Context, d *vault.Draft) (onward, error) {
	if d.Amends != "" { // a case holds the version it was made with
		return onward{}, nil
	}
	tenant := identity.TenantID(d.Tenant)
	h, err := s.Catalog.Head(tenant, d.Form)
	if errors.Is(err, fault.NotFound) || err == nil && string(h.Version) == d.Version {
		return onward{}, nil
	}
	if err != nil {
		return onward{}, err
	}
	history, err := s.Catalog.History(ctx, s.Clock.Now(), tenant, d.Form)
	if err != nil {
		return onward{}, err
	}
	return passed(history, forms.Version(d.Version)), nil
}

// passed is what the policies of the publications after a version, newest first, say together: the last one that moves decides how far, and
// whoever has to begin anew at one of them has to.
func passed(history []*Publication, from forms.Version) onward {
	i := slices.IndexFunc(history, func(p *Publication) bool { return p.Version == from })
	if i < 0 {
		return onward{} // from another history: what it was begun with is kept
	}
	var out onward
	for _, p := range slices.Backward(history[:i]) {
		switch p.Policy.Kind {
		case Restart:
			out.restart = true
		case Migrate:
			out.to, out.mappings = p.Version, append(out.mappings, p.Policy.Mapping)
		}
	}
	if out.restart {
		return onward{restart: true}
	}
	return out
}

// moveOn takes a draft to the version that it is to have, and keeps it so. It is told to the person by Moved. A draft that must be begun
// anew is fault.Gone with ErrRemade.
func (s *Service) moveOn(ctx context.Context, d *vault.Draft) error {
	const op = "flow.moveOn"
	way, err := s.onward(ctx, d)
	if err != nil || way.stays() {
		return err
	}
	if way.restart {
		return fault.New(op, fault.Gone, ErrRemade)
	}
	to, err := s.Catalog.Version(ctx, way.to, s.Clock.Now())
	if err != nil {
		return err
	}
	sv, err := s.serviceOf(d, to)
	if err != nil {
		return err
	}
	before := len(way.mappings) - 1
	for _, m := range way.mappings[:before] {
		d.Answers = mapped(d.Answers, m)
	}
	c, err := carry(to, s.scope(d, sv, nil), way.mappings[before])
	if err != nil {
		return fault.Wrap(op, err)
	}
	d.Answers, d.Version, d.Moved = c.answers, string(way.to), nil
	for _, at := range c.again {
		d.Moved = append(d.Moved, string(at))
	}
	return fault.Wrap(op, s.Vault.SaveDraft(ctx, d))
}

// again names the fields that a moved application asks for once more and that have no answer that fits yet, in the order of the form.
func again(d *vault.Draft, view *forms.View) []forms.Text {
	var out []forms.Text
	seen := map[*forms.Field]bool{}
	for _, at := range d.Moved {
		f := view.Form.FieldAt(forms.Pointer(at))
		if f == nil || seen[f] || !view.Shows(f) {
			continue
		}
		if _, answered := forms.Lookup(d.Answers, forms.Pointer(at)); !answered {
			seen[f] = true
			out = append(out, f.Label)
		}
	}
	return out
}

// Remade shows an application that must be begun anew, for its owner to read until it expires.
func (s *Service) Remade(ctx context.Context, a identity.Actor, id string) (*DraftView, error) {
	d, g, sv, err := s.draftAsIs(ctx, a, id)
	if err != nil {
		return nil, err
	}
	way, err := s.onward(ctx, d)
	if err != nil {
		return nil, err
	}
	if !way.restart {
		return nil, fault.New("flow.Remade", fault.NotFound, nil)
	}
	view, err := s.runDraft(d, g, sv, nil)
	if err != nil {
		return nil, fault.Wrap("flow.Remade", err)
	}
	return &DraftView{ID: d.ID, Rev: d.Rev, Service: sv, Form: g.Form, View: view, Stored: d.Answers, Files: d.Files, Expires: d.Expires}, nil
}

// earlierForms are the versions that open applications may be on, the newest first.
func (s *Service) earlierForms(ctx context.Context, tenant identity.TenantID, form string) ([]*forms.Form, error) {
	history, err := s.Catalog.History(ctx, s.Clock.Now(), tenant, form)
	if err != nil {
		return nil, err
	}
	var out []*forms.Form
	seen := map[forms.Version]bool{}
	for _, p := range history {
		if seen[p.Version] || len(out) == maxEarlier {
			continue
		}
		seen[p.Version] = true
		g, err := s.Catalog.Version(ctx, p.Version, s.Clock.Now())
		if errors.Is(err, fault.Internal) {
			continue // from a platform that understood forms otherwise
		}
		if err != nil {
			return nil, err
		}
		out = append(out, g.Form)
	}
	return out, nil
}

// maxEarlier bounds how far back a mapping may reach.
const maxEarlier = 20
