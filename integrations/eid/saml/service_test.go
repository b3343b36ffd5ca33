package saml_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// service is the platform's two pages around a visit: one that sends the browser away, one that takes what it brings back. It keeps
// orders under their relay, as the platform does.
type service struct {
	provider eid.Visited
	mu       sync.Mutex
	orders   map[string]eid.Order
}

func (s *service) begin(r eid.Request) (eid.Order, error) {
	o, err := s.provider.Start(context.Background(), r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[r.Relay] = o
	return o, err
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	o := s.orders[eid.RelayOf(r.PostForm)]
	s.mu.Unlock()
	status, err := eid.Answer(r.Context(), s.provider, o, r.PostForm)
	said := string(status.State) + " " + string(status.Message)
	if status.Done != nil {
		said = "Hej " + status.Done.GivenName
	}
	if err != nil {
		said = fault.KindOf(err).String()
	}
	_, _ = w.Write([]byte("<!doctype html><p>" + said))
}

// From the service's page to the provider's and back, over HTTP, with an ordinary browser's forms and cookies.
func TestEndToEnd(t *testing.T) {
	s := &service{orders: map[string]eid.Order{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	w := newWorld(t, func(c *saml.Config) { c.ACS = server.URL + "/acs" })
	s.provider = w.client
	for _, c := range []struct {
		name          string
		r             eid.Request
		who, do, want string
	}{
		{"login", eidtest.VisitedRequest(eid.Login, idno.Number{}, rand.Text()), "Bo Provberg", "Legitimera", "Hej Bo"},
		{"signature", eidtest.VisitedRequest(eid.Sign, anna, rand.Text()), "Anna Testsson", "Skriv under", "Hej Anna"},
		{"signature by another", eidtest.VisitedRequest(eid.Sign, anna, rand.Text()), "Bo Provberg", "Skriv under", "failed WRONG-PERSON"},
		{"cancelled", eidtest.VisitedRequest(eid.Sign, anna, rand.Text()), "", "Avbryt", "failed RFA6"},
		{"fraud", eidtest.VisitedRequest(eid.Login, anna, rand.Text()), "", "Anmäl bedrägeri", "failed RISK-BLOCKED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := s.begin(c.r)
			if err != nil {
				t.Fatal(err)
			}
			b := newBrowser(t)
			b.visit(o)
			b.press(c.who, c.do)
			to, posted := b.form()
			b.press("", "Tillbaka")
			if got := text(b.all("p")[0]); got != c.want {
				t.Fatalf("the service says %q", got)
			}
			b.post(to, posted)
			if got := text(b.all("p")[0]); got != "not found" {
				t.Fatalf("the answer again: %q", got)
			}
			if strings.ContainsAny(to, "?#") {
				t.Errorf("something stands in the address: %s", to)
			}
		})
	}
}

// Another node, or this one after a restart, reads the answer to an order that it did not start.
func TestAnotherNode(t *testing.T) {
	w := newWorld(t, nil)
	o := w.start(t, eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A"))
	posted := w.answer(t, o, anna, eidtest.Approve)
	cfg, m := w.config(t, samlsim.Citizens)
	cfg.Sign = true
	other, err := saml.New(cfg, m, saml.NewMemory(w.clock), w.clock)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := other.Answer(context.Background(), o.Ref, posted); err != nil || s.State != eid.Complete {
		t.Fatalf("%s %q %v", s.State, s.Hint, err)
	}
}

// Of many who bring the same answer at once, one has it.
func TestOneOfMany(t *testing.T) {
	w := newWorld(t, nil)
	o := w.start(t, eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A"))
	posted := w.answer(t, o, anna, eidtest.Approve)
	var wait sync.WaitGroup
	var complete, missing atomic.Int32
	for range 16 {
		wait.Go(func() {
			s, err := w.client.Answer(context.Background(), o.Ref, posted)
			switch {
			case err == nil && s.State == eid.Complete:
				complete.Add(1)
			case errors.Is(err, fault.NotFound):
				missing.Add(1)
			}
		})
	}
	wait.Wait()
	if complete.Load() != 1 || missing.Load() != 15 {
		t.Fatalf("%d completed, %d found nothing", complete.Load(), missing.Load())
	}
}

// A provider that signs less is taken only if configured so, and every other lie is still found.
func TestProvidersThatSignLess(t *testing.T) {
	w := newWorld(t, func(c *saml.Config) { c.UnsignedResponse, c.UnencryptedAllowed = true, true })
	for _, f := range append(samlsim.Lies(), samlsim.Works) {
		o := w.start(t, eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A"))
		s, err := w.client.Answer(context.Background(), o.Ref, w.answer(t, o, anna, act(f)))
		if allowed := f == samlsim.Works || f == samlsim.Unsigned || f == samlsim.Unencrypted; err != nil || (s.State == eid.Complete) != allowed {
			t.Errorf("%s: %s %q %v", f, s.State, s.Hint, err)
		}
	}
	// A signature that is there has to hold, also where none is demanded.
	o := w.start(t, eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A"))
	s, err := w.client.Answer(context.Background(), o.Ref, w.answer(t, o, anna, act(samlsim.OtherKey)))
	if err != nil || s.State != eid.Failed {
		t.Errorf("%s %v", s.State, err)
	}
}

func act(f samlsim.Fault) eidtest.Act {
	if f == samlsim.Works {
		return eidtest.Approve
	}
	return eidtest.Act(f)
}

// For a signature of its own kind a provider is asked by the levels that are its own for that.
func TestSignLevels(t *testing.T) {
	const sigmessage = "http://id.elegnamnden.se/loa/1.0/loa3-sigmessage"
	w := newWorld(t, func(c *saml.Config) { c.SignLevels = map[string]int{sigmessage: 3} })
	asked := func(p eid.Purpose) string {
		return decoded(t, w.start(t, eidtest.VisitedRequest(p, anna, "Relay0000000000000000A")).Visit.Fields[0].Value)
	}
	if q := asked(eid.Sign); !strings.Contains(q, ">"+sigmessage+"<") || strings.Contains(q, ">"+samlsim.LoA3+"<") {
		t.Error("a signature is asked for by a login's level")
	}
	if q := asked(eid.Login); strings.Contains(q, sigmessage) || !strings.Contains(q, ">"+samlsim.LoA3+"<") {
		t.Error("a login is asked for by a signature's level")
	}
}

// While a change of key reaches the provider, what it encrypts to the former key is read.
func TestFormerKey(t *testing.T) {
	w := newWorld(t, nil)
	cfg, m := w.config(t, samlsim.Citizens)
	cfg.Sign, cfg.FormerDecryptionKey = true, w.sim.Files().Key
	fresh, err := samlsim.New(samlsim.Options{Dir: t.TempDir(), BaseURL: "http://127.0.0.1", Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	cfg.DecryptionCertificate, cfg.DecryptionKey = fresh.Files().Certificate, fresh.Files().Key
	for _, former := range []bool{true, false} {
		if m, err = cfg.Load(); err != nil {
			t.Fatal(err)
		}
		c, err := saml.New(cfg, m, saml.NewMemory(w.clock), w.clock)
		if err != nil {
			t.Fatal(err)
		}
		o, err := c.Start(context.Background(), eidtest.VisitedRequest(eid.Login, anna, "Relay0000000000000000A"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Answer(context.Background(), o.Ref, w.answer(t, o, anna, eidtest.Approve))
		if err != nil || (s.State == eid.Complete) != former {
			t.Errorf("with the former key %t: %s %q %v", former, s.State, s.Hint, err)
		}
		cfg.FormerDecryptionKey = ""
	}
}

// Nothing of the person stands where it could be logged.
func TestNothingPersonalIsTold(t *testing.T) {
	w := newWorld(t, nil)
	for _, f := range append(samlsim.Lies(), samlsim.Cancelled, samlsim.WrongPerson) {
		o := w.start(t, eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A"))
		s, err := w.client.Answer(context.Background(), o.Ref, w.answer(t, o, anna, act(f)))
		if err != nil || s.Done != nil || slices.ContainsFunc([]string{anna.Digits(), bo.Digits(), "Testsson", "Provberg"}, func(v string) bool {
			return strings.Contains(s.Hint, v) || strings.Contains(o.Ref, v) || strings.Contains(o.Visit.URL, v)
		}) {
			t.Errorf("%s: %q %v", f, s.Hint, err)
		}
	}
	if _, err := w.client.Answer(context.Background(), "nonsense "+anna.Digits(), url.Values{}); err == nil || strings.Contains(err.Error(), anna.Digits()) {
		t.Errorf("got %v", err)
	}
}
