package forms

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// A look-up is a register that the person asks by pressing a button beside a field: the number of a company gives its name and
// address. Forms know registers and what they tell by name only; flow has the registers.
//
// What the register said is kept under /facts/lookup/<as>, which nobody can post to:
//
//	{key: "165560001234", status: "found", source: "Bolagsverket", at: "2026-11-23T09:00:30Z",
//	 values: {name: "Provbageriet AB", city: "Ekköping"}, unread: ["street"], warnings: ["winding-up"]}
//
// and copied to the answers that the layout names. It holds for that key only: with another number in the field, the record and
// what it filled are gone. A value is the register's as long as the answer is what the register said; everything else is the
// person's own.
//
// A key that several things fit (an address that is there twice) has status "choose" and choices, of which the person picks one:
// see choose.go.

// LayoutLookup is the layout's key lookup.
type LayoutLookup struct {
	From     string            `yaml:"from"`     // name of the register: "company"
	As       string            `yaml:"as"`       // name of what it said under /facts/lookup; else from
	Fills    map[string]string `yaml:"fills"`    // name of a value that the register tells → pointer of the field it fills
	Editable bool              `yaml:"editable"` // what was filled may be changed, and is then the person's own
	Button   string            `yaml:"button"`   // else the interface's own: "Hämta uppgifter"
}

// FieldLookup is a compiled look-up.
type FieldLookup struct {
	From     string
	As       string
	Fills    map[string]Pointer
	Editable bool
	Button   Text // absent: the interface's own

	rows *Field // those that the field and what it fills stand in, nil for none
}

// LookupStatus is how a look-up ended.
type LookupStatus string

// Statuses.
const (
	LookupFound       LookupStatus = "found"
	LookupMissing     LookupStatus = "missing"     // the register has nothing with that key
	LookupUnavailable LookupStatus = "unavailable" // it did not answer: nothing is known
	LookupNotOwn      LookupStatus = "not-own"     // the key is somebody else's personal number: that is not asked about
	LookupTooShort    LookupStatus = "too-short"   // the key is too short to be asked about
	LookupChoose      LookupStatus = "choose"      // Choices fit, none of them to the letter alone: the person picks one
)

// Warnings about what was found. A register may have others, which are told in general words.
const (
	LookupDeregistered = "deregistered"
	LookupWindingUp    = "winding-up" // bankruptcy, liquidation, reconstruction …
	LookupSeveral      = "several"    // more than one with that key: what they differ in is not told
	LookupMore         = "more"       // of LookupChoose: there are more than the choices
)

// LookupReply is what a register said about a key.
type LookupReply struct {
	Status   LookupStatus
	Values   map[string]string // by the register's own names; "" is read and empty
	Unread   []string          // names that it could not tell now: unknown, not empty
	Warnings []string
	Choices  []LookupChoice // of LookupChoose, at least one
	Picked   string         // of LookupFound: ID of the choice that it was; "" when there was nothing to choose
	Source   string         // "Bolagsverket"
	At       time.Time
}

// LookupRecord is a reply as it is kept, with what was asked.
type LookupRecord struct {
	Key string
	LookupReply
}

const lookupFacts = "lookup"

// LookedUp gives what the register of a field's look-up said about what stands at one of the field's places. False when it has not been
// asked, or was asked about something else than what now stands there.
func LookedUp(f *Field, at Pointer, answers, facts map[string]any) (LookupRecord, bool) {
	l, ok := lookAt(f, at)
	if !ok {
		return LookupRecord{}, false
	}
	key := l.key(answers)
	r, ok := l.record(facts, key)
	return r, ok && key == r.Key
}

// TakeLookup keeps a register's reply about what stands at a place of a field, and fills the fields that the look-up names. Answers are
// changed in place, of facts a copy is given. What an earlier reply had filled is taken back first.
func TakeLookup(f *Field, at Pointer, key string, reply LookupReply, answers, facts map[string]any) map[string]any {
	l, ok := lookAt(f, at)
	if !ok {
		return facts
	}
	old, had := l.record(facts, key)
	alike := l.alike(answers, key)
	for _, place := range alike {
		if had {
			place.takeBack(old.LookupReply, answers)
		}
	}
	l.fill(reply, answers, false)
	for _, place := range alike {
		place.fill(reply, answers, true)
	}
	facts = l.with(facts, key, reply)
	return l.without(facts, l.unheld(answers, facts)...)
}

