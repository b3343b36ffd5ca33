package evidence

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"

	"samtjanst/platform/idno"
)

// The evidence of a signing service is one XML document of our own: what the person was shown and what was hidden, and enveloped in it an
// XAdES signature (ETSI EN 319 132-1, level B without its unsigned properties). A federated signing service makes the signature with a key
// and a certificate of its own making, after an identity provider has told it who the person is; the certificate names the person and says
// how that was established (RFC 7773). Its key is used once, so there is nothing to revoke and no OCSP answer: Received.OCSP is empty.
//
// Invariants:
//   - The document has one form: what is read from it, written again, must give the same bytes. So no byte outside what is signed can be
//     changed either, and nothing can be wrapped around, put beside or repeated.
//   - The time of the signature is what the service signed (XAdES SigningTime). The certificates are judged at that time.
//
// Source: Sweden Connect, "Certificate Profile for Certificates Issued by Central Signing Services" 1.2 and "Implementation Profile for
// using OASIS DSS in Central Signing Services" 1.6.

// ServiceVerified is what the evidence of a signing service says. Of Verified, OCSPTime and Service are empty and Method is Other.
type ServiceVerified struct {
	Verified
	Reference string    // the id of the request that was answered
	SignedAt  time.Time // by the signing service's clock, signed
	// Context is how the person was identified; nil when the certificate does not say.
	Context *AuthContext
}

// AuthContext is what the certificate says of how its subject was identified (the extension 1.2.752.201.5.1).
type AuthContext struct {
	IdentityProvider string    // SAML entityID
	Class            string    // the level of assurance, an URI
	Instant          time.Time // of the authentication
	Assertion        string    // id of the SAML assertion
	Transaction      string    // the identity provider's id of it, "" when absent
}

// VerifyService checks the evidence of a completed order at a signing service against what was asked: in.Use must be Signing. The error
// is a fault of kind Invalid; CodeOf tells which check failed.
func VerifyService(in Input) (ServiceVerified, error) {
	const op = "evidence.VerifyService"
	got, err := readService(in.Received, anchored(in.Roots))
	if err == nil {
		err = compare(got.Verified, in)
	}
	if err != nil {
		return ServiceVerified{}, refuse(op, err)
	}
	return got, nil
}

// VerifyServiceUnanchored is VerifyService for evidence whose root is not among those given: every check but that one. It tells what is
// broken from what only leads somewhere unknown, and is for a report to a person. Nothing may be accepted by it: anybody can make such
// evidence.
func VerifyServiceUnanchored(in Input) (ServiceVerified, error) {
	const op = "evidence.VerifyServiceUnanchored"
	got, err := readService(in.Received, servicePath.checkUnanchored)
	if err == nil {
		err = compare(got.Verified, in)
	}
	if err != nil {
		return ServiceVerified{}, refuse(op, err)
	}
	return got, nil
}

// ReadService checks that the evidence holds together and gives what it says, for a caller that compares by other means. The error is a
// fault of kind Invalid; CodeOf tells which check failed.
func ReadService(r Received) (ServiceVerified, error) {
	got, err := readService(r, anchored(r.Roots))
	if err != nil {
		return ServiceVerified{}, refuse("evidence.ReadService", err)
	}
	return got, nil
}

// anchored is the check that certificates lead to one of the roots.
func anchored(roots Roots) func(servicePath, time.Time) (Anchor, error) {
	return func(p servicePath, at time.Time) (Anchor, error) { return p.check(roots, at) }
}

// readService makes every check, that of where the certificates lead by the function given.
func readService(r Received, lead func(servicePath, time.Time) (Anchor, error)) (ServiceVerified, error) {
	if len(r.XML) > MaxXML {
		return ServiceVerified{}, fail(TooLarge, "over the limit")
	}
	if len(r.OCSP) != 0 {
		return ServiceVerified{}, fail(OCSPStructure, "an OCSP answer, which this kind of evidence does not have")
	}
	if r.Digest != [sha256.Size]byte{} {
		if sum := Digest(r.XML, r.OCSP); subtle.ConstantTimeCompare(sum[:], r.Digest[:]) != 1 {
			return ServiceVerified{}, fail(Changed, "not the bytes that were received")
		}
	}
	s, err := parseServiceSignature(r.XML)
	if err != nil {
		return ServiceVerified{}, err
	}
	if err := s.checkDigests(); err != nil {
		return ServiceVerified{}, err
	}
	path, err := parseServicePath(s.certificates)
	if err != nil {
		return ServiceVerified{}, err
	}
	if err := path.checkSignature(s); err != nil {
		return ServiceVerified{}, err
	}
	if d := s.signedAt.Sub(r.At); d > TimeSlack || d < -TimeSlack {
		return ServiceVerified{}, fail(WrongTime, "signed at another time than the order was completed")
	}
	anchor, err := lead(path, s.signedAt)
	if err != nil {
		return ServiceVerified{}, err
	}
	v, err := path.signer()
	if err != nil {
		return ServiceVerified{}, err
	}
	v.Anchor = anchor
	v.Use, v.Text, v.Markdown, v.Hidden = Signing, s.Text, s.Markdown, s.Hidden
	v.Reference, v.SignedAt = s.Reference, s.signedAt
	return v, nil
}

// ServiceCodes lists the codes that VerifyService can give, for tests that each has its explanation.
func ServiceCodes() []Code {
	return []Code{TooLarge, OCSPStructure, Changed, Structure, Algorithm, SignatureDigest, CertificateFormat, SignatureValue, WrongTime, Chain,
		KeyUsage, CertificateSubject, WrongUse, WrongPerson, WrongText, WrongFormat, WrongHiddenData}
}

// serviceNumber reads the serialNumber of a certificate: twelve digits as the identity provider gave them, or with the semantics of
// EN 319 412-1 5.1.3 ("PNOSE-").
func serviceNumber(serial string, issued time.Time) (idno.Number, bool) {
	digits := strings.TrimPrefix(serial, "PNOSE-")
	if !idno.Valid(digits) {
		return idno.Number{}, false
	}
	n, err := idno.Parse(digits, issued)
	return n, err == nil
}
