package flow

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
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
	_, slug, _ := strings.Cut(c.Authority, "/")
	auth, _ := sv.Tenant.Authority(slug) // checked when the server was put together
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
	t, err := document.Parse(name, texts[documentLang(g, name, lang)])
	if err != nil {
		return "", fault.New("flow.documentText", fault.Internal, err)
	}
	md, err := t.Execute(data)
	if err != nil {
		return "", fault.New("flow.documentText", fault.Internal, err)
	}
	return md, nil
}

// documentLang gives the language that one of the form's documents is in for somebody who reads this one.
func documentLang(g *Graph, name, lang string) string {
	if _, ok := g.Form.Def.Documents[name][lang]; ok {
		return lang
	}
	return "sv"
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

// render makes a document that is not sealed: a draft, or something to print.
func render(d pdf.Doc, name string) (*File, error) {
	raw, err := pdf.Render(d)
	if err != nil {
		return nil, fault.New("flow.render", fault.Internal, err)
	}
	return fileOf(name, "application/pdf", raw), nil
}

// makeDecision makes the decision's PDF and seals it, the same for every party: what only one may see is not in it.
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
	why := sealedDecision
	if len(c.Decision.Signers) > 0 {
		why = sealedProposal
	}
	if raw, err = s.seal(ctx, sv.Tenant, "sv", why, raw); err != nil {
		return nil, nil, err
	}
	ref := newRef("decision-pdf", "beslut.pdf", "application/pdf", signing.Everybody, raw)
	return casework.DocumentMade{Effect: f.ID, PDF: ref},
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
	held := settled(&e.Case)
	if held == nil {
		return nil, fault.New("flow.DecisionPDF", fault.NotFound, nil)
	}
	if err := s.guarded(ctx, e, p, "decision"); err != nil { // a letter reaches the party instead, by the officer's hand
		return nil, err
	}
	raw, err := s.Vault.Part(ctx, e, casework.PartID(held.PDF.Part.ID))
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
	return s.receiptPDF(ctx, e, a.Lang)
}

func (s *Service) receiptPDF(ctx context.Context, e *vault.Entry, lang string) (*File, error) {
	g, sv, err := s.graphOf(ctx, &e.Case)
	if err != nil {
		return nil, err
	}
	data, err := s.documentData(ctx, e, g, sv)
	if err != nil {
		return nil, err
	}
	data["service"] = g.Form.Title.In(lang)
	md, err := s.documentText(g, "mottagningskvitto", lang, data)
	if err != nil {
		return nil, err
	}
	lang = documentLang(g, "mottagningskvitto", lang)
	return s.record(ctx, sv.Tenant, s.doc(&e.Case, sv, g.Form.Title.In(lang), lang, e.Case.Submitted, pdf.FromMarkdown(md)...), sealedReceipt,
		"kvitto-"+e.Case.Reference+".pdf")
}

// CopyPDF is a party's copy: the common part, the own section, names and times of the signatures; attached are the files of
// the party's bundle, with which it proves the own signature.
func (s *Service) CopyPDF(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, p, err := s.readable(ctx, a, id, "copy")
	if err != nil {
		return nil, err
	}
	return s.copyPDF(ctx, e, p)
}

func (s *Service) copyPDF(ctx context.Context, e *vault.Entry, p *casework.Party) (*File, error) {
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
		b, about, err := s.partyBundle(ctx, e, p)
		if err != nil {
			return nil, err
		}
		d.Attachments = attachments(b, about)
	}
	return s.record(ctx, cv.Service.Tenant, d, sealedCopy, "kopia-"+cv.Reference+".pdf")
}
