package answers_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/formgen"
	"samtjanst/forms/internal/formtest"
)

// sample gives a schema with a valid value for it, both as a page gets them.
func sample(t *testing.T, seed uint64, kind func(*rand.Rand) formgen.Sample) (schema []byte, value any) {
	t.Helper()
	s := kind(rand.New(rand.NewPCG(seed, 1)))
	schema, err := json.Marshal(s.Schema)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(s.Value)
	if err != nil {
		t.Fatal(err)
	}
	if err := forms.UnmarshalExact(raw, &value); err != nil {
		t.Fatal(err)
	}
	return schema, value
}

// Whatever the schema and whatever the value, posting the page unchanged changes nothing.
func TestAnyPagePostedUnchanged(t *testing.T) {
	for seed := range uint64(1500) {
		kind := formgen.Object
		if seed%3 == 0 {
			kind = formgen.Any
		}
		schema, value := sample(t, seed, kind)
		g := formtest.Bare(t, schema, value)
		stored := formtest.Enclose(g.Form(), value)
		v := formtest.View(t, g, stored)
		if p := g.Validate(v, ""); len(p) > 0 {
			t.Fatalf("seed %d: the sample is wrong: %v\n%s\n%s", seed, p, schema, marshal(t, value))
		}
		post := answers.Encode(v, forms.BarePage, nil)
		d := answers.Decode(g, v, forms.BarePage, browser(post))
		if diff := cmp.Diff(stored, d.Answers); diff != "" || len(d.Problems) > 0 {
			t.Fatalf("seed %d: (-stored +decoded)\n%s\nproblems %v\nschema %s\nvalue %s\npost %q", seed, diff, d.Problems, schema, marshal(t, value), post)
		}
	}
}

// browser makes of texts what a browser makes of them: every line break becomes CRLF.
func browser(post url.Values) url.Values {
	out := url.Values{}
	for name, values := range post {
		for _, v := range values {
			out.Add(name, crlf(v))
		}
	}
	return out
}

