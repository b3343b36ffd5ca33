package caseload_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
)

// walker is an officer at work on the whole platform: real use cases, real store, real documents.
type walker struct {
	*httptestkit.Browser
	t *testing.T
}

// sees fails unless the page says all of it.
func (w walker) sees(texts ...string) {
	w.t.Helper()
	seen := strings.Join(strings.Fields(w.Text()), " ")
	for _, text := range texts {
		if !strings.Contains(seen, text) {
			w.t.Errorf("the page does not say %q:\n%s", text, seen)
		}
	}
}

func (w walker) page(path string) {
	w.t.Helper()
	w.Get(path)
	w.Want(http.StatusOK)
	httptestkit.CheckResponse(w.t, path, w.Page)
	if dir := os.Getenv("SAMTJANST_TEST_PAGES"); dir != "" {
		name := "walk" + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(strings.TrimPrefix(path, "/admin")) + ".html"
		if err := os.WriteFile(filepath.Join(dir, name), w.Page.Body, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w walker) pdf(path string) {
	w.t.Helper()
	w.Get(path)
	w.Want(http.StatusOK)
	if !bytes.HasPrefix(w.Page.Body, []byte("%PDF-")) {
		w.t.Errorf("%s is no PDF", path)
	}
	httptestkit.CheckResponse(w.t, path, w.Page)
}

// press presses a button and lands on the page after it.
func (w walker) press(button string, values url.Values) {
	w.t.Helper()
	w.Submit(button, values)
	w.Want(http.StatusSeeOther)
	w.Follow()
	w.Want(http.StatusOK)
	httptestkit.CheckResponse(w.t, button, w.Page)
}

// A case from the inbox to the board's list, and the ride list back, by what officers read and press alone.
func TestAnOfficersWalk(t *testing.T) {
	world := servertest.New(t, servertest.Options{})
	anna := servertest.Citizen(personas.AnnaTestsson)
	draft, err := world.Flow.Start(world.Ctx, anna, "ekkoping", "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	world.Fill(anna, draft, servertest.OneHome(personas.ElsaTestsson, "eklunda", "anna.testsson@example.se"))
	id := world.Submit(anna, draft)
	world.Sign(anna, id)
	world.Run()
	kase := "/admin/arenden/" + string(id)

	b := walker{httptestkit.New(t, world.App), t}
	b.Header.Set("Accept-Language", "sv")
	b.LogIn(world.Kit, world.Staff(personas.BirgittaProvbeslutande))
	b.page("/admin/arenden")
	b.sees("Behöver åtgärd (1)", "Elsa Testsson", "Brev ska skickas", "1 av 2, sedan i dag", "Ej tilldelad")
	b.press("Tilldela mig", url.Values{"arende": {string(id)}})
	b.sees("1 ärende är nu ditt.", "Du")

	// Nobody has said how the other guardian is reached: a letter.
	b.page(kase)
	b.sees("Skicka brev till Erik Testsson", "förvaltningslagen", "Kan inte nås digitalt", "Eklundaskolan", "Hämtat från Navet", "Kvittens på ansökan")
	b.pdf(kase + "/brev/p2/invitation")
	b.page(kase)
	b.press("Brevet är skickat", nil)
	b.sees("Brevet är antecknat som skickat.", "Inget att göra just nu.", "Inbjudan att skriva under")

	// The sheet comes back by post, signed by pen.
	b.page(kase + "/papper/p2")
	b.post(kase+"/papper/p2", "blankett", "blankett.pdf", "%PDF-1.7 prov", [2]string{"datum", "2026-11-23"})
	b.Follow()
	b.sees("Underskriften av Erik Testsson är registrerad.", "Har skrivit under på papper", "Hos handläggare")

	b.page(kase + "/beslut")
	b.Submit("Förhandsgranska", url.Values{"utfall": {"bifall"}, "grund": {"10-32-1"}, "motivering": {"Vägen är **längre** än gränsen."},
		"fran": {"2026-12-01"}, "till": {"2027-06-11"}, "titel": {"Enhetschef"}})
	b.Want(http.StatusOK)
	httptestkit.CheckResponse(t, "preview", b.Page)
	b.sees("Så blir beslutet", "Vägen är längre än gränsen.", "Enhetschef")
	form := b.hidden(kase + "/beslut")
	b.Post(kase+"/beslut.pdf", form)
	b.Want(http.StatusOK)
	if !bytes.HasPrefix(b.Page.Body, []byte("%PDF-")) {
		t.Error("the preview is no PDF")
	}
	form.Set("bekrafta", "ja")
	b.Post(kase+"/beslut/fatta", form)
	b.Want(http.StatusSeeOther)
	world.Run()
	b.page(kase)
	b.sees("Beslutet är fattat. Parterna får besked.", "Bifall", "Birgitta Provbeslutande, Enhetschef", "Inte anmält än", "Trafikoperatören", "Fattade beslut")
	b.pdf(kase + "/arende.pdf")

	b.page("/admin/namnd")
	b.sees("Elsa Testsson", "Bifall")
	b.press("Markera som anmälda", url.Values{"sammantrade": {"2026-12-15"}})
	b.sees("1 beslut är antecknat som anmält.", "Alla delegationsbeslut är anmälda.")

	b.page("/admin/turlista")
	reference := world.Head(id).Reference
	b.post("/admin/turlista", "lista", "turer.csv", "elevreferens;datum;avgång;hämtplats;linje\n"+reference+";2026-12-01;07:35;Provvägen;412\nSKJ-XXXX-YYYY;2026-12-01;07:40;Annan;412\n")
	b.Want(http.StatusOK)
	b.sees("1 tur är inlagd för 1 elev.", "1 rad behöver ses över")
	b.page(kase)
	b.sees("07:35", "Provvägen", "turer.csv")
	if got := world.Head(id).State; got != casework.Decided {
		t.Errorf("the case is %s", got)
	}

	// Another board's officer finds nothing of it.
	other := walker{httptestkit.New(t, world.App), t}
	other.LogIn(world.Kit, world.Staff(personas.SivSocialtest))
	other.Get(kase)
	other.Want(http.StatusNotFound)
	other.Header.Set("Accept-Language", "sv")
	other.page("/admin/arenden?vy=alla")
	if strings.Contains(other.Text(), "Elsa") {
		t.Error("another board's inbox shows the case")
	}
}

// hidden gives what the form to an address carries without being asked.
func (w walker) hidden(action string) url.Values {
	out := url.Values{}
	for _, form := range httptestkit.Find(w.Doc(), "form") {
		if httptestkit.Attr(form, "action") != action {
			continue
		}
		for _, n := range httptestkit.Find(form, "input") {
			if httptestkit.Attr(n, "type") == "hidden" {
				out.Add(httptestkit.Attr(n, "name"), httptestkit.Attr(n, "value"))
			}
		}
	}
	return out
}

// post sends a form with a file, its values first.
func (w walker) post(path, field, name, body string, values ...[2]string) {
	w.t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	for _, v := range append([][2]string{{httpkit.TokenField, w.Token()}}, values...) {
		if err := form.WriteField(v[0], v[1]); err != nil {
			w.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := part.Write([]byte(body)); err != nil {
		w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, path, &buf)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	w.Do(req)
}
