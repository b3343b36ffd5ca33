package saml_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

var (
	anna = idno.Must("199001012385")
	bo   = idno.Must("198506012387")
)

const (
	entityID = "https://ekkoping.example.se/saml"
	acs      = "https://ekkoping.example.se/saml/acs"
)

// keys is kept for the whole run: making them takes a second.
var keys string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "saml")
	if err != nil {
		panic(err)
	}
	keys = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// world is the simulator behind HTTP and clients configured as in production.
type world struct {
	sim    *samlsim.Sim
	server *httptest.Server
	clock  *clock.Manual
	client *saml.Client
	staff  *saml.StaffClient
}

func newWorld(t testing.TB, edit func(*saml.Config)) *world {
	t.Helper()
	w := &world{clock: clock.NewManual(time.Now())}
	var handler http.Handler
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(w.server.Close)
	var err error
	w.sim, err = samlsim.New(samlsim.Options{Dir: keys, BaseURL: w.server.URL, Clock: w.clock,
		People: []samlsim.Persona{{Number: anna, GivenName: "Anna", Surname: "Testsson"}, {Number: bo, GivenName: "Bo", Surname: "Provberg"}},
		Staff: []samlsim.Employee{{HSAID: "SE2120000000-1001", GivenName: "Mona", Surname: "Testhandläggare", Organisation: "Ekköpings kommun",
			Commissions: []samlsim.Commission{{HSAID: "SE2120000000-2001", Name: "Elevhälsa", Purpose: "Vård och behandling"},
				{HSAID: "SE2120000000-2002", Name: "Skolskjuts", Purpose: "Administration"}}},
			{HSAID: "SE2120000000-1002", GivenName: "Siv", Surname: "Socialtest", Organisation: "Ekköpings kommun"}}})
	if err != nil {
		t.Fatal(err)
	}
	handler = w.sim.Handler()
	cfg, m := w.config(t, samlsim.Citizens)
	cfg.Sign = true
	if edit != nil {
		edit(&cfg)
	}
	if w.client, err = saml.New(cfg, m, saml.NewMemory(w.clock), w.clock); err != nil {
		t.Fatal(err)
	}
	cfg, m = w.config(t, samlsim.Staff)
	cfg.EntityID, cfg.ACS, cfg.Attributes = entityID+"/personal", acs+"/personal", saml.SITHS
	if w.staff, err = saml.NewStaff(cfg, m, saml.NewMemory(w.clock), w.clock); err != nil {
		t.Fatal(err)
	}
	for _, own := range []func() ([]byte, error){w.client.Metadata, w.staff.Metadata} {
		b, err := own()
		if err != nil {
			t.Fatal(err)
		}
		if err := w.sim.Register(b); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// config is a service's configuration, with its files.
func (w *world) config(t testing.TB, provider string) (saml.Config, saml.Material) {
	t.Helper()
	f := w.sim.Files()
	cfg := saml.Config{ID: "sweden-connect", EntityID: entityID, ACS: acs, Name: "Ekköpings kommun", Certificate: f.Certificate, Key: f.Key,
		Provider: w.sim.EntityID(provider), MetadataURL: w.sim.MetadataURL(), MetadataCertificate: f.MetadataCertificate, Refresh: time.Hour}
	m, err := cfg.Load()
	if err != nil {
		t.Fatal(err)
	}
	return cfg, m
}

func (w *world) fail(t testing.TB, f samlsim.Fault) {
	t.Helper()
	if err := w.sim.Fail(f, 1); err != nil {
		t.Fatal(err)
	}
}

// browser is an ordinary client with cookies, and what it sees.
type browser struct {
	t    testing.TB
	http *http.Client
	at   *url.URL
	page *html.Node
}

func newBrowser(t testing.TB) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, http: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

func (b *browser) post(to string, form url.Values) {
	b.t.Helper()
	res, err := b.http.PostForm(to, form)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(res.Body)
		b.t.Fatalf("POST %s: %s\n%s", to, res.Status, body)
	}
	b.at = res.Request.URL
	if b.page, err = html.Parse(res.Body); err != nil {
		b.t.Fatal(err)
	}
}

// visit goes where an order says.
func (b *browser) visit(o eid.Order) {
	b.t.Helper()
	form := url.Values{}
	for _, f := range o.Visit.Fields {
		form.Add(f.Name, f.Value)
	}
	b.post(o.Visit.URL, form)
}

// form gives the fields and the address of the page's only form.
func (b *browser) form() (string, url.Values) {
	b.t.Helper()
	forms := b.all("form")
	if len(forms) != 1 {
		b.t.Fatalf("%d forms in the page", len(forms))
	}
	to, err := b.at.Parse(attr(forms[0], "action"))
	if err != nil {
		b.t.Fatal(err)
	}
	v := url.Values{}
	for _, in := range b.all("input") {
		v.Add(attr(in, "name"), attr(in, "value"))
	}
	return to.String(), v
}

// press presses the button whose card has a name, or that says a text.
func (b *browser) press(name, label string) {
	b.t.Helper()
	to, v := b.form()
	for _, button := range b.all("button") {
		card := button
		for card != nil && card.Data != "li" {
			card = card.Parent
		}
		if (name == "" || card != nil && strings.Contains(text(card), name)) && strings.Contains(text(button), label) {
			v.Set(attr(button, "name"), attr(button, "value"))
			b.post(to, v)
			return
		}
	}
	b.t.Fatalf("no button %q for %q", label, name)
}

func (b *browser) all(tag string) []*html.Node {
	var out []*html.Node
	for n := range b.page.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var s strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			s.WriteString(c.Data)
		}
	}
	return s.String()
}

var names = map[idno.Number]string{anna: "Anna Testsson", bo: "Bo Provberg"}

// answer plays browser and person: the form that the provider's page posts back. An act that is a fault's name lets the answer go wrong.
func (w *world) answer(t testing.TB, o eid.Order, n idno.Number, act eidtest.Act) url.Values {
	t.Helper()
	b := newBrowser(t)
	b.visit(o)
	switch act {
	case eidtest.Decline:
		b.press("", "Avbryt")
	default:
		if act != eidtest.Approve {
			w.fail(t, samlsim.Fault(act))
		}
		label := "Legitimera"
		if strings.Contains(text(b.all("h1")[0]), "Underskrift") {
			label = "Skriv under"
		}
		b.press(names[n], label)
	}
	_, v := b.form()
	return v
}

func (w *world) start(t testing.TB, r eid.Request) eid.Order {
	t.Helper()
	o, err := w.client.Start(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (w *world) issuer(t testing.TB) evidence.SAMLIssuer {
	t.Helper()
	i, err := w.client.Issuer(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func decoded(t testing.TB, s string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
