package bolagsverket_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/company"
	"samtjanst/integrations/company/bolagsverket"
	"samtjanst/integrations/company/bolagsverketsim"
	"samtjanst/integrations/company/companytest"
	"samtjanst/integrations/registertest"
	"samtjanst/integrations/sim/companies"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// rig is the client with the simulator behind it.
type rig struct {
	config bolagsverket.Config
	client *bolagsverket.Client
	sim    *bolagsverketsim.Sim
	clock  *clock.Manual
	log    *bytes.Buffer
}

func newRig(t *testing.T) rig {
	t.Helper()
	ck := clock.NewManual(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	sim := bolagsverketsim.New(bolagsverketsim.Options{Clock: ck, ClientID: "id", ClientSecret: "secret", Delay: 5 * time.Second})
	srv := httptest.NewUnstartedServer(sim.API())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	c := bolagsverket.Config{BaseURL: srv.URL + bolagsverketsim.BasePath + "/", TokenURL: srv.URL + bolagsverketsim.TokenPath, ClientID: "id",
		ClientSecret: "secret", Timeout: time.Second, PerMinute: 600}
	log := new(bytes.Buffer)
	client, err := bolagsverket.New(c, ck, slog.New(slog.NewTextHandler(log, nil)))
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
	companytest.Run(t, func(t *testing.T) companytest.Subject {
		r := newRig(t)
		set := func(c bolagsverketsim.Change) func(companies.ID) {
			return func(id companies.ID) { must(t, r.sim.Set(id, c)) }
		}
		return companytest.Subject{Register: r.client, Outage: func(o registertest.Outage) { must(t, r.sim.Fail(bolagsverketsim.Fault(o), 0)) },
			Unread: set(bolagsverketsim.Unread), Deregister: set(bolagsverketsim.Deregister), Bankrupt: set(bolagsverketsim.Bankrupt)}
	})
}

func question(id companies.ID) company.Question {
	return company.Question{Number: id.Number(), Purpose: "lookup", Ref: "draft-7f3a"}
}

// A token that the register has forgotten is replaced, and nobody notices.
func TestATokenIsReplaced(t *testing.T) {
	r := newRig(t)
	must(t, r.sim.Fail(bolagsverketsim.OldToken, 1))
	_, err := r.client.Lookup(context.Background(), question(companies.Provkiosken))
	must(t, err)
}

func TestOnlyWholeAnswersAboutLegalPersonsAreKept(t *testing.T) {
	for id, kept := range map[companies.ID]bool{companies.Provbageriet: true, companies.Provfisk: false, companies.Provkiosken: false} {
		r := newRig(t)
		first, err := r.client.Lookup(context.Background(), question(id))
		must(t, err)
		r.clock.Advance(30 * time.Second)
		second, err := r.client.Lookup(context.Background(), question(id))
		must(t, err)
		if n := len(r.sim.Calls()); (n == 1) != kept || first.At.Equal(second.At) != kept {
			t.Errorf("%s: %d calls, said %v and %v", id, n, first.At, second.At)
		}
		r.clock.Advance(31 * time.Second)
		must(t, r.sim.Fail(bolagsverketsim.Down, 0))
		if _, err := r.client.Lookup(context.Background(), question(id)); !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s: what is old is given when the register is down: %v", id, err)
		}
	}
}

func TestNothingPersonalIsLogged(t *testing.T) {
	r := newRig(t)
	maria := personas.MariaProvberg.Number()
	_, err := r.client.Lookup(context.Background(), question(companies.Provkiosken))
	must(t, err)
	must(t, r.sim.Fail(bolagsverketsim.Error500, 0))
	_, _ = r.client.Lookup(context.Background(), question(companies.Provkiosken)) // its fault is in the log
	for _, secret := range []string{maria.Digits(), maria.Digits()[2:], "Maria", "Exempelvägen", "secret"} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("the log tells %q:\n%s", secret, r.log)
		}
	}
	if s := r.log.String(); !strings.Contains(s, "ref=draft-7f3a") || !strings.Contains(s, "fault=unavailable") {
		t.Errorf("the log does not tell of the calls:\n%s", s)
	}
	if calls := r.sim.Calls(); len(calls) != 1 || calls[0].Ref != "draft-7f3a" {
		t.Errorf("the correlation id did not travel: %v", calls)
	}
}

func TestLimitOnCalls(t *testing.T) {
	r := newRig(t)
	c := r.config
	c.PerMinute, c.Timeout = 1, 200*time.Millisecond
	slow, err := bolagsverket.New(c, r.clock, slog.New(slog.DiscardHandler))
	must(t, err)
	refused := 0
	for range 12 {
		if _, err := slow.Lookup(context.Background(), question(companies.Provkiosken)); errors.Is(err, fault.Unavailable) {
			refused++
		}
	}
	if refused != 2 || len(r.sim.Calls()) != 10 {
		t.Errorf("%d refused, %d asked", refused, len(r.sim.Calls()))
	}
}

func TestConfig(t *testing.T) {
	good := bolagsverket.Config{BaseURL: bolagsverket.ProductionURL, TokenURL: bolagsverket.ProductionTokenURL, ClientID: "id", ClientSecret: "secret"}
	must(t, good.Validate())
	if good.IsZero() || !(bolagsverket.Config{}).IsZero() {
		t.Error("IsZero")
	}
	for want, change := range map[string]func(*bolagsverket.Config){
		"baseURL: must be given":      func(c *bolagsverket.Config) { c.BaseURL = "" },
		"tokenURL: must be an https":  func(c *bolagsverket.Config) { c.TokenURL = "http://example.com/token" },
		"clientSecret: must be given": func(c *bolagsverket.Config) { c.ClientSecret = "" },
		"timeout: must be between":    func(c *bolagsverket.Config) { c.Timeout = time.Minute },
		"perMinute: must not":         func(c *bolagsverket.Config) { c.PerMinute = -1 },
		"keep: must be between":       func(c *bolagsverket.Config) { c.Keep = 2 * time.Hour },
		"rootsFile":                   func(c *bolagsverket.Config) { c.RootsFile = "/nowhere" },
	} {
		c := good
		change(&c)
		if _, err := bolagsverket.New(c, clock.System{}, slog.New(slog.DiscardHandler)); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
