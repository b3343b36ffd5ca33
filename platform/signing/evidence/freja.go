package evidence

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"time"

	"samtjanst/platform/idno"
)

// MaxJWS bounds a result of Freja's, in bytes. What we ask to have signed is at most 16 kB of text and 150 kB of hidden data, which
// are base64 three times over inside it.
const MaxJWS = 1 << 20

// Further codes of checks that only Freja's results have.
const (
	NotApproved Code = "not-approved" // the person did not approve it
	WrongOrder  Code = "wrong-order"  // it answers another order
	LevelTooLow Code = "level"        // the e-legitimation is of a lower level of assurance than was asked for
	FrejaTime   Code = "freja-time"   // it was done at another time
)

// FrejaCodes lists the codes that VerifyFreja can give, for tests that each has its explanation.
func FrejaCodes() []Code {
	return []Code{TooLarge, Changed, Structure, Algorithm, SignatureValue, Chain, CertificateSubject, WrongUse, WrongPerson, WrongText,
		WrongHiddenData, NotApproved, WrongOrder, LevelTooLow, FrejaTime}
}

// FrejaReceived is a result of Freja's as it came, and what it is held against.
//
// The evidence of one Freja order is one string, a JWS in compact form that Freja signs. It states who did what, when and for which
// order; of a signature it holds the person's own JWS over the text and the hidden data, and an OCSP answer about the person's
// certificate. That certificate is not given to relying parties: that the person's signature holds is Freja's statement, made with the
// key that is pinned here, and the person's JWS is kept within it for whoever can look the certificate up. Nor does a result name the
// relying party: it names the order, by 48 random bytes that Freja gave to that relying party alone.
//
// Source: Freja eID REST API, Signature Service and Authentication Service (JWS structure); RFC 7515.
type FrejaReceived struct {
	JWS []byte // the member "details" of the result, as received
	// Digest is Digest(JWS, nil) as stored when it was received; the zero value is not compared.
	Digest  [sha256.Size]byte
	Signers FrejaSigners
	// At is when the order was completed by our own clock; Freja's time must be within TimeSlack of it.
	At time.Time
}

// FrejaInput is the result together with what was asked of the person.
type FrejaInput struct {
	FrejaReceived
	Use    Use
	Ref    string      // Freja's reference of the order (signRef, authRef); "" is not compared
	Number idno.Number // who must have done it; zero for anybody, which only a login may say
	Level  int         // the least level of assurance; 0 any
	Text   []byte      // what was shown, UTF-8
	Hidden []byte      // what was signed without being shown; empty when nothing was
}

// FrejaVerified is what the result says. Of Verified, the fields about the person's certificate are empty.
type FrejaVerified struct {
	Verified
	Ref   string
	Level int       // the least level that Freja vouches for: 2 (Freja) or 3 (Freja+)
	At    time.Time // when the person's confirmation was validated, by Freja's clock
}

// VerifyFreja checks a completed Freja order against what was asked. The error is a fault of kind Invalid; CodeOf tells which check
// failed.
func VerifyFreja(in FrejaInput) (FrejaVerified, error) {
	const op = "evidence.VerifyFreja"
	got, err := readFreja(in.FrejaReceived)
	if err == nil {
		err = compareFreja(got, in)
	}
	if err != nil {
		return FrejaVerified{}, refuse(op, err)
	}
	return got, nil
}

// ReadFreja checks that a result is Freja's and whole, and gives what it says, for a caller that compares by other means. The error is
// a fault of kind Invalid; CodeOf tells which check failed.
func ReadFreja(r FrejaReceived) (FrejaVerified, error) {
	got, err := readFreja(r)
	if err != nil {
		return FrejaVerified{}, refuse("evidence.ReadFreja", err)
	}
	return got, nil
}

func readFreja(r FrejaReceived) (FrejaVerified, error) {
	if len(r.JWS) > MaxJWS {
		return FrejaVerified{}, fail(TooLarge, "over the limit")
	}
	if r.Digest != [sha256.Size]byte{} {
		if sum := Digest(r.JWS, nil); subtle.ConstantTimeCompare(sum[:], r.Digest[:]) != 1 {
			return FrejaVerified{}, fail(Changed, "not the bytes that were received")
		}
	}
	j, err := parseJWS(string(r.JWS))
	if err != nil {
		return FrejaVerified{}, err
	}
	signer, err := r.Signers.verify(j)
	if err != nil {
		return FrejaVerified{}, err
	}
	v, err := readFrejaPayload(j.payload)
	if err != nil {
		return FrejaVerified{}, err
	}
	if d := v.At.Sub(r.At).Abs(); d > TimeSlack {
		return FrejaVerified{}, fail(FrejaTime, "done "+d.Round(time.Minute).String()+" from when it was received")
	}
	if v.At.Before(signer.NotBefore) || v.At.After(signer.NotAfter) {
		return FrejaVerified{}, fail(Chain, "Freja's certificate was not valid at the time")
	}
	v.Issuer = signer.Subject.CommonName
	return v, nil
}

// compareFreja holds what the result says against what was asked.
func compareFreja(got FrejaVerified, in FrejaInput) error {
	switch {
	case got.Use != in.Use:
		return fail(WrongUse, "it is not a "+string(in.Use))
	case in.Ref != "" && got.Ref != in.Ref:
		return fail(WrongOrder, "it answers another order")
	case in.Number.IsZero() && in.Use != Identification:
		return fail(WrongPerson, "nobody was named as signer")
	case !in.Number.IsZero() && got.Number != in.Number:
		return fail(WrongPerson, "it is somebody else's")
	case got.Level < in.Level:
		return fail(LevelTooLow, "a lower level of assurance")
	case !bytes.Equal(got.Text, in.Text):
		return fail(WrongText, "the text shown differs")
	case !bytes.Equal(got.Hidden, in.Hidden):
		return fail(WrongHiddenData, "the hidden data differ")
	}
	return nil
}
