// Package frejasim is a simulator that speaks Freja's REST API and stands in for the app and for Freja.
//
// It has three doors, as bankidsim has. APIHandler is what a relying party calls, over mutual TLS. PhoneHandler, mounted under /freja/, is
// the "phone" of each persona: pages where a person reads what is asked and approves or declines, and a JSON door for tests and
// benchmarks. The Go methods Script, Approve and Decline do the same from a test in the same process.
//
// Results are real JWS of Freja's shape, signed by a key of the simulator's own: the product's client verifies them like any others. The
// key and the TLS certificates are kept in a directory, so that what was signed before a restart can be verified after it; orders live
// in memory.
//
// The life of an order: STARTED → DELIVERED_TO_MOBILE → APPROVED, CANCELED, RP_CANCELED, EXPIRED or REJECTED. A person has one login in
// progress at most, and any number of signatures. Time is counted by an injected clock.
package frejasim

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
	"time"

	"samtjanst/integrations/sim/pki"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence/evidencetest"
)

// Persona is somebody with Freja in the simulator.
type Persona struct {
	Number             idno.Number
	GivenName, Surname string
	Extended           bool // has Freja (level 2) only, not Freja+
}

// Options for New.
type Options struct {
	Dir      string      // keeps the key and the certificates
	Personas []Persona   // who has Freja
	Clock    clock.Clock // nil is the machine's
	Service  string      // the relying party's name as the app shows it; "" is "Samtjänst"
}

// Files are what a relying party is configured with, as paths.
type Files struct{ Certificate, Key, ServerRoots, Signers string }

// Sim is the simulator. Safe for concurrent use.
type Sim struct {
	clock   clock.Clock
	service string
	tls     *pki.Authority
	freja   *evidencetest.Freja
	files   Files
	people  []*person

	mu      sync.Mutex
	orders  map[string]*order // by reference
	scripts map[idno.Number]*Scenario
}

type person struct {
	Persona
	slug string
}

// New opens a simulator over its directory, which it makes at the first time.
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
		s.people = append(s.people, &person{p, slug})
	}
	if err := s.open(o.Dir); err != nil {
		return nil, fmt.Errorf("frejasim: %w", err)
	}
	return s, nil
}

func (s *Sim) open(dir string) (err error) {
	if dir == "" {
		return errors.New("no directory")
	}
	if s.tls, err = pki.Open(filepath.Join(dir, "tls")); err != nil {
		return err
	}
	if s.files.Certificate, s.files.Key, s.files.ServerRoots, err = s.tls.ClientFiles("freja-rp"); err != nil {
		return err
	}
	file := filepath.Join(dir, "freja.pem")
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if s.freja, err = evidencetest.NewFreja(s.clock.Now()); err != nil {
			return err
		}
		if text, err = s.freja.PEM(); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if s.freja, err = evidencetest.LoadFreja(text); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	s.files.Signers = filepath.Join(dir, "signers.pem")
	return os.WriteFile(s.files.Signers, s.freja.CertificatePEM(), 0o644)
}

// Files are the paths that a relying party is configured with.
func (s *Sim) Files() Files { return s.files }

// OtherRPCertificate issues a certificate to another relying party, which may not see this one's orders, PEM.
func (s *Sim) OtherRPCertificate() (cert, key []byte, err error) { return s.tls.Client("another-rp") }

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

// Limits of Freja's orders.
const (
	loginLife   = 2 * time.Minute // also the least and the usual life of a signature
	longestLife = 30 * 24 * time.Hour
	endedKept   = 10 * time.Minute // the result of an ended order can be asked for
)
