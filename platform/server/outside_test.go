package server_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/handover/handoversim"
	"samtjanst/integrations/notify/mailsim"
	"samtjanst/integrations/notify/smssim"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/idno"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// Every error of the e-legitimation at the start, and while it is waited for, leads to a page that says what to do.
func TestELegitimationErrors(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	said := map[bankidsim.Action]string{
		bankidsim.AlreadyInProgress: "Någon hade redan börjat", bankidsim.Maintenance: "Något gick fel i kontakten med BankID",
		bankidsim.RequestTimeout: "Något gick fel i kontakten med BankID", bankidsim.InternalError: "Något gick fel i kontakten med BankID",
		bankidsim.Malformed: "Något gick fel i kontakten med BankID",
		// Our own mistakes: the person can only try again.
		bankidsim.Unauthorized: "", bankidsim.InvalidParameters: "", bankidsim.UnknownError: "",
	}
	for action, text := range said {
		for name, door := range map[string]struct{ page, path string }{
			"login":   {"/logga-in", "/logga-in"},
			"signing": {"/arende/" + string(id) + "/underskrift", "/arende/" + string(id) + "/underskrift"},
		} {
			w.Sim.BankID.Reset()
			w.Clock.Advance(time.Hour / 4)
			number := idno.Number{}
			if name == "signing" {
				number = anna.Citizen.Number
			}
			if err := w.Sim.BankID.Script(number, bankidsim.Scenario{Do: action, AtStart: true}); err != nil {
				t.Fatal(err)
			}
			b := visitor(t, w, anna)
			if name == "login" {
				clear(b.Cookies)
			}
			b.Get(door.page)
			b.Want(http.StatusOK)
			b.Submit(door.path, url.Values{"enhet": {"annan"}})
			b.Follow()
			if b.Page.Status >= 500 || b.Page.Status == http.StatusOK && !strings.Contains(b.Text(), text) {
				t.Errorf("%s at %s: status %d, the page does not say %q:\n%s", action, name, b.Page.Status, text, b.Text())
			}
			if strings.Contains(b.Text(), string(action)) {
				t.Errorf("%s at %s: the code stands on the page", action, name)
			}
		}
	}
	if pl := place(t, w, id, "p1"); pl.State == signing.Signed {
		t.Error("signed")
	}
}

// The register fails at each place where it is asked once the application is in: nobody is shown or told anything, the page says that it
// is not us for good, and all goes on when the register does.
func TestRegisterFailsLater(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	impatient := restarted(t, w, dir, func(c *config.Config, _ *server.Options) { c.Navet.Timeout = 300 * time.Millisecond })
	second := *w
	second.Server = impatient // to which a slow register is one that does not answer
	w = &second
	decider := w.Staff(personas.BirgittaProvbeslutande)
	for _, f := range []navetsim.Fault{navetsim.Down, navetsim.Error500, navetsim.Malformed, navetsim.WrongType, navetsim.TooMany, navetsim.Refused, navetsim.Slow} {
		t.Run(string(f), func(t *testing.T) {
			if err := w.Sim.Navet.Fail(f, 0); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(2 * time.Hour)
			w.Run()
			if n := len(w.Sim.Mail.Messages("")); n > 1 {
				t.Errorf("%d mails went out", n)
			}
			rev := revision(t, w, id)
			for what, err := range map[string]error{
				"signing page": errOf(w.Flow.SigningPage(w.Ctx, erik, id)),
				"start":        errOf(w.Flow.StartSigning(w.Ctx, anna, id, "", servertest.Client)),
				"own section":  errOf(w.Flow.OwnPage(w.Ctx, erik, id, "")),
				"case":         errOf(w.Flow.Case(w.Ctx, erik, id)),
				"decision":     errOf(w.Flow.Decide(w.Ctx, decider, id, rev, bifall)),
			} {
				if !errors.Is(err, fault.Unavailable) {
					t.Errorf("%s: %v, want unavailable", what, err)
				}
			}
			b := visitor(t, w, erik)
			b.Get("/arende/" + string(id) + "/underskrift")
			if b.Page.Status != http.StatusServiceUnavailable {
				t.Errorf("the page has status %d", b.Page.Status)
			}
			if mine, err := w.Flow.Mine(w.Ctx, erik); err != nil || len(mine) != 1 || mine[0].Kind != "sign" {
				t.Errorf("what waits for him is not there: %v", err)
			}
		})
	}
	w.Sim.Navet.Reset()
	w.Clock.Advance(2 * time.Hour)
	w.Run()
	if pl := place(t, w, id, "p2"); pl.State != signing.NoAddress {
		t.Errorf("when the register answers again the invitation ends %s", pl.State)
	}
	w.Sign(anna, id)
	if w.Head(id).Guarded {
		t.Error("a register that is down made the case protected")
	}
}

// invited is a case whose second guardian can be reached.
func invited(t *testing.T, w *servertest.World, contact casework.Contact) casework.ID {
	t.Helper()
	if problems, err := w.Flow.SaveContact(w.Ctx, erik, contact); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	return apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
}

func effect(t *testing.T, w *servertest.World, id casework.ID, k casework.EffectKind) *casework.Effect {
	t.Helper()
	h := w.Head(id)
	for i := range h.Effects {
		if h.Effects[i].Kind == k {
			return &h.Effects[i]
		}
	}
	return nil
}

