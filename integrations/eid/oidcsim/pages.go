package oidcsim

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/sim/shell"
)

var (
	startPage = shell.New(`
<p>Kommunernas egna inloggningar för personal. Börja på e-tjänstens sidor för handläggare, så kommer du hit.</p>
{{range .Tenants}}<section><h2>{{.Name}}</h2><ul>{{range .Staff}}<li><strong>{{.Name}}</strong> – {{.Title}}</li>{{end}}</ul></section>{{end}}
{{template "outage" .Switch}}`)
	choosePage = shell.New(`
<p>Vem loggar in? I verkligheten står här kommunens egen inloggning med lösenord.</p>
<form method="post" action="/oidc/{{.Tenant.ID}}/login"><input type="hidden" name="login" value="{{.Login}}">
<ul class="cards">{{range .Staff}}<li class="card"><h2>{{.Name}}</h2><p>{{.Title}}</p>
<button name="staff" value="{{.ID}}">Logga in<span class="hidden"> som {{.Name}}</span></button>
<p><button class="quiet" name="weak" value="{{.ID}}">Bara lösenord, utan engångskod<span class="hidden"> för {{.Name}}</span></button></p></li>{{end}}</ul>
</form>
<form method="post" action="/oidc/{{.Tenant.ID}}/login"><input type="hidden" name="login" value="{{.Login}}"><button class="quiet" name="cancel" value="1">Avbryt</button></form>`)
	codePage = shell.New(`
<p>{{.Name}}, skriv engångskoden. I verkligheten finns den i en app eller på ett kort; här står den: <strong class="big" id="shown">{{.Code}}</strong></p>
<form method="post" action="/oidc/{{.Tenant.ID}}/code"><input type="hidden" name="login" value="{{.Login}}">
{{if .Wrong}}<p class="fault" id="wrong" role="alert">Koden stämmer inte. Skriv de sex siffrorna som står ovanför.</p>{{end}}
<label for="otp">Engångskod</label><input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code" size="8"{{if .Wrong}} aria-invalid="true" aria-describedby="wrong"{{end}}>
<p><button>Logga in</button></p></form>`)
	faultPage = shell.New(`<p class="fault" role="alert">{{.}}</p>`)
	outPage   = shell.New(`<p>Du är utloggad från {{.}}.</p>`)
)

func (s *Sim) start(w http.ResponseWriter, _ *http.Request) {
	type tenant struct {
		Tenant
		Staff []personas.Staff
	}
	var list []tenant
	for _, t := range s.options.Tenants {
		list = append(list, tenant{t, s.staffOf(t.ID)})
	}
	startPage.Write(w, http.StatusOK, "Inloggning för personal", struct {
		Tenants []tenant
		Switch  outage.View
	}{list, s.outage.View("/oidc/script")})
}

func (s *Sim) script(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := s.outage.Form(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, "/oidc/", http.StatusSeeOther)
}

// returnable reports whether the browser may be sent there.
func (s *Sim) returnable(t Tenant, to string) bool {
	if slices.Contains(t.Returns, to) {
		return true
	}
	u, err := url.Parse(to)
	if err != nil || !s.options.AnyLoopback || u.Scheme != "http" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Sim) authorize(w http.ResponseWriter, r *http.Request, t Tenant) {
	q := r.URL.Query()
	req := request{redirect: q.Get("redirect_uri"), state: q.Get("state"), nonce: q.Get("nonce"), challenge: q.Get("code_challenge")}
	if q.Get("client_id") != t.ClientID || !s.returnable(t, req.redirect) { // then there is nowhere to send the fault
		faultPage.Write(w, http.StatusBadRequest, t.Name, "Inloggningen kommer från en okänd tjänst eller vill tillbaka till en adress som inte är registrerad.")
		return
	}
	switch {
	case q.Get("response_type") != "code":
		s.back(w, r, t, req, url.Values{"error": {"unsupported_response_type"}})
		return
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		s.back(w, r, t, req, url.Values{"error": {"invalid_scope"}})
		return
	case q.Get("code_challenge_method") != "S256" || len(req.challenge) != 43 || req.nonce == "" || req.state == "":
		s.back(w, r, t, req, url.Values{"error": {"invalid_request"}})
		return
	}
	id := rand.Text()
	now := s.clock.Now()
	s.mu.Lock()
	s.sweep(now)
	s.logins[id] = &login{tenant: t, request: req, until: now.Add(loginLife)}
	s.mu.Unlock()
	choosePage.Write(w, http.StatusOK, "Logga in hos "+t.Name, struct {
		Tenant Tenant
		Login  string
		Staff  []personas.Staff
	}{t, id, s.staffOf(t.ID)})
}

