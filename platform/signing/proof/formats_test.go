package proof_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/platform/canon"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/signing/seal"
	"samtjanst/renderer/i18n"
)

const loa3 = "http://id.elegnamnden.se/loa/1.0/loa3"

var (
	idp     = sync.OnceValue(func() *et.IdentityProvider { return must(et.NewIdentityProvider("https://idp.example.com", now)) })
	service = sync.OnceValue(func() *et.ServiceAuthority { return must(et.NewServiceAuthority(now.AddDate(-1, 0, 0))) })
)

// again has Bo's evidence made anew, in another format.
func (k *kase) again(edit func(*proof.Evidence)) {
	f := k.file("underskrift-p2.json")
	var e proof.Evidence
	if err := json.Unmarshal(f.Bytes, &e); err != nil {
		panic(err)
	}
	edit(&e)
	f.Bytes = must(canon.Marshal(e))
}

// bySAML has Bo sign at an identity provider that calls the level by a name.
func bySAML(context string) *kase {
	k := signedCase()
	k.again(func(e *proof.Evidence) {
		e.Format, e.Provider, e.OCSP, e.Method = evidence.SAML, "elegitimation", nil, context
		e.Signature = must(idp().Assertion(et.Said{ID: "_a1", Audience: "https://ekkoping.example.se/eid", Recipient: "https://ekkoping.example.se/eid/svar/x", InResponseTo: "_r1",
			Context: context, At: now, Number: idno.Must(numbers["p2"]), GivenName: "Bo", Surname: "Testsson", Message: evidence.SAMLMessage([]byte(e.Text), e.Hidden)}, et.SAMLEdit{}))
	})
	return k
}

// byService has Bo sign at a signing service.
func byService() *kase {
	k := signedCase()
	k.again(func(e *proof.Evidence) {
		e.Format, e.Provider, e.OCSP, e.Method = evidence.Service, "underskriftstjanst", nil, loa3
		doc := evidence.ServiceDocument{Reference: "Relay00000000000000AAAF3JQ", Text: []byte(e.Text), Hidden: e.Hidden}
		signer := must(service().Issue(et.ServiceSubject{Number: idno.Must(numbers["p2"]), GivenName: "Bo", Surname: "Testsson",
			Context: et.ServiceContext{IdentityProvider: "https://idp.example.com", Class: loa3, Assertion: "_a1", Transaction: "t1", Instant: now}}, now.Add(-time.Second)))
		s := must(signer.Sign(et.ServiceTask{ToBeSigned: must(doc.SignedInfo("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")), SignatureID: doc.SignatureID()}, now, et.ServiceEdit{}))
		e.Signature = must(doc.Finish(evidence.ServiceResult{SignedInfo: s.ToBeSigned, Object: s.Object, Value: s.Value, Certificates: s.Certificates}))
	})
	return k
}

func issuers(entityID string, certificates ...*x509.Certificate) func() []evidence.SAMLIssuer {
	return func() []evidence.SAMLIssuer {
		return []evidence.SAMLIssuer{{EntityID: entityID, Certificates: certificates}}
	}
}

// seen is a provider that signs with another certificate now than it did from a time to another.
func seen(now, then *et.IdentityProvider, from, to time.Time) func() []evidence.SAMLIssuer {
	return func() []evidence.SAMLIssuer {
		return []evidence.SAMLIssuer{{EntityID: then.EntityID, Certificates: []*x509.Certificate{now.Certificate()},
			Seen: []evidence.SeenCertificate{{Certificate: then.Certificate(), From: from, To: to}}}}
	}
}

func nobody() []evidence.SAMLIssuer { return nil }

