package server_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/flow/usage"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// What the provider charges for is counted for who pays, when it happens: a login for the municipality on whose page it was asked for, or for all
// together; a signature for the municipality that has the case. What is begun and not completed costs nothing.
func TestCharged(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	login := func(till string, approve bool) {
		t.Helper()
		b := httptestkit.New(t, w.App)
		b.Get("/logga-in?till=" + url.QueryEscape(till))
		b.Want(200)
		b.Submit("BankID på den här enheten", nil)
		b.Follow()
		b.Want(200)
		found := startToken.FindSubmatch(b.Page.Body)
		if found == nil {
			t.Fatalf("no order on %s", b.Page.Body)
		}
		if approve {
			if err := w.Sim.BankID.Approve(personas.AnnaTestsson.Number(), string(found[1])); err != nil {
				t.Fatal(err)
			}
		}
		b.Submit("Jag är klar i appen, gå vidare", nil)
	}
	login("/ekkoping/skolskjuts", true)
	login("/tallvik", true)
	login("/tallvik?x=1", true)
	login("/tallvik", false)
	login("", true)
	login("/mina-sidor", true)
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "anna.testsson@example.se"))
	id := w.Submit(anna, draft)
	w.Sign(anna, id)
	if _, err := w.Flow.PollSigning(w.Ctx, anna, id); err != nil { // looking again signs nothing
		t.Fatal(err)
	}
	for org, want := range map[identity.TenantID]usage.Count{"ekkoping": {Logins: 1, Signatures: 1}, "tallvik": {Logins: 2}, usage.Shared: {Logins: 2}} {
		got, err := w.Flow.Usage.Year(w.Ctx, org, 2026)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(map[usage.Month]usage.Count{"2026-11": want}, got); d != "" {
			t.Errorf("%q: %s", org, d)
		}
	}
}
