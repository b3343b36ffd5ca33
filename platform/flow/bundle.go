package flow

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/proof"
	"samtjanst/platform/vault"
	"samtjanst/renderer/pdf"
)

// CaseBundle is the authority's whole evidence of a case as a zip archive, which `samtjanst verify` and the page /kontrollera check.
func (s *Service) CaseBundle(ctx context.Context, a identity.Actor, id casework.ID) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "document", "bundle", anyStaff...)
	if err != nil {
		return nil, err
	}
	b, _, err := s.caseBundle(ctx, e)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := b.WriteZip(&out); err != nil {
		return nil, fault.New("flow.CaseBundle", fault.Internal, err)
	}
	return fileOf("bevis-"+e.Case.Reference+".zip", "application/zip", out.Bytes()), nil
}

// caseBundle gathers the authority's copy: the parts as stored, so that every digest in every manifest can be checked from the files alone,
// every evidence, and the event chain.
func (s *Service) caseBundle(ctx context.Context, e *vault.Entry) (*proof.Bundle, labels, error) {
	c := &e.Case
	b := s.newBundler(ctx, e, "")
	b.part("svar.json", c.Content.Common, pdf.Source, "Gemensamma svar")
	if c.Content.Given != nil {
		b.part("till-handlaggaren.json", *c.Content.Given, pdf.Source, "Svar till handläggaren")
	}
	b.part("registeruppgifter.json", c.Content.Facts, pdf.Data, "Uppgifter ur register")
	for _, p := range c.Parties {
		if p.Own != nil {
			b.part("egna-uppgifter-"+string(p.ID)+".json", *p.Own, pdf.Source, "Egna uppgifter")
		}
	}
	b.uploads("bilaga", "Bilaga", c.Content.Attachments)
	if c.Handout != nil {
		b.uploads("utlamnat", "Utlämnat", c.Handout.Files)
	}
	b.order(c.Order)
	for i, d := range c.Against {
		b.decision(fmt.Sprintf("forslag-%d.pdf", i+1), "Förslag till beslut som inte gick igenom", d)
	}
	if c.Decision != nil {
		b.decision("beslut.pdf", "Beslut", *c.Decision)
	}
	headers, err := proof.Headers(c.Events)
	if err != nil {
		return nil, nil, fault.New("flow.caseBundle", fault.Internal, err)
	}
	b.index.Events = "handelsekedja.json"
	b.add(b.index.Events, headers, label{"application/json", pdf.Data, "Händelsekedja"})
	return b.finish()
}

// partyBundle gathers a party's copy: what that party may read, and the party's own evidence. How the others stand is told as on the pages.
func (s *Service) partyBundle(ctx context.Context, e *vault.Entry, p *casework.Party) (*proof.Bundle, labels, error) {
	c := &e.Case
	b := s.newBundler(ctx, e, p.ID)
	b.part("svar.json", c.Content.Common, pdf.Source, "Gemensamma svar")
	if c.Content.Given != nil && c.Content.Given.Part.Audience.Includes(p.ID) {
		b.part("till-handlaggaren.json", *c.Content.Given, pdf.Source, "Svar till handläggaren")
	}
	if p.Own != nil {
		b.part("egna-uppgifter-"+string(p.ID)+".json", *p.Own, pdf.Source, "Egna uppgifter")
	}
	var mine []casework.Ref
	for _, r := range c.Content.Attachments {
		if r.Part.Audience.Includes(p.ID) {
			mine = append(mine, r)
		}
	}
	b.uploads("bilaga", "Bilaga", mine)
	o := orderOf(c.Order)
	for i, pl := range c.Order.Places {
		v := signatureFor(c, pl, p.ID)
		o.Places[i].State, o.Places[i].Since = v.State, v.At.UTC()
		if v.Me {
			b.evidence(&o.Places[i], pl)
		}
	}
	b.index.Orders = append(b.index.Orders, o)
	return b.finish()
}

// orderOf is an order as the index tells it.
func orderOf(o signing.Order) proof.Order {
	out := proof.Order{ID: o.ID, About: o.About, Outcome: o.Outcome}
	for _, st := range o.Steps {
		out.Steps = append(out.Steps, proof.Step{Need: st.Need})
	}
	for _, pl := range o.Places {
		out.Places = append(out.Places, proof.Place{Party: pl.Party, Step: pl.Step, State: pl.State, Since: pl.Since.UTC()})
	}
	return out
}

// label is what a PDF says of an attached file.
type label struct {
	media string
	kind  pdf.Relationship
	about string
}

// labels by file name.
type labels map[string]label

// bundler gathers the files of a bundle; the first error stays.
type bundler struct {
	s      *Service
	ctx    context.Context
	e      *vault.Entry
	index  proof.Index
	files  []proof.File
	labels labels
	err    error
}

