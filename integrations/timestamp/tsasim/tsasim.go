// Package tsasim is a trust service provider for the demo and the tests: a timestamp authority that speaks RFC 3161 over
// HTTP, and the issuer of the certificates that municipalities seal documents with.
//
// Tokens are real, made with a library that shares nothing with the product's client, under a root of the simulator's own.
// With a directory the root, the authority's certificate and the municipalities' are kept there, so that what was sealed
// before a restart can be verified after it. Time is an injected clock's.
package tsasim

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/digitorus/timestamp"

	"samtjanst/integrations/sim/outage"
	"samtjanst/integrations/sim/shell"
	"samtjanst/integrations/timestamp/timestamptest"
	"samtjanst/platform/clock"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/sealtest"
)

// QueryPath is where digests are posted.
const QueryPath = "/tsa/v1"

// Policy is the authority's own (an arc for examples).
var Policy = asn1.ObjectIdentifier{2, 999, 3161, 1}

// Options for New.
type Options struct {
	Dir   string      // keeps the certificates; "" is memory
	Clock clock.Clock // nil is the machine's
}

// Sim is the simulator. Safe for concurrent use.
type Sim struct {
	dir       string
	clock     clock.Clock
	authority *sealtest.Authority
	stamps    seal.Material
	outage    *outage.Switch[timestamptest.Fault]

	mu    sync.Mutex
	given int
}

// New makes a simulator, with its certificates from the directory if it has been there before.
func New(o Options) (*Sim, error) {
	s := &Sim{dir: o.Dir, clock: o.Clock, outage: outage.New(timestamptest.All()...)}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("tsasim: %w", err)
	}
	return s, nil
}

func (s *Sim) open() error {
	text, err := s.kept("authority.pem", func() ([]byte, error) {
		a, err := sealtest.NewAuthority(s.clock.Now())
		if err != nil {
			return nil, err
		}
		return a.PEM()
	})
	if err != nil {
		return err
	}
	if s.authority, err = sealtest.LoadAuthority(text); err != nil {
		return err
	}
	s.stamps, err = s.material("tsa", func() (seal.Material, error) {
		return s.authority.Stamps("Simulatorns tidsstämpel", s.clock.Now())
	})
	return err
}

// kept gives a file's content, which is made when there is no such file.
func (s *Sim) kept(name string, make func() ([]byte, error)) ([]byte, error) {
	if s.dir == "" {
		return make()
	}
	path := filepath.Join(s.dir, name)
	text, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if text, err = make(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	return text, os.WriteFile(path, text, 0o600)
}

// material is a certificate with its chain and key, in one file.
func (s *Sim) material(name string, issue func() (seal.Material, error)) (seal.Material, error) {
	text, err := s.kept(name+".pem", func() ([]byte, error) {
		m, err := issue()
		if err != nil {
			return nil, err
		}
		cert, key, err := sealtest.EncodePEM(m)
		return append(cert, key...), err
	})
	if err != nil {
		return seal.Material{}, err
	}
	return seal.ParsePEM(text, text)
}

// Seal gives a municipality its sealing certificate. id is its identifier, by which it is kept.
func (s *Sim) Seal(id string, o sealtest.Organisation) (seal.Material, error) {
	m, err := s.material("seal-"+id, func() (seal.Material, error) { return s.authority.Seal(o, s.clock.Now()) })
	if err != nil {
		return m, fmt.Errorf("tsasim: %w", err)
	}
	return m, nil
}

// SealFiles is Seal as the municipality's configuration names it. It needs a simulator with a directory.
func (s *Sim) SealFiles(id string, o sealtest.Organisation) (seal.Config, error) {
	if s.dir == "" {
		return seal.Config{}, errors.New("tsasim: a simulator in memory has no files")
	}
	if _, err := s.Seal(id, o); err != nil {
		return seal.Config{}, err
	}
	roots, err := s.RootsFile()
	return seal.Config{Certificate: filepath.Join(s.dir, "seal-"+id+".pem"), Roots: roots}, err
}

// RootsFile writes the root, which both seals and timestamps lead to, into the directory and gives its path.
func (s *Sim) RootsFile() (string, error) {
	if s.dir == "" {
		return "", errors.New("tsasim: a simulator in memory has no files")
	}
	path := filepath.Join(s.dir, "roots.pem")
	return path, os.WriteFile(path, s.authority.RootPEM(), 0o644)
}

// Roots holds the root.
func (s *Sim) Roots() *x509.CertPool { return s.authority.Roots() }

// RootPEM is the root.
func (s *Sim) RootPEM() []byte { return s.authority.RootPEM() }

// Fail makes the authority fail, as many times; 0 means until told otherwise.
func (s *Sim) Fail(f timestamptest.Fault, times int) error { return s.outage.Set(f, times) }

// Given is how many timestamps have been given.
func (s *Sim) Given() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.given
}

