package evidence

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Evidence of format SAML is an assertion signed by an identity provider that showed the text and had it accepted ("authentication
// for signature", Sweden Connect's deployment profile 7): the bytes as they were when they had been decrypted.
//
// The person's own key signs nothing that is seen here: it is the provider that vouches, by the attribute signMessageDigest, for
// having shown a text with this digest to this person. What was signed but not shown (BankID's hidden data) has no place in the
// protocol: its digest is therefore written at the end of the text itself, by SAMLMessage, and is shown with it. Whether the text
// was shown as Markdown is not in the assertion and so is not proven.
//
// Trust is in the provider's certificate as it stood in its metadata: such certificates are mostly self-signed, so it is pinned with
// the provider's entityID and not followed to a root. It is also carried by the assertion, without which the evidence is refused.
//
// Providers exchange their certificates, and what was signed before that has to hold afterwards. Whoever follows a provider's metadata
// keeps the certificates that they have had, each with the time during which it was known to be there (SeenCertificate): such a one
// holds for what was received in that time and for nothing else. Within the evidence nobody but our own clock says when it was received;
// who doubts that has the time in the seal of the document that the evidence came with.

// SAMLSlack is how far a provider's clock may be from ours (deployment profile 6.3.5).
const SAMLSlack = time.Minute

// Names of attributes (Sweden Connect's attribute specification 3.1, and Inera's for SITHS).
const (
	AttrNumber           = "urn:oid:1.2.752.29.4.13" // personalIdentityNumber: personal or coordination number, twelve digits
	AttrGivenName        = "urn:oid:2.5.4.42"
	AttrSurname          = "urn:oid:2.5.4.4"
	AttrDisplayName      = "urn:oid:2.16.840.1.113730.3.1.241"
	AttrMessageDigest    = "urn:oid:1.2.752.201.3.14" // signMessageDigest: algorithm;base64
	AttrUserSignature    = "urn:oid:1.2.752.201.3.11" // base64 of what the person's own e-legitimation signed
	AttrTransaction      = "urn:oid:1.2.752.201.3.2"
	AttrCredentialNumber = "urn:credential:personalIdentityNumber" // Inera's
	AttrCredentialGiven  = "urn:credential:givenName"
	AttrCredentialFamily = "urn:credential:surname"
	AttrCredentialName   = "urn:credential:displayName"
)

// Further codes of checks that only assertions have.
const (
	WrongAudience Code = "wrong-audience" // made for another service
	WrongTime     Code = "wrong-time"     // not valid at the time it was received
	WrongIssuer   Code = "wrong-issuer"   // made by an identity provider that is not trusted
	NoPerson      Code = "no-person"      // does not say, in one way, who it is about
)

// SAMLCodes lists the codes that VerifySAML can give, for tests that each has its explanation.
func SAMLCodes() []Code {
	return []Code{TooLarge, Changed, Structure, Algorithm, SignatureDigest, SignatureValue, CertificateFormat, WrongIssuer, WrongAudience,
		WrongTime, NoPerson, WrongUse, WrongPerson, WrongText}
}

// SAMLIssuer is an identity provider that is trusted, with the certificates of its metadata.
type SAMLIssuer struct {
	EntityID     string // "" for whoever has the certificates, for a verifier who was handed nothing else
	Certificates []*x509.Certificate
	// Seen are those that the provider has signed with, Certificates among them or not.
	Seen []SeenCertificate
}

// SeenCertificate is one that a provider's metadata have had.
type SeenCertificate struct {
	Certificate *x509.Certificate
	From, To    time.Time // the first and the last moment at which it was known to be there
}

// covers reports whether the certificate was known to be the provider's when something was received, give or take SAMLSlack.
func (s SeenCertificate) covers(at time.Time) bool {
	return !at.Add(SAMLSlack).Before(s.From) && !at.Add(-SAMLSlack).After(s.To)
}

// vouches reports whether a certificate is the provider's for what was received at a time.
func (i SAMLIssuer) vouches(c *x509.Certificate, at time.Time) bool {
	return slices.ContainsFunc(i.Certificates, c.Equal) ||
		slices.ContainsFunc(i.Seen, func(s SeenCertificate) bool { return s.Certificate.Equal(c) && s.covers(at) })
}

// ParseSAMLIssuer reads the certificates of a provider, PEM, which need not be a CA's. Fault: Invalid.
func ParseSAMLIssuer(entityID string, text []byte) (SAMLIssuer, error) {
	const op = "evidence.ParseSAMLIssuer"
	i := SAMLIssuer{EntityID: entityID}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return SAMLIssuer{}, fault.New(op, fault.Invalid, fmt.Errorf("%s where a certificate was expected", block.Type))
		}
		i.Certificates = append(i.Certificates, c)
	}
	if len(i.Certificates) == 0 {
		return SAMLIssuer{}, fault.New(op, fault.Invalid, errors.New("no certificate found"))
	}
	return i, nil
}

