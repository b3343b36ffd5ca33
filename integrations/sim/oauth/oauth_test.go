package oauth

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/clock"
)

func TestTokensAreGivenToWhomItKnowsAndEnd(t *testing.T) {
	ck := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	s := New(Options{Clock: ck, ID: "id", Secret: "se%cret", Scopes: []string{"read", "ping"}})
	basic := New(Options{Clock: ck, ID: "id", Secret: "se%cret", Basic: true})
	ask := func(s *Server, user, password string, form url.Values) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if user != "" {
			r.SetBasicAuth(user, password)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		var a struct {
			Token string `json:"access_token"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Error(err)
		}
		return w.Code, a.Token
	}
	form := func(grant, id, secret, scope string) url.Values {
		return url.Values{"grant_type": {grant}, "client_id": {id}, "client_secret": {secret}, "scope": {scope}}
	}
	for name, c := range map[string]struct {
		form url.Values
		want int
	}{
		"another grant": {form("password", "id", "se%cret", "read"), 400}, "another client": {form("client_credentials", "x", "se%cret", "read"), 401},
		"another secret": {form("client_credentials", "id", "x", "read"), 401}, "another scope": {form("client_credentials", "id", "se%cret", "read write"), 400},
		"no scope": {form("client_credentials", "id", "se%cret", ""), 400},
	} {
		if got, token := ask(s, "", "", c.form); got != c.want || token != "" {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got, _ := ask(basic, "id", "se%cret", url.Values{"grant_type": {"client_credentials"}}); got != 401 {
		t.Errorf("not encoded as in a form: %d", got)
	}
	if got, _ := ask(basic, "id", "se%25cret", url.Values{"grant_type": {"client_credentials"}}); got != 200 {
		t.Errorf("in the header: %d", got)
	}

	admits := func(authorization string) ([]string, bool) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", authorization)
		return s.Admits(r)
	}
	give := func() string {
		_, token := ask(s, "", "", form("client_credentials", "id", "se%cret", "read"))
		return token
	}
	token := give()
	if scopes, ok := admits("Bearer " + token); !ok || !slices.Equal(scopes, []string{"read"}) {
		t.Errorf("%v %v", scopes, ok)
	}
	for _, strange := range []string{"", token, "Bearer", "Bearer ", "Bearer x"} {
		if _, ok := admits(strange); ok {
			t.Errorf("%q is admitted", strange)
		}
	}
	ck.Advance(time.Hour)
	if _, ok := admits("Bearer " + token); ok {
		t.Error("it does not end")
	}
	token = give()
	s.Forget()
	if _, ok := admits("Bearer " + token); ok {
		t.Error("it is not forgotten")
	}
}
