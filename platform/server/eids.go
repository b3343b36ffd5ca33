package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/signservice"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// legitimations are the e-legitimations as configured, what their signatures are held against, and what they need done.
type legitimations struct {
	offers   eid.Offers
	trust    trust
	metadata map[string]func() ([]byte, error) // ours, by id
	refresh  []func(context.Context) error
}

// frejaText is how much of a text Freja's app takes, in bytes: its limit is in characters, of which Swedish ones take two.
const frejaText = 3500

func newLegitimations(cfg config.Config, s store.Store, box sealed.Box, ck clock.Clock) (legitimations, error) {
	var l legitimations
	l.trust.known = known{s, box, ck}
	material, err := cfg.BankID.Load()
	if err != nil {
		return l, fmt.Errorf("bankid: %w", err)
	}
	bank, err := bankid.New(cfg.BankID, material, ck)
	if err != nil {
		return l, fmt.Errorf("bankid: %w", err)
	}
	l.trust.bankID = material.Roots
	l.offers = eid.Offers{{Provider: bank, Title: map[string]string{"sv": "BankID"}, Level: 3, Login: true, Sign: true}}
	l.metadata = map[string]func() ([]byte, error){}
	for _, e := range cfg.EIDs() {
		if err := l.add(e, seen{s, ck}, ck); err != nil {
			return l, fmt.Errorf("eid: %s: %w", e.ID, err)
		}
	}
	return l, nil
}

func (l *legitimations) add(e config.EID, answered seen, ck clock.Clock) error {
	offer := eid.Offer{Title: e.Title, Level: e.Level, Login: !e.NoLogin, Sign: true}
	switch {
	case e.Freja != nil:
		c, err := freja.New(*e.Freja, ck)
		if err != nil {
			return err
		}
		if c.ID() != e.ID {
			return fmt.Errorf("freja's id is %s", c.ID())
		}
		pinned, err := os.ReadFile(e.Freja.Signers)
		if err != nil {
			return err
		}
		if l.trust.freja, err = evidence.ParseFrejaSigners(pinned); err != nil {
			return err
		}
		offer.Provider, offer.MaxText = c, frejaText
	case e.SAML != nil:
		m, err := e.SAML.Load()
		if err != nil {
			return err
		}
		c, err := saml.New(*e.SAML, m, answered, ck)
		if err != nil {
			return err
		}
		offer.Provider, offer.Sign = c, e.SAML.Sign
		l.trust.saml = append(l.trust.saml, samlTrust{e.ID, e.SAML.EntityID, c})
		l.metadata[e.ID] = c.Metadata
		l.refresh = append(l.refresh, c.Refresh)
	case e.SignService != nil:
		m, err := e.SignService.Load()
		if err != nil {
			return err
		}
		c, err := signservice.New(*e.SignService, m, answered, ck)
		if err != nil {
			return err
		}
		offer.Provider, offer.Login = c, false
		l.trust.service = append(l.trust.service, m.Roots)
	}
	l.offers = append(l.offers, offer)
	return nil
}

// trust is what signatures are held against.
type trust struct {
	bankID  evidence.Roots
	freja   evidence.FrejaSigners
	saml    []samlTrust
	service []evidence.Roots
	known   known
}

type samlTrust struct {
	id, audience string
	client       *saml.Client
}

// samlPatience is how long the check of a signature waits for an identity provider's certificates, which are nearly always known.
const samlPatience = 5 * time.Second

// issuer is an identity provider as it is trusted now, noted in the book of those that have been. Fault: Unavailable.
func (t trust) issuer(ctx context.Context, s samlTrust) (evidence.SAMLIssuer, error) {
	i, err := s.client.Issuer(ctx)
	if err == nil {
		err = t.known.remember(ctx, i)
	}
	return i, err
}

