package proof

import (
	"slices"
	"time"

	"samtjanst/platform/signing"
	"samtjanst/platform/signing/seal"
)

// State is what came of a check.
type State string

// States. UnknownRoot is not Broken: nothing has been changed, but whom the certificate comes from is not known to who checks.
const (
	OK          State = "ok"
	Broken      State = "broken"
	UnknownRoot State = "unknown-root"
	Unchecked   State = "unchecked" // an earlier check failed, or nobody here can make it
	DigestOnly  State = "digest-only"
	Missing     State = "missing"
)

// Verdict is the answer in one word: the worst of what was found.
type Verdict string

// Verdicts, the worst first.
const (
	VerdictBroken      Verdict = "broken"       // something has been changed, is missing, or was never so
	VerdictUnsealed    Verdict = "unsealed"     // a case PDF without its seal: what is attached is whole, what the pages say nobody vouches for
	VerdictUnchecked   Verdict = "unchecked"    // there is a signature of a kind, or by a key, that is not known here
	VerdictUnknownRoot Verdict = "unknown-root" // whole, but the roots are not among those trusted
	VerdictUnsigned    Verdict = "unsigned"     // whole, and nobody has signed
	VerdictIncomplete  Verdict = "incomplete"   // whole, and somebody's signature was still waited for
	VerdictHolds       Verdict = "holds"
)

// Verdicts lists them all.
var Verdicts = []Verdict{VerdictBroken, VerdictUnsealed, VerdictUnchecked, VerdictUnknownRoot, VerdictUnsigned, VerdictIncomplete, VerdictHolds}

// Finding is one thing that is wrong.
type Finding struct {
	Code FindingCode `json:"code"`
	File string      `json:"file,omitempty"` // where
}

// FindingCode is stable; its words are keyed by it.
type FindingCode string

// Findings.
const (
	FoundContainer    FindingCode = "container"     // the archive has bytes that belong to no file, or files that cannot be told apart
	FoundIndex        FindingCode = "index"         // the index is missing or unreadable
	FoundExtra        FindingCode = "extra"         // a file that the index does not know
	FoundMissing      FindingCode = "missing"       // a file of the index that is not there
	FoundChanged      FindingCode = "changed"       // a file that is not as its checksum says
	FoundEvidence     FindingCode = "evidence"      // an evidence that cannot be read
	FoundFormat       FindingCode = "format"        // an evidence of a format that is not known here
	FoundKey          FindingCode = "key"           // an evidence that cannot be checked with the keys that are trusted here
	FoundSignature    FindingCode = "signature"     // a signature that does not hold; its checks say why
	FoundPerson       FindingCode = "person"        // the evidence names another person, or a higher level, than its signature
	FoundManifest     FindingCode = "manifest"      // what is said to be signed is not what was signed
	FoundOtherCase    FindingCode = "other-case"    // a true signature, of another case, form, order or person
	FoundPart         FindingCode = "part"          // not the bytes that were signed
	FoundPartInfo     FindingCode = "part-info"     // the index says something else of a part than what was signed
	FoundPartMissing  FindingCode = "part-missing"  // a signed part that this copy should have
	FoundUnsignedPart FindingCode = "unsigned-part" // a part that nobody signed is not as the index says
	FoundDiffer       FindingCode = "differ"        // two people have signed different common parts
	FoundPlace        FindingCode = "place"         // said to be signed without evidence, the reverse, or one signature for two places
	FoundEvents       FindingCode = "events"        // the event chain does not hold together
	FoundSeal         FindingCode = "seal"          // the seal is broken: the file has been changed since it was sealed
)

// FindingCodes lists them all, for tests that each has its words.
var FindingCodes = []FindingCode{FoundContainer, FoundIndex, FoundExtra, FoundMissing, FoundChanged, FoundEvidence, FoundFormat, FoundKey, FoundSignature,
	FoundPerson, FoundManifest, FoundOtherCase, FoundPart, FoundPartInfo, FoundPartMissing, FoundUnsignedPart, FoundDiffer, FoundPlace, FoundEvents, FoundSeal}

type findings []Finding

// add notes a finding once.
func (f *findings) add(code FindingCode, file string) {
	if n := (Finding{code, file}); !slices.Contains(*f, n) {
		*f = append(*f, n)
	}
}

// Report is what a Checker found. It holds the names and numbers of those who signed, as the file does.
type Report struct {
	Verdict    Verdict         `json:"verdict"`
	Container  Container       `json:"container"`
	Reader     signing.PartyID `json:"reader,omitempty"` // whose copy it is; "" the authority's
	Reference  string          `json:"reference,omitempty"`
	Form       string          `json:"form,omitempty"`
	Version    string          `json:"version,omitempty"`
	Made       time.Time       `json:"made,omitzero"`
	Findings   []Finding       `json:"findings"`
	Signatures []Signature     `json:"signatures"`
	Orders     []OrderReport   `json:"orders"`
	Parts      []PartReport    `json:"parts"`
	Events     *EventsReport   `json:"events,omitempty"` // nil in a party's copy
	Seal       Seal            `json:"seal"`
	// What protects each file from changes made on purpose: the signatures of people, or nothing but the seal if there is one.
	BySignatures []string `json:"bySignatures"`
	BySealOnly   []string `json:"bySealOnly"`
}

