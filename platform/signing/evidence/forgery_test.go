package evidence_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

// forgery is evidence with one thing wrong, and the check that must find it.
type forgery struct {
	name string
	want evidence.Code
	in   func() evidence.Input
}

func edit(f func(*evidence.Input)) func() evidence.Input {
	return func() evidence.Input { in := valid(); f(&in); return in }
}

// rewrite changes the finished XML and has the OCSP answer made for it.
func rewrite(old, new string) func() evidence.Input {
	return func() evidence.Input {
		in := valid()
		s := strings.Replace(string(in.XML), old, new, 1)
		if s == string(in.XML) {
			panic("nothing was rewritten: " + old)
		}
		return resealed(in, s)
	}
}

// resigned changes a part before it is hashed and signed: the signature itself holds.
func resigned(part string, old, new string) func() evidence.Input {
	return func() evidence.Input {
		f := func(s string) string {
			if !strings.Contains(s, old) {
				panic("nothing was changed: " + old)
			}
			return strings.Replace(s, old, new, 1)
		}
		var e et.Edit
		switch part {
		case "data":
			e.SignedData = f
		case "key":
			e.KeyInfo = f
		case "info":
			e.SignedInfo = f
		}
		return input(annasCard(), content(), e, et.Answer{})
	}
}

func answered(a et.Answer) func() evidence.Input {
	return func() evidence.Input { return input(annasCard(), content(), et.Edit{}, a) }
}

