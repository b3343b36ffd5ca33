package server_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
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

// square is a world in which decisions on stalls in the square are signed. Mona handles them; Birgitta and Oskar may decide.
type square struct {
	*servertest.World
	mona, birgitta, oskar identity.Actor
	made                  servertest.Options
}

func newSquare(t *testing.T) *square {
	t.Helper()
	made := servertest.Offering(t, "testdata/forms", "torgplats")
	made.Dir = t.TempDir()
	w := servertest.New(t, made)
	s := &square{World: w, made: made, mona: w.Staff(personas.MonaTesthandlaggare), birgitta: w.Staff(personas.BirgittaProvbeslutande), oskar: w.Staff(personas.OskarProvhandlaggare)}
	s.oskar.Staff.Grants = []identity.Grant{{Authority: s.birgitta.Staff.Grants[0].Authority, Roles: []identity.Role{identity.Officer, identity.Decider}}}
	if err := w.Flow.StaffLoggedIn(w.Ctx, *s.oskar.Staff); err != nil {
		t.Fatal(err)
	}
	return s
}

// stall is an application of Anna's, which waits for the officer.
func (s *square) stall(t *testing.T) casework.ID { t.Helper(); return s.selling(t, "Honung") }

func (s *square) selling(t *testing.T, what string) casework.ID {
	t.Helper()
	draft, err := s.Flow.Start(s.Ctx, anna, "ekkoping", "torgplats")
	if err != nil {
		t.Fatal(err)
	}
	s.Fill(anna, draft, map[string]url.Values{"plats": servertest.Posted("/plats/vad=" + what)})
	id := s.Submit(anna, draft)
	s.Run()
	return id
}

var granted = flow.DecisionInput{Outcome: "bifall", Grounds: []string{"ol"}, Title: "Handläggare"}

// anew is what is new since somebody was against, where somebody was.
const anew = "Ett annat stånd har dragit sig ur."

// lay has Mona lay a decision before others, and its document made.
func (s *square) lay(t *testing.T, id casework.ID, before ...identity.Actor) {
	t.Helper()
	in := granted
	in.Propose, in.News = true, anew
	for _, a := range before {
		in.Signers = append(in.Signers, a.Staff.Subject)
	}
	c, err := s.Flow.StaffCase(s.Ctx, s.mona, id)
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := s.Flow.Decide(s.Ctx, s.mona, id, c.Rev, in); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	s.Run()
}

