package preview_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"samtjanst/forms/answers"
	"samtjanst/forms/formcli"
	"samtjanst/platform/clock"
	"samtjanst/platform/preview"
	"samtjanst/renderer/ui/uitest"
)

// world is a preview of a new form, looked at through a browser's eyes.
type world struct {
	*testing.T
	dir string
	url string
}

func start(t *testing.T) *world {
	t.Helper()
	var errs bytes.Buffer
	parent := t.TempDir()
	if status := formcli.New([]string{"prov", "--dir", parent}, io.Discard, &errs); status != formcli.Well {
		t.Fatalf("%s", &errs)
	}
	return serve(t, filepath.Join(parent, "prov"))
}

func serve(t *testing.T, dir string) *world {
	t.Helper()
	s, err := preview.New(dir, preview.Options{Clock: clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)),
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Every: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Watch(ctx) }()
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); stop(); <-done })
	return &world{t, dir, server.URL}
}

// read gives a page and where redirects ended.
func (w *world) read(res *http.Response, err error) (body, at string) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		w.Fatalf("%s: %d %v", res.Request.URL, res.StatusCode, err)
	}
	uitest.HTML(w, res.Request.URL.Path, raw)
	return string(raw), res.Request.URL.RequestURI()
}

func (w *world) get(path string) string {
	w.Helper()
	body, _ := w.read(http.Get(w.url + path))
	return body
}

func (w *world) post(path string, pairs ...string) (body, at string) {
	w.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return w.read(http.PostForm(w.url+path, form))
}

func (w *world) edit(file, old, new string) {
	w.Helper()
	name := filepath.Join(w.dir, file)
	raw, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(raw), old) {
		w.Fatalf("%s has no %q: %v", file, old, err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(raw), old, new, 1)), 0o600); err != nil {
		w.Fatal(err)
	}
}

func (w *world) has(body string, texts ...string) {
	w.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			w.Errorf("%q is not there:\n%s", text, body)
		}
	}
}

var iframe = regexp.MustCompile(`<iframe title="[^"]*" src="([^"]*)"`)

func TestBoard(t *testing.T) {
	w := start(t)
	board := w.get("/")
	w.has(board, "Definitionen är hel", "2 av 2 scenarier stämmer")
	frames := iframe.FindAllStringSubmatch(board, -1)
	if len(frames) != 2 || frames[0][1] != frames[1][1] {
		t.Fatalf("%v", frames)
	}
	w.has(w.get(strings.ReplaceAll(frames[0][1], "&amp;", "&")), `<form class="st-form"`, "Vad ska ni använda lokalen till?")
	const scenario = "scenario=scenarios%2F02-offentlig-tillstallning.yaml"
	w.has(w.get("/?"+scenario+"&steg=2&sprak=en"), `Borrow a venue`, `aria-current="true">3. offentlig`, "Where the person is", "/sida/nu?")
	// Any page, after any step, as the person has it then.
	w.has(w.get("/sida/nu?"+scenario+"&steg=1&sprak=sv"), "Har ni tillstånd från Polisen?", `&#34;manga&#34;: true`)
	w.has(w.get("/sida/kontakt?"+scenario+"&steg=5"), `value="anna.testsson@example.se"`)
	w.has(w.get("/sida/kontrollera?"+scenario+"&steg=5"), "Kontrollera dina svar", "anna.testsson@example.se", "andra=1")
	w.has(w.get("/sida/offentlig"), "Sidan visas inte här")
	w.has(w.get("/sida/finns-inte"), "Sidan visas inte här")
	w.has(w.get("/sida/nu?scenario=borta.yaml&vem=7&steg=-3&ifyllt=okänt&tema=x&sprak=xx"), "Vad ska ni använda lokalen till?")
}

