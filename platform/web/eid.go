package web

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// What login and signature share: an order in progress, the page that waits for it, and how it is asked about.

// order is the e-legitimation in progress, kept in the session: its secrets stay on the server.
type order struct {
	For   string       `json:"for"` // loginOrder, or a case's id
	Order flow.Started `json:"order"`
	Same  bool         `json:"same"` // the app is on this device
	Nonce string       `json:"nonce"`
	Till  string       `json:"till,omitempty"` // where to go after login
}

const (
	loginOrder   = "login"
	orderValue   = "order" // its name in the session
	deviceCookie = "__Host-enhet"
)

// kept gives the order in progress for something.
func kept(r *httpkit.Request, what string) (order, bool) {
	var o order
	ok := r.Value(orderValue, &o) && o.For == what
	return o, ok
}

func drop(r *httpkit.Request) error { return r.Keep(map[string]any{orderValue: nil}) }

// client is the browser as the e-legitimation wants to know it. back is our address that the app returns to.
func (s *site) client(r *httpkit.Request, back string) flow.Client {
	device := r.Cookie(deviceCookie)
	if len(device) != 22 {
		device = random()
		r.SetCookie(deviceCookie, device, 365*24*time.Hour)
	}
	domain := s.BaseURL
	if u, err := url.Parse(s.BaseURL); err == nil {
		domain = u.Hostname()
	}
	agent := r.UserAgent()
	if agent == "" {
		agent = "unknown" // the provider refuses an order without one
	}
	return flow.Client{IP: r.IP(), UserAgent: agent, DeviceID: device, Domain: domain, ReturnURL: s.BaseURL + back}
}

// random is 128 bits, safe in a URL.
func random() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// notStarted leads back to where it was started, with the provider's message.
func (s *site) notStarted(r *httpkit.Request, err error, again string) error {
	s.Kit.Log.Warn("e-legitimation not started", "ref", r.Ref, "error", err)
	var refusal *eid.Refusal
	switch {
	case errors.As(err, &refusal):
		return r.See(again + "m=" + string(refusal.Message))
	case errors.Is(err, fault.Unavailable):
		return r.See(again + "m=" + string(eid.TechnicalFault))
	}
	return err
}

// waitPage is shown while the app is used, or before the provider's page is visited, at login and when signing.
type waitPage struct {
	ui.Shell
	Visit   *visit // to the provider's page; nil for an app
	Came    bool   // the browser has come back from there
	Name    string // of the e-legitimation
	Same    bool
	Start   string // opens the app on this device
	Desktop bool   // Start is for a computer
	QR      string // address of the code as a picture
	Status  string // address that tells how it goes
	Ask     string // posts: ask again
	Cancel  string // posts
	Again   string // this page anew: a new code
	Message string
	Token   string
	Signing bool
}

// waiting makes the page for an order; base is the address that its own addresses stand below.
func (s *site) waiting(r *httpkit.Request, sh ui.Shell, o order, base string) (waitPage, error) {
	l := r.Locale()
	words := s.words(r, o.Order.Provider)
	p := waitPage{Shell: sh, Name: words.name, Came: o.Order.Ticket != "", Same: o.Same, QR: base + "/qr", Status: base + "/lage", Ask: base + "/vanta", Cancel: base + "/avbryt", Again: base + "/vanta",
		Token: r.Token(), Signing: o.For != loginOrder}
	// An address that only the app understands is opened on computers, which have no universal links.
	p.Start = o.Order.StartURL
	if p.Desktop = !phone(r.UserAgent()) && o.Order.DesktopURL != ""; p.Desktop {
		p.Start = o.Order.DesktopURL
	}
	message := eid.StartApp
	if o.Same {
		message = eid.TryingToStart
	}
	if m := eid.Message(r.Query("m")); l.Has("eid." + string(m)) {
		message = m
	}
	p.Message = words.say(message)
	if o.Order.Visit == nil {
		return p, nil
	}
	p.Visit = visitOf(o.Order.Visit)
	if p.Came && r.Query("m") == "" {
		p.Message = words.say(eid.InProgress)
	}
	return p, r.FormTo(o.Order.Visit.URL)
}

func phone(agent string) bool {
	for _, word := range []string{"iPhone", "iPad", "Android", "Mobile"} {
		if strings.Contains(agent, word) {
			return true
		}
	}
	return false
}

// asked is how an order goes, as script and button both need it.
type asked struct {
	Message eid.Message // while it is pending
	Next    string      // where to go when it is over
	With    string      // the e-legitimation's id
	Read    bool        // the code has been read: it need not be shown any more
}

func pending(o flow.Started, st eid.Status) asked {
	a := asked{Message: st.Message, With: o.Provider}
	switch st.Message {
	case eid.StartApp, eid.TryingToStart, eid.TechnicalFault, eid.InProgress:
	default:
		a.Read = true
	}
	return a
}

// answerScript tells the page's script (renderer/assets, poll.ts).
func (s *site) answerScript(r *httpkit.Request, a asked, err error) error {
	if err != nil {
		return err
	}
	out := map[string]any{}
	if a.Next != "" {
		out["next"] = a.Next
	} else {
		out["message"] = s.words(r, a.With).say(a.Message)
		out["hideCode"] = a.Read
	}
	return r.JSON(200, out)
}

// answerButton tells somebody without script.
func answerButton(r *httpkit.Request, a asked, err error, wait string) error {
	switch {
	case err != nil:
		return err
	case a.Next != "":
		return r.See(a.Next)
	}
	return r.See(wait + "?m=" + string(a.Message))
}

// qr draws the code as it is this second.
func (s *site) qr(r *httpkit.Request, what string) error {
	o, ok := kept(r, what)
	if !ok {
		return notFound("web.qr")
	}
	svg, err := s.QR(s.Flow.Code(o.Order))
	if err != nil {
		return err
	}
	return r.Bytes("image/svg+xml", svg)
}
