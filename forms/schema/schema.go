// Package schema compiles JSON Schemas and tells what is wrong with a value as problems: stable codes with parameters read from
// the schema, all at once. It is the only importer of the jsonschema library, whose English texts are never parsed.
//
// Nothing is ever loaded: a $ref stays within the schema it stands in. Values are JSON values with json.Number; nesting and
// numbers are bounded before the library sees them, since v5.3.1 panics or hangs on what lies beyond.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// address is where a schema pretends to be, so that its own references resolve.
const address = "form:schema.json"

// Schema is compiled and safe for concurrent use.
type Schema struct {
	compiled *jsonschema.Schema
	raw      any                // the schema as a JSON value: parameters of problems are read here
	shell    *jsonschema.Schema // compiled, without the items of lists
	lists    []list             // those lists, in the order of their pointers
	count    bool               // whether what judging a value costs is counted first, see ways

	// Conditional tells that what is required depends on the value (if, dependentRequired and their kin).
	Conditional bool
}

// Compile reads a schema; 2020-12 where it does not say. A schema that is not valid, or that refers outside itself, is fault.Invalid and
// wraps a *Mistake.
func Compile(raw json.RawMessage) (s *Schema, err error) {
	const op = "schema.Compile"
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	s = &Schema{}
	if err := dec.Decode(&s.raw); err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	if p := guard(s.raw, 0); p != nil {
		return nil, fault.New(op, fault.Invalid, guarded(p))
	}
	s.Conditional = conditional(s.raw)
	// The library panics on some schemas that its own metaschema lets through; an author's mistake must not stop the server.
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, fault.New(op, fault.Invalid, &Mistake{What: "the schema cannot be compiled", Mend: "write it in a simpler way"})
		}
	}()
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	if forms.Draft7(raw) {
		c.Draft = jsonschema.Draft7
	}
	c.AssertFormat = true
	var loaded string
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		loaded = url
		return nil, fault.Newf(op, fault.Invalid, "a schema refers to nothing outside itself")
	}
	for name, f := range formats {
		c.Formats[name] = f.valid
	}
	c.RegisterExtension("formatBounds", nil, boundsCompiler{})
	if err := c.AddResource(address, bytes.NewReader(raw)); err != nil {
		return nil, fault.New(op, fault.Invalid, s.mistake(err, loaded))
	}
	if s.compiled, err = c.Compile(address); err != nil {
		return nil, fault.New(op, fault.Invalid, s.mistake(err, loaded))
	}
	leads := waysOf(s.compiled)
	if leads.tooMany != nil {
		return nil, fault.New(op, fault.Invalid,
			mistakeAt(leads.tooMany.Location, fmt.Sprintf("it leads to the same value in more than %d ways", maxWays), "refer to each definition once"))
	}
	s.count = leads.count
	s.shell, s.lists = byRow(s.compiled, s.raw)
	return s, nil
}

// Validate gives every problem of a JSON value, in the order of their pointers; none for a valid value.
func (s *Schema) Validate(value any) []forms.Problem {
	if p := guard(value, 0); p != nil {
		return []forms.Problem{*p}
	}
	problems, ok := s.violations(s.compiled, value, new(tally))
	if !ok {
		return []forms.Problem{{Code: forms.OtherViolation, Params: map[string]any{"keyword": "schema"}}}
	}
	sortProblems(problems)
	return problems
}

// violations are the problems that a part of the schema has with a value; t goes on counting what that costs. False when it gives no answer: it refers to itself without end,
// it would be looked at too often, the value is not JSON, or the library panics.
func (s *Schema) violations(part *jsonschema.Schema, value any, t *tally) (problems []forms.Problem, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			problems, ok = nil, false
		}
	}()
	if s.count && !t.of(map[*jsonschema.Schema]int{part: 1}, value) {
		return nil, false
	}
	err := part.Validate(value)
	if err == nil {
		return nil, true
	}
	ve, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return nil, false
	}
	w := &walker{schema: s, value: value, have: map[string]bool{}}
	w.walk(ve)
	return w.problems, true
}

// Limits of what the library is shown.
const (
	maxDepth  = 64
	maxNumber = 400 // characters; an exponent is at most three digits
)

// guard finds what the library must not see: nesting beyond maxDepth, numbers whose exact value would fill the memory.
func guard(v any, depth int) *forms.Problem {
	if depth > maxDepth {
		return &forms.Problem{Code: forms.OtherViolation, Params: map[string]any{"keyword": "depth"}}
	}
	switch x := v.(type) {
	case json.Number:
		if !plainNumber(string(x)) {
			return &forms.Problem{Code: forms.NotANumber}
		}
	case map[string]any:
		for k, e := range x {
			if p := guard(e, depth+1); p != nil {
				p.Pointer = forms.Pointer("").Join(k) + p.Pointer
				return p
			}
		}
	case []any:
		for i, e := range x {
			if p := guard(e, depth+1); p != nil {
				p.Pointer = forms.Pointer("").Index(i) + p.Pointer
				return p
			}
		}
	}
	return nil
}

func plainNumber(s string) bool {
	if len(s) > maxNumber || !json.Valid([]byte(s)) {
		return false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		exp := strings.TrimLeft(s[i+1:], "+-0")
		return len(exp) <= 3
	}
	return true
}

func conditional(v any) bool {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			switch k {
			case "if", "dependentRequired", "dependentSchemas", "dependencies", "anyOf", "oneOf":
				if !onlyOptions(e) {
					return true
				}
			}
			if conditional(e) {
				return true
			}
		}
	case []any:
		for _, e := range x {
			if conditional(e) {
				return true
			}
		}
	}
	return false
}

// onlyOptions reports whether a oneOf only lists values to choose from.
func onlyOptions(v any) bool {
	list, ok := v.([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		if _, has := m["const"]; !has {
			return false
		}
	}
	return ok
}

// at finds a keyword's value in the schema by the absolute location that the library gives, "form:schema.json#/properties/x/minLength".
func (s *Schema) at(location string) any {
	_, fragment, _ := strings.Cut(location, "#")
	v, _ := forms.Lookup(s.raw, unescape(fragment))
	return v
}

// unescape turns the library's location into a pointer: it escapes each token for a URL as well.
func unescape(location string) forms.Pointer {
	if !strings.Contains(location, "%") {
		return forms.Pointer(location)
	}
	parts := strings.Split(location, "/")
	for i, p := range parts {
		if u, err := url.PathUnescape(p); err == nil {
			parts[i] = u
		}
	}
	return forms.Pointer(strings.Join(parts, "/"))
}

func number(v any) string {
	switch x := v.(type) {
	case json.Number:
		return x.String()
	case int:
		return strconv.Itoa(x)
	}
	return fmt.Sprint(v)
}
