package evidencetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/xml"
	"math/big"
	"strings"
	"time"

	"samtjanst/platform/idno"
)

// IdentityProvider signs assertions in Sweden Connect's manner, with a self-signed certificate as metadata have. The XML is written byte
// by byte in its canonical form, like the rest of this package.
type IdentityProvider struct {
	EntityID string
	cert     *x509.Certificate
	key      crypto.Signer
}

// NewIdentityProvider makes one with an RSA key.
func NewIdentityProvider(entityID string, now time.Time) (*IdentityProvider, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	return NewIdentityProviderWith(entityID, now, key)
}

// NewIdentityProviderWith makes one with a key, RSA or ECDSA.
func NewIdentityProviderWith(entityID string, now time.Time, key crypto.Signer) (*IdentityProvider, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(now.Unix()), Subject: pkix.Name{CommonName: "Simulerad legitimering"},
		NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(10, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &IdentityProvider{entityID, cert, key}, err
}

// Certificate is what is pinned.
func (p *IdentityProvider) Certificate() *x509.Certificate { return p.cert }

// Said is what an assertion says.
type Said struct {
	ID, Audience, Recipient, InResponseTo, Context string
	At                                             time.Time
	Number                                         idno.Number
	GivenName, Surname                             string
	Message                                        []byte // shown and accepted; nil for a login
}

// SAMLEdit changes parts before they are hashed and signed: the signature itself holds. Value changes that.
type SAMLEdit struct {
	Assertion, SignedInfo func(string) string
	Value                 func([]byte) []byte
}

func (p *IdentityProvider) sign(content []byte) ([]byte, error) {
	sum := sha256.Sum256(content)
	key, ok := p.key.(*ecdsa.PrivateKey)
	if !ok {
		return p.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, err
	}
	size := (key.Params().BitSize + 7) / 8 // XMLDSig 1.1, 6.4.3: side by side
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...), nil
}

// Assertion makes a signed assertion.
func (p *IdentityProvider) Assertion(s Said, e SAMLEdit) ([]byte, error) {
	body := p.body(s)
	if e.Assertion != nil {
		body = e.Assertion(body)
	}
	sum := sha256.Sum256([]byte(body))
	method := "rsa-sha256"
	if _, elliptic := p.key.(*ecdsa.PrivateKey); elliptic {
		method = "ecdsa-sha256"
	}
	const ds, c14n = `http://www.w3.org/2000/09/xmldsig#`, `http://www.w3.org/2001/10/xml-exc-c14n#`
	info := `<ds:SignedInfo xmlns:ds="` + ds + `"><ds:CanonicalizationMethod Algorithm="` + c14n + `"></ds:CanonicalizationMethod>` +
		`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#` + method + `"></ds:SignatureMethod>` +
		`<ds:Reference URI="#` + s.ID + `"><ds:Transforms><ds:Transform Algorithm="` + ds + `enveloped-signature"></ds:Transform>` +
		`<ds:Transform Algorithm="` + c14n + `"><ec:InclusiveNamespaces xmlns:ec="` + c14n + `" PrefixList="xs"></ec:InclusiveNamespaces></ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>` +
		`<ds:DigestValue>` + base64.StdEncoding.EncodeToString(sum[:]) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
	if e.SignedInfo != nil {
		info = e.SignedInfo(info)
	}
	value, err := p.sign([]byte(info))
	if err != nil {
		return nil, err
	}
	if e.Value != nil {
		value = e.Value(value)
	}
	signature := `<ds:Signature xmlns:ds="` + ds + `">` + strings.Replace(info, ` xmlns:ds="`+ds+`"`, "", 1) +
		`<ds:SignatureValue>` + base64.StdEncoding.EncodeToString(value) + `</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` +
		base64.StdEncoding.EncodeToString(p.cert.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`
	before, after, _ := strings.Cut(body, "</saml:Issuer>")
	return []byte(before + "</saml:Issuer>" + signature + after), nil
}

func (p *IdentityProvider) body(s Said) string {
	const saml = "urn:oasis:names:tc:SAML:2.0:assertion"
	at, until := s.At.UTC().Format(time.RFC3339), s.At.UTC().Add(5*time.Minute).Format(time.RFC3339)
	b := `<saml:Assertion xmlns:saml="` + saml + `" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="` + s.ID + `" IssueInstant="` + at + `" Version="2.0">` +
		`<saml:Issuer>` + p.EntityID + `</saml:Issuer><saml:Subject><saml:NameID>5f1c</saml:NameID>` +
		`<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="` + s.InResponseTo +
		`" NotOnOrAfter="` + until + `" Recipient="` + s.Recipient + `"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
		`<saml:Conditions NotBefore="` + at + `" NotOnOrAfter="` + until + `"><saml:AudienceRestriction><saml:Audience>` + s.Audience +
		`</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="` + at + `"><saml:AuthnContext>` +
		`<saml:AuthnContextClassRef>` + s.Context + `</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>`
	attribute := func(name, value string) {
		var escaped strings.Builder
		_ = xml.EscapeText(&escaped, []byte(value)) // a strings.Builder does not fail
		b += `<saml:Attribute Name="` + name + `" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">` +
			`<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">` + escaped.String() +
			`</saml:AttributeValue></saml:Attribute>`
	}
	attribute("urn:oid:1.2.752.29.4.13", s.Number.Digits())
	attribute("urn:oid:2.5.4.42", s.GivenName)
	attribute("urn:oid:2.5.4.4", s.Surname)
	attribute("urn:oid:2.16.840.1.113730.3.1.241", s.GivenName+" "+s.Surname)
	if s.Message != nil {
		sum := sha256.Sum256(s.Message)
		attribute("urn:oid:1.2.752.201.3.14", "http://www.w3.org/2001/04/xmlenc#sha256;"+base64.StdEncoding.EncodeToString(sum[:]))
	}
	return b + `</saml:AttributeStatement></saml:Assertion>`
}
