package server_test

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/integrations/population"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/server/servertest"
)

var certificate = []byte("%PDF-1.7\nTjänstgöringsintyg för Anna Testsson\n%%EOF\n")

// orderCertificate is an order for a certificate of service that Anna has handed in in Ekköping.
func orderCertificate(t *testing.T, w *servertest.World) casework.ID {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "intyg-om-anstallning")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, map[string]url.Values{
		"intyg":       servertest.Posted("/bestallning/slag=tjanstgoringsintyg", "/bestallning/syfte=Nytt arbete"),
		"person":      servertest.Posted("/person/tidigare=false"),
		"anstallning": servertest.Posted("/anstallning/status=kvar"),
		"perioder": servertest.Posted("r/anstallning/perioder=n0", "/anstallning/perioder/n0/arbetsplats=Norra skolan", "/anstallning/perioder/n0/befattning=Lärare",
			"/anstallning/perioder/n0/form=tillsvidare", "y/anstallning/perioder/n0/fran=2018", "m/anstallning/perioder/n0/fran=8", "d/anstallning/perioder/n0/fran=15"),
		"tjanstgoringsintyg": servertest.Posted("/tjanstgoring/omfattning=alla", "/tjanstgoring/sprak=sv"),
		"leverans":           servertest.Posted("/leverans/ovriga=fil"),
		"egen":               servertest.Posted("/egen/email=anna.testsson@example.se"),
	})
	id := w.Submit(anna, draft)
	w.Run()
	return id
}

// handout gives files one after another, as a posted form does.
func handout(way, message string, files ...string) flow.HandoutInput {
	return flow.HandoutInput{Way: way, Message: message, Files: func() (string, io.Reader, error) {
		if len(files) == 0 {
			return "", nil, io.EOF
		}
		name := files[0]
		files = files[1:]
		return name, bytes.NewReader(certificate), nil
	}}
}

// A certificate goes from the officer to the one who ordered it, and to nobody else; nothing is decided and no family is asked about.
func TestHandOut(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := orderCertificate(t, w)
	lova := w.Staff(personas.LovaLonetest)
	c, err := w.Flow.StaffCase(w.Ctx, lova, id)
	if err != nil {
		t.Fatal(err)
	}
	if list, _ := c.Facts["children"].([]any); len(list) > 0 || c.FactsSource != "Navet" {
		t.Errorf("facts from %q about %d children: who orders a certificate is asked for alone", c.FactsSource, len(list))
	}
	for name, in := range map[string]flow.HandoutInput{"way": handout("", ""), "way ": handout("brevduva", ""), "files": handout("fil", ""), "message": handout("inget", " ")} {
		problems, err := w.Flow.HandOut(w.Ctx, lova, id, c.Rev, in)
		if err != nil || len(problems) != 1 || problems[0].Pointer != forms.Pointer("/"+strings.TrimSpace(name)) {
			t.Errorf("%s: %v, %v", name, problems, err)
		}
	}
	if _, err := w.Flow.HandOut(w.Ctx, lova, id, c.Rev-1, handout("fil", "", "intyg.pdf")); !errors.Is(err, fault.Conflict) {
		t.Errorf("on an older revision: %v", err)
	}
	problems, err := w.Flow.HandOut(w.Ctx, lova, id, c.Rev, handout("fil", "Hör av dig om något är **fel**.", "intyg.pdf", "intyg.pdf"))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	w.Run()
	if h := w.Head(id); h.State != casework.Delivered || slices.Contains(h.Labels(), "unreported") || h.Decision != nil {
		t.Fatalf("the case is %s with labels %v", h.State, h.Labels())
	}
	if _, err := w.Flow.HandOut(w.Ctx, lova, id, c.Rev+1, handout("fil", "", "intyg.pdf")); !errors.Is(err, fault.Conflict) {
		t.Errorf("handed out twice: %v", err)
	}
	v, err := w.Flow.Case(w.Ctx, anna, id)
	if err != nil || v.Handout == nil || len(v.Handout.Files) != 2 || v.MayWithdraw {
		t.Fatalf("the applicant sees %+v, %v", v, err)
	}
	file := v.Handout.Files[0].ID
	social := w.Staff(personas.SivSocialtest)
	for name, err := range map[string]error{
		"another citizen opens it":         errOf(w.Flow.HandoutFile(w.Ctx, erik, id, file)),
		"another citizen reads the letter": errOf(w.Flow.HandoutPDF(w.Ctx, erik, id)),
		"a file that is none":              errOf(w.Flow.HandoutFile(w.Ctx, anna, id, "saknas")),
		"another board opens it":           errOf(w.Flow.StaffAttachment(w.Ctx, social, id, file)),
		"another board hands out":          errOf(w.Flow.HandOut(w.Ctx, social, id, c.Rev, handout("fil", "", "intyg.pdf"))),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want not found", name, err)
		}
	}
	for name, open := range map[string]func() (*flow.File, error){
		"the applicant": func() (*flow.File, error) { return w.Flow.HandoutFile(w.Ctx, anna, id, file) },
		"the officer":   func() (*flow.File, error) { return w.Flow.StaffAttachment(w.Ctx, lova, id, file) },
	} {
		f, err := open()
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := io.ReadAll(f.Body)
		if err := errors.Join(err, f.Body.Close()); err != nil || !bytes.Equal(got, certificate) {
			t.Errorf("%s gets %q, %v", name, got, err)
		}
	}
	if h := w.Head(id); h.State != casework.Closed {
		t.Errorf("opened, and the case is %s", h.State)
	}
	if err := errOf(w.Flow.CasePDF(w.Ctx, lova, id)); err != nil {
		t.Error(err)
	}
}

// Whoever has become protected since the order gets the certificate by the officer's hand: no notice goes, and no page shows it.
func TestHandOutToTheProtected(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := orderCertificate(t, w)
	lova := w.Staff(personas.LovaLonetest)
	if err := w.Sim.Navet.Protect(personas.AnnaTestsson, population.Marked); err != nil {
		t.Fatal(err)
	}
	c, err := w.Flow.StaffCase(w.Ctx, lova, id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Flow.HandOut(w.Ctx, lova, id, c.Rev, handout("fil", "", "intyg.pdf")); !errors.Is(err, fault.Conflict) {
		t.Fatalf("the officer hands out without having seen the protection: %v", err)
	}
	if c, err = w.Flow.StaffCase(w.Ctx, lova, id); err != nil || !c.Case.Guarded {
		t.Fatalf("the case is not marked: %v", err)
	}
	before := len(w.Sim.Mail.Messages(""))
	if problems, err := w.Flow.HandOut(w.Ctx, lova, id, c.Rev, handout("fil", "", "intyg.pdf")); err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	w.Run()
	if n := len(w.Sim.Mail.Messages("")); n > before {
		t.Errorf("%d notices went out", n-before)
	}
	h := w.Head(id)
	if err := errOf(w.Flow.HandoutFile(w.Ctx, anna, id, h.Handout.Files[0].Part.ID)); !errors.Is(err, fault.Hindered) {
		t.Errorf("opening the file: %v", err)
	}
	i := slices.IndexFunc(h.OpenTasks(), func(k casework.Task) bool { return k.Kind == casework.TaskLetter && k.Detail == "delivery" })
	if i < 0 {
		t.Fatalf("nobody is asked to post it: %v", h.OpenTasks())
	}
	if err := w.Flow.LetterSent(w.Ctx, lova, id, "p1", "delivery", h.OpenTasks()[i].ID); err != nil {
		t.Error(err)
	}
}
