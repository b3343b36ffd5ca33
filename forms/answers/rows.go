package answers

import (
	"slices"
	"strconv"

	"samtjanst/forms"
)

// rows puts the rows of a list in the posted order, each on what is stored of it, and reads their controls. A button that adds,
// removes or moves a row acts on the posted keys, so that what was typed in the rows goes with them.
func (d *decoder) rows(f *forms.Field, at place) {
	if !d.post.Has(RowKey(at.post)) && !d.mine(at) {
		if b, ok := blank(f, d.post.Get(Marker(at.post))); ok {
			forms.Put(d.out.Answers, at.to, b)
			return
		}
		d.unset(at)
		return
	}
	was, _ := forms.Lookup(d.view.Scope.Answers, at.stored)
	stored, _ := was.([]any)
	if at.fresh {
		stored = nil
	}
	keys := d.keys(f, at, len(stored))
	list := make([]any, len(keys))
	for i, key := range keys {
		list[i] = emptyRow(f)
		if n, ok := StoredRow(key, len(stored)); ok {
			list[i] = forms.Copy(stored[n])
		}
	}
	forms.Put(d.out.Answers, at.to, list)
	var gone []int
	for i, key := range keys {
		row := place{to: at.to.Index(i), post: at.post.Join(key), fresh: true}
		if n, ok := StoredRow(key, len(stored)); ok {
			row.stored, row.fresh = at.stored.Index(n), false
		}
		if f.Kind == forms.ListField {
			if !d.item(f, row, list, i) {
				gone = append(gone, i)
			}
			continue
		}
		if _, ok := list[i].(map[string]any); !ok { // a stored row that is no object has no controls
			continue
		}
		d.fields(f.Fields, row)
	}
	for _, i := range slices.Backward(gone) {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 && d.out.Op != OpAdd {
		if _, ok := blank(f, d.post.Get(Marker(at.post))); !ok {
			d.unset(at)
			return
		}
	}
	forms.Put(d.out.Answers, at.to, list)
}

func emptyRow(f *forms.Field) any {
	if f.Kind == forms.ListField {
		return nil
	}
	return map[string]any{}
}

// item reads one control of a list of scalars; false when it is blank, and so no item.
func (d *decoder) item(f *forms.Field, at place, list []any, i int) bool {
	if d.out.Op == OpAdd && at.post.Last() == newKey {
		list[i] = ""
		return true
	}
	item := f.Fields[0]
	texts, ok := d.texts(item, at)
	if !ok {
		return list[i] != nil
	}
	value, has, code, params := d.value(item, at, texts)
	if code != "" {
		d.fail(item, at, texts, code, params)
		list[i] = texts[0]
		return true
	}
	if !has {
		value, has = blank(item, d.post.Get(Marker(at.post)))
	}
	list[i] = value
	return has
}

// mine reports whether the button acts on these rows.
func (d *decoder) mine(at place) bool { return d.out.Op == OpAdd && d.out.At == at.post }

// newKey is the key of the row that the add button makes; no page posts it.
const newKey = "+"

// keys are the posted row keys, each once, after the button has acted on them.
func (d *decoder) keys(f *forms.Field, at place, stored int) []string {
	most := MaxRows
	if f.MaxItems > 0 && f.MaxItems < most {
		most = f.MaxItems
	}
	var keys []string
	have := map[string]bool{}
	for _, key := range d.post[RowKey(at.post)] {
		if !validKey(key) || have[key] {
			continue
		}
		if _, ok := StoredRow(key, stored); !ok && key[0] <= '9' {
			continue // a row that is not there any more
		}
		if len(keys) == max(most, stored) {
			d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: at.to, Code: forms.TooMany, Params: map[string]any{"max": strconv.Itoa(most)}})
			break
		}
		have[key] = true
		keys = append(keys, key)
	}
	key := ""
	if d.out.Op != OpAdd {
		key = d.out.At.Last()
	}
	i := slices.Index(keys, key)
	switch {
	case d.mine(at) && len(keys) >= most:
		d.out.Problems = append(d.out.Problems, forms.Problem{Pointer: at.to, Code: forms.TooMany, Params: map[string]any{"max": strconv.Itoa(most)}})
	case d.mine(at):
		keys = append(keys, newKey)
	case i < 0 || d.out.At != at.post.Join(key):
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
