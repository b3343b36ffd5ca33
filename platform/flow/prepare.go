package flow

import (
	"context"
	"errors"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/vault"
)

// Officers fill in forms that are theirs (forms.Meta.ByStaff), on the same pages as citizens fill in theirs: a draft goes through Page, Save,
// Upload, DraftFile, Submit and Discard whoever it is. What differs is whose it is: a board's, so that every officer of that board sees it, goes
// on with it and hands it over when the shift ends. The case that comes of it is the deciding board's own from its first moment; where another
// organisation's board prepares it, that board is the case's host.
//
// Which forms a board has stands in the municipalities' cooperations: those that a cooperation lists for a board are begun by its host's officers
// and by the board's own. A board that works alone is its own host. Nothing else exists for anybody.

// StaffForm is a form that an officer may begin, with the boards that it may be begun for: own boards first.
type StaffForm struct {
	ID             string
	Title, Summary forms.Text
	Boards         []PrepareBoard
}

// PrepareBoard is a board that a case is prepared for.
type PrepareBoard struct {
	ID     identity.AuthorityID
	Host   identity.AuthorityID // the board whose officers share the draft; ID when it is its own
	Tenant *directory.Tenant
	Board  directory.Authority
	Title  string // of the cooperation; "" when the board is the officer's own
	// Duty is who is asked first for the decision now; nil when the register of people has nobody, or the decision is not signed.
	Duty *OnDuty
}

// OnDuty is who is asked first for a board's decision.
type OnDuty struct {
	Name, Title, Phone string
	OnCall             bool // else the first of those who may decide, whom no schedule has
}

// preparable is a board that a form may be begun for, by officers of the host.
type preparable struct {
	form            string
	host, authority identity.AuthorityID
	cooperation     string // title
}

// prepares lists what officers of a board may begin: for the board itself first.
func (s *Service) prepares(board identity.AuthorityID) []preparable {
	var out []preparable
	tenant, slug, _ := strings.Cut(string(board), "/")
	if t, ok := s.Directory.Tenant(tenantID(tenant)); ok {
		for _, c := range t.Cooperations {
			for _, form := range c.Forms {
				if c.Authority == slug {
					out = append(out, preparable{form, board, board, ""})
				}
			}
		}
	}
	for _, c := range s.Directory.HostedBy(board) {
		for _, form := range c.Forms {
			if c.AuthorityID() != board {
				out = append(out, preparable{form, board, c.AuthorityID(), c.Title})
			}
		}
	}
	return out
}

// PreparedServices are the forms that the actor's boards prepare or decide on, for lists that filter by service; by title.
func (s *Service) PreparedServices(a identity.Actor) ([]ServiceView, error) {
	var out []ServiceView
	for _, board := range a.Authorities(anyStaff...) {
		for _, p := range s.prepares(board) {
			if slices.ContainsFunc(out, func(v ServiceView) bool { return v.Form.Def.Meta.ID == p.form }) {
				continue
			}
			g, b, err := s.preparing(p)
			if errors.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			sv, _, err := s.asOffered(b.Tenant.ID, g)
			if err != nil {
				return nil, err
			}
			out = append(out, sv)
		}
	}
	slices.SortFunc(out, func(x, y ServiceView) int { return strings.Compare(x.Form.Title.In(a.Lang), y.Form.Title.In(a.Lang)) })
	return out, nil
}

// Prepares reports whether an officer's boards prepare anything.
func (s *Service) Prepares(a identity.Actor) bool {
	return slices.ContainsFunc(a.Authorities(handlers...), func(b identity.AuthorityID) bool { return len(s.prepares(b)) > 0 })
}

