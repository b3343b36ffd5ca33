package browser

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"samtjanst/integrations/sim/personas"
)

// Somebody who has got a case as a PDF checks it, on a phone and without script: whole, changed, and forgotten.
func TestVerifyPage(t *testing.T) {
	t.Parallel()
	w := world(t)
	f, err := w.Flow.CasePDF(w.Ctx, w.Staff(personas.MonaTesthandlaggare), complete(t, w))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Body.Close()
	whole, err := io.ReadAll(f.Body)
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, raw []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := put("arende.pdf", whole)
	bad := put("andrat.pdf", bytes.Replace(whole, []byte(`"eklunda"`), []byte(`"norraby"`), 1))
	for _, dev := range []device{phone, deskNoScript} {
		b := newTab(t, w.URL, dev)
		b.open("/kontrollera")
		b.refused("Kontrollera")
		b.sees("Välj en fil att kontrollera.")
		b.attach("Fil att kontrollera", good)
		b.follow("Kontrollera")
		b.sees("Underskrifterna stämmer", "Anna Testsson (", "Erik Testsson (", "Alla som skulle skriva under har gjort det.")
		b.attach("Kontrollera en annan fil", bad)
		b.follow("Kontrollera")
		b.sees("Något stämmer inte", "Filen svar.json är inte den som skrevs under.")
	}
}
