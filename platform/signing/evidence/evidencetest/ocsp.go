package evidencetest

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6960's certificate ids and BankID's nonce are made with it
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"time"
)

// Answer scripts an OCSP answer. The zero value is a good answer from the appointed responder, bound to the signature.
type Answer struct {
	Revoked, Unknown bool
	Status           int       // of the response as a whole: 0 successful, 6 unauthorised … (RFC 6960 4.2.1)
	For              *Holder   // answers about this person's certificate instead
	Responder        *Holder   // signs instead of the responder, with that certificate
	Direct           bool      // the customer CA signs itself and no certificate is sent
	Nonce            []byte    // instead of the right one
	NoNonce          bool      // leaves it out
	WrappedNonce     bool      // in an OCTET STRING of its own (RFC 8954), which BankID does not do
	ThisUpdate       time.Time // instead of when it was made
	NextUpdate       time.Time
	Extra            [][]byte         // further certificates, DER
	Extensions       []pkix.Extension // beside the nonce
	Twice            bool             // two answers in one
	SHA256           bool             // names the certificate by SHA-256 instead of SHA-1
	// ID changes the digests of the issuer's name and key.
	ID func(name, key []byte)
}

type certID struct {
	Hash                  pkix.AlgorithmIdentifier
	IssuerName, IssuerKey []byte
	Serial                *big.Int
}

type singleResponse struct {
	ID         certID
	Status     asn1.RawValue
	ThisUpdate time.Time `asn1:"generalized"`
	NextUpdate time.Time `asn1:"generalized,explicit,tag:0,optional"`
}

type responseData struct {
	Responder  asn1.RawValue // by name: explicit [1]
	ProducedAt time.Time     `asn1:"generalized"`
	Responses  []singleResponse
	Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
}

type basicResponse struct {
	Data         asn1.RawValue
	Algorithm    pkix.AlgorithmIdentifier
	Signature    asn1.BitString
	Certificates []asn1.RawValue `asn1:"explicit,tag:0,optional"`
}

type responseBytes struct {
	Type     asn1.ObjectIdentifier
	Response []byte
}

type response struct {
	Status asn1.Enumerated
	Bytes  responseBytes `asn1:"explicit,tag:0"`
}

var (
	oidBasic         = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidNonce         = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidSHA256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA1          = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256WithRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}
)

// OCSP answers about the holder's certificate, for the signature in xml, at a time.
func (h *Holder) OCSP(xml []byte, at time.Time, s Answer) ([]byte, error) {
	if s.Status != 0 {
		return asn1.Marshal(struct{ Status asn1.Enumerated }{asn1.Enumerated(s.Status)})
	}
	about, by := h, h.a.responder
	if s.For != nil {
		about = s.For
	}
	if s.Responder != nil {
		by = issuer{s.Responder.cert, s.Responder.key}
	}
	if s.Direct {
		by = h.a.customer
	}
	at = at.UTC().Truncate(time.Second)
	since := at
	if !s.ThisUpdate.IsZero() {
		since = s.ThisUpdate.UTC().Truncate(time.Second)
	}
	one := singleResponse{ID: s.id(h.a.customer.cert, about.cert), Status: status(s, at), ThisUpdate: since, NextUpdate: s.NextUpdate}
	data := responseData{
		Responder:  asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: by.cert.RawSubject},
		ProducedAt: at,
		Responses:  []singleResponse{one},
	}
	if s.Twice {
		data.Responses = append(data.Responses, one)
	}
	if !s.NoNonce {
		nonce, err := s.nonce(xml)
		if err != nil {
			return nil, err
		}
		data.Extensions = []pkix.Extension{{Id: oidNonce, Critical: true, Value: nonce}}
	}
	data.Extensions = append(data.Extensions, s.Extensions...)
	tbs, err := asn1.Marshal(data)
	if err != nil {
		return nil, err
	}
	value, err := sign(by.key, tbs)
	if err != nil {
		return nil, err
	}
	basic := basicResponse{Data: asn1.RawValue{FullBytes: tbs},
		Algorithm: pkix.AlgorithmIdentifier{Algorithm: oidSHA256WithRSA, Parameters: asn1.NullRawValue},
		Signature: asn1.BitString{Bytes: value, BitLength: 8 * len(value)}}
	if !s.Direct {
		basic.Certificates = []asn1.RawValue{{FullBytes: by.cert.Raw}}
	}
	for _, der := range s.Extra {
		basic.Certificates = append(basic.Certificates, asn1.RawValue{FullBytes: der})
	}
	inner, err := asn1.Marshal(basic)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(response{0, responseBytes{oidBasic, inner}})
}

// nonce is SHA-1 over the signature in base64 and twelve random bytes.
func (s Answer) nonce(xml []byte) ([]byte, error) {
	n := s.Nonce
	if n == nil {
		random := make([]byte, 12)
		if _, err := rand.Read(random); err != nil {
			return nil, err
		}
		n = append(hash([]byte(base64.StdEncoding.EncodeToString(xml))), random...)
	}
	if s.WrappedNonce {
		return asn1.Marshal(n)
	}
	return n, nil
}

func status(s Answer, at time.Time) asn1.RawValue {
	switch {
	case s.Revoked:
		t, _ := asn1.MarshalWithParams(at.Add(-time.Hour), "generalized")
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: t}
	case s.Unknown:
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2}
	}
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0}
}

func hash(b []byte) []byte {
	s := sha1.Sum(b) //nolint:gosec // RFC 6960
	return s[:]
}

// id names a certificate by its issuer and number.
func (s Answer) id(ca, about *x509.Certificate) certID {
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(ca.RawSubjectPublicKeyInfo, &spki); err != nil {
		panic("evidencetest: " + err.Error()) // x509 has parsed it already
	}
	by, name, key := oidSHA1, hash(ca.RawSubject), hash(spki.Key.RightAlign())
	if s.SHA256 {
		n, k := sha256.Sum256(ca.RawSubject), sha256.Sum256(spki.Key.RightAlign())
		by, name, key = oidSHA256, n[:], k[:]
	}
	if s.ID != nil {
		s.ID(name, key)
	}
	return certID{pkix.AlgorithmIdentifier{Algorithm: by, Parameters: asn1.NullRawValue}, name, key, about.SerialNumber}
}