// SAMLReceived is the evidence as it came from the provider, and what it is held against.
type SAMLReceived struct {
	Assertion []byte
	// Digest is Digest(Assertion, nil) as stored when it was received; the zero value is not compared.
	Digest   [sha256.Size]byte
	Issuers  []SAMLIssuer
	Audience string    // the service's entityID; "" is not compared
	At       time.Time // when it was received by our own clock
}

// SAMLInput is the evidence together with what was asked of the person.
type SAMLInput struct {
	SAMLReceived
	Use      Use
	Number   idno.Number // who must have done it; zero for anybody, which only a login may say
	Text     []byte      // what was asked to be signed, before SAMLMessage
	Markdown bool        // not proven, see above
	Hidden   []byte
}

// SAMLVerified is what the evidence says.
type SAMLVerified struct {
	// Verified has Issuer as the provider's entityID, the provider's certificate as Anchor with its validity, and as OCSPTime the time at
	// which the assertion was made. Text, Markdown and Hidden are those of the input that its digest was found to agree with.
	Verified
	Assertion     Assertion
	Certificate   *x509.Certificate
	MessageDigest []byte // SHA-256 of the text shown; empty when it was a login
	UserSignature []byte // of a format that is the provider's own; empty when not given
}

// SAMLMessage is the text that is sent to be shown: what the person is to sign, and below it the digest of what is signed unshown.
func SAMLMessage(text, hidden []byte) []byte {
	if len(hidden) == 0 {
		return slices.Clone(text)
	}
	sum := sha256.Sum256(hidden)
	return slices.Concat(text, []byte("\n\nKontrollsumma (SHA-256): "+hex.EncodeToString(sum[:])))
}

// VerifySAML checks the evidence of a signature (or login) at an identity provider against what was asked. The error is a fault of
// kind Invalid; CodeOf tells which check failed.
func VerifySAML(in SAMLInput) (SAMLVerified, error) {
	const op = "evidence.VerifySAML"
	got, err := readSAML(in.SAMLReceived, true)
	if err == nil {
		got, err = compareSAML(got, in)
	}
	if err != nil {
		return SAMLVerified{}, refuse(op, err)
	}
	return got, nil
}

// VerifySAMLUnanchored is VerifySAML for evidence of a provider that is not among those given: every check but that one, by the
// certificate that the evidence carries. It tells what is broken from what only comes from somebody unknown, and is for a report to a
// person. Nothing may be accepted by it: anybody can make such evidence.
func VerifySAMLUnanchored(in SAMLInput) (SAMLVerified, error) {
	const op = "evidence.VerifySAMLUnanchored"
	got, err := readSAML(in.SAMLReceived, false)
	if err == nil {
		got, err = compareSAML(got, in)
	}
	if err != nil {
		return SAMLVerified{}, refuse(op, err)
	}
	return got, nil
}

// compareSAML holds what the evidence says against what was asked.
func compareSAML(got SAMLVerified, in SAMLInput) (SAMLVerified, error) {
	sum := sha256.Sum256(SAMLMessage(in.Text, in.Hidden))
	switch {
	case got.Use != in.Use:
		return SAMLVerified{}, fail(WrongUse, "it is not a "+string(in.Use))
	case in.Number.IsZero() && in.Use != Identification:
		return SAMLVerified{}, fail(WrongPerson, "nobody was named as signer")
	case !in.Number.IsZero() && got.Number != in.Number:
		return SAMLVerified{}, fail(WrongPerson, "the assertion is about somebody else")
	case in.Use == Signing && subtle.ConstantTimeCompare(sum[:], got.MessageDigest) != 1:
		return SAMLVerified{}, fail(WrongText, "the digest of the text shown differs")
	}
	got.Text, got.Markdown, got.Hidden = in.Text, in.Markdown, in.Hidden
	return got, nil
}

// ReadSAML checks that the evidence holds together and gives what it says, for a caller that compares by other means. The error
// is a fault of kind Invalid; CodeOf tells which check failed.
func ReadSAML(r SAMLReceived) (SAMLVerified, error) {
	got, err := readSAML(r, true)
	if err != nil {
		return SAMLVerified{}, refuse("evidence.ReadSAML", err)
	}
	return got, nil
}

