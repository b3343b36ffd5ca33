package server_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/notify/mailsim"
	"samtjanst/integrations/notify/smssim"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// indexWord finds where a word or the beginning of one stands; -1 when nowhere. Elsa is in no Livsmedelsanläggning.
func indexWord(text, word string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		if before, _ := utf8.DecodeLastRuneInString(text[:i]); !unicode.IsLetter(before) {
			return i
		}
		from = i + len(word)
	}
}

// secrets are what somebody wrote or is, as it would look where it must not be.
var secrets = map[string]string{
	"a surname": "Testsson", "a child's name": "Elsa", "the other guardian's name": "Erik", "an officer's name": "Testhandl", "the decider's name": "Provbeslutande",
	"a number": "198403122388", "a number as people write it": "840312-2388", "a child's number": "201905142384", "the other's number": "198209052391",
	"an address": "Provgatan", "an e-mail address": "hemlig.adress@example.se", "the other's address": "hemlig.annan@example.se", "a telephone number": "701740606",
	"an answer": "Jag vill sitta bredvid min kompis", "an answer for the officer": "hemlig.given@example.se", "a file's name": "hemligt-intyg",
	"a file's content": "Patienten har en diagnos", "what was searched for": "hemligsökning", "reasons": "Eftersom vägen är farlig för barnet",
	"a ground": "Han svarar inte på något", "a text to complete": "Skicka in ett nytt intyg om benet", "why somebody declined": "Vi är oense om allting",
}

// lockedBuffer is where the log goes.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

