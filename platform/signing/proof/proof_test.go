package proof_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/canon"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
	"samtjanst/platform/signing/proof"
)

var now = time.Date(2026, 3, 4, 10, 11, 12, 0, time.UTC)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// bank and the two who sign; keys take time.
var (
	bank = sync.OnceValue(func() *et.Authority { return must(et.NewAuthority(now.AddDate(-1, 0, 0))) })
	ann  = sync.OnceValue(func() *et.Holder { return holder("199001012385", "Ann") })
	bo   = sync.OnceValue(func() *et.Holder { return holder("198506012387", "Bo") })
)

var numbers = map[signing.PartyID]string{"p1": "199001012385", "p2": "198506012387"}

func holder(number, given string) *et.Holder {
	return must(bank().Issue(et.Subject{Number: idno.Must(number), GivenName: given, Surname: "Testsson"}, now.AddDate(0, -1, 0)))
}

func holderOf(p signing.PartyID) *et.Holder {
	if p == "p1" {
		return ann()
	}
	return bo()
}

// kase is a case that a test can change before or after it is signed.
type kase struct {
	index proof.Index
	files []proof.File
}

func (k *kase) file(name string) *proof.File {
	i := slices.IndexFunc(k.files, func(f proof.File) bool { return f.Name == name })
	return &k.files[i]
}

func (k *kase) add(kind, name string, to signing.Audience, body string) {
	salt := []byte("salt of " + kind + "        ")[:16]
	p := signing.Part{ID: "part-" + name, Kind: kind, Name: name, Media: "application/json", Size: int64(len(body)), Audience: to, Digest: signing.Digest(salt, []byte(body))}
	k.index.Parts = append(k.index.Parts, proof.Part{Part: p, File: name, Salt: salt})
	k.files = append(k.files, proof.File{Name: name, Bytes: []byte(body)})
}

// parts are those that are signed.
func (k *kase) parts() (out []signing.Part) {
	for _, p := range k.index.Parts {
		if p.Kind != "facts" {
			out = append(out, p.Part)
		}
	}
	return out
}

// sign makes the evidence of a party.
func (k *kase) sign(p signing.PartyID, edit func(*signing.Manifest, *proof.Evidence)) {
	m := signing.NewManifest(k.index.Orders[0].ID, k.index.Reference, k.index.Form, k.index.Version, p, now, k.parts())
	e := proof.Evidence{Type: proof.EvidenceType, Provider: "bankid", Format: evidence.BankID, Number: numbers[p], Name: map[signing.PartyID]string{"p1": "Ann Testsson", "p2": "Bo Testsson"}[p],
		Text: "Jag skriver under", At: now.Add(20 * time.Second), IP: "192.0.2.7", Level: 3}
	if edit != nil {
		edit(&m, &e)
	}
	e.Manifest = string(must(m.Bytes()))
	e.Hidden = must(signing.Hidden([]byte(e.Manifest)))
	e.Signature = must(holderOf(p).Sign(et.Content{Text: []byte(e.Text), Hidden: e.Hidden, Service: "Ekköpings kommun"}))
	e.OCSP = must(holderOf(p).OCSP(e.Signature, now, et.Answer{}))
	name := "underskrift-" + string(p) + ".json"
	k.files = append(k.files, proof.File{Name: name, Bytes: must(canon.Marshal(e))})
	for i := range k.index.Orders[0].Places {
		if pl := &k.index.Orders[0].Places[i]; pl.Party == p {
			pl.State, pl.Evidence = signing.Signed, name
		}
	}
}

