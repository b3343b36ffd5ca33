package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"samtjanst/platform/canon"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
)

// Checker verifies bundles. The zero value knows no format of evidence and reads zip archives alone. It is safe for concurrent use.
type Checker struct {
	Formats map[evidence.Format]Verifier
	// Attachments reads the files that are attached to a PDF; nil: PDFs are not taken.
	Attachments func(pdf []byte) ([]File, error)
	// Seal checks a PDF's seal; nil: the report says that nobody has, and that nothing protects the pages that people read.
	Seal SealCheck
}

// Unusable is why a file cannot be checked at all; its words are keyed by it.
type Unusable string

// Reasons.
const (
	NotABundle Unusable = "not-a-bundle" // neither an archive nor a PDF
	Damaged    Unusable = "damaged"      // a PDF that is damaged, or that some other program has written
	NoEvidence Unusable = "no-evidence"  // an archive or a PDF without an index
)

// UnusableCodes lists them all, for tests that each has its words.
var UnusableCodes = []Unusable{NotABundle, Damaged, NoEvidence}

func (u Unusable) Error() string { return "proof: unusable: " + string(u) }

// Check reads a file and verifies what is in it. The error, of kind Invalid with an Unusable in its chain, means that there is nothing to
// check; whatever is wrong with a bundle is in the report.
func (c Checker) Check(file []byte) (Report, error) {
	const op = "proof.Check"
	unusable := func(u Unusable) (Report, error) { return Report{}, fault.New(op, fault.Invalid, u) }
	r := Report{Seal: Seal{State: SealNone}}
	var found findings
	var files []File
	switch {
	case isZip(file):
		r.Container = Zip
		var exact bool
		if files, exact = readZip(file); !exact {
			found.add(FoundContainer, "")
		}
		if !slices.ContainsFunc(files, func(f File) bool { return f.Name == IndexName || f.Name == SumsName }) {
			return unusable(NoEvidence)
		}
	case bytes.HasPrefix(file, []byte("%PDF-")) && c.Attachments != nil:
		r.Container = PDF
		var err error
		if files, err = c.Attachments(file); err != nil {
			return unusable(Damaged)
		}
		if !slices.ContainsFunc(files, func(f File) bool { return f.Name == IndexName || f.Name == SumsName }) {
			return unusable(NoEvidence)
		}
		if r.Seal.State = SealUnchecked; c.Seal != nil {
			r.Seal = c.Seal(file)
		}
		if r.Seal.State == SealBroken {
			found.add(FoundSeal, "")
		}
	default:
		return unusable(NotABundle)
	}
	v := &verification{checker: c, bundle: receive(files, &found), found: &found, report: &r}
	v.run()
	r.Findings = append([]Finding{}, found...)
	r.Verdict = r.verdict()
	return r, nil
}

// verification is one run of a Checker.
type verification struct {
	checker Checker
	bundle  *received
	index   Index
	found   *findings
	report  *Report
}

func (v *verification) run() {
	r := v.report
	r.Signatures, r.Orders, r.Parts, r.BySignatures, r.BySealOnly = []Signature{}, []OrderReport{}, []PartReport{}, []string{}, []string{}
	v.bundle.checkSums(v.found)
	ix, ok := v.bundle.index(v.found)
	if !ok {
		r.BySealOnly = v.bundle.names
		return
	}
	v.index = ix
	if r.Container == PDF && r.Seal.State == SealNone {
		r.Seal.State = SealUnsealed // the index says that it is a case, which leaves the platform sealed
	}
	r.Reader, r.Reference, r.Form, r.Version, r.Made = ix.Reader, ix.Reference, ix.Form, ix.Version, ix.Made
	for _, o := range ix.Orders {
		for _, pl := range o.Places {
			if pl.State == signing.Signed && pl.Evidence != "" {
				r.Signatures = append(r.Signatures, v.signature(o, pl))
			}
		}
	}
	v.parts()
	v.compare()
	for _, o := range ix.Orders {
		r.Orders = append(r.Orders, v.order(o))
	}
	if ix.Events != "" {
		r.Events = v.events(ix.Events)
	}
	v.protection()
}

