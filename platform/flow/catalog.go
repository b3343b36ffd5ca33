package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

// Catalog holds the published forms. What a citizen starts is the head of a form's history (publication.go), as the citizen's municipality has
// it; older versions are kept in the store, by hash, as long as drafts and cases hold them.
//
// All processes share one record that names the heads. Each reads it again every few seconds (Refresh), so that what is published in one is
// seen in all without a restart. A form is compiled at its first use.
type Catalog struct {
	records store.Records

	mu       sync.Mutex
	rev      int64           // of the heads as last read
	heads    map[string]Head // by headKey
	versions map[forms.Version]*Graph
	pubs     map[string]*Publication
}

// Head is where the history of a form ends.
type Head struct {
	Publication string        `json:"publication"` // id
	Version     forms.Version `json:"version"`
	Files       string        `json:"files"`     // address of the definition's files
	Authority   string        `json:"authority"` // slug of the owning board
	// Registers that its fields ask, and what they are filled with from each. So a start need not compile what nobody has used yet.
	Registers map[string][]string `json:"registers,omitempty"`
	// Bookings are the settings that have times to book.
	Bookings []string `json:"bookings,omitempty"`
	// Holders are the directory roles by which people take part.
	Holders []forms.DirectoryRole `json:"holders,omitempty"`
	// Waiting are newer files that could not be published; nil when there are none.
	Waiting *Waiting `json:"waiting,omitempty"`
}

// The record that names all heads.
const (
	headsCollection = "catalogue"
	headsKey        = "heads"
)

// headKey names a form's history: that of its files, or the one that a municipality has of its own since it has changed the form.
func headKey(form string, tenant identity.TenantID) string {
	if tenant == "" {
		return form
	}
	return form + "@" + string(tenant)
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

// LoadCatalog reads what is published.
func LoadCatalog(ctx context.Context, records store.Records, now time.Time) (*Catalog, error) {
	c := &Catalog{records: records, heads: map[string]Head{}, versions: map[forms.Version]*Graph{}, pubs: map[string]*Publication{}}
	_, err := c.Refresh(ctx, now)
	return c, err
}

// Refresh reads the heads again, and says whether there is anything new.
func (c *Catalog) Refresh(ctx context.Context, now time.Time) (bool, error) {
	rec, err := c.records.GetRecord(ctx, now, headsCollection, headsKey)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fault.Wrap("flow.Refresh", err)
	}
	return c.take(rec)
}

// take keeps the heads that were read, unless newer ones have been.
func (c *Catalog) take(rec store.Record) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if rec.Rev <= c.rev {
		return false, nil
	}
	heads := map[string]Head{}
	if err := json.Unmarshal(rec.Body, &heads); err != nil {
		return false, fault.New("flow.Refresh", fault.Internal, err)
	}
	c.heads, c.rev = heads, rec.Rev
	return true, nil
}

// move changes heads in one atomic write: change is called with a copy of those that stand, again when somebody else was first.
func (c *Catalog) move(ctx context.Context, now time.Time, change func(heads map[string]Head) error) error {
	const op = "flow.move"
	for attempt := 0; ; attempt++ {
		rec, err := c.records.GetRecord(ctx, now, headsCollection, headsKey)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return fault.Wrap(op, err)
		}
		heads := map[string]Head{}
		if err == nil {
			if err := json.Unmarshal(rec.Body, &heads); err != nil {
				return fault.New(op, fault.Internal, err)
			}
		}
		if err := change(heads); err != nil {
			return err
		}
		next := store.Record{Collection: headsCollection, Key: headsKey, Rev: rec.Rev + 1}
		if next.Body, err = json.Marshal(heads); err != nil {
			return fault.New(op, fault.Internal, err)
		}
		if bytes.Equal(next.Body, rec.Body) {
			_, err = c.take(rec)
			return err
		}
		switch err := c.records.PutRecord(ctx, now, next); {
		case err == nil:
			_, err = c.take(next)
			return err
		case attempt == retries || !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.Exists):
			return fault.Wrap(op, err)
		}
	}
}

// Head gives where a form's history ends for a municipality. fault.NotFound.
func (c *Catalog) Head(tenant identity.TenantID, form string) (Head, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h, ok := c.heads[headKey(form, tenant)]; ok {
		return h, nil
	}
	if h, ok := c.heads[form]; ok {
		return h, nil
	}
	return Head{}, fault.Newf("flow.Head", fault.NotFound, "no form %q", form)
}

// Newest gives what a municipality's citizens start when they choose a form. fault.NotFound.
func (c *Catalog) Newest(ctx context.Context, tenant identity.TenantID, form string, now time.Time) (*Graph, error) {
	h, err := c.Head(tenant, form)
	if err != nil {
		return nil, err
	}
	return c.Version(ctx, h.Version, now)
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
	return c.keepGraph(v, g), nil
}

// keepGraph keeps a compiled version; of two that were compiled at the same time the first stays, with what it remembers.
func (c *Catalog) keepGraph(v forms.Version, g *Graph) *Graph {
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.versions[v]; ok {
		return have
	}
	c.versions[v] = g
	return g
}

// Service gives one e-service as a municipality offers it. fault.NotFound when it does not.
func (s *Service) Service(tenant identity.TenantID, form string) (ServiceView, error) {
	g, err := s.newest(tenant, form)
	if err != nil {
		return ServiceView{}, err
	}
	return s.service(tenant, g)
}

// newest gives what a municipality's citizens start. What the store is asked for at the first use of a version does not wait for a request: it
// is kept for all.
func (s *Service) newest(tenant identity.TenantID, form string) (*Graph, error) {
	return s.Catalog.Newest(context.Background(), tenant, form, s.Clock.Now())
}

func (s *Service) service(tenant identity.TenantID, g *Graph) (ServiceView, error) {
	v, offered, err := s.asOffered(tenant, g)
	if err == nil && (!offered || g.Form.Def.Meta.ByStaff()) { // what officers begin does not exist as a service
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
	v := ServiceView{Tenant: t, Form: g.Form, Settings: g.settings(t), OtherWay: sv.OtherWay, Closed: sv.Closed}
	if v.OtherWay == "" {
		v.OtherWay = meta.Overview.OtherWay
	}
	last := sv.LastDay
	if last == "" {
		last = meta.Overview.LastDay
	}
	today := clock.Date(s.Clock.Now())
	v.LastDay = lastDay(last, s.Clock.Now())
	v.Over = v.LastDay != "" && v.LastDay < today
	if meta.Overview.Opens > today {
		v.Opens = meta.Overview.Opens
	}
	return v, offered, nil
}

// settings are the form's defaults with the municipality's values over them. A cooperation's are for many forms, and each takes those it has.
func (g *Graph) settings(t *directory.Tenant) map[string]any {
	if have, ok := g.given.Load(t); ok {
		return have.(map[string]any)
	}
	out := map[string]any{}
	for k, v := range g.Form.Def.Meta.Settings {
		out[k] = jsonValue(v)
	}
	for k, v := range t.FormSettings(g.Form.Def.Meta.ID) {
		if _, has := out[k]; has || !g.Form.Def.Meta.ByStaff() {
			out[k] = jsonValue(v)
		}
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
		if matches(v.Form, query, lang) {
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
