package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/forms/journey"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/store/mongostore"
	"samtjanst/platform/store/mongostore/mongotest"
	"samtjanst/renderer/pdf"
)

var (
	anna     = servertest.Citizen(personas.AnnaTestsson)
	erik     = servertest.Citizen(personas.ErikTestsson)
	stranger = servertest.Citizen(personas.SaraExempelsson)
)

// apply fills in and hands in an application for one home, and gives the case.
func apply(t *testing.T, w *servertest.World, who identity.Actor, tenant string, child personas.ID, school string) casework.ID {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, who, tenant, "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(who, draft, servertest.OneHome(child, school, "sokande@example.se"))
	return w.Submit(who, draft)
}

// From the parent's phone to a signed decision, and on to the transport operator and back; on both engines.
func TestTheWholePath(t *testing.T) {
	t.Run("sqlitestore", func(t *testing.T) { wholePath(t, servertest.New(t, servertest.Options{})) })
	t.Run("mongostore", func(t *testing.T) {
		s, err := mongostore.Open(t.Context(), mongotest.Database(t, mongotest.Start(t)))
		if err != nil {
			t.Fatal(err)
		}
		wholePath(t, servertest.New(t, servertest.Options{Store: s}))
	})
}

func wholePath(t *testing.T, w *servertest.World) {
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	head := w.Head(id)
	if head.State != casework.AwaitingSignatures || !head.Submitted.Equal(servertest.Start) || head.Subject != "Elsa Testsson" {
		t.Fatalf("after submission: %s %s %q", head.State, head.Submitted, head.Subject)
	}
	w.Sign(anna, id)
	w.Run()
	head = w.Head(id)
	if head.Number == "" {
		t.Error("no diarienummer")
	}
	// Nobody has said how Erik is reached: a letter is asked for, and Mina sidor has it anyway.
	if pl := head.Order.Place("p2"); pl.State != signing.NoAddress {
		t.Errorf("the second guardian is %s", pl.State)
	}
	mine, err := w.Flow.Mine(w.Ctx, erik)
	if err != nil || len(mine) != 1 || mine[0].Kind != "sign" {
		t.Fatalf("Erik's pages: %+v, %v", mine, err)
	}

	officer, decider := w.Staff(personas.MonaTesthandlaggare), w.Staff(personas.BirgittaProvbeslutande)
	in, err := w.Flow.Inbox(w.Ctx, officer, flow.InboxQuery{})
	if err != nil || len(in.Rows) != 1 || in.Rows[0].Done != 1 || in.Rows[0].Of != 2 || in.Tasks != 1 {
		t.Fatalf("inbox: %+v, %v", in, err)
	}
	if found, err := w.Flow.Inbox(w.Ctx, officer, flow.InboxQuery{Search: "elsa tests"}); err != nil || len(found.Rows) != 1 {
		t.Errorf("searching for the pupil: %v, %v", found, err)
	}
	if found, err := w.Flow.Inbox(w.Ctx, officer, flow.InboxQuery{Search: head.Reference}); err != nil || len(found.Rows) != 1 {
		t.Errorf("searching for the reference: %v, %v", found, err)
	}
	letter, err := w.Flow.Letter(w.Ctx, officer, id, "p2", "invitation")
	if err != nil {
		t.Fatal(err)
	}
	if raw := read(t, letter); len(raw) < 1000 {
		t.Errorf("the letter has %d bytes", len(raw))
	}

	// Erik saves how he wants to be reached; the officer reminds him; a neutral mail goes there.
	if problems, err := w.Flow.SaveContact(w.Ctx, erik, casework.Contact{Email: "erik@example.se"}); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if err := w.Flow.Remind(w.Ctx, officer, id, "p2"); err != nil {
		t.Fatal(err)
	}
	w.Run()
	mails := w.Sim.Mail.Messages("erik@example.se")
	if len(mails) != 1 {
		t.Fatalf("Erik has %d mails", len(mails))
	}
	for _, secret := range []string{"Elsa", "Testsson", "skol", head.Reference, head.Number} {
		if strings.Contains(strings.ToLower(mails[0].Subject+mails[0].Body), strings.ToLower(secret)) {
			t.Errorf("the mail says %q", secret)
		}
	}

	// Erik reads the common part, fills in his section, and signs.
	page, err := w.Flow.SigningPage(w.Ctx, erik, id)
	if err != nil || !page.Case.OwnFirst {
		t.Fatalf("Erik's signing page: %v, %v", page, err)
	}
	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})
	w.Sign(erik, id)
	if head = w.Head(id); head.State != casework.AwaitingOfficer {
		t.Fatalf("after both signatures: %s", head.State)
	}
	checkNothingLeaks(t, w, id, map[*identity.Actor][]string{&anna: {"erik@example.se"}, &erik: {"sokande@example.se"}})

	// The decision: an officer without delegation may not, the decider may.
	v, err := w.Flow.PreviewDecision(w.Ctx, decider, id, flow.DecisionInput{})
	if err != nil || len(v.Problems) == 0 || len(v.Proposed) == 0 {
		t.Fatalf("an empty decision: %+v, %v", v, err)
	}
	decision := flow.DecisionInput{Outcome: "bifall", Grounds: []string{"10-32-1"}, Rows: []int{0, 1, 2}, From: "2026-12-01", To: "2027-06-11", Title: "Enhetschef"}
	rev := revision(t, w, id)
	if _, err := w.Flow.Decide(w.Ctx, officer, id, rev, decision); !errors.Is(err, fault.Forbidden) {
		t.Errorf("an officer without delegation decides: %v", err)
	}
	if _, err := w.Flow.Decide(w.Ctx, decider, id, rev-1, decision); !errors.Is(err, fault.Conflict) {
		t.Errorf("deciding on an older view: %v", err)
	}
	if problems, err := w.Flow.Decide(w.Ctx, decider, id, rev, decision); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	w.Run()
	head = w.Head(id)
	if head.State != casework.Decided || head.Decision.PDF == nil || len(head.Handovers) != 2 {
		t.Fatalf("after the decision: %s, PDF %v, handovers %v, effects %v", head.State, head.Decision.PDF != nil, head.Handovers, head.Effects)
	}
	deliveries := w.Sim.Handover.Deliveries("transport")
	if len(deliveries) != 1 || len(deliveries[0].Rows) != 3 {
		t.Fatalf("the operator got %+v", deliveries)
	}
	list, err := w.Flow.BoardList(w.Ctx, decider, "ekkoping/barn-och-utbildning")
	if err != nil || len(list) != 1 {
		t.Fatalf("the board's list: %v, %v", list, err)
	}
	if err := w.Flow.ReportToBoard(w.Ctx, decider, "ekkoping/barn-och-utbildning", "2026-12-15", []casework.ID{id}); err != nil {
		t.Fatal(err)
	}

	// Both read it; opening is recorded. The operator's list comes back and reaches this pupil alone.
	for _, a := range []identity.Actor{anna, erik} {
		f, err := w.Flow.DecisionPDF(w.Ctx, a, id)
		if err != nil {
			t.Fatal(err)
		}
		read(t, f)
	}
	if head = w.Head(id); head.State != casework.Closed {
		t.Errorf("both have read it and the case is %s: tasks %v effects %v", head.State, head.OpenTasks(), head.Effects)
	}
	rides := "elevreferens;datum;avgång;hämtplats;linje\n" + head.Reference + ";2026-12-01;07:35;Ekvägen 4;12\nSKJ-XXXX-YYYY;2026-12-01;07:40;Annan;12\n"
	rep, err := w.Flow.UploadRideList(w.Ctx, officer, "ekkoping/barn-och-utbildning", "turlista.csv", strings.NewReader(rides))
	if err != nil || rep.Matched != 1 || len(rep.Unknown) != 1 {
		t.Fatalf("ride list: %+v, %v", rep, err)
	}
	cv, err := w.Flow.Case(w.Ctx, erik, id)
	if err != nil || len(cv.Rides) != 1 || cv.Rides[0].Time != "07:35" {
		t.Fatalf("Erik sees rides %v, %v", cv.Rides, err)
	}
	holds(t, w, casePDF(t, w, decider, id), 2)
	if err := casework.VerifyChain(head.Events); err != nil {
		t.Error(err)
	}
}