// Container is what the bundle came in.
type Container string

// Containers.
const (
	Zip Container = "zip"
	PDF Container = "pdf"
)

// OrderReport says whether those have signed who must.
type OrderReport struct {
	ID      string          `json:"id"`
	About   string          `json:"about,omitempty"`
	Outcome signing.Outcome `json:"outcome,omitempty"`
	Met     bool            `json:"met"`
	Steps   []StepReport    `json:"steps"`
	Places  []PlaceReport   `json:"places"`
}

// StepReport counts one step: how many must, and how many are proven by a signature here or told by the authority alone.
type StepReport struct {
	Need   int `json:"need"`
	Of     int `json:"of"`
	Proven int `json:"proven"`
	Told   int `json:"told"` // on paper, waived, or signed with evidence that is not in this copy
}

// PlaceReport is one place: as the index says, and by which evidence.
type PlaceReport struct {
	Party    signing.PartyID    `json:"party"`
	Step     int                `json:"step"`
	Name     string             `json:"name,omitempty"` // of whoever signed
	State    signing.PlaceState `json:"state"`
	Since    time.Time          `json:"since,omitzero"`
	Evidence State              `json:"evidence"`
}

// PartReport is one part of what was signed, or of what lies beside it.
type PartReport struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Name     string            `json:"name,omitempty"`
	File     string            `json:"file,omitempty"`
	Size     int64             `json:"size"`
	State    State             `json:"state"`
	SignedBy []signing.PartyID `json:"signedBy"` // who read and signed it
	ListedBy []signing.PartyID `json:"listedBy"` // whose signature covers its digest, without having been shown it
}

// EventsReport is what came of the event chain.
type EventsReport struct {
	State State  `json:"state"`
	Count int    `json:"count"`
	Last  string `json:"last,omitempty"` // hash of the last header, to compare with what the authority keeps
}

// SealState is what came of the seal on a PDF.
type SealState string

// States of a seal.
const (
	SealHolds       SealState = "holds"
	SealUnknownRoot SealState = "unknown-root"
	SealBroken      SealState = "broken"
	SealNone        SealState = "none"      // there is none, nor should there be: an archive
	SealUnsealed    SealState = "unsealed"  // a case PDF, which the platform seals, without one: cut off, or never put on
	SealUnchecked   SealState = "unchecked" // nobody here can check it
)

// SealStates lists them all, for tests that each has its words.
var SealStates = []SealState{SealHolds, SealUnknownRoot, SealBroken, SealNone, SealUnsealed, SealUnchecked}

// Seal is the authority's own signature over a whole PDF. But for State and Code it says something only of a seal that holds, or comes from
// somebody unknown.
type Seal struct {
	State   SealState `json:"state"`
	Code    seal.Code `json:"code,omitempty"`   // which check failed
	By      string    `json:"by,omitempty"`     // the organisation of the certificate
	Number  string    `json:"number,omitempty"` // its organisation number, as the certificate has it: "NTRSE-2120009901"
	Issuer  string    `json:"issuer,omitempty"` // of the certificate
	At      time.Time `json:"at,omitzero"`
	Stamped string    `json:"stamped,omitempty"` // who vouches for At; "" when it is the authority's own word
	// Of SealUnknownRoot: where the seal's certificate leads, and the timestamp's; nil for one that leads to somebody trusted.
	Anchor      *Anchor `json:"anchor,omitempty"`
	StampAnchor *Anchor `json:"stampAnchor,omitempty"`
}

// SealCheck checks the seal of a PDF. It says SealHolds only when every byte of the file is under the seal, and SealNone of a file without
// one: whether it should have had one is the Checker's to say.
type SealCheck func(pdf []byte) Seal

// verdict is the worst of what was found.
func (r *Report) verdict() Verdict {
	for _, f := range r.Findings {
		if f.Code != FoundFormat && f.Code != FoundKey {
			return VerdictBroken
		}
	}
	if r.Seal.State == SealUnsealed { // known without trusting anybody: no unknown root may hide it
		return VerdictUnsealed
	}
	if len(r.Findings) > 0 {
		return VerdictUnchecked
	}
	if r.Seal.State == SealUnknownRoot || slices.ContainsFunc(r.Signatures, func(s Signature) bool { return s.State == UnknownRoot }) {
		return VerdictUnknownRoot
	}
	if len(r.Signatures) == 0 {
		return VerdictUnsigned
	}
	if r.Reader == "" && slices.ContainsFunc(r.Orders, func(o OrderReport) bool { return !o.Met && o.Outcome == signing.Going }) {
		return VerdictIncomplete
	}
	return VerdictHolds
}