// An assertion, or what a signing service made, is checked as strictly as BankID's: trusted, from somebody unknown, or broken.
func TestSAMLAndService(t *testing.T) {
	roots := must(evidence.ParseRoots(service().RootPEM()))
	others := must(evidence.ParseRoots(bank().RootPEM()))
	stranger := must(et.NewIdentityProvider(idp().EntityID, now))
	other := func(k *kase, edit func(*proof.Evidence)) func() *kase {
		return func() *kase { k.again(edit); return k }
	}
	saml, made := func() *kase { return bySAML(loa3) }, byService
	for name, c := range map[string]struct {
		make   func() *kase
		saml   func() []evidence.SAMLIssuer
		roots  []evidence.Roots
		want   proof.Verdict
		step   proof.CheckStep // that breaks
		method string
		level  int
	}{
		"assertion":                               {saml, issuers(idp().EntityID, idp().Certificate()), nil, proof.VerdictHolds, "", "saml", 3},
		"assertion, by the certificate alone":     {saml, issuers("", stranger.Certificate(), idp().Certificate()), nil, proof.VerdictHolds, "", "saml", 3},
		"assertion, nobody known":                 {saml, nobody, nil, proof.VerdictUnknownRoot, "", "saml", 3},
		"assertion, another of this name":         {saml, issuers(idp().EntityID, stranger.Certificate()), nil, proof.VerdictUnknownRoot, "", "saml", 3},
		"assertion, another name":                 {saml, issuers("https://other.example.com", idp().Certificate()), nil, proof.VerdictUnknownRoot, "", "saml", 3},
		"assertion, by a certificate of its time": {saml, seen(stranger, idp(), now.AddDate(0, -1, 0), now), nil, proof.VerdictHolds, "", "saml", 3},
		"assertion, before its certificate":       {saml, seen(stranger, idp(), now.Add(time.Hour), now.AddDate(0, 1, 0)), nil, proof.VerdictUnknownRoot, "", "saml", 3},
		"assertion, after its certificate":        {saml, seen(stranger, idp(), now.AddDate(0, -1, 0), now.Add(-time.Hour)), nil, proof.VerdictUnknownRoot, "", "saml", 3},
		"assertion, a level of the provider's own": {func() *kase { return bySAML("https://idp.example.com/loa/high") }, issuers("", idp().Certificate()), nil,
			proof.VerdictHolds, "", "saml", 0},
		"assertion, a higher level told": {other(bySAML(loa3), func(e *proof.Evidence) { e.Level = 4 }), issuers("", idp().Certificate()), nil, proof.VerdictBroken, proof.StepPerson, "", 0},
		"assertion, another text":        {other(bySAML(loa3), func(e *proof.Evidence) { e.Text = "Jag avstår" }), issuers("", idp().Certificate()), nil, proof.VerdictBroken, proof.StepText, "", 0},
		"assertion, another hidden":      {other(bySAML(loa3), func(e *proof.Evidence) { e.Hidden[0] ^= 1 }), issuers("", idp().Certificate()), nil, proof.VerdictBroken, proof.StepText, "", 0},
		"assertion, another person":      {other(bySAML(loa3), func(e *proof.Evidence) { e.Number = numbers["p1"] }), nobody, nil, proof.VerdictBroken, proof.StepPerson, "", 0},
		"assertion, another day":         {other(bySAML(loa3), func(e *proof.Evidence) { e.At = e.At.AddDate(0, 0, 1) }), nobody, nil, proof.VerdictBroken, proof.StepStatus, "", 0},
		"assertion, altered":             {other(bySAML(loa3), func(e *proof.Evidence) { flip(e.Signature, "Testsson") }), nobody, nil, proof.VerdictBroken, proof.StepContent, "", 0},
		"assertion, signature altered":   {other(bySAML(loa3), func(e *proof.Evidence) { flip(e.Signature, "SignatureValue>") }), nobody, nil, proof.VerdictBroken, proof.StepKey, "", 0},
		"assertion, with an OCSP answer": {other(bySAML(loa3), func(e *proof.Evidence) { e.OCSP = []byte{1} }), nobody, nil, proof.VerdictBroken, proof.StepStatus, "", 0},
		"service":                        {made, nobody, []evidence.Roots{others, roots}, proof.VerdictHolds, "", "service", 3},
		"service, other roots":           {made, nobody, []evidence.Roots{others}, proof.VerdictUnknownRoot, "", "service", 3},
		"service, no roots":              {made, nobody, nil, proof.VerdictUnknownRoot, "", "service", 3},
		"service, a higher level told":   {other(byService(), func(e *proof.Evidence) { e.Level = 4 }), nobody, []evidence.Roots{roots}, proof.VerdictBroken, proof.StepPerson, "", 0},
		"service, another text":          {other(byService(), func(e *proof.Evidence) { e.Text = "Jag avstår" }), nobody, []evidence.Roots{roots}, proof.VerdictBroken, proof.StepText, "", 0},
		"service, another hidden":        {other(byService(), func(e *proof.Evidence) { e.Hidden[0] ^= 1 }), nobody, []evidence.Roots{roots}, proof.VerdictBroken, proof.StepManifest, "", 0},
		"service, another person":        {other(byService(), func(e *proof.Evidence) { e.Number = numbers["p1"] }), nobody, []evidence.Roots{roots}, proof.VerdictBroken, proof.StepPerson, "", 0},
		"service, another day":           {other(byService(), func(e *proof.Evidence) { e.At = e.At.AddDate(0, 0, 1) }), nobody, []evidence.Roots{roots}, proof.VerdictBroken, proof.StepStatus, "", 0},
		"assertion said to be a service's": {other(bySAML(loa3), func(e *proof.Evidence) { e.Format = evidence.Service }), nobody, []evidence.Roots{roots},
			proof.VerdictBroken, proof.StepForm, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			ck := checker(bank())
			ck.Formats[evidence.SAML], ck.Formats[evidence.Service] = proof.SAML(c.saml), proof.Service(c.roots...)
			r := check(t, ck, c.make().zip(t))
			s := r.Signatures[1]
			if r.Verdict != c.want {
				t.Fatalf("%s %v %+v", r.Verdict, r.Findings, s)
			}
			if c.step != "" {
				if i := slices.IndexFunc(s.Checks, func(c proof.Check) bool { return c.State == proof.Broken }); i < 0 || s.Checks[i].Step != c.step {
					t.Errorf("%+v", s.Checks)
				}
				return
			}
			g := s.Signed
			if g.Name != "Bo Testsson" || g.Number.Digits() != numbers["p2"] || !g.At.Equal(now) || g.Method != c.method || g.Level != c.level || len(g.Anchor.Fingerprint) != 64 ||
				g.Anchor.Known != (c.want == proof.VerdictHolds) {
				t.Errorf("%+v", g)
			}
			texts := must(i18n.Embedded())
			for _, lang := range []string{"sv", "en"} {
				if text := flat(r.Say(texts.In(lang))); strings.Contains(text, "[") || !strings.Contains(text, "Bo Testsson (19850601-2387)") {
					t.Errorf("a text is missing in %s:\n%s", lang, text)
				}
			}
		})
	}
}

