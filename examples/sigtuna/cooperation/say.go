package cooperation

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"samtjanst/integrations/sim"
)

// say tells what to click, with the people of the files.
func say(staff []sim.Staff) func(w io.Writer, portal, sims string) {
	find := func(title, where string) sim.Staff {
		i := slices.IndexFunc(staff, func(p sim.Staff) bool {
			return strings.HasPrefix(p.Title, title+",") && strings.HasSuffix(p.Title, " i "+where)
		})
		if i < 0 {
			return sim.Staff{}
		}
		return staff[i]
	}
	officer, manager := find("Socialjourssekreterare", "Björkvalla"), find("Enhetschef", "Björkvalla")
	other, secretary := find("Socialsekreterare", "Almfors"), find("Nämndsekreterare", "Almfors")
	return func(w io.Writer, portal, sims string) {
		fmt.Fprintf(w, `
Samtjänst is running, with a socialjour that eight municipalities share. None of them exists.

  The portal          %[1]s
  Staff pages         %[1]s/admin
  The simulators      %[2]s   (e-legitimation phones, mailbox, SMS, staff logins, court and police)

The host is Björkvalla: 35 officers. Almfors, Askhamra, Granlunda, Hasselvik, Lindåsa, Rönnbro and Sälgnäs decide for themselves, by a chair, a
vice chair or a member whom the board has given that right. The one on call is asked first.

Try this:
  1. %[1]s/admin → Björkvalla → log in as %[3]s: begin a decision for Almfors, fill it in and propose it.
  2. The mail and the text message that the one on call gets are at %[2]s/mail/ and %[2]s/sms/.
  3. In another browser: %[1]s/admin → Almfors → BankID. Log in as the one who was asked (the phones are at %[2]s/bankid/), and sign or say no.
  4. What court and police got is at %[2]s/sdk/.
  5. %[1]s/admin → Almfors → %[4]s, of the ordinary unit: takes over in the morning.
  6. %[1]s/admin → Almfors → %[5]s → Personer: who is on call, who decides by what right.
  7. %[1]s/admin → Björkvalla → %[6]s → Kostnader: logins and signatures by municipality, users, and how costs are shared.

Stop with Ctrl-C. Everything is kept and is there at the next start.
`, portal, sims, officer.Name, other.Name, secretary.Name, manager.Name)
	}
}
