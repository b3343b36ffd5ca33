package saml_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

func TestConformance(t *testing.T) {
	w := newWorld(t, nil)
	h := eidtest.VisitedHarness{Provider: w.client, Person: anna, Other: bo, Later: w.clock.Advance, Life: saml.Life,
		Visit: func(t *testing.T, o eid.Order, n idno.Number, act eidtest.Act) url.Values {
			t.Helper()
			return w.answer(t, o, n, act)
		}}
	for f, m := range map[samlsim.Fault]eid.Message{samlsim.Cancelled: eid.UserCancelled, samlsim.Fraud: eid.RiskBlocked, samlsim.PossibleFraud: eid.RiskBlocked,
		samlsim.AuthnFailed: eid.UnknownFault, samlsim.NoAuthnContext: eid.TechnicalFault, samlsim.NoPassive: eid.TechnicalFault,
		samlsim.RequestUnsupported: eid.TechnicalFault, samlsim.UnknownPrincipal: eid.WrongPerson, samlsim.Requester: eid.TechnicalFault,
		samlsim.WrongPerson: eid.WrongPerson} {
		h.Endings = append(h.Endings, eidtest.VisitedEnding{Name: string(f), Act: eidtest.Act(f), Message: m})
	}
	for _, f := range samlsim.Lies() {
		h.Endings = append(h.Endings, eidtest.VisitedEnding{Name: string(f), Act: eidtest.Act(f), Message: eid.EvidenceRejected})
	}
	eidtest.RunVisited(t, h)
}

func TestConformanceLoginOnly(t *testing.T) {
	w := newWorld(t, func(c *saml.Config) { c.Sign = false })
	eidtest.RunVisited(t, eidtest.VisitedHarness{Provider: w.client, Person: anna, Other: bo, Later: w.clock.Advance, Life: saml.Life, LoginOnly: true,
		Visit: func(t *testing.T, o eid.Order, n idno.Number, act eidtest.Act) url.Values {
			t.Helper()
			return w.answer(t, o, n, act)
		}})
}

