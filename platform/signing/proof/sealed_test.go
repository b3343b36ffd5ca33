package proof_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/sealtest"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/pdf"
)

// municipality is who seals; keys take time.
var municipality = sync.OnceValues(func() (*sealtest.Authority, *seal.Sealer) {
	a := must(sealtest.NewAuthority(now))
	return a, must(seal.New(must(a.Seal(sealtest.Organisation{Name: "Ekköpings kommun", Number: "2120009901"}, now)), clock.NewManual(now), nil))
})

// paper is a case as a PDF, with its bundle attached as the platform attaches it, before it is sealed.
func paper(t testing.TB, k *kase) []byte {
	t.Helper()
	b, err := proof.New(k.index, k.files)
	if err != nil {
		t.Fatal(err)
	}
	d := pdf.Doc{Title: "Ansökan om skolskjuts", Author: "Ekköpings kommun", Reference: k.index.Reference, Created: now,
		Blocks: []pdf.Block{pdf.Heading{Level: 2, Text: pdf.Text("Uppgifter")}}}
	for _, f := range b.Files {
		d.Attachments = append(d.Attachments, pdf.Attachment{Name: f.Name, MIME: "application/json", Relationship: pdf.Data, Bytes: f.Bytes})
	}
	return must(pdf.Render(d))
}

func sealedCase(t testing.TB) []byte {
	t.Helper()
	_, sealer := municipality()
	file, err := sealer.Seal(context.Background(), paper(t, signedCase()), seal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// sealing checks signatures and seals.
func sealing(trust seal.Trust) proof.Checker {
	c := checker(bank())
	c.Seal = proof.Sealed(trust)
	c.Attachments = func(file []byte) (out []proof.File, err error) {
		list, err := pdf.Extract(file)
		for _, a := range list {
			out = append(out, proof.File{Name: a.Name, Bytes: a.Bytes})
		}
		return out, err
	}
	return c
}

// A seal that holds says who sealed and when; one from somebody unknown is not broken, and its fingerprint is told.
func TestSealed(t *testing.T) {
	authority, _ := municipality()
	trust, others := must(seal.ParseTrust(authority.RootPEM(), nil)), must(seal.ParseTrust(bank().RootPEM(), nil))
	file := sealedCase(t)
	altered := bytes.Replace(file, []byte("Title"), []byte("Titel"), 1)
	texts := must(i18n.Embedded())
	unsealed := []string{"Filen saknar myndighetens stämpel", "bad Filen är inte stämplad, och det borde den vara: en ärende-PDF härifrån är alltid stämplad av myndigheten, om myndigheten har en stämpel."}
	for name, c := range map[string]struct {
		file  []byte
		trust seal.Trust
		state proof.SealState
		code  seal.Code
		want  proof.Verdict
		words []string
	}{
		"holds": {file, trust, proof.SealHolds, "", proof.VerdictHolds,
			[]string{"Underskrifterna stämmer", "good Myndighetens stämpel på hela filen är hel.", "Stämplad av Ekköpings kommun (2120009901) den 4 mars 2026 kl. 11.11", "Tiden är den som stämplade uppger",
				"good Myndighetens stämpel skyddar resten: bevis.json"}},
		"other roots": {file, others, proof.SealUnknownRoot, seal.Chain, proof.VerdictUnknownRoot,
			[]string{"utfärdaren är okänd", "note Myndighetens stämpel är hel, men", "Leder till certifikatet Samtjänst Simulator Seal CA v1, som inte är bland dem som är betrodda här. SHA-256: "}},
		"altered": {altered, trust, proof.SealBroken, seal.Digest, proof.VerdictBroken,
			[]string{"Något stämmer inte", "bad Myndighetens stämpel är bruten.", "bad Det som stämplades har ändrats."}},
		"altered, nobody trusted": {altered, seal.Trust{}, proof.SealBroken, seal.Digest, proof.VerdictBroken, []string{"bad Det som stämplades har ändrats."}},
		"a line more":             {append(bytes.Clone(file), '\n'), trust, proof.SealBroken, seal.Appended, proof.VerdictBroken, []string{"bad Något har lagts till efter att filen stämplades."}},
		"never sealed":            {paper(t, signedCase()), trust, proof.SealUnsealed, "", proof.VerdictUnsealed, unsealed},
		"cut back":                {file[:bytes.Index(file, []byte("%%EOF"))+len("%%EOF\n")], trust, proof.SealUnsealed, "", proof.VerdictUnsealed, unsealed},
		"cut back, nobody trusted": {file[:bytes.Index(file, []byte("%%EOF"))+len("%%EOF\n")], seal.Trust{}, proof.SealUnsealed, "", proof.VerdictUnsealed,
			unsealed},
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, sealing(c.trust), c.file)
			if r.Verdict != c.want || r.Seal.State != c.state || r.Seal.Code != c.code || (r.Seal.Anchor != nil) != (c.state == proof.SealUnknownRoot) {
				t.Errorf("%s %v %+v", r.Verdict, r.Findings, r.Seal)
			}
			text := flat(r.Say(texts.In("sv")))
			for _, want := range c.words {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			if strings.Contains(text, "[") {
				t.Errorf("a text is missing:\n%s", text)
			}
		})
	}
}

// Each byte of a sealed case counts, wherever it is: twelve hundred changed at random.
func TestEveryByteOfASealedCaseCounts(t *testing.T) {
	authority, _ := municipality()
	file := sealedCase(t)
	c := sealing(must(seal.ParseTrust(authority.RootPEM(), nil)))
	if r := check(t, c, file); r.Verdict != proof.VerdictHolds || r.Seal.State != proof.SealHolds {
		t.Fatalf("%s %v %+v", r.Verdict, r.Findings, r.Seal)
	}
	change := func(at int, by byte) {
		file[at] ^= by
		defer func() { file[at] ^= by }()
		if r, err := c.Check(file); err == nil && r.Verdict != proof.VerdictBroken {
			t.Errorf("byte %d of %d changed by %#x: %s, seal %s", at, len(file), by, r.Verdict, r.Seal.State)
		} else if err != nil && !errors.Is(err, fault.Invalid) {
			t.Errorf("byte %d changed by %#x: %v", at, by, err)
		}
	}
	rnd := rand.New(rand.NewPCG(4, 2026))
	for range 1000 {
		change(rnd.IntN(len(file)), byte(1+rnd.IntN(255)))
	}
	// And in what was appended, which says that there is a seal and where it is.
	own := bytes.Index(file, []byte("%%EOF")) // attached files are none
	for range 200 {
		change(own+rnd.IntN(len(file)-own), byte(1+rnd.IntN(255)))
	}
}
