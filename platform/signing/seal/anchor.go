package seal

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"time"

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
	return stamp, anchorOf(top), nil
}
