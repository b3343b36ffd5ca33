// Package saml logs people in and lets them sign at identity providers of Sweden Connect's kind, by SAML 2.0: the browser carries a
// signed request to the provider's page, and posts back its answer.
//
// Client is for citizens and is an eid.Visited. StaffClient is for members of staff with SITHS (Inera) or another e-legitimation of
// their employer's, and gives who they are at work. Both are one provider each, known by its entityID in signed metadata.
//
// Concepts and invariants:
//   - Only what a trusted signature covers is read: the response is opened to the canonical bytes that its signature covers, the
//     assertion is taken out of those, decrypted, and opened in the same way. Nothing is looked for by ID.
//   - Nothing is remembered but that an order has ended (Seen). What an answer must be held against (request, purpose, person, text,
//     level, relay, time) travels in Order.Ref, keyed by our private key.
//   - A text to sign ends with the digest of what is signed unshown (evidence.SAMLMessage), since the protocol has no other place for
//     it. The provider proves by signMessageDigest that it was shown; the assertion, as decrypted, is the evidence.
//   - An answer that does not hold is Failed with EvidenceRejected and leaves the order open, so that a forged one cannot end it. The
//     check that failed is in Status.Hint, without personal data. Nothing here logs.
//
// github.com/crewjam/saml gives the protocol's types: requests, metadata, status codes. Signatures, encryption, times and every
// check of an answer are our own (evidence.OpenEnveloped, xmlenc): the library reads its time from a global, knows one level per
// request and no extensions, and its AES-GCM does not work.
//
// Sources: Sweden Connect technical framework, "Deployment Profile" 5–8, "Attribute Specification", "Principal Selection", "User
// Message", "DSS Extension" 3.1.2; OASIS SAML 2.0 core, bindings, profiles; Inera's attribute lists for SITHS.
package saml

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"

	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// Life is how long an answer is waited for.
const Life = 15 * time.Minute

// Limits of a request, in bytes.
const (
	MaxText   = 30_000
	MaxHidden = 150_000 // only its digest is sent
	MaxRelay  = 80      // SAML bindings 3.5.3
)

// core is what both kinds of client are made of.
type core struct {
	cfg        Config
	material   Material
	decryption []*rsa.PrivateKey
	source     *source
	seal       sealer
	seen       Seen
	clock      clock.Clock
}

func newCore(cfg Config, m Material, seen Seen, ck clock.Clock) (*core, error) {
	const op = "saml.New"
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if len(m.decryption()) == 0 {
		return nil, fault.New(op, fault.Invalid, errors.New("decryptionKey: answers are encrypted to an RSA key, which is missing"))
	}
	if cfg.MetadataURL != "" && (m.Certificate == nil || m.HTTP == nil) {
		return nil, fault.New(op, fault.Invalid, errors.New("metadataCertificate: metadata from an address need a certificate to trust"))
	}
	key, err := x509.MarshalPKCS8PrivateKey(m.Signing.Key)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, errors.New("key: cannot be read"))
	}
	return &core{cfg: cfg, material: m, decryption: m.decryption(), source: newSource(cfg, m, ck), seal: newSealer(key), seen: seen, clock: ck}, nil
}

// begin makes an order and where to send the browser. relay comes back with it.
func (c *core) begin(ctx context.Context, q question, level int, relay string) (eid.Order, error) {
	const op = "saml.Start"
	if q.contexts = c.cfg.contexts(q.use, level); len(q.contexts) == 0 || level < 0 {
		return eid.Order{}, ours(op, errors.New("the provider gives no such level"))
	}
	if relay == "" || len(relay) > MaxRelay || strings.Contains(relay, ".") { // eid.RelayOf
		return eid.Order{}, ours(op, errors.New("the relay is missing, too long or has a dot"))
	}
	to, err := c.source.get(ctx)
	if err != nil {
		return eid.Order{}, unreachable(op, err)
	}
	q.request, q.at = "_"+rand.Text(), c.clock.Now()
	xml, err := c.write(q, to)
	if err != nil {
		return eid.Order{}, fault.New(op, fault.Internal, err)
	}
	t := ticket{request: q.request, use: q.use, started: q.at.Truncate(time.Second), level: level}
	var signed []byte
	if q.use == sign {
		signed = q.message
	}
	return eid.Order{Ref: c.seal.ref(t, q.number, signed, relay), Started: q.at, Visit: &eid.Visit{URL: to.address, Fields: []eid.Field{
		{Name: "SAMLRequest", Value: base64.StdEncoding.EncodeToString(xml)}, {Name: "RelayState", Value: relay}}}}, nil
}

