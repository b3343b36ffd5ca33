package server_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
)

// handPDF is a document to sign.
const handPDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"

// signer is a row about a persona.
func signer(key, step string, id personas.ID) flow.HandSigner {
	p := id.Persona()
	return flow.HandSigner{Key: key, Number: p.EIDNumber.Dashed(), Name: p.Name(), Email: p.Mail, Step: step}
}

// lease is an order in which Anna signs, then one of Erik and Maria.
func lease() flow.HandOrder {
	return flow.HandOrder{Title: "Hyresavtal för bygdegården 2027", Message: "Fråga Siv om du undrar något.",
		Signers: []flow.HandSigner{signer("k1", "1", personas.AnnaTestsson), signer("k2", "2", personas.ErikTestsson), signer("k3", "2", personas.LindaProvgren)},
		Steps:   []flow.HandStep{{Number: "2", Rule: flow.NeedOne}}, Until: flow.ByDays, Days: "14", Remind: "3, 7"}
}

// draftByHand types an order, with a document, and gives it as it would be sent.
func draftByHand(t *testing.T, w *servertest.World, a identity.Actor, board string, in flow.HandOrder) *flow.HandView {
	t.Helper()
	id, err := w.Flow.BeginByHand(w.Ctx, a, board)
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Flow.HandDraft(w.Ctx, a, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Flow.SaveHand(w.Ctx, a, id, v.Rev, in); err != nil {
		t.Fatal(err)
	}
	if p, err := w.Flow.UploadHand(w.Ctx, a, id, "avtal.pdf", strings.NewReader(handPDF)); err != nil || p != nil {
		t.Fatal(p, err)
	}
	if v, err = w.Flow.HandDraft(w.Ctx, a, id); err != nil {
		t.Fatal(err)
	}
	return v
}

func orderedByHand(t *testing.T, w *servertest.World, a identity.Actor, v *flow.HandView) casework.ID {
	t.Helper()
	id, problems, err := w.Flow.OrderByHand(w.Ctx, a, v.ID, v.Rev)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	return id
}

// An agreement is signed by one, then by one of two, exactly as it was uploaded; the officer files it, and each has the document.
func TestOrderByHand(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	siv := w.Staff(personas.SivSocialtest)
	v := draftByHand(t, w, siv, "social", lease())
	if len(v.Problems) > 0 || v.Plan == nil || len(v.Plan.Steps) != 2 || v.Plan.Steps[1].Need != 1 || len(v.Plan.Steps[1].People) != 2 {
		t.Fatalf("%+v %+v", v.Problems, v.Plan)
	}
	id := orderedByHand(t, w, siv, v)
	if again := orderedByHand(t, w, siv, v); again != id {
		t.Errorf("sent twice, it became %s and %s", id, again)
	}
	c := w.Head(id)
	if c.State != casework.AwaitingSignatures || c.Authority != "ekkoping/social" || !c.ByHand() || c.Assignee != siv.Staff.Subject || len(c.Parties) != 4 {
		t.Fatalf("%+v", c)
	}
	w.Run()
	anna, erik, linda := servertest.Citizen(personas.AnnaTestsson), servertest.Citizen(personas.ErikTestsson), servertest.Citizen(personas.LindaProvgren)
	for mail, want := range map[string]int{personas.AnnaTestsson.Persona().Mail: 1, personas.ErikTestsson.Persona().Mail: 0} {
		if got := len(w.Sim.Mail.Messages(mail)); got != want {
			t.Errorf("%s has %d mails before anybody has signed, want %d", mail, got, want)
		}
	}
	page, err := w.Flow.SigningPage(w.Ctx, anna, id)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.Text, "Hyresavtal") || !strings.Contains(page.Text, c.Reference) || !strings.Contains(page.Text, page.Digest) {
		t.Errorf("the app shows more, or less, than reference and digest:\n%s", page.Text)
	}
	i := slices.IndexFunc(page.Parts, func(p signing.Part) bool { return p.Kind == "attachment" })
	if i < 0 {
		t.Fatal("there is no document to sign")
	}
	f, err := w.Flow.SignedPart(w.Ctx, anna, id, page.Parts[i].ID)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(f.Body); err != nil || string(raw) != handPDF {
		t.Errorf("the document to sign is not the one that was uploaded: %v", err)
	}
	if cv, err := w.Flow.Case(w.Ctx, erik, id); err != nil || cv.MaySign || !cv.Later {
		t.Errorf("it is Erik's turn already: %v", err)
	}
	w.Sign(anna, id)
	w.Run()
	w.Sign(linda, id)
	w.Run()
	if c = w.Head(id); c.State != casework.AwaitingOfficer || c.Order.Place("p3").State != signing.Spared {
		t.Fatalf("%s %+v", c.State, c.Order.Places)
	}
	if got := len(w.Sim.Mail.Messages(personas.AnnaTestsson.Persona().Mail)); got != 2 {
		t.Errorf("Anna has %d mails, want one to sign and one that it is done", got)
	}
	if ps, err := w.Flow.MoveStage(w.Ctx, siv, id, "pagar", "klar", "Arkiverat."); err != nil || ps != nil {
		t.Fatal(ps, err)
	}
	if got := w.Head(id).State; got != casework.Closed {
		t.Errorf("the case is %s", got)
	}
	for _, who := range []identity.Actor{anna, linda} {
		if _, err := w.Flow.Attachment(w.Ctx, who, id, page.Parts[i].ID); err != nil {
			t.Error(err)
		}
		if _, err := w.Flow.CopyPDF(w.Ctx, who, id); err != nil {
			t.Error(err)
		}
		if _, err := w.Flow.OwnEvidence(w.Ctx, who, id); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Flow.CasePDF(w.Ctx, siv, id); err != nil {
		t.Error(err)
	}
}

// Nobody but the officer knows of what is being made, nobody but the board and its parties of what has been sent, and no citizen begins it.
func TestByHandWalls(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	siv, mona := w.Staff(personas.SivSocialtest), w.Staff(personas.MonaTesthandlaggare)
	v := draftByHand(t, w, siv, "social", lease())
	calls := map[string]func(identity.Actor) error{
		"draft": func(a identity.Actor) error { _, err := w.Flow.HandDraft(w.Ctx, a, v.ID); return err },
		"save":  func(a identity.Actor) error { _, err := w.Flow.SaveHand(w.Ctx, a, v.ID, v.Rev, lease()); return err },
		"upload": func(a identity.Actor) error {
			_, err := w.Flow.UploadHand(w.Ctx, a, v.ID, "a.pdf", strings.NewReader(handPDF))
			return err
		},
		"remove":  func(a identity.Actor) error { return w.Flow.RemoveHandFile(w.Ctx, a, v.ID, v.Files[0].ID) },
		"file":    func(a identity.Actor) error { _, err := w.Flow.HandFile(w.Ctx, a, v.ID, v.Files[0].ID); return err },
		"send":    func(a identity.Actor) error { _, _, err := w.Flow.OrderByHand(w.Ctx, a, v.ID, v.Rev); return err },
		"discard": func(a identity.Actor) error { return w.Flow.DiscardHand(w.Ctx, a, v.ID) },
	}
	who := map[string]identity.Actor{"another board": mona, "a colleague of no board": w.Staff(personas.FridaFormtest), "another municipality": w.Staff(personas.TorstenTallhandlaggare)}
	for name, a := range who {
		for what, call := range calls {
			if err := call(a); !errors.Is(err, fault.NotFound) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
	}
	for name, a := range map[string]identity.Actor{"a citizen": servertest.Citizen(personas.AnnaTestsson), "a stranger": {Lang: "sv"}} {
		for what, call := range calls {
			if err := call(a); !errors.Is(err, fault.Unauthorised) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
	}
	if _, err := w.Flow.BeginByHand(w.Ctx, mona, "social"); !errors.Is(err, fault.NotFound) {
		t.Errorf("an order for another board: %v", err)
	}
	anna := servertest.Citizen(personas.AnnaTestsson)
	if _, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "underskrift"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a citizen begins it: %v", err)
	}
	if _, err := w.Flow.Service("ekkoping", "underskrift"); !errors.Is(err, fault.NotFound) {
		t.Errorf("it is a service: %v", err)
	}
	if _, err := w.Flow.Page(w.Ctx, anna, v.ID, "", false); !errors.Is(err, fault.NotFound) {
		t.Errorf("a citizen opens the officer's draft: %v", err)
	}
	id := orderedByHand(t, w, siv, v)
	if _, err := w.Flow.StaffCase(w.Ctx, mona, id); !errors.Is(err, fault.NotFound) {
		t.Errorf("another board opens the case: %v", err)
	}
	if _, err := w.Flow.Case(w.Ctx, servertest.Citizen(personas.DanielDemolund), id); !errors.Is(err, fault.NotFound) {
		t.Errorf("somebody who is no party opens the case: %v", err)
	}
	if _, _, err := w.Flow.OrderByHand(w.Ctx, mona, v.ID, v.Rev); !errors.Is(err, fault.NotFound) {
		t.Errorf("another board is told the case of a draft: %v", err)
	}
}

// What stands in the way of an order is told at the thing that is wrong, and what was typed stays.
func TestByHandProblems(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	siv := w.Staff(personas.SivSocialtest)
	many := lease()
	for range 50 {
		many.Signers = append(many.Signers, flow.HandSigner{Key: "m", Name: "Prov Provsson", Step: "1"})
	}
	for name, test := range map[string]struct {
		change func(*flow.HandOrder)
		want   string
	}{
		"nobody":          {func(o *flow.HandOrder) { o.Signers = []flow.HandSigner{{Key: "k1", Step: "1"}} }, "/signers required"},
		"51":              {func(o *flow.HandOrder) { *o = many }, "/signers too-many"},
		"no title":        {func(o *flow.HandOrder) { o.Title = " " }, "/titel required"},
		"control letters": {func(o *flow.HandOrder) { o.Message = "a\x00b" }, "/meddelande bad-text"},
		"no name":         {func(o *flow.HandOrder) { o.Signers[1].Name = "" }, "/signers/k2/name required"},
		"no number so":    {func(o *flow.HandOrder) { o.Signers[1].Number = "19840312-2389" }, "/signers/k2/number person-check"},
		"twice":           {func(o *flow.HandOrder) { o.Signers[2].Number = o.Signers[0].Number }, "/signers/k3/number same-person"},
		"no mail":         {func(o *flow.HandOrder) { o.Signers[0].Email = "anna" }, "/signers/k1/email format"},
		"no phone":        {func(o *flow.HandOrder) { o.Signers[0].Phone = "12" }, "/signers/k1/phone format"},
		"three of two":    {func(o *flow.HandOrder) { o.Steps[0] = flow.HandStep{Number: "2", Rule: flow.NeedSome, Need: "3"} }, "/steps/2/need needs-more"},
		"ladder of all": {func(o *flow.HandOrder) {
			o.Steps[0] = flow.HandStep{Number: "2", Rule: flow.NeedAll, Ladder: true, Wait: "5"}
		}, "/steps/2/rule ladder-of-all"},
		"ladder too long": {func(o *flow.HandOrder) {
			o.Steps[0] = flow.HandStep{Number: "2", Rule: flow.NeedOne, Ladder: true, Wait: "14", Unit: flow.InDays}
		}, "/steps/2/wait ladder-late"},
		"no days":       {func(o *flow.HandOrder) { o.Days = "0" }, "/days too-small"},
		"the past":      {func(o *flow.HandOrder) { o.Until, o.Day, o.Time, o.Remind = flow.ByTime, "2026-11-23", "09.59", "" }, "/day time-past"},
		"no such day":   {func(o *flow.HandOrder) { o.Until, o.Day, o.Time = flow.ByTime, "2026-02-30", "10:00" }, "/day not-a-date"},
		"no such hour":  {func(o *flow.HandOrder) { o.Until, o.Day, o.Time = flow.ByTime, "2026-11-24", "25:00" }, "/time format"},
		"late reminder": {func(o *flow.HandOrder) { o.Remind = "3, 14" }, "/remind remind-late"},
		"odd reminder":  {func(o *flow.HandOrder) { o.Remind = "snart" }, "/remind pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			in := lease()
			test.change(&in)
			v := draftByHand(t, w, siv, "social", in)
			var got []string
			for _, p := range v.Problems {
				got = append(got, string(p.Pointer)+" "+p.Code)
			}
			if !slices.Contains(got, test.want) || v.Plan != nil {
				t.Errorf("problems %q, want %q", got, test.want)
			}
			if len(v.Order.Signers) != len(in.Signers) || v.Order.Title != in.Title || len(v.Files) != 1 {
				t.Errorf("something typed is lost: %+v", v.Order)
			}
			if id, problems, err := w.Flow.OrderByHand(w.Ctx, siv, v.ID, v.Rev); id != "" || len(problems) == 0 || err != nil {
				t.Errorf("it is sent all the same: %s %v %v", id, problems, err)
			}
		})
	}
	t.Run("documents", func(t *testing.T) {
		v := draftByHand(t, w, siv, "social", lease())
		if p, err := w.Flow.UploadHand(w.Ctx, siv, v.ID, "avtal.pdf", strings.NewReader("Hej, jag är ingen PDF.")); err != nil || p == nil || p.Code != forms.FileKind {
			t.Errorf("a text is taken for a PDF: %v %v", p, err)
		}
		if err := w.Flow.RemoveHandFile(w.Ctx, siv, v.ID, v.Files[0].ID); err != nil {
			t.Fatal(err)
		}
		v, err := w.Flow.HandDraft(w.Ctx, siv, v.ID)
		if err != nil || !slices.ContainsFunc(v.Problems, func(p forms.Problem) bool { return p.Pointer == "/handlingar" && p.Code == forms.Required }) {
			t.Errorf("without documents: %v %v", v.Problems, err)
		}
	})
}

// Somebody who is protected is not asked, nor anybody with them, and the words are those for a number that nobody has. The question is noted.
func TestByHandProtected(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	siv := w.Staff(personas.SivSocialtest)
	var told []string
	for _, third := range []flow.HandSigner{signer("k3", "2", personas.DanielDemolund), {Key: "k3", Number: "19710101-2388", Name: "Mona Testhandläggare", Step: "2"}} {
		in := lease()
		in.Signers[2] = third
		v := draftByHand(t, w, siv, "social", in)
		id, problems, err := w.Flow.OrderByHand(w.Ctx, siv, v.ID, v.Rev)
		if err != nil || id != "" || len(problems) != 1 || problems[0].Code != flow.NotReached || problems[0].Pointer != "/signers" || problems[0].Params != nil {
			t.Errorf("%s %v %v", id, problems, err)
		}
		told = append(told, fmt.Sprint(problems))
	}
	if told[0] != told[1] {
		t.Errorf("who is protected is told from who is not known: %q", told)
	}
}

// Until a moment of the clock, one by one, and a person without a number: by letter and pen.
func TestByHandUntilANight(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	siv := w.Staff(personas.SivSocialtest)
	in := lease()
	in.Signers = []flow.HandSigner{signer("k1", "1", personas.AnnaTestsson), signer("k2", "1", personas.ErikTestsson), {Key: "k3", Name: "Nils Utannummer", Title: "Ordförande", Step: "2"}}
	in.Steps = []flow.HandStep{{Number: "1", Rule: flow.NeedSome, Need: "1", Ladder: true, Wait: "30", Unit: flow.InMinutes}}
	in.Until, in.Day, in.Time, in.Remind = flow.ByTime, "2026-11-23", "23.45", ""
	id := orderedByHand(t, w, siv, draftByHand(t, w, siv, "social", in))
	w.Run()
	c := w.Head(id)
	if want := time.Date(2026, 11, 23, 22, 45, 0, 0, time.UTC); !c.Order.Deadline.Equal(want) {
		t.Errorf("the time is out at %s, not %s", c.Order.Deadline, want)
	}
	if c.Order.Place("p3").May() {
		t.Error("Erik is asked before the half hour is out")
	}
	w.Clock.Advance(31 * time.Minute)
	w.Run()
	erik := servertest.Citizen(personas.ErikTestsson)
	w.Sign(erik, id)
	w.Run()
	if c = w.Head(id); c.Order.Place("p4").State != signing.NoAddress || !slices.ContainsFunc(c.OpenTasks(), func(t casework.Task) bool { return t.Kind == casework.TaskLetter && t.Party == "p4" }) {
		t.Fatalf("nobody is to send a letter: %+v", c.Order.Places)
	}
	if _, err := w.Flow.Letter(w.Ctx, siv, id, "p4", "invitation"); err != nil {
		t.Error(err)
	}
	if ps, err := w.Flow.RegisterPaper(w.Ctx, siv, id, "p4", "2026-11-23", "blankett.pdf", strings.NewReader(handPDF)); err != nil || ps != nil {
		t.Fatal(ps, err)
	}
	if got := w.Head(id).State; got != casework.AwaitingOfficer {
		t.Errorf("the case is %s", got)
	}
}

// An officer takes an order back; those who were asked have nothing to sign, and others cannot.
func TestByHandTakenBack(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	siv := w.Staff(personas.SivSocialtest)
	id := orderedByHand(t, w, siv, draftByHand(t, w, siv, "social", lease()))
	if _, err := w.Flow.TakeBack(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id, "Fel"); !errors.Is(err, fault.NotFound) {
		t.Errorf("another board: %v", err)
	}
	if ps, err := w.Flow.TakeBack(w.Ctx, siv, id, " "); err != nil || len(ps) != 1 {
		t.Errorf("without a ground: %v %v", ps, err)
	}
	if ps, err := w.Flow.TakeBack(w.Ctx, siv, id, "Fel avtal."); err != nil || ps != nil {
		t.Fatal(ps, err)
	}
	cv, err := w.Flow.Case(w.Ctx, servertest.Citizen(personas.AnnaTestsson), id)
	if err != nil || cv.MaySign || cv.State != casework.Withdrawn {
		t.Errorf("%+v %v", cv, err)
	}
}

// The officer chooses somebody who works for the board: the number is the register's, and whoever has left in the meantime is not asked.
func TestByHandFromTheRegister(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	siv := w.Staff(personas.SivSocialtest)
	entry := people.Entry{At: w.Clock.Now(), By: "setup", What: []string{"entered"}}
	put := func(p people.Person) people.Person {
		t.Helper()
		p.Tenant = "ekkoping"
		got, err := w.Flow.People.Put(w.Ctx, p, entry)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(people.Fresh)
		return got
	}
	maria := put(people.Person{Name: "Maria Provberg", Number: personas.MariaProvberg.Number(), Email: "maria@example.se", Roles: []people.Role{{Authority: "social", Role: "manager", Title: "Enhetschef"}}})
	other := put(people.Person{Name: "Annan Provberg", Roles: []people.Role{{Authority: "barn-och-utbildning", Role: "manager"}}})
	in := flow.HandOrder{Title: "Delegation", Signers: []flow.HandSigner{{Key: "k1", Person: string(maria.ID), Name: "Maria Provberg", Email: "maria@example.se", Step: "1"}}, Until: flow.ByDays, Days: "14"}
	v := draftByHand(t, w, siv, "social", in)
	if len(v.Problems) > 0 || v.Plan == nil || v.Plan.Steps[0].People[0].Number != maria.Number || len(v.Plan.Steps[0].Known) != 1 {
		t.Fatalf("problems %v, plan %+v", v.Problems, v.Plan)
	}
	if len(v.People) != 1 || v.People[0].ID != string(maria.ID) || v.People[0].Title != "Enhetschef" {
		t.Errorf("can be chosen: %+v", v.People)
	}
	at := func(signers ...flow.HandSigner) string {
		t.Helper()
		again := in
		again.Signers = signers
		now, err := w.Flow.SaveHand(w.Ctx, siv, v.ID, v.Rev, again)
		if err != nil {
			t.Fatal(err)
		}
		v = now
		var out []string
		for _, p := range v.Problems {
			out = append(out, string(p.Pointer)+" "+p.Code)
		}
		return strings.Join(out, ", ")
	}
	if got := at(flow.HandSigner{Key: "k1", Person: string(other.ID), Name: "Annan Provberg", Step: "1"}); got != "/signers/k1/person not-holder" {
		t.Errorf("somebody of another board: %s", got)
	}
	twice := signer("k2", "1", personas.MariaProvberg)
	if got := at(in.Signers[0], twice); got != "/signers/k2/number same-person" {
		t.Errorf("the same by number: %s", got)
	}
	if got := at(in.Signers[0]); got != "" {
		t.Fatalf("as at first: %s", got)
	}
	gone := maria
	gone.Closed = w.Clock.Now()
	put(gone)
	if _, problems, err := w.Flow.OrderByHand(w.Ctx, siv, v.ID, v.Rev); err != nil || len(problems) != 1 || problems[0].Code != flow.NotHolder {
		t.Errorf("who has left: %v %v", problems, err)
	}
	gone.Closed, gone.Rev = time.Time{}, gone.Rev+1
	put(gone)
	id := orderedByHand(t, w, siv, v)
	w.Run()
	head := w.Head(id)
	if p := head.PartyOf(maria.Number); p == nil || len(w.Sim.Mail.Messages("maria@example.se")) != 1 {
		t.Errorf("Maria is asked: %+v", p)
	}
}
