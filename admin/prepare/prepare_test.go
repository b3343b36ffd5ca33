package prepare

import (
	"samtjanst/admin/admintest"
	"testing"

	"samtjanst/admin"
	"samtjanst/platform/directory"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui/uitest"
)

// Every template fits the struct it is bound to.
func TestTemplates(t *testing.T) {
	site, _ := admintest.Site(t, func(_ *httpkit.Config, d *admin.Deps) { d.Directory = &directory.Directory{} })
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	a, err := newArea(site, Deps{Renderer: renderer.New(texts, renderer.DefaultLimits)})
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, a.desk)
	uitest.Template(t, a.begin)
	uitest.Template(t, a.handOver)
	uitest.Template(t, a.discard)
}
