package renderer

import (
	"context"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"

	"samtjanst/renderer/assets"
	"samtjanst/renderer/ui"
	"samtjanst/renderer/ui/uitest"
)

// shots is where the browser test leaves pictures of the pages, for people to look at; "" leaves none.
var shots = os.Getenv("SAMTJANST_SHOTS")

type formPage struct {
	ui.Shell
	Form template.HTML
}

type componentsPage struct {
	ui.Shell
	Notices []ui.Notice
	Rows    ui.Rows
	Summary ui.Summary
	Table   ui.Table
	Pages   ui.Pagination
	Details ui.Details
	Files   ui.Files
	Bar     ui.Progress
	Events  ui.Timeline
	Steps   ui.Steps
	Cards   []ui.CardLink
	Search  ui.Field
	Fields  []ui.Field
	Choice  ui.Field
	Boxes   ui.Field
	Select  ui.Field
	Area    ui.Field
	Upload  ui.Field
	Buttons []ui.Button
}

var componentsTemplate = fstest.MapFS{
	"form.html": {Data: []byte(`{{define "main"}}{{.Form}}{{end}}`)},
	"components.html": {Data: []byte(`{{define "main"}}<h1>{{.Title}}</h1>
<section class="st-hero"><h2>Sök en e-tjänst</h2><form>{{template "input" .Search}}</form></section>
<ul class="st-cards">{{range .Cards}}<li>{{template "card-link" .}}</li>{{end}}</ul>
{{range .Notices}}{{template "notice" .}}{{end}}
<h2>Uppgifter</h2>{{template "rows" .Rows}}{{template "summary" .Summary}}
<h2>Ärenden</h2><form method="post">{{template "table" .Table}}</form>{{template "pagination" .Pages}}{{template "details" .Details}}
<form method="post">{{template "files" .Files}}{{template "progress" .Bar}}</form>{{template "steps" .Steps}}{{template "timeline" .Events}}
<form method="post" class="st-panel">{{range .Fields}}{{template "input" .}}{{end}}{{template "radios" .Choice}}{{template "checkboxes" .Boxes}}{{template "select" .Select}}{{template "textarea" .Area}}{{template "file" .Upload}}
<div class="st-buttons">{{range .Buttons}}{{template "button" .}}{{end}}</div></form>{{end}}`)},
}

func shell(title, theme string) ui.Shell {
	return ui.Shell{Lang: "sv", Title: title, Theme: theme, Simulators: "/sim", Statement: "/tillganglighet", Privacy: "/personuppgifter",
		Contact: "/kontakt", User: &ui.User{Name: "Åsa Testsson", Logout: "/logga-ut"}, CSRF: "x", Back: &ui.Link{Text: "Tillbaka", URL: "/"},
		Nav:       []ui.Link{{Text: "E-tjänster", URL: "/", Current: true}, {Text: "Mina sidor", URL: "/mina", Count: 2}},
		Languages: []ui.Language{{Lang: "sv", Text: "Svenska", URL: "?sprak=sv", Current: true}, {Lang: "en", Text: "English", URL: "?sprak=en"}},
		Idle:      &ui.Idle{Seconds: 1800, Warn: 120, Extend: "/session", Logout: "/utloggad"}}
}

