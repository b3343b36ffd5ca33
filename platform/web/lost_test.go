package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// What somebody has typed is not lost: by an expired login, a newer login, another tab, a double click.

// atPage goes to a page of a new application.
func atPage(t *testing.T, b *httptestkit.Browser, page string) (draft string) {
	t.Helper()
	draft = begin(t, b)
	for range 20 {
		now, action := form(b)
		if now == page {
			return draft
		}
		b.Submit(action, answers(personas.ElsaTestsson)[now])
		b.Follow()
		b.Want(http.StatusOK)
	}
	t.Fatalf("never came to %s", page)
	return ""
}

func TestExpiredLoginKeepsWhatWasTyped(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	draft := atPage(t, b, "barnet")
	w.Clock.Advance(45 * time.Minute)
	b.Submit("/ansokan/"+draft+"/barnet", values("a/barnet/asikt", "Jag vill sitta bredvid Alva."))
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); !strings.HasPrefix(to, "/logga-in?vantar=1") {
		t.Fatalf("went to %s", to)
	}
	b.Follow()
	see(t, b, "Det du just skrev är inte borta")
	logIn(t, w, b, personas.AnnaTestsson)
	see(t, b, "Du är inloggad igen")
	b.Submit("Spara det jag skrev", nil)
	b.Want(http.StatusSeeOther)
	b.Get("/ansokan/" + draft + "/barnet")
	if !strings.Contains(string(b.Page.Body), "Jag vill sitta bredvid Alva.") {
		t.Errorf("what was typed is gone:\n%s", b.Text())
	}
}

// On a computer that two people share, what one typed is not given to the other.
func TestExpiredLoginGivesNothingToAnother(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	draft := atPage(t, b, "barnet")
	w.Clock.Advance(45 * time.Minute)
	b.Submit("/ansokan/"+draft+"/barnet", values("a/barnet/asikt", "hemligt"))
	b.Follow()
	logIn(t, w, b, personas.ErikTestsson)
	if strings.Contains(string(b.Page.Body), "hemligt") || strings.Contains(string(b.Page.Body), draft) {
		t.Errorf("the other reads what was typed:\n%s", b.Page.Body)
	}
	b.Get("/fortsatt")
	b.Follow()
	if strings.Contains(string(b.Page.Body), "hemligt") {
		t.Error("the other reads what was typed at the second try")
	}
}

func TestNewerLoginKeepsWhatWasTyped(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	draft := atPage(t, b, "barnet")
	old := b.Page
	b.Post("/logga-ut", values("csrf", b.Token())) // in another tab
	b.Get("/logga-in")
	logIn(t, w, b, personas.AnnaTestsson)
	b.Page = old
	b.Submit("/ansokan/"+draft+"/barnet", values("a/barnet/asikt", "Jag vill gå."))
	b.Want(http.StatusConflict)
	see(t, b, "Inget är borta")
	b.Submit("Spara det jag skrev", nil)
	b.Want(http.StatusSeeOther)
	b.Get("/ansokan/" + draft + "/barnet")
	if !strings.Contains(string(b.Page.Body), "Jag vill gå.") {
		t.Error("what was typed is gone")
	}
	b.Post("/logga-ut", values("csrf", b.Token()))
	b.Get("/logga-in")
	logIn(t, w, b, personas.ErikTestsson)
	b.Page = old
	b.Submit("/ansokan/"+draft+"/barnet", values("a/barnet/asikt", "hemligt"))
	b.Want(http.StatusForbidden) // another person's login: nothing is carried over
}

func TestTwoTabs(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	draft := atPage(t, b, "barnet")
	first := b.Page
	address := "/ansokan/" + draft + "/barnet"
	b.Submit(address, values("a/barnet/asikt", "Ett"))
	b.Want(http.StatusSeeOther)
	next := b.Page.Header.Get("Location")

	b.Page = first
	b.Submit(address, values("a/barnet/asikt", "Ett")) // a double click says the same and goes the same way
	b.Want(http.StatusSeeOther)
	if got := b.Page.Header.Get("Location"); got != next {
		t.Errorf("the second click went to %s, the first to %s", got, next)
	}

	b.Page = first
	b.Submit(address, values("a/barnet/asikt", "Två"))
	b.Want(http.StatusConflict)
	see(t, b, "Sidan har ändrats på ett annat ställe", "Två")
	b.Submit("Spara det jag skrev här", nil)
	b.Want(http.StatusSeeOther)
	b.Get(address)
	if !strings.Contains(string(b.Page.Body), "Två") {
		t.Error("what was typed was not saved over")
	}
}

