package server_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// waitingFor lists what an officer's list of orders says: reference of each case, and whom it waits for in which state.
func waitingFor(t testing.TB, w *servertest.World, who identity.Actor, q flow.OrderQuery) []string {
	t.Helper()
	list, err := w.Flow.Orders(w.Ctx, who, q)
	if err != nil {
		t.Fatal(err)
	}
	if list.Count != len(list.Rows) {
		t.Errorf("%d rows, counted %d", len(list.Rows), list.Count)
	}
	out := []string{}
	for _, r := range list.Rows {
		line := string(r.ID)
		for _, p := range r.Waits {
			line += fmt.Sprintf(" %s %s", p.Name, p.State)
		}
		out = append(out, line)
	}
	return out
}

// The list of orders: those first that have waited longest for somebody, with what each filter keeps.
func TestOrders(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	mona, siv := w.Staff(personas.MonaTesthandlaggare), w.Staff(personas.SivSocialtest)
	elsa := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	w.Run()
	w.Clock.Advance(3 * 24 * time.Hour)
	oskar := apply(t, w, anna, "ekkoping", personas.OskarTestsson, "eklunda")
	w.Run()
	both, reminded := " Anna Testsson waiting Erik Testsson no-address", " Anna Testsson invited Erik Testsson no-address"
	check := func(when string, q flow.OrderQuery, want ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, want...), waitingFor(t, w, mona, q)); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	check("all", flow.OrderQuery{}, string(elsa)+reminded, string(oskar)+both)
	check("three days", flow.OrderQuery{Days: 3}, string(elsa)+reminded)
	check("seven days", flow.OrderQuery{Days: 7})
	check("not reached", flow.OrderQuery{Wrong: casework.LabelUnreached}, string(elsa)+reminded, string(oskar)+both)
	check("late", flow.OrderQuery{Wrong: casework.LabelLate})
	check("another service", flow.OrderQuery{Form: "fardtjanst"})
	check("mine", flow.OrderQuery{Mine: true})
	if err := w.Flow.Assign(w.Ctx, mona, oskar, mona.Staff.Subject, ""); err != nil {
		t.Fatal(err)
	}
	check("mine, assigned", flow.OrderQuery{Mine: true}, string(oskar)+both)

	w.Sign(anna, elsa)
	check("Anna has signed one", flow.OrderQuery{}, string(elsa)+" Erik Testsson no-address", string(oskar)+both)
	if err := w.Flow.Decline(w.Ctx, erik, elsa, "Nej."); err != nil {
		t.Fatal(err)
	}
	check("declined", flow.OrderQuery{Wrong: casework.LabelRefused}, string(elsa)+" Erik Testsson declined")
	w.Clock.Advance(20 * 24 * time.Hour)
	w.Run()
	check("late, by now", flow.OrderQuery{Wrong: casework.LabelLate}, string(oskar)+" Anna Testsson expired Erik Testsson expired")
	if p, err := w.Flow.GoOn(w.Ctx, mona, elsa, "p2", "Behövs inte."); err != nil || p != nil {
		t.Fatal(p, err)
	}
	check("the officer went on", flow.OrderQuery{Days: 14}, string(oskar)+" Anna Testsson expired Erik Testsson expired")
	if got := waitingFor(t, w, siv, flow.OrderQuery{}); len(got) != 0 {
		t.Errorf("another board sees %v", got)
	}
	if _, err := w.Flow.Orders(w.Ctx, anna, flow.OrderQuery{}); !errors.Is(err, fault.Unauthorised) {
		t.Errorf("a citizen: %v", err)
	}
	if reads, err := w.Store.ListReads(w.Ctx, string(oskar), 10); err != nil || len(reads) != 0 {
		t.Errorf("the list left %d lines in the log of reads, %v", len(reads), err)
	}
}

