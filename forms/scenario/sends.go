package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"samtjanst/forms"
)

// sends holds what the decision rests on, where it is sent on, and who gets which letter, to what is expected.
func (r *runner) sends(e Expect, v *forms.View) {
	if e.Grounds != nil {
		grounds, err := r.graph.Grounds(v)
		if err != nil {
			r.fail("grounds: %v", err)
		}
		r.differ("grounds", list(e.Grounds), list(grounds))
	}
	if e.Dispatch != nil {
		to := []any{}
		all, err := r.graph.Dispatches(v)
		if err != nil {
			r.fail("dispatch: %v", err)
		}
		for _, d := range all {
			to = append(to, d.To)
		}
		r.differ("dispatch", list(e.Dispatch), to)
	}
	if e.Letters == nil {
		return
	}
	all, err := r.graph.Letters(v)
	if err != nil {
		r.fail("letters: %v", err)
		return
	}
	want, got := map[string]any{}, map[string]any{}
	for id, names := range e.Letters {
		want[id] = list(names)
	}
	for _, l := range all {
		names := []any{}
		for _, to := range l.Recipients {
			names = append(names, to.Name)
		}
		got[l.ID] = names
	}
	r.differ("letters", any(want), any(got))
}

var placeholder = regexp.MustCompile(`\{\{\s*([a-zA-Z.]+)\s*\}\}`)

// documents fills in what is computed, and looks for what must stand there and what must not. Other placeholders are left as they are
// written.
func (r *runner) documents(e Expect, v *forms.View) {
	form := r.graph.Form()
	for _, name := range slices.Sorted(maps.Keys(e.Documents)) {
		text, ok := form.Def.Documents[name]["sv"]
		if !ok {
			r.fail("documents: there is no document %q", name)
			continue
		}
		reads := v
		if slices.ContainsFunc(form.Def.Meta.Letters, func(l forms.Letter) bool { return l.Document == name }) {
			reads = r.withoutOfficers(v)
		}
		text = placeholder.ReplaceAllStringFunc(text, func(tag string) string {
			hole := placeholder.FindStringSubmatch(tag)[1]
			computed, is := strings.CutPrefix(hole, "computed.")
			switch value, there := reads.Computed[computed]; {
			case hole == "subject":
				return r.graph.Subject(reads)
			case !is:
				return tag
			case !there:
				r.fail("document %s: %s is absent, and a document has no holes", name, hole)
				return tag
			default:
				return fmt.Sprint(value)
			}
		})
		for _, s := range e.Documents[name].Says {
			if !strings.Contains(text, s) {
				r.fail("document %s does not say %q:\n%s", name, s, text)
			}
		}
		for _, s := range e.Documents[name].Lacks {
			if strings.Contains(text, s) {
				r.fail("document %s says %q:\n%s", name, s, text)
			}
		}
	}
}

// withoutOfficers is the form without what was answered for the officer alone.
func (r *runner) withoutOfficers(v *forms.View) *forms.View {
	raw, err := json.Marshal(v.Answers)
	var left any
	if err == nil {
		err = forms.UnmarshalExact(raw, &left)
	}
	answers, ok := left.(map[string]any)
	if err != nil || !ok {
		r.fail("documents: the answers cannot be copied: %v", err)
		return v
	}
	for at, f := range r.graph.Form().Fields {
		if f.Audience == "officer" {
			forms.Remove(answers, at)
		}
	}
	scope := v.Scope
	scope.Answers = answers
	out, err := r.graph.Run(scope)
	if err != nil {
		r.fail("documents: the form cannot be run: %v", err)
		return v
	}
	return out
}
