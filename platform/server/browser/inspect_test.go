package browser

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// watch gathers what a tab asks for and complains of.
type watch struct {
	mu       sync.Mutex
	requests map[network.RequestID]string
	document int // status of the last document
	wrong    []string
}

func newWatch() *watch { return &watch{requests: map[network.RequestID]string{}} }

func (w *watch) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		w.requests[e.RequestID] = e.Request.URL
		if e.Type != network.ResourceTypeDocument && !strings.HasPrefix(e.Request.URL, "data:") && origin(e.Request.URL) != origin(e.DocumentURL) {
			w.wrong = append(w.wrong, "asks somebody else: "+e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			w.document = int(e.Response.Status)
		} else if e.Response.Status >= 400 && e.Response.Status != 422 { // 422 is a page in which something is to be put right
			w.wrong = append(w.wrong, fmt.Sprintf("%s gave %d", e.Response.URL, int(e.Response.Status)))
		}
	case *network.EventLoadingFailed:
		// What a visitor leaves behind by going on, and a document that becomes a download, are cancelled.
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" {
			w.wrong = append(w.wrong, fmt.Sprintf("%s failed: %s %s", w.requests[e.RequestID], e.ErrorText, e.BlockedReason))
		}
	case *runtime.EventExceptionThrown:
		w.wrong = append(w.wrong, "script: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, a := range e.Args {
			words = append(words, string(a.Value)+a.Description)
		}
		w.wrong = append(w.wrong, "console: "+strings.Join(words, " "))
	case *log.EventEntryAdded:
		// The document's own status is inspected by itself, and what failed otherwise is noted above.
		// Information is not a complaint (that the summary already has focus when autofocus would give it).
		if e.Entry.Level != log.EntryLevelInfo && e.Entry.Level != log.EntryLevelVerbose && !strings.HasPrefix(e.Entry.Text, "Failed to load resource: the server responded") {
			w.wrong = append(w.wrong, "console: "+e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

func (w *watch) take() (status int, wrong []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	status, wrong = w.document, w.wrong
	w.wrong = nil
	return status, wrong
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

// seen is what all walks have found, so that titles are compared and the same page is not examined twice.
var seen = struct {
	sync.Mutex
	titles map[string]string // title → kind of page
	pages  map[[32]byte]bool // examined by axe
	shots  map[string]int
}{titles: map[string]string{}, pages: map[[32]byte]bool{}, shots: map[string]int{}}

// inspect examines the page on which the visitor stands, which must have answered 200.
func (b *tab) inspect() { b.Helper(); b.inspectStatus(200) }

// facts of a page, read at once.
type facts struct {
	URL, Title, Lang, Shape string
	Headings                []string
	Wide                    float64
	Main                    bool
}

// inspectStatus examines a page that is to answer with a status.
func (b *tab) inspectStatus(status int) {
	b.Helper()
	f := ask[facts](b, `document.fonts.ready.then(() => ({
		URL: location.href, Title: document.title, Lang: document.documentElement.lang, Shape: shape(document.documentElement),
		Headings: [...document.querySelectorAll("h1")].map(h => squeeze(h.innerText)), Main: !!document.querySelector("main"),
		Wide: document.documentElement.scrollWidth }))`)
	at := f.URL + " (" + f.Title + ")"
	got, wrong := b.log.take()
	if got != status {
		b.Errorf("%s: status %d, want %d\n%s", at, got, status, b.where())
	}
	for _, m := range wrong {
		b.Errorf("%s: %s", at, m)
	}
	if f.Lang == "" || len(f.Headings) != 1 || f.Headings[0] == "" || !f.Main {
		b.Errorf("%s: lang %q, headings %q, main %v", at, f.Lang, f.Headings, f.Main)
	}
	if int64(f.Wide) > b.dev.width {
		b.Errorf("%s: %v px wide in a window of %d: %s", at, f.Wide, b.dev.width, ask[string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > {0} + 1).map(e => e.outerHTML.slice(0, 120)).slice(0, 5).join("\n")`, b.dev.width))
	}
	if strings.HasPrefix(f.URL, b.base) {
		b.inspectTitle(f)
	}
	b.examine(f, at)
	b.shoot(f)
}

var (
	randomID  = regexp.MustCompile(`[a-z2-7]{26}`)
	changing  = regexp.MustCompile(`value="[^"]*"|[A-Z]{3}-[A-Z0-9]{4}-[A-Z0-9]{4}|localhost:\d+|127\.0\.0\.1:\d+|autostarttoken=[0-9a-f-]+|\d`)
	prefixBad = "Fel: "
)

// kind is a page's address without what differs from case to case. A draft's pages are the same with and without a login.
func kind(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.Replace(randomID.ReplaceAllString(u.Path, "*"), "/utan-inloggning/*", "/ansokan/*", 1)
}

// inspectTitle holds a title to one kind of page: whoever has several tabs open tells them apart.
func (b *tab) inspectTitle(f facts) {
	b.Helper()
	title, k := strings.TrimPrefix(f.Title, prefixBad), kind(f.URL)
	if !strings.Contains(title, " – ") && !strings.Contains(title, " - ") {
		b.Errorf("%s: the title %q does not say both the page and the site", f.URL, f.Title)
	}
	seen.Lock()
	defer seen.Unlock()
	title = f.Lang + " " + changing.ReplaceAllString(title, "")
	if other, ok := seen.titles[title]; ok && other != k {
		b.Errorf("%s and %s have the same title %q", other, k, f.Title)
	}
	seen.titles[title] = k
}

// examine lets axe look at the page, once for each shape (find.js) and width.
func (b *tab) examine(f facts, at string) {
	b.Helper()
	key := sha256.Sum256(fmt.Appendf(nil, "%d %v %s", b.dev.width, b.dev.mobile, f.Shape))
	seen.Lock()
	known := seen.pages[key]
	seen.pages[key] = true
	seen.Unlock()
	if known {
		return
	}
	for _, v := range b.violations() {
		b.Errorf("%s at %d: axe: %s", at, b.dev.width, v)
	}
}

// violations is what axe finds on the page as it is.
func (b *tab) violations() []string {
	b.Helper()
	if !b.dev.script { // axe is ours, not the page's: what the page would do with script it does no longer, since it is loaded
		b.script(true)
		defer b.script(false)
	}
	// The source by itself and not as an argument: what the browser has compiled once it knows again on the next page.
	call(b, runtime.Evaluate, runtime.EvaluateParams{Expression: axe})
	return ask[[]string](b, `axe.run(document, {resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
		r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html + " " + n.failureSummary).slice(0, 4).join(" | ")))`)
}

// What inspection rests on does find faults: those that are put on a page here.
func TestInspectionFinds(t *testing.T) {
	t.Parallel()
	w := world(t)
	for _, dev := range []device{phone, deskNoScript} {
		b := newTab(t, w.URL, dev)
		b.open("/ekkoping")
		ask[bool](b, `(document.documentElement.removeAttribute("lang"), document.querySelector("label").remove(), true)`)
		found := strings.Join(b.violations(), "\n")
		for _, want := range []string{"html-has-lang", "label"} {
			if !strings.Contains(found, want+":") {
				t.Errorf("axe does not find %s:\n%s", want, found)
			}
		}
		b.load("/finns-inte")
		if status, _ := b.log.take(); status != 404 {
			t.Errorf("a page that is not there has status %d", status)
		}
	}
}

// portrait leaves a picture of what is on the screen now, twice as fine, for the README.
func (b *tab) portrait(name string) {
	b.Helper()
	dir := os.Getenv("SAMTJANST_SCREENSHOTS")
	if dir == "" {
		return
	}
	ask[bool](b, `(document.activeElement.blur(), scrollTo(0, 0), true)`)
	shot := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng,
		Clip: &page.Viewport{Width: float64(b.dev.width), Height: float64(b.dev.height), Scale: 2}})
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), shot.Data, 0o600))
}

// shoot leaves a picture of the page, if anybody wants it.
func (b *tab) shoot(f facts) {
	b.Helper()
	dir := os.Getenv("SAMTJANST_SCREENSHOTS")
	if dir == "" {
		return
	}
	u, _ := url.Parse(f.URL)
	name := strings.Trim(strings.NewReplacer("/", "-", "*", "x").Replace(kind(f.URL)), "-")
	if !strings.HasPrefix(f.URL, b.base) {
		name = "sim-" + name
	}
	if u.RawQuery != "" {
		name += "-q"
	}
	who := "desk"
	if b.dev.mobile {
		who = "phone"
	}
	if !b.dev.script {
		who += "-noscript"
	}
	name = who + "-" + strings.ReplaceAll(b.Name(), "/", "-") + "-" + name
	seen.Lock()
	seen.shots[name]++
	n := seen.shots[name]
	seen.Unlock()
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	b.must(err)
	b.must(os.MkdirAll(dir, 0o755))
	b.must(os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, n)), shot, 0o644))
}
