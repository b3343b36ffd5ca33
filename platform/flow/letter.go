package flow

import (
	"context"

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

// Letter is a letter to print: an invitation with a sheet to sign, a decision with its cover, an order to complete, the letter that goes with what is handed out.
// It goes on paper, where no seal is seen, and carries an address: it is not sealed.
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
	case "delivery":
		if c.Handout == nil {
			return nil, fault.New("flow.Letter", fault.NotFound, nil)
		}
		md, err := s.Vault.Part(ctx, e, casework.PartID(c.Handout.Text.Part.ID))
		if err != nil {
			return nil, err
		}
		d.Blocks, d.Lang = pdf.FromMarkdown(string(md)), documentLang(g, g.Form.Def.Meta.Delivery.Document, c.Lang)
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
