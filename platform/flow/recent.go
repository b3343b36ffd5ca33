package flow

import (
	"maps"
	"sync"

	"samtjanst/forms"
	"samtjanst/platform/vault"
)

// recent keeps the applications that were worked on last, opened, with what their graph made of them: the page that follows a saved
// one, and the save that follows a page, are of the same revision. What is stored decides always: a draft is read and its owner
// checked at each request, and what is kept serves only the very revision that is stored, in the same form on the same day.
// It never leaves the memory and holds nothing for long: when a generation is full the one before it is forgotten.
//
// Answers are shared by all who hold them, since nobody changes them in place (forms.Edit). What else is given and taken is copied, so that
// nobody changes what another request reads. The zero value is ready.
type recent struct {
	mu          sync.Mutex
	now, before map[string]opened
}

type opened struct {
	draft *vault.Draft
	view  *forms.View // nil: not run yet
}

// generation is how many drafts, of some tens of kB, are kept twice.
const generation = 256

func (r *recent) find(id string) opened {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o, ok := r.now[id]; ok {
		return o
	}
	return r.before[id]
}

// draft gives a copy of a kept draft, nil when there is none.
func (r *recent) draft(id string) *vault.Draft {
	o := r.find(id)
	if o.draft == nil {
		return nil
	}
	return copyDraft(o.draft)
}

// view gives what the graph made of a draft of just this revision, nil when that is not kept.
func (r *recent) view(d *vault.Draft, f *forms.Form, today string) *forms.View {
	o := r.find(d.ID)
	if o.view == nil || o.draft.Rev != d.Rev || o.view.Form != f || o.view.Scope.Today != today {
		return nil
	}
	return copyView(o.view, d)
}

// last gives what the graph last made of a draft, of whatever revision: what a new run can be begun from, and for nothing else. nil when
// nothing is kept.
func (r *recent) last(id string) *forms.View { return r.find(id).view }

// keep takes a draft as it is stored, and its view.
func (r *recent) keep(d *vault.Draft, view *forms.View) {
	o := opened{draft: copyDraft(d)}
	o.view = copyView(view, o.draft)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.now) >= generation || r.now == nil {
		r.now, r.before = make(map[string]opened, generation), r.now
	}
	r.now[d.ID] = o
}

func (r *recent) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.now, id)
	delete(r.before, id)
}

func copyDraft(d *vault.Draft) *vault.Draft {
	c := *d
	c.Files = maps.Clone(d.Files)
	return &c // facts are replaced, never changed
}

// copyView copies what may be changed of a view: the list of expressions that failed later.
func copyView(v *forms.View, d *vault.Draft) *forms.View {
	c := *v
	c.Scope.Answers, c.Failed = d.Answers, maps.Clone(v.Failed)
	return &c
}
