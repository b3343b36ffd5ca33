package flow

import (
	"context"
	"errors"
	"io"
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
	who, err := citizen(a)
	if err != nil {
		return "", err
	}
	sv, err := s.Service(identity.TenantID(tenant), form)
	if err != nil {
		return "", err
	}
	if sv.Closed != "" {
		return "", fault.New("flow.Start", fault.Gone, nil)
	}
	g, err := s.Catalog.Newest(form)
	if err != nil {
		return "", err
	}
	d := &vault.Draft{ID: randomID(), Tenant: tenant, Form: form, Version: string(g.Form.Version), Owner: who.Number, OwnerName: who.Name, Lang: a.Lang,
		Answers: g.Defaults(), Files: map[string]files.Attachment{}}
	if d.Facts, err = s.prefill(ctx, sv.Tenant, who.Number, who.Name, d.ID); err != nil {
		return "", err
	}
	view, err := g.Run(s.scope(d, sv, nil))
	if err != nil {
		return "", fault.Wrap("flow.Start", err)
	}
	if reason, hindered := g.Hindered(view); hindered {
		s.Log.InfoContext(ctx, "hindered", "form", form, "tenant", tenant, "reason", reason)
		return "", fault.New("flow.Start", fault.Hindered, nil)
	}
	now := s.Clock.Now()
	d.Created, d.Changed, d.Expires = now, now, now.AddDate(0, 0, draftDays(g))
	return d.ID, s.Vault.NewDraft(ctx, d)
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

// draft opens the actor's application with the form it was made with. The own section of a case is no application: it is reached
// through its case, where protection is asked about, and cannot be handed in as one.
func (s *Service) draft(ctx context.Context, a identity.Actor, id string) (*vault.Draft, *Graph, ServiceView, error) {
	who, err := citizen(a)
	if err != nil {
		return nil, nil, ServiceView{}, err
	}
	d, err := s.Vault.LoadDraft(ctx, id, who.Numbers()...)
	if err != nil {
		return nil, nil, ServiceView{}, err
	}
	if d.Case != "" {
		return nil, nil, ServiceView{}, fault.New("flow.draft", fault.NotFound, nil)
	}
	g, err := s.Catalog.Version(ctx, forms.Version(d.Version), s.Clock.Now())
	if err != nil {
		return nil, nil, ServiceView{}, err
	}
	sv, err := s.service(identity.TenantID(d.Tenant), g)
	return d, g, sv, err
}

// Page shows a draft at a page: the first incomplete one when page is "", the check page for journey.CheckPage. A page that cannot be
// reached yet, or that is hidden, gives the first incomplete one instead.
func (s *Service) Page(ctx context.Context, a identity.Actor, id, page string, returning bool) (*DraftView, error) {
	d, g, sv, err := s.draft(ctx, a, id)
	if err != nil {
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
	sv, err := s.service(identity.TenantID(d.Tenant), g)
	if err != nil {
		return nil, nil, err
	}
	return s.viewOf(ctx, a, d, g, sv, nil, page)
}

func (s *Service) viewOf(ctx context.Context, a identity.Actor, d *vault.Draft, g *Graph, sv ServiceView, p *casework.Party, page string) (*DraftView, *Graph, error) {
	view, err := g.Run(s.scope(d, sv, p))
	if err != nil {
		return nil, nil, fault.Wrap("flow.viewOf", err)
	}
	if p == nil { // what has been answered since the start may hinder: the child who was chosen
		if reason, hindered := g.Hindered(view); hindered {
			s.Log.InfoContext(ctx, "hindered", "form", d.Form, "tenant", d.Tenant, "reason", reason)
			return nil, nil, fault.New("flow.Page", fault.Hindered, nil)
		}
	}
	v := &DraftView{ID: d.ID, Rev: d.Rev, Service: sv, Form: g.Form, View: view, Stored: d.Answers, Files: d.Files, Expires: d.Expires,
		Of: len(view.Pages), Case: casework.ID(d.Case)}
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
		if v.Earlier, err = s.earlier(ctx, d, sv, g.Unique(view)); err != nil {
			return nil, nil, err
		}
	}
	return v, g, nil
}

// earlier finds an application for the same thing that is not withdrawn. The applicant is told of it, and may open it when he or she is a
// party in it.
func (s *Service) earlier(ctx context.Context, d *vault.Draft, sv ServiceView, unique string) (*Earlier, error) {
	if unique == "" {
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
	if err != nil {
		return Saved{}, err
	}
	return s.save(ctx, a, d, g, sv, nil, post)
}

func (s *Service) save(ctx context.Context, a identity.Actor, d *vault.Draft, g *Graph, sv ServiceView, p *casework.Party, post Post) (Saved, error) {
	if post.Rev != d.Rev {
		return Saved{}, fault.Newf("flow.Save", fault.Conflict, "draft is at revision %d", d.Rev)
	}
	before, err := g.Run(s.scope(d, sv, p))
	if err != nil {
		return Saved{}, fault.Wrap("flow.Save", err)
	}
	if _, shown := before.Page(post.Page); !shown {
		return Saved{}, fault.New("flow.Save", fault.NotFound, nil)
	}
	got := answers.Decode(g.Graph, before, post.Page, post.Values)
	d.Answers = got.Answers
	var orphan string
	if got.Op == answers.OpRemoveFile {
		orphan = removeFile(d, got.At)
	}
	now := s.Clock.Now()
	d.Changed, d.Expires = now, now.AddDate(0, 0, draftDays(g))
	if err := s.Vault.SaveDraft(ctx, d); err != nil {
		return Saved{}, err
	}
	if orphan != "" && d.Case == "" { // what a case holds already stays until the section is filled anew
		if err := s.Blobs.Delete(ctx, orphan); err != nil && !errors.Is(err, fault.NotFound) {
			s.Log.WarnContext(ctx, "blob not deleted", "blob", orphan, "error", err)
		}
	}
	v, _, err := s.viewOf(ctx, a, d, g, sv, p, post.Page)
	if err != nil {
		return Saved{}, err
	}
	v.Typed, v.Return = got.Typed, post.Return
	if got.Op != answers.OpContinue {
		v.Problems = got.Problems
		return Saved{Next: post.Page, View: v}, nil
	}
	v.Problems = forms.MergeProblems(got.Problems, g.Validate(v.View, post.Page))
	if v.Page == nil || v.Page.ID != post.Page { // what was posted hid the page itself
		return Saved{Next: g.Next(v.View, post.Page, post.Return)}, nil
	}
	if hard(v.Problems) || v.View.Stopped[post.Page] {
		return Saved{Next: post.Page, View: v}, nil
	}
	return Saved{Next: g.Next(v.View, post.Page, post.Return)}, nil
}

// Upload takes a file into a field of the draft. The problem says what is wrong with the file; nothing is kept of it then.
func (s *Service) Upload(ctx context.Context, a identity.Actor, id string, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error) {
	return s.upload(ctx, func() (*vault.Draft, *Graph, ServiceView, *casework.Party, error) {
		d, g, sv, err := s.draft(ctx, a, id)
		return d, g, sv, nil, err
	}, at, name, r)
}

// UploadOwn takes a file into a field of the own section of a case.
func (s *Service) UploadOwn(ctx context.Context, a identity.Actor, id casework.ID, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error) {
	return s.upload(ctx, func() (*vault.Draft, *Graph, ServiceView, *casework.Party, error) { return s.ownDraft(ctx, a, id) }, at, name, r)
}

// opener opens what is being filled in, as it is stored now.
type opener func() (*vault.Draft, *Graph, ServiceView, *casework.Party, error)

func (s *Service) upload(ctx context.Context, open opener, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error) {
	d, g, sv, p, err := open()
	if err != nil {
		return nil, err
	}
	view, err := g.Run(s.scope(d, sv, p))
	if err != nil {
		return nil, fault.Wrap("flow.Upload", err)
	}
	field, ok := g.Form.Fields[at]
	if !ok || field.Kind != forms.FilesField || !view.ShowsAt(field, at) {
		return nil, fault.New("flow.Upload", fault.NotFound, nil)
	}
	list, _ := forms.Lookup(d.Answers, at)
	have, _ := list.([]any)
	limits := s.Limits
	if field.MaxBytes > 0 {
		limits.MaxFile = field.MaxBytes
	}
	most := field.MaxItems
	if most == 0 {
		most = limits.MaxCount
	}
	if len(have) >= most {
		return &forms.Problem{Pointer: at, Code: forms.TooMany, Params: map[string]any{"max": most}}, nil
	}
	var used int64
	for _, f := range d.Files {
		used += f.Size
	}
	got, err := files.Receive(ctx, s.Blobs, s.Scanner, r, name, used, limits)
	var refused *files.Refusal
	if errors.As(err, &refused) {
		return &forms.Problem{Pointer: at, Code: refused.Code, Params: refused.Params}, nil
	}
	if err != nil {
		return nil, fault.Wrap("flow.Upload", err)
	}
	var problem *forms.Problem
	if len(field.Accept) > 0 && !slices.Contains(field.Accept, got.Type) {
		problem = &forms.Problem{Pointer: at, Code: forms.FileKind, Params: map[string]any{"name": got.Name}}
	} else {
		problem, err = s.addFile(ctx, open, at, got, most, limits.MaxTotal)
	}
	if problem != nil || err != nil {
		if err := s.Blobs.Delete(ctx, got.ID); err != nil {
			s.Log.WarnContext(ctx, "blob not deleted", "blob", got.ID, "error", err)
		}
	}
	return problem, err
}

// addFile puts a received file among the answers, again on what is stored when several are uploaded at once: the limits hold for what
// is there then.
func (s *Service) addFile(ctx context.Context, open opener, at forms.Pointer, f files.Attachment, most int, total int64) (*forms.Problem, error) {
	for attempt := 0; ; attempt++ {
		d, g, _, _, err := open()
		if err != nil {
			return nil, err
		}
		list, _ := forms.Lookup(d.Answers, at)
		have, _ := list.([]any)
		if len(have) >= most {
			return &forms.Problem{Pointer: at, Code: forms.TooMany, Params: map[string]any{"max": most}}, nil
		}
		used := f.Size
		for _, other := range d.Files {
			used += other.Size
		}
		if total > 0 && used > total {
			return &forms.Problem{Pointer: at, Code: forms.FilesTooBig, Params: map[string]any{"max": total}}, nil
		}
		item := map[string]any{"id": f.ID, "name": f.Name, "size": jsonValue(f.Size), "type": f.Type}
		if !forms.Put(d.Answers, at, append(slices.Clone(have), any(item))) {
			return nil, fault.New("flow.addFile", fault.Internal, nil)
		}
		if d.Files == nil {
			d.Files = map[string]files.Attachment{}
		}
		d.Files[f.ID] = f
		now := s.Clock.Now()
		d.Changed, d.Expires = now, now.AddDate(0, 0, draftDays(g))
		err = s.Vault.SaveDraft(ctx, d)
		if !errors.Is(err, fault.Conflict) || attempt == retries {
			return nil, err
		}
	}
}

// RemoveFile takes a file out of a field.
func (s *Service) RemoveFile(ctx context.Context, a identity.Actor, id string, at forms.Pointer, file string) error {
	d, _, _, err := s.draft(ctx, a, id)
	if err != nil {
		return err
	}
	blob := removeFile(d, at+"/"+forms.Pointer(file))
	if blob == "" {
		return fault.New("flow.RemoveFile", fault.NotFound, nil)
	}
	d.Changed = s.Clock.Now()
	if err := s.Vault.SaveDraft(ctx, d); err != nil {
		return err
	}
	return fault.Wrap("flow.RemoveFile", s.Blobs.Delete(ctx, blob))
}

// removeFile takes the file that a pointer's last token names out of the answers and gives its blob, "" when there is none.
func removeFile(d *vault.Draft, at forms.Pointer) string {
	tokens := at.Tokens()
	if len(tokens) < 2 {
		return ""
	}
	id := tokens[len(tokens)-1]
	field := at[:len(at)-len(id)-1]
	list, _ := forms.Lookup(d.Answers, field)
	have, _ := list.([]any)
	kept := slices.DeleteFunc(slices.Clone(have), func(v any) bool {
		m, _ := v.(map[string]any)
		return m["id"] == id
	})
	if len(kept) == len(have) {
		return ""
	}
	if len(kept) == 0 {
		forms.Remove(d.Answers, field)
	} else {
		forms.Put(d.Answers, field, kept)
	}
	delete(d.Files, id)
	return id
}

// DraftFile gives back a file that was uploaded.
func (s *Service) DraftFile(ctx context.Context, a identity.Actor, id, file string) (*File, error) {
	d, _, _, err := s.draft(ctx, a, id)
	if err != nil {
		return nil, err
	}
	f, ok := d.Files[file]
	if !ok {
		return nil, fault.New("flow.DraftFile", fault.NotFound, nil)
	}
	body, err := f.Open(ctx, s.Blobs)
	if err != nil {
		return nil, fault.Wrap("flow.DraftFile", err)
	}
	return &File{Name: f.Name, Type: f.Type, Size: f.Size, Body: body}, nil
}

// Discard throws a draft away, with its files.
func (s *Service) Discard(ctx context.Context, a identity.Actor, id string) error {
	d, _, _, err := s.draft(ctx, a, id)
	if err != nil {
		return err
	}
	if err := s.Vault.Store.DeleteDraft(ctx, d.ID); err != nil {
		return fault.Wrap("flow.Discard", err)
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
	for _, at := range g.Form.Def.Meta.Copyable {
		if v, ok := forms.Lookup(old, forms.Pointer(at)); ok {
			forms.Put(d.Answers, forms.Pointer(at), forms.Copy(v))
		}
	}
	return draft, s.Vault.SaveDraft(ctx, d)
}

// ownDraftID names the draft of a party's own section of a case.
func ownDraftID(id casework.ID, p *casework.Party) string { return string(id) + "-" + string(p.ID) }

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
	pl := e.Case.Order.Place(p.ID)
	if g.Form.Def.Meta.Own == "" || p.ID == e.Case.Applicant().ID || !pl.State.May() || e.Case.Order.Ended {
		return fail(fault.New("flow.ownDraft", fault.NotFound, nil))
	}
	common, facts, err := s.answersOf(ctx, e, p.ID)
	if err != nil {
		return fail(err)
	}
	d, err := s.Vault.LoadDraft(ctx, ownDraftID(id, p), p.Number)
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
	d.Facts = factsForOther(facts, p)
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
