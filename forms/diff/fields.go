package diff

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"samtjanst/forms"
)

// fields compares what is asked, field by field.
func (c *comparer) fields() {
	a, b := c.a.form.Fields, c.b.form.Fields
	moved := c.moved()
	for _, at := range inOrder(c.a.form) {
		if b[at] == nil && moved[at] == "" && !within(a, b, at) {
			c.removed(a[at])
		}
	}
	to := map[forms.Pointer]forms.Pointer{}
	for from, now := range moved {
		to[now] = from
	}
	for _, at := range inOrder(c.b.form) {
		switch {
		case a[at] != nil:
			c.both(a[at], b[at])
		case to[at] != "":
			c.asks(b[at], Change{Effect: Breaks, Code: "field-moved", Was: to[at], What: fmt.Sprintf("%s seems to be %s now", to[at], at),
				Why: "a draft keeps that answer only if it is carried over from " + string(to[at])})
		case within(b, a, at):
		case b[at].Kind == forms.GroupField:
		default:
			c.added(b[at])
		}
	}
}

// within reports whether rows or a list that only one side has holds the field: it is told of with them.
func within(mine, other map[forms.Pointer]*forms.Field, at forms.Pointer) bool {
	for up := at.Up(); up != ""; up = up.Up() {
		if f := mine[up]; f != nil && other[up] == nil && f.Kind != forms.GroupField {
			return true
		}
	}
	return false
}

// inOrder lists the pointers of a form page by page.
func inOrder(f *forms.Form) []forms.Pointer {
	out := slices.Collect(maps.Keys(f.Fields))
	slices.SortFunc(out, func(x, y forms.Pointer) int {
		return cmp.Or(cmp.Compare(f.Fields[x].Page.Index, f.Fields[y].Page.Index), cmp.Compare(x, y))
	})
	return out
}

// moved pairs fields that are gone with new ones that ask the same under the same label, where there is only one such of each.
func (c *comparer) moved() map[forms.Pointer]forms.Pointer {
	key := func(f *forms.Field) string { return fmt.Sprint(f.Kind, "\x00", f.Format, "\x00", f.Label["sv"]) }
	gather := func(mine, other map[forms.Pointer]*forms.Field) map[string][]forms.Pointer {
		out := map[string][]forms.Pointer{}
		for at, f := range mine {
			if other[at] == nil && f.Kind != forms.GroupField && !f.Label.IsZero() && !strings.Contains(string(at), "*") {
				out[key(f)] = append(out[key(f)], at)
			}
		}
		return out
	}
	gone, fresh := gather(c.a.form.Fields, c.b.form.Fields), gather(c.b.form.Fields, c.a.form.Fields)
	out := map[forms.Pointer]forms.Pointer{}
	for k, from := range gone {
		if to := fresh[k]; len(from) == 1 && len(to) == 1 {
			out[from[0]] = to[0]
		}
	}
	return out
}

// asks adds a change of a field, where the layout places it or what it stands in.
func (c *comparer) asks(f *forms.Field, ch Change) {
	ch.Pointer = f.Pointer
	for up := f.Pointer; up != ""; up = up.Up() {
		if e, ok := c.b.entries[string(up)]; ok {
			c.at(forms.LayoutFile, e.path, ch)
			return
		}
	}
	c.add(ch)
}

func (c *comparer) removed(f *forms.Field) {
	ch := Change{Effect: Breaks, Code: "field-removed", Pointer: f.Pointer, File: forms.SchemaFile, What: string(f.Pointer) + " is removed",
		Why: "a draft that has answered it holds an answer that the form does not know"}
	switch {
	case f.Kind == forms.GroupField: // what stands in it is told of
		return
	case f.ReadOnly:
		ch.Effect, ch.Why = Safe, ""
	case c.b.places[f.Pointer]:
		ch.Code, ch.File, ch.What = "field-unplaced", forms.LayoutFile, string(f.Pointer)+" is on no page any more"
		ch.Why = "what a draft has answered is handed in though no page shows it"
	}
	c.add(ch)
}

func (c *comparer) added(f *forms.Field) {
	ch := Change{Code: "field-added", What: string(f.Pointer) + " is added"}
	if f.Required {
		ch.Effect, ch.Code, ch.What = Asks, "required-field-added", string(f.Pointer)+" is added and required"
		ch.Why = "drafts have no answer to it"
	}
	c.asks(f, ch)
}

