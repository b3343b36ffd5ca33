package server

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"samtjanst/examples/demo"
	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/eid/freja"
	"samtjanst/integrations/handover/webhook"
	"samtjanst/integrations/sim"
	"samtjanst/platform/config"
)

// demonstration is what `serve --demo` runs.
func demonstration() *Demonstration {
	return &Demonstration{Name: "demo", Municipalities: demo.Municipalities, Configure: DemoConfig, Say: sayWhatToClick}
}

// Simulated points every client at the simulators: production differs by these values only.
func Simulated(c config.Config, e sim.Endpoints) config.Config {
	c.BankID, c.Navet, c.Mail, c.SMS, c.Staff, c.Bolagsverket, c.Lantmateriet = e.BankID, e.Navet, e.SMTP, e.SMS, e.Staff, e.Company, e.Property
	c.EID = []config.EID{
		{ID: freja.ID, Title: map[string]string{"sv": "Freja+"}, Freja: &e.Freja},
		{ID: "elegitimation", Title: map[string]string{"sv": "Annan svensk e-legitimation", "en": "Another Swedish e-ID"}, SAML: &e.SAML},
		{ID: "underskriftstjanst", Title: map[string]string{"sv": "E-legitimation genom underskriftstjänsten", "en": "An e-ID through the signing service"},
			NoLogin: true, SignService: &e.SignService},
	}
	c.Seals, c.Timestamp = e.Seals, &e.Timestamp
	c.Dispatch.AccessPoint = e.Dispatch
	return c
}

// DemoConfig is Simulated, and what the demo's two municipalities have beside that. Ekköping hands journeys to its operator by webhook and to
// its schools by files, Tallvik the other way round; the operator's ride lists come back to Ekköping.
func DemoConfig(c config.Config, e sim.Endpoints) (config.Config, error) {
	c = Simulated(c, e)
	hook := func(target string) *webhook.Config { w := e.Webhooks[target]; return &w }
	folder := func(name string) string { return filepath.Join(c.Data, "handover", name) }
	c.Handover = []config.Handover{
		{Municipality: "ekkoping", Target: sim.TransportTarget, Webhook: hook(sim.TransportTarget), Inbox: e.RideLists, Authority: "barn-och-utbildning"},
		{Municipality: "ekkoping", Target: sim.SchoolTarget, Folder: folder("ekkoping-skola")},
		{Municipality: "tallvik", Target: sim.TransportTarget, Folder: folder("tallvik-trafik")},
		{Municipality: "tallvik", Target: sim.SchoolTarget, Webhook: hook(sim.SchoolTarget)},
	}
	c.Dispatch = config.Dispatch{AccessPoint: e.Dispatch, Senders: map[string]dispatch.Address{"ekkoping": "0203:ekkoping.example", "tallvik": "0203:tallvik.example"},
		Receivers: []config.Receiver{
			{Authority: "ekkoping/social", To: "court", Name: "Förvaltningsrätten", Phone: "070-174 06 40", Address: sim.CourtAddress},
			{Authority: "ekkoping/social", To: "police", Name: "Polismyndigheten", Phone: "070-174 06 41", Address: sim.PoliceAddress},
			{Authority: "ekkoping/social", To: "ward", Name: "Avdelningen", Phone: "070-174 06 42"},
		}}
	for _, h := range c.Handover {
		if h.Folder == "" {
			continue
		}
		if err := os.MkdirAll(h.Folder, 0o700); err != nil {
			return c, fmt.Errorf("handover: %w", err)
		}
	}
	return c, nil
}

func sayWhatToClick(w io.Writer, portal, sims string) {
	fmt.Fprintf(w, `
Samtjänst is running, with two municipalities that do not exist.

  The portal          %[1]s
  Staff pages         %[1]s/admin
  The simulators      %[2]s   (e-legitimation phones, mailbox, SMS, Navet, Bolagsverket, Lantmäteriet, staff login)

Try this:
  1. %[1]s → Ekköping → Ansök om skolskjuts → log in with BankID on this device: choose Anna Testsson and approve.
  2. Fill in for Elsa, give erik.testsson@example.se as the other guardian's address, hand in and sign. Log out.
  3. Read Erik Testsson's mail at %[2]s/mail/, log in as Erik, fill in his section and sign.
  4. %[1]s/admin → Ekköping → Birgitta Provbeslutande: open the case, decide, and see the PDF.
  5. Log in as Anna again: the decision is under Mina sidor. What the operator got is at %[2]s/transport/.
  6. %[1]s/admin → Ekköping → Mona Testhandläggare → E-tjänster: change a text and send it on; Birgitta Provbeslutande publishes it.
  7. %[1]s/admin → Ekköping → Pia Persontest → Personer: enter somebody, or read a file; Per Persontest confirms it.

Stop with Ctrl-C. Everything is kept and is there at the next start.
`, portal, sims)
}