// API serves the authority itself.
func (s *Sim) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+QueryPath, s.query)
	return mux
}

func (s *Sim) query(w http.ResponseWriter, r *http.Request) {
	f := s.outage.Take()
	switch f {
	case timestamptest.Down:
		panic(http.ErrAbortHandler)
	case timestamptest.Busy:
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	case timestamptest.Garbage:
		s.reply(w, []byte("hej"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<14))
	if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "not a query", http.StatusBadRequest)
		return
	}
	q, err := timestamp.ParseRequest(body)
	switch {
	case err != nil || f == timestamptest.Refuses:
		s.refuse(w, timestamp.BadRequest)
		return
	case q.HashAlgorithm != crypto.SHA256 || len(q.HashedMessage) != crypto.SHA256.Size():
		s.refuse(w, timestamp.BadAlgorithm)
		return
	case q.TSAPolicyOID != nil && !q.TSAPolicyOID.Equal(Policy):
		s.refuse(w, timestamp.UnacceptedPolicy)
		return
	}
	answer, err := s.answer(q, f)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.mu.Lock()
	s.given++
	s.mu.Unlock()
	s.reply(w, answer)
}

// answer makes the token, with what the fault wants wrong.
func (s *Sim) answer(q *timestamp.Request, f timestamptest.Fault) ([]byte, error) {
	t := timestamp.Timestamp{HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Time: s.clock.Now().UTC(), Accuracy: time.Second,
		Policy: Policy, Nonce: q.Nonce, AddTSACertificate: q.Certificates}
	by := s.stamps
	switch f {
	case timestamptest.OtherDigest:
		t.HashedMessage = make([]byte, crypto.SHA256.Size())
	case timestamptest.OtherNonce:
		t.Nonce = big.NewInt(1)
	case timestamptest.NoNonce:
		t.Nonce = nil
	case timestamptest.OtherTime:
		t.Time = t.Time.Add(-time.Hour)
	case timestamptest.NoCertificate:
		t.AddTSACertificate = false
	case timestamptest.Stranger, timestamptest.WrongUse:
		var err error
		if by, err = s.other(f); err != nil {
			return nil, err
		}
	}
	t.Certificates = by.Chain[1:]
	answer, err := t.CreateResponseWithOpts(by.Chain[0], by.Key, crypto.SHA256)
	if err == nil && f == timestamptest.Altered {
		answer[len(answer)-1] ^= 1 // the signature is last
	}
	return answer, err
}

// other is somebody who must not be believed, with the authority's own key.
func (s *Sim) other(f timestamptest.Fault) (seal.Material, error) {
	if f == timestamptest.Stranger {
		return sealtest.Stranger(s.stamps, s.clock.Now())
	}
	now := s.clock.Now()
	return s.authority.Issue(&x509.Certificate{Subject: pkix.Name{CommonName: "Ingen tidsstämpel"}, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}}, s.stamps.Key)
}

func (s *Sim) refuse(w http.ResponseWriter, why timestamp.FailureInfo) {
	answer, err := timestamp.CreateErrorResponse(timestamp.Rejection, why)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.reply(w, answer)
}

func (s *Sim) reply(w http.ResponseWriter, answer []byte) {
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(answer) // the asker has gone: it will ask again
}

// Pages serves /tsa/ and POST /tsa/script (fault, times).
func (s *Sim) Pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tsa/{$}", func(w http.ResponseWriter, _ *http.Request) {
		page.Write(w, http.StatusOK, "Tidsstämplar och stämpelcertifikat", view{s.Given(), QueryPath, s.outage.View("/tsa/script")})
	})
	mux.HandleFunc("POST /tsa/script", s.outage.Script("/tsa/", nil))
	return shell.Guard(mux)
}

type view struct {
	Given  int
	Path   string
	Switch outage.View
}

var page = shell.New(`
<p>Ger tidsstämplar enligt RFC 3161 på <code>{{.Path}}</code> och utfärdar de certifikat som kommunerna stämplar sina handlingar med.</p>
<p>Antal tidsstämplar sedan start: <strong>{{.Given}}</strong>.</p>
{{template "outage" .Switch}}`)
