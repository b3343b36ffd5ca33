package evidence

import (
	"errors"

	"samtjanst/platform/fault"
)

// Code names the check that failed. It is stable: reports and stored results refer to it, and the interface text that
// explains it in plain words has the key "evidence." + code.
type Code string

// The checks, in the order in which they are made.
const (
	TooLarge           Code = "too-large"           // larger than any evidence BankID makes
	Changed            Code = "changed"             // not the bytes that were stored when it was received
	Structure          Code = "structure"           // not a BankID signature: something is missing, extra or out of place
	Algorithm          Code = "algorithm"           // uses an algorithm or transform that is not accepted
	SignatureDigest    Code = "signature-digest"    // what was signed has been altered
	CertificateFormat  Code = "certificate"         // a certificate cannot be read
	SignatureValue     Code = "signature-value"     // the signature was not made with the signer's key
	OCSPStructure      Code = "ocsp-structure"      // not an OCSP answer
	OCSPStatus         Code = "ocsp-status"         // the certificate service answered with an error
	OCSPCertificate    Code = "ocsp-certificate"    // the answer is about another certificate
	OCSPResponder      Code = "ocsp-responder"      // the answer comes from somebody who may not give it
	OCSPSignature      Code = "ocsp-signature"      // the answer has been altered
	OCSPNonce          Code = "ocsp-nonce"          // the answer was given for another signature
	OCSPTime           Code = "ocsp-time"           // the answer was given at another time
	OCSPUnknown        Code = "ocsp-unknown"        // the certificate service does not know the certificate
	Revoked            Code = "revoked"             // the e-legitimation was blocked
	Chain              Code = "chain"               // the certificate does not lead to a trusted root, or was not valid then
	KeyUsage           Code = "key-usage"           // the certificate may not be used for this
	CertificateSubject Code = "certificate-subject" // the certificate does not name a person
	WrongUse           Code = "wrong-use"           // a login where a signature was asked for, or the reverse
	WrongPerson        Code = "wrong-person"        // somebody else signed
	WrongText          Code = "wrong-text"          // another text was shown
	WrongFormat        Code = "wrong-format"        // the text was shown in another format
	WrongHiddenData    Code = "wrong-hidden-data"   // another document was signed
)

// Codes lists every code, for tests that each has its explanation.
func Codes() []Code {
	return []Code{TooLarge, Changed, Structure, Algorithm, SignatureDigest, CertificateFormat, SignatureValue, OCSPStructure,
		OCSPStatus, OCSPCertificate, OCSPResponder, OCSPSignature, OCSPNonce, OCSPTime, OCSPUnknown, Revoked, Chain, KeyUsage,
		CertificateSubject, WrongUse, WrongPerson, WrongText, WrongFormat, WrongHiddenData}
}

// Failure is a check that did not hold.
type Failure struct {
	Code   Code
	Detail string // for the technician; no personal data
}

func (f *Failure) Error() string { return string(f.Code) + ": " + f.Detail }

// CodeOf gives the code of the failed check in err's chain, "" when there is none.
func CodeOf(err error) Code {
	var f *Failure
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func fail(code Code, detail string) error { return &Failure{Code: code, Detail: detail} }

func refuse(op string, err error) error { return fault.New(op, fault.Invalid, err) }
