package renderer

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"samtjanst/renderer/ui/uitest"
)

// What script improves where the number of controls changes: the questions of a chosen shape come at once, and the focus goes to what a
// button brought.
func TestScriptFollowsKinds(t *testing.T) {
	if testing.Short() {
		t.Log("the browser is not started in short mode")
		return
	}
	s := newSite(t, "kinds")
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

	do(chromedp.Click(`label[for="f-boende.v1"]`))
	until(t, ctx, "the questions of the shape come, and the focus stays", `document.getElementsByName("a/boende/forening").length === 1 && document.activeElement.id === "f-boende.v1"`)
	do(chromedp.SendKeys(`[name="a/boende/forening"]`, "Brf Kvarnen"), chromedp.Click(`label[for="f-boende.v0"]`))
	until(t, ctx, "those of another shape come instead", `document.getElementsByName("a/boende/hyra").length === 1 && document.getElementsByName("a/boende/forening").length === 0`)

	do(chromedp.Click(`button[value="add/krets/partner"]`))
	until(t, ctx, "what is there on demand is added, with the focus in it", `document.activeElement.name === "a/krets/partner/namn"`)
	do(chromedp.Click(`button[value="remove/krets/partner"]`))
	until(t, ctx, "it is taken away", `document.querySelector('button[value="add/krets/partner"]')`)

	do(chromedp.Click(`button[value="add/extra"]`))
	until(t, ctx, "an entry is added, with the focus in its name", `document.activeElement.name === "k/extra/~rn0"`)
	do(chromedp.SendKeys(`[name="k/extra/~rn0"]`, "färg"), chromedp.SendKeys(`[name="a/extra/~rn0"]`, "blå"), chromedp.Click(`button[value="add/extra"]`))
	until(t, ctx, "the entry is kept when another is added", `document.getElementsByName("k/extra/~r0")[0]?.value === "färg" && document.activeElement.name === "k/extra/~rn0"`)
	if got := s.stored["extra"]; got.(map[string]any)["färg"] != "blå" {
		t.Errorf("stored %v", got)
	}
	for _, m := range console() {
		t.Errorf("console: %s", m)
	}
}

// Rows as lines, sums and positions with script.
func TestScriptFollowsWidgets(t *testing.T) {
	if testing.Short() {
		t.Log("the browser is not started in short mode")
		return
	}
	s := newSite(t, "widgets")
	s.stored = map[string]any{"elever": pupils(120)}
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

	do(chromedp.Click(`button[value="window/elever/50"]`))
	until(t, ctx, "the next lines are shown", `document.querySelector(".st-line__title").innerText === "Elev 51"`)
	do(chromedp.Click(`button[value="open/elever/61"]`))
	until(t, ctx, "the row opens, with the focus in it", `document.activeElement.name === "a/elever/61/namn"`)
	do(chromedp.SendKeys(`[name="a/elever/61/namn"]`, "!"), chromedp.Click(`button[value="close/elever"]`))
	until(t, ctx, "it closes, with the focus on its line", `document.activeElement.value === "open/elever/61" && document.activeElement.closest(".st-line").innerText.includes("!Elev 62")`)
	if got := s.stored["elever"].([]any); len(got) != 120 || got[61].(map[string]any)["namn"] != "!Elev 62 Testsson" {
		t.Errorf("%d rows, row 62 is %v", len(got), got[61])
	}

	do(chromedp.Click(`label[for="f-tillval"]`), chromedp.Click(`label[for="f-tillval.1"]`))
	until(t, ctx, "the sum follows", `document.querySelector("output").value === "575,50\u00a0kr"`)
	do(chromedp.Click(`label[for="f-tillval.2"]`))
	until(t, ctx, "thousands are apart", `document.querySelector("output").value.replace(/\s/g, " ") === "1 775,50 kr"`)

	evaluate[any](t, ctx, `Object.defineProperty(navigator.geolocation, "getCurrentPosition", {value: (ok) => ok({coords: {latitude: 58.41086, longitude: 15.62157}})}); null`)
	do(chromedp.Click(`[data-position] > button`))
	until(t, ctx, "the position is filled in", `document.getElementById("f-plats-lat").value === "58,41086" && document.getElementById("f-plats-lon").value === "15,62157"`)
	for _, m := range console() {
		t.Errorf("console: %s", m)
	}
}

// What stands within itself is compiled as deep as the answers go, and no deeper than answers may.
func TestRecursionEnds(t *testing.T) {
	form := bareForm(t, `{"$ref": "#/$defs/nod", "$defs": {"nod": {"type": "object", "properties": {
		"v": {"$ref": "#/$defs/nod"}, "h": {"$ref": "#/$defs/nod"}, "barn": {"type": "array", "items": {"$ref": "#/$defs/nod"}},
		"annat": {"oneOf": [{"type": "string"}, {"$ref": "#/$defs/nod"}]}}}}}`, true)
	for _, depth := range []int{0, 3, 40, 200} {
		var node any = map[string]any{}
		for i := range depth {
			switch i % 3 {
			case 0:
				node = map[string]any{"v": node}
			case 1:
				node = map[string]any{"barn": []any{node}}
			default:
				node = map[string]any{"annat": node}
			}
		}
		d := PageData{View: view(form, node.(map[string]any))}
		_, page := content(t, "sv", d)
		uitest.HTML(t, fmt.Sprint(depth), []byte(page))
		if adds := strings.Count(page, `value="add`); adds < min(depth, maxDepth) || adds > 4*maxDepth {
			t.Errorf("%d levels: %d buttons", depth, adds)
		}
	}
}

// A page is compiled and filled by many at once.
func TestConcurrentFirstUse(t *testing.T) {
	all := samples(t)
	for _, name := range []string{"slag-ifyllt", "kontroller-rader", "bar-ifylld"} {
		d := all[name]
		form := New(catalog(t), DefaultLimits).Form(d.View.Form)
		pages := make([]string, 8)
		var wg sync.WaitGroup
		for i := range pages {
			wg.Go(func() {
				p, _ := form.Page(pageOf(d), "sv")
				pages[i] = string(p.Append(nil, d))
			})
		}
		wg.Wait()
		for _, p := range pages[1:] {
			if p != pages[0] {
				t.Errorf("%s: two pages differ", name)
			}
		}
	}
}
