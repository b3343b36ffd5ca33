package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"samtjanst/integrations/notify/mailsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
)

var (
	mailedLink = regexp.MustCompile(`/aterkom/[a-z0-9]+\.[A-Za-z0-9_-]+`)
	shownCode  = regexp.MustCompile(`\d{3} \d{3}`)
)

// orderLink orders a link in the browser that has begun, and gives its address and the code that the page shows.
func orderLink(t *testing.T, w *servertest.World, b *httptestkit.Browser, draft, email string) (link, code string) {
	t.Helper()
	b.Get("/utan-inloggning/" + draft + "/lank")
	b.Want(http.StatusOK)
	b.Submit("/utan-inloggning/"+draft+"/lank", values("email", email))
	b.Want(http.StatusSeeOther)
	b.Follow()
	see(t, b, "Mejlet är skickat", "Skriv upp koden")
	mails := w.Sim.Mail.Messages(email)
	if len(mails) == 0 {
		t.Fatal("no mail")
	}
	mail := mails[len(mails)-1]
	link, code = mailedLink.FindString(mail.Body), shownCode.FindString(b.Text())
	for _, secret := range []string{code, strings.ReplaceAll(code, " ", ""), "Boka", "e-tjänst"} {
		if secret == "" || strings.Contains(mail.Subject+mail.Body, secret) {
			t.Errorf("the mail says %q", secret)
		}
	}
	return link, code
}

// begun starts a suggestion with something written, and gives its id.
func begun(t *testing.T, w *servertest.World) (*httptestkit.Browser, string) {
	t.Helper()
	b := visit(t, w)
	draft := beginOpen(t, b)
	b.Submit("/utan-inloggning/"+draft+"/vem", values("a/roll", "privat"))
	b.Follow()
	b.Submit("/utan-inloggning/"+draft+"/behov", values("a/titel", "Boka idrottshall", "op", "save"))
	b.Want(http.StatusSeeOther)
	b.Follow()
	see(t, b, "Det du har fyllt i är sparat till", "Fortsätt senare eller på en annan enhet")
	return b, draft
}

// With the link and the code somebody goes on at another device; the first browser is then shut out, since it may not be one's own.
func TestLinkAndCode(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	first, draft := begun(t, w)
	link, code := orderLink(t, w, first, draft, "nagon@example.com")
	phone := visit(t, w)
	phone.Get("/utan-inloggning/" + draft + "/behov")
	phone.Want(http.StatusNotFound)
	phone.Get(link)
	phone.Want(http.StatusOK)
	see(t, phone, "Skriv koden för att fortsätta", "Du har 5 försök kvar.")
	for _, a := range httptestkit.Find(phone.Doc(), "a") {
		if to := httptestkit.Attr(a, "href"); strings.Contains(to, "till=") && strings.Contains(to, "aterkom") {
			t.Errorf("the secret stands in another address: %s", to)
		}
	}
	phone.Submit(link, values("kod", " "+code))
	phone.Want(http.StatusSeeOther)
	phone.Follow()
	if !strings.Contains(string(phone.Page.Body), "Boka idrottshall") {
		t.Errorf("what was written is not there:\n%s", phone.Text())
	}
	first.Get("/utan-inloggning/" + draft + "/behov")
	first.Want(http.StatusNotFound)
	first.Get(link) // the link still holds, with the code
	first.Submit(link, values("kod", code))
	first.Want(http.StatusSeeOther)
	phone.Get("/utan-inloggning/" + draft)
	phone.Want(http.StatusNotFound)
}