// both compares a field that both forms have.
func (c *comparer) both(a, b *forms.Field) {
	at := string(b.Pointer)
	if c.kind(a, b) {
		c.options(a, b)
		c.bounds(a, b)
	}
	tell := func(when bool, e Effect, code, what, why string) {
		if when {
			c.asks(b, Change{Effect: e, Code: code, What: at + " " + what, Why: why})
		}
	}
	tell(!a.Required && b.Required, Asks, "required", "is required now", "a draft may have no answer to it")
	tell(a.Required && !b.Required, Safe, "optional", "need not be answered any more", "")
	tell(!a.ReadOnly && b.ReadOnly, Asks, "read-only", "can only be read now", "what a draft has answered stays and cannot be changed")
	tell(a.ReadOnly && !b.ReadOnly, Safe, "writable", "can be answered now", "")
	tell(a.Nullable && !b.Nullable, Asks, "not-null", "cannot be null any more", "a draft may hold null")
	tell(a.Page.ID != b.Page.ID, Safe, "page-moved", fmt.Sprintf("stands on page %q now, before on %q", b.Page.ID, a.Page.ID), "")
	tell(open(b.Audience) > open(a.Audience), Breaks, "audience-opened", fmt.Sprintf("is shown to %s now, before to %s", audience(b), audience(a)),
		"what was answered for fewer eyes would be shown to more")
	tell(open(b.Audience) < open(a.Audience), Safe, "audience-closed", fmt.Sprintf("is shown to %s now, before to %s", audience(b), audience(a)), "")
	tell((a.Widget == "money") != (b.Widget == "money"), Breaks, "money", "is money on one side only", "money is stored as whole öre: the same number means another sum")
	tell(a.Suffix["sv"] != b.Suffix["sv"] || a.Prefix["sv"] != b.Prefix["sv"], Asks, "unit-changed",
		fmt.Sprintf("has the unit %s, before %s", quote(b.Prefix["sv"]+b.Suffix["sv"]), quote(a.Prefix["sv"]+a.Suffix["sv"])), "the same number means something else")
	tell(string(a.Default) != string(b.Default), Safe, "default-changed", "has another default", "a default acts once, when a draft is begun")
	tell(a.Label["sv"] != b.Label["sv"] || a.Hint["sv"] != b.Hint["sv"] || a.Help["sv"] != b.Help["sv"], Safe, "texts-changed", "has other texts", "")
	c.when(a, b)
	c.rest(a, b)
}

// open orders audiences by how many see an answer.
func open(audience string) int {
	return map[string]int{"officer": 0, "own": 1, "": 2}[audience]
}

func audience(f *forms.Field) string {
	return map[string]string{"officer": "officers", "own": "the party itself", "": "all parties"}[f.Audience]
}

// kinds in words.
var kinds = map[forms.Kind]string{forms.TextField: "text", forms.NumberField: "number", forms.BoolField: "yes or no", forms.ConsentField: "consent",
	forms.ChoiceField: "one choice", forms.ChoicesField: "several choices", forms.DateField: "date", forms.FilesField: "files",
	forms.GroupField: "group", forms.RowsField: "rows", forms.ListField: "list"}

func kindName(f *forms.Field) string {
	if f.Kind == forms.NumberField && f.Integer {
		return "whole number"
	}
	return cmp.Or(kinds[f.Kind], fmt.Sprintf("kind %d", f.Kind))
}

