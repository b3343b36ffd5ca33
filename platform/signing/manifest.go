package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"time"

	"samtjanst/platform/canon"
)

// Audience says who may read a part: everybody in the case, or one party (and the officer).
type Audience string

// Everybody is the audience of the common parts.
const Everybody Audience = "all"

// Only is the audience of what one party wrote or is told alone.
func Only(p PartyID) Audience { return Audience("party:" + string(p)) }

// Includes reports whether a party may read what has this audience.
func (a Audience) Includes(p PartyID) bool { return a == Everybody || a == Only(p) }

// Part is one thing that is signed, as its stored bytes: the common answers, one party's own section, an attachment.
// Digest is SHA-256 over salt and bytes, so that who sees the manifest cannot guess a part that is not his or hers;
// the salt is kept with the case and given to those who may read the part.
type Part struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"` // "answers", "own", "attachment"
	Name     string   `json:"name,omitempty"`
	Media    string   `json:"media"`
	Size     int64    `json:"size"`
	Audience Audience `json:"audience"`
	Digest   string   `json:"digest"` // hex
}

// Digest commits to body under salt: SHA-256(salt ‖ body), hex. A salt is 16 random bytes.
func Digest(salt, body []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// CheckPart reports whether body is what the part's digest committed to.
func CheckPart(p Part, salt, body []byte) bool {
	return int64(len(body)) == p.Size && subtle.ConstantTimeCompare([]byte(Digest(salt, body)), []byte(p.Digest)) == 1
}

// ManifestType is written into each manifest; a change of meaning gets a new one.
const ManifestType = "samtjanst-manifest/1"

// Manifest is what one signer signs: the list of all parts there were when he or she signed. Parts of another audience are there
// by their salted digest only, and without their name.
type Manifest struct {
	Type      string  `json:"type"`
	Order     string  `json:"order"`
	Reference string  `json:"reference"` // the case's
	Form      string  `json:"form"`
	Version   string  `json:"version"` // the form version's hash
	Signer    PartyID `json:"signer"`
	Created   string  `json:"created"` // RFC 3339, UTC
	Parts     []Part  `json:"parts"`
}

// NewManifest lists parts for a signer; names of parts that are not for the signer are left out.
func NewManifest(order, reference, form, version string, signer PartyID, at time.Time, parts []Part) Manifest {
	m := Manifest{Type: ManifestType, Order: order, Reference: reference, Form: form, Version: version,
		Signer: signer, Created: at.UTC().Format(time.RFC3339)}
	for _, p := range parts {
		if !p.Audience.Includes(signer) {
			p.Name = ""
		}
		m.Parts = append(m.Parts, p)
	}
	return m
}

// Bytes is the manifest in canonical form; these bytes are kept as evidence.
func (m Manifest) Bytes() ([]byte, error) { return canon.Marshal(m) }

// ManifestDigest is SHA-256 over a manifest's canonical bytes, hex.
func ManifestDigest(manifest []byte) string {
	sum := sha256.Sum256(manifest)
	return hex.EncodeToString(sum[:])
}

// Hidden is what goes into the e-legitimation's hidden data: canonical JSON that names the manifest by its digest.
func Hidden(manifest []byte) ([]byte, error) {
	return canon.Marshal(map[string]any{"type": ManifestType, "alg": "SHA-256", "digest": ManifestDigest(manifest)})
}

// CheckHidden reports whether hidden data from a signature names this manifest.
func CheckHidden(hidden, manifest []byte) error {
	want, err := Hidden(manifest)
	if err != nil {
		return err
	}
	if !hmac.Equal(hidden, want) {
		return fmt.Errorf("signing: the signature names another manifest")
	}
	return nil
}
