package evidence_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

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
		{"a certificate authority as person", evidence.KeyUsage, by(func(s *et.ServiceSubject) { s.CA = true })},
		{"a key on too small a curve", evidence.SignatureValue, by(func(s *et.ServiceSubject) { s.Key = must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)) })},
		{"no given name", evidence.CertificateSubject, by(func(s *et.ServiceSubject) { s.GivenName = "" })},
		{"context of another name", evidence.CertificateFormat, by(func(s *et.ServiceSubject) {
			s.ContextXML = func(x string) string { return strings.ReplaceAll(x, "SAMLAuthContext", "OtherContext") }
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
