package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"samtjanst/platform/canon"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
	"samtjanst/renderer"
	"samtjanst/renderer/pdf"
)

// CasePDF is the whole case for the authority: answers, decision, signatures; attached are the answers as JSON, every evidence and attachment.
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
	blocks = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text("Ansökan")})
	blocks = append(blocks, blocksOf(s.read(v.View, renderer.Officer, false), 3)...)
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
			list = append(list, pdf.Signature{Name: p.Name + ", " + p.Number.Dashed(), Role: roleTitle(v.Form, p.Role), State: placeWord(pl.State), Detail: when(pl.Since) + reason(pl)})
		}
		blocks = append(blocks, list)
	}
	if c.Decision != nil {
		md, err := s.Vault.Part(ctx, e, casework.PartID(c.Decision.Text.Part.ID))
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, pdf.PageBreak{})
		blocks = append(blocks, pdf.FromMarkdown(string(md))...)
	}
	if c.Handout != nil {
		md, err := s.Vault.Part(ctx, e, casework.PartID(c.Handout.Text.Part.ID))
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, pdf.PageBreak{})
		blocks = append(blocks, pdf.FromMarkdown(string(md))...)
	}
	blocks = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text("Händelser")}, eventTable(v.Events))
	d := s.doc(c, v.Service, v.Form.Title["sv"]+" – "+c.Reference, "sv", s.Clock.Now(), blocks...)
	if d.Attachments, err = s.caseAttachments(ctx, e); err != nil {
		return nil, err
	}
	return render(d, "arende-"+c.Reference+".pdf")
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
		add("Part", p.Name+", "+p.Number.Dashed())
	}
	return kv
}

func eventTable(events []EventView) pdf.Table {
	t := pdf.Table{Columns: []pdf.Column{{Header: pdf.Text("Tid")}, {Header: pdf.Text("Händelse")}, {Header: pdf.Text("Av")}}}
	for _, ev := range events {
		t.Rows = append(t.Rows, []pdf.Inline{pdf.Text(swedishTime(ev.Header.At)), pdf.Text(eventWord(ev.Header.Kind)), pdf.Text(ev.Name)})
	}
	return t
}

// caseAttachments are the parts as stored, so that every digest in every manifest can be checked from the file alone.
func (s *Service) caseAttachments(ctx context.Context, e *vault.Entry) ([]pdf.Attachment, error) {
	c := &e.Case
	var out []pdf.Attachment
	salts := map[string]any{}
	addRef := func(name string, r casework.Ref, kind pdf.Relationship, about string) error {
		raw, err := s.Vault.Part(ctx, e, casework.PartID(r.Part.ID))
		if err != nil {
			return err
		}
		salts[r.Part.ID] = map[string]any{"file": name, "salt": r.Salt}
		out = append(out, pdf.Attachment{Name: name, MIME: r.Part.Media, Description: about, Relationship: kind, Bytes: raw})
		return nil
	}
	if err := addRef("svar.json", c.Content.Common, pdf.Source, "Gemensamma svar"); err != nil {
		return nil, err
	}
	if c.Content.Given != nil {
		if err := addRef("till-handlaggaren.json", *c.Content.Given, pdf.Source, "Svar till handläggaren"); err != nil {
			return nil, err
		}
	}
	if err := addRef("registeruppgifter.json", c.Content.Facts, pdf.Data, "Uppgifter ur register"); err != nil {
		return nil, err
	}
	for _, p := range c.Parties {
		if p.Own != nil {
			if err := addRef("egna-uppgifter-"+string(p.ID)+".json", *p.Own, pdf.Source, "Egna uppgifter"); err != nil {
				return nil, err
			}
		}
	}
	for _, pl := range c.Order.Places {
		if pl.Evidence == "" {
			continue
		}
		raw, err := s.Vault.Part(ctx, e, casework.PartID(pl.Evidence))
		if err != nil {
			return nil, err
		}
		name, media := "underskrift-"+string(pl.Party)+".json", "application/json"
		if pl.State == signing.OnPaper {
			name, media = "underskrift-"+string(pl.Party)+"-skannad", scanType(raw)
		}
		out = append(out, pdf.Attachment{Name: name, MIME: media, Description: "Underskrift med bevis", Relationship: pdf.Supplement, Bytes: raw})
	}
	addFiles := func(word, about string, refs []casework.Ref) {
		for i, r := range refs {
			name := fmt.Sprintf("%s-%d-%s", word, i+1, r.Part.Name)
			salts[r.Part.ID] = map[string]any{"file": name, "salt": r.Salt}
			out = append(out, pdf.Attachment{Name: name, MIME: r.Part.Media, Description: about, Relationship: pdf.Supplement, Size: r.Part.Size,
				Open: func() (io.ReadCloser, error) { return s.openFile(ctx, r) }})
		}
	}
	addFiles("bilaga", "Bilaga", c.Content.Attachments)
	if c.Handout != nil {
		addFiles("utlamnat", "Utlämnat", c.Handout.Files)
	}
	chain, err := json.Marshal(c.Events)
	if err != nil {
		return nil, fault.New("flow.caseAttachments", fault.Internal, err)
	}
	out = append(out, pdf.Attachment{Name: "handelsekedja.json", MIME: "application/json", Description: "Händelsekedja", Relationship: pdf.Data, Bytes: chain})
	index, err := canon.Marshal(salts)
	if err != nil {
		return nil, fault.New("flow.caseAttachments", fault.Internal, err)
	}
	return append(out, pdf.Attachment{Name: "salt.json", MIME: "application/json", Description: "Salt till kontrollsummorna", Relationship: pdf.Data, Bytes: index}), nil
}

func (s *Service) openFile(ctx context.Context, r casework.Ref) (io.ReadCloser, error) {
	f, err := s.openAttachment(ctx, r)
	if err != nil {
		return nil, err
	}
	return f.Body, nil
}
