package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/canon"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
	"samtjanst/renderer"
	"samtjanst/renderer/document"
	"samtjanst/renderer/pdf"
)

// fileOf gives bytes as a file.
func fileOf(name, media string, raw []byte) *File {
	return &File{Name: name, Type: media, Size: int64(len(raw)), Body: io.NopCloser(bytes.NewReader(raw))}
}

// documentData is what every document may name (lint.Placeholders). Nothing in it may be hidden from any party: what is computed, is
// computed without anybody's address.
func (s *Service) documentData(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView) (map[string]any, error) {
	c := &e.Case
	auth, _ := sv.Tenant.Authority(g.Form.Def.Meta.Authority) // checked when the server was put together
	answers, facts, err := s.answersOf(ctx, e, "")
	if err != nil {
		return nil, err
	}
	facts = maps.Clone(facts)
	delete(facts, "self")
	if app, ok := facts["applicant"].(map[string]any); ok {
		facts["applicant"] = map[string]any{"number": app["number"], "name": app["name"], "hidden": app["hidden"]}
	}
	view, err := s.common(g, sv, c, nil, answers, facts)
	if err != nil {
		return nil, err
	}
	number := c.Number
	if number == "" {
		number = c.Reference // until the series has given one
	}
	t := sv.Tenant
	return map[string]any{
		"service": g.Form.Title["sv"], "reference": c.Reference, "number": number, "municipality": t.Name, "authority": auth.Name,
		"today": clock.Date(s.Clock.Now()), "received": clock.Date(c.Submitted), "subject": c.Subject, "applicant": c.Applicant().Name,
		"recipient": "", "officer": c.AssigneeName, "url": s.BaseURL + "/mina-sidor", "computed": view.Computed,
		"contact": document.Markdown(t.Name + ", " + t.Contact.Address + "\\\nTelefon " + t.Contact.Phone + ", " + strings.ToLower(t.Contact.Hours) + "\\\n" + t.Contact.Email),
	}, nil
}

// documentText fills one of the form's documents in a language, Swedish where it has no other.
func (s *Service) documentText(g *Graph, name, lang string, data map[string]any) (string, error) {
	texts, ok := g.Form.Def.Documents[name]
	if !ok {
		return "", fault.Newf("flow.documentText", fault.Internal, "form %s has no document %q", g.Form.Def.Meta.ID, name)
	}
	src, ok := texts[lang]
	if !ok {
		src = texts["sv"]
	}
	t, err := document.Parse(name, src)
	if err != nil {
		return "", fault.New("flow.documentText", fault.Internal, err)
	}
	md, err := t.Execute(data)
	if err != nil {
		return "", fault.New("flow.documentText", fault.Internal, err)
	}
	return md, nil
}

// doc is a document in the municipality's dress.
func (s *Service) doc(c *casework.Case, sv ServiceView, title, lang string, at time.Time, blocks ...pdf.Block) pdf.Doc {
	ref := c.Reference
	if c.Number != "" {
		ref = c.Number + " · " + c.Reference
	}
	d := pdf.Doc{Title: title, Lang: lang, Author: sv.Tenant.Name, Reference: ref, Created: at.In(clock.Stockholm), Blocks: blocks}
	if s.Dress != nil {
		d.Logo.Data, d.Theme.Colour = s.Dress(sv.Tenant.Theme)
		d.Logo.Alt = sv.Tenant.Name
	}
	return d
}

func render(d pdf.Doc, name string) (*File, error) {
	raw, err := pdf.Render(d)
	if err != nil {
		return nil, fault.New("flow.render", fault.Internal, err)
	}
	return fileOf(name, "application/pdf", raw), nil
}

// makeDecision makes the decision's PDF, the same for every party: what only one may see is not in it.
func (s *Service) makeDecision(ctx context.Context, e *vault.Entry, f casework.Effect) (casework.Event, []vault.Blob, error) {
	c := &e.Case
	g, sv, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	md, err := s.Vault.Part(ctx, e, casework.PartID(c.Decision.Text.Part.ID))
	if err != nil {
		return nil, nil, err
	}
	raw, err := pdf.Render(s.doc(c, sv, "Beslut: "+g.Form.Title["sv"], "sv", c.Decision.At, pdf.FromMarkdown(string(md))...))
	if err != nil {
		return nil, nil, fault.New("flow.makeDecision", fault.Internal, err)
	}
	ref := newRef("decision-pdf", "beslut.pdf", "application/pdf", signing.Everybody, raw)
	days := g.Form.Def.Meta.Decision.LetterDays
	return casework.DocumentMade{Effect: f.ID, PDF: ref, After: time.Duration(days) * 24 * time.Hour},
		[]vault.Blob{{ID: casework.PartID(ref.Part.ID), Kind: "document", Bytes: raw}}, nil
}

