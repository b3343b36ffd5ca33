package caseload

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
)

var nightForms = []nightForm{noteCall, noteOral, answerQuestion, handDispatch, confirmDispatch, handToUnit}

// Night gives the case that the test has made urgent.
func (f *fakeFlow) Night(_ context.Context, a identity.Actor, id casework.ID) (*flow.Night, error) {
	c, err := f.open(a, id, anyRole...)
	if err != nil {
		return nil, err
	}
	if c.Case.Decision == nil || c.Case.Decision.Kind == "" {
		return nil, fault.New("fake", fault.NotFound, nil)
	}
	n := &flow.Night{Case: c.Case, Form: c.Form, Service: c.Service, Handles: a.Has(school, handlers...), Host: "Socialnämnden, Ekköpings kommun", Unit: "Barn- och utbildningsnämnden, Ekköpings kommun",
		MayHand: c.Case.Takeover == nil, MayAccept: c.Case.Takeover != nil,
		Receivers: map[string]flow.Receiver{"s1": {Name: "Förvaltningsrätten", Phone: "070-174 06 40"}},
		Letters:   []flow.NightLetter{{Letter: "vardnadshavare", Title: "Underrättelse", Name: "Erik Testsson"}}}
	for _, p := range c.Case.Decision.Signers {
		n.Asked = append(n.Asked, flow.NightAsked{Party: p.ID, Name: p.Name, Right: p.Title, Phone: "+46701740606", Place: *c.Case.Decision.Order.Place(p.ID)})
	}
	return n, nil
}
func (f *fakeFlow) DecidersOf(context.Context, identity.Actor, casework.ID) ([]flow.Decider, error) {
	return nil, nil
}
func (f *fakeFlow) NoteCall(_ context.Context, a identity.Actor, id casework.ID, in flow.CallInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "call %s %s", in.Party, in.Outcome)
}
func (f *fakeFlow) NoteOral(_ context.Context, a identity.Actor, id casework.ID, in flow.OralInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "oral %s %s %q %q", in.Party, in.How, in.Reason, in.Name)
}
func (f *fakeFlow) AnswerQuestion(_ context.Context, a identity.Actor, id casework.ID, n int, text string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "answer %d %q", n, text)
}
func (f *fakeFlow) HandDispatch(_ context.Context, a identity.Actor, id casework.ID, which string, _ flow.HandInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "handed %s", which)
}
func (f *fakeFlow) ConfirmDispatch(_ context.Context, a identity.Actor, id casework.ID, which string, in flow.HandInput) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "confirmed %s %q", which, in.With)
}
func (f *fakeFlow) DispatchPaper(_ context.Context, a identity.Actor, id casework.ID, _, _ string) (*flow.File, error) {
	return f.paper(a, id)
}
func (f *fakeFlow) NightLetter(_ context.Context, a identity.Actor, id casework.ID, _ string, _ int) (*flow.File, error) {
	return f.paper(a, id)
}
func (f *fakeFlow) NightLetterPosted(_ context.Context, a identity.Actor, id casework.ID, letter string, n int) error {
	return f.act(a, id, "posted %s %d", letter, n)
}
func (f *fakeFlow) HandToUnit(_ context.Context, a identity.Actor, id casework.ID, note string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "hand %q", note)
}
func (f *fakeFlow) AcceptFromHost(_ context.Context, a identity.Actor, id casework.ID) error {
	return f.act(a, id, "accept")
}
func (f *fakeFlow) TookDecision(_ context.Context, a identity.Actor, id casework.ID) (bool, error) {
	_, err := f.signer(a, id)
	return false, err
}
func (f *fakeFlow) SignerPaper(_ context.Context, a identity.Actor, id casework.ID, _ string) (*flow.File, error) {
	return f.paper(a, id)
}
func (f *fakeFlow) AskOfficer(_ context.Context, a identity.Actor, id casework.ID, text string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "ask %q", text)
}
func (f *fakeFlow) NextMeeting(context.Context, identity.Actor, identity.AuthorityID, flow.Row) (string, error) {
	return "", nil
}

