package browser

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/forms/formcli"
	"samtjanst/platform/clock"
	"samtjanst/platform/preview"
)

// An author looks at a form while writing it: what is typed in a frame is there still when a file has been changed, and what is wrong with
// a file is told beside the pages, which go on as they were.
func TestPreview(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	if status := formcli.New([]string{"prov", "--dir", parent}, io.Discard, os.Stderr); status != formcli.Well {
		t.Fatal(status)
	}
	s, err := preview.New(filepath.Join(parent, "prov"), preview.Options{Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Every: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Watch(ctx) }()
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); stop(); <-done })

	layout := filepath.Join(parent, "prov", "layout.yaml")
	write := func(from, to string) {
		t.Helper()
		raw, err := os.ReadFile(layout)
		if err != nil || !strings.Contains(string(raw), from) {
			t.Fatalf("no %q: %v", from, err)
		}
		if err := os.WriteFile(layout, []byte(strings.Replace(string(raw), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const inFrame = `document.querySelectorAll("iframe")[0].contentDocument`
	for _, dev := range []device{desk, phone} {
		b := newTab(t, server.URL, dev)
		b.open("/")
		b.sees("Definitionen är hel", "2 av 2 scenarier stämmer")
		b.until(inFrame+`.querySelector("[name='a/lokal/andamal']") !== null`, "the page is in the frame")
		ask[bool](b, `(d => { d.querySelector("[name='a/lokal/andamal']").value = "Årsmöte"; d.querySelector("form").requestSubmit(); return true })(`+inFrame+`)`)
		b.until(inFrame+`.querySelector(".ds-error-summary") !== null`, "the page is refused in the frame")
		write("title: Lokalen", "title: Platsen")
		b.until(inFrame+`.querySelector("h1").innerText === "Platsen"`, "the frame shows the new title")
		b.until(inFrame+`.querySelector("[name='a/lokal/andamal']").value === "Årsmöte"`, "what was typed is there still")
		write("title: Platsen", "titel: Platsen")
		b.until(`document.body.innerText.includes("layout.yaml:6:5") && document.body.innerText.includes("den senaste version")`, "the board tells what is wrong")
		b.inspect()
		b.until(inFrame+`.querySelector("h1").innerText === "Platsen"`, "the frame has the last form that worked")
		write("titel: Platsen", "title: Lokalen")
		b.until(`document.body.innerText.includes("Definitionen är hel")`, "the board tells that it is well")
		b.pick("Scenario", "En konsert för många kräver mer")
		b.until(`location.search.includes("02-offentlig")`, "the choice is followed at once")
		b.arrive()
		b.inspect()
		b.follow("2. offentlig")
		b.until(inFrame+`.body.innerText.includes("Har ni tillstånd från Polisen?")`, "the frame is at that step")
		b.open("/sida/nu?scenario=scenarios%2F02-offentlig-tillstallning.yaml&steg=2")
		b.open("/sida/kontrollera?scenario=scenarios%2F02-offentlig-tillstallning.yaml&steg=9")
	}
	b := newTab(t, server.URL, deskNoScript)
	b.open("/")
	b.pick("Scenario", "En förening lånar en lokal till ett möte")
	b.follow("Visa")
	b.follow("Efter sista steget")
}