// PreviewPDF shows the officer the decision's PDF before it is decided.
func (s *Service) PreviewPDF(ctx context.Context, a identity.Actor, id casework.ID, in DecisionInput) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "document", "decision", handlers...)
	if err != nil {
		return nil, err
	}
	v, err := s.preview(ctx, a, e, in)
	if err != nil {
		return nil, err
	}
	if len(v.Problems) > 0 {
		return nil, fault.New("flow.PreviewPDF", fault.Invalid, nil)
	}
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	return render(s.doc(&e.Case, sv, "Utkast till beslut: "+g.Form.Title["sv"], "sv", s.Clock.Now(), pdf.FromMarkdown(v.Markdown)...), "utkast-beslut.pdf")
}

// DecisionPDF gives a party the decision and notes that it was opened. fault.Hindered when somebody in the case is protected or custody has
// changed, fault.Unavailable while nobody knows.
func (s *Service) DecisionPDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if e.Case.Decision == nil || e.Case.Decision.PDF == nil {
		return nil, fault.New("flow.DecisionPDF", fault.NotFound, nil)
	}
	if err := s.guarded(ctx, e, p, "decision"); err != nil { // a letter reaches the party instead, by the officer's hand
		return nil, err
	}
	raw, err := s.Vault.Part(ctx, e, casework.PartID(e.Case.Decision.PDF.Part.ID))
	if err != nil {
		return nil, err
	}
	opened := slices.ContainsFunc(p.Delivered, func(d casework.Delivery) bool { return d.What == "decision" && !d.Opened.IsZero() })
	if !opened {
		_, err := s.change(ctx, id, s.stamp(byParty(p), p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
			return casework.DecisionOpened{Party: p.ID}, nil, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return fileOf("beslut-"+e.Case.Reference+".pdf", "application/pdf", raw), nil
}

// ReceiptPDF is the receipt that the application has come in, in the reader's language (förvaltningslagen 21 §).
func (s *Service) ReceiptPDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if p.ID != e.Case.Applicant().ID {
		return nil, fault.New("flow.ReceiptPDF", fault.NotFound, nil)
	}
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	data, err := s.documentData(ctx, e, g, sv)
	if err != nil {
		return nil, err
	}
	data["service"] = g.Form.Title.In(a.Lang)
	md, err := s.documentText(g, "mottagningskvitto", a.Lang, data)
	if err != nil {
		return nil, err
	}
	lang := a.Lang
	if _, ok := g.Form.Def.Documents["mottagningskvitto"][lang]; !ok {
		lang = "sv"
	}
	return render(s.doc(&e.Case, sv, g.Form.Title.In(lang), lang, e.Case.Submitted, pdf.FromMarkdown(md)...), "kvitto-"+e.Case.Reference+".pdf")
}

// CopyPDF is a party's copy: the common part, the own section, names and times of the signatures, and the own evidence attached.
func (s *Service) CopyPDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, p, err := s.readable(ctx, a, id, "copy")
	if err != nil {
		return nil, err
	}
	cv, err := s.caseView(ctx, e, p)
	if err != nil {
		return nil, err
	}
	blocks := []pdf.Block{pdf.Heading{Level: 1, Text: pdf.Text(cv.Form.Title["sv"])}, pdf.KeyValue{
		{Key: pdf.Text("Referens"), Value: pdf.Text(cv.Reference)},
		{Key: pdf.Text("Kom in"), Value: pdf.Text(swedishTime(cv.Submitted))},
	}}
	blocks = append(blocks, blocksOf(s.signed(cv), 2)...)
	if len(cv.Signatures) > 0 {
		blocks = append(blocks, pdf.Heading{Level: 2, Text: pdf.Text("Underskrifter")})
		var list pdf.SignatureList
		for _, sg := range cv.Signatures {
			list = append(list, pdf.Signature{Name: sg.Name, State: placeWord(sg.State), Detail: when(sg.At)})
		}
		blocks = append(blocks, list)
	}
	d := s.doc(&e.Case, cv.Service, cv.Form.Title["sv"]+" – kopia", "sv", s.Clock.Now(), blocks...)
	if pl := e.Case.Order.Place(p.ID); pl != nil && pl.State == signing.Signed {
		raw, err := s.Vault.Part(ctx, e, casework.PartID(pl.Evidence))
		if err != nil {
			return nil, err
		}
		d.Attachments = append(d.Attachments, pdf.Attachment{Name: "underskrift-" + string(p.ID) + ".json", MIME: "application/json",
			Description: "Din underskrift med bevis", Relationship: pdf.Supplement, Bytes: raw})
	}
	return render(d, "kopia-"+cv.Reference+".pdf")
}

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
	add("Registeruppgifter", v.FactsSource+" "+when(v.FactsAt))
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
	for i, r := range c.Content.Attachments {
		name := fmt.Sprintf("bilaga-%d-%s", i+1, r.Part.Name)
		salts[r.Part.ID] = map[string]any{"file": name, "salt": r.Salt}
		out = append(out, pdf.Attachment{Name: name, MIME: r.Part.Media, Description: "Bilaga", Relationship: pdf.Supplement, Size: r.Part.Size,
			Open: func() (io.ReadCloser, error) { return s.openFile(ctx, r) }})
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

// Letter is a letter to print: an invitation with a sheet to sign, a decision with its cover, an order to complete.
func (s *Service) Letter(ctx context.Context, a identity.Actor, id casework.ID, party signing.PartyID, what string) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "document", what, handlers...)
	if err != nil {
		return nil, err
	}
	c := &e.Case
	p := c.Party(party)
	if p == nil {
		return nil, fault.New("flow.Letter", fault.NotFound, nil)
	}
	g, sv, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, err
	}
	d := s.doc(c, sv, letterTitle(what), "sv", s.Clock.Now())
	if d.Address, err = s.postal(ctx, e, p); err != nil {
		return nil, err
	}
	data, err := s.documentData(ctx, e, g, sv)
	if err != nil {
		return nil, err
	}
	data["recipient"] = p.Name
	switch what {
	case "invitation":
		if err := s.invitation(ctx, e, g, sv, p, data, &d); err != nil {
			return nil, err
		}
	case "completion":
		text, due, err := s.completionFor(ctx, e, p.ID)
		if err != nil {
			return nil, err
		}
		data["missing"], data["lastDay"] = document.Markdown(text), clock.Date(due)
		data["consequence"] = "Kommer inte kompletteringen in i tid kan vi avgöra ärendet på det underlag som finns, eller låta bli att pröva ansökan."
		md, err := s.documentText(g, "komplettering", "sv", data)
		if err != nil {
			return nil, err
		}
		d.Blocks = pdf.FromMarkdown(md)
	case "decision":
		if c.Decision == nil {
			return nil, fault.New("flow.Letter", fault.NotFound, nil)
		}
		md, err := s.Vault.Part(ctx, e, casework.PartID(c.Decision.Text.Part.ID))
		if err != nil {
			return nil, err
		}
		d.Blocks = pdf.FromMarkdown(string(md))
	default:
		return nil, fault.New("flow.Letter", fault.NotFound, nil)
	}
	return render(d, what+"-"+c.Reference+"-"+string(p.ID)+".pdf")
}

