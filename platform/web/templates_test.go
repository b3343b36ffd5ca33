package web

import (
	"testing"

	"samtjanst/renderer/ui/uitest"
)

// Every field and method that a template names exists in its page's struct.
func TestTemplates(t *testing.T) {
	u, _, _ := uitest.Shipped(t)
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
	uitest.Template(t, p.open)
	uitest.Template(t, p.receipt)
	uitest.Template(t, p.later)
	uitest.Template(t, p.link)
	uitest.Template(t, p.verify)
}