func TestPosts(t *testing.T) {
	w := start(t)
	const here = "/sida/lokal?sprak=sv"
	// What is wrong is told beside what was typed.
	body, at := w.post(here, "op", "continue", "a/lokal/deltagare", "många")
	w.has(body, "not-a-number", `value="många"`, `class="ds-error-summary`)
	if strings.Contains(at, "m%C3%A5nga") || strings.Contains(at, "många") {
		t.Errorf("what was typed stands in the address: %s", at)
	}
	// A whole page leads to the next, which has the answers of both.
	body, at = w.post(here, "op", "continue", "a/lokal/andamal", "Årsmöte", "y/lokal/dag", "2027", "m/lokal/dag", "1", "d/lokal/dag", "12",
		"a/lokal/deltagare", "40", "a/lokal/sort", "mote")
	w.has(body, "Dina kontaktuppgifter", "&#34;Årsmöte&#34;")
	body, at = w.post(at, "op", "continue", "a/kontakt/email", "anna.testsson@example.se")
	w.has(body, "Kontrollera dina svar", "Årsmöte")
	if !strings.HasPrefix(at, "/sida/kontrollera?") {
		t.Error(at)
	}
	// Update answers a condition without judging.
	body, _ = w.post(here, "op", "update", "a/lokal/deltagare", "400")
	w.has(body, "Så många får inte plats", `value="400"`)
	if strings.Contains(body, "ds-error-summary") {
		t.Error("an update judges")
	}
	// A stop does not let one past.
	body, _ = w.post(here, "op", "continue", "a/lokal/andamal", "Årsmöte", "y/lokal/dag", "2026", "m/lokal/dag", "11", "d/lokal/dag", "24",
		"a/lokal/deltagare", "40", "a/lokal/sort", "mote")
	w.has(body, "Vi behöver fem arbetsdagar", `name="a/lokal/andamal"`)
	res, err := http.Post(w.url+here, "text/plain", strings.NewReader("x"))
	if err == nil {
		res.Body.Close()
	}
	if err != nil || res.StatusCode != http.StatusOK { // plain text has no controls: the page is as before
		t.Errorf("%v %v", res.StatusCode, err)
	}
	if res, err = http.Post(w.url+here, "multipart/form-data; boundary=x", strings.NewReader("--x\r\nbroken")); err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("%v %v", res.StatusCode, err)
	}
	res.Body.Close()
}

func TestFiles(t *testing.T) {
	w := serve(t, filepath.Join("..", "..", "forms", "library", "skolskjuts"))
	here := "/sida/grund?scenario=scenarios%2F01-ett-hem-bada-skriver-under.yaml&steg=100"
	_, at := w.post(here, "op", "update", "a/grund/skal", "annan")
	at = strings.Replace(at, "/sida/grund?", "/sida/omstandighet?", 1)
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	file, err := parts.CreateFormFile(answers.Upload("/bilagor/ovrigt"), "intyg.pdf")
	if err != nil {
		t.Fatal(err)
	}
	file.Write(bytes.Repeat([]byte("x"), 1234))
	parts.WriteField("op", "upload/bilagor/ovrigt")
	parts.WriteField("a/grund/omstandighet", "Lång väg")
	parts.Close()
	body, at := w.read(http.Post(w.url+at, parts.FormDataContentType(), &form))
	w.has(body, "intyg.pdf", "Lång väg", "&#34;size&#34;: 1234")
	remove := regexp.MustCompile(`value="(remove-file/bilagor/ovrigt/[^"]+)"`).FindStringSubmatch(body)
	if remove == nil {
		t.Fatalf("no button takes the file away:\n%s", body)
	}
	if body, _ = w.post(at, "op", remove[1]); strings.Contains(body, "intyg.pdf") {
		t.Error("the file is still there")
	}
}

func TestOtherParty(t *testing.T) {
	w := serve(t, filepath.Join("..", "..", "forms", "library", "skolskjuts"))
	const here = "?scenario=scenarios%2F01-ett-hem-bada-skriver-under.yaml&vem=1"
	w.has(w.get("/"+here), `aria-current="true">Vårdnadshavare`)
	body := w.get("/sida/nu" + here)
	w.has(body, "Dina uppgifter", `name="a/egen/email"`)
	if strings.Contains(body, "anna.testsson@example.se") {
		t.Error("one party sees the other's section")
	}
	w.has(w.get("/sida/nu?scenario=scenarios%2F11-sokanden-ar-skyddad.yaml"), "applicant-protected")
}

// A page that is asked for each row is looked at for the first of them, and leads on to the next.
func TestPageForEachRow(t *testing.T) {
	w := serve(t, filepath.Join("..", "..", "forms", "library", "fardtjanst"))
	const here = "?scenario=scenarios%2F01-for-sig-sjalv.yaml&steg=20&sprak=sv"
	w.has(w.get("/"+here), "Mått och vikt – Hjälpmedel 1", "sida=matt.1&amp;")
	w.has(w.get("/sida/matt.1"+here), "Hjälpmedel 1 · Elrullstol", `name="a/hjalpmedel/lista/0/bredd"`, `value="65"`)
	w.has(w.get("/sida/matt.2"+here), "Sidan visas inte här") // a stick is not measured
	body, at := w.post("/sida/matt.1"+here, "op", "continue", "a/hjalpmedel/lista/0/bredd", "6")
	w.has(body, "f-hjalpmedel-lista-x-bredd.0", `value="6"`)
	if !strings.Contains(at, "/sida/matt.1?") {
		t.Errorf("what is wrong leads to %s", at)
	}
	w.has(w.get("/sida/kontrollera"+here), "Mått och vikt – Hjälpmedel 1 · Elrullstol", "/sida/matt.1?")
}

