package proof_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"samtjanst/platform/canon"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/proof"
)

// Whoever changes something on purpose writes the index and the checksums anew. What people signed is found all the same.
func TestForgeries(t *testing.T) {
	rewrite := func(k *kase, name string, edit func(*proof.Evidence)) {
		var e proof.Evidence
		if err := json.Unmarshal(k.file(name).Bytes, &e); err != nil {
			t.Fatal(err)
		}
		edit(&e)
		k.file(name).Bytes = must(canon.Marshal(e))
	}
	redigest := func(k *kase, i int, body string) {
		p := &k.index.Parts[i]
		k.file(p.File).Bytes = []byte(body)
		p.Size, p.Digest = int64(len(body)), signing.Digest(p.Salt, []byte(body))
	}
	for name, c := range map[string]struct {
		make func() *kase
		want proof.FindingCode
		step proof.CheckStep // of the first signature that is broken; "" when none is
	}{
		"other answers":                    {func() *kase { k := signedCase(); k.file("svar.json").Bytes = []byte(`{"skola":"södra"}`); return k }, proof.FoundPart, proof.StepParts},
		"other answers, with their digest": {func() *kase { k := signedCase(); redigest(k, 0, `{"skola":"södra"}`); return k }, proof.FoundPartInfo, proof.StepParts},
		"another name on an attachment":    {func() *kase { k := signedCase(); k.index.Parts[3].Name = "avslag.pdf"; return k }, proof.FoundPartInfo, proof.StepParts},
		"a signed part taken out":          {func() *kase { k := signedCase(); k.drop("svar.json"); return k }, proof.FoundPartMissing, proof.StepParts},
		"another salt":                     {func() *kase { k := signedCase(); k.index.Parts[0].Salt = make([]byte, 16); return k }, proof.FoundPart, proof.StepParts},
		"registers that say something else": {func() *kase {
			k := signedCase()
			k.file("registeruppgifter.json").Bytes = []byte(`{"barn":2}`)
			return k
		}, proof.FoundUnsignedPart, ""},
		"a signature without evidence": {func() *kase {
			k := signedCase()
			k.index.Orders[0].Places[1].Evidence = ""
			k.files = slices.DeleteFunc(k.files, func(f proof.File) bool { return f.Name == "underskrift-p2.json" })
			return k
		}, proof.FoundPlace, ""},
		"said to be complete": {func() *kase {
			k := unsigned()
			k.sign("p1", nil)
			k.index.Orders[0].Outcome = signing.Complete
			return k
		}, proof.FoundPlace, ""},
		"evidence of one who has not signed":  {func() *kase { k := signedCase(); k.index.Orders[0].Places[1].State = signing.Waiting; return k }, proof.FoundPlace, ""},
		"evidence of one who was passed over": {func() *kase { k := signedCase(); k.index.Orders[0].Places[1].State = signing.Waived; return k }, proof.FoundPlace, ""},
		"one person's evidence twice": {func() *kase {
			k := signedCase()
			k.file("underskrift-p2.json").Bytes = k.file("underskrift-p1.json").Bytes
			return k
		}, proof.FoundOtherCase, proof.StepManifest},
		"one signature for two places": {func() *kase {
			k := unsigned()
			k.sign("p1", nil)
			again := k.index.Orders[0].Places[0]
			again.Evidence = "underskrift-p1-2.json"
			k.index.Orders[0].Places[1] = again
			k.files = append(k.files, proof.File{Name: again.Evidence, Bytes: k.file("underskrift-p1.json").Bytes})
			return k
		}, proof.FoundPlace, proof.StepManifest},
		"of another case": {func() *kase {
			k := unsigned()
			k.sign("p1", nil)
			k.sign("p2", func(m *signing.Manifest, _ *proof.Evidence) { m.Reference = "SKJ-IIII-JJJJ" })
			return k
		}, proof.FoundOtherCase, proof.StepManifest},
		"of another order": {func() *kase {
			k := unsigned()
			k.sign("p1", func(m *signing.Manifest, _ *proof.Evidence) { m.Order = "o2" })
			k.sign("p2", nil)
			return k
		}, proof.FoundOtherCase, proof.StepManifest},
		"common parts that differ": {func() *kase {
			k := unsigned()
			k.sign("p1", nil)
			k.sign("p2", func(m *signing.Manifest, _ *proof.Evidence) {
				m.Parts = slices.DeleteFunc(m.Parts, func(p signing.Part) bool { return p.Kind == "attachment" })
			})
			return k
		}, proof.FoundDiffer, proof.StepParts},
		"another manifest": {func() *kase {
			k := signedCase()
			rewrite(k, "underskrift-p1.json", func(e *proof.Evidence) { e.Manifest = strings.Replace(e.Manifest, "SKJ-ABCD-EFGH", "SKJ-IIII-JJJJ", 1) })
			return k
		}, proof.FoundManifest, proof.StepManifest},
		"another person": {func() *kase {
			k := signedCase()
			rewrite(k, "underskrift-p1.json", func(e *proof.Evidence) { e.Number = numbers["p2"] })
			return k
		}, proof.FoundSignature, proof.StepPerson},
		"a higher level": {func() *kase {
			k := signedCase()
			rewrite(k, "underskrift-p1.json", func(e *proof.Evidence) { e.Level = 4 })
			return k
		}, proof.FoundPerson, proof.StepPerson},
		"another text": {func() *kase {
			k := signedCase()
			rewrite(k, "underskrift-p1.json", func(e *proof.Evidence) { e.Text = "Jag avstår" })
			return k
		}, proof.FoundSignature, proof.StepText},
		"another day": {func() *kase {
			k := signedCase()
			rewrite(k, "underskrift-p1.json", func(e *proof.Evidence) { e.At = e.At.AddDate(0, 0, 1) })
			return k
		}, proof.FoundSignature, proof.StepStatus},
		"no evidence at all": {func() *kase { k := signedCase(); k.file("underskrift-p1.json").Bytes = []byte("{}"); return k }, proof.FoundEvidence, proof.StepForm},
		"evidence with extra": {func() *kase {
			k := signedCase()
			f := k.file("underskrift-p1.json")
			f.Bytes = append(f.Bytes, ' ')
			return k
		}, proof.FoundEvidence, proof.StepForm},
		"other events": {func() *kase { k := signedCase(); k.file("handelsekedja.json").Bytes = []byte(`[{"Seq":1}]`); return k }, proof.FoundEvents, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, checker(bank()), c.make().zip(t))
			if r.Verdict != proof.VerdictBroken || !slices.ContainsFunc(r.Findings, func(f proof.Finding) bool { return f.Code == c.want }) {
				t.Fatalf("%s %v, want %s", r.Verdict, r.Findings, c.want)
			}
			i := slices.IndexFunc(r.Signatures, func(s proof.Signature) bool { return s.State == proof.Broken })
			if i < 0 {
				if c.step != "" {
					t.Errorf("no signature is broken")
				}
				return
			}
			failed := slices.IndexFunc(r.Signatures[i].Checks, func(c proof.Check) bool { return c.State == proof.Broken })
			if got := r.Signatures[i].Checks[failed].Step; got != c.step {
				t.Errorf("it breaks at %q, want %q", got, c.step)
			}
		})
	}
}

