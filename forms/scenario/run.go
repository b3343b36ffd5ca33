package scenario

import (
	"fmt"
	"maps"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
)

// Run plays a scenario and tells what differs from what it expects. Its signing is played by p; nil leaves that unplayed.
func Run(g *journey.Graph, s Scenario, p Player) Result {
	r := &runner{graph: g, scenario: s, result: Result{File: s.File, Title: s.Title}}
	r.scope = forms.Scope{Answers: g.Defaults(), Facts: s.Facts, Settings: s.Settings, Actor: s.Actor, Today: s.Today, Holders: s.Directory}
	start, err := g.Run(r.scope)
	if err != nil {
		r.differ("start", "", err.Error())
		return r.result
	}
	reason, hindered := g.Hindered(start)
	for i, step := range s.Steps {
		if hindered {
			break
		}
		r.step(fmt.Sprintf("step %d, page %s", i+1, step.Page), step)
		reason, hindered = g.Hindered(r.view()) // what is answered may hinder: the child who is chosen
	}
	if hindered || s.Hindered != "" {
		r.differ("hindered", s.Hindered, reason)
		if hindered {
			return r.result
		}
	}
	common := r.scope
	for _, o := range s.Others {
		r.other(o, common)
	}
	r.scope.Answers, r.scope.Facts, r.scope.Actor = common.Answers, common.Facts, common.Actor
	r.expect(s.Expect)
	r.sign(p)
	return r.result
}

type runner struct {
	graph    *journey.Graph
	scenario Scenario
	scope    forms.Scope
	result   Result
}

func (r *runner) fail(format string, args ...any) {
	if d := fmt.Sprintf(format, args...); !slices.Contains(r.result.Diffs, d) {
		r.result.Diffs = append(r.result.Diffs, d)
	}
}

func (r *runner) differ(what string, want, got any) {
	if d := diff(want, got); d != "" {
		r.fail("%s:\n%s", what, d)
	}
}

func (r *runner) view() *forms.View {
	v, err := r.graph.Run(r.scope)
	if err != nil {
		r.fail("the form cannot be run: %v", err)
		return &forms.View{Form: r.graph.Form(), Scope: r.scope}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Failed)) {
		r.fail("the expression of %s failed: %s", name, v.Failed[name])
	}
	return v
}

func (r *runner) step(where string, s Step) {
	failed := len(r.result.Diffs)
	v := r.view()
	page, ok := v.Page(s.Page)
	if !ok {
		r.fail("%s: the page is not shown; these are: %v", where, pageIDs(v))
		return
	}
	post := answers.Encode(v, s.Page, nil)
	files := map[forms.Pointer]any{}
	for _, pointer := range slices.Sorted(maps.Keys(s.Answers)) {
		f := v.Form.FieldAt(forms.Pointer(pointer))
		switch {
		case f == nil || !page.Asks(f, forms.Pointer(pointer)):
			r.fail("%s: the page has no %s", where, pointer)
		case f.Kind == forms.FilesField:
			files[forms.Pointer(pointer)] = s.Answers[pointer]
		default:
			typeInto(post, f, forms.Pointer(pointer), s.Answers[pointer])
		}
	}
	decoded := answers.Decode(r.graph, v, s.Page, post)
	given := forms.Edit(decoded.Answers)
	for at, value := range files {
		given.Put(at, value)
	}
	r.scope.Answers, r.scope.Facts, _ = forms.SettleLookups(v.Form, given.Answers(), r.scope.Facts)
	r.pick(where, s.Pick)
	v = r.view()
	wrong := forms.MergeProblems(decoded.Problems, r.graph.Validate(v, s.Page))
	if s.Lookup != "" {
		wrong = r.lookUp(where, forms.Pointer(s.Lookup), v, wrong)
		v = r.view()
	}
	problems := []any{}
	for _, p := range wrong {
		problems = append(problems, string(p.Pointer)+" "+p.Code)
	}
	r.differ(where+": problems", list(s.Problems), problems)
	r.differ(where+": stopped", s.Stopped, v.Stopped[s.Page])
	if s.Next != "" {
		r.differ(where+": next", s.Next, r.graph.Next(v, s.Page, false))
	}
	r.shown(where, v, s)
	if len(s.Problems) == 0 && !s.Stopped && len(r.result.Diffs) == failed {
		r.unchanged(where, v, s.Page)
	}
}

// unchanged holds every page of every scenario to the rule that posting it unchanged changes nothing.
func (r *runner) unchanged(where string, v *forms.View, page string) {
	again := answers.Decode(r.graph, v, page, answers.Encode(v, page, nil))
	r.differ(where+": posted again unchanged", any(v.Scope.Answers), any(again.Answers))
}

func (r *runner) shown(where string, v *forms.View, s Step) {
	p, ok := v.Page(s.Page)
	have := map[string]bool{}
	if ok {
		for i, section := range p.Sections {
			for _, f := range section.Fields {
				if v.ShowsSection(p, i) && v.ShowsOn(p, f) {
					have[string(p.At(f.Pointer))] = true
					have[f.ID] = true
				}
			}
		}
	}
	for _, name := range s.Shown {
		if !have[name] && !have["f-"+name] {
			r.fail("%s: %s is not shown", where, name)
		}
	}
	for _, name := range s.Hidden {
		if have[name] || have["f-"+name] {
			r.fail("%s: %s is shown", where, name)
		}
	}
}

func (r *runner) other(o Other, common forms.Scope) {
	own := forms.Pointer(r.graph.Form().Def.Meta.Own)
	part, _ := forms.Split(common.Answers, own)
	r.scope = common
	r.scope.Answers = forms.Join(part, nil, own)
	r.scope.Facts = maps.Clone(common.Facts)
	if r.scope.Facts == nil {
		r.scope.Facts = map[string]any{}
	}
	r.scope.Facts["self"] = o.Self
	r.scope.Actor = map[string]any{"role": o.Role}
	if o.Pages != nil {
		r.differ("pages of "+o.Role, list(o.Pages), pageIDs(r.view()))
	}
	for i, s := range o.Steps {
		r.step(fmt.Sprintf("%s, step %d, page %s", o.Role, i+1, s.Page), s)
	}
	_, section := forms.Split(r.scope.Answers, own)
	r.scope.Parties = append(slices.Clone(common.Parties), map[string]any{"role": o.Role, "number": o.Self["number"],
		"name": o.Self["name"], "address": o.Self["address"], "own": orEmpty(section)})
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

func pageIDs(v *forms.View) []any {
	out := []any{}
	for _, p := range v.Pages {
		out = append(out, p.ID)
	}
	return out
}

func list(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}
