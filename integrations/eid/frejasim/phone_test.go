package frejasim_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/eid/frejasim"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

var (
	asa = idno.Must("199001012385")
	bo  = idno.Must("198506012387")
)

// home is the simulator's directory, kept for the whole run.
var home string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "frejasim")
	if err != nil {
		panic(err)
	}
	home = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// house is a simulator with both doors open, a client at the one and a browser at the other.
type house struct {
	sim        *frejasim.Sim
	api, phone *httptest.Server
	client     *freja.Client
	browser    *http.Client
	clock      *clock.Manual
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(time.Now())}
	var err error
	h.sim, err = frejasim.New(frejasim.Options{Dir: home, Clock: h.clock, Service: "Ekköpings kommun", Personas: []frejasim.Persona{
		{Number: asa, GivenName: "Åsa", Surname: "Testsson"}, {Number: bo, GivenName: "Bo", Surname: "Provberg", Extended: true}}})
	if err != nil {
		t.Fatal(err)
	}
	h.api = httptest.NewUnstartedServer(h.sim.APIHandler())
	if h.api.TLS, err = h.sim.TLS(); err != nil {
		t.Fatal(err)
	}
	h.api.StartTLS()
	t.Cleanup(h.api.Close)
	h.phone = httptest.NewServer(h.sim.PhoneHandler())
	t.Cleanup(h.phone.Close)
	f := h.sim.Files()
	h.client, err = freja.New(freja.Config{URL: h.api.URL, StartURL: h.phone.URL + "/freja/start", Certificate: f.Certificate, Key: f.Key,
		ServerRoots: f.ServerRoots, Signers: f.Signers}, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return h
}

