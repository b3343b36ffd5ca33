package caseload

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
)

// proposed is a case whose decision is laid before Birgitta, and then Oskar.
const proposed casework.ID = "eeeeeeeeeeeeeeeeeeeeeeeeee"

// laid lets the case that waits for the officer be laid before those who sign, in a form whose decisions are signed.
func (f *fakeFlow) laid() {
	form, def := *f.form, *f.form.Def
	def.Meta.Decision.Sign = &forms.DecisionSigning{Minutes: 240, Ladder: forms.Span{Minutes: 30}}
	form.Def = &def
	c := *f.cases[waits]
	c.Form = &form
	f.cases[waits] = &c
	p := c
	p.Case.ID, p.Case.State = proposed, casework.Deciding
	p.Case.Decision = &casework.Decision{Outcome: "bifall", By: "login|mona", ByName: "Mona Testhandläggare", Title: "Handläggare", At: ago(0),
		PDF: &casework.Ref{Part: signing.Part{ID: "forslag"}},
		Signers: []casework.Party{{ID: "d1", Role: "decider", Subject: "login|birgitta", Name: "Birgitta Provbeslutande"},
			{ID: "d2", Role: "decider", Subject: "login|oskar", Name: "Oskar Provhandläggare"}},
		Order: signing.Order{ID: "o2", About: "decision", Created: ago(0), Deadline: now.Add(4 * time.Hour), Positions: true, Places: []signing.Place{
			{Party: "d1", State: signing.Invited, Since: ago(0), Asked: ago(0), Invited: ago(0)}, {Party: "d2", State: signing.Waiting, Since: ago(0)}}}}
	p.Case.Against = []casework.Decision{{Outcome: "avslag", ByName: "Mona Testhandläggare", Signers: p.Case.Decision.Signers,
		Order: signing.Order{Places: []signing.Place{{Party: "d1", State: signing.Against, Since: ago(1), Reason: "Underlaget räcker inte."}}}}}
	f.cases[proposed] = &p
}

func (f *fakeFlow) signer(a identity.Actor, id casework.ID) (*flow.DecisionToSign, error) {
	c, err := f.open(a, id, handlers...)
	if err != nil {
		return nil, err
	}
	p := c.Case.Signer(a.Staff.Subject)
	if p == nil {
		return nil, fault.New("fake", fault.NotFound, nil)
	}
	d := c.Case.Decision
	return &flow.DecisionToSign{Case: id, Reference: c.Case.Reference, Subject: c.Case.Subject, Outcome: "Bifall", Document: d.PDF.Part.ID, Text: "Beslut\nEkköpings kommun",
		Digest: strings.Repeat("ab", 32), Deadline: d.Order.Deadline, Places: d.Order.Places, Me: p.ID, MaySign: c.Case.MaySign(p.ID)}, nil
}

func (f *fakeFlow) EID(string) (eid.Offer, bool) { return eid.Offer{}, false }
func (f *fakeFlow) Code(flow.Started) string     { return "" }
func (f *fakeFlow) CameBack(context.Context, flow.Started, string) (flow.Started, error) {
	return flow.Started{}, fault.New("fake", fault.NotFound, nil)
}
func (f *fakeFlow) ToSign(_ context.Context, a identity.Actor) ([]flow.OrderRow, error) {
	var out []flow.OrderRow
	for id, c := range f.cases {
		if p := c.Case.Signer(a.Staff.Subject); p != nil && c.Case.MaySign(p.ID) {
			out = append(out, flow.OrderRow{Row: flow.Row{ID: id, Reference: c.Case.Reference, Subject: c.Case.Subject, Title: f.form.Title, MissingSince: ago(0)},
				About: "decision", Deadline: c.Case.Decision.Order.Deadline})
		}
	}
	return out, nil
}
func (f *fakeFlow) DecisionToSign(_ context.Context, a identity.Actor, id casework.ID) (*flow.DecisionToSign, error) {
	return f.signer(a, id)
}
func (f *fakeFlow) StartSigningDecision(_ context.Context, a identity.Actor, id casework.ID, _ string, _ flow.Client) (*flow.DecisionToSign, error) {
	v, err := f.signer(a, id)
	if err == nil {
		err = fault.New("fake", fault.Conflict, nil)
	}
	return v, err
}
func (f *fakeFlow) PollSigningDecision(_ context.Context, a identity.Actor, id casework.ID) (*flow.DecisionToSign, error) {
	return f.signer(a, id)
}
func (f *fakeFlow) DecisionCameBack(_ context.Context, a identity.Actor, id casework.ID, _ string) error {
	_, err := f.signer(a, id)
	return err
}
func (f *fakeFlow) CancelSigningDecision(_ context.Context, a identity.Actor, id casework.ID) error {
	_, err := f.signer(a, id)
	return err
}
func (f *fakeFlow) asSigner(a identity.Actor, id casework.ID, format, reason string) ([]forms.Problem, error) {
	if _, err := f.signer(a, id); err != nil {
		return nil, err
	}
	return f.do(a, id, handlers, format, reason)
}
func (f *fakeFlow) AgainstDecision(_ context.Context, a identity.Actor, id casework.ID, reason string) ([]forms.Problem, error) {
	return f.asSigner(a, id, "against %q", reason)
}
func (f *fakeFlow) HinderedDecision(_ context.Context, a identity.Actor, id casework.ID, reason string) ([]forms.Problem, error) {
	return f.asSigner(a, id, "hindered %q", reason)
}
func (f *fakeFlow) WithdrawDecision(_ context.Context, a identity.Actor, id casework.ID, ground string) ([]forms.Problem, error) {
	return f.do(a, id, handlers, "take back %q", ground)
}

