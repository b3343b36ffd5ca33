package evidencetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"samtjanst/platform/idno"
)

// ServiceAuthority is the certificate authority of a signing service: root → issuing CA → a certificate for each signature.
type ServiceAuthority struct{ root, ca issuer }

// NewServiceAuthority makes one that is valid for twenty years from the day before now.
func NewServiceAuthority(now time.Time) (*ServiceAuthority, error) {
	a := &ServiceAuthority{}
	for _, s := range []struct {
		into    *issuer
		by      *issuer
		name    string
		pathLen int
	}{{&a.root, nil, "Samtjänst Simulator Underskrift Root CA v1", 1}, {&a.ca, &a.root, "Samtjänst Simulator Underskrift CA v1", 0}} {
		t := caTemplate(s.pathLen)
		t.Subject = pkix.Name{Country: []string{"SE"}, Organization: []string{"Simulerade Underskrifter AB"}, CommonName: s.name}
		t.NotBefore, t.NotAfter = now.AddDate(0, 0, -1), now.AddDate(20, 0, 0)
		var err error
		if *s.into, err = issue(t, s.by); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// RootPEM is the root certificate, to pin.
func (a *ServiceAuthority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.cert.Raw})
}

// PEM is the whole authority with its private keys, for a simulator that keeps its root over restarts.
func (a *ServiceAuthority) PEM() ([]byte, error) {
	var out []byte
	for _, i := range []issuer{a.root, a.ca} {
		key, err := x509.MarshalPKCS8PrivateKey(i.key)
		if err != nil {
			return nil, err
		}
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})...)
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	}
	return out, nil
}

// LoadServiceAuthority reads what PEM wrote.
func LoadServiceAuthority(text []byte) (*ServiceAuthority, error) {
	a := &ServiceAuthority{}
	for _, into := range []*issuer{&a.root, &a.ca} {
		var cert, key *pem.Block
		cert, text = pem.Decode(text)
		key, text = pem.Decode(text)
		if cert == nil || key == nil {
			return nil, errors.New("evidencetest: the authority's file is incomplete")
		}
		c, err := x509.ParseCertificate(cert.Bytes)
		if err != nil {
			return nil, fmt.Errorf("evidencetest: %w", err)
		}
		k, err := x509.ParsePKCS8PrivateKey(key.Bytes)
		if err != nil {
			return nil, fmt.Errorf("evidencetest: %w", err)
		}
		rsaKey, ok := k.(*rsa.PrivateKey)
		if !ok || !rsaKey.PublicKey.Equal(c.PublicKey) {
			return nil, errors.New("evidencetest: a key does not belong to its certificate")
		}
		*into = issuer{c, rsaKey}
	}
	return a, nil
}

// ServiceSubject is who a signing service issues a certificate to. The zero value of a field is what a real one does.
type ServiceSubject struct {
	Number             idno.Number
	GivenName, Surname string
	Context            ServiceContext
	NoContext          bool
	Semantics          bool // the number in the form of EN 319 412-1: "PNOSE-…"
	Validity           time.Duration
	Usage              x509.KeyUsage
	Key                crypto.Signer       // nil makes one on P-256
	CA                 bool                // may issue certificates itself, for forgeries
	Names              pkix.RDNSequence    // further names, for forgeries
	ContextXML         func(string) string // edits the extension's XML, for forgeries
}

// ServiceContext is how the person was identified.
type ServiceContext struct {
	IdentityProvider, Class, Assertion, Transaction string
	Instant                                         time.Time
}

// ServiceSigner is a person's key and certificate for one signature.
type ServiceSigner struct {
	a    *ServiceAuthority
	cert *x509.Certificate
	key  crypto.Signer
}

