package seal_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// TestSealAlone: a certificate that its owner has signed is somebody unknown, not a seal that is broken.
func TestSealAlone(t *testing.T) {
	m := certificates().seal
	m.Chain = m.Chain[:1]
	r, err := seal.VerifyUnanchored(sealedWith(t, m), seal.Trust{})
	if err != nil || r.Unknown == nil || r.Unknown.Fingerprint != sha256.Sum256(m.Chain[0].Raw) {
		t.Errorf("%v %+v", err, r.Unknown)
	}
}