// The whole path, with everything outside failing once on the way. Afterwards nothing of what the people are or wrote stands in the log, in an
// address, in a mail or SMS, in the database's file or log, or among the files on disk.
func TestNothingIsLeftLyingAbout(t *testing.T) {
	dir := t.TempDir()
	log := &lockedBuffer{}
	w := servertest.New(t, servertest.Options{Dir: dir, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	var addresses strings.Builder
	watch := func(b *httptestkit.Browser) *httptestkit.Browser {
		b.Check = func(what string, r httptestkit.Response) {
			fmt.Fprintln(&addresses, what, r.Header.Get("Location"), r.Header.Get("Content-Location"))
		}
		return b
	}
	a, e := watch(visitor(t, w, anna)), watch(visitor(t, w, erik))
	mona, birgitta := w.Staff(personas.MonaTesthandlaggare), w.Staff(personas.BirgittaProvbeslutande)
	m, bi := watch(visitor(t, w, mona)), watch(visitor(t, w, birgitta))
	if problems, err := w.Flow.SaveContact(w.Ctx, erik, casework.Contact{Email: "hemlig.annan@example.se", Phone: "070-174 06 06"}); err != nil || problems != nil {
		t.Fatal(problems, err)
	}

	// A login by the real protocol, so that a session is made as sessions are.
	login(t, w, personas.AnnaTestsson)
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "hemlig.adress@example.se")
	pages["grund"] = servertest.Posted("/grund/skal=annan")
	pages["omstandighet"] = servertest.Posted("/grund/omstandighet=Jag vill sitta bredvid min kompis")
	pages["barnet"] = servertest.Posted("/barnet/asikt=Jag vill sitta bredvid min kompis")
	pages["kontakt"] = servertest.Posted("/kontaktAnnan/email=hemlig.given@example.se")
	w.Fill(anna, draft, pages)
	a.Get("/ansokan/" + draft + "/omstandighet")
	pdf := []byte(strings.Replace(samplePDF, "%%EOF", "% Patienten har en diagnos\n%%EOF", 1))
	postFiles(t, a, "/ansokan/"+draft+"/omstandighet", "f/bilagor/ovrigt", sent{"hemligt-intyg.pdf", "application/pdf", pdf}, sent{"hemligt-intyg.exe", "x/y", []byte("MZ")})
	for _, page := range []string{"elev", "egen", "kontrollera"} {
		a.Get("/ansokan/" + draft + "/" + page)
	}
	fresh, err := w.Flow.Page(w.Ctx, anna, draft, "omstandighet", false)
	if err != nil || len(fresh.Files) != 1 {
		t.Fatalf("%d files, %v", len(fresh.Files), err)
	}
	a.Get("/ansokan/" + draft + "/kontrollera")
	a.Submit("/ansokan/"+draft+"/kontrollera", nil)
	a.Want(http.StatusSeeOther)
	id := casework.ID(strings.TrimPrefix(strings.Split(a.Page.Header.Get("Location"), "?")[0], "/arende/"))
	kase := "/arende/" + string(id)

	// Everything outside fails in its ways, which is when texts of others end up in logs.
	for _, f := range []mailsim.Fault{mailsim.Down, mailsim.Later, mailsim.RefuseSender, mailsim.RejectText, mailsim.LoseAnswer} {
		if err := w.Sim.Mail.Fail(f, 1); err != nil {
			t.Fatal(err)
		}
		if err := w.Flow.Remind(w.Ctx, mona, id, "p2"); err != nil {
			t.Fatal(err)
		}
		if err := w.Sim.SMS.Fail(smssim.Reject, 1); err != nil {
			t.Fatal(err)
		}
		w.Run()
		w.Clock.Advance(2 * time.Hour)
	}
	for _, f := range []navetsim.Fault{navetsim.Down, navetsim.Error500, navetsim.Malformed, navetsim.BadRequest, navetsim.WrongType} {
		if err := w.Sim.Navet.Fail(f, 0); err != nil {
			t.Fatal(err)
		}
		e.Get(kase + "/underskrift")
		w.Run()
		w.Clock.Advance(2 * time.Hour)
	}
	w.Sim.Navet.Reset()
	for _, action := range []bankidsim.Action{bankidsim.AlreadyInProgress, bankidsim.InvalidParameters, bankidsim.Malformed, bankidsim.WrongPerson, bankidsim.AlteredSignature} {
		w.Sim.BankID.Reset()
		if err := w.Sim.BankID.Script(anna.Citizen.Number, bankidsim.Scenario{Do: action, AtStart: action == bankidsim.InvalidParameters || action == bankidsim.Malformed}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Flow.StartSigning(w.Ctx, anna, id, "", servertest.Client); err == nil {
			if _, err := w.Flow.PollSigning(w.Ctx, anna, id); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Sim.BankID.Reset()
	a, e, m, bi = watch(visitor(t, w, anna)), watch(visitor(t, w, erik)), watch(visitor(t, w, mona)), watch(visitor(t, w, birgitta)) // the hours have passed

	w.Sign(anna, id)
	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=hemlig.annan@example.se")})
	e.Get(kase)
	e.Get(kase + "/kopia")
	m.Get("/admin/arenden")
	m.Submit("/admin/arenden/sok", url.Values{"sok": {"hemligsökning Elsa"}, "q": {"hemligsökning Elsa"}})
	m.Follow()
	m.Get("/admin" + strings.Replace(kase, "arende", "arenden", 1))
	if problems, err := w.Flow.OrderCompletion(w.Ctx, mona, id, w.Head(id).Order.Missing(), "Skicka in ett nytt intyg om benet", "2027-01-15"); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	if err := w.Flow.Decline(w.Ctx, erik, id, "Vi är oense om allting"); err != nil {
		t.Fatal(err)
	}
	if problems, err := w.Flow.GoOn(w.Ctx, mona, id, "p2", "Han svarar inte på något"); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	in := bifall
	in.Reasons = "Eftersom vägen är farlig för barnet"
	if problems, err := w.Flow.Decide(w.Ctx, birgitta, id, revision(t, w, id), in); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	w.Run()
	bi.Get("/admin" + strings.Replace(kase, "arende", "arenden", 1) + "/arende.pdf")
	a.Get(kase + "/beslut")
	a.Get("/mina-sidor")
	w.Run()

	places := map[string]string{"the log": log.text(), "an address": addresses.String()}
	for _, mail := range w.Sim.Mail.Messages("") {
		places["a mail"] += mail.Subject + "\n" + mail.Body + "\n" + mail.ID + "\n" + mail.From + "\n"
	}
	for _, sms := range w.Sim.SMS.Messages("") {
		places["an SMS"] += sms.Text + "\n"
	}
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if rel == "sim" || rel == "handover" { // other people's systems: what they keep, and what is handed to them
				return filepath.SkipDir
			}
			return nil
		}
		raw, err := os.ReadFile(file)
		places[rel] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(places["the log"]) < 1000 || len(places["samtjanst.db"])+len(places["samtjanst.db-wal"]) < 50_000 || places["a mail"] == "" || len(places) < 7 {
		t.Fatalf("too little to look through: %d bytes of log, %d places", len(places["the log"]), len(places))
	}
	for place, text := range places {
		for what, secret := range secrets {
			if i := indexWord(strings.ToLower(text), strings.ToLower(secret)); i >= 0 {
				t.Errorf("%s stands in %s: …%q…", what, place, text[max(0, i-120):min(len(text), i+60)])
			}
		}
	}
}
