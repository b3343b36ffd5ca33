package browser

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long anything may take on a machine that does other things too.
const patience = 30 * time.Second

// Device is what somebody sits before.
type device struct {
	width, height int64
	mobile        bool
	script        bool
}

var (
	phone        = device{width: 390, height: 844, mobile: true, script: true}
	desk         = device{width: 1280, height: 900, script: true}
	deskNoScript = device{width: 1280, height: 900}
	// phoneNoScript is an old phone, or one that saves data.
	phoneNoScript = device{width: 390, height: 844, mobile: true}
)

// tab is one visitor's window. Its methods find things by the words a person reads, click where the thing is on the screen, and
// fail the test when it is not there, cannot be clicked, or leads to a page that inspection finds something wrong with.
type tab struct {
	*testing.T
	ctx    context.Context
	base   string // the platform's address
	dev    device
	log    *watch
	status int // the last page's, once inspected
}

// newTab opens a window in a profile of its own.
func newTab(t *testing.T, base string, dev device) *tab {
	t.Helper()
	b := &tab{T: t, base: base, dev: dev, log: newWatch()}
	ctx, done := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.log.event))
	t.Cleanup(done)
	b.ctx = ctx
	b.prepare()
	return b
}

// beside opens another tab of the same visitor.
func (b *tab) beside() *tab {
	b.Helper()
	n := &tab{T: b.T, base: b.base, dev: b.dev, log: newWatch()}
	ctx, done := chromedp.NewContext(b.ctx, chromedp.WithListener(n.log.event))
	b.Cleanup(done)
	n.ctx = ctx
	n.prepare()
	return n
}

func (b *tab) prepare() {
	b.Helper()
	opts := []chromedp.EmulateViewportOption{}
	if b.dev.mobile {
		opts = append(opts, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.must(chromedp.Do(b.ctx, chromedp.EmulateViewport(b.dev.width, b.dev.height, opts...)))
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.script(b.dev.script)
}

func (b *tab) script(on bool) {
	b.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

func (b *tab) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func call[P, R any](b *tab, cmd cdp.Command[P, R], p P) R {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	r, err := chromedp.Call(ctx, cmd, p)
	if err != nil {
		b.Fatalf("%s: %v", cmd.Method, err)
	}
	return r
}

//go:embed find.js
var finder string

// eval evaluates an expression in which the functions of find.js are known, and {0}, {1} … stand for the arguments.
func eval[T any](b *tab, js string, args ...any) (T, error) {
	for i, a := range args {
		raw, err := json.Marshal(a)
		if err != nil {
			var zero T
			return zero, err
		}
		js = strings.ReplaceAll(js, fmt.Sprintf("{%d}", i), string(raw))
	}
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	return chromedp.Run(ctx, chromedp.Evaluate[T]("(() => {"+finder+"\nreturn "+js+"})()", chromedp.EvalAwaitPromise))
}

func ask[T any](b *tab, js string, args ...any) T {
	b.Helper()
	v, err := eval[T](b, js, args...)
	if err != nil {
		b.Fatalf("%s: %v\n%s", js, err, b.where())
	}
	return v
}

// quote makes a string of JavaScript.
func quote(s string) string {
	raw, _ := json.Marshal(s) // a string always can
	return string(raw)
}

// spot is where a thing is on the screen, or why it cannot be clicked.
type spot struct {
	X, Y  float64
	Fault string
}

// where says what the visitor sees, for a message of a test.
func (b *tab) where() string {
	text, _ := eval[string](b, `location.href + "\n" + document.title + "\n" + document.body.innerText`)
	return text
}

func (b *tab) clickAt(s spot, what string) {
	b.Helper()
	if s.Fault != "" {
		b.Fatalf("%s: %s\n%s", what, s.Fault, b.where())
	}
	for _, typ := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		p := input.DispatchMouseEventParams{Type: typ, X: s.X, Y: s.Y, Button: input.MouseButtonLeft, ClickCount: 1}
		if typ == input.DispatchMouseEventTypeMouseMoved {
			p.Button, p.ClickCount = input.MouseButtonNone, 0
		}
		call(b, input.DispatchMouseEvent, p)
	}
}

// click clicks a link, button or summary by what it is called, and stays.
func (b *tab) click(name string) {
	b.Helper()
	b.settled()
	b.clickAt(ask[spot](b, `aim(press({0}))`, name), "clicking "+name)
}

// follow clicks and comes to another page, which is inspected.
func (b *tab) follow(name string) {
	b.Helper()
	b.leaving(func() { b.click(name) })
	b.inspect()
}

// refused clicks and comes back to the page, which says what is to be put right and has moved the focus there.
func (b *tab) refused(name string) {
	b.Helper()
	b.leaving(func() { b.click(name) })
	b.inspectStatus(422)
	if on := ask[string](b, `document.activeElement.id`); on != "problems" {
		b.Errorf("the focus is on %q, not on the summary of what is wrong\n%s", on, b.where())
	}
}

// leaving does something that leads to another document, and waits for it.
func (b *tab) leaving(do func()) {
	b.Helper()
	b.mark()
	do()
	b.arrive()
}

// mark notes the present document, and arrive waits until another one is complete.
func (b *tab) mark() { b.Helper(); ask[bool](b, `(window.stLeft = true)`) }

func (b *tab) arrive() {
	b.Helper()
	b.until(`!window.stLeft && document.readyState === "complete" && location.href !== "about:blank"`, "another page comes")
}

// until waits for what is true of the page after a while, also across documents.
func (b *tab) until(js, what string) {
	b.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		if there, err := eval[bool](b, js); err == nil && there {
			return
		}
	}
	b.Fatalf("%s: it did not happen\n%s", what, b.where())
}

// settled waits until a page that answers conditions has come to rest: what is aimed at is not replaced meanwhile.
func (b *tab) settled() {
	b.Helper()
	b.until(`!document.querySelector("form[aria-busy]")`, "the page comes to rest")
}

// open goes to an address of the platform, or a whole one.
func (b *tab) open(address string) {
	b.Helper()
	b.load(address)
	b.inspect()
}

func (b *tab) load(address string) {
	b.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.base + address
	}
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	b.must(chromedp.Do(ctx, chromedp.Navigate(address)))
}

