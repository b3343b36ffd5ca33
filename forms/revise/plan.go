package revise

import (
	"slices"
	"strconv"

	"samtjanst/platform/fault"
)

// step is a change that is made by one splice: a value is replaced, or a member or item added or removed. The object or list that
// something is added to is there.
type step struct {
	op    stepKind
	at    []string // of what is replaced or removed; of the list or object that is added to
	name  string   // added member
	index int      // added item
	value any
}

type stepKind uint8

const (
	replace stepKind = iota
	remove
	addMember
	addItem
)

// plan divides a change into steps, and tells what the file shall hold afterwards.
func plan(old any, op Op, tokens []string, v any) ([]step, any, error) {
	if len(tokens) == 0 {
		return nil, nil, notThere(tokens)
	}
	up, last := tokens[:len(tokens)-1], tokens[len(tokens)-1]
	var steps []step
	switch op {
	case Remove:
		if _, there := lookup(old, tokens); !there {
			return nil, old, nil
		}
		steps = []step{{op: remove, at: tokens}}
	case Insert:
		list, there := lookup(old, up)
		items, ok := list.([]any)
		if there && list == nil || !there { // no list yet
			return plan(old, Set, up, []any{v})
		}
		i, inside := index(last, len(items)+1)
		if last == "-" {
			i, inside = len(items), true
		}
		if !ok || !inside {
			return nil, nil, notThere(tokens)
		}
		steps = []step{{op: addItem, at: up, index: i, value: v}}
	case Set:
		if have, there := lookup(old, tokens); there {
			steps = differences(tokens, have, v)
			break
		}
		for { // the nearest object that is there
			have, there := lookup(old, up)
			if there && have == nil {
				steps = []step{{op: replace, at: up, value: Object{{last, v}}}}
				break
			}
			if _, ok := have.(Object); there && !ok {
				return nil, nil, notThere(tokens)
			} else if ok {
				steps = []step{{op: addMember, at: up, name: last, value: v}}
				break
			}
			v, up, last = Object{{last, v}}, up[:len(up)-1], up[len(up)-1]
		}
	default:
		return nil, nil, fault.Newf("revise.Apply", fault.Invalid, "no operation %q", op)
	}
	want := old
	for _, s := range steps {
		want = s.on(want, s.at)
	}
	return steps, want, nil
}

func notThere(tokens []string) error {
	return fault.Newf("revise.Apply", fault.NotFound, "nothing stands at %q", pointer(tokens))
}

// differences turns one value into another with as few steps as keep what is the same.
func differences(at []string, old, v any) []step {
	if same(old, v) {
		return nil
	}
	below := func(t string) []string { return append(slices.Clone(at), t) }
	switch v := v.(type) {
	case Object:
		have, ok := old.(Object)
		if !ok || len(have) == 0 || len(v) == 0 {
			break
		}
		var steps []step
		for _, m := range have {
			if now, stays := v.Get(m.Name); stays {
				steps = append(steps, differences(below(m.Name), m.Value, now)...)
			}
		}
		kept := 0
		for _, m := range v {
			if _, there := have.Get(m.Name); there {
				kept++
			} else {
				steps = append(steps, step{op: addMember, at: at, name: m.Name, value: m.Value})
			}
		}
		if kept == 0 { // nothing of the old one
			break
		}
		for _, m := range have {
			if _, stays := v.Get(m.Name); !stays {
				steps = append(steps, step{op: remove, at: below(m.Name)})
			}
		}
		if inOrder(at, old, steps, v) {
			return steps
		}
	case []any:
		have, ok := old.([]any)
		if !ok || len(have) == 0 || len(v) == 0 {
			break
		}
		front := 0
		for front < min(len(have), len(v)) && same(have[front], v[front]) {
			front++
		}
		back := 0
		for back < min(len(have), len(v))-front && same(have[len(have)-1-back], v[len(v)-1-back]) {
			back++
		}
		var steps []step
		i := front
		for ; i < min(len(have), len(v))-back; i++ {
			steps = append(steps, differences(below(strconv.Itoa(i)), have[i], v[i])...)
		}
		for n := i; n < len(v)-back; n++ {
			steps = append(steps, step{op: addItem, at: at, index: n, value: v[n]})
		}
		for n := len(have) - back - 1; n >= i; n-- {
			steps = append(steps, step{op: remove, at: below(strconv.Itoa(n))})
		}
		return steps
	}
	return []step{{op: replace, at: at, value: v}}
}

// inOrder reports whether the steps give the keys in the order asked for: a key that is added stands last.
func inOrder(at []string, old any, steps []step, want any) bool {
	for _, s := range steps {
		old = s.on(old, s.at[len(at):])
	}
	return same(old, want)
}

// on makes the step on content.
func (s step) on(v any, at []string) any {
	if len(at) == 0 || len(at) == 1 && s.op == remove {
		switch x := v.(type) {
		case Object:
			switch s.op {
			case addMember:
				return append(slices.Clone(x), Member{s.name, s.value})
			case remove:
				return slices.DeleteFunc(slices.Clone(x), func(m Member) bool { return m.Name == at[0] })
			}
		case []any:
			switch s.op {
			case addItem:
				return slices.Insert(slices.Clone(x), s.index, s.value)
			case remove:
				i, _ := index(at[0], len(x)) // plan has found it
				return slices.Delete(slices.Clone(x), i, i+1)
			}
		}
		return s.value
	}
	switch x := v.(type) {
	case Object:
		x = slices.Clone(x)
		for i := range x {
			if x[i].Name == at[0] {
				x[i].Value = s.on(x[i].Value, at[1:])
			}
		}
		return x
	case []any:
		x = slices.Clone(x)
		if i, ok := index(at[0], len(x)); ok {
			x[i] = s.on(x[i], at[1:])
		}
		return x
	}
	return v
}
