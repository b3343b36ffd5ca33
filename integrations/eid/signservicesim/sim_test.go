package signservicesim_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid/signservicesim"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

var anna = idno.Must("199001012385")

func open(t *testing.T, dir string) *signservicesim.Sim {
	t.Helper()
	s, err := signservicesim.New(signservicesim.Options{Dir: dir, Clock: clock.NewManual(time.Now()),
		Personas: []signservicesim.Persona{{Number: anna, GivenName: "Anna", Surname: "Testsson"}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A restart does not invalidate what others hold.
func TestKeysSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	first, again, other := open(t, dir), open(t, dir), open(t, "")
	for name, of := range map[string]func(*signservicesim.Sim) []byte{
		"roots": (*signservicesim.Sim).Roots, "service": (*signservicesim.Sim).ServiceCertificate, "message": (*signservicesim.Sim).MessageCertificate,
		"requester": func(s *signservicesim.Sim) []byte { cert, key := s.RequesterCertificate(); return append(cert, key...) },
	} {
		if !bytes.Equal(of(first), of(again)) || bytes.Equal(of(first), of(other)) {
			t.Errorf("%s: not the same after a restart, or the same everywhere", name)
		}
	}
}

func TestControl(t *testing.T) {
	server := httptest.NewServer(open(t, "").Handler())
	defer server.Close()
	for _, c := range []struct {
		path, body, site string
		status           int
	}{
		{"script", `{"number":"199001012385","scenario":{"do":"user-cancel","times":1}}`, "", http.StatusNoContent},
		{"script", `{"number":"199001012385","scenario":{"do":"sing"}}`, "", http.StatusBadRequest},
		{"script", `{"number":"199001012385","scenario":{"do":"replayed","times":-1}}`, "", http.StatusBadRequest},
		{"script", `{"number":"199001012384"}`, "", http.StatusBadRequest},
		{"script", `{"person":"anna"}`, "", http.StatusBadRequest},
		{"script", `{"number":"199001012385"}`, "cross-site", http.StatusForbidden},
		{"reset", `{}`, "", http.StatusNoContent},
		{"sign/nonsense", `do=cancel`, "", http.StatusNotFound},
		{"sign/nonsense", `do=cancel`, "cross-site", http.StatusForbidden},
		{"request", `Binding=POST/XML/1.0`, "cross-site", http.StatusBadRequest}, // from another site by its nature; what is wrong is the request
	} {
		req, err := http.NewRequest(http.MethodPost, server.URL+"/signservice/"+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if c.site != "" {
			req.Header.Set("Sec-Fetch-Site", c.site)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.path, c.body, resp.StatusCode, c.status)
		}
	}
}
