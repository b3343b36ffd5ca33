package evidence_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

const (
	ecdsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
	rsaSHA256   = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
)

// service is one authority for all tests: keys take time.
var service = sync.OnceValue(func() *et.ServiceAuthority { return must(et.NewServiceAuthority(now.AddDate(-1, 0, 0))) })

func serviceDocument() evidence.ServiceDocument {
	return evidence.ServiceDocument{Reference: "Relay00000000000000AAAF3JQ", Text: text, Markdown: true, Hidden: hidden}
}

func serviceSubject(n idno.Number) et.ServiceSubject {
	return et.ServiceSubject{Number: n, GivenName: "Åsa-Lena", Surname: "Testsson", Context: et.ServiceContext{
		IdentityProvider: "https://idp.example.se/", Class: "http://id.elegnamnden.se/loa/1.0/loa3", Assertion: "_a1", Transaction: "t1",
		Instant: now.Add(-30 * time.Second)}}
}

// serviceCase is a document, who signs it and how; the zero value of a field is the ordinary.
type serviceCase struct {
	document  evidence.ServiceDocument
	subject   et.ServiceSubject
	algorithm string
	at        time.Time
	edit      et.ServiceEdit
	result    func(*evidence.ServiceResult)
}

func (c serviceCase) evidence() ([]byte, error) {
	if c.document.Reference == "" {
		c.document = serviceDocument()
	}
	if c.subject.Number.IsZero() {
		c.subject = serviceSubject(anna)
	}
	if c.algorithm == "" {
		c.algorithm = ecdsaSHA256
	}
	if c.at.IsZero() {
		c.at = now
	}
	signer := must(service().Issue(c.subject, now.Add(-time.Second)))
	task := et.ServiceTask{ToBeSigned: must(c.document.SignedInfo(c.algorithm)), SignatureID: c.document.SignatureID()}
	signed := must(signer.Sign(task, c.at, c.edit))
	r := evidence.ServiceResult{SignedInfo: signed.ToBeSigned, Object: signed.Object, Value: signed.Value, Certificates: signed.Certificates}
	if c.result != nil {
		c.result(&r)
	}
	return c.document.Finish(r)
}

func serviceAsked(xml []byte) evidence.Input {
	return evidence.Input{Received: evidence.Received{XML: xml, Roots: must(evidence.ParseRoots(service().RootPEM())), At: now.Add(20 * time.Second)},
		Use: evidence.Signing, Number: anna, Text: text, Markdown: true, Hidden: hidden}
}

func (c serviceCase) asked() evidence.Input { return serviceAsked(must(c.evidence())) }

func TestServiceValid(t *testing.T) {
	in := serviceCase{}.asked()
	in.Digest = evidence.Digest(in.XML, nil)
	v, err := evidence.VerifyService(in)
	if err != nil {
		t.Fatal(err)
	}
	if v.Number != anna || v.Name != "Åsa-Lena Testsson" || v.GivenName != "Åsa-Lena" || v.Surname != "Testsson" || v.Use != evidence.Signing ||
		!v.SignedAt.Equal(now) || v.Reference != serviceDocument().Reference || !bytes.Equal(v.Text, text) || !bytes.Equal(v.Hidden, hidden) ||
		v.Issuer != "Samtjänst Simulator Underskrift CA v1" || v.NotBefore.After(now) || v.NotAfter.Before(now) {
		t.Fatalf("got %+v", v)
	}
	want := evidence.AuthContext{IdentityProvider: "https://idp.example.se/", Class: "http://id.elegnamnden.se/loa/1.0/loa3",
		Instant: now.Add(-30 * time.Second), Assertion: "_a1", Transaction: "t1"}
	if v.Context == nil || *v.Context != want {
		t.Fatalf("got %+v", v.Context)
	}
}

