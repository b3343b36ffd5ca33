package evidence_test

import (
	"crypto/sha1" //nolint:gosec // BankID's nonce is made with it
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

// foreign is a bank that has nothing to do with Anna's.
var foreign = sync.OnceValue(func() *et.Authority { return must(et.NewAuthority(now.AddDate(-1, 0, 0))) })

var (
	oidNonce  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidSerial = asn1.ObjectIdentifier{2, 5, 4, 5}
)

// certificateForgeries are signatures by people, and answers by services, that a bank ought not to have made.
func certificateForgeries() []forgery {
	at := func(a *et.Authority) func() evidence.Input {
		return func() evidence.Input { return input(annasCard().At(a), content(), et.Edit{}, et.Answer{}) }
	}
	by := func(responder func() *et.Holder) func() evidence.Input {
		return func() evidence.Input { return answered(et.Answer{Responder: responder()})() }
	}
	twice := func(a asn1.ObjectIdentifier, v string) []pkix.AttributeTypeAndValue {
		return []pkix.AttributeTypeAndValue{{Type: a, Value: v}}
	}
	return []forgery{
		{"a key of 1024 bits", evidence.Algorithm, asHolder(et.Subject{Number: anna, Bits: 1024})},
		{"a certificate authority as person", evidence.KeyUsage, asHolder(et.Subject{Number: anna, CA: true})},
		{"a number that is written otherwise", evidence.CertificateSubject, asHolder(et.Subject{Number: anna, Serial: anna.Dashed()})},
		{"two numbers", evidence.CertificateSubject, asHolder(et.Subject{Number: anna, Names: twice(oidSerial, bo.Digits())})},
		{"two names", evidence.CertificateSubject, asHolder(et.Subject{Number: anna, Names: twice(asn1.ObjectIdentifier{2, 5, 4, 3}, "Bo Provberg")})},
		{"an issuer that may not issue", evidence.KeyUsage, at(must(bank().WithIntermediate(func(c *x509.Certificate) { c.KeyUsage = 0 })))},
		{"an issuer that had expired", evidence.Chain, at(must(bank().WithIntermediate(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) })))},
		{"an issuer that nobody was issued by", evidence.Chain, at(must(bank().WithoutIntermediate()))},

		{"a responder of another bank", evidence.OCSPResponder, by(func() *et.Holder { return must(foreign().Responder(now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))) })},
		{"a responder that had expired", evidence.OCSPResponder, by(func() *et.Holder { return must(bank().Responder(now.AddDate(-1, 0, 0), now.Add(-time.Minute))) })},
		{"a responder of tomorrow", evidence.OCSPResponder, by(func() *et.Holder { return must(bank().Responder(now.Add(time.Minute), now.AddDate(1, 0, 0))) })},
		{"two answers", evidence.OCSPStructure, answered(et.Answer{Twice: true})},
		{"an answer about a namesake's bank", evidence.OCSPCertificate, answered(et.Answer{ID: func(name, _ []byte) { name[0] ^= 1 }})},
		{"an answer about another key of the bank's", evidence.OCSPCertificate, answered(et.Answer{ID: func(_, key []byte) { key[0] ^= 1 }})},
		{"an answer of what is not known yet", evidence.OCSPTime, answered(et.Answer{ThisUpdate: now.Add(time.Hour)})},
		{"a condition that nobody knows", evidence.OCSPStructure, answered(et.Answer{Extensions: []pkix.Extension{{Id: oidSerial, Critical: true, Value: []byte{5, 0}}}})},
		{"two nonces", evidence.OCSPStructure, answered(et.Answer{Extensions: []pkix.Extension{{Id: oidNonce, Value: []byte{1, 2, 3}}}})},
		{"a wrapped nonce with more behind", evidence.OCSPNonce, func() evidence.Input {
			in := valid()
			of := sha1.Sum([]byte(base64.StdEncoding.EncodeToString(in.XML))) //nolint:gosec // BankID's format
			in.OCSP = must(annasCard().OCSP(in.XML, now, et.Answer{Nonce: append(must(asn1.Marshal(append(of[:], make([]byte, 12)...))), 0)}))
			return in
		}},
	}
}