// An identity provider's certificate of former times: who is asked is told, and what the authority says of it, which is not proof. Whoever has
// asked trusts it by the fingerprint, and nothing else by that.
func TestFormerCertificate(t *testing.T) {
	authority, sealer := municipality()
	file := must(sealer.Seal(t.Context(), paper(t, bySAML(loa3)), seal.Options{}))
	texts := must(i18n.Embedded())
	pin := func(c *x509.Certificate) string { sum := sha256.Sum256(c.Raw); return hex.EncodeToString(sum[:]) }
	stranger := must(et.NewIdentityProvider(idp().EntityID, now))
	for name, c := range map[string]struct {
		trust seal.Trust
		pins  proof.Pins
		want  proof.Verdict
		says  []string
		not   []string
	}{
		"nobody asked": {must(seal.ParseTrust(authority.RootPEM(), nil)), nil, proof.VerdictUnknownRoot,
			[]string{"Intyget är undertecknat med certifikatet Simulerad legitimering, som inte är", "var tjänstens den 4 mars 2026 kl. 11.11.", "Ekköpings kommun, som har stämplat filen, jämförde"}, nil},
		"nobody known": {seal.Trust{}, nil, proof.VerdictUnknownRoot, []string{"var tjänstens den"}, []string{"som har stämplat filen, jämförde"}},
		"asked":        {must(seal.ParseTrust(authority.RootPEM(), nil)), proof.Pins{pin(idp().Certificate()): true}, proof.VerdictHolds, []string{"som är betrott här"}, []string{"var tjänstens den"}},
		"another":      {must(seal.ParseTrust(authority.RootPEM(), nil)), proof.Pins{pin(stranger.Certificate()): true, "": true}, proof.VerdictUnknownRoot, []string{"var tjänstens den"}, nil},
	} {
		ck := sealing(c.trust)
		ck.Formats[evidence.SAML] = c.pins.Verifier(proof.SAML(nobody))
		r := check(t, ck, file)
		if r.Verdict != c.want {
			t.Errorf("%s: %s %v", name, r.Verdict, r.Findings)
		}
		text := flat(r.Say(texts.In("sv")))
		for _, want := range c.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		for _, no := range append(c.not, "[") {
			if strings.Contains(text, no) {
				t.Errorf("%s: %q in\n%s", name, no, text)
			}
		}
	}
}