func components() componentsPage {
	tag := &ui.Tag{Tone: ui.Warning, Text: "1 av 2 underskrifter"}
	p := componentsPage{Shell: shell("Komponenter", "tallvik"),
		Rows: ui.Rows{{Key: "Elev", Value: "Kim Testsson", Source: "Hämtat från folkbokföringen 22 november 2026"}, {Key: "Skola", Empty: true, Change: "/a"}, {Key: "Läge", Value: "Inkommen", Tag: tag}},
		Summary: ui.Summary{Sections: []ui.Section{{Title: "Skola", Rows: []ui.Row{{Key: "Årskurs", Value: "4", Change: "/b"}},
			Parts: []ui.Part{{Title: "Dag 1", Rows: []ui.Row{{Key: "Veckodag", Value: "Måndag", Change: "/c"}}}}}}},
		Table: ui.Table{Caption: "Ärenden", Columns: []ui.Column{{Title: "Ärende", Sort: "?s=1", Order: "ascending"}, {Title: "Läge"}, {Title: "Ålder", Numeric: true, Sort: "?s=2"}, {Title: "Åtgärd", Hidden: true}},
			Rows: [][]ui.Cell{{{Text: "SKJ-2026-0001", URL: "/1", Detail: "Kim Testsson"}, {Tag: tag}, {Text: "3 dagar"}, {Buttons: []ui.Button{{Text: "Påminn", Variant: "secondary", Name: "op", Value: "remind"}}}},
				{{Text: "SKJ-2026-0002", URL: "/2", Detail: "Alex Provberg"}, {Tag: &ui.Tag{Tone: ui.Success, Text: "Beslutat"}}, {Text: "12 dagar"}, {}}}},
		Pages:   ui.Pagination{Previous: "?p=1", Next: "?p=3", Page: 2, Total: 9},
		Details: ui.Details{Title: "Mer om skolskjuts", Text: "Rätten till skolskjuts står i skollagen 10 kap. 32 §."},
		Files:   ui.Files{{Name: "intyg.pdf", Type: "PDF", Bytes: 340000, URL: "/f", Remove: &ui.Button{Name: "op", Value: "x"}}},
		Bar:     ui.Progress{Label: "Handlingarna görs i ordning", Value: 2, Max: 5},
		Events:  ui.Timeline{{Title: "Underskriven", Text: "Av Åsa Testsson", Time: "22 november 2026 kl. 14.05", ISO: "2026-11-22T13:05:00Z", Tone: ui.Success}, {Title: "Inkommen", Time: "22 november 2026 kl. 14.00", ISO: "2026-11-22T13:00:00Z", Tone: ui.Info}},
		Steps:   ui.Steps{{Title: "Ansök", State: "done"}, {Title: "Alla skriver under", Text: "Väntar på en vårdnadshavare", State: "current"}, {Title: "Beslut", State: "later"}},
		Cards:   []ui.CardLink{{Title: "Skolskjuts", URL: "/skolskjuts", Text: "Ansök om skjuts mellan hem och skola.", Meta: []string{"10 minuter", "E-legitimation", "Sista dag 30 april"}}, {Title: "Kulturskola", URL: "/kultur", Text: "Anmäl till kurs.", Tag: &ui.Tag{Tone: ui.Info, Text: "Ny"}}},
		Search:  ui.Field{Name: "q", Label: "Vad vill du göra?", Type: "search"},
		Fields: []ui.Field{{Name: "namn", Label: "Namn", Hint: "Som i folkbokföringen", Value: "<Åsa>", Error: "Fyll i namn."},
			{Name: "km", Label: "Avstånd", Suffix: "km", Width: 6, InputMode: "decimal", Optional: true}},
		Choice: ui.Field{Name: "utfall", Label: "Beslut", Options: []ui.Choice{{Value: "bifall", Label: "Bifall", Checked: true}, {Value: "avslag", Label: "Avslag", Hint: "Skäl krävs."}}},
		Boxes:  ui.Field{Name: "skal", Label: "Skäl", Error: "Välj minst ett.", Options: []ui.Choice{{Value: "1", Label: "Avstånd"}, {Value: "2", Label: "Trafik", Checked: true}}},
		Select: ui.Field{Name: "vem", Label: "Handläggare", Options: []ui.Choice{{Value: "", Label: "Ingen"}, {Value: "1", Label: "Robin Provberg", Checked: true}}},
		Area:   ui.Field{Name: "text", Label: "Meddelande", MaxLength: 200, Value: "Hej"}, Upload: ui.Field{Name: "fil", Label: "Skannad blankett", Accept: "application/pdf"},
		Buttons: []ui.Button{{Text: "Spara"}, {Text: "Avbryt", Variant: "secondary"}, {Text: "Mer", Variant: "tertiary"}, {Text: "Avsluta ärendet", Danger: true}}}
	for _, tone := range []ui.Tone{ui.Info, ui.Success, ui.Warning, ui.Danger} {
		p.Notices = append(p.Notices, ui.Notice{Tone: tone, Title: "Rubrik", Text: "En mening som säger vad som gäller.", Links: []ui.Link{{Text: "Läs mer", URL: "/mer"}}})
	}
	p.Flash = &ui.Notice{Tone: ui.Success, Title: "Ansökan är inskickad", Text: "Referens SKJ-7K3M-9QXT."}
	p.Crumbs = []ui.Link{{Text: "Start", URL: "/"}, {Text: "Komponenter", Current: true}}
	p.Problems = []ui.ProblemLink{p.Fields[0].Problem(), p.Boxes.Problem(), {Text: "Något annat är fel."}}
	return p
}

