package renderer

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"samtjanst/renderer/ui/uitest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/renderer/assets"
	"samtjanst/renderer/ui"
)

// site is the least platform around a page: it decodes what is posted, keeps it, and shows the page again.
type site struct {
	t      *testing.T
	graph  *journey.Graph
	page   *Page
	tmpl   *ui.Template[formPage]
	assets *assets.Assets
	policy string

	mu      sync.Mutex
	stored  map[string]any
	typed   forms.Typed
	posts   []string // operations, in order
	codes   int      // how many QR codes have been fetched
	extends int
	asked   int
	still   bool // one is logged out for stillness soon
}

func newSite(t *testing.T, dir string) *site {
	t.Helper()
	form := loadForm(t, dir)
	graph, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	u, a, _ := uitest.Shipped(t)
	p, _ := New(catalog(t), DefaultLimits).Form(form).Page("allt", "sv")
	return &site{t: t, graph: graph, page: p, assets: a, stored: map[string]any{}, policy: "default-src 'self'", tmpl: ui.Must(ui.Parse[formPage](u, componentsTemplate, "form.html"))}
}

func (s *site) view() *forms.View {
	v, err := s.graph.Run(forms.Scope{Answers: s.stored, Facts: map[string]any{}, Actor: map[string]any{"role": journey.Applicant}, Settings: map[string]any{}, Today: "2026-11-22"})
	if err != nil {
		s.t.Error(err)
	}
	return v
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Security-Policy", s.policy)
	switch {
	case strings.HasPrefix(r.URL.Path, assets.Root):
		f, ok := s.assets.Open(strings.TrimPrefix(r.URL.Path, assets.Root))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", f.Type)
		w.Write(f.Data)
	case r.URL.Path == "/qr.svg":
		s.codes++
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`)
	case r.URL.Path == "/status":
		s.asked++
		w.Header().Set("Content-Type", "application/json")
		if s.asked > 2 {
			fmt.Fprint(w, `{"next":"/klart"}`)
		} else {
			fmt.Fprint(w, `{"message":"Skriv din säkerhetskod"}`)
		}
	case r.URL.Path == "/session":
		s.extends++
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/vanta":
		s.show(w, `<img src="/qr.svg" alt="Kod" data-refresh="100"><p role="status" data-poll="/status" data-every="100">Öppna appen</p>`, nil)
	case r.URL.Path == "/klart":
		s.show(w, `<h1>Klart</h1>`, nil)
	case r.Method == http.MethodPost:
		s.post(w, r)
	default:
		s.form(w, nil)
	}
}

func (s *site) post(w http.ResponseWriter, r *http.Request) {
	var values url.Values
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		values = r.MultipartForm.Value
	} else if err := r.ParseForm(); err == nil {
		values = r.PostForm
	}
	d := answers.Decode(s.graph, s.view(), "allt", values)
	s.stored = d.Answers
	s.posts = append(s.posts, values.Get(answers.FieldOp))
	if d.Op == answers.OpUpload {
		for _, f := range r.MultipartForm.File[answers.Upload(d.At)] {
			list, _ := s.stored["intyg"].([]any)
			s.stored["intyg"] = append(list, map[string]any{"id": fmt.Sprint("f", len(list)), "name": f.Filename, "type": "application/pdf"})
		}
	}
	if d.Op == answers.OpContinue {
		time.Sleep(300 * time.Millisecond) // long enough to press twice
		s.form(w, s.graph.Validate(s.view(), "allt"))
		return
	}
	s.typed = d.Typed
	s.form(w, d.Problems)
}

func (s *site) form(w http.ResponseWriter, problems []forms.Problem) {
	d := PageData{View: s.view(), Typed: s.typed, Problems: problems, Action: "/", Save: true}
	s.show(w, template.HTML(s.page.Append(nil, d)), s.page.Links(d))
}

func (s *site) show(w http.ResponseWriter, html template.HTML, problems []ui.ProblemLink) {
	sh := shell("Prov", "ekkoping")
	sh.Idle, sh.Problems = &ui.Idle{Seconds: 1800, Warn: 60, Extend: "/session", Logout: "/klart"}, problems
	if s.still {
		sh.Idle.Seconds, sh.Idle.Warn = 6, 4
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := s.tmpl.Render(w, formPage{Shell: sh, Form: html}); err != nil {
		s.t.Error(err)
	}
}

func (s *site) saw() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.posts...)
}

// until waits for a JavaScript expression to be true.
func until(t *testing.T, ctx context.Context, what, js string) {
	t.Helper()
	for range 200 {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Boolean(`+js+`)`))
		if err == nil && ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it never came to be that %s: %s", what, js)
}

