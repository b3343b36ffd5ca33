package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/signing/evidence/evidencetest"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/signing/seal"
	"samtjanst/renderer/pdf"
)

// signedByTwo is a case with an attachment that both guardians have signed.
func signedByTwo(t *testing.T, w *servertest.World) casework.ID {
	t.Helper()
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["grund"] = servertest.Posted("/grund/skal=annan")
	pages["omstandighet"] = servertest.Posted("/grund/omstandighet=Vi bor långt bort.")
	w.Fill(anna, draft, pages)
	if p, err := w.Flow.Upload(w.Ctx, anna, draft, "/bilagor/ovrigt", "Läkarintyg å (1).pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
		t.Fatal(p, err)
	}
	id := w.Submit(anna, draft)
	w.Sign(anna, id)
	w.Clock.Advance(time.Hour)
	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})
	w.Sign(erik, id)
	return id
}

func casePDF(t *testing.T, w *servertest.World, a identity.Actor, id casework.ID) []byte {
	t.Helper()
	f, err := w.Flow.CasePDF(w.Ctx, a, id)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, f)
}

func caseBundle(t *testing.T, w *servertest.World, a identity.Actor, id casework.ID) []byte {
	t.Helper()
	f, err := w.Flow.CaseBundle(w.Ctx, a, id)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, f)
}

func checkerOf(t *testing.T, w *servertest.World) proof.Checker {
	t.Helper()
	raw, err := os.ReadFile(w.Sim.Endpoints.BankID.Roots)
	if err != nil {
		t.Fatal(err)
	}
	roots, err := evidence.ParseRoots(raw)
	if err != nil {
		t.Fatal(err)
	}
	seals, err := seal.ParseTrust(w.Sim.Stamps.RootPEM(), w.Sim.Stamps.RootPEM())
	if err != nil {
		t.Fatal(err)
	}
	return proof.Checker{Formats: map[evidence.Format]proof.Verifier{evidence.BankID: proof.BankID(roots)}, Seal: proof.Sealed(seals),
		Attachments: func(file []byte) (out []proof.File, err error) {
			list, err := pdf.Extract(file)
			for _, a := range list {
				out = append(out, proof.File{Name: a.Name, Bytes: a.Bytes})
			}
			return out, err
		}}
}

// holds fails unless the file proves so many signatures.
func holds(t *testing.T, w *servertest.World, file []byte, signatures int) proof.Report {
	t.Helper()
	r, err := checkerOf(t, w).Check(file)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != proof.VerdictHolds || len(r.Signatures) != signatures {
		t.Errorf("%s with %d signatures: %v", r.Verdict, len(r.Signatures), r.Findings)
	}
	return r
}

// What leaves the platform proves itself: the officer's file and archive all of it, a party's copy what that party signed and may read.
func TestCopiesProveThemselves(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := signedByTwo(t, w)
	officer := w.Staff(personas.MonaTesthandlaggare)
	for name, file := range map[string][]byte{"archive": caseBundle(t, w, officer, id), "PDF": casePDF(t, w, officer, id)} {
		r := holds(t, w, file, 2)
		if !r.Orders[0].Met || r.Events == nil || r.Events.State != proof.OK || r.Events.Count != len(w.Head(id).Events) {
			t.Errorf("%s: %+v %+v", name, r.Orders, r.Events)
		}
		if !slices.Contains(r.BySignatures, "bilaga-1-Läkarintyg_å__1_.pdf") || !slices.Contains(r.BySignatures, "svar.json") {
			t.Errorf("%s: the signatures cover %v", name, r.BySignatures)
		}
	}
	for _, c := range []struct {
		who  identity.Actor
		own  signing.PartyID
		name string
	}{{anna, "p1", "Anna Testsson"}, {erik, "p2", "Erik Testsson"}} {
		f, err := w.Flow.CopyPDF(w.Ctx, c.who, id)
		if err != nil {
			t.Fatal(err)
		}
		file := read(t, f)
		r := holds(t, w, file, 1)
		if r.Reader != c.own || r.Signatures[0].Signed.Name != c.name || r.Events != nil || !r.Orders[0].Met {
			t.Errorf("%s: %+v", c.name, r)
		}
		if i := slices.IndexFunc(r.Parts, func(p proof.PartReport) bool { return p.State == proof.DigestOnly }); c.own == "p2" && i < 0 {
			t.Errorf("%s: nothing is by digest only: %+v", c.name, r.Parts)
		}
		for _, at := range attachedTo(t, file) {
			if c.own == "p1" && bytes.Contains(at.Bytes, []byte("erik@example.se")) || strings.Contains(at.Name, "registeruppgifter") || strings.Contains(at.Name, "handelse") {
				t.Errorf("%s reads %s", c.name, at.Name)
			}
		}
	}
	if _, err := w.Flow.CaseBundle(w.Ctx, w.Staff(personas.SivSocialtest), id); !errors.Is(err, fault.NotFound) {
		t.Errorf("an officer of another board gets the archive: %v", err)
	}
}