// gallery renders every sample page: all controls in every state, and all components for citizens and staff.
func gallery(t testing.TB) (map[string][]byte, *assets.Assets) {
	t.Helper()
	u, a, _ := uitest.Shipped(t)
	forms := ui.Must(ui.Parse[formPage](u, componentsTemplate, "form.html"))
	all := ui.Must(ui.Parse[componentsPage](u, componentsTemplate, "components.html"))
	uitest.Template(t, forms)
	uitest.Template(t, all)
	out := map[string][]byte{}
	bytesOf := func(name string, b []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b
	}
	for name, d := range samples(t) {
		p, html := content(t, "sv", d)
		s := shell(p.Title(), "ekkoping")
		s.Problems = p.Links(d)
		b, err := forms.Bytes(formPage{Shell: s, Form: template.HTML(html)})
		bytesOf("form-"+name, b, err)
		p, html = content(t, "en", d)
		s.Lang, s.Title, s.Problems = "en", p.Title(), p.Links(d)
		b, err = forms.Bytes(formPage{Shell: s, Form: template.HTML(html)})
		bytesOf("form-"+name+"-en", b, err)
	}
	c := components()
	b, err := all.Bytes(c)
	bytesOf("components", b, err)
	c.Staff, c.Wide, c.Theme, c.User.Detail = true, true, "samtjanst", "Barn- och utbildningsnämnden"
	b, err = all.Bytes(c)
	bytesOf("components-staff", b, err)
	return out, a
}

// TestInBrowser opens every sample page in Chromium, as wide as a phone and as a desk, under the policy that the platform
// sends: axe finds nothing, nothing is refused by the policy, nothing is wider than the window.
func TestInBrowser(t *testing.T) {
	if testing.Short() {
		t.Log("the browser is not started in short mode; structure is checked by the other tests")
		return
	}
	pages, a := gallery(t)
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is missing, run make assets: %v", err)
	}
	base := serve(t, pages, a)
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), chromium()...)
	defer cancel()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute) // seconds, but for a machine that has much else to do
	defer cancel()
	console := watchConsole(ctx)
	for name := range pages {
		switch strings.TrimSuffix(name, "-en") { // those have no control that others have not
		case "form-kontroller-rader", "form-kontroller-sida", "form-kontroller-tabell", "form-slag-val", "form-bar-lista":
			continue
		}
		if strings.HasSuffix(name, "-en") && name != "form-fel-en" { // the structure is the same, see TestStructure
			continue
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(windows[0], 900), chromedp.Navigate(base+"/"+name)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		evaluate[any](t, ctx, string(axe)+`; null`)
		for _, width := range windows {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
				t.Fatalf("%s at %d: %v", name, width, err)
			}
			overflow := evaluate[float64](t, ctx, `document.fonts.ready.then(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth))`)
			if overflow > 0 {
				t.Errorf("%s at %d: %v px wider than the window", name, width, overflow)
			}
			for _, v := range evaluate[[]string](t, ctx, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html + " " + n.failureSummary).slice(0, 4).join(" | ")))`) {
				t.Errorf("%s at %d: axe: %s", name, width, v)
			}
			if shots != "" {
				png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(shots, fmt.Sprintf("%s-%d.png", name, width)), png, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, m := range console() {
			t.Errorf("%s: console: %s", name, m)
		}
	}
}

// windows are those of a phone, a desk, and a desk at 400 % zoom (WCAG 2.2, 1.4.10).
var windows = []int64{320, 390, 1280}

func evaluate[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// watchConsole gathers what the pages complain of: errors of the script, and what the policy refuses. Each call gives
// what has come since the last.
func watchConsole(ctx context.Context) func() []string {
	var mu sync.Mutex
	var list []string
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == "error" || m.Type == "warning" || m.IsException() {
				mu.Lock()
				list = append(list, m.String())
				mu.Unlock()
			}
		}
	}()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		out := list
		list = nil
		return out
	}
}

// serve hands out the pages under the platform's policy.
func serve(t *testing.T, pages map[string][]byte, a *assets.Assets) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if name, ok := strings.CutPrefix(r.URL.Path, assets.Root); ok {
			f, found := a.Open(name)
			if !found {
				http.NotFound(w, r)
				return
			}
			data, encoding := f.Encoded(r.Header.Get("Accept-Encoding"))
			if encoding != "" {
				w.Header().Set("Content-Encoding", encoding)
			}
			w.Header().Set("Content-Type", f.Type)
			w.Write(data)
			return
		}
		b, ok := pages[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(b)
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return "http://" + l.Addr().String()
}
