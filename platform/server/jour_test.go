package server_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/integrations/dispatch/dispatchsim"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/notify/smssim"
	"samtjanst/integrations/sim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/proof"
)

// duty is a world in which Tallvik's board for education is on duty for Ekköping's socialnämnd: Torsten prepares; Disa is the chair on call,
// Dag and Doris are members whom the board has appointed, asked after her; Siv is an officer of socialnämnden.
type duty struct {
	*servertest.World
	torsten, siv     identity.Actor
	disa, dag, doris people.Person
}

const (
	dutyBoard = identity.AuthorityID("ekkoping/social")
	dutyHost  = identity.AuthorityID("tallvik/barn-och-utbildning")
)

// newDuty makes it; changes are made to the options, in which Forms is a folder of the test's, and to the municipalities before the platform starts.
func newDuty(t *testing.T, changes ...func(o *servertest.Options, towns fstest.MapFS)) *duty {
	t.Helper()
	folder := t.TempDir() // the one form, so that nothing else is compiled
	if err := os.CopyFS(folder+"/jourbeslut", os.DirFS("testdata/forms/jourbeslut")); err != nil {
		t.Fatal(err)
	}
	towns := fstest.MapFS{}
	for _, name := range []string{"municipalities/ekkoping.yaml", "municipalities/tallvik.yaml"} {
		raw, err := fs.ReadFile(demo.Municipalities, name)
		if err != nil {
			t.Fatal(err)
		}
		towns[name] = &fstest.MapFile{Data: []byte(withoutServices(string(raw)))}
	}
	towns["municipalities/ekkoping.yaml"].Data = append(towns["municipalities/ekkoping.yaml"].Data,
		"\ncooperations:\n  - {id: jour, title: Jouren, authority: social, host: tallvik/barn-och-utbildning, forms: [jourbeslut], settings: {jourtelefon: 070-174 06 90}}\n"...)
	made := servertest.Options{Forms: folder, Municipalities: towns}
	for _, change := range changes {
		change(&made, towns)
	}
	d := &duty{World: servertest.New(t, made)}
	d.torsten, d.siv = d.Staff(personas.TorstenTallhandlaggare), d.Staff(personas.SivSocialtest)
	d.disa = d.put(t, "Disa Provberg", "197808152388", "+46701740610", people.Person{Roles: []people.Role{{Authority: "social", Role: identity.Chair, Title: "Ordförande"}}})
	d.dag = d.put(t, "Dag Provberg", "197909172392", "+46701740611", appointed())
	d.doris = d.put(t, "Doris Provberg", "198010192394", "+46701740612", appointed())
	_, err := d.Flow.People.PutBoard(d.Ctx, "ekkoping", people.Board{Authority: "social", Deputies: []people.ID{d.dag.ID, d.doris.ID},
		Shifts:   []people.Shift{{Person: d.disa.ID, From: servertest.Start.Add(-time.Hour), To: servertest.Start.Add(24 * time.Hour)}},
		Meetings: []people.Meeting{{Day: calendar.Of(2026, 12, 8)}, {Day: calendar.Of(2026, 12, 1)}}}, people.Entry{At: d.Clock.Now(), By: "setup", What: []string{"schedule"}})
	if err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(people.Fresh)
	return d
}

