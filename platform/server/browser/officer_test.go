package browser

import (
	"testing"
	"time"

	"samtjanst/integrations/notify/mailsim"
	"samtjanst/platform/server/servertest"
)

// openCase opens the case of a pupil from a list, and gives its reference.
func (b *tab) openCase(pupil string) string {
	b.Helper()
	reference := ask[string](b, `(() => { const row = [...document.querySelectorAll("tr")].find(r => r.innerText.includes({0}));
		return row ? squeeze(row.querySelector("th a").innerText) : "" })()`, pupil)
	if reference == "" {
		b.Fatalf("no case of %s\n%s", pupil, b.where())
	}
	b.follow(reference)
	return reference
}

// decide grants everything, after a look at how the decision will read.
func (b *tab) decide() {
	b.Helper()
	b.follow("Skriv beslut")
	b.refused("Förhandsgranska") // nothing is filled in
	b.sees("Rätta det här för att gå vidare")
	b.choose("Bifall")
	b.choose("Skollagen 10 kap. 32 § första stycket")
	b.date("Gäller från och med", "2026", "12", "01")
	b.date("Gäller till och med", "2027", "06", "11")
	b.fill("Din titel", "Enhetschef")
	b.follow("Förhandsgranska")
	b.sees("Så blir beslutet", "Enhetschef", "överklag")
	b.document("Öppna som PDF")
	b.choose("Jag har läst beslutet")
	b.follow("Fatta beslutet")
	b.sees("Beslutet är fattat. Parterna får besked.")
}

// mailTo waits until somebody has so many mails.
func mailTo(t *testing.T, w *servertest.World, address string, n int) []mailsim.Message {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if got := w.Sim.Mail.Messages(address); len(got) >= n {
			return got
		}
		if time.Now().After(end) {
			t.Fatalf("%s has %d mails, not %d", address, len(w.Sim.Mail.Messages(address)), n)
		}
	}
}
