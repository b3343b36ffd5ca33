package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/forms/revise"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// A form has one history, whoever changed it. What developers write in files is published when a platform starts with it, for all
// municipalities (publishfiles.go). What the person responsible changes in the builder is published for that municipality, on top of the files
// (publish.go); when the files change, its changes are made again on the new ones, and those that cannot be are conflicts that the history
// keeps.
//
// A publication never changes. It is written before the head that names it (Catalog.move), and so is all that it names; what no head leads to
// was never published.

// Publication is one entry of a form's history.
type Publication struct {
	ID     string            `json:"id"`
	Form   string            `json:"form"`
	Tenant identity.TenantID `json:"tenant,omitempty"` // "" for all municipalities
	// Version is the definition that was published, Files the address of the files it was made from.
	Version forms.Version `json:"version"`
	Files   string        `json:"files"`
	Parent  string        `json:"parent,omitempty"` // the publication before, "" for the first
	Base    string        `json:"base,omitempty"`   // of a municipality's own: the publication of files that it rests on
	Source  string        `json:"source"`           // FromFiles or FromBuilder
	// Proposal is what was approved: it is published once, also when the platform dies before it has been put away.
	Proposal string      `json:"proposal,omitempty"`
	At       time.Time   `json:"at"`
	Policy   Policy      `json:"policy"`
	Report   DraftReport `json:"report"` // of the builder's
	// Reports are those of files, by municipality; of a first publication there are none.
	Reports map[identity.TenantID]DraftReport `json:"reports,omitempty"`
	// Edits are what this publication changed; Changes all that the municipality has changed on the files.
	Edits     []owned.Change   `json:"edits,omitempty"`
	Changes   []owned.Change   `json:"changes,omitempty"`
	Conflicts []owned.Conflict `json:"conflicts,omitempty"` // changes that the files left no room for
	People    []byte           `json:"people,omitempty"`    // sealed: who, and the note. Files are published by whoever deploys
}

// Drafts are the open applications of a municipality when it was published; false when they were not counted: of a first publication, or where a
// municipality came later.
func (p *Publication) Drafts(tenant identity.TenantID) (DraftReport, bool) {
	if p.Source == FromBuilder {
		return p.Report, true
	}
	r, ok := p.Reports[tenant]
	return r, ok
}

// Sources of a publication.
const (
	FromFiles   = "files"
	FromBuilder = "builder"
)

// readyForm is a form read from files, ready to be published.
type readyForm struct {
	*owned.Form
	graph   *Graph // nil when it was read at a start: it is compiled at its first use, as one that was published before is
	version forms.Version
	address string
}

// openFiles reads files and proves that they can be compiled; the error is the first mistake with file and line.
func openFiles(files revise.Files) (*readyForm, error) {
	f, err := owned.Open(files)
	var faulty *owned.Faulty
	if errors.As(err, &faulty) {
		return nil, errors.New(faulty.Diagnostics[0].String())
	}
	if err != nil {
		return nil, err
	}
	o, err := openForm(f)
	if err == nil {
		o.graph = nil
	}
	return o, err
}

func openForm(f *owned.Form) (*readyForm, error) {
	g, err := compile(f.Def)
	if err != nil {
		return nil, err
	}
	return &readyForm{Form: f, graph: g, version: g.Form.Version, address: filesAddress(f.Files)}, nil
}

// formID reads the form's id, "" when it cannot be read: opening the files tells why.
func formID(files revise.Files) string {
	id, _ := revise.Get(files, forms.FormFile, "/id")
	s, _ := id.(string)
	return s
}

// filesAddress addresses files by their content.
func filesAddress(files revise.Files) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d %s %d\n", len(name), name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// store keeps a definition by its version and its files by their address.
func (c *Catalog) store(ctx context.Context, now time.Time, o *readyForm) error {
	files := map[string]string{}
	for name, raw := range o.Files {
		files[name] = string(raw)
	}
	raw, err := json.Marshal(files)
	if err != nil {
		return fault.New("flow.store", fault.Internal, err)
	}
	for _, r := range []store.Record{
		{Collection: "form", Key: string(o.version), Body: forms.Encode(o.Def)},
		{Collection: "form-files", Key: o.address, Body: raw},
	} {
		r.Rev = 1
		if err := c.records.PutRecord(ctx, now, r); err != nil && !errors.Is(err, fault.Exists) {
			return fault.Wrap("flow.store", err)
		}
	}
	if o.graph != nil {
		c.keepGraph(o.version, o.graph)
	}
	return nil
}

// append writes a publication and moves its head, in heads alone.
func (c *Catalog) append(ctx context.Context, now time.Time, heads map[string]Head, p *Publication, o *readyForm) error {
	if p.ID == "" {
		p.ID = randomID()
	}
	p.At, p.Version, p.Files = now.UTC(), o.version, o.address
	raw, err := json.Marshal(p)
	if err != nil {
		return fault.New("flow.append", fault.Internal, err)
	}
	if err := c.records.PutRecord(ctx, now, store.Record{Collection: "publication", Key: p.ID, Rev: 1, Body: raw}); err != nil {
		return fault.Wrap("flow.append", err)
	}
	heads[headKey(p.Form, p.Tenant)] = Head{Publication: p.ID, Version: p.Version, Files: p.Files, Authority: o.Def.Meta.Authority,
		Registers: registersOf(o.Form.Form), Bookings: bookingSettings(o.Form.Form), Holders: holdersOf(&o.Def.Meta)}
	return nil
}

// Publication gives an entry of a history. fault.NotFound. The caller must not change it.
func (c *Catalog) Publication(ctx context.Context, now time.Time, id string) (*Publication, error) {
	c.mu.Lock()
	p, ok := c.pubs[id]
	c.mu.Unlock()
	if ok {
		return p, nil
	}
	rec, err := c.records.GetRecord(ctx, now, "publication", id)
	if err != nil {
		return nil, fault.Wrap("flow.Publication", err)
	}
	p = &Publication{}
	if err := forms.UnmarshalExact(rec.Body, p); err != nil { // a mapping's defaults become answers
		return nil, fault.New("flow.Publication", fault.Internal, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pubs[id] = p
	return p, nil
}

// History gives a form's history as a municipality has it, newest first: its own publications, then those of the files they rest on.
func (c *Catalog) History(ctx context.Context, now time.Time, tenant identity.TenantID, form string) ([]*Publication, error) {
	h, err := c.Head(tenant, form)
	if err != nil {
		return nil, err
	}
	var out []*Publication
	for id := h.Publication; id != ""; {
		p, err := c.Publication(ctx, now, id)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
		id = p.Parent
	}
	return out, nil
}

// files reads stored files.
func (c *Catalog) files(ctx context.Context, now time.Time, address string) (revise.Files, error) {
	rec, err := c.records.GetRecord(ctx, now, "form-files", address)
	if err != nil {
		return nil, fault.Wrap("flow.files", err)
	}
	var texts map[string]string
	if err := json.Unmarshal(rec.Body, &texts); err != nil {
		return nil, fault.New("flow.files", fault.Internal, err)
	}
	out := revise.Files{}
	for name, text := range texts {
		out[name] = []byte(text)
	}
	return out, nil
}
