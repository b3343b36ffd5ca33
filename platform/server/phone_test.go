package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/population"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/proof"
)

// onTheLine is a case in which an officer has somebody on the telephone.
type onTheLine struct {
	*servertest.World
	t     *testing.T
	by    identity.Actor
	id    casework.ID
	party signing.PartyID
}

func (o onTheLine) page() string {
	return "/admin/arenden/" + string(o.id) + "/telefon/" + string(o.party)
}

func (o onTheLine) view() *flow.PhoneSigning {
	o.t.Helper()
	v, err := o.Flow.PhoneSigning(o.Ctx, o.by, o.id, o.party)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o onTheLine) ask(by eid.Caller) *flow.PhoneSigning {
	o.t.Helper()
	v, problems, err := o.Flow.AskByPhone(o.Ctx, o.by, o.id, o.party, flow.PhoneInput{Caller: by})
	if err != nil || problems != nil || v.Order == nil {
		o.t.Fatalf("asked: %v %v %+v", problems, err, v)
	}
	return v
}

func (o onTheLine) poll() *flow.PhoneSigning {
	o.t.Helper()
	v, err := o.Flow.PollPhoneSigning(o.Ctx, o.by, o.id, o.party)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

// refused asks where it cannot be asked.
func (o onTheLine) refused(why flow.PhoneHindrance) {
	o.t.Helper()
	v, _, err := o.Flow.AskByPhone(o.Ctx, o.by, o.id, o.party, flow.PhoneInput{Caller: eid.CalledByAuthority})
	if !errors.Is(err, fault.Conflict) || v == nil || v.Why != why || v.Order != nil {
		o.t.Errorf("want refused as %q: %+v %v", why, v, err)
	}
}

// An officer has the other guardian on the telephone. Whatever comes of it in the app is told on the page, without script; what is signed is
// kept as any signature, with the call in which it was asked for.
func TestSignedByTelephone(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	number := erik.Citizen.Number
	line := onTheLine{w, t, w.Staff(personas.MonaTesthandlaggare), apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda"), "p2"}
	w.Run()
	if line.view().Why != flow.PhoneOwnFirst {
		t.Errorf("before Erik has filled in his own: %q", line.view().Why)
	}
	line.refused(flow.PhoneOwnFirst)
	fillOwn(t, w, erik, line.id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})

	b := officerAt(t, w, line.by)
	b.Get("/admin/arenden/" + string(line.id))
	if !strings.Contains(string(b.Page.Body), line.page()) {
		t.Error("the case does not lead to the telephone")
	}
	b.Get(line.page())
	wantText(t, b, "Läs upp vad som skrivs under", w.Head(line.id).Reference, "Godkänn bara om", "Mina sidor", "Eklundaskolan", "Jag försäkrar att uppgifterna är riktiga")
	const ask = "Be om underskrift med BankID"
	b.Submit(ask, nil)
	b.Want(http.StatusUnprocessableEntity)
	wantText(t, b, "Välj ett svar på ”Vem ringde?”")

	again := func(who string) { // from the page on which it was told how the last one went
		t.Helper()
		b.Get(line.page())
		b.Submit(ask, url.Values{"ringde": {who}})
		b.Want(http.StatusSeeOther)
		b.Follow()
		b.Want(http.StatusOK)
	}
	told := func(text string) {
		t.Helper()
		b.Get(line.page() + "/vanta")
		if b.Page.Status == http.StatusOK {
			b.Submit("Se hur det går", nil)
		}
		b.Want(http.StatusSeeOther)
		b.Follow()
		b.Want(http.StatusOK)
		wantText(t, b, "Underskriften blev inte klar", text)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	script := func(do bankidsim.Action, atStart bool) {
		t.Helper()
		must(w.Sim.BankID.Script(number, bankidsim.Scenario{Do: do, AtStart: atStart, Times: 1}))
	}

	again("vi")
	v := line.poll()
	wantText(t, b, "Väntar på att Erik", "Be personen öppna sin BankID-app", v.Digest[:4]+" "+v.Digest[4:8], "Mona Testhandläggare bad om underskriften. Vi ringde upp.", "Eklundaskolan")
	if v.Call == nil || v.Call.Officer != line.by.Staff.Name || v.Order.AutoStart != "" || !strings.Contains(v.Text, v.Digest) {
		t.Errorf("in progress: %+v", v)
	}
	b.Get(line.page() + "/lage")
	if !strings.Contains(string(b.Page.Body), "Be personen öppna") {
		t.Errorf("the script is told %s", b.Page.Body)
	}
	b.Get(line.page())
	b.Want(http.StatusSeeOther) // it is in progress, for a colleague too
	if other := (onTheLine{w, t, w.Staff(personas.BirgittaProvbeslutande), line.id, line.party}).ask(eid.CalledByPerson); other.Order.Ref != v.Order.Ref {
		t.Error("a colleague's press began another order")
	}
	must(w.Sim.BankID.Cancel(number, ""))
	told("Personen avbröt i BankID-appen.")
	again("personen")
	must(w.Sim.BankID.DeclineCall(number))
	told("ni inte pratar med varandra")
	again("vi")
	w.Clock.Advance(4 * time.Minute) // nobody has a BankID, or finds it
	told("Personen godkände inte i tid. Har personen inget BankID")
	again("vi")
	b.Submit("Avbryt", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	wantText(t, b, "Det avbröts.")
	for do, text := range map[bankidsim.Action]string{bankidsim.AlreadyInProgress: "redan något på gång", bankidsim.InternalError: "Vi får inget svar från BankID"} {
		script(do, true)
		b.Get(line.page())
		b.Submit(ask, url.Values{"ringde": {"vi"}})
		b.Want(http.StatusSeeOther)
		b.Follow()
		wantText(t, b, "Underskriften blev inte klar", text)
	}
	again("vi")
	script(bankidsim.WrongPerson, false)
	told("Någon annans BankID användes.")
	again("vi")
	script(bankidsim.Maintenance, false)
	b.Get(line.page() + "/vanta")
	b.Want(http.StatusOK) // no answer this time: asked again
	must(w.Sim.BankID.Cancel(number, ""))
	told("Personen avbröt")

	hasty := officerAt(t, w, w.Staff(personas.BirgittaProvbeslutande))
	hasty.Get(line.page())
	for n := 0; hasty.Page.Status != http.StatusTooManyRequests; n++ {
		if n == 20 {
			t.Fatal("there is no limit to how often somebody is asked")
		}
		hasty.Get(line.page())
		hasty.Submit(ask, nil)
	}

	// Erik signs alone meanwhile: what he has begun is not disturbed, and he takes over what the officer has.
	line.ask(eid.CalledByAuthority)
	if _, err := w.Flow.StartSigning(w.Ctx, erik, line.id, "", servertest.Client); err != nil {
		t.Fatal(err)
	}
	if v := line.poll(); v.Order != nil || v.Why != flow.PhoneAlone {
		t.Errorf("while he signs alone: %+v", v)
	}
	line.refused(flow.PhoneAlone)
	must(w.Flow.CancelPhoneSigning(w.Ctx, line.by, line.id, line.party))
	if v, err := w.Flow.PollSigning(w.Ctx, erik, line.id); err != nil || v.Order == nil || v.Status.State != eid.Pending {
		t.Fatalf("the officer disturbed him: %+v %v", v, err)
	}
	must(w.Flow.CancelSigning(w.Ctx, erik, line.id))

	for name, a := range map[string]identity.Actor{"another board": w.Staff(personas.SivSocialtest), "another municipality": w.Staff(personas.TorstenTallhandlaggare)} {
		who := onTheLine{w, t, a, line.id, line.party}
		for what, err := range who.everything() {
			if !errors.Is(err, fault.NotFound) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
	}
	for what, err := range (onTheLine{w, t, identity.Actor{Citizen: erik.Citizen}, line.id, line.party}).everything() {
		if !errors.Is(err, fault.Unauthorised) {
			t.Errorf("Erik himself: %s: %v", what, err)
		}
	}
	for what, err := range (onTheLine{w, t, line.by, line.id, "p9"}).everything() {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("nobody: %s: %v", what, err)
		}
	}

	again("personen")
	must(w.Sim.BankID.Approve(number, ""))
	b.Get(line.page() + "/vanta")
	b.Want(http.StatusSeeOther)
	b.Follow()
	wantText(t, b, "Erik Testsson har skrivit under per telefon.", "Per telefon, Mona Testhandläggare bad om underskriften. Personen ringde till oss.", "Bad om underskrift per telefon")
	line.refused(flow.PhoneSigned)
	h := w.Head(line.id)
	pl := h.Order.Place("p2")
	if pl.State != signing.Signed || pl.Method != "bankid" || pl.Call == nil || *pl.Call != (signing.Call{Officer: line.by.Staff.Name, Caller: "person"}) {
		t.Errorf("the place: %+v %+v", pl, pl.Call)
	}
	f, err := w.Flow.StaffPart(w.Ctx, line.by, line.id, pl.Evidence)
	must(err)
	var ev proof.Evidence
	must(json.NewDecoder(f.Body).Decode(&ev))
	must(f.Body.Close())
	if ev.Call == nil || *ev.Call != *pl.Call || ev.Number != number.Digits() || ev.IP != "" || !strings.Contains(ev.Text, h.Reference) {
		t.Errorf("the evidence: %+v %+v", ev.Call, ev)
	}
	w.Sign(anna, line.id)
	w.Run()
	r, err := checkerOf(t, w).Check(casePDF(t, w, line.by, line.id))
	if err != nil || r.Verdict != proof.VerdictHolds {
		t.Fatalf("%s %+v %v", r.Verdict, r.Findings, err)
	}
	calls := 0
	for _, one := range r.Signatures {
		if one.Call != nil {
			calls++
		}
	}
	if calls != 1 || len(r.Signatures) != 2 {
		t.Errorf("the proof tells of %d calls in %d signatures", calls, len(r.Signatures))
	}
	own := httptestkit.New(t, w.App)
	own.Header.Set("Accept-Language", "sv")
	own.LogIn(w.Kit, erik)
	own.Get("/arende/" + string(line.id))
	wantText(t, own, "med BankID, per telefon")
	telephoneKeepsQuiet(t, w)
}

// everything tries all that can be done.
func (o onTheLine) everything() map[string]error {
	_, show := o.Flow.PhoneSigning(o.Ctx, o.by, o.id, o.party)
	_, _, ask := o.Flow.AskByPhone(o.Ctx, o.by, o.id, o.party, flow.PhoneInput{Caller: eid.CalledByAuthority})
	_, poll := o.Flow.PollPhoneSigning(o.Ctx, o.by, o.id, o.party)
	return map[string]error{"show": show, "ask": ask, "poll": poll, "cancel": o.Flow.CancelPhoneSigning(o.Ctx, o.by, o.id, o.party)}
}

// Where the municipality does not allow it nobody is asked; from class K3 the app shows no content; when somebody in the case has been
// protected meanwhile nobody is asked either, and the officer reads why.
func telephoneKeepsQuiet(t *testing.T, w *servertest.World) {
	camilla := servertest.Citizen(personas.CamillaProvdal)
	tallvik := onTheLine{w, t, w.Staff(personas.TorstenTallhandlaggare), apply(t, w, camilla, "tallvik", personas.SigneProvdal, "strand"), "p1"}
	for what, err := range tallvik.everything() {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("where the municipality does not allow it: %s: %v", what, err)
		}
	}
	line := onTheLine{w, t, w.Staff(personas.TageTekniktest), forSomebody(t, w, personas.GunnarTestman), "p1"}
	v := line.ask(eid.CalledByPerson)
	if reference := w.Head(line.id).Reference; !v.Brief || strings.Contains(v.Text, "Benen bär") || !strings.Contains(v.Text, reference) || !strings.Contains(v.Text, v.Digest) {
		t.Errorf("the app shows %q", v.Text)
	}
	b := officerAt(t, w, line.by)
	b.Get(line.page() + "/vanta")
	b.Want(http.StatusOK)
	b.Submit("Avbryt", nil)
	b.Follow()
	wantText(t, b, "Benen bär inte längre.", "Därför läser jag upp innehållet för dig.")
	if err := w.Sim.Navet.Protect(personas.GunnarTestman, population.Protected); err != nil {
		t.Fatal(err)
	}
	b.Submit("Be om underskrift med BankID", url.Values{"ringde": {"vi"}})
	b.Want(http.StatusConflict)
	wantText(t, b, "skyddade personuppgifter, eller vårdnaden har ändrats")
	if !w.Head(line.id).Guarded {
		t.Error("the case does not know it")
	}
}

// Two of those who decide are on the telephone with two officers. One is first, the other is told; what was begun before a restart is followed
// after it.
func decisionSignedByTelephone(t *testing.T, s *square) {
	id := s.selling(t, "Ägg")
	s.lay(t, id, s.birgitta, s.oskar)
	d := s.is(t, id, casework.Deciding).Decision
	first, second := onTheLine{s.World, t, s.mona, id, d.Signers[0].ID}, onTheLine{s.World, t, s.mona, id, d.Signers[1].ID}
	second.refused(flow.PhoneOver) // before his turn
	for what, err := range (onTheLine{s.World, t, s.birgitta, id, first.party}).everything() {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("Birgitta asks herself: %s: %v", what, err)
		}
	}
	s.Clock.Advance(31 * time.Minute)
	s.Run()
	b := officerAt(t, s.World, s.mona)
	b.Get(first.page())
	wantText(t, b, "Det gäller förslaget till beslut ”Bifall”", "Öppna beslutet som PDF", "Att skriva under")
	v := first.ask(eid.CalledByAuthority)
	if !strings.Contains(v.Text, "Utfall: Bifall") || !strings.Contains(v.Text, v.Digest) {
		t.Errorf("the app shows %q", v.Text)
	}
	second.ask(eid.CalledByPerson)

	ctx, stop := context.WithCancel(s.Ctx) // nobody has followed them yet: as after a restart
	ended := make(chan error)
	go func() { ended <- s.Flow.Collect(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	if err := s.Sim.BankID.Approve(s.oskar.Staff.Number, ""); err != nil {
		t.Fatal(err)
	}
	await(t, "Oskar's signature", func() bool { h := s.Head(id); return h.State == casework.Decided })
	if err := s.Sim.BankID.Approve(s.birgitta.Staff.Number, ""); err != nil {
		t.Fatal(err)
	}
	await(t, "that Birgitta was too late", func() bool { return first.poll().Order == nil })
	if v := first.view(); v.Why != flow.PhoneOver {
		t.Errorf("the second is not told: %+v", v)
	}
	b.Get(first.page())
	wantText(t, b, "Underskriften från Birgitta Provbeslutande väntas inte nu.")
	h := s.is(t, id, casework.Decided)
	pl := h.Decision.Order.Place(second.party)
	if h.Decision.By != s.oskar.Staff.Subject || pl.Call == nil || pl.Call.Officer != s.mona.Staff.Name || pl.Call.Caller != "person" {
		t.Errorf("decided by %q in %+v", h.Decision.ByName, pl.Call)
	}
}
