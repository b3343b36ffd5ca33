package walktest

import (
	"encoding/json"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/platform/idno"
)

// words are the values that mean something to a form: what its scenarios answer, and what its conditions and expressions name.
type words struct {
	answered map[forms.Pointer][]any // by the field's pointer
	alike    map[string][]any        // by the sort of field: what is answered in another of the same
	numbers  []*big.Rat              // literals
	texts    []string                // literals, and texts among the facts
	lookups  []*forms.Field
	posted   []*forms.Field // that can be answered, in a fixed order
}

var (
	textLiteral   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`)
	numberLiteral = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)
)

func (w *Form) wordsOf() *words {
	form := w.Graph.Form()
	out := &words{answered: map[forms.Pointer][]any{}, alike: map[string][]any{}}
	for _, p := range slices.Sorted(maps.Keys(form.Fields)) {
		f := form.Fields[p]
		if f.Page == nil || !f.Posted() || f.ReadOnly {
			continue
		}
		out.posted = append(out.posted, f)
		if f.Lookup != nil {
			out.lookups = append(out.lookups, f)
		}
	}
	var source strings.Builder
	for _, name := range slices.Sorted(maps.Keys(form.Def.Meta.Computed)) {
		source.WriteString(form.Def.Meta.Computed[name] + "\n")
	}
	for _, g := range w.goals {
		source.WriteString(g.source + "\n")
	}
	for _, s := range textLiteral.FindAllString(source.String(), -1) {
		if text := s[1 : len(s)-1]; text != "" && len(text) <= 60 && !strings.Contains(text, `\`) {
			out.texts = append(out.texts, text)
		}
	}
	for _, s := range numberLiteral.FindAllString(textLiteral.ReplaceAllString(source.String(), " "), -1) {
		if n, ok := new(big.Rat).SetString(s); ok && len(s) < 10 {
			out.numbers = append(out.numbers, n)
		}
	}
	for _, s := range w.starts {
		for _, f := range out.posted {
			for _, at := range journey.Concrete(s.answers, f.Pointer) {
				if v, ok := forms.Lookup(s.answers, at); ok {
					out.answered[f.Pointer] = append(out.answered[f.Pointer], v)
				}
			}
		}
		out.leaves(s.scope.Facts)
		out.leaves(s.scope.Settings)
		for _, register := range slices.Sorted(maps.Keys(s.scenario.Registers)) {
			out.texts = append(out.texts, slices.Sorted(maps.Keys(s.scenario.Registers[register]))...)
		}
	}
	for _, f := range out.posted {
		values := distinct(out.answered[f.Pointer])
		out.answered[f.Pointer] = values
		if sort := sortOf(f); sort != "" {
			out.alike[sort] = distinct(append(out.alike[sort], values...))
		}
	}
	slices.Sort(out.texts)
	out.texts = slices.Compact(out.texts)
	slices.SortFunc(out.numbers, func(a, b *big.Rat) int { return a.Cmp(b) })
	out.numbers = slices.CompactFunc(out.numbers, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	return out
}

func (o *words) leaves(v any) {
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			o.leaves(x[k])
		}
	case []any:
		for _, e := range x {
			o.leaves(e)
		}
	case string:
		if x != "" {
			o.texts = append(o.texts, x)
		}
	case json.Number:
		if n, ok := forms.Rat(x); ok {
			o.numbers = append(o.numbers, n)
		}
	}
}

func distinct(values []any) []any {
	var out []any
	for _, v := range values {
		if !slices.ContainsFunc(out, func(o any) bool { return forms.Equal(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}

// sortOf tells fields apart whose answers may be compared with each other: dates, months, numbers of people; "" for the others.
func sortOf(f *forms.Field) string {
	switch {
	case f.Kind == forms.DateField:
		return "date"
	case f.Kind == forms.NumberField:
		return "number"
	case f.Kind == forms.TextField && (f.Format != "" || f.Pattern != ""):
		return f.Format + " " + f.Pattern
	case f.Kind == forms.TextField && f.Widget != "" && f.Widget != "textarea":
		return f.Widget
	}
	return ""
}

// absent stands for taking an answer away.
var absent any = struct{}{}

// candidates are values to try in a field: what scenarios answer there first, then what its kind, its bounds and the form's own literals
// bring up, right and wrong, and nothing at all.
func (o *words) candidates(v *forms.View, f *forms.Field, at forms.Pointer) []any {
	out := append(slices.Clone(o.answered[f.Pointer]), o.alike[sortOf(f)]...)
	old, has := forms.Lookup(v.Scope.Answers, at)
	switch f.Kind {
	case forms.BoolField:
		out = append(out, true, false)
	case forms.ConsentField, forms.ChoiceField:
		out = append(out, optionValues(v, f, at)...)
	case forms.ChoicesField:
		out = append(out, o.ticked(optionValues(v, f, at), old)...)
	case forms.NumberField:
		out = append(out, o.counted(f)...)
	case forms.DateField:
		out = append(out, dates(f, v.Scope.Today)...)
	case forms.TextField:
		if strings.Contains(f.Format+f.Widget, "person") {
			out = append(out, o.people(v.Scope.Today)...)
		}
		if f.Format == "date-time" {
			for _, d := range dates(f, v.Scope.Today) {
				out = append(out, d.(string)+"T10:00:00+01:00")
			}
		}
		out = append(out, o.written(f)...)
	case forms.FilesField:
		kind := "application/pdf"
		if len(f.Accept) > 0 {
			kind = f.Accept[0]
		}
		out = append(out, []any{map[string]any{"id": "walk", "name": "bilaga.pdf", "size": json.Number("1024"), "type": kind}})
	case forms.RowsField, forms.ListField:
		rows, _ := old.([]any)
		out = append(out, append(slices.Clone(rows), map[string]any{}))
		if len(rows) > 0 {
			out = append(out, append(slices.Clone(rows), forms.Copy(rows[0])), rows[:len(rows)-1])
		}
	}
	if out = distinct(out); has {
		out = append(slices.DeleteFunc(out, func(c any) bool { return forms.Equal(c, old) }), absent)
	}
	return out
}

func optionValues(v *forms.View, f *forms.Field, at forms.Pointer) []any {
	options := f.Options
	if f.OptionsFrom != "" {
		options = v.OptionsAt(f, at)
	}
	var out []any
	for _, o := range options {
		if value, err := forms.ParseValue(o.JSON); err == nil {
			out = append(out, value)
		}
	}
	return out
}

// ticked are boxes: each alone, each beside or taken from those that are ticked, and all.
func (o *words) ticked(options []any, old any) []any {
	before, _ := old.([]any)
	out := []any{}
	for _, e := range options {
		out = append(out, []any{e})
		without := slices.DeleteFunc(slices.Clone(before), func(b any) bool { return forms.Equal(b, e) })
		if len(without) == len(before) {
			without = append(without, e)
		}
		if len(without) > 0 {
			out = append(out, without)
		}
	}
	if len(options) > 0 {
		out = append(out, slices.Clone(options))
	}
	return out
}

func (o *words) counted(f *forms.Field) []any {
	at := slices.Clone(o.numbers)
	for _, s := range []string{f.Minimum, f.Maximum, "0"} {
		if n, ok := new(big.Rat).SetString(s); ok {
			at = append(at, n)
		}
	}
	var out []any
	for _, n := range at {
		for _, step := range []int64{-1, 0, 1} {
			m := new(big.Rat).Add(n, big.NewRat(step, 1))
			if text := m.FloatString(0); m.IsInt() {
				out = append(out, json.Number(text))
			} else if !f.Integer {
				out = append(out, json.Number(strings.TrimRight(m.FloatString(6), "0")))
			}
		}
	}
	return out
}

func dates(f *forms.Field, today string) []any {
	var out []any
	for _, s := range []string{today, f.Minimum, f.Maximum} {
		day, err := time.Parse(time.DateOnly, s)
		if err != nil {
			continue
		}
		for _, d := range []time.Time{day, day.AddDate(0, 0, -1), day.AddDate(0, 0, 1), day.AddDate(0, -1, 0), day.AddDate(0, 1, 0), day.AddDate(-1, 0, 0), day.AddDate(1, 0, 0)} {
			out = append(out, d.Format(time.DateOnly))
		}
	}
	return out
}

// people are test numbers of those whose age the form names: who has it today, and who has it tomorrow.
func (o *words) people(today string) []any {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return nil
	}
	var out []any
	for _, n := range o.numbers {
		if !n.IsInt() || n.Sign() <= 0 || n.Cmp(big.NewRat(120, 1)) > 0 {
			continue
		}
		for _, later := range []int{0, 1} {
			born := day.AddDate(-int(n.Num().Int64()), 0, later).Format("20060102")
			for check := '0'; check <= '9'; check++ {
				if number := born + "238" + string(check); idno.Valid(number) {
					out = append(out, number)
				}
			}
		}
	}
	return out
}

func (o *words) written(f *forms.Field) []any {
	var out []any
	for _, e := range f.Examples {
		if value, err := forms.ParseValue([]byte(e)); err == nil {
			out = append(out, value)
		}
	}
	switch {
	case f.Format != "" || f.Pattern != "":
		fits, err := regexp.Compile(f.Pattern)
		for _, t := range o.texts {
			if f.Pattern == "" && len(t) < 40 || f.Pattern != "" && err == nil && fits.MatchString(t) {
				out = append(out, t)
			}
		}
		out = append(out, "fel")
	default:
		long := max(f.MinLength, 12)
		if f.MaxLength > 0 {
			long = min(long, f.MaxLength)
			out = append(out, strings.Repeat("x", min(f.MaxLength+1, 5000)))
		}
		out = append(out, strings.Repeat("Prov ord ", 1+long/9)[:long], "x")
	}
	if f.MinLength > 0 {
		out = append(out, strings.Repeat("y", f.MinLength))
	}
	if n, err := strconv.Atoi(f.Minimum); err == nil {
		out = append(out, strconv.Itoa(n))
	}
	return out
}
