package evidence

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	"github.com/beevik/etree"
)

// servicePath is the certificates of the evidence: the signer's, then each one's issuer; the root is not among them.
type servicePath []*x509.Certificate

func parseServicePath(ders [][]byte) (servicePath, error) {
	var out servicePath
	for _, der := range ders {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fail(CertificateFormat, "a certificate cannot be read")
		}
		out = append(out, c)
	}
	return out, nil
}

// withoutRoot leaves out a self-issued certificate at the end, which the profile has in the answer: only a pinned one is believed.
func withoutRoot(ders [][]byte) [][]byte {
	if n := len(ders); n > 1 {
		if c, err := x509.ParseCertificate(ders[n-1]); err == nil && bytes.Equal(c.RawIssuer, c.RawSubject) {
			return ders[:n-1]
		}
	}
	return ders
}

func (p servicePath) checkSignature(s *serviceSignature) error {
	if !s.signature.madeWith(p[0]) {
		return fail(SignatureValue, "not made with the signer's key")
	}
	return nil
}

// check demands that the certificates lead to one of the roots.
func (p servicePath) check(roots Roots, at time.Time) (Anchor, error) {
	if roots.IsZero() {
		return Anchor{}, fail(Chain, "no roots are configured")
	}
	root, err := p.lead(roots.pool, at)
	if err != nil {
		return Anchor{}, err
	}
	return anchorOf(root, true), p.checkUse()
}

// checkUnanchored is check without a root: the topmost certificate that there is stands in for it.
func (p servicePath) checkUnanchored(at time.Time) (Anchor, error) {
	top := p[len(p)-1]
	if len(p) == 1 {
		if at.Before(top.NotBefore) || at.After(top.NotAfter) {
			return Anchor{}, fail(Chain, "a certificate was not valid at the time")
		}
		return anchorOf(top, false), p.checkUse()
	}
	pool := x509.NewCertPool()
	pool.AddCert(top)
	if _, err := p[:len(p)-1].lead(pool, at); err != nil {
		return Anchor{}, err
	}
	return anchorOf(top, false), p.checkUse()
}

