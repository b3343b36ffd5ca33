package server_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/examples/sigtuna/cooperation"
	"samtjanst/forms/library"
	"samtjanst/integrations/sim"
	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/flow"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
)

// The example with a socialjour of eight municipalities starts, with its people and schedules in their registers, and its managers see what it
// costs: the host's of all eight, the others' of their own.
func TestSigtuna(t *testing.T) {
	t.Parallel()
	d, err := cooperation.Demonstration()
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Organisations {
		d.Organisations[i].Number = "" // keys for eight seals take seconds to make
	}
	clk := clock.NewManual(servertest.Start)
	cfg := config.Default()
	cfg.Data, cfg.BaseURL = t.TempDir(), "http://localhost:8080"
	if err := servertest.LendKeys(filepath.Join(cfg.Data, "sim")); err != nil {
		t.Fatal(err)
	}
	open := func() (*server.Server, *sim.Running) {
		t.Helper()
		s, sims, err := d.Start(t.Context(), cfg, "127.0.0.1:0", server.Options{Clock: clk, Log: slog.New(slog.DiscardHandler), Still: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := sims.Close(); err != nil {
				t.Error(err)
			}
		})
		return s, sims
	}
	s, sims := open()
	peopled(t, s)

	for range 3 {
		chairLogsIn(t, s, sims)
	}
	s.Flow.Usage.Note("almfors", usage.Signature)
	s.Flow.Usage.Note("salgnas", usage.Login)
	s.Flow.Usage.Note(usage.Shared, usage.Login)
	if err := s.Close(); err != nil { // what has been counted is written, and the second start enters nobody again
		t.Fatal(err)
	}
	clk.Advance(15 * 24 * time.Hour)
	s, _ = open()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	peopled(t, s)

	host, own := manager(t, s, "bjorkvalla"), manager(t, s, "almfors")
	const page = "/admin/kostnader/bjorkvalla/social"
	for _, c := range []struct {
		who   *httptestkit.Browser
		path  string
		want  int
		has   string
		hasNo string
	}{
		{host, "/admin/kostnader", 303, "", ""},
		{host, page, 200, "Almfors kommun</th><td role=\"cell\" class=\"st-numeric\" data-label=\"Inloggningar\">3</td>", ""},
		{host, page, 200, "Gemensamma sidor", ""},
		{host, page + "?ar=2026", 200, "3\u00a0kr", ""}, // 5 logins and a signature, 0.30 and 1.50 kr
		{host, page + "?ar=2025", 404, "", ""},
		{host, page + "/fil", 200, "Almfors kommun;9912;2026-11;3;1;2,40\r\n", ""},
		{host, page + "/fordelning?belopp=1000,01", 200, "kr", ""},
		{host, page + "/fordelning?belopp=en+miljon&dag=2027-01-01", 422, "Ange beloppet", ""},
		{host, "/admin/kostnader/almfors/social", 404, "", ""},
		{own, page, 404, "", ""},
		{own, "/admin/kostnader/almfors/social", 200, "november 2026", "Sälgnäs"},
		{own, "/admin/kostnader/almfors/social/fil", 200, "Almfors kommun;9912;2026-11;3;1;2,40\r\n", "Sälgnäs"},
		{own, "/admin/kostnader/almfors/social/fordelning", 200, "8,17\u00a0%", "Sälgnäs"}, // 8 of 98, and of what is left over the first's
	} {
		res := c.who.Get(c.path)
		if res.Status != c.want || !strings.Contains(string(res.Body), c.has) || c.hasNo != "" && strings.Contains(string(res.Body), c.hasNo) {
			t.Errorf("%s: %d, wanted %d, %q and not %q", c.path, res.Status, c.want, c.has, c.hasNo)
		}
	}
	v, err := s.Flow.SharingOf(t.Context(), managerOf(t, s, "bjorkvalla"), flow.BoardRef{Tenant: "bjorkvalla", Board: "social"}, calendar.Date{}, 100_001)
	if err != nil {
		t.Fatal(err)
	}
	var share, amount int64
	for _, row := range v.Rows {
		share, amount = share+row.Share, amount+row.Amount
	}
	if share != 10_000 || amount != 100_001 || v.Users != 98 || len(v.Rows) != 8 {
		t.Errorf("%d users of %d organisations, shares %d, amounts %d", v.Users, len(v.Rows), share, amount)
	}
}

