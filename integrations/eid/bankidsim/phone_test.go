package bankidsim_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

var (
	asa = idno.Must("199001012385")
	bo  = idno.Must("198506012387")
)

// authority is kept for the whole run: making a bank's keys takes a second.
var authority string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "bankidsim")
	if err != nil {
		panic(err)
	}
	authority = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// house is a simulator with both doors open, a client at the one and a browser at the other.
type house struct {
	sim     *bankidsim.Sim
	api     *httptest.Server
	phone   *httptest.Server
	client  *bankid.Client
	browser *http.Client
	clock   *clock.Manual
}

func open(t *testing.T, dir string) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(time.Now())}
	var err error
	h.sim, err = bankidsim.New(bankidsim.Options{Dir: dir, Clock: h.clock, Service: "Ekköpings kommun", Personas: []bankidsim.Persona{
		{Number: asa, GivenName: "Åsa", Surname: "Testsson"}, {Number: bo, GivenName: "Bo", Surname: "Provberg"}}})
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
	cert, key := h.sim.RPCertificate()
	m, err := bankid.ParseMaterial(cert, key, h.sim.ServerRoots(), h.sim.Roots())
	if err != nil {
		t.Fatal(err)
	}
	h.client, err = bankid.New(bankid.Config{URL: h.api.URL + "/rp/v6.0", StartURL: h.phone.URL + "/bankid/start"}, m, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	h.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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

// hidden gives the value of a page's hidden field.
func (p page) hidden(t *testing.T, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no field %q in\n%s", name, p.body)
	}
	return m[1]
}

// Somebody on the telephone is asked about the call first, and can say that it is not so.
func TestCall(t *testing.T) {
	h := open(t, authority)
	for _, c := range []struct {
		by      eid.Caller
		says    string
		talking string
		want    eid.Message
	}{{eid.CalledByAuthority, "säger att de har ringt dig", "yes", ""}, {eid.CalledByPerson, "säger att du har ringt dem", "no", eid.CallRefused}} {
		o, err := h.client.StartCall(t.Context(), eidtest.SignRequest(asa), c.by)
		if err != nil {
			t.Fatal(err)
		}
		ref := url.Values{"ref": {strings.Split(o.Ref, ".")[0]}}
		if s := h.collect(t, o); s.Message != eid.CallStart {
			t.Fatalf("before: %s", s.Message)
		}
		if p := h.get(t, "/bankid/phone/asa-testsson"); !strings.Contains(p.body, "i ett telefonsamtal") {
			t.Fatalf("the app does not tell that it is about a call:\n%s", p.body)
		}
		h.post(t, "/bankid/phone/asa-testsson/open", ref)
		if s := h.collect(t, o); s.Message != eid.CallConfirm {
			t.Fatalf("opened: %s", s.Message)
		}
		if p := h.get(t, "/bankid/phone/asa-testsson"); !strings.Contains(p.body, "Pratar du i telefon med Ekköpings kommun?") || !strings.Contains(p.body, c.says) || strings.Contains(p.body, "skolskjuts") {
			t.Fatalf("the app does not ask about the call alone:\n%s", p.body)
		}
		ref.Set("code", "123456")
		if p := h.post(t, "/bankid/phone/asa-testsson/approve", ref); p.status != 422 {
			t.Fatalf("signed before the answer: %+v", p)
		}
		ref.Set("talking", c.talking)
		h.post(t, "/bankid/phone/asa-testsson/call", ref)
		if c.want == "" {
			if p := h.get(t, "/bankid/phone/asa-testsson"); !strings.Contains(p.body, "skolskjuts") {
				t.Fatalf("the text is not shown:\n%s", p.body)
			}
			h.post(t, "/bankid/phone/asa-testsson/approve", ref)
		}
		if s := h.collect(t, o); s.Message != c.want || (s.State == eid.Complete) != (c.want == "") {
			t.Fatalf("%s: %s %s", c.talking, s.State, s.Message)
		}
	}
}