// unsigned is a case that two are to sign.
func unsigned() *kase {
	k := &kase{index: proof.Index{Reference: "SKJ-ABCD-EFGH", Form: "skolskjuts", Version: "v1", Made: now.Add(time.Hour), Events: "handelsekedja.json",
		Orders: []proof.Order{{ID: "o1", Steps: []proof.Step{{}}, Places: []proof.Place{{Party: "p1", State: signing.Waiting, Since: now}, {Party: "p2", State: signing.Waiting, Since: now}}}}}}
	k.add("answers", "svar.json", signing.Everybody, `{"skola":"norra"}`)
	k.add("own", "egna-uppgifter-p1.json", signing.Only("p1"), `{"gata":"Ekvägen 4"}`)
	k.add("own", "egna-uppgifter-p2.json", signing.Only("p2"), `{"gata":"Tallvägen 8"}`)
	k.add("attachment", "bilaga-1-intyg å.pdf", signing.Everybody, "%PDF-1.7 ett intyg")
	k.add("facts", "registeruppgifter.json", signing.Everybody, `{"barn":1}`)
	c := casework.Case{ID: "c1", Parties: []casework.Party{{ID: "p1"}, {ID: "p2"}}}
	k.files = append(k.files, proof.File{Name: "handelsekedja.json", Bytes: must(proof.Headers(c.Events))})
	return k
}

// signedCase is the authority's copy of a case that both have signed.
func signedCase() *kase {
	k := unsigned()
	k.sign("p1", nil)
	k.sign("p2", nil)
	return k
}

