package signservicesim

import (
	"crypto/rand"
	_ "embed"
	"net/http"
	"time"

	"samtjanst/integrations/sim/shell"
)

//go:embed templates/sign.html
var signHTML string

//go:embed templates/return.html
var returnHTML string

//go:embed templates/problem.html
var problemHTML string

var (
	signPage    = shell.New(signHTML)
	returnPage  = shell.New(returnHTML)
	problemPage = shell.New(problemHTML)
)

// session is a request that somebody is being asked about.
type session struct {
	request *accepted
	begun   time.Time
}

func token() string { return rand.Text() }

// Handler is the service's pages, under /signservice/, and the JSON door of script.go. It takes whole addresses, not stripped ones. The
// hub serves it without TLS, on loopback, beside shell.Style. Addresses hold no personal number.
func (s *Sim) Handler() http.Handler {
	guarded := http.NewServeMux()
	guarded.HandleFunc("POST /signservice/sign/{session}", s.act)
	s.control(guarded)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+RequestPath, s.request) // comes from another site, by its nature
	mux.Handle("/signservice/", shell.Guard(guarded))
	return mux
}

type signView struct {
	Session   string
	Requester string
	Text      string
	People    []personView
}

type personView struct{ Name, Slug, Number string }

// request takes a request from a browser and shows what is to be signed.
func (s *Sim) request(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 2<<20)
	if err := r.ParseForm(); err != nil {
		problemPage.Write(w, http.StatusBadRequest, "Begäran gick inte att läsa", "not a form, or too large")
		return
	}
	accepted, err := s.accept(r.PostForm)
	if err != nil {
		problemPage.Write(w, http.StatusBadRequest, "Begäran godtogs inte", err.Error())
		return
	}
	now, id := s.clock.Now(), token()
	s.mu.Lock()
	for k, old := range s.sessions {
		if now.Sub(old.begun) > signLimit {
			delete(s.sessions, k)
		}
	}
	s.sessions[id] = &session{accepted, now}
	s.mu.Unlock()
	v := signView{Session: id, Requester: accepted.Ext.SignRequester, Text: accepted.text}
	for _, p := range s.people {
		one := personView{p.name(), p.slug, p.Number.Dashed()}
		if p.Number == accepted.signer {
			v.People = append([]personView{one}, v.People...)
		} else {
			v.People = append(v.People, one)
		}
	}
	signPage.Write(w, http.StatusOK, "Skriv under", v)
}

type returnView struct {
	To       string
	Relay    string
	Response string
}

// act lets a person sign or cancel: one session, one answer.
func (s *Sim) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		problemPage.Write(w, http.StatusBadRequest, "Det gick inte att läsa", "not a form, or too large")
		return
	}
	p := s.bySlug(r.PostForm.Get("person"))
	do := Action("")
	s.mu.Lock()
	going := s.sessions[r.PathValue("session")]
	if going != nil && (p != nil || r.PostForm.Get("do") == "cancel") {
		delete(s.sessions, r.PathValue("session"))
		if p != nil {
			do = s.take(p.Number)
		}
	}
	s.mu.Unlock()
	if going == nil || p == nil && r.PostForm.Get("do") != "cancel" {
		problemPage.Write(w, http.StatusNotFound, "Underskriften finns inte längre", "no such session, or no such person")
		return
	}
	if r.PostForm.Get("do") == "cancel" {
		do = UserCancel
	}
	response, err := s.respond(going.request, p, do)
	if err != nil {
		problemPage.Write(w, http.StatusInternalServerError, "Simulatorn kunde inte skriva under", err.Error())
		return
	}
	returnPage.Write(w, http.StatusOK, "Klart", returnView{To: going.request.back, Relay: going.request.RequestID, Response: response})
}