// urgent makes one of the samples an urgent decision that waits for two, with a question, a call and what is sent on.
func (f *fakeFlow) urgent(id casework.ID) {
	c := &f.cases[id].Case
	o, _, err := signing.NewOrder("o", signing.Plan{About: "decision", Until: now.AddDate(0, 0, 1), Steps: []signing.PlannedStep{{Parties: []signing.PartyID{"d1", "d2"}, Step: signing.Step{Need: 1}}}}, now)
	if err != nil {
		panic(err)
	}
	c.State = casework.Deciding
	c.Decision = &casework.Decision{Outcome: "bifall", Kind: "lvu-6", ByName: "Mona Testhandläggare", PDF: &casework.Ref{Part: signing.Part{ID: "pdf"}}, Order: o,
		Signers: []casework.Party{{ID: "d1", Name: "Disa Provbeslut", Title: "Ordförande"}, {ID: "d2", Name: "Dag Provbeslut", Title: "Ledamot, förordnad 2026-01-20, § 4"}}}
	c.Calls = []casework.Call{{At: now, By: "Mona Testhandläggare", To: "Disa Provbeslut", Party: "d1", Outcome: casework.CallNoAnswer, Noted: now}}
	c.Questions = []casework.Question{{N: 1, Party: "d1", Name: "Disa Provbeslut", Text: "Var är barnet nu?", Asked: now}}
	c.Dispatches = []casework.Dispatch{{ID: "s1", To: "court", Title: "Förvaltningsrätten, underställning", Document: "brev", Attach: []string{"decision", "answers"}, State: casework.DispatchPrint, Why: casework.NoDriver},
		{ID: "s2", To: "police", Title: "Polismyndigheten", State: casework.DispatchHanded, Handed: now, HandedBy: "Mona Testhandläggare"},
		{ID: "s3", To: "ward", Title: "Avdelningen", State: casework.DispatchSent, Sent: now, Address: "0203:x", Receipt: "kvitto-7"}}
}

// The page tells all, and every form on it does what it says; what was wrong comes back with what was typed.
func TestTheNight(t *testing.T) {
	h := newHouse(t)
	var id casework.ID
	for one := range h.flow.cases {
		if c := h.flow.cases[one]; identity.AuthorityID(c.Case.Authority) == school && (id == "" || one < id) {
			id = one
		}
	}
	h.flow.urgent(id)
	b := visit(t, h, mona)
	b.Get(nightURL(id))
	b.Want(http.StatusOK)
	for _, want := range []string{"Disa Provbeslut", "Ordförande", "070-174 06 06", "Ledamot, förordnad 2026-01-20, § 4", "Inget svar", "Var är barnet nu?", "Förvaltningsrätten, underställning",
		"Det finns inget sätt att skicka härifrån", "Ring och få bekräftat", "kvitto-7", "Erik Testsson", "Adressen är inte känd"} {
		if !strings.Contains(strings.Join(strings.Fields(b.Text()), " "), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, c := range []struct {
		path, submit string
		typed        url.Values
		did          string
	}{
		{"/samtal", "Anteckna", url.Values{"vem": {"d1"}, "svar": {"busy"}}, "call d1 busy"},
		{"/fraga/1", "Skicka svaret", url.Values{"svar": {"Hos mormor."}}, `answer 1 "Hos mormor."`},
		{"/lamnat/s1", "Anteckna", nil, "handed s1"},
		{"/bekraftat/s2", "Anteckna", url.Values{"vem": {"Vakthavande"}}, `confirmed s2 "Vakthavande"`},
		{"/overlamna", "Överlämna", url.Values{"anteckning": {"Ring mormor."}}, `hand "Ring mormor."`},
	} {
		b.Get(nightURL(id) + c.path)
		b.Want(http.StatusOK)
		h.flow.wrong = []forms.Problem{{Pointer: "/day", Code: forms.TooLate, Params: map[string]any{"max": "2026-11-23"}}}
		b.Submit(c.submit, c.typed)
		b.Want(http.StatusUnprocessableEntity)
		for name, v := range c.typed {
			if len(v[0]) > 5 && !strings.Contains(string(b.Page.Body), v[0]) {
				t.Errorf("%s: what was typed in %s is gone", c.path, name)
			}
		}
		h.flow.wrong = nil
		b.Submit(c.submit, c.typed)
		b.Want(http.StatusSeeOther)
		if want := fmt.Sprintf("%s %s", id, c.did); !slices.Contains(h.flow.did, want) {
			t.Errorf("%s: %q, want %q", c.path, h.flow.did, want)
		}
	}
	for path, want := range map[string]int{"/fraga/2": http.StatusNotFound, "/fraga/x": http.StatusNotFound, "/lamnat/s9": http.StatusNotFound, "/lamnat/s3": http.StatusConflict,
		"/utan-underskrift": http.StatusOK, "/brev/vardnadshavare/x": http.StatusNotFound, "/brev/vardnadshavare/0": http.StatusOK, "/skicka/s1/foljebrev": http.StatusOK} {
		if b.Get(nightURL(id) + path); b.Page.Status != want {
			t.Errorf("%s: %d, want %d", path, b.Page.Status, want)
		}
	}
	other := visit(t, h, siv)
	for _, path := range []string{"", "/samtal", "/overlamna"} {
		if other.Get(nightURL(id) + path); other.Page.Status != http.StatusNotFound {
			t.Errorf("another board at %q: %d", path, other.Page.Status)
		}
	}
}
