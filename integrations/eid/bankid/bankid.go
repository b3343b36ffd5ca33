// Package bankid is BankID's relying-party client, API v6.0: login and signature by QR code, on the same device, or by somebody who is
// on the telephone with an officer (phone/auth, phone/sign: nothing to scan or start, the app asks about the call).
//
// It speaks over mutual TLS with the relying party's (RP) certificate and trusts only BankID's own root for the server.
// A completed order can be collected once, so its evidence is verified at once, against the roots configured and against
// what was asked: an order whose evidence does not hold is Failed and never Complete.
//
// Concepts and invariants:
//   - The client has no memory. What an order must later be held against (purpose, person, text, hidden data) travels in
//     Order.Ref as a keyed digest; the key comes from the RP certificate's private key, without which nobody can collect the
//     order anyway. So collecting works after a restart and on another node.
//   - Nothing here logs. Errors hold BankID's error code and its details with digits masked.
//   - Not retried here: a second Start could abort the first, and Collect is asked again by its nature.
//
// Source: developers.bankid.com, Relying Party API 6.0.
package bankid

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// ID is the provider's id.
const ID = "bankid"

// BankID's limits, in bytes before base64 (which makes four characters of three bytes).
const (
	MaxSignText    = 30_000  // 40,000 characters
	MaxSignHidden  = 150_000 // 200,000 characters
	MaxLoginText   = 1_125   // 1,500 characters
	MaxLoginHidden = 1_125
	MaxReturnURL   = 512
)

// Client is the provider. Safe for concurrent use.
type Client struct {
	cfg   Config
	http  *http.Client
	roots evidence.Roots
	seal  sealer
	clock clock.Clock
}

var _ eid.Called = (*Client)(nil)

// ID names the provider.
func (c *Client) ID() string { return ID }

// kind is what of an order follows from its purpose.
type kind struct {
	path                   string
	limitText, limitHidden int // in bytes
}

func kindOf(p eid.Purpose) (kind, error) {
	switch p {
	case eid.Login:
		return kind{"/auth", MaxLoginText, MaxLoginHidden}, nil
	case eid.Sign:
		return kind{"/sign", MaxSignText, MaxSignHidden}, nil
	}
	return kind{}, errors.New("unknown purpose")
}

// Start begins an order. Faults: those of eid.Provider.
func (c *Client) Start(ctx context.Context, r eid.Request) (eid.Order, error) {
	const op = "bankid.Start"
	k, err := kindOf(r.Purpose)
	if err == nil {
		err = errors.Join(checkBrowser(r), k.check(r))
	}
	if err != nil {
		return eid.Order{}, fault.New(op, fault.Invalid, ours(err))
	}
	in := startRequest{
		shown: shownOf(r), EndUserIP: r.EndUserIP, ReturnURL: r.ReturnURL, ReturnRisk: c.cfg.ReturnRisk,
		Web:         web{DeviceIdentifier: r.DeviceID, ReferringDomain: r.Domain, UserAgent: r.UserAgent},
		Requirement: requirement{PinCode: c.cfg.PinCode, CertificatePolicies: c.cfg.CertificatePolicies, PersonalNumber: r.Number.Digits()},
	}
	var out startResponse
	if err := c.call(ctx, op, k.path, in, &out); err != nil {
		return eid.Order{}, err
	}
	if out.OrderRef == "" || out.AutoStartToken == "" || out.QRStartToken == "" || out.QRStartSecret == "" ||
		strings.Contains(out.OrderRef, refSeparator) {
		return eid.Order{}, fault.New(op, fault.Unavailable, malformed(errors.New("an order without its tokens")))
	}
	token := url.Values{"autostarttoken": {out.AutoStartToken}}.Encode()
	return eid.Order{
		Ref:       c.seal.ref(out.OrderRef, r, placeOf(r.UserAgent)),
		AutoStart: out.AutoStartToken, QRToken: out.QRStartToken, QRSecret: out.QRStartSecret,
		Started:  c.clock.Now(),
		StartURL: c.cfg.StartURL + "?" + token, DesktopURL: c.cfg.DesktopURL + "?" + token,
	}, nil
}

// initiators are BankID's words for who called.
var initiators = map[eid.Caller]string{eid.CalledByAuthority: "RP", eid.CalledByPerson: "user"}

// StartCall begins an order for somebody on the telephone. Faults: those of eid.Provider.
func (c *Client) StartCall(ctx context.Context, r eid.Request, by eid.Caller) (eid.Order, error) {
	const op = "bankid.StartCall"
	k, err := kindOf(r.Purpose)
	switch {
	case err != nil:
	case r.Number.IsZero():
		err = errors.New("an order by telephone is for a certain person")
	case initiators[by] == "":
		err = errors.New("it is not said who called")
	default:
		err = k.check(r)
	}
	if err != nil {
		return eid.Order{}, fault.New(op, fault.Invalid, ours(err))
	}
	in := callRequest{shown: shownOf(r), PersonalNumber: r.Number.Digits(), CallInitiator: initiators[by],
		Requirement: requirement{PinCode: c.cfg.PinCode, CertificatePolicies: c.cfg.CertificatePolicies}}
	var out orderRef
	if err := c.call(ctx, op, "/phone"+k.path, in, &out); err != nil {
		return eid.Order{}, err
	}
	if out.OrderRef == "" || strings.Contains(out.OrderRef, refSeparator) {
		return eid.Order{}, fault.New(op, fault.Unavailable, malformed(errors.New("an order without its reference")))
	}
	return eid.Order{Ref: c.seal.ref(out.OrderRef, r, inCall), Started: c.clock.Now()}, nil
}

