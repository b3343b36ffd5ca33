package seal

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal/cms"
)

// Config is what an operator sets for a municipality's seal. A key in a hardware module is not configured here: who builds
// such a platform makes the [Material] with a crypto.Signer.
type Config struct {
	// Certificate is the sealing certificate with its chain, PEM, with Key beside it or in the same file; or a PKCS#12 file
	// (.p12, .pfx) whose password is in PasswordFile.
	Certificate  string `json:"certificate" yaml:"certificate"`
	Key          string `json:"key" yaml:"key"`
	PasswordFile string `json:"passwordFile" yaml:"passwordFile"`
	// Roots are the roots that seals are verified against, PEM.
	Roots string `json:"roots" yaml:"roots"`
}

// Validate checks the settings without opening the files. Every wrong key is named. Fault: Invalid.
func (c Config) Validate() error {
	var errs []error
	wrong := func(key, why string) { errs = append(errs, fmt.Errorf("%s: %s", key, why)) }
	if c.Certificate == "" {
		wrong("certificate", "must name a file")
	}
	if c.Roots == "" {
		wrong("roots", "must name a file")
	}
	switch {
	case isPKCS12(c.Certificate) && c.Key != "":
		wrong("key", "is in the PKCS#12 file already")
	case isPKCS12(c.Certificate) && c.PasswordFile == "":
		wrong("passwordFile", "must name the file with the password of the PKCS#12 file")
	case !isPKCS12(c.Certificate) && c.PasswordFile != "":
		wrong("passwordFile", "is for a PKCS#12 file (.p12, .pfx) only")
	}
	if len(errs) > 0 {
		return fault.New("seal.Config", fault.Invalid, errors.Join(errs...))
	}
	return nil
}

func isPKCS12(file string) bool {
	return strings.HasSuffix(file, ".p12") || strings.HasSuffix(file, ".pfx")
}

// Load reads the files. The error names the key whose file is wrong. Fault: Invalid.
func (c Config) Load() (Material, *x509.CertPool, error) {
	const op = "seal.Load"
	if err := c.Validate(); err != nil {
		return Material{}, nil, err
	}
	m, key, err := c.material()
	if err != nil {
		return Material{}, nil, fault.New(op, fault.Invalid, fmt.Errorf("%s: %w", key, err))
	}
	var roots *x509.CertPool
	text, err := os.ReadFile(c.Roots)
	if err == nil {
		roots, err = cms.ParseRoots(text)
	}
	if err != nil {
		return Material{}, nil, fault.New(op, fault.Invalid, fmt.Errorf("roots: %w", err))
	}
	// At any time when it was valid: whether it still is, New says.
	if _, err := cms.Path(m.Chain, roots, m.Chain[0].NotAfter, x509.ExtKeyUsageAny); errors.Is(err, cms.ErrChain) {
		return Material{}, nil, fault.New(op, fault.Invalid, errors.New("certificate: it does not lead to any of the roots; is its issuer's certificate in the file?"))
	}
	return m, roots, nil
}

// material gives the certificate, or the key that is wrong and why.
func (c Config) material() (m Material, key string, err error) {
	cert, err := os.ReadFile(c.Certificate)
	if err != nil {
		return m, "certificate", err
	}
	if isPKCS12(c.Certificate) {
		password, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return m, "passwordFile", err
		}
		m, err = ParsePKCS12(cert, strings.TrimRight(string(password), "\r\n"))
		return m, "certificate", err
	}
	private := cert
	if c.Key != "" {
		if private, err = os.ReadFile(c.Key); err != nil {
			return m, "key", err
		}
	}
	m, err = ParsePEM(cert, private)
	return m, "certificate", err
}

// ParsePEM reads a certificate with its chain, and its key, which may stand in the same text. Fault: Invalid.
func ParsePEM(cert, key []byte) (Material, error) {
	const op = "seal.ParsePEM"
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return Material{}, fault.New(op, fault.Invalid, err)
	}
	var m Material
	for _, der := range pair.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return Material{}, fault.New(op, fault.Invalid, err)
		}
		m.Chain = append(m.Chain, c)
	}
	m.Key, _ = pair.PrivateKey.(crypto.Signer) // nil is refused by New
	return m, nil
}

// ParsePKCS12 reads a certificate with its chain and key from a PKCS#12 file. Fault: Invalid.
func ParsePKCS12(file []byte, password string) (Material, error) {
	key, leaf, issuers, err := pkcs12.DecodeChain(file, password)
	if err != nil {
		return Material{}, fault.New("seal.ParsePKCS12", fault.Invalid, err)
	}
	signer, _ := key.(crypto.Signer) // nil is refused by New
	return Material{Chain: ordered(leaf, issuers), Key: signer}, nil
}

// ordered puts issuers after what they issued: a PKCS#12 file holds them in any order. Strangers are left out.
func ordered(leaf *x509.Certificate, issuers []*x509.Certificate) []*x509.Certificate {
	chain := []*x509.Certificate{leaf}
	for last := leaf; ; {
		i := slices.IndexFunc(issuers, func(c *x509.Certificate) bool {
			return !slices.Contains(chain, c) && last.CheckSignatureFrom(c) == nil
		})
		if i < 0 {
			return chain
		}
		last = issuers[i]
		chain = append(chain, last)
	}
}