// chromium is how the browser is started: without windows where Debian has it so, which draws the same with less work.
func chromium() []chromedp.ExecAllocatorOption {
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	if path, err := exec.LookPath("chromium-headless-shell"); err == nil {
		opts = append(opts, chromedp.ExecPath(path))
	}
	return opts
}

func browser(t *testing.T) context.Context {
	t.Helper()
	ctx, stop := chromedp.NewExecAllocator(context.Background(), chromium()...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// What script improves: conditions answered at once, rows, uploads, one post for two presses, the counter, the code that
// changes, and the way out being told before it comes.
func TestScriptImproves(t *testing.T) {
	if testing.Short() {
		t.Log("the browser is not started in short mode")
		return
	}
	s := newSite(t, "gallery")
	server := httptest.NewServer(s)
	defer server.Close()
	ctx := browser(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(server.URL))
	until(t, ctx, "the script runs", `document.documentElement.classList.contains("js")`)
	console := watchConsole(ctx)

	notice := `document.querySelector("main").innerText.includes("var sin del")`
	until(t, ctx, "the condition hides the notice", `!`+notice)
	do(chromedp.SendKeys(`#f-namn`, "Åsa Testsson"), chromedp.Click(`label[for="f-ja"]`))
	until(t, ctx, "the answer shows the notice", notice)
	until(t, ctx, "focus and what was typed stay", `document.activeElement.id === "f-ja" && document.getElementById("f-namn").value === "Åsa Testsson"`)

	do(chromedp.SendKeys(`#f-skal`, "Långt"))
	until(t, ctx, "the counter counts", `document.getElementById("f-skal.counter").innerText === "495 tecken kvar"`)

	do(chromedp.Click(`button[value="add/dagar"]`))
	until(t, ctx, "a row is added", `document.querySelectorAll(".st-row-group:not(.st-row-group--plain)").length === 2`)
	until(t, ctx, "focus is in the new row", `document.activeElement.name === "a/dagar/1/dag"`)

	pdf := filepath.Join(t.TempDir(), "intyg.pdf")
	if err := os.WriteFile(pdf, []byte("%PDF-1.7"), 0o600); err != nil {
		t.Fatal(err)
	}
	do(chromedp.SetUploadFiles(`#f-intyg`, []string{pdf}))
	until(t, ctx, "the file is in the list", `document.querySelector(".st-files").innerText.includes("intyg.pdf")`)

	do(chromedp.SendKeys(`.st-filter`, "gymnasiet 2"))
	until(t, ctx, "the only hit is chosen", `document.getElementById("f-arskurs").value === "11"`)

	before := len(s.saw())
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](`(() => { const b = document.querySelector(".st-buttons button[value=continue]"); b.click(); b.click(); b.click(); return null; })()`)); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the problems are told, with the focus on them", `document.activeElement.id === "problems" && document.title.startsWith("Fel: ")`)
	if got := s.saw()[before:]; len(got) != 1 {
		t.Errorf("three presses gave the posts %v", got)
	}

	s.mu.Lock()
	s.still = true
	s.mu.Unlock()
	do(chromedp.Navigate(server.URL))
	until(t, ctx, "the dialog warns", `document.getElementById("idle").open`)
	do(chromedp.Click(`[data-idle=extend]`))
	until(t, ctx, "the dialog closes", `!document.getElementById("idle").open`)
	if s.extends != 1 {
		t.Errorf("the session was extended %d times", s.extends)
	}
	until(t, ctx, "stillness leads out", `location.pathname === "/klart"`)

	do(chromedp.Navigate(server.URL + "/vanta"))
	until(t, ctx, "it is told how it goes, and then led on", `location.pathname === "/klart"`)
	if s.codes < 2 {
		t.Errorf("the code changed %d times", s.codes)
	}
	for _, m := range console() {
		t.Errorf("console: %s", m)
	}
}

