// Package cms holds what is signed in the way of CMS (RFC 5652): one signer, whose certificate is bound by the signed
// attribute signing-certificate (RFC 5035), as CAdES and PAdES ask (ETSI EN 319 122-1, EN 319 142-1) and as a timestamp
// token is (RFC 3161).
//
// A [SignedData] is the meaning; Encode gives its one encoding here. [Parse] takes nothing but that encoding, so that every
// byte is accounted for: it is signed, is the signature, is a certificate that must lead to a root, or is what Encode
// writes and nothing else. [Read] takes what others make (parameters written or left out, certificates in any order); to
// encode that again makes it something that Parse takes, without touching what was signed.
//
// It is written with encoding/asn1 and crypto/x509, not with a PKCS#7 library: those that run on this Go version put the
// attribute signing-time into every signature, which PAdES forbids (EN 319 142-1 table 1), and verify by reading, so that
// bytes which mean nothing can be changed without being found.
package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // SHA-256
	_ "crypto/sha512" // SHA-384, SHA-512
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

// Object identifiers.
var (
	Data = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} // content type: bytes
	// TimestampToken is the unsigned attribute that holds a timestamp of the signature (RFC 3161, annex A).
	TimestampToken = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}

	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningCert   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

// What is wrong with signed data.
var (
	ErrStructure = errors.New("not signed data of this kind")
	ErrEncoding  = errors.New("not the one encoding of what it says")
	ErrAlgorithm = errors.New("an algorithm or key that is not accepted")
	ErrDigest    = errors.New("not what was signed")
	ErrSigner    = errors.New("the certificate is not the one that was signed with")
	ErrSignature = errors.New("not made with the signer's key")
)

// SignedData is content with one signature.
type SignedData struct {
	Type         asn1.ObjectIdentifier // of the content
	Content      []byte                // nil when it is kept elsewhere (detached)
	Certificates []*x509.Certificate   // the signer's first
	Hash         crypto.Hash           // of the content and the attributes
	Attributes   []byte                // the signed attributes: DER of a SET OF Attribute
	Signature    []byte
	Timestamp    []byte // a token over Signature; nil when there is none
}

// attribute is an Attribute with its values.
type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue
}

type (
	essCertID struct {
		Hash   []byte
		Issuer asn1.RawValue `asn1:"optional"`
	}
	essCertIDv2 struct {
		Algorithm algorithm `asn1:"optional"`
		Hash      []byte
		Issuer    asn1.RawValue `asn1:"optional"`
	}
	signingCert struct {
		Certs    []essCertID
		Policies asn1.RawValue `asn1:"optional"`
	}
	signingCertV2 struct {
		Certs    []essCertIDv2
		Policies asn1.RawValue `asn1:"optional"`
	}
)

// Sign signs content whose SHA-256 digest is given, which is kept elsewhere. chain is the signer's certificate and its issuers.
func Sign(key crypto.Signer, chain []*x509.Certificate, digest []byte) (*SignedData, error) {
	thumb := crypto.SHA256.New()
	thumb.Write(chain[0].Raw)
	s := &SignedData{Type: Data, Certificates: chain, Hash: crypto.SHA256}
	var set [][]byte
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{
		{oidContentType, Data}, {oidMessageDigest, digest},
		// The hash algorithm is SHA-256 by default, and a default is not written in DER.
		{oidSigningCertV2, struct{ Certs []struct{ Hash []byte } }{[]struct{ Hash []byte }{{thumb.Sum(nil)}}}},
	} {
		value, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, err
		}
		one, err := asn1.Marshal(attribute{a.oid, asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: value}})
		if err != nil {
			return nil, err
		}
		set = append(set, one)
	}
	slices.SortFunc(set, bytes.Compare) // DER
	var err error
	if s.Attributes, err = asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: slices.Concat(set...)}); err != nil {
		return nil, err
	}
	if _, err := s.algorithm(); err != nil {
		return nil, err
	}
	h := s.Hash.New()
	h.Write(s.Attributes)
	s.Signature, err = key.Sign(rand.Reader, h.Sum(nil), s.Hash)
	return s, err
}

