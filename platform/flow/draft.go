package flow

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// Post is a posted page.
type Post struct {
	Page   string
	Rev    int64 // of the draft as the page showed it
	Values url.Values
	Return bool // the page was opened from the check page to change one answer
}

// Start begins an application and gives the draft's id. fault.Hindered when the service cannot be used by this person: the page that
// says so is the same for every reason. fault.Gone when it is closed.
func (s *Service) Start(ctx context.Context, a identity.Actor, tenant, form string) (string, error) {
	sv, err := s.Service(identity.TenantID(tenant), form)
	if err != nil {
		return "", err
	}
	if a.Staff != nil {
		return "", fault.New("flow.Start", fault.Unauthorised, nil) // officers begin what is theirs (BeginPrepared)
	}
	if open := sv.Form.Def.Meta.Open(); open != (a.Guest != nil) {
		return "", fault.New("flow.Start", fault.NotFound, nil) // what asks for a login is begun with one, what does not without
	}
	if _, err := s.owners(a); err != nil {
		return "", err
	}
	if sv.Shut() {
		return "", fault.New("flow.Start", fault.Gone, nil)
	}
	g, err := s.newest(identity.TenantID(tenant), form)
	if err != nil {
		return "", err
	}
	d := &vault.Draft{ID: randomID(), Tenant: tenant, Form: form, Version: string(g.Form.Version), Lang: a.Lang,
		Answers: g.Defaults(), Files: map[string]files.Attachment{}}
	if a.Guest != nil {
		d.Browser, d.Facts = a.Guest.Key, noFacts(sv.Tenant, s.Clock.Now())
	} else {
		d.Owner, d.OwnerName = a.Citizen.Number, a.Citizen.Name
		if d.Facts, err = s.prefill(ctx, sv.Tenant, d.Owner, d.OwnerName, d.ID, g.Form.Def.Meta.Prefill); err != nil {
			return "", err
		}
	}
	view, err := g.Run(s.scope(d, sv, nil))
	if err != nil {
		return "", fault.Wrap("flow.Start", err)
	}
	if reason, hindered := g.Hindered(view); hindered {
		s.Log.InfoContext(ctx, "hindered", "form", form, "tenant", tenant, "reason", reason)
		return "", fault.New("flow.Start", fault.Hindered, nil)
	}
	d.Created = s.Clock.Now()
	s.touch(d, g)
	if err := s.Vault.NewDraft(ctx, d); err != nil {
		return "", err
	}
	s.recent.keep(d, view)
	return d.ID, nil
}

// draftDays is how long a draft is kept after its last change.
func draftDays(g *Graph) int {
	if n := g.Form.Def.Meta.DraftDays; n > 0 {
		return n
	}
	return 28
}

// scope is what the journey of a draft reads. p is set when a party of a case fills the own section.
func (s *Service) scope(d *vault.Draft, sv ServiceView, p *casework.Party) forms.Scope {
	role := journey.Applicant
	if p != nil {
		role = p.Role
	}
	return forms.Scope{Answers: d.Answers, Facts: d.Facts, Settings: sv.Settings, Today: today(s.Clock.Now()),
		Actor: map[string]any{"role": role, "number": d.Owner.Digits()}}
}

// draft opens the actor's application with the form it was made with, or was moved to by a publication's policy; fault.Gone with ErrRemade when
// it must be begun anew. The own section of a case is no application: it is reached through its case, where protection is asked about, and
// cannot be handed in as one.
func (s *Service) draft(ctx context.Context, a identity.Actor, id string) (*vault.Draft, *Graph, ServiceView, error) {
	return s.openDraft(ctx, a, id, s.moveOn)
}

// draftAsIs opens the actor's application with the form it was made with, whatever has been published since.
func (s *Service) draftAsIs(ctx context.Context, a identity.Actor, id string) (*vault.Draft, *Graph, ServiceView, error) {
	return s.openDraft(ctx, a, id, func(context.Context, *vault.Draft) error { return nil })
}

