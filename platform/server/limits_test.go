package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/notify/mailsim"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/timelimit"
)

// atWork enters somebody of the staff in the register of people, with an address at work.
func (s *square) atWork(t *testing.T, a identity.Actor, mail string, roles ...identity.Role) {
	t.Helper()
	p := people.Person{Tenant: a.Staff.Tenant, Name: a.Staff.Name, Email: mail, Logins: []string{a.Staff.Subject}}
	_, slug, _ := strings.Cut(string(a.Staff.Grants[0].Authority), "/")
	for _, r := range roles {
		p.Roles = append(p.Roles, people.Role{Authority: slug, Role: r})
	}
	if _, err := s.Flow.People.Put(s.Ctx, p, people.Entry{By: "test"}); err != nil {
		t.Fatal(err)
	}
}

// until moves the clock to a time in Sweden and does what is due on the way.
func (s *square) until(t *testing.T, when string) {
	t.Helper()
	at, err := timelimit.ParseMoment(when)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(at.Sub(s.Clock.Now()))
	s.Run()
}

// A week before Christmas a decision is taken by telephone ten minutes before midnight, and signed after it. The time that the law sets is
// counted from the call; warnings go by Christmas Eve, each to the next who can do more, each once, also when the mail server loses its answer
// and the platform is started anew between them; the inbox begins with the case, and what was done is recorded on its page.
func TestALimitFromTheDecisionToTheRecord(t *testing.T) {
	s := newSquare(t)
	s.atWork(t, s.mona, "mona.arbete@example.se", identity.Officer)
	s.atWork(t, s.oskar, "oskar.arbete@example.se", identity.Decider)
	s.atWork(t, s.birgitta, "birgitta.arbete@example.se", identity.Manager)
	honey, id := s.stall(t), s.selling(t, "Fyrverkerier")
	s.until(t, "2026-12-17 23:58")
	b := officerAt(t, s.World, s.mona)
	kase := "/admin/arenden/" + string(id)
	laid := func(day, hour string) url.Values {
		return url.Values{"utfall": {"bifall"}, "grund": {"ol"}, "titel": {"Handläggare"}, "underskrift": {"framlagt"}, "fraga": {s.birgitta.Staff.Subject},
			"beslutsdag": {day}, "beslutstid": {hour}}
	}
	b.Get(kase + "/beslut")
	wantText(t, b, "När fattades beslutet?", "till exempel per telefon")
	for _, wrong := range [][2]string{{"2026-12-18", "00.10"}, {"2026-11-22", "23.50"}, {"2026-12-17", ""}, {"", "23.50"}, {"2026-12-17", "i natt"}} {
		b.Get(kase + "/beslut")
		b.Submit("Förhandsgranska", laid(wrong[0], wrong[1]))
		if b.Page.Status != http.StatusUnprocessableEntity {
			t.Errorf("decided %v: %d", wrong, b.Page.Status)
		}
	}
	b.Get(kase + "/beslut")
	b.Submit("Förhandsgranska", laid("2026-12-17", "23.50"))
	b.Want(http.StatusOK)
	wantText(t, b, "2026-12-17 kl. 23.50")
	typed := url.Values{"bekrafta": {"ja"}}
	for _, n := range httptestkit.Find(b.Doc(), "input") {
		if httptestkit.Attr(n, "type") == "hidden" {
			typed.Set(httptestkit.Attr(n, "name"), httptestkit.Attr(n, "value"))
		}
	}
	b.Post(kase+"/beslut/fatta", typed)
	b.Want(http.StatusSeeOther)
	s.Run()
	s.until(t, "2026-12-18 00:05")
	s.sign(t, s.birgitta, id)
	h := s.is(t, id, casework.Decided)
	l := h.Limit("polisen")
	if l == nil || l.Term.Plain.String() != "2026-12-24" || l.Term.Moved.String() != "2026-12-28" || !h.Decision.At.After(h.Decision.Taken()) {
		t.Fatalf("the limit is %+v", l)
	}
	s.lay(t, honey, s.birgitta)
	s.sign(t, s.birgitta, honey)
	if h := s.is(t, honey, casework.Decided); len(h.Limits) != 0 {
		t.Errorf("who sells honey has %+v", h.Limits)
	}

	if err := s.Sim.Mail.Fail(mailsim.LoseAnswer, 1); err != nil {
		t.Fatal(err)
	}
	s.until(t, "2026-12-21 08:00")
	s.until(t, "2026-12-21 09:00")
	second := *s.World
	second.Server = restarted(t, s.World, s.made.Dir, func(c *config.Config, o *server.Options) {
		c.Forms, o.Municipalities = s.made.Forms, s.made.Municipalities
	})
	s.World = &second
	s.until(t, "2026-12-23 08:00")
	s.until(t, "2026-12-24 20:00")
	var told []string
	for _, m := range s.Sim.Mail.Messages("") {
		if !strings.HasSuffix(m.To, ".arbete@example.se") {
			continue
		}
		told = append(told, m.At.In(clock.Stockholm).Format("01-02 15:04 ")+strings.TrimSuffix(m.To, ".arbete@example.se"))
		if strings.Contains(m.Subject+m.Body, h.Reference) || strings.Contains(m.Subject+m.Body, "Fyrverkerier") || !strings.Contains(m.Body, "/admin/arenden?vy=frister") {
			t.Errorf("the warning says %s\n%s", m.Subject, m.Body)
		}
	}
	slices.Sort(told)
	if diff := cmp.Diff([]string{"12-21 08:00 mona", "12-23 08:00 oskar", "12-24 20:00 birgitta"}, told); diff != "" {
		t.Errorf("warned (-want +got):\n%s", diff)
	}

	b = officerAt(t, s.World, s.mona)
	b.Get("/admin/arenden")
	wantText(t, b, "1 tidsfrist att bevaka nu", "Går ut i dag. Lagen flyttar den till 28 december 2026, men räkna inte med det.", "Fyrverkerier")
	b.Get(kase)
	wantText(t, b, "Från beslutet, 17 december 2026 kl. 23.50", "Om tiden går ut", "nästa vardag")
	s.until(t, "2026-12-26 12:00")
	b = officerAt(t, s.World, s.mona)
	b.Get(kase)
	wantText(t, b, "Gick ut 24 december 2026, men flyttas av helg: sista dag är måndag 28 december 2026")
	s.until(t, "2026-12-29 08:00")
	b = officerAt(t, s.World, s.mona)
	b.Get("/admin/arenden?vy=frister")
	wantText(t, b, "Gick ut i går.", "Tillståndet gäller inte förrän beslutet har lämnats.")
	b.Get(kase + "/frist/polisen/gjort")
	wantText(t, b, "Du antecknar: Beslutet har lämnats till Polismyndigheten.")
	b.Submit("Registrera", url.Values{"dag": {"2026-12-29"}, "klockslag": {"23.00"}})
	b.Want(http.StatusUnprocessableEntity)
	b.Submit("Registrera", url.Values{"dag": {"2026-12-28"}, "klockslag": {"16.20"}, "anteckning": {"Till vakthavande"}})
	b.Want(http.StatusSeeOther)
	b.Follow()
	wantText(t, b, "Gjort i tid", "28 december 2026 kl. 16.20, antecknat av Mona Testhandläggare", "Till vakthavande", "Varnade om en tidsfrist")
	if h := s.Head(id); slices.ContainsFunc(h.OpenTasks(), func(k casework.Task) bool { return k.Kind == casework.TaskLimit }) || strings.Contains(strings.Join(h.Labels(), " "), "limit") {
		t.Errorf("afterwards: %v, tasks %+v", h.Labels(), h.OpenTasks())
	}
	b.Get("/admin/arenden")
	if strings.Contains(b.Text(), "att bevaka nu") {
		t.Error("the inbox still begins with a limit")
	}
}