// StaffForms lists what an officer may begin, by title. None for staff who handle no cases, or whose boards begin none.
func (s *Service) StaffForms(ctx context.Context, a identity.Actor) ([]StaffForm, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.StaffForms", fault.Unauthorised, nil)
	}
	var out []StaffForm
	for _, board := range a.Authorities(handlers...) {
		for _, p := range s.prepares(board) {
			i := slices.IndexFunc(out, func(f StaffForm) bool { return f.ID == p.form })
			if i >= 0 && slices.ContainsFunc(out[i].Boards, func(b PrepareBoard) bool { return b.ID == p.authority }) {
				continue
			}
			g, b, err := s.preparing(p)
			if errors.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if i < 0 {
				i = len(out)
				out = append(out, StaffForm{ID: p.form, Title: g.Form.Title, Summary: g.Form.Summary})
			}
			out[i].Boards = append(out[i].Boards, b)
		}
	}
	slices.SortFunc(out, func(x, y StaffForm) int { return strings.Compare(x.Title.In(a.Lang), y.Title.In(a.Lang)) })
	for _, f := range out { // own boards first, then as the directory has them
		slices.SortStableFunc(f.Boards, func(x, y PrepareBoard) int {
			return boolOrder(x.Host != x.ID, y.Host != y.ID)
		})
	}
	return out, nil
}

func boolOrder(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// preparing gives a form that officers begin and the board that it is begun for; fault.NotFound when there is no such form or board, or citizens
// begin it.
func (s *Service) preparing(p preparable) (*Graph, PrepareBoard, error) {
	const op = "flow.preparing"
	tenant, slug, _ := strings.Cut(string(p.authority), "/")
	t, ok := s.Directory.Tenant(tenantID(tenant))
	if !ok {
		return nil, PrepareBoard{}, fault.New(op, fault.NotFound, nil)
	}
	board, ok := t.Authority(slug)
	if !ok {
		return nil, PrepareBoard{}, fault.New(op, fault.NotFound, nil)
	}
	g, err := s.newest(t.ID, p.form)
	if err == nil && (!g.Form.Def.Meta.ByStaff() || p.form == byHandForm) {
		err = fault.New(op, fault.NotFound, nil)
	}
	return g, PrepareBoard{ID: p.authority, Host: p.host, Tenant: t, Board: board, Title: p.cooperation}, err
}

// StaffForm gives one form that the officer may begin, with who is on duty for each of its boards. fault.NotFound.
func (s *Service) StaffForm(ctx context.Context, a identity.Actor, form string) (*StaffForm, error) {
	all, err := s.StaffForms(ctx, a)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(f StaffForm) bool { return f.ID == form })
	if i < 0 {
		return nil, fault.New("flow.StaffForm", fault.NotFound, nil)
	}
	f := all[i]
	for j := range f.Boards {
		b := &f.Boards[j]
		g, err := s.newest(b.Tenant.ID, form)
		if err != nil {
			return nil, err
		}
		if b.Duty, err = s.onDuty(ctx, b.ID, g.Form.Def.Meta.Decision.Sign); err != nil {
			return nil, err
		}
	}
	return &f, nil
}

// onDuty is who is asked first for a board's decision of a form now; nil when its decision is not signed, or the register has nobody.
func (s *Service) onDuty(ctx context.Context, board identity.AuthorityID, sign *forms.DecisionSigning) (*OnDuty, error) {
	if sign == nil || s.People == nil {
		return nil, nil
	}
	tenant, slug, _ := strings.Cut(string(board), "/")
	snap, err := s.People.Now(ctx, tenantID(tenant))
	if err != nil {
		return nil, fault.Wrap("flow.onDuty", err)
	}
	all := snap.Deciders(slug, sign.Kind, sign.Elected, s.Clock.Now())
	if len(all) == 0 {
		return nil, nil
	}
	d := all[0]
	return &OnDuty{Name: d.Person.Name, Title: d.Title, Phone: d.Person.Phone, OnCall: d.OnCall}, nil
}

// Duty is who is asked first for the decision of what is being prepared; nil as PrepareBoard.Duty.
func (s *Service) Duty(ctx context.Context, a identity.Actor, draft string) (*OnDuty, error) {
	d, g, err := s.shared(ctx, a, draft)
	if err != nil {
		return nil, err
	}
	return s.onDuty(ctx, identity.AuthorityID(d.Shared.Authority), g.Form.Def.Meta.Decision.Sign)
}

