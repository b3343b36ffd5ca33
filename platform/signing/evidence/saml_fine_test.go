package evidence_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
)

// samlBy is an assertion by a provider with another key, which is trusted.
func samlBy(key crypto.Signer, e et.SAMLEdit) evidence.SAMLInput {
	p := must(et.NewIdentityProviderWith(samlIdP.EntityID, now, key))
	in := samlInput(p, samlSaid(), e)
	in.Issuers[0].Certificates = []*x509.Certificate{p.Certificate()}
	return in
}

func ellipticKey(c elliptic.Curve) crypto.Signer { return must(ecdsa.GenerateKey(c, rand.Reader)) }

// What a trusted provider has signed, and still does not hold: each by the check that is there for it.
func TestSAMLSaidOtherwise(t *testing.T) {
	at := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	attribute := func(name, value string) string {
		return `<saml:Attribute Name="` + name + `"><saml:AttributeValue>` + value + `</saml:AttributeValue></saml:Attribute>`
	}
	const end, number = `</saml:AttributeStatement>`, `urn:oid:1.2.752.29.4.13`
	for name, c := range map[string]struct {
		old, new string // all of them, in the assertion
		want     evidence.Code
	}{
		"made after it was received":                 {`IssueInstant="` + at(0), `IssueInstant="` + at(10*time.Minute), evidence.WrongTime},
		"valid from after it was received":           {`Conditions NotBefore="` + at(0), `Conditions NotBefore="` + at(10*time.Minute), evidence.WrongTime},
		"authenticated after it was received":        {`AuthnInstant="` + at(0), `AuthnInstant="` + at(10*time.Minute), evidence.WrongTime},
		"confirmed until before it was received":     {`_r1" NotOnOrAfter="` + at(5*time.Minute), `_r1" NotOnOrAfter="` + at(-time.Second), evidence.WrongTime},
		"valid until before it was received":         {at(0) + `" NotOnOrAfter="` + at(5*time.Minute), at(0) + `" NotOnOrAfter="` + at(-time.Second), evidence.WrongTime},
		"a confirmation with a beginning":            {`_r1" NotOnOrAfter`, `_r1" NotBefore="` + at(0) + `" NotOnOrAfter`, evidence.Structure},
		"a confirmation without its data":            {`SubjectConfirmationData`, `SubjectConfirmationDatum`, evidence.Structure},
		"no confirmation":                            {`SubjectConfirmation`, `SubjectConfirmationX`, evidence.Structure},
		"no subject":                                 {`saml:Subject>`, `saml:Advice>`, evidence.Structure},
		"two subjects":                               {`</saml:Subject>`, `</saml:Subject><saml:Subject></saml:Subject>`, evidence.Structure},
		"no conditions":                              {`saml:Conditions`, `saml:Condition`, evidence.Structure},
		"no issuer's name":                           {`<saml:Issuer>` + samlIdP.EntityID, `<saml:Issuer>`, evidence.Structure},
		"an element in the issuer's name":            {`<saml:Issuer>`, `<saml:Issuer><saml:X></saml:X>`, evidence.Structure},
		"no context":                                 {`AuthnContext>`, `AuthnContexts>`, evidence.Structure},
		"no level":                                   {`AuthnContextClassRef>`, `AuthnContextDecl>`, evidence.Structure},
		"two levels":                                 {`</saml:AuthnContextClassRef>`, `</saml:AuthnContextClassRef><saml:AuthnContextClassRef>x</saml:AuthnContextClassRef>`, evidence.Structure},
		"an attribute that is encrypted":             {end, `<saml:EncryptedAttribute Name="x"></saml:EncryptedAttribute>` + end, evidence.Structure},
		"an attribute without a name":                {end, attribute("", "x") + end, evidence.Structure},
		"an attribute with another value":            {end, `<saml:Attribute Name="x"><saml:Value>y</saml:Value></saml:Attribute>` + end, evidence.Structure},
		"another document":                           {`saml:Assertion`, `saml:Advice`, evidence.Structure},
		"a number by another name, of another":       {end, attribute(evidence.AttrCredentialNumber, bo.Digits()) + end, evidence.NoPerson},
		"a number that is written otherwise":         {anna.Digits(), anna.Dashed(), evidence.NoPerson},
		"no family name":                             {"urn:oid:2.5.4.4\"", "urn:oid:2.5.4.5\"", evidence.NoPerson},
		"a digest of another length":                 {`xmlenc#sha256;`, `xmlenc#sha256;AAAA`, evidence.Algorithm},
		"a digest that is not base 64":               {`xmlenc#sha256;`, `xmlenc#sha256;!`, evidence.Algorithm},
		"the person's signature that is not base 64": {end, attribute(evidence.AttrUserSignature, "!") + end, evidence.Structure},
	} {
		in := samlInput(samlIdP, samlSaid(), et.SAMLEdit{Assertion: func(s string) string {
			if !strings.Contains(s, c.old) {
				t.Fatalf("%s: nothing to replace", name)
			}
			return strings.ReplaceAll(s, c.old, c.new)
		}})
		if _, err := evidence.VerifySAML(in); evidence.CodeOf(err) != c.want || !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	// Inera's names do as well, when they stand alone.
	in := samlInput(samlIdP, samlSaid(), et.SAMLEdit{Assertion: func(s string) string {
		return strings.NewReplacer(number, evidence.AttrCredentialNumber, "urn:oid:2.5.4.42", evidence.AttrCredentialGiven, `urn:oid:2.5.4.4"`, evidence.AttrCredentialFamily+`"`,
			"urn:oid:2.16.840.1.113730.3.1.241", "x").Replace(s)
	}})
	if got, err := evidence.VerifySAML(in); err != nil || got.Number != anna || got.Name != "Anna Testsson" {
		t.Errorf("by Inera's names: %q %v", got.Name, err)
	}
}

// The shape of the signature: what is more, less or elsewhere than SAML has it, though it was signed like that.
func TestSAMLSignatureShape(t *testing.T) {
	const ds = `http://www.w3.org/2000/09/xmldsig#`
	for name, c := range map[string]struct {
		old, new string
		want     evidence.Code
	}{
		"two references":                      {`</ds:Reference>`, `</ds:Reference><ds:Reference URI="#_a1"></ds:Reference>`, evidence.Structure},
		"no canonicalisation":                 {`ds:CanonicalizationMethod`, `ds:Canonicalization`, evidence.Structure},
		"another name of the method":          {`ds:SignatureMethod`, `ds:SignatureMethods`, evidence.Structure},
		"another name of the reference":       {`ds:Reference`, `ds:References`, evidence.Structure},
		"a method with parameters":            {`</ds:SignatureMethod>`, `<ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>`, evidence.Algorithm},
		"a digest more":                       {`</ds:DigestValue>`, `</ds:DigestValue><ds:DigestValue></ds:DigestValue>`, evidence.Structure},
		"another name of the digest's method": {`ds:DigestMethod`, `ds:DigestMethods`, evidence.Structure},
		"another name of the digest":          {`ds:DigestValue`, `ds:DigestValues`, evidence.Structure},
		"another name of the transforms":      {`ds:Transforms`, `ds:Transformations`, evidence.Structure},
		"a transform more":                    {`</ds:Transforms>`, `<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform></ds:Transforms>`, evidence.Algorithm},
		"a transform with parameters":         {`enveloped-signature"></ds:Transform>`, `enveloped-signature"><x></x></ds:Transform>`, evidence.Algorithm},
		"other parameters of the other":       {`ec:InclusiveNamespaces`, `ec:ExclusiveNamespaces`, evidence.Algorithm},
		"two parameters of the other":         {`</ec:InclusiveNamespaces>`, `</ec:InclusiveNamespaces><x></x>`, evidence.Algorithm},
		"a digest that is not base 64":        {`<ds:DigestValue>`, `<ds:DigestValue>!`, evidence.Structure},
		"no address":                          {` URI="#_a1"`, ``, evidence.Structure},
	} {
		in := samlInput(samlIdP, samlSaid(), et.SAMLEdit{SignedInfo: func(s string) string {
			if !strings.Contains(s, c.old) {
				t.Fatalf("%s: nothing to replace", name)
			}
			return strings.ReplaceAll(s, c.old, c.new)
		}})
		if _, err := evidence.VerifySAML(in); evidence.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	// Around what is signed.
	for name, c := range map[string][2]string{
		"a fourth part":                  {`</ds:Signature>`, `<ds:Object></ds:Object></ds:Signature>`},
		"no value":                       {`ds:SignatureValue`, `ds:SignatureValues`},
		"other than the key":             {`ds:KeyInfo`, `ds:KeyInfos`},
		"what is signed by another name": {`ds:SignedInfo`, `ds:SignedInfos`},
		"two signatures":                 {`<ds:Signature `, `<ds:Signature xmlns:ds="` + ds + `"></ds:Signature><ds:Signature `},
		"a value that is not base 64":    {`<ds:SignatureValue>`, `<ds:SignatureValue>!`},
		"a name with two colons":         {`ds:X509Data`, `ds:x:X509Data`},
		"an attribute with two colons":   {`<ds:X509Data>`, `<ds:X509Data a:b:c="">`},
		"a comment beside":               {`<saml:Assertion `, `<!-- --><saml:Assertion `},
		"text beside":                    {`</saml:Assertion>`, `</saml:Assertion>x`},
	} {
		in := samlValid()
		changed := bytes.ReplaceAll(in.Assertion, []byte(c[0]), []byte(c[1]))
		if bytes.Equal(changed, in.Assertion) {
			t.Fatalf("%s: nothing to replace", name)
		}
		in.Assertion = changed
		if _, err := evidence.VerifySAML(in); evidence.CodeOf(err) != evidence.Structure {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Keys that are long enough, of either kind, and signatures as long as the key makes them.
func TestSAMLKeys(t *testing.T) {
	short := func(b []byte) []byte { return b[:len(b)-1] }
	for name, c := range map[string]struct {
		in   evidence.SAMLInput
		want evidence.Code
	}{
		"P-256":                   {samlBy(ellipticKey(elliptic.P256()), et.SAMLEdit{}), ""},
		"P-384":                   {samlBy(ellipticKey(elliptic.P384()), et.SAMLEdit{}), ""},
		"P-224":                   {samlBy(ellipticKey(elliptic.P224()), et.SAMLEdit{}), evidence.SignatureValue},
		"P-256, said to be RSA":   {samlBy(ellipticKey(elliptic.P256()), et.SAMLEdit{SignedInfo: func(s string) string { return strings.Replace(s, "#ecdsa", "#rsa", 1) }}), evidence.SignatureValue},
		"P-256, a byte too short": {samlBy(ellipticKey(elliptic.P256()), et.SAMLEdit{Value: short}), evidence.SignatureValue},
		"RSA of 1024 bits":        {samlBy(must(rsa.GenerateKey(rand.Reader, 1024)), et.SAMLEdit{}), evidence.SignatureValue},
	} {
		if _, err := evidence.VerifySAML(c.in); evidence.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A certificate that a provider has had holds for what was received in its time, and is that provider's only.
func TestSAMLSeen(t *testing.T) {
	in := samlValid()
	seen := func(c *x509.Certificate, from, to time.Duration) []evidence.SAMLIssuer {
		return []evidence.SAMLIssuer{{EntityID: samlIdP.EntityID, Certificates: []*x509.Certificate{samlStranger.Certificate()},
			Seen: []evidence.SeenCertificate{{Certificate: c, From: in.At.Add(from), To: in.At.Add(to)}}}}
	}
	other := seen(samlIdP.Certificate(), -time.Hour, time.Hour)
	other[0].EntityID = "https://other.example.com"
	for name, c := range map[string]struct {
		issuers []evidence.SAMLIssuer
		want    evidence.Code
	}{
		"in its time":                  {seen(samlIdP.Certificate(), -time.Hour, time.Hour), ""},
		"at its beginning and its end": {seen(samlIdP.Certificate(), evidence.SAMLSlack, -evidence.SAMLSlack), ""},
		"before it":                    {seen(samlIdP.Certificate(), evidence.SAMLSlack+time.Second, time.Hour), evidence.WrongIssuer},
		"after it":                     {seen(samlIdP.Certificate(), -time.Hour, -evidence.SAMLSlack-time.Second), evidence.WrongIssuer},
		"another certificate":          {seen(samlStranger.Certificate(), -time.Hour, time.Hour), evidence.SignatureValue},
		"another provider":             {other, evidence.WrongIssuer},
	} {
		in.Issuers = c.issuers
		if _, err := evidence.VerifySAML(in); evidence.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// Of two certificates that are trusted, each is for its own provider's time only.
	in.Issuers = append(seen(samlStranger.Certificate(), -time.Hour, time.Hour), seen(samlIdP.Certificate(), -time.Hour, -time.Minute-time.Second)...)
	if _, err := evidence.VerifySAML(in); evidence.CodeOf(err) != evidence.WrongIssuer {
		t.Errorf("beside one whose time it is: %v", err)
	}
}
