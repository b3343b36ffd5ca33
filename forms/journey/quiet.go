package journey

import (
	"slices"
	"strings"

	"samtjanst/forms"
)

// quiet are the names of what each row of a list must have, where nothing else is asked of a row than that and what the schema says: no
// check, no options that are made, nothing required further in. Such a row with all of them, in which the schema has found nothing, has
// nothing to be told: of a thousand rows nearly all, and they need not be gone through field by field.
type quiet []string

// quietRows finds the lists outside rows whose rows can be quiet.
func quietRows(form *forms.Form) map[*forms.Field]quiet {
	out := map[*forms.Field]quiet{}
	for at, f := range form.Fields {
		if f.Kind != forms.RowsField || strings.Contains(string(at), "*") || f.Recursive() || form.Bare {
			continue
		}
		names, plain := quiet{}, true
		for _, child := range f.Fields {
			rel := child.Pointer[len(f.Pointer)+len("/*"):]
			plain = plain && len(rel.Tokens()) == 1 && plainField(child)
			if child.Required {
				names = append(names, rel.Last())
			}
		}
		if plain {
			out[f] = names
		}
	}
	return out
}

// plainField reports whether nothing is asked of a field but what the schema says, and that it is there.
func plainField(f *forms.Field) bool {
	return !f.Recursive() && f.OptionsFrom == "" && len(f.Checks) == 0 &&
		!slices.ContainsFunc(f.Placed(), func(in *forms.Field) bool { return in.Required || !plainField(in) }) &&
		!slices.ContainsFunc(f.Variants, func(v *forms.Variant) bool { return v.Recursive() })
}

// met reports whether a row has all that it must.
func (q quiet) met(row any) bool {
	object, ok := row.(map[string]any)
	return ok && !slices.ContainsFunc(q, func(name string) bool {
		value, has := object[name]
		return missing(value, has)
	})
}

// toldRows are the rows of a list in which the schema has found something, by their numbers as pointers have them.
func (c *checker) toldRows(at forms.Pointer) map[string]bool {
	out := map[string]bool{}
	for p := range c.found {
		if p != at && p.Within(at) {
			row, _, _ := strings.Cut(string(p[len(at)+1:]), "/")
			out[row] = true
		}
	}
	return out
}
