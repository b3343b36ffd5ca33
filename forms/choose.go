package forms

import (
	"maps"
	"slices"
)

// When several things in a register fit what was typed, nobody guesses which was meant: the page shows them and the person picks one.
// They are kept in the record of the look-up as choices, until one is picked or something else is typed:
//
//	{key: "Exempelvägen 3", status: "choose", choices: [{id: "…", label: "Exempelvägen 3, 991 40 Provby", key: "Exempelvägen 3", …}]}
//
// Picking one makes it what the register has said: the field holds the choice's own key, and the record has status "found".

// LookupNoPick is the code of the problem that none of the choices was picked.
const LookupNoPick = "pick-one"

// LookupChoice is one of several things that fit a key.
type LookupChoice struct {
	ID     string // the register's own, unlike the others'; posted when it is picked
	Label  string // by which a person knows it from the others: "Exempelvägen 3, 991 40 Provby"
	Key    string // what the field holds when it is picked: "Exempelvägen 3"
	Values map[string]string
	Unread []string
}

// Choice finds one of the choices of a record.
func (r LookupRecord) Choice(id string) (LookupChoice, bool) {
	i := slices.IndexFunc(r.Choices, func(c LookupChoice) bool { return c.ID == id })
	if r.Status != LookupChoose || i < 0 {
		return LookupChoice{}, false
	}
	return r.Choices[i], true
}

// PickedReply is what the register has said once a choice is picked.
func (r LookupRecord) PickedReply(c LookupChoice) LookupReply {
	return LookupReply{Status: LookupFound, Values: c.Values, Unread: c.Unread, Picked: c.ID, Source: r.Source, At: r.At}
}

// DropUnpicked gives facts without the choices of which none was picked: they are of no use to a case, and nobody has said that they are
// about it. Facts are given as a copy when there are any.
func DropUnpicked(facts map[string]any) map[string]any {
	all, _ := facts[lookupFacts].(map[string]any)
	left, dropped := picked(all)
	if !dropped {
		return facts
	}
	facts = maps.Clone(facts)
	facts[lookupFacts] = left
	if len(left) == 0 {
		delete(facts, lookupFacts)
	}
	return facts
}

// picked gives records without those that are still to be chosen from; of a look-up among rows there are several under its name.
func picked(kept map[string]any) (left map[string]any, dropped bool) {
	left = map[string]any{}
	for name, v := range kept {
		r, _ := recordIn(kept, name)
		m, _ := v.(map[string]any)
		switch {
		case r.Status == LookupChoose:
			dropped = true
			continue
		case r.Status == "":
			rest, some := picked(m)
			if dropped = dropped || some; some && len(rest) == 0 {
				continue
			} else if some {
				v = rest
			}
		}
		left[name] = v
	}
	return left, dropped
}

func choicesOf(list []LookupChoice) []any {
	out := make([]any, len(list))
	for i, c := range list {
		out[i] = map[string]any{"id": c.ID, "label": c.Label, "key": c.Key, "values": objectOf(c.Values), "unread": listOf(c.Unread)}
	}
	return out
}

func choicesIn(v any) []LookupChoice {
	list, _ := v.([]any)
	var out []LookupChoice
	for _, e := range list {
		m, _ := e.(map[string]any)
		text := func(key string) string { s, _ := m[key].(string); return s }
		out = append(out, LookupChoice{ID: text("id"), Label: text("label"), Key: text("key"), Values: textsByName(m["values"]), Unread: texts(m["unread"])})
	}
	return out
}
