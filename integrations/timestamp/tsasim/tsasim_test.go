package tsasim_test

import (
	"bytes"
	"crypto"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/digitorus/timestamp"

	"samtjanst/integrations/timestamp/timestamptest"
	"samtjanst/integrations/timestamp/tsasim"
	"samtjanst/platform/signing/seal/sealtest"
)

func TestAcrossARestart(t *testing.T) {
	dir := t.TempDir()
	ekkoping := sealtest.Organisation{Name: "Ekköpings kommun", Number: "2120009901"}
	var files [2][]byte
	for i := range files {
		s, err := tsasim.New(tsasim.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.SealFiles("ekkoping", ekkoping)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{c.Certificate, c.Roots} {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[i] = append(files[i], b...)
		}
		if info, err := os.Stat(c.Certificate); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file with the key: %v, %v", info.Mode(), err)
		}
		if _, _, err := c.Load(); err != nil {
			t.Error(err)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("other certificates after a restart")
	}
	speaks(t, dir)
}

// speaks posts what a client of ours would not.
func speaks(t *testing.T, dir string) {
	s, err := tsasim.New(tsasim.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	post := func(kind string, body []byte) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, tsasim.QueryPath, bytes.NewReader(body))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		s.API().ServeHTTP(w, r)
		return w
	}
	sha512, err := (&timestamp.Request{HashAlgorithm: crypto.SHA512, HashedMessage: make([]byte, 64)}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if w := post("text/plain", sha512); w.Code != http.StatusBadRequest {
		t.Errorf("a query of another kind: %d", w.Code)
	}
	for name, body := range map[string][]byte{"nothing": nil, "SHA-512": sha512} {
		if w := post("application/timestamp-query", body); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/timestamp-reply" {
			t.Errorf("%s: %d", name, w.Code)
		} else if _, err := timestamp.ParseResponse(w.Body.Bytes()); err == nil || !strings.Contains(err.Error(), "rejected") {
			t.Errorf("%s: %v", name, err)
		}
	}

	form := url.Values{"fault": {string(timestamptest.Busy)}, "times": {"1"}}
	r := httptest.NewRequest(http.MethodPost, "/tsa/script", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.Pages().ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	s.Pages().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/tsa/", nil))
	if !strings.Contains(w.Body.String(), "Just nu störning: busy") {
		t.Errorf("%s", w.Body)
	}
	if w := post("application/timestamp-query", sha512); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
}
