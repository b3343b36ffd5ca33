package proof

import (
	"time"

	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
)

// EvidenceType is written into each evidence.
const EvidenceType = "samtjanst-evidence/1"

// Evidence is what is kept of a signature: everything a third party needs to check it, and nothing of what other parties wrote. It is kept in
// canonical form. A field may be added, none changes meaning; a program that does not know a field says that it cannot read the evidence.
type Evidence struct {
	Type      string          `json:"type"` // EvidenceType
	Provider  string          `json:"provider"`
	Format    evidence.Format `json:"format"`   // how Signature is verified
	Method    string          `json:"method"`   // in the provider's words
	Manifest  string          `json:"manifest"` // canonical JSON, as signed
	Text      string          `json:"text"`     // as shown to the person
	Markdown  bool            `json:"markdown"`
	Hidden    []byte          `json:"hidden"` // names the manifest
	Signature []byte          `json:"signature"`
	OCSP      []byte          `json:"ocsp"`
	Number    string          `json:"number"` // twelve digits
	Name      string          `json:"name"`
	At        time.Time       `json:"at"` // by the platform's clock
	IP        string          `json:"ip"`
	DeviceIP  string          `json:"deviceIp"`
	Level     int             `json:"level"`
	Call      *signing.Call   `json:"call,omitempty"` // in which an officer asked for it, by the authority's own word; nil when it was not on the telephone
}

// signer is whom the evidence names.
func (e Evidence) signer() (idno.Number, error) {
	number, err := idno.Parse(e.Number, e.At)
	if err != nil {
		return idno.Number{}, &evidence.Failure{Code: evidence.WrongPerson, Detail: "nobody is named"}
	}
	return number, nil
}

// alone refuses an OCSP answer beside a signature of a format that has none.
func (e Evidence) alone() error {
	if len(e.OCSP) != 0 {
		return &evidence.Failure{Code: evidence.OCSPStructure, Detail: "an OCSP answer, which this kind of evidence does not have"}
	}
	return nil
}

// Verifier makes every check of one format of evidence, that it was made by the person named, over the text and the hidden data in e. What
// it trusts, it holds. When all holds but that the roots are not known, it gives what it read with Anchor.Known false and no error. An
// error has an evidence.Code in its chain, or is ErrUnknownKey.
type Verifier func(e Evidence) (Signed, error)

// Signed is what a signature says of itself.
type Signed struct {
	Number idno.Number `json:"number"`
	Name   string      `json:"name"`
	At     time.Time   `json:"at"`     // by the clock of somebody else than the platform, where the format has such a time
	Method string      `json:"method"` // one of Methods; key of its words
	Level  int         `json:"level"`  // level of assurance, 2–4; 0 when the signature does not say, or by a name that is not known here
	Issuer string      `json:"issuer"`
	Anchor Anchor      `json:"anchor"`
}

// Anchor is the certificate that one must trust.
type Anchor struct {
	Name        string `json:"name"`
	Fingerprint string `json:"fingerprint,omitempty"` // SHA-256, hex; "" where it is a pinned key that the evidence does not hold
	Known       bool   `json:"known"`                 // among those trusted
}

// Methods beside those of BankID ("bankid-" and an evidence.Method) and Freja.
const (
	MethodSAML    = "saml"
	MethodService = "service"
)

// Methods lists them all, for tests that each has its words.
var Methods = []string{"bankid-mobile", "bankid-file", "bankid-card", "bankid-other", "freja", "freja+", MethodSAML, MethodService}

// bankIDLevel is the level that BankID has in the Swedish trust framework (kvalitetsmärket Svensk e-legitimation).
const bankIDLevel = 3

// BankID verifies BankID's signatures against roots; without roots none is known.
func BankID(roots evidence.Roots) Verifier {
	return func(e Evidence) (Signed, error) {
		number, err := e.signer()
		if err != nil {
			return Signed{}, err
		}
		in := evidence.Input{Received: evidence.Received{XML: e.Signature, OCSP: e.OCSP, Roots: roots, At: e.At}, Use: evidence.Signing,
			Number: number, Text: []byte(e.Text), Markdown: e.Markdown, Hidden: e.Hidden}
		v, err := evidence.VerifyBankID(in)
		if evidence.CodeOf(err) == evidence.Chain {
			v, err = evidence.VerifyUnanchored(in)
		}
		if err != nil {
			return Signed{}, err
		}
		return Signed{Number: v.Number, Name: v.Name, At: v.OCSPTime, Method: "bankid-" + string(v.Method), Level: bankIDLevel, Issuer: v.Issuer,
			Anchor: anchorOf(v.Anchor)}, nil
	}
}

