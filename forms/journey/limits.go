package journey

import (
	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/timelimit"
)

// Limits are the rules of the form's time limits whose conditions hold on the answers, each with what the answers say of when it begins. A
// limit is law, so a condition or an answer that cannot be read is an error (fault.Invalid) and not a limit that nobody hears of.
func (g *Graph) Limits(v *forms.View) ([]timelimit.Rule, error) {
	const op = "journey.Limits"
	rules, err := g.form.Def.Meta.LimitRules()
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []timelimit.Rule
	for _, r := range rules {
		if r.When != nil {
			holds, err := compileCondition(r.When)
			if err != nil {
				return nil, fault.Wrap(op, err)
			}
			if !holds(scopeOf(v, nil)) {
				continue
			}
		}
		if pointer, ok := r.Pointer(); ok {
			value, _ := forms.Lookup(v.Answers, forms.Pointer(pointer))
			if s, _ := value.(string); s != "" {
				if r.Begins, err = timelimit.ParseMoment(s); err != nil {
					return nil, fault.Newf(op, fault.Invalid, "limit %s: %s is no date", r.ID, pointer)
				}
			}
		}
		out = append(out, r.Rule)
	}
	return out, nil
}
