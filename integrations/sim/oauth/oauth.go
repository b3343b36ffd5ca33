// Package oauth is the token endpoint of simulated registers: it gives bearer tokens by client credentials (RFC 6749, 4.4) to whom it
// knows, which end after an hour, and tells whether a call has one.
package oauth

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
)

const life = time.Hour

// Options say who may ask, and for what.
type Options struct {
	Clock      clock.Clock
	ID, Secret string
	Basic      bool     // the credentials come in the Authorization header, else in the body
	Scopes     []string // those that there are, of which at least one is asked for; nil: nobody looks at scopes
}

// Server is the endpoint. Safe for concurrent use.
type Server struct {
	options Options

	mu     sync.Mutex
	tokens map[string]token
}

type token struct {
	until  time.Time
	scopes []string
}

// New makes an endpoint.
func New(o Options) *Server { return &Server{options: o, tokens: map[string]token{}} }

// ServeHTTP gives a token.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	type object = map[string]any
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "client_credentials" {
		shell.JSON(w, http.StatusBadRequest, object{"error": "unsupported_grant_type"})
		return
	}
	if !s.known(r) {
		shell.JSON(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "Client Authentication failed."})
		return
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	strange := func(scope string) bool { return !slices.Contains(s.options.Scopes, scope) }
	if s.options.Scopes != nil && (len(scopes) == 0 || slices.ContainsFunc(scopes, strange)) {
		shell.JSON(w, http.StatusBadRequest, object{"error": "invalid_scope"})
		return
	}
	value := rand.Text()
	s.mu.Lock()
	s.tokens[value] = token{s.options.Clock.Now().Add(life), scopes}
	s.mu.Unlock()
	shell.JSON(w, http.StatusOK, object{"access_token": value, "token_type": "Bearer", "expires_in": int(life.Seconds()), "scope": strings.Join(scopes, " ")})
}

func (s *Server) known(r *http.Request) bool {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if s.options.Basic { // each is encoded as in a form (RFC 6749, 2.3.1)
		user, password, _ := r.BasicAuth()
		var errID, errSecret error
		id, errID = url.QueryUnescape(user)
		secret, errSecret = url.QueryUnescape(password)
		if errID != nil || errSecret != nil {
			return false
		}
	}
	return id == s.options.ID && Same(secret, s.options.Secret)
}

// Same compares a secret with what is given, in the same time whatever it is.
func Same(given, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1
}

// Admits reports whether a call has a token that was given here and has not ended, and for which scopes it is.
func (s *Server) Admits(r *http.Request) (scopes []string, ok bool) {
	value, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[value]
	return t.scopes, bearer && s.options.Clock.Now().Before(t.until)
}

// Forget makes every token that has been given one that is refused.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Refuse answers as the API gateway in front of a service does, before the service has seen anything.
func Refuse(w http.ResponseWriter, status int, code, text string) {
	shell.JSON(w, status, map[string]string{"code": code, "message": text, "description": text})
}
