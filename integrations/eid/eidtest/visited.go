package eidtest

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Act is what a person does at the provider's page.
type Act string

// Acts that every provider's page has; a harness may know more of its own, for its Endings.
const (
	Approve Act = "approve" // logs in or signs
	Decline Act = "decline" // presses cancel
)

// VisitedHarness is a provider whose page the browser is sent to, and the means to play browser and person there.
type VisitedHarness struct {
	Provider      eid.Visited
	Person, Other idno.Number // two people with an e-legitimation
	// Visit sends a browser where the order says, lets the person act there, and gives the form that the provider's page has
	// the browser post back to us. It does not post it: the test does, by Answer.
	Visit func(t *testing.T, o eid.Order, n idno.Number, act Act) url.Values
	// Later moves the clock that provider and simulator share.
	Later func(d time.Duration)
	// Life is how long an order is waited for.
	Life time.Duration
	// LoginOnly says that the provider cannot sign; then signing is refused and login is all that is tested.
	LoginOnly bool
	// SignOnly says the reverse.
	SignOnly bool
	Endings  []VisitedEnding
}

// VisitedEnding is a way in which an order ends badly after the visit.
type VisitedEnding struct {
	Name    string
	Act     Act
	Message eid.Message
}

// relayField is what comes back as it was sent and is nobody's proof of anything: altering it is tested by itself.
const relayField = "RelayState"

// RunVisited runs the conformance test of providers that are visited:
//
//   - Collect says Pending until the answer has been read, and NotFound after it;
//   - an order's answer completes it once: the same again is NotFound;
//   - what is not a genuine answer to this very order is Failed with EvidenceRejected, and does not stand in the way of the
//     genuine one;
//   - a genuine answer about somebody else than asked is WrongPerson.
func RunVisited(t *testing.T, h VisitedHarness) {
	if !h.SignOnly {
		t.Run("login", h.login)
		t.Run("login by somebody else than asked", func(t *testing.T) { h.wrongPerson(t, eid.Login) })
	}
	if h.LoginOnly {
		t.Run("cannot sign", h.cannotSign)
	} else {
		t.Run("sign", h.sign)
		t.Run("signed by somebody else than asked", func(t *testing.T) { h.wrongPerson(t, eid.Sign) })
	}
	t.Run("decline", h.decline)
	t.Run("cancel", h.cancel)
	t.Run("answer used twice", h.usedTwice)
	t.Run("answer of another order", h.anotherOrder)
	t.Run("answer with another relay", h.anotherRelay)
	t.Run("altered answer", h.altered)
	t.Run("answer that is none", h.noAnswer)
	t.Run("not answered in time", h.late)
	t.Run("unknown order", h.unknownOrder)
	t.Run("bad requests", h.badRequests)
	for _, e := range h.Endings {
		t.Run("ending "+e.Name, func(t *testing.T) { h.ending(t, e) })
	}
}

// VisitedRequest is an order as the platform asks for it: a signature by n, or a login by whoever comes.
func VisitedRequest(p eid.Purpose, n idno.Number, relay string) eid.Request {
	r := LoginRequest()
	if p == eid.Sign {
		r = SignRequest(n)
	}
	r.Number, r.Relay, r.ReturnURL = n, relay, ""
	return r
}

// relay gives the relays of orders: 22 letters and digits, never the same twice in a row of tests.
func relay(n byte) string { return "Relay00000000000000" + strings.Repeat(string('A'+rune(n)), 3) }

func (h VisitedHarness) request(n byte) eid.Request {
	if h.LoginOnly {
		return VisitedRequest(eid.Login, h.Person, relay(n))
	}
	return VisitedRequest(eid.Sign, h.Person, relay(n))
}

