package byhand_test

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
	"samtjanst/platform/directory/people"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/server/servertest"
	"samtjanst/renderer/ui/uitest"
)

// walker is an officer at work on the whole platform, with a browser that runs no script.
type walker struct {
	*httptestkit.Browser
	t  *testing.T
	at *string // where the last redirection led
}

func newWalker(t *testing.T, world *servertest.World, who personas.StaffID) walker {
	b := walker{httptestkit.New(t, world.App), t, new(string)}
	b.Header.Set("Accept-Language", "sv")
	b.LogIn(world.Kit, world.Staff(who))
	return b
}

// follow goes where the last answer pointed.
func (w walker) follow() {
	w.t.Helper()
	if w.Page.Status == http.StatusSeeOther {
		*w.at, _, _ = strings.Cut(w.Page.Header.Get("Location"), "#")
		w.Follow()
	}
}

func (w walker) sees(texts ...string) {
	w.t.Helper()
	seen := strings.Join(strings.Fields(w.Text()), " ")
	for _, text := range texts {
		if !strings.Contains(seen, text) {
			w.t.Errorf("the page does not say %q:\n%s", text, seen)
		}
	}
}

// sound checks what is shown as every page is checked, and keeps it for who wants to look at it.
func (w walker) sound(name string) {
	w.t.Helper()
	httptestkit.CheckResponse(w.t, name, w.Page)
	if dir := os.Getenv("SAMTJANST_TEST_PAGES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "byhand-"+name+".html"), w.Page.Body, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
}

// press presses a button, and lands where it leads.
func (w walker) press(button string, values url.Values) {
	w.t.Helper()
	w.Submit(button, values)
	w.follow()
}

// upload posts the page as it stands with files, by the button that says so.
func (w walker) upload(path string, files map[string]string) {
	w.t.Helper()
	posted, err := uitest.Posted(w.Page.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	write := func(name, value string) {
		if err := form.WriteField(name, value); err != nil {
			w.t.Fatal(err)
		}
	}
	for name, values := range posted {
		for _, v := range values {
			write(name, v)
		}
	}
	for name, body := range files {
		part, err := form.CreateFormFile("filer", name)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := part.Write([]byte(body)); err != nil {
			w.t.Fatal(err)
		}
	}
	write("op", "ladda-upp") // the button stands after the files
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, path, &buf)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	w.Do(req)
	w.follow()
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"

// An order is made, put right, looked at and sent, by what an officer reads and presses alone; nothing typed is lost on the way, and sending
// again leads to the same case. Then it is taken back.
func TestWalk(t *testing.T) {
	world := servertest.New(t, servertest.Options{})
	b := newWalker(t, world, personas.SivSocialtest)
	b.Get("/admin/underskrifter/ny")
	b.Want(http.StatusOK)
	b.sound("desk")
	b.sees("Underskriften begärs av Socialnämnden.")
	b.press("Börja", nil)
	b.Want(http.StatusOK)
	b.sound("new")
	draft := *b.at
	b.press("Förhandsgranska", url.Values{"titel": {"Hyresavtal för bygdegården"}, "meddelande": {"Fråga Siv."}, "namn.k1": {"Anna Testsson"}, "nummer.k1": {"19840312-2389"}})
	b.Want(http.StatusUnprocessableEntity)
	b.sound("wrong")
	b.sees("Rätta det här för att gå vidare", "Personnumret i ”Personnummer, Person 1” stämmer inte", "Bifoga minst en fil till ”Handlingar”")
	b.upload(draft, map[string]string{"ingen.pdf": "Jag är ingen PDF.", "avtal.pdf": pdf})
	b.Want(http.StatusUnprocessableEntity)
	b.sees("Filen ingen.pdf är av ett slag som vi inte kan ta emot", "avtal.pdf", "Fler handlingar")
	b.press("Lägg till en person", url.Values{"nummer.k1": {personas.AnnaTestsson.Number().Dashed()}, "epost.k1": {"anna.testsson@example.se"}})
	b.press("Lägg till en person", url.Values{"namn.k2": {"Erik Testsson"}, "nummer.k2": {personas.ErikTestsson.Number().Dashed()}, "steg.k2": {"2"}})
	b.press("Lägg till en person", url.Values{"namn.k3": {"Linda Provgren"}, "steg.k3": {"2"}, "egenskap.k3": {"Ordförande"}})
	b.press("Visa stegen som de är nu", nil)
	b.Want(http.StatusOK)
	b.sound("steps")
	b.sees("Steg 2: Erik Testsson, Linda Provgren")
	b.press("Förhandsgranska", url.Values{"regel.2": {"some"}, "antal.2": {"3"}, "tid": {"time"}, "dag": {"2026-11-22"}, "klockan": {"16.00"}})
	b.Want(http.StatusUnprocessableEntity)
	b.sound("wrong-again")
	b.sees("är fler än de 2 som står i steget", "Tiden har redan varit")
	posted, err := uitest.Posted(b.Page.Body)
	if err != nil || posted.Get("titel") != "Hyresavtal för bygdegården" || posted.Get("meddelande") != "Fråga Siv." || posted.Get("namn.k3") != "Linda Provgren" ||
		posted.Get("antal.2") != "3" || posted.Get("klockan") != "16.00" {
		t.Errorf("something typed is lost: %v %v", posted, err)
	}
	b.press("Ta bort", nil) // the first: Anna
	b.sees("Person 3")
	b.press("Spara och fortsätt senare", nil)
	b.sees("Det är sparat.", "Hyresavtal för bygdegården")
	b.Get(draft)
	b.press("Förhandsgranska", url.Values{"regel.2": {"one"}, "tid": {"days"}})
	b.Want(http.StatusOK)
	b.sound("preview")
	b.sees("Så här blir det", "Hyresavtal för bygdegården", "avtal.pdf", "Erik Testsson", "En av dem måste skriva under.", "Ordförande", "Får ett brev och skriver under på papper.",
		"Socialnämnden, Ekköpings kommun", "senast 7 december 2026")
	preview := *b.at
	b.Get(find(t, b, "avtal.pdf"))
	b.Want(http.StatusOK)
	if string(b.Page.Body) != pdf {
		t.Error("the document is not the one that was uploaded")
	}
	b.Get(preview)
	form, _ := uitest.Posted(b.Page.Body)
	b.press("Skicka för underskrift", nil)
	b.Want(http.StatusOK)
	b.sound("case")
	b.sees("Skickat. De som ska skriva under först får besked nu.", "Hyresavtal för bygdegården", "Erik Testsson", "Ordförande")
	kase := *b.at
	b.Post(draft+"/skicka", form) // the page before is posted again
	b.follow()
	if *b.at != kase {
		t.Errorf("sending again leads to %s", *b.at)
	}
	b.Get(draft)
	if b.follow(); *b.at != kase {
		t.Errorf("what was sent leads to %s", *b.at)
	}

	// One who works for the board is chosen, in the row where nothing is typed; the number is not shown.
	maria, err := world.Flow.People.Put(world.Ctx, people.Person{Tenant: "ekkoping", Name: "Maria Provberg", Number: personas.MariaProvberg.Number(),
		Roles: []people.Role{{Authority: "social", Role: "manager", Title: "Enhetschef"}}}, people.Entry{At: world.Clock.Now(), By: "setup", What: []string{"entered"}})
	if err != nil {
		t.Fatal(err)
	}
	world.Clock.Advance(people.Fresh)
	b.Get("/admin/underskrifter/ny")
	b.press("Börja", nil)
	b.press("Lägg till ur registret", url.Values{"ur": {string(maria.ID)}, "titel": {"Delegation"}})
	b.sound("known")
	b.sees("Personnumret finns i registret")
	if posted, err := uitest.Posted(b.Page.Body); err != nil || posted.Get("namn.k1") != "Maria Provberg" || posted.Get("egenskap.k1") != "Enhetschef" || posted.Get("nummer.k1") != "" {
		t.Errorf("what was chosen: %v %v", posted, err)
	}
	b.upload(*b.at, map[string]string{"avtal.pdf": pdf})
	b.press("Förhandsgranska", nil)
	b.sees("Maria Provberg, Enhetschef")
	if strings.Contains(b.Text(), maria.Number.Dashed()) {
		t.Error("the register's number is shown")
	}

	other := newWalker(t, world, personas.MonaTesthandlaggare)
	for _, path := range []string{draft, preview, kase + "/aterta"} {
		other.Get(path)
		other.Want(http.StatusNotFound)
	}
	b.Get(kase + "/aterta")
	b.Want(http.StatusOK)
	b.sound("take-back")
	b.press("Ta tillbaka", nil)
	b.Want(http.StatusUnprocessableEntity)
	b.press("Ta tillbaka", url.Values{"grund": {"Fel avtal."}})
	b.sees("Begäran om underskrift är tillbakatagen.", "Tog tillbaka begäran om underskrift")
	if got := world.Head(casework.ID(strings.TrimPrefix(kase, "/admin/arenden/"))).State; got != casework.Withdrawn {
		t.Errorf("the case is %s", got)
	}
}

// find gives the address of a link.
func find(t *testing.T, b walker, text string) string {
	t.Helper()
	for _, a := range httptestkit.Find(b.Doc(), "a") {
		if strings.TrimSpace(httptestkit.Text(a)) == text {
			return httptestkit.Attr(a, "href")
		}
	}
	t.Fatalf("there is no link %q", text)
	return ""
}

// Somebody who works for several boards says for which, and whoever has another tab open is told.
func TestTwoBoards(t *testing.T) {
	world := servertest.New(t, servertest.Options{})
	b := newWalker(t, world, personas.TuvaTalltest)
	b.Get("/admin/underskrifter/ny")
	b.sees("För vilken nämnd?", "Kultur- och fritidsnämnden", "Samhällsbyggnadsnämnden")
	b.press("Börja", nil)
	b.Want(http.StatusUnprocessableEntity)
	b.sees("Välj den nämnd som begär underskriften.")
	b.press("Börja", url.Values{"namnd": {"teknik"}})
	b.sees("Samhällsbyggnadsnämnden")
	stale, err := uitest.Posted(b.Page.Body)
	if err != nil {
		t.Fatal(err)
	}
	draft := *b.at
	b.press("Spara och fortsätt senare", url.Values{"titel": {"Det första"}})
	stale.Set("titel", "Det andra")
	stale.Set("op", "spara")
	b.Post(draft, stale)
	b.Want(http.StatusConflict)
	b.sound("conflict")
	b.sees("Sidan har sparats i en annan flik")
	b.press("Spara och fortsätt senare", nil)
	b.sees("Det andra")
	b.press("Ta bort", nil)
	b.sees("Det du hade börjat på är borttaget.")
	if strings.Contains(b.Text(), "Det andra") {
		t.Error("what was thrown away is there")
	}
	b.Get("/admin/underskrifter/ny?namnd=social")
	b.Post("/admin/underskrifter/ny", url.Values{"csrf": {b.Token()}, "namnd": {"barn-och-utbildning"}})
	b.Want(http.StatusNotFound)
}
