package caseload

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/renderer/i18n"
)

// phoneView is how it goes with the one who is asked by telephone; nil nobody may be asked.
func (f *fakeFlow) phoneView(a identity.Actor, id casework.ID, p signing.PartyID) (*flow.PhoneSigning, error) {
	c, err := f.open(a, id, handlers...)
	if err != nil {
		return nil, err
	}
	if f.phone == nil || c.Case.Party(p) == nil {
		return nil, fault.New("fake", fault.NotFound, nil)
	}
	v := *f.phone
	v.Party, v.Name, v.Reference, v.Authority = p, c.Case.Party(p).Name, c.Case.Reference, "Ekköpings kommun"
	return &v, nil
}

func (f *fakeFlow) PhoneSigning(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID) (*flow.PhoneSigning, error) {
	return f.phoneView(a, id, p)
}

func (f *fakeFlow) AskByPhone(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID, in flow.PhoneInput) (*flow.PhoneSigning, []forms.Problem, error) {
	v, err := f.phoneView(a, id, p)
	if err != nil {
		return nil, nil, err
	}
	if v.Why != "" {
		return v, nil, fault.New("fake", fault.Conflict, nil)
	}
	if problems, err := f.do(a, id, handlers, "phone %s %s", p, in.Caller); err != nil || problems != nil {
		return v, problems, err
	}
	f.inCall(eid.CallStart)
	return f.phone, nil, nil
}

func (f *fakeFlow) PollPhoneSigning(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID) (*flow.PhoneSigning, error) {
	return f.phoneView(a, id, p)
}

func (f *fakeFlow) CancelPhoneSigning(_ context.Context, a identity.Actor, id casework.ID, p signing.PartyID) error {
	if _, err := f.phoneView(a, id, p); err != nil {
		return err
	}
	f.phone.Order, f.phone.Status = nil, eid.Status{}
	return f.act(a, id, "cancel phone %s", p)
}

// inCall lets somebody be asked, with what the app says last.
func (f *fakeFlow) inCall(m eid.Message) {
	f.phone.Order, f.phone.Call = &flow.Started{Provider: "bankid"}, &signing.Call{Officer: "Mona Testhandläggare", Caller: "authority"}
	f.phone.Text, f.phone.Digest, f.phone.Status = "Ansökan om skolskjuts", strings.Repeat("1a2b", 16), eid.Status{State: eid.Pending, Message: m}
}

