// Package pki makes the certificates that the demo and the tests need to speak mutual TLS with the simulators: one root,
// server certificates for loopback, and client certificates for the parts of the platform that must show one.
//
// With a directory the root and its key are kept there (root.pem, root-key.pem; the key readable by its owner only), so that
// a restart does not invalidate what others hold. Nothing here is fit for anything but a simulator: the root signs for
// loopback names only, by name constraint.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// validity is long enough that a demo left in a drawer still starts.
const validity = 10 * 365 * 24 * time.Hour

// Authority is a root that issues.
type Authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Open loads the authority kept in dir, or makes one there. With dir "" it lives in memory.
func Open(dir string) (*Authority, error) {
	if dir != "" {
		a, err := load(dir)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return a, err
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	t := template("Samtjänst simulatorrot")
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLen = true, true, 1
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	t.PermittedDNSDomainsCritical = true
	t.PermittedDNSDomains = []string{"localhost"}
	t.PermittedIPRanges = []*net.IPNet{
		{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
		{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	a := &Authority{dir: dir, cert: cert, key: key}
	if dir == "" {
		return a, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	// The key goes first: a root without its key would be taken for whole at the next start.
	if err := os.WriteFile(filepath.Join(dir, "root-key.pem"), keyPEM, 0o600); err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "root.pem"), a.RootPEM(), 0o644); err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return a, nil
}

func load(dir string) (*Authority, error) {
	certPEM, err := os.ReadFile(filepath.Join(dir, "root.pem"))
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	keyPEM, err := os.ReadFile(filepath.Join(dir, "root-key.pem"))
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("pki: %s: %w", dir, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("pki: %s: the root's key is not ECDSA", dir)
	}
	return &Authority{dir: dir, cert: pair.Leaf, key: key}, nil
}

// RootPEM is what a client pins.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// RootFile is where the root is kept; "" for an authority in memory.
func (a *Authority) RootFile() string {
	if a.dir == "" {
		return ""
	}
	return filepath.Join(a.dir, "root.pem")
}

// Pool holds the root only.
func (a *Authority) Pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// Server issues a certificate for loopback.
func (a *Authority) Server() (tls.Certificate, error) {
	t := template("localhost")
	t.DNSNames = []string{"localhost"}
	t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	certPEM, keyPEM, err := a.issue(t)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(certPEM, keyPEM)
}

// Client issues a certificate that a client shows, as PEM.
func (a *Authority) Client(name string) (certPEM, keyPEM []byte, err error) {
	t := template(name)
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return a.issue(t)
}

// ClientFiles writes a client certificate, its key and the root into the authority's directory, or finds those written
// before, and gives their paths. It needs an authority with a directory.
func (a *Authority) ClientFiles(name string) (cert, key, roots string, err error) {
	if a.dir == "" {
		return "", "", "", errors.New("pki: an authority in memory has no files")
	}
	cert, key = filepath.Join(a.dir, name+".pem"), filepath.Join(a.dir, name+"-key.pem")
	roots = a.RootFile()
	if pair, err := tls.LoadX509KeyPair(cert, key); err == nil && pair.Leaf.CheckSignatureFrom(a.cert) == nil {
		return cert, key, roots, nil
	}
	certPEM, keyPEM, err := a.Client(name)
	if err != nil {
		return "", "", "", err
	}
	if err := os.WriteFile(key, keyPEM, 0o600); err != nil {
		return "", "", "", fmt.Errorf("pki: %w", err)
	}
	if err := os.WriteFile(cert, certPEM, 0o644); err != nil {
		return "", "", "", fmt.Errorf("pki: %w", err)
	}
	return cert, key, roots, nil
}

// MutualTLS is a server's configuration that lets in only those with a certificate from this authority.
func (a *Authority) MutualTLS() (*tls.Config, error) {
	cert, err := a.Server()
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{cert},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    a.Pool(),
		MinVersion:   tls.VersionTLS12,
	}, nil
}

func (a *Authority) issue(t *x509.Certificate) (certPEM, keyPEM []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("pki: %w", err)
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("pki: %w", err)
	}
	keyPEM, err = encodeKey(key)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), keyPEM, nil
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func template(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand does not fail on the systems that Go supports
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"Samtjänst simulator"}, CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(validity),
	}
}