func TestSameDevice(t *testing.T) {
	h := open(t, authority)
	r := eidtest.LoginRequest()
	r.ReturnURL = "https://ekkoping.example.se/return?nonce=7"
	o := h.start(t, r)
	opened := h.get(t, o.StartURL)
	if opened.status != http.StatusOK || !strings.Contains(opened.body, "Åsa Testsson") {
		t.Fatalf("start page: %d", opened.status)
	}
	if s := h.collect(t, o); s.Hint != "started" {
		t.Fatalf("after the app opened: %s", s.Hint)
	}
	p := h.post(t, "/bankid/phone/asa-testsson/open", url.Values{"token": {opened.hidden(t, "token")}})
	if p.status != http.StatusSeeOther {
		t.Fatalf("open: %d %s", p.status, p.body)
	}
	if s := h.collect(t, o); s.Hint != "userSign" || s.Message != eid.EnterCode {
		t.Fatalf("after a person opened it: %s %s", s.Hint, s.Message)
	}
	ref := h.get(t, p.to).hidden(t, "ref")
	if p := h.post(t, "/bankid/phone/asa-testsson/approve", url.Values{"ref": {ref}, "code": {"12"}}); p.status != http.StatusUnprocessableEntity ||
		!strings.Contains(p.body, "sex siffror") {
		t.Fatalf("a short code: %d", p.status)
	}
	p = h.post(t, "/bankid/phone/asa-testsson/approve", url.Values{"ref": {ref}, "code": {"123456"}})
	if p.status != http.StatusSeeOther || p.to != r.ReturnURL {
		t.Fatalf("after approval: %d to %q", p.status, p.to)
	}
	if s := h.collect(t, o); s.State != eid.Complete || s.Done.Number != asa || s.Done.GivenName != "Åsa" {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
}

func TestScan(t *testing.T) {
	h := open(t, authority)
	o := h.start(t, eidtest.LoginRequest())
	early := bankid.QR(o, h.clock.Now())
	h.clock.Advance(12 * time.Second)
	fresh := bankid.QR(o, h.clock.Now())
	for _, c := range []struct{ name, text, want string }{
		{"stale", early, "för gammal"},
		{"altered", fresh[:len(fresh)-1] + map[bool]string{true: "0", false: "1"}[fresh[len(fresh)-1] != '0'], "inte en QR-kod"},
		{"nonsense", "hej", "inte en QR-kod"},
		{"unknown", strings.Replace(fresh, o.QRToken, "67df3917-fa0d-44e5-b327-edcc928297f8", 1), "finns inte"},
	} {
		if p := h.post(t, "/bankid/phone/bo-provberg/scan", url.Values{"qr": {c.text}}); p.status != http.StatusUnprocessableEntity ||
			!strings.Contains(p.body, c.want) {
			t.Errorf("%s: %d", c.name, p.status)
		}
	}
	if p := h.post(t, "/bankid/phone/bo-provberg/scan", url.Values{"qr": {fresh}}); p.status != http.StatusSeeOther {
		t.Fatalf("fresh: %d %s", p.status, p.body)
	}
	ref := h.get(t, "/bankid/phone/bo-provberg").hidden(t, "ref")
	if p := h.post(t, "/bankid/phone/bo-provberg/cancel", url.Values{"ref": {ref}}); p.to != "/bankid/phone/bo-provberg?done=cancelled" {
		t.Fatalf("a scanned order stays on the phone: %q", p.to)
	}
	if s := h.collect(t, o); s.State != eid.Failed || s.Message != eid.UserCancelled {
		t.Fatalf("got %s %s", s.State, s.Message)
	}
}

// What is signed is read on the phone exactly as sent, and only by the person it is for.
func TestSigningOnThePhone(t *testing.T) {
	h := open(t, authority)
	o := h.start(t, eidtest.SignRequest(asa))
	if p := h.get(t, "/bankid/phone/bo-provberg"); strings.Contains(p.body, `name="ref"`) {
		t.Fatal("somebody else sees the order")
	}
	if p := h.post(t, "/bankid/phone/bo-provberg/open", url.Values{"token": {o.AutoStart}}); p.status != http.StatusUnprocessableEntity ||
		!strings.Contains(p.body, "någon annan") {
		t.Fatalf("somebody else opened it: %d", p.status)
	}
	waiting := h.get(t, "/bankid/phone/asa-testsson")
	ref := waiting.hidden(t, "ref")
	p := h.get(t, h.post(t, "/bankid/phone/asa-testsson/open", url.Values{"ref": {ref}}).to)
	for _, want := range []string{"Jag skriver under hos Ekköpings kommun", "<h3>Ansökan om skolskjuts</h3>", "<strong>EK-2026-1</strong>", "en sida"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("%q is missing in\n%s", want, p.body)
		}
	}
	for _, bad := range []string{"<script", "style="} {
		if strings.Contains(p.body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if p := h.post(t, "/bankid/phone/asa-testsson/approve", url.Values{"ref": {ref}, "code": {"000000"}}); p.to != "/bankid/phone/asa-testsson?done=approved" {
		t.Fatalf("to %q", p.to)
	}
	if s := h.collect(t, o); s.State != eid.Complete {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
}

func TestTimeLimits(t *testing.T) {
	h := open(t, authority)
	step := func(name string, act func(o eid.Order), wait time.Duration, check func(s eid.Status, err error) bool) {
		t.Helper()
		o := h.start(t, eidtest.SignRequest(asa))
		act(o)
		h.clock.Advance(wait)
		s, err := h.client.Collect(context.Background(), o.Ref)
		if !check(s, err) {
			t.Errorf("%s: %s %s %v", name, s.State, s.Hint, err)
		}
		h.sim.Reset()
	}
	nothing := func(eid.Order) {}
	approve := func(o eid.Order) {
		if err := h.sim.Approve(asa, o.AutoStart); err != nil {
			t.Fatal(err)
		}
	}
	opened := func(o eid.Order) { h.post(t, "/bankid/phone/asa-testsson/open", url.Values{"token": {o.AutoStart}}) }
	hint := func(want string) func(eid.Status, error) bool {
		return func(s eid.Status, err error) bool { return err == nil && s.Hint == want }
	}
	step("29 s", nothing, 29*time.Second, hint("outstandingTransaction"))
	step("31 s", nothing, 31*time.Second, hint("startFailed"))
	step("failed is forgotten", nothing, 6*time.Minute, func(_ eid.Status, err error) bool { return err != nil })
	step("opened, 3 min", opened, 3*time.Minute, hint("userSign"))
	step("opened, too long", opened, 3*time.Minute+11*time.Second, hint("expiredTransaction"))
	step("approved, 2 min 50 s", approve, 170*time.Second, func(s eid.Status, err error) bool { return err == nil && s.State == eid.Complete })
	step("approved, too long", approve, 181*time.Second, func(_ eid.Status, err error) bool { return err != nil })
}

func TestControl(t *testing.T) {
	h := open(t, authority)
	send := func(path, body string) page {
		t.Helper()
		return read(t)(h.browser.Post(h.phone.URL+path, "application/json", strings.NewReader(body)))
	}
	if p := send("/bankid/approve", `{"number":"199001012385"}`); p.status != http.StatusConflict {
		t.Fatalf("nothing to approve: %d", p.status)
	}
	o := h.start(t, eidtest.SignRequest(asa))
	if p := send("/bankid/approve", `{"number":"199001012385"}`); p.status != http.StatusNoContent {
		t.Fatalf("approve: %d %s", p.status, p.body)
	}
	if s := h.collect(t, o); s.State != eid.Complete {
		t.Fatalf("got %s", s.State)
	}
	login := h.start(t, eidtest.LoginRequest())
	if p := send("/bankid/approve", `{"number":"198506012387","token":"`+bankid.QR(login, h.clock.Now())+`"}`); p.status != http.StatusNoContent {
		t.Fatalf("approve by QR: %d %s", p.status, p.body)
	}
	if s := h.collect(t, login); s.State != eid.Complete || s.Done.Number != bo {
		t.Fatalf("got %s", s.State)
	}
	if p := send("/bankid/script", `{"number":"199001012385","scenario":{"do":"approve","afterCollects":2}}`); p.status != http.StatusNoContent {
		t.Fatalf("script: %d %s", p.status, p.body)
	}
	o = h.start(t, eidtest.SignRequest(asa))
	for i, want := range []eid.State{eid.Pending, eid.Pending, eid.Complete} {
		if s := h.collect(t, o); s.State != want {
			t.Fatalf("collect %d: %s", i+1, s.State)
		}
	}
	for _, body := range []string{`{`, `{"number":"1"}`, `{"scenario":{"do":"dance"}}`, `{"nummer":""}`} {
		if p := send("/bankid/script", body); p.status != http.StatusBadRequest {
			t.Errorf("%s: %d", body, p.status)
		}
	}
	// Another site's page may not work the simulator in the visitor's browser.
	r, _ := http.NewRequest(http.MethodPost, h.phone.URL+"/bankid/reset", strings.NewReader("{}"))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if p := read(t)(h.browser.Do(r)); p.status != http.StatusForbidden {
		t.Errorf("cross-site: %d", p.status)
	}
}

// Roots and certificates survive a restart: what was signed before can be verified after.
func TestRestartKeepsRoots(t *testing.T) {
	dir := t.TempDir()
	first, second := open(t, dir), open(t, dir)
	if string(first.sim.Roots()) != string(second.sim.Roots()) || string(first.sim.ServerRoots()) != string(second.sim.ServerRoots()) {
		t.Fatal("new roots after a restart")
	}
	f := second.sim.Files()
	m, err := bankid.Config{URL: second.api.URL + "/rp/v6.0", Certificate: f.Certificate, Key: f.Key, ServerRoots: f.ServerRoots, Roots: f.Roots}.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := bankid.New(bankid.Config{URL: second.api.URL + "/rp/v6.0"}, m, second.clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Start(context.Background(), eidtest.LoginRequest()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "bank.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the bank's keys: %v %v", info, err)
	}
}
