package insights

import (
	"samtjanst/admin/admintest"
	"testing"

	"samtjanst/renderer/ui/uitest"
)

// Every template fits the struct it is bound to.
func TestTemplates(t *testing.T) {
	site, _ := admintest.Site(t, nil)
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