// signature makes every check of one evidence but those of its parts.
func (v *verification) signature(o Order, pl Place) Signature {
	s := Signature{File: pl.Evidence, Order: o.ID, Party: pl.Party, State: OK}
	for _, step := range CheckSteps {
		s.Checks = append(s.Checks, Check{Step: step, State: Unchecked})
	}
	var e Evidence
	if err := strict(v.bundle.files[pl.Evidence], &e); err != nil || e.Type != EvidenceType {
		v.found.add(FoundEvidence, pl.Evidence)
		s.fail(StepForm, evidence.Structure)
		return s
	}
	s.Format, s.Recorded, s.Manifest, s.Call = e.Format, e.At, signing.ManifestDigest([]byte(e.Manifest)), e.Call
	verify := v.checker.Formats[e.Format]
	if verify == nil {
		v.found.add(FoundFormat, pl.Evidence)
		s.State = Unchecked
		return s
	}
	signed, err := verify(e)
	if errors.Is(err, ErrUnknownKey) {
		v.found.add(FoundKey, pl.Evidence)
		s.State = Unchecked
		return s
	}
	if err != nil {
		v.found.add(FoundSignature, pl.Evidence)
		code := evidence.CodeOf(err)
		if e.Format == evidence.BankID { // whose checks are made in the order of the steps
			s.pass(stepOf(code))
		}
		s.fail(stepOf(code), code)
		return s
	}
	s.pass(StepManifest)
	if !signed.Anchor.Known {
		s.set(StepRoot, UnknownRoot)
		s.State = UnknownRoot
	}
	higher := signed.Level != 0 && e.Level > signed.Level
	if signed.Number.Digits() != e.Number || higher { // the name is told as the signature has it
		v.found.add(FoundPerson, pl.Evidence)
		s.fail(StepPerson, evidence.WrongPerson)
		return s
	}
	if signing.CheckHidden(e.Hidden, []byte(e.Manifest)) != nil || strict([]byte(e.Manifest), &s.manifest) != nil || s.manifest.Type != signing.ManifestType {
		v.found.add(FoundManifest, pl.Evidence)
		s.fail(StepManifest, evidence.WrongHiddenData)
		return s
	}
	m := s.manifest
	if m.Reference != v.index.Reference || m.Form != v.index.Form || m.Version != v.index.Version || m.Order != o.ID || m.Signer != pl.Party {
		v.found.add(FoundOtherCase, pl.Evidence)
		s.fail(StepManifest, "")
		return s
	}
	s.set(StepManifest, OK)
	s.set(StepParts, OK) // until a part says otherwise
	s.Signed = &signed
	return s
}

// parts holds every part against every manifest that holds, and what nobody signed against the index.
func (v *verification) parts() {
	at := map[string]int{} // part → its place in the report
	state := func(p signing.Part) *PartReport {
		i, ok := at[p.ID]
		if !ok {
			i = len(v.report.Parts)
			at[p.ID] = i
			v.report.Parts = append(v.report.Parts, PartReport{ID: p.ID, Kind: p.Kind, Size: p.Size, State: DigestOnly,
				SignedBy: []signing.PartyID{}, ListedBy: []signing.PartyID{}})
		}
		return &v.report.Parts[i]
	}
	own := map[string]Part{}
	for _, p := range v.index.Parts {
		pr := state(p.Part)
		pr.Name, pr.File = p.Name, p.File
		body, there := v.bundle.files[p.File]
		switch {
		case !there:
			pr.State = Missing // told already
		case signing.CheckPart(p.Part, p.Salt, body):
			pr.State = OK
		default:
			pr.State = Broken
		}
		own[p.ID] = p
	}
	signed := map[string]bool{}
	for i := range v.report.Signatures {
		s := &v.report.Signatures[i]
		if s.Signed == nil {
			continue
		}
		for _, m := range s.manifest.Parts {
			signed[m.ID] = true
			pr, problem := state(m), FindingCode("")
			p, there := own[m.ID]
			switch {
			case there && !same(p.Part, m):
				problem, pr.State = FoundPartInfo, Broken
			case there && pr.State == Broken:
				problem = FoundPart
			case there && pr.State == Missing, !there && v.index.included(m.Audience):
				problem, pr.State = FoundPartMissing, Missing
			}
			switch {
			case problem != "":
				v.found.add(problem, pr.File)
				s.fail(StepParts, "")
			case m.Audience.Includes(s.Party):
				pr.SignedBy = append(pr.SignedBy, s.Party)
			default:
				pr.ListedBy = append(pr.ListedBy, s.Party)
			}
		}
	}
	for _, p := range v.index.Parts {
		if !signed[p.ID] && state(p.Part).State == Broken {
			v.found.add(FoundUnsignedPart, p.File)
		}
	}
}

// same reports whether the index says of a part what was signed. A signer's manifest leaves out names that are not for the signer.
func same(index, signed signing.Part) bool {
	if signed.Name == "" {
		index.Name = ""
	}
	return index == signed
}

