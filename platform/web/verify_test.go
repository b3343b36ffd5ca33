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
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// annasCopy is Anna's own copy of an application that she has signed, as a PDF.
func annasCopy(t *testing.T, w *servertest.World) []byte {
	t.Helper()
	anna := servertest.Citizen(personas.AnnaTestsson)
	draft, err := w.Flow.Start(w.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	w.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "a@example.se"))
	id := w.Submit(anna, draft)
	w.Sign(anna, id)
	b := loggedIn(t, w, personas.AnnaTestsson)
	b.Get("/arende/" + string(id) + "/kopia")
	b.Want(http.StatusOK)
	return b.Page.Body
}

// hand posts a file to the page as a browser does.
func hand(t *testing.T, b *httptestkit.Browser, file []byte) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	m.WriteField(httpkit.TokenField, b.Token())
	f, err := m.CreateFormFile("fil", "kopia.pdf")
	if err != nil {
		t.Fatal(err)
	}
	f.Write(file)
	m.Close()
	req := httptest.NewRequest("POST", "/kontrollera", &body)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	b.Do(req)
}

// Anybody who has got a copy learns whether it is genuine, without login and without script.
func TestVerifyPage(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	file := annasCopy(t, w)
	b := loggedIn(t, w, personas.AnnaTestsson)
	b.Get("/mina-sidor")
	see(t, b, "Kontrollera underskrifter i ett dokument")

	b = visit(t, w)
	b.Get("/kontrollera")
	b.Want(http.StatusOK)
	see(t, b, "Kontrollera underskrifter", "Filen kontrolleras och slängs genast")

	hand(t, b, file)
	b.Want(http.StatusOK)
	see(t, b, "Underskrifterna stämmer", "Anna Testsson (", "skrev under den 23 november 2026 kl. 10.00 med Mobilt BankID, tillitsnivå 3", "Kopia för Anna Testsson",
		"Myndighetens stämpel på hela filen är hel.", "Stämplad av Ekköpings kommun (2120009901)")

	// One letter of what she answered.
	at := bytes.Index(file, []byte(`"eklunda"`))
	if at < 0 {
		t.Fatal("the answers do not stand in the file as they are")
	}
	changed := bytes.Clone(file)
	changed[at+1] = 'f'
	b.Get("/kontrollera")
	hand(t, b, changed)
	b.Want(http.StatusOK)
	see(t, b, "Något stämmer inte", "Filen svar.json är inte den som skrevs under.", "men innehållet i filen är inte det som skrevs under")

	b.Get("/kontrollera?lang=en")
	hand(t, b, file)
	see(t, b, "The signatures hold", "with Mobile BankID")
}

// What cannot be checked is told, and what was not given is asked for.
func TestVerifyPageRefuses(t *testing.T) {
	w := servertest.New(t, servertest.Options{})
	for name, c := range map[string]struct {
		file   []byte
		status int
		want   string
	}{
		"nothing":       {nil, http.StatusUnprocessableEntity, "Välj en fil att kontrollera."},
		"a text":        {[]byte("hej"), http.StatusUnprocessableEntity, "Det är varken en PDF eller ett bevispaket"},
		"another PDF":   {[]byte("%PDF-1.4\n%%EOF\n"), http.StatusUnprocessableEntity, "PDF-filen är skadad, eller är gjord av ett annat program"},
		"half a bundle": {[]byte("PK\x03\x04"), http.StatusUnprocessableEntity, "Filen innehåller inga bevis"},
		"too much":      {make([]byte, 20<<20+1), http.StatusRequestEntityTooLarge, "Filen är för stor"},
	} {
		b := visit(t, w)
		b.Get("/kontrollera")
		hand(t, b, c.file)
		if b.Page.Status != c.status || !strings.Contains(b.Text(), c.want) {
			t.Errorf("%s: %d\n%s", name, b.Page.Status, b.Text())
		}
		w.Clock.Advance(time.Minute)
	}
	b := visit(t, w)
	b.Get("/kontrollera")
	b.Submit("Kontrollera", nil) // a form without any file part
	b.Want(http.StatusUnprocessableEntity)
	w.Clock.Advance(time.Minute)
	for range 5 {
		b.Get("/kontrollera")
		hand(t, b, []byte("hej"))
	}
	b.Get("/kontrollera")
	hand(t, b, []byte("hej"))
	b.Want(http.StatusTooManyRequests)
}