// The pages around a signature by telephone, before, while and after, and what each tells the officer.
func TestPhonePages(t *testing.T) {
	h := newHouse(t)
	at := phoneURL(expired, "p2")
	h.flow.phone = &flow.PhoneSigning{Document: "Ansökan om skolskjuts", Declare: "Jag försäkrar.", Offers: eid.Offers{{Provider: nobody{}, Title: map[string]string{"sv": "BankID"}}},
		Parts: []signing.Part{{ID: "bilaga1", Name: "Karta över vägen.pdf"}, {ID: "svar", Kind: "answers"}}}
	h.flow.phone.Case = &flow.CaseView{View: h.flow.cases[expired].View}
	b := visit(t, h, mona)
	sees := func(texts ...string) {
		t.Helper()
		for _, want := range texts {
			if !strings.Contains(b.Text(), want) {
				t.Errorf("does not say %q: %s", want, b.Text())
			}
		}
	}
	b.Get(at)
	b.Want(http.StatusOK)
	sees("Du ska skriva under ”Ansökan om skolskjuts” till Ekköpings kommun. Ärendet har referensen SKJ-7F3K-9Q2M.", "I appen står det som du skriver under",
		"När du skriver under intygar du detta: Jag försäkrar.", "Karta över vägen.pdf", "Eklundaskolan", "Mina sidor")
	if page := string(b.Page.Body); strings.Contains(page, "/svar") || strings.Contains(page, "checked") {
		t.Error("a part that is no document is linked to, or somebody is said to have called")
	}
	h.flow.wrong = []forms.Problem{{Pointer: "/caller", Code: forms.Required}}
	b.Submit("Be om underskrift med BankID", nil)
	b.Want(http.StatusUnprocessableEntity)
	sees("Välj ett svar på ”Vem ringde?”.")
	h.flow.wrong = nil
	b.Submit("Be om underskrift med BankID", url.Values{"ringde": {"personen"}})
	b.Want(http.StatusSeeOther)
	h.did(t, string(expired)+" phone p2 person")
	b.Follow()
	b.Want(http.StatusOK)
	sees("Väntar på att Erik Testsson skriver under", "Be personen öppna sin BankID-app.", "ska det stå SKJ-7F3K-9Q2M, och en kontrollsumma som börjar med 1a2b 1a2b", "Vi ringde upp.")
	for m, want := range map[eid.Message]string{eid.CallConfirm: "Appen frågar personen", eid.EnterCode: "Ge tid att läsa", eid.TechnicalFault: "inget svar från BankID", "NEW": "Det pågår i personens BankID-app."} {
		h.flow.inCall(m)
		b.Get(at + "/lage")
		if !strings.Contains(string(b.Page.Body), want) {
			t.Errorf("%s: the script is told %s", m, b.Page.Body)
		}
		b.Get(at + "/vanta")
		sees(want)
	}
	b.Submit("Se hur det går", nil)
	b.Want(http.StatusSeeOther)
	b.Follow()
	b.Want(http.StatusOK)
	b.Submit("Avbryt", nil)
	h.did(t, string(expired)+" cancel phone p2")
	b.Follow()
	sees("Underskriften blev inte klar", "Det avbröts.")

	h.flow.phone.Status = eid.Status{State: eid.Failed, Message: eid.CallRefused}
	b.Get(at + "/lage")
	if want := at + "?m=CALL-REFUSED"; !strings.Contains(string(b.Page.Body), want) {
		t.Errorf("the script is sent to %s", b.Page.Body)
	}
	b.Get(at)
	sees("Personen svarade i appen att ni inte pratar")
	h.flow.refuse = fault.New("fake", fault.TooMany, &eid.Refusal{Code: "alreadyInProgress", Message: eid.AlreadyRunning})
	b.Submit("Be om underskrift med BankID", url.Values{"ringde": {"vi"}})
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); to != at+"?m=RFA4" {
		t.Errorf("refused, sent to %s", to)
	}
	h.flow.refuse = nil
	for _, why := range flow.PhoneHindrances {
		h.flow.phone.Why = why
		b.Get(at)
		b.Want(http.StatusOK)
		if text := b.Text(); strings.Contains(text, "Be om underskrift med") || strings.Contains(text, "admin.phone") {
			t.Errorf("%s: %s", why, text)
		}
	}
	h.flow.phone.Why, h.flow.phone.Status = flow.PhoneSigned, eid.Status{State: eid.Complete}
	b.Get(at + "/vanta")
	b.Want(http.StatusSeeOther)
	b.Follow()
	sees("Erik Testsson har skrivit under per telefon.")
	h.flow.phone = nil // the decision has been laid aside meanwhile
	b.Get(at + "/vanta")
	b.Want(http.StatusSeeOther)
	b.Follow()
	sees("Underskriften väntas inte längre.")
	b.Get(at)
	b.Want(http.StatusNotFound)
	other := visit(t, h, siv)
	for _, path := range []string{at, at + "/vanta", at + "/lage"} {
		if other.Get(path); other.Page.Status != http.StatusNotFound {
			t.Errorf("another board: %s: %d", path, other.Page.Status)
		}
	}
}

// nobody is an e-legitimation that is never started.
type nobody struct{ eid.Provider }

func (nobody) ID() string { return "bankid" }

// Every message that an order can end or go on with has words for who is not the one that holds the app.
func TestWordsOfACall(t *testing.T) {
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"sv", "en"} {
		l := texts.In(lang)
		for _, m := range []eid.Message{eid.Cancelled, eid.AlreadyRunning, eid.TechnicalFault, eid.UserCancelled, eid.Expired, eid.EnterCode, eid.Revoked, eid.InProgress,
			eid.UnknownFault, eid.PhotographID, eid.CallStart, eid.CallConfirm, eid.CallRefused, eid.RiskBlocked, eid.AppTooOld, eid.WrongPerson, eid.EvidenceRejected} {
			if !l.Has(callKey(m)) {
				t.Errorf("%s: nothing is said at %s", lang, m)
			}
		}
	}
}
