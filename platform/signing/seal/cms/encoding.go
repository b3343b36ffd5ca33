package cms

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // named by signing-certificate, the first version
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
)

// The structures of RFC 5652, section 5.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      []algorithm `asn1:"set"`
		Content      encapsulated
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		Revocations  asn1.RawValue `asn1:"optional,tag:1"`
		Signers      []signerInfo  `asn1:"set"`
	}
	encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,optional,tag:0"`
	}
	signerInfo struct {
		Version    int
		Signer     issuerAndSerial
		Digest     algorithm
		Signed     asn1.RawValue `asn1:"tag:0"`
		Algorithm  algorithm
		Signature  []byte
		Attributes asn1.RawValue `asn1:"optional,tag:1"` // unsigned
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	algorithm struct {
		Algorithm  asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
)

var hashes = []struct {
	hash crypto.Hash
	oid  asn1.ObjectIdentifier
}{
	{crypto.SHA256, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}},
	{crypto.SHA384, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}},
	{crypto.SHA512, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}},
}

// hashOf gives the function with an identifier; 0 when it is not accepted.
func hashOf(oid asn1.ObjectIdentifier) crypto.Hash {
	for _, h := range hashes {
		if h.oid.Equal(oid) {
			return h.hash
		}
	}
	return 0
}

// signatures are the algorithms' identifiers; plain RSA is what some write where the digest is said beside it.
var signatures = map[x509.SignatureAlgorithm]asn1.ObjectIdentifier{
	x509.SHA256WithRSA:   {1, 2, 840, 113549, 1, 1, 11},
	x509.SHA384WithRSA:   {1, 2, 840, 113549, 1, 1, 12},
	x509.SHA512WithRSA:   {1, 2, 840, 113549, 1, 1, 13},
	x509.ECDSAWithSHA256: {1, 2, 840, 10045, 4, 3, 2},
	x509.ECDSAWithSHA384: {1, 2, 840, 10045, 4, 3, 3},
	x509.ECDSAWithSHA512: {1, 2, 840, 10045, 4, 3, 4},
}

var oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}

// Encode gives the one encoding of s: DER, algorithms' parameters as RFC 5754 asks, no more than s says.
func (s *SignedData) Encode() ([]byte, error) {
	if len(s.Certificates) == 0 {
		return nil, ErrStructure
	}
	sign, err := s.algorithm()
	if err != nil {
		return nil, err
	}
	var digest, signature algorithm
	for _, h := range hashes {
		if h.hash == s.Hash {
			digest.Algorithm = h.oid
		}
	}
	signature.Algorithm = signatures[sign]
	if sign == x509.SHA256WithRSA || sign == x509.SHA384WithRSA || sign == x509.SHA512WithRSA {
		signature.Parameters = asn1.NullRawValue
	}
	var certs []byte
	for _, c := range s.Certificates {
		certs = append(certs, c.Raw...)
	}
	var set asn1.RawValue
	if err := exact(s.Attributes, &set); err != nil {
		return nil, err
	}
	signer := signerInfo{
		Version: 1, Signer: issuerAndSerial{asn1.RawValue{FullBytes: s.Certificates[0].RawIssuer}, s.Certificates[0].SerialNumber},
		Digest: digest, Algorithm: signature, Signature: s.Signature,
		Signed: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: set.Bytes},
	}
	if s.Timestamp != nil {
		one, err := asn1.Marshal(attribute{TimestampToken, asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: s.Timestamp}})
		if err != nil {
			return nil, err
		}
		signer.Attributes = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: one}
	}
	version := 3 // RFC 5652 5.1
	if s.Type.Equal(Data) {
		version = 1
	}
	inner, err := asn1.Marshal(signedData{
		Version: version, Digests: []algorithm{digest}, Content: encapsulated{s.Type, s.Content}, Signers: []signerInfo{signer},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: certs},
	})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}

// Parse reads signed data that Encode wrote.
func Parse(der []byte) (*SignedData, error) {
	s, err := Read(der)
	if err != nil {
		return nil, err
	}
	again, err := s.Encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, der) {
		return nil, ErrEncoding
	}
	return s, nil
}

// Read reads signed data as others make it: DER with one signer, named by issuer and serial number. Unsigned attributes
// other than a timestamp are left out.
func Read(der []byte) (*SignedData, error) {
	var outer contentInfo
	var sd signedData
	if exact(der, &outer) != nil || !outer.Type.Equal(oidSignedData) || exact(outer.Content.Bytes, &sd) != nil || len(sd.Signers) != 1 {
		return nil, ErrStructure
	}
	signer := sd.Signers[0]
	s := &SignedData{Type: sd.Content.Type, Content: sd.Content.Content, Hash: hashOf(signer.Digest.Algorithm), Signature: signer.Signature}
	if s.Hash == 0 {
		return nil, fmt.Errorf("%w: the digest", ErrAlgorithm)
	}
	if !signer.Signed.IsCompound || len(signer.Signed.FullBytes) == 0 {
		return nil, ErrStructure
	}
	s.Attributes = bytes.Clone(signer.Signed.FullBytes)
	s.Attributes[0] = asn1.TagSet | 0x20 // what is signed is the SET OF, not the implicit tag (RFC 5652 5.4)
	var err error
	if s.Certificates, err = readCertificates(sd.Certificates, signer.Signer); err != nil {
		return nil, err
	}
	sign, err := s.algorithm()
	if err != nil {
		return nil, err
	}
	if oid := signer.Algorithm.Algorithm; !oid.Equal(signatures[sign]) &&
		!(oid.Equal(oidRSA) && (sign == x509.SHA256WithRSA || sign == x509.SHA384WithRSA || sign == x509.SHA512WithRSA)) {
		return nil, fmt.Errorf("%w: the signature", ErrAlgorithm)
	}
	s.Timestamp, err = readTimestamp(signer.Attributes)
	return s, err
}

// readCertificates gives the certificates, the signer's first.
func readCertificates(set asn1.RawValue, signer issuerAndSerial) ([]*x509.Certificate, error) {
	certs, err := x509.ParseCertificates(set.Bytes)
	if err != nil || signer.Serial == nil {
		return nil, ErrStructure
	}
	own := slices.IndexFunc(certs, func(c *x509.Certificate) bool {
		return c.SerialNumber.Cmp(signer.Serial) == 0 && bytes.Equal(c.RawIssuer, signer.Issuer.FullBytes)
	})
	if own < 0 {
		return nil, fmt.Errorf("%w: it is not among those sent", ErrSigner)
	}
	leaf := certs[own]
	return slices.Insert(slices.Delete(certs, own, own+1), 0, leaf), nil
}

func readTimestamp(unsigned asn1.RawValue) ([]byte, error) {
	var found []byte
	for rest := unsigned.Bytes; len(rest) > 0; {
		var a attribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil {
			return nil, ErrStructure
		}
		if !a.Type.Equal(TimestampToken) {
			continue
		}
		var token asn1.RawValue
		if found != nil || exact(a.Values.Bytes, &token) != nil {
			return nil, ErrStructure
		}
		found = token.FullBytes
	}
	return found, nil
}

// Usable reports whether a certificate's key may sign here: RSA of 2048 bits or more, ECDSA on a curve of 256 bits or more.
// Error: [ErrAlgorithm].
func Usable(c *x509.Certificate) error {
	_, err := (&SignedData{Certificates: []*x509.Certificate{c}, Hash: crypto.SHA256}).algorithm()
	return err
}
