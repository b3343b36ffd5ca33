package server_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/forms/library"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/timestamp/timestamptest"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/signing/seal"
	"samtjanst/renderer/pdf/pdftest"
)

// sealTrust is what a municipality's seal is held against.
func sealTrust(w *servertest.World) seal.Trust {
	return seal.Trust{Roots: w.Sim.Stamps.Roots(), StampRoots: w.Sim.Stamps.Roots(), Now: w.Clock.Now()}
}

// opened reads what a use case gives.
func opened(t *testing.T) func(*flow.File, error) []byte {
	return func(f *flow.File, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return read(t, f)
	}
}

// tool runs a program of the system's on a file. Without it a test in CI fails; elsewhere it says what it did not check.
func tool(t *testing.T, file []byte, name string, args ...string) (out string, ok bool) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing: apt-get install poppler-utils", name)
		}
		t.Logf("not checked with %s, which is missing", name)
		return "", false
	}
	at := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(at, file, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append(args, at)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	raw, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, raw)
	}
	return string(raw), true
}

// Documents of record come sealed by the municipality, each in its language and for its reason, tagged and fit for the archive.
func TestDocumentsAreSealed(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	get := opened(t)
	officer := w.Staff(personas.MonaTesthandlaggare)
	id := decide(t, w, personas.ElsaTestsson)
	english := anna
	english.Lang = "en"
	decision := get(w.Flow.DecisionPDF(w.Ctx, anna, id))
	for name, part := range map[string][]byte{"the officer": get(w.Flow.StaffPart(w.Ctx, officer, id, w.Head(id).Decision.PDF.Part.ID)),
		"the other guardian": get(w.Flow.DecisionPDF(w.Ctx, erik, id))} {
		if !bytes.Equal(part, decision) {
			t.Errorf("%s gets another decision than the applicant", name)
		}
	}
	for name, d := range map[string]struct {
		file                []byte
		reason, title, lang string
	}{
		"decision":           {decision, "Beslutet är fattat", "Beslut: Ansök om skolskjuts", "sv"},
		"case":               {get(w.Flow.CasePDF(w.Ctx, officer, id)), "Ärendet så som det är lagrat", "Ansök om skolskjuts – " + w.Head(id).Reference, "sv"},
		"applicant's copy":   {get(w.Flow.CopyPDF(w.Ctx, anna, id)), "Partens kopia av det som har lämnats in", "Ansök om skolskjuts – kopia", "sv"},
		"guardian's copy":    {get(w.Flow.CopyPDF(w.Ctx, erik, id)), "Partens kopia av det som har lämnats in", "Ansök om skolskjuts – kopia", "sv"},
		"receipt":            {get(w.Flow.ReceiptPDF(w.Ctx, anna, id)), "Ansökan har kommit in", "Ansök om skolskjuts", "sv"},
		"receipt in English": {get(w.Flow.ReceiptPDF(w.Ctx, english, id)), "The application has been received", "Apply for school transport", "en"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := seal.Verify(d.file, sealTrust(w))
			if err != nil {
				t.Fatal(err)
			}
			if r.Sealer.Organisation != "Ekköpings kommun" || r.Sealer.Number != "NTRSE-2120009901" || r.Level != seal.TimestampedLevel || r.Reason != d.reason || r.Location != "Ekköping" {
				t.Errorf("%+v", r)
			}
			pdftest.Archivable(t, d.file)
			if !bytes.Contains(d.file, []byte("/Lang ("+d.lang+")")) {
				t.Errorf("the document is not in %s", d.lang)
			}
			if out, ok := tool(t, d.file, "pdfinfo"); ok && (!strings.Contains(out, "Title:           "+d.title+"\n") || !strings.Contains(out, "Tagged:          yes\n")) {
				t.Errorf("pdfinfo:\n%s", out)
			}
			if out, ok := tool(t, d.file, "pdfinfo", "-struct"); ok && (!strings.Contains(out, "H1 (block)") || !strings.Contains(out, "Form\n") && !strings.Contains(out, "Form ")) {
				t.Errorf("the structure is\n%s", out)
			}
			if out, ok := tool(t, d.file, "pdfsig"); ok && (!strings.Contains(out, "Signature is Valid.") || !strings.Contains(out, "Total document signed")) {
				t.Errorf("pdfsig:\n%s", out)
			}
		})
	}
	if out, ok := tool(t, get(w.Flow.CasePDF(w.Ctx, officer, id)), "pdfinfo", "-struct"); ok {
		for _, want := range []string{"H2 (block)", "THead", "TH:", "LBody (block)"} {
			if !strings.Contains(out, want) {
				t.Errorf("the case has no %s", want)
			}
		}
	}
	rnd := rand.New(rand.NewPCG(4, 5))
	for range 300 {
		at, by := rnd.IntN(len(decision)), byte(1+rnd.IntN(255))
		decision[at] ^= by
		if _, err := seal.Verify(decision, sealTrust(w)); !errors.Is(err, fault.Invalid) {
			t.Errorf("byte %d changed by %#x: %v", at, by, err)
		}
		decision[at] ^= by
	}
}

