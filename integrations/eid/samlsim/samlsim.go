// Package samlsim is two identity providers in Sweden Connect's manner: one where citizens log in and sign (attributes of pnr-01), one
// where employees log in with SITHS (Inera's attributes). Both stand in one signed metadata file, as in a federation.
//
// It does what real ones do, and checks what they check: a request is taken only if it is posted, signed by a service that is known,
// meant for this address, fresh and wants its answer at a registered address; the answer is a signed Response with a signed and
// encrypted assertion. Instead of an e-legitimation there is a choice of persona; the message to sign is decrypted and shown. The
// page posts its answer by a button, not by a script.
//
// Endings are scripted: the page has buttons for those that a person can bring about, and Fail makes the next answers go wrong in
// the ways that a service has to refuse. A provider is at /saml/<slug>; the metadata at /saml/metadata.
package samlsim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

// The two providers.
const (
	Citizens = "eid"
	Staff    = "siths"
)

// Persona is somebody with an e-legitimation.
type Persona struct {
	Number             idno.Number
	GivenName, Surname string
}

// Employee is somebody with a SITHS card.
type Employee struct {
	HSAID, GivenName, Surname string
	Organisation              string
	Commissions               []Commission // of which one is chosen at the login; may be empty
}

// Commission is a medarbetaruppdrag.
type Commission struct{ HSAID, Name, Purpose string }

// Options for New.
type Options struct {
	Dir     string      // keeps keys and certificates; "" is memory
	BaseURL string      // scheme and host of the hub
	Clock   clock.Clock // nil is the machine's
	People  []Persona
	Staff   []Employee
}

// Service is a relying party that the providers know.
type Service struct {
	EntityID            string
	Signing, Encryption *x509.Certificate
	ACS                 []string
	// AnyLoopback lets every address on this machine be answered to, since the demo and the tests choose their ports late.
	AnyLoopback bool
}

// Files are where a simulator with a directory keeps what a service's configuration names.
type Files struct{ Certificate, Key, MetadataCertificate string }

// Sim is the providers. Safe for concurrent use.
type Sim struct {
	base    string
	clock   clock.Clock
	people  []Persona
	staff   []Employee
	outage  *outage.Switch[Fault]
	service pair // handed to the platform
	idp     pair // signs answers and opens messages
	meta    pair // the federation's
	files   Files

	mu       sync.Mutex
	services map[string]Service
	visits   map[string]*visit
	last     string // the latest answer that was sent, for Replayed
}

// pair is a key with its self-signed certificate, as metadata's are.
type pair struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// New makes the providers, with their keys from the directory if they have been there before.
func New(o Options) (*Sim, error) {
	s := &Sim{base: strings.TrimSuffix(o.BaseURL, "/"), clock: o.Clock, people: o.People, staff: o.Staff, outage: outage.New(Faults()...),
		services: map[string]Service{}, visits: map[string]*visit{}}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	for _, p := range []struct {
		name, subject string
		elliptic      bool
		into          *pair
	}{{"service", "Samtjänst", false, &s.service}, {"idp", "Simulerad legitimering", false, &s.idp}, {"federation", "Simulerad federation", true, &s.meta}} {
		var err error
		if *p.into, err = open(o.Dir, p.name, p.subject, p.elliptic); err != nil {
			return nil, fmt.Errorf("samlsim: %w", err)
		}
	}
	if o.Dir != "" {
		s.files = Files{filepath.Join(o.Dir, "service.pem"), filepath.Join(o.Dir, "service-key.pem"), filepath.Join(o.Dir, "federation.pem")}
	}
	return s, nil
}

