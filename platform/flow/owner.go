package flow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store/sealed"
)

// What those who are responsible for a service, and those who approve changes to it, see. Services are a board's: for staff without a role in
// it they do not exist here (fault.NotFound).

// Who is somebody of staff, as histories name them.
type Who struct {
	Subject string `json:"subject"`
	Name    string `json:"name"`
}

// Entry is a publication with those who made it; files are published by whoever deploys, and name nobody.
type Entry struct {
	*Publication
	By, ApprovedBy Who
	Note           string
}

// publishers are what is sealed in a publication.
type publishers struct {
	By         Who    `json:"by"`
	ApprovedBy Who    `json:"approvedBy"`
	Note       string `json:"note"`
}

// OwnedService is a line of the list of services.
type OwnedService struct {
	Form      string
	Title     forms.Text
	Authority identity.AuthorityID
	Last      Entry
	Open      []*Proposal // newest first
	Conflicts int
	Waiting   bool // new files are not published
}

// OwnedView is a service as those responsible see it.
type OwnedView struct {
	Tenant    *directory.Tenant
	Authority identity.AuthorityID
	ID        string      // of the form
	Form      *owned.Form // as it is published
	Head      string      // publication
	History   []Entry     // newest first
	Open      []*Proposal
	Conflicts []owned.Conflict
	Waiting   *Waiting // new files that are not published, nil when there are none
	MayChange bool
	MayPass   bool // may approve what others propose
}

// ownedScope is a service that somebody has a role for.
type ownedScope struct {
	tenant *directory.Tenant
	auth   identity.AuthorityID
	form   string
	head   Head
	who    Who
}

// ownerOf finds a service that the actor has one of the roles for.
func (s *Service) ownerOf(a identity.Actor, form string, roles ...identity.Role) (ownedScope, error) {
	const op = "flow.ownerOf"
	if a.Staff == nil {
		return ownedScope{}, fault.New(op, fault.Unauthorised, nil)
	}
	t, ok := s.Directory.Tenant(a.Staff.Tenant)
	if !ok {
		return ownedScope{}, fault.New(op, fault.NotFound, nil)
	}
	if _, offered := t.Service(form); !offered {
		return ownedScope{}, fault.New(op, fault.NotFound, nil)
	}
	h, err := s.Catalog.Head(t.ID, form)
	if err != nil {
		return ownedScope{}, err
	}
	auth := t.AuthorityID(h.Authority)
	switch {
	case !a.Has(auth, identity.FormOwner, identity.FormApprover):
		return ownedScope{}, fault.New(op, fault.NotFound, nil)
	case len(roles) > 0 && !a.Has(auth, roles...):
		return ownedScope{}, fault.New(op, fault.Forbidden, nil)
	}
	return ownedScope{tenant: t, auth: auth, form: form, head: h, who: Who{a.Staff.Subject, a.Staff.Name}}, nil
}

// OwnedServices lists the services that the actor is responsible for or approves.
func (s *Service) OwnedServices(ctx context.Context, a identity.Actor) ([]OwnedService, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.OwnedServices", fault.Unauthorised, nil)
	}
	t, ok := s.Directory.Tenant(a.Staff.Tenant)
	if !ok {
		return nil, fault.New("flow.OwnedServices", fault.NotFound, nil)
	}
	var out []OwnedService
	for _, sv := range t.Services {
		sc, err := s.ownerOf(a, sv.Form)
		if errors.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		g, err := s.Catalog.Version(ctx, sc.head.Version, s.Clock.Now())
		if err != nil {
			return nil, err
		}
		p, err := s.Catalog.Publication(ctx, s.Clock.Now(), sc.head.Publication)
		if err != nil {
			return nil, err
		}
		last, err := s.entry(ctx, sc.auth, p)
		if err != nil {
			return nil, err
		}
		open, err := s.openProposals(ctx, sc)
		if err != nil {
			return nil, err
		}
		out = append(out, OwnedService{Form: sv.Form, Title: g.Form.Title, Authority: sc.auth, Last: last, Open: open, Conflicts: len(p.Conflicts),
			Waiting: s.Catalog.Waiting(sv.Form) != nil})
	}
	return out, nil
}

// OwnedService gives a service with its history and what is proposed.
func (s *Service) OwnedService(ctx context.Context, a identity.Actor, form string) (*OwnedView, error) {
	sc, err := s.ownerOf(a, form)
	if err != nil {
		return nil, err
	}
	f, p, err := s.published(ctx, sc)
	if err != nil {
		return nil, err
	}
	v := &OwnedView{Tenant: sc.tenant, Authority: sc.auth, ID: form, Form: f, Head: sc.head.Publication, Conflicts: p.Conflicts, Waiting: s.Catalog.Waiting(form),
		MayChange: a.Has(sc.auth, identity.FormOwner), MayPass: a.Has(sc.auth, identity.FormApprover)}
	pubs, err := s.Catalog.History(ctx, s.Clock.Now(), sc.tenant.ID, form)
	if err != nil {
		return nil, err
	}
	for _, p := range pubs {
		e, err := s.entry(ctx, sc.auth, p)
		if err != nil {
			return nil, err
		}
		v.History = append(v.History, e)
	}
	v.Open, err = s.openProposals(ctx, sc)
	return v, err
}

// published opens what is published, with what a municipality may choose again among who signs.
func (s *Service) published(ctx context.Context, sc ownedScope) (*owned.Form, *Publication, error) {
	now := s.Clock.Now()
	p, err := s.Catalog.Publication(ctx, now, sc.head.Publication)
	if err != nil {
		return nil, nil, err
	}
	files, err := s.Catalog.files(ctx, now, p.Files)
	if err != nil {
		return nil, nil, err
	}
	f, err := owned.Open(files)
	if err != nil {
		return nil, nil, fault.New("flow.published", fault.Internal, err)
	}
	for i := range f.Items { // the condition that the developer wrote, which has been changed since
		it := &f.Items[i]
		for _, c := range p.Changes {
			if it.Kind == owned.Choice && c.Item == it.ID() && !slices.Contains(it.Choices, c.Was) {
				it.Choices = append([]string{c.Was}, it.Choices...)
			}
		}
	}
	return f, p, nil
}

// entry opens who made a publication.
func (s *Service) entry(ctx context.Context, auth identity.AuthorityID, p *Publication) (Entry, error) {
	e := Entry{Publication: p}
	if len(p.People) == 0 {
		return e, nil
	}
	scope, err := s.Vault.Keys.Scope(ctx, string(auth))
	if err != nil {
		return e, fault.Wrap("flow.entry", err)
	}
	plain, err := scope.Open(p.People, sealed.Place("publication", p.ID))
	if err != nil {
		return e, fault.New("flow.entry", fault.Internal, err)
	}
	var who publishers
	if err := json.Unmarshal(plain, &who); err != nil {
		return e, fault.New("flow.entry", fault.Internal, err)
	}
	e.By, e.ApprovedBy, e.Note = who.By, who.ApprovedBy, who.Note
	return e, nil
}
