package freja_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/freja"
	"samtjanst/platform/fault"
)

// answering is a client whose server answers by a function.
func (w *world) answering(t *testing.T, answer http.HandlerFunc, edit func(*freja.Config)) *freja.Client {
	t.Helper()
	server := httptest.NewUnstartedServer(answer)
	var err error
	if server.TLS, err = w.sim.TLS(); err != nil {
		t.Fatal(err)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return w.clientWith(t, func(c *freja.Config) {
		c.URL = server.URL
		if edit != nil {
			edit(c)
		}
	})
}

func (w *world) always(t *testing.T, status int, body string) *freja.Client {
	t.Helper()
	return w.answering(t, func(rw http.ResponseWriter, _ *http.Request) {
		if status == http.StatusFound {
			rw.Header().Set("Location", w.server.URL+"/authentication/1.0/initAuthentication")
		}
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
	}, nil)
}

// What stands between us and Freja answers too, and Freja's codes may grow.
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
		{"a proxy's page", 502, "<html>Bad gateway</html>", fault.Unavailable, "http502", eid.TechnicalFault},
		{"a proxy gave up waiting", 408, "", fault.Unavailable, "http408", eid.TechnicalFault},
		{"no such path", 404, "", fault.NotFound, "http404", eid.UnknownFault},
		{"gone", 410, "", fault.NotFound, "http410", eid.UnknownFault},
		{"a new code, their fault", 500, `{"code":7777}`, fault.Unavailable, "7777", eid.TechnicalFault},
		{"a new code, ours", 422, `{"code":7777}`, fault.Invalid, "7777", eid.UnknownFault},
		{"a code that could be a person", 422, `{"code":199001012385}`, fault.Invalid, "http422", eid.UnknownFault},
		{"wrong parameter at the start", 422, `{"code":1000}`, fault.Invalid, "1000", eid.UnknownFault},
		{"unknown relying party", 422, `{"code":1008}`, fault.Invalid, "1008", eid.UnknownFault},
		{"internal error", 422, `{"code":0}`, fault.Unavailable, "0", eid.TechnicalFault},
		{"redirect is not followed", 302, "", fault.Invalid, "http302", eid.UnknownFault},
		{"order without its reference", 200, `{"signRef":"zWrxATCUAJ_QvlqXzYdNIJF8OUo0"}`, fault.Unavailable, "malformed", eid.TechnicalFault},
		{"order with our separator", 200, `{"authRef":"zWrxATCUAJ.QvlqXzYdNIJF8OUo0"}`, fault.Unavailable, "malformed", eid.TechnicalFault},
		{"nothing", 204, "", fault.Unavailable, "malformed", eid.TechnicalFault},
		{"another shape", 200, `[1]`, fault.Unavailable, "malformed", eid.TechnicalFault},
		{"endless", 200, `{"authRef":"` + strings.Repeat("x", 3<<20), fault.Unavailable, "malformed", eid.TechnicalFault},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := w.always(t, c.status, c.body).Start(context.Background(), eidtest.LoginRequest())
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
		`{"status":"APPROVED"}`,
		`{"status":"APPROVED","details":"a.b.c"}`,
		`{"status":"APPROVED","requestedAttributes":{"ssn":{"country":"SE","ssn":"199001012385"}}}`,
	} {
		s := status(t, w.always(t, 200, body), o)
		if s.State != eid.Failed || s.Message != eid.EvidenceRejected || s.Done != nil || !strings.HasPrefix(s.Hint, "evidence-") {
			t.Errorf("%s: %s %s", body, s.State, s.Message)
		}
	}
	if _, err := w.always(t, 200, `{}`).Collect(context.Background(), o.Ref); !errors.Is(err, fault.Unavailable) {
		t.Errorf("no status: %v", err)
	}
	if s := status(t, w.always(t, 200, `{"status":"199001012385"}`), o); strings.Contains(s.Hint, "1990") {
		t.Errorf("the hint is %q", s.Hint)
	}
}

// Errors must not carry what they were about.
func TestErrorsHoldNoNumbers(t *testing.T) {
	w := newWorld(t, nil)
	c := w.always(t, http.StatusUnprocessableEntity, `{"code":1002,"message":"Invalid userInfo `+anna.Digits()+`"}`)
	_, err := c.Start(context.Background(), eidtest.SignRequest(anna))
	if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), anna.Digits()[:8]) {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), "Invalid userInfo") {
		t.Fatalf("the technician learns nothing: %v", err)
	}
}

