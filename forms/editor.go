package forms

import (
	"maps"
	"reflect"
	"slices"
)

// Answers are values: what somebody holds is never changed under his hands. Who changes an answer makes new answers, which share with
// the ones before all that did not change. So a draft with a thousand rows of which one is changed costs that row, not a copy of all,
// and two versions tell by what they share where they do not differ (Changes).

// Editor makes new answers from others and leaves those as they are: an object or a list is copied when something in it is first
// changed, and once.
type Editor struct {
	root map[string]any
	mine map[Pointer]bool // the places below the root whose object or list is the editor's own
}

// Edit begins with answers as they are; nil is empty.
func Edit(answers map[string]any) *Editor {
	e := &Editor{root: maps.Clone(answers)}
	if e.root == nil {
		e.root = map[string]any{}
	}
	return e
}

// Answers are the new ones. The object is the same for every call, with what has been changed until then in it; its own entries may be
// set and deleted directly, but not what stands in them.
func (e *Editor) Answers() map[string]any { return e.root }

// Put is the function Put.
func (e *Editor) Put(at Pointer, value any) bool {
	if at == "" || !e.own(at.Up(), true) || !put(e.root, at, value) {
		return false
	}
	e.disown(at)
	return true
}

// Remove is the function Remove.
func (e *Editor) Remove(at Pointer) {
	if _, ok := Lookup(e.root, at); ok && at != "" && e.own(at.Up(), false) {
		Remove(e.root, at)
		e.disown(at)
	}
}

// own makes what stands at a place, and what it stands in, the editor's. With needed, objects that lack are made on the way. False when
// something else than an object or an existing row stands there.
func (e *Editor) own(at Pointer, needed bool) bool {
	if at == "" || e.mine[at] {
		return true
	}
	if !e.own(at.Up(), needed) {
		return false
	}
	value, _ := Lookup(e.root, at)
	switch x := value.(type) {
	case map[string]any:
		value = maps.Clone(x)
	case []any:
		value = slices.Clone(x)
	case nil:
		if !needed {
			return false
		}
		value = map[string]any{}
	default:
		return false
	}
	if !put(e.root, at, value) {
		return false
	}
	if e.mine == nil {
		e.mine = map[Pointer]bool{}
	}
	e.mine[at] = true
	return true
}

// disown forgets a place where another value has come: it may be somebody else's.
func (e *Editor) disown(at Pointer) {
	if !e.mine[at] {
		return // nor is anything below it
	}
	maps.DeleteFunc(e.mine, func(p Pointer, _ bool) bool { return p.Within(at) })
}

// put sets a value in an object or list that is there.
func put(root map[string]any, at Pointer, value any) bool {
	up, ok := Lookup(root, at.Up())
	if !ok {
		return false
	}
	switch x := up.(type) {
	case map[string]any:
		x[at.Last()] = value
		return true
	case []any:
		n, ok := rowIndex(at.Last(), len(x))
		if ok {
			x[n] = value
		}
		return ok
	}
	return false
}

// Changes lists the places at which two JSON values differ, each as far down as both have something to compare: an entry of an object
// that came or went, a list of another length as a whole. What both share is not looked into. They come in no order.
func Changes(before, after any) []Pointer { return changes(nil, "", before, after) }

func changes(out []Pointer, at Pointer, a, b any) []Pointer {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return append(out, at)
		}
		if shared(x, y) {
			return out
		}
		for k, v := range x {
			w, has := y[k]
			switch {
			case !has:
				out = append(out, at.Join(k))
			case holds(v) || holds(w):
				out = changes(out, at.Join(k), v, w)
			case v != w:
				out = append(out, at.Join(k))
			}
		}
		for k := range y {
			if _, had := x[k]; !had {
				out = append(out, at.Join(k))
			}
		}
		return out
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return append(out, at)
		}
		if shared(x, y) {
			return out
		}
		for i, v := range x {
			if !Same(v, y[i]) { // most rows are: no pointer is made for them
				out = changes(out, at.Index(i), v, y[i])
			}
		}
		return out
	}
	if holds(b) || a != b {
		out = append(out, at)
	}
	return out
}

// holds reports whether a value is an object or a list, which cannot be compared with ==.
func holds(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// Same reports whether two values are the same for sure: one object or list (not only alike, and an empty list never), or equal scalars.
// It looks into nothing.
func Same(a, b any) bool { return shared(a, b) || !holds(a) && !holds(b) && a == b }

func shared(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && reflect.ValueOf(x).UnsafePointer() == reflect.ValueOf(y).UnsafePointer()
	case []any:
		y, ok := b.([]any)
		return ok && len(x) == len(y) && len(x) > 0 && &x[0] == &y[0]
	}
	return false
}