// kind compares what sort of answer it is, and reports whether the rest can be compared.
func (c *comparer) kind(a, b *forms.Field) bool {
	if a.Kind == b.Kind && a.Integer == b.Integer {
		return true
	}
	ch := Change{Effect: Breaks, Code: "type-changed", What: fmt.Sprintf("%s changed from %s to %s", b.Pointer, kindName(a), kindName(b)),
		Why: "a draft's answer has another shape"}
	type pair [2]forms.Kind
	switch k := (pair{a.Kind, b.Kind}); {
	case a.Kind == b.Kind && a.Integer: // whole numbers are numbers
		ch.Effect, ch.Why = Safe, ""
	case a.Kind == b.Kind:
		ch.Effect, ch.Why = Asks, "a draft may have a number with decimals"
	case k == pair{forms.DateField, forms.TextField}, k == pair{forms.ConsentField, forms.BoolField}:
		ch.Effect, ch.Why = Safe, ""
	case k == pair{forms.ChoiceField, forms.TextField} && texts(a), k == pair{forms.ChoicesField, forms.ListField} && texts(a):
		ch.Effect, ch.Why = Safe, ""
	case k == pair{forms.TextField, forms.DateField}, k == pair{forms.TextField, forms.ChoiceField} && texts(b),
		k == pair{forms.ListField, forms.ChoicesField} && texts(b), k == pair{forms.BoolField, forms.ConsentField}:
		ch.Effect, ch.Why = Asks, "a draft's answer may not be one of those that can be given now"
	}
	c.asks(b, ch)
	return a.Kind == b.Kind
}

// texts reports whether every option is a text.
func texts(f *forms.Field) bool {
	return !slices.ContainsFunc(f.Options, func(o forms.Option) bool { return len(o.JSON) == 0 || o.JSON[0] != '"' })
}

func (c *comparer) options(a, b *forms.Field) {
	at := string(b.Pointer)
	if a.OptionsFrom != b.OptionsFrom {
		c.asks(b, Change{Effect: Asks, Code: "options-changed", What: at + " gets its options in another way", Why: "a draft's choice may not be offered any more"})
		return
	}
	have := func(list []forms.Option) map[string]string {
		out := map[string]string{}
		for _, o := range list {
			out[string(o.JSON)] = o.Label["sv"]
		}
		return out
	}
	before, after := have(a.Options), have(b.Options)
	var gone, fresh, renamed []string
	for _, o := range a.Options {
		if _, ok := after[string(o.JSON)]; !ok {
			gone = append(gone, o.Value)
		}
	}
	for _, o := range b.Options {
		if label, ok := before[string(o.JSON)]; !ok {
			fresh = append(fresh, o.Value)
		} else if label != o.Label["sv"] {
			renamed = append(renamed, o.Value)
		}
	}
	if len(gone) > 0 {
		c.asks(b, Change{Effect: Asks, Code: "options-removed", What: at + " no longer offers " + strings.Join(gone, ", "), Why: "a draft may have chosen it"})
	}
	if len(fresh) > 0 {
		c.asks(b, Change{Code: "options-added", What: at + " also offers " + strings.Join(fresh, ", ")})
	}
	if len(renamed) > 0 {
		c.asks(b, Change{Code: "options-relabelled", What: at + " words " + strings.Join(renamed, ", ") + " otherwise",
			Why: "a draft's choice is read in the new words: see that they mean the same"})
	}
}

// bounds compares what an answer must be like.
func (c *comparer) bounds(a, b *forms.Field) {
	at := string(b.Pointer)
	tell := func(narrowed, widened bool, what string) {
		switch {
		case narrowed:
			c.asks(b, Change{Effect: Asks, Code: "bounds-narrowed", What: at + ": " + what, Why: "a draft's answer may lie outside"})
		case widened:
			c.asks(b, Change{Code: "bounds-widened", What: at + ": " + what})
		}
	}
	least := func(x, y int, what string) {
		tell(y > x, y < x, fmt.Sprintf("%s changed from %d to %d", what, x, y))
	}
	most := func(x, y int, what string) { // 0 is none
		if x != y {
			tell(y != 0 && (x == 0 || y < x), true, fmt.Sprintf("%s changed from %s to %s", what, number(x), number(y)))
		}
	}
	least(a.MinLength, b.MinLength, "least length")
	most(a.MaxLength, b.MaxLength, "greatest length")
	least(a.MinItems, b.MinItems, "least number")
	most(a.MaxItems, b.MaxItems, "greatest number")
	if d := compare(a.Minimum, b.Minimum, a.Kind); a.Minimum != b.Minimum {
		tell(b.Minimum != "" && (a.Minimum == "" || d < 0), d != 0, fmt.Sprintf("least value changed from %s to %s", none(a.Minimum), none(b.Minimum)))
	}
	if d := compare(a.Maximum, b.Maximum, a.Kind); a.Maximum != b.Maximum {
		tell(b.Maximum != "" && (a.Maximum == "" || d > 0), d != 0, fmt.Sprintf("greatest value changed from %s to %s", none(a.Maximum), none(b.Maximum)))
	}
	for _, w := range [...][3]string{{"pattern", a.Pattern, b.Pattern}, {"format", a.Format, b.Format}, {"multiple", a.MultipleOf, b.MultipleOf}} {
		if w[1] != w[2] {
			tell(w[2] != "", true, fmt.Sprintf("%s changed from %s to %s", w[0], none(w[1]), none(w[2])))
		}
	}
	if a.Kind == forms.FilesField {
		var gone []string
		for _, t := range a.Accept {
			if !slices.Contains(b.Accept, t) {
				gone = append(gone, t)
			}
		}
		narrowed := len(gone) > 0 && len(b.Accept) > 0 || len(a.Accept) == 0 && len(b.Accept) > 0
		tell(narrowed, !slices.Equal(a.Accept, b.Accept), "other kinds of files are accepted")
		tell(b.MaxBytes != 0 && (a.MaxBytes == 0 || b.MaxBytes < a.MaxBytes), a.MaxBytes != b.MaxBytes, "the greatest size of a file changed")
	}
}