func crlf(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n':
		case s[i] == '\r' || s[i] == '\n':
			b = append(b, '\r', '\n')
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Changing what stands in one control changes the value at that place, and nothing else.
func TestOneControlChanged(t *testing.T) {
	tried := 0
	for seed := range uint64(1500) {
		schema, value := sample(t, seed, formgen.Object)
		g := formtest.Bare(t, schema, value)
		stored := formtest.Enclose(g.Form(), value)
		v := formtest.View(t, g, stored)
		inputs := answers.Inputs(v, forms.BarePage, nil)
		r := rand.New(rand.NewPCG(seed, 2))
		c := inputs[r.IntN(max(len(inputs), 1))%max(len(inputs), 1)]
		if len(inputs) == 0 || c.Field.Kind != forms.TextField || c.Name != answers.Control(c.At) || c.Field.Format != "" {
			continue
		}
		tried++
		post := answers.Encode(v, forms.BarePage, nil)
		post.Set(c.Name, "ändrat")
		d := answers.Decode(g, v, forms.BarePage, browser(post))
		want := forms.CopyObject(stored)
		if !put(want, c.At, "ändrat") {
			continue // where an object that is not there would be made, and what it requires with it
		}
		if diff := cmp.Diff(want, d.Answers); diff != "" {
			t.Fatalf("seed %d: %s changed (-want +decoded)\n%s\nschema %s\nvalue %s", seed, c.At, diff, schema, marshal(t, value))
		}
	}
	if tried < 100 {
		t.Errorf("only %d controls changed", tried)
	}
}

// put sets a value in an object or a list that is there.
func put(root any, at forms.Pointer, value any) bool {
	up, ok := forms.Lookup(root, at.Up())
	if !ok {
		return false
	}
	switch x := up.(type) {
	case map[string]any:
		x[at.Last()] = value
		return true
	case []any:
		for i := range x {
			if (at.Up().Index(i)) == at {
				x[i] = value
				return true
			}
		}
	}
	return false
}

// bareDecode posts values over what the page of a bare schema shows unchanged.
func bareDecode(t *testing.T, schema, stored, changes string) answers.Decoded {
	t.Helper()
	value := formtest.JSON(t, stored)
	g := formtest.Bare(t, []byte(schema), value)
	v := formtest.View(t, g, value)
	post := answers.Encode(v, forms.BarePage, nil)
	more, err := url.ParseQuery(changes)
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range more {
		post[name] = list
	}
	return answers.Decode(g, v, forms.BarePage, post)
}

// An entry that is given the name of another one keeps its own, and neither is lost; two that change places do.
func TestEntriesRenamed(t *testing.T) {
	const schema, stored = `{"type":"object","properties":{"m":{"type":"object","additionalProperties":{"type":"string"}}}}`, `{"m":{"a":"1","b":"2","c":"3"}}`
	for _, test := range []struct{ name, post, want, problems string }{
		{"to a free name", "k/m/~r0=x", `{"m":{"x":"1","b":"2","c":"3"}}`, ""},
		{"to one that stands after it", "k/m/~r0=b", stored, "/m/a name-taken"},
		{"to one that stands before it", "k/m/~r1=a", stored, "/m/b name-taken"},
		{"changing places", "k/m/~r0=b&k/m/~r1=a", `{"m":{"a":"2","b":"1","c":"3"}}`, ""},
		{"two to the same", "k/m/~r0=x&k/m/~r1=x", `{"m":{"x":"1","b":"2","c":"3"}}`, "/m/b name-taken"},
		{"to nothing", "k/m/~r0=", stored, "/m/a name-missing"},
		{"a new one with a name that is taken", "r/m=0&r/m=1&r/m=2&r/m=n0&k/m/~rn0=c&a/m/~rn0=9", stored, "/m/~rn0 name-taken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := bareDecode(t, schema, stored, test.post)
			if diff := cmp.Diff(formtest.JSON(t, test.want), d.Answers); diff != "" {
				t.Errorf("(-want +decoded)\n%s", diff)
			}
			told := ""
			for _, p := range d.Problems {
				told += string(p.Pointer) + " " + p.Code
			}
			if told != test.problems {
				t.Errorf("problems %q, want %q", told, test.problems)
			}
		})
	}
}

// What cannot be read in a row after a tuple's first places is told at that row.
func TestRowsAfterATuple(t *testing.T) {
	const schema = `{"type":"object","properties":{"x":{"type":"array","prefixItems":[{"type":"string"},{"type":"string"}],"items":{"type":"number"}}}}`
	d := bareDecode(t, schema, `{"x":["a","b",1,2]}`, "a/x/3=tva")
	if diff := cmp.Diff(formtest.JSON(t, `{"x":["a","b",1,2]}`), d.Answers); diff != "" {
		t.Errorf("(-want +decoded)\n%s", diff)
	}
	if len(d.Problems) != 1 || d.Problems[0].Pointer != "/x/3" || d.Typed["/x/3"] != "tva" {
		t.Errorf("problems %v, typed %v", d.Problems, d.Typed)
	}
}

// A choice is posted as a browser carries it, with every line break one and without NUL, and chosen as the schema has it.
func TestOptionsThatHTMLCannotCarry(t *testing.T) {
	const schema = `{"type":"object","properties":{"x":{"enum":["a\r\nb","c\u0000d","e\"f","g\\h","i<j",2.50,true,"k"]}}}`
	for post, want := range map[string]string{"a\nb": `"a\r\nb"`, "c\uFFFDd": `"c\u0000d"`, `e"f`: `"e\"f"`, `g\h`: `"g\\h"`, "i<j": `"i<j"`, "2.50": `2.50`, "true": `true`, "k": `"k"`} {
		d := bareDecode(t, schema, `{}`, url.Values{"a/x": {post}}.Encode())
		if diff := cmp.Diff(formtest.JSON(t, `{"x":`+want+`}`), d.Answers); diff != "" {
			t.Errorf("%q (-want +decoded)\n%s", post, diff)
		}
	}
}
