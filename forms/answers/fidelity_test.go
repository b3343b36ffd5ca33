package answers_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/internal/formgen"
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
	for seed := range uint64(3000) {
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
