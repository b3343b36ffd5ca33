package freja_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/eid/frejasim"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

var (
	anna = idno.Must("199001012385")
	bo   = idno.Must("198506012387")
	eva  = idno.Must("198403122388") // has Freja, not Freja+
)

// home is the simulator's directory, kept for the whole run.
var home string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "freja")
	if err != nil {
		panic(err)
	}
	home = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// world is a simulator behind real TLS and a client configured as in production.
type world struct {
	sim    *frejasim.Sim
	server *httptest.Server
	client *freja.Client
	clock  *clock.Manual
}

func newWorld(t testing.TB, edit func(*freja.Config)) *world {
	t.Helper()
	w := &world{clock: clock.NewManual(time.Now())}
	var err error
	w.sim, err = frejasim.New(frejasim.Options{Dir: home, Clock: w.clock, Personas: []frejasim.Persona{
		{Number: anna, GivenName: "Anna", Surname: "Testsson"}, {Number: bo, GivenName: "Bo", Surname: "Provberg"},
		{Number: eva, GivenName: "Eva", Surname: "Provberg", Extended: true}}})
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewUnstartedServer(w.sim.APIHandler())
	if w.server.TLS, err = w.sim.TLS(); err != nil {
		t.Fatal(err)
	}
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	w.client = w.clientWith(t, edit)
	return w
}

func (w *world) config() freja.Config {
	f := w.sim.Files()
	return freja.Config{URL: w.server.URL, Certificate: f.Certificate, Key: f.Key, ServerRoots: f.ServerRoots, Signers: f.Signers, TimeoutSeconds: 5}
}

func (w *world) clientWith(t testing.TB, edit func(*freja.Config)) *freja.Client {
	t.Helper()
	cfg := w.config()
	if edit != nil {
		edit(&cfg)
	}
	c, err := freja.New(cfg, w.clock)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) script(t *testing.T, s frejasim.Scenario) {
	t.Helper()
	if err := w.sim.Script(anna, s); err != nil {
		t.Fatal(err)
	}
}

