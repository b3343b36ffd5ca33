package server_test

import (
	"errors"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
)

// forSomebody is an application for special transport that Anna makes as somebody's guardian ad litem.
func forSomebody(t *testing.T, w *servertest.World, who personas.ID) casework.ID {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "fardtjanst")
	if err != nil {
		t.Fatal(err)
	}
	save := func(page string, pairs ...string) {
		v, err := w.Flow.Page(w.Ctx, anna, draft, page, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Flow.Save(w.Ctx, anna, draft, flow.Post{Page: page, Rev: v.Rev, Values: servertest.Posted(pairs...)}); err != nil {
			t.Fatal(err)
		}
	}
	save("sokande", "/sokande/vem=annan", "/sokande/namn=Test Provsson", "/sokande/nummer="+who.Number().Digits(), "/sokande/gata=Provgatan 1",
		"/sokande/postnummer=990 10", "/sokande/ort=Ekköping")
	save("ombud", "/ombud/roll=god-man", "op=update")
	if _, err := w.Flow.Upload(w.Ctx, anna, draft, "/ombud/registerutdrag", "utdrag.pdf", strings.NewReader(samplePDF)); err != nil {
		t.Fatal(err)
	}
	save("ombud", "/ombud/roll=god-man")
	save("kontaktperson", "/kontaktperson/finns=false")
	save("hinder", "/hinder/beskrivning=Benen bär inte längre.", "/hinder/sedan=2019", "/hinder/varaktighet=bestaende", "/hinder/arstid=hela")
	save("formaga", "/formaga/sommar=50", "/formaga/vinter=20", "/formaga/buss=ja", "/formaga/sjalv=ja", "/formaga/fardsatt=buss")
	save("hjalpmedel", "/hjalpmedel/har=false")
	save("behov", "/forare/taEmot=true")
	save("hamtning", "/hamtning/telefon=070-174 06 05")
	save("intyg", "/intyg/finns=false")
	save("samtycke", "/samtycke/kontakt=false")
	save("tolk", "/tolk/behov=false")
	save("forsakran", "/forsakran/sant=true", "/forsakran/anmaler=true")
	save("egen", "/egen/email=anna.testsson@example.se")
	return w.Submit(anna, draft)
}

// Somebody who is only named in the answers, as the principal of a deputy, is asked about like everybody else before anything is shown or
// decided, and need not be in the deputy's family.
func TestNamedInTheAnswers(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := forSomebody(t, w, personas.GunnarTestman)
	if _, err := w.Flow.SigningPage(w.Ctx, anna, id); err != nil {
		t.Errorf("for somebody whom nothing protects: %v", err)
	}
	id = forSomebody(t, w, personas.HannaProvlind)
	if _, err := w.Flow.SigningPage(w.Ctx, anna, id); !errors.Is(err, fault.Hindered) {
		t.Errorf("for somebody protected: %v, want hindered", err)
	}
}