// What is sent, whole: a member more is somebody's data more.
func TestRequests(t *testing.T) {
	w := newWorld(t, nil)
	text := "Ansökan <b> & \"citat\"\n– rad två"
	sign := eidtest.SignRequest(anna)
	sign.Text, sign.Level = text, 2
	b64 := base64.StdEncoding.EncodeToString
	device := map[string]any{"userAgent": sign.UserAgent, "userIpAddress": "192.0.2.10", "flowType": "ANOTHER_DEVICE"}
	attributes := []any{map[string]any{"attribute": "SSN"}, map[string]any{"attribute": "BASIC_USER_INFO"}}
	for _, c := range []struct {
		name, path, parameter, suffix string
		r                             eid.Request
		edit                          func(*freja.Config)
		want                          map[string]any
	}{
		{"login", "/authentication/1.0/initAuthentication", "initAuthRequest", "", eidtest.LoginRequest(), nil, map[string]any{
			"userInfoType": "INFERRED", "userInfo": "N/A", "minRegistrationLevel": "PLUS", "attributesToReturn": attributes, "originDeviceDetails": device}},
		{"login by an integrator", "/authentication/1.0/initAuthentication", "initAuthRequest", "&relyingPartyId=ekk%26oping", eidtest.LoginRequest(),
			func(c *freja.Config) { c.RelyingPartyID, c.WithoutDevice, c.Level = "ekk&oping", true, 2 }, map[string]any{
				"userInfoType": "INFERRED", "userInfo": "N/A", "minRegistrationLevel": "EXTENDED", "attributesToReturn": attributes}},
		{"signature", "/sign/1.0/initSignature", "initSignRequest", "", sign, nil, map[string]any{
			"userInfoType": "SSN", "userInfo": b64([]byte(`{"country":"SE","ssn":"199001012385"}`)), "minRegistrationLevel": "EXTENDED",
			"attributesToReturn": attributes, "originDeviceDetails": device, "title": "Underskrift",
			"pushNotification": map[string]any{"title": "Underskrift", "text": "Du har en handling att skriva under."},
			"expiry":           float64(w.clock.Now().Add(5 * time.Minute).UnixMilli()),
			"dataToSignType":   "EXTENDED_UTF8_TEXT", "signatureType": "EXTENDED",
			"dataToSign": map[string]any{"text": b64([]byte(text)), "binaryData": b64(sign.Hidden)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var path, body, contentType string
			client := w.answering(t, func(rw http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				path, body, contentType = r.URL.Path, string(b), r.Header.Get("Content-Type")
				rw.WriteHeader(http.StatusServiceUnavailable)
			}, c.edit)
			if _, err := client.Start(context.Background(), c.r); !errors.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
			value, ok := strings.CutPrefix(strings.TrimSuffix(body, c.suffix), c.parameter+"=")
			raw, err := base64.StdEncoding.DecodeString(value)
			if path != c.path || contentType != "application/json" || !ok || err != nil || strings.Contains(string(raw), `\u`) {
				t.Fatalf("posted %s to %s as %s", body, path, contentType)
			}
			var got map[string]any
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOwnLimits(t *testing.T) {
	w := newWorld(t, nil)
	for name, edit := range map[string]func(*eid.Request){
		"4097 characters":     func(r *eid.Request) { r.Text = strings.Repeat("å", 4097) },
		"not UTF-8":           func(r *eid.Request) { r.Text = "\xff" },
		"login with a text":   func(r *eid.Request) { r.Purpose, r.Hidden = eid.Login, nil },
		"login with a digest": func(r *eid.Request) { r.Purpose, r.Text = eid.Login, "" },
	} {
		r := eidtest.SignRequest(anna)
		edit(&r)
		if _, err := w.client.Start(context.Background(), r); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := eidtest.SignRequest(anna)
	r.Text, r.Hidden = strings.Repeat("𝄞", 4096), make([]byte, 150_000)
	o := start(t, w.client, r)
	w.approve(t, o, anna)
	if s := status(t, w.client, o); s.State != eid.Complete {
		t.Errorf("the most that can be signed: %s %s", s.State, s.Hint)
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
