package flow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// Client is the browser in front of the person, as the e-legitimation wants to know it.
type Client struct {
	IP, UserAgent, DeviceID, Domain string
	ReturnURL                       string
	For                             identity.TenantID // whose pages these are, which pays for a login; "" for the portal's
}

// Wanted is what a signature must be: made by this person, over this text and hidden data.
type Wanted struct {
	Provider string // id of the e-legitimation
	Number   idno.Number
	Text     string
	Markdown bool
	Hidden   []byte
	At       time.Time
}

// EvidenceCheck verifies a completed signature offline, by every check of its format.
type EvidenceCheck func(ctx context.Context, done eid.Completion, want Wanted) error

// guarded refuses with the neutral page when somebody in the case is now protected or custody has changed, and has the officer told.
func (s *Service) guarded(ctx context.Context, e *vault.Entry, p *casework.Party, purpose string) error {
	found, err := s.guard(ctx, e, purpose)
	if errors.Is(err, fault.Unavailable) && e.Case.Manual && p.ID == e.Case.Applicant().ID {
		return nil // the applicant wrote all of it by hand; notices and the others wait for the register
	}
	if err != nil {
		return err
	}
	if found == "" {
		return nil
	}
	if err := s.noteFound(ctx, e, found, purpose); err != nil {
		return err
	}
	return fault.New("flow.guarded", fault.Hindered, nil)
}

// noteFound lets the case, and so the officer, know what guard found; once.
func (s *Service) noteFound(ctx context.Context, e *vault.Entry, found, purpose string) error {
	if e.Case.Guarded {
		return nil
	}
	_, err := s.change(ctx, e.Case.ID, s.stamp(bySystem, purpose), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
		if e.Case.Guarded {
			return nil, nil, nil
		}
		return casework.ProtectionFound{What: found}, nil, nil
	})
	return err
}

// signable opens a case for a party who may sign it now.
func (s *Service) signable(ctx context.Context, a identity.Actor, id casework.ID) (*vault.Entry, *casework.Party, error) {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return nil, nil, err
	}
	pl := e.Case.Order.Place(p.ID)
	if pl == nil {
		return nil, nil, fault.New("flow.signable", fault.NotFound, nil)
	}
	if err := s.guarded(ctx, e, p, "signing"); err != nil {
		return nil, nil, err
	}
	return e, p, nil
}