func (s *Service) newBundler(ctx context.Context, e *vault.Entry, reader signing.PartyID) *bundler {
	c := &e.Case
	return &bundler{s: s, ctx: ctx, e: e, index: proof.Index{Reader: reader, Reference: c.Reference, Form: c.Form, Version: c.Version,
		Made: s.Clock.Now().UTC().Truncate(time.Second)},
		labels: labels{
			proof.IndexName: {"application/json", pdf.Data, "Innehållsförteckning till bevisen"},
			proof.SumsName:  {"text/plain", pdf.Data, "Kontrollsummor"},
		}}
}

func (b *bundler) add(name string, raw []byte, l label) {
	b.files = append(b.files, proof.File{Name: name, Bytes: raw})
	b.labels[name] = l
}

// part adds a part of the case that lies in the vault.
func (b *bundler) part(name string, r casework.Ref, kind pdf.Relationship, about string) {
	if b.err != nil {
		return
	}
	var raw []byte
	if raw, b.err = b.s.Vault.Part(b.ctx, b.e, casework.PartID(r.Part.ID)); b.err == nil {
		b.ref(name, r, raw, label{r.Part.Media, kind, about})
	}
}

// uploads adds files that somebody has uploaded, numbered, since two may have one name.
func (b *bundler) uploads(word, about string, refs []casework.Ref) {
	for i, r := range refs {
		if b.err != nil {
			return
		}
		var raw []byte
		if raw, b.err = b.upload(r); b.err == nil {
			b.ref(fmt.Sprintf("%s-%d-%s", word, i+1, portable(r.Part.Name)), r, raw, label{r.Part.Media, pdf.Supplement, about})
		}
	}
}

func (b *bundler) upload(r casework.Ref) ([]byte, error) {
	f, err := b.s.openAttachment(b.ctx, r)
	if err != nil {
		return nil, err
	}
	defer f.Body.Close()
	raw, err := io.ReadAll(f.Body)
	return raw, fault.Wrap("flow.upload", err)
}

func (b *bundler) ref(name string, r casework.Ref, raw []byte, l label) {
	b.index.Parts = append(b.index.Parts, proof.Part{Part: r.Part, File: name, Salt: r.Salt})
	b.add(name, raw, l)
}

// decision adds a decision's document, and who has signed it.
func (b *bundler) decision(name, about string, d casework.Decision) {
	if d.PDF != nil {
		b.part(name, *d.PDF, pdf.Supplement, about)
	}
	b.order(d.Order)
	b.order(d.Later)
}

// order adds an order that somebody has a place in, with every evidence.
func (b *bundler) order(o signing.Order) {
	if len(o.Places) == 0 {
		return
	}
	out := orderOf(o)
	for i, pl := range o.Places {
		b.evidence(&out.Places[i], pl)
	}
	b.index.Orders = append(b.index.Orders, out)
}

// evidence adds the evidence of a place, or the scan of what was signed by pen.
func (b *bundler) evidence(to *proof.Place, pl signing.Place) {
	if b.err != nil || pl.Evidence == "" || pl.State != signing.Signed && pl.State != signing.OnPaper {
		return
	}
	var raw []byte
	if raw, b.err = b.s.Vault.Part(b.ctx, b.e, casework.PartID(pl.Evidence)); b.err != nil {
		return
	}
	stem, end, media := "underskrift-"+string(pl.Party), ".json", "application/json"
	if pl.State == signing.OnPaper {
		end, media = "-skannad", scanType(raw)
	}
	name := stem + end
	for n := 2; b.labels[name] != (label{}); n++ { // somebody who has two places
		name = fmt.Sprintf("%s-%d%s", stem, n, end)
	}
	to.Evidence = name
	b.add(name, raw, label{media, pdf.Supplement, "Underskrift med bevis"})
}

func (b *bundler) finish() (*proof.Bundle, labels, error) {
	if b.err != nil {
		return nil, nil, b.err
	}
	out, err := proof.New(b.index, b.files)
	return out, b.labels, fault.Wrap("flow.bundle", err)
}

// attachments are a bundle's files as a PDF carries them: as they are and not compressed, so that every byte of them in the file is one
// that is checked.
func attachments(b *proof.Bundle, known labels) []pdf.Attachment {
	var out []pdf.Attachment
	for _, f := range b.Files {
		l := known[f.Name]
		out = append(out, pdf.Attachment{Name: f.Name, MIME: l.media, Description: l.about, Relationship: l.kind, Size: int64(len(f.Bytes)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Bytes)), nil }})
	}
	return out
}

// longestName bounds the name of an uploaded file within a bundle, in characters.
const longestName = 60

// portable is the name of an uploaded file as every system and every container keeps it: letters, digits and a few signs. The name as it
// was stands in the index.
func portable(name string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, norm.NFC.String(strings.ToValidUTF8(name, "_")))
	end := path.Ext(clean)
	if len(end) > 8 {
		end = ""
	}
	stem := []rune(strings.TrimSuffix(clean, end))
	return string(stem[:min(len(stem), longestName)]) + end
}
