package server_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/store"
)

const day = 24 * time.Hour

// mailsAfterSweep sweeps and gives how many mails there are to somebody.
func mailsAfterSweep(t *testing.T, w *servertest.World, to string) int {
	t.Helper()
	if err := w.Flow.Sweep(w.Ctx); err != nil {
		t.Fatal(err)
	}
	return len(w.Sim.Mail.Messages(to))
}

// The owner of a draft is told once, three days before its last day, and again only when it has lived on meanwhile. The words name nothing.
func TestDraftEndIsAnnounced(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	if p, err := w.Flow.SaveContact(w.Ctx, anna, casework.Contact{Email: "anna@example.se"}); err != nil || p != nil {
		t.Fatal(p, err)
	}
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Flow.Start(w.Ctx, erik, "ekkoping", "skolskjuts"); err != nil { // has given no address
		t.Fatal(err)
	}
	w.Clock.Advance(25*day - time.Minute)
	if n := mailsAfterSweep(t, w, ""); n != 0 {
		t.Fatalf("%d mails before the day", n)
	}
	if items, err := w.Flow.Mine(w.Ctx, anna); err != nil || len(items) != 1 || items[0].Ending {
		t.Errorf("Mina sidor: %+v %v", items, err)
	}
	w.Clock.Advance(time.Minute)
	if n := mailsAfterSweep(t, w, "anna@example.se"); n != 1 {
		t.Fatalf("%d mails", n)
	}
	mail := w.Sim.Mail.Messages("anna@example.se")[0]
	if !strings.Contains(mail.Body, "2026-12-21") || !strings.Contains(mail.Body, "/mina-sidor") {
		t.Errorf("the mail says %q", mail.Body)
	}
	for _, secret := range []string{"skol", "Anna", draft} {
		if strings.Contains(strings.ToLower(mail.Subject+mail.Body), strings.ToLower(secret)) {
			t.Errorf("the mail says %q", secret)
		}
	}
	if items, err := w.Flow.Mine(w.Ctx, anna); err != nil || len(items) != 1 || !items[0].Ending {
		t.Errorf("Mina sidor: %+v %v", items, err)
	}
	if n := mailsAfterSweep(t, w, ""); n != 1 {
		t.Errorf("told again: %d mails", n)
	}
	w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "anna@example.se"))
	w.Clock.Advance(25 * day)
	if n := mailsAfterSweep(t, w, "anna@example.se"); n != 2 {
		t.Errorf("%d mails after it lived on and came near its end again", n)
	}
}

// What was opened in the browser before the notice can still be saved: telling makes no new revision.
func TestNoticeIsNoChange(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	if p, err := w.Flow.SaveContact(w.Ctx, anna, casework.Contact{Phone: "0701740610"}); err != nil || p != nil {
		t.Fatal(p, err)
	}
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	v, err := w.Flow.Page(w.Ctx, anna, draft, "", false)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(26 * day)
	mailsAfterSweep(t, w, "")
	now, err := w.Flow.Page(w.Ctx, anna, draft, "", false)
	if err != nil || now.Rev != v.Rev {
		t.Errorf("revision %d, was %d, %v", now.Rev, v.Rev, err)
	}
}

// Somebody without login is told where the link was sent, and who has ordered none is told nowhere.
func TestOpenDraftEndIsAnnounced(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	guest := identity.Actor{Lang: "sv", Guest: &identity.Guest{Key: "a"}}
	draft, err := w.Flow.Start(w.Ctx, guest, "ekkoping", "forslag-ny-e-tjanst")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Flow.Start(w.Ctx, guest, "ekkoping", "forslag-ny-e-tjanst"); err != nil {
		t.Fatal(err)
	}
	if _, p, err := w.Flow.OrderLink(w.Ctx, guest, draft, "nagon@example.com"); err != nil || p != nil {
		t.Fatal(p, err)
	}
	w.Clock.Advance(25*day + time.Minute)
	if n := mailsAfterSweep(t, w, ""); n != 2 {
		t.Fatalf("%d mails, the link's and one notice", n)
	}
	for _, m := range w.Sim.Mail.Messages("nagon@example.com") {
		if strings.Contains(m.Body, "tas bort 2026-12-21") && !strings.Contains(m.Body, "http") {
			return
		}
	}
	t.Errorf("mails %v", w.Sim.Mail.Messages(""))
}

