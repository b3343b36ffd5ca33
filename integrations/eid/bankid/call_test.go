package bankid_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// calls is an e-legitimation whose every order for a certain person is by telephone, with nothing known of a browser. A request that lacks
// the browser's address is left as it is: that is a fault of a browser's order only.
type calls struct{ *bankid.Client }

func (c calls) Start(ctx context.Context, r eid.Request) (eid.Order, error) {
	if r.Number.IsZero() || r.EndUserIP == "" {
		return c.Client.Start(ctx, r)
	}
	r.EndUserIP, r.UserAgent, r.Domain, r.DeviceID = "", "", "", ""
	return c.StartCall(ctx, r, eid.CalledByAuthority)
}

// Orders by telephone keep to the same contract as others.
func TestCallConformance(t *testing.T) {
	w := newWorld(t, nil)
	act := func(do func(idno.Number, string) error) func(*testing.T, eid.Order, idno.Number) {
		return func(t *testing.T, o eid.Order, n idno.Number) {
			t.Helper()
			ref, _, _ := strings.Cut(o.Ref, ".")
			if err := do(n, ref); err != nil {
				t.Fatal(err)
			}
		}
	}
	h := eidtest.Harness{Provider: calls{w.client}, Person: anna, Other: bo, Approve: act(w.sim.Approve), Decline: act(w.sim.Cancel)}
	for do, message := range map[bankidsim.Action]eid.Message{bankidsim.UserDeclinedCall: eid.CallRefused, bankidsim.StartFailed: eid.Expired,
		bankidsim.WrongPerson: eid.WrongPerson, bankidsim.WrongText: eid.EvidenceRejected} {
		h.Endings = append(h.Endings, eidtest.Ending{Name: string(do), Message: message,
			Arrange: func(t *testing.T) { w.script(t, bankidsim.Scenario{Do: do, Times: 1}) }})
	}
	eidtest.Run(t, h)
}

func TestCall(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.SignRequest(anna)
	for _, by := range []eid.Caller{eid.CalledByAuthority, eid.CalledByPerson} {
		o, err := w.client.StartCall(context.Background(), r, by)
		if err != nil {
			t.Fatal(err)
		}
		want := eid.Order{Ref: o.Ref, Started: w.clock.Now()}
		if diff := cmp.Diff(want, o); diff != "" || o.Ref == "" {
			t.Fatalf("there is nothing to start or to scan: %s", diff)
		}
		w.clock.Advance(time.Minute) // it takes a while to find the glasses
		if s := status(t, w.client, o); s.State != eid.Pending || s.Message != eid.CallStart {
			t.Fatalf("got %s %s", s.State, s.Message)
		}
		if err := w.sim.DeclineCall(anna); err != nil {
			t.Fatal(err)
		}
		if s := status(t, w.client, o); s.State != eid.Failed || s.Message != eid.CallRefused {
			t.Fatalf("got %s %s", s.State, s.Message)
		}
	}
	for name, edit := range map[string]func(*eid.Request, *eid.Caller){
		"a call to nobody":        func(r *eid.Request, _ *eid.Caller) { r.Number = idno.Number{} },
		"nobody knows who called": func(_ *eid.Request, by *eid.Caller) { *by = "" },
		"a call about nothing":    func(r *eid.Request, _ *eid.Caller) { r.Text = "" },
		"another purpose":         func(r *eid.Request, _ *eid.Caller) { r.Purpose = "chat" },
		"a text over the limit":   func(r *eid.Request, _ *eid.Caller) { r.Text = strings.Repeat("a", bankid.MaxSignText+1) },
	} {
		changed, by := r, eid.CalledByAuthority
		edit(&changed, &by)
		if _, err := w.client.StartCall(context.Background(), changed, by); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.answering(t, http.StatusOK, `{}`).StartCall(context.Background(), r, eid.CalledByAuthority); !errors.Is(err, fault.Unavailable) {
		t.Errorf("an order without its reference: %v", err)
	}
}
