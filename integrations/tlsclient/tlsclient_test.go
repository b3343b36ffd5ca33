package tlsclient

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRootsThatCannotBeReadNameTheKey(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, empty + ".missing"} {
		if _, err := New(file, time.Second); err == nil {
			t.Errorf("%s was taken", file)
		}
	}
}

// What is sent must not be carried to wherever the other side points.
func TestRedirectsAreNotFollowed(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	c, err := New("", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Post(first.URL, "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if reached || res.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("status %d, reached the other: %v", res.StatusCode, reached)
	}
}

// A server that speaks nothing newer than TLS 1.1 is told nothing.
func TestOldTLSIsNotSpoken(t *testing.T) {
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	old.StartTLS()
	defer old.Close()
	c, err := New("", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := c.Get(old.URL); err == nil || !strings.Contains(err.Error(), "protocol version") {
		if err == nil {
			res.Body.Close()
		}
		t.Errorf("%v", err)
	}
}
