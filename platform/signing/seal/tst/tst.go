// Package tst verifies timestamp tokens (RFC 3161): that an authority saw a digest at a time.
//
// A token comes from an authority over the network (integrations/timestamp) and is kept in what it stamps: a sealed document
// (platform/signing/seal). [Accept] takes it as it came and gives the token in its one encoding, with the certificates that
// are needed and no others; [Verify] takes that encoding only, so that any changed byte is found.
package tst

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"samtjanst/platform/signing/seal/cms"
)

// MaxToken bounds a token, in bytes. One with three certificates of 4096 bits has about 7,000.
const MaxToken = 16 << 10

// What is wrong with a token, beside the errors of package cms.
var (
	ErrImprint = errors.New("the timestamp is of something else")
	ErrNotTST  = errors.New("not a timestamp token")
)

// Stamp is what a token says.
type Stamp struct {
	Time      time.Time
	Accuracy  time.Duration // the time is right by this much either way; 0 when the authority does not say
	Policy    asn1.ObjectIdentifier
	Serial    *big.Int
	Nonce     *big.Int // nil when there is none
	Authority string   // common name of its certificate
}

var oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// info is TSTInfo (RFC 3161 2.4.2).
type info struct {
	Version    int
	Policy     asn1.ObjectIdentifier
	Imprint    imprint
	Serial     *big.Int
	Time       time.Time        `asn1:"generalized"`
	Accuracy   accuracy         `asn1:"optional"`
	Ordering   bool             `asn1:"optional"`
	Nonce      *big.Int         `asn1:"optional"`
	Authority  asn1.RawValue    `asn1:"optional,tag:0"`
	Extensions []pkix.Extension `asn1:"optional,tag:1"`
}

type imprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Digest    []byte
}

type accuracy struct {
	Seconds      int `asn1:"optional"`
	Milliseconds int `asn1:"optional,tag:0"`
	Microseconds int `asn1:"optional,tag:1"`
}

var oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

// Accept verifies a token that an authority has sent about a SHA-256 digest, and gives what it says and the token as it is
// to be kept. Errors are those of this package and of cms.
func Accept(der, digest []byte, roots *x509.CertPool) (Stamp, []byte, error) {
	s, err := cms.Read(der)
	if err != nil {
		return Stamp{}, nil, err
	}
	stamp, path, err := check(s, digest, leadTo(roots))
	if err != nil {
		return Stamp{}, nil, err
	}
	s.Certificates, s.Timestamp = path, nil
	kept, err := s.Encode()
	if err != nil {
		return Stamp{}, nil, err
	}
	if len(kept) > MaxToken {
		return Stamp{}, nil, fmt.Errorf("%w: %d bytes", ErrNotTST, len(kept))
	}
	return stamp, kept, nil
}

// Verify verifies a token that [Accept] gave. Errors are those of this package and of cms.
func Verify(token, digest []byte, roots *x509.CertPool) (Stamp, error) {
	stamp, _, err := verify(token, digest, leadTo(roots))
	return stamp, err
}

// VerifyUnanchored is [Verify] for a token whose root is not known, and gives the topmost certificate that it holds. Nothing
// may be accepted by it: anybody can make such a token.
func VerifyUnanchored(token, digest []byte) (Stamp, *x509.Certificate, error) {
	stamp, path, err := verify(token, digest, func(s *cms.SignedData, at time.Time) ([]*x509.Certificate, error) {
		return s.PathUnanchored(at, x509.ExtKeyUsageTimeStamping)
	})
	if err != nil {
		return Stamp{}, nil, err
	}
	return stamp, path[len(path)-1], nil
}

// lead gives the certificates of a token's signer with their issuers.
type lead func(s *cms.SignedData, at time.Time) ([]*x509.Certificate, error)

func leadTo(roots *x509.CertPool) lead {
	return func(s *cms.SignedData, at time.Time) ([]*x509.Certificate, error) {
		return s.Path(roots, at, x509.ExtKeyUsageTimeStamping)
	}
}

func verify(token, digest []byte, l lead) (Stamp, []*x509.Certificate, error) {
	s, err := cms.Parse(token)
	if err != nil {
		return Stamp{}, nil, err
	}
	stamp, path, err := check(s, digest, l)
	if err != nil {
		return Stamp{}, nil, err
	}
	if s.Timestamp != nil {
		return Stamp{}, nil, ErrNotTST
	}
	return stamp, path, s.Whole(path)
}

func check(s *cms.SignedData, digest []byte, l lead) (Stamp, []*x509.Certificate, error) {
	if !s.Type.Equal(oidTSTInfo) || s.Content == nil {
		return Stamp{}, nil, ErrNotTST
	}
	h := s.Hash.New()
	h.Write(s.Content)
	if err := s.Check(h.Sum(nil)); err != nil {
		return Stamp{}, nil, err
	}
	var in info
	if rest, err := asn1.Unmarshal(s.Content, &in); err != nil || len(rest) > 0 || in.Version != 1 || in.Serial == nil {
		return Stamp{}, nil, ErrNotTST
	}
	if slices.ContainsFunc(in.Extensions, func(e pkix.Extension) bool { return e.Critical }) {
		return Stamp{}, nil, fmt.Errorf("%w: an extension that is not known", ErrNotTST)
	}
	if !in.Imprint.Algorithm.Algorithm.Equal(oidSHA256) || len(digest) != crypto.SHA256.Size() || !bytes.Equal(in.Imprint.Digest, digest) {
		return Stamp{}, nil, ErrImprint
	}
	path, err := l(s, in.Time)
	if err != nil {
		return Stamp{}, nil, err
	}
	if !forStampsOnly(path[0]) {
		return Stamp{}, nil, cms.ErrKeyUsage
	}
	return Stamp{
		Time: in.Time.UTC(), Policy: in.Policy, Serial: in.Serial, Nonce: in.Nonce, Authority: path[0].Subject.CommonName,
		Accuracy: time.Duration(in.Accuracy.Seconds)*time.Second + time.Duration(in.Accuracy.Milliseconds)*time.Millisecond +
			time.Duration(in.Accuracy.Microseconds)*time.Microsecond,
	}, path, nil
}

// forStampsOnly demands id-kp-timeStamping as the only use, and critical (RFC 3161 2.3).
func forStampsOnly(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) != 1 || len(c.UnknownExtKeyUsage) != 0 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping {
		return false
	}
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool {
		return e.Critical && e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37})
	})
}