// compare holds the signatures against each other: those of an order are about the same common parts, and none is counted twice.
func (v *verification) compare() {
	common := func(s Signature) (out []signing.Part) {
		for _, p := range s.manifest.Parts {
			if p.Audience == signing.Everybody {
				out = append(out, p)
			}
		}
		return out
	}
	first, seen := map[string]Signature{}, map[string]bool{}
	for i, s := range v.report.Signatures {
		if s.Signed == nil {
			continue
		}
		if seen[s.Manifest] { // one signature fills one place
			v.found.add(FoundPlace, s.File)
			v.report.Signatures[i].fail(StepManifest, "")
		}
		seen[s.Manifest] = true
		f, another := first[s.Order]
		if !another {
			first[s.Order] = s
		} else if !slices.Equal(common(f), common(s)) {
			v.found.add(FoundDiffer, s.File)
			v.report.Signatures[i].fail(StepParts, "")
		}
	}
}

// order counts whether those have signed who must.
func (v *verification) order(o Order) OrderReport {
	out := OrderReport{ID: o.ID, About: o.About, Outcome: o.Outcome, Met: true, Places: []PlaceReport{}}
	for n := range max(len(o.Steps), 1) {
		out.Steps = append(out.Steps, StepReport{Need: o.need(n)})
	}
	for _, pl := range o.Places {
		if pl.Step < 0 || pl.Step >= len(out.Steps) {
			v.found.add(FoundIndex, IndexName)
			continue
		}
		pr := PlaceReport{Party: pl.Party, Step: pl.Step, State: pl.State, Since: pl.Since, Evidence: Missing}
		step := &out.Steps[pl.Step]
		step.Of++
		for _, s := range v.report.Signatures {
			if s.File == pl.Evidence && s.Party == pl.Party && s.Order == o.ID {
				pr.Evidence = s.State
				if s.Signed != nil {
					pr.Name = s.Signed.Name
				}
			}
		}
		mine := v.index.Reader == "" || v.index.Reader == pl.Party
		switch {
		case pl.State == signing.Signed && pl.Evidence == "" && mine, pl.Evidence != "" && pl.State != signing.Signed && pl.State != signing.OnPaper:
			v.found.add(FoundPlace, IndexName)
		case pl.State == signing.Signed && pl.Evidence != "":
			if pr.Evidence == OK || pr.Evidence == UnknownRoot {
				step.Proven++
			}
		case pl.State.Done():
			step.Told++
			pr.Evidence = DigestOnly
		}
		out.Places = append(out.Places, pr)
	}
	for _, s := range out.Steps {
		out.Met = out.Met && s.Proven+s.Told >= s.Need
	}
	if o.Outcome == signing.Complete && !out.Met && v.sound(o) {
		v.found.add(FoundPlace, IndexName)
	}
	return out
}

// sound reports whether no signature of an order is broken, or of a kind that is not known: else that is what is wrong.
func (v *verification) sound(o Order) bool {
	return !slices.ContainsFunc(v.report.Signatures, func(s Signature) bool { return s.Order == o.ID && (s.State == Broken || s.State == Unchecked) })
}

// events checks the chain of headers.
func (v *verification) events(file string) *EventsReport {
	out := &EventsReport{State: Broken}
	headers, err := readHeaders(v.bundle.files[file])
	if err == nil {
		err = casework.VerifyChain(headers)
	}
	if err != nil {
		v.found.add(FoundEvents, file)
		return out
	}
	out.State, out.Count = OK, len(headers)
	if out.Count > 0 {
		out.Last = headers[out.Count-1].Hash
	}
	return out
}

// Headers writes the event chain as a bundle holds it.
func Headers(events []casework.Header) ([]byte, error) { return canon.Marshal(events) }

func readHeaders(raw []byte) (out []casework.Header, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&out); err != nil {
		return nil, err
	}
	again, err := Headers(out)
	if err == nil && !bytes.Equal(again, raw) {
		err = errors.New("proof: not in canonical form")
	}
	return out, err
}

// protection says of each file whether a signature that holds covers its bytes.
func (v *verification) protection() {
	covered := map[string]bool{}
	for _, p := range v.report.Parts {
		if p.State == OK && len(p.SignedBy)+len(p.ListedBy) > 0 {
			covered[p.File] = true
		}
	}
	for _, name := range v.bundle.names {
		if covered[name] {
			v.report.BySignatures = append(v.report.BySignatures, name)
		} else {
			v.report.BySealOnly = append(v.report.BySealOnly, name)
		}
	}
}
