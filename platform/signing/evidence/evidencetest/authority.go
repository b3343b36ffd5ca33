// Package evidencetest makes evidence in BankID's format: a certificate authority of its own, signatures and OCSP answers.
//
// The BankID simulator signs with it, and the verification is tested with it. The XML is written here byte by byte in
// its canonical form, by rules that share nothing with the verifier's parser and canonicaliser, so that a mistake in either
// shows as a signature that does not verify.
//
// The chain is BankID's: root → bank intermediate CA → bank customer CA → person, and an OCSP responder appointed by the
// customer CA. Nothing made here leads to a root that anybody trusts in production.
//
// service.go does the same for a federated signing service: a certificate for each signature, which says how its person was identified.
package evidencetest

import (
	"crypto"
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
	"time"

	"samtjanst/platform/idno"
)

// keyBits is the length of every RSA key; BankID's signers have 2048 bits.
const keyBits = 2048

// Authority is a bank's chain of issuers.
type Authority struct {
	root, intermediate, customer, responder issuer
}

type issuer struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

// NewAuthority makes a chain that is valid for twenty years from the day before now.
func NewAuthority(now time.Time) (*Authority, error) {
	a := &Authority{}
	var err error
	for _, s := range []struct {
		into     *issuer
		by       *issuer
		name     string
		template x509.Certificate
	}{
		{&a.root, nil, "Samtjänst Simulator BankID Root CA v1", caTemplate(2)},
		{&a.intermediate, &a.root, "Simulatorbanken CA v1 for BankID", caTemplate(1)},
		{&a.customer, &a.intermediate, "Simulatorbanken Customer CA3 v1 for BankID", caTemplate(0)},
		{&a.responder, &a.customer, "Simulatorbanken OCSP v1 for BankID", x509.Certificate{
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}}},
	} {
		t := s.template
		t.Subject = pkix.Name{Country: []string{"SE"}, Organization: []string{"Simulatorbanken AB (publ)"}, CommonName: s.name}
		t.NotBefore, t.NotAfter = now.AddDate(0, 0, -1), now.AddDate(20, 0, 0)
		if *s.into, err = issue(t, s.by); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func caTemplate(pathLen int) x509.Certificate {
	return x509.Certificate{IsCA: true, BasicConstraintsValid: true, MaxPathLen: pathLen, MaxPathLenZero: pathLen == 0,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
}

// issue makes a key and a certificate for it; a nil issuer signs itself.
func issue(t x509.Certificate, by *issuer) (issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return issuer{}, err
	}
	return certify(t, key, by)
}

func certify(t x509.Certificate, key *rsa.PrivateKey, by *issuer) (issuer, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return issuer{}, err
	}
	t.SerialNumber = serial
	parent, signer := &t, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, &t, parent, &key.PublicKey, signer)
	if err != nil {
		return issuer{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return issuer{cert, key}, err
}

// RootPEM is the root certificate, to pin.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.cert.Raw})
}

// PEM is the whole authority with its private keys, for a simulator that keeps its root over restarts.
func (a *Authority) PEM() ([]byte, error) {
	var out []byte
	for _, i := range []issuer{a.root, a.intermediate, a.customer, a.responder} {
		key, err := x509.MarshalPKCS8PrivateKey(i.key)
		if err != nil {
			return nil, err
		}
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})...)
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	}
	return out, nil
}

