package journey

import (
	"slices"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// Grounds are the ids of the grounds that a decision rests on by what is answered; nil when whoever decides chooses among them. There is
// nothing to choose where the form has one ground, or says under which conditions there are which. A condition that cannot be read is
// fault.Invalid.
func (g *Graph) Grounds(v *forms.View) ([]string, error) {
	all := g.form.Def.Meta.Decision.Grounds
	said := func(d forms.DecisionGround) bool { return d.When != nil }
	if len(all) != 1 && !slices.ContainsFunc(all, said) {
		return nil, nil
	}
	var out []string
	for _, d := range all {
		holds, err := given(d.When, v)
		if err != nil {
			return nil, fault.Wrap("journey.Grounds", err)
		}
		if holds {
			out = append(out, d.ID)
		}
	}
	return out, nil
}
