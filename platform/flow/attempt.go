package flow

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/canon"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// attempt is a signature in progress, kept sealed beside the case until it ends.
type attempt struct {
	Order    Started
	Manifest []byte
	Text     string
	Markdown bool
	Hidden   []byte
	IP       string
	Level    int           // that was asked for
	Number   idno.Number   // who may complete it
	Subject  string        // of who decides; "" a party
	Call     *signing.Call // in which an officer asked for it; nil when the person began alone
}

// attemptLife is longer than any order lives.
const attemptLife = 15 * time.Minute

func attemptKey(id casework.ID, p signing.PartyID) string { return string(id) + "/" + string(p) }

// keepAttempt keeps an order that has been started, and follows it.
func (s *Service) keepAttempt(ctx context.Context, e *vault.Entry, p signing.PartyID, at attempt) error {
	if err := s.storeAttempt(ctx, e, p, at); err != nil {
		return err
	}
	s.collecting.follow(e.Case.ID, p, at)
	return nil
}

func (s *Service) storeAttempt(ctx context.Context, e *vault.Entry, p signing.PartyID, at attempt) error {
	const op = "flow.storeAttempt"
	raw, err := json.Marshal(at)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	body, err := e.Seal(raw, "attempt/"+string(p))
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	return s.keep(ctx, store.Record{Collection: "signing", Key: attemptKey(e.Case.ID, p), Expires: s.Clock.Now().Add(attemptLife), Body: body})
}

func (s *Service) attempt(ctx context.Context, e *vault.Entry, p signing.PartyID) (attempt, error) {
	rec, err := s.Vault.Store.GetRecord(ctx, s.Clock.Now(), "signing", attemptKey(e.Case.ID, p))
	if err != nil {
		return attempt{}, fault.Wrap("flow.attempt", err)
	}
	raw, err := e.Open(rec.Body, "attempt/"+string(p))
	if err != nil {
		return attempt{}, fault.New("flow.attempt", fault.Internal, err)
	}
	var at attempt
	if err := json.Unmarshal(raw, &at); err != nil {
		return attempt{}, fault.New("flow.attempt", fault.Internal, err)
	}
	return at, nil
}

// PollSigning asks how the e-legitimation goes. When it is complete the evidence has been verified and is stored before anybody is
// answered; polling again after that gives the page as signed. With nothing in progress Order is nil.
//
// While it is pending the view has the order and nothing of the case.
func (s *Service) PollSigning(ctx context.Context, a identity.Actor, id casework.ID) (*SigningView, error) {
	if a.Citizen != nil {
		s.askNow(ctx, id, a.Citizen.SignsAs())
	}
	if v := s.pending(a, id); v != nil {
		return v, nil
	}
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if e.Case.Order.Place(p.ID) == nil {
		return nil, fault.New("flow.PollSigning", fault.NotFound, nil)
	}
	defer s.polls.lock(attemptKey(id, p.ID))()
	at, err := s.attempt(ctx, e, p.ID)
	if errors.Is(err, fault.NotFound) { // no order whose start asked the register
		if e, p, err = s.signable(ctx, a, id); err != nil {
			return nil, err
		}
		v, err := s.signingView(ctx, e, p)
		if err == nil {
			v.Status, _ = s.collecting.end(attemptKey(id, p.ID), false)
		}
		return v, err
	}
	if err != nil {
		return nil, err
	}
	e, status, gone, err := s.askedAbout(ctx, e, p, at)
	if err != nil {
		return nil, err
	}
	if gone {
		return s.signingView(ctx, e, e.Case.Party(p.ID))
	}
	return s.polled(ctx, e, p, at, status)
}

// pending gives the person's own order while the platform follows it and it is pending.
func (s *Service) pending(a identity.Actor, id casework.ID) *SigningView {
	if a.Citizen == nil {
		return nil
	}
	order, st, ok := s.collecting.pendingOf(id, a.Citizen.SignsAs())
	if !ok {
		return nil
	}
	return &SigningView{Order: &order, Status: st}
}

// polled shows the page with the order while it lasts; an order that has ended is forgotten.
func (s *Service) polled(ctx context.Context, e *vault.Entry, p *casework.Party, at attempt, status eid.Status) (*SigningView, error) {
	if status.State != eid.Pending {
		if err := s.dropAttempt(ctx, attemptKey(e.Case.ID, p.ID)); err != nil {
			return nil, err
		}
	}
	v, err := s.signingView(ctx, e, e.Case.Party(p.ID))
	if err != nil {
		return nil, err
	}
	v.Status = status
	if status.State == eid.Pending {
		v.Order, v.Text = &at.Order, at.Text
		v.Digest = signing.ManifestDigest(at.Manifest)
	}
	return v, nil
}

// statusOf turns a provider's error into what the page shows. No answer leaves the order pending, so that asking again may succeed.
func statusOf(err error) eid.Status {
	var r *eid.Refusal
	msg := eid.TechnicalFault
	if errors.As(err, &r) {
		msg = r.Message
	}
	if errors.Is(err, fault.Unavailable) {
		return eid.Status{State: eid.Pending, Message: msg}
	}
	return eid.Status{State: eid.Failed, Message: msg}
}

