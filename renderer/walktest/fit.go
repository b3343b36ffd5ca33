package walktest

import (
	"net/url"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
)

// Fit gives answers with which a page lets one through, whatever facts there are: those of a real draft, as the platform has them. What
// is answered already stays where it is right. nil when there are none to be found.
func (w *Form) Fit(scope forms.Scope, page string) map[string]any {
	one := &walker{form: w, scope: scope, page: page, seen: seenGoals{}, report: &Report{}}
	return one.mended(one.with(scope.Answers))
}

// Post is what a browser with script posts of a page to turn what is stored into answers that Fit gave: rows that are not stored yet have
// keys of the browser's own.
func (w *Form) Post(stored, fitted *forms.View, page string) url.Values {
	post := answers.Encode(fitted, page, nil)
	for _, f := range w.words.posted {
		for _, at := range everywhere(fitted.Scope.Answers, f) {
			value, _ := forms.Lookup(stored.Scope.Answers, at)
			list, _ := value.([]any)
			renewed(post, at, len(list))
		}
	}
	return post
}

// renewed gives the rows of a list after so many of them keys of new ones.
func renewed(post url.Values, rows forms.Pointer, stored int) {
	keys := post[answers.RowKey(rows)]
	for i := stored; i < len(keys); i++ {
		from, to := string(rows)+"/"+keys[i], string(rows)+"/n"+rowNumber(i)
		keys[i] = "n" + rowNumber(i)
		for control, values := range post {
			if at := strings.Index(control, from); at == 1 && (len(control) == at+len(from) || control[at+len(from)] == '/') {
				delete(post, control)
				post[control[:1]+to+control[1+len(from):]] = slices.Clone(values)
			}
		}
	}
}