func (s *Service) openDraft(ctx context.Context, a identity.Actor, id string, move func(context.Context, *vault.Draft) error) (*vault.Draft, *Graph, ServiceView, error) {
	owners, err := s.owners(a)
	if err != nil {
		return nil, nil, ServiceView{}, err
	}
	d, err := s.Vault.Refresh(ctx, id, s.recent.draft(id), owners...)
	if err != nil {
		return nil, nil, ServiceView{}, err
	}
	if d.Case != "" {
		return nil, nil, ServiceView{}, fault.New("flow.draft", fault.NotFound, nil)
	}
	if err = move(ctx, d); errors.Is(err, fault.Conflict) { // another tab of the same person was first
		if d, err = s.Vault.Refresh(ctx, id, nil, owners...); err == nil {
			err = move(ctx, d)
		}
	}
	if err != nil {
		return nil, nil, ServiceView{}, err
	}
	g, err := s.Catalog.Version(ctx, forms.Version(d.Version), s.Clock.Now())
	if err != nil {
		return nil, nil, ServiceView{}, err
	}
	sv, err := s.serviceOf(d, g)
	return d, g, sv, err
}

// runDraft gives what the graph makes of a draft as it is stored. p is set when a party of a case fills the own section.
func (s *Service) runDraft(d *vault.Draft, g *Graph, sv ServiceView, p *casework.Party) (*forms.View, error) {
	scope := s.scope(d, sv, p)
	if d.Case != "" { // the common part is the case's, which has a revision of its own
		return g.Run(scope)
	}
	if view := s.recent.view(d, g.Form, scope.Today); view != nil {
		return view, nil
	}
	view, err := g.Again(s.recent.last(d.ID), scope)
	if err == nil {
		s.recent.keep(d, view)
	}
	return view, err
}

