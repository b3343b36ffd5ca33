package navet_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/population/navet"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/population/populationtest"
	"samtjanst/integrations/registertest"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/sim/pki"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

var start = time.Date(2026, 8, 20, 9, 0, 0, 0, time.UTC)

// rig is the client with the simulator behind it, over real mutual TLS.
type rig struct {
	config navet.Config
	client *navet.Client
	sim    *navetsim.Sim
	clock  *clock.Manual
	log    *bytes.Buffer
}

func newRig(t *testing.T) rig {
	t.Helper()
	ck := clock.NewManual(start)
	sim := navetsim.New(navetsim.Options{Clock: ck, TokenID: "oauth-id", TokenSecret: "oauth-secret", GatewayID: "gw-id",
		GatewaySecret: "gw-secret", Organisation: "162021004748", Order: "00000236-FO01-0002", Delay: 5 * time.Second})
	ca, err := pki.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cert, key, roots, err := ca.ClientFiles("navet")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(sim.API())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if srv.TLS, err = ca.MutualTLS(); err != nil {
		t.Fatal(err)
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c := navet.Config{BaseURL: srv.URL, TokenURL: srv.URL + navetsim.TokenPath, TokenID: "oauth-id", TokenSecret: "oauth-secret",
		GatewayID: "gw-id", GatewaySecret: "gw-secret", Organisation: "162021004748", Order: "00000236-FO01-0002",
		CertFile: cert, KeyFile: key, RootsFile: roots, Timeout: time.Second}
	log := new(bytes.Buffer)
	client, err := navet.New(c, ck, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return rig{c, client, sim, ck, log}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) {
	populationtest.Run(t, func(t *testing.T) populationtest.Subject {
		r := newRig(t)
		return populationtest.Subject{
			Register: r.client,
			Outage:   func(o registertest.Outage) { must(t, r.sim.Fail(navetsim.Fault(o), 0)) },
			Protect:  func(id personas.ID, mark population.Protection) { must(t, r.sim.Protect(id, mark)) },
			Unreadable: func(id personas.ID, strange bool) {
				mark := navetsim.MarkMissing
				if strange {
					mark = "NYTT_SKYDD"
				}
				must(t, r.sim.Protect(id, mark))
			},
			Custody:    func(child personas.ID, g ...personas.ID) { must(t, r.sim.Custody(child, g...)) },
			Unnumbered: func(child personas.ID) { must(t, r.sim.UnknownGuardian(child)) },
		}
	})
}

func question(ids ...personas.ID) population.Question {
	q := population.Question{Purpose: "skolskjuts-prefill", Ref: "draft-7f3a"}
	for _, id := range ids {
		q.Numbers = append(q.Numbers, id.Number())
	}
	return q
}

// A token that the register has forgotten is replaced, and nobody notices.
func TestATokenIsReplaced(t *testing.T) {
	r := newRig(t)
	must(t, r.sim.Fail(navetsim.OldToken, 1))
	_, err := r.client.Lookup(context.Background(), question(personas.AnnaTestsson))
	must(t, err)
}

func TestWhatTheRegisterSeesAndWhatTheLogKeeps(t *testing.T) {
	r := newRig(t)
	if _, err := r.client.Lookup(context.Background(), question(personas.AnnaTestsson, personas.ElsaTestsson)); err != nil {
		t.Fatal(err)
	}
	calls := r.sim.Calls()
	if len(calls) != 1 || calls[0].Ref != "draft-7f3a" || len(calls[0].IDs) != 2 {
		t.Errorf("the register saw %+v", calls)
	}
	log := r.log.String()
	for _, want := range []string{"purpose=skolskjuts-prefill", "ref=draft-7f3a", "asked=2", "found=2"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
	for _, never := range []string{personas.AnnaTestsson.Number().Digits(), "Testsson", "Provgatan", "secret"} {
		if strings.Contains(log, never) {
			t.Errorf("the log holds %s", never)
		}
	}
}

func TestWrongCredentialsAreOurFault(t *testing.T) {
	for name, spoil := range map[string]func(*navet.Config){
		"token secret":   func(c *navet.Config) { c.TokenSecret = "wrong" },
		"gateway secret": func(c *navet.Config) { c.GatewaySecret = "wrong" },
		"order":          func(c *navet.Config) { c.Order = "00000236-FO01-0009" },
	} {
		r := newRig(t)
		c := r.config
		spoil(&c)
		client, err := navet.New(c, r.clock, slog.New(slog.DiscardHandler))
		must(t, err)
		if _, err := client.Lookup(context.Background(), question(personas.AnnaTestsson)); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}

func TestCallsAreHeldUnderTheLimit(t *testing.T) {
	r := newRig(t)
	const n = 12
	began := time.Now()
	for range n {
		if _, err := r.client.Lookup(context.Background(), question(personas.AnnaTestsson)); err != nil {
			t.Fatal(err)
		}
	}
	if took, least := time.Since(began), (n-5)*50*time.Millisecond; took < least*9/10 {
		t.Errorf("%d calls in %v: the limit is 5 at once and then 20 a second", n, took)
	}
}

func TestConfigNamesTheWrongKey(t *testing.T) {
	good := newRig(t).config
	must(t, good.Validate())
	for key, spoil := range map[string]func(*navet.Config){
		"baseURL":      func(c *navet.Config) { c.BaseURL = "http://api.test.skatteverket.se" },
		"tokenURL":     func(c *navet.Config) { c.TokenURL = "" },
		"tokenID":      func(c *navet.Config) { c.TokenID = "" },
		"organisation": func(c *navet.Config) { c.Organisation = "202100-4748" },
		"order":        func(c *navet.Config) { c.Order = "" },
		"timeout":      func(c *navet.Config) { c.Timeout = time.Minute },
		"keyFile":      func(c *navet.Config) { c.KeyFile = "" },
		"rootsFile":    func(c *navet.Config) { c.RootsFile = c.KeyFile },
		"certFile":     func(c *navet.Config) { c.CertFile += "x" },
	} {
		c := good
		spoil(&c)
		_, err := navet.New(c, clock.System{}, slog.New(slog.DiscardHandler))
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") && key != "secret" {
			t.Errorf("%s: the error holds a secret: %v", key, err)
		}
	}
}

func TestOnlyThosePeopleComeWhoWereAskedAbout(t *testing.T) {
	r := newRig(t)
	a, err := r.client.Lookup(context.Background(), question(personas.ElsaTestsson))
	must(t, err)
	if _, ok := a.Find(personas.AnnaTestsson.Number()); ok || len(a.People) != 1 {
		t.Errorf("%d people came", len(a.People))
	}
	if _, ok := a.Find(idno.Number{}); ok {
		t.Error("no number found somebody")
	}
}
