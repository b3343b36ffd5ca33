// Package timestamptest is what every way to a timestamp must do: seal.Timestamper's contract as a test.
package timestamptest

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/tst"
)

// Fault is a way in which an authority fails or lies.
type Fault string

// Faults.
const (
	Down          Fault = "down"           // does not answer
	Busy          Fault = "busy"           // answers that it cannot now
	Refuses       Fault = "refuses"        // answers with a rejection
	Garbage       Fault = "garbage"        // answers with something else
	OtherDigest   Fault = "other-digest"   // stamps something else
	OtherNonce    Fault = "other-nonce"    // gives an answer to another question
	NoNonce       Fault = "no-nonce"       // leaves the nonce out
	OtherTime     Fault = "other-time"     // its clock is an hour late
	Stranger      Fault = "stranger"       // is signed by somebody who is not trusted
	WrongUse      Fault = "wrong-use"      // is signed with a certificate that is not for timestamps
	NoCertificate Fault = "no-certificate" // leaves its certificate out
	Altered       Fault = "altered"        // a byte of the signature is changed
)

// All lists the faults.
func All() []Fault {
	return []Fault{Down, Busy, Refuses, Garbage, OtherDigest, OtherNonce, NoNonce, OtherTime, Stranger, WrongUse, NoCertificate, Altered}
}

// Rig is a timestamper with the authority behind it.
type Rig struct {
	Timestamper seal.Timestamper
	Roots       *x509.CertPool
	Clock       *clock.Manual // the authority's, and ours
	Fail        func(Fault)   // strikes once
}

// Run tests the contract.
func Run(t *testing.T, setup func(*testing.T) Rig) {
	digest := sha256.Sum256([]byte("en underskrift"))
	t.Run("a token that can be verified for itself", func(t *testing.T) {
		r := setup(t)
		for range 2 {
			token, err := r.Timestamper.Timestamp(t.Context(), digest[:])
			if err != nil {
				t.Fatal(err)
			}
			s, err := tst.Verify(token, digest[:], r.Roots)
			if err != nil {
				t.Fatal(err)
			}
			if d := s.Time.Sub(r.Clock.Now()); d.Abs() > time.Second {
				t.Errorf("stamped %v from now", d)
			}
			if s.Authority == "" || s.Serial.Sign() <= 0 {
				t.Errorf("%+v", s)
			}
			r.Clock.Advance(time.Hour)
		}
	})
	for _, f := range All() {
		t.Run("an authority that fails: "+string(f), func(t *testing.T) {
			r := setup(t)
			r.Fail(f)
			if token, err := r.Timestamper.Timestamp(t.Context(), digest[:]); !errors.Is(err, fault.Unavailable) || token != nil {
				t.Errorf("%v", err)
			}
			if _, err := r.Timestamper.Timestamp(t.Context(), digest[:]); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
	t.Run("not a digest", func(t *testing.T) {
		if _, err := setup(t).Timestamper.Timestamp(t.Context(), []byte("kort")); !errors.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
	})
	t.Run("nobody waits any longer", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := setup(t).Timestamper.Timestamp(ctx, digest[:]); !errors.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	})
}
