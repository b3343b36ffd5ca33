package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"samtjanst/forms"
)

// Mistake is what keeps a schema from being used: where in it, what, and how to mend it. Compile's errors wrap it.
type Mistake struct {
	At   forms.Pointer // of the keyword, or of what it stands in
	What string
	Mend string
}

func (m *Mistake) Error() string { return fmt.Sprintf("at %q: %s", m.At, m.What) }

// Diagnose tells an author of an error of Compile, with the line where the mistake stands in the schema.
func Diagnose(raw []byte, err error) forms.Diagnostic {
	var m *Mistake
	if !errors.As(err, &m) {
		m = &Mistake{What: "not a schema that can be used", Mend: "see whether it is JSON Schema 2020-12 or draft-07"}
	}
	return forms.DiagnoseSchema(raw, m.At, m.Mend, "%s", m.What)
}

func mistakeAt(location, what, mend string) *Mistake {
	_, fragment, _ := strings.Cut(location, "#")
	return &Mistake{At: unescape(fragment), What: what, Mend: mend}
}

// guarded is the mistake of what the library must not see.
func guarded(p *forms.Problem) *Mistake {
	if p.Code == forms.NotANumber {
		return &Mistake{At: p.Pointer, What: "the number is too large or too small", Mend: "write it without an exponent"}
	}
	return &Mistake{At: p.Pointer, What: fmt.Sprintf("nested deeper than %d levels", maxDepth), Mend: "nest less deeply"}
}

// mistake says in words of our own what the library found when it compiled the schema. loaded is the address that it asked for in vain.
func (s *Schema) mistake(err error, loaded string) *Mistake {
	var invalid *jsonschema.ValidationError
	var endless jsonschema.InfiniteLoopError
	switch {
	case loaded != "":
		return s.refersOut(loaded)
	case errors.As(err, &endless):
		return mistakeAt(string(endless), "it refers to itself without end", "let what refers to itself stand within properties or items")
	case errors.As(err, &invalid):
		for len(invalid.Causes) > 0 {
			invalid = invalid.Causes[0]
		}
		return s.ofKeyword(unescape(invalid.InstanceLocation))
	}
	return &Mistake{What: "not a schema that can be used", Mend: "see whether each $ref leads somewhere, and whether it is JSON Schema 2020-12 or draft-07"}
}

// refersOut finds the keyword that names an address outside the schema.
func (s *Schema) refersOut(address string) *Mistake {
	m := &Mistake{What: fmt.Sprintf("%q is not within the form", address), Mend: `write "#/$defs/…", and as $schema that of 2020-12 or draft-07`}
	var find func(v any, at forms.Pointer) bool
	find = func(v any, at forms.Pointer) bool {
		switch x := v.(type) {
		case map[string]any:
			for _, keyword := range [...]string{"$schema", "$ref", "$dynamicRef", "$recursiveRef"} {
				name, _ := x[keyword].(string)
				if name, _, _ = strings.Cut(name, "#"); name != "" && strings.HasSuffix(address, name) {
					m.At = at.Join(keyword)
					return true
				}
			}
			for k, e := range x {
				if find(e, at.Join(k)) {
					return true
				}
			}
		case []any:
			for i, e := range x {
				if find(e, at.Index(i)) {
					return true
				}
			}
		}
		return false
	}
	find(s.raw, "")
	return m
}

// ofKeyword is the mistake at a place of the schema where a keyword has a value that is not its own.
func (s *Schema) ofKeyword(at forms.Pointer) *Mistake {
	m := &Mistake{At: at, What: "not a schema", Mend: "a schema is an object, true or false"}
	var here forms.Pointer
	tokens := at.Tokens()
	for i := 0; i < len(tokens); i++ {
		keyword := tokens[i]
		here = here.Join(keyword)
		if holdsSchemas(keyword) && i+1 < len(tokens) {
			if name := tokens[i+1]; keyword != "patternProperties" || i+2 < len(tokens) {
				here, i = here.Join(name), i+1
				continue
			}
		}
		if holdsSchema(keyword) && i+1 < len(tokens) {
			continue
		}
		if v, ok := forms.Lookup(s.raw, at); ok && keyword != "patternProperties" {
			m.What = fmt.Sprintf("%s cannot be %s", keyword, short(v))
		} else {
			m.What = keyword + " is not right"
		}
		if m.Mend = "it is " + takes(keyword); m.Mend == "it is " {
			m.Mend = "see what JSON Schema says of " + keyword
		}
		return m
	}
	return m
}

// short is a value as an author would know it again.
func short(v any) string {
	raw, _ := json.Marshal(v)
	if runes := []rune(string(raw)); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(raw)
}

// holdsSchemas and holdsSchema tell of a keyword whether schemas stand in it, by a name or a number, or just one.
func holdsSchemas(keyword string) bool {
	return slices.Contains([]string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "allOf", "anyOf", "oneOf", "prefixItems"}, keyword)
}

func holdsSchema(keyword string) bool {
	return slices.Contains([]string{"items", "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "propertyNames", "contains", "not",
		"if", "then", "else"}, keyword)
}

// takes is what a keyword's value is; "" for one that nobody gets wrong.
func takes(keyword string) string {
	switch keyword {
	case "type":
		return `"string", "number", "integer", "boolean", "object", "array" or "null", or a list of them`
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return "a number"
	case "multipleOf":
		return "a number above 0"
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains":
		return "a whole number, 0 or more"
	case "required":
		return "a list of names, each once"
	case "dependentRequired":
		return "names, each with a list of names"
	case "enum", "examples":
		return "a list of values"
	case "pattern", "patternProperties":
		return "a regular expression without lookahead, back-references and repetitions beyond a thousand (RE2)"
	case "properties", "$defs", "definitions", "dependentSchemas":
		return "names, each with a schema"
	case "allOf", "anyOf", "oneOf", "prefixItems":
		return "a list of one schema or more"
	case "uniqueItems", "readOnly", "writeOnly", "deprecated":
		return "true or false"
	case "title", "description", "format", "$comment":
		return "a text"
	case "$ref", "$id", "$schema", "$anchor":
		return "an address, as text"
	}
	if holdsSchema(keyword) {
		return "a schema: an object, true or false"
	}
	return ""
}
