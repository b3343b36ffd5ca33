package journey

import (
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/expr"
	"samtjanst/platform/fault"
)

// Dispatches are the form's whose conditions hold on the answers. To whom a decision is sent on is law, so a condition that cannot be read
// is an error (fault.Invalid).
func (g *Graph) Dispatches(v *forms.View) ([]forms.Dispatch, error) {
	var out []forms.Dispatch
	for _, d := range g.form.Def.Meta.Dispatch {
		holds, err := given(d.When, v)
		if err != nil {
			return nil, fault.Wrap("journey.Dispatches", err)
		}
		if holds {
			out = append(out, d)
		}
	}
	return out, nil
}

// LetterTo is one of the form's letters with those to whom it goes.
type LetterTo struct {
	forms.Letter
	Recipients []Recipient
}

// Recipient is somebody whom a letter goes to.
type Recipient struct {
	Name    string
	Address []string // lines; none when nobody knows it
}

// Letters are the form's whose conditions hold on the answers, with their recipients: To gives a list of objects with name and address, the
// address a text of lines or a list of them. What cannot be read is fault.Invalid.
func (g *Graph) Letters(v *forms.View) ([]LetterTo, error) {
	const op = "journey.Letters"
	var out []LetterTo
	for _, l := range g.form.Def.Meta.Letters {
		holds, err := given(l.When, v)
		if err != nil {
			return nil, fault.Wrap(op, err)
		}
		if !holds {
			continue
		}
		to, err := expr.For(g.form.Def).Compile(l.To)
		if err != nil {
			return nil, fault.Newf(op, fault.Invalid, "letter %s: %w", l.ID, err)
		}
		value, _, err := to.Eval(visibleScope(v), v.Computed)
		if err != nil {
			return nil, fault.Newf(op, fault.Invalid, "letter %s: %w", l.ID, err)
		}
		list, _ := value.([]any)
		one := LetterTo{Letter: l}
		for _, e := range list {
			m, ok := e.(map[string]any)
			if !ok {
				return nil, fault.Newf(op, fault.Invalid, "letter %s: to gives something that is no object", l.ID)
			}
			one.Recipients = append(one.Recipients, recipient(m))
		}
		out = append(out, one)
	}
	return out, nil
}

func recipient(m map[string]any) Recipient {
	var r Recipient
	r.Name, _ = m["name"].(string)
	var lines []any
	switch a := m["address"].(type) {
	case string:
		for _, l := range strings.Split(a, "\n") {
			lines = append(lines, l)
		}
	case []any:
		lines = a
	}
	for _, l := range lines {
		if s, _ := l.(string); strings.TrimSpace(s) != "" {
			r.Address = append(r.Address, strings.TrimSpace(s))
		}
	}
	return r
}

// given reports whether a condition holds on what is shown; one that is absent does.
func given(c *forms.Condition, v *forms.View) (bool, error) {
	if c == nil {
		return true, nil
	}
	holds, err := compileCondition(c)
	if err != nil {
		return false, err
	}
	return holds(scopeOf(v, nil)), nil
}
