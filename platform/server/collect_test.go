package server_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// Somebody who signs in the app and never looks at the page again has signed, also when the process that began was another; what went
// wrong is there to be told when somebody looks.
func TestSignaturesAreCollectedUnseen(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	started, err := w.Flow.StartSigning(w.Ctx, anna, id, "", servertest.Client) // nobody collects yet: as before a restart
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(w.Ctx)
	ended := make(chan error)
	go func() { ended <- w.Flow.Collect(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	if err := w.Sim.BankID.Approve(anna.Citizen.Number, started.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	await(t, "Anna's signature", func() bool { h := w.Head(id); return h.Order.Place("p1").State == signing.Signed })

	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})
	v, err := w.Flow.StartSigning(w.Ctx, erik, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := w.Flow.PollSigning(w.Ctx, erik, id); err != nil || v.Order == nil || v.Status.State != eid.Pending || v.Case != nil {
		t.Fatalf("while it is pending: %+v %v", v, err)
	}
	if err := w.Sim.BankID.Cancel(erik.Citizen.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	await(t, "that Erik has cancelled", func() bool {
		v, err := w.Flow.PollSigning(w.Ctx, erik, id)
		if err != nil {
			t.Fatal(err)
		}
		return v.Status.State == eid.Failed && v.Status.Message == eid.UserCancelled
	})
	if v, err := w.Flow.PollSigning(w.Ctx, erik, id); err != nil || v.Order != nil || v.Status.State != "" || !v.Case.MaySign {
		t.Fatalf("after it has been told: %+v %v", v, err)
	}

	// Meanwhile somebody else has been first: here the officer, who went on without him. His signature is not wanted any more, which is no fault.
	if v, err = w.Flow.StartSigning(w.Ctx, erik, id, "", servertest.Client); err != nil {
		t.Fatal(err)
	}
	if problems, err := w.Flow.GoOn(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id, "p2", "Det brådskar."); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if err := w.Sim.BankID.Approve(erik.Citizen.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	await(t, "that Erik was too late", func() bool {
		v, err := w.Flow.PollSigning(w.Ctx, erik, id)
		if err != nil {
			t.Fatal(err)
		}
		if v.Status.State == eid.Failed && v.Status.Message != eid.Cancelled {
			t.Fatalf("he is told %s", v.Status.Message)
		}
		return v.Status.State == eid.Failed && !v.Case.MaySign
	})
	if h := w.Head(id); h.Order.Place("p2").State != signing.Waived {
		t.Errorf("his place is %s", h.Order.Place("p2").State)
	}
}

// await looks for something that happens by itself.
func await(t *testing.T, what string, there func() bool) {
	t.Helper()
	for range 200 {
		if there() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s did not come", what)
}