// chairLogsIn has Almfors' chair come in by BankID.
func chairLogsIn(t *testing.T, s *server.Server, sims *sim.Running) {
	t.Helper()
	almfors, _ := s.Flow.Directory.Tenant("almfors")
	snap, err := s.Flow.People.Now(t.Context(), almfors.ID)
	if err != nil {
		t.Fatal(err)
	}
	chair := snap.Deciders("social", "lvu-6", true, s.Flow.Clock.Now())[0].Person
	order, err := s.Flow.BeginStaffLogin(t.Context(), almfors, servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if err := sims.BankID.Approve(chair.Number, order.AutoStart); err != nil {
		t.Fatal(err)
	}
	shown, _, err := s.Flow.PollStaffLogin(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := s.Flow.StaffRoles(t.Context(), shown)
	if err != nil || len(roles) != 1 || !(identity.Actor{Staff: &roles[0]}).Has("almfors/social", identity.Chair) {
		t.Fatalf("roles %v %v", roles, err)
	}
}

// peopled looks at who is in the registers and who is on call.
func peopled(t *testing.T, s *server.Server) {
	t.Helper()
	ctx, now := t.Context(), s.Flow.Clock.Now()
	tenants := s.Flow.Directory.Tenants()
	if len(tenants) != 8 {
		t.Fatalf("%d municipalities", len(tenants))
	}
	for _, o := range tenants {
		snap, err := s.Flow.People.Now(ctx, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		officers, all := 0, 0
		for _, p := range snap.People() {
			all++
			for _, r := range snap.Holds(p, now) {
				if r.Role == identity.Officer && (r.Title == "Socialjourssekreterare" || r.Title == "Enhetschef") {
					officers++
				}
			}
		}
		wantOfficers, wantAll := 1, 8
		if o.ID == "bjorkvalla" {
			wantOfficers, wantAll = 35, 42
		}
		if officers != wantOfficers || all != wantAll {
			t.Errorf("%s: %d people, of whom %d officers", o.ID, all, officers)
		}
		if holes := snap.Holes("social", now, now.Add(cooperation.Ahead)); len(holes) > 0 {
			t.Errorf("%s: nobody is on call %v", o.ID, holes)
		}
		if asked := snap.Deciders("social", "lvu-6", true, now); len(asked) != 3 || !asked[0].OnCall {
			t.Errorf("%s: %d may decide", o.ID, len(asked))
		}
		if len(snap.Board("social").Meetings) < 3 || len(snap.Board("social").Delegations) == 0 {
			t.Errorf("%s: no meetings or delegations", o.ID)
		}
		for _, form := range o.Cooperations[0].Forms {
			if f, err := library.Forms.Open(form + "/form.yaml"); err != nil {
				t.Errorf("%s: %v", o.ID, err)
			} else if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// managerOf is a municipality's head of unit, logged in.
func managerOf(t *testing.T, s *server.Server, id identity.TenantID) identity.Actor {
	t.Helper()
	snap, err := s.Flow.People.Now(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range snap.People() {
		for _, g := range snap.Grants(p, s.Flow.Clock.Now()) {
			st := identity.Staff{Subject: p.ID.Subject(), Name: p.Name, Number: p.Number, Tenant: id, Grants: []identity.Grant{g}, LoginAt: s.Flow.Clock.Now(), Capacity: identity.Employed}
			if a := (identity.Actor{Lang: "sv", Staff: &st}); a.Has(g.Authority, identity.Manager) {
				return a
			}
		}
	}
	t.Fatalf("%s has no manager", id)
	return identity.Actor{}
}

func manager(t *testing.T, s *server.Server, id identity.TenantID) *httptestkit.Browser {
	t.Helper()
	b := httptestkit.New(t, s.App)
	b.Header.Set("Accept-Language", "sv")
	b.LogIn(s.Kit, managerOf(t, s, id))
	return b
}