// put registers somebody in Ekköping.
func (d *duty) put(t *testing.T, name, number, phone string, p people.Person) people.Person {
	t.Helper()
	p.Tenant, p.Name, p.Number, p.Phone, p.Email = "ekkoping", name, idno.Must(number), phone, strings.ToLower(strings.Fields(name)[0])+".provberg@example.se"
	got, err := d.Flow.People.Put(d.Ctx, p, people.Entry{At: d.Clock.Now(), By: "setup", What: []string{"entered"}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// appointed is a member whom the board has appointed to decide alone.
func appointed() people.Person {
	return people.Person{Mandates: []people.Mandate{{Authority: "social", Kinds: []string{"lvu-6"}, Decided: calendar.Of(2026, 1, 20), Paragraph: "§ 4"}}}
}

// withoutServices is a municipality that offers nothing.
func withoutServices(file string) string {
	var out []string
	skip := false
	for _, line := range strings.Split(file, "\n") {
		if line != "" && !strings.ContainsAny(line[:1], " #-") {
			skip = strings.HasPrefix(line, "services:")
		}
		if !skip {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// elected is somebody of the register who has logged in.
func (d *duty) elected(p people.Person) identity.Actor {
	return identity.Actor{Lang: "sv", Staff: &identity.Staff{Subject: p.ID.Subject(), Name: p.Name, Number: p.Number, Tenant: "ekkoping", LoginAt: d.Clock.Now(),
		Grants: []identity.Grant{{Authority: dutyBoard, Roles: []identity.Role{identity.Chair}}}}}
}

// prepare makes Torsten's case of Ekköping's.
func (d *duty) prepare(t *testing.T) casework.ID {
	t.Helper()
	draft, err := d.Flow.BeginPrepared(d.Ctx, d.torsten, "jourbeslut", dutyBoard)
	if err != nil {
		t.Fatal(err)
	}
	d.Fill(d.torsten, draft, map[string]url.Values{"unge": servertest.Posted("/unge/namn=Elsa Testsson", "/unge/plats=Jourhemmet Hemliga gatan", "/unge/sjukhus=true",
		"/vardnadshavare/namn=Erik Testsson", "/vardnadshavare/adress=Provgatan 2, 123 45 Ekköping")})
	id := d.Submit(d.torsten, draft)
	d.Run()
	return id
}

var urgently = flow.DecisionInput{Outcome: "omhandertagande", Grounds: []string{"2"}, Reasons: "Det kan inte vänta.", Title: "Socialsekreterare", Propose: true}

// lay lays the decision before some, in the register's order, and its document is made.
func (d *duty) lay(t *testing.T, id casework.ID, before ...people.Person) {
	t.Helper()
	d.layInOrder(t, id, "", before...)
}

// layInOrder lays it in another order, for a reason.
func (d *duty) layInOrder(t *testing.T, id casework.ID, why string, before ...people.Person) {
	t.Helper()
	in := urgently
	in.OrderReason = why
	for _, p := range before {
		in.Signers = append(in.Signers, p.ID.Subject())
	}
	c, err := d.Flow.StaffCase(d.Ctx, d.torsten, id)
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := d.Flow.Decide(d.Ctx, d.torsten, id, c.Rev, in); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	d.Run()
}

func (d *duty) place(id casework.ID, p people.Person) signing.Place {
	h := d.Head(id)
	return h.OrderOf(h.Signer(p.ID.Subject()).ID).Places[indexOf(h, p)]
}

func indexOf(h casework.Case, p people.Person) int {
	for i, one := range h.Decision.Signers {
		if one.Subject == p.ID.Subject() {
			return i
		}
	}
	return -1
}

// The night, from the officer who prepares to the unit that accepts in the morning.
func TestTheNightOfADecision(t *testing.T) {
	t.Parallel()
	d := newDuty(t)
	id := d.prepare(t)
	kase := "/admin/arenden/" + string(id)
	if h := d.Head(id); h.Authority != string(dutyBoard) || h.Host != string(dutyHost) {
		t.Fatalf("the case is %s's, with %s", h.Authority, h.Host)
	}

	// Who is asked stands on the page, with telephone and by what right; another order needs a reason.
	b := officerAt(t, d.World, d.torsten)
	b.Get(kase + "/beslut")
	b.Want(http.StatusOK)
	wantText(t, b, "Disa Provberg Ordförande I jour 070-174 06 10", "Dag Provberg Ledamot, förordnad 2026-01-20, § 4", "Doris Provberg")
	typed := url.Values{"utfall": {"omhandertagande"}, "grund": {"2"}, "motivering": {"Det kan inte vänta."}, "titel": {"Socialsekreterare"}, "underskrift": {"framlagt"},
		"fraga": {d.dag.ID.Subject(), d.disa.ID.Subject()}}
	b.Submit("Förhandsgranska", typed)
	b.Want(http.StatusUnprocessableEntity)
	typed.Set("ordning", "Ordföranden sitter i flyget.")
	b.Submit("Förhandsgranska", typed)
	b.Want(http.StatusOK)
	wantText(t, b, "av Dag Provberg (Ledamot, förordnad 2026-01-20, § 4) eller Disa Provberg (Ordförande), den som skriver under (föredragande: Torsten Tallhandläggare, Socialsekreterare)")

	// Notices go two ways. The gateway is down: the mail goes, the officer sees it at once, and it is tried again.
	if err := d.Sim.SMS.Fail(smssim.Later, 1); err != nil {
		t.Fatal(err)
	}
	d.lay(t, id, d.disa, d.dag, d.doris)
	mail := d.Sim.Mail.Messages(d.disa.Email)
	if len(mail) != 1 || !strings.Contains(mail[0].Body, kase+"/skriv-under") || strings.Contains(mail[0].Body+mail[0].Subject, "Elsa") || len(d.Sim.SMS.Messages(d.disa.Phone)) != 0 {
		t.Fatalf("the chair's mail: %+v, SMS %d", mail, len(d.Sim.SMS.Messages(d.disa.Phone)))
	}
	if tasks := openTasks(d.Head(id)); tasks != "notice-failed" {
		t.Fatalf("tasks: %s", tasks)
	}
	d.Clock.Advance(time.Minute)
	d.Run()
	if texts := d.Sim.SMS.Messages(d.disa.Phone); len(texts) != 1 || !strings.Contains(texts[0].Text, kase+"/skriv-under") || strings.Contains(texts[0].Text, "Elsa") || openTasks(d.Head(id)) != "" {
		t.Fatalf("SMS %+v, tasks %s", texts, openTasks(d.Head(id)))
	}

	// The chair does not answer; Dag has gone away since; Doris is asked.
	b.Get(kase + "/jour/samtal")
	b.Submit("Anteckna", url.Values{"vem": {string(d.Head(id).Decision.Signers[0].ID)}, "svar": {"no-answer"}, "klockslag": {"23.59"}})
	b.Want(http.StatusUnprocessableEntity) // that has not been yet
	b.Submit("Anteckna", url.Values{"klockslag": {d.Clock.Now().In(clock.Stockholm).Format("15.04")}})
	b.Want(http.StatusSeeOther)
	away := d.dag.Clone()
	away.Absences = []people.Absence{{From: d.Clock.Now().Add(-time.Minute)}}
	if _, err := d.Flow.People.Put(d.Ctx, away, people.Entry{At: d.Clock.Now(), By: "setup", What: []string{"absences"}}); err != nil {
		t.Fatal(err)
	}
	doris := officerAt(t, d.World, d.elected(d.doris))
	doris.Get(kase + "/skriv-under")
	doris.Want(http.StatusNotFound) // before her turn
	d.Clock.Advance(15 * time.Minute)
	d.Run()
	if pl := d.place(id, d.dag); pl.State != signing.Hindered || pl.Why != casework.AwayThen {
		t.Fatalf("Dag, who is away, is %+v", pl)
	}
	b.Get(kase + "/jour")
	wantText(t, b, "Inget svar", "Inte i tjänst", "070-174 06 12")

	// She reads, asks, gets an answer, and signs. She has no other page; who is not asked has none at all.
	doris = officerAt(t, d.World, d.elected(d.doris))
	doris.Get("/admin/att-besluta")
	wantText(t, doris, "Beslut som inte kan vänta")
	doris.Get(kase + "/skriv-under")
	doris.Want(http.StatusOK)
	wantText(t, doris, "Du beslutar som Ledamot, förordnad 2026-01-20, § 4", "Uppgifterna i ärendet")
	doris.Get(kase + "/skriv-under/papper/" + flow.AnswersPaper)
	doris.Want(http.StatusOK)
	doris.Get(kase + "/skriv-under/papper/" + d.Head(id).Decision.PDF.Part.ID)
	doris.Want(http.StatusOK)
	h := d.Head(id)
	for path, want := range map[string]int{kase + "/skriv-under/papper/" + h.Content.Common.Part.ID: http.StatusNotFound, kase: http.StatusForbidden, "/admin/arenden": http.StatusForbidden,
		kase + "/jour": http.StatusForbidden, "/admin/arenden/" + strings.Repeat("a", 26) + "/skriv-under": http.StatusNotFound} {
		if doris.Get(path); doris.Page.Status != want {
			t.Errorf("Doris at %s: %d, want %d", path, doris.Page.Status, want)
		}
	}
	dag := officerAt(t, d.World, d.elected(d.dag))
	for _, path := range []string{"/skriv-under", "/skriv-under/papper/" + flow.AnswersPaper, "/skriv-under/emot", "/skriv-under/fraga"} {
		if dag.Get(kase + path); dag.Page.Status != http.StatusNotFound {
			t.Errorf("Dag, who was passed over, at %s: %d", path, dag.Page.Status)
		}
	}
	doris.Get(kase + "/skriv-under/fraga")
	doris.Submit("Skicka frågan", url.Values{"fraga": {"Var är hon nu?"}})
	doris.Want(http.StatusSeeOther)
	d.Run()
	if openTasks(d.Head(id)) != "question" {
		t.Fatalf("tasks: %s", openTasks(d.Head(id)))
	}
	b.Get(kase + "/jour/fraga/1")
	wantText(t, b, "Doris Provberg frågar: Var är hon nu?")
	b.Submit("Skicka svaret", url.Values{"svar": {"I jourhemmet."}})
	b.Want(http.StatusSeeOther)
	d.Run()
	doris.Get(kase + "/skriv-under")
	wantText(t, doris, "I jourhemmet.")
	if err := d.Sim.Dispatch.Fail(dispatchsim.Later, 1); err != nil {
		t.Fatal(err)
	}
	d.signs(t, d.doris, id)
	h = d.Head(id)
	if h.State != casework.Decided || h.Decision.Decider() != "Doris Provberg, Ledamot, förordnad 2026-01-20, § 4" {
		t.Fatalf("%s by %s", h.State, h.Decision.Decider())
	}

	// It is sent to the court when the access point answers, and handed to the ward, which confirms.
	d.Run()
	d.Clock.Advance(time.Minute)
	d.Run()
	got := d.Sim.Dispatch.Messages()
	var names []string
	if len(got) == 1 {
		for _, a := range got[0].Attachments {
			names = append(names, a.Name)
		}
	}
	if len(got) != 1 || got[0].To != sim.CourtAddress || strings.Join(names, " ") != "foljebrev.pdf beslut.pdf underskrift-3.json uppgifter.pdf" {
		t.Fatalf("the court has %d messages, with %q", len(got), names)
	}
	h = d.Head(id)
	if h.Dispatches[0].State != casework.DispatchSent || h.Dispatches[0].Receipt != got[0].Receipt || openTasks(h) != "dispatch" {
		t.Fatalf("%+v, tasks %s", h.Dispatches, openTasks(h))
	}
	ward := h.Dispatches[1].ID
	b.Get(kase + "/jour")
	wantText(t, b, "Mottagaren har ingen adress att skicka till", "070-174 06 42", got[0].Receipt, "Brev till vårdnadshavare Erik Testsson")
	b.Get(kase + "/jour/lamnat/" + ward)
	b.Submit("Anteckna", nil)
	b.Want(http.StatusSeeOther)
	b.Get(kase + "/jour/bekraftat/" + ward)
	b.Submit("Anteckna", url.Values{"vem": {"Sköterskan Testsson"}})
	b.Want(http.StatusSeeOther)
	if h = d.Head(id); h.Dispatches[1].State != casework.DispatchDone || openTasks(h) != "" {
		t.Fatalf("%+v, tasks %s", h.Dispatches[1], openTasks(h))
	}

	// The letter leaves out where the child is; the covering letter to the court does not.
	letter, err := d.Flow.NightLetter(d.Ctx, d.torsten, id, "vardnadshavare", 0)
	if err != nil {
		t.Fatal(err)
	}
	if text, ok := textOf(t, read(t, letter)); ok && (strings.Contains(text, "Hemliga") || !strings.Contains(text, "ingen plats") || !strings.Contains(text, "Jouren: 070-174 06 90") || !strings.Contains(text, "Provgatan 2")) {
		t.Errorf("the letter says %s", text)
	}
	if text, ok := textOf(t, got[0].Attachments[0].Bytes); ok && (!strings.Contains(text, "Jourhemmet Hemliga") || !strings.Contains(text, "Doris Provberg")) {
		t.Errorf("the covering letter says %s", text)
	}

	// The case PDF has the call and holds; the board's list says at which meeting it is reported.
	file := casePDF(t, d.World, d.torsten, id)
	if text, ok := textOf(t, file); ok && (!strings.Contains(text, "Inget svar") || !strings.Contains(text, "Var är hon nu?") || !strings.Contains(text, "Sköterskan Testsson")) {
		t.Error("the case PDF does not tell of the night")
	}
	r, err := checkerOf(t, d.World).Check(file)
	if err != nil || r.Verdict != proof.VerdictHolds || len(r.Signatures) != 1 || r.Signatures[0].Signed.Number != d.doris.Number {
		t.Fatalf("%s %+v %v", r.Verdict, r.Signatures, err)
	}
	siv := officerAt(t, d.World, d.siv)
	siv.Get("/admin/namnd")
	wantText(t, siv, "Doris Provberg", "anmäls till sammanträdet 2026-12-01")

	// In the morning: handed over, accepted by name; the host is outside.
	b.Get(kase + "/jour/overlamna")
	b.Submit("Överlämna", url.Values{"anteckning": {"Ring mormor."}})
	b.Want(http.StatusSeeOther)
	b.Get(kase + "/jour")
	wantText(t, b, "Ingen har tagit emot det än")
	if err := d.Flow.AcceptFromHost(d.Ctx, d.torsten, id); !errors.Is(err, fault.Forbidden) {
		t.Errorf("the host accepts for the unit: %v", err)
	}
	siv.Get("/admin/arenden")
	wantText(t, siv, "Ska tas emot")
	siv.Get(kase + "/jour")
	siv.Submit("Ta emot ärendet", nil)
	siv.Want(http.StatusSeeOther)
	if h = d.Head(id); h.Host != "" || h.AssigneeName != d.siv.Staff.Name {
		t.Fatalf("after the handover: host %q, assigned to %q", h.Host, h.AssigneeName)
	}
	for _, path := range []string{"", "/jour", "/arende.pdf"} {
		if b.Get(kase + path); b.Page.Status != http.StatusNotFound {
			t.Errorf("Torsten at %q afterwards: %d", path, b.Page.Status)
		}
	}

	d.withoutLegitimation(t)
	d.saidNo(t)
}

// signs signs with the real protocol of the e-legitimation.
func (d *duty) signs(t *testing.T, p people.Person, id casework.ID) {
	t.Helper()
	a := d.elected(p)
	v, err := d.Flow.StartSigningDecision(d.Ctx, a, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(v.Text, "Elsa") {
		t.Errorf("what passes the provider tells of whom it is: %s", v.Text)
	}
	if err := d.Sim.BankID.Approve(p.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if v, err = d.Flow.PollSigningDecision(d.Ctx, a, id); err != nil {
			t.Fatal(err)
		}
		if v.Status.State != eid.Pending {
			break
		}
	}
	if v.Status.State != eid.Complete {
		t.Fatalf("%+v", v.Status)
	}
}

// withoutLegitimation: every e-legitimation is down. The chair decides by telephone; it holds from then, and is signed the next day.
func (d *duty) withoutLegitimation(t *testing.T) {
	t.Helper()
	id := d.prepare(t)
	d.lay(t, id, d.disa, d.doris)
	b := officerAt(t, d.World, d.torsten)
	kase := "/admin/arenden/" + string(id)
	b.Get(kase + "/jour/utan-underskrift")
	b.Want(http.StatusOK)
	chair := d.Head(id).Decision.Signers[0].ID
	at := d.Clock.Now().In(clock.Stockholm)
	d.Clock.Advance(10 * time.Minute)
	in := flow.OralInput{Party: chair, Day: at.Format("2006-01-02"), Clock: at.Format("15.04"), How: casework.ByPen, Reason: "BankID ligger nere."}
	if problems, err := d.Flow.NoteOral(d.Ctx, d.torsten, id, in); err != nil || len(problems) != 1 || problems[0].Pointer != "/scan" {
		t.Fatalf("by pen, without what was written: %v %v", problems, err)
	}
	in.How = casework.Orally
	if problems, err := d.Flow.NoteOral(d.Ctx, d.torsten, id, in); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	d.Run()
	h := d.Head(id)
	if h.State != casework.Decided || !h.Decision.DecidedAt.Equal(at.Truncate(time.Minute)) || h.Decision.Oral.Heard != d.torsten.Staff.Name || !strings.Contains(openTasks(h), "sign-later") {
		t.Fatalf("%s at %s, tasks %s", h.State, h.Decision.DecidedAt, openTasks(h))
	}
	r, err := checkerOf(t, d.World).Check(casePDF(t, d.World, d.torsten, id))
	if err != nil || r.Verdict != proof.VerdictUnsigned {
		t.Fatalf("without a signature: %s %+v %v", r.Verdict, r.Signatures, err)
	}
	d.Clock.Advance(13 * time.Hour)
	d.Run()
	disa := officerAt(t, d.World, d.elected(d.disa))
	disa.Get(kase + "/skriv-under")
	disa.Want(http.StatusOK)
	wantText(t, disa, "Beslutet är redan fattat", "Jag bekräftar beslutet")
	d.signs(t, d.disa, id)
	if h = d.Head(id); strings.Contains(openTasks(h), "sign-later") || !h.Decision.Later.Ended {
		t.Fatalf("after the signature: %s, %+v", openTasks(h), h.Decision.Later)
	}
	r, err = checkerOf(t, d.World).Check(casePDF(t, d.World, d.torsten, id))
	if err != nil || r.Verdict != proof.VerdictHolds {
		t.Fatalf("%s %v", r.Verdict, err)
	}
}

// saidNo: the chair says no, with reasons, and nobody else is asked.
func (d *duty) saidNo(t *testing.T) {
	t.Helper()
	id := d.prepare(t)
	d.lay(t, id, d.disa, d.doris)
	disa := officerAt(t, d.World, d.elected(d.disa))
	disa.Get("/admin/arenden/" + string(id) + "/skriv-under/emot")
	disa.Submit("Lämna min ståndpunkt", url.Values{"skal": {"Underlaget räcker inte."}})
	disa.Want(http.StatusSeeOther)
	if to := disa.Page.Header.Get("Location"); to != "/admin/att-besluta" {
		t.Errorf("the chair goes on to %s", to)
	}
	d.Clock.Advance(time.Hour)
	d.Run()
	if h := d.Head(id); h.State != casework.AwaitingOfficer || len(h.Against) != 1 || len(h.Dispatches) != 0 || len(d.Sim.SMS.Messages(d.doris.Phone)) > 2 {
		t.Fatalf("after a no: %s, %d against, %d sent on", h.State, len(h.Against), len(h.Dispatches))
	}
}

func openTasks(h casework.Case) string {
	var out []string
	for _, t := range h.OpenTasks() {
		out = append(out, string(t.Kind))
	}
	return strings.Join(out, " ")
}