// What the platform noted of a person beside the signature is not what the report says: it says what the signature says.
func TestNamesComeFromSignatures(t *testing.T) {
	k := unsigned()
	k.sign("p1", func(_ *signing.Manifest, e *proof.Evidence) { e.Name, e.Level = "Eva Provberg", 2 })
	k.sign("p2", nil)
	r := check(t, checker(bank()), k.zip(t))
	if s := r.Signatures[0].Signed; r.Verdict != proof.VerdictHolds || s.Name != "Ann Testsson" || s.Level != 3 {
		t.Errorf("%s: %+v", r.Verdict, s)
	}
}

// drop takes a part out of the index and the files.
func (k *kase) drop(name string) {
	k.index.Parts = slices.DeleteFunc(k.index.Parts, func(p proof.Part) bool { return p.File == name })
	k.files = slices.DeleteFunc(k.files, func(f proof.File) bool { return f.Name == name })
}

// Each byte of an archive counts: changed, taken out, put in, or put behind.
func TestEveryByteCounts(t *testing.T) {
	raw, c := signedCase().zip(t), checker(bank())
	notice := func(what string, changed []byte) {
		if r, err := c.Check(changed); err == nil && r.Verdict != proof.VerdictBroken {
			t.Fatalf("%s: %s", what, r.Verdict)
		} else if err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	rnd := rand.New(rand.NewPCG(4, 2026))
	for range 1000 {
		at := rnd.IntN(len(raw))
		changed := bytes.Clone(raw)
		changed[at] ^= byte(1 + rnd.IntN(255))
		notice("changed", changed)
	}
	for range 50 {
		at := rnd.IntN(len(raw))
		notice("taken out", slices.Delete(bytes.Clone(raw), at, at+1))
		notice("put in", slices.Insert(bytes.Clone(raw), at, byte(rnd.IntN(256))))
	}
	notice("put behind", append(bytes.Clone(raw), 0))
	notice("put before", append([]byte("PK\x03\x04"), raw...))
	notice("cut", raw[:len(raw)-22])
}

// A file that nobody knows, two of one name, one that is missing: whoever packs the archive anew does not get past.
func TestFilesAndIndexFit(t *testing.T) {
	k := signedCase()
	for name, edit := range map[string]func(files []proof.File) []proof.File{
		string(proof.FoundExtra): func(f []proof.File) []proof.File { return append(f, proof.File{Name: "nytt.txt", Bytes: []byte("x")}) },
		string(proof.FoundMissing): func(f []proof.File) []proof.File {
			return slices.DeleteFunc(f, func(f proof.File) bool { return f.Name == "handelsekedja.json" })
		},
		string(proof.FoundContainer): func(f []proof.File) []proof.File { return append(f, f[0]) },
		string(proof.FoundIndex): func(f []proof.File) []proof.File {
			return slices.DeleteFunc(f, func(f proof.File) bool { return f.Name == proof.IndexName })
		},
		string(proof.FoundChanged): func(f []proof.File) []proof.File {
			i := slices.IndexFunc(f, func(f proof.File) bool { return f.Name == proof.SumsName })
			f[i].Bytes = append(bytes.Clone(f[i].Bytes), '\n')
			return f
		},
	} {
		b, err := proof.New(k.index, k.files)
		if err != nil {
			t.Fatal(err)
		}
		b.Files = edit(slices.Clone(b.Files))
		var out bytes.Buffer
		if err := b.WriteZip(&out); err != nil {
			t.Fatal(err)
		}
		r := check(t, checker(bank()), out.Bytes())
		if r.Verdict != proof.VerdictBroken || !slices.ContainsFunc(r.Findings, func(f proof.Finding) bool { return string(f.Code) == name }) {
			t.Errorf("%s: %s %v", name, r.Verdict, r.Findings)
		}
	}
	for name, spoil := range map[string]func(*kase){
		"unknown file":           func(k *kase) { k.files = append(k.files, proof.File{Name: "nytt.txt"}) },
		"missing file":           func(k *kase) { k.files = k.files[1:] },
		"twice":                  func(k *kase) { k.files = append(k.files, k.files[0]) },
		"name of a path":         func(k *kase) { k.files[0].Name, k.index.Parts[0].File = "../svar.json", "../svar.json" },
		"name too long":          func(k *kase) { k.rename(strings.Repeat("a", 300)) },
		"name of this folder":    func(k *kase) { k.rename(".") },
		"name of the one above":  func(k *kase) { k.rename("..") },
		"no name":                func(k *kase) { k.files = append(k.files, proof.File{}) },
		"a line break in a name": func(k *kase) { k.rename("svar\n.json") },
		"a sign nobody sees":     func(k *kase) { k.rename("svar\x7f.json") },
		"a name in no alphabet":  func(k *kase) { k.rename("svar\xff.json") },
	} {
		k := signedCase()
		spoil(k)
		if _, err := proof.New(k.index, k.files); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
