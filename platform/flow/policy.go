package flow

import (
	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// What becomes of open applications is said in the same words by who publishes in the builder and by the files of a form (forms.DraftPolicy).
type (
	Policy = forms.DraftPolicy
	Move   = forms.DraftMove
)

// Kinds of policy.
const (
	Keep    = forms.KeepDrafts
	Migrate = forms.MigrateDrafts
	Restart = forms.RestartDrafts
)

// maxTurns bounds how many answers that no longer fit are taken away, one by one.
const maxTurns = 200

// carried is what came of an application that was moved to another version.
type carried struct {
	answers map[string]any
	again   []forms.Pointer // answers that were given and no longer fit what is asked there
	lost    int             // answers that nothing asks for any more, and that no mapping speaks of
}

// clean reports whether every answer came along.
func (c carried) clean() bool { return len(c.again) == 0 && c.lost == 0 }

// carry moves answers to a version: by the mapping, and then without what that version cannot hold. scope has the answers and what
// conditions read; it is not changed. An error is a mistake in the form's own expressions.
func carry(to *Graph, scope forms.Scope, mapping []Move) (carried, error) {
	out := carried{answers: mapped(scope.Answers, mapping)}
	scope.Answers = out.answers
	// What is taken away may change what is shown and so what is judged; each turn takes something, and there is an end to that.
	for range maxTurns {
		view, err := to.Run(scope)
		if err != nil {
			return out, err
		}
		again := false
		for _, p := range to.Validate(view, "") {
			if p.Soft || p.Code == forms.Required {
				continue
			}
			at := p.Pointer
			for at != "" { // what is wrong within rows or objects is wrong with the nearest thing that stands there
				if _, there := forms.Lookup(scope.Answers, at); there {
					break
				}
				at = at.Up()
			}
			if at == "" {
				continue
			}
			if to.Form.FieldAt(at) != nil {
				out.again = append(out.again, at)
			} else {
				out.lost++
			}
			take(out.answers, at)
			again = true
			break
		}
		if !again {
			return out, nil
		}
	}
	return out, nil
}

// take removes a value; one within a list goes with the list, since a list without it would say something else.
func take(answers map[string]any, at forms.Pointer) {
	for {
		up, ok := forms.Lookup(answers, at.Up())
		if _, object := up.(map[string]any); ok && object {
			forms.Remove(answers, at)
			return
		}
		if at = at.Up(); at == "" {
			return
		}
	}
}

// mapped makes the moves on a copy of the answers, all from what stood there before.
func mapped(answers map[string]any, mapping []Move) map[string]any {
	out := forms.CopyObject(answers)
	for _, m := range mapping {
		for _, at := range concrete(answers, m.From) {
			forms.Remove(out, at)
		}
	}
	for _, m := range mapping {
		if m.To == "" {
			continue
		}
		for _, at := range concrete(answers, m.From) {
			if v, ok := forms.Lookup(answers, at); ok {
				forms.Put(out, withRows(m.To, at, m.From), forms.Copy(v))
			}
		}
		if _, there := forms.Lookup(out, m.To); !there && m.Default != nil {
			forms.Put(out, m.To, forms.Copy(m.Default))
		}
	}
	return out
}

func concrete(answers map[string]any, pattern forms.Pointer) []forms.Pointer {
	if pattern == "" {
		return nil
	}
	return journey.Concrete(answers, pattern)
}

// withRows puts the row numbers of a concrete pointer into another pattern.
func withRows(to, at, from forms.Pointer) forms.Pointer {
	var numbers []string
	tokens := at.Tokens()
	for i, t := range from.Tokens() {
		if t == "*" && i < len(tokens) {
			numbers = append(numbers, tokens[i])
		}
	}
	var out forms.Pointer
	for _, t := range to.Tokens() {
		if t == "*" && len(numbers) > 0 {
			t, numbers = numbers[0], numbers[1:]
		}
		out = out.Join(t)
	}
	return out
}
