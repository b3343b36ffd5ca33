package journey

import (
	"iter"
	"maps"
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/expr"
)

// Run decides what the person who fills in sees. The scope is left as it is; the view shares with it what is not hidden. It gives no
// error today; callers treat one as fault.Internal.
func (g *Graph) Run(scope forms.Scope) (*forms.View, error) { return g.begin(scope).finish(g), nil }

func (g *Graph) begin(scope forms.Scope) *run {
	scope = g.withSettings(whoFills(scope))
	v := &forms.View{
		Form: g.form, Scope: scope, Computed: map[string]any{}, Hidden: map[forms.Pointer]bool{},
		Options: map[string][]forms.Option{}, Facts: map[string]any{}, Stopped: map[string]bool{}, Required: map[forms.Pointer]bool{},
		Failed: map[string]string{},
	}
	r := &run{view: v, applicant: scope.Actor["role"] == Applicant, answers: forms.Edit(scope.Answers),
		past: &past{graph: g, nodes: make([]outcome, len(g.order))}}
	v.Past, v.Answers = r.past, r.answers.Answers()
	r.scope = scope
	r.scope.Answers = v.Answers
	return r
}

func (r *run) finish(g *Graph) *forms.View {
	v := r.view
	for _, n := range g.order {
		r.decide(n)
		r.follow(n)
	}
	r.share()
	for _, p := range g.form.Pages {
		if !r.applicant && !p.Own {
			continue
		}
		for one := range r.instances(p) {
			if !v.Hidden[pageKey(one)] {
				v.Pages = append(v.Pages, one)
			}
		}
	}
	g.conditionallyRequired(v)
	return v
}

// whoFills makes facts.self the one who fills in: flow gives it for other parties, for the applicant it is facts.applicant.
func whoFills(scope forms.Scope) forms.Scope {
	applicant, ok := scope.Facts["applicant"]
	if _, given := scope.Facts["self"]; given || !ok || scope.Actor["role"] != Applicant {
		return scope
	}
	facts := make(map[string]any, len(scope.Facts)+1)
	for k, f := range scope.Facts {
		facts[k] = f
	}
	facts["self"] = applicant
	scope.Facts = facts
	return scope
}

// withSettings adds the definition's own values of settings that the municipality has not given.
func (g *Graph) withSettings(scope forms.Scope) forms.Scope {
	settings := make(map[string]any, len(g.form.Def.Meta.Settings))
	maps.Copy(settings, g.form.Def.Meta.Settings)
	maps.Copy(settings, scope.Settings)
	scope.Settings = settings
	return scope
}

type run struct {
	view      *forms.View
	scope     forms.Scope   // Answers are the view's: what is hidden goes away as it is decided
	answers   *forms.Editor // makes the view's of the scope's
	applicant bool
	whole     map[string]any // the scope as conditions see it
	input     *expr.Input    // and as expressions do

	past    *past       // what this run leaves
	was     *past       // what the one before left; nil when there is none to begin from
	before  *forms.View // and its view
	changed []change    // since then, as far as it is known
}

func pageKey(p *forms.Page) forms.Pointer { return forms.Pointer("page:" + p.ID) }
func sectionKey(p *forms.Page, i int) forms.Pointer {
	return forms.Pointer("section:" + p.ID + "/" + strconv.Itoa(i))
}
func fieldKey(f *forms.Field) forms.Pointer { return forms.Pointer("field:" + f.ID) }

func (r *run) decide(n *node) {
	v := r.view
	switch n.kind {
	case pageNode:
		for p, row := range r.instances(n.page) {
			if !r.shows(n, row) {
				v.Hidden[pageKey(p)] = true
			}
		}
	case sectionNode:
		for p, row := range r.instances(n.page) {
			if v.Hidden[pageKey(p)] || !r.shows(n, row) {
				v.Hidden[sectionKey(p, n.section)] = true
			}
		}
	case fieldNode:
		r.field(n)
	case computedNode:
		if value, ok := r.eval(n); ok {
			v.Computed[n.key] = value
		}
	case optionsNode:
		r.options(n)
	case factNode:
		r.fact(n)
	}
}

// eval evaluates outside rows.
func (r *run) eval(n *node) (any, bool) {
	now := &r.past.nodes[n.index]
	if was := r.earlier(n); was != nil {
		now.value, now.present, now.failed = was.value, was.present, was.failed
	} else {
		now.value, now.present, now.failed = r.evaluate(n, nil)
	}
	now.asked = true
	if now.failed != "" {
		r.view.Failed[n.name] = now.failed
	}
	return now.value, now.present
}

// evalRow evaluates within a row, nil for none.
func (r *run) evalRow(n *node, row map[string]any) (any, bool) {
	value, ok, failed := r.evaluate(n, row)
	if failed != "" {
		r.view.Failed[n.name] = failed
	}
	return value, ok
}

func (r *run) evaluate(n *node, row map[string]any) (value any, ok bool, failed string) {
	if r.input == nil {
		r.input = expr.NewInput(r.scope, r.view.Computed)
	}
	r.past.asked++
	value, ok, err := n.program.EvalRow(r.input, row)
	if err != nil {
		return nil, false, err.Error()
	}
	return value, ok, ""
}

func (r *run) holds(c condition, row any) bool {
	if c == nil {
		return true
	}
	if r.whole == nil { // its maps are filled in place as the pass goes on
		r.whole = map[string]any{"answers": r.scope.Answers, "computed": r.view.Computed, "facts": r.scope.Facts,
			"actor": r.scope.Actor, "settings": r.scope.Settings}
	}
	if r.past != nil {
		r.past.asked++
	}
	if row == nil {
		return c(r.whole)
	}
	within := maps.Clone(r.whole)
	within["row"] = row
	return c(within)
}