func TestServiceValidVariants(t *testing.T) {
	subject := func(edit func(*et.ServiceSubject)) et.ServiceSubject {
		s := serviceSubject(anna)
		edit(&s)
		return s
	}
	plain := serviceDocument()
	plain.Markdown, plain.Hidden = false, nil
	for name, c := range map[string]serviceCase{
		"RSA":                       {algorithm: rsaSHA256, subject: subject(func(s *et.ServiceSubject) { s.Key = must(rsa.GenerateKey(rand.Reader, 2048)) })},
		"number with its semantics": {subject: subject(func(s *et.ServiceSubject) { s.Semantics = true })},
		"certificate for contentCommitment alone":     {subject: subject(func(s *et.ServiceSubject) { s.Usage = x509.KeyUsageContentCommitment })},
		"nothing about how the person was identified": {subject: subject(func(s *et.ServiceSubject) { s.NoContext = true })},
		"written by another XML library":              {edit: et.ServiceEdit{Foreign: true}},
		"root left out of the answer":                 {result: func(r *evidence.ServiceResult) { r.Certificates = r.Certificates[:2] }},
		"older form of the certificate's digest": {edit: et.ServiceEdit{Properties: func(s string) string {
			return strings.ReplaceAll(s, "SigningCertificateV2", "SigningCertificate")
		}}},
		"plain text, nothing hidden": {document: plain},
	} {
		t.Run(name, func(t *testing.T) {
			in := c.asked()
			if !c.document.Markdown && c.document.Reference != "" {
				in.Markdown, in.Hidden = false, nil
			}
			if _, err := evidence.VerifyService(in); err != nil {
				t.Fatal(err)
			}
			xmlsec(t, in.XML)
		})
	}
}

// xmlsec has another implementation verify the same XML. Without it a test in CI fails; elsewhere it says what it did not check.
func xmlsec(t *testing.T, xml []byte) {
	t.Helper()
	path, err := exec.LookPath("xmlsec1")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("xmlsec1 is missing: apt-get install xmlsec1")
		}
		t.Log("not checked with xmlsec1, which is missing: apt-get install xmlsec1")
		return
	}
	dir := t.TempDir()
	file, root := filepath.Join(dir, "signed.xml"), filepath.Join(dir, "root.pem")
	for name, b := range map[string][]byte{file: xml, root: service().RootPEM()} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(path, "--verify", "--trusted-pem", root, "--verification-gmt-time", now.Format(time.DateTime),
		"--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "--enabled-key-data", "x509", file).CombinedOutput()
	if err != nil {
		t.Fatalf("xmlsec1: %v: %s", err, out)
	}
}

func TestServiceEveryByteCounts(t *testing.T) {
	in := serviceCase{}.asked()
	codes := map[evidence.Code]int{}
	random := mathrand.New(mathrand.NewPCG(3, 4))
	for i := range in.XML {
		old := in.XML[i]
		in.XML[i] ^= []byte{1, 0x20, byte(1 + random.IntN(255))}[i%3]
		v, err := evidence.VerifyService(in)
		if err == nil {
			t.Fatalf("byte %d of %d, %q for %q: accepted: %v", i, len(in.XML), in.XML[i], old, v.Name)
		}
		codes[evidence.CodeOf(err)]++
		in.XML[i] = old
	}
	if codes[""] != 0 || codes[evidence.Structure] == 0 || codes[evidence.SignatureDigest] == 0 || codes[evidence.SignatureValue] == 0 || codes[evidence.Chain] == 0 {
		t.Errorf("found by %v", codes)
	}
	if _, err := evidence.VerifyService(in); err != nil {
		t.Fatalf("and unchanged: %v", err)
	}
}

