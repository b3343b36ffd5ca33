package lint

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
	"samtjanst/forms/journey"
	"samtjanst/platform/fault"
)

// expressions compiles every expression and checks that what it reads exists.
func (l *linter) expressions() {
	for _, e := range l.allExpressions() {
		p, err := l.language.Compile(e.text)
		if err != nil {
			l.broken = true
			l.diags = append(l.diags, l.def.Diagnose(e.file, e.path, "", "the expression is wrong: %s", cause(err)))
			continue
		}
		l.reads(p.Reads(), e.file, e.path)
		l.row(p.Reads(), e.rows, e.file, e.path)
	}
}

// cause is what the compiler says, without the operations it passed.
func cause(err error) string {
	var f *fault.Error
	for asFault(err, &f) && f.Err != nil {
		err = f.Err
	}
	return err.Error()
}

func asFault(err error, f **fault.Error) bool {
	x, ok := err.(*fault.Error)
	*f = x
	return ok
}

// conditions checks that what conditions read exists, and that it can have the value they ask for.
func (l *linter) conditions() {
	for _, c := range l.allConditions() {
		l.reads(c.Reads, c.file, c.path)
		l.row(c.Reads, c.rows, c.file, c.path)
		if _, err := journey.Condition(c.Condition); err != nil {
			l.broken = true
			l.diags = append(l.diags, l.def.Diagnose(c.file, c.path, "", "the condition is wrong: %s", cause(err)))
			continue
		}
		var raw any
		if forms.UnmarshalExact(c.Raw, &raw) == nil {
			l.possible(raw, "", c)
		}
	}
}

// reads checks places of the scope against the schema, the computed values and the settings.
func (l *linter) reads(reads []forms.Pointer, file, path string) {
	for _, r := range reads {
		tokens := r.Tokens()
		if len(tokens) < 2 {
			continue
		}
		switch tokens[0] {
		case "answers":
			at := forms.Pointer(strings.TrimPrefix(string(r), "/answers"))
			if !slices.ContainsFunc(l.places, func(p forms.Place) bool { return covers(p, at) }) {
				l.nowhere(file, path, string(at), "schema.json", l.pointers())
			}
		case "computed":
			if _, ok := l.def.Meta.Computed[tokens[1]]; !ok {
				l.nowhere(file, path, tokens[1], "computed", slices.Collect(maps.Keys(l.def.Meta.Computed)))
			}
		case "facts":
			if names := l.lookups(); len(tokens) > 2 && tokens[1] == "lookup" && !slices.Contains(names, tokens[2]) {
				l.nowhere(file, path, tokens[2], "the layout's look-ups", names)
			} else if len(tokens) > 3 && tokens[1] == "lookup" && tokens[3] != "*" && l.lookupInRows(tokens[2]) {
				l.diags = append(l.diags, l.def.Diagnose(file, path, `read it within the rows, facts.?lookup.?`+tokens[2]+`[?row.?nummer.orValue("")]`,
					"it reads %s, and what %s said is kept by what it was asked about", r, tokens[2]))
			}
		case "settings":
			if _, ok := l.def.Meta.Settings[tokens[1]]; !ok && tokens[1] != "otherWay" {
				l.nowhere(file, path, tokens[1], "settings", slices.Collect(maps.Keys(l.def.Meta.Settings)))
			}
		}
	}
}

// row checks that what reads /row stands where there is one, and reads what is in it.
func (l *linter) row(reads []forms.Pointer, rows *forms.Field, file, path string) {
	for _, r := range reads {
		rest, is := strings.CutPrefix(string(r), "/row")
		switch {
		case !is:
		case rows == nil:
			l.diags = append(l.diags, l.def.Diagnose(file, path, "read /answers/…, or place it within rows or on a page with repeat", "it reads %s, and stands in no row", r))
		case !slices.ContainsFunc(l.places, func(p forms.Place) bool { return covers(p, rows.Pointer+"/*"+forms.Pointer(rest)) }):
			l.nowhere(file, path, string(rows.Pointer+"/*"+forms.Pointer(rest)), "schema.json", l.pointers())
		}
	}
}

// lookups names what the layout's look-ups keep under /facts/lookup.
func (l *linter) lookups() []string {
	var out []string
	for _, f := range l.form.Fields {
		if f.Lookup != nil {
			out = append(out, f.Lookup.As)
		}
	}
	return out
}

// lookupInRows reports whether a look-up stands among rows.
func (l *linter) lookupInRows(as string) bool {
	for _, f := range l.form.Fields {
		if f.Lookup != nil && f.Lookup.As == as {
			return strings.Contains(string(f.Pointer), "/*/")
		}
	}
	return false
}

// covers: a place, something above it, or something within a place whose inside the schema does not say (a file's name).
func covers(p forms.Place, at forms.Pointer) bool {
	a, b := p.Pointer.Tokens(), at.Tokens()
	if len(b) > len(a) {
		return p.Leaf && p.Pointer.Overlaps(at)
	}
	return p.Pointer.Overlaps(at)
}

