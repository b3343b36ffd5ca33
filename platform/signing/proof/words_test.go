package proof_test

import (
	"slices"
	"strings"
	"testing"

	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/signing/seal"
	"samtjanst/renderer/i18n"
)

// Every code has its words, in every language.
func TestEveryCodeHasWords(t *testing.T) {
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, v := range proof.Verdicts {
		keys = append(keys, "verify.verdict."+string(v)+".title", "verify.verdict."+string(v)+".text")
	}
	for _, c := range proof.FindingCodes {
		keys = append(keys, "verify.found."+string(c))
	}
	for _, c := range proof.CheckSteps {
		keys = append(keys, "verify.step."+string(c))
	}
	for _, s := range proof.SealStates {
		keys = append(keys, "verify.seal."+string(s))
	}
	for _, u := range proof.UnusableCodes {
		keys = append(keys, "verify.unusable."+string(u))
	}
	for _, s := range []proof.State{proof.OK, proof.Broken, proof.UnknownRoot, proof.Unchecked, proof.DigestOnly, proof.Missing} {
		keys = append(keys, "verify.state."+string(s))
	}
	for _, m := range proof.Methods {
		keys = append(keys, "verify.method."+m)
	}
	for _, c := range slices.Concat(evidence.Codes(), evidence.FrejaCodes(), evidence.SAMLCodes(), evidence.ServiceCodes()) {
		keys = append(keys, "evidence."+string(c))
	}
	for _, c := range seal.Codes() {
		keys = append(keys, "seal."+string(c))
	}
	for _, lang := range []string{"sv", "en"} {
		for _, key := range keys {
			if !texts.In(lang).Has(key) {
				t.Errorf("%s has no words in %s", key, lang)
			}
		}
	}
}

// Who does not know a word of cryptography reads who signed, when and how, or what is wrong and where.
func TestSay(t *testing.T) {
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	changed := signedCase()
	changed.file("svar.json").Bytes = []byte(`{"skola":"södra"}`)
	paper := unsigned()
	paper.sign("p1", nil)
	paper.index.Orders[0].Places[1].State = signing.Declined
	waived := unsigned()
	waived.sign("p1", nil)
	waived.index.Orders[0].Places[1].State = signing.Waived
	for name, c := range map[string]struct {
		checker proof.Checker
		k       *kase
		lang    string
		want    []string
	}{
		"holds": {checker(bank()), signedCase(), "sv", []string{"Underskrifterna stämmer", "Ann Testsson (19900101-2385) skrev under den 4 mars 2026 kl. 11.11 med Mobilt BankID, tillitsnivå 3.",
			"som är betrott här", "Alla som skulle skriva under har gjort det.", "Undertecknad av Ann Testsson, Bo Testsson", "Bara kontrollsummor skyddar: bevis.json"}},
		"holds, in English":   {checker(bank()), signedCase(), "en", []string{"The signatures hold", "with Mobile BankID, level of assurance 3."}},
		"changed":             {checker(bank()), changed, "sv", []string{"Något stämmer inte", "Filen svar.json är inte den som skrevs under.", "men innehållet i filen är inte det som skrevs under"}},
		"roots not known":     {checker(), signedCase(), "sv", []string{"utfärdaren är okänd", "Ett certifikat med namnet Ann Testsson", "inte är bland dem som är betrodda här. SHA-256: "}},
		"one is told":         {checker(bank()), waived, "sv", []string{"Underskrifterna stämmer", "enligt myndigheten. Alla underskrifter bevisas inte", "part p2: myndigheten gick vidare utan underskriften"}},
		"somebody is missing": {checker(bank()), paper, "sv", []string{"men några saknas", "part p2: har avböjt"}},
	} {
		r := check(t, c.checker, c.k.zip(t))
		text := flat(r.Say(texts.In(c.lang)))
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		if strings.Contains(text, "[") {
			t.Errorf("%s: a text is missing:\n%s", name, text)
		}
	}
}

func flat(s proof.Statement) string {
	var b strings.Builder
	b.WriteString(s.Title + "\n" + s.Text + "\n")
	var lines func([]proof.Line)
	lines = func(ls []proof.Line) {
		for _, l := range ls {
			b.WriteString(string(l.Mark) + " " + l.Text + "\n")
			lines(l.Details)
		}
	}
	for _, sec := range s.Sections {
		b.WriteString(sec.Title + "\n")
		lines(sec.Lines)
	}
	return b.String()
}
