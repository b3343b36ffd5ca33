package ui_test

import (
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
	Notice ui.Notice
}

func TestSample(t *testing.T) {
	u := newUI(t)
	tmpl, err := ui.Parse[samplePage](u, fstest.MapFS{"p.html": {Data: []byte(`{{define "main"}}<h1>{{.Title}}</h1>{{template "notice" .Notice}}{{end}}`)}}, "p.html")
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, tmpl)
	b, err := tmpl.Bytes(samplePage{Shell: ui.Shell{Lang: "sv", Title: "Prov"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(string(b))
}
