package bankid_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/platform/fault"
)

// answering is a client whose server answers everything with one status and body.
func (w *world) answering(t *testing.T, status int, body string) *bankid.Client {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if status == http.StatusFound {
			rw.Header().Set("Location", w.server.URL+"/rp/v6.0/auth")
		}
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	}))
	var err error
	if server.TLS, err = w.sim.TLS(); err != nil {
		t.Fatal(err)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	cert, key := w.sim.RPCertificate()
	return w.clientWith(t, cert, key, func(c *bankid.Config) { c.URL = server.URL })
}

// What stands between us and BankID answers too, and BankID's codes may grow.
func TestOddAnswers(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		name    string
		status  int
		body    string
		kind    fault.Kind
		code    string
		message eid.Message
	}{
		{"a proxy's page", 502, "<html>Bad gateway</html>", fault.Unavailable, "http502", eid.UnknownFault},
		{"a new code, their fault", 500, `{"errorCode":"brandNew"}`, fault.Unavailable, "brandNew", eid.UnknownFault},
		{"a new code, ours", 400, `{"errorCode":"brandNew"}`, fault.Invalid, "brandNew", eid.UnknownFault},
		{"unauthorised by gateway", 403, `{"errorCode":"unauthorized"}`, fault.Invalid, "unauthorized", eid.UnknownFault},
		{"not found", 404, `{"errorCode":"notFound"}`, fault.NotFound, "notFound", eid.UnknownFault},
		{"wrong method", 405, `{"errorCode":"methodNotAllowed"}`, fault.Invalid, "methodNotAllowed", eid.UnknownFault},
		{"wrong media type", 415, `{"errorCode":"unsupportedMediaType"}`, fault.Invalid, "unsupportedMediaType", eid.UnknownFault},
		{"redirect is not followed", 302, "", fault.Invalid, "http302", eid.UnknownFault},
		{"order without tokens", 200, `{"orderRef":"x"}`, fault.Unavailable, "malformed", eid.TechnicalFault},
		{"order with our separator", 200, `{"orderRef":"x.y","autoStartToken":"a","qrStartToken":"b","qrStartSecret":"c"}`, fault.Unavailable, "malformed", eid.TechnicalFault},
		{"another shape", 200, `[1]`, fault.Unavailable, "malformed", eid.TechnicalFault},
		{"endless", 200, `{"orderRef":"` + strings.Repeat("x", 3<<20), fault.Unavailable, "malformed", eid.TechnicalFault},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := w.answering(t, c.status, c.body).Start(context.Background(), eidtest.LoginRequest())
			var r *eid.Refusal
			if !errors.Is(err, c.kind) || !errors.As(err, &r) || r.Message != c.message || r.Code != c.code {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// A completion that makes no sense is rejected, whatever it says of itself.
func TestOddCompletions(t *testing.T) {
	w := newWorld(t, nil)
	o := start(t, w.client, eidtest.SignRequest(anna))
	for _, body := range []string{
		`{"status":"complete"}`,
		`{"status":"complete","completionData":{"user":{"personalNumber":"199001012385"},"signature":"PGE+","ocspResponse":"AAAA"}}`,
		`{"status":"complete","completionData":{"user":{"personalNumber":"199001012385"},"signature":"PGE\n+","ocspResponse":""}}`,
		`{"status":"complete","completionData":{"user":{"personalNumber":"199001012385"},"signature":"å","ocspResponse":"å"}}`,
	} {
		s := status(t, w.answering(t, 200, body), o)
		if s.State != eid.Failed || s.Message != eid.EvidenceRejected || s.Done != nil || !strings.HasPrefix(s.Hint, "evidence-") {
			t.Errorf("%s: %s %s", body, s.State, s.Message)
		}
	}
	if _, err := w.answering(t, 200, `{"status":"perhaps"}`).Collect(context.Background(), o.Ref); !errors.Is(err, fault.Unavailable) {
		t.Errorf("an unknown status: %v", err)
	}
}

// Errors must not carry what they were about.
func TestErrorsHoldNoNumbers(t *testing.T) {
	w := newWorld(t, nil)
	c := w.answering(t, http.StatusBadRequest, `{"errorCode":"invalidParameters","details":"bad personalNumber `+anna.Digits()+`"}`)
	_, err := c.Start(context.Background(), eidtest.SignRequest(anna))
	if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), anna.Digits()[:8]) {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), "bad personalNumber") {
		t.Fatalf("the technician learns nothing: %v", err)
	}
}

// BenchmarkSignature is a whole order: started, approved, signed by the simulator, collected and verified, over TLS.
func BenchmarkSignature(b *testing.B) {
	w := newWorld(b, nil)
	for b.Loop() {
		o, err := w.client.Start(context.Background(), eidtest.SignRequest(anna))
		if err != nil {
			b.Fatal(err)
		}
		if err := w.sim.Approve(anna, o.AutoStart); err != nil {
			b.Fatal(err)
		}
		if s, err := w.client.Collect(context.Background(), o.Ref); err != nil || s.State != eid.Complete {
			b.Fatal(s.State, err)
		}
	}
}
