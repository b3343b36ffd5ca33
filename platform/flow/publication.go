package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/owned"
	"samtjanst/forms/revise"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// A form has one history, whoever changed it. What developers write in files is published when a platform starts with it, for all
// municipalities. What the person responsible changes in the builder is published for that municipality, on top of the files; when the files
// change, its changes are made again on the new ones, and those that cannot be are conflicts that the history keeps.
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
	Report   DraftReport `json:"report"`
	// Edits are what this publication changed; Changes all that the municipality has changed on the files.
	Edits     []owned.Change   `json:"edits,omitempty"`
	Changes   []owned.Change   `json:"changes,omitempty"`
	Conflicts []owned.Conflict `json:"conflicts,omitempty"` // changes that the files left no room for
	People    []byte           `json:"people,omitempty"`    // sealed: who, and the note. Files are published by whoever deploys
}

// Sources of a publication.
const (
	FromFiles   = "files"
	FromBuilder = "builder"
)

// LoadCatalog reads every form folder in dir of fsys and publishes those that the history does not know. The error names the first mistake
// with file and line; what a municipality has changed and cannot keep is told in the log, and in the builder.
func LoadCatalog(ctx context.Context, fsys fs.FS, dir string, records store.Records, now time.Time, log *slog.Logger) (*Catalog, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	c := &Catalog{records: records, heads: map[string]Head{}, versions: map[forms.Version]*Graph{}, pubs: map[string]*Publication{}}
	if _, err := c.Refresh(ctx, now); err != nil {
		return nil, err
	}
	var fresh []*readyForm
	var changed []folder
	folders := map[string]string{}   // form → folder
	published := map[string]string{} // address of files → form
	for key, h := range c.heads {
		if !strings.Contains(key, "@") {
			published[h.Files] = key
		}
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") { // schemas for editors, a version control's own
			continue
		}
		at := dir + "/" + e.Name()
		files, err := revise.ReadFiles(fsys, strings.TrimPrefix(at, "./"))
		if err != nil {
			return nil, err
		}
		address := filesAddress(files)
		id, same := published[address]
		if !same {
			id = formID(files)
		}
		if other, twice := folders[id]; twice {
			return nil, fmt.Errorf("%s: a second form with id %q, beside %s", at, id, other)
		}
		folders[id] = at
		if same {
			continue
		}
		changed = append(changed, folder{at: at, id: id, files: files})
	}
	openAll(changed)
	for _, f := range changed {
		if f.err != nil {
			return nil, fmt.Errorf("%s/%w", f.at, f.err)
		}
		known, err := c.inHistory(ctx, now, f.id, f.form.address)
		if err != nil {
			return nil, err
		}
		if known {
			log.Warn("the files of a form are older than what is published, and are not published again; change them, if only a comment, to do so",
				"form", f.id, "folder", f.at)
			continue
		}
		fresh = append(fresh, f.form)
	}
	return c, c.publishFiles(ctx, now, fresh, log)
}

// folder is a form's folder whose files are not those that are published.
type folder struct {
	at, id string
	files  revise.Files
	form   *readyForm
	err    error
}

// openAll reads and compiles folders, as many at a time as there are processors.
func openAll(folders []folder) {
	var wg sync.WaitGroup
	next := make(chan *folder)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for f := range next {
				f.form, f.err = openFiles(f.files)
			}
		})
	}
	for i := range folders {
		next <- &folders[i]
	}
	close(next)
	wg.Wait()
}

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

// inHistory reports whether files have been published before.
func (c *Catalog) inHistory(ctx context.Context, now time.Time, form, address string) (bool, error) {
	for id := c.heads[form].Publication; id != ""; {
		p, err := c.Publication(ctx, now, id)
		if err != nil {
			return false, err
		}
		if p.Files == address {
			return true, nil
		}
		id = p.Parent
	}
	return false, nil
}

// publishFiles publishes forms from files for all, and again what municipalities have changed in them.
func (c *Catalog) publishFiles(ctx context.Context, now time.Time, fresh []*readyForm, log *slog.Logger) error {
	if len(fresh) == 0 {
		return nil
	}
	for _, o := range fresh {
		if err := c.store(ctx, now, o); err != nil {
			return err
		}
	}
	return c.move(ctx, now, func(heads map[string]Head) error {
		for _, o := range fresh {
			id := o.Def.Meta.ID
			before := heads[id]
			if before.Files == o.address {
				continue // another process was first
			}
			p := &Publication{Form: id, Parent: before.Publication, Source: FromFiles, Policy: Policy{Kind: Keep}}
			if err := c.append(ctx, now, heads, p, o); err != nil {
				return err
			}
			for _, key := range slices.Sorted(maps.Keys(heads)) {
				if tenant, ok := strings.CutPrefix(key, id+"@"); ok {
					if err := c.carryOver(ctx, now, heads, identity.TenantID(tenant), p.ID, o, log); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// carryOver makes a municipality's changes again on new files.
func (c *Catalog) carryOver(ctx context.Context, now time.Time, heads map[string]Head, tenant identity.TenantID, base string, files *readyForm, log *slog.Logger) error {
	before, err := c.Publication(ctx, now, heads[headKey(files.Def.Meta.ID, tenant)].Publication)
	if err != nil {
		return err
	}
	wanted := slices.Clone(before.Changes)
	for _, x := range before.Conflicts { // there may be room for it now
		wanted = append(wanted, x.Change)
	}
	next, made, conflicts := files.Merge(wanted)
	o, err := openForm(next)
	if err != nil { // the changes and the files are each right, and not together
		o, made, conflicts = files, nil, nil
		for _, x := range wanted {
			conflicts = append(conflicts, owned.Conflict{Change: x, Why: owned.Refused})
		}
	}
	if err := c.store(ctx, now, o); err != nil {
		return err
	}
	if len(conflicts) > 0 {
		log.Warn("a municipality's own changes do not all fit the new files; they wait in the builder", "form", before.Form, "municipality", tenant,
			"kept", len(made), "waiting", len(conflicts))
	}
	return c.append(ctx, now, heads, &Publication{Form: before.Form, Tenant: tenant, Parent: before.ID, Base: base, Source: FromFiles,
		Policy: Policy{Kind: Keep}, Changes: made, Conflicts: conflicts}, o)
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
		Registers: registersOf(o.Form.Form), Bookings: bookingSettings(o.Form.Form)}
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
	if err := json.Unmarshal(rec.Body, p); err != nil {
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
