package httpkit_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A mounted handler gets the request as it came, by way of a proxy too, and what it answers comes back, with our headers around it and nothing of
// the address in the log. What it does not read of a body stands in nobody's way.
func TestMount(t *testing.T) {
	h := newHouse(t)
	h.kit.Mount("/maskin/v1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/maskin/v1/panik" {
			panic("oj")
		}
		part := make([]byte, 4)
		n, err := io.ReadFull(r.Body, part)
		w.Header().Set("Content-Type", "application/scim+json")
		w.Header().Add("X-Many", "one")
		w.Header().Add("X-Many", "two")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s %s %s %q %v", r.Method, r.URL.Path, r.URL.Query().Get("q"), r.RemoteAddr, r.Header.Get("Authorization"), part[:n], err)
	}))
	app := h.kit.App()
	ask := func(method, path, body string) (*http.Response, string) {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer hemlighet")
		r.Header.Set("X-Forwarded-For", "192.0.2.9")
		res, err := app.Test(r)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(raw)
	}
	res, got := ask("PATCH", "/maskin/v1/a%2Fb/c?q=name+eq+%22x%22", strings.Repeat("data", 50_000))
	if want := `PATCH /maskin/v1/a/b/c name eq "x" 192.0.2.9 Bearer hemlighet "data" <nil>`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if res.StatusCode != http.StatusTeapot || res.Header.Get("Content-Type") != "application/scim+json" || res.Header.Get("X-Many") != "one, two" ||
		res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("X-Request-Id") == "" || res.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if res, got := ask("GET", "/maskin/v1", ""); res.StatusCode != http.StatusTeapot {
		t.Errorf("at the prefix itself: %d %s", res.StatusCode, got)
	}
	if res, _ := ask("GET", "/maskin/v1/panik", ""); res.StatusCode != http.StatusInternalServerError {
		t.Errorf("a panic: %d", res.StatusCode)
	}
	if log := h.log.String(); strings.Contains(log, "a%2Fb") || strings.Contains(log, "hemlighet") || !strings.Contains(log, "route=/maskin/v1/*") {
		t.Error(log)
	}
}