// blobs counts what lies among the files.
func blobs(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(dir, "files"), func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Files go with their draft, and stay with their case even when the draft was left behind when that was made.
func TestSweepTakesFiles(t *testing.T) {
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir})
	begin := func() string {
		t.Helper()
		draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
		if err != nil {
			t.Fatal(err)
		}
		pages := servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se")
		pages["grund"] = servertest.Posted("/grund/skal=annan")
		pages["omstandighet"] = servertest.Posted("/grund/omstandighet=Vi bor långt bort.")
		w.Fill(anna, draft, pages)
		if p, err := w.Flow.Upload(w.Ctx, anna, draft, "/bilagor/ovrigt", "karta.pdf", strings.NewReader(samplePDF)); err != nil || p != nil {
			t.Fatal(p, err)
		}
		return draft
	}
	empty := blobs(t, dir)
	lost, handed := begin(), begin()
	row, err := w.Store.Draft(w.Ctx, handed)
	if err != nil {
		t.Fatal(err)
	}
	kase := w.Submit(anna, handed)
	row.Rev = 1
	if err := w.Store.InsertDraft(w.Ctx, row); err != nil { // as if the process had died before it was taken away
		t.Fatal(err)
	}
	if n := blobs(t, dir) - empty; n != 2 {
		t.Fatalf("%d files", n)
	}
	w.Clock.Advance(28*day + 2*time.Hour)
	if err := w.Flow.Sweep(w.Ctx); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{lost, handed} {
		if _, err := w.Store.Draft(w.Ctx, id); !errors.Is(err, fault.NotFound) {
			t.Errorf("draft %s: %v", id, err)
		}
	}
	if n := blobs(t, dir) - empty; n != 1 {
		t.Errorf("%d files left, want the case's", n)
	}
	v, err := w.Flow.Case(w.Ctx, anna, kase)
	if err != nil || len(v.Attachments) != 1 {
		t.Fatalf("%v %v", v, err)
	}
	f, err := w.Flow.Attachment(w.Ctx, anna, kase, v.Attachments[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	f.Body.Close()
}

// Parts that nobody refers to are taken away a day after they were written; those of a case stay, also what an event says was there before.
func TestSweepTakesStrayParts(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{})
	id := apply(t, w, anna, "ekkoping", personas.ElsaTestsson, "eklunda")
	w.Run()
	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})
	fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik.testsson@example.se")}) // the first is history
	before, err := w.Store.ListParts(w.Ctx, string(id))
	if err != nil {
		t.Fatal(err)
	}
	stray := store.Part{Case: string(id), ID: "stray-part-of-a-save-that-lost", Kind: "event", Created: w.Clock.Now(), Body: []byte("x")}
	headless := store.Part{Case: "no-such-case", ID: "headless", Kind: "answers", Created: w.Clock.Now(), Body: []byte("x")}
	if err := w.Store.PutParts(w.Ctx, stray, headless); err != nil {
		t.Fatal(err)
	}
	sweep := func() (int, int) {
		t.Helper()
		if err := w.Flow.Sweep(w.Ctx); err != nil {
			t.Fatal(err)
		}
		mine, err := w.Store.ListParts(w.Ctx, string(id))
		if err != nil {
			t.Fatal(err)
		}
		others, err := w.Store.ListParts(w.Ctx, "no-such-case")
		if err != nil {
			t.Fatal(err)
		}
		return len(mine), len(others)
	}
	if mine, others := sweep(); mine != len(before)+1 || others != 1 {
		t.Errorf("too early: %d and %d parts", mine, others)
	}
	w.Clock.Advance(day + time.Minute)
	if mine, others := sweep(); mine != len(before) || others != 0 {
		t.Errorf("after a day: %d parts of %d, and %d of no case", mine, len(before), others)
	}
	late := stray
	late.ID, late.Created = "a-later-stray", w.Clock.Now()
	if err := w.Store.PutParts(w.Ctx, late); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(day + time.Minute)
	if mine, _ := sweep(); mine != len(before) {
		t.Errorf("the next day: %d parts of %d", mine, len(before))
	}
	if _, err := w.Flow.StaffCase(w.Ctx, w.Staff(personas.MonaTesthandlaggare), id); err != nil {
		t.Errorf("the case cannot be read whole: %v", err)
	}
}
