// Package freja is the relying-party client of Freja's REST API: login and signature in the Freja app.
//
// It speaks over mutual TLS with the relying party's (RP) certificate and trusts only the root configured for the server. What a completed
// order leaves behind is a JWS signed by Freja, which is verified on arrival against pinned certificates and against what was asked: an
// order whose result does not hold is Failed and never Complete.
//
// Concepts and invariants:
//   - A login is for anybody (userInfoType INFERRED): the person reads a QR code, or starts the app on the same device. An order for a
//     named person (SSN) reaches that person's app by itself; it has no QR code.
//   - Freja lets a person have one login in progress and any number of signatures. A login started beside another rejects both.
//   - The client has no memory. What an order must later be held against (purpose, level, person, text, hidden data) travels in Order.Ref
//     as a keyed digest; the key comes from the RP certificate's private key. Freja gives the same result again when asked again, so a
//     result that could not be stored is not lost; one that is given for another order, or long afterwards, is refused.
//   - What a person sees on a locked telephone (title and notice) is the same for everybody and every case.
//   - Nothing here logs. Errors hold Freja's error code and its message with digits masked.
//
// Source: Freja eID REST API documentation (Authentication Service, Signature Service); the client library of Freja's own
// (github.com/Freja-eID/frejaeidclient).
package freja

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"time"
	"unicode/utf8"

	"samtjanst/integrations/eid"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// ID is the provider's id.
const ID = "freja"

// Limits. Freja takes 5 MB of hidden data and says nothing of the return address: there ours hold, which are BankID's.
const (
	MaxSignText   = 4096    // characters
	MaxSignHidden = 150_000 // bytes
	MaxReturnURL  = 512
)

// signLife is how long a signature waits for the person; Freja's least is two minutes, and of a login it is always that.
const signLife = 5 * time.Minute

// Client is the provider. Safe for concurrent use.
type Client struct {
	cfg     Config
	http    *http.Client
	signers evidence.FrejaSigners
	seal    sealer
	clock   clock.Clock
}

var (
	_ eid.Provider = (*Client)(nil)
	_ eid.Scanned  = (*Client)(nil)
)

// ID names the provider.
func (c *Client) ID() string { return ID }

// Start begins an order. Faults: those of eid.Provider.
func (c *Client) Start(ctx context.Context, r eid.Request) (eid.Order, error) {
	const op = "freja.Start"
	if r.Level == 0 {
		r.Level = c.cfg.Level
	}
	if err := check(r); err != nil {
		return eid.Order{}, fault.New(op, fault.Invalid, ours(err))
	}
	now := c.clock.Now()
	service := services[r.Purpose]
	var out reference
	if err := c.call(ctx, op, service.start, c.startRequest(r, now), &out); err != nil {
		return eid.Order{}, err
	}
	ref := out.of(r.Purpose)
	if !isReference(ref) {
		return eid.Order{}, fault.New(op, fault.Unavailable, malformed(errors.New("an order without its reference")))
	}
	o := eid.Order{Ref: c.seal.ref(ref, r), AutoStart: ref, Started: now, StartURL: c.startURL(ref, r.ReturnURL)}
	if r.Number.IsZero() {
		o.QRToken = ref
	}
	return o, nil
}

// isReference knows Freja's references, 64 characters of base64url. That none holds a "." lets ours be told apart from the rest of a Ref.
var isReference = regexp.MustCompile(`^[A-Za-z0-9_-]{8,128}$`).MatchString

// check refuses what Freja would refuse, with a reason that says more than its code. Nothing of the request is in the reasons.
func check(r eid.Request) error {
	if _, err := netip.ParseAddr(r.EndUserIP); err != nil {
		return errors.New("the end user's address is not an IP address")
	}
	switch {
	case r.Purpose != eid.Login && r.Purpose != eid.Sign:
		return errors.New("unknown purpose")
	case levels[r.Level] == "":
		return errors.New("a level of assurance that Freja does not have")
	case r.Purpose == eid.Login && (r.Text != "" || len(r.Hidden) > 0):
		return errors.New("Freja shows no text at login")
	case r.Purpose == eid.Sign && r.Text == "":
		return errors.New("a signature needs a text")
	case r.Purpose == eid.Sign && r.Number.IsZero():
		return errors.New("a signature needs its signer")
	case !utf8.ValidString(r.Text):
		return errors.New("the text is not UTF-8")
	case utf8.RuneCountInString(r.Text) > MaxSignText || len(r.Hidden) > MaxSignHidden:
		return errors.New("the text or the hidden data are over the limit")
	case len(r.ReturnURL) > MaxReturnURL:
		return errors.New("the return address is over the limit")
	}
	return nil
}

// levels are Freja's registration levels by level of assurance.
var levels = map[int]string{2: "EXTENDED", 3: "PLUS"}