// Issue gives a person a certificate.
func (a *ServiceAuthority) Issue(s ServiceSubject, now time.Time) (*ServiceSigner, error) {
	if s.Validity == 0 {
		s.Validity = 365 * 24 * time.Hour
	}
	if s.Usage == 0 {
		s.Usage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	}
	if s.Key == nil {
		var err error
		if s.Key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
	}
	serial := s.Number.Digits()
	if s.Semantics {
		serial = "PNOSE-" + serial
	}
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, err
	}
	policy, err := x509.ParseOID("0.4.0.2042.1.1") // EN 319 411-1, NCP
	if err != nil {
		return nil, err
	}
	t := x509.Certificate{SerialNumber: number, NotBefore: now.Add(-time.Minute), NotAfter: now.Add(s.Validity), KeyUsage: s.Usage,
		IsCA: s.CA, BasicConstraintsValid: s.CA, Policies: []x509.OID{policy}, Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{2, 5, 4, 6}, Value: "SE"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: serial},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 42}, Value: s.GivenName},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 4}, Value: s.Surname},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: s.GivenName + " " + s.Surname},
		}}}
	for _, rdn := range s.Names {
		t.Subject.ExtraNames = append(t.Subject.ExtraNames, rdn...)
	}
	if !s.NoContext {
		ext, err := s.contextExtension()
		if err != nil {
			return nil, err
		}
		t.ExtraExtensions = []pkix.Extension{ext}
	}
	der, err := x509.CreateCertificate(rand.Reader, &t, a.ca.cert, s.Key.Public(), a.ca.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &ServiceSigner{a, cert, s.Key}, err
}

// contextExtension is the authentication context of RFC 7773 by Sweden Connect's certificate profile, 2.3.2.
func (s ServiceSubject) contextExtension() (pkix.Extension, error) {
	attr := func(oid, name, value string) string {
		return `<saci:AttributeMapping Type="rdn" Ref="` + oid + `"><saml:Attribute Name="` + name + `"><saml:AttributeValue>` + value +
			`</saml:AttributeValue></saml:Attribute></saci:AttributeMapping>`
	}
	c := s.Context
	info := `<saci:SAMLAuthContext xmlns:saci="http://id.elegnamnden.se/auth-cont/1.0/saci" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ` +
		`xmlns:sacex="http://id.swedenconnect.se/auth-cont/1.0/ext-auth-info"><saci:AuthContextInfo IdentityProvider="` + c.IdentityProvider +
		`" AuthenticationInstant="` + c.Instant.UTC().Format("2006-01-02T15:04:05.000Z07:00") + `" AuthnContextClassRef="` + c.Class + `" AssertionRef="` +
		c.Assertion + `"><sacex:ExtAuthInfo Name="urn:oid:1.2.752.201.3.2">` + c.Transaction + `</sacex:ExtAuthInfo></saci:AuthContextInfo><saci:IdAttributes>` +
		attr("2.5.4.5", "urn:oid:1.2.752.29.4.13", s.Number.Digits()) + attr("2.5.4.42", "urn:oid:2.5.4.42", s.GivenName) +
		attr("2.5.4.4", "urn:oid:2.5.4.4", s.Surname) + `</saci:IdAttributes></saci:SAMLAuthContext>`
	info = edited(info, s.ContextXML)
	value, err := asn1.Marshal([]struct {
		Type string `asn1:"utf8"`
		Info string `asn1:"utf8"`
	}{{"http://id.elegnamnden.se/auth-cont/1.0/saci", info}})
	return pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 752, 201, 5, 1}, Value: value}, err
}

// ServiceTask is what is to be signed: SignTaskData of a request.
type ServiceTask struct {
	ToBeSigned  []byte // SignedInfo, canonical
	SignatureID string
}

// ServiceSigned is what comes back: SignTaskData of a response, and the certificates.
type ServiceSigned struct {
	ToBeSigned, Object, Value []byte
	Certificates              [][]byte // with the root, as the profile has it
}

