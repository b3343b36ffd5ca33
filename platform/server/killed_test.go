package server_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/notify/mailsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/fault"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/store/sqlitestore"
)

// kill runs a step in a process of its own on the world's data, kills it when it has come so far, and gives the line that it said.
func kill(t *testing.T, w *servertest.World, dir string, s step) string {
	t.Helper()
	cfg := config.Default()
	cfg.Data, cfg.BaseURL = dir, w.Flow.BaseURL
	var err error
	if s.Config, err = server.DemoConfig(cfg, w.Sim.Endpoints); err != nil {
		t.Fatal(err)
	}
	s.Now = w.Clock.Now()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), stepVariable+"="+string(raw))
	var complaints strings.Builder
	child.Stderr = &complaints
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if kerr := child.Process.Kill(); kerr != nil && !errors.Is(kerr, os.ErrProcessDone) {
		t.Fatal(kerr)
	}
	_ = child.Wait() // it was killed: that is no news
	if err != nil {
		t.Fatalf("the process ended by itself: %v\n%s", err, complaints.String())
	}
	return strings.TrimSpace(line)
}

// again is a platform on the data that a killed process left.
func again(t *testing.T, w *servertest.World, dir string) *servertest.World {
	t.Helper()
	w.Clock.Advance(3 * time.Minute) // what the dead process had taken upon itself is free again
	second := *w
	second.Server = restarted(t, w, dir, func(_ *config.Config, o *server.Options) {
		db, err := sqlitestore.Open(filepath.Join(dir, "samtjanst.db"))
		if err != nil {
			t.Fatal(err)
		}
		o.Store = db
	})
	return &second
}

// allDone waits until what is due has been done: by the outbox, which looks at its start for what an earlier process left, or here.
func allDone(t *testing.T, w *servertest.World, id casework.ID) {
	t.Helper()
	for range 200 {
		w.Run()
		h := w.Head(id)
		now := w.Clock.Now()
		if !slices.ContainsFunc(h.Effects, func(f casework.Effect) bool { return !f.At.After(now) }) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	h := w.Head(id)
	t.Fatalf("still to do: %+v", h.Effects)
}

// Killed between the submission and its notices: the case is there, each notice comes once, and submitting again finds it.
func TestKilledAfterSubmit(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	if problems, err := w.Flow.SaveContact(w.Ctx, erik, casework.Contact{Email: "erik@example.se"}); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	v := w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "anna@example.se"))
	id := casework.ID(kill(t, w, dir, step{Do: "submit", Draft: draft, Rev: v.Rev}))

	if got := w.Sim.Mail.Messages(""); len(got) != 0 {
		t.Fatalf("%d mails before the restart", len(got))
	}
	w = again(t, w, dir)
	allDone(t, w, id)
	for _, to := range []string{"anna@example.se", "erik@example.se"} {
		if got := w.Sim.Mail.Messages(to); len(got) != 1 || got[0].Copies != 1 {
			t.Errorf("%s got %+v", to, got)
		}
	}
	if h := w.Head(id); h.Number == "" || !h.Submitted.Equal(servertest.Start) {
		t.Errorf("number %q, arrived %s", h.Number, h.Submitted)
	}
	if same, _, err := w.Flow.Submit(w.Ctx, anna, draft, v.Rev); err != nil || same != id {
		t.Errorf("submitting again: %s, %v", same, err)
	}
}

// Killed after a notice was taken but before that was written down: it goes again under the same Message-ID, so that a receiver who
// looks at it sees one.
func TestKilledAfterNotice(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	id := invited(t, w, casework.Contact{Email: "erik@example.se"})
	if err := w.Sim.Mail.Fail(mailsim.LoseAnswer, 0); err != nil {
		t.Fatal(err)
	}
	w.Run() // taken by the server, not known here
	if err := w.Sim.Mail.Fail(mailsim.Works, 0); err != nil {
		t.Fatal(err)
	}
	w = again(t, w, dir)
	w.Clock.Advance(10 * time.Minute)
	allDone(t, w, id)
	if got := w.Sim.Mail.Messages("erik@example.se"); len(got) != 1 || got[0].Copies != 2 {
		t.Errorf("mails %+v", got)
	}
	if effect(t, w, id, casework.EffectInvite) != nil {
		t.Error("still trying")
	}
}

// Killed between the decision and its document: the document is made, everybody is told once, the rows leave once.
func TestKilledAfterDecision(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	id := invited(t, w, casework.Contact{Email: "erik@example.se"})
	w.Run()
	w.Sign(anna, id)
	fillOwn(t, w, erik, id, servertest.OneHome(personas.ElsaTestsson, "", "erik@example.se"))
	w.Sign(erik, id)
	w.Run()
	before := len(w.Sim.Mail.Messages("erik@example.se"))
	kill(t, w, dir, step{Do: "decide", Case: id, Rev: revision(t, w, id), Staff: w.Staff(personas.BirgittaProvbeslutande)})

	if h := w.Head(id); h.State != casework.Decided || h.Decision.PDF != nil {
		t.Fatalf("after the kill: %s, document %v", h.State, h.Decision.PDF)
	}
	w = again(t, w, dir)
	allDone(t, w, id)
	f, err := w.Flow.DecisionPDF(w.Ctx, erik, id)
	if err != nil {
		t.Fatal(err)
	}
	if raw := read(t, f); !strings.HasPrefix(string(raw), "%PDF") {
		t.Error("no document")
	}
	if got := w.Sim.Mail.Messages("erik@example.se"); len(got) != before+1 || got[len(got)-1].Copies != 1 {
		t.Errorf("%d mails, %d before", len(got), before)
	}
	if got := w.Sim.Handover.Deliveries("transport"); len(got) != 1 || got[0].Copies != 1 {
		t.Errorf("deliveries %+v", got)
	}
}

// Killed in the middle of an upload: the application is as it was, and the file can be sent again.
func TestKilledDuringUpload(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
	pages["grund"] = servertest.Posted("/grund/skal=annan")
	pages["omstandighet"] = servertest.Posted("/grund/omstandighet=Vi bor långt bort.")
	before := w.Fill(anna, draft, pages)
	kill(t, w, dir, step{Do: "upload", Draft: draft})

	w = again(t, w, dir)
	v, err := w.Flow.Page(w.Ctx, anna, draft, "omstandighet", false)
	if err != nil || len(v.Files) != 0 || v.Rev != before.Rev {
		t.Fatalf("%d files, revision %d, want %d: %v", len(v.Files), v.Rev, before.Rev, err)
	}
	if p, err := w.Flow.Upload(w.Ctx, anna, draft, "/bilagor/ovrigt", "karta.pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
		t.Errorf("sent again: %v %v", p, err)
	}
	id := w.Submit(anna, draft)
	if got := len(w.Head(id).Content.Attachments); got != 1 {
		t.Errorf("%d attachments", got)
	}
	if _, err := w.Flow.DraftFile(w.Ctx, anna, draft, "x"); !errors.Is(err, fault.NotFound) {
		t.Errorf("the draft is still there: %v", err)
	}
}
