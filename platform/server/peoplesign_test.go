package server_test

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

// secretaryWorld is a board with a secretary, and two administrators.
type secretaryWorld struct {
	*servertest.World
	t         *testing.T
	one, two  identity.Actor
	secretary people.Person
	linda     identity.Actor // as a citizen
	n         int
}

func newSecretary(t *testing.T) *secretaryWorld {
	t.Helper()
	w := &secretaryWorld{World: peopleWorld(t), t: t, one: administrator("En", social), two: administrator("Två", social), linda: servertest.Citizen(personas.LindaProvgren)}
	p := personas.LindaProvgren.Persona()
	w.secretary = enter(t, w.World, social, people.Person{Name: p.Name(), Number: p.EIDNumber, Email: "sekreteraren@example.se"}, identity.Secretary)
	return w
}

// mandate is somebody new who is to decide alone, and so takes the board's paper.
func mandate(name, number string) flow.PersonEdit {
	return flow.PersonEdit{Op: flow.ChangePerson, Note: "Se protokollet.", Typed: people.Typed{Name: name, Number: number,
		Mandates: []people.TypedMandate{{Kinds: "lvu-6", Title: "Ledamot", Decided: "2026-11-18", Paragraph: "§ 14", From: "2026-11-23", To: "2026-12-31"}}}}
}

// proposed is a change whose paper the secretary is asked to sign, with the case in which that is.
func (w *secretaryWorld) proposed(in flow.PersonEdit) (string, casework.ID) {
	w.t.Helper()
	id, problems, err := w.Flow.ProposePerson(w.Ctx, w.one, social, "", in, &flow.PaperFile{Sign: true})
	if err != nil || problems != nil {
		w.t.Fatal(problems, err)
	}
	return id, w.order(id)
}

func (w *secretaryWorld) order(change string) casework.ID {
	w.t.Helper()
	e, err := w.Flow.Vault.BySubmission(w.Ctx, "people-change/"+change)
	if err != nil {
		w.t.Fatal(err)
	}
	return e.Case.ID
}

