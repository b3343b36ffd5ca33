package walktest

import (
	"maps"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/renderer"
)

// walker goes through the pages once.
type walker struct {
	form   *Form
	start  start
	asks   bool // it presses the buttons of look-ups
	seen   seenGoals
	report *Report

	scope forms.Scope
	typed forms.Typed
	page  string
}

func (w *walker) fault(format string, args ...any) {
	w.report.fault(w.start.name+", page "+w.page+": "+format, args...)
}

// view is what the walker sees now; what it reaches is noted.
func (w *walker) view() *forms.View {
	v, err := w.form.Graph.Run(w.scope)
	if err != nil {
		w.fault("the form cannot be run: %v", err)
		return &forms.View{Form: w.form.Graph.Form(), Scope: w.scope}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Failed)) {
		w.fault("the expression of %s failed: %s", name, v.Failed[name])
	}
	w.form.outcomes(v, func(o outcome, page string) {
		if !o.holds || o.goal.page == nil || page == w.page { // what shows on a page is seen on it
			w.seen[o] = true
		}
	})
	return v
}

// walk answers page by page as wanted, and otherwise where that is wrong, until the check page, a stop that no answer takes away, or a
// hindrance.
func (w *walker) walk(wanted map[string]any) {
	g := w.form.Graph
	w.scope = w.start.scope
	v := w.view()
	if len(v.Pages) == 0 {
		return
	}
	w.page = v.Pages[0].ID
	v = w.view()
	visits := map[string]int{}
	for w.page != journey.CheckPage {
		if _, hindered := g.Hindered(v); hindered {
			return
		}
		if visits[w.page]++; visits[w.page] > 3 {
			w.fault("Continue leads here again and again")
			return
		}
		here := wanted
		if visits[w.page] > 1 {
			here = w.scope.Answers // what was put right on the way stays
		}
		w.typed = nil
		w.shown(v, nil)
		w.fill(here)
		v = w.view()
		if p, on := v.Page(w.page); on && w.look(v, p) {
			v = w.view()
		}
		problems, next := w.goOn(v)
		if next == w.page {
			right := w.mended(v)
			if right == nil {
				if _, on := v.Page(w.page); !v.Stopped[w.page] && on {
					w.fault("no answer helps against %v", problems)
				}
				return
			}
			w.fill(right)
			v = w.view()
			if problems, next = w.goOn(v); next == w.page && !v.Stopped[w.page] {
				w.fault("what was put right is wrong when it is posted: %v", problems)
				return
			}
		}
		if _, on := v.Page(next); !on && next != journey.CheckPage {
			w.fault("Continue leads to %s, which is not shown", next)
			return
		}
		w.page = next
	}
	w.check(v)
}

// look presses the look-ups of a page, and reports whether anything was asked.
func (w *walker) look(v *forms.View, p *forms.Page) bool {
	if !w.asks || len(w.form.words.lookups) == 0 {
		return false
	}
	wrong := map[forms.Pointer]bool{}
	for _, problem := range w.form.Graph.Validate(v, p.ID) {
		wrong[problem.Pointer] = true
	}
	asked := false
	for _, q := range w.form.questions(w.scope) {
		if !p.Asks(q.field, q.at) || !v.ShowsAt(q.field, q.at) || wrong[q.at] {
			continue
		}
		reply := w.start.scenario.Reply(q.field.Lookup.From, q.key)
		var err error
		if w.scope.Answers, w.scope.Facts, err = w.form.Graph.TakeLookup(w.scope, q.field, q.at, q.key, reply); err != nil {
			w.fault("the register's reply: %v", err)
			return false
		}
		asked = true
		if reply.Status != forms.LookupChoose {
			continue
		}
		w.shown(w.view(), nil) // the choices, before one is picked
		if w.scope, err = w.form.pick(w.scope, q.field, q.at); err != nil {
			w.fault("the choice: %v", err)
			return false
		}
	}
	if asked {
		w.shown(w.view(), nil)
	}
	return asked
}

