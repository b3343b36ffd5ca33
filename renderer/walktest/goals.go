package walktest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// goal is a condition of the form, to be seen fulfilled and not.
type goal struct {
	name, word string // "field /elev/namn", "shown"
	always     bool   // there is no condition: it need only be seen fulfilled
	holds      func(scope any) bool
	// effect reports whether a view shows what the condition lets through at a place; nil where there is nothing to show.
	effect func(v *forms.View, at forms.Pointer) bool
	row    *forms.Field // rows that the condition may read one of
	field  *forms.Field // what it is of, when it is of a field
	page   *forms.Page  // where it shows; nil for what is of the whole
	hinder bool
	source string   // its condition as text, for the literals in it
	reads  []string // words of what it hangs on: names of answers, facts and computed values
}

// wordIn is a name in a pointer or an expression.
var wordIn = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_-]*`)

type outcome struct {
	goal  *goal
	holds bool
}

type seenGoals map[outcome]bool

// goalsOf lists everything in a form that hangs on something.
func goalsOf(form *forms.Form) ([]*goal, error) {
	var out []*goal
	var failed error
	add := func(g goal, c *forms.Condition, above ...*forms.Condition) {
		for _, one := range append(above, c) {
			if one != nil {
				g.reads = append(g.reads, wordIn.FindAllString(fmt.Sprint(one.Reads), -1)...)
			}
		}
		if g.always = c == nil; !g.always {
			g.source = string(c.Raw)
			var err error
			if g.holds, err = journey.Condition(c); err != nil && failed == nil {
				failed = fmt.Errorf("%s: %w", g.name, err)
			}
		}
		out = append(out, &g)
	}
	var field func(f, row *forms.Field, above []*forms.Condition)
	field = func(f, row *forms.Field, above []*forms.Condition) {
		name := string(f.Pointer)
		if !f.Posted() {
			name = f.ID
		}
		shown := func(v *forms.View, at forms.Pointer) bool {
			if !f.Posted() && f.Page.Repeat != nil {
				p := f.Page.For(at)
				return p != nil && on(v, f.Page, at) && v.ShowsOn(p, f)
			}
			return on(v, f.Page, at) && v.ShowsAt(f, at)
		}
		if f.ShowWhen != nil {
			add(goal{name: "field " + name, word: "shown", effect: shown, row: row, field: f, page: f.Page}, f.ShowWhen, above...)
		}
		above = append(slices.Clip(above), f.ShowWhen)
		for _, c := range f.Checks {
			add(goal{name: c.Code + " of " + name, word: "told", effect: shown, row: row, field: f, page: f.Page}, c.When, above...)
		}
		if f.OptionsFrom != "" {
			offered := func(v *forms.View, at forms.Pointer) bool { return shown(v, at) && len(v.OptionsAt(f, at)) > 0 }
			add(goal{name: "list of options of " + name, word: "offered", effect: offered, row: row, field: f, page: f.Page,
				reads: wordIn.FindAllString(f.OptionsFrom, -1)}, nil, above...)
		}
		if f.Kind == forms.RowsField {
			row = f
		}
		for _, child := range f.Fields {
			field(child, row, above)
		}
	}
	for _, p := range form.Pages {
		onPage := func(v *forms.View, at forms.Pointer) bool { return on(v, p, at) }
		add(goal{name: "page " + p.ID, word: "shown", effect: onPage, row: p.Repeat, page: p}, p.ShowWhen)
		for i, s := range p.Sections {
			if s.ShowWhen != nil {
				add(goal{name: "section " + strconv.Itoa(i+1) + " of page " + p.ID, word: "shown", row: p.Repeat, page: p,
					effect: func(v *forms.View, at forms.Pointer) bool { return onPage(v, at) && v.ShowsSection(p.For(at), i) }}, s.ShowWhen, p.ShowWhen)
			}
			for _, f := range s.Fields {
				field(f, p.Repeat, []*forms.Condition{p.ShowWhen, s.ShowWhen})
			}
		}
	}
	for _, h := range form.Def.Meta.Hindrance {
		add(goal{name: "hindrance " + h.Reason, word: "in the way", hinder: true}, h.When)
	}
	for _, p := range form.Def.Meta.Parties {
		if p.Signs != nil {
			add(goal{name: "signature of " + p.Role, word: "needed"}, p.Signs)
		}
	}
	return out, failed
}

// outcomes tells which goals a view reaches, how, and on which page, by its id. One who is hindered sees nothing but that.
func (w *Form) outcomes(v *forms.View, each func(o outcome, page string)) {
	_, hindered := w.Graph.Hindered(v)
	scope := map[string]any{"answers": v.Answers, "computed": v.Computed, "facts": v.Scope.Facts, "actor": v.Scope.Actor, "settings": v.Scope.Settings}
	for _, g := range w.goals {
		if hindered && !g.hinder {
			continue
		}
		if g.row == nil {
			var at forms.Pointer
			if g.field != nil {
				at = g.field.Pointer
			}
			w.judge(g, v, scope, at, each)
			continue
		}
		for _, at := range journey.Concrete(v.Answers, g.row.Pointer+"/*") {
			within := maps.Clone(scope)
			within["row"], _ = forms.Lookup(v.Answers, at)
			if g.field != nil && g.field.Posted() {
				at += g.field.Pointer[len(g.row.Pointer)+2:]
			}
			w.judge(g, v, within, at, each)
		}
	}
}

// judge tells how a condition stands at a place. It counts as fulfilled when its effect can be seen on a page that can be opened.
func (w *Form) judge(g *goal, v *forms.View, scope map[string]any, at forms.Pointer, each func(o outcome, page string)) {
	page := ""
	if g.page != nil {
		if p := g.page.For(at); p != nil {
			page = p.ID
		}
	}
	holds := g.always || g.holds(scope)
	switch {
	case !holds:
		each(outcome{g, false}, page)
	case g.effect == nil || g.effect(v, at) && w.Graph.Reachable(v, page):
		each(outcome{g, true}, page)
	}
}
