package flow

import (
	"context"
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/renderer"
	"samtjanst/renderer/pdf"
)

// CasePDF is the whole case for the authority: answers, decision, signatures; attached are the files of its bundle, with which it proves itself.
func (s *Service) CasePDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	v, err := s.StaffCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	e, err := s.staffCase(ctx, a, id, "document", "case", anyStaff...)
	if err != nil {
		return nil, err
	}
	c := &v.Case
	blocks := []pdf.Block{pdf.Heading{Level: 1, Text: pdf.Text(v.Form.Title["sv"])}, s.head(v)}
	level := 2 // the headings of what an officer has asked to be signed say what it is
	if !c.ByHand() {
		blocks, level = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text("Ansökan")}), 3
	}
	blocks = append(blocks, blocksOf(s.read(v.View, renderer.Officer, false), level)...)
	own := v.Form.Def.Meta.Own
	for _, p := range c.Parties {
		view := v.Own[p.ID]
		if view == nil || own == "" {
			continue
		}
		blocks = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text("Uppgifter från " + p.Name)})
		blocks = append(blocks, blocksOf(s.read(view, renderer.Officer, true), 3)...)
	}
	if len(c.Order.Places) > 0 {
		blocks = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text("Underskrifter")})
		var list pdf.SignatureList
		for _, pl := range c.Order.Places {
			p := c.Party(pl.Party)
			list = append(list, pdf.Signature{Name: named(p), Role: capacity(v.Form, p), State: placeWord(pl.State), Detail: when(pl.Since) + called(pl) + reason(pl)})
		}
		blocks = append(blocks, list)
	}
	if c.Decision != nil {
		md, err := s.Vault.Part(ctx, e, casework.PartID(c.Decision.Text.Part.ID))
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, pdf.PageBreak{})
		if c.State == casework.Deciding {
			blocks = append(blocks, pdf.Paragraph{Text: pdf.Text("Det här är ett förslag till beslut. Det gäller när den som beslutar har skrivit under.")})
		}
		blocks = append(blocks, pdf.FromMarkdown(string(md))...)
	}
	blocks = append(blocks, decisionSignatures(c)...)
	blocks = append(blocks, nightBlocks(c)...)
	if c.Handout != nil {
		md, err := s.Vault.Part(ctx, e, casework.PartID(c.Handout.Text.Part.ID))
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, pdf.PageBreak{})
		blocks = append(blocks, pdf.FromMarkdown(string(md))...)
	}
	blocks = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text("Händelser")}, eventTable(c, v.Events))
	d := s.doc(c, v.Service, v.Form.Title["sv"]+" – "+c.Reference, "sv", s.Clock.Now(), blocks...)
	b, about, err := s.caseBundle(ctx, e)
	if err != nil {
		return nil, err
	}
	d.Attachments = attachments(b, about)
	return s.record(ctx, v.Service.Tenant, d, sealedCase, "arende-"+c.Reference+".pdf")
}

// decisionSignatures tells who was to sign the decision, and the proposals that did not go through.
func decisionSignatures(c *casework.Case) []pdf.Block {
	var blocks []pdf.Block
	add := func(title string, d casework.Decision) {
		if len(d.Order.Places) == 0 {
			return
		}
		blocks = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text(title)})
		if d.News != "" {
			blocks = append(blocks, pdf.KeyValue{{Key: pdf.Text("Nytt sedan förra förslaget"), Value: pdf.Text(d.News)}})
		}
		names := map[signing.PartyID]string{}
		for _, p := range d.Signers {
			names[p.ID] = p.Name
		}
		var list pdf.SignatureList
		for _, pl := range slices.Concat(d.Order.Places, d.Later.Places) {
			list = append(list, pdf.Signature{Name: names[pl.Party], State: decidedWord(pl), Detail: when(pl.Since) + called(pl) + reason(pl)})
		}
		blocks = append(blocks, list)
	}
	for _, d := range c.Against {
		add("Förslag till beslut som inte gick igenom", d)
	}
	if c.Decision != nil {
		add("Beslutets underskrifter", *c.Decision)
	}
	return blocks
}

func (s *Service) head(v *StaffCase) pdf.KeyValue {
	c := &v.Case
	kv := pdf.KeyValue{{Key: pdf.Text("Referens"), Value: pdf.Text(c.Reference)}}
	add := func(k, val string) {
		if val != "" {
			kv = append(kv, pdf.Pair{Key: pdf.Text(k), Value: pdf.Text(val)})
		}
	}
	add("Diarienummer", c.Number)
	add("Gäller", c.Subject)
	add("Kom in", swedishTime(c.Submitted))
	if v.FactsSource != "" {
		add("Registeruppgifter", v.FactsSource+" "+when(v.FactsAt))
	}
	add("Steg", stageTitle(v.Form, c.Stage))
	if c.Anonymous() {
		add("Part", "Någon utan inloggning")
		return kv
	}
	for _, p := range c.Parties {
		if p.Left {
			continue
		}
		add("Part", named(&p))
	}
	return kv
}

// named is a party with the number that says who it is, when it has one.
func named(p *casework.Party) string {
	if p.Number.IsZero() {
		return p.Name
	}
	return p.Name + ", " + p.Number.Dashed()
}

// capacity says in what capacity a party takes part: in the officer's words, else as the form names the role.
func capacity(f *forms.Form, p *casework.Party) string {
	if p.Title != "" {
		return p.Title
	}
	return roleTitle(f, p.Role)
}

func eventTable(c *casework.Case, events []EventView) pdf.Table {
	t := pdf.Table{Columns: []pdf.Column{{Header: pdf.Text("Tid")}, {Header: pdf.Text("Händelse")}, {Header: pdf.Text("Av")}}}
	for _, ev := range events {
		t.Rows = append(t.Rows, []pdf.Inline{pdf.Text(swedishTime(ev.Header.At)), pdf.Text(eventWord(c, ev.Header.Kind)), pdf.Text(ev.Name)})
	}
	return t
}
