package evidence

import (
	"crypto/sha256"
	"crypto/x509"
	"time"
)

// Anchor is the certificate at which a signer's path ends: what one must trust to trust the signature.
type Anchor struct {
	Name        string            // its common name
	Fingerprint [sha256.Size]byte // SHA-256 of the certificate, as its owner publishes it
	// Known says that it is one of the roots given. Else it is the topmost certificate that the evidence itself holds: whoever issued
	// that one is not known here.
	Known bool
}

func anchorOf(c *x509.Certificate, known bool) Anchor {
	return Anchor{Name: c.Subject.CommonName, Fingerprint: sha256.Sum256(c.Raw), Known: known}
}

// VerifyUnanchored is VerifyBankID for evidence whose root is not among those given: every check but that one. It tells what is broken from
// what only leads somewhere unknown, and is for a report to a person. Nothing may be accepted by it: anybody can make such evidence.
func VerifyUnanchored(in Input) (Verified, error) {
	got, err := readWith(in.Received, func(c chain, at time.Time, use Use) (Anchor, error) {
		pool := x509.NewCertPool()
		pool.AddCert(c.intermediate)
		paths, err := c.paths(pool, at)
		if err != nil {
			return Anchor{}, err
		}
		for _, p := range paths {
			if len(p) == 3 && p[1].Equal(c.customer) {
				return anchorOf(c.intermediate, false), c.checkUse(use)
			}
		}
		return Anchor{}, fail(Chain, "the certificates do not form one path")
	})
	if err == nil {
		err = compare(got, in)
	}
	if err != nil {
		return Verified{}, refuse("evidence.VerifyUnanchored", err)
	}
	return got, nil
}
