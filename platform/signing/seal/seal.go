// Package seal seals documents with the municipality's certificate, and verifies such seals: electronic seals of a legal
// person (eIDAS article 35) in PDF files, as PAdES baseline B-B, or B-T when an authority's timestamp is had
// (ETSI EN 319 142-1; ISO 32000-1 12.8).
//
// A [Sealer] takes a file as renderer/pdf makes it and appends one revision: an invisible signature field, tagged as a
// Form element with a text for those who listen, and the signature over every byte of the file but its own. The file stays
// PDF/A-3, level A (ISO 19005-3 6.4.3). It is certified against all change (DocMDP, level 1).
//
// [Verify] is strict where viewers are generous. A sealed file has one signature, which covers the whole file; what lies in
// the gap that a signature cannot cover has one form: lower-case hexadecimal digits of CMS in its one encoding (package cms),
// then zeros. So any changed byte is found, and anything appended, replaced or hidden beside what was sealed, whatever a
// viewer would say of it. A seal by others, in other shapes, is refused.
//
// The same document sealed at the same time with the same RSA key gives the same bytes, but for a timestamp. There is no
// revocation check here (PAdES B-LT): what a seal was worth at its time is shown by the certificate's validity then.
package seal

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal/cms"
	"samtjanst/platform/signing/seal/pdffile"
	"samtjanst/platform/signing/seal/tst"
)

// Timestamper has an authority say that it saw a SHA-256 digest. It gives the token as [tst.Accept] gives it.
// Faults: Unavailable (no answer, or none to be trusted).
type Timestamper interface {
	Timestamp(ctx context.Context, digest []byte) (token []byte, err error)
}

// Options are what readers of PDF files show of a seal, in the reader's language. All may be empty.
type Options struct {
	Name     string // who seals; the certificate's organisation when empty
	Reason   string // why: "Beslutet är fattat och expedierat"
	Location string
	// Description is what the seal is to those who listen to the document: "Förseglad av Ekköpings kommun". Name when empty.
	Description string
}

// Sealer seals with one certificate. Safe for concurrent use.
type Sealer struct {
	material Material
	clock    clock.Clock
	stamps   Timestamper // nil: PAdES B-B
}

// New makes a sealer; stamps may be nil. Fault: Invalid, with one line about what is wrong with the certificate.
func New(m Material, c clock.Clock, stamps Timestamper) (*Sealer, error) {
	if err := m.check(c.Now()); err != nil {
		return nil, fault.New("seal.New", fault.Invalid, err)
	}
	return &Sealer{material: m.withoutRoot(), clock: c, stamps: stamps}, nil
}

// Certificate is what is sealed with: for a page that warns before it expires.
func (s *Sealer) Certificate() *x509.Certificate { return s.material.Chain[0] }

// Seal appends a seal to a document. Faults: Invalid (not a file of renderer/pdf, or sealed already), Unavailable (no
// timestamp), Internal (the certificate has expired meanwhile, the key does not sign).
func (s *Sealer) Seal(ctx context.Context, pdf []byte, o Options) ([]byte, error) {
	const op = "seal.Seal"
	now := s.clock.Now()
	if err := s.material.check(now); err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	if o.Name == "" {
		o.Name = identity(s.material.Chain[0]).Organisation
	}
	if o.Description == "" {
		o.Description = o.Name
	}
	sealed, gap, err := prepare(pdf, o, now, s.room())
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	signed, err := cms.Sign(s.material.Key, s.material.Chain, digestAround(sealed, gap))
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	if s.stamps != nil {
		if signed.Timestamp, err = s.timestamp(ctx, signed.Signature); err != nil {
			return nil, fault.Wrap(op, err)
		}
	}
	der, err := signed.Encode()
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	if hex.EncodedLen(len(der)) > gap.To-gap.From-2 {
		return nil, fault.Newf(op, fault.Internal, "the signature has %d bytes, which is more than there is room for", len(der))
	}
	hex.Encode(sealed[gap.From+1:], der)
	return sealed, nil
}

func (s *Sealer) timestamp(ctx context.Context, signature []byte) ([]byte, error) {
	digest := sha256.Sum256(signature)
	token, err := s.stamps.Timestamp(ctx, digest[:])
	if err != nil {
		return nil, err
	}
	if _, err := cms.Parse(token); err != nil || len(token) > tst.MaxToken {
		return nil, fault.New("seal.timestamp", fault.Internal, errors.New("the timestamp is not as it is to be kept"))
	}
	return token, nil
}

// room is how many bytes the signature may have: certificates, signature and attributes, and a token.
func (s *Sealer) room() int {
	n := 2048
	for _, c := range s.material.Chain {
		n += len(c.Raw)
	}
	if s.stamps != nil {
		n += tst.MaxToken
	}
	return n
}

// Material is a certificate with its issuers, and the key, which may be in a hardware module.
type Material struct {
	Chain []*x509.Certificate // the sealing certificate first, each followed by its issuer; the root may be there
	Key   crypto.Signer
}

// check says in one line what is wrong.
func (m Material) check(now time.Time) error {
	if len(m.Chain) == 0 || m.Chain[0] == nil {
		return errors.New("there is no certificate")
	}
	if m.Key == nil {
		return errors.New("there is no key")
	}
	leaf := m.Chain[0]
	public, ok := leaf.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(m.Key.Public()) {
		return errors.New("the key does not belong to the certificate")
	}
	if now.Before(leaf.NotBefore) {
		return fmt.Errorf("the certificate is valid only from %s", clock.Date(leaf.NotBefore))
	}
	if now.After(leaf.NotAfter) {
		return fmt.Errorf("the certificate expired on %s", clock.Date(leaf.NotAfter))
	}
	if leaf.IsCA || leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 || !forDocuments(leaf) {
		return errors.New("the certificate is not for signing documents")
	}
	for i, c := range m.Chain[1:] {
		if err := m.Chain[i].CheckSignatureFrom(c); err != nil {
			return fmt.Errorf("certificate %d of the chain did not issue the one before it", i+2)
		}
	}
	if err := cms.Usable(leaf); err != nil {
		return err
	}
	return nil
}

// forDocuments reports whether a certificate's extended uses, if it states any, leave room for documents. There is no one
// use for that: issuers write document signing, e-mail protection or client authentication, or nothing.
func forDocuments(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage) == 0 || len(c.UnknownExtKeyUsage) > 0 {
		return true
	}
	return slices.ContainsFunc(c.ExtKeyUsage, func(u x509.ExtKeyUsage) bool {
		return u != x509.ExtKeyUsageTimeStamping && u != x509.ExtKeyUsageServerAuth && u != x509.ExtKeyUsageOCSPSigning && u != x509.ExtKeyUsageCodeSigning
	})
}

// withoutRoot leaves out a root at the chain's end: who verifies has it, or does not trust it.
func (m Material) withoutRoot() Material {
	if n := len(m.Chain) - 1; n > 0 && m.Chain[n].CheckSignatureFrom(m.Chain[n]) == nil {
		m.Chain = m.Chain[:n]
	}
	return m
}

// digestAround is SHA-256 of the file but for the gap.
func digestAround(file []byte, gap pdffile.Span) []byte {
	h := sha256.New()
	h.Write(file[:gap.From])
	h.Write(file[gap.To:])
	return h.Sum(nil)
}
