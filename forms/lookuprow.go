package forms

import (
	"maps"
	"slices"
)

// A look-up among rows asks by a row's own field and fills fields of the same row. Rows move, so what the register said is kept by what it
// was asked about, under /facts/lookup/<as>/<key>, and holds for every row with that key: nobody is asked twice about the same.

// look is a look-up at one of the places where its field stands.
type look struct {
	*FieldLookup
	field *Field
	at    Pointer // of the field: concrete
}

func lookAt(f *Field, at Pointer) (look, bool) {
	if f == nil || f.Lookup == nil {
		return look{}, false
	}
	return look{f.Lookup, f, at}, true
}

// beside is where a field of the same row stands, or of no row when the look-up's field stands in none.
func (l look) beside(to Pointer) Pointer {
	if l.rows == nil {
		return to
	}
	depth := len(l.rows.Pointer.Tokens()) + 1
	var out Pointer
	for _, t := range l.at.Tokens()[:depth] {
		out = out.Join(t)
	}
	return out + to[len(l.rows.Pointer)+len("/*"):]
}

// Fills are the places that the look-up at a place of a field fills, by the register's names.
func (f *Field) Fills(at Pointer) map[string]Pointer {
	l, _ := lookAt(f, at)
	out := make(map[string]Pointer, len(l.FieldLookup.Fills))
	for name, to := range l.FieldLookup.Fills {
		out[name] = l.beside(to)
	}
	return out
}

// key is what stands in the field, "" for nothing.
func (l look) key(answers map[string]any) string {
	v, _ := Lookup(answers, l.at)
	s, _ := v.(string)
	return s
}

// record is what the register is kept to have said; of a look-up among rows about a key.
func (l look) record(facts map[string]any, key string) (LookupRecord, bool) {
	kept, _ := facts[lookupFacts].(map[string]any)
	if l.rows == nil {
		return recordIn(kept, l.As)
	}
	byKey, _ := kept[l.As].(map[string]any)
	return recordIn(byKey, key)
}

// alike are the places of the look-up's field in whose rows the same is asked about, the look-up's own among them.
func (l look) alike(answers map[string]any, key string) []look {
	if l.rows == nil {
		return []look{l}
	}
	return slices.DeleteFunc(l.everywhere(answers), func(place look) bool { return place.key(answers) != key })
}

// everywhere are the places of the look-up's field.
func (l look) everywhere(answers map[string]any) []look {
	places := l.field.Pointer.In(answers)
	out := make([]look, len(places))
	for i, at := range places {
		out[i] = look{l.FieldLookup, l.field, at}
	}
	return out
}

// without gives the facts without what was said about some keys, as a copy.
func (l look) without(facts map[string]any, keys ...string) map[string]any {
	if len(keys) == 0 {
		return facts
	}
	facts = orNew(maps.Clone(facts))
	kept, _ := facts[lookupFacts].(map[string]any)
	kept = maps.Clone(kept)
	byKey, _ := kept[l.As].(map[string]any)
	if byKey = maps.Clone(byKey); l.rows != nil {
		maps.DeleteFunc(byKey, func(key string, _ any) bool { return slices.Contains(keys, key) })
	}
	if l.rows == nil || len(byKey) == 0 {
		delete(kept, l.As)
	} else {
		kept[l.As] = byKey
	}
	if facts[lookupFacts] = kept; len(kept) == 0 {
		delete(facts, lookupFacts)
	}
	return facts
}

// with gives a copy of the facts with a record.
func (l look) with(facts map[string]any, key string, reply LookupReply) map[string]any {
	facts = orNew(maps.Clone(facts))
	kept, _ := facts[lookupFacts].(map[string]any)
	kept = orNew(maps.Clone(kept))
	if l.rows == nil {
		kept[l.As] = recordOf(key, reply)
	} else {
		byKey, _ := kept[l.As].(map[string]any)
		byKey = orNew(maps.Clone(byKey))
		byKey[key] = recordOf(key, reply)
		kept[l.As] = byKey
	}
	facts[lookupFacts] = kept
	return facts
}

// fill puts what a register said into the answers; with blanks only where nothing stands.
func (l look) fill(r LookupReply, answers map[string]any, blanks bool) {
	for name, to := range l.Fills {
		to = l.beside(to)
		if _, has := Lookup(answers, to); r.Status == LookupFound && r.Values[name] != "" && !(blanks && has) {
			Put(answers, to, r.Values[name])
		}
	}
}

// takeBack takes those answers away that are what a register said.
func (l look) takeBack(r LookupReply, answers map[string]any) {
	for name, to := range l.Fills {
		to = l.beside(to)
		if v, ok := Lookup(answers, to); ok && r.Values[name] != "" && v == any(r.Values[name]) {
			Remove(answers, to)
			prune(answers, to.Up())
		}
	}
}

// unheld are the keys of records that no row asks about any more.
func (l look) unheld(answers, facts map[string]any) []string {
	kept, _ := facts[lookupFacts].(map[string]any)
	byKey, _ := kept[l.As].(map[string]any)
	if l.rows == nil || len(byKey) == 0 {
		return nil
	}
	held := map[string]bool{}
	for _, place := range l.everywhere(answers) {
		held[place.key(answers)] = true
	}
	var out []string
	for key := range byKey {
		if !held[key] {
			out = append(out, key)
		}
	}
	return out
}

// SettleRow is SettleLookups for one of some rows, which only who reads a posted page can follow from what it was (before, nil for a new
// one) to what it is. With another key the register's words about the old one are taken back; what it has already said about the new one,
// in another row, fills what is blank. The row is left as it is; changed says that another is given.
func SettleRow(rows *Field, before, row, facts map[string]any) (settled map[string]any, changed bool) {
	settled = row
	inRow := func(at Pointer) Pointer { return at[len(rows.Pointer)+len("/*"):] }
	for _, f := range rows.lookups {
		was, now := textAt(before, inRow(f.Pointer)), textAt(settled, inRow(f.Pointer))
		if was == now {
			continue
		}
		l := look{f.Lookup, f, ""}
		old, had := l.record(facts, was)
		known, told := l.record(facts, now)
		if !had && !told {
			continue
		}
		if !changed {
			settled, changed = CopyObject(row), true
		}
		for name, to := range f.Lookup.Fills {
			to = inRow(to)
			v, has := Lookup(settled, to)
			if had && has && old.Values[name] != "" && v == any(old.Values[name]) {
				Remove(settled, to)
				prune(settled, to.Up())
				has = false
			}
			if told && !has && known.Status == LookupFound && known.Values[name] != "" {
				Put(settled, to, known.Values[name])
			}
		}
	}
	return settled, changed
}

func textAt(v any, at Pointer) string {
	value, _ := Lookup(v, at)
	s, _ := value.(string)
	return s
}
