// Package webhook hands deliveries over by a signed HTTP POST.
//
//	POST <url>
//	Content-Type: application/json
//	Idempotency-Key: <ref>
//	Samtjanst-Signature: t=1787200000,v1=<hex>
//
//	{"ref": "…", "kind": "journeys", "columns": [ … ], "rows": [ {column: value, …}, … ]}
//
// v1 is HMAC-SHA256 under the shared secret of the decimal t, a full stop, the reference, a full stop, and the body's bytes: the
// receiver knows who sent it, when, and that a body is not played back under another reference. [Verify] is what a receiver does.
//
// Answers are by their status alone, as [rest.Taken] has it: any 2xx is taken, also when the reference has been taken before.
package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/rows"
	"samtjanst/integrations/rest"
	"samtjanst/integrations/settings"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Headers of a delivery.
const (
	SignatureHeader = "Samtjanst-Signature"
	RefHeader       = "Idempotency-Key"
)

// Tolerance is how old or early a signature may be when it is verified.
const Tolerance = 5 * time.Minute

const minSecret = 32

// Config is how to reach the receiver. The keys are those of the configuration file.
type Config struct {
	URL       string        `yaml:"url"`       // https; http only to this machine
	Secret    string        `yaml:"secret"`    // at least 32 bytes
	RootsFile string        `yaml:"rootsFile"` // PEM; "" for the system's
	Timeout   time.Duration `yaml:"timeout"`   // 20 s when zero
}

// Validate says which keys are wrong. Fault: Invalid.
func (c Config) Validate() error {
	var check settings.Check
	check.Address("url", c.URL)
	check.Secret("secret", c.Secret, minSecret)
	check.Duration("timeout", c.Timeout, 0)
	return check.Err("webhook.Config")
}

// Target is a receiver. Safe for concurrent use.
type Target struct {
	id     string
	config Config
	clock  clock.Clock
	http   *http.Client
}

var _ handover.Target = (*Target)(nil)

// New checks the configuration; it does not call out. Fault: Invalid, naming the key.
func New(id string, c Config, ck clock.Clock) (*Target, error) {
	if id == "" {
		return nil, fault.Newf("webhook.New", fault.Invalid, "id is missing")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	client, err := tlsclient.New(c.RootsFile, cmp.Or(c.Timeout, 20*time.Second))
	if err != nil {
		return nil, fault.New("webhook.Config", fault.Invalid, err)
	}
	return &Target{id, c, ck, client}, nil
}

// ID implements handover.Target.
func (t *Target) ID() string { return t.id }

// Deliver implements handover.Target.
func (t *Target) Deliver(ctx context.Context, d handover.Delivery) error {
	const op = "webhook.Deliver"
	if err := rows.Check(d); err != nil {
		return fault.New(op, fault.Invalid, err)
	}
	body, err := rows.JSON(d)
	if err != nil {
		return fault.New(op, fault.Invalid, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.config.URL, bytes.NewReader(body))
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(RefHeader, d.Ref)
	req.Header.Set(SignatureHeader, Sign([]byte(t.config.Secret), t.clock.Now(), d.Ref, body))
	return rest.Deliver(op, t.http, req)
}

// Sign makes the value of the signature header.
func Sign(secret []byte, at time.Time, ref string, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac(secret, t, ref, body))
}

func mac(secret []byte, t, ref string, body []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(t + "." + ref + "."))
	h.Write(body)
	return h.Sum(nil)
}

// Verify checks a signature header as a receiver does. Fault: Unauthorised.
func Verify(secret []byte, header, ref string, body []byte, now time.Time) error {
	const op = "webhook.Verify"
	t, v1, ok := strings.Cut(header, ",v1=")
	t, hasT := strings.CutPrefix(t, "t=")
	given, err := hex.DecodeString(v1)
	at, errT := strconv.ParseInt(t, 10, 64)
	if !ok || !hasT || err != nil || errT != nil {
		return fault.Newf(op, fault.Unauthorised, "the signature cannot be read")
	}
	if !hmac.Equal(given, mac(secret, t, ref, body)) {
		return fault.Newf(op, fault.Unauthorised, "the signature does not match")
	}
	if now.Sub(time.Unix(at, 0)).Abs() > Tolerance {
		return fault.Newf(op, fault.Unauthorised, "the signature is too old or too early")
	}
	return nil
}