// SettleLookups takes back what registers said about another value than now stands in the field: the record, and those answers that
// are still the register's. Of a look-up among rows it drops the records that no row asks about, see SettleRow. It reports whether there
// was any; answers and facts are given as copies then.
func SettleLookups(form *Form, answers, facts map[string]any) (settledAnswers, settledFacts map[string]any, changed bool) {
	settledAnswers, settledFacts = answers, facts
	for _, f := range form.Fields {
		l, ok := lookAt(f, f.Pointer)
		switch {
		case !ok:
		case l.rows != nil:
			if keys := l.unheld(settledAnswers, settledFacts); len(keys) > 0 { // the rows have been settled
				settledFacts, changed = l.without(settledFacts, keys...), true
			}
		default:
			old, had := l.record(settledFacts, "")
			if _, holds := LookedUp(f, f.Pointer, settledAnswers, settledFacts); had && !holds {
				settledAnswers, changed = CopyObject(settledAnswers), true
				l.takeBack(old.LookupReply, settledAnswers)
				settledFacts = l.without(settledFacts, old.Key)
			}
		}
	}
	return settledAnswers, settledFacts, changed
}

// prune takes away objects that hold nothing any more.
func prune(answers map[string]any, at Pointer) {
	for ; at != ""; at = at.Up() {
		v, _ := Lookup(answers, at)
		if m, ok := v.(map[string]any); !ok || len(m) > 0 {
			return
		}
		Remove(answers, at)
	}
}

// Origin tells where the answer of a field that a look-up fills comes from.
type Origin struct {
	Register string    // "Bolagsverket"; "" for the person's own
	At       time.Time // when the register said it
}

// OriginOf tells where a field's answer at a place comes from. False for a field that no look-up fills, for one without an answer, and as
// long as the person has not pressed the button.
func (v *View) OriginOf(f *Field, at Pointer) (Origin, bool) {
	if f.FilledBy == nil {
		return Origin{}, false
	}
	answer, ok := Lookup(v.Scope.Answers, at)
	by := look{f.FilledBy.Lookup, f.FilledBy, at}.beside(f.FilledBy.Pointer)
	r, asked := LookedUp(f.FilledBy, by, v.Scope.Answers, v.Scope.Facts)
	if !ok || !asked {
		return Origin{}, false
	}
	for name, to := range f.FilledBy.Lookup.Fills {
		if to == f.Pointer && r.Status == LookupFound && r.Values[name] != "" && answer == any(r.Values[name]) {
			return Origin{Register: r.Source, At: r.At}, true
		}
	}
	return Origin{}, true
}

// FromRegister reports whether a field holds at a place what a register said and cannot be changed: it is shown, not asked.
func (v *View) FromRegister(f *Field, at Pointer) bool {
	if f.FilledBy == nil || f.FilledBy.Lookup.Editable {
		return false
	}
	o, ok := v.OriginOf(f, at)
	return ok && o.Register != ""
}

// recordIn reads one of some records.
func recordIn(kept map[string]any, name string) (LookupRecord, bool) {
	m, ok := kept[name].(map[string]any)
	if !ok {
		return LookupRecord{}, false
	}
	text := func(key string) string { s, _ := m[key].(string); return s }
	r := LookupRecord{Key: text("key"), LookupReply: LookupReply{Status: LookupStatus(text("status")), Source: text("source"),
		Unread: texts(m["unread"]), Warnings: texts(m["warnings"]), Values: textsByName(m["values"]), Choices: choicesIn(m["choices"]), Picked: text("picked")}}
	r.At, _ = time.Parse(time.RFC3339, text("at")) // an unreadable time is shown as none
	return r, true
}

func recordOf(key string, r LookupReply) map[string]any {
	out := map[string]any{"key": key, "status": string(r.Status), "source": r.Source, "at": r.At.UTC().Format(time.RFC3339Nano),
		"values": objectOf(r.Values), "unread": listOf(r.Unread), "warnings": listOf(r.Warnings)}
	if r.Status == LookupChoose {
		out["choices"] = choicesOf(r.Choices)
	}
	if r.Picked != "" {
		out["picked"] = r.Picked
	}
	return out
}

