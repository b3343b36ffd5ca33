package flow

import (
	"context"
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
	"samtjanst/forms/diff"
	"samtjanst/forms/owned"
	"samtjanst/forms/revise"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
)

// A start publishes the forms whose files have changed. What becomes of applications that are begun stands in the files (form.yaml, drafts); where
// nothing does, a change that is safe for them is published and they stay with their version, and one that is not safe waits: citizens go on with
// the version before, the log says what to write, and so does the page of who is responsible. That is the same whether anybody has begun an
// application or not, so that files that were published in a test are published anywhere. A start never fails for it.

// Waiting are files of a form that are not published, because of what they say of open applications.
type Waiting struct {
	Files string    `json:"files"` // their address
	Since time.Time `json:"since"`
	// Unfit says that they say what cannot be done; else they say nothing.
	Unfit bool `json:"unfit,omitempty"`
}

// Waiting tells of a form's files that are not published; nil when all are.
func (c *Catalog) Waiting(form string) *Waiting {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heads[form].Waiting
}

// PublishFiles reads every form folder in dir of fsys and publishes those that the history does not know, as Waiting says. The error names the first
// mistake with file and line; what a municipality has changed and cannot keep is told in the log, and in the builder.
func (s *Service) PublishFiles(ctx context.Context, fsys fs.FS, dir string) error {
	now := s.Clock.Now()
	changed, err := s.Catalog.changedFolders(fsys, dir)
	if err != nil {
		return err
	}
	openAll(changed)
	var fresh []folder
	for _, f := range changed {
		if f.err != nil {
			return fmt.Errorf("%s/%w", f.at, f.err)
		}
		known, err := s.Catalog.inHistory(ctx, now, f.id, f.form.address)
		if err != nil {
			return err
		}
		if known {
			s.Log.Warn("the files of a form are older than what is published, and are not published again; change them, if only a comment, to do so",
				"form", f.id, "folder", f.at)
			continue
		}
		fresh = append(fresh, f)
	}
	if len(fresh) == 0 && !s.Catalog.anyWaits() {
		return nil
	}
	var told []func() // when it is done
	err = s.Catalog.move(ctx, now, func(heads map[string]Head) error {
		told = nil
		before := maps.Clone(heads)
		for key, h := range heads {
			h.Waiting = nil
			heads[key] = h
		}
		for _, f := range fresh {
			r := release{Service: s, now: now, heads: heads, folder: f, was: before[f.id], tell: func(level slog.Level, what string, args ...any) {
				told = append(told, func() { s.Log.Log(ctx, level, what, args...) })
			}}
			if err := r.publish(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, tell := range told {
		tell()
	}
	return nil
}

// folder is a form's folder whose files are not those that are published.
type folder struct {
	at, id string
	files  revise.Files
	form   *readyForm
	err    error
}

// changedFolders reads the folders, and gives those whose files are not the ones that are published.
func (c *Catalog) changedFolders(fsys fs.FS, dir string) ([]folder, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	published := map[string]string{} // address of files → form
	for key, h := range c.heads {
		if !strings.Contains(key, "@") {
			published[h.Files] = key
		}
	}
	c.mu.Unlock()
	var changed []folder
	folders := map[string]string{} // form → folder
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") { // schemas for editors, a version control's own
			continue
		}
		at := dir + "/" + e.Name()
		files, err := revise.ReadFiles(fsys, strings.TrimPrefix(at, "./"))
		if err != nil {
			return nil, err
		}
		id, same := published[filesAddress(files)]
		if !same {
			id = formID(files)
		}
		if other, twice := folders[id]; twice {
			return nil, fmt.Errorf("%s: a second form with id %q, beside %s", at, id, other)
		}
		folders[id] = at
		if !same {
			changed = append(changed, folder{at: at, id: id, files: files})
		}
	}
	return changed, nil
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

// inHistory reports whether files have been published before.
func (c *Catalog) inHistory(ctx context.Context, now time.Time, form, address string) (bool, error) {
	h, err := c.Head("", form)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	for id := h.Publication; id != "" && err == nil; {
		var p *Publication
		if p, err = c.Publication(ctx, now, id); err == nil {
			if p.Files == address {
				return true, nil
			}
			id = p.Parent
		}
	}
	return false, err
}

// anyWaits reports whether the heads know of files that are not published.
func (c *Catalog) anyWaits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.heads {
		if h.Waiting != nil {
			return true
		}
	}
	return false
}

// release is one folder being published.
type release struct {
	*Service
	folder
	now   time.Time
	heads map[string]Head // that are moved
	was   Head            // of the form before; the zero Head for a form that is published for the first time
	tell  func(level slog.Level, what string, args ...any)
}

// publish moves the form's heads to the folder's files, or notes that they wait.
func (r release) publish(ctx context.Context) error {
	if r.was.Files == r.form.address {
		return nil // another process was first
	}
	p := &Publication{Form: r.id, Parent: r.was.Publication, Source: FromFiles, Policy: Policy{Kind: Keep}}
	if p.Parent != "" {
		d, err := r.decide(ctx)
		if err != nil {
			return err
		}
		if d.waits() {
			return r.wait(ctx, d)
		}
		p.Policy = d.policy
	}
	if err := r.Catalog.store(ctx, r.now, r.form); err != nil {
		return err
	}
	total := DraftReport{}
	if p.Parent != "" {
		to, err := r.Catalog.Version(ctx, r.form.version, r.now)
		if err != nil {
			return err
		}
		p.Reports, total = r.reports(ctx, to, p.Policy, func(t identity.TenantID) bool { _, own := r.heads[headKey(r.id, t)]; return !own })
	}
	if err := r.Catalog.append(ctx, r.now, r.heads, p, r.form); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(r.heads)) {
		if tenant, ok := strings.CutPrefix(key, r.id+"@"); ok {
			own, err := r.carryOver(ctx, identity.TenantID(tenant), p)
			if err != nil {
				return err
			}
			total = total.and(own)
		}
	}
	if p.Parent != "" {
		r.tell(slog.LevelInfo, "a form's new files are published", "form", r.id, "version", p.Version.Short(), "before", r.was.Version.Short(), "policy", p.Policy.Kind,
			"drafts", total.Open, "valid", total.Clean)
	}
	return nil
}

// decision is what becomes of open applications.
type decision struct {
	policy  Policy
	verdict diff.Effect // of the change
	silent  bool        // nothing is said, and the change is not safe
	unfit   string      // why what is said cannot be done
}

func (d decision) waits() bool { return d.silent || d.unfit != "" }

// decide compares the files with what is published, and reads what they say.
func (r release) decide(ctx context.Context) (decision, error) {
	d := decision{policy: Policy{Kind: Keep}}
	before, err := r.Catalog.Version(ctx, r.was.Version, r.now)
	if errors.Is(err, fault.Internal) {
		return d, nil // from a platform that understood forms otherwise: nobody can go on with it
	}
	if err != nil {
		return d, err
	}
	d.verdict = diff.Compare(before.Form, r.form.Form.Form).Verdict
	step, said := r.form.Def.Meta.DraftStep(r.was.Version)
	if !said {
		d.silent = d.verdict != diff.Safe
		return d, nil
	}
	earlier := []*forms.Form{before.Form}
	if len(step.Mapping) > 0 {
		if earlier, err = r.earlierForms(ctx, "", r.id); err != nil {
			return d, err
		}
	}
	d.policy, d.unfit = step.Of(), diff.Unfit(step.Check(earlier, r.form.Form.Form))
	return d, nil
}

// wait leaves the form as it is, and says what is to be written.
func (r release) wait(ctx context.Context, d decision) error {
	w := &Waiting{Files: r.form.address, Since: r.now.UTC(), Unfit: d.unfit != ""}
	if was := r.was.Waiting; was != nil && was.Files == w.Files {
		w.Since = was.Since
	}
	h := r.was
	h.Waiting = w
	r.heads[r.id] = h
	to, err := compile(r.form.Def)
	if err != nil {
		return fault.New("flow.wait", fault.Internal, err)
	}
	_, total := r.reports(ctx, to, Policy{Kind: Migrate}, func(identity.TenantID) bool { return true })
	args := []any{"form", r.id, "folder", r.at, "published", r.was.Version.Short(), "drafts", total.Open, "valid", total.Clean}
	if d.unfit != "" {
		r.tell(slog.LevelWarn, "a form's new files are not published, and the version before stays: what drafts in form.yaml says of open applications cannot be done",
			append(args, "why", d.unfit)...)
		return nil
	}
	r.tell(slog.LevelWarn, "a form's new files are not published, and the version before stays: the change is not safe for open applications, and form.yaml says nothing of them",
		append(args, "change", d.verdict.String(), "write", fmt.Sprintf("drafts: [{from: '%s', policy: %s}]", r.was.Version.Short(), strings.Join(forms.DraftPolicies, "|")))...)
	return nil
}

// reports counts the open applications of the municipalities that are chosen, each by itself and all together. That they cannot be counted stops no
// start.
func (r release) reports(ctx context.Context, to *Graph, policy Policy, chosen func(identity.TenantID) bool) (map[identity.TenantID]DraftReport, DraftReport) {
	out, total := map[identity.TenantID]DraftReport{}, DraftReport{}
	for _, t := range r.Directory.Tenants() {
		if !chosen(t.ID) {
			continue
		}
		one, err := r.report(ctx, t.ID, to, policy)
		if err != nil {
			r.tell(slog.LevelWarn, "open applications could not be counted", "form", r.id, "municipality", t.ID, "error", err)
			continue
		}
		out[t.ID], total = one, total.and(one)
	}
	return out, total
}

// and adds two counts.
func (r DraftReport) and(o DraftReport) DraftReport {
	return DraftReport{Open: r.Open + o.Open, Clean: r.Clean + o.Clean, More: r.More || o.More}
}

// carryOver makes a municipality's changes again on the files that p has published, with p's policy.
func (r release) carryOver(ctx context.Context, tenant identity.TenantID, p *Publication) (DraftReport, error) {
	before, err := r.Catalog.Publication(ctx, r.now, r.heads[headKey(r.id, tenant)].Publication)
	if err != nil {
		return DraftReport{}, err
	}
	wanted := slices.Clone(before.Changes)
	for _, x := range before.Conflicts { // there may be room for it now
		wanted = append(wanted, x.Change)
	}
	next, made, conflicts := r.form.Merge(wanted)
	o, err := openForm(next)
	if err != nil { // the changes and the files are each right, and not together
		o, made, conflicts = r.form, nil, nil
		for _, x := range wanted {
			conflicts = append(conflicts, owned.Conflict{Change: x, Why: owned.Refused})
		}
	}
	if err := r.Catalog.store(ctx, r.now, o); err != nil {
		return DraftReport{}, err
	}
	to, err := r.Catalog.Version(ctx, o.version, r.now)
	if err != nil {
		return DraftReport{}, err
	}
	reports, total := r.reports(ctx, to, p.Policy, func(t identity.TenantID) bool { return t == tenant })
	if len(conflicts) > 0 {
		r.tell(slog.LevelWarn, "a municipality's own changes do not all fit the new files; they wait in the builder", "form", r.id, "municipality", tenant,
			"kept", len(made), "waiting", len(conflicts))
	}
	return total, r.Catalog.append(ctx, r.now, r.heads, &Publication{Form: r.id, Tenant: tenant, Parent: before.ID, Base: p.ID, Source: FromFiles,
		Policy: p.Policy, Reports: reports, Changes: made, Conflicts: conflicts}, o)
}
