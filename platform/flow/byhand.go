package flow

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// Orders by hand: an officer has somebody sign documents. What is typed is kept in a draft of the officer's own, so that nothing is lost when
// something is wrong, files that have been uploaded stay, and sending twice gives one case. The case that comes of it is of the form
// byHandForm, which every municipality has without listing it; its first party is the board (casework.AuthorityRole).

// byHandForm is the form of the cases.
const byHandForm = "underskrift"

// handFiles is where the documents stand among the answers.
const handFiles forms.Pointer = "/handlingar"

// HandOrder is an order by hand as it is typed, right or wrong.
type HandOrder struct {
	Title   string       `json:"title"`
	Message string       `json:"message"`
	Signers []HandSigner `json:"signers"`
	Steps   []HandStep   `json:"steps"` // what is wanted at each step; all at once where a step is not here
	Until   string       `json:"until"` // ByDays or ByTime
	Days    string       `json:"days"`
	Day     string       `json:"day"`    // YYYY-MM-DD
	Time    string       `json:"time"`   // HH:MM, Swedish time
	Remind  string       `json:"remind"` // days after it became somebody's turn: "3, 7"
}

// HandSigner is somebody who is to sign. One of whom nothing is typed is nobody.
type HandSigner struct {
	Key    string `json:"key"`    // of the row
	Number string `json:"number"` // "" when not known: signs on paper
	Name   string `json:"name"`
	Email  string `json:"email"`
	Phone  string `json:"phone"`
	Title  string `json:"title"` // in what capacity, "" none
	Step   string `json:"step"`  // number of the step
	// Person is the id of somebody who was chosen in the register of people (HandView.People): the number is the register's.
	Person string `json:"person,omitempty"`
}

// HandPerson is somebody who works for the board or is elected in it, and can be chosen as a signer.
type HandPerson struct {
	ID           string
	Name, Title  string
	Email, Phone string
	Signs        bool // the register knows the number; else on paper
	number       idno.Number
}

// HandStep says how many of a step must sign, and whether all are asked at once.
type HandStep struct {
	Number string `json:"number"`
	Rule   string `json:"rule"`   // NeedAll, NeedOne or NeedSome
	Need   string `json:"need"`   // of NeedSome
	Ladder bool   `json:"ladder"` // one by one
	Wait   string `json:"wait"`   // until the next is asked
	Unit   string `json:"unit"`   // of Wait: InMinutes or InDays
}

// Values of a HandOrder's choices.
const (
	ByDays = "days"
	ByTime = "time"

	NeedAll  = "all"
	NeedOne  = "one"
	NeedSome = "some"

	InMinutes = "minutes"
	InDays    = "days"
)

// HandView is an order by hand that is being made.
type HandView struct {
	ID        string
	Rev       int64
	Tenant    *directory.Tenant
	Authority directory.Authority
	Form      *forms.Form
	Order     HandOrder
	Files     []Attachment
	Expires   time.Time
	Changed   time.Time
	People    []HandPerson // who can be chosen in the register, by name
	// Problems have the form's pointers, "/signers", "/signers/KEY/number" (name, person, email, phone, step), "/steps/NUMBER/need" (wait), "/days",
	// "/day", "/time" and "/remind". Nothing has been refused: they are what stands in the way of sending.
	Problems []forms.Problem
	// Plan is how it would go; nil while there are problems.
	Plan *HandPlan
}

// HandPlan is an order by hand in the order that people are asked.
type HandPlan struct {
	Steps     []HandPlanStep
	Deadline  time.Time
	Reminders []clock.Span
}

// HandPlanStep is a step with those who are asked in it.
type HandPlanStep struct {
	Need   int // of People
	Ladder clock.Span
	People []casework.Party
	Known  []signing.PartyID // those who were chosen in the register
}

// handScope is an officer's draft, opened.
type handScope struct {
	draft *vault.Draft
	graph *Graph
	sv    ServiceView
	auth  directory.Authority
	order HandOrder
	known []HandPerson
}

