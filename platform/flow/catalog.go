package flow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// Graph is a form ready to run.
type Graph struct {
	*journey.Graph
	Form *forms.Form

	given sync.Map // *directory.Tenant → the settings as JSON values, which nobody changes
}

// Catalog holds the published forms. The newest version of each is what a citizen starts; older versions are kept in the
// store, by hash, as long as drafts and cases hold them.
type Catalog struct {
	records store.Records
	newest  map[string]*Graph // by form id

	mu       sync.Mutex
	versions map[forms.Version]*Graph
}

// LoadCatalog reads every form folder in dir of fsys, and keeps each version in records so that what was started with it can be
// finished after the files have changed. The error names the first mistake with file and line.
func LoadCatalog(ctx context.Context, fsys fs.FS, dir string, records store.Records, now time.Time) (*Catalog, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	c := &Catalog{records: records, newest: map[string]*Graph{}, versions: map[forms.Version]*Graph{}}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		def, problems := forms.Load(fsys, dir+"/"+e.Name())
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s/%s: %s", dir, e.Name(), problems[0])
		}
		g, err := compile(def)
		if err != nil {
			return nil, fmt.Errorf("%s/%s: %w", dir, e.Name(), err)
		}
		if c.newest[def.Meta.ID] != nil {
			return nil, fmt.Errorf("%s/%s: a second form with id %q", dir, e.Name(), def.Meta.ID)
		}
		c.newest[def.Meta.ID] = g
		c.versions[g.Form.Version] = g
		err = records.PutRecord(ctx, now, store.Record{Collection: "form", Key: string(g.Form.Version), Rev: 1, Body: forms.Encode(def)})
		if err != nil && !errors.Is(err, fault.Exists) {
			return nil, err
		}
	}
	return c, nil
}

func compile(def *forms.Definition) (*Graph, error) {
	form, problems := forms.Compile(def)
	if len(problems) > 0 {
		return nil, errors.New(problems[0].String())
	}
	g, err := journey.New(form)
	if err != nil {
		return nil, err
	}
	return &Graph{Graph: g, Form: form}, nil
}

// Newest gives a form's newest version. fault.NotFound.
func (c *Catalog) Newest(id string) (*Graph, error) {
	g, ok := c.newest[id]
	if !ok {
		return nil, fault.Newf("flow.Newest", fault.NotFound, "no form %q", id)
	}
	return g, nil
}

// Version gives a form as it was published.
func (c *Catalog) Version(ctx context.Context, v forms.Version, now time.Time) (*Graph, error) {
	c.mu.Lock()
	g, ok := c.versions[v]
	c.mu.Unlock()
	if ok {
		return g, nil
	}
	rec, err := c.records.GetRecord(ctx, now, "form", string(v))
	if err != nil {
		return nil, fault.Wrap("flow.Version", err)
	}
	def, err := forms.DecodeDefinition(rec.Body)
	if err != nil {
		return nil, fault.New("flow.Version", fault.Internal, err)
	}
	if g, err = compile(def); err != nil {
		return nil, fault.New("flow.Version", fault.Internal, err)
	}
	c.mu.Lock()
	c.versions[v] = g
	c.mu.Unlock()
	return g, nil
}

// Service gives one e-service as a municipality offers it. fault.NotFound when it does not.
func (s *Service) Service(tenant identity.TenantID, form string) (ServiceView, error) {
	g, err := s.Catalog.Newest(form)
	if err != nil {
		return ServiceView{}, err
	}
	return s.service(tenant, g)
}

func (s *Service) service(tenant identity.TenantID, g *Graph) (ServiceView, error) {
	v, offered, err := s.asOffered(tenant, g)
	if err == nil && !offered {
		return ServiceView{}, fault.Newf("flow.Service", fault.NotFound, "%s does not offer %s", tenant, g.Form.Def.Meta.ID)
	}
	return v, err
}

// asOffered gives a form as a municipality offers it, or with the form's own settings when it does so no longer: what came in before that
// is handled to its end.
func (s *Service) asOffered(tenant identity.TenantID, g *Graph) (ServiceView, bool, error) {
	t, ok := s.Directory.Tenant(tenant)
	if !ok {
		return ServiceView{}, false, fault.Newf("flow.Service", fault.NotFound, "no tenant %q", tenant)
	}
	meta := g.Form.Def.Meta
	sv, offered := t.Service(meta.ID)
	v := ServiceView{Tenant: t, Form: g.Form, Settings: g.settings(t, sv), OtherWay: sv.OtherWay, Closed: sv.Closed}
	if v.OtherWay == "" {
		v.OtherWay = meta.Overview.OtherWay
	}
	last := sv.LastDay
	if last == "" {
		last = meta.Overview.LastDay
	}
	v.LastDay = lastDay(last, s.Clock.Now())
	return v, offered, nil
}

// settings are the form's defaults with the municipality's values over them.
func (g *Graph) settings(t *directory.Tenant, sv directory.Service) map[string]any {
	if have, ok := g.given.Load(t); ok {
		return have.(map[string]any)
	}
	out := map[string]any{}
	for k, v := range g.Form.Def.Meta.Settings {
		out[k] = jsonValue(v)
	}
	for k, v := range sv.Settings {
		out[k] = jsonValue(v)
	}
	g.given.Store(t, out)
	return out
}

// lastDay turns "MM-DD" into the next such day, and leaves a full date as it is.
func lastDay(s string, now time.Time) string {
	if len(s) != len("MM-DD") {
		return s
	}
	today := clock.Date(now)
	if day := today[:5] + s; day >= today {
		return day
	}
	return now.In(clock.Stockholm).AddDate(1, 0, 0).Format("2006-") + s
}

// Catalogue lists what a municipality offers citizens, by title; query narrows by title, summary and keywords.
func (s *Service) Catalogue(tenant identity.TenantID, query, lang string) ([]ServiceView, error) {
	t, ok := s.Directory.Tenant(tenant)
	if !ok {
		return nil, fault.Newf("flow.Catalogue", fault.NotFound, "no tenant %q", tenant)
	}
	var out []ServiceView
	for _, sv := range t.Services {
		v, err := s.Service(tenant, sv.Form)
		if err != nil {
			return nil, err
		}
		if v.Form.Def.Meta.Audience == "citizen" && matches(v.Form, query, lang) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b ServiceView) int {
		return strings.Compare(a.Form.Title.In(lang), b.Form.Title.In(lang))
	})
	return out, nil
}

// matches reports whether every word of the query begins a word, or stands within one, of what the form says of itself.
func matches(f *forms.Form, query, lang string) bool {
	text := strings.ToLower(strings.Join(append([]string{f.Title.In(lang), f.Summary.In(lang), f.Title["sv"], f.Def.Meta.Category},
		f.Def.Meta.Keywords...), " "))
	for _, w := range strings.Fields(strings.ToLower(query)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