// instances gives a page with no row, or of a page that is repeated those for the rows that there are, each with its row.
func (r *run) instances(p *forms.Page) iter.Seq2[*forms.Page, any] {
	return func(yield func(*forms.Page, any) bool) {
		if p.Repeat == nil {
			yield(p, nil)
			return
		}
		value, _ := forms.Lookup(r.view.Answers, p.Repeat.Pointer)
		rows, _ := value.([]any)
		for i, row := range rows {
			_, isRow := row.(map[string]any)
			if one := p.Instance(i); isRow && one != nil && !yield(one, row) {
				return
			}
		}
	}
}

// repeated decides about what stands at the top of a repeating page, row by row.
func (r *run) repeated(n *node) {
	f, v := n.field, r.view
	for p, row := range r.instances(n.page) {
		hidden := v.Hidden[sectionKey(p, n.after[0].section)] || !r.holds(n.when, row)
		switch {
		case !f.Posted() && hidden:
			v.Hidden[forms.FieldOn(p, f)] = true
		case hidden:
			r.hide(n, p.At(f.Pointer))
		case stops(f):
			v.Stopped[p.ID] = true
		}
	}
}

func stops(f *forms.Field) bool { return f.Kind == forms.NoticeField && f.NoticeKind == "stop" }

// hide takes a value away from what is read, validated and submitted.
func (r *run) hide(n *node, at forms.Pointer) {
	r.view.Hidden[n.field.HiddenAt(at)] = true
	removed := &r.past.nodes[n.index].removed
	switch {
	case !r.chosen(n, at): // what stands there is another variant's
	case n.place:
		*removed = append(*removed, at.Up())
		r.cut(at)
	default:
		*removed = append(*removed, at)
		r.answers.Remove(at)
		r.prune(at.Up(), n.field)
	}
}

func (r *run) field(n *node) {
	f, in := n.field, n.after[0]
	if in.kind == sectionNode && in.page.Repeat != nil {
		r.repeated(n)
		return
	}
	above := false
	if in.kind == sectionNode {
		above = r.view.Hidden[sectionKey(in.page, in.section)]
	} else {
		above = r.view.Hidden[fieldKey(in.field)]
	}
	rows := rowsOf(f)
	if above || (rows == nil && !r.shows(n, nil)) {
		r.view.Hidden[fieldKey(f)] = true
	}
	if !f.Posted() {
		if stops(f) && r.view.Shows(f) {
			r.view.Stopped[f.Page.ID] = true
		}
		return
	}
	shown := r.view.Shows(f)
	if shown && (rows == nil || n.when == nil) && n.before == nil {
		return
	}
	asBefore := r.settledRows(n, rows)
	asBefore.none = asBefore.none || n.before != nil || !r.before.Shows(f) // what was hidden there was hidden by something else
	for _, at := range Concrete(r.view.Answers, f.Pointer) {
		switch {
		case !shown || r.follows(n, at):
			r.hide(n, at)
		case asBefore.at(at):
			if r.before.Hidden[f.HiddenAt(at)] {
				r.hide(n, at)
			}
		case rows == nil && !r.shows(n, nil), rows != nil && !r.holds(n.when, r.row(rows, at)):
			r.hide(n, at)
		}
	}
}

// row is the row that a concrete place stands in.
func (r *run) row(rows *forms.Field, at forms.Pointer) any {
	if rows == nil {
		return nil
	}
	depth := len(rows.Pointer.Tokens()) + 1
	var p forms.Pointer
	for _, t := range at.Tokens()[:depth] {
		p = p.Join(t)
	}
	row, _ := forms.Lookup(r.view.Answers, p)
	return row
}

// prune takes away an object that only hidden values made, so that an empty object does not ask for its required properties.
func (r *run) prune(at forms.Pointer, f *forms.Field) {
	for ; at != ""; at = at.Up() {
		if r.view.Form.FieldAt(at) != nil && r.view.Form.FieldAt(at).Kind != forms.GroupField {
			return
		}
		v, ok := forms.Lookup(r.view.Answers, at)
		if m, isObject := v.(map[string]any); !ok || !isObject || len(m) > 0 {
			return
		}
		if stored, _ := forms.Lookup(r.view.Scope.Answers, at); emptyObject(stored) {
			return
		}
		if _, err := strconv.Atoi(at.Last()); err == nil {
			return
		}
		r.answers.Remove(at)
	}
}

func emptyObject(v any) bool {
	m, ok := v.(map[string]any)
	return ok && len(m) == 0
}

// Concrete gives the places that a pointer with "*" stands for in some answers: one for each row there is, and the pointer itself
// when it has no rows.
func Concrete(answers map[string]any, pattern forms.Pointer) []forms.Pointer {
	return pattern.In(answers)
}

// optionsOf reads a list of {value, label, hint}; label and hint are a text or, by language, {sv: …, en: …}.
func optionsOf(v any) []forms.Option {
	list, _ := v.([]any)
	out := make([]forms.Option, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		raw, value, ok := scalar(m["value"])
		if !ok {
			continue
		}
		out = append(out, forms.Option{Value: value, JSON: raw, Label: textOf(m["label"]), Hint: textOf(m["hint"])})
	}
	return out
}

func textOf(v any) forms.Text {
	switch x := v.(type) {
	case string:
		if x != "" {
			return forms.Text{"sv": x}
		}
	case map[string]any:
		t := forms.Text{}
		for lang, s := range x {
			if text, ok := s.(string); ok {
				t[lang] = text
			}
		}
		return t
	}
	return nil
}
