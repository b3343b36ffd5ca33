package prepare

import (
	"testing"

	"samtjanst/admin"
	"samtjanst/platform/directory"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/renderer"
	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
	"samtjanst/renderer/ui/uitest"
)

// Every template fits the struct it is bound to.
func TestTemplates(t *testing.T) {
	bundle, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	admin.AddAssets(bundle)
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	themes, err := ui.ShippedThemes()
	if err != nil {
		t.Fatal(err)
	}
	u, err := ui.New(bundle, texts, themes)
	if err != nil {
		t.Fatal(err)
	}
	records, box := httptestkit.Storage(t)
	kit, err := httpkit.New(httpkit.Config{Records: records, Box: box, Log: httptestkit.Log(t), Texts: texts, Assets: bundle})
	if err != nil {
		t.Fatal(err)
	}
	site, err := admin.Register(admin.Deps{Kit: kit, UI: u, Directory: &directory.Directory{}})
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
