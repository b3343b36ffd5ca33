package server_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/population"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// Somebody else's draft, case, file or signing page does not exist.
func TestWallsBetweenPeople(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	id := apply(t, w, anna, "ekkoping", personas.OskarTestsson, "norra")
	part := w.Head(id).Content.Common.Part.ID
	social, frida, torsten := w.Staff(personas.SivSocialtest), w.Staff(personas.FridaFormtest), w.Staff(personas.TorstenTallhandlaggare)
	for name, err := range map[string]error{
		"draft":        errOf(w.Flow.Page(w.Ctx, stranger, draft, "", false)),
		"save":         errOf(w.Flow.Save(w.Ctx, stranger, draft, flow.Post{})),
		"discard":      w.Flow.Discard(w.Ctx, stranger, draft),
		"case":         errOf(w.Flow.Case(w.Ctx, stranger, id)),
		"signing page": errOf(w.Flow.SigningPage(w.Ctx, stranger, id)),
		"start":        errOf(w.Flow.StartSigning(w.Ctx, stranger, id, "", servertest.Client)),
		"poll":         errOf(w.Flow.PollSigning(w.Ctx, stranger, id)),
		"part":         errOf(w.Flow.SignedPart(w.Ctx, stranger, id, part)),
		"own":          errOf(w.Flow.OwnPage(w.Ctx, stranger, id, "")),
		"decline":      w.Flow.Decline(w.Ctx, stranger, id, ""),
		"withdraw":     w.Flow.Withdraw(w.Ctx, stranger, id),
		"copy":         errOf(w.Flow.CopyPDF(w.Ctx, stranger, id)),
		"no such case": errOf(w.Flow.Case(w.Ctx, anna, "aaaaaaaaaaaaaaaaaaaaaaaaaa")),
		"social":       errOf(w.Flow.StaffCase(w.Ctx, social, id)),
		"torsten":      errOf(w.Flow.StaffCase(w.Ctx, torsten, id)),
		"frida":        errOf(w.Flow.StaffCase(w.Ctx, frida, id)),
		"remind":       w.Flow.Remind(w.Ctx, torsten, id, "p2"),
		"letter":       errOf(w.Flow.Letter(w.Ctx, social, id, "p2", "invitation")),
		"case pdf":     errOf(w.Flow.CasePDF(w.Ctx, social, id)),
		"rides":        errOf(w.Flow.UploadRideList(w.Ctx, social, "ekkoping/barn-och-utbildning", "x", strings.NewReader(""))),
		"board":        errOf(w.Flow.BoardList(w.Ctx, torsten, "ekkoping/barn-och-utbildning")),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want not found", name, err)
		}
	}
	if in, err := w.Flow.Inbox(w.Ctx, social, flow.InboxQuery{}); err != nil || len(in.Rows) != 0 || in.Count != 0 {
		t.Errorf("the social services' inbox: %v, %v", in, err)
	}
	if _, err := w.Flow.Inbox(w.Ctx, frida, flow.InboxQuery{}); !errors.Is(err, fault.Forbidden) {
		t.Errorf("staff without a role: %v", err)
	}
	if _, err := w.Flow.Mine(w.Ctx, identity.Actor{}); !errors.Is(err, fault.Unauthorised) {
		t.Errorf("nobody: %v", err)
	}
}

func errOf[T any](_ T, err error) error { return err }

// Whatever the reason, the refusal is the same; and what becomes protected later is not revealed either.
func TestProtectionFailsClosed(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	for _, id := range []personas.ID{personas.KarinDemolund, personas.LindaProvgren} {
		_, err := w.Flow.Start(w.Ctx, servertest.Citizen(id), "ekkoping", "skolskjuts")
		if !errors.Is(err, fault.Hindered) {
			t.Errorf("%s starts: %v", id, err)
		}
	}
	for name, change := range map[string]func() error{
		"protected":       func() error { return w.Sim.Navet.Protect(personas.ErikTestsson, population.Marked) },
		"unreadable mark": func() error { return w.Sim.Navet.Protect(personas.ErikTestsson, navetsim.MarkMissing) },
		"custody":         func() error { return w.Sim.Navet.Custody(personas.ElsaTestsson, personas.ErikTestsson) },
	} {
		t.Run(name, func(t *testing.T) {
			defer w.Sim.Navet.Reset()
			id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
			if err := change(); err != nil {
				t.Fatal(err)
			}
			before := len(w.Sim.Mail.Messages(""))
			w.Run()
			if got := w.Sim.Mail.Messages(""); len(got) > before+1 { // the applicant's own receipt may go
				t.Errorf("%d notices went out", len(got)-before)
			}
			for _, a := range []identity.Actor{anna, erik} {
				if _, err := w.Flow.SigningPage(w.Ctx, a, id); !errors.Is(err, fault.Hindered) {
					t.Errorf("%s reads the signing page: %v", a.Citizen.Name, err)
				}
			}
			h := w.Head(id)
			if !h.Guarded || !slices.ContainsFunc(h.OpenTasks(), func(k casework.Task) bool { return k.Kind == casework.TaskProtection }) {
				t.Errorf("the officer is not told: %v", h.OpenTasks())
			}
		})
	}
}

// The register is down: facts by hand, the case says so, and notices wait for it.
func TestRegisterDown(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	for _, f := range []navetsim.Fault{navetsim.Down, navetsim.Error500, navetsim.Malformed, navetsim.TooMany} {
		if err := w.Sim.Navet.Fail(f, 0); err != nil {
			t.Fatal(err)
		}
		draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		v, err := w.Flow.Page(w.Ctx, anna, draft, "", false)
		if err != nil || v.Source != "manual" {
			t.Fatalf("%s: source %q, %v", f, v.Source, err)
		}
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["elev"] = servertest.Posted("/elev/manuell/namn=Elsa Testsson", "/elev/manuell/nummer="+personas.ElsaTestsson.Number().Dashed())
	pages["vardnadshavare"] = servertest.Posted("/annan/finns=true", "/annan/namn=Erik Testsson", "/annan/nummer="+personas.ErikTestsson.Number().Dashed())
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, pages)
	id := w.Submit(anna, draft)
	w.Run()
	h := w.Head(id)
	if !h.Manual || !slices.Contains(h.Labels(), "manual") {
		t.Error("the case does not say that its facts were written by hand")
	}
	if pl := h.Order.Place("p2"); pl.State != signing.Waiting {
		t.Errorf("the other guardian was told though custody is unknown: %s", pl.State)
	}
	if _, err := w.Flow.SigningPage(w.Ctx, erik, id); !errors.Is(err, fault.Unavailable) {
		t.Errorf("the other guardian reads it: %v", err)
	}
	w.Sign(anna, id) // what she wrote herself she may sign
	w.Sim.Navet.Reset()
	w.Clock.Advance(time.Minute)
	w.Run()
	if pl := place(t, w, id, "p2"); pl.State != signing.NoAddress {
		t.Errorf("when the register answers again the invitation ends %s", pl.State)
	}
}