// penLine is where somebody writes by hand.
const penLine = "______________________________________"

// invitation is the letter, what is to be signed, and the sheet for a pen.
func (s *Service) invitation(ctx context.Context, e *vault.Entry, g *Graph, sv ServiceView, p *casework.Party, data map[string]any, d *pdf.Doc) error {
	c := &e.Case
	md, err := s.documentText(g, "underrattelsebrev", "sv", data)
	if err != nil {
		return err
	}
	view, err := s.commonView(ctx, e, g, sv, p)
	if err != nil {
		return err
	}
	manifest, err := s.manifest(e, p)
	if err != nil {
		return err
	}
	d.Blocks = append(pdf.FromMarkdown(md), pdf.PageBreak{}, pdf.Heading{Level: 1, Text: pdf.Text("Det du skriver under")})
	d.Blocks = append(d.Blocks, blocksOf(s.read(view, renderer.Party, false), 2)...)
	d.Blocks = append(d.Blocks, pdf.Heading{Level: 2, Text: pdf.Text("Underskrift")},
		pdf.Paragraph{Text: pdf.Text(g.Form.Def.Meta.Signing.Declare)},
		pdf.KeyValue{
			{Key: pdf.Text("Referens"), Value: pdf.Text(c.Reference)},
			{Key: pdf.Text("Kontrollsumma"), Value: pdf.Text(signing.ManifestDigest(manifest))},
			{Key: pdf.Text("Ort och datum"), Value: pdf.Text(penLine)},
			{Key: pdf.Text("Namnteckning"), Value: pdf.Text(penLine)},
			{Key: pdf.Text("Namnförtydligande"), Value: pdf.Text(p.Name)},
		})
	return nil
}

// postal asks the register for the party's own address. For somebody protected no address is printed: the officer uses the register's
// forwarding of mail (förmedling) instead.
func (s *Service) postal(ctx context.Context, e *vault.Entry, p *casework.Party) ([]string, error) {
	facts, err := s.ownFacts(ctx, p, string(e.Case.ID))
	if err != nil {
		return nil, err
	}
	adr, ok := facts["address"].(map[string]any)
	if !ok {
		return nil, nil
	}
	line := func(k string) string { v, _ := adr[k].(string); return v }
	out := []string{p.Name}
	for _, l := range []string{line("careOf"), line("extra"), line("street"), line("postalCode") + " " + line("city")} {
		if l != "" && l != " " {
			out = append(out, l)
		}
	}
	return out, nil
}