func open(dir, name, subject string, ec bool) (pair, error) {
	certFile, keyFile := filepath.Join(dir, name+".pem"), filepath.Join(dir, name+"-key.pem")
	if dir != "" {
		cert, err := os.ReadFile(certFile)
		if err == nil {
			key, err := os.ReadFile(keyFile)
			if err != nil {
				return pair{}, err
			}
			return parse(cert, key)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return pair{}, err
		}
	}
	p, err := makePair(subject, ec)
	if err != nil || dir == "" {
		return p, err
	}
	cert, key, err := p.pem()
	if err != nil {
		return pair{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return pair{}, err
	}
	// The key goes first: a certificate without its key would be taken for whole at the next start.
	if err := os.WriteFile(keyFile, key, 0o600); err != nil {
		return pair{}, err
	}
	return p, os.WriteFile(certFile, cert, 0o644)
}

func makePair(subject string, ec bool) (pair, error) {
	var key crypto.Signer
	var err error
	if ec {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		return pair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return pair{}, err
	}
	now := time.Now()
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: subject}, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(20, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return pair{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return pair{key, cert}, err
}

func (p pair) pem() (cert, key []byte, err error) {
	der, err := x509.MarshalPKCS8PrivateKey(p.key)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

func parse(cert, key []byte) (pair, error) {
	c, _ := pem.Decode(cert)
	k, _ := pem.Decode(key)
	if c == nil || k == nil {
		return pair{}, errors.New("no PEM found")
	}
	crt, err := x509.ParseCertificate(c.Bytes)
	if err != nil {
		return pair{}, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(k.Bytes)
	if err != nil {
		return pair{}, err
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return pair{}, errors.New("a key that cannot sign")
	}
	return pair{signer, crt}, nil
}

// ServiceCertificate is a certificate and key, PEM, for the platform to sign its requests with and to be encrypted to.
func (s *Sim) ServiceCertificate() (cert, key []byte, err error) { return s.service.pem() }

// MetadataCertificate is what a service pins: the federation's, PEM.
func (s *Sim) MetadataCertificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.meta.cert.Raw})
}

// ProviderCertificate is the certificate that answers are signed with.
func (s *Sim) ProviderCertificate() *x509.Certificate { return s.idp.cert }

// Files are the paths of the above; empty for a simulator in memory.
func (s *Sim) Files() Files { return s.files }

// EntityID is a provider's.
func (s *Sim) EntityID(slug string) string { return s.base + "/saml/" + slug }

// MetadataURL is where the metadata of both are.
func (s *Sim) MetadataURL() string { return s.base + "/saml/metadata" }

// Fail makes the next answers go wrong, as many times; 0 means until told otherwise.
func (s *Sim) Fail(f Fault, times int) error { return s.outage.Set(f, times) }

// Know makes a service known; what was known of the same entityID is replaced.
func (s *Sim) Know(v Service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.services[v.EntityID] = v
}

// KnowDemo makes a service known that has ServiceCertificate and is anywhere on this machine.
func (s *Sim) KnowDemo(entityID string) {
	s.Know(Service{EntityID: entityID, Signing: s.service.cert, Encryption: s.service.cert, AnyLoopback: true})
}

// Register makes a service known by its metadata, signed with ServiceCertificate.
func (s *Sim) Register(metadata []byte) error {
	opened, err := evidence.OpenMetadata(metadata, []*x509.Certificate{s.service.cert})
	if err != nil {
		return fmt.Errorf("samlsim: %w", err)
	}
	var d protocol.EntityDescriptor
	if err := xml.Unmarshal(opened.Content, &d); err != nil {
		return fmt.Errorf("samlsim: %w", err)
	}
	if len(d.SPSSODescriptors) != 1 || d.SPSSODescriptors[0].AuthnRequestsSigned == nil || !*d.SPSSODescriptors[0].AuthnRequestsSigned {
		return errors.New("samlsim: not one service that signs its requests")
	}
	v := Service{EntityID: d.EntityID}
	for _, k := range d.SPSSODescriptors[0].KeyDescriptors {
		for _, c := range k.KeyInfo.X509Data.X509Certificates {
			der, err := base64.StdEncoding.DecodeString(strings.TrimSpace(c.Data))
			if err != nil {
				return fmt.Errorf("samlsim: %w", err)
			}
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				return fmt.Errorf("samlsim: %w", err)
			}
			switch k.Use {
			case "signing":
				v.Signing = cert
			case "encryption":
				v.Encryption = cert
			}
		}
	}
	for _, a := range d.SPSSODescriptors[0].AssertionConsumerServices {
		v.ACS = append(v.ACS, a.Location)
	}
	if v.Signing == nil || v.Encryption == nil || len(v.ACS) == 0 {
		return errors.New("samlsim: a service without keys or address")
	}
	s.Know(v)
	return nil
}

// returnable reports whether a service may be answered at an address.
func (v Service) returnable(to string) bool {
	for _, a := range v.ACS {
		if a == to {
			return true
		}
	}
	u, err := url.Parse(to)
	return err == nil && v.AnyLoopback && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
}

// Handler serves everything under /saml/.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	limited := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
			h(w, r)
		}
	}
	inner := http.NewServeMux()
	inner.HandleFunc("GET /saml/{$}", s.start)
	inner.HandleFunc("GET /saml/metadata", s.metadata)
	inner.HandleFunc("POST /saml/script", limited(s.script))
	inner.HandleFunc("POST /saml/{provider}/act", limited(s.act))
	mux.Handle("/", shell.Guard(inner))
	// A request comes by a form on the service's own page: from another site, as it does to a real provider.
	mux.HandleFunc("POST /saml/{provider}/sso", limited(s.sso))
	return mux
}