func shownOf(r eid.Request) shown {
	s := shown{Visible: base64.StdEncoding.EncodeToString([]byte(r.Text)), Hidden: base64.StdEncoding.EncodeToString(r.Hidden)}
	if r.Text != "" && r.Markdown {
		s.Format = "simpleMarkdownV1"
	}
	return s
}

// checkBrowser refuses what BankID would refuse of an order begun in a browser.
func checkBrowser(r eid.Request) error {
	_, err := netip.ParseAddr(r.EndUserIP)
	switch {
	case err != nil:
		return errors.New("the end user's address is not an IP address")
	case r.Domain == "" || r.UserAgent == "" || r.DeviceID == "":
		return errors.New("the referring domain, the user agent or the device identifier is missing")
	}
	return nil
}

// check refuses what BankID would refuse, with a reason that says more than invalidParameters. Nothing of the request is
// in the reasons.
func (k kind) check(r eid.Request) error {
	switch {
	case r.Purpose == eid.Sign && r.Text == "":
		return errors.New("a signature needs a text")
	case r.Purpose == eid.Sign && r.Number.IsZero():
		return errors.New("a signature needs its signer")
	case len(r.Text) > k.limitText || len(r.Hidden) > k.limitHidden:
		return errors.New("the text or the hidden data are over BankID's limit")
	case len(r.ReturnURL) > MaxReturnURL:
		return errors.New("the return address is over BankID's limit")
	}
	return nil
}

// Collect asks how it goes; ask every other second. Faults: those of eid.Provider; NotFound also for a ref that this
// relying party did not make.
func (c *Client) Collect(ctx context.Context, ref string) (eid.Status, error) {
	const op = "bankid.Collect"
	t, err := parseRef(ref)
	if err != nil {
		return eid.Status{}, fault.New(op, fault.NotFound, ours(err))
	}
	var out collectResponse
	if err := c.call(ctx, op, "/collect", orderRef{t.order}, &out); err != nil {
		return eid.Status{}, err
	}
	switch out.Status {
	case "pending":
		return eid.Status{State: eid.Pending, Hint: out.HintCode, Message: pendingMessage(out.HintCode, t.place)}, nil
	case "failed":
		return eid.Status{State: eid.Failed, Hint: out.HintCode, Message: failedMessage(out.HintCode, t.place)}, nil
	case "complete":
		return c.complete(t, out.Completion), nil
	}
	return eid.Status{}, fault.New(op, fault.Unavailable, malformed(errors.New("an unknown status")))
}

// complete verifies what a completed order left behind and holds it against what was asked.
func (c *Client) complete(t ticket, d completionData) eid.Status {
	now := c.clock.Now()
	rejected := func(code evidence.Code) eid.Status {
		return eid.Status{State: eid.Failed, Hint: "evidence-" + string(code), Message: eid.EvidenceRejected}
	}
	strict := base64.StdEncoding.Strict()
	xml, err1 := strict.DecodeString(d.Signature)
	answer, err2 := strict.DecodeString(d.OCSPResponse)
	// The OCSP answer's nonce is made from the base64 text, so it must be the one that encoding again gives.
	if err1 != nil || err2 != nil || base64.StdEncoding.EncodeToString(xml) != d.Signature {
		return rejected(evidence.Structure)
	}
	got, err := evidence.ReadBankID(evidence.Received{XML: xml, OCSP: answer, Roots: c.roots, At: now})
	if err != nil {
		return rejected(evidence.CodeOf(err))
	}
	switch code := c.seal.compare(t, got, d.User.PersonalNumber); code {
	case "":
	case evidence.WrongPerson:
		return eid.Status{State: eid.Failed, Hint: "evidence-" + string(code), Message: eid.WrongPerson}
	default:
		return rejected(code)
	}
	return eid.Status{State: eid.Complete, Done: &eid.Completion{
		Format: string(evidence.BankID), Level: 3, Method: string(got.Method), Number: got.Number, Name: d.User.Name, GivenName: d.User.GivenName, Surname: d.User.Surname,
		DeviceIP: d.Device.IPAddress, Signature: xml, OCSP: answer, IssuedAt: day(d.IssueDate), Risk: d.Risk,
	}}
}

// Cancel ends an order; that it has already ended is not an error. Faults: those of eid.Provider.
func (c *Client) Cancel(ctx context.Context, ref string) error {
	const op = "bankid.Cancel"
	t, err := parseRef(ref)
	if err != nil {
		return fault.New(op, fault.NotFound, ours(err))
	}
	err = c.call(ctx, op, "/cancel", orderRef{t.order}, &struct{}{})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// day gives YYYY-MM-DD of BankID's "YYYY-MM-DDZ".
func day(s string) string {
	if len(s) < len(time.DateOnly) {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, s[:len(time.DateOnly)]); err != nil {
		return ""
	}
	return s[:len(time.DateOnly)]
}

// encode writes JSON without a final line break and without escaping <, > and &.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}
