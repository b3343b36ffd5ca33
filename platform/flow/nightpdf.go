package flow

import (
	"samtjanst/platform/casework"
	"samtjanst/platform/signing"
	"samtjanst/renderer/pdf"
)

// What an urgent decision leaves in the case's PDF: that it was taken without a signature, the calls, the questions, what was sent on.

var callWords = map[casework.CallOutcome]string{casework.CallReached: "Nådd", casework.CallNoAnswer: "Inget svar", casework.CallBusy: "Upptaget"}

var mannerWords = map[casework.Manner]string{casework.Orally: "muntligt", casework.ByPen: "för hand"}

func nightBlocks(c *casework.Case) []pdf.Block {
	var out []pdf.Block
	heading := func(s string) { out = append(out, pdf.Heading{Level: 2, Text: pdf.Text(s)}) }
	row := func(cells ...string) []pdf.Inline {
		line := make([]pdf.Inline, len(cells))
		for i, s := range cells {
			line[i] = pdf.Text(s)
		}
		return line
	}
	table := func(title string, head []string, rows [][]pdf.Inline) {
		if len(rows) == 0 {
			return
		}
		heading(title)
		t := pdf.Table{Rows: rows}
		for _, h := range head {
			t.Columns = append(t.Columns, pdf.Column{Header: pdf.Text(h)})
		}
		out = append(out, t)
	}
	if d := c.Decision; d != nil && d.Oral != nil {
		heading("Beslut utan underskrift")
		later := "Ska skrivas under i efterhand"
		if d.Later.Complete() && len(d.Later.Places) > 0 {
			later = "Har skrivits under i efterhand"
		}
		kv := pdf.KeyValue{}
		for _, p := range [][2]string{{"Fattat", swedishTime(d.Oral.At) + ", " + mannerWords[d.Oral.How]}, {"Av", d.Decider()}, {"Skäl", d.Oral.Reason},
			{"Hördes av", d.Oral.Heard}, {"Antecknat", swedishTime(d.Oral.Noted)}, {"Underskrift", later}} {
			kv = append(kv, pdf.Pair{Key: pdf.Text(p[0]), Value: pdf.Text(p[1])})
		}
		out = append(out, kv)
	}
	var calls, questions, sent [][]pdf.Inline
	for _, k := range c.Calls {
		calls = append(calls, row(swedishTime(k.At), k.By, k.To, callWords[k.Outcome], k.Note))
	}
	for _, q := range c.Questions {
		questions = append(questions, row(swedishTime(q.Asked), q.Name+": "+q.Text, q.By+": "+q.Answer))
	}
	for _, d := range c.Dispatches {
		sent = append(sent, row(d.Title, dispatchWord(d)))
	}
	table("Samtal", []string{"Tid", "Ringde", "Till", "Svar", "Anteckning"}, calls)
	table("Frågor", []string{"Tid", "Fråga", "Svar"}, questions)
	table("Skickat till", []string{"Vart", "Hur"}, sent)
	return out
}

// decidedWord says how a place of a decision stands: one that was taken without a signature says so.
func decidedWord(pl signing.Place) string {
	if w := mannerWords[casework.Manner(pl.Method)]; w != "" && pl.State == signing.OnPaper {
		return "Beslutade " + w
	}
	if pl.State == signing.Hindered && pl.Why == casework.AwayThen {
		return "Inte i tjänst"
	}
	return placeWord(pl.State)
}

func dispatchWord(d casework.Dispatch) string {
	switch d.State {
	case casework.DispatchSent:
		return "Skickat " + swedishTime(d.Sent) + " till " + d.Address + ". Kvitto: " + d.Receipt
	case casework.DispatchHanded:
		return "Lämnat " + swedishTime(d.Handed) + " av " + d.HandedBy
	case casework.DispatchDone:
		return "Lämnat " + swedishTime(d.Handed) + " av " + d.HandedBy + ". Bekräftat " + swedishTime(d.Confirmed) + " av " + d.With + " till " + d.By
	}
	return "Inte skickat än"
}
