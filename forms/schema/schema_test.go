package schema_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/schema"
)

func value(t testing.TB, s string) any {
	t.Helper()
	var v any
	if err := forms.UnmarshalExact([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func told(problems []forms.Problem) []string {
	out := []string{}
	for _, p := range problems {
		s := string(p.Pointer) + " " + p.Code
		if len(p.Params) > 0 {
			b, _ := json.Marshal(p.Params)
			s += " " + string(b)
		}
		out = append(out, s)
	}
	return out
}

func TestProblems(t *testing.T) {
	for _, test := range []struct {
		schema, value string
		want          []string
	}{
		{`{"required":["a","b/c"],"properties":{"a":{}}}`, `{}`, []string{"/a required", "/b~1c required"}},
		{`{"type":"string"}`, `1`, []string{` wrong-type {"type":"string"}`}},
		{`{"type":["string","null"]}`, `1`, []string{` wrong-type {"type":"string|null"}`}},
		{`{"type":"integer"}`, `1.5`, []string{" not-an-integer"}},
		{`{"type":"integer"}`, `"x"`, []string{" not-a-number"}},
		{`{"type":"integer"}`, `1.0`, []string{}},
		{`{"enum":["a",1]}`, `"b"`, []string{" not-an-option"}},
		{`{"oneOf":[{"const":"a","title":"A"},{"const":"b"}]}`, `"c"`, []string{" not-an-option"}},
		{`{"const":true}`, `false`, []string{" not-allowed"}},
		{`{"not":{"type":"string"}}`, `"x"`, []string{" not-allowed"}},
		{`{"properties":{"x":false}}`, `{"x":1}`, []string{"/x not-allowed"}},
		{`{"minLength":3}`, `"åä"`, []string{` too-short {"min":"3"}`}},
		{`{"maxLength":1}`, `"åä"`, []string{` too-long {"length":"2","max":"1"}`}},
		{`{"pattern":"^a"}`, `"b"`, []string{` pattern {"pattern":"^a"}`}},
		{`{"minimum":1.50}`, `1.4999999999999999999999`, []string{` too-small {"min":"1.50"}`}},
		{`{"exclusiveMinimum":1}`, `1`, []string{` too-small {"exclusive":true,"min":"1"}`}},
		{`{"maximum":12345678901234567890}`, `12345678901234567891`, []string{` too-large {"max":"12345678901234567890"}`}},
		{`{"multipleOf":0.01}`, `0.015`, []string{` not-a-multiple {"of":"0.01"}`}},
		{`{"minItems":2}`, `[1]`, []string{` too-few {"min":"2"}`}},
		{`{"maxItems":0}`, `[1]`, []string{` too-many {"max":"0"}`}},
		{`{"uniqueItems":true}`, `[1,1.0]`, []string{" not-unique"}},
		{`{"contains":{"const":1}}`, `[2]`, []string{` other-violation {"keyword":"contains"}`}},
		{`{"additionalProperties":false,"properties":{"a":{}},"patternProperties":{"^x":{}}}`, `{"a":1,"x1":1,"b":1}`, []string{"/b not-allowed"}},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, []string{"/b required"}},
		{`{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}`, `{"a":2}`, []string{"/c required"}},
		{`{"$ref":"#/$defs/å b~1c","$defs":{"å b/c":{"minLength":2}}}`, `"x"`, []string{` too-short {"min":"2"}`}},
		{`{"allOf":[{"minLength":2},{"pattern":"^a"}]}`, `"b"`, []string{` pattern {"pattern":"^a"}`, ` too-short {"min":"2"}`}},
		{`{"items":{"properties":{"n":{"type":"string"}},"required":["n"]}}`, `[{"n":1},{}]`, []string{`/0/n wrong-type {"type":"string"}`, "/1/n required"}},
		{`{"oneOf":[{"properties":{"k":{"const":"a"},"x":{"type":"string"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k","y"]}]}`,
			`{"k":"b"}`, []string{"/y required"}},
		{`{"anyOf":[{"type":"string"},{"type":"object"}]}`, `1`, []string{` other-violation {"keyword":"anyOf"}`}},
		{`{"format":"date"}`, `"2026-02-30"`, []string{" not-a-date"}},
		{`{"format":"date","formatMinimum":"2026-01-01","formatMaximum":"2026-12-31"}`, `"2027-01-01"`, []string{` too-late {"max":"2026-12-31"}`}},
		{`{"format":"date","formatMinimum":"2026-01-01"}`, `"2025-12-31"`, []string{` too-early {"min":"2026-01-01"}`}},
		{`{"format":"email"}`, `"a@b"`, []string{` format {"format":"email"}`}},
		{`{"format":"personnummer"}`, `"201905142385"`, []string{" person-check"}},
		{`{"format":"personnummer"}`, `"20190514"`, []string{" person-format"}},
		{`{"format":"personnummer"}`, `"201913142384"`, []string{" person-date"}},
		{`{"properties":{"a":{"minLength":2},"b":{"type":"number"},"c":{"format":"postnummer"}},"required":["d"]}`,
			`{"a":"x","b":"x","c":"x"}`, []string{`/a too-short {"min":"2"}`, "/b not-a-number", `/c format {"format":"postnummer"}`, "/d required"}},
	} {
		t.Run(test.schema+test.value, func(t *testing.T) {
			s, err := schema.Compile([]byte(test.schema))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, told(s.Validate(value(t, test.value)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFormats(t *testing.T) {
	for format, values := range map[string][2][]string{
		"personnummer":         {{"201905142384", "190001019801"}, {"198306692396", "19051423841", "190514-2384", ""}},
		"samordningsnummer":    {{"198306692396"}, {"201905142384"}},
		"personid":             {{"198306692396", "201905142384"}, {"x"}},
		"organisationsnummer":  {{"162021004748", "198403122388"}, {"2021004748", "162021004749"}},
		"postnummer":           {{"99010"}, {"09010", "990 10", "9901"}},
		"phone":                {{"+46701740605"}, {"0701740605", "+0701740605", "+46 70"}},
		"clearing":             {{"6789", "83279"}, {"0123", "123", "12345"}},
		"kontonummer":          {{"12", "1234567890"}, {"1", "12 34", "12345-6"}},
		"month":                {{"2026-11"}, {"2026-13", "2026", "11-2026"}},
		"fastighetsbeteckning": {{"EKKÖPING KVARNEN 1:2", "TALLVIK BJÖRK-Å 12", "EKKÖPING KVARNEN S:1"}, {"Kvarnen 1:2", "KVARNEN", "1:2", "KVARNEN 1:"}},
		"time":                 {{"07:30", "23:59:59Z", "12:00:00.5+02:00"}, {"24:00", "7:30", "07:60"}},
		"email":                {{"anna.testsson@example.se"}, {"Anna <a@example.se>", "a@b", "a b@example.se", "@example.se", "a@.se"}},
		"uri":                  {{"https://example.se/x"}, {"example.se", "/x"}},
		"uuid":                 {{"4f1d0c3e-0001-4a10-8a01-000000009901"}, {"4f1d0c3e00014a108a01000000009901"}},
	} {
		s, err := schema.Compile([]byte(`{"format":"` + format + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		for i, valid := range []bool{true, false} {
			for _, v := range values[i] {
				if got := len(s.Validate(v)) == 0; got != valid {
					t.Errorf("%s %q: valid %v, want %v", format, v, got, valid)
				}
			}
		}
		if len(s.Validate(json.Number("1"))) > 0 {
			t.Errorf("%s judges what is no text", format)
		}
	}
}

// The library panics or hangs on these.
func TestGuards(t *testing.T) {
	s, err := schema.Compile([]byte(`{"properties":{"n":{"multipleOf":0.01,"type":"integer"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"1e10000000", "1e-10000000", "-1E+999999999", strings.Repeat("9", 500)} {
		if got := told(s.Validate(map[string]any{"n": json.Number(n)})); len(got) != 1 || got[0] != "/n not-a-number" {
			t.Errorf("%.20s: %v", n, got)
		}
	}
	deep := any("x")
	for range 100 {
		deep = []any{deep}
	}
	if got := s.Validate(map[string]any{"d": deep}); len(got) != 1 {
		t.Errorf("deep: %v", got)
	}
	loop, err := schema.Compile([]byte(`{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"properties":{"x":{"$ref":"#/$defs/a"}}}`))
	if err == nil {
		if got := loop.Validate(map[string]any{"x": "y"}); len(got) != 1 {
			t.Errorf("loop: %v", got)
		}
	}
	for _, bad := range []string{`{"minimum":1e10000000}`, `{"type":"strng"}`, `{"pattern":"("}`, `{`, `[]`, `"x"`} {
		if _, err := schema.Compile([]byte(bad)); err == nil {
			t.Errorf("%s compiles", bad)
		}
	}
}

func TestNothingIsLoaded(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked = true; fmt.Fprint(w, "{}") }))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "other.json")
	if err := os.WriteFile(file, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{server.URL, "file://" + file, file, "other.json"} {
		if _, err := schema.Compile([]byte(`{"$ref":"` + ref + `"}`)); err == nil {
			t.Errorf("%s was loaded", ref)
		}
	}
	if asked {
		t.Error("the network was asked")
	}
}

func FuzzSchema(f *testing.F) {
	f.Add(`{"properties":{"a":{"type":"integer","multipleOf":0.1}}}`, `{"a":1e400}`)
	f.Add(`{"$ref":"#"}`, `1`)
	f.Add(`{"oneOf":[{"$ref":"#/oneOf/1"},{"not":{}}]}`, `[1,[2]]`)
	f.Fuzz(func(t *testing.T, raw, instance string) {
		s, err := schema.Compile([]byte(raw))
		var v any
		if err != nil || forms.UnmarshalExact([]byte(instance), &v) != nil {
			return
		}
		start := time.Now()
		for _, p := range s.Validate(v) {
			if p.Code == "" {
				t.Error("a problem without code")
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func BenchmarkValidate50(b *testing.B) {
	var properties, answers []string
	for i := range 50 {
		properties = append(properties, fmt.Sprintf(`"f%d":{"type":"string","maxLength":100}`, i))
		answers = append(answers, fmt.Sprintf(`"f%d":"svar"`, i))
	}
	s, err := schema.Compile([]byte(`{"properties":{` + strings.Join(properties, ",") + `}}`))
	if err != nil {
		b.Fatal(err)
	}
	v := value(b, "{"+strings.Join(answers, ",")+"}")
	for b.Loop() {
		if p := s.Validate(v); p != nil {
			b.Fatal(p)
		}
	}
}