func (k *kase) zip(t testing.TB) []byte {
	t.Helper()
	b, err := proof.New(k.index, k.files)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := b.WriteZip(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func checker(trusted ...*et.Authority) proof.Checker {
	var pem []byte
	for _, a := range trusted {
		pem = append(pem, a.RootPEM()...)
	}
	var roots evidence.Roots
	if len(pem) > 0 {
		roots = must(evidence.ParseRoots(pem))
	}
	return proof.Checker{Formats: map[evidence.Format]proof.Verifier{evidence.BankID: proof.BankID(roots)}}
}

func check(t testing.TB, c proof.Checker, raw []byte) proof.Report {
	t.Helper()
	r, err := c.Check(raw)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestHolds(t *testing.T) {
	r := check(t, checker(bank()), signedCase().zip(t))
	if r.Verdict != proof.VerdictHolds || len(r.Findings) != 0 || len(r.Signatures) != 2 {
		t.Fatalf("%s %v", r.Verdict, r.Findings)
	}
	s := r.Signatures[0]
	if s.Signed == nil || s.Signed.Name != "Ann Testsson" || s.Signed.Number.Digits() != numbers["p1"] || !s.Signed.At.Equal(now) || s.Signed.Method != "bankid-mobile" || !s.Signed.Anchor.Known {
		t.Errorf("%+v", s.Signed)
	}
	for _, c := range s.Checks {
		if c.State != proof.OK {
			t.Errorf("%s is %s", c.Step, c.State)
		}
	}
	if o := r.Orders[0]; !o.Met || o.Steps[0] != (proof.StepReport{Need: 2, Of: 2, Proven: 2}) {
		t.Errorf("%+v", o)
	}
	if diff := cmp.Diff([]string{"bilaga-1-intyg å.pdf", "egna-uppgifter-p1.json", "egna-uppgifter-p2.json", "svar.json"}, r.BySignatures); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"bevis.json", "handelsekedja.json", "kontrollsummor.txt", "registeruppgifter.json", "underskrift-p1.json", "underskrift-p2.json"}, r.BySealOnly); diff != "" {
		t.Error(diff)
	}
}

// Ordinary programs read the archive.
func TestArchiveIsOrdinary(t *testing.T) {
	k := signedCase()
	raw := k.zip(t)
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range k.files {
		r, err := z.Open(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, f.Bytes) {
			t.Errorf("%s: %v, %d bytes of %d", f.Name, err, len(got), len(f.Bytes))
		}
	}
}

// Whose roots are not trusted is told apart from what is broken, with the fingerprint.
func TestUnknownRoot(t *testing.T) {
	other := must(et.NewAuthority(now.AddDate(-1, 0, 0)))
	for name, c := range map[string]proof.Checker{"no roots": checker(), "other roots": checker(other)} {
		r := check(t, c, signedCase().zip(t))
		if r.Verdict != proof.VerdictUnknownRoot || len(r.Findings) != 0 {
			t.Errorf("%s: %s %v", name, r.Verdict, r.Findings)
		}
		for _, s := range r.Signatures {
			if s.State != proof.UnknownRoot || s.Signed.Anchor.Known || len(s.Signed.Anchor.Fingerprint) != 64 || s.Signed.Anchor.Name == "" {
				t.Errorf("%s: %s %+v", name, s.State, s.Signed)
			}
			if i := slices.IndexFunc(s.Checks, func(c proof.Check) bool { return c.State != proof.OK }); s.Checks[i].Step != proof.StepRoot || s.Checks[i].State != proof.UnknownRoot {
				t.Errorf("%s: %+v", name, s.Checks)
			}
		}
	}
}

// A party's copy has that party's own: the rest is there by digest, and nothing is missing.
func TestPartysCopy(t *testing.T) {
	k := signedCase()
	k.index.Reader, k.index.Events = "p1", ""
	k.drop("egna-uppgifter-p2.json")
	k.drop("registeruppgifter.json")
	k.index.Orders[0].Places[1].Evidence = ""
	k.files = slices.DeleteFunc(k.files, func(f proof.File) bool { return f.Name == "underskrift-p2.json" || f.Name == "handelsekedja.json" })
	r := check(t, checker(bank()), k.zip(t))
	if r.Verdict != proof.VerdictHolds || r.Reader != "p1" {
		t.Fatalf("%s %v", r.Verdict, r.Findings)
	}
	if s := r.Orders[0].Steps[0]; s.Proven != 1 || s.Told != 1 || !r.Orders[0].Met {
		t.Errorf("%+v", s)
	}
	i := slices.IndexFunc(r.Parts, func(p proof.PartReport) bool { return p.State == proof.DigestOnly })
	if i < 0 || r.Parts[i].ID != "part-egna-uppgifter-p2.json" || r.Parts[i].Name != "" {
		t.Errorf("%+v", r.Parts)
	}
	k.drop("svar.json")
	if r := check(t, checker(bank()), k.zip(t)); r.Verdict != proof.VerdictBroken {
		t.Errorf("without the common answers: %s", r.Verdict)
	}
}

// What is whole but not all of it.
func TestNotYet(t *testing.T) {
	half := unsigned()
	half.sign("p1", nil)
	enough := unsigned()
	enough.sign("p1", nil)
	enough.index.Orders[0].Steps[0].Need = 1
	paper := unsigned()
	paper.sign("p1", nil)
	paper.index.Orders[0].Places[1].State, paper.index.Orders[0].Places[1].Evidence = signing.OnPaper, "underskrift-p2-skannad"
	paper.files = append(paper.files, proof.File{Name: "underskrift-p2-skannad", Bytes: []byte("%PDF-")})
	ended := unsigned()
	ended.sign("p1", nil)
	ended.index.Orders[0].Outcome = signing.Withdrawn
	foreign := unsigned()
	foreign.sign("p1", func(_ *signing.Manifest, e *proof.Evidence) { e.Format = "efos" })
	foreign.sign("p2", nil)
	for name, c := range map[string]struct {
		k    *kase
		want proof.Verdict
	}{
		"nobody": {unsigned(), proof.VerdictUnsigned}, "one of two": {half, proof.VerdictIncomplete}, "one is enough": {enough, proof.VerdictHolds},
		"ended before all had signed": {ended, proof.VerdictHolds},
		"one on paper":                {paper, proof.VerdictHolds}, "a format that is not known": {foreign, proof.VerdictUnchecked},
	} {
		if r := check(t, checker(bank()), c.k.zip(t)); r.Verdict != c.want {
			t.Errorf("%s: %s %v, want %s", name, r.Verdict, r.Findings, c.want)
		}
	}
}

func TestUnusable(t *testing.T) {
	var empty bytes.Buffer
	if err := (&proof.Bundle{Files: []proof.File{{Name: "a.txt"}}}).WriteZip(&empty); err != nil {
		t.Fatal(err)
	}
	pdf := checker(bank())
	pdf.Attachments = func([]byte) ([]proof.File, error) { return nil, errors.New("damaged") }
	plain := checker(bank())
	plain.Attachments = func([]byte) ([]proof.File, error) { return nil, nil }
	for name, c := range map[string]struct {
		checker proof.Checker
		raw     []byte
		want    proof.Unusable
	}{
		"nothing": {plain, nil, proof.NotABundle}, "text": {plain, []byte("hej"), proof.NotABundle}, "another archive": {plain, empty.Bytes(), proof.NoEvidence},
		"a PDF": {plain, []byte("%PDF-1.7"), proof.NoEvidence}, "a damaged PDF": {pdf, []byte("%PDF-1.7"), proof.Damaged},
	} {
		_, err := c.checker.Check(c.raw)
		var got proof.Unusable
		if !errors.As(err, &got) || got != c.want || !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// The seal speaks for what signatures do not cover: a broken one breaks the file, and only a whole one vouches for the pages.
func TestSeal(t *testing.T) {
	b, err := proof.New(signedCase().index, signedCase().files)
	if err != nil {
		t.Fatal(err)
	}
	c := checker(bank())
	c.Attachments = func([]byte) ([]proof.File, error) { return b.Files, nil }
	for state, want := range map[proof.SealState]proof.Verdict{proof.SealHolds: proof.VerdictHolds, proof.SealNone: proof.VerdictUnsealed,
		proof.SealBroken: proof.VerdictBroken, proof.SealUnknownRoot: proof.VerdictUnknownRoot} {
		c.Seal = func([]byte) proof.Seal { return proof.Seal{State: state} }
		if state == proof.SealNone { // the index says that it is a case
			state = proof.SealUnsealed
		}
		if r := check(t, c, []byte("%PDF-1.7")); r.Verdict != want || r.Seal.State != state {
			t.Errorf("%s: %s", state, r.Verdict)
		}
	}
	c.Seal = nil
	if r := check(t, c, []byte("%PDF-1.7")); r.Verdict != proof.VerdictHolds || r.Seal.State != proof.SealUnchecked {
		t.Errorf("nobody looks: %s, seal %s", r.Verdict, r.Seal.State)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(signedCase().zip(f))
	f.Add(unsigned().zip(f))
	f.Add([]byte("PK\x03\x04"))
	c := checker(bank())
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := c.Check(raw)
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		if err == nil && r.Verdict == "" {
			t.Fatal("no verdict")
		}
	})
}

// Freja's signature is checked against Freja's own certificate; without it nothing can be said, which is not that it is broken.
func TestFreja(t *testing.T) {
	freja := must(et.NewFreja(now.AddDate(-1, 0, 0)))
	k := unsigned()
	k.sign("p1", nil)
	k.sign("p2", nil)
	f := k.file("underskrift-p2.json")
	var e proof.Evidence
	if err := json.Unmarshal(f.Bytes, &e); err != nil {
		t.Fatal(err)
	}
	e.Format, e.Provider, e.OCSP = evidence.Freja, "freja", nil
	e.Signature = []byte(must(freja.Sign(et.FrejaResult{Ref: strings.Repeat("a", 64), Number: idno.Must(numbers["p2"]), GivenName: "Bo", Surname: "Testsson",
		Asked: true, Level: "PLUS", Text: []byte(e.Text), Hidden: e.Hidden, At: now})))
	f.Bytes = must(canon.Marshal(e))
	c := checker(bank())
	c.Formats[evidence.Freja] = proof.Freja(must(evidence.ParseFrejaSigners(freja.CertificatePEM())))
	if r := check(t, c, k.zip(t)); r.Verdict != proof.VerdictHolds || r.Signatures[1].Signed.Name != "Bo Testsson" || r.Signatures[1].Signed.Method != "freja+" {
		t.Errorf("%s %v %+v", r.Verdict, r.Findings, r.Signatures[1].Signed)
	}
	c.Formats[evidence.Freja] = proof.Freja(evidence.FrejaSigners{})
	if r := check(t, c, k.zip(t)); r.Verdict != proof.VerdictUnchecked || r.Signatures[1].State != proof.Unchecked || r.Signatures[1].Signed != nil {
		t.Errorf("without the certificate: %s %v", r.Verdict, r.Findings)
	}
	c.Formats[evidence.Freja] = proof.Freja(must(evidence.ParseFrejaSigners(freja.CertificatePEM())))
	e.Text = "Jag avstår"
	f.Bytes = must(canon.Marshal(e))
	if r := check(t, c, k.zip(t)); r.Verdict != proof.VerdictBroken || r.Findings[0].Code != proof.FoundSignature {
		t.Errorf("another text: %s %v", r.Verdict, r.Findings)
	}
}
