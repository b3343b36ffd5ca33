package browser

import (
	"testing"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// An officer finds who has not signed, reminds several at once, notes a hindrance and puts somebody else in the place; a case that is signed
// in steps says whose turn it is.
func TestOrders(t *testing.T) {
	t.Parallel()
	w := world(t)
	first := handedIn(t, w, personas.AnnaTestsson, personas.ElsaTestsson, "ekkoping", "eklunda")
	w.Sign(citizen(personas.AnnaTestsson), first)
	handedIn(t, w, personas.AnnaTestsson, personas.OskarTestsson, "ekkoping", "eklunda")
	inSteps(t, w, first)
	w.Clock.Advance(4 * day)

	mona := staff(t, w, personas.MonaTesthandlaggare, desk)
	mona.follow("Underskrifter")
	mona.again("senast") // the reminders of the third day have gone
	mona.sees("3 ärenden väntar på underskrift", "Erik Testsson", "Kan inte nås digitalt", "1 av 2", "om 10 dagar")
	mona.pick("Har väntat", "7 dagar eller mer")
	mona.follow("Visa")
	mona.sees("Ingen underskrift väntar med de här filtren.")
	mona.follow("Rensa filter")
	mona.pick("Läge", "Går inte att nå")
	mona.follow("Visa")
	mona.sees("2 ärenden väntar på underskrift")
	mona.lacks("SKJ-TEST-STEG")
	mona.follow("Påminn dem som ska skriva under")
	mona.sees("Markera minst ett ärende.")
	for _, row := range ask[[]string](mona, `[...document.querySelectorAll("tbody input[type=checkbox]")].map(e => e.getAttribute("aria-label"))`) {
		mona.choose(row)
	}
	mona.follow("Påminn dem som ska skriva under")
	mona.sees("påminnelse skickas nu.", "personer går inte att nå digitalt och behöver få brev.")

	hand := staff(t, w, personas.BirgittaProvbeslutande, device{width: 768, height: 1024, mobile: true, script: true})
	hand.follow("Underskrifter")
	hand.sees("Cleo Provberg", "Inbjuden, har inte öppnat")
	hand.follow("SKJ-TEST-STEG")
	hand.sees("Steg 1 av 3", "Klart", "Steg 2 av 3", "Pågår, 0 av 2", "2 av 3 ska skriva under.", "Steg 3 av 3", "Kommer sedan", "Inte på tur än",
		"Det räcker att en av 2 skriver under. De frågas en i taget, med 1 timme och 30 minuter emellan.")
	hand.follow("Anteckna hinder, Bo Provberg")
	hand.sees("Nästa som kan skriva under frågas i stället.")
	hand.refused("Anteckna hindret")
	hand.fill("Vad är hindret?", "Bortrest till sommaren.")
	hand.follow("Anteckna hindret")
	hand.sees("Det är antecknat att Bo Provberg har hinder.", "Har hinder", "Bortrest till sommaren.")
	hand.follow("Anteckna hinder, Cleo Provberg")
	hand.sees("ingen annan är kvar att fråga")
	hand.fill("Vad är hindret?", "Jävig.")
	hand.follow("Anteckna hindret")
	hand.sees("Cleo Provberg kan inte skriva under", "Ingen är kvar att fråga i det steget.")
	hand.follow("Sätt någon annan i stället för Cleo Provberg")
	hand.sees("kan inte längre öppna ärendet")
	hand.refused("Sätt in")
	hand.fill("För- och efternamn", "Gun Provberg")
	hand.fill("Personnummer", "19820905-2391")
	hand.fill("På vilken grund?", "Ny ombudsperson.")
	hand.refused("Sätt in") // Erik has a place already
	hand.sees("Den personen har redan en plats")
	hand.fill("Personnummer", "")
	hand.follow("Sätt in")
	hand.sees("Gun Provberg ska skriva under i stället för Cleo Provberg.", "I stället för Cleo Provberg")
}

// inSteps makes a case that is signed in steps, as a form with steps would have made it: by the applicant, by two of three, by one of two.
func inSteps(t *testing.T, w *servertest.World, like casework.ID) {
	t.Helper()
	template := w.Head(like)
	e, err := w.Flow.Vault.NewKey(w.Ctx, template.Authority)
	if err != nil {
		t.Fatal(err)
	}
	e.Case = template.Clone()
	c := &e.Case
	c.ID, c.Draft, c.Reference, c.Effects, c.Events, c.Tasks = "stegstegstegstegstegstegst", "steg", "SKJ-TEST-STEG", nil, nil, nil
	for _, p := range []casework.Party{{ID: "p3", Name: "Bo Provberg"}, {ID: "p4", Name: "Cleo Provberg"}, {ID: "p5", Name: "Dan Provberg"}, {ID: "p6", Name: "Ebbe Provberg"}} {
		p.Role = "agent"
		c.Parties = append(c.Parties, p)
	}
	now := w.Clock.Now()
	c.Order, _, err = signing.NewOrder("steg-o1", signing.Plan{About: "application", Within: clock.Span{Days: 14}, Steps: []signing.PlannedStep{
		{Parties: []signing.PartyID{"p1"}},
		{Parties: []signing.PartyID{"p2", "p3", "p4"}, Step: signing.Step{Need: 2}},
		{Parties: []signing.PartyID{"p5", "p6"}, Step: signing.Step{Need: 1, Ladder: clock.Span{Minutes: 90}}}}}, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Order.Move("p1", signing.OnPaper, now); err != nil {
		t.Fatal(err)
	}
	for _, p := range []signing.PartyID{"p2", "p3", "p4"} {
		if pl := c.Order.Place(p); pl != nil {
			pl.State, pl.Invited, pl.Channel = signing.Invited, now, "letter"
		}
	}
	ids := []casework.PartID{casework.PartID(c.Content.Common.Part.ID), casework.PartID(c.Content.Facts.Part.ID)}
	if own := c.Applicant().Own; own != nil {
		ids = append(ids, casework.PartID(own.Part.ID))
	}
	from, err := w.Flow.Vault.Load(w.Ctx, like)
	if err != nil {
		t.Fatal(err)
	}
	bodies, err := w.Flow.Vault.Parts(w.Ctx, from, ids...)
	if err != nil {
		t.Fatal(err)
	}
	var blobs []vault.Blob
	for i, b := range bodies {
		blobs = append(blobs, vault.Blob{ID: ids[i], Kind: "answers", Bytes: b})
	}
	if err := w.Flow.Vault.Create(w.Ctx, e, blobs); err != nil {
		t.Fatal(err)
	}
}