// Step of the checks that are made of a signature, in the order in which they are made.
type CheckStep string

// Steps.
const (
	StepForm     CheckStep = "form"     // the evidence can be read and has nothing in it that does not belong there
	StepContent  CheckStep = "content"  // what was signed is as it was
	StepKey      CheckStep = "key"      // it was made with the key of the certificate
	StepStatus   CheckStep = "status"   // the certificate held then, says the certificate service, of this very signature
	StepRoot     CheckStep = "root"     // the certificate leads to a root
	StepPerson   CheckStep = "person"   // it is the person named, who signed and did not log in
	StepText     CheckStep = "text"     // the text shown
	StepManifest CheckStep = "manifest" // the list of what was signed is the one signed, of this case and this person
	StepParts    CheckStep = "parts"    // every part in this copy is what the list says
)

// CheckSteps lists them all.
var CheckSteps = []CheckStep{StepForm, StepContent, StepKey, StepStatus, StepRoot, StepPerson, StepText, StepManifest, StepParts}

// stepOf tells at which step a check stands; what a later format adds is a matter of form.
func stepOf(code evidence.Code) CheckStep {
	switch code {
	case evidence.SignatureDigest:
		return StepContent
	case evidence.SignatureValue:
		return StepKey
	case evidence.OCSPStructure, evidence.OCSPStatus, evidence.OCSPCertificate, evidence.OCSPResponder, evidence.OCSPSignature, evidence.OCSPNonce,
		evidence.OCSPTime, evidence.OCSPUnknown, evidence.Revoked, evidence.FrejaTime, evidence.WrongTime:
		return StepStatus
	case evidence.Chain, evidence.WrongIssuer:
		return StepRoot
	case evidence.KeyUsage, evidence.CertificateSubject, evidence.WrongUse, evidence.WrongPerson, evidence.NoPerson, evidence.NotApproved, evidence.LevelTooLow:
		return StepPerson
	case evidence.WrongText, evidence.WrongFormat:
		return StepText
	case evidence.WrongHiddenData, evidence.WrongOrder, evidence.WrongAudience:
		return StepManifest
	}
	return StepForm
}

// Check is one step with what came of it.
type Check struct {
	Step  CheckStep     `json:"step"`
	State State         `json:"state"`
	Code  evidence.Code `json:"code,omitempty"` // which check of the step failed
}

// Signature is one evidence with what came of every check.
type Signature struct {
	File     string          `json:"file"`
	Order    string          `json:"order"`
	Party    signing.PartyID `json:"party"`
	State    State           `json:"state"`
	Format   evidence.Format `json:"format,omitempty"`
	Signed   *Signed         `json:"signed,omitempty"`   // nil when the signature itself does not hold: what it says is then worth nothing
	Recorded time.Time       `json:"recorded,omitzero"`  // by the platform's clock
	Manifest string          `json:"manifest,omitempty"` // digest, hex
	Call     *signing.Call   `json:"call,omitempty"`     // the authority's own word: no signature covers it
	Checks   []Check         `json:"checks"`

	manifest signing.Manifest
}

// pass marks the steps before one as holding.
func (s *Signature) pass(before CheckStep) {
	for i := range s.Checks {
		if s.Checks[i].Step == before {
			return
		}
		if s.Checks[i].State == Unchecked {
			s.Checks[i].State = OK
		}
	}
}

// fail marks a step as broken.
func (s *Signature) fail(step CheckStep, code evidence.Code) {
	for i := range s.Checks {
		if s.Checks[i].Step == step {
			s.Checks[i].State, s.Checks[i].Code = Broken, code
		}
	}
	s.State = Broken
}

// set marks one step.
func (s *Signature) set(step CheckStep, state State) {
	for i := range s.Checks {
		if s.Checks[i].Step == step {
			s.Checks[i].State = state
		}
	}
}
