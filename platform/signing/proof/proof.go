// Package proof lets a third party check, years later and without the platform, what a case's signatures prove.
//
// A Bundle is a set of files of one case: what was signed, as its stored bytes; the evidence of each signature; the event chain's headers.
// Two files describe the others. The index (bevis.json) says what each is, with the salts that the signed digests were made with, and
// who was to sign. The checksums (kontrollsummor.txt, as sha256sum writes them) cover every other file, the index too. A bundle travels
// as a zip archive of exactly one form, or as the files attached to a case PDF. The authority's copy has everything; a party's has what
// that party may read, and the party's own evidence: what others wrote is in it by salted digest only.
//
// A Checker verifies a bundle and gives a Report: data, and by Report.Say plain words. It has no clock, no network and no database. What
// it trusts is given to it: the verifier of each format of evidence holds that format's roots.
//
// Three things protect a bundle, and the report says which protects what. A signature covers its manifest, and by the digests in it every
// part that the signer signed: nobody can change those unnoticed. The seal of a PDF covers the whole file; it can be cut off again, and so
// a case PDF without one is told as such and does not hold. Checksums find accidents and
// clumsy changes in the rest (index, event list, what was never signed, our own note of the IP address), but whoever changes a file on
// purpose can write new checksums.
//
// Invariants: no byte of a bundle is outside all three; files that the index does not know are refused, and so is a zip archive that is
// not byte for byte what WriteZip makes of its files; an index is in canonical form.
package proof

import (
	"time"

	"samtjanst/platform/signing"
)

// IndexType is written into each index; a change of meaning gets a new one.
const IndexType = "samtjanst-bundle/1"

// Names of the two files that describe the others.
const (
	IndexName = "bevis.json"
	SumsName  = "kontrollsummor.txt"
)

// Index says what the files of a bundle are.
type Index struct {
	Type      string          `json:"type"`
	Reader    signing.PartyID `json:"reader,omitempty"` // whose copy it is; "" the authority's
	Reference string          `json:"reference"`
	Form      string          `json:"form"`
	Version   string          `json:"version"` // the form version's hash
	Made      time.Time       `json:"made"`
	Orders    []Order         `json:"orders,omitempty"`
	Parts     []Part          `json:"parts,omitempty"`
	Events    string          `json:"events,omitempty"` // file of the event chain's headers: JSON, a list of casework.Header
}

// Part is a part of the case with the file that holds its bytes.
type Part struct {
	signing.Part
	File string `json:"file"`
	Salt []byte `json:"salt"` // 16 bytes
}

// Order is who was to sign, as it stood when the bundle was made.
type Order struct {
	ID      string          `json:"id"`
	About   string          `json:"about,omitempty"`   // what is signed: "application", "decision"
	Outcome signing.Outcome `json:"outcome,omitempty"` // "" while signatures are waited for
	Steps   []Step          `json:"steps"`             // one after the other
	Places  []Place         `json:"places"`
}

// Step says how many of its places must be filled; 0 all of them.
type Step struct {
	Need int `json:"need"`
}

// Place is one party's place in an order. In a party's copy what is not that party's business is "waiting".
type Place struct {
	Party    signing.PartyID    `json:"party"`
	Step     int                `json:"step"`
	State    signing.PlaceState `json:"state"`
	Since    time.Time          `json:"since"`
	Evidence string             `json:"evidence,omitempty"` // file of the evidence, or of the scan of what was signed on paper
}

// need is how many places of a step must be filled.
func (o Order) need(step int) int {
	if step < len(o.Steps) && o.Steps[step].Need > 0 {
		return o.Steps[step].Need
	}
	n := 0
	for _, p := range o.Places {
		if p.Step == step {
			n++
		}
	}
	return n
}

// included reports whether this copy must have the bytes of what has an audience.
func (ix Index) included(a signing.Audience) bool { return ix.Reader == "" || a.Includes(ix.Reader) }
