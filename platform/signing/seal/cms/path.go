package cms

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"
)

// What is wrong with a certificate.
var (
	ErrChain    = errors.New("the certificate does not lead to a trusted root, or was not valid then")
	ErrKeyUsage = errors.New("the certificate may not be used for this")

	errItself = fmt.Errorf("%w: the signer's is a root itself", ErrChain)
)

// ParseRoots reads trusted roots, PEM. There must be one at least, and nothing else.
func ParseRoots(text []byte) (*x509.CertPool, error) {
	pool, n := x509.NewCertPool(), 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%s where a certificate was expected", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		if !c.IsCA {
			return nil, fmt.Errorf("certificate %d is not a CA", n+1)
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 {
		return nil, errors.New("no certificate found")
	}
	return pool, nil
}

// Path gives the signer's certificate and its issuers up to, not including, one of the roots, all valid at a time and all
// among those sent. Errors: [ErrChain], [ErrKeyUsage].
func (s *SignedData) Path(roots *x509.CertPool, at time.Time, use x509.ExtKeyUsage) ([]*x509.Certificate, error) {
	return Path(s.Certificates, roots, at, use)
}

// Path is [SignedData.Path] for certificates by themselves, the signer's first.
func Path(certs []*x509.Certificate, roots *x509.CertPool, at time.Time, use x509.ExtKeyUsage) ([]*x509.Certificate, error) {
	if roots == nil {
		return nil, fmt.Errorf("%w: no roots are configured", ErrChain)
	}
	between := x509.NewCertPool()
	for _, c := range certs[1:] {
		between.AddCert(c)
	}
	leaf := certs[0]
	paths, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{use}})
	if err != nil {
		var invalid x509.CertificateInvalidError
		if errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage {
			return nil, ErrKeyUsage
		}
		return nil, ErrChain // not the library's text: it carries names
	}
	if leaf.IsCA || leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return nil, ErrKeyUsage
	}
	for _, p := range paths {
		if slices.EqualFunc(p[:len(p)-1], certs, (*x509.Certificate).Equal) {
			return certs, nil
		}
	}
	if len(paths[0]) == 1 {
		return nil, errItself
	}
	return paths[0][:len(paths[0])-1], nil
}

// PathUnanchored is [SignedData.Path] where the root is not known: the topmost of the certificates sent stands in for it, and
// all of them are the path, in their order. It is for telling what is broken from what only comes from somebody unknown:
// anybody can make such certificates.
func (s *SignedData) PathUnanchored(at time.Time, use x509.ExtKeyUsage) ([]*x509.Certificate, error) {
	top := len(s.Certificates) - 1
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificates[top])
	if top == 0 {
		if _, err := Path(s.Certificates, pool, at, use); err != nil && !errors.Is(err, errItself) {
			return nil, err
		}
		return s.Certificates, nil
	}
	path, err := Path(s.Certificates[:top], pool, at, use)
	if err == nil && !slices.EqualFunc(path, s.Certificates[:top], (*x509.Certificate).Equal) {
		err = fmt.Errorf("%w: the certificates do not form one path", ErrChain)
	}
	return s.Certificates, err
}

// Whole demands that the certificates are the path and nothing more, in its order: so that none is there that no check
// would miss.
func (s *SignedData) Whole(path []*x509.Certificate) error {
	if !slices.EqualFunc(path, s.Certificates, (*x509.Certificate).Equal) {
		return fmt.Errorf("%w: the certificates do not form one path", ErrChain)
	}
	return nil
}
