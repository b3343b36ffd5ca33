// Package eidkit is what pages share that start an e-legitimation and wait for it: the citizens' when they log in and sign, the officers'
// when they sign a decision.
//
// An Order is an e-legitimation in progress. It is kept in the session of whoever began it, under what it is For, since it has the secrets
// that a page needs and a browser must not have; a browser has one at a time. The choice of e-legitimation and the page that waits are
// components of renderer/ui (EIDChoices, EIDWait), filled here; a page's own addresses stand below its base: base/vanta (the page, and a
// post that asks again), base/lage (the script's question), base/qr, base/avbryt.
//
// A provider whose page is visited hands the browser back at one address for all, where nothing of a session is read. CameBack is where it
// goes on as itself: the order in its session and the ticket that it was given must belong together.
package eidkit

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
)

// Flow is what is asked of the use cases; *flow.Service has it.
type Flow interface {
	// EID gives an e-legitimation by its id.
	EID(id string) (eid.Offer, bool)
	// Code is what a code shows this second.
	Code(o flow.Started) string
	// CameBack: fault.NotFound when the ticket is not this order's.
	CameBack(ctx context.Context, o flow.Started, ticket string) (flow.Started, error)
}

// Kit is what the pages of one site need.
type Kit struct {
	Flow Flow
	Log  *slog.Logger
	// QR draws a code that the e-legitimation's app reads, as SVG.
	QR func(text string) ([]byte, error)
	// BaseURL is our own address as the app returns to it, without a trailing slash.
	BaseURL string
}

// Order is the e-legitimation in progress, kept in the session: its secrets stay on the server.
type Order struct {
	For   string       `json:"for"` // Login, or a case's id
	Order flow.Started `json:"order"`
	Same  bool         `json:"same"` // the app is on this device
	Nonce string       `json:"nonce"`
	Till  string       `json:"till,omitempty"` // where to go after login
}

// Login is what an order is for that says who somebody is.
const Login = "login"

const (
	orderValue   = "order" // its name in the session
	deviceCookie = "__Host-enhet"
	usedCookie   = "__Host-eleg" // the id of what was used last
	year         = 365 * 24 * time.Hour
)

// New is an order about to begin, as the button that was pressed says.
func New(r *httpkit.Request, what string) Order {
	return Order{For: what, Same: r.Form().Get("enhet") == "denna", Nonce: Random()}
}

// Kept gives the order in progress for something.
func Kept(r *httpkit.Request, what string) (Order, bool) {
	var o Order
	ok := r.Value(orderValue, &o) && o.For == what
	return o, ok
}

// Drop forgets the order in progress for something.
func Drop(r *httpkit.Request, what string) error {
	if _, ok := Kept(r, what); !ok {
		return nil
	}
	return r.Keep(map[string]any{orderValue: nil})
}

// Begun keeps an order that has been started, and which e-legitimation it is with.
func Begun(r *httpkit.Request, o Order) error {
	r.SetCookie(usedCookie, o.Order.Provider, year)
	return r.Keep(map[string]any{orderValue: o})
}

// Returned reports whether the browser that comes back from an app on the same device is the one that began: it has the nonce.
func (o Order) Returned(r *httpkit.Request) bool {
	return o.Nonce != "" && subtle.ConstantTimeCompare([]byte(r.Query("n")), []byte(o.Nonce)) == 1
}

// Random is 128 bits, safe in a URL.
func Random() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Client is the browser as the e-legitimation wants to know it. back is our address that the app returns to, to which the nonce is added.
func (k *Kit) Client(r *httpkit.Request, o Order, back string) flow.Client {
	device := r.Cookie(deviceCookie)
	if len(device) != 22 {
		device = Random()
		r.SetCookie(deviceCookie, device, year)
	}
	domain := k.BaseURL
	if u, err := url.Parse(k.BaseURL); err == nil {
		domain = u.Hostname()
	}
	agent := r.UserAgent()
	if agent == "" {
		agent = "unknown" // the provider refuses an order without one
	}
	return flow.Client{IP: r.IP(), UserAgent: agent, DeviceID: device, Domain: domain, ReturnURL: k.BaseURL + back + "?n=" + o.Nonce}
}

// NotStarted leads back to where it was started, an address that ends in "?" or "&", with the provider's message.
func (k *Kit) NotStarted(r *httpkit.Request, err error, again string) error {
	k.Log.Warn("e-legitimation not started", "ref", r.Ref, "error", err)
	var refusal *eid.Refusal
	switch {
	case errors.As(err, &refusal):
		return r.See(again + "m=" + string(refusal.Message))
	case errors.Is(err, fault.Unavailable):
		return r.See(again + "m=" + string(eid.TechnicalFault))
	}
	return err
}

// CameBack takes up the order of the browser's session with the ticket in its address. fault.NotFound when nothing is in progress here to
// which the ticket belongs: it was begun in another browser, is over already, or somebody wants a stranger to complete what he or she began.
func (k *Kit) CameBack(r *httpkit.Request) (o Order, ticket string, err error) {
	const op = "eidkit.CameBack"
	ticket = r.Query(TicketQuery)
	if !r.Value(orderValue, &o) {
		return o, ticket, fault.New(op, fault.NotFound, nil)
	}
	if o.Order, err = k.Flow.CameBack(r.Context(), o.Order, ticket); err != nil {
		return o, ticket, fault.Wrap(op, err)
	}
	return o, ticket, r.Keep(map[string]any{orderValue: o})
}

// TicketQuery is where an address has the ticket of a browser that came back.
const TicketQuery = "b"

// Asked is how an order goes, as script and button both need it.
type Asked struct {
	Message eid.Message // while it is pending
	Next    string      // where to go when it is over
	With    string      // the e-legitimation's id
	Read    bool        // the code has been read: it need not be shown any more
}

// Pending tells of an order that goes on.
func Pending(o flow.Started, st eid.Status) Asked {
	a := Asked{Message: st.Message, With: o.Provider}
	switch st.Message {
	case eid.StartApp, eid.TryingToStart, eid.TechnicalFault, eid.InProgress:
	default:
		a.Read = true
	}
	return a
}

// AnswerScript tells the page's script (renderer/assets, poll.ts).
func (k *Kit) AnswerScript(r *httpkit.Request, a Asked) error {
	if a.Next != "" {
		return r.JSON(http.StatusOK, map[string]any{"next": a.Next})
	}
	return r.JSON(http.StatusOK, map[string]any{"message": k.Words(r, a.With).Say(a.Message), "hideCode": a.Read})
}

// AnswerButton tells somebody without script. base is that of the page that waits.
func AnswerButton(r *httpkit.Request, a Asked, base string) error {
	if a.Next != "" {
		return r.See(a.Next)
	}
	return r.See(base + "/vanta?m=" + string(a.Message))
}

// Code draws the code as it is this second. fault.NotFound when nothing is in progress.
func (k *Kit) Code(r *httpkit.Request, what string) error {
	o, ok := Kept(r, what)
	if !ok {
		return fault.New("eidkit.Code", fault.NotFound, nil)
	}
	svg, err := k.QR(k.Flow.Code(o.Order))
	if err != nil {
		return err
	}
	return r.Bytes("image/svg+xml", svg)
}

// phone reports whether a browser says that it is one of a telephone or a tablet.
func phone(agent string) bool {
	for _, word := range []string{"iPhone", "iPad", "Android", "Mobile"} {
		if strings.Contains(agent, word) {
			return true
		}
	}
	return false
}