// lead demands that the certificates are one path, in order and with none too many, to one of the pool, valid at the time given, and gives that.
func (p servicePath) lead(pool *x509.CertPool, at time.Time) (*x509.Certificate, error) {
	between := x509.NewCertPool()
	for _, ca := range p[1:] {
		between.AddCert(ca)
	}
	found, err := p[0].Verify(x509.VerifyOptions{Roots: pool, Intermediates: between, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return nil, fail(Chain, chainDetail(err))
	}
	for _, f := range found {
		if len(f) == len(p)+1 && slices.EqualFunc(f[:len(p)], p, (*x509.Certificate).Equal) {
			return f[len(p)], nil
		}
	}
	return nil, fail(Chain, "the certificates do not form one path")
}

func (p servicePath) checkUse() error {
	for _, ca := range p[1:] {
		if ca.KeyUsage&x509.KeyUsageCertSign == 0 {
			return fail(KeyUsage, "an issuer may not sign certificates")
		}
	}
	if p[0].IsCA || p[0].KeyUsage&(x509.KeyUsageContentCommitment|x509.KeyUsageDigitalSignature) == 0 {
		return fail(KeyUsage, "the certificate is not for signing")
	}
	return nil
}

// signer reads who the certificate is for, and how that was established.
func (p servicePath) signer() (ServiceVerified, error) {
	user := p[0]
	v := ServiceVerified{Verified: Verified{NotBefore: user.NotBefore, NotAfter: user.NotAfter, Method: Other, Issuer: user.Issuer.CommonName}}
	var serial string
	for _, a := range user.Subject.Names {
		value, _ := a.Value.(string)
		for _, f := range []struct {
			oid  asn1.ObjectIdentifier
			into *string
		}{{oidCommonName, &v.Name}, {oidSurname, &v.Surname}, {oidSerial, &serial}, {oidGivenName, &v.GivenName}} {
			if !a.Type.Equal(f.oid) {
				continue
			}
			if *f.into != "" {
				return v, fail(CertificateSubject, "a name attribute stands twice")
			}
			*f.into = value
		}
	}
	if v.GivenName == "" || v.Surname == "" {
		return v, fail(CertificateSubject, "no name")
	}
	if v.Name == "" {
		v.Name = v.GivenName + " " + v.Surname
	}
	var ok bool
	if v.Number, ok = serviceNumber(serial, user.NotBefore); !ok {
		return v, fail(CertificateSubject, "no personal number")
	}
	for _, e := range user.Extensions {
		if !e.Id.Equal(oidAuthContext) {
			continue
		}
		context, number, err := readAuthContext(e.Value)
		if err != nil {
			return v, err
		}
		// It is written as in the name, with or without its semantics.
		if identified, ok := serviceNumber(number, user.NotBefore); number != "" && (!ok || identified != v.Number) {
			return v, fail(CertificateSubject, "the person that was identified is another")
		}
		v.Context = context
	}
	return v, nil
}

// Names of the certificate's authentication context (RFC 7773; Sweden Connect, certificate profile 2.3.2).
var oidAuthContext = asn1.ObjectIdentifier{1, 2, 752, 201, 5, 1}

const (
	nsSAMLContext    = "http://id.elegnamnden.se/auth-cont/1.0/saci"
	nsContextExtra   = "http://id.swedenconnect.se/auth-cont/1.0/ext-auth-info"
	maxContextParts  = 8
	maxContextLength = 32 << 10
)

// readAuthContext reads the extension; number is the personal number among the attributes of the assertion, "" when it is not there.
// The certificate's issuer has signed all of it, so what is not known is left alone.
func readAuthContext(der []byte) (context *AuthContext, number string, err error) {
	bad := fail(CertificateFormat, "the authentication context cannot be read")
	var all []struct {
		Type string `asn1:"utf8"`
		Info string `asn1:"utf8,optional"`
	}
	if rest, err := asn1.Unmarshal(der, &all); err != nil || len(rest) != 0 || len(all) > maxContextParts {
		return nil, "", bad
	}
	for _, c := range all {
		if c.Type != nsSAMLContext {
			continue
		}
		if context != nil || len(c.Info) > maxContextLength {
			return nil, "", bad
		}
		root, err := parseXML([]byte(c.Info), serviceLimits)
		if err != nil || !isNamed(root, nsSAMLContext, "SAMLAuthContext") {
			return nil, "", bad
		}
		infos := childrenNamed(root, nsSAMLContext, "AuthContextInfo")
		if len(infos) != 1 {
			return nil, "", bad
		}
		if context, err = readContextInfo(infos[0]); err != nil {
			return nil, "", err
		}
		number = contextNumber(root)
	}
	return context, number, nil
}

func readContextInfo(e *etree.Element) (*AuthContext, error) {
	c := &AuthContext{IdentityProvider: e.SelectAttrValue("IdentityProvider", ""), Class: e.SelectAttrValue("AuthnContextClassRef", ""),
		Assertion: e.SelectAttrValue("AssertionRef", "")}
	var err error
	if c.Instant, err = time.Parse(time.RFC3339Nano, e.SelectAttrValue("AuthenticationInstant", "")); err != nil {
		return nil, fail(CertificateFormat, "the authentication context has no time")
	}
	c.Instant = c.Instant.UTC()
	for _, extra := range childrenNamed(e, nsContextExtra, "ExtAuthInfo") {
		if extra.SelectAttrValue("Name", "") == AttrTransaction {
			c.Transaction = extra.Text()
		}
	}
	return c, nil
}

// contextNumber finds the personal number among the attributes that the certificate's names were taken from.
func contextNumber(root *etree.Element) string {
	for _, list := range childrenNamed(root, nsSAMLContext, "IdAttributes") {
		for _, mapping := range childrenNamed(list, nsSAMLContext, "AttributeMapping") {
			for _, attribute := range childrenNamed(mapping, nsSAML, "Attribute") {
				values := childrenNamed(attribute, nsSAML, "AttributeValue")
				if attribute.SelectAttrValue("Name", "") == AttrNumber && len(values) == 1 {
					return values[0].Text()
				}
			}
		}
	}
	return ""
}
