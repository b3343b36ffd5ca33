package ui_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
	"samtjanst/renderer/ui/uitest"
)

func newUI(t testing.TB) *ui.UI {
	t.Helper()
	a, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	themes, err := ui.ShippedThemes()
	if err != nil {
		t.Fatal(err)
	}
	u, err := ui.New(a, c, themes)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

type samplePage struct {
	ui.Shell
	Name string
}

func parse(t testing.TB, main string) (*ui.Template[samplePage], error) {
	return ui.Parse[samplePage](newUI(t), fstest.MapFS{"p.html": {Data: []byte(`{{define "main"}}` + main + `{{end}}`)}}, "p.html")
}

func TestFrame(t *testing.T) {
	tmpl, err := parse(t, `<h1>{{.Title}}</h1><p>{{.Name}}</p>`)
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, tmpl)
	var plain bytes.Buffer
	if err := tmpl.Render(&plain, samplePage{Shell: ui.Shell{Lang: "sv", Title: "Prov"}, Name: "<b>"}); err != nil {
		t.Fatal(err)
	}
	uitest.HTML(t, "plain", plain.Bytes())
	for _, want := range []string{`<html lang="sv">`, `<title>Prov – Samtjänst</title>`, `&lt;b&gt;`, `Hoppa till innehållet`} {
		if !strings.Contains(plain.String(), want) {
			t.Errorf("there is no %s in\n%s", want, &plain)
		}
	}
	for _, gone := range []string{"<dialog", "Logga ut", "Provmiljö", "st-nav", "st-crumbs"} {
		if strings.Contains(plain.String(), gone) {
			t.Errorf("%s is there, though nothing asked for it", gone)
		}
	}
	full, err := tmpl.Bytes(samplePage{Shell: ui.Shell{Lang: "en", Title: "Test", Theme: "tallvik", Problems: []ui.ProblemLink{{Text: "Wrong"}},
		User: &ui.User{Name: "Åsa Testsson", Logout: "/out"}, CSRF: "token", Idle: &ui.Idle{Seconds: 600, Warn: 60, Extend: "/e", Logout: "/l"}, Simulators: "/sim"}})
	if err != nil {
		t.Fatal(err)
	}
	uitest.HTML(t, "full", full)
	for _, want := range []string{`<html lang="en">`, `<title>Error: Test – Tallviks kommun</title>`, `value="token"`, "after 10 minutes", "Log out"} {
		if !strings.Contains(string(full), want) {
			t.Errorf("there is no %s in\n%s", want, full)
		}
	}
	unknown, err := tmpl.Bytes(samplePage{Shell: ui.Shell{Lang: "xx", Title: "Prov", Theme: "nowhere"}})
	if err != nil || !strings.Contains(string(unknown), "Hoppa till innehållet") {
		t.Errorf("an unknown language or theme has no page: %v", err)
	}
}

type hidingPage struct {
	ui.Shell
	Title int
}

// What is wrong with a template is found when it is parsed or by its test, never by a reader.
func TestBrokenTemplates(t *testing.T) {
	if _, err := parse(t, `{{t "shell.no-such-text"}}`); err == nil || !strings.Contains(err.Error(), "p.html") {
		t.Errorf("a text that does not exist: %v", err)
	}
	if _, err := parse(t, `{{if .Name}}{{range .Nav}}{{with .URL}}{{t "nope" "n" 1}}{{end}}{{end}}{{end}}`); err == nil {
		t.Error("a text that does not exist, deep within: accepted")
	}
	if _, err := parse(t, `{{nofunc}}`); err == nil {
		t.Error("a function that does not exist: accepted")
	}
	if _, err := ui.Parse[hidingPage](newUI(t), fstest.MapFS{"p.html": {Data: []byte(`{{define "main"}}x{{end}}`)}}, "p.html"); err == nil || !strings.Contains(err.Error(), "Title") {
		t.Errorf("a page that hides the Shell's title: %v", err)
	}
	tmpl, err := parse(t, `{{.Nmae}}`)
	if err != nil {
		t.Fatal(err)
	}
	var w bytes.Buffer
	if err := tmpl.Render(&w, samplePage{}); err == nil || w.Len() > 0 {
		t.Errorf("half a page was written: %v, %d bytes", err, w.Len())
	}
}

func TestFaultsAreFound(t *testing.T) {
	for name, page := range map[string]string{
		"id twice":          `<p id="a"></p><p id="a"></p>`,
		"dangling":          `<label for="a">A</label><input id="a" name="a" aria-describedby="b">`,
		"no label":          `<input id="a" name="a">`,
		"empty label":       `<label for="a"> </label><input id="a" name="a">`,
		"no name":           `<label for="a">A</label><input id="a">`,
		"number":            `<label for="a">A</label><input id="a" name="a" type="number">`,
		"lone radio":        `<label for="a">A</label><input id="a" name="a" type="radio">`,
		"no legend":         `<fieldset><p>A</p></fieldset>`,
		"inline style":      `<p style="color:red">A</p>`,
		"inline handler":    `<p onclick="x()">A</p>`,
		"inline script":     `<script>x()</script>`,
		"style element":     `<style>p{}</style>`,
		"button without":    `<button></button>`,
		"link to no target": `<a href="#a">A</a>`,
	} {
		if len(uitest.Faults([]byte(page))) == 0 {
			t.Errorf("%s: nothing found", name)
		}
	}
}
