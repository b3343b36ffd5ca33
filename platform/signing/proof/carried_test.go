package proof_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"samtjanst/platform/fault"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/proof"
)

// rename gives the first file another name, in the index too.
func (k *kase) rename(to string) { k.files[0].Name, k.index.Parts[0].File = to, to }

// A bundle has room for so many files and no more.
func TestTooMuch(t *testing.T) {
	k := signedCase()
	for n := range proof.MaxFiles {
		k.add("facts", fmt.Sprint("uppgift-", n), signing.Everybody, "x")
	}
	if _, err := proof.New(k.index, k.files); !errors.Is(err, fault.TooLarge) {
		t.Errorf("%d files: %v", len(k.files), err)
	}
}

// What a PDF carries is taken in as strictly as an archive: two files of one name, a name that is a path, an index of another kind.
func TestCarriedFiles(t *testing.T) {
	b, err := proof.New(signedCase().index, signedCase().files)
	if err != nil {
		t.Fatal(err)
	}
	second := b.Files[0]
	second.Bytes = append(bytes.Clone(second.Bytes), ' ')
	for name, c := range map[string]struct {
		files []proof.File
		want  proof.FindingCode
	}{
		"two of one name":          {append(slices.Clone(b.Files), b.Files[0]), proof.FoundContainer},
		"two of one name, unequal": {append(slices.Clone(b.Files), second), proof.FoundContainer},
		"a path":                   {append(slices.Clone(b.Files), proof.File{Name: "a/b"}), proof.FoundContainer},
		"an index of another kind": {edited(b.Files, proof.IndexName, "samtjanst-bundle/1", "samtjanst-bundle/2"), proof.FoundIndex},
		"an index of more":         {edited(b.Files, proof.IndexName, `"form":`, `"fees":1,"form":`), proof.FoundIndex},
		"an index in other spaces": {edited(b.Files, proof.IndexName, `"form":`, `"form": `), proof.FoundIndex},
		"no checksums":             {slices.DeleteFunc(slices.Clone(b.Files), func(f proof.File) bool { return f.Name == proof.SumsName }), proof.FoundMissing},
	} {
		ck := checker(bank())
		ck.Attachments = func([]byte) ([]proof.File, error) { return c.files, nil }
		r := check(t, ck, []byte("%PDF-1.7"))
		if r.Verdict != proof.VerdictBroken || !slices.ContainsFunc(r.Findings, func(f proof.Finding) bool { return f.Code == c.want }) {
			t.Errorf("%s: %s %v, want %s", name, r.Verdict, r.Findings, c.want)
		}
	}
}

// A signature holds for its own form and version, a list of what was signed and an evidence are of the kind that is known, and a place stands
// in a step that there is.
func TestOtherKinds(t *testing.T) {
	signed := func(edit func(*signing.Manifest, *proof.Evidence)) *kase {
		k := unsigned()
		k.sign("p1", edit)
		k.sign("p2", nil)
		return k
	}
	placed := func(step int) *kase { k := signedCase(); k.index.Orders[0].Places[1].Step = step; return k }
	for name, c := range map[string]struct {
		k    *kase
		want proof.FindingCode
	}{
		"of another form":             {signed(func(m *signing.Manifest, _ *proof.Evidence) { m.Form = "fardtjanst" }), proof.FoundOtherCase},
		"of another version":          {signed(func(m *signing.Manifest, _ *proof.Evidence) { m.Version = "v2" }), proof.FoundOtherCase},
		"a list of another kind":      {signed(func(m *signing.Manifest, _ *proof.Evidence) { m.Type = "samtjanst-manifest/2" }), proof.FoundManifest},
		"an evidence of another kind": {signed(func(_ *signing.Manifest, e *proof.Evidence) { e.Type = "samtjanst-evidence/2" }), proof.FoundEvidence},
		"a step that is not there":    {placed(7), proof.FoundIndex},
		"a step before the first":     {placed(-1), proof.FoundIndex},
	} {
		r := check(t, checker(bank()), c.k.zip(t))
		if r.Verdict != proof.VerdictBroken || !slices.ContainsFunc(r.Findings, func(f proof.Finding) bool { return f.Code == c.want }) {
			t.Errorf("%s: %s %v, want %s", name, r.Verdict, r.Findings, c.want)
		}
	}
}

// Every step has to have what it needs: that the last one has is not enough. A complete order that is complete is told as such.
func TestStepByStep(t *testing.T) {
	k := unsigned()
	k.index.Orders[0].Steps = []proof.Step{{}, {}}
	k.index.Orders[0].Places[1].Step = 1
	k.sign("p2", nil)
	if r := check(t, checker(bank()), k.zip(t)); r.Orders[0].Met || r.Verdict != proof.VerdictIncomplete || r.Orders[0].Steps[1].Proven != 1 {
		t.Errorf("the last of two: %s %+v", r.Verdict, r.Orders[0])
	}
	k = unsigned()
	k.index.Orders[0].Steps = []proof.Step{{}, {}}
	k.index.Orders[0].Places[1].Step = 1
	k.sign("p1", nil)
	k.sign("p2", nil)
	k.index.Orders[0].Outcome = signing.Complete
	if r := check(t, checker(bank()), k.zip(t)); !r.Orders[0].Met || r.Verdict != proof.VerdictHolds {
		t.Errorf("both: %s %v %+v", r.Verdict, r.Findings, r.Orders[0])
	}
	k.file("handelsekedja.json").Bytes = append(k.file("handelsekedja.json").Bytes, ' ')
	if r := check(t, checker(bank()), k.zip(t)); !slices.ContainsFunc(r.Findings, func(f proof.Finding) bool { return f.Code == proof.FoundEvents }) {
		t.Errorf("events in other spaces: %s %v", r.Verdict, r.Findings)
	}
}

// edited are the files with a word exchanged in one.
func edited(files []proof.File, name, old, new string) []proof.File {
	out := slices.Clone(files)
	i := slices.IndexFunc(out, func(f proof.File) bool { return f.Name == name })
	out[i].Bytes = bytes.Replace(out[i].Bytes, []byte(old), []byte(new), 1)
	return out
}
