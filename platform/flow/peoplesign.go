package flow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
	"samtjanst/renderer/pdf"
)

// The board's paper may be signed here in place of being attached. The platform writes down what a change says, and the board's secretaries
// (identity.Secretary) are asked to sign that by an order as officers make them by hand: the case is the board's own, with a number in its
// series. Whoever of them signs first is enough. The sealed PDF with the evidence in it is the change's paper from then, and a second
// administrator can confirm. The first no refuses the change, on the reason that was given; so do silence until the order's deadline, and an
// officer who takes the order back.
//
// The case is made of the change as others are of a draft (changeDraft), so that there is one however often it is asked for. What has become of it
// is found out when somebody opens the change, and by WarnPeople: a process may die anywhere between, and nothing is lost.

// Problems of a paper that is to be signed here.
const (
	SecretaryMissing = "secretary-missing" // the register has nobody who can be asked
	SecretaryOwn     = "secretary-own"     // the only one who could be asked is changed by it
	SecretaryOrPaper = "secretary-or-paper"
)

// changeDraft is what a change's case is made of, where other cases have their draft.
func changeDraft(id string) string { return "people-change/" + id }

// proposedToSign keeps a change, and asks the board's secretaries to sign its paper. Pointer of problems: "/paper".
func (s *Service) proposedToSign(ctx context.Context, a identity.Actor, sc *boardScope, c people.Change) (string, []forms.Problem, error) {
	wrong := func(code string) (string, []forms.Problem, error) {
		return "", []forms.Problem{{Pointer: "/paper", Code: code}}, nil
	}
	able := sc.snap.Secretaries(sc.Board, sc.now)
	if len(able) == 0 {
		return wrong(SecretaryMissing)
	}
	c.Signers = nil
	check := &vault.Entry{Case: casework.Case{ID: casework.ID(randomID()), Authority: string(sc.tenant.AuthorityID(sc.Board))}}
	for _, p := range able {
		if !slices.ContainsFunc(c.Edits, func(e people.Edit) bool { return e.Person.ID == p.ID }) {
			c.Signers = append(c.Signers, p.ID)
			check.Case.Parties = append(check.Case.Parties, casework.Party{Number: p.Number})
		}
	}
	if len(c.Signers) == 0 {
		return wrong(SecretaryOwn)
	}
	if problems, err := s.reached(ctx, a, check); err != nil || len(problems) > 0 {
		if err != nil {
			return "", nil, err
		}
		return wrong(NotReached)
	}
	c, err := s.People.ProposeToSign(ctx, c)
	if err != nil {
		return "", nil, err
	}
	if _, err := s.orderOfChange(ctx, &c); err != nil { // it is asked for again when somebody looks
		s.Log.WarnContext(ctx, "a board's secretary is not asked to sign yet", "board", string(sc.tenant.AuthorityID(sc.Board)), "change", c.ID, "error", err)
	}
	return c.ID, nil, nil
}

// orderOfChange opens the case in which a change's paper is signed, and makes it when there is none.
func (s *Service) orderOfChange(ctx context.Context, c *people.Change) (*vault.Entry, error) {
	const op = "flow.orderOfChange"
	e, err := s.Vault.BySubmission(ctx, changeDraft(c.ID))
	if !errors.Is(err, fault.NotFound) {
		return e, err
	}
	t, ok := s.Directory.Tenant(c.Tenant)
	if !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	sc := &handScope{}
	if sc.auth, ok = t.Authority(c.Authority); !ok {
		return nil, fault.New(op, fault.NotFound, nil)
	}
	if sc.graph, err = s.newest(t.ID, byHandForm); err != nil {
		return nil, err
	}
	if sc.sv, _, err = s.asOffered(t.ID, sc.graph); err != nil {
		return nil, err
	}
	snap, err := s.People.Now(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	words := changeWords{snap: snap, board: sc.auth.Name, change: c}
	raw, err := pdf.Render(s.doc(&casework.Case{Reference: "Ändring " + c.ID}, sc.sv, words.title(), "sv", c.At, words.blocks()...))
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	kept, err := files.Receive(ctx, s.Blobs, nil, bytes.NewReader(raw), "namndens-beslut.pdf", 0, s.Limits)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	answers := forms.Edit(sc.graph.Defaults())
	answers.Put("/titel", words.title())
	answers.Put("/meddelande", words.message())
	answers.Put(handFiles, []any{map[string]any{"id": kept.ID, "name": kept.Name, "size": jsonValue(kept.Size), "type": kept.Type}})
	sc.draft = &vault.Draft{ID: changeDraft(c.ID), Tenant: string(t.ID), Form: byHandForm, Version: string(sc.graph.Form.Version), Lang: "sv",
		Answers: answers.Answers(), Facts: noFacts(t, s.Clock.Now()), Files: map[string]files.Attachment{kept.ID: kept}}
	e, err = s.sendOrderOfChange(ctx, sc, c, snap)
	if err != nil || !slices.ContainsFunc(e.Case.Content.Attachments, func(r casework.Ref) bool { return r.Part.ID == kept.ID }) {
		s.dropPaper(ctx, &people.Paper{Blob: kept.ID}) // another process was first
	}
	return e, err
}

// sendOrderOfChange stores the case; the one that another process has stored meanwhile is given in its place.
func (s *Service) sendOrderOfChange(ctx context.Context, sc *handScope, c *people.Change, snap *people.Snapshot) (*vault.Entry, error) {
	asks := identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: c.By.Subject, Name: c.By.Name, Tenant: c.Tenant}}
	order := secretaryOrder(&sc.graph.Form.Def.Meta.Signing, c, snap)
	e, parts, err := s.handCase(ctx, asks, sc, order)
	if err != nil {
		return nil, err
	}
	next, rec, err := casework.Apply(e.Case, casework.Submitted{Plan: order.plan()}, s.stamp(byStaff, c.By.Name))
	if err != nil {
		return nil, err
	}
	e.Case = next
	err = s.Vault.Create(ctx, e, append(parts, vault.Blob{ID: rec.Header.Body, Kind: "event", Bytes: rec.Bytes}))
	if errors.Is(err, fault.Exists) {
		return s.Vault.BySubmission(ctx, changeDraft(c.ID))
	}
	if err != nil {
		return nil, err
	}
	s.wake(e)
	return e, nil
}