// readSAML makes every check; that the provider is one of those given only if it has to be.
func readSAML(r SAMLReceived, anchored bool) (SAMLVerified, error) {
	if r.Digest != [sha256.Size]byte{} {
		if sum := Digest(r.Assertion, nil); subtle.ConstantTimeCompare(sum[:], r.Digest[:]) != 1 {
			return SAMLVerified{}, fail(Changed, "not the bytes that were received")
		}
	}
	var all []*x509.Certificate
	for _, i := range r.Issuers {
		all = append(all, i.Certificates...)
		for _, s := range i.Seen {
			all = append(all, s.Certificate)
		}
	}
	if !anchored {
		all = carriedBy(r.Assertion)
	}
	open, err := OpenEnveloped(r.Assertion, all)
	if err != nil {
		return SAMLVerified{}, err
	}
	if !slices.Equal(open.Carried, open.Certificate.Raw) {
		return SAMLVerified{}, fail(CertificateFormat, "the assertion does not carry the certificate it was signed with")
	}
	a, err := ReadAssertion(open.Content)
	if err != nil {
		return SAMLVerified{}, err
	}
	known := slices.ContainsFunc(r.Issuers, func(i SAMLIssuer) bool {
		return (i.EntityID == "" || i.EntityID == a.Issuer) && i.vouches(open.Certificate, r.At)
	})
	if anchored && !known {
		return SAMLVerified{}, fail(WrongIssuer, "the key is not, or was not then, that of the issuer named")
	}
	if err := a.Check(r.Audience, r.At); err != nil {
		return SAMLVerified{}, err
	}
	v, err := a.Person()
	if err != nil {
		return SAMLVerified{}, err
	}
	v.Certificate, v.Anchor = open.Certificate, anchorOf(open.Certificate, known)
	v.NotBefore, v.NotAfter = open.Certificate.NotBefore, open.Certificate.NotAfter
	return v, nil
}

// carriedBy gives the certificate that stands in an assertion's signature, if there is one.
func carriedBy(assertion []byte) []*x509.Certificate {
	root, err := ParseXML(assertion)
	if err != nil {
		return nil
	}
	for _, s := range childrenNamed(root, nsDsig, "Signature") {
		for _, k := range childrenNamed(s, nsDsig, "KeyInfo") {
			der, err := carried(k)
			if err != nil {
				return nil
			}
			if c, err := x509.ParseCertificate(der); err == nil {
				return []*x509.Certificate{c}
			}
		}
	}
	return nil
}

// Check holds audience and times against a service and a time, with SAMLSlack; an empty audience is not compared. The error has a Code.
func (a Assertion) Check(audience string, at time.Time) error {
	for _, restriction := range a.Audiences {
		if audience != "" && !slices.Contains(restriction, audience) {
			return fail(WrongAudience, "made for another service")
		}
	}
	if len(a.Audiences) == 0 {
		return fail(WrongAudience, "made for nobody in particular")
	}
	early, late := at.Add(SAMLSlack), at.Add(-SAMLSlack)
	if early.Before(a.NotBefore) || early.Before(a.IssuedAt) || early.Before(a.AuthnInstant) || !late.Before(a.NotOnOrAfter) || !late.Before(a.ConfirmedUntil) {
		return fail(WrongTime, "not valid when it was received")
	}
	return nil
}

// Person reads who the assertion is about and what that person did. The error has a Code.
func (a Assertion) Person() (SAMLVerified, error) {
	v := SAMLVerified{Assertion: a, Verified: Verified{Use: Identification, Method: Other, OCSPTime: a.IssuedAt, Issuer: a.Issuer}}
	number, other := a.One(AttrNumber), a.One(AttrCredentialNumber)
	if number == "" {
		number = other
	}
	if !idno.Valid(number) || other != "" && other != number {
		return SAMLVerified{}, fail(NoPerson, "no personal number, or two")
	}
	n, err := idno.Parse(number, a.IssuedAt)
	if err != nil {
		return SAMLVerified{}, fail(NoPerson, "no personal number")
	}
	v.Number = n
	v.GivenName, v.Surname = first(a, AttrGivenName, AttrCredentialGiven), first(a, AttrSurname, AttrCredentialFamily)
	if v.Name = first(a, AttrDisplayName, AttrCredentialName); v.Name == "" {
		v.Name = strings.TrimSpace(v.GivenName + " " + v.Surname)
	}
	if v.GivenName == "" || v.Surname == "" {
		return SAMLVerified{}, fail(NoPerson, "no name")
	}
	if _, said := a.Attributes[AttrMessageDigest]; said {
		algorithm, sum, _ := strings.Cut(a.One(AttrMessageDigest), ";")
		v.MessageDigest, err = base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(sum))
		if err != nil || len(v.MessageDigest) != sha256.Size || strings.TrimSpace(algorithm) != algSHA256 {
			return SAMLVerified{}, fail(Algorithm, "signMessageDigest is not one of SHA-256")
		}
		v.Use = Signing
	}
	if s := a.One(AttrUserSignature); s != "" {
		if v.UserSignature, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), "")); err != nil {
			return SAMLVerified{}, fail(Structure, "userSignature is not base64")
		}
	}
	return v, nil
}

func first(a Assertion, names ...string) string {
	for _, n := range names {
		if v := a.One(n); v != "" {
			return v
		}
	}
	return ""
}