func (h *house) start(t *testing.T, r eid.Request) eid.Order {
	t.Helper()
	o, err := h.client.Start(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (h *house) collect(t *testing.T, o eid.Order) eid.Status {
	t.Helper()
	s, err := h.client.Collect(context.Background(), o.Ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type page struct {
	status   int
	body, to string
}

func (h *house) get(t *testing.T, path string) page {
	t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = h.phone.URL + path
	}
	return read(t)(h.browser.Get(path))
}

func (h *house) post(t *testing.T, path string, form url.Values) page {
	t.Helper()
	return read(t)(h.browser.PostForm(h.phone.URL+path, form))
}

func (h *house) control(t *testing.T, door, body string) page {
	t.Helper()
	return read(t)(h.browser.Post(h.phone.URL+"/freja/"+door, "application/json", strings.NewReader(body)))
}

func read(t *testing.T) func(*http.Response, error) page {
	return func(r *http.Response, err error) page {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return page{r.StatusCode, string(b), r.Header.Get("Location")}
	}
}

func (p page) shows(t *testing.T, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Fatalf("status %d, want %d: %s", p.status, status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(p.body), text) {
			t.Fatalf("no %q in\n%s", text, p.body)
		}
	}
}

// The link to the app, on the device where the browser is: the app opens with the order and sends the browser back.
func TestSameDevice(t *testing.T) {
	h := open(t)
	r := eidtest.LoginRequest()
	r.ReturnURL = "https://ekkoping.example.se/return?nonce=7"
	o := h.start(t, r)
	h.get(t, o.StartURL).shows(t, 200, "Åsa Testsson", "Bo Provberg", o.AutoStart)
	form := url.Values{"ref": {o.AutoStart}, "return": {r.ReturnURL}}
	if p := h.post(t, "/freja/phone/asa-testsson/open", form); p.to != "/freja/phone/asa-testsson" {
		t.Fatalf("got %+v", p)
	}
	if s := h.collect(t, o); s.Message != eid.EnterCode {
		t.Fatalf("opened: %s", s.Message)
	}
	h.get(t, "/freja/phone/asa-testsson").shows(t, 200, "Jag legitimerar mig hos Ekköpings kommun", "Godkänn")
	h.post(t, "/freja/phone/asa-testsson/approve", url.Values{"ref": {o.AutoStart}, "code": {"12"}}).shows(t, 422, "PIN-koden ska vara fyra siffror.")
	if p := h.post(t, "/freja/phone/asa-testsson/approve", url.Values{"ref": {o.AutoStart}, "code": {"1234"}}); p.to != r.ReturnURL {
		t.Fatalf("got %+v", p)
	}
	if s := h.collect(t, o); s.State != eid.Complete || s.Done.Number != asa {
		t.Fatalf("got %s", s.State)
	}
	h.get(t, "/freja/start?transactionReference=none").shows(t, 404, "finns inte längre")
}

// An order for somebody reaches that person's phone by itself, and nobody else's.
func TestOrderForSomebody(t *testing.T) {
	h := open(t)
	r := eidtest.SignRequest(asa)
	r.Text, r.Markdown = "Ansökan <om> skolskjuts", false
	o := h.start(t, r)
	h.get(t, "/freja/phone/asa-testsson").shows(t, 200, "Väntar på dig", "Du har en handling att skriva under.", "Skriv under hos Ekköpings kommun")
	if p := h.get(t, "/freja/phone/bo-provberg"); strings.Contains(p.body, o.AutoStart) {
		t.Fatal("Bo sees Åsa's order")
	}
	h.post(t, "/freja/phone/bo-provberg/open", url.Values{"ref": {o.AutoStart}}).shows(t, 422, "gäller någon annan")
	h.post(t, "/freja/phone/asa-testsson/open", url.Values{"ref": {o.AutoStart}})
	h.get(t, "/freja/phone/asa-testsson").shows(t, 200, "<pre>Ansökan <om> skolskjuts</pre>")
	if p := h.post(t, "/freja/phone/asa-testsson/decline", url.Values{"ref": {o.AutoStart}}); p.to != "/freja/phone/asa-testsson?done=declined" {
		t.Fatalf("got %+v", p)
	}
	h.get(t, "/freja/phone/asa-testsson?done=declined").shows(t, 200, "Du nekade.")
	if s := h.collect(t, o); s.State != eid.Failed || s.Message != eid.UserCancelled {
		t.Fatalf("got %s %s", s.State, s.Message)
	}
}

// Two logins that one person opens are both rejected: one of them may be somebody else's.
func TestTwoLogins(t *testing.T) {
	h := open(t)
	r := eidtest.LoginRequest()
	r.Level = 2
	one, two := h.start(t, r), h.start(t, r)
	for i, o := range []eid.Order{one, two} {
		p := h.post(t, "/freja/phone/bo-provberg/scan", url.Values{"qr": {h.client.Code(o, h.clock.Now())}})
		if i == 0 && p.status != 303 {
			t.Fatalf("got %+v", p)
		}
		if i == 1 {
			p.shows(t, 422, "avbröts båda")
		}
	}
	for _, o := range []eid.Order{one, two} {
		if s := h.collect(t, o); s.State != eid.Failed || s.Message != eid.AlreadyRunning {
			t.Fatalf("got %s %s", s.State, s.Message)
		}
	}
	h.post(t, "/freja/phone/bo-provberg/scan", url.Values{"qr": {"bankid.x.0.y"}}).shows(t, 422, "inte en QR-kod från Freja")
	r.Level = 3
	h.post(t, "/freja/phone/bo-provberg/open", url.Values{"ref": {h.start(t, r).AutoStart}}).shows(t, 422, "kräver Freja+")
}

func TestPeople(t *testing.T) {
	h := open(t)
	h.get(t, "/freja/").shows(t, 200, "Åsa Testsson", "Freja+", "Bo Provberg")
	h.get(t, "/freja/phone/nobody").shows(t, 404)
}

// The JSON door does what the pages do.
func TestControl(t *testing.T) {
	h := open(t)
	o := h.start(t, eidtest.SignRequest(asa))
	number := `{"number":"` + asa.Digits() + `"`
	h.control(t, "approve", number+`}`).shows(t, 204)
	if s := h.collect(t, o); s.State != eid.Complete {
		t.Fatalf("got %s", s.State)
	}
	h.control(t, "approve", number+`}`).shows(t, 409, "finns inte längre")
	h.control(t, "script", number+`,"scenario":{"do":"EXPIRED","times":1}}`).shows(t, 204)
	if s := h.collect(t, h.start(t, eidtest.SignRequest(asa))); s.Message != eid.Expired {
		t.Fatalf("got %s", s.Message)
	}
	h.control(t, "script", number+`,"scenario":{"do":"dance"}}`).shows(t, 400)
	h.control(t, "script", `{"number":"12"}`).shows(t, 400)
	h.control(t, "script", `{"nummer":"12"}`).shows(t, 400)
	declined := h.start(t, eidtest.SignRequest(asa))
	h.control(t, "decline", number+`,"ref":"`+declined.AutoStart+`"}`).shows(t, 204)
	if s := h.collect(t, declined); s.Message != eid.UserCancelled {
		t.Fatalf("got %s", s.Message)
	}
	gone := h.start(t, eidtest.SignRequest(asa))
	h.control(t, "reset", `{}`).shows(t, 204)
	if _, err := h.client.Collect(context.Background(), gone.Ref); err == nil {
		t.Fatal("the order is still there")
	}
}

// What was signed before a restart can be verified after it: the key is kept.
func TestRestart(t *testing.T) {
	h := open(t)
	before, err := os.ReadFile(h.sim.Files().Signers)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(open(t).sim.Files().Signers)
	if err != nil || string(before) != string(after) {
		t.Fatalf("another certificate, %v", err)
	}
	if _, err := frejasim.New(frejasim.Options{}); err == nil {
		t.Fatal("a simulator without a directory")
	}
}