// secretaryOrder is the order by hand in which one of the secretaries signs.
func secretaryOrder(f *forms.Signing, c *people.Change, snap *people.Snapshot) *handDone {
	h := &handDone{within: clock.Span{Days: f.Days}}
	step := signing.PlannedStep{Step: signing.Step{Need: 1}}
	for _, id := range c.Signers {
		p := snap.Person(id)
		if p == nil {
			continue
		}
		party := casework.Party{ID: signing.PartyID("p" + itoa(len(h.parties)+2)), Number: p.Number, Name: p.Name, Title: "Nämndsekreterare",
			Given: casework.Contact{Email: p.Email, Phone: p.Phone}}
		h.parties = append(h.parties, party)
		step.Parties = append(step.Parties, party.ID)
	}
	h.planned = []signing.PlannedStep{step}
	for _, days := range f.Reminders {
		h.Reminders = append(h.Reminders, clock.Span{Days: days})
	}
	return h
}

// asked is what has become of an order to a board's secretaries.
type asked struct {
	place  *signing.Place // who signed, or said no; nil: nobody has answered and nobody will
	signed bool
	ground string // why the change is refused; "" with signed
}

// askedOf says what has become of it; nil while it goes on. A signature counts of who was the board's secretary when signing.
func (s *Service) askedOf(snap *people.Snapshot, change *people.Change, c *casework.Case) *asked {
	left := 0
	for i := range c.Order.Places {
		pl := &c.Order.Places[i]
		at := s.Clock.Now()
		if pl.State == signing.Signed || pl.State == signing.OnPaper {
			at = pl.Since
		}
		secretary := slices.ContainsFunc(change.Signers, func(id people.ID) bool {
			p, party := snap.Person(id), c.Party(pl.Party)
			return p != nil && party != nil && p.Number == party.Number && slices.ContainsFunc(snap.Holds(p, at), func(r people.Role) bool {
				return r.Authority == change.Authority && r.Role == identity.Secretary
			})
		})
		switch {
		case !secretary:
		case pl.State == signing.Signed || pl.State == signing.OnPaper:
			return &asked{place: pl, signed: true}
		case pl.State == signing.Declined:
			return &asked{place: pl, ground: pl.Reason}
		case pl.State.May():
			left++
		}
	}
	switch {
	case c.State == casework.Withdrawn:
		return &asked{ground: "En handläggare tog tillbaka begäran om underskrift."}
	case left == 0 && !c.Order.Ended:
		return &asked{ground: "Ingen av nämndens sekreterare kan skriva under längre."}
	case c.Order.Ended:
		return &asked{ground: "Ärendet avslutades utan att någon av nämndens sekreterare skrev under."}
	case !s.Clock.Now().Before(c.Order.Deadline):
		return &asked{ground: "Ingen skrev under i tid."}
	}
	return nil
}

// settlePaper finds out what has become of the paper that a change waits for, and gives the change as it is then.
func (s *Service) settlePaper(ctx context.Context, c people.Change) (people.Change, error) {
	if c.State != people.Signing {
		return c, nil
	}
	e, err := s.orderOfChange(ctx, &c)
	if errors.Is(err, fault.Gone) { // purged
		return s.People.Refuse(ctx, c.Tenant, c.ID, people.Signatory{}, "Ärendet där papperet skulle skrivas under är gallrat.")
	}
	if err != nil {
		return c, err
	}
	snap, err := s.People.Now(ctx, c.Tenant)
	if err != nil {
		return c, err
	}
	a := s.askedOf(snap, &c, &e.Case)
	switch {
	case a == nil:
		return c, nil
	case a.signed:
		return s.takeSigned(ctx, c, e.Case.ID, a)
	}
	by := people.Signatory{}
	if a.place != nil {
		if p := e.Case.Party(a.place.Party); p != nil {
			by.Name, by.Number = p.Name, p.Number
		}
	}
	if err := s.endOrder(ctx, e.Case.ID, a.ground); err != nil {
		return c, err
	}
	return s.settleWith(ctx, c, func() (people.Change, error) { return s.People.Refuse(ctx, c.Tenant, c.ID, by, a.ground) })
}

