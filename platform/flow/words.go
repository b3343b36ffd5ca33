package flow

import (
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/files"
	"samtjanst/platform/signing"
)

// Swedish words in the authority's own documents, which are in Swedish whatever language the pages had (språklagen 10 §).

func swedishTime(t time.Time) string { return t.In(clock.Stockholm).Format("2006-01-02 kl. 15.04") }

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return swedishTime(t)
}

var placeWords = map[signing.PlaceState]string{
	signing.Waiting: "Har inte skrivit under", signing.Invited: "Har inte skrivit under", signing.NoAddress: "Har inte skrivit under",
	signing.NoticeFailed: "Har inte skrivit under", signing.Opened: "Har inte skrivit under", signing.Signed: "Har skrivit under med e-legitimation",
	signing.OnPaper: "Har skrivit under på papper", signing.Declined: "Har avböjt", signing.Expired: "Svarade inte i tid",
	signing.Waived: "Underskriften behövs inte", signing.Against: "Är emot", signing.Hindered: "Har hinder", signing.Spared: "Behövs inte längre",
}

func placeWord(s signing.PlaceState) string { return placeWords[s] }

// called says that somebody signed in a telephone call, and who asked for it.
func called(p signing.Place) string {
	if p.Call == nil {
		return ""
	}
	return ". Per telefon, på begäran av " + p.Call.Officer
}

func reason(p signing.Place) string {
	if p.Reason == "" {
		return ""
	}
	return ". Skäl: " + p.Reason
}

var eventWords = map[string]string{
	"submitted": "Ansökan kom in", "opened": "Öppnade det som ska skrivas under", "own-filled": "Fyllde i egna uppgifter", "signed": "Skrev under", "asked-by-phone": "Bad om underskrift per telefon",
	"declined": "Avböjde att skriva under", "hindered": "Kunde inte skriva under", "replaced": "Satte någon annan i stället", "proposal-withdrawn": "Tog tillbaka förslaget till beslut", "amended": "Ändrade det som lämnats in", "withdrawn": "Återkallade ansökan", "reminder-asked": "Bad om en påminnelse",
	"completion-ordered": "Föreläggande om komplettering", "completion-came": "Kompletteringen har kommit", "went-on": "Gick vidare utan underskrift", "signed-on-paper": "Registrerade underskrift på papper",
	"assigned": "Tilldelade ärendet", "task-done": "Avslutade en uppgift", "letter-sent": "Skickade brev", "decided": "Beslut",
	"decision-opened": "Öppnade beslutet", "delivered": "Lämnade ut", "delivery-opened": "Öppnade det som lämnats ut", "reported": "Anmäldes till nämnden", "protection-found": "Skydd eller ändrad vårdnad upptäcktes",
	"rides-received": "Turlista kom", "number-claimed": "Fick diarienummer", "notice-sent": "Skickade meddelande", "notice-failed": "Meddelande gick inte fram",
	"document-made": "Beslutshandling upprättades", "handed-over": "Lämnade över uppgifter", "timer": "Bevakning",
	"called": "Ringde", "question-asked": "Frågade handläggaren", "question-answered": "Svarade på frågan", "signers-away": "Hoppades över: inte i tjänst",
	"decided-orally": "Beslut utan underskrift", "officer-told": "Handläggaren underrättades", "dispatch-received": "Skickades, med kvitto",
	"dispatch-by-hand": "Ska lämnas över", "dispatch-delivered": "Lämnades över", "dispatch-confirmed": "Mottagandet bekräftades", "letter-posted": "Postade brev",
	"handed-to-unit": "Överlämnades till enheten", "accepted-by-unit": "Togs emot av enheten",
	"time-changed": "Ändrade den bokade tiden", "stage-moved": "Flyttade ärendet till ett annat steg", "taken-back": "Tog tillbaka begäran om underskrift",
}

func eventWord(c *casework.Case, kind string) string {
	if c.Prepared() && kind == (casework.Submitted{}).Kind() {
		return "Skapade ärendet"
	}
	if c.ByHand() && kind == (casework.Submitted{}).Kind() {
		return "Begärde underskrift"
	}
	if w, ok := eventWords[kind]; ok {
		return w
	}
	return kind
}

// roleTitle names a role as the form does.
func roleTitle(f *forms.Form, role string) string {
	for _, p := range f.Def.Meta.Parties {
		if p.Role == role {
			return p.Title
		}
	}
	return "Sökande"
}

func letterTitle(what string) string {
	switch what {
	case "invitation":
		return "Din underskrift behövs"
	case "completion":
		return "Komplettera ansökan"
	case "delivery":
		return "Det du har beställt"
	}
	return "Beslut"
}

func scanType(raw []byte) string { return files.Kind(raw) }