func TestSubmitTwice(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	draft := begin(t, b)
	fill(t, b, answers(personas.ElsaTestsson), "/kontrollera")
	page := b.Page
	var cases []string
	for range 3 {
		b.Page = page
		b.Submit("/ansokan/"+draft+"/kontrollera", nil)
		b.Want(http.StatusSeeOther)
		cases = append(cases, b.Page.Header.Get("Location"))
	}
	if cases[0] != cases[1] || cases[1] != cases[2] {
		t.Errorf("three clicks, %v", cases)
	}
	b.Get("/ansokan/" + draft + "/kontrollera") // back in the browser
	b.Want(http.StatusSeeOther)
	if to := b.Page.Header.Get("Location"); !strings.HasPrefix(cases[0], to) {
		t.Errorf("back leads to %s, the case is %s", to, cases[0])
	}
	b.Get("/mina-sidor")
	if n := strings.Count(string(b.Page.Body), `href="/arende/`); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// A file is taken as it streams in, a bad one is named, and the answers beside it stay.
func TestFiles(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	b := loggedIn(t, w, personas.AnnaTestsson)
	draft := begin(t, b)
	with := answers(personas.ElsaTestsson)
	with["grund"] = values("a/grund/skal", "annan")
	for range 20 {
		now, action := form(b)
		if now == "omstandighet" {
			break
		}
		b.Submit(action, with[now])
		b.Follow()
		b.Want(http.StatusOK)
	}
	address := "/ansokan/" + draft + "/omstandighet"
	send := func(name, content, op string) httptestkit.Response {
		b.Get(address)
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for _, in := range httptestkit.Find(b.Doc(), "input") { // in the page's order, the token first
			if httptestkit.Attr(in, "type") == "hidden" && httptestkit.Attr(in, "name") != "" {
				m.WriteField(httptestkit.Attr(in, "name"), httptestkit.Attr(in, "value"))
			}
		}
		m.WriteField("a/grund/omstandighet", "Bussen går inte.")
		f, err := m.CreateFormFile("f/bilagor/ovrigt", name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content))
		m.WriteField("op", op)
		m.Close()
		req := httptest.NewRequest("POST", address, &body)
		req.Header.Set("Content-Type", m.FormDataContentType())
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		return b.Do(req)
	}
	send("intyg.pdf", "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n", "upload/bilagor/ovrigt")
	b.Want(http.StatusSeeOther)
	send("program.exe", "MZ\x90\x00\x03\x00\x00\x00", "continue") // named, and not gone past
	b.Want(http.StatusUnprocessableEntity)
	see(t, b, "program.exe", "intyg.pdf", "Bussen går inte.")
	b.Get(address)
	see(t, b, "intyg.pdf", "Bussen går inte.")
	var file string
	for _, a := range httptestkit.Find(b.Doc(), "a") {
		if href := httptestkit.Attr(a, "href"); strings.HasPrefix(href, "/ansokan/"+draft+"/fil/") {
			file = href
		}
	}
	page := b.Page
	if res := b.Get(file); !strings.HasPrefix(string(res.Body), "%PDF") || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment;") {
		t.Errorf("%d %s %q", res.Status, res.Header.Get("Content-Disposition"), res.Body)
	}
	erik := loggedIn(t, w, personas.ErikTestsson)
	if erik.Get(file).Status != http.StatusNotFound {
		t.Error("somebody else reads the file")
	}
	b.Page = page
	b.Submit("Ta bort", nil)
	b.Follow()
	if strings.Contains(b.Text(), "intyg.pdf") {
		t.Error("the file was not removed")
	}
}
