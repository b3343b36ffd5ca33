// Package servertest puts a whole platform together for a test: the real store, the real clients, against simulators over the network,
// with a clock that the test moves.
package servertest

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/forms/journey"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/server"
	"samtjanst/platform/store"
)

// Start is when tests begin: a Monday, half a minute past ten in the morning.
var Start = time.Date(2026, 11, 23, 9, 0, 30, 0, time.UTC)

// World is a platform and everything around it.
type World struct {
	*server.Server
	Sim   *sim.Running
	Clock Clock
	URL   string // where it is reached, when Options.Listen says so
	Ctx   context.Context
	t     testing.TB
}

// Clock is the world's: it is moved by the test, and between that it stands still or goes on.
type Clock interface {
	clock.Clock
	Advance(time.Duration)
}

// Options of a world.
type Options struct {
	Store   store.Store  // nil: the embedded one in a folder of the test's
	Outbox  bool         // the outbox runs by itself; else Run does it when told
	Dir     string       // "" a folder of the test's
	Real    bool         // the clock goes on by itself from Start, for a browser that looks at it
	Listen  bool         // answer on a free port of this machine, at World.URL
	Log     *slog.Logger // nil: what is a warning or worse goes to the test's own
	EIDs    bool         // every e-legitimation of the demo; else BankID alone
	Cards   bool         // Ekköping's staff log in with cards too, at a login with the id "siths"
	BaseURL string       // "" where it listens, or an address that nobody asks
	// Forms is a folder of forms; "" those that the platform ships. Municipalities are who offers them; nil those of the demo.
	Forms          string
	Municipalities fs.FS
	// Configure changes the configuration, which is that of the demo; may be nil.
	Configure func(*config.Config)
}

