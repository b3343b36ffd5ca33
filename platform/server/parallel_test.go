package server_test

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// Twenty at once on one draft and one case: nothing that was answered as done is lost, and where one can win one wins. That engines compare
// and set alike is storetest's.
func TestTwentyAtOnce(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	saveAtOnce(t, w)
	onOneCase(t, w)
}

const crowd = 20

func together(do func(i int)) {
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

func onOneCase(t *testing.T, w *servertest.World) {
	t.Helper()
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	officer, decider := w.Staff(personas.MonaTesthandlaggare), w.Staff(personas.BirgittaProvbeslutande)

	// Assigned by an officer, read by Erik, run by workers, all on one head.
	var assigned atomic.Int64
	together(func(i int) {
		switch i % 4 {
		case 0:
			if err := w.Flow.Assign(w.Ctx, officer, id, officer.Staff.Subject, ""); err == nil {
				assigned.Add(1)
			} else if !errors.Is(err, fault.Conflict) {
				t.Errorf("assign: %v", err)
			}
		case 1:
			if _, err := w.Flow.SigningPage(w.Ctx, erik, id); err != nil && !errors.Is(err, fault.Conflict) {
				t.Errorf("signing page: %v", err)
			}
		case 2:
			if _, err := w.Flow.RunDue(w.Ctx, id); err != nil && !errors.Is(err, fault.Conflict) {
				t.Errorf("run: %v", err)
			}
		case 3:
			if err := w.Flow.Remind(w.Ctx, officer, id, "p2"); err != nil && !errors.Is(err, fault.Conflict) {
				t.Errorf("remind: %v", err)
			}
		}
	})
	// Who was told to come again does: a worker when the lease has gone by, Erik when he loads the page anew.
	w.Clock.Advance(3 * time.Minute)
	w.Run()
	if _, err := w.Flow.SigningPage(w.Ctx, erik, id); err != nil {
		t.Error(err)
	}
	h := w.Head(id)
	count := func(kind string) (n int64) {
		for _, ev := range w.Head(id).Events {
			if ev.Kind == kind {
				n++
			}
		}
		return n
	}
	if count("assigned") != assigned.Load() || h.Assignee != officer.Staff.Subject {
		t.Errorf("%d were told that they assigned, %d stand in the case", assigned.Load(), count("assigned"))
	}
	if count("opened") != 1 {
		t.Errorf("opened %d times", count("opened"))
	}
	if count("number-claimed") != 1 {
		t.Errorf("claimed %d numbers", count("number-claimed"))
	}
	if err := casework.VerifyChain(h.Events); err != nil {
		t.Error(err)
	}

	// Both sign while the officer goes on without the second: one of the two wins the second's place, and the first's is signed.
	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})
	w.Sign(anna, id)
	var went, signed atomic.Int64
	v, err := w.Flow.StartSigning(w.Ctx, erik, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.BankID.Approve(erik.Citizen.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	together(func(i int) {
		if i%2 == 0 {
			if problems, err := w.Flow.GoOn(w.Ctx, officer, id, "p2", "Svarar inte."); err == nil && problems == nil {
				went.Add(1)
			} else if !errors.Is(err, fault.Conflict) {
				t.Errorf("go on: %v %v", problems, err)
			}
			return
		}
		if _, err := w.Flow.PollSigning(w.Ctx, erik, id); err != nil && !errors.Is(err, fault.Conflict) {
			t.Errorf("poll: %v", err)
		}
	})
	signed.Add(count("signed") - 1)
	if went.Load()+signed.Load() != 1 || count("went-on") != went.Load() {
		t.Errorf("went on %d times (told %d), signed %d times", count("went-on"), went.Load(), signed.Load())
	}
	second := w.Head(id)
	if pl := second.Order.Place("p2"); pl.State != signing.Signed && pl.State != signing.Waived {
		t.Errorf("the second place is %s", pl.State)
	}

	// Twenty decide on what they saw: one decision, nineteen are told that the case has changed.
	rev := revision(t, w, id)
	var won, late atomic.Int64
	together(func(int) {
		problems, err := w.Flow.Decide(w.Ctx, decider, id, rev, bifall)
		switch {
		case err == nil && problems == nil:
			won.Add(1)
		case errors.Is(err, fault.Conflict):
			late.Add(1)
		default:
			t.Errorf("decide: %v %v", problems, err)
		}
	})
	if won.Load() != 1 || late.Load() != crowd-1 || count("decided") != 1 {
		t.Errorf("%d decided, %d too late, %d decisions", won.Load(), late.Load(), count("decided"))
	}
	together(func(int) {
		if _, err := w.Flow.RunDue(w.Ctx, id); err != nil && !errors.Is(err, fault.Conflict) {
			t.Errorf("run: %v", err)
		}
	})
	for range 3 {
		w.Run()
	}
	if got := w.Sim.Handover.Deliveries("transport"); len(got) != 1 || got[0].Copies != 1 {
		t.Errorf("the operator got %+v", got)
	}
	if count("document-made") != 1 {
		t.Errorf("%d documents", count("document-made"))
	}
}

// saveAtOnce posts one page from twenty tabs that all saw the same: one is stored, the others are told.
func saveAtOnce(t *testing.T, w *servertest.World) {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"))
	v, err := w.Flow.Page(w.Ctx, anna, draft, "barnet", false)
	if err != nil {
		t.Fatal(err)
	}
	var won atomic.Int64
	var said sync.Map
	together(func(i int) {
		text := fmt.Sprintf("Svar nummer %d.", i)
		_, err := w.Flow.Save(w.Ctx, anna, draft, flow.Post{Page: "barnet", Rev: v.Rev, Values: servertest.Posted("/barnet/asikt=" + text)})
		switch {
		case err == nil:
			won.Add(1)
			said.Store("text", text)
		case !errors.Is(err, fault.Conflict):
			t.Errorf("save: %v", err)
		}
	})
	after, err := w.Flow.Page(w.Ctx, anna, draft, "barnet", false)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := said.Load("text")
	child, _ := after.Stored["barnet"].(map[string]any)
	if won.Load() != 1 || after.Rev != v.Rev+1 || child["asikt"] != text {
		t.Errorf("%d won, revision %d after %d, stored %v, told %v", won.Load(), after.Rev, v.Rev, child, text)
	}
}