// shapeForgeries are signed all the same, or stand around what is signed, and are not as BankID writes.
func shapeForgeries() []forgery {
	return []forgery{
		{"a prefix that nobody has declared", evidence.Structure, rewrite(`<Object>`, `<Object xml:lang="sv">`)},
		{"an element with a prefix", evidence.Structure, resignedAll("data", `env>`, `y:env>`)},
		{"an Id in other letters", evidence.Structure, resigned("data", `<env>`, `<env id="one">`)},
		{"a line break in an attribute", evidence.Structure, resigned("data", `<env>`, "<env x=\"a&#10;b\">")},
		{"many attributes", evidence.Structure, resigned("data", `<env>`, `<env a="" b="" c="" d="" e="" f="" g="" h="" i="">`)},
		{"many elements", evidence.Structure, resigned("data", `<env>`, `<env>`+strings.Repeat(`<x></x>`, 300))},
		{"a reference to the data twice", evidence.Structure, resigned("info", `<Reference URI="#bidKeyInfo">`, `<Reference Type="http://www.bankid.com/signature/v1.0.0/types" URI="#bidSignedData">`)},
		{"a reference to the key twice", evidence.Structure, resigned("info", `<Reference Type="http://www.bankid.com/signature/v1.0.0/types" URI="#bidSignedData">`, `<Reference URI="#bidKeyInfo">`)},
		{"a reference to the key with a type", evidence.Structure, resigned("info", `<Reference URI="#bidKeyInfo">`, `<Reference Type="http://www.bankid.com/signature/v1.0.0/types" URI="#bidKeyInfo">`)},
		{"a digest cut short", evidence.Structure, resigned("info", `<DigestValue>`, `<DigestValue>AAAA`)},
		{"data of another name", evidence.Structure, resignedAll("data", `bankIdSignedData`, `bankIdSigned`)},
		{"data in XMLDSig's namespace", evidence.Structure, resigned("data", `xmlns="http://www.bankid.com/signature/v1.0.0/types"`, `xmlns="http://www.w3.org/2000/09/xmldsig#"`)},
		{"a part in XMLDSig's namespace", evidence.Structure, resigned("data", `<srvInfo>`, `<other xmlns="http://www.w3.org/2000/09/xmldsig#"></other><srvInfo>`)},
		{"no server info at all", evidence.Structure, resignedAll("data", `srvInfo>`, `serverInfo>`)},
		{"no client info", evidence.Structure, resignedAll("data", `clientInfo>`, `customerInfo>`)},
		{"a use with an element in it", evidence.Structure, resigned("data", `<funcId>`, `<funcId><b></b>`)},
		{"a service's name that is not base 64", evidence.Structure, resigned("data", `<displayName>`, `<displayName>!`)},
		{"hidden data that are not base 64", evidence.Structure, resigned("data", `<usrNonVisibleData>`, `<usrNonVisibleData>!`)},
		{"a text that is not base 64", evidence.Structure, resigned("data", `visible="wysiwys">`, `visible="wysiwys">!`)},
		{"a digest that is not base 64", evidence.Structure, resigned("info", `<DigestValue>`, `<DigestValue>!`)},
		{"a signature value that is not base 64", evidence.Structure, rewrite(`<SignatureValue>`, `<SignatureValue>!`)},
		{"a certificate less", evidence.Structure, resigned("key", `<X509Certificate>`, `<X509Other>`)},
		{"no object", evidence.Structure, func() evidence.Input {
			in := valid()
			s := string(in.XML)
			return resealed(in, s[:strings.Index(s, "<Object>")]+"</Signature>")
		}},
		{"another root", evidence.Structure, func() evidence.Input {
			in := valid()
			return resealed(in, strings.NewReplacer("<Signature xmlns", "<Signed xmlns", "</Signature>", "</Signed>").Replace(string(in.XML)))
		}},
		{"a root in BankID's namespace", evidence.Structure, rewrite(`<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">`, `<Signature xmlns="http://www.bankid.com/signature/v1.0.0/types">`)},
		{"text beside the root", evidence.Structure, func() evidence.Input { in := valid(); return resealed(in, string(in.XML)+"x") }},
		{"a stylesheet before the root", evidence.Structure, rewrite(`<Signature xmlns`, `<?xml-stylesheet href="x"?><Signature xmlns`)},
	}
}

// resignedAll is resigned, everywhere in the part.
func resignedAll(part string, old, new string) func() evidence.Input {
	return func() evidence.Input {
		f := func(s string) string {
			if !strings.Contains(s, old) {
				panic("nothing was changed: " + old)
			}
			return strings.ReplaceAll(s, old, new)
		}
		e := et.Edit{SignedData: f}
		if part == "key" {
			e = et.Edit{KeyInfo: f}
		}
		return input(annasCard(), content(), e, et.Answer{})
	}
}