// The pages around a proposal: what each sees of it and may do.
func TestProposal(t *testing.T) {
	h := newHouse(t)
	h.flow.laid()
	sees := func(b *httptestkit.Browser, path string, texts ...string) {
		t.Helper()
		b.Get(path)
		b.Want(http.StatusOK)
		httptestkit.CheckResponse(t, path, b.Page)
		said := strings.Join(strings.Fields(b.Text()), " ")
		for _, text := range texts {
			if !strings.Contains(said, text) {
				t.Errorf("%s does not say %q:\n%s", path, text, said)
			}
		}
	}
	chief := visit(t, h, birgitta)
	sees(chief, inboxURL, "Att skriva under (1)", "23 november 2026")
	sees(chief, caseURL(proposed), "Förslag till beslut", "Framlagt av", "Mona Testhandläggare, Handläggare", "Läs och skriv under", "Inte på tur än", "är emot", "Underlaget räcker inte.")
	sees(chief, signDecisionURL(proposed), "Skriv under beslutet", "Öppna beslutet som PDF", "Beslut Ekköpings kommun", "Jag är emot", "Jag har hinder eller är jävig", "Ingen e-legitimation här räcker")
	for _, k := range []position{against, hindered, takenBack} {
		sees(chief, caseURL(proposed)+k.path)
		h.flow.wrong = []forms.Problem{{Pointer: "/reason", Code: forms.Required}}
		chief.Post(caseURL(proposed)+k.path, url.Values{"skal": {""}, httpkit.TokenField: {chief.Token()}})
		chief.Want(http.StatusUnprocessableEntity)
		h.flow.wrong = nil
		chief.Post(caseURL(proposed)+k.path, url.Values{"skal": {"Skäl"}, httpkit.TokenField: {chief.Token()}})
		chief.Want(http.StatusSeeOther)
	}
	if want := []string{string(proposed) + ` against "Skäl"`, string(proposed) + ` hindered "Skäl"`, string(proposed) + ` take back "Skäl"`}; !slices.Equal(h.flow.did, want) {
		t.Errorf("did %q", h.flow.did)
	}

	oskar := visit(t, h, staff("Oskar Provhandläggare", "login|oskar", "ekkoping", school, identity.Officer, identity.Decider))
	sees(oskar, signDecisionURL(proposed), "Det är inte din tur")
	oskar.Get(caseURL(proposed) + against.path)
	oskar.Want(http.StatusConflict)

	officer := visit(t, h, mona)
	sees(officer, caseURL(proposed), "Förslag till beslut", "Ta tillbaka förslaget")
	if strings.Contains(officer.Text(), "Läs och skriv under") {
		t.Error("who is not asked is offered to sign")
	}
	for _, path := range []string{"/skriv-under", "/skriv-under/handling", against.path, hindered.path} {
		officer.Get(caseURL(proposed) + path)
		officer.Want(http.StatusNotFound)
	}
	stranger := visit(t, h, siv)
	for _, path := range []string{"", "/skriv-under", against.path, takenBack.path} {
		stranger.Get(caseURL(proposed) + path)
		stranger.Want(http.StatusNotFound)
	}
	sees(officer, caseURL(waits)+"/beslut", "Bara den som har delegation kan besluta och skriva under", "30 minuter emellan", "Fråga nummer 1")
	if strings.Contains(officer.Text(), "Jag beslutar och skriver under") {
		t.Error("who may not decide is offered to")
	}
	sees(chief, caseURL(waits)+"/beslut", "lämnar inget personnummer")
	withNumber := birgitta
	st := *birgitta.Staff
	who, _ := personas.GetStaff(personas.BirgittaProvbeslutande)
	st.Number, withNumber.Staff = who.Number, &st
	sees(visit(t, h, withNumber), caseURL(waits)+"/beslut", "Jag beslutar och skriver under")
	chief.Get(BackURL + "?b=x")
	chief.Want(http.StatusConflict)
	httptestkit.CheckResponse(t, BackURL, chief.Page)
}