// settleWith does the last step; the change as it stands is given when another process has done it meanwhile.
func (s *Service) settleWith(ctx context.Context, c people.Change, do func() (people.Change, error)) (people.Change, error) {
	done, err := do()
	if errors.Is(err, fault.Conflict) {
		return s.People.Change(ctx, c.Tenant, c.ID)
	}
	if err != nil {
		return c, err
	}
	return done, nil
}

// endOrder takes an order back that goes on: nothing more is wanted of the secretaries.
func (s *Service) endOrder(ctx context.Context, id casework.ID, ground string) error {
	_, err := s.change(ctx, id, s.stamp(bySystem, ""), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
		switch e.Case.State {
		case casework.AwaitingSignatures, casework.AwaitingCompletion, casework.AwaitingOfficer:
			return casework.TakenBack{Ground: ground}, nil, nil
		}
		return nil, nil, nil
	})
	return err
}

// handFiled is the stage of an order by hand whose documents are filed.
const handFiled = "klar"

// takeSigned files the case, and makes its PDF, with the evidence in it, the change's paper.
func (s *Service) takeSigned(ctx context.Context, c people.Change, id casework.ID, a *asked) (people.Change, error) {
	const op = "flow.takeSigned"
	e, err := s.change(ctx, id, s.stamp(bySystem, ""), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
		if e.Case.State != casework.AwaitingOfficer || e.Case.Stage == handFiled {
			return nil, nil, nil
		}
		return casework.StageMoved{From: e.Case.Stage, To: handFiled, Note: "Papperet finns vid ändringen av nämndens personer.", Closes: true}, nil, nil
	})
	if err != nil {
		return c, err
	}
	f, err := s.signedPaper(ctx, &c, e)
	if err != nil {
		return c, err
	}
	defer f.Body.Close()
	sum := sha256.New()
	got, err := files.Receive(ctx, s.Blobs, nil, io.TeeReader(f.Body, sum), f.Name, 0, s.Limits)
	if err != nil {
		return c, fault.Wrap(op, err)
	}
	paper := people.Paper{Blob: got.ID, Key: got.Key, Name: got.Name, Size: got.Size, Digest: hex.EncodeToString(sum.Sum(nil)), Evidence: string(id), At: a.place.Since}
	if p := e.Case.Party(a.place.Party); p != nil {
		paper.By = p.Name
	}
	done, err := s.settleWith(ctx, c, func() (people.Change, error) { return s.People.Signed(ctx, c.Tenant, c.ID, paper) })
	if err != nil || done.Paper == nil || done.Paper.Blob != paper.Blob {
		s.dropPaper(ctx, &paper)
	}
	return done, err
}

// signedPaper is what the change says, who signed it, and all of the case as evidence.
func (s *Service) signedPaper(ctx context.Context, c *people.Change, e *vault.Entry) (*File, error) {
	_, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	snap, err := s.People.Now(ctx, c.Tenant)
	if err != nil {
		return nil, err
	}
	auth, _ := sv.Tenant.Authority(c.Authority)
	words := changeWords{snap: snap, board: auth.Name, change: c}
	blocks := append(words.blocks(), pdf.Heading{Level: 2, Text: pdf.Text("Underskrift")})
	var list pdf.SignatureList
	for _, pl := range e.Case.Order.Places {
		if p := e.Case.Party(pl.Party); p != nil {
			list = append(list, pdf.Signature{Name: named(p), Role: p.Title, State: placeWord(pl.State), Detail: when(pl.Since) + reason(pl)})
		}
	}
	d := s.doc(&e.Case, sv, words.title(), "sv", s.Clock.Now(), append(blocks, list)...)
	b, about, err := s.caseBundle(ctx, e)
	if err != nil {
		return nil, err
	}
	d.Attachments = attachments(b, about)
	return s.record(ctx, sv.Tenant, d, sealedCase, "namndens-beslut-"+e.Case.Reference+".pdf")
}

// settlePapers finds out what has become of every paper that is waited for.
func (s *Service) settlePapers(ctx context.Context, all []people.Change) {
	for i, c := range all {
		if c.State != people.Signing {
			continue
		}
		done, err := s.settlePaper(ctx, c)
		if err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a paper that a board's secretary signs was not looked after, and is the next time", "change", c.ID, "error", err)
			continue
		}
		all[i] = done
	}
}