// goOn presses Continue: what is wrong is shown on the page.
func (w *walker) goOn(v *forms.View) (problems []forms.Problem, next string) {
	if _, on := v.Page(w.page); !on { // what was answered hid the page itself
		next = w.form.Graph.Next(v, w.page, false)
		return nil, next
	}
	post := w.posted(v, answers.OpContinue)
	got := answers.Decode(w.form.Graph, v, w.page, post)
	w.typed = got.Typed
	w.keep(got.Answers)
	v = w.view()
	problems, next = w.form.Graph.Continue(v, w.page, false)
	problems = forms.MergeProblems(got.Problems, problems)
	if forms.Hard(got.Problems) {
		next = w.page
	}
	w.shown(v, problems) // also where it leads on: the page as it is found on the way back
	return problems, next
}

func (w *walker) keep(stored map[string]any) {
	w.scope.Answers, w.scope.Facts, _ = forms.SettleLookups(w.form.Graph.Form(), stored, w.scope.Facts)
}

// check reads what is read before handing in, as everybody who reads it, and what the platform asks of a whole application.
func (w *walker) check(v *forms.View) {
	if page, some := w.form.Graph.Incomplete(v); some {
		w.fault("the check page stands open while %s is not done", page)
	}
	for _, lang := range w.form.catalog.Languages() {
		for _, to := range []renderer.Reader{renderer.Party, renderer.Self, renderer.Officer} {
			sections := renderer.Summary(w.form.catalog.In(lang), v, to, nil)
			if to != renderer.Party && len(sections) == 0 {
				w.fault("the summary in %s is empty", lang)
			}
		}
	}
	if _, err := w.form.Graph.Parties(v); err != nil {
		w.fault("parties: %v", err)
	}
	if _, err := w.form.Graph.Grants(v); err != nil {
		w.fault("rows to grant: %v", err)
	}
	w.form.Graph.Subject(v)
	w.form.Graph.Unique(v)
	for _, name := range slices.Sorted(maps.Keys(v.Failed)) {
		w.fault("the expression of %s failed: %s", name, v.Failed[name])
	}
}

// mended gives answers with which the page lets one through; nil when there are none to be found by changing answers on it one after
// the other.
func (w *walker) mended(v *forms.View) map[string]any {
	current := w.scope.Answers
	weight := w.weight(v)
	for range 60 {
		if weight == 0 {
			return current
		}
		better, lighter := w.step(v, current, weight)
		if better == nil {
			return nil
		}
		current, weight = better, lighter
		v = w.with(current)
	}
	return nil
}

func (w *walker) with(stored map[string]any) *forms.View {
	scope := w.scope
	scope.Answers = stored
	v, err := w.form.Graph.Run(scope)
	if err != nil {
		return &forms.View{Form: w.form.Graph.Form(), Scope: scope}
	}
	return v
}

// stopped is the weight of a stop: more than of all problems that a page may have.
const stopped = 1000

// weight is how much keeps one on the page.
func (w *walker) weight(v *forms.View) int {
	n := 0
	for _, p := range w.form.Graph.Validate(v, w.page) {
		if !p.Soft {
			n++
		}
	}
	if v.Stopped[w.page] {
		n += stopped
	}
	return n
}

// step finds one answer whose change takes away what is wrong at a place: of the field that is wrong first, then of all on the page. It
// may bring new questions, but the fewest.
func (w *walker) step(v *forms.View, current map[string]any, weight int) (map[string]any, int) {
	var best map[string]any
	least := weight
	try := func(at forms.Pointer, wrong forms.Pointer) bool {
		f := v.Form.FieldAt(at)
		if f == nil || f.ReadOnly {
			return false
		}
		for _, value := range w.form.words.candidates(v, f, at) {
			next := with(current, at, value)
			seen := w.with(next)
			n := w.weight(seen)
			if gone := at == wrong && n < stopped && !w.wrongAt(seen, wrong); n < least || gone && best == nil {
				best, least = next, n
			}
			if least < weight {
				return true
			}
		}
		return best != nil
	}
	for _, p := range w.form.Graph.Validate(v, w.page) {
		if !p.Soft && try(p.Pointer, p.Pointer) {
			return best, least
		}
	}
	for _, f := range w.form.words.posted {
		if !v.Shows(f) {
			continue
		}
		for _, at := range journey.Concrete(current, f.Pointer) {
			if p := f.Page.For(at); p != nil && p.ID == w.page && try(at, "") {
				return best, least
			}
		}
	}
	return nil, 0
}

func (w *walker) wrongAt(v *forms.View, at forms.Pointer) bool {
	return slices.ContainsFunc(w.form.Graph.Validate(v, w.page), func(p forms.Problem) bool { return !p.Soft && p.Pointer == at })
}