func (h VisitedHarness) start(t *testing.T, r eid.Request) eid.Order {
	t.Helper()
	o, err := h.Provider.Start(context.Background(), r)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	switch {
	case o.Ref == "" || len(o.Ref) > 300:
		t.Fatalf("a reference of %d characters", len(o.Ref))
	case o.Started.IsZero() || o.Visit == nil || o.Visit.URL == "":
		t.Fatal("the order lacks where to send the browser, or when it began")
	case !r.Number.IsZero() && (strings.Contains(o.Ref, r.Number.Digits()) || strings.Contains(o.Visit.URL, r.Number.Digits())):
		t.Fatal("a personal number stands in the reference or in the address")
	}
	if s, err := h.Provider.Collect(context.Background(), o.Ref); err != nil || s.State != eid.Pending || s.Message == "" || s.Done != nil {
		t.Fatalf("before the answer: %s %q %v", s.State, s.Message, err)
	}
	return o
}

func (h VisitedHarness) answer(t *testing.T, o eid.Order, posted url.Values) eid.Status {
	t.Helper()
	s, err := eid.Answer(context.Background(), h.Provider, o, posted)
	if err != nil {
		t.Fatalf("answer: %v", err)
	}
	return s
}

func (h VisitedHarness) completed(t *testing.T, o eid.Order, posted url.Values, p eid.Purpose, who idno.Number) {
	t.Helper()
	s := h.answer(t, o, posted)
	if s.State != eid.Complete || s.Done == nil {
		t.Fatalf("after approval: %s %s %s", s.State, s.Hint, s.Message)
	}
	d := s.Done
	switch {
	case d.Number != who || d.Name == "" || d.GivenName == "" || d.Surname == "":
		t.Fatal("the completion does not say who")
	case d.Level < 2 || d.Level > 4 || d.Method == "":
		t.Fatalf("level %d, method %q", d.Level, d.Method)
	case p == eid.Sign && (len(d.Signature) == 0 || d.Format == ""):
		t.Fatal("the completion of a signature lacks the evidence or its format")
	}
}

func (h VisitedHarness) refused(t *testing.T, o eid.Order, posted url.Values) {
	t.Helper()
	s := h.answer(t, o, posted)
	if s.State != eid.Failed || s.Message != eid.EvidenceRejected || s.Done != nil || !strings.HasPrefix(s.Hint, "evidence-") {
		t.Fatalf("got %s %q %q, want it refused", s.State, s.Hint, s.Message)
	}
}

func (h VisitedHarness) login(t *testing.T) {
	for i, r := range []eid.Request{VisitedRequest(eid.Login, idno.Number{}, relay(0)), VisitedRequest(eid.Login, h.Other, relay(1))} {
		o := h.start(t, r)
		posted := h.Visit(t, o, h.Other, Approve)
		if i == 0 && posted.Has(relayField) && eid.RelayOf(posted) != r.Relay {
			t.Fatal("the relay did not come back")
		}
		h.completed(t, o, posted, eid.Login, h.Other)
	}
}

func (h VisitedHarness) sign(t *testing.T) {
	plain := VisitedRequest(eid.Sign, h.Person, relay(2))
	plain.Markdown, plain.Text, plain.Hidden = false, "Åäö & <b>\nrad två", nil
	for _, r := range []eid.Request{VisitedRequest(eid.Sign, h.Person, relay(3)), plain} {
		o := h.start(t, r)
		h.completed(t, o, h.Visit(t, o, h.Person, Approve), eid.Sign, h.Person)
	}
}

func (h VisitedHarness) cannotSign(t *testing.T) {
	_, err := h.Provider.Start(context.Background(), VisitedRequest(eid.Sign, h.Person, relay(2)))
	wantFault(t, err, fault.Invalid, "")
}

func (h VisitedHarness) wrongPerson(t *testing.T, p eid.Purpose) {
	o := h.start(t, VisitedRequest(p, h.Person, relay(4)))
	s := h.answer(t, o, h.Visit(t, o, h.Other, Approve))
	if s.State != eid.Failed || s.Message != eid.WrongPerson || s.Done != nil {
		t.Fatalf("got %s %q %q", s.State, s.Hint, s.Message)
	}
}

