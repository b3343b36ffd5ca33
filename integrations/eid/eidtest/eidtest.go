// Package eidtest is the conformance test of e-legitimation providers: what the rest of the platform relies on, whatever
// the vendor. It runs against a provider together with the simulator (or test environment) behind it.
package eidtest

import (
	"context"
	"errors"
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Harness is a provider and the means to make people act.
type Harness struct {
	Provider      eid.Provider
	Person, Other idno.Number // two people with an e-legitimation
	// Approve and Decline let a person finish an order in the app.
	Approve, Decline func(t *testing.T, o eid.Order, n idno.Number)
	Endings          []Ending
	Outages          []Outage
	// Exclusive is a request of which a person can have one order at a time; nil is a signature.
	Exclusive func(idno.Number) eid.Request
	// Repeats says that a completed order can be collected again, and gives the same.
	Repeats bool
}

// Ending is a way in which Person's next order fails.
type Ending struct {
	Name    string
	Arrange func(t *testing.T)
	Message eid.Message
}

// Outage is a fault of the provider while an order of Person's is started or collected.
type Outage struct {
	Name    string
	Arrange func(t *testing.T, atStart bool)
	Kind    fault.Kind
	Message eid.Message
	Lasting bool // the order is lost: asking again does not help
}

// SignRequest is a signature as the platform asks for it.
func SignRequest(n idno.Number) eid.Request {
	return eid.Request{Purpose: eid.Sign, EndUserIP: "192.0.2.10", UserAgent: "Mozilla/5.0 (X11; Linux x86_64)", Domain: "ekkoping.example.se",
		DeviceID: "device-1", ReturnURL: "https://ekkoping.example.se/return?nonce=1", Number: n,
		Text: "# Ansökan om skolskjuts\nÄrende **EK-2026-1**\n- en sida\n", Markdown: true, Hidden: []byte(`{"sha256":"00ff"}`)}
}

// LoginRequest is a login by whoever comes.
func LoginRequest() eid.Request {
	r := SignRequest(idno.Number{})
	r.Purpose, r.Text, r.Markdown, r.Hidden = eid.Login, "", false, nil
	return r
}

// Run runs the conformance test.
func Run(t *testing.T, h Harness) {
	t.Run("login", h.login)
	t.Run("sign", h.sign)
	t.Run("decline", h.decline)
	t.Run("cancel", h.cancel)
	t.Run("collected once", h.collectedOnce)
	t.Run("already in progress", h.alreadyInProgress)
	t.Run("side by side", h.sideBySide)
	t.Run("unknown order", h.unknownOrder)
	t.Run("bad requests", h.badRequests)
	t.Run("deadline", h.deadline)
	for _, e := range h.Endings {
		t.Run("ending "+e.Name, func(t *testing.T) { h.ending(t, e) })
	}
	for _, o := range h.Outages {
		t.Run("outage at start "+o.Name, func(t *testing.T) { h.outageAtStart(t, o) })
		if !o.Lasting {
			t.Run("outage at collect "+o.Name, func(t *testing.T) { h.outageAtCollect(t, o) })
		}
	}
}

func (h Harness) start(t *testing.T, r eid.Request) eid.Order {
	t.Helper()
	o, err := h.Provider.Start(context.Background(), r)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	return o
}

func (h Harness) collect(t *testing.T, o eid.Order) eid.Status {
	t.Helper()
	s, err := h.Provider.Collect(context.Background(), o.Ref)
	if err != nil {
		t.Fatalf("collect: %v", err)
	}
	return s
}

func (h Harness) login(t *testing.T) {
	o := h.start(t, LoginRequest())
	if o.Ref == "" || len(o.Ref) > 300 || o.AutoStart == "" || o.StartURL == "" || o.Started.IsZero() {
		t.Fatal("the order lacks what starts the app")
	}
	if s := h.collect(t, o); s.State != eid.Pending || s.Message == "" {
		t.Fatalf("before approval: %s %s", s.State, s.Message)
	}
	h.Approve(t, o, h.Other)
	h.completed(t, o, h.Other)
}

func (h Harness) sign(t *testing.T) {
	for _, r := range []eid.Request{SignRequest(h.Person), func() eid.Request {
		r := SignRequest(h.Person)
		r.Markdown, r.Text, r.Hidden = false, "Åäö & <b>\nrad två", nil
		return r
	}()} {
		o := h.start(t, r)
		h.Approve(t, o, h.Person)
		h.completed(t, o, h.Person)
	}
}

func (h Harness) completed(t *testing.T, o eid.Order, who idno.Number) {
	t.Helper()
	s := h.collect(t, o)
	if s.State != eid.Complete || s.Done == nil {
		t.Fatalf("after approval: %s %s %s", s.State, s.Hint, s.Message)
	}
	d := s.Done
	if d.Number != who || d.Name == "" || d.GivenName == "" || d.Surname == "" || len(d.Signature) == 0 {
		t.Fatal("the completion does not say who, or lacks the signature")
	}
}

func (h Harness) decline(t *testing.T) {
	o := h.start(t, SignRequest(h.Person))
	h.Decline(t, o, h.Person)
	if s := h.collect(t, o); s.State != eid.Failed || s.Message != eid.UserCancelled || s.Done != nil {
		t.Fatalf("got %s %s", s.State, s.Message)
	}
}

func (h Harness) cancel(t *testing.T) {
	ctx := context.Background()
	o := h.start(t, SignRequest(h.Person))
	for range 2 { // one that has already ended is not an error
		if err := h.Provider.Cancel(ctx, o.Ref); err != nil {
			t.Fatal(err)
		}
	}
	h.over(t, o)
	h.completedAfresh(t)
}

// over checks that an order that was cancelled is Failed, or no longer known.
func (h Harness) over(t *testing.T, o eid.Order) {
	t.Helper()
	s, err := h.Provider.Collect(context.Background(), o.Ref)
	if err != nil {
		wantFault(t, err, fault.NotFound, "")
	} else if s.State != eid.Failed {
		t.Fatalf("a cancelled order: %v", s.State)
	}
}

// completedAfresh shows that nothing of what was before stands in the way of a new order.
func (h Harness) completedAfresh(t *testing.T) {
	t.Helper()
	o := h.start(t, SignRequest(h.Person))
	h.Approve(t, o, h.Person)
	h.completed(t, o, h.Person)
}

func (h Harness) collectedOnce(t *testing.T) {
	o := h.start(t, SignRequest(h.Person))
	h.Approve(t, o, h.Person)
	h.completed(t, o, h.Person)
	if h.Repeats {
		h.completed(t, o, h.Person)
		return
	}
	_, err := h.Provider.Collect(context.Background(), o.Ref)
	wantFault(t, err, fault.NotFound, "")
}

func (h Harness) alreadyInProgress(t *testing.T) {
	request := SignRequest
	if h.Exclusive != nil {
		request = h.Exclusive
	}
	first := h.start(t, request(h.Person))
	_, err := h.Provider.Start(context.Background(), request(h.Person))
	wantFault(t, err, fault.TooMany, eid.AlreadyRunning)
	if s := h.collect(t, first); s.State != eid.Failed || s.Message != eid.Cancelled && s.Message != eid.AlreadyRunning {
		t.Fatalf("the first order goes on: %s %s", s.State, s.Message)
	}
	h.completedAfresh(t)
}

// sideBySide: orders of two people at the same time end with the right one each.
func (h Harness) sideBySide(t *testing.T) {
	o := h.start(t, LoginRequest())
	h.Approve(t, o, h.Other)
	bound := h.start(t, SignRequest(h.Person))
	h.Approve(t, bound, h.Person)
	if s := h.collect(t, o); s.State != eid.Complete || s.Done.Number != h.Other {
		t.Fatalf("the login: %s", s.State)
	}
	if s := h.collect(t, bound); s.State != eid.Complete || s.Done.Number != h.Person {
		t.Fatalf("the signature: %s", s.State)
	}
}

func (h Harness) unknownOrder(t *testing.T) {
	o := h.start(t, LoginRequest())
	if err := h.Provider.Cancel(context.Background(), o.Ref); err != nil {
		t.Fatal(err)
	}
	h.over(t, o)
	for _, ref := range []string{"", "nonsense"} {
		_, err := h.Provider.Collect(context.Background(), ref)
		wantFault(t, err, fault.NotFound, "")
	}
}

func (h Harness) badRequests(t *testing.T) {
	for name, edit := range map[string]func(*eid.Request){
		"no purpose":              func(r *eid.Request) { r.Purpose = "" },
		"no text to sign":         func(r *eid.Request) { r.Text = "" },
		"no signer":               func(r *eid.Request) { r.Number = idno.Number{} },
		"no address":              func(r *eid.Request) { r.EndUserIP = "" },
		"text too long":           func(r *eid.Request) { r.Text = string(make([]byte, 30_001)) },
		"hidden data too long":    func(r *eid.Request) { r.Hidden = make([]byte, 150_001) },
		"return address too long": func(r *eid.Request) { r.ReturnURL = "https://example.se/" + string(make([]byte, 512)) },
	} {
		t.Run(name, func(t *testing.T) {
			r := SignRequest(h.Person)
			edit(&r)
			_, err := h.Provider.Start(context.Background(), r)
			wantFault(t, err, fault.Invalid, "")
		})
	}
}

func (h Harness) deadline(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := h.Provider.Start(ctx, LoginRequest())
	wantFault(t, err, fault.Unavailable, eid.TechnicalFault)
}

func (h Harness) ending(t *testing.T, e Ending) {
	e.Arrange(t)
	o := h.start(t, SignRequest(h.Person))
	s := h.collect(t, o)
	if s.State != eid.Failed || s.Message != e.Message || s.Done != nil {
		t.Fatalf("got %s %s %q, want Failed %s", s.State, s.Hint, s.Message, e.Message)
	}
}

func (h Harness) outageAtStart(t *testing.T, o Outage) {
	o.Arrange(t, true)
	_, err := h.Provider.Start(context.Background(), SignRequest(h.Person))
	wantFault(t, err, o.Kind, o.Message)
	h.completedAfresh(t)
}

func (h Harness) outageAtCollect(t *testing.T, o Outage) {
	order := h.start(t, SignRequest(h.Person))
	o.Arrange(t, false)
	_, err := h.Provider.Collect(context.Background(), order.Ref)
	wantFault(t, err, o.Kind, o.Message)
	h.Approve(t, order, h.Person)
	h.completed(t, order, h.Person)
}

// wantFault checks the kind, and that there is a message to show; an empty one is any.
func wantFault(t *testing.T, err error, kind fault.Kind, message eid.Message) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want a fault of kind %v", err, kind)
	}
	var r *eid.Refusal
	if !errors.As(err, &r) || r.Message == "" || message != "" && r.Message != message {
		t.Fatalf("got %v, want the message %s", err, message)
	}
}
