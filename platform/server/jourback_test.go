package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
)

// Who is elected signs in the app, and the platform has followed the order to its end before the browser comes back: whichever way it comes, she is
// told that she has signed, on the one page that she has. Whose signature was not needed is told nothing, and nothing is done twice.
func TestWhoHasSignedComesBack(t *testing.T) {
	t.Parallel()
	d := newDuty(t)
	ctx, stop := context.WithCancel(d.Ctx)
	ended := make(chan error)
	go func() { ended <- d.Flow.Collect(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	id := d.prepare(t)
	d.lay(t, id, d.disa, d.dag)
	b := d.startsToSign(t, d.disa, id)
	await(t, "the decision", func() bool { return d.Head(id).State == casework.Decided })
	d.isToldOfTheOwnSignature(t, b, id)
	dag := officerAt(t, d.World, d.elected(d.dag))
	for _, way := range []string{"", "/vanta", "/emot", "/fraga"} {
		if dag.Get("/admin/arenden/" + string(id) + "/skriv-under" + way); dag.Page.Status != http.StatusNotFound {
			t.Errorf("whose signature was not needed is answered %d at %q", dag.Page.Status, way)
		}
	}

	// Likewise who has decided by telephone, and signs afterwards.
	id = d.prepare(t)
	d.lay(t, id, d.disa)
	at := d.Clock.Now().In(clock.Stockholm)
	problems, err := d.Flow.NoteOral(d.Ctx, d.torsten, id, flow.OralInput{Party: d.Head(id).Decision.Signers[0].ID, Day: at.Format("2006-01-02"), Clock: at.Format("15.04"),
		How: casework.Orally, Reason: "BankID ligger nere."})
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	b = d.startsToSign(t, d.disa, id)
	await(t, "the signature afterwards", func() bool { return d.Head(id).Decision.Later.Ended })
	d.isToldOfTheOwnSignature(t, b, id)
}

// startsToSign has somebody start in a browser, which is not looked at again, and say yes in the app.
func (d *duty) startsToSign(t *testing.T, p people.Person, id casework.ID) *httptestkit.Browser {
	t.Helper()
	b := officerAt(t, d.World, d.elected(p))
	b.Get("/admin/arenden/" + string(id) + "/skriv-under")
	b.Submit("Skriv under med BankID på den här enheten", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	b.Want(http.StatusOK)
	v, err := d.Flow.PollSigningDecision(d.Ctx, d.elected(p), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Sim.BankID.Approve(p.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	return b
}

// isToldOfTheOwnSignature comes back every way that there is, first with the page that waits still open.
func (d *duty) isToldOfTheOwnSignature(t *testing.T, b *httptestkit.Browser, id casework.ID) {
	t.Helper()
	before, err := d.Flow.Vault.Load(d.Ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	base := "/admin/arenden/" + string(id) + "/skriv-under"
	told := func(way string) {
		t.Helper()
		b.Follow()
		b.Want(http.StatusOK)
		if said := strings.Join(strings.Fields(b.Text()), " "); !strings.Contains(said, "Du har skrivit under.") || !strings.Contains(said, "Att besluta") {
			t.Errorf("%s: %s", way, said)
		}
	}
	b.Submit("Jag är klar i appen, gå vidare", nil)
	told("the button")
	for _, way := range []string{"", "/vanta", "/retur?n=x", "/emot", "/hinder", "/fraga"} {
		b.Get(base + way)
		told("GET " + way)
	}
	for way, typed := range map[string]url.Values{"": {}, "/vanta": {}, "/avbryt": {}, "/emot": {"skal": {"Skäl"}}, "/hinder": {"skal": {"Skäl"}}} {
		typed.Set(httpkit.TokenField, b.Token())
		b.Post(base+way, typed)
		told("POST " + way)
	}
	var script struct{ Next string }
	if err := json.Unmarshal(b.Get(base+"/lage").Body, &script); err != nil || script.Next == "" {
		t.Fatalf("the page's script is told %s", b.Page.Body)
	}
	b.Get(script.Next)
	told("the script")
	after, err := d.Flow.Vault.Load(d.Ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if after.Rev != before.Rev {
		t.Errorf("coming back has changed the case %d times", after.Rev-before.Rev)
	}
}
