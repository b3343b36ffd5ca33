package seal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/sealtest"
)

// TestUnanchored: whom a seal or its timestamp comes from may be unknown, and is told by what the seal itself holds; nothing else may be
// wrong with it.
func TestUnanchored(t *testing.T) {
	known, stranger := certificates(), must(sealtest.NewAuthority(now))
	ca := sha256.Sum256(known.seal.Chain[1].Raw)
	roots := known.authority.Roots()
	for name, c := range map[string]struct {
		trust       seal.Trust
		seal, stamp bool // unknown
	}{
		"both known":            {seal.Trust{Roots: roots, StampRoots: roots}, false, false},
		"nobody known":          {seal.Trust{}, true, true},
		"other roots":           {seal.Trust{Roots: stranger.Roots(), StampRoots: stranger.Roots()}, true, true},
		"the timestamp unknown": {seal.Trust{Roots: roots}, false, true},
	} {
		file := sealed(t, authority())
		r, err := seal.VerifyUnanchored(file, c.trust)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if (r.Unknown != nil) != c.seal || (r.UnknownStamp != nil) != c.stamp || r.Sealer.Organisation != ekkoping.Name {
			t.Errorf("%s: %+v", name, r)
		}
		if r.Unknown != nil && (r.Unknown.Fingerprint != ca || r.Unknown.Name != known.seal.Chain[1].Subject.CommonName) {
			t.Errorf("%s: leads to %+v", name, r.Unknown)
		}
		at := bytes.Index(file, []byte("skolskjuts"))
		file[at] ^= 1
		if r, err := seal.VerifyUnanchored(file, c.trust); err == nil {
			t.Errorf("%s: an altered document passes: %+v", name, r)
		}
	}
}

// TestUnanchoredIsOnlyThat: of everything that is refused, nothing passes but what comes from somebody who is not known.
func TestUnanchoredIsOnlyThat(t *testing.T) {
	passes := []string{"an authority nobody trusts", "nobody trusted", "the issuer left out"}
	var got []string
	for _, f := range forgeries() {
		var trust seal.Trust
		if f.trust != nil {
			f.trust(&trust)
		}
		if _, err := seal.VerifyUnanchored(f.file(t), trust); err == nil {
			got = append(got, f.name)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(passes, got); diff != "" {
		t.Error(diff)
	}
}

// TestDisowned: a changed byte in the issuer's certificate, or in the timestamp authority's, does not make a seal a stranger's.
func TestDisowned(t *testing.T) {
	c := certificates()
	pem := c.authority.RootPEM()
	trust := must(seal.ParseTrust(pem, pem))
	file := sealed(t, authority())
	from, to := gapOf(file)
	digits := string(file[from:to])
	for at, n := from, 0; ; at, n = at+1, n+1 { // the issuer's certificate stands in the seal and in the timestamp
		i := strings.Index(digits[at-from:], hex.EncodeToString(c.seal.Chain[1].Raw))
		if i < 0 {
			if n != 2 {
				t.Errorf("the issuer's certificate stands %d times", n)
			}
			break
		}
		at += i
		for off := 0; off < 2*len(c.seal.Chain[1].Raw); off += 17 {
			was := file[at+off]
			file[at+off] = "123456789abcdef0"[strings.IndexByte("0123456789abcdef", was)]
			_, err := seal.Verify(file, trust)
			if _, loose := seal.VerifyUnanchored(file, trust); err == nil || loose == nil {
				t.Errorf("digit %d: %v, %v", off, err, loose)
			}
			file[at+off] = was
		}
	}
	for name, text := range map[string]string{"no certificate": "hej", "not a CA": string(leaf(t))} {
		if _, err := seal.ParseTrust(nil, []byte(text)); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func leaf(t *testing.T) []byte {
	t.Helper()
	cert, _, err := sealtest.EncodePEM(certificates().seal)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// TestSealAlone: a certificate that its owner has signed is somebody unknown, not a seal that is broken.
func TestSealAlone(t *testing.T) {
	m := certificates().seal
	m.Chain = m.Chain[:1]
	r, err := seal.VerifyUnanchored(sealedWith(t, m), seal.Trust{})
	if err != nil || r.Unknown == nil || r.Unknown.Fingerprint != sha256.Sum256(m.Chain[0].Raw) {
		t.Errorf("%v %+v", err, r.Unknown)
	}
}