// algorithm is how the signer's key signs.
func (s *SignedData) algorithm() (x509.SignatureAlgorithm, error) {
	table := map[crypto.Hash][2]x509.SignatureAlgorithm{
		crypto.SHA256: {x509.SHA256WithRSA, x509.ECDSAWithSHA256},
		crypto.SHA384: {x509.SHA384WithRSA, x509.ECDSAWithSHA384},
		crypto.SHA512: {x509.SHA512WithRSA, x509.ECDSAWithSHA512},
	}
	switch key := s.Certificates[0].PublicKey.(type) {
	case *rsa.PublicKey:
		if key.Size() < 256 {
			return 0, fmt.Errorf("%w: an RSA key shorter than 2048 bits", ErrAlgorithm)
		}
		return table[s.Hash][0], nil
	case *ecdsa.PublicKey:
		if key.Params().BitSize < 256 {
			return 0, fmt.Errorf("%w: a curve smaller than 256 bits", ErrAlgorithm)
		}
		return table[s.Hash][1], nil
	}
	return 0, fmt.Errorf("%w: a key that is neither RSA nor ECDSA", ErrAlgorithm)
}

// Check verifies that the attributes are about content with this digest (made with s.Hash), name the signer's certificate,
// and were signed with its key. Whether the certificate is trusted is asked with Path.
func (s *SignedData) Check(digest []byte) error {
	attrs, err := s.attributes()
	if err != nil {
		return err
	}
	var kind asn1.ObjectIdentifier
	if err := exact(attrs[oidContentType.String()], &kind); err != nil || !kind.Equal(s.Type) {
		return ErrStructure
	}
	var signed []byte
	if err := exact(attrs[oidMessageDigest.String()], &signed); err != nil {
		return ErrStructure
	}
	if !bytes.Equal(signed, digest) {
		return ErrDigest
	}
	if err := s.checkSigner(attrs); err != nil {
		return err
	}
	algorithm, err := s.algorithm()
	if err != nil {
		return err
	}
	if s.Certificates[0].CheckSignature(algorithm, s.Attributes, s.Signature) != nil {
		return ErrSignature
	}
	return nil
}

// attributes gives each signed attribute's one value by its type.
func (s *SignedData) attributes() (map[string][]byte, error) {
	var list []attribute
	if rest, err := asn1.UnmarshalWithParams(s.Attributes, &list, "set"); err != nil || len(rest) > 0 {
		return nil, ErrStructure
	}
	out := map[string][]byte{}
	for _, a := range list {
		var value asn1.RawValue
		rest, err := asn1.Unmarshal(a.Values.Bytes, &value)
		if _, twice := out[a.Type.String()]; err != nil || len(rest) > 0 || twice || a.Values.Tag != asn1.TagSet {
			return nil, ErrStructure
		}
		out[a.Type.String()] = value.FullBytes
	}
	return out, nil
}

// checkSigner demands that the signed attribute names the certificate: so that no other with the same key stands in for it.
func (s *SignedData) checkSigner(attrs map[string][]byte) error {
	raw := s.Certificates[0].Raw
	if der, ok := attrs[oidSigningCertV2.String()]; ok {
		var v signingCertV2
		if err := exact(der, &v); err != nil || len(v.Certs) == 0 {
			return ErrStructure
		}
		hash := crypto.SHA256
		if len(v.Certs[0].Algorithm.Algorithm) > 0 {
			hash = hashOf(v.Certs[0].Algorithm.Algorithm)
		}
		return compareThumb(hash, raw, v.Certs[0].Hash)
	}
	if der, ok := attrs[oidSigningCert.String()]; ok && !s.Type.Equal(Data) { // RFC 3161 2.4.2 asked for SHA-1 until RFC 5816
		var v signingCert
		if err := exact(der, &v); err != nil || len(v.Certs) == 0 {
			return ErrStructure
		}
		return compareThumb(crypto.SHA1, raw, v.Certs[0].Hash)
	}
	return fmt.Errorf("%w: none is named", ErrSigner)
}

func compareThumb(hash crypto.Hash, raw, want []byte) error {
	if hash == 0 {
		return ErrAlgorithm
	}
	h := hash.New()
	h.Write(raw)
	if !bytes.Equal(h.Sum(nil), want) {
		return ErrSigner
	}
	return nil
}

// exact reads a value that is the whole of der.
func exact(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err != nil || len(rest) > 0 {
		return ErrStructure
	}
	return nil
}