// TestChanges goes through what an editor does to the files, and what stands on the page meanwhile.
func TestChanges(t *testing.T) {
	w := start(t)
	body, typed := w.post("/sida/lokal?sprak=sv", "op", "continue", "a/lokal/andamal", "Årsmöte")
	w.has(body, `value="Årsmöte"`)
	layout := filepath.Join(w.dir, "layout.yaml")
	whole, err := os.ReadFile(layout)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name   string
		do     func() error
		status []string // on the board
		page   string   // in the frame
	}{
		{"a title", func() error { w.edit("layout.yaml", "title: Lokalen", "title: Platsen"); return nil }, []string{"2 av 2"}, "Platsen"},
		{"half saved", func() error { return os.WriteFile(layout, whole[:len(whole)/2], 0o600) }, []string{"layout.yaml:", "den senaste version"}, "Platsen"},
		{"empty", func() error { return os.WriteFile(layout, nil, 0o600) }, []string{"layout.yaml"}, ""},
		{"not text", func() error { return os.WriteFile(layout, []byte{0xff, 0xfe, 0, 1}, 0o600) }, []string{"not UTF-8", "den senaste version"}, ""},
		{"renamed away", func() error { return os.Rename(layout, layout+"~") }, []string{"the file is missing", "den senaste version"}, ""},
		{"and back", func() error { return errorsOf(os.Remove(layout+"~"), os.WriteFile(layout, whole, 0o600)) }, []string{"Definitionen är hel"}, "Lokalen"},
		{"a misspelt key", func() error { w.edit("layout.yaml", "title: Lokalen", "titel: Lokalen"); return nil }, []string{"layout.yaml:6:5", "unknown key", "did you mean"}, "Lokalen"},
		{"mended", func() error { w.edit("layout.yaml", "titel: Lokalen", "title: Lokalen"); return nil }, []string{"Definitionen är hel"}, "Lokalen"},
		{"a scenario that differs", func() error { w.edit("scenarios/01-ett-mote.yaml", "next: kontakt #", "next: lokal #"); return nil },
			[]string{"1 av 2 scenarier stämmer", "Stämmer inte", "step 2, page lokal: next"}, "Lokalen"},
		{"a broken scenario", func() error { w.edit("scenarios/01-ett-mote.yaml", "title:", "titel:"); return nil }, []string{"scenarios/01-ett-mote.yaml:"}, "Lokalen"},
		{"a wrong expression", func() error { w.edit("form.yaml", "addWorkdays(today, 5)", "addWorkdays(today, "); return nil },
			[]string{"form.yaml:", "den senaste version"}, "Lokalen"},
		{"the folder is gone", func() error { return os.Rename(w.dir, w.dir+"-2") }, []string{"den senaste version"}, "Lokalen"},
		{"and there again", func() error { return os.Rename(w.dir+"-2", w.dir) }, []string{"form.yaml:"}, "Lokalen"},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		t.Run(step.name, func(t *testing.T) {
			w := &world{t, w.dir, w.url}
			w.has(w.get("/"), step.status...)
			if step.page != "" {
				w.has(w.get(typed), step.page, `value="Årsmöte"`) // what was typed outlives the change
			}
		})
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestNothingYet(t *testing.T) {
	dir := t.TempDir()
	w := serve(t, dir)
	w.has(w.get("/"), "Det finns inget formulär att visa än", "form.yaml")
	w.has(w.get("/sida/nu"), "Det finns inget formulär att visa än", "the file is missing")
	if body, _ := w.post("/sida/x", "op", "continue"); !strings.Contains(body, "inget formulär") {
		t.Error(body)
	}
	if _, err := preview.New(filepath.Join(dir, "saknas"), preview.Options{}); err == nil {
		t.Error("a folder that does not exist")
	}
}

// TestTold holds an open page to hearing of a change.
func TestTold(t *testing.T) {
	w := start(t)
	res, err := http.Get(w.url + "/handelser")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			if s.Text() != "" {
				lines <- s.Text()
			}
		}
	}()
	next := func() string {
		select {
		case l := <-lines:
			return l
		case <-time.After(10 * time.Second):
			t.Fatal("nothing is told")
			return ""
		}
	}
	if first := next(); first != "data: 1" || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("%q %s", first, res.Header.Get("Content-Type"))
	}
	if err := os.WriteFile(filepath.Join(w.dir, ".layout.yaml.swp"), []byte("x"), 0o600); err != nil { // an editor's own
		t.Fatal(err)
	}
	w.edit("layout.yaml", "title: Lokalen", "title: Platsen")
	if second := next(); second != "data: 2" {
		t.Errorf("%q: a hidden file is no change", second)
	}
}
