package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

const samlAudience = "https://ekkoping.example.se/saml"

var (
	samlIdP      = must(et.NewIdentityProvider("https://idp.example.com", now))
	samlStranger = must(et.NewIdentityProvider("https://idp.example.com", now))
	samlText     = []byte("Ansökan om skolskjuts\nÄrende EK-2026-1 & <annat>")
	samlHidden   = []byte(`{"sha256":"00ff"}`)
)

func samlSaid() et.Said {
	return et.Said{ID: "_a1", Audience: samlAudience, Recipient: samlAudience + "/acs", InResponseTo: "_r1", Context: "http://id.elegnamnden.se/loa/1.0/loa3",
		At: now, Number: anna, GivenName: "Anna", Surname: "Testsson", Message: evidence.SAMLMessage(samlText, samlHidden)}
}

func samlInput(by *et.IdentityProvider, s et.Said, e et.SAMLEdit) evidence.SAMLInput {
	return evidence.SAMLInput{SAMLReceived: evidence.SAMLReceived{Assertion: must(by.Assertion(s, e)), Audience: samlAudience, At: now.Add(time.Minute),
		Issuers: []evidence.SAMLIssuer{{EntityID: samlIdP.EntityID, Certificates: []*x509.Certificate{samlIdP.Certificate()}}}},
		Use: evidence.Signing, Number: anna, Text: samlText, Hidden: samlHidden}
}

func samlValid() evidence.SAMLInput { return samlInput(samlIdP, samlSaid(), et.SAMLEdit{}) }

func TestSAML(t *testing.T) {
	got, err := evidence.VerifySAML(samlValid())
	if err != nil {
		t.Fatal(err)
	}
	if got.Number != anna || got.Name != "Anna Testsson" || got.Issuer != samlIdP.EntityID || got.Use != evidence.Signing || !got.OCSPTime.Equal(now.Truncate(time.Second)) ||
		got.Assertion.Context != "http://id.elegnamnden.se/loa/1.0/loa3" || !bytes.Equal(got.Text, samlText) {
		t.Fatalf("got %s by %s at %s", got.Name, got.Issuer, got.OCSPTime)
	}
	s := samlSaid()
	s.Message = nil
	in := samlInput(samlIdP, s, et.SAMLEdit{})
	in.Use, in.Number = evidence.Identification, idno.Number{}
	if _, err := evidence.VerifySAML(in); err != nil {
		t.Fatalf("a login: %v", err)
	}
}