// sign signs the decision with the real protocol of the e-legitimation.
func (s *square) sign(t *testing.T, a identity.Actor, id casework.ID) *flow.DecisionToSign {
	t.Helper()
	v, err := s.Flow.StartSigningDecision(s.Ctx, a, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	return s.approve(t, a, id, v)
}

func (s *square) approve(t *testing.T, a identity.Actor, id casework.ID, v *flow.DecisionToSign) *flow.DecisionToSign {
	t.Helper()
	if err := s.Sim.BankID.Approve(a.Staff.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		var err error
		if v, err = s.Flow.PollSigningDecision(s.Ctx, a, id); err != nil {
			t.Fatal(err)
		}
		if v.Status.State != eid.Pending {
			break
		}
	}
	return v
}

func (s *square) toSign(t *testing.T, a identity.Actor, want int) {
	t.Helper()
	rows, err := s.Flow.ToSign(s.Ctx, a)
	if err != nil || len(rows) != want {
		t.Fatalf("%s has %d to sign, want %d: %v", a.Staff.Name, len(rows), want, err)
	}
}

func (s *square) is(t *testing.T, id casework.ID, want casework.State) casework.Case {
	t.Helper()
	h := s.Head(id)
	if h.State != want {
		t.Fatalf("the case is %s, want %s", h.State, want)
	}
	return h
}

// Laid before two who are asked half an hour apart: the first is silent, the second signs, and is the decider. The evidence is in the case PDF.
func TestDecisionLaidBeforeTwo(t *testing.T) {
	s := newSquare(t)
	id := s.stall(t)
	s.lay(t, id, s.birgitta, s.oskar)
	h := s.is(t, id, casework.Deciding)
	if h.Decision.Reported.IsZero() && strings.Contains(strings.Join(h.Labels(), " "), "unreported") {
		t.Error("a proposal is to be reported to the board")
	}
	s.toSign(t, s.birgitta, 1)
	s.toSign(t, s.oskar, 0)
	s.toSign(t, s.mona, 0)
	md, err := s.Flow.StaffPart(s.Ctx, s.mona, id, h.Decision.PDF.Part.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := md.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Flow.StartSigningDecision(s.Ctx, s.oskar, id, "", servertest.Client); !errors.Is(err, fault.Conflict) {
		t.Errorf("before his turn: %v", err)
	}
	if _, err := s.Flow.AgainstDecision(s.Ctx, s.oskar, id, "Nej"); !errors.Is(err, fault.Conflict) {
		t.Errorf("a no before his turn: %v", err)
	}
	for name, a := range map[string]identity.Actor{"Mona, who is not asked": s.mona, "another board": s.Staff(personas.SivSocialtest), "another municipality": s.Staff(personas.TorstenTallhandlaggare)} {
		_, show := s.Flow.DecisionToSign(s.Ctx, a, id)
		_, start := s.Flow.StartSigningDecision(s.Ctx, a, id, "", servertest.Client)
		_, poll := s.Flow.PollSigningDecision(s.Ctx, a, id)
		_, no := s.Flow.AgainstDecision(s.Ctx, a, id, "Nej")
		_, ill := s.Flow.HinderedDecision(s.Ctx, a, id, "Sjuk")
		for what, err := range map[string]error{"show": show, "start": start, "poll": poll, "no": no, "hinder": ill, "cancel": s.Flow.CancelSigningDecision(s.Ctx, a, id),
			"back": s.Flow.DecisionCameBack(s.Ctx, a, id, "x")} {
			if !errors.Is(err, fault.NotFound) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
	}
	s.Clock.Advance(31 * time.Minute)
	s.Run()
	s.toSign(t, s.oskar, 1)
	v, err := s.Flow.DecisionToSign(s.Ctx, s.oskar, id)
	if err != nil || !v.MaySign || v.Document == "" || !strings.Contains(v.Text, "Utfall: Bifall") || !strings.Contains(v.Text, v.Digest) {
		t.Fatalf("%+v %v", v, err)
	}

	// Two at once: both have started, one is first, the other is told.
	first, err := s.Flow.StartSigningDecision(s.Ctx, s.birgitta, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if v = s.sign(t, s.oskar, id); v.Status.State != eid.Complete {
		t.Fatalf("%+v", v.Status)
	}
	if v = s.approve(t, s.birgitta, id, first); v.Status.State != eid.Failed || v.Status.Message != eid.Cancelled || v.MaySign {
		t.Errorf("the second is not told: %+v", v.Status)
	}
	h = s.is(t, id, casework.Decided)
	d := h.Decision
	if d.ByName != s.oskar.Staff.Name || d.By != s.oskar.Staff.Subject || d.Title != "" || d.Proposer == nil || d.Proposer.Name != s.mona.Staff.Name || !d.At.Equal(s.Clock.Now()) {
		t.Errorf("decided by %q %q %+v", d.ByName, d.Title, d.Proposer)
	}
	if pl := d.Order.Place(d.Signers[0].ID); pl.State != signing.Spared {
		t.Errorf("Birgitta's place is %s", pl.State)
	}
	s.toSign(t, s.birgitta, 0)
	s.Run()
	board, err := s.Flow.BoardList(s.Ctx, s.birgitta, identity.AuthorityID(h.Authority))
	if err != nil || len(board) != 1 || board[0].DecidedBy != s.oskar.Staff.Name {
		t.Errorf("the board's list: %+v %v", board, err)
	}
	if _, err := s.Flow.DecisionPDF(s.Ctx, anna, id); err != nil {
		t.Error(err)
	}

	file := casePDF(t, s.World, s.mona, id)
	found := false
	for _, a := range attachedTo(t, file) {
		found = found || a.Name == "beslut.pdf"
	}
	if !found {
		t.Error("the decision is not among the case's files")
	}
	r, err := checkerOf(t, s.World).Check(file)
	if err != nil || r.Verdict != proof.VerdictHolds {
		t.Fatalf("%s %v", r.Verdict, err)
	}
	if len(r.Signatures) != 1 || r.Signatures[0].Signed == nil || r.Signatures[0].Signed.Number != s.oskar.Staff.Number {
		t.Errorf("the proof has %+v", r.Signatures)
	}
	decisionSignedByTelephone(t, s)
}

// What the document says of who decides: a proposal does not name whoever lays it as the decider.
func TestProposalsDocument(t *testing.T) {
	s := newSquare(t)
	id := s.stall(t)
	text := func(a identity.Actor, in flow.DecisionInput) string {
		t.Helper()
		v, err := s.Flow.PreviewDecision(s.Ctx, a, id, in)
		if err != nil || len(v.Problems) > 0 {
			t.Fatalf("%v %v", v.Problems, err)
		}
		return strings.ReplaceAll(v.Markdown, "\\", "")
	}
	in := granted
	in.Propose, in.Signers = true, []string{s.birgitta.Staff.Subject, s.oskar.Staff.Subject}
	if got, want := text(s.mona, in), "fattat den dag det skrivs under av Birgitta Provbeslutande eller Oskar Provhandläggare, den som skriver under (föredragande: Mona Testhandläggare, Handläggare) med stöd av"; !strings.Contains(got, want) {
		t.Errorf("the proposal says %s", got)
	}
	if got := text(s.birgitta, granted); !strings.Contains(got, "av Birgitta Provbeslutande, Handläggare med stöd av") {
		t.Errorf("the decision says %s", got)
	}
	for name, signers := range map[string][]string{"nobody": nil, "one who may not decide": {s.mona.Staff.Subject}, "one twice": {s.oskar.Staff.Subject, s.oskar.Staff.Subject},
		"a stranger": {"x"}} {
		in.Signers = signers
		v, err := s.Flow.PreviewDecision(s.Ctx, s.mona, id, in)
		if err != nil || len(v.Problems) != 1 || v.Problems[0].Pointer != "/signers" {
			t.Errorf("%s: %v %v", name, v, err)
		}
	}
	c, err := s.Flow.StaffCase(s.Ctx, s.mona, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Flow.Decide(s.Ctx, s.mona, id, c.Rev, granted); !errors.Is(err, fault.Forbidden) {
		t.Errorf("an officer decides alone: %v", err)
	}
}

// A no is recorded and ends the proposal; who is hindered is passed over; what is taken back waits for nobody.
func TestProposalsThatComeToNothing(t *testing.T) {
	s := newSquare(t)
	id := s.stall(t)
	s.lay(t, id, s.birgitta, s.oskar)
	if p, err := s.Flow.AgainstDecision(s.Ctx, s.birgitta, id, " "); err != nil || len(p) != 1 {
		t.Fatalf("a no without a reason: %v %v", p, err)
	}
	if p, err := s.Flow.AgainstDecision(s.Ctx, s.birgitta, id, "Torget är fullt."); err != nil || p != nil {
		t.Fatal(p, err)
	}
	h := s.is(t, id, casework.AwaitingOfficer)
	if len(h.Against) != 1 || h.Decision != nil {
		t.Fatalf("after a no: %+v", h.Against)
	}
	s.toSign(t, s.oskar, 0)
	again := granted
	again.Propose, again.Signers = true, []string{s.oskar.Staff.Subject}
	if c, err := s.Flow.StaffCase(s.Ctx, s.mona, id); err != nil {
		t.Error(err)
	} else if p, err := s.Flow.Decide(s.Ctx, s.mona, id, c.Rev, again); err != nil || len(p) != 1 || p[0].Pointer != "/news" {
		t.Errorf("somebody else is asked though nothing is new: %v %v", p, err)
	}
	if f, err := s.Flow.StaffPart(s.Ctx, s.mona, id, h.Against[0].PDF.Part.ID); err != nil {
		t.Errorf("the proposal that did not go through cannot be read: %v", err)
	} else if err := f.Body.Close(); err != nil {
		t.Error(err)
	}

	s.lay(t, id, s.birgitta, s.oskar)
	if v, err := s.Flow.DecisionToSign(s.Ctx, s.birgitta, id); err != nil || v.News != anew || v.Before == nil || v.Before.Name != s.birgitta.Staff.Name {
		t.Errorf("who is asked anew reads of the no and of what is new: %+v %v", v, err)
	}
	if p, err := s.Flow.HinderedDecision(s.Ctx, s.birgitta, id, "Jag är jävig."); err != nil || p != nil {
		t.Fatal(p, err)
	}
	s.toSign(t, s.birgitta, 0)
	s.toSign(t, s.oskar, 1)
	if _, err := s.Flow.WithdrawDecision(s.Ctx, s.Staff(personas.SivSocialtest), id, "x"); !errors.Is(err, fault.NotFound) {
		t.Errorf("another board takes back: %v", err)
	}
	if p, err := s.Flow.WithdrawDecision(s.Ctx, s.mona, id, "Fel utfall."); err != nil || p != nil {
		t.Fatal(p, err)
	}
	h = s.is(t, id, casework.AwaitingOfficer)
	s.toSign(t, s.oskar, 0)
	if len(h.Against) != 2 || h.Against[1].Ground != "Fel utfall." {
		t.Errorf("%+v", h.Against)
	}
	s.Clock.Advance(24 * time.Hour)
	s.Run()
	h = s.is(t, id, casework.AwaitingOfficer)
	if tasks := h.OpenTasks(); len(tasks) != 0 {
		t.Errorf("of what was taken back is left %+v", tasks)
	}

	// Taken back while its document is being made.
	in := granted
	in.Propose, in.Signers, in.News = true, []string{s.oskar.Staff.Subject}, anew
	c, err := s.Flow.StaffCase(s.Ctx, s.mona, id)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.Flow.Decide(s.Ctx, s.mona, id, c.Rev, in); err != nil || p != nil {
		t.Fatal(p, err)
	}
	if p, err := s.Flow.WithdrawDecision(s.Ctx, s.mona, id, "Ångrade mig."); err != nil || p != nil {
		t.Fatal(p, err)
	}
	s.Run()
	s.is(t, id, casework.AwaitingOfficer)
	casePDF(t, s.World, s.mona, id)
}

// The pages, without script: written and signed by the decider alone, with an app on this device.
func TestDecideAndSignOnThePages(t *testing.T) {
	s := newSquare(t)
	id := s.stall(t)
	b := officerAt(t, s.World, s.birgitta)
	kase := "/admin/arenden/" + string(id)
	b.Get(kase + "/beslut")
	b.Submit("Förhandsgranska", url.Values{"utfall": {"bifall"}, "grund": {"ol"}, "titel": {"Enhetschef"}, "underskrift": {"framlagt"}})
	b.Want(http.StatusUnprocessableEntity)
	wantText(t, b, "Välj minst en som ska skriva under.")
	b.Submit("Förhandsgranska", url.Values{"utfall": {"bifall"}, "grund": {"ol"}, "titel": {"Enhetschef"}, "underskrift": {"sjalv"}})
	b.Want(http.StatusOK)
	wantText(t, b, "Så blir förslaget", "Det gör du på nästa sida")
	typed := url.Values{"bekrafta": {"ja"}}
	for _, n := range httptestkit.Find(b.Doc(), "input") {
		if httptestkit.Attr(n, "type") == "hidden" && typed.Get(httptestkit.Attr(n, "name")) == "" {
			typed.Set(httptestkit.Attr(n, "name"), httptestkit.Attr(n, "value"))
		}
	}
	b.Post(kase+"/beslut/fatta", typed)
	b.Want(http.StatusSeeOther)
	b.Follow()
	b.Want(http.StatusOK)
	wantText(t, b, "Handlingen görs i ordning")
	b.Get(kase + "/skriv-under/handling")
	if !strings.Contains(string(b.Page.Body), `"message"`) {
		t.Errorf("while it is made: %s", b.Page.Body)
	}
	s.Run()
	b.Get(kase + "/skriv-under/handling")
	if !strings.Contains(string(b.Page.Body), `"next"`) {
		t.Errorf("when it is made: %s", b.Page.Body)
	}
	b.Get(kase + "/skriv-under")
	wantText(t, b, "Utfall: Bifall", "Kontrollsumma")
	b.Submit("Skriv under med BankID på den här enheten", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	b.Want(http.StatusOK)
	wantText(t, b, "Skriv under med BankID")
	b.Submit("Avbryt", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	wantText(t, b, "Underskriften blev inte klar")
	b.Submit("Skriv under med BankID på en annan enhet", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	b.Want(http.StatusOK)
	b.Get(kase + "/skriv-under/qr")
	if !bytes.Contains(b.Page.Body, []byte("<svg")) {
		t.Errorf("no code: %.80s", b.Page.Body)
	}
	v, err := s.Flow.PollSigningDecision(s.Ctx, s.birgitta, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Sim.BankID.Approve(s.birgitta.Staff.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		b.Get(kase + "/skriv-under/vanta")
		if b.Page.Status != http.StatusOK {
			break
		}
		b.Submit("Jag är klar i appen, gå vidare", nil)
		b.Want(http.StatusSeeOther)
	}
	b.Get(kase)
	wantText(t, b, "Du har skrivit under. Beslutet är fattat", "Bifall", "Birgitta Provbeslutande, Enhetschef")
	s.is(t, id, casework.Decided)
	for _, path := range []string{"/skriv-under", "/skriv-under/vanta", "/skriv-under/emot"} { // the one who signed comes back
		b.Get(kase + path)
		if b.Page.Status != http.StatusSeeOther {
			t.Errorf("%s afterwards: %d", path, b.Page.Status)
		}
	}
	reads, err := s.Flow.StaffCase(s.Ctx, s.birgitta, id)
	if err != nil {
		t.Fatal(err)
	}
	opened := false
	for _, r := range reads.Reads {
		opened = opened || r.What == "document"
	}
	if !opened {
		t.Error("reading what is signed is not in the log of reads")
	}
}

// A provider whose page is visited hands an officer's browser back into the officer's own session.
func TestDecisionSignedWithAVisitedProvider(t *testing.T) {
	s := newSquare(t)
	s.FarAway()
	id := s.stall(t)
	s.lay(t, id, s.birgitta)
	b := officerAt(t, s.World, s.birgitta)
	kase := "/admin/arenden/" + string(id)
	b.Get(kase + "/skriv-under")
	b.Submit("Skriv under med Långt borta", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	b.Want(http.StatusOK)
	wantText(t, b, "Nu skickas du till Långt borta")
	order, relay := "", ""
	for _, n := range httptestkit.Find(b.Doc(), "input") {
		switch httptestkit.Attr(n, "name") {
		case "order":
			order = httptestkit.Attr(n, "value")
		case "RelayState":
			relay = httptestkit.Attr(n, "value")
		}
	}
	answer := func(from *httptestkit.Browser) {
		t.Helper()
		from.Get("/eid/svar/" + servertest.FarAwayID + "?" + url.Values{"order": {order}, "RelayState": {relay + ".x"}, "end": {"cancel"}}.Encode())
		from.Want(http.StatusSeeOther)
		from.Follow()
	}
	other := officerAt(t, s.World, s.oskar) // somebody else's browser
	answer(other)
	other.Want(http.StatusConflict)
	wantText(t, other, "Svaret hör inte hit")

	answer(b)
	b.Want(http.StatusOK)
	wantText(t, b, "Du avbröt hos Långt borta")
	s.is(t, id, casework.Deciding)
}

func officerAt(t *testing.T, w *servertest.World, a identity.Actor) *httptestkit.Browser {
	t.Helper()
	b := httptestkit.New(t, w.App)
	b.Header.Set("Accept-Language", "sv")
	b.LogIn(w.Kit, a)
	return b
}

func wantText(t *testing.T, b *httptestkit.Browser, texts ...string) {
	t.Helper()
	httptestkit.CheckResponse(t, "page", b.Page)
	said := strings.Join(strings.Fields(b.Text()), " ")
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("the page does not say %q:\n%s", text, said)
		}
	}
}
