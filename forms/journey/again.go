package journey

import (
	"slices"
	"strings"
	"sync"

	"samtjanst/forms"
	"samtjanst/forms/schema"
)

// past is what a run leaves with its view (View.Past) for the next one: what each node came to, and what the schema said of the answers.
// It is of one graph, and but for the verdict, which is asked for once and when somebody wants to know, it is never changed.
type past struct {
	graph *Graph
	nodes []outcome // by node.index
	asked int       // how many conditions and expressions were evaluated

	mu      sync.Mutex
	verdict *schema.Verdict
	from    *schema.Verdict // what the verdict is begun from, until it is there
}

// outcome is what was found of one node outside rows, and what it took away from the answers.
type outcome struct {
	asked   bool // its condition or expression was evaluated, or is as it was
	held    bool // of a condition
	value   any  // of an expression, when present
	present bool
	failed  string
	options []forms.Option
	removed []forms.Pointer // answers that a hidden field took away
}

// mostChanges is how many changes are followed; with more than that, all is evaluated.
const mostChanges = 50

// change is a place of the scope that has another value than in the run before: "/answers/elev/namn", "/computed/avstand".
type change struct {
	at     forms.Pointer
	tokens []string
}

// Again is Run for somebody who has the view of an earlier scope: it gives the same, and evaluates only what reads something that has
// changed since, directly or by what that decided. A view of another graph, or none, makes it a Run.
//
// Of conditions and expressions within rows those of the rows that changed are evaluated; what stands outside them and has changed makes
// that all of them.
func (g *Graph) Again(before *forms.View, scope forms.Scope) (*forms.View, error) {
	if before == nil {
		return g.Run(scope)
	}
	was, ok := before.Past.(*past)
	if !ok || was.graph != g {
		return g.Run(scope)
	}
	r := g.begin(scope)
	r.past.from = was.last()
	if changed := between(before.Scope, r.view.Scope); len(changed) <= mostChanges {
		r.was, r.before = was, before
		for _, at := range changed {
			r.change(at)
		}
	}
	return r.finish(g), nil
}

// between lists where two scopes differ.
func between(a, b forms.Scope) []forms.Pointer {
	var out []forms.Pointer
	for _, root := range []struct {
		name string
		a, b any
	}{{"/answers", a.Answers, b.Answers}, {"/facts", a.Facts, b.Facts}, {"/actor", a.Actor, b.Actor}, {"/settings", a.Settings, b.Settings},
		{"/parties", a.Parties, b.Parties}, {"/today", a.Today, b.Today}} {
		for _, at := range forms.Changes(root.a, root.b) {
			out = append(out, forms.Pointer(root.name)+at)
		}
	}
	return out
}

func (r *run) change(at forms.Pointer) {
	r.changed = append(r.changed, change{at, at.Tokens()})
}

// touched reports whether something has changed that is read at any of some places.
func (r *run) touched(reads [][]string) bool {
	return slices.ContainsFunc(reads, func(read []string) bool {
		return slices.ContainsFunc(r.changed, func(c change) bool { return overlap(read, c.tokens) })
	})
}

// overlap is Pointer.Overlaps of what is read, with "*" for any row, and a place.
func overlap(read, at []string) bool {
	for i := 0; i < len(read) && i < len(at); i++ {
		if read[i] != at[i] && read[i] != "*" {
			return false
		}
	}
	return true
}

// earlier is what a node came to in the run before, where it comes to the same now; nil when it must be asked.
func (r *run) earlier(n *node) *outcome {
	if r.was == nil || !r.was.nodes[n.index].asked || r.touched(n.outside) || r.touched(n.inRow) {
		return nil
	}
	return &r.was.nodes[n.index]
}

// shows asks a node's condition; row is nil outside rows.
func (r *run) shows(n *node, row any) bool {
	if n.when == nil || row != nil {
		return r.holds(n.when, row)
	}
	now := &r.past.nodes[n.index]
	if was := r.earlier(n); was != nil {
		now.held = was.held
	} else {
		now.held = r.holds(n.when, nil)
	}
	now.asked = true
	return now.held
}