// Without script a button does the same.
func TestWithoutScript(t *testing.T) {
	if testing.Short() {
		t.Log("the browser is not started in short mode")
		return
	}
	s := newSite(t, "gallery")
	s.policy = "default-src 'self'; script-src 'none'" // the test itself still needs the browser's engine
	server := httptest.NewServer(s)
	defer server.Close()
	ctx := browser(t)
	notice := func() bool {
		t.Helper()
		html, err := chromedp.Run(ctx, chromedp.Text(`#main`))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(html, "var sin del")
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL), chromedp.SendKeys(`#f-namn`, "Åsa"), chromedp.Click(`label[for="f-ja"]`)); err != nil {
		t.Fatal(err)
	}
	if notice() {
		t.Error("the notice is there before the button is pressed")
	}
	if err := chromedp.Do(ctx, chromedp.Click(`.st-update button`), chromedp.WaitVisible(`.ds-alert[data-color=info]`)); err != nil {
		t.Fatal(err)
	}
	if !notice() {
		t.Error("the button does not show the notice")
	}
	if err := chromedp.Do(ctx, chromedp.SendKeys(`#f-namn`, "\r"), chromedp.WaitVisible(`#problems`)); err != nil {
		t.Fatal(err)
	}
	if got := s.saw(); len(got) != 2 || got[0] != answers.OpUpdate || got[1] != answers.OpContinue {
		t.Errorf("the posts were %v; Enter is to continue", got)
	}
	if s.stored["namn"] != "Åsa" {
		t.Errorf("the name is %q", s.stored["namn"])
	}
}

// The keyboard goes through a page as it stands: every control and button is reached, in the order of the document.
func TestKeyboardOrder(t *testing.T) {
	if testing.Short() {
		t.Log("the browser is not started in short mode")
		return
	}
	pages, a := gallery(t)
	base := serve(t, pages, a)
	ctx := browser(t)
	for _, name := range []string{"form-slag-ifyllt", "form-kontroller-ifyllt"} {
		if err := chromedp.Do(ctx, chromedp.Navigate(base+"/"+name)); err != nil {
			t.Fatal(err)
		}
		// Of radios only the chosen one is a stop; the first button is pressed by Enter and never reached.
		stops := evaluate[int](t, ctx, `(() => {
			const all = Array.from(document.querySelectorAll("main a[href], main input:not([type=hidden]), main select, main textarea, main summary, main button"))
				.filter((e) => e.tabIndex >= 0 && e.checkVisibility());
			const groups = new Map();
			window.stops = all.filter((e) => {
				if (e.type !== "radio") return true;
				const one = groups.get(e.name) ?? all.find((o) => o.name === e.name && o.checked) ?? e;
				groups.set(e.name, one);
				return e === one;
			});
			window.met = [];
			document.addEventListener("focusin", (e) => e.target.id === "main" || window.met.push(e.target));
			document.getElementById("main").focus();
			return window.stops.length;
		})()`)
		if stops < 30 {
			t.Fatalf("%s: only %d stops", name, stops)
		}
		if err := chromedp.Do(ctx, chromedp.KeyEvent(strings.Repeat("\t", stops))); err != nil {
			t.Fatal(err)
		}
		for _, missed := range evaluate[[]string](t, ctx, `window.stops.map((e, i) => window.met[i] === e ? "" : i + ": " + e.outerHTML.slice(0, 120) + " but met " + (window.met[i]?.outerHTML ?? "").slice(0, 120)).filter((s) => s).slice(0, 3)`) {
			t.Errorf("%s: %s", name, missed)
		}
	}
}