func objectOf(values map[string]string) map[string]any {
	out := make(map[string]any, len(values))
	for name, v := range values {
		out[name] = v
	}
	return out
}

func listOf(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

func textsByName(v any) map[string]string {
	object, _ := v.(map[string]any)
	out := make(map[string]string, len(object))
	for name, v := range object {
		if s, ok := v.(string); ok {
			out[name] = s
		}
	}
	return out
}

func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func orNew(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// lookups joins the layout's look-ups with the fields they stand at and fill, when all fields are there.
func (c *compiler) lookups() {
	as := map[string]bool{}
	for i, p := range c.def.Layout.Pages {
		for j, s := range p.Sections {
			for k := range s.Fields {
				if ll := s.Fields[k].Lookup; ll != nil {
					at := "/pages/" + strconv.Itoa(i) + "/sections/" + strconv.Itoa(j) + "/fields/" + strconv.Itoa(k) + "/lookup"
					c.lookup(ll, Pointer(s.Fields[k].Pointer), p.Own, as, at)
				}
			}
		}
	}
}

func (c *compiler) lookup(ll *LayoutLookup, ptr Pointer, own bool, as map[string]bool, at string) {
	f := c.form.Fields[ptr]
	rows, plain := rowsAround(f)
	name := or(ll.As, ll.From)
	switch {
	case f == nil || f.Kind != TextField || !plain:
		c.fail(at, "place it at a text field, among rows of objects or in none", "a look-up asks by what one text field holds")
		return
	case audience(f) != "": // what a register said is for everybody who signs
		c.fail(at, "place it at a field that all parties read", "a look-up stands at a field for some readers only")
		return
	case own: // what a register said is kept with the common part of the case
		c.fail(at, "place it on a page that is not own", "there are no look-ups in a party's own section")
		return
	case ll.From == "" || !safeID(name):
		c.fail(at+"/from", "name the register: lower-case letters, digits and hyphens", "from %q, as %q", ll.From, name)
		return
	case as[name]:
		c.fail(at, "write another name as: …", "two look-ups keep what they found as %s", name)
		return
	case len(ll.Fills) == 0:
		c.fail(at, "write fills: {name: /pointer}", "the look-up fills nothing")
		return
	}
	as[name] = true
	if rows != nil {
		rows.lookups = append(rows.lookups, f)
	}
	f.Lookup = &FieldLookup{From: ll.From, As: name, Fills: make(map[string]Pointer, len(ll.Fills)), Editable: ll.Editable, rows: rows,
		Button: c.text("fields."+string(ptr)+".lookup", ll.Button)}
	for _, value := range slices.Sorted(maps.Keys(ll.Fills)) {
		to := ll.Fills[value]
		target := c.form.Fields[Pointer(to)]
		there, plain := rowsAround(target)
		switch {
		case target == nil || target.Kind != TextField || target == f || !plain:
			c.fail(at+"/fills/"+value, "fill a text field that is placed, among rows of objects or in none", "%s cannot be filled", to)
		case there != rows:
			c.fail(at+"/fills/"+value, "fill fields of the row that the number stands in, or of none when it stands in none", "%s stands in other rows than %s", to, ptr)
		case target.FilledBy != nil:
			c.fail(at+"/fills/"+value, "fill each field from one value", "%s is filled twice", to)
		case target.Page.Own || audience(target) != "":
			c.fail(at+"/fills/"+value, "fill fields of the common part that all parties read", "%s is for some readers only", to)
		default:
			target.FilledBy = f
			f.Lookup.Fills[value] = target.Pointer
		}
	}
}

// rowsAround are the innermost rows that a field stands in, nil for none. False for one that stands in something else that there are several
// of: a list of texts, the entries of a map.
func rowsAround(f *Field) (rows *Field, plain bool) {
	if f == nil {
		return nil, false
	}
	for up := f.Parent; up != nil; up = up.Parent {
		switch {
		case up.Kind == RowsField && rows == nil:
			rows = up
		case up.Kind != RowsField && up.Kind != GroupField:
			return nil, false
		}
	}
	return rows, true
}

// audience is that of a field and of what it stands in.
func audience(f *Field) string {
	for ; f != nil; f = f.Parent {
		if f.Audience != "" {
			return f.Audience
		}
	}
	return ""
}