// What the two copies hold: the authority's every evidence, a party's the own alone, with what the others have done in words.
func TestTwoCopies(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	get := opened(t)
	id := signedByTwo(t, w)
	for name, c := range map[string]struct {
		file     []byte
		evidence int
		says     []string
		never    []string
	}{
		"the authority's": {get(w.Flow.CasePDF(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id)), 2,
			[]string{"Anna Testsson, " + anna.Citizen.Number.Dashed(), "Erik Testsson, " + erik.Citizen.Number.Dashed(), "2026-11-23 kl. 11.00", "erik@example.se"}, nil},
		"the applicant's": {get(w.Flow.CopyPDF(w.Ctx, anna, id)), 1,
			[]string{"Anna Testsson", "Erik Testsson", "2026-11-23 kl. 11.00"}, []string{"erik@example.se", erik.Citizen.Number.Dashed(), erik.Citizen.Number.Digits()}},
	} {
		evidence := 0
		for _, at := range attachedTo(t, c.file) {
			if bytes.Contains(at.Bytes, []byte(proof.EvidenceType)) {
				evidence++
			}
			for _, secret := range c.never {
				if bytes.Contains(at.Bytes, []byte(secret)) {
					t.Errorf("%s: %s says %s", name, at.Name, secret)
				}
			}
		}
		if evidence != c.evidence {
			t.Errorf("%s holds %d signatures", name, evidence)
		}
		if text, ok := textOf(t, c.file); ok {
			for _, want := range c.says {
				if !strings.Contains(text, want) {
					t.Errorf("%s does not say %q:\n%s", name, want, text)
				}
			}
			for _, secret := range c.never {
				if strings.Contains(text, secret) {
					t.Errorf("%s says %q", name, secret)
				}
			}
		}
	}
}

