package walktest

import (
	"fmt"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

const (
	witnesses = 3    // answers that are kept for each outcome, should the first not stand a walk
	tries     = 6000 // answers that search looks at, of one form
)

// state is where search stands: somebody, and the answers.
type state struct {
	start   int
	answers map[string]any
	asks    bool // registers are asked
}

// search looks for answers that reach goals, beginning with those of the scenarios. What shows something new (an outcome, a computed
// yes or no, a choice or a question that had not been answered so, questions that had not been asked together) is varied further, in the order
// in which it was found.
func (w *Form) search(r *Report) map[outcome][]state {
	found := map[outcome][]state{}
	news := map[string]bool{}
	var queue []state
	look := func(s state) {
		r.Tried++
		v, err := w.view(w.starts[s.start], s.answers, s.asks)
		if err != nil {
			r.fault("%s: the form cannot be run: %v", w.starts[s.start].name, err)
			return
		}
		fresh := false
		w.outcomes(v, func(o outcome, _ string) {
			if len(found[o]) < witnesses {
				fresh = fresh || len(found[o]) == 0
				found[o] = append(found[o], s)
			}
		})
		for name, value := range v.Computed {
			if yes, ok := value.(bool); ok {
				fresh = mark(news, fmt.Sprint(name, yes)) || fresh
			}
		}
		for _, f := range w.words.posted {
			for _, at := range everywhere(v.Answers, f) {
				value, answered := forms.Lookup(v.Answers, at)
				if f.Kind != forms.ChoiceField {
					value = answered
				}
				if answered && v.Shows(f) {
					fresh = mark(news, fmt.Sprint(f.ID, value)) || fresh
				}
			}
		}
		for page, asked := range w.asked(v) {
			fresh = mark(news, page+asked) || fresh
		}
		if fresh {
			queue = append(queue, s)
		}
	}
	for i, s := range w.starts {
		look(state{i, s.scope.Answers, true})
		look(state{i, s.answers, true})
		if len(w.words.lookups) > 0 {
			look(state{i, s.answers, false})
		}
	}
	for len(queue) > 0 && r.Tried < tries && !w.all(found) {
		s := queue[0]
		queue = queue[1:]
		for _, next := range w.varied(s, w.matters(found)) {
			if look(next); r.Tried >= tries {
				break
			}
		}
	}
	return found
}

// asked are the questions of each page that are asked together.
func (w *Form) asked(v *forms.View) map[string]string {
	out := map[string]string{}
	for _, f := range w.words.posted {
		if v.Shows(f) {
			out[f.Page.ID] += " " + f.ID
		}
	}
	return out
}

func mark(seen map[string]bool, name string) bool {
	old := seen[name]
	seen[name] = true
	return !old
}

func (w *Form) all(found map[outcome][]state) bool {
	for _, g := range w.goals {
		if len(found[outcome{g, true}]) == 0 || !g.always && len(found[outcome{g, false}]) == 0 {
			return false
		}
	}
	return true
}

// matters are the names of answers that goals which are not reached hang on, directly or by computed values.
func (w *Form) matters(found map[outcome][]state) map[string]bool {
	computed := w.Graph.Form().Def.Meta.Computed
	names := map[string]bool{}
	var add func([]string)
	add = func(words []string) {
		for _, word := range words {
			if !mark(names, word) {
				continue
			}
			if source, ok := computed[word]; ok {
				add(wordIn.FindAllString(source, -1))
			}
		}
	}
	for _, g := range w.goals {
		if len(found[outcome{g, true}]) == 0 || !g.always && len(found[outcome{g, false}]) == 0 {
			add(g.reads)
		}
	}
	for again := true; again; { // what is asked only where something else is answered hangs on that, too
		before := len(names)
		for _, g := range w.goals {
			if g.field != nil && names[ownName(g.field)] {
				add(g.reads)
			}
		}
		again = len(names) > before
	}
	for _, f := range w.words.lookups { // what a register says hangs on what it is asked about
		if names[f.Lookup.As] {
			add([]string{ownName(f)})
		}
	}
	return names
}

// ownName is what a field is called in expressions; of the items of a list, what the list is.
func ownName(f *forms.Field) string {
	for at := f.Pointer; ; at = at.Up() {
		if name := at.Last(); name != "*" {
			return name
		}
	}
}

// varied are the same answers with one of them changed.
func (w *Form) varied(s state, matters map[string]bool) []state {
	begin := w.starts[s.start]
	v, err := w.view(begin, s.answers, s.asks)
	if err != nil {
		return nil
	}
	var out []state
	for _, f := range w.words.posted {
		if !v.Shows(f) || !matters[ownName(f)] {
			continue
		}
		for i, at := range journey.Concrete(s.answers, f.Pointer) {
			if i > 1 || !v.ShowsAt(f, at) || !on(v, f.Page, at) {
				continue // two rows differ as much as a hundred do
			}
			for _, value := range w.words.candidates(v, f, at) {
				out = append(out, state{s.start, with(s.answers, at, value), s.asks})
			}
		}
	}
	return out
}

// on reports whether the page that asks for a place is shown.
func on(v *forms.View, p *forms.Page, at forms.Pointer) bool {
	here := p.For(at)
	if here == nil {
		return false
	}
	_, shown := v.Page(here.ID)
	return shown
}

// everywhere is where a field stands that is answered on a page of its own: of one on the page of a row, in each row. What stands among
// rows is looked at with them.
func everywhere(answers map[string]any, f *forms.Field) []forms.Pointer {
	if f.Page.Repeat == nil {
		return []forms.Pointer{f.Pointer}
	}
	return journey.Concrete(answers, f.Pointer)
}

// with gives answers with one of them changed.
func with(answers map[string]any, at forms.Pointer, value any) map[string]any {
	out := forms.CopyObject(answers)
	if value == absent {
		forms.Remove(out, at)
	} else {
		forms.Put(out, at, forms.Copy(value))
	}
	return out
}

func (r *Report) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}
