package bankidsim

import (
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

//go:embed templates/people.html
var peopleHTML string

//go:embed templates/start.html
var startHTML string

//go:embed templates/phone.html
var phoneHTML string

var (
	peoplePage = shell.New(peopleHTML)
	startPage  = shell.New(startHTML)
	phonePage  = shell.New(phoneHTML)
)

// PhoneHandler is the app: pages under /bankid/ for people, and the JSON door of control.go. It takes whole addresses, not
// stripped ones. The hub serves it without TLS, on loopback, beside shell.Style. Addresses hold a persona's name, never the number.
func (s *Sim) PhoneHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bankid/{$}", s.showPeople)
	mux.HandleFunc("GET /bankid/start", s.showStart)
	mux.HandleFunc("GET /bankid/phone/{person}", s.showPhone)
	mux.HandleFunc("POST /bankid/phone/{person}/open", s.act(s.postOpen))
	mux.HandleFunc("POST /bankid/phone/{person}/scan", s.act(s.postScan))
	mux.HandleFunc("POST /bankid/phone/{person}/call", s.act(s.postCall))
	mux.HandleFunc("POST /bankid/phone/{person}/approve", s.act(s.postApprove))
	mux.HandleFunc("POST /bankid/phone/{person}/cancel", s.act(s.postCancel))
	s.control(mux)
	return shell.Guard(mux)
}

type personView struct{ Name, Slug, Number string }

func viewOf(p *person) personView {
	return personView{p.GivenName + " " + p.Surname, p.slug, p.Number.Dashed()}
}

func (s *Sim) showPeople(w http.ResponseWriter, _ *http.Request) {
	peoplePage.Write(w, http.StatusOK, "BankID: välj telefon", s.views(nil))
}

// views lists the personas, first the one (if any) that something waits for.
func (s *Sim) views(first *person) []personView {
	var out []personView
	for _, p := range s.people {
		if p == first {
			out = append([]personView{viewOf(p)}, out...)
		} else {
			out = append(out, viewOf(p))
		}
	}
	return out
}

type startView struct {
	Token  string
	Asked  string // name of the person that the order is for, "" for anybody
	People []personView
}

// showStart is where the relying party's link to the app leads: the app opens on this device with an order.
func (s *Sim) showStart(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("autostarttoken")
	now := s.clock.Now()
	s.mu.Lock()
	o := s.byToken(token, now)
	var asked *person
	if o != nil && o.pending() {
		if o.phase == outstanding {
			o.phase = started
		}
		asked = s.persona(o.required)
	}
	s.mu.Unlock()
	if o == nil {
		startPage.Write(w, http.StatusNotFound, "Beställningen finns inte längre", startView{})
		return
	}
	v := startView{Token: token, People: s.views(asked)}
	if asked != nil {
		v.Asked = viewOf(asked).Name
	}
	startPage.Write(w, http.StatusOK, "BankID startar", v)
}

// byToken finds a living order by its autoStartToken. Sim.mu is held.
func (s *Sim) byToken(token string, now time.Time) *order {
	if token == "" {
		return nil
	}
	for _, o := range s.orders {
		if o.autoStart == token {
			return s.find(o.ref, now)
		}
	}
	return nil
}

type phoneView struct {
	Person      personView
	Error, Done string
	Open        *orderView
	Waiting     []orderView // for this person
	Codes       []orderView // for anybody: what a person would see as a QR code on a screen
}

type orderView struct {
	Ref     string
	Login   bool
	Call    bool // the person is on the telephone with the relying party
	Asks    bool // about the call, before anything else
	Called  bool // the relying party called the person, not the reverse
	Service string
	Text    []block
	Since   string
	created time.Time
}

func (s *Sim) view(o *order) orderView {
	return orderView{Ref: o.ref, Login: o.login, Call: o.call != "", Asks: o.phase == userCall, Called: o.call == "RP", Service: s.service, Text: blocks(string(o.text), o.markdown),
		Since: o.created.In(clock.Stockholm).Format("15:04:05"), created: o.created}
}

