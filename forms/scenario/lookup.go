package scenario

import (
	"time"

	"samtjanst/forms"
)

// Said is what a register says about one key.
type Said struct {
	Status   string            `yaml:"status"`   // "found" when not said ("choose" with choices), or "not-own", "too-short"
	Values   map[string]string `yaml:"values"`   // by the register's own names: {name: Provbageriet AB}
	Unread   []string          `yaml:"unread"`   // names that it cannot tell now
	Warnings []string          `yaml:"warnings"` // "deregistered", "winding-up", "several", or others of its own
	Choices  []SaidChoice      `yaml:"choices"`  // several that fit, of which the person picks one
}

// SaidChoice is one of several things that fit a key.
type SaidChoice struct {
	ID     string            `yaml:"id"`     // by which a step picks it
	Label  string            `yaml:"label"`  // what the person reads
	Key    string            `yaml:"key"`    // what the field holds when it is picked
	Values map[string]string `yaml:"values"` // by the register's own names
	Unread []string          `yaml:"unread"` // names that it cannot tell now
}

// Reply is a register of the scenario's asked about a key: one that the scenario does not have does not answer, and a key that it does
// not have is not there.
func (s Scenario) Reply(from, key string) forms.LookupReply {
	out := forms.LookupReply{Status: forms.LookupUnavailable, Source: from}
	out.At, _ = time.Parse(time.DateOnly, s.Today) // a scenario without a day has been told of
	register, up := s.Registers[from]
	if !up {
		return out
	}
	said, there := register[key]
	out.Status = forms.LookupMissing
	if there {
		out.Status, out.Values, out.Unread, out.Warnings = forms.LookupFound, said.Values, said.Unread, said.Warnings
	}
	for _, c := range said.Choices {
		out.Status = forms.LookupChoose
		out.Choices = append(out.Choices, forms.LookupChoice{ID: c.ID, Label: c.Label, Key: c.Key, Values: c.Values, Unread: c.Unread})
	}
	if said.Status != "" {
		out.Status = forms.LookupStatus(said.Status)
	}
	return out
}

// lookUp presses the button beside a field: what is wrong with the field is told and nothing asked, else what the register says is filled
// in. What else is missing on the page is not told by pressing it.
func (r *runner) lookUp(where string, at forms.Pointer, v *forms.View, problems []forms.Problem) []forms.Problem {
	f := v.Form.FieldAt(at)
	if f == nil || f.Lookup == nil || !v.ShowsAt(f, at) {
		r.fail("%s: %s has no look-up", where, at)
		return nil
	}
	var out []forms.Problem
	for _, p := range problems {
		if p.Pointer == at {
			out = append(out, p)
		}
	}
	key, _ := forms.Lookup(v.Answers, at)
	text, _ := key.(string)
	if text == "" && len(out) == 0 {
		out = append(out, forms.Problem{Pointer: at, Code: forms.Required})
	}
	if len(out) > 0 {
		return out
	}
	answers, facts, err := r.graph.TakeLookup(r.scope, f, at, text, r.scenario.Reply(f.Lookup.From, text))
	if err != nil {
		r.fail("%s: the form cannot be run: %v", where, err)
		return nil
	}
	r.scope.Answers, r.scope.Facts = answers, facts
	return nil
}

// pick marks one of the choices beside each field and takes them.
func (r *runner) pick(where string, picks map[string]string) {
	for pointer, id := range picks {
		f := r.view().Form.FieldAt(forms.Pointer(pointer))
		if f == nil || f.Lookup == nil {
			r.fail("%s: %s has no look-up", where, pointer)
			return
		}
		answers, facts, picked, err := r.graph.PickLookup(r.scope, f, forms.Pointer(pointer), id)
		if err != nil || !picked {
			r.fail("%s: %s has no choice %q: %v", where, pointer, id, err)
			return
		}
		r.scope.Answers, r.scope.Facts = answers, facts
	}
}
