package journey

import (
	"slices"
	"strconv"

	"samtjanst/forms"
)

// What hangs on the row it stands in is decided once for each row. What stands within a variant or a tuple hangs on more than its rows:
// its value is there in one of the variants only, and a list has no holes.

// options gives a field the options that its expression makes; where that reads the row, each row its own, and rows that are not stored
// those of an empty one.
func (r *run) options(n *node) {
	f, v := n.field, r.view
	if !v.Shows(f) {
		return
	}
	if rows := rowsOf(f); rows != nil && n.program.ByRow() {
		asBefore := r.settledRows(n, rows)
		asBefore.none = asBefore.none || r.before.Failed[n.name] != "" // in which row is not kept
		for _, at := range Concrete(v.Answers, rows.Pointer+"/*") {
			row, _ := forms.Lookup(v.Answers, at)
			own, isRow := row.(map[string]any)
			if !isRow {
				continue
			}
			var options []forms.Option
			for _, place := range Concrete(own, f.Pointer[len(rows.Pointer)+len("/*"):]) {
				key := forms.OptionsKey(f, at+place)
				if kept, ok := r.optionsBefore(asBefore, at, key); ok {
					v.Options[key] = kept
					continue
				}
				if options == nil {
					value, _ := r.evalRow(n, own)
					options = optionsOf(value)
				}
				v.Options[key] = options
			}
		}
		value, _ := r.evalRow(n, map[string]any{})
		v.Options[f.ID] = optionsOf(value)
		return
	}
	was, now := r.earlier(n), &r.past.nodes[n.index]
	value, _ := r.eval(n)
	if was != nil {
		now.options = was.options
	} else {
		now.options = optionsOf(value)
	}
	v.Options[f.ID] = now.options
}

// optionsBefore gives the options that a place in a row had before, where they are as they were.
func (r *run) optionsBefore(asBefore settled, row forms.Pointer, key string) ([]forms.Option, bool) {
	if !asBefore.at(row) {
		return nil, false
	}
	kept, ok := r.before.Options[key]
	return kept, ok
}

// fact gives a shown fact its value; where its expression reads the row, on the page of each row its own.
func (r *run) fact(n *node) {
	f, v := n.field, r.view
	switch {
	case !v.Shows(f):
	case n.page.Repeat != nil && n.program.ByRow():
		for p, row := range r.instances(n.page) {
			if !v.ShowsOn(p, f) {
				continue
			}
			if value, ok := r.evalRow(n, row.(map[string]any)); ok {
				v.Facts[forms.FactKey(p, f)] = value
			}
		}
	default:
		if value, ok := r.eval(n); ok {
			v.Facts[f.ID] = value
		}
	}
}

// choice is one variant that a field stands within.
type choice struct {
	of *forms.Field // a VariantField
	is int          // the number of the variant
}

// chosen reports whether the variants that a node's field stands within are those that the answers have at a place.
func (r *run) chosen(n *node, at forms.Pointer) bool {
	return !slices.ContainsFunc(n.choices, func(c choice) bool {
		value, _ := forms.Lookup(r.view.Scope.Answers, upTo(at, c.of.Pointer))
		return c.of.Choose(value) != c.is
	})
}

// upTo is as much of a concrete pointer as another pointer is long.
func upTo(at, pattern forms.Pointer) forms.Pointer {
	var out forms.Pointer
	for _, t := range at.Tokens()[:len(pattern.Tokens())] {
		out = out.Join(t)
	}
	return out
}

// follows reports whether a field is a place of a tuple before which another is hidden: a list has no holes, so it is hidden too.
func (r *run) follows(n *node, at forms.Pointer) bool {
	return n.before != nil && r.view.Hidden[n.before.HiddenAt(at.Up()+n.before.Pointer[len(n.field.Pointer.Up()):])]
}

// cut ends a tuple before a hidden place.
func (r *run) cut(at forms.Pointer) {
	value, _ := forms.Lookup(r.view.Answers, at.Up())
	if list, ok := value.([]any); ok {
		if n, err := strconv.Atoi(at.Last()); err == nil && n < len(list) {
			r.answers.Put(at.Up(), list[:n:n])
		}
	}
}