// BeginPrepared begins a form for a board, and gives the draft's id. fault.NotFound when the officer may not; fault.Gone when the form is closed.
func (s *Service) BeginPrepared(ctx context.Context, a identity.Actor, form string, authority identity.AuthorityID) (string, error) {
	const op = "flow.BeginPrepared"
	f, err := s.StaffForm(ctx, a, form)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(f.Boards, func(b PrepareBoard) bool { return b.ID == authority })
	if i < 0 {
		return "", fault.New(op, fault.NotFound, nil)
	}
	b := f.Boards[i]
	g, err := s.newest(b.Tenant.ID, form)
	if err != nil {
		return "", err
	}
	sv, _, err := s.asOffered(b.Tenant.ID, g)
	if err != nil {
		return "", err
	}
	if sv.Shut() {
		return "", fault.New(op, fault.Gone, nil)
	}
	me, now := officer(a), s.Clock.Now()
	d := &vault.Draft{ID: randomID(), Tenant: string(b.Tenant.ID), Form: form, Version: string(g.Form.Version), Lang: "sv", Answers: g.Defaults(),
		Facts: noFacts(b.Tenant, now), Files: map[string]files.Attachment{}, Created: now,
		Shared: &vault.Shared{Board: string(b.Host), Authority: string(b.ID), By: me, Last: me, With: me}}
	s.touch(d, g)
	return d.ID, s.Vault.NewDraft(ctx, d)
}

// becomes makes what comes of a complete draft, not yet stored: the case with its parts, the event that hands it in, and whose act that is.
func (s *Service) becomes(ctx context.Context, a identity.Actor, d *vault.Draft, dv *DraftView, g *Graph) (*vault.Entry, []vault.Blob, casework.Event, casework.Stamp, error) {
	if d.Shared != nil {
		by, name := byWho(a)
		e, parts, err := s.preparedCase(ctx, a, d, dv, g)
		return e, parts, casework.Submitted{}, s.stamp(by, name), err
	}
	e, parts, ev, err := s.newCase(ctx, a, d, dv, g)
	if err != nil {
		return nil, nil, nil, casework.Stamp{}, err
	}
	return e, parts, ev, s.stamp(byParty(e.Case.Applicant()), e.Case.Applicant().Name), nil
}

// boardCase makes a case that officers begin, not yet stored and without parts: its first party is the board whose it is, and the officer who
// hands it in has it.
func (s *Service) boardCase(ctx context.Context, a identity.Actor, d *vault.Draft, g *Graph, view *forms.View, authority identity.AuthorityID) (*vault.Entry, error) {
	meta := &g.Form.Def.Meta
	e, err := s.Vault.NewKey(ctx, string(authority))
	if err != nil {
		return nil, err
	}
	c := &e.Case
	*c = casework.Case{ID: casework.ID(randomID()), Reference: newReference(meta.Reference), Tenant: d.Tenant, Authority: string(authority), Form: d.Form,
		Version: d.Version, Lang: "sv", Draft: d.ID, Subject: g.Subject(view), Unique: g.Unique(view), Assignee: a.Staff.Subject, AssigneeName: a.Staff.Name,
		Parties: []casework.Party{{ID: "p1", Role: casework.AuthorityRole, Name: s.Directory.Name(authority)}}}
	if c.Rules, err = g.Limits(view); err != nil {
		return nil, fault.Wrap("flow.boardCase", err)
	}
	if len(meta.Stages) > 0 {
		c.Stage = meta.Stages[0].ID
	}
	return e, nil
}

// preparedCase makes the case of what officers have filled in, with its parts, not yet stored. Nobody but the board is a party: those whom the
// answers name are told by letters that the officer sends. fault.Gone when the cooperation does not prepare such cases any more.
func (s *Service) preparedCase(ctx context.Context, a identity.Actor, d *vault.Draft, dv *DraftView, g *Graph) (*vault.Entry, []vault.Blob, error) {
	host, authority := identity.AuthorityID(d.Shared.Board), identity.AuthorityID(d.Shared.Authority)
	if !slices.ContainsFunc(s.prepares(host), func(p preparable) bool { return p.form == d.Form && p.authority == authority }) {
		return nil, nil, fault.New("flow.preparedCase", fault.Gone, nil)
	}
	e, err := s.boardCase(ctx, a, d, g, dv.View, authority)
	if err != nil {
		return nil, nil, err
	}
	if host != authority {
		e.Case.Host = string(host)
	}
	parts, err := s.content(ctx, &e.Case, d, dv.View, "")
	return e, parts, err
}
