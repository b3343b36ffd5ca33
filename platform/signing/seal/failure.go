package seal

import (
	"errors"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal/cms"
	"samtjanst/platform/signing/seal/tst"
)

// Code names the check that failed. It is stable: reports and stored results refer to it, and the interface text that
// explains it in plain words has the key "seal." + code.
type Code string

// The checks, in the order in which they are made.
const (
	Format         Code = "format"          // not a PDF file of the kind that is sealed here, or damaged
	NotSealed      Code = "not-sealed"      // there is no seal
	Several        Code = "several"         // more than one signature, or form fields beside the seal
	Structure      Code = "structure"       // a signature of another kind, or something missing or out of place
	Appended       Code = "appended"        // something was added after the document was sealed
	Range          Code = "range"           // the seal does not cover the whole file
	Contents       Code = "contents"        // bytes in the seal that belong to nothing
	Algorithm      Code = "algorithm"       // uses an algorithm or key that is not accepted
	Digest         Code = "digest"          // what was sealed has been altered
	Certificate    Code = "certificate"     // the certificate is not the one that was sealed with
	SignatureValue Code = "signature-value" // the seal was not made with the certificate's key
	Untimed        Code = "timestamp-none"  // a timestamp is demanded, and there is none
	StampBroken    Code = "timestamp"       // the timestamp has been altered, or is no timestamp
	StampImprint   Code = "timestamp-other" // the timestamp is of another seal
	StampChain     Code = "timestamp-chain" // the timestamp is by nobody who is trusted
	Time           Code = "time"            // the time stated is not the timestamp's, or is still to come
	Chain          Code = "chain"           // the certificate does not lead to a trusted root, or was not valid then
	KeyUsage       Code = "key-usage"       // the certificate may not be used for this
)

// Codes lists every code, for tests that each has its explanation.
func Codes() []Code {
	return []Code{Format, NotSealed, Several, Structure, Appended, Range, Contents, Algorithm, Digest, Certificate, SignatureValue,
		Untimed, StampBroken, StampImprint, StampChain, Time, Chain, KeyUsage}
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

func refuse(err error) error { return fault.New("seal.Verify", fault.Invalid, err) }

// ofSeal gives the failure that an error of package cms is, about the seal itself.
func ofSeal(err error) error {
	for _, c := range []struct {
		is   error
		code Code
	}{
		{cms.ErrEncoding, Contents}, {cms.ErrAlgorithm, Algorithm}, {cms.ErrDigest, Digest}, {cms.ErrSigner, Certificate},
		{cms.ErrSignature, SignatureValue}, {cms.ErrChain, Chain}, {cms.ErrKeyUsage, KeyUsage},
	} {
		if errors.Is(err, c.is) {
			return fail(c.code, err.Error())
		}
	}
	return fail(Contents, err.Error())
}

// ofStamp is the same about the timestamp.
func ofStamp(err error) error {
	switch {
	case errors.Is(err, tst.ErrImprint):
		return fail(StampImprint, err.Error())
	case errors.Is(err, cms.ErrChain), errors.Is(err, cms.ErrKeyUsage):
		return fail(StampChain, err.Error())
	}
	return fail(StampBroken, err.Error())
}