// verify checks a signature once more where it is stored, so that what is kept as evidence does not rest on the client alone.
func (t trust) verify(ctx context.Context, done eid.Completion, want flow.Wanted) error {
	in := evidence.Input{Received: evidence.Received{XML: done.Signature, OCSP: done.OCSP, At: want.At}, Use: evidence.Signing, Number: want.Number,
		Text: []byte(want.Text), Markdown: want.Markdown, Hidden: want.Hidden}
	switch evidence.Format(done.Format) {
	case evidence.BankID:
		in.Roots = t.bankID
		_, err := evidence.VerifyBankID(in)
		return err
	case evidence.Freja:
		_, err := evidence.VerifyFreja(evidence.FrejaInput{FrejaReceived: evidence.FrejaReceived{JWS: done.Signature, Signers: t.freja, At: want.At},
			Use: evidence.Signing, Number: want.Number, Level: done.Level, Text: in.Text, Hidden: in.Hidden})
		return err
	case evidence.Service:
		var err error
		for _, roots := range t.service {
			in.Roots = roots
			if _, err = evidence.VerifyService(in); err == nil {
				return nil
			}
		}
		return errors.Join(err, fault.Newf("server.verify", fault.Invalid, "no signing service's signature"))
	case evidence.SAML:
		i := slices.IndexFunc(t.saml, func(s samlTrust) bool { return s.id == want.Provider })
		if i < 0 {
			break
		}
		ctx, cancel := context.WithTimeout(ctx, samlPatience)
		defer cancel()
		issuer, err := t.issuer(ctx, t.saml[i])
		if err != nil {
			return err
		}
		_, err = evidence.VerifySAML(evidence.SAMLInput{SAMLReceived: evidence.SAMLReceived{Assertion: done.Signature, Issuers: []evidence.SAMLIssuer{issuer},
			Audience: t.saml[i].audience, At: want.At}, Use: evidence.Signing, Number: want.Number, Text: in.Text, Markdown: in.Markdown, Hidden: in.Hidden})
		return err
	}
	return fault.Newf("server.verify", fault.Invalid, "evidence of the format %q is not known", done.Format)
}

// within reports which of a municipality's e-legitimations are not there.
func (l legitimations) within(dirs *directory.Directory) error {
	for _, t := range dirs.Tenants() {
		for _, id := range t.EID {
			if _, ok := l.offers.Get(id); !ok {
				return fmt.Errorf("municipality %s: eid: %s is not configured", t.ID, id)
			}
		}
	}
	return nil
}

// refreshEvery is the pause between looks for new metadata of identity providers.
const refreshEvery = time.Hour

// keepFresh fetches identity providers' metadata now and then, so that nobody's login waits for it.
func (l legitimations) keepFresh(ctx context.Context, log *slog.Logger) {
	for _, f := range l.refresh {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			log.Warn("an identity provider's metadata was not fetched; what was known holds until it expires", "error", err)
		}
	}
	for _, s := range l.trust.saml {
		if _, err := l.trust.issuer(ctx, s); err != nil && ctx.Err() == nil {
			log.Warn("an identity provider's certificates were not noted", "provider", s.id, "error", err)
		}
	}
}

// seen remembers answers of e-legitimations in the store, so that none is taken twice by any process.
type seen struct {
	store store.Store
	clock clock.Clock
}

const seenCollection = "eid-seen"

// Add remembers an order, and reports whether it was not there.
func (s seen) Add(ctx context.Context, order string, until time.Time) (first bool, err error) {
	err = s.store.PutRecord(ctx, s.clock.Now(), store.Record{Collection: seenCollection, Key: order, Rev: 1, Expires: until})
	if errors.Is(err, fault.Exists) || errors.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, fault.Wrap("server.seen", err)
}

// Has reports whether an order is remembered.
func (s seen) Has(ctx context.Context, order string) (bool, error) {
	_, err := s.store.GetRecord(ctx, s.clock.Now(), seenCollection, order)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, fault.Wrap("server.seen", err)
}
