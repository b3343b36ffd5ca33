package seal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/sealtest"
	"samtjanst/platform/signing/seal/tst"
)

var now = time.Date(2026, 6, 2, 12, 5, 0, 0, time.UTC)

var ekkoping = sealtest.Organisation{Name: "Ekköpings kommun", Number: "2120009901"}

// pki is the authority and the certificates of the tests; keys take long to make.
type pki struct {
	authority    *sealtest.Authority
	seal, stamps seal.Material
}

var certificates = sync.OnceValue(func() pki {
	a := must(sealtest.NewAuthority(now))
	return pki{a, must(a.Seal(ekkoping, now)), must(a.Stamps("Simulatorns tidsstämpel", now))}
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func trust() seal.Trust {
	return seal.Trust{Roots: certificates().authority.Roots(), StampRoots: certificates().authority.Roots(), Now: now}
}

func sealer(t testing.TB, stamps seal.Timestamper) *seal.Sealer {
	t.Helper()
	s, err := seal.New(certificates().seal, clock.NewManual(now), stamps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var options = seal.Options{Reason: "Beslutet är fattat och expedierat", Location: "Ekköping", Description: "Förseglad av Ekköpings kommun"}

func sealed(t testing.TB, stamps seal.Timestamper) []byte {
	t.Helper()
	file, err := sealer(t, stamps).Seal(context.Background(), document(), options)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSealed(t *testing.T) {
	leaf := certificates().seal.Chain[0]
	identity := seal.Identity{Organisation: "Ekköpings kommun", Number: "NTRSE-2120009901", Name: "Ekköpings kommun, e-stämpel",
		Issuer: "Samtjänst Simulator Seal CA v1", Serial: leaf.SerialNumber.Text(16), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, Fingerprint: sha256.Sum256(leaf.Raw)}
	for _, tt := range []struct {
		name   string
		stamps seal.Timestamper
		want   seal.Report
	}{
		{"basic", nil, seal.Report{Level: seal.BasicLevel, Time: now}},
		{"with a timestamp", authority(), seal.Report{Level: seal.TimestampedLevel, Time: now.Add(time.Second), Authority: "Simulatorns tidsstämpel"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := sealed(t, tt.stamps)
			got, err := seal.Verify(file, trust())
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want
			want.Sealer, want.Name, want.Reason, want.Location = identity, "Ekköpings kommun", options.Reason, options.Location
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if !bytes.HasPrefix(file, document()) {
				t.Error("the document's own bytes were changed")
			}
		})
	}
}

func TestSameBytesButTheSignature(t *testing.T) {
	if !bytes.Equal(sealed(t, nil), sealed(t, nil)) {
		t.Error("the same document sealed at the same time gives other bytes")
	}
}

// TestEveryChangedByteIsFound changes one byte at a time, in a document as it comes from renderer/pdf: 1,200 anywhere, and
// 600 of the signature's own digits, which nothing but Verify's strictness covers.
func TestEveryChangedByteIsFound(t *testing.T) {
	for name, stamps := range map[string]seal.Timestamper{"basic": nil, "with a timestamp": authority()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := sealed(t, stamps)
			random := rand.New(rand.NewPCG(1, 2))
			change := func(i int, to byte) {
				was := file[i]
				if was == to {
					return
				}
				file[i] = to
				if r, err := seal.Verify(file, trust()); err == nil || seal.CodeOf(err) == "" || !cmp.Equal(r, seal.Report{}) {
					t.Errorf("byte %d from %q to %q: %v", i, was, to, err)
				}
				file[i] = was
			}
			for range 1200 {
				i := random.IntN(len(file))
				change(i, file[i]^byte(1+random.IntN(255)))
			}
			from := bytes.LastIndex(file, []byte("/Contents <")) + len("/Contents <")
			for range 600 {
				i := from + random.IntN(2*signatureBytes(file[from:]))
				change(i, []byte{file[i] ^ 1, file[i] ^ ' ', "0123456789abcdef"[random.IntN(16)]}[random.IntN(3)]) // ' ' is the other case of a letter
			}
			if _, err := seal.Verify(file, trust()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// signatureBytes is how long the DER is that the digits say.
func signatureBytes(digits []byte) int {
	var n int
	must(fmt.Sscanf(string(digits[4:8]), "%x", &n)) // 30 82 and two bytes of length
	return 4 + n
}

func TestCertificatesThatCannotSeal(t *testing.T) {
	c := certificates()
	wrongUse := must(c.authority.Issue(&x509.Certificate{NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment}, c.stamps.Key))
	for _, tt := range []struct {
		name string
		m    seal.Material
		at   time.Time
		want string
	}{
		{"none", seal.Material{}, now, "there is no certificate"},
		{"no key", seal.Material{Chain: c.seal.Chain}, now, "there is no key"},
		{"another's key", seal.Material{Chain: c.seal.Chain, Key: c.stamps.Key}, now, "the key does not belong to the certificate"},
		{"expired", c.seal, now.AddDate(3, 0, 1), "the certificate expired on 2029-06-02"},
		{"of tomorrow", c.seal, now.AddDate(0, 0, -3), "the certificate is valid only from 2026-06-01"},
		{"for something else", wrongUse, now, "the certificate is not for signing documents"},
		{"for timestamps", c.stamps, now, "the certificate is not for signing documents"},
		{"a broken chain", seal.Material{Chain: []*x509.Certificate{c.seal.Chain[0], c.seal.Chain[2]}, Key: c.seal.Key}, now, "certificate 2 of the chain did not issue the one before it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := seal.New(tt.m, clock.NewManual(tt.at), nil)
			if !errors.Is(err, fault.Invalid) || !strings.HasSuffix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
		})
	}
	at := clock.NewManual(now)
	s := must(seal.New(c.seal, at, nil))
	at.Advance(4 * 365 * 24 * time.Hour)
	if _, err := s.Seal(context.Background(), document(), options); !errors.Is(err, fault.Internal) {
		t.Errorf("sealed with a certificate that has expired meanwhile: %v", err)
	}
}

func TestWhatCannotBeSealed(t *testing.T) {
	for name, file := range map[string][]byte{"nothing": nil, "text": []byte("hej"), "a sealed document": sealed(t, nil), "half a document": document()[:len(document())/2]} {
		if _, err := sealer(t, nil).Seal(context.Background(), file, options); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type stampFunc func(digest []byte) ([]byte, error)

func (f stampFunc) Timestamp(_ context.Context, digest []byte) ([]byte, error) { return f(digest) }

func TestWithoutATimestampNothingIsSealed(t *testing.T) {
	down := stampFunc(func([]byte) ([]byte, error) { return nil, fault.Newf("x", fault.Unavailable, "no answer") })
	if _, err := sealer(t, down).Seal(context.Background(), document(), options); !errors.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	odd := stampFunc(func([]byte) ([]byte, error) { return []byte("hej"), nil })
	if _, err := sealer(t, odd).Seal(context.Background(), document(), options); !errors.Is(err, fault.Internal) {
		t.Errorf("%v", err)
	}
}

// authority stamps with the tests' certificate, one second after the seal.
func authority() seal.Timestamper { return stamping(certificates().stamps, now.Add(time.Second)) }

func stamping(m seal.Material, at time.Time) seal.Timestamper {
	return stampFunc(func(digest []byte) ([]byte, error) {
		raw, err := response(m, digest, at)
		if err != nil {
			return nil, err
		}
		_, kept, err := tst.Accept(raw, digest, certificates().authority.Roots())
		return kept, err
	})
}

func sealedWith(t testing.TB, m seal.Material) []byte {
	t.Helper()
	s, err := seal.New(m, clock.NewManual(now), nil)
	if err != nil {
		t.Fatal(err)
	}
	file, err := s.Seal(context.Background(), document(), options)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// pkcs12File has the issuers in an odd order, as such files have.
func pkcs12File(t testing.TB, m seal.Material, password string) []byte {
	t.Helper()
	file, err := pkcs12.Modern.Encode(m.Key, m.Chain[0], []*x509.Certificate{m.Chain[2], m.Chain[1]}, password)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
