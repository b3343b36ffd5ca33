package answers

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
)

// list puts the rows of a list in the posted order, each on what is stored of it, and reads their controls. A button that adds,
// removes or moves a row acts on the posted keys, so that what was typed in the rows goes with them. Of rows that are shown as a
// summary, only the open one is on the page; the others stay as they are.
func (d *decoder) list(f *forms.Field, at place, was any, had bool) (any, bool) {
	stored, isList := was.([]any)
	var out []any
	if s, ok := SummaryOf(f, at.shown, was, d.state(at)); ok && (isList || !had) && !at.fresh {
		out = d.summary(f, at, stored, s)
	} else {
		out = d.rows(f, at, stored, 0)
	}
	switch {
	case len(out) > 0:
		return out, true
	case f.Always && (!had || isList):
		return out, true
	}
	return d.absent(f, at, was, had)
}

// state is what a page carries along of a summary, by its concrete place.
func (d *decoder) state(at place) forms.Typed {
	return forms.Typed{OpenRow(at.shown): d.post.Get(OpenRow(at.post)), Window(at.shown): d.post.Get(Window(at.post))}
}

// rows reads the posted rows, which begin at a number: after a tuple's first places.
func (d *decoder) rows(f *forms.Field, at place, stored []any, from int) []any {
	out := []any{}
	var late []string // new rows with something in them that cannot be read: they follow on the others when the page is shown again
	added := 0
	var blank []func() LookupAt // in rows that are shown blank, after those that are kept
	for _, key := range d.keys(f, at, len(stored)) {
		here := at.row(strconv.Itoa(from+len(out)), key)
		n, isStored := StoredRow(key, len(stored))
		if isStored {
			here.shown = at.shown.Index(n)
		} else {
			here.fresh = true
		}
		mark, lookups := len(d.out.Problems), len(d.out.Lookups)
		switch value, keep := d.row(f, here, stored, n, isStored, key); {
		case keep:
			out = append(out, value)
			continue
		case key == newKey || (!isStored && d.out.Op != OpContinue && d.out.Op != OpSave):
			for _, l := range d.out.Lookups[lookups:] {
				rel, i := l.At[len(here.to):], added
				blank = append(blank, func() LookupAt { l.At = at.to.Index(from+len(out)+i) + rel; return l })
			}
			added++
		case len(d.out.Problems) > mark:
			d.forget(here.to, mark)
			late = append(late, key)
		}
		d.out.Lookups = d.out.Lookups[:lookups] // the row does not stand there
	}
	for _, l := range blank {
		d.out.Lookups = append(d.out.Lookups, l())
	}
	for _, key := range late {
		here := at.row(strconv.Itoa(from+len(out)+added), key)
		here.fresh = true
		d.row(f, here, nil, 0, false, key)
		added++
	}
	if added > 0 {
		d.out.Typed[RowKey(at.to)] = strconv.Itoa(added)
	}
	return out
}

// forget takes back what was told of a place.
func (d *decoder) forget(at forms.Pointer, mark int) {
	d.out.Problems = d.out.Problems[:mark]
	maps.DeleteFunc(d.out.Typed, func(name, _ string) bool {
		return forms.Pointer(name).Within(at) || len(name) > 1 && forms.Pointer(name[1:]).Within(at)
	})
}

// row reads one row; keep is false when there is nothing in it, and so no row.
func (d *decoder) row(f *forms.Field, at place, stored []any, n int, isStored bool, key string) (value any, keep bool) {
	var was any
	if isStored {
		was = stored[n]
	}
	if f.Kind == forms.RowsField {
		mark := len(d.out.Problems)
		value = d.fields(f, at, was, isStored)
		// A new row that nothing is written in is none, but for the first of a list that must have one: what it lacks is told there.
		first := f.Required && f.MinItems > 0 && len(stored) == 0
		return value, isStored || key == newKey || !isEmptyObject(value) || first || len(d.out.Problems) > mark
	}
	item := rowFields(f)[0]
	if key == newKey {
		empty := nothing(item)
		return empty, empty != nil
	}
	if item.OnDemand && at.fresh {
		return nothing(item), true
	}
	value, keep = d.read(item, at, was, isStored)
	return value, keep
}

// fields reads the fields of a row of objects. A stored row that is no object has no controls that show it.
func (d *decoder) fields(f *forms.Field, at place, was any, had bool) any {
	before, isObject := was.(map[string]any)
	object := d.members(f.Children(), len(f.Pointer)+len("/*"), at, before)
	object, _ = forms.SettleRow(f, before, object, d.view.Scope.Facts)
	if had && !isObject && len(object) == 0 {
		return was
	}
	return object
}