// textOf is what a reader of a document sees.
func textOf(t *testing.T, file []byte) (string, bool) {
	t.Helper()
	if _, ok := tool(t, file, "pdfinfo"); !ok { // of the same package
		return "", false
	}
	at := filepath.Join(t.TempDir(), "file.pdf")
	if err := os.WriteFile(at, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", "-enc", "UTF-8", at, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out), true
}

// What is no document of record is not sealed, and nothing is where the municipality has no certificate.
func TestUnsealed(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	get := opened(t)
	id := signedByTwo(t, w)
	decider := w.Staff(personas.BirgittaProvbeslutande)
	unsealed := func(name string, file []byte) {
		t.Helper()
		if _, err := seal.Verify(file, sealTrust(w)); seal.CodeOf(err) != seal.NotSealed {
			t.Errorf("%s: %v", name, err)
		}
	}
	unsealed("a draft", get(w.Flow.PreviewPDF(w.Ctx, decider, id, bifall)))
	unsealed("a letter to print", get(w.Flow.Letter(w.Ctx, decider, id, "p2", "invitation")))

	w = servertest.New(t, servertest.Options{Configure: func(c *config.Config) { c.Seals, c.Timestamp = nil, nil }})
	id = decide(t, w, personas.ElsaTestsson)
	unsealed("a decision", get(w.Flow.DecisionPDF(w.Ctx, anna, id)))
	unsealed("a case", get(w.Flow.CasePDF(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id)))
	unsealed("a copy", get(w.Flow.CopyPDF(w.Ctx, anna, id)))
}

// While the timestamp authority is down a decision waits and the officer sees it; whoever asks for a document is asked to come back. When it
// is back the decision goes out by itself, once.
func TestTimestampsDown(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	for _, f := range []timestamptest.Fault{timestamptest.Down, timestamptest.Stranger} {
		if err := w.Sim.Stamps.Fail(f, 0); err != nil {
			t.Fatal(err)
		}
		child := map[timestamptest.Fault]personas.ID{timestamptest.Down: personas.ElsaTestsson, timestamptest.Stranger: personas.OskarTestsson}[f]
		id := decide(t, w, child)
		for range 4 {
			w.Clock.Advance(2 * time.Hour)
			w.Run()
		}
		h := w.Head(id)
		if tasks := h.OpenTasks(); h.Decision.PDF != nil || len(tasks) != 1 || tasks[0].Kind != casework.TaskDocument {
			t.Fatalf("%s: the document is %v, tasks %v", f, h.Decision.PDF, h.OpenTasks())
		}
		if v, err := w.Flow.Case(w.Ctx, anna, id); err != nil || v.Decision != nil {
			t.Errorf("%s: the applicant is told of a decision that has no document: %v %v", f, v.Decision, err)
		}
		b := visitor(t, w, w.Staff(personas.MonaTesthandlaggare))
		b.Get("/admin/arenden/" + string(id) + "/arende.pdf")
		if b.Want(http.StatusServiceUnavailable); !strings.Contains(b.Text(), "Ett system som vi behöver svarar inte.") {
			t.Errorf("%s: %s", f, b.Text())
		}
		c := visitor(t, w, anna)
		c.Get("/arende/" + string(id) + "/kvitto")
		c.Want(http.StatusServiceUnavailable)

		if err := w.Sim.Stamps.Fail("", 0); err != nil {
			t.Fatal(err)
		}
		given := w.Sim.Stamps.Given()
		for range 2 {
			w.Clock.Advance(2 * time.Hour)
			w.Run()
		}
		h = w.Head(id)
		if h.Decision.PDF == nil || len(h.OpenTasks()) != 0 || w.Sim.Stamps.Given() != given+1 {
			t.Errorf("%s: afterwards %v, tasks %v, %d timestamps", f, h.Decision.PDF, h.OpenTasks(), w.Sim.Stamps.Given()-given)
		}
		if _, err := seal.Verify(opened(t)(w.Flow.DecisionPDF(w.Ctx, anna, id)), sealTrust(w)); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		b = visitor(t, w, w.Staff(personas.MonaTesthandlaggare)) // the session ended meanwhile
		b.Get("/admin/arenden/" + string(id) + "/arende.pdf")
		b.Want(http.StatusOK)
	}
}

// A decision that is signed is sealed before: what was signed are the bytes that everybody gets afterwards, and no party gets them before.
func TestSignedDecisionIsSealedBefore(t *testing.T) {
	forms := t.TempDir()
	if err := os.CopyFS(forms, library.Forms); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(forms, "skolskjuts", "form.yaml")
	text, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(at, 0o600); err != nil { // as embedded they cannot be written
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("  letterDays: 10\n  grants:"), []byte("  letterDays: 10\n  sign: {days: 3}\n  grants:"), 1)
	if err := os.WriteFile(at, text, 0o600); err != nil {
		t.Fatal(err)
	}
	w := servertest.New(t, servertest.Options{Forms: forms})
	get := opened(t)
	id := decide(t, w, personas.ElsaTestsson)
	decider := w.Staff(personas.BirgittaProvbeslutande)
	h := w.Head(id)
	if h.State != casework.Deciding || h.Decision.PDF == nil {
		t.Fatalf("laid before the decider: %s, %v", h.State, h.Decision.PDF)
	}
	if _, err := w.Flow.DecisionPDF(w.Ctx, anna, id); !errors.Is(err, fault.NotFound) {
		t.Errorf("a party gets what nobody has decided: %v", err)
	}
	if v, err := w.Flow.Case(w.Ctx, anna, id); err != nil || v.Decision != nil {
		t.Errorf("a party is told of what nobody has decided: %+v %v", v.Decision, err)
	}
	laid := get(w.Flow.StaffPart(w.Ctx, decider, id, h.Decision.PDF.Part.ID))
	if r, err := seal.Verify(laid, sealTrust(w)); err != nil || r.Reason != "Beslut som gäller när den som beslutar har skrivit under" {
		t.Errorf("%+v %v", r, err)
	}
	if text, ok := textOf(t, get(w.Flow.CasePDF(w.Ctx, decider, id))); ok && !strings.Contains(text, "Det här är ett förslag till beslut.") {
		t.Errorf("the case does not say that nothing is decided:\n%s", text)
	}
	leavesWhileSigning(t, w, decider, id)
	v, err := w.Flow.StartSigningDecision(w.Ctx, decider, id, "", servertest.Client)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.BankID.Approve(decider.Staff.Number, v.Order.AutoStart); err != nil {
		t.Fatal(err)
	}
	if v, err = w.Flow.PollSigningDecision(w.Ctx, decider, id); err != nil || v.Status.State != eid.Complete {
		t.Fatalf("%+v %v", v, err)
	}
	w.Run()
	if got := get(w.Flow.DecisionPDF(w.Ctx, anna, id)); !bytes.Equal(got, laid) {
		t.Error("the party gets other bytes than those that were signed")
	}
	h = w.Head(id)
	file := get(w.Flow.CasePDF(w.Ctx, decider, id))
	if text, ok := textOf(t, file); ok && (!strings.Contains(text, "Beslutets underskrifter") || strings.Contains(text, "Det här är ett förslag till beslut.")) {
		t.Errorf("the case does not say who signed:\n%s", text)
	}
	if signing.Digest(h.Decision.PDF.Salt, laid) != h.Decision.PDF.Part.Digest {
		t.Error("the digest that was signed is not of the sealed document")
	}
	holds(t, w, file, 3)
}

// What is wrong with a certificate stops the start, in one line that says where.
func TestSealsConfiguredWrong(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	both := w.Sim.Endpoints.Seals
	mixed := both["ekkoping"]
	mixed.Key = both["tallvik"].Certificate // a file that holds a certificate with its key
	missing := both["ekkoping"]
	missing.Certificate += ".borta"
	stamps := w.Sim.Endpoints.Timestamp
	stamps.Roots += ".borta"
	for name, c := range map[string]struct {
		change func(*config.Config)
		after  time.Duration
		want   string
	}{
		"no such municipality": {func(c *config.Config) { c.Seals = map[string]seal.Config{"bortkoping": both["ekkoping"]} }, 0, `seals: there is no municipality "bortkoping"`},
		"another's key":        {func(c *config.Config) { c.Seals = map[string]seal.Config{"ekkoping": mixed} }, 0, "seals: ekkoping: "},
		"no such file":         {func(c *config.Config) { c.Seals = map[string]seal.Config{"ekkoping": missing} }, 0, "seals: ekkoping: "},
		"expired":              {func(*config.Config) {}, 4 * 365 * 24 * time.Hour, "the certificate expired on 2029-11-23"},
		"no roots of stamps":   {func(c *config.Config) { c.Timestamp = &stamps }, 0, "timestamp: "},
	} {
		cfg := config.Default()
		cfg.Data, cfg.BaseURL = t.TempDir(), w.Flow.BaseURL
		cfg, err := server.DemoConfig(cfg, w.Sim.Endpoints)
		if err != nil {
			t.Fatal(err)
		}
		c.change(&cfg)
		s, err := server.New(w.Ctx, cfg, server.Options{Clock: later{w.Clock, c.after}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Municipalities: demo.Municipalities, Still: true})
		if err == nil {
			t.Errorf("%s: the platform started", name)
			err = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// later is a clock ahead of another.
type later struct {
	servertest.Clock
	by time.Duration
}

func (l later) Now() time.Time { return l.Clock.Now().Add(l.by) }