func (w *world) approve(t *testing.T, o eid.Order, n idno.Number) {
	t.Helper()
	if err := w.sim.Approve(n, o.AutoStart); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, c *freja.Client, r eid.Request) eid.Order {
	t.Helper()
	o, err := c.Start(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func status(t *testing.T, c *freja.Client, o eid.Order) eid.Status {
	t.Helper()
	s, err := c.Collect(context.Background(), o.Ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func namedLogin(n idno.Number) eid.Request {
	r := eidtest.LoginRequest()
	r.Number = n
	return r
}

func TestConformance(t *testing.T) {
	w := newWorld(t, func(c *freja.Config) { c.TimeoutSeconds = 2 })
	h := eidtest.Harness{
		Provider: w.client, Person: anna, Other: bo, Exclusive: namedLogin, Repeats: true,
		Approve: w.approve,
		Decline: func(t *testing.T, o eid.Order, n idno.Number) {
			t.Helper()
			if err := w.sim.Decline(n, o.AutoStart); err != nil {
				t.Fatal(err)
			}
		},
	}
	for _, e := range []struct {
		do      frejasim.Action
		message eid.Message
	}{
		{frejasim.Canceled, eid.UserCancelled}, {frejasim.RPCanceled, eid.Cancelled}, {frejasim.Expired, eid.Expired},
		{frejasim.Rejected, eid.RiskBlocked},
		{frejasim.WrongPerson, eid.WrongPerson}, {frejasim.WrongText, eid.EvidenceRejected}, {frejasim.WrongHidden, eid.EvidenceRejected},
		{frejasim.WrongUse, eid.EvidenceRejected}, {frejasim.WrongOrder, eid.EvidenceRejected}, {frejasim.LowerLevel, eid.EvidenceRejected},
		{frejasim.OldResult, eid.EvidenceRejected}, {frejasim.AlteredResult, eid.EvidenceRejected}, {frejasim.Unsigned, eid.EvidenceRejected},
	} {
		h.Endings = append(h.Endings, eidtest.Ending{Name: string(e.do), Message: e.message,
			Arrange: func(t *testing.T) { w.script(t, frejasim.Scenario{Do: e.do, Times: 1}) }})
	}
	for _, o := range []struct {
		do      frejasim.Action
		kind    fault.Kind
		message eid.Message
	}{
		{frejasim.InvalidParameter, fault.Invalid, eid.UnknownFault},
		{frejasim.NotAllowed, fault.Invalid, eid.UnknownFault},
		{frejasim.ServiceDisabled, fault.Invalid, eid.Revoked},
		{frejasim.UnknownUser, fault.Invalid, eid.AppMissing},
		{frejasim.LoginInProgress, fault.TooMany, eid.AlreadyRunning},
		{frejasim.InternalError, fault.Unavailable, eid.TechnicalFault},
		{frejasim.UnknownError, fault.Invalid, eid.UnknownFault},
		{frejasim.Unavailable, fault.Unavailable, eid.TechnicalFault},
		{frejasim.Malformed, fault.Unavailable, eid.TechnicalFault},
		{frejasim.Slow, fault.Unavailable, eid.TechnicalFault},
	} {
		h.Outages = append(h.Outages, eidtest.Outage{Name: string(o.do), Kind: o.kind, Message: o.message,
			Lasting: o.do == frejasim.InvalidParameter, // of an order it means that there is none
			Arrange: func(t *testing.T, atStart bool) {
				w.script(t, frejasim.Scenario{Do: o.do, Times: 1, AtStart: atStart, DelayMS: 60_000})
			}})
	}
	eidtest.Run(t, h)
}

// What a completion holds must be enough for a third party to verify it later against what was asked.
func TestEvidenceCanBeVerifiedLater(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.SignRequest(anna)
	o := start(t, w.client, r)
	w.approve(t, o, anna)
	d := status(t, w.client, o).Done
	if d.Format != string(evidence.Freja) || d.Level != 3 || d.Method != "freja+" || d.Number != anna || d.Name != "Anna Testsson" {
		t.Fatalf("the completion says %+v", d)
	}
	pinned, err := os.ReadFile(w.sim.Files().Signers)
	if err != nil {
		t.Fatal(err)
	}
	signers, err := evidence.ParseFrejaSigners(pinned)
	if err != nil {
		t.Fatal(err)
	}
	in := evidence.FrejaInput{FrejaReceived: evidence.FrejaReceived{JWS: d.Signature, Signers: signers, At: w.clock.Now()},
		Use: evidence.Signing, Ref: o.AutoStart, Number: anna, Level: 3, Text: []byte(r.Text), Hidden: r.Hidden}
	if _, err := evidence.VerifyFreja(in); err != nil {
		t.Fatal(err)
	}
	in.Number = bo
	if _, err := evidence.VerifyFreja(in); evidence.CodeOf(err) != evidence.WrongPerson {
		t.Fatalf("somebody else: %v", err)
	}
}

// Collecting needs nothing but the ref and the RP certificate: it works after a restart and on another node.
func TestCollectFromAnotherNode(t *testing.T) {
	w := newWorld(t, nil)
	other := w.clientWith(t, nil)
	o := start(t, w.client, eidtest.SignRequest(anna))
	w.approve(t, o, anna)
	if s := status(t, other, o); s.State != eid.Complete {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
}

// A ref whose parts come from another order, or whose level is lowered, does not make an answer acceptable.
func TestRefPartsCannotBeMoved(t *testing.T) {
	w := newWorld(t, nil)
	mine, theirs := start(t, w.client, eidtest.SignRequest(anna)), start(t, w.client, eidtest.SignRequest(bo))
	w.approve(t, theirs, bo)
	a, b := strings.Split(mine.Ref, "."), strings.Split(theirs.Ref, ".")
	for _, mixed := range [][]string{{b[0], a[1], a[2], a[3], a[4]}, {b[0], b[1], "2", b[3], b[4]}, {b[0], b[1], b[2], "", b[4]}} {
		if s := status(t, w.client, eid.Order{Ref: strings.Join(mixed, ".")}); s.State != eid.Failed || s.Message != eid.WrongPerson {
			t.Fatalf("got %s %s", s.State, s.Message)
		}
	}
	if s := status(t, w.client, theirs); s.State != eid.Complete {
		t.Fatalf("the order itself: %s", s.State)
	}
}

// Freja gives a result again; long afterwards it is refused all the same.
func TestOldResultIsRefused(t *testing.T) {
	w := newWorld(t, nil)
	o := start(t, w.client, eidtest.LoginRequest())
	w.approve(t, o, anna)
	later := clock.NewManual(w.clock.Now().Add(evidence.TimeSlack + time.Second))
	c, err := freja.New(w.config(), later)
	if err != nil {
		t.Fatal(err)
	}
	if s := status(t, c, o); s.State != eid.Failed || s.Hint != "evidence-"+string(evidence.FrejaTime) {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
}

func TestAnotherRelyingPartySeesNothing(t *testing.T) {
	w := newWorld(t, nil)
	cert, key, err := w.sim.OtherRPCertificate()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "other.pem")
	if err := os.WriteFile(file, append(cert, key...), 0o600); err != nil {
		t.Fatal(err)
	}
	stranger := w.clientWith(t, func(c *freja.Config) { c.Certificate, c.Key = file, "" })
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
	c := w.clientWith(t, func(cfg *freja.Config) { cfg.URL = impostor.URL })
	if _, err := c.Start(context.Background(), eidtest.LoginRequest()); !errors.Is(err, fault.Unavailable) || called {
		t.Fatalf("called %v, %v", called, err)
	}
}

func TestMessagesFollowTheOrder(t *testing.T) {
	w := newWorld(t, nil)
	phone := eidtest.LoginRequest()
	phone.UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"
	for name, c := range map[string]struct {
		r     eid.Request
		waits eid.Message
	}{"computer": {eidtest.LoginRequest(), eid.StartApp}, "phone": {phone, eid.TryingToStart}} {
		t.Run(name, func(t *testing.T) {
			o := start(t, w.client, c.r)
			if s := status(t, w.client, o); s.State != eid.Pending || s.Message != c.waits {
				t.Fatalf("waiting: %s", s.Message)
			}
			w.clock.Advance(2*time.Minute + time.Second)
			if s := status(t, w.client, o); s.State != eid.Failed || s.Message != eid.Expired {
				t.Fatalf("nobody came: %s %s", s.State, s.Message)
			}
		})
	}
	for do, want := range map[frejasim.Action]eid.Message{frejasim.Delivered: eid.EnterCode, frejasim.UnknownStatus: eid.InProgress} {
		w.script(t, frejasim.Scenario{Do: do, Times: 1})
		o := start(t, w.client, eidtest.SignRequest(anna))
		if s := status(t, w.client, o); s.State != eid.Pending || s.Message != want {
			t.Fatalf("%s: %s %s", do, s.State, s.Message)
		}
	}
	w.script(t, frejasim.Scenario{Do: frejasim.Rejected, Times: 1})
	if s := status(t, w.client, start(t, w.client, namedLogin(anna))); s.State != eid.Failed || s.Message != eid.AlreadyRunning {
		t.Fatalf("a login rejected: %s %s", s.State, s.Message)
	}
}

// A login is for whoever reads the code; two people who read it, or two logins that one person reads, end in rejection.
func TestCodes(t *testing.T) {
	w := newWorld(t, nil)
	one, two := start(t, w.client, eidtest.LoginRequest()), start(t, w.client, eidtest.LoginRequest())
	code := w.client.Code(one, w.clock.Now())
	if want := "frejaeid://bindUserToTransaction?transactionReference=" + one.AutoStart; code != want {
		t.Fatalf("got %s", code)
	}
	if err := w.sim.Approve(anna, code); err != nil {
		t.Fatal(err)
	}
	if s := status(t, w.client, one); s.State != eid.Complete || s.Done.Number != anna {
		t.Fatalf("got %s", s.State)
	}
	if code := w.client.Code(start(t, w.client, eidtest.SignRequest(anna)), w.clock.Now()); code != "" {
		t.Fatalf("an order that finds its person has the code %s", code)
	}
	w.approve(t, two, bo)
	if s := status(t, w.client, two); s.State != eid.Complete || s.Done.Number != bo {
		t.Fatalf("got %s", s.State)
	}
}

func TestLevels(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.LoginRequest()
	r.Level = 2
	o := start(t, w.client, r)
	w.approve(t, o, eva)
	if s := status(t, w.client, o); s.State != eid.Complete || s.Done.Level != 2 || s.Done.Method != "freja" {
		t.Fatalf("level 2: %+v", s)
	}
	if err := w.sim.Approve(eva, start(t, w.client, eidtest.LoginRequest()).AutoStart); err == nil {
		t.Fatal("level 3 by somebody who has level 2")
	}
	for _, level := range []int{1, 4} {
		r.Level = level
		if _, err := w.client.Start(context.Background(), r); !errors.Is(err, fault.Invalid) {
			t.Errorf("level %d: %v", level, err)
		}
	}
}

func TestStartAddresses(t *testing.T) {
	w := newWorld(t, nil)
	o := start(t, w.client, eidtest.LoginRequest())
	if want := "frejaeid://bindUserToTransaction?originAppScheme=https%3A%2F%2Fekkoping.example.se%2Freturn%3Fnonce%3D1&transactionReference=" + o.AutoStart; o.StartURL != want {
		t.Errorf("got %s", o.StartURL)
	}
	c := w.clientWith(t, func(c *freja.Config) { c.StartURL = "https://app.example.com/freja?action=bindUserToTransaction" })
	r := eidtest.LoginRequest()
	r.ReturnURL = ""
	o = start(t, c, r)
	if want := "https://app.example.com/freja?action=bindUserToTransaction&transactionReference=" + o.AutoStart; o.StartURL != want {
		t.Errorf("got %s", o.StartURL)
	}
}