func (h VisitedHarness) decline(t *testing.T) {
	r := h.request(5)
	o := h.start(t, r)
	posted := h.Visit(t, o, h.Person, Decline)
	if posted.Has(relayField) && eid.RelayOf(posted) != r.Relay {
		t.Fatal("the relay did not come back")
	}
	s := h.answer(t, o, posted)
	if s.State != eid.Failed || s.Message != eid.UserCancelled || s.Done != nil {
		t.Fatalf("got %s %q %q", s.State, s.Hint, s.Message)
	}
}

// gone: the order is no more.
func (h VisitedHarness) gone(t *testing.T, o eid.Order, posted url.Values) {
	t.Helper()
	_, err := eid.Answer(context.Background(), h.Provider, o, posted)
	wantFault(t, err, fault.NotFound, "")
	_, err = h.Provider.Collect(context.Background(), o.Ref)
	wantFault(t, err, fault.NotFound, "")
}

func (h VisitedHarness) cancel(t *testing.T) {
	o := h.start(t, h.request(6))
	posted := h.Visit(t, o, h.Person, Approve)
	for range 2 { // one that has already ended is not an error
		if err := h.Provider.Cancel(context.Background(), o.Ref); err != nil {
			t.Fatal(err)
		}
	}
	h.gone(t, o, posted)
}

func (h VisitedHarness) usedTwice(t *testing.T) {
	r := h.request(7)
	o := h.start(t, r)
	posted := h.Visit(t, o, h.Person, Approve)
	h.completed(t, o, posted, r.Purpose, h.Person)
	h.gone(t, o, posted)
	o = h.start(t, h.request(7))
	declined := h.Visit(t, o, h.Person, Decline)
	h.answer(t, o, declined)
	h.gone(t, o, declined)
}

// anotherOrder: two orders that are alike in everything; neither takes the other's answer, and both take their own.
func (h VisitedHarness) anotherOrder(t *testing.T) {
	r := h.request(8)
	first, second := h.start(t, r), h.start(t, r)
	one, two := h.Visit(t, first, h.Person, Approve), h.Visit(t, second, h.Person, Approve)
	h.refused(t, first, two)
	h.refused(t, second, one)
	h.completed(t, second, two, r.Purpose, h.Person)
	h.completed(t, first, one, r.Purpose, h.Person)
}

func (h VisitedHarness) anotherRelay(t *testing.T) {
	r := h.request(9)
	o := h.start(t, r)
	posted := h.Visit(t, o, h.Person, Approve)
	if !posted.Has(relayField) {
		return // the protocol carries it elsewhere, within what is signed or in the address
	}
	other := maps.Clone(posted)
	other.Set(relayField, relay(10))
	h.refused(t, o, other)
	h.completed(t, o, posted, r.Purpose, h.Person)
}

// altered changes every field at places spread over it; where it is base64, the change is in what is encoded.
func (h VisitedHarness) altered(t *testing.T) {
	r := h.request(11)
	o := h.start(t, r)
	posted := h.Visit(t, o, h.Person, Approve)
	tried := 0
	for _, name := range slices.Sorted(maps.Keys(posted)) {
		if name == relayField || len(posted.Get(name)) < 200 { // what is short is a name or a version, not the answer
			continue
		}
		for part := 1; part < 16; part++ {
			other := maps.Clone(posted)
			other.Set(name, alter(posted.Get(name), part, 16))
			h.refused(t, o, other)
			tried++
		}
		twice := maps.Clone(posted)
		twice[name] = []string{posted.Get(name), posted.Get(name)}
		h.refused(t, o, twice)
	}
	if tried == 0 {
		t.Fatal("the answer has nothing to alter")
	}
	h.completed(t, o, posted, r.Purpose, h.Person)
}