// find gives a login in progress; the lock is held.
func (s *Sim) find(r *http.Request, t Tenant) (string, *login) {
	id := r.PostFormValue("login")
	l := s.logins[id]
	if l == nil || l.tenant.ID != t.ID || s.clock.Now().After(l.until) {
		return id, nil
	}
	return id, l
}

const expired = "Inloggningen har tagit för lång tid eller är redan klar. Gå tillbaka till e-tjänsten och börja om."

func (s *Sim) choose(w http.ResponseWriter, r *http.Request, t Tenant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, l := s.find(r, t)
	if l == nil {
		faultPage.Write(w, http.StatusBadRequest, t.Name, expired)
		return
	}
	if r.PostFormValue("cancel") != "" {
		delete(s.logins, id)
		s.back(w, r, t, l.request, url.Values{"error": {"access_denied"}})
		return
	}
	weak := r.PostFormValue("weak")
	who, here := personas.StaffID(r.PostFormValue("staff")+weak), s.staffOf(t.ID)
	chosen := slices.IndexFunc(here, func(p personas.Staff) bool { return p.ID == who })
	if chosen < 0 {
		faultPage.Write(w, http.StatusBadRequest, t.Name, "Den personen finns inte här.")
		return
	}
	l.staff = here[chosen]
	if weak != "" {
		s.done(w, r, id, l, false)
		return
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail on the systems that Go supports
	}
	l.otp, l.wrong = fmt.Sprintf("%06d", n), 0
	s.ask(w, http.StatusOK, id, l)
}

func (s *Sim) ask(w http.ResponseWriter, status int, id string, l *login) {
	codePage.Write(w, status, "Engångskod", struct {
		Tenant            Tenant
		Login, Name, Code string
		Wrong             bool
	}{l.tenant, id, l.staff.Name, l.otp, l.wrong > 0})
}

func (s *Sim) second(w http.ResponseWriter, r *http.Request, t Tenant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, l := s.find(r, t)
	switch {
	case l == nil || l.otp == "":
		faultPage.Write(w, http.StatusBadRequest, t.Name, expired)
	case strings.ReplaceAll(r.PostFormValue("otp"), " ", "") == l.otp:
		s.done(w, r, id, l, true)
	default:
		if l.wrong++; l.wrong >= 5 {
			delete(s.logins, id)
			s.back(w, r, t, l.request, url.Values{"error": {"access_denied"}})
			return
		}
		s.ask(w, http.StatusUnprocessableEntity, id, l)
	}
}

// done gives the code; the lock is held.
func (s *Sim) done(w http.ResponseWriter, r *http.Request, id string, l *login, strong bool) {
	delete(s.logins, id)
	code, now := rand.Text(), s.clock.Now()
	s.codes[code] = grant{tenant: l.tenant.ID, request: l.request, staff: l.staff, strong: strong, at: now, until: now.Add(codeLife)}
	s.back(w, r, l.tenant, l.request, url.Values{"code": {code}})
}

// back sends the browser to the client.
func (s *Sim) back(w http.ResponseWriter, r *http.Request, t Tenant, req request, v url.Values) {
	v.Set("state", req.state)
	v.Set("iss", s.Issuer(t.ID))
	sep := "?"
	if strings.Contains(req.redirect, "?") {
		sep = "&"
	}
	http.Redirect(w, r, req.redirect+sep+v.Encode(), http.StatusSeeOther)
}

func (s *Sim) logout(w http.ResponseWriter, r *http.Request, t Tenant) {
	q := r.URL.Query()
	to := q.Get("post_logout_redirect_uri")
	if to == "" || q.Get("client_id") != t.ClientID || !s.returnable(t, to) {
		outPage.Write(w, http.StatusOK, "Utloggad", t.Name)
		return
	}
	if state := q.Get("state"); state != "" {
		to += "?" + url.Values{"state": {state}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