// New starts a world and stops it with the test.
func New(t testing.TB, o Options) *World {
	t.Helper()
	asShipped := o.Store == nil && o.Forms == "" && o.Municipalities == nil && o.Configure == nil && !o.Cards
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	w := &World{Clock: clock.NewManual(Start), Ctx: t.Context(), t: t}
	if o.Real {
		w.Clock = clock.NewMoving(Start)
	}
	var listener net.Listener
	if o.Listen { // first: the address is part of what is configured
		var err error
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		w.URL = "http://localhost:" + port
		if o.BaseURL == "" {
			o.BaseURL = w.URL
		}
	}
	if o.BaseURL == "" {
		o.BaseURL = "http://localhost:8080"
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.NewTextHandler(logWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	if err := lendKeys(o.Dir + "/sim"); err != nil {
		t.Fatal(err)
	}
	hub, err := sim.New(sim.Options{Dir: o.Dir + "/sim", Listen: "127.0.0.1:0", Platform: o.BaseURL, Clock: w.Clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if w.Sim, err = hub.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := keepKeys(o.Dir + "/sim"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Sim.Close(); err != nil {
			t.Errorf("simulators: %v", err)
		}
	})
	cfg := config.Default()
	cfg.Data, cfg.BaseURL, cfg.Forms = o.Dir, o.BaseURL, o.Forms
	if o.Municipalities == nil {
		o.Municipalities = demo.Municipalities
	}
	if cfg, err = server.DemoConfig(cfg, w.Sim.Endpoints); err != nil {
		t.Fatal(err)
	}
	if !o.EIDs {
		cfg.EID = nil
	}
	if o.Cards {
		cfg.StaffLogins = map[string][]directory.Login{"ekkoping": {{ID: "siths", Title: map[string]string{"sv": "SITHS-kort"}, SAML: &w.Sim.Endpoints.SITHS}}}
	}
	if o.Configure != nil {
		o.Configure(&cfg)
	}
	so := server.Options{Clock: w.Clock, Log: log, Municipalities: o.Municipalities,
		Simulators: w.Sim.Endpoints.URL, OutboxEvery: 200 * time.Millisecond, Still: !o.Outbox, Store: o.Store}
	if asShipped {
		if err := lendPublished(w.Ctx, o.Dir, cfg, so); err != nil {
			t.Fatal(err)
		}
	}
	w.Server, err = server.New(w.Ctx, cfg, so)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Server.Close(); err != nil {
			t.Errorf("platform: %v", err)
		}
	})
	if listener != nil {
		go func() {
			if err := w.Serve(listener); err != nil {
				log.Error("the platform stopped answering", "error", err)
			}
		}()
	}
	return w
}

// Of is a world of a platform that something else has started: an example.
func Of(t testing.TB, s *server.Server, sims *sim.Running, c Clock, url string) *World {
	return &World{Server: s, Sim: sims, Clock: c, URL: url, Ctx: t.Context(), t: t}
}

type logWriter struct{ t testing.TB }

func (l logWriter) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// Citizen is a persona who has logged in.
func Citizen(id personas.ID) identity.Actor {
	p := id.Persona()
	return identity.Actor{Lang: "sv", IP: "192.0.2.7", Citizen: &identity.Citizen{Number: p.EIDNumber, Name: p.Name(), Level: identity.LoA3, Method: "bankid", LoginAt: Start}}
}

// Staff is a member of staff who has logged in.
func (w *World) Staff(id personas.StaffID) identity.Actor {
	w.t.Helper()
	for _, s := range personas.AllStaff() {
		if s.ID == id {
			t, ok := w.Flow.Directory.Tenant(identity.TenantID(s.Tenant))
			if !ok {
				w.t.Fatalf("no tenant %s", s.Tenant)
			}
			st := identity.Staff{Subject: s.Subject, Name: s.Name, Number: s.Number, Tenant: t.ID, Grants: t.Grants(s.Groups), LoginAt: Start}
			if err := w.Flow.StaffLoggedIn(w.Ctx, st); err != nil {
				w.t.Fatal(err)
			}
			return identity.Actor{Lang: "sv", Staff: &st}
		}
	}
	w.t.Fatalf("no staff %s", id)
	return identity.Actor{}
}

// Client is a browser.
var Client = flow.Client{IP: "192.0.2.7", UserAgent: "test", DeviceID: "device", Domain: "localhost", ReturnURL: "http://localhost:8080/x"}

// Run runs everything that is due now.
func (w *World) Run() {
	w.t.Helper()
	ids, err := w.Flow.Due(w.Ctx, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, id := range ids {
		if _, err := w.Flow.RunDue(w.Ctx, id); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Fill answers one page of a draft after the other, as it is asked, until the check page; pages that are not in the answers are continued with
// what stands there. It fails the test on a problem.
func (w *World) Fill(a identity.Actor, draft string, pages map[string]url.Values) *flow.DraftView {
	w.t.Helper()
	page := ""
	for range 40 {
		v, err := w.Flow.Page(w.Ctx, a, draft, page, false)
		if err != nil {
			w.t.Fatalf("page %q: %v", page, err)
		}
		if v.Page == nil {
			return v
		}
		saved, err := w.Flow.Save(w.Ctx, a, draft, flow.Post{Page: v.Page.ID, Rev: v.Rev, Values: pages[v.Page.ID]})
		if err != nil {
			w.t.Fatalf("saving %q: %v", v.Page.ID, err)
		}
		if saved.View != nil {
			w.t.Fatalf("page %q: %v", v.Page.ID, saved.View.Problems)
		}
		page = saved.Next
		if page == journey.CheckPage {
			v, err := w.Flow.Page(w.Ctx, a, draft, page, false)
			if err != nil {
				w.t.Fatal(err)
			}
			if v.Page != nil {
				w.t.Fatalf("not ready to submit: page %s is incomplete: %v", v.Page.ID, v.Problems)
			}
			return v
		}
	}
	w.t.Fatal("the journey does not end")
	return nil
}

// Submit hands a filled draft in.
func (w *World) Submit(a identity.Actor, draft string) casework.ID {
	w.t.Helper()
	v, err := w.Flow.Page(w.Ctx, a, draft, journey.CheckPage, false)
	if err != nil {
		w.t.Fatal(err)
	}
	id, view, err := w.Flow.Submit(w.Ctx, a, draft, v.Rev)
	if err != nil || view != nil {
		if view != nil {
			w.t.Fatalf("submit: %v", view.Problems)
		}
		w.t.Fatalf("submit: %v", err)
	}
	return id
}

// Sign signs a case as a persona, with the e-legitimation's real protocol.
func (w *World) Sign(a identity.Actor, id casework.ID) *flow.SigningView {
	w.t.Helper()
	if _, err := w.Flow.SigningPage(w.Ctx, a, id); err != nil {
		w.t.Fatalf("signing page: %v", err)
	}
	v, err := w.Flow.StartSigning(w.Ctx, a, id, "", Client)
	if err != nil {
		w.t.Fatalf("start signing: %v", err)
	}
	if err := w.Sim.BankID.Approve(a.Citizen.Number, v.Order.AutoStart); err != nil {
		w.t.Fatal(err)
	}
	for range 400 { // where the platform follows orders itself, it hears of it at its own pace
		if v, err = w.Flow.PollSigning(w.Ctx, a, id); err != nil {
			w.t.Fatalf("poll: %v", err)
		}
		if v.Status.State != eid.Pending {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if v.Status.State != eid.Complete {
		w.t.Fatalf("signing ended %s: %s %s", v.Status.State, v.Status.Message, v.Status.Hint)
	}
	return v
}

// Head loads a case as it is stored.
func (w *World) Head(id casework.ID) casework.Case {
	w.t.Helper()
	e, err := w.Flow.Vault.Load(w.Ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return e.Case
}

// Number of a persona, as answers have it.
func Number(id personas.ID) idno.Number { return id.Number() }
