// Package timestamp has timestamps from a timestamp authority (TSA) by RFC 3161 over HTTP, for the seals of documents.
//
//	POST <url>
//	Content-Type: application/timestamp-query
//
// with a TimeStampReq, answered by application/timestamp-reply with a TimeStampResp. What leaves the house is the SHA-256 of a
// signature: nothing of the document.
//
// An answer counts only when its token is of this digest, carries this request's nonce, states a time near our own, follows
// the policy asked for, and is signed by a certificate for timestamps alone that leads to a pinned root. So the way there may
// be plain HTTP, as with many authorities; a password asks for HTTPS.
package timestamp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"mime"
	"net/http"
	"time"

	"samtjanst/integrations/rest"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/tst"
)

// TimeSlack is how far a token's time may be from our own clock.
const TimeSlack = 5 * time.Minute

// maxReply bounds an answer, in bytes: a token with its certificates and their revocation lists.
const maxReply = 256 << 10

// Client asks one authority. Safe for concurrent use.
type Client struct {
	config   Config
	password string
	policy   asn1.ObjectIdentifier // nil: the authority's own
	roots    *x509.CertPool
	clock    clock.Clock
	http     *http.Client
}

var _ seal.Timestamper = (*Client)(nil)

// New reads the files that the configuration names; it does not call out. Fault: Invalid, naming the key.
func New(c Config, now clock.Clock) (*Client, error) {
	const op = "timestamp.New"
	if err := c.Validate(); err != nil {
		return nil, err
	}
	m, err := c.load()
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	client, err := tlsclient.New(c.RootsFile, c.timeout())
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	return &Client{config: c, password: m.password, policy: m.policy, roots: m.roots, clock: now, http: client}, nil
}

// Timestamp implements [seal.Timestamper]. Faults: Unavailable (no answer, a refusal, or an answer that does not count; the
// error says which), Invalid (the digest is not of SHA-256).
func (c *Client) Timestamp(ctx context.Context, digest []byte) ([]byte, error) {
	const op = "timestamp.Timestamp"
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	query, err := encodeRequest(digest, nonce, c.policy)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	reply, err := c.post(ctx, query)
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	token, err := decodeResponse(reply)
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	stamp, kept, err := tst.Accept(token, digest, c.roots)
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, fmt.Errorf("the answer does not count: %w", err))
	}
	if err := c.compare(stamp, nonce); err != nil {
		return nil, fault.New(op, fault.Unavailable, fmt.Errorf("the answer does not count: %w", err))
	}
	return kept, nil
}

// compare holds what a token says against what was asked.
func (c *Client) compare(s tst.Stamp, nonce *big.Int) error {
	if s.Nonce == nil || s.Nonce.Cmp(nonce) != 0 {
		return errors.New("it was given to another question")
	}
	if c.policy != nil && !s.Policy.Equal(c.policy) {
		return errors.New("it follows another policy")
	}
	if d := s.Time.Sub(c.clock.Now()); d > TimeSlack || d < -TimeSlack {
		return errors.New("it states a time that is not ours")
	}
	return nil
}

func (c *Client) post(ctx context.Context, query []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL, bytes.NewReader(query))
	if err != nil {
		return nil, errors.New("the address is wrong")
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	if c.config.User != "" {
		req.SetBasicAuth(c.config.User, c.password)
	}
	a, err := rest.Send("timestamp.post", c.http, req, maxReply)
	if err != nil {
		return nil, err
	}
	if a.Status != http.StatusOK {
		return nil, fmt.Errorf("the authority answered %d", a.Status)
	}
	if kind, _, err := mime.ParseMediaType(a.Type); err != nil || kind != "application/timestamp-reply" {
		return nil, errors.New("the answer is of another kind")
	}
	return a.Body, nil
}
