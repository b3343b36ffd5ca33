package evidence

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Roots are the pinned root certificates of an e-legitimation. The zero value trusts nobody.
type Roots struct{ pool *x509.CertPool }

// IsZero reports whether nobody is trusted.
func (r Roots) IsZero() bool { return r.pool == nil }

// ParseRoots reads one or more root certificates in PEM. Fault: Invalid.
func ParseRoots(text []byte) (Roots, error) {
	const op = "evidence.ParseRoots"
	pool, n := x509.NewCertPool(), 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return Roots{}, fault.Newf(op, fault.Invalid, "%s where a certificate was expected", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Roots{}, fault.New(op, fault.Invalid, err)
		}
		if !c.IsCA {
			return Roots{}, fault.Newf(op, fault.Invalid, "certificate %d is not a CA", n+1)
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 {
		return Roots{}, fault.New(op, fault.Invalid, errors.New("no certificate found"))
	}
	return Roots{pool}, nil
}

// chain is what KeyInfo holds; the root is not included.
type chain struct{ user, customer, intermediate *x509.Certificate }

func parseChain(ders [][]byte) (chain, error) {
	var certs [3]*x509.Certificate
	for i, der := range ders {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return chain{}, fail(CertificateFormat, "a certificate cannot be read")
		}
		certs[i] = c
	}
	return chain{certs[0], certs[1], certs[2]}, nil
}

func (c chain) checkSignature(d *document) error {
	key, ok := c.user.PublicKey.(*rsa.PublicKey)
	if !ok {
		return fail(Algorithm, "the signer's key is not RSA")
	}
	if key.Size() < 256 {
		return fail(Algorithm, "the signer's key is shorter than 2048 bits")
	}
	sum := sha256.Sum256(d.signedInfo)
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], d.signatureValue) != nil {
		return fail(SignatureValue, "not made with the signer's key")
	}
	return nil
}

// check demands the path signer → customer CA → intermediate CA → one of the roots, valid at the time given, and a
// certificate meant for this use: BankID marks certificates for signing with contentCommitment (nonRepudiation).
func (c chain) check(roots Roots, at time.Time, use Use) (Anchor, error) {
	if roots.IsZero() {
		return Anchor{}, fail(Chain, "no roots are configured")
	}
	paths, err := c.paths(roots.pool, at)
	if err != nil {
		return Anchor{}, err
	}
	for _, p := range paths {
		if len(p) == 4 && p[1].Equal(c.customer) && p[2].Equal(c.intermediate) {
			return anchorOf(p[3], true), c.checkUse(use)
		}
	}
	return Anchor{}, fail(Chain, "the certificates do not form one path")
}

// paths are those from the signer through the two issuers to one of the pool, valid at the time given.
func (c chain) paths(pool *x509.CertPool, at time.Time) ([][]*x509.Certificate, error) {
	between := x509.NewCertPool()
	between.AddCert(c.customer)
	between.AddCert(c.intermediate)
	paths, err := c.user.Verify(x509.VerifyOptions{Roots: pool, Intermediates: between, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return nil, fail(Chain, chainDetail(err))
	}
	return paths, nil
}

func (c chain) checkUse(use Use) error {
	for _, ca := range []*x509.Certificate{c.customer, c.intermediate} {
		if ca.KeyUsage&x509.KeyUsageCertSign == 0 {
			return fail(KeyUsage, "an issuer may not sign certificates")
		}
	}
	needed := x509.KeyUsageContentCommitment
	if use == Identification {
		needed |= x509.KeyUsageDigitalSignature
	}
	if c.user.IsCA || c.user.KeyUsage&needed == 0 {
		return fail(KeyUsage, "the certificate is not for "+string(use))
	}
	return nil
}

// chainDetail says what is wrong without the names that the library's text would carry.
func chainDetail(err error) string {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) {
		switch invalid.Reason {
		case x509.Expired:
			return "a certificate was not valid at the time"
		case x509.NotAuthorizedToSign:
			return "an issuer is not a CA"
		}
		return "a certificate breaks the rules of its issuer"
	}
	return "no path to a trusted root"
}

// Attributes of the subject's name that BankID uses (X.520).
var (
	oidCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidSurname    = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidSerial     = asn1.ObjectIdentifier{2, 5, 4, 5} // the personal number, twelve digits
	oidGivenName  = asn1.ObjectIdentifier{2, 5, 4, 42}
)

// policies tell the carrier, in production and in BankID's test environment.
var policies = map[string]Method{
	"1.2.752.78.1.1": File, "1.2.752.78.1.2": Card, "1.2.752.78.1.5": Mobile,
	"1.2.3.4.5": File, "1.2.3.4.10": Card, "1.2.3.4.25": Mobile,
}

// signer reads who the certificate is for.
func (c chain) signer() (Verified, error) {
	v := Verified{NotBefore: c.user.NotBefore, NotAfter: c.user.NotAfter, Method: Other, Issuer: c.customer.Subject.CommonName}
	var number string
	for _, a := range c.user.Subject.Names {
		value, _ := a.Value.(string)
		for _, f := range []struct {
			oid  asn1.ObjectIdentifier
			into *string
		}{{oidCommonName, &v.Name}, {oidSurname, &v.Surname}, {oidSerial, &number}, {oidGivenName, &v.GivenName}} {
			if !a.Type.Equal(f.oid) {
				continue
			}
			if *f.into != "" {
				return Verified{}, fail(CertificateSubject, "a name attribute stands twice")
			}
			*f.into = value
		}
	}
	if !idno.Valid(number) {
		return Verified{}, fail(CertificateSubject, "no personal number")
	}
	n, err := idno.Parse(number, c.user.NotBefore)
	if err != nil {
		return Verified{}, fail(CertificateSubject, "no personal number")
	}
	v.Number = n
	for _, p := range c.user.PolicyIdentifiers {
		if m, ok := policies[p.String()]; ok {
			v.Method = m
		}
	}
	return v, nil
}

// issued reports whether cert was issued by ca: the name matches and the signature holds.
func issued(cert, ca *x509.Certificate) bool {
	return bytes.Equal(cert.RawIssuer, ca.RawSubject) && cert.CheckSignatureFrom(ca) == nil
}