// handKept is what a draft keeps of an order by hand.
type handKept struct {
	Authority identity.AuthorityID `json:"authority"`
	Order     HandOrder            `json:"order"`
}

// HandDesk is where orders by hand are begun: for which boards the officer may, and what he or she has begun.
type HandDesk struct {
	Tenant      *directory.Tenant
	Authorities []directory.Authority
	Begun       []*HandView // last changed first
}

// HandDesk gives it. fault.Forbidden for staff who handle no cases.
func (s *Service) HandDesk(ctx context.Context, a identity.Actor) (*HandDesk, error) {
	const op = "flow.HandDesk"
	if a.Staff == nil {
		return nil, fault.New(op, fault.Unauthorised, nil)
	}
	t, ok := s.Directory.Tenant(a.Staff.Tenant)
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	if _, err := s.newest(t.ID, byHandForm); err != nil {
		return nil, err
	}
	d := &HandDesk{Tenant: t}
	for _, auth := range t.Authorities {
		if a.Has(t.AuthorityID(auth.Slug), handlers...) {
			d.Authorities = append(d.Authorities, auth)
		}
	}
	if len(d.Authorities) == 0 {
		return nil, fault.New(op, fault.Forbidden, nil)
	}
	drafts, err := s.Vault.Drafts(ctx, s.Vault.StaffOwner(a.Staff.Subject))
	if err != nil {
		return nil, err
	}
	for _, draft := range drafts {
		sc, err := s.openHand(ctx, a, draft)
		if errors.Is(err, fault.NotFound) {
			continue // of a board that the officer does not work for any more
		}
		if err != nil {
			return nil, err
		}
		v, err := s.handView(ctx, sc)
		if err != nil {
			return nil, err
		}
		d.Begun = append(d.Begun, v)
	}
	return d, nil
}

// BeginByHand begins an order for one of the boards of HandDesk, and gives the draft's id. fault.NotFound for any other.
func (s *Service) BeginByHand(ctx context.Context, a identity.Actor, authority string) (string, error) {
	const op = "flow.BeginByHand"
	if a.Staff == nil {
		return "", fault.New(op, fault.Unauthorised, nil)
	}
	t, ok := s.Directory.Tenant(a.Staff.Tenant)
	if !ok {
		return "", fault.New(op, fault.NotFound, nil)
	}
	id := t.AuthorityID(authority)
	if _, there := t.Authority(authority); !there || !a.Has(id, handlers...) {
		return "", fault.New(op, fault.NotFound, nil)
	}
	g, err := s.newest(t.ID, byHandForm)
	if err != nil {
		return "", err
	}
	rule := g.Form.Def.Meta.Signing
	order := HandOrder{Signers: []HandSigner{{Key: "k1", Step: "1"}}, Until: ByDays, Days: strconv.Itoa(rule.Days)}
	for i, day := range rule.Reminders {
		if i > 0 {
			order.Remind += ", "
		}
		order.Remind += strconv.Itoa(day)
	}
	d := &vault.Draft{ID: randomID(), Tenant: string(t.ID), Form: byHandForm, Version: string(g.Form.Version), Staff: a.Staff.Subject,
		OwnerName: a.Staff.Name, Lang: a.Lang, Answers: g.Defaults(), Facts: noFacts(t, s.Clock.Now()), Files: map[string]files.Attachment{},
		Created: s.Clock.Now()}
	if err := keepHand(d, handKept{id, order}); err != nil {
		return "", err
	}
	s.touch(d, g)
	return d.ID, s.Vault.NewDraft(ctx, d)
}

func keepHand(d *vault.Draft, k handKept) error {
	raw, err := json.Marshal(k)
	if err != nil {
		return fault.New("flow.keepHand", fault.Internal, err)
	}
	d.Hand = raw
	return nil
}

// hand opens the actor's own draft. Everybody else's, and those of a board that the actor has no role in any more, do not exist.
func (s *Service) hand(ctx context.Context, a identity.Actor, id string) (*handScope, error) {
	if a.Staff == nil {
		return nil, fault.New("flow.hand", fault.Unauthorised, nil)
	}
	d, err := s.Vault.LoadDraft(ctx, id, s.Vault.StaffOwner(a.Staff.Subject))
	if err != nil {
		return nil, err
	}
	return s.openHand(ctx, a, d)
}