func TestServiceDocument(t *testing.T) {
	d := serviceDocument()
	got, err := evidence.ParseServiceDocument(d.XML())
	if err != nil || got.Reference != d.Reference || !bytes.Equal(got.Text, d.Text) || !bytes.Equal(got.Hidden, d.Hidden) || !got.Markdown {
		t.Fatalf("got %+v, %v", got, err)
	}
	for _, other := range [][]byte{nil, []byte("<x/>"), append(d.XML(), '\n'), bytes.Replace(d.XML(), []byte("text/markdown"), []byte("text/html"), 1),
		bytes.Replace(d.XML(), []byte("<Hidden>"), []byte("<Hidden> "), 1), bytes.Replace(d.XML(), []byte("Relay"), []byte("å"), 1)} {
		if _, err := evidence.ParseServiceDocument(other); evidence.CodeOf(err) != evidence.Structure {
			t.Errorf("%q: %v", other, err)
		}
	}
	if _, err := d.SignedInfo("http://www.w3.org/2000/09/xmldsig#rsa-sha1"); evidence.CodeOf(err) != evidence.Algorithm {
		t.Errorf("SHA-1: %v", err)
	}
}

// signedEdit changes a part before it is hashed and signed: the signature itself holds.
func signedEdit(part, old, new string) serviceCase {
	f := func(s string) string {
		if !strings.Contains(s, old) {
			panic("nothing was changed: " + old)
		}
		return strings.Replace(s, old, new, 1)
	}
	if part == "properties" {
		return serviceCase{edit: et.ServiceEdit{Properties: f}}
	}
	return serviceCase{edit: et.ServiceEdit{SignedInfo: f}}
}

// finished changes the finished evidence.
func finished(old, new string) func() (evidence.Input, error) {
	return func() (evidence.Input, error) {
		in := serviceCase{}.asked()
		s := strings.Replace(string(in.XML), old, new, 1)
		if s == string(in.XML) {
			panic("nothing was rewritten: " + old)
		}
		in.XML = []byte(s)
		return in, nil
	}
}

func (c serviceCase) input() (evidence.Input, error) {
	xml, err := c.evidence()
	return serviceAsked(xml), err
}

func otherAsked(f func(*evidence.Input)) func() (evidence.Input, error) {
	return func() (evidence.Input, error) { in := serviceCase{}.asked(); f(&in); return in, nil }
}

func by(edit func(*et.ServiceSubject)) func() (evidence.Input, error) {
	s := serviceSubject(anna)
	edit(&s)
	return serviceCase{subject: s}.input
}

