package smssim

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"samtjanst/platform/clock"
)

func TestTheInboxShowsWhatTheGatewayTook(t *testing.T) {
	s, err := New(Options{Clock: clock.System{}, Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(GatewayPath, s.API())
	mux.Handle("/sms/", s.Pages())
	srv := httptest.NewServer(mux)
	defer srv.Close()
	post := func(token, key, body string) int {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, srv.URL+GatewayPath, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Idempotency-Key", key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	good := `{"reference":"r1","to":"+46701740605","from":"Ekkoping","text":"Logga in: https://example.se/x"}`
	for _, c := range []struct {
		token, key, body string
		want             int
	}{
		{"t", "r1", good, 202}, {"t", "r1", good, 202}, {"x", "r1", good, 401}, {"t", "r2", good, 400}, {"t", "r1", "{", 400},
		{"t", "r1", strings.Replace(good, "Logga", "Hoppa", 1), 409}, {"t", "r3", `{"reference":"r3","to":"070","from":"E","text":"x"}`, 400},
	} {
		if got := post(c.token, c.key, c.body); got != c.want {
			t.Errorf("%s %s: %d, want %d", c.key, c.body, got, c.want)
		}
	}
	res, err := http.Get(srv.URL + "/sms/?to=" + url.QueryEscape("+46701740605"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if page := string(b); !strings.Contains(page, `<a href="https://example.se/x">`) || strings.Count(page, "<article") != 1 || !strings.Contains(page, "skickat 2 gånger") {
		t.Errorf("the inbox shows %s", page)
	}
}
