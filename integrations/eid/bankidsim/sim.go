// Package bankidsim is a simulator that speaks BankID's Relying Party API v6.0 and stands in for the app and the bank.
//
// It has three doors. APIHandler is what a relying party calls, over mutual TLS. PhoneHandler, mounted under /bankid/, is
// the "phone" of each persona: pages where a person reads what is asked and approves or cancels, and a JSON door for tests
// and benchmarks. The Go methods Script and Approve do the same from a test in the same process.
//
// Signatures and OCSP answers are real, in BankID's format, under a root of the simulator's own: the product's client
// verifies them like any others. The root and the TLS certificates are kept in a directory, so that what was signed before
// a restart can be verified after it; orders live in memory.
//
// The life of an order: outstandingTransaction → (started) → userSign → complete, or failed. Time limits are BankID's and
// are counted by an injected clock.
package bankidsim

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"samtjanst/integrations/sim/pki"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence/evidencetest"
)

// Persona is somebody with an e-legitimation in the simulator.
type Persona struct {
	Number             idno.Number
	GivenName, Surname string
}

// Options for New.
type Options struct {
	Dir      string      // keeps root and certificates; "" is memory
	Personas []Persona   // who has an e-legitimation
	Clock    clock.Clock // nil is the machine's
	Service  string      // the relying party's name as the app shows it; "" is "Samtjänst"
}

// Sim is the simulator. Safe for concurrent use.
type Sim struct {
	clock     clock.Clock
	service   string
	tls       *pki.Authority
	bank      *evidencetest.Authority
	cert, key []byte // the relying party's certificate
	files     Files
	people    []*person

	mu      sync.Mutex
	orders  map[string]*order // by orderRef
	scripts map[idno.Number]*Scenario

	collected atomic.Int64
}

// Collected is how many times anybody has asked how an order goes.
func (s *Sim) Collected() int { return int(s.collected.Load()) }

// person is a persona with a place in the phone's addresses, which may not hold a personal number.
type person struct {
	Persona
	slug string

	once   sync.Once
	holder *evidencetest.Holder
	err    error
}

// Files are where a simulator with a directory keeps what a relying party's configuration names.
type Files struct{ Certificate, Key, ServerRoots, Roots string }

// New makes a simulator, with its root from the directory if it has been there before.
func New(o Options) (*Sim, error) {
	s := &Sim{clock: o.Clock, service: o.Service, orders: map[string]*order{}, scripts: map[idno.Number]*Scenario{}}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.service == "" {
		s.service = "Samtjänst"
	}
	slugs := map[string]int{}
	for _, p := range o.Personas {
		slug := slugOf(p.GivenName + " " + p.Surname)
		if slugs[slug]++; slugs[slug] > 1 {
			slug = fmt.Sprintf("%s-%d", slug, slugs[slug])
		}
		s.people = append(s.people, &person{Persona: p, slug: slug})
	}
	if err := s.openAuthorities(o.Dir); err != nil {
		return nil, fmt.Errorf("bankidsim: %w", err)
	}
	return s, nil
}

// rpName is the relying party's certificate and its file.
const rpName = "bankid-rp"

func (s *Sim) openAuthorities(dir string) (err error) {
	if dir == "" {
		if s.tls, err = pki.Open(""); err != nil {
			return err
		}
		if s.cert, s.key, err = s.tls.Client(rpName); err != nil {
			return err
		}
		s.bank, err = evidencetest.NewAuthority(s.clock.Now())
		return err
	}
	if s.tls, err = pki.Open(filepath.Join(dir, "tls")); err != nil {
		return err
	}
	if s.files.Certificate, s.files.Key, s.files.ServerRoots, err = s.tls.ClientFiles(rpName); err != nil {
		return err
	}
	if s.cert, err = os.ReadFile(s.files.Certificate); err != nil {
		return err
	}
	if s.key, err = os.ReadFile(s.files.Key); err != nil {
		return err
	}
	file := filepath.Join(dir, "bank.pem")
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if s.bank, err = evidencetest.NewAuthority(s.clock.Now()); err != nil {
			return err
		}
		if text, err = s.bank.PEM(); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if s.bank, err = evidencetest.LoadAuthority(text); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	s.files.Roots = filepath.Join(dir, "roots.pem")
	return os.WriteFile(s.files.Roots, s.Roots(), 0o644)
}

// RPCertificate is the certificate and key, PEM, that the relying party shows.
func (s *Sim) RPCertificate() (cert, key []byte) { return s.cert, s.key }

// OtherRPCertificate issues a certificate to another relying party, which may not see this one's orders.
func (s *Sim) OtherRPCertificate() (cert, key []byte, err error) { return s.tls.Client("another-rp") }

// ServerRoots is what the relying party pins for the API's server certificate, PEM.
func (s *Sim) ServerRoots() []byte { return s.tls.RootPEM() }

// Roots is what signatures are verified against, PEM.
func (s *Sim) Roots() []byte { return s.bank.RootPEM() }

// Files are the paths of the above; empty for a simulator in memory.
func (s *Sim) Files() Files { return s.files }

// TLS is the configuration of the listener that APIHandler must be mounted on.
func (s *Sim) TLS() (*tls.Config, error) { return s.tls.MutualTLS() }

// persona finds somebody by number; nil for a stranger.
func (s *Sim) persona(n idno.Number) *person {
	for _, p := range s.people {
		if p.Number == n {
			return p
		}
	}
	return nil
}

func (s *Sim) personBySlug(slug string) *person {
	for _, p := range s.people {
		if p.slug == slug {
			return p
		}
	}
	return nil
}

// holder gives the person a certificate at the first use: making a key takes a tenth of a second.
func (s *Sim) holder(p *person) (*evidencetest.Holder, error) {
	p.once.Do(func() {
		p.holder, p.err = s.bank.Issue(evidencetest.Subject{Number: p.Number, GivenName: p.GivenName, Surname: p.Surname}, s.clock.Now())
	})
	return p.holder, p.err
}

// slugOf makes a name fit for an address: "Åsa Provberg" is asa-provberg.
func slugOf(name string) string {
	name = strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", "ü", "u", " ", "-").Replace(strings.ToLower(name))
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name)
}

// fingerprint tells relying parties apart.
type fingerprint [sha256.Size]byte

// Limits of BankID's orders (facts 1.4).
const (
	pickupLimit   = 30 * time.Second               // the app must have picked the order up
	orderLimit    = 3*time.Minute + 10*time.Second // it must have been completed
	completedKept = 3 * time.Minute                // a completed order can be collected
	failedKept    = 5 * time.Minute                // the reason of a failed one can be collected
	qrSkew        = 5                              // seconds that a QR code may be old
)
