package samlsim_test

import (
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

const service = "https://ekkoping.example.se/saml"

var anna = samlsim.Persona{Number: idno.Must("199001012385"), GivenName: "Anna", Surname: "Testsson"}

func newSim(t *testing.T, dir string) (*samlsim.Sim, *httptest.Server, *clock.Manual) {
	t.Helper()
	ck := clock.NewManual(time.Now())
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	sim, err := samlsim.New(samlsim.Options{Dir: dir, BaseURL: server.URL, Clock: ck, People: []samlsim.Persona{anna}})
	if err != nil {
		t.Fatal(err)
	}
	handler = sim.Handler()
	sim.KnowDemo(service)
	return sim, server, ck
}

// request is a good one of the service's, before it is signed.
func request(sim *samlsim.Sim, at time.Time) *etree.Element {
	e := etree.NewElement("samlp:AuthnRequest")
	for _, a := range [][2]string{{"xmlns:samlp", "urn:oasis:names:tc:SAML:2.0:protocol"}, {"xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion"},
		{"ID", "_r1"}, {"Version", "2.0"}, {"IssueInstant", at.UTC().Format(time.RFC3339)}, {"Destination", sim.EntityID(samlsim.Citizens) + "/sso"},
		{"AssertionConsumerServiceURL", "http://127.0.0.1:8080/acs"}, {"ForceAuthn", "true"}} {
		e.CreateAttr(a[0], a[1])
	}
	e.CreateElement("saml:Issuer").SetText(service)
	return e
}

func signedBy(t *testing.T, e *etree.Element, cert, key []byte) []byte {
	t.Helper()
	p, err := saml.ParsePair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := xmldsig.Sign(e, 1, p.Certificate, p.Key); err != nil {
		t.Fatal(err)
	}
	return written(t, e)
}

func written(t *testing.T, e *etree.Element) []byte {
	t.Helper()
	d := etree.NewDocument()
	d.SetRoot(e)
	b, err := d.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func post(t *testing.T, to string, form url.Values) (int, string) {
	t.Helper()
	res, err := http.PostForm(to, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// A provider takes a request only from a service that it knows, that signed it for this provider just now.
func TestRequests(t *testing.T) {
	sim, server, ck := newSim(t, "")
	other, _, _ := newSim(t, "")
	cert, key, err := sim.ServiceCertificate()
	if err != nil {
		t.Fatal(err)
	}
	otherCert, otherKey, err := other.ServiceCertificate()
	if err != nil {
		t.Fatal(err)
	}
	changed := func(attribute, value string) []byte {
		e := request(sim, ck.Now())
		e.CreateAttr(attribute, value)
		return signedBy(t, e, cert, key)
	}
	stranger := request(sim, ck.Now())
	stranger.SelectElement("Issuer").SetText("https://stranger.example.com")
	for name, c := range map[string]struct {
		xml    []byte
		status int
	}{
		"good":                 {signedBy(t, request(sim, ck.Now()), cert, key), 200},
		"not signed":           {written(t, request(sim, ck.Now())), 400},
		"signed by a stranger": {signedBy(t, request(sim, ck.Now()), otherCert, otherKey), 400},
		"from a stranger":      {signedBy(t, stranger, cert, key), 400},
		"altered":              {[]byte(strings.Replace(string(signedBy(t, request(sim, ck.Now()), cert, key)), "127.0.0.1:8080", "127.0.0.1:8081", 1)), 400},
		"old":                  {signedBy(t, request(sim, ck.Now().Add(-time.Hour)), cert, key), 400},
		"for another provider": {changed("Destination", sim.EntityID(samlsim.Staff)+"/sso"), 400},
		"answered elsewhere":   {changed("AssertionConsumerServiceURL", "https://evil.example.com/"), 400},
		"without asking":       {changed("ForceAuthn", "false"), 400},
		"passive":              {changed("IsPassive", "true"), 400},
		"not XML":              {[]byte("hej"), 400},
		"nothing":              {nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			status, page := post(t, server.URL+"/saml/eid/sso", url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(c.xml)}, "RelayState": {"r"}})
			if status != c.status {
				t.Fatalf("%d\n%s", status, page)
			}
			if strings.Contains(page, "evil.example.com") || strings.Contains(page, anna.Number.Digits()) {
				t.Fatal("the page holds what it must not")
			}
		})
	}
	if status, _ := post(t, server.URL+"/saml/other/sso", nil); status != http.StatusNotFound {
		t.Errorf("a provider that is not there: %d", status)
	}
}

// Keys are kept, so that what was configured and signed before a restart holds after it.
func TestKeysAreKept(t *testing.T) {
	dir := t.TempDir()
	first, _, _ := newSim(t, dir)
	second, _, _ := newSim(t, dir)
	if !first.ProviderCertificate().Equal(second.ProviderCertificate()) || string(first.MetadataCertificate()) != string(second.MetadataCertificate()) {
		t.Fatal("new keys after a restart")
	}
	if p, _ := pem.Decode(second.MetadataCertificate()); p == nil {
		t.Fatal("no PEM")
	}
	f := second.Files()
	cfg := saml.Config{EntityID: service, ACS: "http://127.0.0.1/acs", Name: "Ekköpings kommun", Certificate: f.Certificate, Key: f.Key,
		Provider: second.EntityID(samlsim.Citizens), MetadataURL: second.MetadataURL(), MetadataCertificate: f.MetadataCertificate}
	if _, err := cfg.Load(); err != nil {
		t.Fatal(err)
	}
}

// Whoever operates the demo can let answers go wrong; a mistyped fault is told.
func TestScript(t *testing.T) {
	sim, server, _ := newSim(t, "")
	if err := sim.Fail("no-such", 1); err == nil {
		t.Error("an unknown fault was set")
	}
	if status, _ := post(t, server.URL+"/saml/script", url.Values{"fault": {string(samlsim.MetadataDown)}, "times": {"1"}}); status != 200 {
		t.Fatalf("script: %d", status)
	}
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusOK} {
		res, err := http.Get(sim.MetadataURL())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("metadata: %d, want %d", res.StatusCode, want)
		}
	}
}