// settled is what of a node's rows need not be asked again.
type settled struct {
	run  *run
	none bool     // all must be asked
	but  []change // those of the rows in which one of these stands must
	rows int      // tokens of the pointer of a row
}

// settledRows tells which rows a node comes to the same in. rows is the list that it stands in.
func (r *run) settledRows(n *node, rows *forms.Field) settled {
	s := settled{run: r, none: r.was == nil || rows == nil || r.touched(n.outside)}
	if s.none {
		return s
	}
	row := ("/answers" + rows.Pointer + "/*").Tokens()
	s.rows = len(row) - 1
	for _, c := range r.changed {
		whole := len(c.tokens) <= len(row) && overlap(row, c.tokens) // another row stands there, or other rows
		if whole || slices.ContainsFunc(n.inRow, func(read []string) bool { return overlap(read, c.tokens) }) {
			c.at = forms.Pointer(strings.TrimPrefix(string(c.at), "/answers"))
			s.but = append(s.but, c)
		}
	}
	return s
}

// at reports whether the row that a place stands in is as it was.
func (s settled) at(place forms.Pointer) bool {
	if s.none {
		return false
	}
	row, left := place, s.rows
	for i := 1; i < len(place) && left > 0; i++ {
		if place[i] == '/' {
			if left--; left == 0 {
				row = place[:i]
			}
		}
	}
	return !slices.ContainsFunc(s.but, func(c change) bool { return c.at.Within(row) || row.Within(c.at) })
}

// follow notes what of a decided node is another than before, for those that read it.
func (r *run) follow(n *node) {
	if r.was == nil {
		return
	}
	was, now := &r.was.nodes[n.index], &r.past.nodes[n.index]
	switch {
	case n.kind == computedNode:
		if was.present != now.present || len(forms.Changes(was.value, now.value)) > 0 {
			r.change("/computed" + forms.Pointer("").Join(n.key))
		}
	case !slices.Equal(was.removed, now.removed):
		seen := make(map[forms.Pointer]int, len(was.removed)+len(now.removed))
		for _, at := range was.removed {
			seen[at] |= 1
		}
		for _, at := range now.removed {
			seen[at] |= 2
		}
		for at, in := range seen {
			if in != 3 && (holds(r.before.Answers, at) || holds(r.view.Answers, at)) {
				r.change("/answers" + at)
			}
		}
	}
}

func holds(answers map[string]any, at forms.Pointer) bool {
	_, ok := forms.Lookup(answers, at)
	return ok
}

// share puts back the rows of the run before that have come out alike though something in them is hidden, so that they are known to be
// the same: what was said of them holds.
func (r *run) share() {
	if r.was == nil {
		return
	}
	for at, f := range r.view.Form.Fields {
		if f.Kind != forms.RowsField || strings.Contains(string(at), "*") {
			continue
		}
		rows := func(answers map[string]any) []any {
			v, _ := forms.Lookup(answers, at)
			list, _ := v.([]any)
			return list
		}
		now, was := rows(r.view.Answers), rows(r.before.Answers)
		stored, before := rows(r.view.Scope.Answers), rows(r.before.Scope.Answers)
		if len(now) != len(was) || len(now) != len(stored) || len(now) != len(before) {
			continue
		}
		for i := range now {
			if !forms.Same(now[i], was[i]) && forms.Same(stored[i], before[i]) && len(forms.Changes(now[i], was[i])) == 0 {
				r.answers.Put(at.Index(i), was[i])
			}
		}
	}
}

// last is the latest verdict that there is.
func (p *past) last() *schema.Verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.verdict != nil {
		return p.verdict
	}
	return p.from
}

// violations asks the schema about a view's answers once.
func (p *past) violations(g *Graph, v *forms.View) []forms.Problem {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.verdict == nil {
		p.verdict, p.from = g.schema.Again(p.from, g.judged(v)), nil
	}
	return p.verdict.Problems
}