// A verifier who was handed certificates alone, none, or another's.
func TestSAMLTrust(t *testing.T) {
	in := samlValid()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: samlIdP.Certificate().Raw})
	i, err := evidence.ParseSAMLIssuer("", certificate)
	if err != nil {
		t.Fatal(err)
	}
	in.Issuers = []evidence.SAMLIssuer{i}
	if got, err := evidence.VerifySAML(in); err != nil || !got.Anchor.Known || got.Anchor.Fingerprint != sha256.Sum256(samlIdP.Certificate().Raw) {
		t.Fatalf("%+v %v", got.Anchor, err)
	}
	if got, err := evidence.VerifySAMLUnanchored(in); err != nil || !got.Anchor.Known {
		t.Fatalf("a known provider, asked for as unknown: %+v %v", got.Anchor, err)
	}
	in.Issuers = nil
	if got, err := evidence.VerifySAMLUnanchored(in); err != nil || got.Anchor.Known || got.Anchor.Name != "Simulerad legitimering" || got.Number != anna {
		t.Fatalf("%+v %v", got.Anchor, err)
	}
	for name, f := range samlForgeries() {
		_, err := evidence.VerifySAMLUnanchored(f.in)
		if unknown := name == "nobody trusted" || name == "another provider's key" || name == "signed by a stranger"; unknown != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range [][]byte{nil, []byte("x"), bytes.ReplaceAll(certificate, []byte("CERTIFICATE"), []byte("PRIVATE KEY"))} {
		if _, err := evidence.ParseSAMLIssuer("x", text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func samlForgeries() map[string]struct {
	want evidence.Code
	in   evidence.SAMLInput
} {
	type forgery = struct {
		want evidence.Code
		in   evidence.SAMLInput
	}
	out := map[string]forgery{}
	edit := func(name string, want evidence.Code, f func(*evidence.SAMLInput)) {
		in := samlValid()
		f(&in)
		out[name] = forgery{want, in}
	}
	replace := func(s, old, new string) string {
		if !strings.Contains(s, old) {
			panic("nothing to replace: " + old)
		}
		return strings.Replace(s, old, new, 1)
	}
	// changed after it was signed
	rewrite := func(name string, want evidence.Code, old, new string) {
		edit(name, want, func(in *evidence.SAMLInput) { in.Assertion = []byte(replace(string(in.Assertion), old, new)) })
	}
	// signed like that by the provider
	said := func(name string, want evidence.Code, old, new string) {
		out[name] = forgery{want, samlInput(samlIdP, samlSaid(), et.SAMLEdit{Assertion: func(s string) string { return replace(s, old, new) }})}
	}
	info := func(name string, want evidence.Code, old, new string) {
		out[name] = forgery{want, samlInput(samlIdP, samlSaid(), et.SAMLEdit{SignedInfo: func(s string) string { return replace(s, old, new) }})}
	}

	edit("somebody else", evidence.WrongPerson, func(in *evidence.SAMLInput) { in.Number = bo })
	edit("nobody asked for", evidence.WrongPerson, func(in *evidence.SAMLInput) { in.Number = idno.Number{} })
	edit("another text", evidence.WrongText, func(in *evidence.SAMLInput) { in.Text = samlText[1:] })
	edit("other hidden data", evidence.WrongText, func(in *evidence.SAMLInput) { in.Hidden = samlHidden[1:] })
	edit("no hidden data", evidence.WrongText, func(in *evidence.SAMLInput) { in.Hidden = nil })
	edit("a signature as login", evidence.WrongUse, func(in *evidence.SAMLInput) { in.Use = evidence.Identification })
	edit("for another service", evidence.WrongAudience, func(in *evidence.SAMLInput) { in.Audience += "x" })
	edit("long after", evidence.WrongTime, func(in *evidence.SAMLInput) { in.At = now.Add(7 * time.Minute) })
	edit("long before", evidence.WrongTime, func(in *evidence.SAMLInput) { in.At = now.Add(-2 * time.Minute) })
	edit("other bytes than stored", evidence.Changed, func(in *evidence.SAMLInput) { in.Digest = evidence.Digest(in.Assertion[1:], nil) })
	edit("nobody trusted", evidence.SignatureValue, func(in *evidence.SAMLInput) { in.Issuers = nil })
	edit("another provider's key", evidence.WrongIssuer, func(in *evidence.SAMLInput) { in.Issuers[0].EntityID = "https://other.example.com" })
	edit("huge", evidence.TooLarge, func(in *evidence.SAMLInput) { in.Assertion = bytes.Repeat([]byte(" "), evidence.MaxXML+1) })
	edit("empty", evidence.Structure, func(in *evidence.SAMLInput) { in.Assertion = nil })
	login := samlSaid()
	login.Message = nil
	out["a login as signature"] = forgery{evidence.WrongUse, samlInput(samlIdP, login, et.SAMLEdit{})}
	out["signed by a stranger"] = forgery{evidence.SignatureValue, samlInput(samlStranger, samlSaid(), et.SAMLEdit{})}

	rewrite("number exchanged", evidence.SignatureDigest, anna.Digits(), bo.Digits())
	rewrite("level exchanged", evidence.SignatureDigest, "loa3", "loa4")
	rewrite("another ID", evidence.Structure, `ID="_a1"`, `ID="_a2"`)
	rewrite("comment within the number", evidence.Structure, anna.Digits(), anna.Digits()[:6]+"<!-- -->"+anna.Digits()[6:])
	rewrite("CDATA", evidence.Structure, anna.Digits(), "<![CDATA["+anna.Digits()+"]]>")
	rewrite("DTD", evidence.Structure, `<saml:Assertion `, `<!DOCTYPE x [<!ENTITY e "e">]><saml:Assertion `)
	rewrite("processing instruction", evidence.Structure, `<saml:Subject>`, `<?x y?><saml:Subject>`)
	rewrite("attribute twice", evidence.Structure, `Version="2.0"`, `Version="2.0" Version="2.0"`)
	rewrite("ID twice", evidence.Structure, `<saml:Subject>`, `<saml:Subject ID="_a1">`)
	rewrite("two roots", evidence.Structure, `</saml:Assertion>`, `</saml:Assertion><x/>`)
	rewrite("cut off", evidence.Structure, `</saml:Assertion>`, ``)
	rewrite("no signature", evidence.Structure, `<ds:Signature `, `<ds:Other `)
	rewrite("another namespace of signatures", evidence.Structure, `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`, `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig2#"`)
	edit("another certificate carried", evidence.SignatureValue, func(in *evidence.SAMLInput) {
		mine, theirs := certificateOf(in.Assertion), certificateOf(must(samlStranger.Assertion(samlSaid(), et.SAMLEdit{})))
		in.Assertion = bytes.Replace(in.Assertion, mine, theirs, 1)
	})
	rewrite("a certificate that is not base64", evidence.Structure, "<ds:X509Certificate>MII", "<ds:X509Certificate>M!I")
	edit("no certificate carried", evidence.CertificateFormat, func(in *evidence.SAMLInput) {
		i, j := bytes.Index(in.Assertion, []byte("<ds:KeyInfo>")), bytes.Index(in.Assertion, []byte("</ds:Signature>"))
		in.Assertion = append(bytes.Clone(in.Assertion[:i]), in.Assertion[j:]...)
	})
	edit("wrapped", evidence.Structure, func(in *evidence.SAMLInput) {
		original := string(in.Assertion)
		i, j := strings.Index(original, "<ds:Signature "), strings.Index(original, "</ds:Signature>")+len("</ds:Signature>")
		inside := original[:i] + original[j:]
		evil := strings.Replace(strings.Replace(original, anna.Digits(), bo.Digits(), 1), `ID="_a1"`, `ID="_evil"`, 1)
		in.Assertion = []byte(strings.Replace(evil, "</ds:Signature>", "<ds:Object>"+inside+"</ds:Object></ds:Signature>", 1))
		in.Number = bo
	})

	said("two persons", evidence.NoPerson, `>`+anna.Digits()+`</saml:AttributeValue>`, `>`+anna.Digits()+
		`</saml:AttributeValue><saml:AttributeValue>`+bo.Digits()+`</saml:AttributeValue>`)
	said("not a number", evidence.NoPerson, anna.Digits(), "199001012386")
	said("no name", evidence.NoPerson, "urn:oid:2.5.4.42", "urn:oid:2.5.4.43")
	said("attribute named twice", evidence.Structure, "urn:oid:2.5.4.42", "urn:oid:2.5.4.4")
	said("another digest", evidence.Algorithm, "xmlenc#sha256;", "xmldsig-more#sha384;")
	said("by others than the bearer", evidence.Structure, "cm:bearer", "cm:holder-of-key")
	said("a condition nobody knows", evidence.Structure, `</saml:AudienceRestriction>`, `</saml:AudienceRestriction><saml:Condition></saml:Condition>`)
	said("for nobody", evidence.WrongAudience, `<saml:AudienceRestriction><saml:Audience>`+samlAudience+`</saml:Audience></saml:AudienceRestriction>`, ``)
	said("another SAML", evidence.Structure, `Version="2.0"`, `Version="1.1"`)
	said("no time", evidence.Structure, `NotBefore="`, `NotBefore="x`)

	info("SHA-1", evidence.Algorithm, "xmldsig-more#rsa-sha256", "rsa-sha1")
	info("HMAC", evidence.Algorithm, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")
	info("ECDSA of an RSA key", evidence.SignatureValue, "xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256")
	info("digest by SHA-1", evidence.Algorithm, "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1")
	info("canonical with comments", evidence.Algorithm, "xml-exc-c14n#\"></ds:CanonicalizationMethod>", "xml-exc-c14n#WithComments\"></ds:CanonicalizationMethod>")
	info("a stylesheet", evidence.Algorithm, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116")
	info("the whole document", evidence.Structure, `URI="#_a1"`, `URI=""`)
	info("elsewhere", evidence.Structure, `URI="#_a1"`, `URI="https://example.com/"`)
	return out
}

func certificateOf(assertion []byte) []byte {
	i := bytes.Index(assertion, []byte("<ds:X509Certificate>"))
	return assertion[i:bytes.Index(assertion, []byte("</ds:X509Certificate>"))]
}

func TestSAMLForgeries(t *testing.T) {
	found := map[evidence.Code]bool{}
	for name, f := range samlForgeries() {
		t.Run(name, func(t *testing.T) {
			_, err := evidence.VerifySAML(f.in)
			if got := evidence.CodeOf(err); got != f.want {
				t.Fatalf("got %v, want %s", err, f.want)
			}
			if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), anna.Digits()) || strings.Contains(err.Error(), "Testsson") {
				t.Fatalf("got %v", err)
			}
			found[f.want] = true
		})
	}
	for _, c := range evidence.SAMLCodes() {
		if !found[c] {
			t.Errorf("no forgery shows %s", c)
		}
	}
}

// Whichever byte is changed: with the digest that was stored it is found; without it, it is found or changes nothing that the
// evidence says.
func TestSAMLEveryByteCounts(t *testing.T) {
	in := samlValid()
	want, err := evidence.VerifySAML(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Digest = evidence.Digest(in.Assertion, nil)
	good := in.Assertion
	r := rand.New(rand.NewPCG(1, 2))
	for i := range good {
		for range 2 {
			changed := bytes.Clone(good)
			changed[i] ^= byte(1 + r.IntN(255))
			in.Assertion = changed
			if _, err := evidence.VerifySAML(in); evidence.CodeOf(err) != evidence.Changed {
				t.Fatalf("byte %d: %v", i, err)
			}
			loose := in
			loose.Digest = [32]byte{}
			if got, err := evidence.VerifySAML(loose); err == nil {
				if diff := cmp.Diff(want.Assertion, got.Assertion); diff != "" || got.Number != want.Number {
					t.Fatalf("byte %d changed what the evidence says: %s", i, diff)
				}
			}
		}
	}
}

func FuzzReadAssertion(f *testing.F) {
	f.Add(samlValid().Assertion)
	f.Fuzz(func(_ *testing.T, b []byte) {
		a, err := evidence.ReadAssertion(b)
		if err == nil {
			_, _ = a.Person()
		}
		_, _ = evidence.OpenEnveloped(b, []*x509.Certificate{samlIdP.Certificate()})
	})
}

func BenchmarkVerifySAML(b *testing.B) {
	in := samlValid()
	for b.Loop() {
		if _, err := evidence.VerifySAML(in); err != nil {
			b.Fatal(err)
		}
	}
}