func (c *Client) startRequest(r eid.Request, now time.Time) startRequest {
	in := startRequest{
		UserInfoType: "INFERRED", UserInfo: "N/A", MinRegistrationLevel: levels[r.Level],
		Attributes: []attribute{{"SSN"}, {"BASIC_USER_INFO"}},
	}
	if !r.Number.IsZero() {
		in.UserInfoType, in.UserInfo = "SSN", base64.StdEncoding.EncodeToString([]byte(`{"country":"SE","ssn":"`+r.Number.Digits()+`"}`))
	}
	if !c.cfg.WithoutDevice {
		in.Device = &device{UserAgent: r.UserAgent, UserIPAddress: r.EndUserIP, FlowType: "ANOTHER_DEVICE"}
		if onPhone(r.UserAgent) {
			in.Device.FlowType = "SAME_DEVICE"
		}
	}
	if r.Purpose == eid.Login {
		return in
	}
	in.Title = c.cfg.Title
	in.PushNotification = &pushNotification{Title: c.cfg.Title, Text: c.cfg.Notice}
	in.Expiry = now.Add(signLife).UnixMilli()
	// Freja knows plain text only: Markdown is shown, and signed, as it was written.
	in.DataToSign = &dataToSign{Text: base64.StdEncoding.EncodeToString([]byte(r.Text))}
	in.DataToSignType, in.SignatureType = "SIMPLE_UTF8_TEXT", "SIMPLE"
	if len(r.Hidden) > 0 {
		in.DataToSign.BinaryData = base64.StdEncoding.EncodeToString(r.Hidden)
		in.DataToSignType, in.SignatureType = "EXTENDED_UTF8_TEXT", "EXTENDED"
	}
	return in
}

// startURL opens the app on the same device; afterwards the app goes to returnURL.
func (c *Client) startURL(ref, returnURL string) string {
	u, err := url.Parse(c.cfg.StartURL)
	if err != nil {
		return "" // not reached: Validate has parsed it
	}
	q := u.Query()
	q.Set("transactionReference", ref)
	if returnURL != "" {
		q.Set("originAppScheme", returnURL)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Code is the text of an order's QR code, which does not change; "" for an order that reaches a named person's app by itself.
func (c *Client) Code(o eid.Order, _ time.Time) string {
	if o.QRToken == "" {
		return ""
	}
	return AppURL + "?" + url.Values{"transactionReference": {o.QRToken}}.Encode()
}

// Collect asks how it goes; ask every other second. Faults: those of eid.Provider; NotFound also for a ref that this relying party did
// not make.
func (c *Client) Collect(ctx context.Context, ref string) (eid.Status, error) {
	const op = "freja.Collect"
	t, err := parseRef(ref)
	if err != nil {
		return eid.Status{}, fault.New(op, fault.NotFound, ours(err))
	}
	var out result
	if err := c.call(ctx, op, services[t.purpose].collect, referenceTo(t.purpose, t.order), &out); err != nil {
		return eid.Status{}, err
	}
	switch out.Status {
	case "":
		return eid.Status{}, fault.New(op, fault.Unavailable, malformed(errors.New("a result without a status")))
	case "APPROVED":
		return c.complete(t, out.Details), nil
	}
	state, message := statusOf(out.Status, t)
	return eid.Status{State: state, Hint: masked(out.Status, 40), Message: message}, nil
}

// complete verifies what a completed order left behind and holds it against what was asked.
func (c *Client) complete(t ticket, details string) eid.Status {
	got, err := evidence.ReadFreja(evidence.FrejaReceived{JWS: []byte(details), Signers: c.signers, At: c.clock.Now()})
	code := evidence.CodeOf(err)
	if err == nil {
		code = c.seal.compare(t, got)
	}
	if code != "" {
		s := eid.Status{State: eid.Failed, Hint: "evidence-" + string(code), Message: eid.EvidenceRejected}
		if code == evidence.WrongPerson {
			s.Message = eid.WrongPerson
		}
		return s
	}
	return eid.Status{State: eid.Complete, Done: &eid.Completion{Number: got.Number, Name: got.Name, GivenName: got.GivenName, Surname: got.Surname,
		Format: string(evidence.Freja), Signature: []byte(details), Level: got.Level, Method: string(got.Method)}}
}

// Cancel ends an order; that it has already ended is not an error. Faults: those of eid.Provider.
func (c *Client) Cancel(ctx context.Context, ref string) error {
	const op = "freja.Cancel"
	t, err := parseRef(ref)
	if err != nil {
		return fault.New(op, fault.NotFound, ours(err))
	}
	err = c.call(ctx, op, services[t.purpose].cancel, referenceTo(t.purpose, t.order), &struct{}{})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