// ticket reads the reference of an order that has not ended. Faults: NotFound, Unavailable.
func (c *core) ticket(ctx context.Context, op, ref string, uses ...use) (ticket, error) {
	t, err := c.seal.parse(ref)
	if err == nil {
		err = errRef
		for _, u := range uses {
			if t.use == u {
				err = nil
			}
		}
	}
	if err != nil {
		return ticket{}, refusal(op, fault.NotFound, "unknownOrder", eid.UnknownFault, err)
	}
	ended, err := c.seen.Has(ctx, t.request)
	switch {
	case err != nil:
		return ticket{}, unreachable(op, err)
	case ended:
		return ticket{}, gone(op)
	}
	return t, nil
}

// end makes an order's answer the only one. Faults: NotFound, Unavailable.
func (c *core) end(ctx context.Context, op string, t ticket) error {
	first, err := c.seen.Add(ctx, t.request, t.started.Add(2*Life))
	switch {
	case err != nil:
		return unreachable(op, err)
	case !first:
		return gone(op)
	}
	return nil
}

func (c *core) late(t ticket) bool { return c.clock.Now().Sub(t.started) > Life }

// Refresh reads the provider's metadata now, for whoever keeps a schedule; without it they are read when they are needed and are due.
// Fault: Unavailable; what was known is kept.
func (c *core) Refresh(ctx context.Context) error { return c.source.refresh(ctx) }

// Issuer is the provider as it is trusted now, to be kept with evidence that is to be verified later. Fault: Unavailable.
func (c *core) Issuer(ctx context.Context) (evidence.SAMLIssuer, error) {
	p, err := c.source.get(ctx)
	return evidence.SAMLIssuer{EntityID: p.entityID, Certificates: p.signing}, err
}

// Client is one provider for citizens. Safe for concurrent use.
type Client struct{ *core }

var _ eid.Visited = (*Client)(nil)

// New makes the client; it does not call out, so that the platform starts when a provider is down. Fault: Invalid.
func New(cfg Config, m Material, seen Seen, ck clock.Clock) (*Client, error) {
	if cfg.withDefaults().Attributes != Pnr01 {
		return nil, fault.Newf("saml.New", fault.Invalid, "attributes: %s does not name citizens", cfg.Attributes)
	}
	c, err := newCore(cfg, m, seen, ck)
	if err != nil {
		return nil, err
	}
	return &Client{c}, nil
}

// ID names the provider, as configured.
func (c *Client) ID() string { return c.cfg.ID }

// Start begins an order. Faults: those of eid.Provider.
func (c *Client) Start(ctx context.Context, r eid.Request) (eid.Order, error) {
	const op = "saml.Start"
	q := question{use: login, number: r.Number.Digits(), message: []byte(r.Text), markdown: r.Markdown}
	switch {
	case r.Purpose != eid.Login && r.Purpose != eid.Sign:
		return eid.Order{}, ours(op, errors.New("unknown purpose"))
	case len(r.Text) > MaxText || len(r.Hidden) > MaxHidden:
		return eid.Order{}, ours(op, errors.New("the text or the hidden data are over the limit"))
	case r.Purpose == eid.Login:
		return c.begin(ctx, q, r.Level, r.Relay)
	case !c.cfg.Sign:
		return eid.Order{}, ours(op, errors.New("the provider cannot sign"))
	case r.Text == "" || r.Number.IsZero():
		return eid.Order{}, ours(op, errors.New("a signature needs a text and its signer"))
	}
	q.use, q.message = sign, evidence.SAMLMessage(q.message, r.Hidden)
	return c.begin(ctx, q, r.Level, r.Relay)
}

