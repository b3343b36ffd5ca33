package bankid_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

var (
	anna = idno.Must("199001012385")
	bo   = idno.Must("198506012387")
)

// authority is kept for the whole run: making a bank's keys takes a second.
var authority string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "bankid")
	if err != nil {
		panic(err)
	}
	authority = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// world is a simulator behind real TLS and a client configured as in production.
type world struct {
	sim    *bankidsim.Sim
	server *httptest.Server
	client *bankid.Client
	clock  *clock.Manual
}

func newWorld(t testing.TB, edit func(*bankid.Config)) *world {
	t.Helper()
	w := &world{clock: clock.NewManual(time.Now())}
	var err error
	w.sim, err = bankidsim.New(bankidsim.Options{Dir: authority, Clock: w.clock, Personas: []bankidsim.Persona{
		{Number: anna, GivenName: "Anna", Surname: "Testsson"}, {Number: bo, GivenName: "Bo", Surname: "Provberg"}}})
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewUnstartedServer(w.sim.APIHandler())
	if w.server.TLS, err = w.sim.TLS(); err != nil {
		t.Fatal(err)
	}
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	cert, key := w.sim.RPCertificate()
	w.client = w.clientWith(t, cert, key, edit)
	return w
}

func (w *world) clientWith(t testing.TB, cert, key []byte, edit func(*bankid.Config)) *bankid.Client {
	t.Helper()
	m, err := bankid.ParseMaterial(cert, key, w.sim.ServerRoots(), w.sim.Roots())
	if err != nil {
		t.Fatal(err)
	}
	cfg := bankid.Config{URL: w.server.URL + "/rp/v6.0", TimeoutSeconds: 5}
	if edit != nil {
		edit(&cfg)
	}
	c, err := bankid.New(cfg, m, w.clock)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) script(t *testing.T, s bankidsim.Scenario) {
	t.Helper()
	if err := w.sim.Script(anna, s); err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) {
	w := newWorld(t, func(c *bankid.Config) { c.TimeoutSeconds = 2 })
	h := eidtest.Harness{
		Provider: w.client, Person: anna, Other: bo,
		Approve: func(t *testing.T, o eid.Order, n idno.Number) {
			t.Helper()
			if err := w.sim.Approve(n, o.AutoStart); err != nil {
				t.Fatal(err)
			}
		},
		Decline: func(t *testing.T, o eid.Order, n idno.Number) {
			t.Helper()
			if err := w.sim.Cancel(n, o.AutoStart); err != nil {
				t.Fatal(err)
			}
		},
	}
	for _, e := range []struct {
		do      bankidsim.Action
		message eid.Message
	}{
		{bankidsim.UserCancel, eid.UserCancelled}, {bankidsim.ExpiredTransaction, eid.Expired}, {bankidsim.CertificateErr, eid.Revoked},
		{bankidsim.StartFailed, eid.QRFailed}, {bankidsim.Cancelled, eid.Cancelled}, {bankidsim.UserDeclinedCall, eid.CallRefused},
		{bankidsim.NotSupportedByUserApp, eid.AppTooOld}, {bankidsim.TransactionRiskBlocked, eid.RiskBlocked},
		{bankidsim.UnknownFailed, eid.UnknownFault},
		{bankidsim.WrongPerson, eid.WrongPerson}, {bankidsim.WrongText, eid.EvidenceRejected}, {bankidsim.WrongHidden, eid.EvidenceRejected},
		{bankidsim.WrongUse, eid.EvidenceRejected}, {bankidsim.AlteredSignature, eid.EvidenceRejected},
		{bankidsim.ForgedOCSP, eid.EvidenceRejected}, {bankidsim.RevokedOCSP, eid.EvidenceRejected},
		{bankidsim.StrangersOCSP, eid.EvidenceRejected}, {bankidsim.ExpiredCertificate, eid.EvidenceRejected}, {bankidsim.Replayed, eid.EvidenceRejected},
	} {
		h.Endings = append(h.Endings, eidtest.Ending{Name: string(e.do), Message: e.message,
			Arrange: func(t *testing.T) { w.script(t, bankidsim.Scenario{Do: e.do, Times: 1}) }})
	}
	for _, o := range []struct {
		do      bankidsim.Action
		kind    fault.Kind
		message eid.Message
		lasting bool
	}{
		{bankidsim.AlreadyInProgress, fault.TooMany, eid.AlreadyRunning, true},
		{bankidsim.InvalidParameters, fault.Invalid, eid.UnknownFault, true},
		{bankidsim.Unauthorized, fault.Invalid, eid.UnknownFault, false},
		{bankidsim.RequestTimeout, fault.Unavailable, eid.TechnicalFault, false},
		{bankidsim.InternalError, fault.Unavailable, eid.TechnicalFault, false},
		{bankidsim.Maintenance, fault.Unavailable, eid.TechnicalFault, false},
		{bankidsim.UnknownError, fault.Invalid, eid.UnknownFault, false},
		{bankidsim.Malformed, fault.Unavailable, eid.TechnicalFault, false},
		{bankidsim.Slow, fault.Unavailable, eid.TechnicalFault, false},
	} {
		h.Outages = append(h.Outages, eidtest.Outage{Name: string(o.do), Kind: o.kind, Message: o.message, Lasting: o.lasting,
			Arrange: func(t *testing.T, atStart bool) {
				w.script(t, bankidsim.Scenario{Do: o.do, Times: 1, AtStart: atStart, DelayMS: 60_000})
			}})
	}
	eidtest.Run(t, h)
}