func number(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

func none(s string) string { return cmp.Or(s, "none") }

// compare orders two bounds; 0 when one of them is not there, or they are the same.
func compare(a, b string, k forms.Kind) int {
	if k == forms.DateField {
		if a == "" || b == "" {
			return 1
		}
		return cmp.Compare(a, b)
	}
	x, okA := new(big.Rat).SetString(a)
	y, okB := new(big.Rat).SetString(b)
	if !okA || !okB {
		return 1
	}
	return x.Cmp(y)
}

// when compares on what conditions a field is shown: its own, and its section's.
func (c *comparer) when(a, b *forms.Field) {
	path := ""
	if e, ok := c.b.entries[string(b.Pointer)]; ok {
		path = e.path + "/showWhen"
	}
	c.condition(a.ShowWhen, b.ShowWhen, path, string(b.Pointer), b.Pointer, b.Required)
	if onTop(a) && onTop(b) {
		c.condition(sectionOf(a), sectionOf(b), path, "the section of "+string(b.Pointer), b.Pointer, b.Required)
	}
}

// onTop reports whether a field stands in its section itself, and in no other field on the page.
func onTop(f *forms.Field) bool { return f.Parent == f.Page.Repeat }

func sectionOf(f *forms.Field) *forms.Condition {
	for _, s := range f.Page.Sections {
		if slices.Contains(s.Fields, f) {
			return s.ShowWhen
		}
	}
	return nil
}

// told are the keys of a field in the layout that have been compared above, or that are nothing but looks.
var told = map[string]bool{"pointer": true, "fact": true, "notice": true, "kind": true, "label": true, "hint": true, "help": true, "widget": true,
	"prefix": true, "suffix": true, "rows": true, "width": true, "autocomplete": true, "inputMode": true, "required": true, "showWhen": true,
	"audience": true, "id": true, "accept": true, "maxMB": true, "optionsFrom": true, "options": true, "item": true, "messages": true, "reckoned": true, "groups": true}

// judged are the other keys of a field in the layout.
var judged = map[string]judgement{
	"lookup":  {Asks, "what a register has filled in may have to be asked for again"},
	"booking": {Asks, "a time that a draft holds may not be among those that can be booked"},
	"prices":  {Safe, "sums are worked out anew"},
	"checks":  {Asks, "a draft's answer may be refused by a rule of its own"},
}

// rest tells of those.
func (c *comparer) rest(a, b *forms.Field) {
	x, okA := c.a.entries[string(a.Pointer)]
	y, okB := c.b.entries[string(b.Pointer)]
	if !okA {
		x.LayoutField = &forms.LayoutField{}
	}
	if !okB {
		y.LayoutField = &forms.LayoutField{}
	}
	v, w := reflect.ValueOf(*x.LayoutField), reflect.ValueOf(*y.LayoutField)
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		if told[key] || same(v.Field(i).Interface(), w.Field(i).Interface()) {
			continue
		}
		j, known := judged[key]
		if !known {
			j = unknown
		}
		c.asks(b, Change{Effect: j.effect, Code: "field-" + key, What: string(b.Pointer) + ": " + key + " changed", Why: j.why})
	}
}
