package seal

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal/cms"
	"samtjanst/platform/signing/seal/tst"
)

// Anchor is the topmost certificate that a seal or a timestamp holds, when whoever issued it is not known.
type Anchor struct {
	Name        string            // its common name
	Fingerprint [sha256.Size]byte // SHA-256 of the certificate, as its owner publishes it
}

func anchorOf(c *x509.Certificate) *Anchor {
	return &Anchor{Name: c.Subject.CommonName, Fingerprint: sha256.Sum256(c.Raw)}
}

// VerifyUnanchored is [Verify] for a file whose seal, or whose timestamp, leads to nobody trusted: every check but that one. It
// tells what is broken from what only comes from somebody unknown, and is for a report to a person. Nothing may be accepted by
// it: anybody can make such a seal.
func VerifyUnanchored(pdf []byte, trust Trust) (Report, error) {
	trust.unanchored = true
	return Verify(pdf, trust)
}

// ParseTrust reads the roots of seals and of timestamps, PEM; empty trusts nobody. Fault: Invalid.
func ParseTrust(roots, stampRoots []byte) (Trust, error) {
	const op = "seal.ParseTrust"
	var t Trust
	for _, r := range []struct {
		text []byte
		into **x509.CertPool
	}{{roots, &t.Roots}, {stampRoots, &t.StampRoots}} {
		if len(r.text) == 0 {
			continue
		}
		pool, err := cms.ParseRoots(r.text)
		if err != nil {
			return Trust{}, fault.New(op, fault.Invalid, err)
		}
		*r.into = pool
		for block, rest := pem.Decode(r.text); block != nil; block, rest = pem.Decode(rest) {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return Trust{}, fault.New(op, fault.Invalid, err)
			}
			t.Known = append(t.Known, c)
		}
	}
	return t, nil
}

// disowned reports whether a certificate that leads to none of the roots says that it does: by the issuer's name or key. So a byte that is
// changed in a certificate above the sealer's, which no digest covers, does not make it a stranger's.
func (t Trust) disowned(c *x509.Certificate) bool {
	return slices.ContainsFunc(t.Known, func(k *x509.Certificate) bool {
		return bytes.Equal(c.RawIssuer, k.RawSubject) || len(c.AuthorityKeyId) > 0 && bytes.Equal(c.AuthorityKeyId, k.SubjectKeyId)
	})
}

// path gives the certificates of a seal, and the topmost when they lead to none of the roots.
func (t Trust) path(signed *cms.SignedData, at time.Time) ([]*x509.Certificate, *Anchor, error) {
	path, err := signed.Path(t.Roots, at, x509.ExtKeyUsageAny)
	if err == nil {
		err = signed.Whole(path)
	}
	if !t.unanchored || !errors.Is(err, cms.ErrChain) {
		return path, nil, err
	}
	if path, err = signed.PathUnanchored(at, x509.ExtKeyUsageAny); err != nil {
		return nil, nil, err
	}
	if t.disowned(path[len(path)-1]) {
		return nil, nil, cms.ErrChain
	}
	return path, anchorOf(path[len(path)-1]), nil
}

// stamp is the same of a timestamp.
func (t Trust) stamp(token, digest []byte) (tst.Stamp, *Anchor, error) {
	stamp, err := tst.Verify(token, digest, t.StampRoots)
	if !t.unanchored || !errors.Is(err, cms.ErrChain) {
		return stamp, nil, err
	}
	stamp, top, err := tst.VerifyUnanchored(token, digest)
	if err != nil {
		return tst.Stamp{}, nil, err
	}
	if t.disowned(top) {
		return tst.Stamp{}, nil, cms.ErrChain
	}
	return stamp, anchorOf(top), nil
}
