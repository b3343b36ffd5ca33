package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

// order is the e-legitimation in progress, kept in the session: its secrets stay on the server.
type order struct {
	For   string    `json:"for"` // loginOrder, or a case's id
	Order eid.Order `json:"order"`
	Same  bool      `json:"same"` // the app is on this device
	Nonce string    `json:"nonce"`
	Till  string    `json:"till,omitempty"` // where to go after login
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

// loginPage lets one choose where the app is.
type loginPage struct {
	ui.Shell
	Till   string
	Token  string
	Notice *ui.Notice
}

func (s *site) loginPage(r *httpkit.Request) error {
	till, _ := httpkit.LocalPath(r.Query("till"))
	if r.Actor().Citizen != nil {
		return r.See(orMine(till))
	}
	l := r.Locale()
	p := loginPage{Shell: s.frame(r, nil, l.T("web.login.title")), Till: till, Token: r.Token()}
	switch message := r.Query("m"); {
	case message != "" && l.Has("eid."+message):
		p.Notice = &ui.Notice{Tone: ui.Warning, Title: l.T("web.login.failed"), Text: l.T("eid." + message)}
	case r.Query("utloggad") != "":
		p.Notice = &ui.Notice{Tone: ui.Info, Title: l.T("web.login.out"), Text: l.T("web.login.out-text")}
	case r.Query("vantar") != "":
		p.Notice = &ui.Notice{Tone: ui.Info, Title: l.T("web.login.held"), Text: l.T("web.login.held-text")}
	case till != "":
		p.Notice = &ui.Notice{Tone: ui.Info, Text: l.T("web.login.needed")}
	}
	return show(r, 200, s.pages.login, p)
}

func orMine(till string) string {
	if till == "" {
		return "/mina-sidor"
	}
	return till
}

// beginLogin starts the e-legitimation.
func (s *site) beginLogin(r *httpkit.Request) error {
	till, _ := httpkit.LocalPath(r.Form().Get("till"))
	if r.Actor().Citizen != nil {
		return r.See(orMine(till))
	}
	o := order{For: loginOrder, Same: r.Form().Get("enhet") == "denna", Nonce: random(), Till: till}
	var err error
	if o.Order, err = s.Flow.BeginLogin(r.Context(), s.client(r, "/logga-in/retur?n="+o.Nonce)); err != nil {
		return s.notStarted(r, err, loginAgain(till))
	}
	if err := r.Keep(map[string]any{orderValue: o}); err != nil {
		return err
	}
	return r.See("/logga-in/vanta")
}

func loginAgain(till string) string {
	if till == "" {
		return "/logga-in?"
	}
	return "/logga-in?till=" + url.QueryEscape(till) + "&"
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

// waitPage is shown while the app is used, at login and when signing.
type waitPage struct {
	ui.Shell
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
func (s *site) waiting(r *httpkit.Request, sh ui.Shell, o order, base string) waitPage {
	l := r.Locale()
	p := waitPage{Shell: sh, Same: o.Same, QR: base + "/qr", Status: base + "/lage", Ask: base + "/vanta", Cancel: base + "/avbryt", Again: base + "/vanta",
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
	if m := r.Query("m"); l.Has("eid." + m) {
		message = eid.Message(m)
	}
	p.Message = l.T("eid." + string(message))
	return p
}

func phone(agent string) bool {
	for _, word := range []string{"iPhone", "iPad", "Android", "Mobile"} {
		if strings.Contains(agent, word) {
			return true
		}
	}
	return false
}

func (s *site) loginWait(r *httpkit.Request) error {
	o, ok := kept(r, loginOrder)
	if !ok {
		return r.See("/logga-in")
	}
	return show(r, 200, s.pages.wait, s.waiting(r, s.frame(r, nil, r.Locale().T("web.wait.login")), o, "/logga-in"))
}

// asked is how an order goes, as script and button both need it.
type asked struct {
	Message eid.Message // while it is pending
	Next    string      // where to go when it is over
	Read    bool        // the code has been read: it need not be shown any more
}

// askLogin collects the order and logs in when it is complete.
func (s *site) askLogin(r *httpkit.Request) (asked, error) {
	o, ok := kept(r, loginOrder)
	if !ok {
		if r.Actor().Citizen != nil {
			return asked{Next: "/mina-sidor"}, nil // another tab was first
		}
		return asked{Next: "/logga-in"}, nil
	}
	who, status, err := s.Flow.PollLogin(r.Context(), o.Order)
	if err != nil {
		return asked{}, err
	}
	switch status.State {
	case eid.Complete:
		if err := r.LogIn(identity.Actor{Citizen: &who}); err != nil {
			return asked{}, err
		}
		if holding(r) {
			return asked{Next: "/fortsatt"}, nil
		}
		return asked{Next: orMine(o.Till)}, nil
	case eid.Failed:
		if err := drop(r); err != nil {
			return asked{}, err
		}
		return asked{Next: loginAgain(o.Till) + "m=" + string(status.Message)}, nil
	}
	return pending(status), nil
}

func pending(st eid.Status) asked {
	a := asked{Message: st.Message}
	switch st.Message {
	case eid.StartApp, eid.TryingToStart, eid.TechnicalFault, eid.InProgress:
	default:
		a.Read = true
	}
	return a
}

// answerScript tells the page's script (renderer/assets, poll.ts).
func answerScript(r *httpkit.Request, a asked, err error) error {
	if err != nil {
		return err
	}
	out := map[string]any{}
	if a.Next != "" {
		out["next"] = a.Next
	} else {
		out["message"] = r.Locale().T("eid." + string(a.Message))
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

func (s *site) pollLogin(r *httpkit.Request) error {
	a, err := s.askLogin(r)
	return answerButton(r, a, err, "/logga-in/vanta")
}

func (s *site) loginStatus(r *httpkit.Request) error {
	a, err := s.askLogin(r)
	return answerScript(r, a, err)
}

func (s *site) loginQR(r *httpkit.Request) error { return s.qr(r, loginOrder) }

// qr draws the code as it is this second.
func (s *site) qr(r *httpkit.Request, what string) error {
	o, ok := kept(r, what)
	if !ok {
		return notFound("web.qr")
	}
	svg, err := s.QR(o.Order, s.Clock.Now())
	if err != nil {
		return err
	}
	return r.Bytes("image/svg+xml", svg)
}

// loginReturn is where the app on the same device comes back. The nonce says that it is the browser that began.
func (s *site) loginReturn(r *httpkit.Request) error {
	o, ok := kept(r, loginOrder)
	if !ok || subtle.ConstantTimeCompare([]byte(r.Query("n")), []byte(o.Nonce)) != 1 {
		if r.Actor().Citizen != nil {
			return r.See("/mina-sidor")
		}
		return r.See("/logga-in")
	}
	return r.See("/logga-in/vanta?m=" + string(eid.InProgress))
}

func (s *site) cancelLogin(r *httpkit.Request) error {
	o, ok := kept(r, loginOrder)
	if !ok {
		return r.See("/logga-in")
	}
	if err := s.Flow.CancelLogin(r.Context(), o.Order); err != nil && !errors.Is(err, fault.Unavailable) {
		return err // without an answer the order runs out by itself
	}
	if err := drop(r); err != nil {
		return err
	}
	return r.See(loginAgain(o.Till) + "m=" + string(eid.Cancelled))
}

// logout ends the session. Whoever is logged out already is told the same.
func (s *site) logout(r *httpkit.Request) error {
	if err := r.LogOut(); err != nil {
		return err
	}
	return r.See("/logga-in?utloggad=1")
}

// extend keeps the session alive: that the request came is enough (httpkit notes it).
func (s *site) extend(r *httpkit.Request) error { return r.NoContent() }
