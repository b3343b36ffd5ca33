package server

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"sync"

	"samtjanst/platform/config"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/signing/seal"
)

// trusted is what signatures and seals are held against.
type trusted struct {
	bankID  evidence.Roots
	freja   evidence.FrejaSigners
	saml    func() []evidence.SAMLIssuer // nil: nobody
	service []evidence.Roots
	seals   seal.Trust
	pins    proof.Pins // beside all of them
}

// parseTrusted sorts certificates that somebody trusts without saying for what. One that may issue others is a root, of signatures and of
// seals; one that may not signs itself. An identity provider's is either: most have signed their own.
func parseTrusted(text []byte) (t trusted, err error) {
	var roots, signers []byte
	var provider evidence.SAMLIssuer // whatever its name is
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return t, fmt.Errorf("a %s that is no certificate", block.Type)
		}
		provider.Certificates = append(provider.Certificates, cert)
		if _, isRSA := cert.PublicKey.(*rsa.PublicKey); cert.IsCA {
			roots = append(roots, pem.EncodeToMemory(block)...)
		} else if isRSA { // as Freja's are
			signers = append(signers, pem.EncodeToMemory(block)...)
		}
	}
	if len(provider.Certificates) == 0 {
		return t, errors.New("no certificate found")
	}
	t.saml = func() []evidence.SAMLIssuer { return []evidence.SAMLIssuer{provider} }
	if roots != nil {
		if t.bankID, err = evidence.ParseRoots(roots); err != nil {
			return t, err
		}
		t.service = []evidence.Roots{t.bankID}
	}
	if signers != nil {
		if t.freja, err = evidence.ParseFrejaSigners(signers); err != nil {
			return t, err
		}
	}
	t.seals, err = seal.ParseTrust(roots, roots)
	return t, err
}

// checker verifies bundles by every format of evidence that is known here, and seals.
func checker(t trusted) proof.Checker {
	if t.saml == nil {
		t.saml = func() []evidence.SAMLIssuer { return nil }
	}
	return proof.Checker{
		Formats: map[evidence.Format]proof.Verifier{
			evidence.BankID:  t.pins.Verifier(proof.BankID(t.bankID)),
			evidence.Freja:   proof.Freja(t.freja), // whose evidence carries no certificate
			evidence.SAML:    t.pins.Verifier(proof.SAML(t.saml)),
			evidence.Service: t.pins.Verifier(proof.Service(t.service...)),
		},
		Attachments: attached,
		Seal:        t.pins.SealCheck(proof.Sealed(t.seals)),
	}
}

// check gives what the page checks a file with: what the platform's own signatures are held against, identity providers as they are known
// now or have been, and the roots of every municipality's seal.
func check(cfg config.Config, t trust) (func(file []byte) (proof.Report, error), error) {
	var roots, stampRoots bytes.Buffer
	for id, c := range cfg.Seals {
		if err := readPEM(&roots, c.Roots); err != nil {
			return nil, fmt.Errorf("seals: %s: roots: %w", id, err)
		}
	}
	if cfg.Timestamp != nil {
		if err := readPEM(&stampRoots, cfg.Timestamp.Roots); err != nil {
			return nil, fmt.Errorf("timestamp: roots: %w", err)
		}
	}
	seals, err := seal.ParseTrust(roots.Bytes(), stampRoots.Bytes())
	if err != nil {
		return nil, fmt.Errorf("seals, timestamp: roots: %w", err)
	}
	known := trusted{bankID: t.bankID, freja: t.freja, service: t.service, seals: seals}
	return func(file []byte) (proof.Report, error) {
		k := known
		k.saml = sync.OnceValue(t.issuers) // a file may have many signatures
		return checker(k).Check(file)
	}, nil
}

func readPEM(into *bytes.Buffer, file string) error {
	text, err := os.ReadFile(file)
	into.Write(text)
	into.WriteByte('\n')
	return err
}

// issuers are the identity providers as they are known now, and as they have been. One whose metadata cannot be had is left out, and so is
// the book when it cannot be read: what was signed is then from somebody unknown.
func (t trust) issuers() []evidence.SAMLIssuer {
	ctx, cancel := context.WithTimeout(context.Background(), samlPatience)
	defer cancel()
	out, err := t.known.issuers(ctx)
	if err != nil {
		out = nil
	}
	for _, p := range t.saml {
		if i, err := p.client.Issuer(ctx); err == nil {
			out = append(out, i)
		}
	}
	return out
}
