package signservice_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/signservice"
	"samtjanst/integrations/eid/signservicesim"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

func (w *world) harness() eidtest.VisitedHarness {
	h := eidtest.VisitedHarness{Provider: w.client, Person: anna, Other: bo, SignOnly: true, Life: signservice.DefaultLife, Later: w.clock.Advance, Visit: w.visit}
	for act, message := range map[signservicesim.Action]eid.Message{
		signservicesim.UserCancel: eid.UserCancelled, signservicesim.AuthnFailed: eid.UnknownFault, signservicesim.UserMismatch: eid.WrongPerson,
		signservicesim.ReqExpired: eid.Expired, signservicesim.UnsupportedLoA: eid.TechnicalFault, signservicesim.SigMessageError: eid.TechnicalFault,
		signservicesim.SecurityViolation: eid.RiskBlocked, signservicesim.ResponderError: eid.TechnicalFault, signservicesim.UnknownResult: eid.TechnicalFault,

		signservicesim.Replayed: eid.EvidenceRejected, signservicesim.Unsigned: eid.EvidenceRejected, signservicesim.OtherKey: eid.EvidenceRejected,
		signservicesim.OldResponse: eid.EvidenceRejected,

		signservicesim.WrongPerson: eid.WrongPerson, signservicesim.AlteredSignature: eid.EvidenceRejected, signservicesim.WrongDocument: eid.EvidenceRejected,
		signservicesim.LowLevel: eid.EvidenceRejected, signservicesim.OtherProvider: eid.EvidenceRejected, signservicesim.OldLogin: eid.EvidenceRejected,
		signservicesim.ForeignCA: eid.EvidenceRejected, signservicesim.NoAssertion: eid.EvidenceRejected, signservicesim.OtherContext: eid.EvidenceRejected,
	} {
		h.Endings = append(h.Endings, eidtest.VisitedEnding{Name: string(act), Act: eidtest.Act(act), Message: message})
	}
	return h
}

func TestConformance(t *testing.T) {
	eidtest.RunVisited(t, newWorld(t, nil).harness())
}

// What a completion holds must be enough for a third party to verify it later against what was asked, with the product or with another
// tool. RSA is what services sign with unless asked for something else.
func TestEvidenceCanBeVerifiedLater(t *testing.T) {
	w := newWorld(t, func(c *signservice.Config) { c.SignatureAlgorithm = "" })
	r := eidtest.VisitedRequest(eid.Sign, anna, someRelay)
	o := start(t, w.client, r)
	s := answer(t, w.client, o, w.visit(t, o, anna, eidtest.Approve))
	if s.State != eid.Complete {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
	roots, err := evidence.ParseRoots(w.sim.Roots())
	if err != nil {
		t.Fatal(err)
	}
	in := evidence.Input{Received: evidence.Received{XML: s.Done.Signature, Roots: roots, At: w.clock.Now()}, Use: evidence.Signing, Number: anna,
		Text: []byte(r.Text), Markdown: true, Hidden: r.Hidden}
	v, err := evidence.VerifyService(in)
	if err != nil {
		t.Fatal(err)
	}
	if v.Context == nil || v.Context.Class != "http://id.elegnamnden.se/loa/1.0/loa3" || v.Context.IdentityProvider != signservicesim.IdentityProviderID ||
		s.Done.Method != v.Context.Class || s.Done.Level != 3 || s.Done.Format != string(evidence.Service) || !strings.HasPrefix(v.Reference, someRelay+".") {
		t.Fatalf("got %+v and %+v", v.Context, s.Done.Method)
	}
	in.Number = bo
	if _, err := evidence.VerifyService(in); evidence.CodeOf(err) != evidence.WrongPerson {
		t.Fatalf("somebody else: %v", err)
	}
	xmlsec(t, s.Done.Signature, "--trusted-pem", w.sim.Files().Roots, "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties")
}

// Our request as another implementation reads it.
func TestRequestIsSigned(t *testing.T) {
	w := newWorld(t, nil)
	o := start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay))
	raw, err := base64.StdEncoding.DecodeString(fields(o).Get("EidSignRequest"))
	if err != nil {
		t.Fatal(err)
	}
	xmlsec(t, raw, "--pubkey-cert-pem", w.sim.Files().Certificate)
	// By canonicalisation a document loses the names that only values use; a service that binds types to XML then reads no number.
	if !bytes.Contains(raw, []byte(`xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string">`+anna.Digits())) {
		t.Error("the number's type has lost its name")
	}
}