func TestServiceForgeries(t *testing.T) {
	found := map[evidence.Code]bool{}
	other := serviceDocument()
	other.Text = []byte("Något annat")
	between := func(s, from, to string) string {
		i := strings.Index(s, from)
		return s[i : i+strings.Index(s[i:], to)+len(to)]
	}
	for _, f := range []struct {
		name string
		want evidence.Code
		in   func() (evidence.Input, error)
	}{
		// What was asked for.
		{"somebody else", evidence.WrongPerson, serviceCase{subject: serviceSubject(bo)}.input},
		{"no signer asked for", evidence.WrongPerson, otherAsked(func(in *evidence.Input) { in.Number = idno.Number{} })},
		{"another text", evidence.WrongText, otherAsked(func(in *evidence.Input) { in.Text = []byte("Annat") })},
		{"another format", evidence.WrongFormat, otherAsked(func(in *evidence.Input) { in.Markdown = false })},
		{"other hidden data", evidence.WrongHiddenData, otherAsked(func(in *evidence.Input) { in.Hidden = nil })},
		{"asked as a login", evidence.WrongUse, otherAsked(func(in *evidence.Input) { in.Use = evidence.Identification })},
		{"other bytes than stored", evidence.Changed, otherAsked(func(in *evidence.Input) { in.Digest[0] = 1 })},
		{"an OCSP answer", evidence.OCSPStructure, otherAsked(func(in *evidence.Input) { in.OCSP = []byte{0x30, 0} })},
		{"another document was signed", evidence.SignatureDigest, func() (evidence.Input, error) {
			xml := must(serviceCase{document: other}.evidence())
			xml = []byte(strings.Replace(string(xml), base64.StdEncoding.EncodeToString(other.Text), base64.StdEncoding.EncodeToString(text), 1))
			return serviceAsked(xml), nil
		}},

		// Put together wrongly, or signed by somebody else.
		{"signed by another key", evidence.SignatureValue, serviceCase{result: func(r *evidence.ServiceResult) { r.Value = bytes.Repeat([]byte{1}, 64) }}.input},
		{"signature of another length", evidence.SignatureValue, serviceCase{result: func(r *evidence.ServiceResult) { r.Value = append(r.Value, 0) }}.input},
		{"another's certificate", evidence.SignatureDigest, func() (evidence.Input, error) {
			theirs := string(must(serviceCase{subject: serviceSubject(bo)}.evidence()))
			in := serviceCase{}.asked()
			in.XML = []byte(strings.Replace(string(in.XML), between(string(in.XML), "<ds:X509Certificate>", "</"), between(theirs, "<ds:X509Certificate>", "</"), 1))
			return in, nil
		}},
		{"a key of another kind", evidence.SignatureValue, serviceCase{algorithm: rsaSHA256}.input},
		{"not the canonical form", evidence.Structure, serviceCase{result: func(r *evidence.ServiceResult) { r.SignedInfo = append(r.SignedInfo, '\n') }}.input},
		{"something else than properties", evidence.Structure, serviceCase{result: func(r *evidence.ServiceResult) { r.Object = r.SignedInfo }}.input},
		{"no properties", evidence.Structure, serviceCase{result: func(r *evidence.ServiceResult) { r.Object = nil }}.input},
		{"properties of another signature", evidence.SignatureDigest, serviceCase{result: func(r *evidence.ServiceResult) {
			r.Object = bytes.Replace(r.Object, []byte("SigningTime>2026"), []byte("SigningTime>2025"), 1)
		}}.input},

		// The shape, signed all the same.
		{"document not referred to", evidence.Structure, signedEdit("info", `URI=""`, `URI="#xades-sig-Relay00000000000000AAAF3JQ"`).input},
		{"reference without URI", evidence.Structure, signedEdit("info", ` URI=""`, ``).input},
		{"document referred to with a type", evidence.Structure, signedEdit("info", ` URI=""`, ` Type="http://uri.etsi.org/01903#SignedProperties" URI=""`).input},
		{"properties not referred to", evidence.Structure, signedEdit("info", `URI="#xades-sig-`, `URI="#xades-gis-`).input},
		{"properties without their type", evidence.Structure, signedEdit("info", ` Type="http://uri.etsi.org/01903#SignedProperties"`, ``).input},
		{"a third reference", evidence.Structure, serviceCase{edit: et.ServiceEdit{SignedInfo: func(s string) string {
			i, j := strings.Index(s, "<ds:Reference"), strings.Index(s, "</ds:Reference>")+len("</ds:Reference>")
			return s[:j] + s[i:j] + s[j:]
		}}}.input},
		{"the signature not taken out", evidence.Structure, signedEdit("info", `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>`, ``).input},
		{"another transform", evidence.Algorithm, signedEdit("info", `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature">`, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">`).input},
		{"inclusive canonicalisation", evidence.Algorithm, signedEdit("info", `Method Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `Method Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"`).input},
		{"sha-1 signature", evidence.Algorithm, signedEdit("info", ecdsaSHA256, `http://www.w3.org/2000/09/xmldsig#rsa-sha1`).input},
		{"sha-1 digest", evidence.Algorithm, signedEdit("info", `http://www.w3.org/2001/04/xmlenc#sha256`, `http://www.w3.org/2000/09/xmldsig#sha1`).input},
		{"digest of another length", evidence.Structure, signedEdit("info", `http://www.w3.org/2001/04/xmlenc#sha256`, `http://www.w3.org/2001/04/xmlenc#sha512`).input},
		{"no signing time", evidence.Structure, signedEdit("properties", now.Format("2006-01-02T15:04:05.000Z"), ``).input},
		{"signing time without a zone", evidence.Structure, signedEdit("properties", `.000Z<`, `.000<`).input},
		{"digest of another certificate", evidence.SignatureDigest, serviceCase{edit: et.ServiceEdit{Properties: func(s string) string {
			i := strings.Index(s, "<ds:DigestValue")
			return strings.Replace(s, between(s[i:], ">", "<"), ">"+base64.StdEncoding.EncodeToString(make([]byte, 32))+"<", 1)
		}}}.input},
		{"two certificates' digests", evidence.Structure, serviceCase{edit: et.ServiceEdit{Properties: func(s string) string {
			c := between(s, "<xades:Cert>", "</xades:Cert>")
			return strings.Replace(s, c, c+c, 1)
		}}}.input},
		{"a policy, which was not asked for", evidence.Structure, signedEdit("properties", `</xades:SignedSignatureProperties>`, `<xades:SignaturePolicyIdentifier></xades:SignaturePolicyIdentifier></xades:SignedSignatureProperties>`).input},
		{"foreign namespace", evidence.Structure, signedEdit("properties", `<xades:Cert>`, `<xades:Cert><x xmlns="urn:x"></x>`).input},
		{"attribute with a prefix", evidence.Structure, signedEdit("properties", `<xades:Cert>`, `<xades:Cert xml:lang="sv">`).input},

		// Around what is signed.
		{"wrapped: the signed document moved aside, another in place", evidence.Structure, func() (evidence.Input, error) {
			in := serviceCase{}.asked()
			s := string(in.XML)
			i := strings.Index(s, "<ds:Object>")
			in.XML = []byte(strings.Replace(string(other.XML()), "</SignedDocument>", s[strings.Index(s, "<ds:Signature "):i]+"<ds:Object>"+string(serviceDocument().XML())+"</ds:Object>"+s[i:], 1))
			in.Text = other.Text
			return in, nil
		}},
		{"wrapped: the document within another", evidence.Structure, func() (evidence.Input, error) {
			in := serviceCase{}.asked()
			in.XML = []byte(strings.Replace(string(other.XML()), "</SignedDocument>", string(in.XML)+"</SignedDocument>", 1))
			in.Text = other.Text
			return in, nil
		}},
		{"wrapped: the properties moved aside, others in place", evidence.Structure, func() (evidence.Input, error) {
			in := serviceCase{}.asked()
			s := string(in.XML)
			p := between(s, "<xades:SignedProperties", "</xades:SignedProperties>")
			late := strings.Replace(p, "SigningTime>2026-03-04T10:11", "SigningTime>2026-03-04T10:12", 1)
			in.XML = []byte(strings.Replace(s, p, late+"<xades:UnsignedProperties>"+p+"</xades:UnsignedProperties>", 1))
			return in, nil
		}},
		{"the same Id twice", evidence.Structure, finished(`<ds:KeyInfo>`, `<ds:KeyInfo Id="xades-sig-Relay00000000000000AAAF3JQ">`)},
		{"the Id in other letters", evidence.Structure, finished(`<ds:KeyInfo>`, `<ds:KeyInfo ID="xades-sig-Relay00000000000000AAAF3JQ">`)},
		{"target of another signature", evidence.Structure, finished(`Target="#sig-`, `Target="#gis-`)},
		{"a text more", evidence.Structure, finished(`<Hidden>`, `<Text MimeType="text/plain">SGVq</Text><Hidden>`)},
		{"text between", evidence.Structure, finished(`<ds:KeyInfo>`, `x<ds:KeyInfo>`)},
		{"white space between", evidence.Structure, finished(`<ds:KeyInfo>`, "\n<ds:KeyInfo>")},
		{"another prefix outside what is signed", evidence.Structure, finished(`<Hidden>`, `<Hidden xmlns="urn:samtjanst:signed-document:1">`)},
		{"DTD", evidence.Structure, finished(`<SignedDocument`, `<!DOCTYPE x [<!ENTITY y "z">]><SignedDocument`)},
		{"comment", evidence.Structure, finished(`<Hidden>`, `<Hidden><!-- -->`)},
		{"processing instruction", evidence.Structure, finished(`<Hidden>`, `<?x y?><Hidden>`)},
		{"XML declaration", evidence.Structure, finished(`<SignedDocument`, `<?xml version="1.0"?><SignedDocument`)},
		{"second root", evidence.Structure, finished(`</SignedDocument>`, `</SignedDocument><x/>`)},
		{"huge", evidence.TooLarge, otherAsked(func(in *evidence.Input) { in.XML = make([]byte, evidence.MaxXML+1) })},
		{"empty", evidence.Structure, otherAsked(func(in *evidence.Input) { in.XML = nil })},

		// The certificates.
		{"other roots", evidence.Chain, otherAsked(func(in *evidence.Input) {
			in.Roots = must(evidence.ParseRoots(must(et.NewServiceAuthority(now.AddDate(-1, 0, 0))).RootPEM()))
		})},
		{"no roots", evidence.Chain, otherAsked(func(in *evidence.Input) { in.Roots = evidence.Roots{} })},
		{"expired when it was signed", evidence.Chain, by(func(s *et.ServiceSubject) { s.Validity = time.Nanosecond })},
		{"signed before the certificate was issued", evidence.Chain, serviceCase{at: now.Add(-2 * time.Minute)}.input},
		{"signed long before", evidence.WrongTime, otherAsked(func(in *evidence.Input) { in.At = now.Add(evidence.TimeSlack + time.Second) })},
		{"signed long after", evidence.WrongTime, otherAsked(func(in *evidence.Input) { in.At = now.Add(-evidence.TimeSlack - time.Second) })},
		{"issuer left out", evidence.Chain, serviceCase{result: func(r *evidence.ServiceResult) { r.Certificates = r.Certificates[:1] }}.input},
		{"an issuer too many", evidence.Chain, serviceCase{result: func(r *evidence.ServiceResult) {
			r.Certificates = append(r.Certificates[:2:2], r.Certificates[1], r.Certificates[2])
		}}.input},
		{"too many certificates", evidence.Structure, serviceCase{result: func(r *evidence.ServiceResult) {
			r.Certificates = append(r.Certificates, r.Certificates...)
		}}.input},
		{"not a certificate", evidence.CertificateFormat, serviceCase{result: func(r *evidence.ServiceResult) { r.Certificates[1] = []byte{0x30, 0} }}.input},
		{"not for signing", evidence.KeyUsage, by(func(s *et.ServiceSubject) { s.Usage = x509.KeyUsageKeyAgreement })},
		{"no person", evidence.CertificateSubject, by(func(s *et.ServiceSubject) { s.Number = must(idno.ParseOrganisation("202100-4748")) })},
		{"two numbers", evidence.CertificateSubject, by(func(s *et.ServiceSubject) {
			s.Names = pkix.RDNSequence{{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: bo.Digits()}}}
		})},
		{"no name", evidence.CertificateSubject, by(func(s *et.ServiceSubject) { s.Surname = "" })},
		{"somebody was identified who is no person", evidence.CertificateSubject, by(func(s *et.ServiceSubject) {
			s.ContextXML = func(x string) string { return strings.Replace(x, anna.Digits(), "x", 1) }
		})},
		{"somebody else was identified", evidence.CertificateSubject, by(func(s *et.ServiceSubject) {
			s.ContextXML = func(x string) string { return strings.Replace(x, anna.Digits(), bo.Digits(), 1) }
		})},
		{"context that is no XML", evidence.CertificateFormat, by(func(s *et.ServiceSubject) { s.ContextXML = func(string) string { return "x" } })},
		{"context without a time", evidence.CertificateFormat, by(func(s *et.ServiceSubject) {
			s.ContextXML = func(x string) string { return strings.Replace(x, "AuthenticationInstant", "Authentication", 1) }
		})},
		{"context twice", evidence.CertificateFormat, by(func(s *et.ServiceSubject) {
			s.ContextXML = func(x string) string {
				return strings.Replace(x, "<saci:IdAttributes>", between(x, "<saci:AuthContextInfo", "</saci:AuthContextInfo>")+"<saci:IdAttributes>", 1)
			}
		})},
	} {
		t.Run(f.name, func(t *testing.T) {
			in, err := f.in()
			if err == nil {
				_, err = evidence.VerifyService(in)
				if !errors.Is(err, fault.Invalid) {
					t.Fatalf("got %v", err)
				}
			}
			if got := evidence.CodeOf(err); got != f.want {
				t.Fatalf("got %v, want %s", err, f.want)
			}
			if strings.Contains(err.Error(), anna.Digits()) || strings.Contains(err.Error(), "Testsson") {
				t.Fatalf("got %v", err)
			}
			found[f.want] = true
		})
	}
	for _, c := range evidence.ServiceCodes() {
		if !found[c] {
			t.Errorf("no forgery shows %s", c)
		}
	}
}

// A report to a person tells what is broken from what leads somewhere unknown.
func TestServiceUnanchored(t *testing.T) {
	in := serviceCase{}.asked()
	known, err := evidence.VerifyService(in)
	if err != nil || !known.Anchor.Known || known.Anchor.Name != "Samtjänst Simulator Underskrift Root CA v1" {
		t.Fatalf("got %+v, %v", known.Anchor, err)
	}
	in.Roots = evidence.Roots{}
	got, err := evidence.VerifyServiceUnanchored(in)
	if err != nil || got.Anchor.Known || got.Anchor.Name != "Samtjänst Simulator Underskrift CA v1" || got.Number != anna {
		t.Fatalf("got %+v, %v", got.Anchor, err)
	}
	in.Text = []byte("Annat")
	if _, err := evidence.VerifyServiceUnanchored(in); evidence.CodeOf(err) != evidence.WrongText {
		t.Fatalf("another text: %v", err)
	}
	alone := serviceCase{result: func(r *evidence.ServiceResult) { r.Certificates = r.Certificates[:1] }}.asked()
	if got, err := evidence.VerifyServiceUnanchored(alone); err != nil || got.Anchor.Known || got.Anchor.Name != "Åsa-Lena Testsson" {
		t.Fatalf("the signer's certificate alone: %+v, %v", got.Anchor, err)
	}
	s := serviceSubject(anna)
	s.Validity = time.Nanosecond
	expired := serviceCase{subject: s}.asked()
	if _, err := evidence.VerifyServiceUnanchored(expired); evidence.CodeOf(err) != evidence.Chain {
		t.Fatalf("expired: %v", err)
	}
}

// serviceStored is evidence kept in testdata: what was accepted once must stay so, and a fuzzer needs the same bytes in every process.
func serviceStored(t testing.TB) evidence.Input {
	t.Helper()
	if *update {
		for name, b := range map[string][]byte{"service.xml": must(serviceCase{}.evidence()), "service-root.pem": service().RootPEM()} {
			if err := os.WriteFile(filepath.Join("testdata", name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	in := evidence.Input{Use: evidence.Signing, Number: anna, Text: text, Markdown: true, Hidden: hidden}
	in.XML, in.At = must(os.ReadFile("testdata/service.xml")), now.Add(20*time.Second)
	in.Roots = must(evidence.ParseRoots(must(os.ReadFile("testdata/service-root.pem"))))
	return in
}

func TestServiceStored(t *testing.T) {
	if _, err := evidence.VerifyService(serviceStored(t)); err != nil {
		t.Fatal(err)
	}
}

// FuzzService: nothing but the stored bytes is accepted, and nothing makes the reading fall over.
func FuzzService(f *testing.F) {
	in := serviceStored(f)
	f.Add(in.XML)
	f.Add([]byte(`<SignedDocument xmlns="urn:samtjanst:signed-document:1"><Reference>x</Reference></SignedDocument>`))
	f.Fuzz(func(t *testing.T, xml []byte) {
		try := in
		try.XML = xml
		if _, err := evidence.VerifyService(try); err == nil && !bytes.Equal(xml, in.XML) {
			t.Fatalf("accepted: %q", xml)
		}
	})
}

func BenchmarkVerifyService(b *testing.B) {
	in := serviceStored(b)
	for b.Loop() {
		if _, err := evidence.VerifyService(in); err != nil {
			b.Fatal(err)
		}
	}
}
