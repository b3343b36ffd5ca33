// Package evidence verifies, offline, what an e-legitimation leaves behind: who signed what, and when.
//
// The evidence of one BankID order is two byte strings kept exactly as received: an enveloping XML signature (XMLDSig)
// and the OCSP answer about the signer's certificate. ReadBankID checks that they hold together (digests, signature,
// certificate chain to pinned roots, OCSP answer bound to this very signature) and gives what they say. VerifyBankID also
// checks that they say what was asked for: the person, the text shown, the hidden data, and that it was a signature and not
// a login. There is no network and no clock here; a third party can run the same checks years later with the roots alone.
//
// Invariants:
//   - Everything outside the accepted shape is refused, not ignored: elements are found by their place in the tree, never
//     by Id, so that nothing can be wrapped around or beside what was signed.
//   - Changing one byte of either string is found even without Input.Digest: the OCSP answer's nonce is made from the XML's
//     exact bytes, and the parts of the OCSP answer outside its own signature must be in their one DER encoding.
//   - A Failure names the check that failed by a stable code and never holds personal data.
//
// Source: BankID Relying Party guidelines, "Verifying the signature"; W3C XML Signature 1.1; RFC 6960. The accepted shape has
// been held against signatures from BankID's test environment (2018) and an OCSP answer from production (2025).
package evidence

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"time"

	"samtjanst/platform/idno"
)

// MaxXML and MaxOCSP bound what is looked at, in bytes. BankID's own limits (40,000 and 200,000 characters of base64 for
// the visible and the hidden data) leave an XML document of less than 270 kB.
const (
	MaxXML  = 512 << 10
	MaxOCSP = 64 << 10
)

// Use is what the person did, in BankID's words (funcId).
type Use string

// Uses.
const (
	Signing        Use = "Signing"
	Identification Use = "Identification"
)

// Method is the carrier of the e-legitimation, read from the certificate policy.
type Method string

// Methods; Other is a policy that is not known here.
const (
	Mobile Method = "mobile"
	File   Method = "file"
	Card   Method = "card"
	Other  Method = "other"
)

// Received is the evidence as it came from the provider, and what it is held against.
type Received struct {
	XML  []byte // the decoded signature: an XMLDSig document
	OCSP []byte // the decoded OCSP response, DER
	// Digest is Digest(XML, OCSP) as stored when they were received; the zero value is not compared.
	Digest [sha256.Size]byte
	Roots  Roots
	// At is when the order was completed by our own clock. The OCSP answer must have been made within TimeSlack of it; the
	// certificates are judged at the time of that answer.
	At time.Time
}

// TimeSlack is how far the OCSP answer's time may be from Received.At. An order lives for at most some minutes.
const TimeSlack = 10 * time.Minute

// Input is the evidence together with what was asked of the person.
type Input struct {
	Received
	Use      Use
	Number   idno.Number // who must have done it; zero for anybody, which only a login may say
	Text     []byte      // what was shown, UTF-8; empty when nothing was
	Markdown bool        // the text was sent as simpleMarkdownV1
	Hidden   []byte      // what was signed without being shown; empty when nothing was
}

// Verified is what the evidence says.
type Verified struct {
	Use       Use
	Number    idno.Number
	Name      string // as written in the certificate
	GivenName string
	Surname   string
	Method    Method
	NotBefore time.Time // validity of the signer's certificate
	NotAfter  time.Time
	OCSPTime  time.Time // when the certificate was said to be good; the time of the signature
	Issuer    string    // common name of the issuing bank's CA
	Anchor    Anchor    // where the certificates lead
	Service   string    // the name by which the app presented us, "" when absent
	Text      []byte
	Markdown  bool
	Hidden    []byte
}

// Digest is what is stored beside the evidence: SHA-256 over both strings, each preceded by its length.
func Digest(xml, ocsp []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, b := range [][]byte{xml, ocsp} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	h.Sum(sum[:0])
	return sum
}

// VerifyBankID checks the evidence of a completed BankID order against what was asked. The error is a fault of kind
// Invalid; CodeOf tells which check failed.
func VerifyBankID(in Input) (Verified, error) {
	const op = "evidence.VerifyBankID"
	got, err := readBankID(in.Received)
	if err == nil {
		err = compare(got, in)
	}
	if err != nil {
		return Verified{}, refuse(op, err)
	}
	return got, nil
}

// ReadBankID checks that the evidence holds together and gives what it says, for a caller that compares by other means.
// The error is a fault of kind Invalid; CodeOf tells which check failed.
func ReadBankID(r Received) (Verified, error) {
	got, err := readBankID(r)
	if err != nil {
		return Verified{}, refuse("evidence.ReadBankID", err)
	}
	return got, nil
}

func readBankID(r Received) (Verified, error) {
	return readWith(r, func(c chain, at time.Time, use Use) (Anchor, error) { return c.check(r.Roots, at, use) })
}

// readWith makes every check, that of where the certificates lead by the function given.
func readWith(r Received, lead func(c chain, at time.Time, use Use) (Anchor, error)) (Verified, error) {
	if len(r.XML) > MaxXML || len(r.OCSP) > MaxOCSP {
		return Verified{}, fail(TooLarge, "over the limit")
	}
	if r.Digest != [sha256.Size]byte{} {
		if sum := Digest(r.XML, r.OCSP); subtle.ConstantTimeCompare(sum[:], r.Digest[:]) != 1 {
			return Verified{}, fail(Changed, "not the bytes that were received")
		}
	}
	doc, err := parseDocument(r.XML)
	if err != nil {
		return Verified{}, err
	}
	if err := doc.checkDigests(); err != nil {
		return Verified{}, err
	}
	chain, err := parseChain(doc.certificates)
	if err != nil {
		return Verified{}, err
	}
	if err := chain.checkSignature(doc); err != nil {
		return Verified{}, err
	}
	answer, err := parseOCSP(r.OCSP)
	if err != nil {
		return Verified{}, err
	}
	if err := answer.check(chain, r.XML, r.At); err != nil {
		return Verified{}, err
	}
	anchor, err := lead(chain, answer.producedAt, doc.use)
	if err != nil {
		return Verified{}, err
	}
	v, err := chain.signer()
	if err != nil {
		return Verified{}, err
	}
	v.OCSPTime, v.Anchor = answer.producedAt, anchor
	v.Use, v.Text, v.Markdown, v.Hidden, v.Service = doc.use, doc.text, doc.markdown, doc.hidden, doc.service
	return v, nil
}

// compare holds what the evidence says against what was asked.
func compare(got Verified, in Input) error {
	switch {
	case got.Use != in.Use:
		return fail(WrongUse, "it is not a "+string(in.Use))
	case in.Number.IsZero() && in.Use != Identification:
		return fail(WrongPerson, "nobody was named as signer")
	case !in.Number.IsZero() && got.Number != in.Number:
		return fail(WrongPerson, "the certificate is somebody else's")
	case !bytes.Equal(got.Text, in.Text):
		return fail(WrongText, "the text shown differs")
	case len(in.Text) > 0 && got.Markdown != in.Markdown:
		return fail(WrongFormat, "the text was shown in another format")
	case !bytes.Equal(got.Hidden, in.Hidden):
		return fail(WrongHiddenData, "the hidden data differ")
	}
	return nil
}