// back presses the browser's own button.
func (b *tab) back() {
	b.Helper()
	ctx, done := context.WithTimeout(b.ctx, patience)
	defer done()
	b.must(chromedp.Do(ctx, chromedp.NavigateBack()))
	b.inspect()
}

// again asks for the same page once more until it says something, for what happens without the visitor.
func (b *tab) again(want string) {
	b.Helper()
	end := time.Now().Add(patience)
	for {
		ctx, done := context.WithTimeout(b.ctx, patience)
		err := chromedp.Do(ctx, chromedp.Reload())
		done()
		b.must(err)
		if strings.Contains(b.text(), want) {
			b.inspect()
			return
		}
		if time.Now().After(end) {
			b.Fatalf("the page never says %q\n%s", want, b.where())
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// fill writes into the field with that label, over what stands there.
func (b *tab) fill(label, text string) {
	b.Helper()
	b.settled()
	b.clickAt(ask[spot](b, `aim(field({0}))`, label), "filling "+label)
	ask[bool](b, `(field({0}).select(), true)`, label)
	if text == "" {
		b.key("Delete")
		return
	}
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// date fills the three fields under one legend, or the one field that staff have.
func (b *tab) date(legend, year, month, day string) {
	b.Helper()
	if day := year + "-" + month + "-" + day; ask[bool](b, `enter(field({0}), {1})`, legend, day) {
		return
	}
	for part, v := range map[string]string{"År": year, "Månad": month, "Dag": day} {
		b.fill(legend+" › "+part, v)
	}
}

// choose ticks the radio or checkbox with that label; "legend › label" when several have the same.
func (b *tab) choose(label string) {
	b.Helper()
	b.settled()
	if ask[bool](b, `!!(control({0}, "input[type=radio],input[type=checkbox]") || {}).checked`, label) {
		return
	}
	b.clickAt(ask[spot](b, `aim(box({0}))`, label), "choosing "+label)
	if !b.chosen(label) {
		b.Fatalf("%q was clicked and is not chosen", label)
	}
}

func (b *tab) unchoose(label string) {
	b.Helper()
	b.clickAt(ask[spot](b, `aim(box({0}))`, label), "unchoosing "+label)
	if b.chosen(label) {
		b.Fatalf("%q was clicked and is still chosen", label)
	}
}

func (b *tab) chosen(label string) bool {
	b.Helper()
	return ask[bool](b, `control({0}, "input[type=radio],input[type=checkbox]").checked`, label)
}

// pick chooses from a list.
func (b *tab) pick(label, option string) {
	b.Helper()
	b.settled()
	if fault := ask[string](b, `pick({0}, {1})`, label, option); fault != "" {
		b.Fatalf("%s: %s\n%s", label, fault, b.where())
	}
}

// value is what stands in a field.
func (b *tab) value(label string) string {
	b.Helper()
	return ask[string](b, `field({0}).value`, label)
}

// attach puts files from the disk into the file field with that label.
func (b *tab) attach(label string, paths ...string) {
	b.Helper()
	js, _ := json.Marshal(label)
	r := call(b, runtime.Evaluate, runtime.EvaluateParams{Expression: "(() => {" + finder + "\nreturn control(" + string(js) + `, "input[type=file]")})()`})
	if r.Result == nil || r.Result.ObjectID == "" {
		b.Fatalf("no file field %q\n%s", label, b.where())
	}
	call(b, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: r.Result.ObjectID})
}

// text is what can be read on the page.
func (b *tab) text() string {
	b.Helper()
	return ask[string](b, `document.body.innerText.replace(/\s+/g, " ")`)
}

// sees fails unless every text can be read on the page.
func (b *tab) sees(want ...string) {
	b.Helper()
	text := b.text()
	for _, w := range want {
		if !strings.Contains(text, w) {
			b.Errorf("the page does not say %q\n%s", w, b.where())
		}
	}
}

// lacks fails if one of the texts is anywhere in the page's source.
func (b *tab) lacks(never ...string) {
	b.Helper()
	source := ask[string](b, `document.documentElement.outerHTML`)
	for _, n := range never {
		if strings.Contains(source, n) {
			b.Errorf("the page has %q in it\n%s", n, b.where())
		}
	}
}

// waits is sees for what script brings onto the page.
func (b *tab) waits(want string) {
	b.Helper()
	end := time.Now().Add(patience)
	for !strings.Contains(b.text(), want) {
		if time.Now().After(end) {
			b.Fatalf("the page never says %q\n%s", want, b.where())
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// has reports whether something can be clicked that is called so.
func (b *tab) has(name string) bool {
	b.Helper()
	return ask[bool](b, `!!press({0})`, name)
}

// path is where the visitor is.
func (b *tab) path() string {
	b.Helper()
	u, err := url.Parse(ask[string](b, `location.href`))
	b.must(err)
	if b.base != u.Scheme+"://"+u.Host {
		return u.String()
	}
	return u.Path
}

// document fetches what a link or button leads to when that is a file, as the visitor, and fails unless it is a PDF.
func (b *tab) document(name string) []byte {
	b.Helper()
	coded := ask[string](b, `(async () => {
		const e = press({0});
		if (!e) return "";
		const r = e.href ? await fetch(e.href) : await fetch(e.formAction, { method: "POST", body: new URLSearchParams(new FormData(e.form, e)) });
		let s = "";
		for (const c of new Uint8Array(await r.arrayBuffer())) s += String.fromCharCode(c);
		return btoa(s);
	})()`, name)
	raw, err := base64.StdEncoding.DecodeString(coded)
	b.must(err)
	if !bytes.HasPrefix(raw, []byte("%PDF-")) {
		b.Errorf("%s is no PDF: %.40q\n%s", name, raw, b.where())
	}
	return raw
}