func (s *Service) openHand(ctx context.Context, a identity.Actor, d *vault.Draft) (*handScope, error) {
	const op = "flow.openHand"
	var kept handKept
	if err := json.Unmarshal(d.Hand, &kept); err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	if !a.Has(kept.Authority, handlers...) {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	g, err := s.Catalog.Version(ctx, forms.Version(d.Version), s.Clock.Now())
	if err != nil {
		return nil, err
	}
	sv, _, err := s.asOffered(tenantID(d.Tenant), g)
	if err != nil {
		return nil, err
	}
	_, slug, _ := strings.Cut(string(kept.Authority), "/")
	auth, ok := sv.Tenant.Authority(slug)
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	return &handScope{draft: d, graph: g, sv: sv, auth: auth, order: kept.Order}, nil
}

// HandDraft shows an order that is being made, with what stands in the way of sending it.
func (s *Service) HandDraft(ctx context.Context, a identity.Actor, id string) (*HandView, error) {
	sc, err := s.hand(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return s.handView(ctx, sc)
}

// handPeople are those who hold a role for a board now, by name. None where there is no register.
func (s *Service) handPeople(ctx context.Context, t *directory.Tenant, board string) ([]HandPerson, error) {
	if s.People == nil {
		return nil, nil
	}
	snap, err := s.People.Now(ctx, t.ID)
	if err != nil {
		return nil, fault.Wrap("flow.handPeople", err)
	}
	now := s.Clock.Now()
	var out []HandPerson
	for _, p := range snap.People() {
		i := slices.IndexFunc(snap.Holds(p, now), func(r people.Role) bool { return r.Authority == board })
		if i < 0 {
			continue
		}
		out = append(out, HandPerson{ID: string(p.ID), Name: p.Name, Title: snap.Holds(p, now)[i].Title, Email: p.Email, Phone: p.Phone,
			Signs: !p.Number.IsZero(), number: p.Number})
	}
	return out, nil
}

func (s *Service) handView(ctx context.Context, sc *handScope) (*HandView, error) {
	d := sc.draft
	var err error
	if sc.known, err = s.handPeople(ctx, sc.sv.Tenant, sc.auth.Slug); err != nil {
		return nil, err
	}
	v := &HandView{ID: d.ID, Rev: d.Rev, Tenant: sc.sv.Tenant, Authority: sc.auth, Form: sc.graph.Form, Order: sc.order, Expires: d.Expires, Changed: d.Changed, People: sc.known}
	list, _ := forms.Lookup(d.Answers, handFiles)
	have, _ := list.([]any)
	for _, item := range have { // in the order that they were uploaded
		m, _ := item.(map[string]any)
		id, _ := m["id"].(string)
		if f, ok := d.Files[id]; ok {
			v.Files = append(v.Files, Attachment{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size})
		}
	}
	view, err := sc.graph.Run(s.scope(d, sc.sv, nil))
	if err != nil {
		return nil, fault.Wrap("flow.handView", err)
	}
	v.Problems = sc.graph.Validate(view, "")
	for at, text := range map[forms.Pointer]string{"/titel": sc.order.Title, "/meddelande": sc.order.Message} {
		if _, err := handText(text); err != nil {
			v.Problems = append(slices.DeleteFunc(v.Problems, func(p forms.Problem) bool { return p.Pointer == at }), forms.Problem{Pointer: at, Code: forms.BadText})
		}
	}
	plan, problems := checkHand(sc.order, sc.known, s.Clock.Now())
	if v.Problems = append(v.Problems, problems...); len(v.Problems) == 0 {
		v.Plan = &HandPlan{Steps: plan.Steps, Deadline: plan.Deadline, Reminders: plan.Reminders}
	}
	return v, nil
}

// SaveHand keeps what has been typed, right or wrong. fault.Conflict when the draft has been saved elsewhere since rev.
func (s *Service) SaveHand(ctx context.Context, a identity.Actor, id string, rev int64, in HandOrder) (*HandView, error) {
	sc, err := s.hand(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if sc.draft.Rev != rev {
		return nil, fault.Newf("flow.SaveHand", fault.Conflict, "draft is at revision %d", sc.draft.Rev)
	}
	if len(in.Signers) > keptSigners {
		in.Signers = in.Signers[:keptSigners]
	}
	var kept handKept
	if err := json.Unmarshal(sc.draft.Hand, &kept); err != nil {
		return nil, fault.New("flow.SaveHand", fault.Internal, err)
	}
	kept.Order, sc.order = in, in
	if err := keepHand(sc.draft, kept); err != nil {
		return nil, err
	}
	answers := forms.Edit(sc.draft.Answers)
	for at, text := range map[forms.Pointer]string{"/titel": in.Title, "/meddelande": in.Message} {
		if text, err := handText(text); err == nil && text != "" {
			answers.Put(at, text)
		} else {
			answers.Remove(at)
		}
	}
	sc.draft.Answers = answers.Answers()
	s.touch(sc.draft, sc.graph)
	if err := s.Vault.SaveDraft(ctx, sc.draft); err != nil {
		return nil, err
	}
	return s.handView(ctx, sc)
}

// handText is a text as it is signed; how long it may be is the form's to say.
func handText(s string) (string, error) { return cleanText(strings.TrimSpace(s), keptText) }

// What is kept of what is typed, in rows and characters: more than is right, so that what is wrong can be shown.
const (
	keptSigners = 200
	keptText    = 20_000
)

// UploadHand takes a document. The problem says what is wrong with the file; nothing is kept of it then.
func (s *Service) UploadHand(ctx context.Context, a identity.Actor, id, name string, r io.Reader) (*forms.Problem, error) {
	return s.upload(ctx, func() (*vault.Draft, *Graph, ServiceView, *casework.Party, error) {
		sc, err := s.hand(ctx, a, id)
		if err != nil {
			return nil, nil, ServiceView{}, nil, err
		}
		return sc.draft, sc.graph, sc.sv, nil, nil
	}, handFiles, name, r)
}

// RemoveHandFile takes a document away. fault.NotFound.
func (s *Service) RemoveHandFile(ctx context.Context, a identity.Actor, id, file string) error {
	const op = "flow.RemoveHandFile"
	sc, err := s.hand(ctx, a, id)
	if err != nil {
		return err
	}
	blob := removeFile(sc.draft, handFiles+"/"+forms.Pointer(file))
	if blob == "" {
		return fault.New(op, fault.NotFound, nil)
	}
	s.touch(sc.draft, sc.graph)
	if err := s.Vault.SaveDraft(ctx, sc.draft); err != nil {
		return err
	}
	return fault.Wrap(op, s.Blobs.Delete(ctx, blob))
}

// HandFile gives a document back as it was uploaded. fault.NotFound.
func (s *Service) HandFile(ctx context.Context, a identity.Actor, id, file string) (*File, error) {
	const op = "flow.HandFile"
	sc, err := s.hand(ctx, a, id)
	if err != nil {
		return nil, err
	}
	f, ok := sc.draft.Files[file]
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	body, err := f.Open(ctx, s.Blobs)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	return &File{Name: f.Name, Type: f.Type, Size: f.Size, Body: body}, nil
}

// DiscardHand throws an order that is being made away, with its files.
func (s *Service) DiscardHand(ctx context.Context, a identity.Actor, id string) error {
	sc, err := s.hand(ctx, a, id)
	if err != nil {
		return err
	}
	if err := s.Vault.Store.DeleteDraft(ctx, sc.draft.ID); err != nil {
		return fault.Wrap("flow.DiscardHand", err)
	}
	for blob := range sc.draft.Files {
		if err := s.Blobs.Delete(ctx, blob); err != nil && !errors.Is(err, fault.NotFound) {
			s.Log.WarnContext(ctx, "blob not deleted", "blob", blob, "error", err)
		}
	}
	return nil
}