func start(t *testing.T, c *bankid.Client, r eid.Request) eid.Order {
	t.Helper()
	o, err := c.Start(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func status(t *testing.T, c *bankid.Client, o eid.Order) eid.Status {
	t.Helper()
	s, err := c.Collect(context.Background(), o.Ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What a completion holds must be enough for a third party to verify it later against what was asked.
func TestEvidenceCanBeVerifiedLater(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.SignRequest(anna)
	o := start(t, w.client, r)
	if err := w.sim.Approve(anna, o.AutoStart); err != nil {
		t.Fatal(err)
	}
	d := status(t, w.client, o).Done
	roots, err := evidence.ParseRoots(w.sim.Roots())
	if err != nil {
		t.Fatal(err)
	}
	in := evidence.Input{Received: evidence.Received{XML: d.Signature, OCSP: d.OCSP, Roots: roots, At: w.clock.Now()},
		Use: evidence.Signing, Number: anna, Text: []byte(r.Text), Markdown: true, Hidden: r.Hidden}
	if _, err := evidence.VerifyBankID(in); err != nil {
		t.Fatal(err)
	}
	in.Number = bo
	if _, err := evidence.VerifyBankID(in); evidence.CodeOf(err) != evidence.WrongPerson {
		t.Fatalf("somebody else: %v", err)
	}
}

// Collecting needs nothing but the ref and the RP certificate: it works after a restart and on another node.
func TestCollectFromAnotherNode(t *testing.T) {
	w := newWorld(t, nil)
	cert, key := w.sim.RPCertificate()
	other := w.clientWith(t, cert, key, nil)
	o := start(t, w.client, eidtest.SignRequest(anna))
	if err := w.sim.Approve(anna, o.AutoStart); err != nil {
		t.Fatal(err)
	}
	if s := status(t, other, o); s.State != eid.Complete {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
}

// A ref whose parts come from another order does not make that order's answer acceptable.
func TestRefPartsCannotBeMoved(t *testing.T) {
	w := newWorld(t, nil)
	mine := start(t, w.client, eidtest.SignRequest(anna))
	theirs := start(t, w.client, eidtest.SignRequest(bo))
	if err := w.sim.Approve(bo, theirs.AutoStart); err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(mine.Ref, "."), strings.Split(theirs.Ref, ".")
	mixed := strings.Join([]string{b[0], a[1], a[2], a[3]}, ".")
	if s := status(t, w.client, eid.Order{Ref: mixed}); s.State != eid.Failed || s.Message != eid.WrongPerson {
		t.Fatalf("got %s %s", s.State, s.Message)
	}
}

func TestAnotherRelyingPartySeesNothing(t *testing.T) {
	w := newWorld(t, nil)
	cert, key, err := w.sim.OtherRPCertificate()
	if err != nil {
		t.Fatal(err)
	}
	stranger := w.clientWith(t, cert, key, nil)
	o := start(t, w.client, eidtest.SignRequest(anna))
	if _, err := stranger.Collect(context.Background(), o.Ref); !errors.Is(err, fault.NotFound) {
		t.Fatalf("got %v", err)
	}
	if s := status(t, w.client, o); s.State != eid.Pending {
		t.Fatalf("the order was disturbed: %s", s.State)
	}
}

// Trust is pinned: another server, even one whose certificate the system trusts, gets no request.
func TestServerIsPinned(t *testing.T) {
	w := newWorld(t, nil)
	called := false
	impostor := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer impostor.Close()
	cert, key := w.sim.RPCertificate()
	c := w.clientWith(t, cert, key, func(cfg *bankid.Config) { cfg.URL = impostor.URL })
	if _, err := c.Start(context.Background(), eidtest.LoginRequest()); !errors.Is(err, fault.Unavailable) || called {
		t.Fatalf("called %v, %v", called, err)
	}
}

func TestMessagesFollowTheOrder(t *testing.T) {
	w := newWorld(t, nil)
	phone := eidtest.LoginRequest()
	phone.UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"
	for _, c := range []struct {
		name            string
		r               eid.Request
		waits, notFound eid.Message
	}{
		{"computer", eidtest.LoginRequest(), eid.StartApp, eid.QRFailed},
		{"phone", phone, eid.TryingToStart, eid.StartFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := start(t, w.client, c.r)
			if s := status(t, w.client, o); s.Message != c.waits {
				t.Fatalf("waiting: %s", s.Message)
			}
			w.clock.Advance(31 * time.Second)
			if s := status(t, w.client, o); s.State != eid.Failed || s.Message != c.notFound {
				t.Fatalf("nobody came: %s %s", s.State, s.Message)
			}
		})
	}
	t.Run("hints", func(t *testing.T) {
		for do, want := range map[bankidsim.Action]eid.Message{bankidsim.NoClient: eid.StartApp, bankidsim.UserMrtd: eid.PhotographID,
			bankidsim.UnknownPending: eid.InProgress} {
			w.script(t, bankidsim.Scenario{Do: do, Times: 1})
			o := start(t, w.client, eidtest.SignRequest(anna))
			if s := status(t, w.client, o); s.State != eid.Pending || s.Message != want {
				t.Fatalf("%s: %s %s", do, s.State, s.Message)
			}
			if err := w.client.Cancel(context.Background(), o.Ref); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestStartAddresses(t *testing.T) {
	w := newWorld(t, func(c *bankid.Config) { c.StartURL = "http://localhost:8090/bankid/start" })
	o := start(t, w.client, eidtest.LoginRequest())
	if want := "http://localhost:8090/bankid/start?autostarttoken=" + o.AutoStart; o.StartURL != want {
		t.Errorf("got %s", o.StartURL)
	}
	if want := "bankid:///?autostarttoken=" + o.AutoStart; o.DesktopURL != want {
		t.Errorf("got %s", o.DesktopURL)
	}
}