func (l *linter) pointers() []string {
	out := make([]string, len(l.places))
	for i, p := range l.places {
		out[i] = string(p.Pointer)
	}
	return out
}

func (l *linter) nowhere(file, path, what, where string, known []string) {
	slices.Sort(known)
	mend := "add it to " + where
	if near := tree.Nearest(what, known); near != "" {
		mend = "did you mean " + near + "?"
	}
	l.diags = append(l.diags, l.def.Diagnose(file, path, mend, "it reads %s, which is not in %s", what, where))
}

// possible finds constants that a choice does not have, or that are of another kind than the answer: a condition on them never holds. And
// bounds of another kind than the answer, which hold always.
func (l *linter) possible(raw any, at forms.Pointer, c conditionAt) {
	m, _ := raw.(map[string]any)
	for keyword, v := range m {
		switch keyword {
		case "properties":
			inner, _ := v.(map[string]any)
			for name, s := range inner {
				l.possible(s, at.Join(name), c)
			}
		case "items", "contains", "not":
			next := at
			if keyword != "not" {
				next = at + "/*"
			}
			l.possible(v, next, c)
		case "allOf", "anyOf", "oneOf":
			list, _ := v.([]any)
			for _, s := range list {
				l.possible(s, at, c)
			}
		case "const":
			l.offers(at, v, c)
		case "enum":
			list, _ := v.([]any)
			for _, e := range list {
				l.offers(at, e, c)
			}
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
			l.bounds(at, keyword, c, map[forms.Kind]string{forms.TextField: "a text", forms.BoolField: "yes or no",
				forms.DateField: "a day: compare it in a computed value, and read that"})
		case "minLength", "maxLength", "pattern":
			l.bounds(at, keyword, c, map[forms.Kind]string{forms.NumberField: "a number", forms.BoolField: "yes or no"})
		}
	}
}

// answerTo is the field that a condition reads at a pointer; nil when there is none, or when there are several by the shape chosen.
func (l *linter) answerTo(at forms.Pointer, c conditionAt) *forms.Field {
	rest, ok := strings.CutPrefix(string(at), "/answers")
	if inRow, is := strings.CutPrefix(string(at), "/row"); is && c.rows != nil {
		rest, ok = string(c.rows.Pointer)+"/*"+inRow, true
	}
	if !ok {
		return nil
	}
	f := l.form.Fields[forms.Pointer(rest)]
	if f == nil {
		f = l.form.Fields[forms.Pointer(strings.TrimSuffix(rest, "/*"))]
	}
	if f == nil || len(l.placed(f.Pointer)) > 1 {
		return nil
	}
	return f
}

// bounds tells of a keyword that says nothing of the kind of answer it stands at.
func (l *linter) bounds(at forms.Pointer, keyword string, c conditionAt, not map[forms.Kind]string) {
	f := l.answerTo(at, c)
	if f == nil || not[f.Kind] == "" {
		return
	}
	l.diags = append(l.diags, l.def.Diagnose(c.file, c.path, "it is "+not[f.Kind], "%s says nothing of %s, so the condition does not do what it says", keyword, f.Pointer))
}

// ofKind is how a constant of the answer's kind is written; "" when this one is of it, or nothing can be said.
func ofKind(k forms.Kind, constant string) string {
	quoted, truth := constant[0] == '"', constant == "true" || constant == "false"
	switch {
	case constant == "null":
		return ""
	case k == forms.NumberField && (quoted || truth):
		return "it is a number, written without quotes"
	case k == forms.BoolField && !truth:
		return "it is true or false, written without quotes"
	case (k == forms.TextField || k == forms.DateField) && !quoted:
		return "it is a text, written within quotes"
	}
	return ""
}

func (l *linter) offers(at forms.Pointer, value any, c conditionAt) {
	f := l.answerTo(at, c)
	want, err := json.Marshal(value)
	if f == nil || err != nil {
		return
	}
	if len(f.Options) == 0 {
		if mend := ofKind(f.Kind, string(want)); mend != "" {
			l.diags = append(l.diags, l.def.Diagnose(c.file, c.path, mend, "%s never is %s, so the condition does not do what it says", f.Pointer, want))
		}
		return
	}
	var values []string
	for _, o := range f.Options {
		if string(o.JSON) == string(want) {
			return
		}
		values = append(values, o.Value)
	}
	mend := "its values are " + strings.Join(values, ", ")
	if s, ok := value.(string); ok {
		if near := tree.Nearest(s, values); near != "" {
			mend = "did you mean " + near + "?"
		}
	}
	l.diags = append(l.diags, l.def.Diagnose(c.file, c.path, mend, "%s never is %s, so the condition does not do what it says", f.Pointer, want))
}