func (w *secretaryWorld) change(id string) people.Change {
	w.t.Helper()
	c, err := w.Flow.People.Change(w.Ctx, social.Tenant, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// What an administrator proposes is written down, signed by the board's secretary as any order is, and confirmed by another with the sealed PDF and its
// evidence as the paper. Until it is signed nobody can confirm it; a no, an order that is taken back and a secretary who has left refuse it.
func TestPaperSignedHere(t *testing.T) {
	w := newSecretary(t)
	const at = "/admin/personer/ekkoping/social"

	t.Run("signed", func(t *testing.T) {
		one, two := newDesk(t, w.World, w.one), newDesk(t, w.World, w.two)
		one.Get(at + "/ny")
		one.sees(200, "sign-new", "Linda Provgren skriver under här")
		sanna := url.Values{"rev": {"0"}, "op": {"andra"}, "namn": {"Sanna Provberg"}, "nummer": {sannasNumber}, "roll.0": {"chair"}, "fran.0": {"2026-11-23"}, "sekreterare": {"ja"}}
		one.send(at+"/ny", sanna, "papper", "protokoll.pdf", []byte(handPDF))
		one.sees(422, "sign-both", "inte båda")
		one.send(at+"/ny", sanna, "", "", nil)
		one.sees(200, "sign-waits", "Väntar på nämndsekreterarens underskrift", "Linda Provgren har fått besked", "Ta tillbaka")
		id := changeOf(t, w.World, social).ID
		mine := at + "/andringar/" + id
		two.Get(mine)
		two.sees(200, "sign-waits-two", "Väntar på underskrift", "Avslå")
		two.Post(mine+"/bekrafta", url.Values{httpkit.TokenField: {two.Token()}})
		two.Want(409)

		w.Run()
		if n := len(w.Sim.Mail.Messages(w.secretary.Email)); n != 1 {
			t.Errorf("the secretary has %d mails", n)
		}
		order := w.order(id)
		page, err := w.Flow.SigningPage(w.Ctx, w.linda, order)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(page.Text, "Sanna") {
			t.Error("the app is told who it is about")
		}
		w.Sign(w.linda, order)
		w.Run()
		two.Get(mine)
		two.sees(200, "sign-done", "Underskriven här av", "Linda Provgren", "namndens-beslut-UND-", "Kontrollera mot nämndens papper")
		if c := w.Head(order); c.State != casework.Closed || c.Stage != "klar" {
			t.Errorf("the case is %s, %s", c.State, c.Stage)
		}
		if c := w.change(id); c.State != people.Proposed || c.Paper == nil || c.Paper.Evidence != string(order) {
			t.Fatalf("%s %+v", c.State, c.Paper)
		}
		f, err := w.Flow.ChangePaper(w.Ctx, w.two, social, id)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(f.Body)
		if err != nil || !bytes.HasPrefix(raw, []byte("%PDF-")) || !bytes.Contains(raw, []byte("underskrift-p2.json")) {
			t.Errorf("the paper is %d bytes without its evidence: %v", len(raw), err)
		}
		two.Submit("Bekräfta", nil)
		two.follow()
		two.sees(200, "sign-confirmed", "Ändringen är bekräftad och gäller.")
	})

	t.Run("a no", func(t *testing.T) {
		id, order := w.proposed(mandate("Ola Testsson", "197202032392"))
		w.Run()
		if err := w.Flow.Decline(w.Ctx, w.linda, order, "Nämnden har inte beslutat det här."); err != nil {
			t.Fatal(err)
		}
		if err := w.Flow.WarnPeople(w.Ctx); err != nil {
			t.Fatal(err)
		}
		if c := w.change(id); c.State != people.Refused || c.Ground != "Nämnden har inte beslutat det här." || c.EndedBy.Name != w.secretary.Name {
			t.Errorf("%s %q %v", c.State, c.Ground, c.EndedBy)
		}
		if c := w.Head(order); c.State != casework.Withdrawn {
			t.Errorf("the case is %s", c.State)
		}
	})

	t.Run("taken back", func(t *testing.T) {
		id, order := w.proposed(mandate("Ida Testsson", "197303052380"))
		if problems, err := w.Flow.RefuseChange(w.Ctx, w.one, social, id, ""); err != nil || problems != nil {
			t.Fatal(problems, err)
		}
		if c := w.change(id); c.State != people.TakenBack {
			t.Errorf("it is %s", c.State)
		}
		if _, err := w.Flow.StartSigning(w.Ctx, w.linda, order, "", servertest.Client); !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) {
			t.Errorf("the secretary may still sign: %v", err)
		}
	})

	t.Run("the process died before the secretary was asked", func(t *testing.T) {
		c, err := w.Flow.People.ProposeToSign(w.Ctx, people.Change{Tenant: social.Tenant, Authority: social.Board, By: people.Signatory{Subject: "login|En"}, Signers: []people.ID{w.secretary.ID},
			Lists: []people.ListEdit{{Line: people.Delegation{Kinds: []string{"sol-12-1"}, Title: "Enhetschef", Paragraph: "§ 9"}}}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.Flow.WarnPeople(w.Ctx); err != nil {
				t.Fatal(err)
			}
		}
		if o := w.Head(w.order(c.ID)); o.State != casework.AwaitingSignatures || len(o.Content.Attachments) != 1 {
			t.Errorf("%s %v", o.State, o.Content.Attachments)
		}
	})

	t.Run("nobody signs of oneself", func(t *testing.T) {
		_, problems, err := w.Flow.ProposePerson(w.Ctx, w.one, social, w.secretary.ID, flow.PersonEdit{Op: flow.ClosePerson, Rev: w.secretary.Rev}, &flow.PaperFile{Sign: true})
		if err != nil || len(problems) != 1 || problems[0].Code != flow.SecretaryOwn {
			t.Errorf("%v %v", problems, err)
		}
	})

	t.Run("the secretary leaves meanwhile", func(t *testing.T) {
		id, order := w.proposed(mandate("Ulla Testsson", "197404072386"))
		w.Run()
		left := w.secretary
		left.Closed = w.Clock.Now()
		if _, err := w.Flow.People.Put(w.Ctx, left, people.Entry{By: "setup"}); err != nil {
			t.Fatal(err)
		}
		w.Sign(w.linda, order)
		v, err := w.Flow.PeopleChange(w.Ctx, w.two, social, id)
		if err != nil || v.Change.State != people.Refused || v.Confirms {
			t.Errorf("%v %v", v, err)
		}
		_, problems, err := w.Flow.ProposePerson(w.Ctx, w.one, social, "", mandate("Ulla Testsson", "197404072386"), &flow.PaperFile{Sign: true})
		if err != nil || len(problems) != 1 || problems[0].Code != flow.SecretaryMissing {
			t.Errorf("%v %v", problems, err)
		}
	})
}
