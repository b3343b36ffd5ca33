package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/handover"
	"samtjanst/integrations/handover/filedrop"
	"samtjanst/integrations/handover/handoversim"
	"samtjanst/integrations/handover/ridelist"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

const secret = "0123456789abcdef0123456789abcdef"

var delivery = handover.Delivery{Ref: "eff-1", Kind: "journeys", Columns: []string{"elevreferens", "km"}, Rows: [][]any{{"E-77", nil}, {"E-78", true}}}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rig(t *testing.T, own string) (*webhook.Target, *handoversim.Sim, *clock.Manual, string, string) {
	t.Helper()
	ck := clock.NewManual(time.Date(2026, 8, 21, 9, 0, 0, 0, time.UTC)) // a Friday
	folder := t.TempDir()
	sim, err := handoversim.New(handoversim.Options{Clock: ck, RideLists: folder, Receivers: []handoversim.Receiver{
		{ID: "transport", Name: "Provtrafik", Secret: secret}, {ID: "school", Name: "Skolsystemet", Secret: secret + "x"}}})
	must(t, err)
	mux := http.NewServeMux()
	mux.Handle("/transport/hook/", sim.API())
	mux.Handle("/transport/", sim.Pages())
	srv := httptest.NewUnstartedServer(mux)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	target, err := webhook.New("transport", webhook.Config{URL: srv.URL + handoversim.HookPath + "transport", Secret: own, Timeout: 2 * time.Second}, ck)
	must(t, err)
	return target, sim, ck, folder, srv.URL
}

func TestADeliveryArrivesOnce(t *testing.T) {
	target, sim, _, _, _ := rig(t, secret)
	must(t, sim.Fail(handoversim.LoseAnswer, 1))
	if err := target.Deliver(context.Background(), delivery); !errors.Is(err, fault.Unavailable) {
		t.Errorf("the answer was lost: %v, want unavailable", err)
	}
	must(t, target.Deliver(context.Background(), delivery))
	got := sim.Deliveries("transport")
	if len(got) != 1 || got[0].Copies != 2 || got[0].Ref != "eff-1" || len(got[0].Rows) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestFaults(t *testing.T) {
	target, sim, _, _, _ := rig(t, secret)
	for f, want := range map[handoversim.Fault]fault.Kind{handoversim.Down: fault.Unavailable, handoversim.Later: fault.Unavailable, handoversim.Reject: fault.Invalid} {
		must(t, sim.Fail(f, 1))
		if err := target.Deliver(context.Background(), delivery); fault.KindOf(err) != want || err == nil {
			t.Errorf("%s: %v, want %v", f, err, want)
		}
	}
	bad := delivery
	bad.Rows = [][]any{{1.5, nil}}
	if err := target.Deliver(context.Background(), bad); !errors.Is(err, fault.Invalid) {
		t.Errorf("a bad row: %v", err)
	}
	if n := len(sim.Deliveries("")); n != 0 {
		t.Errorf("%d deliveries came through", n)
	}
	stranger, sim, _, _, _ := rig(t, strings.Repeat("x", 32))
	if err := stranger.Deliver(context.Background(), delivery); !errors.Is(err, fault.Unavailable) || len(sim.Deliveries("")) != 0 {
		t.Errorf("another secret: %v", err)
	}
}

func TestVerify(t *testing.T) {
	now := time.Unix(1787200000, 0)
	body := []byte(`{"ref":"eff-1"}`)
	header := webhook.Sign([]byte(secret), now, "eff-1", body)
	must(t, webhook.Verify([]byte(secret), header, "eff-1", body, now.Add(4*time.Minute)))
	for name, c := range map[string]struct {
		secret, header, ref string
		body                string
		now                 time.Time
	}{
		"another secret":    {secret + "x", header, "eff-1", string(body), now},
		"another body":      {secret, header, "eff-1", `{"ref":"eff-2"}`, now},
		"another reference": {secret, header, "eff-2", string(body), now},
		"another time":      {secret, strings.Replace(header, "t=17872", "t=17873", 1), "eff-1", string(body), now},
		"too old":           {secret, header, "eff-1", string(body), now.Add(6 * time.Minute)},
		"too early":         {secret, header, "eff-1", string(body), now.Add(-6 * time.Minute)},
		"none":              {secret, "", "eff-1", string(body), now},
		"half":              {secret, "t=1787200000", "eff-1", string(body), now},
		"no mac":            {secret, "t=1787200000,v1=", "eff-1", string(body), now},
	} {
		if err := webhook.Verify([]byte(c.secret), c.header, c.ref, []byte(c.body), c.now); !errors.Is(err, fault.Unauthorised) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The whole way: handed over, planned by the operator on the page, back through the folder, read.
func TestTheRideListComesBack(t *testing.T) {
	target, _, ck, folder, base := rig(t, secret)
	must(t, target.Deliver(context.Background(), delivery))
	res, err := http.Get(base + "/transport/")
	must(t, err)
	b, err := io.ReadAll(res.Body)
	must(t, err)
	res.Body.Close()
	body := string(b)
	for _, want := range []string{"Provtrafik", "eff-1", "<td>E-77</td>", "<td>ja</td>", "E-77;2026-08-24;07:10"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	_, text, _ := strings.Cut(body, `spellcheck="false">`)
	text, _, _ = strings.Cut(text, "</textarea>")
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	must(t, w.WriteField("text", text))
	must(t, w.Close())
	res, err = http.Post(base+"/transport/ridelist", w.FormDataContentType(), &form)
	must(t, err)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.StatusCode)
	}
	src, err := filedrop.NewSource("ridelist", folder, 0, ck)
	must(t, err)
	files, err := src.Receive(context.Background(), 10)
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("%d files", len(files))
	}
	rides, problems, err := ridelist.Parse(files[0].Bytes)
	if err != nil || len(problems) != 0 || len(rides) != 4 || rides[0].Pupil != "E-77" {
		t.Errorf("%+v %+v %v", rides, problems, err)
	}
}

func TestConfigNamesTheWrongKey(t *testing.T) {
	good := webhook.Config{URL: "https://transport.example.com/in", Secret: secret}
	must(t, good.Validate())
	for key, spoil := range map[string]func(*webhook.Config){
		"url":       func(c *webhook.Config) { c.URL = "http://transport.example.com/in" },
		"secret":    func(c *webhook.Config) { c.Secret = "short" },
		"timeout":   func(c *webhook.Config) { c.Timeout = -1 },
		"rootsFile": func(c *webhook.Config) { c.RootsFile = "missing.pem" },
	} {
		c := good
		spoil(&c)
		if _, err := webhook.New("x", c, clock.System{}); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
