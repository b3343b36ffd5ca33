package insights

import (
	"testing"

	"samtjanst/admin"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
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
	site, err := admin.Register(admin.Deps{Kit: kit, UI: u})
	if err != nil {
		t.Fatal(err)
	}
	a, err := newArea(site, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, a.desk)
	uitest.Template(t, a.costs)
	uitest.Template(t, a.sharing)
}

// Amounts are read to the öre, as people write them.
func TestKronor(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "0": 0, "125 000,50": 12_500_050, "12345": 1_234_500, "1,5": 150, "99,9 kr": 9990, "9 999 999 999,99": 999_999_999_999} {
		if got, ok := kronor(text); !ok || got != want {
			t.Errorf("%q: %d öre %v, not %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"-1", "1,234", "1,", ",5", "1e3", "1.2.3", "tio", "10000000000", "0x10", "１２"} {
		if got, ok := kronor(text); ok {
			t.Errorf("%q is taken for %d öre", text, got)
		}
	}
}

func TestFile(t *testing.T) {
	f := newFile("organisation", "belopp")
	f.row(`Bolaget "Prov"; AB`, comma(-5, 2))
	f.row("=1+1", comma(123456, 2))
	want := "\xef\xbb\xbforganisation;belopp\r\n\"Bolaget \"\"Prov\"\"; AB\";-0,05\r\n'=1+1;1234,56\r\n"
	if got := f.String(); got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
