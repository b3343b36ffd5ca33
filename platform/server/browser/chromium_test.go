package browser

import (
	"context"
	"os"
	"os/exec"
	"runtime/debug"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is the one browser of all walks.
var chromium context.Context

// axe is the source of axe-core.
var axe string

// TestMain starts the browser before the walks and stops it after them.
func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	missing := func(what string) int {
		os.Stderr.WriteString("the walks in a browser were not run: " + what + "\n")
		if os.Getenv("CI") == "true" {
			return 1
		}
		return 0
	}
	source, err := os.ReadFile("../../../node_modules/axe-core/axe.min.js")
	if err != nil {
		return missing("axe-core is missing, run make assets")
	}
	axe = string(source)
	found := ""
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			found = path
			break
		}
	}
	if found == "" {
		return missing("Chromium is missing, install the package chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("lang", "sv-SE"), chromedp.Flag("accept-lang", "sv-SE,sv"), chromedp.Flag("disable-features", "site-per-process,Translate,BackForwardCache"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	defer stop()
	ctx, quit := chromedp.NewContext(alloc)
	defer quit()
	if err := chromedp.Do(ctx); err != nil {
		os.Stderr.WriteString("Chromium does not start: " + err.Error() + "\n")
		return 1
	}
	chromium = ctx
	debug.SetGCPercent(400) // worlds come and go beside a browser that wants the processors
	return m.Run()
}
