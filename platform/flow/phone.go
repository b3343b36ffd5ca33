package flow

import (
	"context"
	"errors"

	"samtjanst/forms"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// Signatures by telephone. An officer who is talking with somebody whose signature is wanted asks for it: the person's app tells who called
// whom, asks whether that is so, and then shows the same text as any signature of that order. The person signs; the officer asks, follows and
// learns what came of it. The form and the municipality must both allow it.
//
// What is in progress belongs to the place in the order. An officer never disturbs what the person has begun alone; a person who begins alone
// takes over from the officer.

// PhoneSigning is what an officer sees who asks, or may ask, somebody on the telephone to sign.
type PhoneSigning struct {
	Party     signing.PartyID
	Name      string
	Decision  bool   // it is a decision that is signed, by somebody who takes it
	Right     string // by what right he or she decides; "" it is not said
	Document  string // the name of what is signed, or the outcome of the decision
	Authority string // the municipality, as the text in the app names it
	Reference string
	Declare   string         // what the signer declares, "" nothing
	Case      *CaseView      // as the party reads it who signs what was handed in; nil of a decision
	Parts     []signing.Part // what is signed, as stored
	Brief     bool           // the app shows what it is called and its reference, and not what stands in it
	Why       PhoneHindrance // why nobody can be asked now; "" somebody can
	Offers    eid.Offers     // what can be asked for with
	Order     *Started       // in progress, asked for by an officer; nil there is none
	Call      *signing.Call  // in which it was
	Text      string         // shown in the app, of what is in progress
	Digest    string         // of its manifest
	Status    eid.Status
}

// PhoneHindrance is why somebody cannot be asked by telephone now.
type PhoneHindrance string

// Hindrances.
const (
	PhoneSigned   PhoneHindrance = "signed"    // the person has signed
	PhoneOver     PhoneHindrance = "over"      // the signature is not wanted now
	PhoneOwnFirst PhoneHindrance = "own-first" // the person's own section comes first
	PhoneNoNumber PhoneHindrance = "no-number" // nobody knows the personal number
	PhoneNoEID    PhoneHindrance = "no-eid"    // no e-legitimation that may be used here reaches somebody on the telephone
	PhoneAlone    PhoneHindrance = "alone"     // the person is signing alone at this moment
	PhoneGuarded  PhoneHindrance = "guarded"   // somebody in the case is protected, or custody has changed
	PhoneAway     PhoneHindrance = "away"      // the register of people says that he or she may not decide any more
)

// PhoneHindrances lists them all, for tests that each has its words.
var PhoneHindrances = []PhoneHindrance{PhoneSigned, PhoneOver, PhoneOwnFirst, PhoneNoNumber, PhoneNoEID, PhoneAlone, PhoneGuarded, PhoneAway}

// PhoneInput is how an officer asks.
type PhoneInput struct {
	Caller   eid.Caller // who called
	Provider string     // id of one of the Offers; "" the first
}

// askedByPhone reports whether form and municipality let whoever has a place in an order of the case be asked by telephone.
func askedByPhone(m *forms.Meta, t *directory.Tenant, c *casework.Case, p signing.PartyID) bool {
	allowed := m.Signing.Phone
	if c.Order.Place(p) == nil {
		allowed = m.Decision.Sign != nil && m.Decision.Sign.Phone
	}
	return allowed && t.PhoneSigning
}

// own reports whether a party is the officer, who signs on a page of his or her own.
func own(a identity.Actor, p *casework.Party) bool {
	return p.Subject != "" && p.Subject == a.Staff.Subject || !p.Number.IsZero() && p.Number == a.Staff.Number
}

// MayAskByPhone reports whether an officer who looks at a case may ask a party by telephone now.
func MayAskByPhone(a identity.Actor, v *StaffCase, party signing.PartyID) bool {
	c := &v.Case
	p := c.Party(party)
	return a.Staff != nil && p != nil && !p.Left && !p.Number.IsZero() && c.MaySign(party) && !own(a, p) &&
		askedByPhone(&v.Form.Def.Meta, v.Service.Tenant, c, party) && worksWith(a, c, handlers...)
}

// phoneCase is a case with somebody in it whom an officer may have on the telephone.
type phoneCase struct {
	e        *vault.Entry
	p        *casework.Party
	meta     *forms.Meta
	sv       ServiceView
	decision bool
	level    int
	text     func(digest string) string // nil when nothing is to be signed now
}

// phoneCase opens a case for an officer who works with it. fault.NotFound when the party has nothing to sign, is the officer, or may not be
// asked by telephone.
func (s *Service) phoneCase(ctx context.Context, a identity.Actor, id casework.ID, party signing.PartyID, what string) (*phoneCase, error) {
	e, err := s.staffCase(ctx, a, id, what, "signing", handlers...)
	if err != nil {
		return nil, err
	}
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	k := &phoneCase{meta: &g.Form.Def.Meta, sv: sv}
	if err := k.now(e, party); err != nil {
		return nil, err
	}
	if own(a, k.p) || !askedByPhone(k.meta, sv.Tenant, &e.Case, party) {
		return nil, fault.New("flow.phoneCase", fault.NotFound, nil)
	}
	return k, nil
}

// now takes the case as it stands. fault.NotFound when the party is not among those who sign any more.
func (k *phoneCase) now(e *vault.Entry, party signing.PartyID) error {
	p, o := e.Case.Party(party), e.Case.OrderOf(party)
	if p == nil || p.Left || o.Place(party) == nil {
		return fault.New("flow.phoneCase", fault.NotFound, nil)
	}
	k.e, k.p, k.decision, k.text = e, p, e.Case.Order.Place(party) == nil, nil
	return nil
}

// phoneView makes the view of what is to be signed, with nothing in progress.
func (s *Service) phoneView(ctx context.Context, k *phoneCase) (*PhoneSigning, error) {
	c, p := &k.e.Case, k.p
	pl := placeOf(c, p.ID)
	v := &PhoneSigning{Party: p.ID, Name: p.Name, Decision: k.decision, Authority: k.sv.Tenant.Name, Reference: c.Reference,
		Brief: k.meta.Class.K >= confidential}
	fill := s.phoneApplication
	if k.decision {
		fill = s.phoneDecision
	}
	ownFirst, err := fill(ctx, k, v)
	switch {
	case err != nil:
		return nil, err
	case pl.State.Done():
		v.Why = PhoneSigned
	case k.text == nil && !ownFirst:
		v.Why = PhoneOver
	case ownFirst:
		v.Why = PhoneOwnFirst
	case p.Number.IsZero():
		v.Why = PhoneNoNumber
	case len(v.Offers) == 0:
		v.Why = PhoneNoEID
	}
	return v, nil
}

// phoneApplication fills in what a party of the application signs; ownFirst says that the own section comes before.
func (s *Service) phoneApplication(ctx context.Context, k *phoneCase, v *PhoneSigning) (ownFirst bool, err error) {
	sg, err := s.signingView(ctx, k.e, k.p)
	if err != nil {
		return false, err
	}
	v.Case, v.Document, v.Declare, v.Parts = sg.Case, sg.Document, k.meta.Signing.Declare, sg.Parts
	v.Offers, k.level = sg.Offers.Called(), signingLevel(k.meta)
	if sg.Case.MaySign && !sg.Case.OwnFirst {
		k.text = func(digest string) string { return s.signText(sg.Case, digest, 0) }
	}
	return sg.Case.MaySign && sg.Case.OwnFirst, nil
}

// phoneDecision fills in what somebody who decides signs.
func (s *Service) phoneDecision(ctx context.Context, k *phoneCase, v *PhoneSigning) (ownFirst bool, err error) {
	d, err := s.decisionView(ctx, k.e, k.p)
	if err != nil {
		return false, err
	}
	v.Document, v.Right, v.Parts = d.Outcome, d.Right, k.e.Case.PartsOf(k.p.ID)
	v.Offers, k.level = d.Offers.Called(), decisionLevel(k.meta)
	if d.MaySign {
		k.text = func(digest string) string {
			d.Digest = digest
			return decisionText(k.sv, k.meta, d)
		}
	}
	return false, nil
}

// PhoneSigning shows what an officer may ask a party to sign by telephone, or what is in progress.
func (s *Service) PhoneSigning(ctx context.Context, a identity.Actor, id casework.ID, party signing.PartyID) (*PhoneSigning, error) {
	k, err := s.phoneCase(ctx, a, id, party, "document")
	if err != nil {
		return nil, err
	}
	defer s.polls.lock(attemptKey(id, party))()
	return s.phoneNow(ctx, k)
}

// PollPhoneSigning asks how it goes, as PollSigning does. fault.NotFound too when the decision has been laid aside meanwhile.
func (s *Service) PollPhoneSigning(ctx context.Context, a identity.Actor, id casework.ID, party signing.PartyID) (*PhoneSigning, error) {
	k, err := s.phoneCase(ctx, a, id, party, "")
	if err != nil {
		return nil, err
	}
	s.askNow(ctx, id, k.p.Number)
	defer s.polls.lock(attemptKey(id, party))()
	e, err := s.Vault.Load(ctx, id) // the signature may have been stored
	if err != nil {
		return nil, err
	}
	if err := k.now(e, party); err != nil {
		return nil, err
	}
	return s.phoneNow(ctx, k)
}

// phoneNow makes the view with what is in progress, and forgets what has ended. The place is locked.
func (s *Service) phoneNow(ctx context.Context, k *phoneCase) (*PhoneSigning, error) {
	id, party := k.e.Case.ID, k.p.ID
	at, err := s.attempt(ctx, k.e, party)
	if errors.Is(err, fault.NotFound) {
		v, err := s.phoneView(ctx, k)
		if err == nil {
			v.Status, _ = s.collecting.end(attemptKey(id, party), true)
		}
		return v, err
	}
	if err != nil {
		return nil, err
	}
	e, status, _, err := s.askedAbout(ctx, k.e, k.p, at)
	switch {
	case errors.Is(err, fault.Conflict): // somebody else was first: what was signed here is not wanted any more
		status = eid.Status{State: eid.Failed, Message: eid.Cancelled}
		if e, err = s.Vault.Load(ctx, id); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	if status.State != eid.Pending {
		if err := s.dropAttempt(ctx, attemptKey(id, party)); err != nil {
			return nil, err
		}
	}
	if err := k.now(e, party); err != nil {
		return nil, err
	}
	v, err := s.phoneView(ctx, k)
	switch {
	case err != nil:
		return nil, err
	case at.Call == nil && status.State == eid.Pending && v.Why == "":
		v.Why = PhoneAlone
	case at.Call != nil:
		v.Status = status
		if status.State == eid.Pending {
			v.Order, v.Call, v.Text, v.Digest = &at.Order, at.Call, at.Text, signing.ManifestDigest(at.Manifest)
		}
	}
	return v, nil
}

// AskByPhone asks a party who is on the telephone to sign. Asked already, by a colleague or the same button, it gives what is in progress.
// Pointer of problems: /caller. fault.Conflict with the view when it cannot be asked for (Why); with the view too what the provider refuses.
func (s *Service) AskByPhone(ctx context.Context, a identity.Actor, id casework.ID, party signing.PartyID, in PhoneInput) (*PhoneSigning, []forms.Problem, error) {
	const op = "flow.AskByPhone"
	k, err := s.phoneCase(ctx, a, id, party, "")
	if err != nil {
		return nil, nil, err
	}
	defer s.polls.lock(attemptKey(id, party))()
	v, err := s.phoneNow(ctx, k)
	switch {
	case err != nil:
		return nil, nil, err
	case v.Order != nil:
		return v, nil, nil
	case v.Why == "" && in.Caller != eid.CalledByAuthority && in.Caller != eid.CalledByPerson:
		return v, problem("caller", forms.Required), nil
	case v.Why == "":
		if v.Why, err = s.phoneBarred(ctx, k); err != nil {
			return nil, nil, err
		}
	}
	if v.Why != "" {
		return v, nil, fault.Newf(op, fault.Conflict, "cannot be asked: %s", v.Why)
	}
	v.Status = eid.Status{}
	return v, nil, s.phoneStart(ctx, a, k, v, in)
}

// phoneBarred asks the registers once more before somebody is asked to sign.
func (s *Service) phoneBarred(ctx context.Context, k *phoneCase) (PhoneHindrance, error) {
	if k.decision {
		able, err := s.mayStill(ctx, k.e, k.p)
		if err != nil || able {
			return "", err
		}
		return PhoneAway, nil
	}
	err := s.guarded(ctx, k.e, k.p, "signing")
	if errors.Is(err, fault.Hindered) {
		return PhoneGuarded, nil
	}
	return "", err
}

// phoneStart starts the order, records that the officer asked, and follows it. An order that could not be recorded is ended.
func (s *Service) phoneStart(ctx context.Context, a identity.Actor, k *phoneCase, v *PhoneSigning, in PhoneInput) error {
	const op = "flow.phoneStart"
	id, p := k.e.Case.ID, k.p
	manifest, err := s.manifest(k.e, p)
	if err != nil {
		return err
	}
	digest := signing.ManifestDigest(manifest)
	text := k.text(digest)
	hidden, err := signing.Hidden(manifest)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	order, err := s.beginCall(ctx, v.Offers, in.Provider, eid.Request{Purpose: eid.Sign, Number: p.Number, Level: k.level, Text: text, Hidden: hidden}, in.Caller)
	if err != nil {
		return err
	}
	call := &signing.Call{Officer: a.Staff.Name, Caller: string(in.Caller)}
	by, name := byWho(a)
	_, err = s.change(ctx, id, s.stamp(by, name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.AskedByPhone{Party: p.ID, Caller: call.Caller}, nil, nil
	})
	if err == nil {
		err = s.keepAttempt(ctx, k.e, p.ID, attempt{Order: order, Manifest: manifest, Text: text, Hidden: hidden, Level: k.level, Number: p.Number,
			Subject: p.Subject, Call: call})
	}
	if err != nil {
		if stop := s.stop(context.WithoutCancel(ctx), order); stop != nil {
			s.Log.WarnContext(ctx, "an order by telephone was not cancelled", "case", id, "error", stop)
		}
		return err
	}
	v.Order, v.Call, v.Text, v.Digest, v.Status = &order, call, text, digest, eid.Status{State: eid.Pending, Message: eid.CallStart}
	return nil
}

// CancelPhoneSigning ends what an officer has asked for; nothing happens when there is none, or the person is signing alone.
func (s *Service) CancelPhoneSigning(ctx context.Context, a identity.Actor, id casework.ID, party signing.PartyID) error {
	k, err := s.phoneCase(ctx, a, id, party, "")
	if err != nil {
		return err
	}
	defer s.polls.lock(attemptKey(id, party))()
	at, err := s.attempt(ctx, k.e, party)
	if errors.Is(err, fault.NotFound) || err == nil && at.Call == nil {
		return nil
	}
	if err != nil {
		return err
	}
	return s.cancelAttempt(ctx, k.e, k.p)
}
