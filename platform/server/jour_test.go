package server_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/dispatch/dispatchsim"
	"samtjanst/integrations/notify/smssim"
	"samtjanst/integrations/sim"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/proof"
)

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