func read(t *testing.T, f *flow.File) []byte {
	t.Helper()
	defer f.Body.Close()
	raw, err := io.ReadAll(f.Body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func revision(t *testing.T, w *servertest.World, id casework.ID) int64 {
	t.Helper()
	e, err := w.Flow.Vault.Load(w.Ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return e.Rev
}

func fillOwn(t *testing.T, w *servertest.World, a identity.Actor, id casework.ID, pages map[string]url.Values) {
	t.Helper()
	for page := ""; page != journey.CheckPage; {
		v, err := w.Flow.OwnPage(w.Ctx, a, id, page)
		if err != nil {
			t.Fatal(err)
		}
		if v.Page == nil {
			return
		}
		saved, err := w.Flow.SaveOwn(w.Ctx, a, id, flow.Post{Page: v.Page.ID, Rev: v.Rev, Values: pages[v.Page.ID]})
		if err != nil {
			t.Fatal(err)
		}
		if saved.View != nil {
			t.Fatalf("own page %s: %v", v.Page.ID, saved.View.Problems)
		}
		page = saved.Next
	}
}

// checkNothingLeaks looks through everything that each guardian can fetch for what only the other may see.
func checkNothingLeaks(t *testing.T, w *servertest.World, id casework.ID, never map[*identity.Actor][]string) {
	t.Helper()
	for reader, secrets := range never {
		v, err := w.Flow.SigningPage(w.Ctx, *reader, id)
		if err != nil {
			t.Fatal(err)
		}
		seen, err := json.Marshal([]any{v.Text, v.Parts, v.Case.View.Answers, v.Case.View.Facts, v.Case.Signatures, v.Case.Attachments})
		if err != nil {
			t.Fatal(err)
		}
		text := string(seen)
		for _, p := range v.Parts {
			f, err := w.Flow.SignedPart(w.Ctx, *reader, id, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			text += string(read(t, f))
		}
		f, err := w.Flow.CopyPDF(w.Ctx, *reader, id)
		if err != nil {
			t.Fatal(err)
		}
		attached, err := pdf.Extract(read(t, f))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range attached {
			text += string(a.Bytes)
		}
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s can read %q", reader.Citizen.Name, secret)
			}
		}
	}
}

// Two homes: each guardian fills in his or her own, the officer sees both, and neither address reaches the other: not on a page, not in a
// part, not in the decision.
func TestTwoHomes(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	maria, johan := servertest.Citizen(personas.MariaProvberg), servertest.Citizen(personas.JohanProvlund)
	draft, err := w.Flow.Start(w.Ctx, maria, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(maria, draft, servertest.TwoHomes(personas.AlvaProvberg, "norra", "maria@example.se"))
	id := w.Submit(maria, draft)
	w.Sign(maria, id)
	fillOwn(t, w, johan, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=johan@example.se", "/egen/till=onsdag", "/egen/fran=onsdag")})
	w.Sign(johan, id)
	hers, his := personas.MariaProvberg.Persona().Address.Street, personas.JohanProvlund.Persona().Address.Street
	checkNothingLeaks(t, w, id, map[*identity.Actor][]string{&maria: {his, "johan@example.se"}, &johan: {hers, "maria@example.se"}})

	decider := w.Staff(personas.BirgittaProvbeslutande)
	v, err := w.Flow.PreviewDecision(w.Ctx, decider, id, flow.DecisionInput{})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v.Proposed)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), hers) || !strings.Contains(string(raw), his) {
		t.Errorf("the officer is proposed journeys from %s", raw)
	}
	in := flow.DecisionInput{Outcome: "bifall", Grounds: []string{"10-32-1"}, From: "2026-12-01", To: "2027-06-11", Title: "Enhetschef"}
	for i := range v.Proposed {
		in.Rows = append(in.Rows, i)
	}
	if v, err = w.Flow.PreviewDecision(w.Ctx, decider, id, in); err != nil || v.Problems != nil {
		t.Fatal(v, err)
	}
	for _, street := range []string{hers, his} {
		if strings.Contains(v.Markdown, street) {
			t.Errorf("the decision, which both read, names %s", street)
		}
	}
}

// Submitting again, from another tab, or after the fact, gives the same case.
func TestSubmitIsIdempotent(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	v := w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"))
	ids := make(chan casework.ID, 8)
	for range 8 {
		go func() {
			id, view, err := w.Flow.Submit(w.Ctx, anna, draft, v.Rev)
			if err != nil || view != nil {
				t.Errorf("submit: %v", err)
			}
			ids <- id
		}()
	}
	first := <-ids
	for range 7 {
		if id := <-ids; id != first {
			t.Errorf("two cases: %s and %s", first, id)
		}
	}
	w.Clock.Advance(time.Hour)
	if id, _, err := w.Flow.Submit(w.Ctx, anna, draft, v.Rev); err != nil || id != first {
		t.Errorf("an hour later: %s, %v", id, err)
	}
	if h := w.Head(first); !h.Submitted.Equal(servertest.Start) {
		t.Errorf("the day of arrival became %s", h.Submitted)
	}
	if _, _, err := w.Flow.Submit(w.Ctx, stranger, draft, v.Rev); !errors.Is(err, fault.NotFound) {
		t.Errorf("a stranger submits the same draft: %v", err)
	}
}