func asHolder(s et.Subject) func() evidence.Input {
	return func() evidence.Input {
		if s.Bits == 0 {
			s.KeyOf = annasCard() // keys take time
		}
		return input(issue(s), content(), et.Edit{}, et.Answer{})
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func forgeries() []forgery {
	const (
		c14n   = `http://www.w3.org/TR/2001/REC-xml-c14n-20010315`
		bid    = `http://www.bankid.com/signature/v1.0.0/types`
		dsigNS = `http://www.w3.org/2000/09/xmldsig#`
	)
	short := text[:len(text)-1]
	return []forgery{
		// What was asked for.
		{"somebody else", evidence.WrongPerson, func() evidence.Input { return input(bosCard(), content(), et.Edit{}, et.Answer{}) }},
		{"no signer asked for", evidence.WrongPerson, edit(func(in *evidence.Input) { in.Number = idno.Number{} })},
		{"another text", evidence.WrongText, edit(func(in *evidence.Input) { in.Text = short })},
		{"no text asked for", evidence.WrongText, edit(func(in *evidence.Input) { in.Text = nil })},
		{"another format", evidence.WrongFormat, edit(func(in *evidence.Input) { in.Markdown = true })},
		{"other hidden data", evidence.WrongHiddenData, edit(func(in *evidence.Input) { in.Hidden = short })},
		{"no hidden data asked for", evidence.WrongHiddenData, edit(func(in *evidence.Input) { in.Hidden = nil })},
		{"a login as signature", evidence.WrongUse, func() evidence.Input {
			c := content()
			c.Login = true
			return input(annasCard(), c, et.Edit{}, et.Answer{})
		}},
		{"a signature as login", evidence.WrongUse, edit(func(in *evidence.Input) { in.Use = evidence.Identification })},
		{"other bytes than stored", evidence.Changed, edit(func(in *evidence.Input) { in.Digest = evidence.Digest(in.OCSP, in.XML) })},

		// Altered after signing.
		{"text exchanged", evidence.SignatureDigest, rewrite(b64(string(text)), b64("Något annat"))},
		{"hidden data exchanged", evidence.SignatureDigest, rewrite(b64(string(hidden)), b64("x"))},
		{"certificate exchanged", evidence.SignatureDigest, func() evidence.Input {
			in, other := valid(), input(bosCard(), content(), et.Edit{}, et.Answer{})
			cut := func(x []byte) string {
				s := string(x)
				return s[strings.Index(s, "<X509Certificate>"):strings.Index(s, "</X509Certificate>")]
			}
			return resealed(in, strings.Replace(string(in.XML), cut(in.XML), cut(other.XML), 1))
		}},
		{"digest exchanged with its content", evidence.SignatureValue, func() evidence.Input {
			in, other := valid(), input(annasCard(), et.Content{Text: []byte("Annat"), Hidden: hidden}, et.Edit{}, et.Answer{})
			value := func(x []byte) (string, string) {
				s := string(x)
				i, j := strings.Index(s, "<SignatureValue>"), strings.Index(s, "</SignatureValue>")
				return s[:i], s[i:j]
			}
			_, mine := value(in.XML)
			_, theirs := value(other.XML)
			in = resealed(in, strings.Replace(string(other.XML), theirs, mine, 1))
			in.Text = []byte("Annat")
			return in
		}},
		{"signed by somebody else under this name", evidence.SignatureValue, func() evidence.Input {
			e := et.Edit{KeyInfo: func(string) string {
				s := string(valid().XML)
				return s[strings.Index(s, "<KeyInfo"):strings.Index(s, "<Object>")]
			}}
			xml := must(bosCard().SignEdited(content(), e))
			in := asked(xml)
			in.OCSP = must(annasCard().OCSP(xml, now, et.Answer{}))
			return in
		}},

		// The shape, signed all the same.
		{"no reference to the key", evidence.Structure, resigned("info", `<Reference URI="#bidKeyInfo">`, `<Reference URI="#bidKeyinfo">`)},
		{"reference without its type", evidence.Structure, resigned("info", `Type="`+bid+`" URI="#bidSignedData"`, `URI="#bidSignedData"`)},
		{"reference with a transform more", evidence.Structure, resigned("info", `</Transforms>`, `<Transform Algorithm="`+c14n+`"></Transform></Transforms>`)},
		{"a third reference", evidence.Structure, func() evidence.Input {
			return input(annasCard(), content(), et.Edit{SignedInfo: func(s string) string {
				i, j := strings.Index(s, "<Reference"), strings.Index(s, "</Reference>")+len("</Reference>")
				return s[:j] + s[i:j] + s[j:]
			}}, et.Answer{})
		}},
		{"another transform", evidence.Algorithm, resigned("info", `<Transform Algorithm="`+c14n+`">`, `<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">`)},
		{"another canonicalisation", evidence.Algorithm, resigned("info", `<CanonicalizationMethod Algorithm="`+c14n+`">`, `<CanonicalizationMethod Algorithm="`+c14n+`#WithComments">`)},
		{"sha-1 signature", evidence.Algorithm, resigned("info", `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`, dsigNS+`rsa-sha1`)},
		{"hmac signature", evidence.Algorithm, resigned("info", `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`, dsigNS+`hmac-sha1`)},
		{"sha-1 digest", evidence.Algorithm, resigned("info", `http://www.w3.org/2001/04/xmlenc#sha256`, dsigNS+`sha1`)},
		{"method with parameters", evidence.Algorithm, resigned("info", `rsa-sha256">`, `rsa-sha256"><HMACOutputLength>0</HMACOutputLength>`)},
		{"other Id of the data", evidence.Structure, resigned("data", `Id="bidSignedData"`, `Id="bidOther"`)},
		{"two texts", evidence.Structure, resigned("data", `<srvInfo>`, `<usrVisibleData charset="UTF-8" visible="wysiwys">SGVq</usrVisibleData><srvInfo>`)},
		{"text not shown", evidence.Structure, resigned("data", `visible="wysiwys"`, `visible="wysiwyg"`)},
		{"text in another charset", evidence.Structure, resigned("data", `charset="UTF-8"`, `charset="UTF-7"`)},
		{"unknown format", evidence.Structure, resigned("data", `charset="UTF-8"`, `charset="UTF-8" format="html"`)},
		{"element within the text", evidence.Structure, resigned("data", `visible="wysiwys">`, `visible="wysiwys"><b></b>`)},
		{"two uses", evidence.Structure, resigned("data", `<funcId>`, `<funcId>Identification</funcId><funcId>`)},
		{"unknown use", evidence.Structure, resigned("data", `Signing`, `Dancing`)},
		{"repeated Id inside", evidence.Structure, resigned("data", `<env>`, `<env Id="bidKeyInfo">`)},
		{"id in other letters", evidence.Structure, resigned("data", `<env>`, `<env ID="bidSignedData">`)},
		{"prefix", evidence.Structure, resigned("data", `<env>`, `<env xmlns:x="urn:x">`)},
		{"foreign namespace", evidence.Structure, resigned("data", `<env>`, `<env xmlns="urn:x">`)},
		{"other Id of the key", evidence.Structure, resigned("key", `Id="bidKeyInfo"`, `Id="bidKey"`)},
		{"a fourth certificate", evidence.Structure, resigned("key", `</X509Data>`, `<X509Certificate>AAAA</X509Certificate></X509Data>`)},
		{"not a certificate", evidence.CertificateFormat, resigned("key", `<X509Certificate>MII`, `<X509Certificate>AAA`)},

		// Around what is signed.
		{"wrapped: signed data moved aside, others in place", evidence.Structure, func() evidence.Input {
			in := valid()
			s := string(in.XML)
			i, j := strings.Index(s, "<bankIdSignedData"), strings.Index(s, "</Object>")
			signed := s[i:j]
			evil := strings.Replace(signed, b64(string(text)), b64("Något annat"), 1)
			in = resealed(in, s[:i]+evil+"</Object><Object>"+signed+s[j:])
			in.Text = []byte("Något annat")
			return in
		}},
		{"wrapped: signed data within others", evidence.Structure, func() evidence.Input {
			in := valid()
			s := string(in.XML)
			i, j := strings.Index(s, "<bankIdSignedData"), strings.Index(s, "</Object>")
			evil := strings.Replace(strings.Replace(s[i:j], b64(string(text)), b64("Något annat"), 1), `Id="bidSignedData"`, `Id="bidOther"`, 1)
			evil = strings.Replace(evil, "</bankIdSignedData>", s[i:j]+"</bankIdSignedData>", 1)
			in = resealed(in, s[:i]+evil+s[j:])
			in.Text = []byte("Något annat")
			return in
		}},
		{"a second Object", evidence.Structure, rewrite(`</Object>`, `</Object><Object></Object>`)},
		{"text between", evidence.Structure, rewrite(`<Object>`, `x<Object>`)},
		{"attribute on the root", evidence.Structure, rewrite(`<Signature xmlns=`, `<Signature Id="bidSignedData" xmlns=`)},
		{"attribute twice", evidence.Structure, rewrite(`<Signature xmlns="`+dsigNS+`"`, `<Signature xmlns="`+dsigNS+`" xmlns="`+dsigNS+`"`)},
		{"DTD", evidence.Structure, rewrite(`<Signature `, `<!DOCTYPE Signature [<!ENTITY x "y">]><Signature `)},
		{"comment", evidence.Structure, rewrite(`<SignatureValue>`, `<SignatureValue><!-- -->`)},
		{"comment within the text", evidence.Structure, rewrite(b64(string(text)), b64(string(text))[:8]+"<!---->"+b64(string(text))[8:])},
		{"CDATA", evidence.Structure, rewrite(`>Signing<`, `><![CDATA[Signing]]><`)},
		{"processing instruction", evidence.Structure, rewrite(`<Object>`, `<?x y?><Object>`)},
		{"unknown entity", evidence.Structure, rewrite(`>Signing<`, `>&sign;<`)},
		{"second root", evidence.Structure, rewrite(`</Signature>`, `</Signature><Signature/>`)},
		{"cut off", evidence.Structure, rewrite(`</Signature>`, ``)},
		{"another charset declared", evidence.Structure, rewrite(`encoding="UTF-8"`, `encoding="UTF-16"`)},
		{"byte order mark", evidence.Structure, rewrite(`<?xml`, "\ufeff<?xml")},
		{"deep", evidence.Structure, rewrite(`</Object>`, strings.Repeat("<Object>", 100_00)+strings.Repeat("</Object>", 100_00)+`</Object>`)},
		{"huge", evidence.TooLarge, edit(func(in *evidence.Input) { in.XML = bytes.Repeat([]byte(" "), evidence.MaxXML+1) })},
		{"huge answer", evidence.TooLarge, edit(func(in *evidence.Input) { in.OCSP = make([]byte, evidence.MaxOCSP+1) })},
		{"empty", evidence.Structure, edit(func(in *evidence.Input) { in.XML = nil })},

		// The certificates.
		{"other roots", evidence.Chain, edit(func(in *evidence.Input) {
			in.Roots = must(evidence.ParseRoots(foreign().RootPEM()))
		})},
		{"no roots", evidence.Chain, edit(func(in *evidence.Input) { in.Roots = evidence.Roots{} })},
		{"expired", evidence.Chain, asHolder(et.Subject{Number: anna, Validity: 24 * time.Hour})},
		{"chain in another order", evidence.SignatureValue, func() evidence.Input {
			return input(annasCard(), content(), et.Edit{KeyInfo: func(s string) string {
				parts := strings.Split(s, "<X509Certificate>")
				return strings.Replace(parts[0]+"<X509Certificate>"+parts[2]+"<X509Certificate>"+parts[1]+"<X509Certificate>"+parts[3], "\n", "", -1)
			}}, et.Answer{})
		}},
		{"issuers in another order", evidence.OCSPCertificate, func() evidence.Input {
			return input(annasCard(), content(), et.Edit{KeyInfo: func(s string) string {
				c := strings.Split(strings.TrimSuffix(s, "</X509Data></KeyInfo>"), "<X509Certificate>")
				return c[0] + "<X509Certificate>" + c[1] + "<X509Certificate>" + c[3] + "<X509Certificate>" + c[2] + "</X509Data></KeyInfo>"
			}}, et.Answer{})
		}},
		{"not for signing", evidence.KeyUsage, asHolder(et.Subject{Number: anna, Usage: x509.KeyUsageDigitalSignature})},
		{"no person", evidence.CertificateSubject, asHolder(et.Subject{Number: must(idno.ParseOrganisation("202100-4748"))})},

		// The OCSP answer.
		{"revoked", evidence.Revoked, answered(et.Answer{Revoked: true})},
		{"unknown", evidence.OCSPUnknown, answered(et.Answer{Unknown: true})},
		{"service refuses", evidence.OCSPStatus, answered(et.Answer{Status: 6})},
		{"another's certificate", evidence.OCSPCertificate, func() evidence.Input { return answered(et.Answer{For: bosCard()})() }},
		{"answered by a person", evidence.OCSPResponder, func() evidence.Input { return answered(et.Answer{Responder: bosCard()})() }},
		{"answered by another bank", evidence.OCSPCertificate, func() evidence.Input {
			in := valid()
			other := must(foreign().Issue(et.Subject{Number: anna, GivenName: "A", Surname: "T", KeyOf: annasCard()}, now))
			in.OCSP = must(other.OCSP(in.XML, now, et.Answer{}))
			return in
		}},
		{"unrelated certificate sent along", evidence.OCSPResponder, answered(et.Answer{Extra: [][]byte{{0x30, 0x00}}})},
		{"for another signature", evidence.OCSPNonce, func() evidence.Input {
			in := valid()
			in.OCSP = valid().OCSP
			return in
		}},
		{"no nonce", evidence.OCSPNonce, answered(et.Answer{NoNonce: true})},
		{"short nonce", evidence.OCSPNonce, answered(et.Answer{Nonce: []byte{1}})},
		{"from an hour ago", evidence.OCSPTime, edit(func(in *evidence.Input) { in.At = now.Add(time.Hour) })},
		{"from the future", evidence.OCSPTime, edit(func(in *evidence.Input) { in.At = now.Add(-time.Hour) })},
		{"answer past its end", evidence.OCSPTime, answered(et.Answer{NextUpdate: now.Add(-time.Minute)})},
		{"not an answer", evidence.OCSPStructure, edit(func(in *evidence.Input) { in.OCSP = []byte("hej") })},
		{"no answer", evidence.OCSPStructure, edit(func(in *evidence.Input) { in.OCSP = nil })},
		{"something after the answer", evidence.OCSPStructure, edit(func(in *evidence.Input) { in.OCSP = append(in.OCSP, 0) })},
	}
}

func TestForgeries(t *testing.T) {
	found := map[evidence.Code]bool{evidence.OCSPSignature: true} // found by TestEveryByteCounts
	for _, f := range slices.Concat(forgeries(), certificateForgeries(), shapeForgeries()) {
		t.Run(f.name, func(t *testing.T) {
			_, err := evidence.VerifyBankID(f.in())
			if got := evidence.CodeOf(err); got != f.want {
				t.Fatalf("got %v, want %s", err, f.want)
			}
			if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), anna.Digits()) || strings.Contains(err.Error(), "Testsson") {
				t.Fatalf("got %v", err)
			}
			found[f.want] = true
		})
	}
	for _, c := range evidence.Codes() {
		if !found[c] {
			t.Errorf("no forgery shows %s", c)
		}
	}
}