// Collect says that an order goes on until it has been answered. Faults: NotFound, Unavailable.
func (c *Client) Collect(ctx context.Context, ref string) (eid.Status, error) {
	t, err := c.ticket(ctx, "saml.Collect", ref, login, sign)
	if err != nil {
		return eid.Status{}, err
	}
	if c.late(t) {
		return eid.Status{State: eid.Failed, Hint: "expired", Message: eid.Expired}, nil
	}
	return eid.Status{State: eid.Pending, Hint: "visiting", Message: eid.InProgress}, nil
}

// Answer reads what the browser brought back. Faults: NotFound, Unavailable.
func (c *Client) Answer(ctx context.Context, ref string, posted url.Values) (eid.Status, error) {
	const op = "saml.Answer"
	t, err := c.ticket(ctx, op, ref, login, sign)
	if err != nil {
		return eid.Status{}, err
	}
	if c.late(t) {
		return eid.Status{State: eid.Failed, Hint: "expired", Message: eid.Expired}, c.end(ctx, op, t)
	}
	a, err := c.open(ctx, t, posted)
	if err != nil {
		return rejected(op, err)
	}
	status := eid.Status{State: eid.Failed, Hint: hint(a.top, a.second), Message: failedMessage(a.top, a.second)}
	if a.top == protocol.StatusSuccess {
		if status, err = c.person(t, a); err != nil {
			return rejected(op, err)
		}
	}
	if err := c.end(ctx, op, t); err != nil {
		return eid.Status{}, err
	}
	return status, nil
}

// person holds the one who answered against the one who was asked, and the text shown against the text sent.
func (c *Client) person(t ticket, a answer) (eid.Status, error) {
	who, err := a.assertion.Person()
	if err != nil {
		return eid.Status{}, err
	}
	switch {
	case (t.use == sign) != (who.Use == evidence.Signing):
		return eid.Status{}, reject(evidence.WrongUse, "a login for a signature, or the reverse")
	case t.use == sign && !hmac.Equal(t.content, c.seal.ofContent(t, who.MessageDigest)):
		return eid.Status{}, reject(evidence.WrongText, "another text was shown")
	case len(t.person) != 0 && !hmac.Equal(t.person, c.seal.ofPerson(t, who.Number.Digits())):
		return eid.Status{State: eid.Failed, Hint: "evidence-" + string(evidence.WrongPerson), Message: eid.WrongPerson}, nil
	}
	done := &eid.Completion{Number: who.Number, Name: who.Name, GivenName: who.GivenName, Surname: who.Surname,
		Level: c.cfg.levels(t.use)[a.assertion.Context], Method: a.assertion.Context}
	if a.signed {
		done.Format, done.Signature = string(evidence.SAML), a.raw
	}
	return eid.Status{State: eid.Complete, Done: done}, nil
}

// Cancel ends an order: its answer will not be taken. Faults: NotFound for a reference that is not ours, Unavailable.
func (c *Client) Cancel(ctx context.Context, ref string) error {
	const op = "saml.Cancel"
	t, err := c.seal.parse(ref)
	if err != nil {
		return refusal(op, fault.NotFound, "unknownOrder", eid.UnknownFault, err)
	}
	if _, err := c.seen.Add(ctx, t.request, t.started.Add(2*Life)); err != nil {
		return unreachable(op, err)
	}
	return nil
}

// rejected makes a status of a check that did not hold; other faults stay faults.
func rejected(op string, err error) (eid.Status, error) {
	if code := evidence.CodeOf(err); code != "" {
		return eid.Status{State: eid.Failed, Hint: "evidence-" + string(code), Message: eid.EvidenceRejected}, nil
	}
	return eid.Status{}, unreachable(op, err)
}

func ours(op string, err error) error {
	return refusal(op, fault.Invalid, "invalidRequest", eid.UnknownFault, err)
}

func gone(op string) error {
	return refusal(op, fault.NotFound, "ended", eid.UnknownFault, errors.New("the order has ended"))
}

func unreachable(op string, err error) error {
	return refusal(op, fault.Unavailable, "unreachable", eid.TechnicalFault, err)
}
