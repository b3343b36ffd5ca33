package web

import (
	"testing"

	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
	"samtjanst/renderer/ui/uitest"
)

// Every field and method that a template names exists in its page's struct.
func TestTemplates(t *testing.T) {
	a, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	themes, err := ui.ShippedThemes()
	if err != nil {
		t.Fatal(err)
	}
	u, err := ui.New(a, texts, themes)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Deps: Deps{UI: u}}
	if err := s.parse(); err != nil {
		t.Fatal(err)
	}
	p := s.pages
	uitest.Template(t, p.list)
	uitest.Template(t, p.catalogue)
	uitest.Template(t, p.text)
	uitest.Template(t, p.overview)
	uitest.Template(t, p.resuming)
	uitest.Template(t, p.login)
	uitest.Template(t, p.wait)
	uitest.Template(t, p.mine)
	uitest.Template(t, p.contact)
	uitest.Template(t, p.confirm)
	uitest.Template(t, p.remade)
	uitest.Template(t, p.kase)
	uitest.Template(t, p.sign)
	uitest.Template(t, p.not)
	uitest.Template(t, p.problem)
	uitest.Template(t, p.verify)
}
