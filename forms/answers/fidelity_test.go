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