// summary reads the open row, if any, and lets the button act on the stored rows.
func (d *decoder) summary(f *forms.Field, at place, stored []any, s Summary) []any {
	list := slices.Clone(stored)
	open, window := s.Open, s.From
	if open >= 0 && slices.Contains(d.post.Values[RowKey(at.post)], strconv.Itoa(open)) {
		here := at.row(strconv.Itoa(open), strconv.Itoa(open))
		mark := len(d.out.Problems)
		list[open] = d.fields(f, here, stored[open], true)
		if d.out.Op == OpContinue && len(d.out.Problems) > mark {
			d.out.Typed[OpenRow(at.to)] = strconv.Itoa(open)
		}
	}
	rest, mine := strings.CutPrefix(string(d.out.At), posted(at.post))
	n, isRow := StoredRow(strings.TrimPrefix(rest, "/"), len(list))
	switch op := d.out.Op; {
	case !mine:
		if op == OpContinue || op == OpSave {
			return list
		}
	case op == OpAdd && rest == "":
		if most := d.most(f); len(list) >= most {
			d.tooMany(at, most)
			break
		}
		list = append(list, map[string]any{})
		open = len(list) - 1
	case op == OpClose && rest == "":
		open = -1
	case !isRow:
	case op == OpOpen:
		open = n
	case op == OpWindow:
		open, window = -1, n
	case op == OpRemove:
		list = slices.Delete(list, n, n+1)
		if open == n {
			open = -1
		} else if open > n {
			open--
		}
	case op == OpUp && n > 0:
		list[n-1], list[n] = list[n], list[n-1]
		open = -1
	case op == OpDown && n < len(list)-1:
		list[n+1], list[n] = list[n], list[n+1]
		open = -1
	}
	if open >= 0 {
		d.out.Typed[OpenRow(at.to)] = strconv.Itoa(open)
	}
	if window > 0 {
		d.out.Typed[Window(at.to)] = strconv.Itoa(window)
	}
	return list
}

// newKey is the key of the row that the add button makes; no page posts it.
const newKey = "+"

// most is how many rows a list may have.
func (d *decoder) most(f *forms.Field) int {
	if f.MaxItems > 0 && f.MaxItems < MaxRows {
		return f.MaxItems
	}
	return MaxRows
}

func (d *decoder) tooMany(at place, most int) {
	d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: at.to, Code: forms.TooMany, Params: map[string]any{"max": strconv.Itoa(most)}})
}

// keys are the posted row keys, each once, after the button has acted on them.
func (d *decoder) keys(f *forms.Field, at place, stored int) []string {
	most := d.most(f)
	var keys []string
	have := map[string]bool{}
	for _, key := range d.post.Values[RowKey(at.post)] {
		if !validKey(key) || have[key] {
			continue
		}
		if n, ok := StoredRow(key, stored); (!ok && key[0] <= '9') || (ok && n < firstRow(f)) {
			continue // a row that is not there any more, or no row
		}
		if len(keys) == max(most, stored) {
			d.tooMany(at, most)
			break
		}
		have[key] = true
		keys = append(keys, key)
	}
	piece := ""
	if f.Kind == forms.MapField {
		piece = entryPrefix
	}
	key, row := strings.CutPrefix(string(d.out.At), posted(at.post)+"/"+piece)
	i := slices.Index(keys, key)
	switch {
	case d.acts(at) == OpAdd && len(keys) >= most:
		d.tooMany(at, most)
	case d.acts(at) == OpAdd:
		keys = append(keys, newKey)
	case i < 0 || !row:
	case d.out.Op == OpRemove:
		keys = slices.Delete(keys, i, i+1)
	case d.out.Op == OpUp && i > 0:
		keys[i-1], keys[i] = keys[i], keys[i-1]
	case d.out.Op == OpDown && i < len(keys)-1:
		keys[i+1], keys[i] = keys[i], keys[i+1]
	}
	return keys
}

// validKey: a number, or for a new row a letter and a number.
func validKey(key string) bool {
	number := key
	if key != "" && key[0] >= 'a' && key[0] <= 'z' {
		number = key[1:]
	}
	n, err := strconv.Atoi(number)
	return err == nil && n >= 0 && n < 100_000 && strconv.Itoa(n) == number
}

// tuple reads the first places of a list, each a field of its own, and the rows after them. A place that is left out before one that is
// answered has to be answered too.
func (d *decoder) tuple(f *forms.Field, at place, was any, had bool) (any, bool) {
	stored, isList := was.([]any)
	if value, has, settled := d.onDemand(f, at, was, had); settled {
		return value, has
	}
	places := f.Children()
	values, last := make([]any, len(places)), -1
	answered := make([]bool, len(places))
	for i, child := range places {
		here := at.row(strconv.Itoa(i), strconv.Itoa(i))
		here.item = false
		before, has := nth(stored, i)
		if !d.offered(child, here) {
			values[i], answered[i] = before, has
		} else {
			values[i], answered[i] = d.read(child, here, before, has)
		}
		if answered[i] {
			last = i
		}
	}
	var rest []any
	if f.Rest() != nil {
		rest = d.rows(f, at, stored, len(places))
	} else if len(stored) > len(places) {
		rest = stored[len(places):]
	}
	if len(rest) > 0 {
		last = len(places) - 1
	}
	for i := range last {
		if !answered[i] {
			d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: at.to.Index(i), Code: forms.Required})
		}
	}
	out := append(values[:last+1], rest...)
	if len(out) > 0 || f.OnDemand || f.Always && (!had || isList) {
		return slices.Clip(out), true
	}
	return d.absent(f, at, was, had)
}
