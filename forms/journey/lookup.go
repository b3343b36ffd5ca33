package journey

import (
	"maps"

	"samtjanst/forms"
)

// TakeLookup keeps what a register said about what stands at a place of a field and fills in what it told; the scope is left as it is. A value that the
// form would not accept (a name longer than its field) is left out, so that nobody stands before a wrong answer that cannot be changed.
func (g *Graph) TakeLookup(scope forms.Scope, f *forms.Field, at forms.Pointer, key string, reply forms.LookupReply) (answers, facts map[string]any, err error) {
	for range 2 {
		answers = forms.CopyObject(scope.Answers)
		facts = forms.TakeLookup(f, at, key, reply, answers, scope.Facts)
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
		for name, to := range f.Fills(at) {
			if _, has := forms.Lookup(answers, to); has && wrong[to] {
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

// PickLookup takes one of the choices of the look-up at a place of a field for what the register said, by its id; the scope is left as it is. False when
// there is no such choice, or none of what now stands in the field.
func (g *Graph) PickLookup(scope forms.Scope, f *forms.Field, at forms.Pointer, id string) (answers, facts map[string]any, picked bool, err error) {
	r, asked := forms.LookedUp(f, at, scope.Answers, scope.Facts)
	c, there := r.Choice(id)
	if !asked || !there {
		return scope.Answers, scope.Facts, false, nil
	}
	keyed := forms.Edit(scope.Answers)
	keyed.Put(at, c.Key)
	scope.Answers = keyed.Answers()
	answers, facts, err = g.TakeLookup(scope, f, at, c.Key, r.PickedReply(c))
	return answers, facts, true, err
}
