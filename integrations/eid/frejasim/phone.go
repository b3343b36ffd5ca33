package frejasim

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

// PhoneHandler is the app: pages under /freja/ for people, and the JSON door of control.go. It takes whole addresses, not stripped ones.
// The hub serves it without TLS, on loopback, beside shell.Style. Addresses hold a persona's name, never the number.
func (s *Sim) PhoneHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /freja/{$}", func(w http.ResponseWriter, _ *http.Request) {
		peoplePage.Write(w, http.StatusOK, "Freja: välj telefon", s.views(nil))
	})
	mux.HandleFunc("GET /freja/start", s.showStart)
	mux.HandleFunc("GET /freja/phone/{person}", s.showPhone)
	mux.HandleFunc("POST /freja/phone/{person}/open", s.act(s.postOpen))
	mux.HandleFunc("POST /freja/phone/{person}/scan", s.act(s.postScan))
	mux.HandleFunc("POST /freja/phone/{person}/approve", s.act(s.postApprove))
	mux.HandleFunc("POST /freja/phone/{person}/decline", s.act(s.postDecline))
	s.control(mux)
	return shell.Guard(mux)
}

type personView struct{ Name, Slug, Number, Kind string }

func viewOf(p *person) personView {
	v := personView{p.GivenName + " " + p.Surname, p.slug, p.Number.Dashed(), "Freja+"}
	if p.Extended {
		v.Kind = "Freja"
	}
	return v
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
	Ref, Return string
	Asked       string // name of the person that the order is for, "" for anybody
	People      []personView
}

// showStart is where the relying party's link to the app leads: the app opens on this device with an order.
func (s *Sim) showStart(w http.ResponseWriter, r *http.Request) {
	v := startView{Ref: r.URL.Query().Get("transactionReference"), Return: r.URL.Query().Get("originAppScheme")}
	s.mu.Lock()
	o := s.find(v.Ref, s.clock.Now())
	var asked *person
	if o != nil {
		asked = s.persona(o.asked)
	}
	s.mu.Unlock()
	if o == nil {
		startPage.Write(w, http.StatusNotFound, "Beställningen finns inte längre", startView{})
		return
	}
	v.People = s.views(asked)
	if asked != nil {
		v.Asked = viewOf(asked).Name
	}
	startPage.Write(w, http.StatusOK, "Freja startar", v)
}

type phoneView struct {
	Person      personView
	Error, Done string
	Open        []orderView
	Waiting     []orderView // for this person
	Codes       []orderView // for anybody: what a person would see as a QR code on a screen
}

type orderView struct {
	Ref, Title, Notice string
	Login              bool
	Service, Text      string
	Since              string
	created            time.Time
}

func (s *Sim) view(o *order) orderView {
	return orderView{Ref: o.ref, Title: o.title, Notice: o.notice, Login: o.login, Service: s.service, Text: string(o.text),
		Since: o.created.In(clock.Stockholm).Format("15:04:05"), created: o.created}
}

func (s *Sim) showPhone(w http.ResponseWriter, r *http.Request) {
	p := s.personBySlug(r.PathValue("person"))
	if p == nil {
		http.NotFound(w, r)
		return
	}
	s.phone(w, http.StatusOK, p, "", map[string]string{"approved": "Klart. Du kan gå tillbaka till e-tjänsten.",
		"declined": "Du nekade."}[r.URL.Query().Get("done")])
}

func (s *Sim) phone(w http.ResponseWriter, status int, p *person, problem, done string) {
	v := phoneView{Person: viewOf(p), Error: problem, Done: done}
	s.mu.Lock()
	s.find("", s.clock.Now())
	for _, o := range s.orders {
		switch {
		case !o.pending():
		case o.by == p:
			v.Open = append(v.Open, s.view(o))
		case o.asked == p.Number:
			v.Waiting = append(v.Waiting, s.view(o))
		case o.asked.IsZero() && o.by == nil:
			v.Codes = append(v.Codes, s.view(o))
		}
	}
	s.mu.Unlock()
	for _, list := range [][]orderView{v.Open, v.Waiting, v.Codes} {
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

// postOpen opens an order in the app: one that waits for the person, or one whose link was followed on this device, which has an
// address to go back to.
func (s *Sim) postOpen(r *http.Request, p *person) (string, error) {
	return s.opened(r.PostFormValue("ref"), r.PostFormValue("return"), p)
}

func (s *Sim) postScan(r *http.Request, p *person) (string, error) {
	ref, err := scanned(r.PostFormValue("qr"))
	if err != nil {
		return "", err
	}
	return s.opened(ref, "", p)
}

func (s *Sim) opened(ref, returnURL string, p *person) (string, error) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(ref, now)
	if err := s.take(o, p, now); err != nil {
		return "", err
	}
	o.returnURL = returnURL
	return "/freja/phone/" + p.slug, nil
}

func (s *Sim) postApprove(r *http.Request, p *person) (string, error) {
	code := r.PostFormValue("code")
	if len(code) != 4 || strings.Trim(code, "0123456789") != "" {
		return "", errCode
	}
	return s.finish(r.PostFormValue("ref"), p, approved, "approved")
}

func (s *Sim) postDecline(r *http.Request, p *person) (string, error) {
	return s.finish(r.PostFormValue("ref"), p, declined, "declined")
}

// finish ends the order; an app that was started on the browser's device sends the browser back.
func (s *Sim) finish(ref string, p *person, how status, done string) (string, error) {
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(ref, now)
	if o == nil || !o.pending() || o.by != p {
		return "", errGone
	}
	o.end(how, now)
	if back(o.returnURL) {
		return o.returnURL, nil
	}
	return "/freja/phone/" + p.slug + "?done=" + done, nil
}

// back reports whether an address is one that a browser can be sent to.
func back(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
