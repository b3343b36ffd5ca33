package signservice_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/signservice"
	"samtjanst/integrations/eid/signservicesim"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

var (
	anna = idno.Must("199001012385")
	bo   = idno.Must("198506012387")
)

const (
	returnURL   = "https://ekkoping.example.se/underskrift/svar"
	ecdsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
)

// keys are kept for the whole run: making them takes a second.
var keys string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "signservice")
	if err != nil {
		panic(err)
	}
	keys = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// world is a simulator behind HTTP and a client configured as in production.
type world struct {
	sim    *signservicesim.Sim
	server *httptest.Server
	client *signservice.Client
	clock  *clock.Manual
	cfg    signservice.Config
}

func newWorld(t testing.TB, edit func(*signservice.Config)) *world {
	t.Helper()
	w := &world{clock: clock.NewManual(time.Now())}
	var err error
	w.sim, err = signservicesim.New(signservicesim.Options{Dir: keys, Clock: w.clock, Personas: []signservicesim.Persona{
		{Number: anna, GivenName: "Åsa-Lena", Surname: "Testsson"}, {Number: bo, GivenName: "Bo", Surname: "Provberg"}}})
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewServer(w.sim.Handler())
	t.Cleanup(w.server.Close)
	f := w.sim.Files()
	w.cfg = signservice.Config{URL: w.server.URL + signservicesim.RequestPath, ReturnURL: returnURL, Requester: signservicesim.DefaultRequesterID,
		Service: signservicesim.ServiceID, IdentityProvider: signservicesim.IdentityProviderID, Certificate: f.Certificate, Key: f.Key,
		ServiceCertificates: f.ServiceCertificates, Roots: f.Roots, SignatureAlgorithm: ecdsaSHA256}
	if edit != nil {
		edit(&w.cfg)
	}
	w.client = w.another(t)
	return w
}

// another is the client of another node.
func (w *world) another(t testing.TB) *signservice.Client {
	t.Helper()
	m, err := w.cfg.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := signservice.New(w.cfg, m, saml.NewMemory(w.clock), w.clock)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// page is what a browser shows: the text, and the forms with their fields.
type page struct {
	status int
	text   string
	forms  []form
}

type form struct {
	action string
	fields url.Values
	button string
}

func post(t testing.TB, address string, fields url.Values) page {
	t.Helper()
	resp, err := http.PostForm(address, fields)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	p := page{status: resp.StatusCode}
	p.read(root)
	return p
}

func (p *page) read(n *html.Node) {
	attr := func(key string) string {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val
			}
		}
		return ""
	}
	switch {
	case n.Type == html.TextNode:
		p.text += n.Data
		if len(p.forms) > 0 {
			p.forms[len(p.forms)-1].button += strings.TrimSpace(n.Data)
		}
	case n.Data == "form":
		p.forms = append(p.forms, form{action: attr("action"), fields: url.Values{}})
	case n.Data == "input":
		p.forms[len(p.forms)-1].fields.Add(attr("name"), attr("value"))
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.read(c)
	}
}

func fields(o eid.Order) url.Values {
	out := url.Values{}
	for _, f := range o.Visit.Fields {
		out.Add(f.Name, f.Value)
	}
	return out
}

// visit plays the browser: it posts the order's form, presses the person's button, and gives the form that comes last.
func (w *world) visit(t *testing.T, o eid.Order, n idno.Number, act eidtest.Act) url.Values {
	t.Helper()
	if act != eidtest.Approve && act != eidtest.Decline {
		if err := w.sim.Script(n, signservicesim.Scenario{Do: signservicesim.Action(act), Times: 1}); err != nil {
			t.Fatal(err)
		}
	}
	asked := post(t, o.Visit.URL, fields(o))
	if asked.status != http.StatusOK {
		t.Fatalf("the request was not accepted: %s", asked.text)
	}
	for _, f := range asked.forms {
		if act == eidtest.Decline && f.fields.Get("do") == "cancel" || act != eidtest.Decline && f.fields.Get("person") == w.sim.Slug(n) {
			last := post(t, w.server.URL+f.action, f.fields)
			if last.status != http.StatusOK || len(last.forms) != 1 || last.forms[0].action != returnURL {
				t.Fatalf("no form that leads back: %d %s", last.status, last.text)
			}
			return last.forms[0].fields
		}
	}
	t.Fatal("no button for the person")
	return nil
}

const someRelay = "Relay00000000000000AAA"

func start(t *testing.T, c *signservice.Client, r eid.Request) eid.Order {
	t.Helper()
	o, err := c.Start(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func answer(t *testing.T, c *signservice.Client, o eid.Order, posted url.Values) eid.Status {
	t.Helper()
	s, err := eid.Answer(context.Background(), c, o, posted)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// xmlsec has another implementation verify a signature. Without it a test in CI fails; elsewhere it says what it did not check.
func xmlsec(t *testing.T, xml []byte, args ...string) {
	t.Helper()
	path, err := exec.LookPath("xmlsec1")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("xmlsec1 is missing: apt-get install xmlsec1")
		}
		t.Log("not checked with xmlsec1, which is missing: apt-get install xmlsec1")
		return
	}
	file := filepath.Join(t.TempDir(), "signed.xml")
	if err := os.WriteFile(file, xml, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, append(append([]string{"--verify"}, args...), file)...).CombinedOutput(); err != nil {
		t.Fatalf("xmlsec1: %v: %s", err, out)
	}
}