func attachedTo(t *testing.T, file []byte) []pdf.Attachment {
	t.Helper()
	list, err := pdf.Extract(file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A thousand changes of one byte each are found, of a real archive, of what a real case PDF carries even if nobody looks at its seal, and
// anywhere in the sealed PDF.
func TestAnyChangedByteIsFound(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := signedByTwo(t, w)
	officer := w.Staff(personas.MonaTesthandlaggare)
	archive, file := caseBundle(t, w, officer, id), casePDF(t, w, officer, id)
	sealed := checkerOf(t, w)
	c := sealed
	c.Seal = nil
	if r, err := sealed.Check(file); err != nil || r.Seal.State != proof.SealHolds || r.Seal.By != "Ekköpings kommun" || r.Seal.Stamped == "" {
		t.Fatalf("%+v %v", r.Seal, err)
	}
	rnd := rand.New(rand.NewPCG(uint64(len(archive)), 4))
	carried := carriedBytes(t, file)
	t.Logf("archive %d bytes, PDF %d bytes of which %d carried", len(archive), len(file), len(carried))
	for name, run := range map[string]struct {
		checker proof.Checker
		raw     []byte
		times   int
		at      func() int
	}{
		"archive":    {c, archive, 1000, func() int { return rnd.IntN(len(archive)) }},
		"PDF":        {c, file, 1000, func() int { return carried[rnd.IntN(len(carried))] }},
		"sealed PDF": {sealed, file, 1000, func() int { return rnd.IntN(len(file)) }},
	} {
		if r, err := run.checker.Check(run.raw); err != nil || r.Verdict != proof.VerdictHolds {
			t.Fatalf("%s: %s %v", name, r.Verdict, err)
		}
		for range run.times {
			at, by := run.at(), byte(1+rnd.IntN(255))
			run.raw[at] ^= by
			if r, err := run.checker.Check(run.raw); err == nil && r.Verdict != proof.VerdictBroken {
				t.Errorf("%s: byte %d changed by %#x: %s", name, at, by, r.Verdict)
			} else if err != nil && !errors.Is(err, fault.Invalid) {
				t.Errorf("%s: byte %d changed by %#x: %v", name, at, by, err)
			}
			run.raw[at] ^= by
		}
	}
}

// carriedBytes are the places in a PDF of every byte of every attached file.
func carriedBytes(t *testing.T, file []byte) (out []int) {
	t.Helper()
	for _, a := range attachedTo(t, file) {
		head := append([]byte("stream\n"), a.Bytes...)
		at := bytes.Index(file, head)
		if at < 0 {
			t.Fatalf("%s does not stand in the file as it is", a.Name)
		}
		for i := range a.Bytes {
			out = append(out, at+len("stream\n")+i)
		}
	}
	return out
}

// verifyCommand is the command, in this process.
func verifyCommand(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = server.Main(t.Context(), append([]string{"verify"}, args...), &out, &errs)
	return status, out.String(), errs.String()
}

func TestVerifyCommand(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := signedByTwo(t, w)
	officer := w.Staff(personas.MonaTesthandlaggare)
	dir := t.TempDir()
	put := func(name string, raw []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	archive := caseBundle(t, w, officer, id)
	zip, file, text := put("bevis.zip", archive), put("arende.pdf", casePDF(t, w, officer, id)), put("text.txt", []byte("hej"))
	paper := casePDF(t, w, officer, id)
	paper[bytes.Index(paper, []byte("stream\n"))+40] ^= 1
	redrawn := put("andrad.pdf", paper)
	changed := put("andrad.zip", bytes.Replace(archive, []byte("Vi bor långt bort."), []byte("Vi bor nära skolan"), 1))
	root, seals := w.Sim.Endpoints.BankID.Roots, w.Sim.Endpoints.Seals["ekkoping"].Roots
	freja, err := evidencetest.NewFreja(servertest.Start)
	if err != nil {
		t.Fatal(err)
	}
	signer := put("freja.pem", freja.CertificatePEM())
	for name, c := range map[string]struct {
		args   []string
		status int
		want   []string
	}{
		"archive": {[]string{zip, "--trust", root}, 0, []string{"Underskrifterna stämmer", "✓ Anna Testsson (", ") skrev under den 23 november 2026 kl. 10.00 med Mobilt BankID",
			"✓ Erik Testsson (", "kl. 11.00", "Ärende SKJ-", "✓ Händelsekedjan hänger ihop", "som är betrott här"}},
		"PDF, the file last": {[]string{"--trust", root, "--trust", seals, "--lang", "en", file}, 0, []string{"The signatures hold", "✓ The authority's seal on the whole file is intact.",
			"Sealed by Ekköpings kommun (2120009901) on 23 November 2026, 11:00", "The time is confirmed by Simulatorns tidsstämpel"}},
		"PDF, the seal's root not told": {[]string{"--trust", root, file}, 1, []string{"utfärdaren är okänd", "✓ Anna Testsson (", "· Myndighetens stämpel är hel, men den eller dess tidsstämpel leder till en rot",
			"Leder till certifikatet Samtjänst Simulator Seal CA v1, som inte är", "Tidsstämpeln leder till certifikatet"}},
		"PDF, a byte of a page changed": {[]string{"--trust", root, "--trust", seals, redrawn}, 1, []string{"✗ Fel: Myndighetens stämpel är bruten.", "✗ Fel: Det som stämplades har ändrats."}},
		"a signer among the roots":      {[]string{"--trust", root, "--trust", signer, zip}, 0, []string{"Underskrifterna stämmer"}},
		"roots not told":                {[]string{zip}, 1, []string{"utfärdaren är okänd", "som inte är bland dem som är betrodda här. SHA-256: "}},
		"changed":                       {[]string{"--trust", root, changed}, 1, []string{"Något stämmer inte", "✗ Fel: Filen svar.json är inte den som skrevs under."}},
		"data":                          {[]string{"--format", "json", "--trust", root, zip}, 0, []string{`"verdict": "holds"`, `"name": "Anna Testsson"`}},
		"no bundle":                     {[]string{text}, 2, []string{"Filen går inte att kontrollera"}},
		"no bundle, as data":            {[]string{"--format", "json", text}, 2, []string{`"reason": "not-a-bundle"`}},
		"no such file":                  {[]string{filepath.Join(dir, "finns-inte")}, 2, nil},
		"no file":                       {nil, 2, nil},
		"two files":                     {[]string{zip, file}, 2, nil},
		"an unknown flag":               {[]string{"--config", "x", zip}, 2, nil},
		"an unknown format":             {[]string{"--format", "xml", zip}, 2, nil},
		"roots that are none":           {[]string{"--trust", text, zip}, 2, nil},
	} {
		status, out, errs := verifyCommand(t, c.args...)
		if status != c.status {
			t.Errorf("%s: status %d, want %d\n%s%s", name, status, c.status, out, errs)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
		if c.want == nil && (out != "" || errs == "") {
			t.Errorf("%s: says %q and %q", name, out, errs)
		}
		if slices.Contains(c.args, "json") {
			var any map[string]any
			if err := json.Unmarshal([]byte(out), &any); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if status, _, help := verifyCommand(t, "--help"); status != 0 || !strings.Contains(help, "--trust PEM") {
		t.Errorf("help: %d %s", status, help)
	}
}

// An independent program agrees: the signature that lies in the evidence verifies with xmlsec1, and an altered one does not.
func TestXMLSec(t *testing.T) {
	program, err := exec.LookPath("xmlsec1")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("xmlsec1 is missing: apt-get install xmlsec1")
		}
		t.Log("not checked with xmlsec1, which is missing: apt-get install xmlsec1")
		return
	}
	w := servertest.New(t, servertest.Options{})
	file := casePDF(t, w, w.Staff(personas.MonaTesthandlaggare), signedByTwo(t, w))
	seen := 0
	for _, a := range attachedTo(t, file) {
		if !strings.HasPrefix(a.Name, "underskrift-") {
			continue
		}
		seen++
		var e proof.Evidence
		if err := json.Unmarshal(a.Bytes, &e); err != nil {
			t.Fatal(err)
		}
		verify := func(xml []byte) ([]byte, error) {
			name := filepath.Join(t.TempDir(), "signature.xml")
			if err := os.WriteFile(name, xml, 0o600); err != nil {
				t.Fatal(err)
			}
			const bankid = "http://www.bankid.com/signature/v1.0.0/types"
			return exec.CommandContext(t.Context(), program, "--verify", "--trusted-pem", w.Sim.Endpoints.BankID.Roots, "--enabled-key-data", "x509",
				"--verification-gmt-time", e.At.UTC().Format(time.DateTime), "--id-attr:Id", bankid+":bankIdSignedData", "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:KeyInfo",
				name).CombinedOutput()
		}
		if out, err := verify(e.Signature); err != nil {
			t.Errorf("%s: %v\n%s", a.Name, err, out)
		}
		if out, err := verify(bytes.Replace(e.Signature, []byte("<funcId>Signing"), []byte("<funcId>Reading"), 1)); err == nil {
			t.Errorf("%s: an altered signature verifies: %s", a.Name, out)
		}
	}
	if seen != 2 {
		t.Errorf("%d signatures", seen)
	}
}
