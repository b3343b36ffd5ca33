package caseload

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"samtjanst/forms"
	"samtjanst/integrations/handover/ridelist"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
)

// Cases to look at: one that waits for a signature in vain, one that waits for the officer, one decided.

const (
	expired casework.ID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	waits   casework.ID = "bbbbbbbbbbbbbbbbbbbbbbbbbb"
	decided casework.ID = "cccccccccccccccccccccccccc"
	stepped casework.ID = "dddddddddddddddddddddddddd"
)

func ago(days int) time.Time { return now.Add(-time.Duration(days) * 24 * time.Hour) }

func answers(t testing.TB, raw string) map[string]any {
	t.Helper()
	dec := json.NewDecoder(bytesReader(raw))
	dec.UseNumber()
	var out map[string]any
	if err := dec.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (f *fakeFlow) samples(t testing.TB) {
	child := elsa.Number().Digits()
	common := answers(t, fmt.Sprintf(`{"elev":{"barn":%q},
		"skola":{"lasar":"2026/2027","skolform":"grundskola","arskurs":"2","placering":"anvisad","skola":"eklunda"},
		"period":{"omfattning":"hela"},
		"grund":{"skal":["avstand","trafik"],"avstand":3.4,"trafik":"Väg 990 saknar trottoar mellan bron och skolan, och det är mörkt på vintern."},
		"boende":{"typ":"en-adress"}}`, child))
	own := answers(t, `{"egen":{"epost":"anna.testsson@example.se","mobil":"+46701740605","till":["måndag","tisdag","onsdag"],"fran":["måndag"]}}`)
	facts := map[string]any{"source": "Navet", "at": ago(20).Format(time.RFC3339),
		"municipality": map[string]any{"id": "ekkoping", "name": "Ekköpings kommun", "code": "9901"},
		"applicant": map[string]any{"number": anna.Number().Digits(), "name": anna.Name(), "hidden": false, "municipality": "9901",
			"address": map[string]any{"street": "Provvägen 12", "postalCode": "99010", "city": "EKKÖPING"}},
		"children": []any{map[string]any{"number": child, "name": elsa.Name(), "hidden": false, "age": json.Number("8"), "municipality": "9901", "sameHome": true,
			"guardians": []any{
				map[string]any{"number": anna.Number().Digits(), "name": anna.Name(), "hidden": false},
				map[string]any{"number": erik.Number().Digits(), "name": erik.Name(), "hidden": false}}}}}
	view := func(answers map[string]any, role string) *forms.View {
		v, err := f.graph.Run(forms.Scope{Answers: answers, Facts: facts, Actor: map[string]any{"role": role}, Settings: f.service("ekkoping").Settings, Today: "2026-11-03"})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	make := func(id casework.ID, reference, number string, state casework.State, since time.Time) *flow.StaffCase {
		c := &flow.StaffCase{Rev: 7, Service: f.service("ekkoping"), Form: f.form, View: view(common, "applicant"), Facts: facts,
			Own:         map[signing.PartyID]*forms.View{"p1": view(forms.Join(common, own, "/egen"), "applicant")},
			FactsSource: "Navet", FactsAt: ago(20),
			Attachments: []flow.Attachment{{ID: "bilaga1", Name: "Karta över vägen.pdf", Type: "application/pdf", Size: 482_113, By: "p1"}}}
		c.Case = casework.Case{ID: id, Reference: reference, Number: number, Tenant: "ekkoping", Authority: string(school), Form: "skolskjuts",
			Subject: elsa.Name(), State: state, Since: since, Submitted: ago(20), Changed: since, Children: []idno.Number{elsa.Number()},
			Assignee: "login|mona", AssigneeName: "Mona Testhandläggare"}
		c.Case.Parties = []casework.Party{
			{ID: "p1", Role: "applicant", Number: anna.Number(), Name: anna.Name(), Own: &casework.Ref{},
				Delivered: []casework.Delivery{{What: "receipt", Channel: "mail", At: ago(20)}}},
			{ID: "p2", Role: "guardian", Number: erik.Number(), Name: erik.Name(), Given: casework.Contact{Email: "erik.testsson@example.se", Phone: "+46701740606"},
				Delivered: []casework.Delivery{{What: "invitation", Channel: "mail", At: ago(20)}, {What: "reminder", Channel: "none", At: ago(13), Failed: "refused"}}}}
		c.Case.Order = signing.Order{ID: "o1", Created: ago(20), Deadline: ago(6), Places: []signing.Place{
			{Party: "p1", State: signing.Signed, Since: ago(20), Asked: ago(20), Invited: ago(20), Channel: "mail", Method: "bankid", Evidence: "bevis1"},
			{Party: "p2", State: signing.Signed, Since: ago(2), Asked: ago(20), Invited: ago(20), Reminded: []time.Time{ago(17)}, Channel: "mail", Evidence: "bevis2"}}}
		c.Events = events()
		c.Reads = []store.Read{{At: ago(1), Staff: "login|mona", What: "case"}, {At: ago(2), Staff: "login|oskar", What: "file"}}
		f.cases[id] = c
		return c
	}

	c := make(expired, "SKJ-7F3K-9Q2M", "BUN 2026-0412", casework.AwaitingSignatures, ago(20))
	c.Case.Order.Places[1] = signing.Place{Party: "p2", State: signing.Expired, Since: ago(6), Asked: ago(20), Invited: ago(20), Reminded: []time.Time{ago(17), ago(13)},
		Channel: "mail", Why: "refused"}
	c.Case.Tasks = []casework.Task{{ID: 4, Kind: casework.TaskExpired, Party: "p2", Opened: ago(6)},
		{ID: 3, Kind: casework.TaskLetter, Party: "p2", Detail: "invitation", Opened: ago(12)},
		{ID: 2, Kind: casework.TaskNoticeFailed, Party: "p2", Detail: "refused", Opened: ago(13), Done: ago(12)}}
	c.Letters = []flow.LetterView{{Party: "p2", What: "invitation", Task: 3}}
	c.Related = []flow.Row{{ID: decided, Reference: "SKJ-2M4P-77XA", Title: f.form.Title, Subject: elsa.Name(), State: casework.Closed, Submitted: ago(380)}}

	c = make(waits, "SKJ-44HT-K2PW", "BUN 2026-0398", casework.AwaitingOfficer, ago(2))
	c.Case.Order.Ended = true

	c = make(decided, "SKJ-2M4P-77XA", "BUN 2026-0351", casework.Decided, ago(3))
	c.Case.Order.Ended = true
	c.Case.Decision = &casework.Decision{Outcome: "bifall", Grounds: []string{"10-32-1"}, Grants: true, Rows: journeys(), ByName: "Birgitta Provbeslutande",
		Title: "Enhetschef", Delegation: "Barn- och utbildningsnämndens delegationsordning, skolskjuts", At: ago(3), PDF: &casework.Ref{Part: signing.Part{ID: "beslut1"}}}
	c.Case.Parties[0].Delivered = append(c.Case.Parties[0].Delivered, casework.Delivery{What: "decision", Channel: "pages", At: ago(3), Opened: ago(2)})
	c.Case.Parties[1].Delivered = append(c.Case.Parties[1].Delivered, casework.Delivery{What: "decision", Channel: "pages", At: ago(3)})
	c.Case.Handovers = []casework.HandoverState{{Target: "transport", At: ago(3), Rows: 4}, {Target: "school", At: ago(3), Rows: 4}}
	c.Case.Rides = []casework.Ride{{Date: "2026-11-24", Time: "07:35", Place: "Provvägen", Route: "412", File: "turer-v48.csv", Line: 3}}

	f.stepped(t, make(stepped, "SKJ-5TEG-3AV4", "BUN 2026-0440", casework.AwaitingSignatures, ago(9)))
	f.rows = f.sampleRows()
}

// stepped is signed by the applicant first, then by two of three, then by one of two who are asked half an hour apart.
func (f *fakeFlow) stepped(t testing.TB, c *flow.StaffCase) {
	t.Helper()
	for i, name := range []string{"Alva Provberg", "Bo Provberg", "Cleo Provberg", "Dan Provberg"} {
		c.Case.Parties = append(c.Case.Parties, casework.Party{ID: signing.PartyID(fmt.Sprintf("p%d", i+3)), Role: "guardian", Name: name})
	}
	c.Case.Parties = append(c.Case.Parties, casework.Party{ID: "p7", Role: "guardian", Name: "Ebbe Provberg"})
	o, _, err := signing.NewOrder("o1", signing.Plan{About: "application", Within: clock.Span{Days: 14}, Steps: []signing.PlannedStep{
		{Parties: []signing.PartyID{"p1"}},
		{Parties: []signing.PartyID{"p2", "p3", "p4"}, Step: signing.Step{Need: 2}},
		{Parties: []signing.PartyID{"p5", "p6"}, Step: signing.Step{Need: 1, Ladder: clock.Span{Minutes: 90}}}}}, ago(9))
	if err != nil {
		t.Fatal(err)
	}
	move := func(p signing.PartyID, to signing.PlaceState, days int) *signing.Place {
		pl, _, err := o.Move(p, to, ago(days))
		if err != nil {
			t.Fatal(err)
		}
		return pl
	}
	move("p1", signing.Signed, 8).Evidence = "bevis1"
	move("p2", signing.Declined, 5).Reason = "Vi är inte överens."
	if _, err := o.Replace("p3", "p7", ago(4)); err != nil {
		t.Fatal(err)
	}
	move("p7", signing.Opened, 3).Invited = ago(4)
	o.Place("p7").Channel, o.Place("p7").Reminded = "mail", []time.Time{ago(1)}
	c.Case.Order = o
}

func (f *fakeFlow) sampleRows() []flow.Row {
	row := func(id casework.ID, ref, number, subject string, s casework.State, submitted, since int, done, of int, tasks ...casework.TaskKind) flow.Row {
		r := flow.Row{ID: id, Reference: ref, Number: number, Form: "skolskjuts", Title: f.form.Title, Subject: subject, State: s,
			Submitted: ago(submitted), Since: ago(since), Done: done, Of: of, Tasks: tasks}
		if done < of {
			r.MissingSince = ago(submitted)
		}
		return r
	}
	rows := []flow.Row{
		row(expired, "SKJ-7F3K-9Q2M", "BUN 2026-0412", "Elsa Testsson", casework.AwaitingSignatures, 20, 20, 1, 2, casework.TaskExpired, casework.TaskLetter),
		row("d1", "SKJ-9C2D-XX41", "BUN 2026-0420", "Alva Provberg", casework.AwaitingSignatures, 9, 9, 1, 2, casework.TaskDeclined),
		row("d2", "SKJ-PP7A-30QZ", "BUN 2026-0391", "Hugo Testberg", casework.AwaitingOfficer, 31, 1, 1, 1, casework.TaskProtection),
		row("d3", "SKJ-K8M2-5TTE", "BUN 2026-0344", "Ella Demogren", casework.Decided, 45, 12, 1, 1, casework.TaskLetter),
		row(waits, "SKJ-44HT-K2PW", "BUN 2026-0398", "Elsa Testsson", casework.AwaitingOfficer, 20, 2, 2, 2),
		row("d4", "SKJ-61VV-AB3N", "", "Vilmer Testgren", casework.AwaitingOfficer, 0, 0, 1, 1),
		row("d5", "SKJ-0QRS-8WJ2", "BUN 2026-0431", "Linus Demoberg", casework.AwaitingSignatures, 3, 3, 1, 2),
		row("d6", "SKJ-M3M3-1ZZP", "BUN 2026-0409", "Amir Provström", casework.AwaitingCompletion, 17, 4, 2, 2),
		row(decided, "SKJ-2M4P-77XA", "BUN 2026-0351", "Elsa Testsson", casework.Decided, 41, 3, 2, 2),
	}
	rows[0].Assignee, rows[0].AssigneeName = "login|mona", "Mona Testhandläggare"
	rows[2].Assignee, rows[2].AssigneeName = "login|oskar", "Oskar Provhandläggare"
	rows[4].Assignee, rows[4].AssigneeName = "login|mona", "Mona Testhandläggare"
	for i := range rows {
		if rows[i].State == casework.Decided {
			rows[i].Unreported, rows[i].Outcome, rows[i].Decided = true, "bifall", rows[i].Since
		}
	}
	return rows
}

func events() []flow.EventView {
	event := func(day int, kind, by string, party signing.PartyID, name string, body map[string]any) flow.EventView {
		return flow.EventView{Header: casework.Header{At: ago(day), Kind: kind, By: casework.By{Kind: by, Party: party}}, Name: name, Event: body}
	}
	return []flow.EventView{
		event(20, "submitted", "party", "p1", "Anna Testsson", nil),
		event(20, "signed", "party", "p1", "Anna Testsson", map[string]any{"Party": "p1"}),
		event(20, "number-claimed", "system", "", "outbox", map[string]any{"Number": "BUN 2026-0412"}),
		event(20, "notice-sent", "system", "", "outbox", map[string]any{"Channel": "mail"}),
		event(13, "notice-failed", "system", "", "outbox", map[string]any{"Why": "refused"}),
		event(12, "assigned", "staff", "", "Mona Testhandläggare", map[string]any{"To": "login|mona", "Name": "Mona Testhandläggare"}),
		event(6, "timer", "system", "", "outbox", nil),
	}
}

func journeys() []map[string]any {
	var out []map[string]any
	for _, day := range []string{"måndag", "tisdag"} {
		for _, way := range []string{"till", "från"} {
			out = append(out, map[string]any{"elevnummer": "20180412-2389", "elevnamn": "Elsa Testsson", "hem": "Anna Testsson", "adress": "Provvägen 12, 99010 EKKÖPING",
				"skola": "Eklundaskolan", "veckodag": day, "riktning": way, "veckor": "alla", "giltigFran": "2026-12-01", "giltigTill": "2027-06-15"})
		}
	}
	return out
}

func rideProblems() []ridelist.Problem {
	return []ridelist.Problem{{Line: 9, Column: ridelist.Date, Code: ridelist.Format}}
}