func alter(value string, part, parts int) string {
	if b, err := base64.StdEncoding.DecodeString(value); err == nil {
		b[len(b)*part/parts] ^= 1
		return base64.StdEncoding.EncodeToString(b)
	}
	b := []byte(value)
	b[len(b)*part/parts] ^= 1
	return string(b)
}

func (h VisitedHarness) noAnswer(t *testing.T) {
	r := h.request(12)
	o := h.start(t, r)
	posted := h.Visit(t, o, h.Person, Approve)
	h.refused(t, o, url.Values{relayField: {r.Relay}})
	for _, nonsense := range []string{"", "nonsense", "åäö", base64.StdEncoding.EncodeToString([]byte("<x/>")), strings.Repeat("QUFB", 1<<20)} {
		other := maps.Clone(posted)
		for name, v := range posted {
			if name != relayField && len(v[0]) >= 200 {
				other.Set(name, nonsense)
			}
		}
		h.refused(t, o, other)
	}
	h.completed(t, o, posted, r.Purpose, h.Person)
}

func (h VisitedHarness) late(t *testing.T) {
	o := h.start(t, h.request(13))
	posted := h.Visit(t, o, h.Person, Approve)
	h.Later(h.Life + time.Minute)
	s := h.answer(t, o, posted)
	if s.State != eid.Failed || s.Done != nil || (s.Message != eid.Expired && s.Message != eid.EvidenceRejected) {
		t.Fatalf("a late answer: %s %q", s.State, s.Message)
	}
	s, err := h.Provider.Collect(context.Background(), o.Ref)
	if !(errors.Is(err, fault.NotFound) || err == nil && s.State == eid.Failed && s.Message == eid.Expired) {
		t.Fatalf("an order whose time is out: %s %q %v", s.State, s.Message, err)
	}
}

func (h VisitedHarness) unknownOrder(t *testing.T) {
	o := h.start(t, h.request(14))
	posted := h.Visit(t, o, h.Person, Approve)
	for _, ref := range []string{"", "nonsense", o.Ref + "x", o.Ref[:len(o.Ref)-1], alter(o.Ref+".", 1, 2)} {
		other := o
		other.Ref = ref
		h.gone(t, other, posted)
		wantFault(t, h.Provider.Cancel(context.Background(), ref), fault.NotFound, "")
	}
}

func (h VisitedHarness) badRequests(t *testing.T) {
	sign := map[string]func(*eid.Request){
		"no text to sign":      func(r *eid.Request) { r.Text = "" },
		"no signer":            func(r *eid.Request) { r.Number = idno.Number{} },
		"text too long":        func(r *eid.Request) { r.Text = strings.Repeat("x", 30_001) },
		"hidden data too long": func(r *eid.Request) { r.Hidden = make([]byte, 150_001) },
	}
	both := map[string]func(*eid.Request){
		"no purpose":     func(r *eid.Request) { r.Purpose = "" },
		"no relay":       func(r *eid.Request) { r.Relay = "" },
		"relay too long": func(r *eid.Request) { r.Relay = strings.Repeat("x", 81) },
		"no such level":  func(r *eid.Request) { r.Level = 5 },
	}
	if !h.LoginOnly {
		maps.Copy(both, sign)
	}
	for name, edit := range both {
		t.Run(name, func(t *testing.T) {
			r := h.request(15)
			edit(&r)
			_, err := h.Provider.Start(context.Background(), r)
			wantFault(t, err, fault.Invalid, "")
		})
	}
}

func (h VisitedHarness) ending(t *testing.T, e VisitedEnding) {
	o := h.start(t, h.request(16))
	s := h.answer(t, o, h.Visit(t, o, h.Person, e.Act))
	if s.State != eid.Failed || s.Message != e.Message || s.Done != nil {
		t.Fatalf("got %s %q %q, want Failed %s", s.State, s.Hint, s.Message, e.Message)
	}
}
