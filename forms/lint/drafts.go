package lint

import (
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
)

// drafts checks what is said of applications that are begun, as far as one form can tell: what an earlier one had is compared by form diff, and
// at the start that publishes.
func (l *linter) drafts() {
	named := map[string]bool{}
	for i, s := range l.def.Meta.Drafts {
		at := "/drafts/" + strconv.Itoa(i)
		switch {
		case s.From != "" && !s.NamesVersion():
			l.inForm(at+"/from", "the first 12 digits of its hash, in quotes, as samtjanst form diff says them", "%q names no version", s.From)
		case named[s.From] && s.From == "":
			l.inForm(at, "say from which version", "a second entry for whichever version no other names")
		case named[s.From]:
			l.inForm(at+"/from", "keep one of them", "a second entry for the version %s", s.From)
		}
		named[s.From] = true
		switch {
		case !slices.Contains(forms.DraftPolicies, s.Policy):
			l.inForm(at+"/policy", "write "+strings.Join(forms.DraftPolicies, ", "), "policy %q", s.Policy)
		case s.From == "" && s.Policy != forms.KeepDrafts:
			l.inForm(at+"/policy", "from: the version that this form is published in place of, as samtjanst form diff says it",
				"without from every later version would %s applications again", s.Policy)
		case s.Policy != forms.MigrateDrafts && len(s.Mapping) > 0:
			l.inForm(at+"/mapping", "a mapping goes with migrate", "nothing is moved by %s", s.Policy)
		default:
			l.moves(s.Mapping, at+"/mapping/")
		}
	}
}

func (l *linter) moves(mapping []forms.DraftMove, at string) {
	for i, m := range mapping {
		one := forms.DraftPolicy{Kind: forms.MigrateDrafts, Mapping: []forms.DraftMove{m}}
		path := at + strconv.Itoa(i)
		switch {
		case m.From != "" && m.From[0] != '/':
			l.inForm(path+"/from", "write a pointer, /elev/skola", "%q is no pointer", m.From)
		case m.To != "" && l.form.Fields[m.To] == nil:
			mend := "name a field of this form"
			if near := tree.Nearest(string(m.To), l.fieldPointers()); near != "" {
				mend = "did you mean " + near + "?"
			}
			l.inForm(path+"/to", mend, "there is no field %s to move to", m.To)
		case len(one.Check(nil, l.form)) > 0:
			l.inForm(path, "{from, to} moves within as many rows, {from} drops, {to, default} gives a value outside rows", "a move that cannot be made")
		}
	}
}

// fieldPointers are where something is asked.
func (l *linter) fieldPointers() []string {
	var out []string
	for at := range l.form.Fields {
		out = append(out, string(at))
	}
	slices.Sort(out)
	return out
}
