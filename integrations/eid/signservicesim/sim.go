// Package signservicesim is a simulator that speaks the protocol of federated signing services (OASIS DSS with Sweden Connect's extension),
// and stands in for the identity provider behind the service too.
//
// A browser posts a SignRequest to /signservice/request. The simulator checks its signature and everything that the profile demands, shows
// what is to be signed, lets somebody say who he or she is, makes a certificate and a signature, and has the browser carry the SignResponse
// back. Signatures are real, under a root of the simulator's own. What goes wrong is scripted for each person ([Scenario]).
//
// Requests are checked by goxmldsig, and answers are written by hand: neither shares anything with the product's own reading, so that a
// mistake in one of them shows as a signature that does not verify.
package signservicesim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence/evidencetest"
)

// The names by which the parts know one another, SAML entityIDs.
const (
	ServiceID          = "https://underskrift.example.se/signservice"
	IdentityProviderID = "https://underskrift.example.se/idp"
	DefaultRequesterID = "https://samtjanst.example.se/"
)

// RequestPath is where browsers post requests.
const RequestPath = "/signservice/request"

// Persona is somebody with an e-legitimation in the simulator.
type Persona struct {
	Number             idno.Number
	GivenName, Surname string
}

// Options for New.
type Options struct {
	Dir       string      // keeps keys and certificates; "" is memory
	Personas  []Persona   // who can be identified
	Clock     clock.Clock // nil is the machine's
	Requester string      // entityID that requests come from; "" is DefaultRequesterID
}

// Sim is the simulator. Safe for concurrent use.
type Sim struct {
	clock     clock.Clock
	requester string
	people    []*person
	authority *evidencetest.ServiceAuthority
	// What each part signs or decrypts with, and the requester's own, which it is given.
	asking, service, message pair
	files                    Files

	mu       sync.Mutex
	sessions map[string]*session // by an id of its own
	scripts  map[idno.Number]*Scenario
	last     string // the latest genuine response, in base64
}

// person is a persona with a place in the pages' forms, which may not hold a personal number.
type person struct {
	Persona
	slug string

	once sync.Once
	key  *rsa.PrivateKey // kept for the person's RSA signatures: making one takes a tenth of a second
	err  error
}

func (p *person) name() string { return p.GivenName + " " + p.Surname }

// pair is a key with its self-signed certificate.
type pair struct {
	cert    *x509.Certificate
	key     *rsa.PrivateKey
	certPEM []byte
	keyPEM  []byte
}

// Files are where a simulator with a directory keeps what a requester's configuration names.
type Files struct{ Certificate, Key, ServiceCertificates, Roots, MessageCertificate string }

// New makes a simulator, with its keys from the directory if it has been there before.
func New(o Options) (*Sim, error) {
	s := &Sim{clock: o.Clock, requester: o.Requester, sessions: map[string]*session{}, scripts: map[idno.Number]*Scenario{}}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.requester == "" {
		s.requester = DefaultRequesterID
	}
	for i, p := range o.Personas {
		s.people = append(s.people, &person{Persona: p, slug: fmt.Sprintf("person-%d", i+1)})
	}
	if err := s.open(o.Dir); err != nil {
		return nil, fmt.Errorf("signservicesim: %w", err)
	}
	return s, nil
}

func (s *Sim) open(dir string) error {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		into *pair
		name string
	}{{&s.asking, "requester"}, {&s.service, "service"}, {&s.message, "message"}} {
		var err error
		if *p.into, err = openPair(dir, p.name, s.clock.Now()); err != nil {
			return err
		}
	}
	if dir == "" {
		var err error
		s.authority, err = evidencetest.NewServiceAuthority(s.clock.Now())
		return err
	}
	if err := s.openAuthority(filepath.Join(dir, "authority.pem")); err != nil {
		return err
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	s.files = Files{Certificate: in("requester.pem"), Key: in("requester-key.pem"), ServiceCertificates: in("service.pem"), Roots: in("roots.pem"),
		MessageCertificate: in("message.pem")}
	return os.WriteFile(s.files.Roots, s.Roots(), 0o644)
}

func (s *Sim) openAuthority(file string) error {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if s.authority, err = evidencetest.NewServiceAuthority(s.clock.Now()); err != nil {
			return err
		}
		if text, err = s.authority.PEM(); err != nil {
			return err
		}
		return os.WriteFile(file, text, 0o600)
	case err != nil:
		return err
	}
	if s.authority, err = evidencetest.LoadServiceAuthority(text); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// openPair loads a key and its certificate from a directory, or makes them.
func openPair(dir, name string, now time.Time) (pair, error) {
	certFile, keyFile := filepath.Join(dir, name+".pem"), filepath.Join(dir, name+"-key.pem")
	if dir != "" {
		cert, err1 := os.ReadFile(certFile)
		key, err2 := os.ReadFile(keyFile)
		if err1 == nil && err2 == nil {
			return readPair(cert, key)
		}
		for _, err := range []error{err1, err2} {
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return pair{}, err
			}
		}
	}
	p, err := newPair(name, now)
	if err != nil || dir == "" {
		return p, err
	}
	// The key goes first: a certificate without its key would be taken for whole at the next start.
	if err := os.WriteFile(keyFile, p.keyPEM, 0o600); err != nil {
		return pair{}, err
	}
	return p, os.WriteFile(certFile, p.certPEM, 0o644)
}

func newPair(name string, now time.Time) (pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return pair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return pair{}, err
	}
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Samtjänst simulator " + name}, NotBefore: now.AddDate(0, 0, -1),
		NotAfter: now.AddDate(20, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return pair{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return pair{}, err
	}
	return readPair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

func readPair(cert, key []byte) (pair, error) {
	c, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return pair{}, err
	}
	private, ok := c.PrivateKey.(*rsa.PrivateKey)
	if !ok {
		return pair{}, errors.New("not an RSA key")
	}
	return pair{cert: c.Leaf, key: private, certPEM: cert, keyPEM: key}, nil
}

// RequesterCertificate is the certificate and key, PEM, that requests are to be signed with.
func (s *Sim) RequesterCertificate() (cert, key []byte) { return s.asking.certPEM, s.asking.keyPEM }

// ServiceCertificate is the certificate, PEM, that responses are signed with.
func (s *Sim) ServiceCertificate() []byte { return s.service.certPEM }

// MessageCertificate is the certificate, PEM, that what is to be shown may be encrypted for.
func (s *Sim) MessageCertificate() []byte { return s.message.certPEM }

// Roots is what people's certificates are verified against, PEM.
func (s *Sim) Roots() []byte { return s.authority.RootPEM() }

// Files are the paths of the above; empty for a simulator in memory.
func (s *Sim) Files() Files { return s.files }

func (s *Sim) bySlug(slug string) *person {
	for _, p := range s.people {
		if p.slug == slug {
			return p
		}
	}
	return nil
}

// Slug gives the name of a person in the pages' forms, "" for a stranger.
func (s *Sim) Slug(n idno.Number) string {
	for _, p := range s.people {
		if p.Number == n {
			return p.slug
		}
	}
	return ""
}

// rsaKey gives a person's RSA key.
func (p *person) rsaKey() (*rsa.PrivateKey, error) {
	p.once.Do(func() { p.key, p.err = rsa.GenerateKey(rand.Reader, 2048) })
	return p.key, p.err
}

// escape makes a text fit for XML.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