// LoadAuthority reads what PEM wrote.
func LoadAuthority(text []byte) (*Authority, error) {
	a := &Authority{}
	for _, into := range []*issuer{&a.root, &a.intermediate, &a.customer, &a.responder} {
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

// Subject is who a certificate is issued to.
type Subject struct {
	Number             idno.Number
	GivenName, Surname string
	Validity           time.Duration                // from the day of issue; zero means three years
	Policy             string                       // dotted; "" is BankID's test policy for mobile
	Usage              x509.KeyUsage                // zero is both uses: digitalSignature and contentCommitment
	KeyOf              *Holder                      // whose key it is; nil one of its own
	Bits               int                          // of that; zero is what BankID's have
	CA                 bool                         // may issue certificates itself
	Serial             string                       // instead of the number
	Names              []pkix.AttributeTypeAndValue // further ones
}

// Holder can sign: a person with a key and a certificate.
type Holder struct {
	a    *Authority
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

// TestPolicyMobile is BankID's certificate policy for Mobile BankID in its test environment.
const TestPolicyMobile = "1.2.3.4.25"

// Issue gives a person a certificate from today.
func (a *Authority) Issue(s Subject, now time.Time) (*Holder, error) {
	if s.Validity == 0 {
		s.Validity = 3 * 365 * 24 * time.Hour
	}
	if s.Policy == "" {
		s.Policy = TestPolicyMobile
	}
	if s.Usage == 0 {
		s.Usage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	}
	policy, err := x509.ParseOID(s.Policy)
	if err != nil {
		return nil, err
	}
	name := s.GivenName + " " + s.Surname
	t := x509.Certificate{
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(s.Validity), KeyUsage: s.Usage, Policies: []x509.OID{policy},
		IsCA: s.CA, BasicConstraintsValid: s.CA,
		Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{2, 5, 4, 6}, Value: "SE"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 10}, Value: "Simulatorbanken AB (publ)"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 4}, Value: s.Surname},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 42}, Value: s.GivenName},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: s.Number.Digits()},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 41}, Value: "(" + now.Format("060102 15.04") + ") " + name + " - Mobilt BankID"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: name},
		}},
	}
	if s.Serial != "" {
		t.Subject.ExtraNames[4].Value = s.Serial
	}
	t.Subject.ExtraNames = append(t.Subject.ExtraNames, s.Names...)
	if s.Bits == 0 {
		s.Bits = keyBits
	}
	var key *rsa.PrivateKey
	if s.KeyOf != nil {
		key = s.KeyOf.key
	} else if key, err = rsa.GenerateKey(rand.Reader, s.Bits); err != nil {
		return nil, err
	}
	i, err := certify(t, key, &a.customer)
	if err != nil {
		return nil, err
	}
	return &Holder{a, i.cert, i.key}, nil
}

// Responder makes another OCSP responder, appointed by the customer CA for a time. It is given as one who can sign.
func (a *Authority) Responder(from, to time.Time) (*Holder, error) {
	t := x509.Certificate{NotBefore: from, NotAfter: to, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning},
		Subject: a.responder.cert.Subject}
	i, err := certify(t, a.responder.key, &a.customer)
	if err != nil {
		return nil, err
	}
	return &Holder{a, i.cert, i.key}, nil
}

// WithIntermediate is the same authority, whose intermediate CA has another certificate for its key.
func (a *Authority) WithIntermediate(change func(*x509.Certificate)) (*Authority, error) {
	out, old := *a, a.intermediate.cert
	t := caTemplate(1)
	t.Subject, t.NotBefore, t.NotAfter = old.Subject, old.NotBefore, old.NotAfter
	change(&t)
	var err error
	out.intermediate, err = certify(t, a.intermediate.key, &a.root)
	return &out, err
}

// WithoutIntermediate is the same authority, whose customer CA is issued by the root, and whose intermediate CA has nothing to do with it.
func (a *Authority) WithoutIntermediate() (*Authority, error) {
	out, old := *a, a.customer.cert
	t := caTemplate(0)
	t.Subject, t.NotBefore, t.NotAfter = old.Subject, old.NotBefore, old.NotAfter
	var err error
	out.customer, err = certify(t, a.customer.key, &a.root)
	return &out, err
}

// At is the same person, whose evidence has the certificates of a variant of the authority.
func (h *Holder) At(a *Authority) *Holder { return &Holder{a, h.cert, h.key} }

// Issued is when the certificate was issued.
func (h *Holder) Issued() time.Time { return h.cert.NotBefore }

func sign(key *rsa.PrivateKey, content []byte) ([]byte, error) {
	sum := sha256.Sum256(content)
	return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
}
