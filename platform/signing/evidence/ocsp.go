package evidence

import (
	"bytes"
	"crypto"
	"crypto/sha1" //nolint:gosec // BankID's nonce and RFC 6960's certificate ids are made with it
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"
)

// The parts of an OCSP answer that golang.org/x/crypto/ocsp checks loosely or does not give: the encoding around what is
// signed, which certificate the answer is about, and the extensions of the whole answer with the nonce (RFC 6960 4.2.1).
type (
	ocspResponse struct {
		Status asn1.Enumerated
		Bytes  struct {
			Type     asn1.ObjectIdentifier
			Response []byte
		} `asn1:"explicit,tag:0,optional"`
	}
	ocspBasic struct {
		Data         asn1.RawValue
		Algorithm    pkix.AlgorithmIdentifier
		Signature    asn1.BitString
		Certificates []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	ocspData struct {
		Version    int `asn1:"optional,default:0,explicit,tag:0"`
		Responder  asn1.RawValue
		ProducedAt time.Time `asn1:"generalized"`
		Responses  []asn1.RawValue
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	ocspSingle struct {
		ID struct {
			Hash         pkix.AlgorithmIdentifier
			IssuerName   []byte
			IssuerKey    []byte
			SerialNumber *big.Int
		}
	}
)

var (
	oidNonce  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidSHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// answer is an OCSP response in its one encoding, its signature not yet checked.
type answer struct {
	raw        []byte
	basic      ocspBasic
	data       ocspData
	single     ocspSingle
	producedAt time.Time
}

func parseOCSP(raw []byte) (*answer, error) {
	a := &answer{raw: raw}
	var outer ocspResponse
	if !exact(raw, &outer) {
		if status, ok := errorStatus(raw); ok {
			return nil, fail(OCSPStatus, status)
		}
		return nil, fail(OCSPStructure, "not an OCSP response")
	}
	if outer.Status != asn1.Enumerated(ocsp.Success) {
		return nil, fail(OCSPStatus, ocsp.ResponseStatus(outer.Status).String())
	}
	if !exact(outer.Bytes.Response, &a.basic) || a.basic.Signature.BitLength%8 != 0 || !plain(a.basic.Algorithm) {
		return nil, fail(OCSPStructure, "not a basic response in DER")
	}
	if rest, err := asn1.Unmarshal(a.basic.Data.FullBytes, &a.data); err != nil || len(rest) != 0 || len(a.data.Responses) != 1 {
		return nil, fail(OCSPStructure, "not exactly one answer")
	}
	// The library's reader of SEQUENCE leaves what follows the certificate's id to the other parser.
	if rest, err := asn1.Unmarshal(a.data.Responses[0].FullBytes, &a.single); err != nil || len(rest) != 0 {
		return nil, fail(OCSPStructure, "the answer names no certificate")
	}
	a.producedAt = a.data.ProducedAt
	return a, nil
}

// check holds the answer against the chain, the signature it must have been given for, and the time.
func (a *answer) check(c chain, xml []byte, at time.Time) error {
	if !a.isAbout(c.user, c.customer) {
		return fail(OCSPCertificate, "it is about another certificate")
	}
	if err := a.checkResponder(c); err != nil {
		return err
	}
	resp, err := ocsp.ParseResponseForCert(a.raw, c.user, c.customer)
	var parse ocsp.ParseError
	switch {
	case errors.As(err, &parse):
		return fail(OCSPSignature, "it is not signed by the responder")
	case err != nil:
		return fail(OCSPStructure, "it cannot be read")
	case !strong(resp.SignatureAlgorithm):
		return fail(Algorithm, "the OCSP answer is signed with a weak algorithm")
	}
	if err := a.checkNonce(xml); err != nil {
		return err
	}
	switch d := resp.ProducedAt.Sub(at); {
	case d > TimeSlack || d < -TimeSlack:
		return fail(OCSPTime, "it was made at another time")
	case resp.ThisUpdate.After(resp.ProducedAt.Add(TimeSlack)):
		return fail(OCSPTime, "it says what was not known yet")
	case !resp.NextUpdate.IsZero() && resp.NextUpdate.Before(resp.ProducedAt):
		return fail(OCSPTime, "it was too old when it was made")
	}
	switch resp.Status {
	case ocsp.Good:
		return nil
	case ocsp.Revoked:
		return fail(Revoked, "the certificate was revoked")
	}
	return fail(OCSPUnknown, "the certificate is not known")
}

// isAbout compares the whole certificate id; the library compares only the serial number.
func (a *answer) isAbout(cert, issuer *x509.Certificate) bool {
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(issuer.RawSubjectPublicKeyInfo, &spki); err != nil {
		return false
	}
	id := a.single.ID
	hash := crypto.SHA1
	switch {
	case id.Hash.Algorithm.Equal(oidSHA256):
		hash = crypto.SHA256
	case !id.Hash.Algorithm.Equal(oidSHA1):
		return false
	}
	return id.SerialNumber != nil && id.SerialNumber.Cmp(cert.SerialNumber) == 0 &&
		bytes.Equal(id.IssuerName, sum(hash, issuer.RawSubject)) && bytes.Equal(id.IssuerKey, sum(hash, spki.Key.RightAlign()))
}

// checkResponder demands that the answer was signed by the issuer of the signer's certificate, or by one whom that issuer
// gave the task (RFC 6960 4.2.2.2), at a time when that was so. Certificates that lead nowhere new are refused, since
// nothing would notice if they were exchanged.
func (a *answer) checkResponder(c chain) error {
	certs := a.basic.Certificates
	if len(certs) == 0 {
		return nil // the issuer itself: its signature is checked with its certificate in the chain
	}
	responder, err := x509.ParseCertificate(certs[0].FullBytes)
	if err != nil {
		return fail(OCSPResponder, "its certificate cannot be read")
	}
	for _, extra := range certs[1:] {
		if !bytes.Equal(extra.FullBytes, c.customer.Raw) && !bytes.Equal(extra.FullBytes, c.intermediate.Raw) {
			return fail(OCSPResponder, "an unrelated certificate")
		}
	}
	if !responder.Equal(c.customer) {
		if !issued(responder, c.customer) {
			return fail(OCSPResponder, "not appointed by the issuer")
		}
		if !slices.Contains(responder.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) {
			return fail(OCSPResponder, "not a certificate for OCSP")
		}
	}
	if a.producedAt.Before(responder.NotBefore) || a.producedAt.After(responder.NotAfter) {
		return fail(OCSPResponder, "its certificate was not valid at the time")
	}
	return nil
}

// checkNonce ties the answer to the signature: its nonce begins with SHA-1 over the signature in base64, as BankID sent it;
// twelve random bytes follow. BankID marks the extension critical and puts the bytes in it as they are; RFC 8954 would have
// them in an OCTET STRING of their own, which is accepted too.
func (a *answer) checkNonce(xml []byte) error {
	var nonce []byte
	for _, e := range a.data.Extensions {
		switch {
		case e.Id.Equal(oidNonce) && nonce == nil:
			nonce = e.Value
		case e.Id.Equal(oidNonce) || e.Critical:
			return fail(OCSPStructure, "a repeated nonce or an unknown critical extension")
		}
	}
	want := sha1.Sum([]byte(base64.StdEncoding.EncodeToString(xml))) //nolint:gosec // BankID's format
	begins := func(b []byte) bool {
		return len(b) >= len(want) && subtle.ConstantTimeCompare(b[:len(want)], want[:]) == 1
	}
	var wrapped []byte
	if rest, err := asn1.Unmarshal(nonce, &wrapped); err != nil || len(rest) != 0 {
		wrapped = nil
	}
	if !begins(nonce) && !begins(wrapped) {
		return fail(OCSPNonce, "it was given for another signature")
	}
	return nil
}

// exact decodes DER and demands that encoding again gives the same bytes, so that there is one encoding only.
func exact[T any](der []byte, into *T) bool {
	rest, err := asn1.Unmarshal(der, into)
	if err != nil || len(rest) != 0 {
		return false
	}
	again, err := asn1.Marshal(*into)
	return err == nil && bytes.Equal(again, der)
}

// errorStatus reads a response that holds a status and nothing else: the service's refusal.
func errorStatus(der []byte) (string, bool) {
	var r struct{ Status asn1.Enumerated }
	rest, err := asn1.Unmarshal(der, &r)
	if err != nil || len(rest) != 0 || r.Status == asn1.Enumerated(ocsp.Success) {
		return "", false
	}
	return ocsp.ResponseStatus(r.Status).String(), true
}

// plain reports whether an algorithm has no parameters, or NULL.
func plain(a pkix.AlgorithmIdentifier) bool {
	p := a.Parameters.FullBytes
	return len(p) == 0 || bytes.Equal(p, asn1.NullBytes)
}

func strong(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512:
		return true
	}
	return false
}

func sum(h crypto.Hash, b []byte) []byte {
	if h == crypto.SHA256 {
		s := sha256.Sum256(b)
		return s[:]
	}
	s := sha1.Sum(b) //nolint:gosec // RFC 6960's certificate id
	return s[:]
}