// Neither the mail alone nor a guessed address opens anything: five wrong codes lock the link, and the person is told. A new one takes
// its place.
func TestLinkLocks(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	first, draft := begun(t, w)
	link, code := orderLink(t, w, first, draft, "nagon@example.com")
	thief := visit(t, w)
	wrong := "111 111"
	if code == wrong {
		wrong = "222 222"
	}
	thief.Get(link)
	for _, left := range []string{"Du har 4 försök kvar", "Du har 3 försök kvar", "Du har 2 försök kvar", "Du har 1 försök kvar"} {
		thief.Submit(link, values("kod", wrong))
		thief.Want(http.StatusUnprocessableEntity)
		see(t, thief, "Koden stämmer inte. "+left)
	}
	thief.Submit(link, values("kod", wrong))
	thief.Want(http.StatusForbidden)
	see(t, thief, "Länken är låst", "Fel kod har skrivits fem gånger")
	thief.Get(link)
	see(t, thief, "Länken är låst")
	if _, l, err := w.Flow.RedeemLink(w.Ctx, identity.Actor{Guest: &identity.Guest{Key: "k"}}, strings.TrimPrefix(link, "/aterkom/"), code); err != nil || l.Left != 0 {
		t.Errorf("the right code opens a locked link: %+v %v", l, err)
	}
	next, code := orderLink(t, w, first, draft, "ny@example.com")
	for _, gone := range []string{link, next[:len(next)-2], "/aterkom/" + draft, "/aterkom/x.y", "/aterkom/" + draft + "." + strings.Repeat("A", 43)} {
		thief.Get(gone)
		thief.Want(http.StatusNotFound)
		see(t, thief, "Länken gäller inte")
	}
	thief.Get(next)
	thief.Submit(next, values("kod", code))
	thief.Want(http.StatusSeeOther)
}

// However many try at once, five codes are tried and no more.
func TestLinkTriesCountTogether(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	first, draft := begun(t, w)
	link, code := orderLink(t, w, first, draft, "nagon@example.com")
	link, code = strings.TrimPrefix(link, "/aterkom/"), strings.ReplaceAll(code, " ", "")
	wrong := "111111"
	if code == wrong {
		wrong = "222222"
	}
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			_, _, _ = w.Flow.RedeemLink(w.Ctx, identity.Actor{Guest: &identity.Guest{Key: "k"}}, link, wrong)
		})
	}
	wg.Wait()
	if id, l, err := w.Flow.RedeemLink(w.Ctx, identity.Actor{Guest: &identity.Guest{Key: "k"}}, link, code); id != "" || l.Left != 0 || err != nil {
		t.Errorf("open after twelve wrong codes: %q %+v %v", id, l, err)
	}
}

// A link holds 28 days and leads nowhere once the draft is handed in; five can be ordered a day.
func TestLinkEnds(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	first, draft := begun(t, w)
	link, _ := orderLink(t, w, first, draft, "nagon@example.com")
	w.Clock.Advance(27 * 24 * time.Hour)
	first.Get("/utan-inloggning/" + draft + "/behov")
	first.Submit("/utan-inloggning/"+draft+"/behov", values("op", "save")) // the draft lives on
	first.Get(link)
	first.Want(http.StatusOK)
	w.Clock.Advance(24*time.Hour + time.Minute)
	first.Get(link)
	first.Want(http.StatusNotFound)

	for i := range 5 {
		link, _ = orderLink(t, w, first, draft, "nagon"+strconv.Itoa(i)+"@example.com")
		w.Clock.Advance(2 * time.Minute)
	}
	first.Submit("/utan-inloggning/"+draft+"/lank", values("email", "nagon@example.com"))
	first.Want(http.StatusTooManyRequests)
	see(t, first, "Du har beställt flera mejl i dag")
	first.Submit("/utan-inloggning/"+draft+"/lank", values("email", "ingen adress"))
	first.Want(http.StatusUnprocessableEntity)

	check := "/utan-inloggning/" + draft + "/kontrollera"
	first.Get("/utan-inloggning/" + draft)
	fill(t, first, suggestion(nil), check)
	first.Submit(check, nil)
	first.Want(http.StatusSeeOther)
	first.Get(link)
	first.Want(http.StatusNotFound)
}