// ServiceEdit changes the parts while they are made, for forgeries that are signed all the same.
type ServiceEdit struct {
	Properties, SignedInfo func(string) string
	// Foreign writes the properties as another XML library would: other prefixes, line breaks, the names declared further out.
	Foreign bool
}

// Sign does what a signing service does with a task of AdESType BES: it says when and by which certificate, adds a reference to that, and
// signs. The signature method is the one in the task; the key must be of its kind.
func (s *ServiceSigner) Sign(task ServiceTask, at time.Time, e ServiceEdit) (ServiceSigned, error) {
	const xades = "http://uri.etsi.org/01903/v1.3.2#"
	sum := sha256.Sum256(s.cert.Raw)
	id := "xades-" + task.SignatureID
	digest := `<ds:DigestMethod xmlns:ds="` + xmldsig + `" Algorithm="` + sha256URI + `"></ds:DigestMethod><ds:DigestValue xmlns:ds="` + xmldsig + `">` +
		b64(sum[:]) + `</ds:DigestValue>`
	properties := `<xades:SignedProperties xmlns:xades="` + xades + `" Id="` + id + `"><xades:SignedSignatureProperties><xades:SigningTime>` +
		at.UTC().Format("2006-01-02T15:04:05.000Z07:00") + `</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>` + digest +
		`</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>`
	properties = edited(properties, e.Properties)
	object := `<ds:Object xmlns:ds="` + xmldsig + `"><xades:QualifyingProperties xmlns:xades="` + xades + `" Target="#` + task.SignatureID + `">` + properties +
		`</xades:QualifyingProperties></ds:Object>`
	if e.Foreign {
		// Canonical: each name is declared where it is first used, and what is written short is written out.
		properties = strings.NewReplacer("xades:", "ns2:", "ds:", "").Replace(strings.NewReplacer("xmlns:xades", "xmlns:ns2", "xmlns:ds", "xmlns").Replace(properties))
		properties = strings.Replace(properties, "<ns2:Cert>", "\n  <ns2:Cert>", 1)
		object = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Object xmlns="` + xmldsig + `" xmlns:ns2="` + xades + `" xmlns:ns9="urn:unused">` + "\n " +
			`<ns2:QualifyingProperties Target="#` + task.SignatureID + `">` +
			strings.NewReplacer(` xmlns:ns2="`+xades+`"`, "", ` xmlns="`+xmldsig+`"`, "", "></DigestMethod>", "/>").Replace(properties) +
			`</ns2:QualifyingProperties></Object>`
	}
	info := string(task.ToBeSigned)
	end := strings.LastIndex(info, "</ds:SignedInfo>")
	if end < 0 {
		return ServiceSigned{}, errors.New("evidencetest: ToBeSignedBytes is not a SignedInfo in canonical form with the prefix ds")
	}
	sum = sha256.Sum256([]byte(properties))
	info = info[:end] + `<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#` + id + `"><ds:Transforms><ds:Transform Algorithm="` +
		`http://www.w3.org/2001/10/xml-exc-c14n#"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="` + sha256URI + `"></ds:DigestMethod><ds:DigestValue>` +
		b64(sum[:]) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
	info = edited(info, e.SignedInfo)
	value, err := s.value([]byte(info))
	return ServiceSigned{ToBeSigned: []byte(info), Object: []byte(object), Value: value,
		Certificates: [][]byte{s.cert.Raw, s.a.ca.cert.Raw, s.a.root.cert.Raw}}, err
}

// value signs by SHA-256. XMLDSig writes an ECDSA signature as its two numbers, each as long as the curve's order.
func (s *ServiceSigner) value(content []byte) ([]byte, error) {
	sum := sha256.Sum256(content)
	switch key := s.key.(type) {
	case *rsa.PrivateKey:
		return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	case *ecdsa.PrivateKey:
		r, q, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			return nil, err
		}
		size := (key.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), q.FillBytes(make([]byte, size))...), nil
	}
	return nil, errors.New("evidencetest: a key of another kind")
}