// A seal's certificates can be trusted by their fingerprints too, the timestamp's beside the seal's; what is broken stays so.
func TestPinnedSeal(t *testing.T) {
	one, two := &proof.Anchor{Fingerprint: strings.Repeat("1", 64)}, &proof.Anchor{Fingerprint: strings.Repeat("2", 64)}
	unknown := func(a, stamp *proof.Anchor) proof.Seal {
		return proof.Seal{State: proof.SealUnknownRoot, Code: seal.Chain, By: "Ekköpings kommun", Anchor: a, StampAnchor: stamp}
	}
	first, both := proof.Pins{one.Fingerprint: true}, proof.Pins{one.Fingerprint: true, two.Fingerprint: true}
	for name, c := range map[string]struct {
		pins proof.Pins
		seal proof.Seal
		want proof.SealState
	}{
		"the seal's":                        {first, unknown(one, nil), proof.SealHolds},
		"the timestamp's":                   {first, unknown(nil, one), proof.SealHolds},
		"both":                              {both, unknown(one, two), proof.SealHolds},
		"the seal's, not the timestamp's":   {first, unknown(one, two), proof.SealUnknownRoot},
		"the timestamp's, not the seal's":   {first, unknown(two, one), proof.SealUnknownRoot},
		"another":                           {first, unknown(two, nil), proof.SealUnknownRoot},
		"none":                              {nil, unknown(one, nil), proof.SealUnknownRoot},
		"a broken one":                      {both, proof.Seal{State: proof.SealBroken, Code: seal.Digest}, proof.SealBroken},
		"none where there should be a seal": {both, proof.Seal{State: proof.SealNone}, proof.SealNone},
	} {
		got := c.pins.SealCheck(func([]byte) proof.Seal { return c.seal })(nil)
		if got.State != c.want || got.By != c.seal.By || (got.State == proof.SealHolds) != (got.Anchor == nil && got.StampAnchor == nil && got.Code == "" && got.By != "") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestParsePin(t *testing.T) {
	want := strings.Repeat("ab", 32)
	for text, ok := range map[string]bool{want: true, strings.ToUpper(want): true, strings.TrimSuffix(strings.Repeat("AB:", 32), ":"): true, strings.Repeat("ab ", 32): true,
		want[2:]: false, want + "ab": false, "rot.pem": false, "": false, "x" + want[1:]: false} {
		if got, is := proof.ParsePin(text); is != ok || ok && got != want {
			t.Errorf("%q: %q %t", text, got, is)
		}
	}
}

// flip makes the byte after a word, at its last place, another letter.
func flip(b []byte, after string) {
	at := strings.LastIndex(string(b), "</") // so that there is one behind
	if after == "SignatureValue>" {
		at = strings.Index(string(b), after) + len(after) + 4
	} else {
		at = strings.LastIndex(string(b[:at]), after)
	}
	if b[at] == 'A' { // of a text, and of base 64, for another letter is always another of both
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
}