// Every lie is found by the check that is there for it, not by chance of another; and leaves the order open for the truth.
func TestLies(t *testing.T) {
	w := newWorld(t, nil)
	for f, want := range map[samlsim.Fault]evidence.Code{
		samlsim.Expired: evidence.WrongTime, samlsim.Early: evidence.WrongTime, samlsim.OldLogin: evidence.WrongTime,
		samlsim.WrongRequest: saml.WrongOrder, samlsim.WrongResponse: saml.WrongOrder, samlsim.Replayed: saml.WrongOrder,
		samlsim.WrongAudience: evidence.WrongAudience, samlsim.WrongRecipient: evidence.WrongAudience, samlsim.WrongDestination: evidence.WrongAudience,
		samlsim.OldAssertion: evidence.WrongTime, samlsim.OldResponse: evidence.WrongTime, samlsim.EarlyResponse: evidence.WrongTime,
		samlsim.OtherResponder: evidence.WrongIssuer, samlsim.NoResponder: evidence.Structure, samlsim.NoStatus: evidence.Structure,
		samlsim.OldVersion: evidence.Structure, samlsim.OtherMessage: evidence.Structure,
		samlsim.WrongIssuer: evidence.WrongIssuer, samlsim.WrongLevel: saml.WrongLevel, samlsim.WrongText: evidence.WrongText,
		samlsim.NoText: evidence.WrongUse, samlsim.NoNumber: evidence.NoPerson, samlsim.TwoNumbers: evidence.NoPerson,
		samlsim.Unsigned: evidence.Structure, samlsim.UnsignedAssertion: evidence.Structure, samlsim.OtherKey: evidence.SignatureValue,
		samlsim.OtherAssertionKey: evidence.SignatureValue, samlsim.NoCertificate: evidence.CertificateFormat, samlsim.Unencrypted: evidence.Structure,
		samlsim.TwoAssertions: evidence.Structure, samlsim.NoAssertion: evidence.Structure, samlsim.AlteredResponse: evidence.SignatureDigest,
		samlsim.AlteredAssertion: evidence.SignatureDigest, samlsim.Wrapped: evidence.Structure, samlsim.WrappedSameID: evidence.Structure,
		samlsim.WrappedAssertion: evidence.Structure, samlsim.Comment: evidence.Structure, samlsim.DTD: evidence.Structure,
	} {
		t.Run(string(f), func(t *testing.T) {
			o := w.start(t, eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A"))
			// What is replayed is the order's before this one; every other lie has a true answer besides.
			s, err := w.client.Answer(context.Background(), o.Ref, w.answer(t, o, anna, eidtest.Act(f)))
			if err != nil || s.State != eid.Failed || s.Hint != "evidence-"+string(want) || s.Message != eid.EvidenceRejected {
				t.Fatalf("%s %q %q %v, want %s", s.State, s.Hint, s.Message, err, want)
			}
			s, err = w.client.Answer(context.Background(), o.Ref, w.answer(t, o, anna, eidtest.Approve))
			if err != nil || s.State != eid.Complete {
				t.Fatalf("the truth after the lie: %s %q %v", s.State, s.Hint, err)
			}
		})
	}
}

// A whole signature over HTTP, and its evidence verified by somebody who has only the evidence and what was asked.
func TestSignatureIsEvidence(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A")
	o := w.start(t, r)
	request := o.Visit.Fields[0].Value
	for _, secret := range []string{r.Text, "skolskjuts"} {
		if strings.Contains(decoded(t, request), secret) {
			t.Error("the text to sign is readable on its way through the browser")
		}
	}
	b := newBrowser(t)
	b.visit(o)
	shown := text(b.all("pre")[0])
	if !strings.HasPrefix(shown, r.Text) || !strings.Contains(shown, "Kontrollsumma (SHA-256): ") || shown != string(evidence.SAMLMessage([]byte(r.Text), r.Hidden)) {
		t.Fatalf("what is shown is %q", shown)
	}
	b.press("Anna Testsson", "Skriv under")
	to, posted := b.form()
	if to != acs || posted.Get("RelayState") != r.Relay {
		t.Fatalf("the browser is sent to %s with %v", to, posted["RelayState"])
	}
	s, err := w.client.Answer(context.Background(), o.Ref, posted)
	if err != nil || s.State != eid.Complete {
		t.Fatalf("%s %q %v", s.State, s.Hint, err)
	}
	d := s.Done
	if d.Number != anna || d.Name != "Anna Testsson" || d.Level != 3 || d.Method != samlsim.LoA3 || d.Format != string(evidence.SAML) || len(d.OCSP) != 0 {
		t.Fatalf("got %s level %d %s %s", d.Name, d.Level, d.Method, d.Format)
	}
	in := evidence.SAMLInput{SAMLReceived: evidence.SAMLReceived{Assertion: d.Signature, Issuers: []evidence.SAMLIssuer{w.issuer(t)}, Audience: entityID,
		At: w.clock.Now()}, Use: evidence.Signing, Number: anna, Text: []byte(r.Text), Hidden: r.Hidden}
	got, err := evidence.VerifySAML(in)
	if err != nil {
		t.Fatal(err)
	}
	if got.Issuer != w.sim.EntityID(samlsim.Citizens) || !got.Certificate.Equal(w.sim.ProviderCertificate()) || len(got.UserSignature) == 0 {
		t.Fatalf("the evidence says %s", got.Issuer)
	}
	in.Hidden = []byte(`{"sha256":"00fe"}`)
	if _, err := evidence.VerifySAML(in); evidence.CodeOf(err) != evidence.WrongText {
		t.Fatalf("other hidden data: %v", err)
	}
}

// The level asked for is what the provider is asked for, and nothing lower is taken.
func TestLevel(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.VisitedRequest(eid.Login, anna, "Relay0000000000000000A")
	r.Level = 4
	o := w.start(t, r)
	if q := decoded(t, o.Visit.Fields[0].Value); strings.Contains(q, samlsim.LoA3) || !strings.Contains(q, samlsim.LoA4) {
		t.Fatal("another level is asked for")
	}
	s, err := w.client.Answer(context.Background(), o.Ref, w.answer(t, o, anna, eidtest.Approve))
	if err != nil || s.State != eid.Complete || s.Done.Level != 4 {
		t.Fatalf("%s %q %v", s.State, s.Hint, err)
	}
}

// A user's message at login is shown, and only its own text.
func TestLoginMessage(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.VisitedRequest(eid.Login, idno.Number{}, "Relay0000000000000000A")
	r.Text = "Logga in i Ekköpings e-tjänster"
	o := w.start(t, r)
	b := newBrowser(t)
	b.visit(o)
	if got := text(b.all("pre")[0]); got != r.Text {
		t.Fatalf("shown %q", got)
	}
}

func TestStaff(t *testing.T) {
	w := newWorld(t, nil)
	ctx := context.Background()
	o, err := w.staff.Begin(ctx, "session-1")
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	b.visit(o)
	b.press("Mona Testhandläggare", "Skolskjuts")
	_, posted := b.form()
	if _, err := w.client.Answer(ctx, o.Ref, posted); !errors.Is(err, fault.NotFound) {
		t.Fatalf("a login of staff is taken for a citizen's: %v", err)
	}
	got, err := w.staff.Finish(ctx, o.Ref, posted)
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != w.sim.EntityID(samlsim.Staff)+"|SE2120000000-1001" || got.Name != "Mona Testhandläggare" || len(got.Groups) != 1 ||
		got.Groups[0] != "SE2120000000-2002" || got.Commission.Name != "Skolskjuts" || len(got.Commission.Rights) != 2 || got.Level != 3 || got.ACR != samlsim.SambiLoA3 {
		t.Fatalf("got %+v", got)
	}
	if _, err := w.staff.Finish(ctx, o.Ref, posted); !errors.Is(err, fault.NotFound) {
		t.Fatalf("used twice: %v", err)
	}
	o, err = w.staff.Begin(ctx, "session-2")
	if err != nil {
		t.Fatal(err)
	}
	b.visit(o)
	b.press("", "Avbryt")
	_, posted = b.form()
	var r *eid.Refusal
	if _, err := w.staff.Finish(ctx, o.Ref, posted); !errors.Is(err, fault.Unauthorised) || !errors.As(err, &r) || r.Message != eid.UserCancelled {
		t.Fatalf("cancelled: %v", err)
	}
	o, err = w.staff.Begin(ctx, "session-3")
	if err != nil {
		t.Fatal(err)
	}
	b.visit(o)
	w.fail(t, samlsim.WrongAudience)
	b.press("Siv Socialtest", "Logga in")
	_, posted = b.form()
	if _, err := w.staff.Finish(ctx, o.Ref, posted); !errors.Is(err, fault.Unauthorised) || strings.Contains(err.Error(), "Siv") {
		t.Fatalf("a lie: %v", err)
	}
	b.visit(o)
	b.press("Siv Socialtest", "Logga in")
	_, posted = b.form()
	if got, err = w.staff.Finish(ctx, o.Ref, posted); err != nil || got.HSAID != "SE2120000000-1002" || len(got.Groups) != 0 {
		t.Fatalf("without commission: %+v %v", got, err)
	}
	if o, err = w.staff.Begin(ctx, "session-4"); err != nil {
		t.Fatal(err)
	}
	b.visit(o)
	b.press("Siv Socialtest", "Logga in")
	_, posted = b.form()
	w.clock.Advance(saml.Life + time.Minute)
	if _, err := w.staff.Finish(ctx, o.Ref, posted); !errors.Is(err, fault.Unauthorised) || !errors.As(err, &r) || r.Message != eid.Expired {
		t.Fatalf("too late: %v", err)
	}
}

// Metadata are kept when they cannot be fetched, and refused when they have expired.
func TestMetadataOutage(t *testing.T) {
	w := newWorld(t, nil)
	ctx := context.Background()
	if err := w.sim.Fail(samlsim.MetadataDown, 0); err != nil {
		t.Fatal(err)
	}
	_, err := w.client.Start(ctx, eidtest.VisitedRequest(eid.Login, anna, "r"))
	var r *eid.Refusal
	if !errors.Is(err, fault.Unavailable) || !errors.As(err, &r) || r.Message != eid.TechnicalFault {
		t.Fatalf("nothing known and nothing fetched: %v", err)
	}
	if err := w.sim.Fail(samlsim.Works, 0); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Minute)
	w.start(t, eidtest.VisitedRequest(eid.Login, anna, "r"))
	if err := w.sim.Fail(samlsim.MetadataDown, 0); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(6 * 24 * time.Hour)
	w.start(t, eidtest.VisitedRequest(eid.Login, anna, "r"))
	if err := w.client.Refresh(ctx); !errors.Is(err, fault.Unavailable) {
		t.Fatalf("refreshed from nowhere: %v", err)
	}
	w.clock.Advance(2 * 24 * time.Hour)
	if _, err := w.client.Start(ctx, eidtest.VisitedRequest(eid.Login, anna, "r")); !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "expired") {
		t.Fatalf("expired metadata: %v", err)
	}
}
