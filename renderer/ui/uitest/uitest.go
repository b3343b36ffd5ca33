// Package uitest checks pages in tests: templates against the structs they are bound to, and the HTML they give against
// what every page must keep (unique ids, references that resolve, labelled controls, nothing inline).
package uitest

import (
	"testing"

	"github.com/jba/templatecheck"

	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// Template checks every field, method and function that a template names against its page type.
func Template[P ui.Page](t testing.TB, tmpl *ui.Template[P]) {
	t.Helper()
	var page P
	set := tmpl.For(i18n.Default).Lookup("shell")
	if err := templatecheck.CheckHTML(set, page); err != nil {
		t.Errorf("%T: %v", page, err)
	}
}

// Shipped gives what pages are made with as the platform ships it: assets, with those that are added, texts and themes.
func Shipped(t testing.TB, add ...func(*assets.Assets)) (*ui.UI, *assets.Assets, *i18n.Catalog) {
	t.Helper()
	files, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, add := range add {
		add(files)
	}
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	themes, err := ui.ShippedThemes()
	if err != nil {
		t.Fatal(err)
	}
	u, err := ui.New(files, texts, themes)
	if err != nil {
		t.Fatal(err)
	}
	return u, files, texts
}
