package oidcsim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

type object = map[string]any

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone: nobody to tell
}

func (s *Sim) discovery(w http.ResponseWriter, _ *http.Request, t Tenant) {
	iss := s.Issuer(t.ID)
	reply(w, http.StatusOK, object{
		"issuer": iss, "authorization_endpoint": iss + "/authorize", "token_endpoint": iss + "/token",
		"userinfo_endpoint": iss + "/userinfo", "jwks_uri": iss + "/jwks", "end_session_endpoint": iss + "/logout",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "scopes_supported": []string{"openid", "profile"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported":      []string{"S256"}, "acr_values_supported": []string{ACRSecondFactor, ACRPassword},
		"claims_supported": []string{"sub", "name", "groups", "acr", "amr", "auth_time", "preferred_username", numberClaim},
		"authorization_response_iss_parameter_supported": true,
	})
}

func (s *Sim) jwks(w http.ResponseWriter, _ *http.Request, _ Tenant) {
	key, err := s.key()
	if err != nil {
		reply(w, http.StatusInternalServerError, object{"error": "server_error"})
		return
	}
	reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: key.Public(), KeyID: s.kid, Algorithm: string(jose.RS256), Use: "sig"}}})
}

func (s *Sim) token(w http.ResponseWriter, r *http.Request, t Tenant) {
	fault := s.outage.Take()
	switch fault {
	case Down:
		panic(http.ErrAbortHandler)
	case Error500:
		reply(w, http.StatusInternalServerError, object{"error": "server_error"})
		return
	}
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "authorization_code" {
		reply(w, http.StatusBadRequest, object{"error": "unsupported_grant_type"})
		return
	}
	if !clientIs(r, t) {
		reply(w, http.StatusUnauthorized, object{"error": "invalid_client"})
		return
	}
	now := s.clock.Now()
	s.mu.Lock()
	g, ok := s.codes[r.PostForm.Get("code")]
	delete(s.codes, r.PostForm.Get("code")) // once, also when the rest is wrong
	s.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || now.After(g.until) || g.tenant != t.ID || r.PostForm.Get("redirect_uri") != g.request.redirect ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != g.request.challenge {
		reply(w, http.StatusBadRequest, object{"error": "invalid_grant"})
		return
	}
	access := rand.Text()
	id, err := s.idToken(t, g, fault, access)
	if err != nil {
		reply(w, http.StatusInternalServerError, object{"error": "server_error"})
		return
	}
	g.until = now.Add(tokenLife)
	s.mu.Lock()
	s.tokens[access] = g
	s.sweep(now)
	s.mu.Unlock()
	reply(w, http.StatusOK, object{"access_token": access, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "id_token": id})
}

// clientIs authenticates the client by header (form-encoded as RFC 6749 2.3.1 says) or by body.
func clientIs(r *http.Request, t Tenant) bool {
	id, secret, ok := r.BasicAuth()
	if ok {
		var errID, errSecret error
		id, errID = url.QueryUnescape(id)
		secret, errSecret = url.QueryUnescape(secret)
		ok = errID == nil && errSecret == nil
	} else {
		id, secret, ok = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret"), true
	}
	return ok && id == t.ClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(t.ClientSecret)) == 1
}

func (s *Sim) idToken(t Tenant, g grant, fault Fault, access string) (string, error) {
	now := s.clock.Now()
	c := object{
		"iss": s.Issuer(t.ID), "sub": g.staff.Subject, "aud": t.ClientID, "iat": now.Unix(), "exp": now.Add(tokenLife).Unix(),
		"auth_time": g.at.Unix(), "nonce": g.request.nonce, "name": g.staff.Name, "groups": groups(g),
		"preferred_username": g.staff.Mail, numberClaim: g.staff.Number.Digits(),
		"acr": ACRPassword, "amr": []string{"pwd"},
	}
	sum := sha256.Sum256([]byte(access))
	c["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:16])
	if g.strong {
		c["acr"], c["amr"] = ACRSecondFactor, []string{"pwd", "otp", "mfa"}
	}
	key, err := s.key()
	if err != nil {
		return "", err
	}
	switch fault {
	case WrongKey:
		stranger, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return "", err
		}
		key = stranger
	case WrongNonce:
		c["nonce"] = rand.Text()
	case WrongAudience:
		c["aud"] = "another-client"
	case WrongIssuer:
		c["iss"] = s.options.BaseURL + "/oidc/another"
	case Expired:
		c["exp"] = now.Add(-time.Hour).Unix()
	case NoGroups:
		delete(c, "groups")
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: s.kid}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(c).Serialize()
}

// numberClaim is the personal identity number (OIDC Sweden, Claims and Scopes Specification, 2.2.1).
const numberClaim = "https://id.oidc.se/claim/personalIdentityNumber"

func groups(g grant) []string {
	if g.staff.Groups == nil {
		return []string{}
	}
	return g.staff.Groups
}

func (s *Sim) userinfo(w http.ResponseWriter, r *http.Request, t Tenant) {
	access, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	g, ok := s.tokens[access]
	s.mu.Unlock()
	if !ok || g.tenant != t.ID || s.clock.Now().After(g.until) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		reply(w, http.StatusUnauthorized, object{"error": "invalid_token"})
		return
	}
	reply(w, http.StatusOK, object{"sub": g.staff.Subject, "name": g.staff.Name, "groups": groups(g)})
}
