// Package uitest checks pages in tests: templates against the structs they are bound to, and the HTML they give against
// what every page must keep (unique ids, references that resolve, labelled controls, nothing inline).
package uitest

import (
	"testing"

	"github.com/jba/templatecheck"

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