// SigningPage shows a party what is to be signed, and notes that it was opened. It is also right for a page after signing: then
// MaySign is false.
func (s *Service) SigningPage(ctx context.Context, a identity.Actor, id casework.ID) (*SigningView, error) {
	e, p, err := s.signable(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if pl := e.Case.Order.Place(p.ID); e.Case.MaySign(p.ID) && pl.State != signing.Opened {
		e, err = s.change(ctx, id, s.stamp(byParty(p), p.Name), func(e *vault.Entry) (casework.Event, []vault.Blob, error) {
			if !e.Case.MaySign(p.ID) || e.Case.Order.Place(p.ID).State == signing.Opened || !e.Case.State.Open() {
				return nil, nil, nil // meanwhile it is noted already, or nothing is wanted any more: the page says so
			}
			return casework.Opened{Party: p.ID}, nil, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return s.signingView(ctx, e, e.Case.Party(p.ID))
}

func (s *Service) signingView(ctx context.Context, e *vault.Entry, p *casework.Party) (*SigningView, error) {
	cv, err := s.caseView(ctx, e, p)
	if err != nil {
		return nil, err
	}
	meta := &cv.Form.Def.Meta
	v := &SigningView{Case: cv, Document: meta.Signing.Document,
		Offers: s.EIDs.Among(cv.Service.Tenant.EID).Among(meta.Signing.With).Signers(signingLevel(meta))}
	for _, part := range e.Case.Parts() {
		if part.Audience.Includes(p.ID) {
			v.Parts = append(v.Parts, part)
		}
	}
	if !cv.MaySign || cv.OwnFirst {
		return v, nil
	}
	manifest, err := s.manifest(e, p)
	if err != nil {
		return nil, err
	}
	v.Digest = signing.ManifestDigest(manifest)
	v.Text = s.signText(cv, v.Digest, 0)
	return v, nil
}

// signingLevel is the level of assurance that signatures of a form need.
func signingLevel(m *forms.Meta) int {
	if m.Signing.Level == 0 {
		return int(identity.LoA3)
	}
	return m.Signing.Level
}

func (s *Service) manifest(e *vault.Entry, p *casework.Party) ([]byte, error) {
	c := &e.Case
	raw, err := signing.NewManifest(c.OrderOf(p.ID).ID, c.Reference, c.Form, c.Version, p.ID, s.Clock.Now(), c.PartsOf(p.ID)).Bytes()
	if err != nil {
		return nil, fault.New("flow.manifest", fault.Internal, err)
	}
	return raw, nil
}

// confidential is the class from which the text in the app names the document only, since that text passes the provider.
const confidential = 3

// maxText keeps the text within what the app takes, in bytes.
const maxText = 28000

// cutShort stands where answers that are too long for the app end. They are signed all the same: the digest covers them whole.
const cutShort = "\n[…] Resten får inte plats här. Hela ansökan är det som visas på sidan och som kontrollsumman gäller.\n"

// signText is what the app shows: the document's name, the reference and the digest, and below class K3 the answers themselves; of these as
// much as fits in limit bytes, 0 for maxText.
func (s *Service) signText(v *CaseView, digest string, limit int) string {
	if limit == 0 {
		limit = maxText
	}
	meta := v.Form.Def.Meta
	head := fmt.Sprintf("%s\n%s\n\nReferens: %s\n", meta.Signing.Document, v.Service.Tenant.Name, v.Reference)
	var body, end strings.Builder
	if meta.Class.K < confidential {
		for _, page := range s.signed(v) {
			fmt.Fprintf(&body, "\n%s\n", strings.ToUpper(page.Title))
			for _, p := range page.Pairs {
				fmt.Fprintf(&body, "%s: %s\n", p.Question, p.Answer)
			}
		}
	}
	if meta.Signing.Declare != "" {
		fmt.Fprintf(&end, "\n%s\n", meta.Signing.Declare)
	}
	fmt.Fprintf(&end, "\nKontrollsumma (SHA-256):\n%s\n", digest)
	return head + shorten(body.String(), limit-len(head)-end.Len()) + end.String()
}

// shorten keeps a text within limit bytes, whole characters, and says that it did.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := max(limit-len(cutShort), 0)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + cutShort
}

// StartSigning starts one of the e-legitimations of SigningView.Offers for the party, the first when provider is "", and gives the page with
// the order.
func (s *Service) StartSigning(ctx context.Context, a identity.Actor, id casework.ID, provider string, client Client) (*SigningView, error) {
	e, p, err := s.signable(ctx, a, id)
	if err != nil {
		return nil, err
	}
	v, err := s.signingView(ctx, e, p)
	if err != nil {
		return nil, err
	}
	if !v.Case.MaySign || v.Case.OwnFirst {
		return v, fault.New("flow.StartSigning", fault.Conflict, nil)
	}
	defer s.polls.lock(attemptKey(id, p.ID))()
	if old, err := s.attempt(ctx, e, p.ID); err == nil { // one order at a time: a reload or a second tab replaces the first
		if err := s.stop(ctx, old.Order); err != nil {
			s.Log.WarnContext(ctx, "an earlier order was not cancelled", "case", id, "error", err)
		}
	}
	manifest, err := s.manifest(e, p)
	if err != nil {
		return nil, err
	}
	v.Digest = signing.ManifestDigest(manifest)
	offer, _ := v.Offers.Get(provider)
	v.Text = s.signText(v.Case, v.Digest, offer.MaxText)
	hidden, err := signing.Hidden(manifest)
	if err != nil {
		return nil, fault.New("flow.StartSigning", fault.Internal, err)
	}
	level := signingLevel(&v.Case.Form.Def.Meta)
	order, err := s.begin(ctx, v.Offers, provider, eid.Request{Purpose: eid.Sign, EndUserIP: client.IP, UserAgent: client.UserAgent, Domain: client.Domain,
		DeviceID: client.DeviceID, ReturnURL: client.ReturnURL, Number: a.Citizen.SignsAs(), Level: level, Text: v.Text, Hidden: hidden})
	if err != nil {
		return v, err
	}
	at := attempt{Order: order, Manifest: manifest, Text: v.Text, Hidden: hidden, IP: client.IP, Level: level, Number: a.Citizen.SignsAs()}
	if err := s.keepAttempt(ctx, e, p.ID, at); err != nil {
		return nil, err
	}
	v.Order, v.Status = &order, eid.Status{State: eid.Pending, Message: eid.StartApp}
	return v, nil
}

// SignedPart gives a party a part exactly as it is stored and signed.
func (s *Service) SignedPart(ctx context.Context, a identity.Actor, id casework.ID, part string) (*File, error) {
	e, p, err := s.signable(ctx, a, id)
	if err != nil {
		return nil, err
	}
	for _, q := range e.Case.Parts() {
		if q.ID == part && q.Audience.Includes(p.ID) {
			return s.part(ctx, e, q)
		}
	}
	return nil, fault.New("flow.SignedPart", fault.NotFound, nil)
}

func (s *Service) part(ctx context.Context, e *vault.Entry, q signing.Part) (*File, error) {
	for _, r := range e.Case.Content.Attachments {
		if r.Part.ID == q.ID {
			return s.openAttachment(ctx, r)
		}
	}
	raw, err := s.Vault.Part(ctx, e, casework.PartID(q.ID))
	if err != nil {
		return nil, err
	}
	return fileOf(q.Kind+".json", q.Media, raw), nil
}

// Decline records that a party does not sign. The reason reaches the officer only.
func (s *Service) Decline(ctx context.Context, a identity.Actor, id casework.ID, reason string) error {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return err
	}
	g, _, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return err
	}
	reason, err = cleanText(reason, maxReason)
	if err != nil {
		return err
	}
	if err := s.CancelSigning(ctx, a, id); err != nil {
		return err
	}
	_, err = s.change(ctx, id, s.stamp(byParty(p), p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.DeclinedBy{Party: p.ID, Reason: reason, Back: g.Form.Def.Meta.Signing.Decline == journey.Applicant}, nil, nil
	})
	return err
}

// Hinder records that a party cannot sign, for a reason that is not what is to be signed: ill, away, jäv. The next in turn is asked, when
// there is one. The reason reaches the officer only.
func (s *Service) Hinder(ctx context.Context, a identity.Actor, id casework.ID, reason string) error {
	_, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return err
	}
	if reason, err = cleanText(reason, maxReason); err != nil {
		return err
	}
	if err := s.CancelSigning(ctx, a, id); err != nil {
		return err
	}
	_, err = s.change(ctx, id, s.stamp(byParty(p), p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.HinderedBy{Party: p.ID, Reason: reason}, nil, nil
	})
	return err
}

// maxReason is how long a stated reason may be, in characters.
const maxReason = 4000