func (s *Service) complete(ctx context.Context, who idno.Number, e *vault.Entry, p *casework.Party, at attempt, status eid.Status) (*vault.Entry, eid.Status, error) {
	done := status.Done
	now := s.Clock.Now()
	refuse := func(m eid.Message) (*vault.Entry, eid.Status, error) {
		return e, eid.Status{State: eid.Failed, Hint: status.Hint, Message: m}, nil
	}
	if done == nil || done.Number != who {
		s.Log.ErrorContext(ctx, "signature by somebody else than asked", "case", e.Case.ID, "party", p.ID)
		return refuse(eid.WrongPerson)
	}
	if done.Level < at.Level {
		s.Log.ErrorContext(ctx, "signature at a lower level than asked", "case", e.Case.ID, "party", p.ID, "level", done.Level)
		return refuse(eid.EvidenceRejected)
	}
	want := Wanted{Provider: at.Order.Provider, Number: who, Text: at.Text, Markdown: at.Markdown, Hidden: at.Hidden, At: now}
	switch err := s.Verify(ctx, *done, want); {
	case errors.Is(err, fault.Unavailable): // what it is held against could not be had: that says nothing of the signature
		s.Log.ErrorContext(ctx, "evidence could not be verified", "case", e.Case.ID, "party", p.ID, "error", err)
		return refuse(eid.TechnicalFault)
	case err != nil:
		s.Log.ErrorContext(ctx, "evidence rejected", "case", e.Case.ID, "party", p.ID, "error", err)
		return refuse(eid.EvidenceRejected)
	}
	ev := proof.Evidence{Type: proof.EvidenceType, Provider: at.Order.Provider, Format: evidence.Format(done.Format), Method: done.Method, Manifest: string(at.Manifest), Text: at.Text, Markdown: at.Markdown,
		Hidden: at.Hidden, Signature: done.Signature, OCSP: done.OCSP, Number: done.Number.Digits(), Name: done.Name, At: now, IP: at.IP,
		DeviceIP: done.DeviceIP, Level: done.Level, Call: at.Call}
	raw, err := canon.Marshal(ev)
	if err != nil {
		return nil, status, fault.New("flow.complete", fault.Internal, err)
	}
	part := casework.PartID(randomID())
	signed := false
	next, err := s.change(ctx, e.Case.ID, s.stamp(byParty(p), done.Name), func(now *vault.Entry) (casework.Event, []vault.Blob, error) {
		var m signing.Manifest
		if err := json.Unmarshal(at.Manifest, &m); err != nil {
			return nil, nil, fault.New("flow.complete", fault.Internal, err)
		}
		signed = covers(m, &now.Case, p.ID)
		if !signed {
			return nil, nil, nil // what was signed is no longer what stands in the case
		}
		return casework.SignedBy{Party: p.ID, Method: at.Order.Provider, Manifest: signing.ManifestDigest(at.Manifest), Evidence: part, Call: at.Call},
			[]vault.Blob{{ID: part, Kind: "evidence", Bytes: raw}}, nil
	})
	if errors.Is(err, fault.Conflict) && !errors.Is(err, errSaved) { // somebody else was first: what was signed here is not wanted any more
		s.Log.InfoContext(ctx, "a signature came when none was wanted any more", "case", e.Case.ID, "party", p.ID)
		e, err = s.Vault.Load(ctx, e.Case.ID)
		return e, eid.Status{State: eid.Failed, Message: eid.Cancelled}, err
	}
	if err != nil {
		return nil, status, err
	}
	e = next
	if !signed {
		return refuse(eid.EvidenceRejected)
	}
	s.Usage.Note(identity.TenantID(e.Case.Tenant), usage.Signature)
	return e, status, nil
}

// covers reports whether the manifest lists what the signer signs as it now stands: the common parts and the own, or the decision.
func covers(m signing.Manifest, c *casework.Case, p signing.PartyID) bool {
	listed := map[string]string{}
	for _, part := range m.Parts {
		listed[part.ID] = part.Digest
	}
	for _, part := range c.PartsOf(p) {
		if part.Audience.Includes(p) && listed[part.ID] != part.Digest {
			return false
		}
	}
	return m.Signer == p && m.Order == c.OrderOf(p).ID
}

// CancelSigning ends the e-legitimation in progress; nothing happens when there is none.
func (s *Service) CancelSigning(ctx context.Context, a identity.Actor, id casework.ID) error {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return err
	}
	return s.cancelAttempt(ctx, e, p)
}

func (s *Service) cancelAttempt(ctx context.Context, e *vault.Entry, p *casework.Party) error {
	at, err := s.attempt(ctx, e, p.ID)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.stop(ctx, at.Order); err != nil {
		return err
	}
	key := attemptKey(e.Case.ID, p.ID)
	s.collecting.forget(key)
	return s.dropAttempt(ctx, key)
}
