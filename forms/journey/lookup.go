package journey

import (
	"maps"

	"samtjanst/forms"
)

// TakeLookup keeps what a register said about a field's value and fills in what it told; the scope is left as it is. A value that the
// form would not accept (a name longer than its field) is left out, so that nobody stands before a wrong answer that cannot be changed.
func (g *Graph) TakeLookup(scope forms.Scope, f *forms.Field, key string, reply forms.LookupReply) (answers, facts map[string]any, err error) {
	for range 2 {
		answers = forms.CopyObject(scope.Answers)
		facts = forms.TakeLookup(f, key, reply, answers, scope.Facts)
		filled := scope
		filled.Answers, filled.Facts = answers, facts
		view, err := g.Run(filled)
		if err != nil {
			return nil, nil, err
		}
		wrong := map[forms.Pointer]bool{}
		for _, p := range g.Validate(view, "") {
			wrong[p.Pointer] = wrong[p.Pointer] || !p.Soft
		}
		sound := maps.Clone(reply.Values)
		for name, at := range f.Lookup.Fills {
			if _, has := forms.Lookup(answers, at); has && wrong[at] {
				delete(sound, name)
			}
		}
		if len(sound) == len(reply.Values) {
			break
		}
		reply.Values = sound
	}
	return answers, facts, nil
}
