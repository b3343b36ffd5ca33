// Package walktest goes through any form as people would, and tells what nobody had thought of. It is for tests: every form that has a
// folder is walked, without a line written for it.
//
// A condition that nobody can fulfil, a page that nothing leads to, a page that falls apart with an answer that the author did not try,
// cannot be seen by reading the files. So the conditions of a form (showWhen of pages, sections and fields, checks, hindrances, who must
// sign, lists of options) are goals, each to be seen both fulfilled and not. Search finds answers that reach them: it begins with those
// of the form's own scenarios, which are the only facts there are, and varies one answer at a time, keeping what shows something new.
// Then each kind of answers that was found is walked: page by page the real renderer's HTML is read, only controls that stand on it are
// filled in, the page is posted as a browser without script posts it, problems are shown and put right, until the check page.
//
// On every page: no expression fails, the HTML is sound in every language, posting it untouched changes nothing, every problem leads to
// an id that is there; after the last, the summary can be read by each who reads it, and parties, subject and rows to grant can be told.
//
// What no walk has seen is told (Report.Unseen). There is no list of exceptions: the way to mend it is a scenario with the facts or
// answers that make it so, or taking away a condition that nothing can fulfil.
//
// Everything is in a fixed order; there is no chance and no clock.
package walktest

import (
	"fmt"
	"io/fs"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/forms/scenario"
	"samtjanst/renderer"
	"samtjanst/renderer/i18n"
)

// Form is a form ready to be walked.
type Form struct {
	Graph     *journey.Graph
	Scenarios []scenario.Scenario

	catalog *i18n.Catalog
	pages   *renderer.Form
	goals   []*goal
	starts  []start
	words   *words
}

// Open reads a form's folder with its scenarios.
func Open(fsys fs.FS, dir string) (*Form, error) {
	def, diags := forms.Load(fsys, dir)
	var form *forms.Form
	if def != nil {
		form, diags = forms.Compile(def)
	}
	if form == nil {
		return nil, fmt.Errorf("%s: %v", dir, diags)
	}
	played, diags := scenario.Load(fsys, dir)
	if len(diags) > 0 {
		return nil, fmt.Errorf("%s: %v", dir, diags)
	}
	if len(played) == 0 {
		return nil, fmt.Errorf("%s: the form has no scenario, and so no facts to walk with", dir)
	}
	g, err := journey.New(form)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	catalog, err := i18n.Embedded()
	if err != nil {
		return nil, err
	}
	w := &Form{Graph: g, Scenarios: played, catalog: catalog, pages: renderer.New(catalog, renderer.DefaultLimits).Form(form)}
	if w.goals, err = goalsOf(form); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	w.starts = w.startsOf()
	w.words = w.wordsOf()
	return w, nil
}

// Dirs lists the folders that hold a form, in order.
func Dirs(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// Report is what walking a form found.
type Report struct {
	Tried  int      // answers that search looked at
	Walks  int      // from the first page until there was no further to go
	Pages  int      // pages that were shown in all
	Goals  int      // what was to be seen
	Unseen []string // what of that was not
	Faults []string // what was wrong on the way, each once
}

// Walk searches and walks. What is walked: every scenario's own answers, then what search found for goals that are yet unseen.
func (w *Form) Walk() Report {
	r := Report{Goals: 2 * len(w.goals)}
	seen := seenGoals{}
	walked := func(s state) {
		one := &walker{form: w, start: w.starts[s.start], asks: s.asks, seen: seen, report: &r}
		one.walk(s.answers)
		r.Walks++
	}
	for i, s := range w.starts {
		walked(state{start: i, answers: s.answers, asks: true})
	}
	found := w.search(&r)
	for round := range witnesses {
		for _, g := range w.goals {
			for _, way := range []outcome{{g, true}, {g, false}} {
				if states := found[way]; !seen[way] && round < len(states) {
					walked(states[round])
				}
			}
		}
	}
	for _, g := range w.goals {
		if !seen[outcome{g, true}] {
			r.Unseen = append(r.Unseen, g.name+" is never "+g.word)
		}
		if !g.always && !seen[outcome{g, false}] {
			r.Unseen = append(r.Unseen, g.name+" is always "+g.word)
		}
		if g.always {
			r.Goals--
		}
	}
	slices.Sort(r.Faults)
	r.Faults = slices.Compact(r.Faults)
	return r
}

// start is somebody who begins: the facts of a scenario, for the applicant or another party, and what is answered in it in the end.
type start struct {
	scenario scenario.Scenario
	name     string
	scope    forms.Scope // before the first page
	answers  map[string]any
	own      bool // another party: fills in pages of the own section only
}

func (w *Form) startsOf() []start {
	var out []start
	for _, s := range w.Scenarios {
		for who := 0; who <= len(s.Others); who++ {
			one := start{scenario: s, name: s.File, own: who > 0, scope: scenario.Replay(w.Graph, s, who, 0)}
			if one.own {
				one.name += ", " + s.Others[who-1].Role
			}
			one.answers = scenario.Replay(w.Graph, s, who, 1<<20).Answers
			out = append(out, one)
		}
	}
	return out
}

// view is what somebody sees with some answers: facts are those of the start, and what registers say of the answers when they are asked.
func (w *Form) view(s start, answers map[string]any, asks bool) (*forms.View, error) {
	scope := s.scope
	scope.Answers = answers
	if asks {
		var err error
		if scope, err = w.ask(s, scope); err != nil {
			return nil, err
		}
	}
	return w.Graph.Run(scope)
}

// pick takes the first of a look-up's choices, if there are any.
func (w *Form) pick(scope forms.Scope, f *forms.Field, at forms.Pointer) (forms.Scope, error) {
	r, asked := forms.LookedUp(f, at, scope.Answers, scope.Facts)
	if !asked || len(r.Choices) == 0 {
		return scope, nil
	}
	var err error
	scope.Answers, scope.Facts, _, err = w.Graph.PickLookup(scope, f, at, r.Choices[0].ID)
	return scope, err
}

// ask presses the button of every look-up that has something to ask about.
func (w *Form) ask(s start, scope forms.Scope) (forms.Scope, error) {
	for _, q := range w.questions(scope) {
		var err error
		if scope.Answers, scope.Facts, err = w.Graph.TakeLookup(scope, q.field, q.at, q.key, s.scenario.Reply(q.field.Lookup.From, q.key)); err != nil {
			return scope, err
		}
		if scope, err = w.pick(scope, q.field, q.at); err != nil {
			return scope, err
		}
	}
	return scope, nil
}

// question is what a register can be asked at one of the places of a field.
type question struct {
	field *forms.Field
	at    forms.Pointer
	key   string
}

// questions are those that have not been asked.
func (w *Form) questions(scope forms.Scope) []question {
	var out []question
	for _, f := range w.words.lookups {
		for _, at := range f.Pointer.In(scope.Answers) {
			value, _ := forms.Lookup(scope.Answers, at)
			key, _ := value.(string)
			if _, asked := forms.LookedUp(f, at, scope.Answers, scope.Facts); key != "" && !asked {
				out = append(out, question{f, at, key})
			}
		}
	}
	return out
}