// Who logs in gets a mail that leads to the login, and no code: the mail opens nothing.
func TestReminderOfALoggedInDraft(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	anna := loggedIn(t, w, personas.AnnaTestsson)
	draft := begin(t, anna)
	anna.Get("/ansokan/" + draft + "/paminnelse")
	anna.Submit("/ansokan/"+draft+"/paminnelse", values("email", "anna@example.se"))
	anna.Want(http.StatusSeeOther)
	anna.Follow()
	see(t, anna, "Mejlet är skickat")
	if shownCode.MatchString(anna.Text()) {
		t.Error("a code is shown, and nothing asks for one")
	}
	mails := w.Sim.Mail.Messages("anna@example.se")
	if len(mails) != 1 || !strings.Contains(mails[0].Body, "/ansokan/"+draft) || mailedLink.MatchString(mails[0].Body) {
		t.Fatalf("mails %v", mails)
	}
	stranger := visit(t, w)
	stranger.Get("/ansokan/" + draft)
	stranger.Want(http.StatusSeeOther)
	if to := stranger.Page.Header.Get("Location"); !strings.HasPrefix(to, "/logga-in") {
		t.Errorf("the link leads a stranger to %s", to)
	}
}

// Nothing that opens a draft is at rest: not the secret, not the code, not in the clear.
func TestLinkAtRest(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	first, draft := begun(t, w)
	link, code := orderLink(t, w, first, draft, "nagon@example.com")
	_, secret, _ := strings.Cut(link, ".")
	recs, err := w.Store.ListRecords(w.Ctx, w.Clock.Now(), "resume", "", "", 10)
	if err != nil || len(recs) != 1 {
		t.Fatalf("%d records, %v", len(recs), err)
	}
	for _, s := range []string{secret, strings.ReplaceAll(code, " ", ""), "nagon@example.com", draft} {
		if strings.Contains(string(recs[0].Body)+recs[0].Key, s) {
			t.Errorf("the record holds %q", s)
		}
	}
	if _, err := w.Flow.OpenLink(w.Ctx, draft+"."+secret); err != nil {
		t.Error(err)
	}
}

// When mail cannot be sent the person is told, and the link from before still holds. Neither the log nor the disk has the address, the code,
// the secret or what was written.
func TestLinkWithMailDown(t *testing.T) {
	var log bytes.Buffer
	dir := t.TempDir()
	w := servertest.New(t, servertest.Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	first, draft := begun(t, w)
	link, code := orderLink(t, w, first, draft, "hemlig.adress@example.com")
	if err := w.Sim.Mail.Fail(mailsim.Down, 1); err != nil {
		t.Fatal(err)
	}
	first.Submit("/utan-inloggning/"+draft+"/lank", values("email", "hemlig.annan@example.com"))
	first.Want(http.StatusServiceUnavailable)
	see(t, first, "Vi kan inte skicka mejl just nu")
	phone := visit(t, w)
	phone.Get(link)
	phone.Want(http.StatusOK)
	phone.Submit(link, values("kod", "000000"))
	phone.Get(link)
	phone.Submit(link, values("kod", code))
	phone.Want(http.StatusSeeOther)
	phone.Follow()
	if err := w.Flow.Sweep(w.Ctx); err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(link, ".")
	places := map[string]string{"the log": log.String()}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.HasPrefix(path, filepath.Join(dir, "sim")) {
			return err
		}
		raw, err := os.ReadFile(path)
		places[path] = string(raw)
		return err
	})
	if err != nil || len(places) < 3 {
		t.Fatalf("%d places, %v", len(places), err)
	}
	for where, text := range places {
		for _, s := range []string{secret, strings.ReplaceAll(code, " ", "") + `"`, code, "hemlig.adress", "hemlig.annan", "Boka idrottshall"} {
			if strings.Contains(text, s) {
				t.Errorf("%s has %q", where, s)
			}
		}
	}
}
