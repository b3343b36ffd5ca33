package schema

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"samtjanst/forms"
)

// walker turns the library's tree of errors into problems.
type walker struct {
	schema   *Schema
	value    any
	problems []forms.Problem
	have     map[string]bool // pointer and code: one problem is told once
}

func (w *walker) walk(e *jsonschema.ValidationError) {
	keyword := forms.Pointer(e.KeywordLocation).Last()
	switch keyword {
	case "anyOf", "oneOf":
		w.variants(e, keyword)
		return
	case "contains", "minContains", "maxContains": // its causes tell of items that need not be what is looked for
		w.leaf(e, keyword)
		return
	}
	if len(e.Causes) == 0 {
		w.leaf(e, keyword)
		return
	}
	for _, c := range e.Causes {
		w.walk(c)
	}
}

// leaf is one failed keyword.
func (w *walker) leaf(e *jsonschema.ValidationError, keyword string) {
	at := unescape(e.InstanceLocation)
	limit := w.schema.at(e.AbsoluteKeywordLocation)
	value, _ := forms.Lookup(w.value, at)
	switch keyword {
	case "required":
		object, _ := value.(map[string]any)
		for _, name := range texts(limit) {
			if _, ok := object[name]; !ok {
				w.add(at.Join(name), forms.Required, nil)
			}
		}
	case "type":
		w.wrongType(at, limit, value)
	case "enum":
		w.add(at, forms.NotAnOption, nil)
	case "const", "not":
		w.add(at, forms.NotAllowed, nil)
	case "format":
		name, _ := limit.(string)
		code, params := forms.FormatCode, map[string]any{"format": name}
		if f, ok := formats[name]; ok && f.code != nil {
			if text, ok := value.(string); ok {
				code, params = f.code(text), nil
			}
		}
		w.add(at, code, params)
	case "formatMinimum":
		w.add(at, forms.TooEarly, map[string]any{"min": limit})
	case "formatMaximum":
		w.add(at, forms.TooLate, map[string]any{"max": limit})
	case "minLength":
		w.add(at, forms.TooShort, map[string]any{"min": number(limit)})
	case "maxLength":
		text, _ := value.(string)
		w.add(at, forms.TooLong, map[string]any{"max": number(limit), "length": number(len([]rune(text)))})
	case "pattern":
		w.add(at, forms.PatternCode, map[string]any{"pattern": limit})
	case "minimum":
		w.add(at, forms.TooSmall, map[string]any{"min": number(limit)})
	case "exclusiveMinimum":
		w.add(at, forms.TooSmall, map[string]any{"min": number(limit), "exclusive": true})
	case "maximum":
		w.add(at, forms.TooLarge, map[string]any{"max": number(limit)})
	case "exclusiveMaximum":
		w.add(at, forms.TooLarge, map[string]any{"max": number(limit), "exclusive": true})
	case "multipleOf":
		w.add(at, forms.NotAMultiple, map[string]any{"of": number(limit)})
	case "minItems", "minProperties":
		w.add(at, forms.TooFew, map[string]any{"min": number(limit)})
	case "maxItems", "maxProperties":
		w.add(at, forms.TooMany, map[string]any{"max": number(limit)})
	case "uniqueItems":
		w.add(at, forms.NotUnique, nil)
	case "contains", "minContains", "maxContains":
		w.add(at, forms.OtherViolation, map[string]any{"keyword": "contains"})
	case "additionalProperties":
		w.extra(e, at, value)
	default:
		w.other(e, at, keyword, limit)
	}
}

// other are the keywords whose location ends in a name or number of theirs: dependentRequired/x/0, and schemas that are false.
func (w *walker) other(e *jsonschema.ValidationError, at forms.Pointer, keyword string, limit any) {
	tokens := unescape(e.KeywordLocation).Tokens()
	if n := len(tokens); n >= 3 && (tokens[n-3] == "dependentRequired" || tokens[n-3] == "dependencies") {
		if name, ok := limit.(string); ok {
			w.add(at.Join(name), forms.Required, nil)
			return
		}
	}
	if allowed, ok := limit.(bool); ok && !allowed {
		w.add(at, forms.NotAllowed, nil)
		return
	}
	w.add(at, forms.OtherViolation, map[string]any{"keyword": keyword})
}

func (w *walker) wrongType(at forms.Pointer, limit, value any) {
	types := texts(limit)
	if one, ok := limit.(string); ok {
		types = []string{one}
	}
	_, isNumber := value.(json.Number)
	switch {
	case isNumber && slices.Contains(types, "integer"):
		w.add(at, forms.NotAnInteger, nil)
	case slices.Contains(types, "number") || slices.Contains(types, "integer"):
		w.add(at, forms.NotANumber, nil)
	default:
		w.add(at, forms.WrongType, map[string]any{"type": strings.Join(types, "|")})
	}
}

// extra finds the properties that additionalProperties: false refuses.
func (w *walker) extra(e *jsonschema.ValidationError, at forms.Pointer, value any) {
	location := strings.TrimSuffix(e.AbsoluteKeywordLocation, "/additionalProperties")
	parent, _ := w.schema.at(location).(map[string]any)
	known, _ := parent["properties"].(map[string]any)
	patterns, _ := parent["patternProperties"].(map[string]any)
	object, _ := value.(map[string]any)
next:
	for name := range object {
		if _, ok := known[name]; ok {
			continue
		}
		for p := range patterns {
			if re, err := regexp.Compile(p); err == nil && re.MatchString(name) {
				continue next
			}
		}
		w.add(at.Join(name), forms.NotAllowed, nil)
	}
}

// variants: of several alternatives that all fail, tell the problems of the one that was meant, which is the one whose constants and
// types fit; where none stands out, the value as a whole is not one of those allowed.
func (w *walker) variants(e *jsonschema.ValidationError, keyword string) {
	at := unescape(e.InstanceLocation)
	if onlyOptions(w.schema.at(e.AbsoluteKeywordLocation)) {
		w.add(at, forms.NotAnOption, nil)
		return
	}
	var meant *walker
	for _, c := range e.Causes {
		one := &walker{schema: w.schema, value: w.value, have: map[string]bool{}}
		one.walk(c)
		fits := !slices.ContainsFunc(one.problems, func(p forms.Problem) bool {
			discriminates := p.Code == forms.NotAllowed || p.Code == forms.NotAnOption
			return discriminates || (p.Pointer == at && (p.Code == forms.WrongType || p.Code == forms.NotANumber))
		})
		if fits && (meant == nil || len(one.problems) < len(meant.problems)) {
			meant = one
		}
	}
	if meant == nil {
		w.add(at, forms.OtherViolation, map[string]any{"keyword": keyword})
		return
	}
	for _, p := range meant.problems {
		w.add(p.Pointer, p.Code, p.Params)
	}
}

func (w *walker) add(at forms.Pointer, code string, params map[string]any) {
	key := string(at) + "\x00" + code
	if !w.have[key] {
		w.have[key] = true
		w.problems = append(w.problems, forms.Problem{Pointer: at, Code: code, Params: params})
	}
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func sortProblems(problems []forms.Problem) {
	slices.SortFunc(problems, func(a, b forms.Problem) int {
		if c := strings.Compare(string(a.Pointer), string(b.Pointer)); c != 0 {
			return c
		}
		return strings.Compare(a.Code, b.Code)
	})
}
