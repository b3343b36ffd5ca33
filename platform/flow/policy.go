package flow

import (
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// Policy says what happens to open applications when a new version is published.
type Policy struct {
	Kind    string `json:"kind"`
	Mapping []Move `json:"mapping,omitempty"` // of Migrate
}

// Kinds of policy.
const (
	Keep    = "keep"    // they stay with the version they were begun with
	Migrate = "migrate" // they are moved to the new version when they are opened next
	Restart = "restart" // they can be read, and must be begun anew
)

// Move says where an answer goes. Pointers are those of forms: "*" is any row, and From and To have equally many of them.
type Move struct {
	From forms.Pointer `json:"from,omitempty"` // "" for a default
	To   forms.Pointer `json:"to,omitempty"`   // "": the answer is dropped
	// Default is what stands at To where nothing was answered; nil for nothing.
	Default any `json:"default,omitempty"`
}

// maxMoves bounds a mapping.
const maxMoves = 200

// check tells what is wrong with a policy for going from earlier versions to another; problems have the pointer "/policy".
func (p Policy) check(from []*forms.Form, to *forms.Form) []forms.Problem {
	bad := func(code string, at forms.Pointer) []forms.Problem {
		return []forms.Problem{{Pointer: "/policy", Code: code, Params: map[string]any{"pointer": string(at)}}}
	}
	if !slices.Contains([]string{Keep, Migrate, Restart}, p.Kind) {
		return bad(forms.NotAnOption, "")
	}
	if p.Kind != Migrate && len(p.Mapping) > 0 || len(p.Mapping) > maxMoves {
		return bad(forms.NotAllowed, "")
	}
	rows := func(at forms.Pointer) (n int) {
		for _, t := range at.Tokens() {
			if t == "*" {
				n++
			}
		}
		return n
	}
	for _, m := range p.Mapping {
		switch {
		case m.From == "" && m.To == "", m.From == "" && m.Default == nil:
			return bad(forms.NotAllowed, "")
		case m.From != "" && !slices.ContainsFunc(from, func(f *forms.Form) bool { return f.Fields[m.From] != nil }):
			return bad(forms.NotAnOption, m.From)
		case m.To != "" && to.Fields[m.To] == nil:
			return bad(forms.NotAnOption, m.To)
		case m.From != "" && m.To != "" && rows(m.From) != rows(m.To), m.From == "" && rows(m.To) > 0:
			return bad(forms.NotAllowed, m.To)
		}
	}
	return nil
}

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
	for range maxMoves {
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