func (s *Sim) showPhone(w http.ResponseWriter, r *http.Request) {
	p := s.personBySlug(r.PathValue("person"))
	if p == nil {
		http.NotFound(w, r)
		return
	}
	s.phone(w, http.StatusOK, p, "", map[string]string{"approved": "Klart. Du kan gå tillbaka till e-tjänsten.",
		"cancelled": "Du avbröt."}[r.URL.Query().Get("done")])
}

func (s *Sim) phone(w http.ResponseWriter, status int, p *person, problem, done string) {
	v := phoneView{Person: viewOf(p), Error: problem, Done: done}
	now := s.clock.Now()
	s.mu.Lock()
	s.sweep(now)
	for _, o := range s.orders {
		switch {
		case !o.pending():
		case o.by == p:
			open := s.view(o)
			v.Open = &open
		case o.required == p.Number:
			v.Waiting = append(v.Waiting, s.view(o))
		case o.required.IsZero() && o.by == nil:
			v.Codes = append(v.Codes, s.view(o))
		}
	}
	s.mu.Unlock()
	for _, list := range [][]orderView{v.Waiting, v.Codes} {
		slices.SortFunc(list, func(a, b orderView) int { return a.created.Compare(b.created) })
	}
	title := "Telefonen till " + v.Person.Name
	if problem != "" {
		title = "Fel: " + problem
	}
	phonePage.Write(w, status, title, v)
}

// act finds the person of an address and answers an action: where to go, or the page again with what was wrong.
func (s *Sim) act(do func(*http.Request, *person) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := s.personBySlug(r.PathValue("person"))
		if p == nil {
			http.NotFound(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		to, err := do(r, p)
		var n notice
		switch {
		case errors.As(err, &n):
			s.phone(w, http.StatusUnprocessableEntity, p, string(n), "")
		case err != nil:
			http.Error(w, "Simulatorn kunde inte göra det.", http.StatusInternalServerError)
		default:
			http.Redirect(w, r, to, http.StatusSeeOther)
		}
	}
}

func (s *Sim) postOpen(r *http.Request, p *person) (string, error) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	token, here := r.PostFormValue("token"), true
	o := s.byToken(token, now)
	if token == "" {
		o, here = s.find(r.PostFormValue("ref"), now), false
	}
	return "/bankid/phone/" + p.slug, s.open(o, p, here, now)
}

func (s *Sim) postScan(r *http.Request, p *person) (string, error) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	o, err := s.byQR(r.PostFormValue("qr"), now)
	if err != nil {
		return "", err
	}
	return "/bankid/phone/" + p.slug, s.open(o, p, false, now)
}

// postCall takes the answer to whether the person is talking with the relying party.
func (s *Sim) postCall(r *http.Request, p *person) (string, error) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(r.PostFormValue("ref"), now)
	if o == nil || o.phase != userCall || o.by != p {
		return "", errGone
	}
	if r.PostFormValue("talking") != "yes" {
		o.fail("userDeclinedCall", now)
		return "/bankid/phone/" + p.slug + "?done=cancelled", nil
	}
	o.phase = userSign
	return "/bankid/phone/" + p.slug, nil
}

// postApprove completes the order; an app that was started on the browser's device sends the browser back.
func (s *Sim) postApprove(r *http.Request, p *person) (string, error) {
	code := r.PostFormValue("code")
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return "", errCode
	}
	return s.finish(r, p, "approved")
}

func (s *Sim) postCancel(r *http.Request, p *person) (string, error) {
	return s.finish(r, p, "cancelled")
}

func (s *Sim) finish(r *http.Request, p *person, how string) (string, error) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(r.PostFormValue("ref"), now)
	if o == nil || !o.pending() || o.by != p {
		return "", errGone
	}
	if how == "approved" && o.phase == userCall {
		return "", errCall
	}
	if how == "approved" {
		o.phase, o.ended = complete, now
	} else {
		o.fail("userCancel", now)
	}
	if o.here && back(o.returnURL) {
		return o.returnURL, nil
	}
	return "/bankid/phone/" + p.slug + "?done=" + how, nil
}

// back reports whether an address is one that a browser can be sent to.
func back(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
