package schema_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"samtjanst/forms/schema"
)

// Whatever is wrong with a schema, its author reads where, what and how to mend it, and nothing that the library wrote.
func TestMistakes(t *testing.T) {
	twice := `{"$defs":{"d40":{"type":"string"}`
	for i := range 40 {
		twice += fmt.Sprintf(`,"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]}`, i, i+1, i+1)
	}
	twice += `},"properties":{"a":{"$ref":"#/$defs/d0"}}}`
	for _, c := range []struct{ schema, want string }{
		{`{"properties":{"a":{"type":"heltal"}}}`, `1:28: type cannot be "heltal" (it is "string", `},
		{`{"properties":{"a":{"type":["string","heltal"]}}}`, `1:28: type cannot be ["string","heltal"] (it is "string", `},
		{`{"properties":{"a":{"minimum":"1"}}}`, `1:31: minimum cannot be "1" (it is a number)`},
		{`{"properties":{"a":{"maxLength":-1}}}`, `1:33: maxLength cannot be -1 (it is a whole number, 0 or more)`},
		{`{"properties":{"a":{"minimum":1e10000000}}}`, `1:31: the number is too large or too small (write it without an exponent)`},
		{`{"properties":{"a":{"pattern":"(?=x)"}}}`, `1:31: pattern cannot be "(?=x)" (it is a regular expression without lookahead, `},
		{`{"patternProperties":{"[":true}}`, `patternProperties is not right (it is a regular expression without lookahead, `},
		{`{"properties":{"type":"string"}}`, `1:23: not a schema (a schema is an object, true or false)`},
		{`{"items":{"required":"a"}}`, `1:22: required cannot be "a" (it is a list of names, each once)`},
		{`{"allOf":[]}`, `1:10: allOf cannot be [] (it is a list of one schema or more)`},
		{`{"properties":{"a":{"$ref":"http://example.se/x"}}}`, `1:28: "http://example.se/x" is not within the form (write "#/$defs/…"`},
		{`{"$schema":"http://example.se/s"}`, `1:12: "http://example.se/s" is not within the form (`},
		{`{"properties":{"a":{"allOf":[{"$ref":"#/properties/a"}]}}}`, `it refers to itself without end (let what refers to itself stand within properties or items)`},
		{`{"properties":{"a":{"$ref":"#/nowhere"}}}`, `not a schema that can be used (see whether each $ref leads somewhere`},
		{twice, "it leads to the same value in more than 10000 ways (refer to each definition once)"},
	} {
		_, err := schema.Compile(json.RawMessage(c.schema))
		if err == nil {
			t.Errorf("%.80s: compiled", c.schema)
			continue
		}
		if got := schema.Diagnose([]byte(c.schema), err).String(); !strings.HasPrefix(got, "schema.json:") || !strings.Contains(got, c.want) {
			t.Errorf("%.80s:\n  found %s\n  want  %s", c.schema, got, c.want)
		}
	}
}

// What is judged by several parts of a schema, at each depth, is refused where that would not end, and only there.
func TestVisits(t *testing.T) {
	const (
		once  = `{"type":"object","properties":{"k":{"type":"string"},"c":{"$ref":"#"}}}`
		twice = `{"oneOf":[{"properties":{"k":{"const":"a"},"c":{"$ref":"#"}}},{"properties":{"k":{"const":"b"},"c":{"$ref":"#"}}}]}`
		rest  = `{"allOf":[{"properties":{"c":{"$ref":"#"}}},{"patternProperties":{"^c":{"$ref":"#"}}},{"additionalProperties":{"$ref":"#"}}]}`
		list  = `{"anyOf":[{"items":{"$ref":"#"}},{"prefixItems":[{"$ref":"#"}]},{"contains":{"$ref":"#"}},{"type":"object"}]}`
	)
	for _, c := range []struct {
		schema, open, end string
		depth             int
		want              string
	}{
		{once, `{"k":"a","c":`, `}`, 60, ""},
		{twice, `{"k":"a","c":`, `}`, 8, ""},
		{twice, `{"k":"a","c":`, `}`, 60, " other-violation schema"},
		{rest, `{"c":`, `}`, 8, ""},
		{rest, `{"c":`, `}`, 60, " other-violation schema"},
		{list, `[`, `]`, 60, " other-violation schema"},
	} {
		s, err := schema.Compile(json.RawMessage(c.schema))
		if err != nil {
			t.Fatal(err)
		}
		inner := map[string]string{"}": `{"k":"a"}`, "]": "[]"}[c.end]
		dec := json.NewDecoder(strings.NewReader(strings.Repeat(c.open, c.depth) + inner + strings.Repeat(c.end, c.depth)))
		dec.UseNumber()
		var value any
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, p := range s.Validate(value) {
			got += fmt.Sprint(p.Pointer, " ", p.Code, " ", p.Params["keyword"])
		}
		if got != c.want {
			t.Errorf("%s %d deep: %q, want %q", c.schema, c.depth, got, c.want)
		}
	}
}

// Many rows that may each be judged are not judged when all of them together are too much.
func TestVisitsOfRows(t *testing.T) {
	s, err := schema.Compile(json.RawMessage(`{"$defs":{"n":{"oneOf":[{"properties":{"k":{"const":"a"},"c":{"$ref":"#/$defs/n"}}},` +
		`{"properties":{"k":{"const":"b"},"c":{"$ref":"#/$defs/n"}}}]}},"properties":{"r":{"type":"array","items":{"$ref":"#/$defs/n"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var row any = map[string]any{"k": "a"}
	for range 8 {
		row = map[string]any{"k": "a", "c": row}
	}
	for rows, want := range map[int]int{5: 0, 1000: 1} {
		value := map[string]any{"r": make([]any, rows)}
		for i := range rows {
			value["r"].([]any)[i] = row
		}
		if got := s.Again(nil, value).Problems; len(got) != want {
			t.Errorf("%d rows: %v", rows, got)
		}
	}
}