// The person is shown the text, and nobody but the identity provider reads it on the way when its certificate is configured.
func TestMessage(t *testing.T) {
	for name, encrypted := range map[string]bool{"in the clear": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			if encrypted {
				w = newWorld(t, func(c *signservice.Config) { c.MessageCertificate = w.sim.Files().MessageCertificate })
			}
			r := eidtest.VisitedRequest(eid.Sign, anna, someRelay)
			r.Text = "Ansökan om <skolskjuts> & mer"
			o := start(t, w.client, r)
			if p := post(t, o.Visit.URL, fields(o)); !strings.Contains(p.text, r.Text) {
				t.Fatalf("not shown: %s", p.text)
			}
			raw, err := base64.StdEncoding.DecodeString(fields(o).Get("EidSignRequest"))
			if err != nil {
				t.Fatal(err)
			}
			if in := bytes.Contains(raw, []byte(base64.StdEncoding.EncodeToString([]byte(r.Text)))); in == encrypted {
				t.Fatalf("the text stands in the request: %v", in)
			}
			if s := answer(t, w.client, o, w.visit(t, o, anna, eidtest.Approve)); s.State != eid.Complete {
				t.Fatalf("got %s %s", s.State, s.Hint)
			}
		})
	}
}

// Reading an answer needs nothing but what the order holds: it works after a restart and on another node.
func TestAnswerOnAnotherNode(t *testing.T) {
	w := newWorld(t, nil)
	o := start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay))
	if s := answer(t, w.another(t), o, w.visit(t, o, anna, eidtest.Approve)); s.State != eid.Complete {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
}

// The state belongs to its order: another, or none, is not this order.
func TestStateIsBound(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.VisitedRequest(eid.Sign, anna, someRelay)
	o := start(t, w.client, r)
	posted := w.visit(t, o, anna, eidtest.Approve)
	r.Text = "Något annat"
	for name, state := range map[string][]byte{"none": nil, "another order's": start(t, w.client, r).State, "more": append(o.State, ' ')} {
		if _, err := w.client.AnswerWith(context.Background(), o.Ref, state, posted); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.client.Answer(context.Background(), o.Ref, posted); !errors.Is(err, fault.NotFound) {
		t.Errorf("without a state: %v", err)
	}
	if s := answer(t, w.client, o, posted); s.State != eid.Complete {
		t.Fatalf("got %s %s", s.State, s.Hint)
	}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		asked, got int
	}{{0, 3}, {2, 3}, {3, 3}, {4, 4}} {
		w := newWorld(t, func(cfg *signservice.Config) { cfg.Least = 2 })
		r := eidtest.VisitedRequest(eid.Sign, anna, someRelay)
		r.Level = c.asked
		o := start(t, w.client, r)
		if s := answer(t, w.client, o, w.visit(t, o, anna, eidtest.Approve)); s.State != eid.Complete || s.Done.Level != c.got {
			t.Errorf("asked for %d: %s %s", c.asked, s.State, s.Hint)
		}
	}
	w := newWorld(t, func(cfg *signservice.Config) { cfg.Levels = map[string]int{"http://id.elegnamnden.se/loa/1.0/loa3": 3} })
	r := eidtest.VisitedRequest(eid.Sign, anna, someRelay)
	r.Level = 4
	if _, err := w.client.Start(context.Background(), r); !errors.Is(err, fault.Invalid) {
		t.Errorf("a level that nobody gives: %v", err)
	}
}

func TestSigningIsAllItDoes(t *testing.T) {
	w := newWorld(t, nil)
	if _, err := w.client.Start(context.Background(), eidtest.VisitedRequest(eid.Login, anna, someRelay)); !errors.Is(err, fault.Invalid) {
		t.Fatalf("a login: %v", err)
	}
}

// The service demands what the profile does: what it is not to accept shows that our requests are accepted for a reason.
func TestServiceRefuses(t *testing.T) {
	w := newWorld(t, nil)
	good := fields(start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay)))
	altered := func(old, new string) func(url.Values) {
		return func(v url.Values) {
			raw, err := base64.StdEncoding.DecodeString(v.Get("EidSignRequest"))
			if err != nil || !bytes.Contains(raw, []byte(old)) {
				t.Fatalf("no %s in the request", old)
			}
			v.Set("EidSignRequest", base64.StdEncoding.EncodeToString(bytes.Replace(raw, []byte(old), []byte(new), 1)))
		}
	}
	for name, edit := range map[string]func(url.Values){
		"another binding":   func(v url.Values) { v.Set("Binding", "GET") },
		"another relay":     func(v url.Values) { v.Set("RelayState", someRelay) },
		"another person":    altered(anna.Digits(), bo.Digits()),
		"another address":   altered(returnURL, "https://example.com/"),
		"another digest":    altered("ToBeSignedBytes>PG", "ToBeSignedBytes>PH"),
		"no signature":      altered("ds:Signature ", "ds:Other "),
		"no request at all": func(v url.Values) { v.Del("EidSignRequest") },
	} {
		v := url.Values{}
		for k := range good {
			v.Set(k, good.Get(k))
		}
		edit(v)
		if p := post(t, w.server.URL+signservicesim.RequestPath, v); p.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, p.status)
		}
	}
	w.clock.Advance(6 * time.Minute)
	if p := post(t, w.server.URL+signservicesim.RequestPath, good); p.status != http.StatusBadRequest {
		t.Errorf("an old request: %d", p.status)
	}
}
