package bare_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"samtjanst/renderer"
	"samtjanst/renderer/bare"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui/uitest"
)

// inTime fails a test when what it does takes longer than any person would wait, many times over: on a page of a few controls, that is
// an amount of work that grows with something it should not.
func inTime(t testing.TB, most time.Duration, what string, do func()) {
	t.Helper()
	start := time.Now()
	do()
	if took := time.Since(start); took > most {
		t.Errorf("%s took %s", what, took.Round(time.Millisecond))
	}
}

// seeds are schemas that say what no author means to say, each with a datum and a body.
var seeds = [][3]string{
	{`{"properties":1,"items":"x","required":"a","type":7,"enum":{},"allOf":3,"$ref":[]}`, `{}`, ``},
	{`{"$ref":"#"}`, `1`, `a=1`},
	{`{"allOf":[{"$ref":"#"},{"$ref":"#/allOf/0"}]}`, `{}`, ``},
	{`{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"properties":{"x":{"$ref":"#/$defs/a"}}}`, `{"x":1}`, `a/x=1`},
	{`{"$defs":{"n":{"properties":{"v":{"type":"string"},"next":{"$ref":"#/$defs/n"}}}},"$ref":"#/$defs/n"}`, `{"next":{"next":{"v":"x"}}}`, `a/next/next/next/v=y&op=add/next/next/next`},
	{`{"properties":{"*":{"type":"string"},"":{"type":"string"},"~":{"type":"string"},"/":{"type":"number"}}}`, `{"*":"a","":"b"}`, `a/*=1&a/=2&a/~0=3&a/~1=x`},
	{`{"enum":[1,1,"1","=1",null,{},[]]}`, `"1"`, `a/=%3D1`},
	{`{"enum":[],"const":1}`, `1`, `a/=1`},
	{`{"type":"array","maxItems":0,"items":{"type":"string"}}`, `["x"]`, `r/=0&r/=n0&a//0=x`},
	{`{"type":"array","items":{"anyOf":[{"type":"number"},{"$ref":"#"}]}}`, `[[1]]`, `r/=n0&v//n0=1&s//n0=1&r//n0=n0&v//n0/n0=0&s//n0/n0=0&a//n0/n0=x`},
	{`{"type":"array","items":{"anyOf":[{"$ref":"#"}]}}`, `[[1]]`, `r/=n0&r//n0=n0`}, // lists of lists, and no choice of anything else
	{`{"additionalProperties":{"$ref":"#"}}`, `{"a":{"b":{}}}`, `r=n0&k/~rn0=a&r/~rn0=n0&k/~rn0/~rn0=b`},
	{`{"prefixItems":[{"$ref":"#"},{"type":"null"}],"items":{"const":{}}}`, `[[[]]]`, `op=add/&t/=[]`},
	{`{"if":{},"then":{"properties":{"a":{"$ref":"#"}}},"else":{"properties":{"a":{"type":"string"}}}}`, `{"a":"x"}`, `v/a=0&a/a/a=1`},
	{`{"$dynamicAnchor":"n","properties":{"c":{"type":"array","items":{"$dynamicRef":"#n"}}}}`, `{"c":[{"c":[]}]}`, `r/c=0&r/c=n1`},
	{`{"oneOf":[{"$ref":"#/title"},{"$ref":"#/enum/0"},{"$ref":"#/oneOf"}],"title":"x","enum":[{"type":"string"}]}`, `"x"`, `v/=0`},
	{`{"type":"number","multipleOf":1e400,"minimum":1e10000000}`, `1e400`, `a/=1e10000000`},
	{`{"type":"object","patternProperties":{"(":{"type":"string"},"^a":false},"propertyNames":{"pattern":"["}}`, `{"(":"x"}`, `k/~r0=%00&a/~r0=%FF`},
	{`{"$id":"http://[::1","$anchor":7,"$ref":"%zz","properties":{"a":{"$id":"#x","$ref":"#x"}}}`, `{}`, ``},
	{`[]`, `null`, ``}, {`false`, `{}`, `a=1`}, {`true`, `{"a":1e400}`, `a=1e10000000`},
}

// Any schema, any stored value, any body: refused with a reason, or a page that is sound and can be read; never a panic, never a hang.
func FuzzBare(f *testing.F) {
	for _, s := range seeds {
		f.Add(s[0], s[1], s[2])
	}
	r, l := house(f)
	f.Fuzz(func(t *testing.T, schema, stored, body string) {
		if len(schema)+len(stored)+len(body) > 20_000 {
			return
		}
		through(t, r, l, schema, stored, body)
	})
}

// through shows a schema with a value, reads a body, and shows what was read.
func through(t testing.TB, r *renderer.Renderer, l *i18n.Locale, schema, stored, body string) {
	t.Helper()
	inTime(t, 5*time.Second, "the schema", func() {
		p, err := bare.Open([]byte(schema), nil, nil, today)
		var refused *bare.Refused
		if errors.As(err, &refused) {
			for _, d := range refused.Diagnostics {
				if strings.TrimSpace(d.What) == "" {
					t.Errorf("refused without a reason: %s", schema)
				}
			}
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, schema)
		}
		if q, err := bare.Open([]byte(schema), nil, []byte(stored), today); err == nil {
			p = q
		}
		page, err := p.HTML(r, l, "")
		if err != nil {
			t.Fatalf("%v\n%s", err, schema)
		}
		if faults := uitest.Faults(page); len(faults) > 0 {
			t.Fatalf("%s\n%s %s", strings.Join(faults, "\n"), schema, stored)
		}
		d, has, err := p.Decode(body, l)
		if err != nil {
			return // no body at all
		}
		if !has {
			return
		}
		again, err := json.Marshal(d.Answers)
		if err != nil {
			t.Fatalf("%v\n%s", err, schema)
		}
		if p, err = bare.Open([]byte(schema), nil, again, today); err != nil {
			t.Fatalf("what was read cannot be shown: %v\n%s\n%s", err, schema, again)
		}
		if page, err = p.HTML(r, l, ""); err != nil || len(uitest.Faults(page)) > 0 {
			t.Fatalf("what was read: %v %v\n%s\n%s", err, uitest.Faults(page), schema, again)
		}
	})
}