// Mail is down: tried again with growing pauses, the officer sees it, and when it works again the mail comes once.
func TestMailDown(t *testing.T) {
	for _, f := range []mailsim.Fault{mailsim.Down, mailsim.Later} {
		t.Run(string(f), func(t *testing.T) {
			w := servertest.New(t, servertest.Options{})
			if err := w.Sim.Mail.Fail(f, 0); err != nil {
				t.Fatal(err)
			}
			id := invited(t, w, casework.Contact{Email: "erik@example.se"})
			var pauses []time.Duration
			for range 6 {
				w.Run()
				e := effect(t, w, id, casework.EffectInvite)
				if e == nil {
					t.Fatal("given up")
				}
				pause := e.At.Sub(w.Clock.Now())
				pauses = append(pauses, pause)
				w.Clock.Advance(pause)
			}
			for i := 1; i < len(pauses); i++ {
				if pauses[i] < pauses[i-1] || pauses[0] <= 0 {
					t.Errorf("pauses %v do not grow", pauses)
					break
				}
			}
			in, err := w.Flow.Inbox(w.Ctx, w.Staff(personas.MonaTesthandlaggare), flow.InboxQuery{Task: true})
			if err != nil || len(in.Rows) != 1 || in.Rows[0].Tasks[0] != casework.TaskNoticeFailed {
				t.Errorf("the officer sees %+v, %v", in, err)
			}
			if err := w.Sim.Mail.Fail(mailsim.Works, 0); err != nil {
				t.Fatal(err)
			}
			w.Run()
			w.Run()
			if got := w.Sim.Mail.Messages("erik@example.se"); len(got) != 1 || got[0].Copies != 1 {
				t.Errorf("mails %+v", got)
			}
			if h := w.Head(id); len(h.OpenTasks()) != 0 || h.Order.Place("p2").State != signing.Invited {
				t.Errorf("afterwards: %v %s", h.OpenTasks(), h.Order.Place("p2").State)
			}
		})
	}
}

// The answer is lost after the mail was taken: it is sent again under the same Message-ID, so the receiver sees one.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	if err := w.Sim.Mail.Fail(mailsim.LoseAnswer, 2); err != nil {
		t.Fatal(err)
	}
	id := invited(t, w, casework.Contact{Email: "erik@example.se"})
	for range 3 {
		w.Run()
		w.Clock.Advance(5 * time.Minute)
	}
	if got := w.Sim.Mail.Messages("erik@example.se"); len(got) != 1 || got[0].Copies < 2 {
		t.Errorf("mails %+v", got)
	}
	if effect(t, w, id, casework.EffectInvite) != nil {
		t.Error("still trying")
	}
}

// An address that refuses the mail for good is tried by SMS; without a number a letter is asked for. An SMS gateway that is down is tried again.
func TestMailRefusedForGood(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	if err := w.Sim.Mail.Fail(mailsim.Reject, 0); err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.SMS.Fail(smssim.Later, 2); err != nil {
		t.Fatal(err)
	}
	id := invited(t, w, casework.Contact{Email: "erik@example.se", Phone: "070-174 06 06"})
	for range 4 {
		w.Run()
		w.Clock.Advance(10 * time.Minute)
	}
	if got := w.Sim.SMS.Messages("+46701740606"); len(got) != 1 {
		t.Errorf("SMS %+v", got)
	}
	if pl := place(t, w, id, "p2"); pl.State != signing.Invited || pl.Channel != "sms" {
		t.Errorf("the place is %s by %q", pl.State, pl.Channel)
	}
	if problems, err := w.Flow.SaveContact(w.Ctx, erik, casework.Contact{Email: "erik@example.se"}); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if err := w.Flow.Remind(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id, "p2"); err != nil {
		t.Fatal(err)
	}
	w.Run()
	if h := w.Head(id); len(h.OpenTasks()) != 1 || h.OpenTasks()[0].Kind != casework.TaskLetter {
		t.Errorf("tasks %v", h.OpenTasks())
	}
}

// The operator's system is down: the officer sees it, the rows come later, and once, also when the answer was lost.
func TestHandoverDown(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	if err := w.Sim.Handover.Fail(handoversim.Later, 0); err != nil {
		t.Fatal(err)
	}
	id := decide(t, w, personas.ElsaTestsson)
	for range 5 {
		w.Run()
		w.Clock.Advance(2 * time.Hour)
	}
	before := w.Head(id)
	tasks := before.OpenTasks()
	if len(tasks) != 1 || tasks[0].Kind != casework.TaskHandover {
		t.Fatalf("tasks %v", tasks)
	}
	if err := w.Sim.Handover.Fail(handoversim.LoseAnswer, 1); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.Run()
		w.Clock.Advance(2 * time.Hour)
	}
	if got := w.Sim.Handover.Deliveries("transport"); len(got) != 1 || got[0].Copies != 2 {
		t.Errorf("deliveries %+v", got)
	}
	h := w.Head(id)
	if len(h.OpenTasks()) != 0 || len(h.Handovers) != 2 {
		t.Errorf("afterwards: %v %v", h.OpenTasks(), h.Handovers)
	}
}
