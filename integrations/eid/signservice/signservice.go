// Package signservice signs through a federated signing service, for identity providers that can tell who somebody is but not sign:
// OASIS DSS with Sweden Connect's extension for central signing services ("eid2/csig").
//
// The browser carries a SignRequest to the service, which sends the person on to the identity provider, shows what is to be signed there,
// makes a key and a certificate in the person's name, signs, and has the browser bring a SignResponse back. What is signed is a document of
// ours that holds the text, the hidden data and the request's id; only its digest leaves us, and the text once more as what is to be shown,
// encrypted for the identity provider where its certificate is configured. The finished document is the evidence (evidence.Service).
//
// Concepts and invariants:
//   - The request's id is the relay, a dot and 128 random bits; the protocol has it come back as RelayState.
//   - The client keeps nothing but which orders have ended ([Seen]). What an answer is held against travels in Order.Ref, sealed with a key
//     made from the key that we sign with; the document to be signed is Order.State, which Ref binds. So any node can read the answer.
//   - An answer is first found to be the service's, to this request, and made in its time. What is not leaves the order as it was, since
//     anybody can post to us. Only then is it read, and ends the order.
//   - Nothing here logs, and no error holds what somebody has sent.
//
// Source: Sweden Connect, "DSS Extension for Federated Central Signing Services" 1.5, "Implementation Profile for using OASIS DSS in Central
// Signing Services" 1.6 and "Certificate Profile for Certificates Issued by Central Signing Services" 1.2 (Digg 2019-314, -312, -313).
package signservice

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// Limits, in bytes: those that a form is made for with BankID, so that a service may use either.
const (
	MaxText   = 30_000
	MaxHidden = 150_000
)

// Slack is how far the service's and the identity provider's clocks may be from ours.
const Slack = time.Minute

// Seen remembers the orders that have ended, until they could not be answered anyway. Nodes that read answers for one another share one;
// within one process saml.Memory is one.
type Seen interface {
	// Add remembers an order until a time and reports whether it was not there already; of two at once one is first. Fault: Unavailable.
	Add(ctx context.Context, order string, until time.Time) (first bool, err error)
	// Has reports whether an order is remembered. Fault: Unavailable.
	Has(ctx context.Context, order string) (bool, error)
}

// Client is the provider. Safe for concurrent use.
type Client struct {
	cfg   Config
	m     Material
	seal  sealer
	seen  Seen
	clock clock.Clock
}

var _ eid.Stateful = (*Client)(nil)

// ID names the provider.
func (c *Client) ID() string { return c.cfg.ID }

// relay is what a Request.Relay looks like.
var relay = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// Start makes the request that the browser is to post. Faults: those of eid.Provider; Invalid also for a login, which a signing service
// does not do.
func (c *Client) Start(_ context.Context, r eid.Request) (eid.Order, error) {
	const op = "signservice.Start"
	if err := c.check(r); err != nil {
		return eid.Order{}, refusal(op, fault.Invalid, "invalidRequest", eid.UnknownFault, err)
	}
	now := c.clock.Now()
	t := ticket{request: r.Relay + "." + rand.Text(), started: now.Truncate(time.Second), level: max(r.Level, c.cfg.Least)}
	document := evidence.ServiceDocument{Reference: t.request, Text: []byte(r.Text), Markdown: r.Markdown, Hidden: r.Hidden}
	request, err := c.request(t, r, document, now)
	if err != nil {
		return eid.Order{}, refusal(op, fault.Internal, "request", eid.TechnicalFault, err)
	}
	state := document.XML()
	return eid.Order{
		Ref: c.seal.ref(t, r.Number.Digits(), state), Started: now, State: state,
		Visit: &eid.Visit{URL: c.cfg.URL, Fields: []eid.Field{
			{Name: "Binding", Value: binding}, {Name: relayField, Value: t.request}, {Name: requestField, Value: request}}},
	}, nil
}

// check refuses what no service could do. Nothing of the request is in the reasons.
func (c *Client) check(r eid.Request) error {
	switch {
	case r.Purpose != eid.Sign:
		return errors.New("a signing service signs and does nothing else")
	case !relay.MatchString(r.Relay):
		return errors.New("no relay, or not one of 16–64 letters and digits")
	case r.Level < 0 || len(c.classes(max(r.Level, c.cfg.Least))) == 0:
		return errors.New("the level of assurance is not one that the service gives")
	case r.Text == "":
		return errors.New("a signature needs a text")
	case r.Number.IsZero():
		return errors.New("a signature needs its signer")
	case len(r.Text) > MaxText || len(r.Hidden) > MaxHidden:
		return errors.New("the text or the hidden data are over the limit")
	}
	return nil
}

// Collect says that the order is going on until its answer has been read. Faults: NotFound for an order that has ended or is not ours.
func (c *Client) Collect(ctx context.Context, ref string) (eid.Status, error) {
	const op = "signservice.Collect"
	t, err := c.going(ctx, op, ref)
	if err != nil {
		return eid.Status{}, err
	}
	if c.late(t) {
		return expired(), nil
	}
	return eid.Status{State: eid.Pending, Message: eid.InProgress}, nil
}

// Cancel ends an order here; the person may still press the service's buttons, but the answer is not read. Faults: those of eid.Provider.
func (c *Client) Cancel(ctx context.Context, ref string) error {
	const op = "signservice.Cancel"
	t, err := c.seal.parse(ref)
	if err != nil {
		return refusal(op, fault.NotFound, "notFound", eid.UnknownFault, err)
	}
	_, err = c.end(ctx, op, t)
	return err
}

// going reads a reference to an order that has not ended.
func (c *Client) going(ctx context.Context, op, ref string) (ticket, error) {
	t, err := c.seal.parse(ref)
	if err != nil {
		return t, refusal(op, fault.NotFound, "notFound", eid.UnknownFault, err)
	}
	ended, err := c.seen.Has(ctx, t.request)
	if err != nil {
		return t, refusal(op, fault.Unavailable, "seen", eid.TechnicalFault, err)
	}
	if ended {
		return t, refusal(op, fault.NotFound, "ended", eid.UnknownFault, errors.New("the order has ended"))
	}
	return t, nil
}

// end ends an order and reports whether it had not ended already.
func (c *Client) end(ctx context.Context, op string, t ticket) (first bool, err error) {
	if first, err = c.seen.Add(ctx, t.request, t.started.Add(c.cfg.Life+Slack)); err != nil {
		return false, refusal(op, fault.Unavailable, "seen", eid.TechnicalFault, err)
	}
	return first, nil
}

func (c *Client) late(t ticket) bool { return c.clock.Now().After(t.started.Add(c.cfg.Life)) }

func expired() eid.Status {
	return eid.Status{State: eid.Failed, Hint: "expired", Message: eid.Expired}
}
