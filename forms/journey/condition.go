package journey

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"unicode/utf8"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// condition is a compiled condition. Conditions use a small static subset of JSON Schema and are asked on every page of every
// request, so they are compiled to closures; a test holds them to the schema library's verdict.
type condition func(v any) bool

func compileCondition(c *forms.Condition) (condition, error) {
	var raw any
	if err := forms.UnmarshalExact(c.Raw, &raw); err != nil {
		return nil, fault.New("journey.New", fault.Invalid, err)
	}
	return compileSchema(raw)
}

func compileSchema(raw any) (condition, error) {
	if b, ok := raw.(bool); ok {
		return func(any) bool { return b }, nil
	}
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, fault.Newf("journey.New", fault.Invalid, "a condition is an object")
	}
	var all []condition
	for keyword, v := range object {
		c, err := compileKeyword(keyword, v)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return func(v any) bool {
		for _, c := range all {
			if !c(v) {
				return false
			}
		}
		return true
	}, nil
}

func compileKeyword(keyword string, v any) (condition, error) {
	switch keyword {
	case "properties":
		return properties(v)
	case "items", "contains", "not":
		inner, err := compileSchema(v)
		if err != nil {
			return nil, err
		}
		return overItems(keyword, inner), nil
	case "allOf", "anyOf", "oneOf":
		return several(keyword, v)
	case "required":
		names, _ := v.([]any)
		return func(v any) bool {
			m, ok := v.(map[string]any)
			for _, n := range names {
				name, _ := n.(string)
				if _, has := m[name]; ok && !has {
					return false
				}
			}
			return true
		}, nil
	case "const":
		return func(x any) bool { return forms.Equal(x, v) }, nil
	case "enum":
		list, _ := v.([]any)
		return func(x any) bool { return slices.ContainsFunc(list, func(e any) bool { return forms.Equal(x, e) }) }, nil
	case "type":
		return typed(v), nil
	case "pattern":
		s, _ := v.(string)
		re, err := regexp.Compile(s)
		if err != nil {
			return nil, fault.New("journey.New", fault.Invalid, err)
		}
		return func(x any) bool { s, ok := x.(string); return !ok || re.MatchString(s) }, nil
	}
	limit, ok := forms.Rat(v)
	if !ok {
		return nil, fault.Newf("journey.New", fault.Invalid, "%s needs a number", keyword)
	}
	return bound(keyword, limit)
}

func properties(v any) (condition, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fault.Newf("journey.New", fault.Invalid, "properties is an object")
	}
	inner := map[string]condition{}
	for name, raw := range object {
		c, err := compileSchema(raw)
		if err != nil {
			return nil, err
		}
		inner[name] = c
	}
	return func(v any) bool {
		m, _ := v.(map[string]any)
		for name, c := range inner {
			if x, has := m[name]; has && !c(x) {
				return false
			}
		}
		return true
	}, nil
}

func overItems(keyword string, inner condition) condition {
	if keyword == "not" {
		return func(v any) bool { return !inner(v) }
	}
	return func(v any) bool {
		list, ok := v.([]any)
		if !ok {
			return true
		}
		if keyword == "contains" {
			return slices.ContainsFunc(list, inner)
		}
		return !slices.ContainsFunc(list, func(e any) bool { return !inner(e) })
	}
}

func several(keyword string, v any) (condition, error) {
	list, _ := v.([]any)
	var inner []condition
	for _, e := range list {
		c, err := compileSchema(e)
		if err != nil {
			return nil, err
		}
		inner = append(inner, c)
	}
	return func(v any) bool {
		n := 0
		for _, c := range inner {
			if c(v) {
				n++
			}
		}
		switch keyword {
		case "allOf":
			return n == len(inner)
		case "oneOf":
			return n == 1
		}
		return n > 0
	}, nil
}

func typed(v any) condition {
	var names []string
	if s, ok := v.(string); ok {
		names = []string{s}
	}
	if list, ok := v.([]any); ok {
		for _, e := range list {
			s, _ := e.(string)
			names = append(names, s)
		}
	}
	return func(x any) bool {
		name := "null"
		switch n := x.(type) {
		case bool:
			name = "boolean"
		case string:
			name = "string"
		case json.Number:
			if r, ok := forms.Rat(n); ok && r.IsInt() && slices.Contains(names, "integer") {
				return true
			}
			name = "number"
		case []any:
			name = "array"
		case map[string]any:
			name = "object"
		}
		return slices.Contains(names, name)
	}
}

func bound(keyword string, limit *big.Rat) (condition, error) {
	var measure func(any) (*big.Rat, bool)
	size := func(n int) (*big.Rat, bool) { return new(big.Rat).SetInt64(int64(n)), true }
	switch keyword {
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		measure = forms.Rat
	case "minLength", "maxLength":
		measure = func(v any) (*big.Rat, bool) {
			if s, ok := v.(string); ok {
				return size(utf8.RuneCountInString(s))
			}
			return nil, false
		}
	case "minItems", "maxItems":
		measure = func(v any) (*big.Rat, bool) {
			if l, ok := v.([]any); ok {
				return size(len(l))
			}
			return nil, false
		}
	default:
		return nil, fault.Newf("journey.New", fault.Invalid, "a condition cannot use %q", keyword)
	}
	return func(v any) bool {
		x, ok := measure(v)
		if !ok {
			return true
		}
		c := x.Cmp(limit)
		switch keyword {
		case "minimum", "minLength", "minItems":
			return c >= 0
		case "maximum", "maxLength", "maxItems":
			return c <= 0
		case "exclusiveMinimum":
			return c > 0
		}
		return c < 0
	}, nil
}

// Condition compiles a condition to what it says of a scope {answers, facts, …}. A mistake in it is fault.Invalid.
func Condition(c *forms.Condition) (holds func(scope any) bool, err error) {
	return compileCondition(c)
}