// Many are reminded at once: those who can be are, and of the others it is said why not.
func TestRemindMany(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	mona := w.Staff(personas.MonaTesthandlaggare)
	reached := applyWith(t, w, personas.ElsaTestsson, "erik.testsson@example.se")
	unreached := applyWith(t, w, personas.OskarTestsson, "")
	w.Run()
	w.Sign(anna, reached)
	w.Sign(anna, unreached)
	w.Run()
	done := decide(t, w, personas.ElsaTestsson)
	remind := func(want flow.Reminders) {
		t.Helper()
		got, err := w.Flow.RemindMany(w.Ctx, mona, []casework.ID{reached, unreached, done, "finns-inte"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Error(diff)
		}
	}
	before := len(w.Sim.Mail.Messages("erik.testsson@example.se"))
	remind(flow.Reminders{People: 1, Not: map[flow.WhyNot]int{flow.NotReachable: 1, flow.NobodyLeft: 1, flow.NotThere: 1}})
	remind(flow.Reminders{Not: map[flow.WhyNot]int{flow.OnItsWay: 1, flow.NotReachable: 1, flow.NobodyLeft: 1, flow.NotThere: 1}})
	w.Run()
	if got := len(w.Sim.Mail.Messages("erik.testsson@example.se")); got != before+1 {
		t.Errorf("%d mails, want one more than %d", got, before)
	}
	if _, err := w.Flow.RemindMany(w.Ctx, w.Staff(personas.SivSocialtest), []casework.ID{reached}); err != nil {
		t.Error(err)
	}
	if pl := place(t, w, reached, "p2"); len(pl.Reminded) != 1 {
		t.Errorf("reminded %d times", len(pl.Reminded))
	}
	if err := w.Sim.Navet.Custody(personas.ElsaTestsson, personas.AnnaTestsson); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Flow.Case(w.Ctx, erik, reached); !errors.Is(err, fault.Hindered) {
		t.Fatal(err)
	}
	remind(flow.Reminders{Not: map[flow.WhyNot]int{flow.NotGuarded: 1, flow.NotReachable: 1, flow.NobodyLeft: 1, flow.NotThere: 1}})
}

// applyWith hands in for a child, with how the other guardian is reached.
func applyWith(t *testing.T, w *servertest.World, child personas.ID, mail string) casework.ID {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	pages := servertest.OneHome(child, "eklunda", "anna.testsson@example.se")
	if mail != "" {
		pages["kontakt"] = servertest.Posted("/kontaktAnnan/email="+mail, "/kontaktAnnan/phone=+46701740606")
	}
	w.Fill(anna, draft, pages)
	return w.Submit(anna, draft)
}

// Reminders go by the way that the form names: by sms to a phone, by mail to an address, by the other where there is none, by letter as a
// task for the officer, once.
func TestRemindersByChannel(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	second := *w
	folder := changedMeta(t, "  reminders: [3, 7, 12]\n", "  remind: [{days: 1, by: sms}, {days: 2, by: mail}, {days: 3, by: letter}, {days: 4, by: letter}]\n")
	second.Server = restarted(t, w, dir, func(c *config.Config, _ *server.Options) { c.Forms = folder })
	w = &second
	id := applyWith(t, w, personas.ElsaTestsson, "erik.testsson@example.se")
	w.Run()
	w.Sign(anna, id)
	day := func(mails, texts, letters int) {
		t.Helper()
		w.Clock.Advance(24 * time.Hour)
		w.Run()
		if got := len(w.Sim.Mail.Messages("erik.testsson@example.se")); got != mails {
			t.Errorf("%d mails, want %d", got, mails)
		}
		if got := len(w.Sim.SMS.Messages("+46701740606")); got != texts {
			t.Errorf("%d texts, want %d", got, texts)
		}
		n, head := 0, w.Head(id)
		for _, task := range head.OpenTasks() {
			if task.Kind == casework.TaskLetter && task.Party == "p2" {
				n++
			}
		}
		if n != letters {
			t.Errorf("%d letters to print, want %d", n, letters)
		}
	}
	day(1, 1, 0) // the invitation went by mail
	day(2, 1, 0)
	day(2, 1, 1)
	day(2, 1, 1)
}

// changedMeta is the forms with skolskjuts' form.yaml changed.
func changedMeta(t *testing.T, from, to string) string {
	t.Helper()
	folder := changedForm(t)
	path := filepath.Join(folder, "skolskjuts", "form.yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), from) {
		t.Fatalf("the form does not say %q", from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(raw), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Somebody else is put in a guardian's place: the one before finds no case any more. Who is no guardian by the register is told nothing by
// the platform itself: from there on the officer sees to it.
func TestSomebodyElseInAPlace(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	mona := w.Staff(personas.MonaTesthandlaggare)
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	for name, c := range map[string]struct {
		in   flow.Substitute
		want []forms.Problem
	}{
		"nothing":        {flow.Substitute{}, []forms.Problem{{Pointer: "/name", Code: forms.Required}, {Pointer: "/ground", Code: forms.Required}}},
		"no number":      {flow.Substitute{Name: "Alva Provberg", Ground: "fel person", Number: "12"}, []forms.Problem{{Pointer: "/number", Code: forms.PersonFormat}}},
		"a wrong number": {flow.Substitute{Name: "Alva Provberg", Ground: "fel person", Number: "198403122380"}, []forms.Problem{{Pointer: "/number", Code: forms.PersonCheck}}},
		"has a place":    {flow.Substitute{Name: "Anna Testsson", Ground: "fel person", Number: anna.Citizen.Number.Digits()}, []forms.Problem{{Pointer: "/number", Code: forms.NotUnique}}},
		"no addresses": {flow.Substitute{Name: "Alva Provberg", Ground: "fel person", Email: "alva@", Phone: "12"}, []forms.Problem{
			{Pointer: "/email", Code: forms.FormatCode, Params: map[string]any{"format": "email"}}, {Pointer: "/phone", Code: forms.FormatCode, Params: map[string]any{"format": "phone"}}}},
	} {
		got, err := w.Flow.Replace(w.Ctx, mona, id, "p2", c.in)
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	put := func(old signing.PartyID, name, number string) {
		t.Helper()
		if p, err := w.Flow.Replace(w.Ctx, mona, id, old, flow.Substitute{Name: name, Number: number, Email: "ny@example.se", Ground: "Fel person angavs."}); err != nil || p != nil {
			t.Fatal(p, err)
		}
	}
	put("p2", "Någon Provberg", "")
	put("p3", "Sara Exempelsson", personas.SaraExempelsson.Number().Digits())
	w.Run()
	if got := len(w.Sim.Mail.Messages("ny@example.se")); got != 0 || !w.Head(id).Guarded {
		t.Errorf("somebody who is no guardian has %d mails", got)
	}
	if _, err := w.Flow.Case(w.Ctx, erik, id); !errors.Is(err, fault.NotFound) {
		t.Errorf("the one before: %v", err)
	}
	head := w.Head(id)
	if pl := place(t, w, id, "p4"); pl.Instead != "p3" || head.Party("p4").Name != "Sara Exempelsson" {
		t.Errorf("in the place: %+v", pl)
	}
}

// queued makes cases like one that waits, each waiting since another moment.
func queued(t testing.TB, w *servertest.World, template casework.Case, n int) {
	t.Helper()
	const writers = 16
	var all sync.WaitGroup
	errs := make([]error, writers)
	for k := range writers {
		all.Go(func() {
			for i := k; i < n && errs[k] == nil; i += writers {
				e, err := w.Flow.Vault.NewKey(w.Ctx, template.Authority)
				if err != nil {
					errs[k] = err
					return
				}
				e.Case = template.Clone()
				e.Case.ID, e.Case.Draft = casework.ID(fmt.Sprintf("case-%022d", i)), fmt.Sprintf("draft-%d", i)
				e.Case.Reference, e.Case.Effects = fmt.Sprintf("SKJ-TEST-%05d", i), nil
				for j := range e.Case.Order.Places {
					e.Case.Order.Places[j].Asked = template.Submitted.Add(-time.Duration((i*7919)%n) * time.Minute)
				}
				errs[k] = w.Flow.Vault.Create(w.Ctx, e, nil)
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// Pages of fifty lead through all orders, each once, in order.
func TestOrdersPageByPage(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	mona := w.Staff(personas.MonaTesthandlaggare)
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	const total = 150
	queued(t, w, w.Head(id), total-1)
	seen := map[casework.ID]bool{}
	var last time.Time
	q, pages := flow.OrderQuery{}, 0
	for {
		list, err := w.Flow.Orders(w.Ctx, mona, q)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, r := range list.Rows {
			if seen[r.ID] || r.Waits[0].Asked.Before(last) {
				t.Errorf("%s again, or before its turn", r.ID)
			}
			seen[r.ID], last = true, r.Waits[0].Asked
		}
		if list.Count != total {
			t.Errorf("counted %d", list.Count)
		}
		if !list.More {
			break
		}
		q.After = list.Next
	}
	if len(seen) != total || pages != 3 {
		t.Errorf("%d orders on %d pages", len(seen), pages)
	}
}

// The list among 10,000 orders that wait: its first page, one far on, and one that few pass.
//
//	go test -run '^$' -bench Orders ./platform/server
func BenchmarkOrders(b *testing.B) {
	w := servertest.New(b, servertest.Options{})
	mona := w.Staff(personas.MonaTesthandlaggare)
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		b.Fatal(err)
	}
	w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"))
	queued(b, w, w.Head(w.Submit(anna, draft)), 10_000)
	first, err := w.Flow.Orders(w.Ctx, mona, flow.OrderQuery{})
	if err != nil {
		b.Fatal(err)
	}
	for name, q := range map[string]flow.OrderQuery{"first": {}, "next": {After: first.Next}, "waited": {Days: 3}, "late": {Wrong: casework.LabelLate}, "mine": {Mine: true},
		"form": {Form: "skolskjuts", Days: 7}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := w.Flow.Orders(w.Ctx, mona, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