// Page shows a draft at a page: the first incomplete one when page is "", the check page for journey.CheckPage. A page that cannot be
// reached yet, or that is hidden, gives the first incomplete one instead.
func (s *Service) Page(ctx context.Context, a identity.Actor, id, page string, returning bool) (*DraftView, error) {
	d, g, sv, err := s.draft(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if err := s.noteRead(ctx, a, d, "draft", ""); err != nil {
		return nil, err
	}
	v, _, err := s.viewOf(ctx, a, d, g, sv, nil, page)
	if v != nil {
		v.Return = returning
	}
	return v, err
}

// draftView shows a loaded draft.
func (s *Service) draftView(ctx context.Context, a identity.Actor, d *vault.Draft, page string) (*DraftView, *Graph, error) {
	g, err := s.Catalog.Version(ctx, forms.Version(d.Version), s.Clock.Now())
	if err != nil {
		return nil, nil, err
	}
	sv, err := s.serviceOf(d, g)
	if err != nil {
		return nil, nil, err
	}
	return s.viewOf(ctx, a, d, g, sv, nil, page)
}

func (s *Service) viewOf(ctx context.Context, a identity.Actor, d *vault.Draft, g *Graph, sv ServiceView, p *casework.Party, page string) (*DraftView, *Graph, error) {
	view, err := s.runDraft(d, g, sv, p)
	if err != nil {
		return nil, nil, fault.Wrap("flow.viewOf", err)
	}
	if p == nil { // what has been answered since the start may hinder: the child who was chosen
		if reason, hindered := g.Hindered(view); hindered {
			s.Log.InfoContext(ctx, "hindered", "form", d.Form, "tenant", d.Tenant, "reason", reason)
			return nil, nil, fault.New("flow.Page", fault.Hindered, nil)
		}
	}
	v := &DraftView{ID: d.ID, Rev: d.Rev, Service: sv, Form: g.Form, View: view, Stored: d.Answers, Files: d.Files, Expires: d.Expires, Lookups: s.registers(),
		Of: len(view.Pages), Case: casework.ID(d.Case), Again: again(d, view), Prepared: s.prepared(a, d)}
	v.Source, _ = d.Facts["source"].(string)
	if at, ok := d.Facts["at"].(string); ok {
		v.FactsAt, _ = time.Parse(time.RFC3339, at) // an unreadable time is shown as none
	}
	if page == "" || (page != journey.CheckPage && !g.Reachable(view, page)) {
		first, some := g.Incomplete(view)
		if !some {
			first = journey.CheckPage
		}
		page = first
	}
	if page != journey.CheckPage {
		v.Page, _ = view.Page(page)
		v.Position = slices.Index(view.Pages, v.Page) + 1
	}
	if p == nil {
		if v.Amends, err = s.amendedBy(ctx, d); err != nil {
			return nil, nil, err
		}
		if v.Earlier, err = s.earlier(ctx, d, sv, g.Unique(view)); err != nil {
			return nil, nil, err
		}
		if v.Times, err = s.times(ctx, d, v); err != nil {
			return nil, nil, err
		}
	}
	return v, g, nil
}

// earlier finds an application for the same thing that is not withdrawn. The applicant is told of it, and may open it when he or she is a
// party in it.
func (s *Service) earlier(ctx context.Context, d *vault.Draft, sv ServiceView, unique string) (*Earlier, error) {
	if unique == "" || d.Owner.IsZero() || d.Amends != "" { // of somebody unknown nothing can be said to be the same person's
		return nil, nil
	}
	meta := sv.Form.Def.Meta
	auth := string(sv.Tenant.AuthorityID(meta.Authority))
	rows, err := s.Vault.Store.ListCases(ctx, store.CaseQuery{Authorities: []string{auth}, Forms: []string{d.Form},
		Tokens: []string{s.Vault.UniqueToken(auth, unique)}, Order: store.OldestFirst, Limit: 10})
	if err != nil {
		return nil, fault.Wrap("flow.earlier", err)
	}
	me := s.Vault.PersonToken(d.Owner)
	for _, row := range rows {
		if row.State == string(casework.Withdrawn) {
			continue
		}
		card, err := s.Vault.OpenCard(ctx, row)
		if err != nil {
			return nil, err
		}
		for _, p := range card.Parties {
			if p.Token == me { // somebody who is no party learns nothing: not even that there is one
				return &Earlier{Reference: row.Reference, Submitted: row.Submitted, Case: casework.ID(row.ID)}, nil
			}
		}
	}
	return nil, nil
}

// Save decodes a posted page onto the stored answers, keeps them, and says where to go. What is wrong is kept too and shown: nothing
// that was typed is lost. fault.Conflict when the page was made from another revision of the draft than is stored.
func (s *Service) Save(ctx context.Context, a identity.Actor, id string, post Post) (Saved, error) {
	d, g, sv, err := s.draft(ctx, a, id)
	remade := errors.Is(err, ErrRemade)
	if remade { // what was typed is kept, to be read
		d, g, sv, err = s.draftAsIs(ctx, a, id)
	}
	if err != nil {
		return Saved{}, err
	}
	saved, err := s.save(ctx, a, d, g, sv, nil, post)
	if err == nil && remade {
		return Saved{}, fault.New("flow.Save", fault.Gone, ErrRemade)
	}
	return saved, err
}

func (s *Service) save(ctx context.Context, a identity.Actor, d *vault.Draft, g *Graph, sv ServiceView, p *casework.Party, post Post) (Saved, error) {
	if post.Rev != d.Rev {
		return Saved{}, fault.Newf("flow.Save", fault.Conflict, "draft is at revision %d", d.Rev)
	}
	before, err := s.runDraft(d, g, sv, p)
	if err != nil {
		return Saved{}, fault.Wrap("flow.Save", err)
	}
	if _, shown := before.Page(post.Page); !shown {
		return Saved{}, fault.New("flow.Save", fault.NotFound, nil)
	}
	got := answers.Decode(g.Graph, before, post.Page, post.Values)
	places, err := s.reserve(ctx, d, before, post.Page, &got)
	if err != nil {
		return Saved{}, err
	}
	orphans := dropFiles(d, got.Answers)
	d.Answers = got.Answers
	var settled bool
	d.Answers, d.Facts, settled = forms.SettleLookups(g.Form, d.Answers, d.Facts)
	picked, unpicked, err := s.pick(d, g, sv, post, got)
	if err != nil {
		return Saved{}, err
	}
	if got.Op == answers.OpRemoveFile {
		if orphan := removeFile(d, got.At); orphan != "" {
			orphans = append(orphans, orphan)
		}
	}
	changedBy(a, d)
	s.touch(d, g)
	err = s.Vault.SaveDraft(ctx, d)
	s.settle(ctx, d, places, err == nil)
	if err != nil {
		return Saved{}, err
	}
	if got.View != nil && !settled && !picked && len(orphans) == 0 && d.Case == "" {
		s.recent.keep(d, got.View)
	}
	for _, orphan := range orphans {
		if d.Case != "" || d.Amends != "" {
			break // what a case holds already stays until it is handed in anew
		}
		if err := s.Blobs.Delete(ctx, orphan); err != nil && !errors.Is(err, fault.NotFound) {
			s.Log.WarnContext(ctx, "blob not deleted", "blob", orphan, "error", err)
		}
	}
	v, _, err := s.viewOf(ctx, a, d, g, sv, p, post.Page)
	if err != nil {
		return Saved{}, err
	}
	v.Typed, v.Return = got.Typed, post.Return
	if got.Op == answers.OpLookup {
		return s.lookUp(ctx, a, d, g, sv, v, post, got)
	}
	if got.Op != answers.OpContinue {
		v.Problems = got.Problems
		if unpicked != nil {
			v.Problems = forms.MergeProblems(v.Problems, []forms.Problem{*unpicked})
		}
		return Saved{Next: post.Page, View: v}, nil
	}
	problems, next := g.Continue(v.View, post.Page, post.Return)
	v.Problems = forms.MergeProblems(got.Problems, problems)
	if v.Page == nil || v.Page.ID != post.Page { // what was posted hid the page itself
		return Saved{Next: next}, nil
	}
	if forms.Hard(v.Problems) || v.View.Stopped[post.Page] || unseen(v.Problems, post.Values[answers.FieldSeen]) {
		return Saved{Next: post.Page, View: v}, nil
	}
	return Saved{Next: next}, nil
}

// Discard throws a draft away, with its files.
func (s *Service) Discard(ctx context.Context, a identity.Actor, id string) error {
	d, _, _, err := s.draftAsIs(ctx, a, id)
	if err != nil {
		return err
	}
	if err := s.Vault.Store.DeleteDraft(ctx, d.ID); err != nil {
		return fault.Wrap("flow.Discard", err)
	}
	s.recent.forget(d.ID)
	s.forgetResume(ctx, d.ID)
	s.giveBack(ctx, d)
	if d.Amends != "" { // the case has its files
		return nil
	}
	for blob := range d.Files {
		if err := s.Blobs.Delete(ctx, blob); err != nil && !errors.Is(err, fault.NotFound) {
			s.Log.WarnContext(ctx, "blob not deleted", "blob", blob, "error", err)
		}
	}
	return nil
}

// Copy starts an application for a sibling with those answers of the applicant's that the form says can be copied; files are not.
func (s *Service) Copy(ctx context.Context, a identity.Actor, id casework.ID) (string, error) {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return "", err
	}
	if p.ID != e.Case.Applicant().ID {
		return "", fault.New("flow.Copy", fault.NotFound, nil)
	}
	old, _, err := s.answersOf(ctx, e, p.ID)
	if err != nil {
		return "", err
	}
	draft, err := s.Start(ctx, a, e.Case.Tenant, e.Case.Form)
	if err != nil {
		return "", err
	}
	d, g, _, err := s.draft(ctx, a, draft)
	if err != nil {
		return "", err
	}
	copied := forms.Edit(d.Answers)
	for _, at := range g.Form.Def.Meta.Copyable {
		if v, ok := forms.Lookup(old, forms.Pointer(at)); ok {
			copied.Put(forms.Pointer(at), v)
		}
	}
	d.Answers = copied.Answers()
	return draft, s.Vault.SaveDraft(ctx, d)
}
