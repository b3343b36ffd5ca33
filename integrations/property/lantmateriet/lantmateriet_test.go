package lantmateriet_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/property"
	"samtjanst/integrations/property/lantmateriet"
	"samtjanst/integrations/property/lantmaterietsim"
	"samtjanst/integrations/property/propertytest"
	"samtjanst/integrations/registertest"
	"samtjanst/integrations/sim/places"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// rig is the client with the simulator behind it.
type rig struct {
	config lantmateriet.Config
	client *lantmateriet.Client
	sim    *lantmaterietsim.Sim
	clock  *clock.Manual
	log    *bytes.Buffer
}

func newRig(t *testing.T) rig {
	t.Helper()
	ck := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	sim := lantmaterietsim.New(lantmaterietsim.Options{Clock: ck, ClientID: "id", ClientSecret: "se%cret+", Delay: 5 * time.Second})
	srv := httptest.NewUnstartedServer(sim.API())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	c := lantmateriet.Config{AddressURL: srv.URL + lantmaterietsim.AddressPath + "/", DesignationURL: srv.URL + lantmaterietsim.DesignationPath,
		TokenURL: srv.URL + lantmaterietsim.TokenPath, ClientID: "id", ClientSecret: "se%cret+", Timeout: 500 * time.Millisecond, PerMinute: 6000}
	log := new(bytes.Buffer)
	client, err := lantmateriet.New(c, ck, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return rig{c, client, sim, ck, log}
}

func TestConformance(t *testing.T) {
	propertytest.Run(t, func(t *testing.T) propertytest.Subject {
		r := newRig(t)
		return propertytest.Subject{Register: r.client, Outage: func(o registertest.Outage) {
			if err := r.sim.Fail(lantmaterietsim.Fault(o), 0); err != nil {
				t.Fatal(err)
			}
		}}
	})
}

func question(text string) property.Question {
	return property.Question{Text: text, Municipality: places.Ekkoping, Purpose: "lookup", Ref: "draft-7f3a"}
}

// A token that the register has forgotten is replaced, and nobody notices.
func TestATokenIsReplaced(t *testing.T) {
	r := newRig(t)
	if err := r.sim.Fail(lantmaterietsim.OldToken, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.Addresses(context.Background(), question("Provgatan 12 B")); err != nil {
		t.Error(err)
	}
}

func TestNothingOfWhatIsAskedAboutIsLogged(t *testing.T) {
	r := newRig(t)
	for _, f := range []lantmaterietsim.Fault{lantmaterietsim.Works, lantmaterietsim.Half, lantmaterietsim.Down, lantmaterietsim.Malformed} {
		if err := r.sim.Fail(f, 0); err != nil {
			t.Fatal(err)
		}
		_, _ = r.client.Addresses(context.Background(), question("Provgatan 12")) // what is logged of it, whatever came
		_, _ = r.client.Units(context.Background(), question("Provet 1:2"))
	}
	for _, text := range []string{"rovg", "rovet", "ROVET", "99110", "cret"} {
		if strings.Contains(r.log.String(), text) {
			t.Errorf("the log says %q:\n%s", text, r.log)
		}
	}
	if !strings.Contains(r.log.String(), "ref=draft-7f3a") || !strings.Contains(r.log.String(), "found=1") {
		t.Errorf("the log does not say enough:\n%s", r.log)
	}
	if calls := r.sim.Calls(); len(calls) == 0 || calls[0].Ref != "draft-7f3a" || calls[0].Text != "Provgatan 12" {
		t.Errorf("calls %+v", calls)
	}
}

func TestThereAreMore(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			_, _ = w.Write([]byte(`{"access_token":"t","token_type":"Bearer","expires_in":3600}`))
		case r.URL.Query().Get("maxHits") != "51":
			w.WriteHeader(http.StatusBadRequest)
		default:
			one := `{"beteckning":"PROVET 1:2","registerenhet":"u","registerenhetstyp":"Fastighet"}`
			_, _ = w.Write([]byte("[" + strings.Repeat(one+",", 50) + one + "]"))
		}
	}))
	defer srv.Close()
	client, err := lantmateriet.New(lantmateriet.Config{DesignationURL: srv.URL, TokenURL: srv.URL + "/token", ClientID: "id", ClientSecret: "s"},
		clock.System{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := client.Units(context.Background(), question("Provet")); err != nil || len(a.Found) != 50 || !a.More {
		t.Errorf("%d found, more %v, %v", len(a.Found), a.More, err)
	}
}

func TestAProductThatIsNotOrderedIsNotAsked(t *testing.T) {
	r := newRig(t)
	c := r.config
	c.DesignationURL = ""
	client, err := lantmateriet.New(c, r.clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Units(context.Background(), question("Provet 1:2")); !errors.Is(err, fault.Invalid) || len(r.sim.Calls()) != 0 {
		t.Errorf("%v after %d calls", err, len(r.sim.Calls()))
	}
}

func TestConfigNamesTheKey(t *testing.T) {
	good := lantmateriet.Config{AddressURL: lantmateriet.ProductionAddressURL, DesignationURL: lantmateriet.ProductionDesignationURL,
		TokenURL: lantmateriet.ProductionTokenURL, ClientID: "id", ClientSecret: "secret"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*lantmateriet.Config){
		"addressURL and designationURL": func(c *lantmateriet.Config) { c.AddressURL, c.DesignationURL = "", "" },
		"addressURL: must be":           func(c *lantmateriet.Config) { c.AddressURL = "http://example.com" },
		"tokenURL: must be given":       func(c *lantmateriet.Config) { c.TokenURL = "" },
		"clientSecret: must be given":   func(c *lantmateriet.Config) { c.ClientSecret = "" },
		"timeout: must be":              func(c *lantmateriet.Config) { c.Timeout = time.Minute },
		"perMinute: must not":           func(c *lantmateriet.Config) { c.PerMinute = -1 },
		"rootsFile":                     func(c *lantmateriet.Config) { c.RootsFile = "/nowhere" },
	} {
		c := good
		change(&c)
		if _, err := lantmateriet.New(c, clock.System{}, slog.New(slog.DiscardHandler)); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
