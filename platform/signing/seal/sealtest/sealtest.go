// Package sealtest makes certificates for the demo and the tests: an authority of its own that issues to municipalities what
// they seal documents with, and to timestamp authorities what they sign with.
//
// Keys are RSA of 3072 bits. Viewers accept ECDSA less evenly (some show a seal with it as of unknown kind), all accept RSA;
// and 3000 bits is what ETSI TS 119 312 recommends for signatures made now. Nothing made here leads to a root that anybody
// trusts in production.
package sealtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"samtjanst/platform/signing/seal"
)

const keyBits = 3072

// Authority is a root with the CA under it that issues.
type Authority struct{ root, ca issuer }

type issuer struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

// NewAuthority makes an authority that is valid for twenty years from the day before now.
func NewAuthority(now time.Time) (*Authority, error) {
	a := &Authority{}
	for _, s := range []struct {
		into *issuer
		by   *issuer
		name string
	}{{&a.root, nil, "Samtjänst Simulator Seal Root CA v1"}, {&a.ca, &a.root, "Samtjänst Simulator Seal CA v1"}} {
		t := template(now, 20, pkix.Name{Country: []string{"SE"}, Organization: []string{"Samtjänst Simulator"}, CommonName: s.name})
		t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			return nil, err
		}
		s.into.key = key
		by, parent := key, (*x509.Certificate)(nil)
		if s.by != nil {
			by, parent = s.by.key, s.by.cert
		}
		if s.into.cert, err = certify(t, &key.PublicKey, by, parent); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func template(now time.Time, years int, name pkix.Name) *x509.Certificate {
	return &x509.Certificate{Subject: name, NotBefore: now.AddDate(0, 0, -1).UTC(), NotAfter: now.AddDate(years, 0, 0).UTC()}
}

// certify signs a certificate; a nil parent is the certificate itself.
func certify(t *x509.Certificate, public crypto.PublicKey, by *rsa.PrivateKey, parent *x509.Certificate) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	t.SerialNumber = serial
	if parent == nil {
		parent = t
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// RootPEM is the root certificate, to pin.
func (a *Authority) RootPEM() []byte { return encode("CERTIFICATE", a.root.cert.Raw) }

// Roots holds the root.
func (a *Authority) Roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.root.cert)
	return p
}

// PEM is the whole authority with its private keys, for a simulator that keeps its root over restarts.
func (a *Authority) PEM() ([]byte, error) {
	var out []byte
	for _, i := range []issuer{a.root, a.ca} {
		key, err := x509.MarshalPKCS8PrivateKey(i.key)
		if err != nil {
			return nil, err
		}
		out = append(append(out, encode("CERTIFICATE", i.cert.Raw)...), encode("PRIVATE KEY", key)...)
	}
	return out, nil
}

// LoadAuthority reads what PEM wrote.
func LoadAuthority(text []byte) (*Authority, error) {
	a := &Authority{}
	for _, into := range []*issuer{&a.root, &a.ca} {
		var cert, key *pem.Block
		cert, text = pem.Decode(text)
		key, text = pem.Decode(text)
		if cert == nil || key == nil {
			return nil, errors.New("sealtest: the authority's file is incomplete")
		}
		m, err := seal.ParsePEM(pem.EncodeToMemory(cert), pem.EncodeToMemory(key))
		if err != nil {
			return nil, fmt.Errorf("sealtest: %w", err)
		}
		rsaKey, ok := m.Key.(*rsa.PrivateKey)
		if !ok {
			return nil, errors.New("sealtest: the authority's key is not RSA")
		}
		*into = issuer{m.Chain[0], rsaKey}
	}
	return a, nil
}

// Organisation is who a sealing certificate is issued to.
type Organisation struct {
	Name   string // "Ekköpings kommun"
	Number string // ten digits, without a dash
}

// Seal issues a certificate for sealing, valid for three years: an e-seal's, by its subject (EN 319 412-3) and its use
// (contentCommitment, EN 319 412-2 4.3.2).
func (a *Authority) Seal(o Organisation, now time.Time) (seal.Material, error) {
	name := pkix.Name{Country: []string{"SE"}, Organization: []string{o.Name}, CommonName: o.Name + ", e-stämpel"}
	if o.Number != "" {
		name.ExtraNames = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 97}, Value: "NTRSE-" + o.Number}}
	}
	t := template(now, 3, name)
	t.KeyUsage = x509.KeyUsageContentCommitment
	return a.Issue(t, nil)
}

// Stamps issues a certificate for a timestamp authority, valid for ten years (RFC 3161 2.3: timeStamping alone, critical).
func (a *Authority) Stamps(name string, now time.Time) (seal.Material, error) {
	t, err := stampTemplate(name, now)
	if err != nil {
		return seal.Material{}, err
	}
	return a.Issue(t, nil)
}

// Stranger is a timestamp authority's certificate that leads to no root but itself, for the same key.
func Stranger(m seal.Material, now time.Time) (seal.Material, error) {
	key, ok := m.Key.(*rsa.PrivateKey)
	if !ok {
		return seal.Material{}, errors.New("sealtest: the key is not RSA")
	}
	t, err := stampTemplate("Främmande tidsstämpel", now)
	if err != nil {
		return seal.Material{}, err
	}
	cert, err := certify(t, &key.PublicKey, key, nil)
	return seal.Material{Chain: []*x509.Certificate{cert}, Key: key}, err
}

func stampTemplate(name string, now time.Time) (*x509.Certificate, error) {
	t := template(now, 10, pkix.Name{Country: []string{"SE"}, Organization: []string{"Samtjänst Simulator"}, CommonName: name})
	t.KeyUsage = x509.KeyUsageDigitalSignature
	value, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	t.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value}}
	return t, err
}

// Issue issues any certificate for a key; a new one when it is nil, which takes some tenths of a second.
func (a *Authority) Issue(t *x509.Certificate, key crypto.Signer) (seal.Material, error) {
	if key == nil {
		made, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			return seal.Material{}, err
		}
		key = made
	}
	cert, err := certify(t, key.Public(), a.ca.key, a.ca.cert)
	return seal.Material{Chain: []*x509.Certificate{cert, a.ca.cert, a.root.cert}, Key: key}, err
}

// EncodePEM writes a certificate with its chain, and its key, as files hold them.
func EncodePEM(m seal.Material) (cert, key []byte, err error) {
	for _, c := range m.Chain {
		cert = append(cert, encode("CERTIFICATE", c.Raw)...)
	}
	der, err := x509.MarshalPKCS8PrivateKey(crypto.PrivateKey(m.Key))
	return cert, encode("PRIVATE KEY", der), err
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
