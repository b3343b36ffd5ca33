package bare_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"samtjanst/renderer/bare"
)

// Whatever is posted costs what it is large: thousands of names, megabytes, names as deep as they are long. What is beyond that is refused.
func TestLargeBodies(t *testing.T) {
	r, l := house(t)
	const (
		rows = `{"type":"array","items":{"type":"object","properties":{"n":{"type":"number"},"b":{"type":"array","items":{"type":"object","properties":{"n":{"type":"number"}}}}}}}`
		tree = `{"type":"array","items":{"anyOf":[{"type":"number"},{"$ref":"#"}]}}`
		maps = `{"type":"object","additionalProperties":{"anyOf":[{"type":"number"},{"$ref":"#"}]}}`
		next = `{"$defs":{"n":{"type":"object","properties":{"v":{"type":"string"},"next":{"$ref":"#/$defs/n"},"rows":{"type":"array","items":{"$ref":"#/$defs/n"}}}}},"$ref":"#/$defs/n"}`
		wide = `{"type":"object","properties":{"w":{"oneOf":[{"type":"string"},{"type":"number"}]},"m":{"type":"object","additionalProperties":{"type":"string"}}}}`
	)
	nested := func(depth int, row, last string) string {
		var b strings.Builder
		at := ""
		for range depth {
			fmt.Fprintf(&b, row, at)
			at += "/n0"
		}
		return b.String() + fmt.Sprintf(last, at)
	}
	var deepMap strings.Builder
	at := ""
	for range 40 {
		fmt.Fprintf(&deepMap, "r%[1]s=n0&k%[1]s/~rn0=x&v%[1]s/~rn0=1&s%[1]s/~rn0=1&", at)
		at += "/~rn0"
	}
	fmt.Fprintf(&deepMap, "v%[1]s=0&s%[1]s=0&a%[1]s=x", at)
	for name, c := range map[string]struct{ schema, body string }{
		"8,000 names and no field": {wide, repeated(8_000, "&", func(i int) string { return fmt.Sprintf("a/x%d=1", i) })},
		"8,000 names and rows": {rows, repeated(1000, "&", func(i int) string { return fmt.Sprintf("r=n%d&a/n%d/n=x", i, i) }) + "&" +
			repeated(8_000, "&", func(i int) string { return fmt.Sprintf("a/x%d=1", i) })},
		"rows in rows, all wrong": {rows, repeated(1000, "&", func(i int) string {
			return fmt.Sprintf("r=n%d&", i) + repeated(4, "&", func(j int) string { return fmt.Sprintf("r/n%d/b=n%d&a/n%d/b/n%d/n=x", i, j, i, j) })
		})},
		"blank entries":        {wide, repeated(1000, "&", func(i int) string { return fmt.Sprintf("r/m=n%d", i) }) + "&" + repeated(8_000, "&", func(i int) string { return fmt.Sprintf("a/m/~rz%d=1", i) })},
		"entries of one name":  {wide, repeated(1000, "&", func(i int) string { return fmt.Sprintf("r/m=n%d&k/m/~rn%d=x&a/m/~rn%d=1", i, i, i) })},
		"one row many times":   {rows, strings.Repeat("r=n0&", 9_000)},
		"one text many times":  {wide, strings.Repeat("a/w=x&", 9_000)},
		"a text of a megabyte": {wide, "v/w=0&s/w=0&a/w=" + strings.Repeat("x", 1<<20)},
		"a name of a megabyte": {wide, "a/m" + strings.Repeat("/x", 1<<19) + "=1&k" + strings.Repeat("/~r", 1<<18) + "=1"},
		"lists in lists":       {tree, nested(40, "r%[1]s=n0&v%[1]s/n0=1&s%[1]s/n0=1&", "r%[1]s=n0&v%[1]s/n0=0&s%[1]s/n0=0&a%[1]s/n0=x")},
		"lists without end":    {tree, nested(1500, "r%[1]s=n0&v%[1]s/n0=1&s%[1]s/n0=1&", "r%[1]s=n0&v%[1]s/n0=0&s%[1]s/n0=0&a%[1]s/n0=1")},
		"maps in maps":         {maps, deepMap.String()},
		"groups without end": {next, func() string {
			var b strings.Builder
			at := "/rows"
			for range 900 {
				fmt.Fprintf(&b, "r%[1]s=n0&a%[1]s/n0/v=x&", at)
				at += "/n0/rows"
			}
			return b.String()
		}()},
		"number of a million digits": {wide, "v/w=1&s/w=1&a/w=" + strings.Repeat("9", 1<<20)},
	} {
		inTime(t, 5*time.Second, name, func() {
			p, err := bare.Open([]byte(c.schema), nil, nil, today)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			d, has, err := p.Decode(c.body, l)
			if err != nil || !has {
				t.Fatalf("%s: %v", name, err)
			}
			again := marshal(t, d.Answers)
			if p, err = bare.Open([]byte(c.schema), nil, again, today); err != nil {
				t.Fatalf("%s: what was read cannot be shown: %v", name, err)
			}
			if _, err := p.HTML(r, l, ""); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	for want, body := range map[string]string{
		"more than 10000 values": repeated(100_000, "&", func(i int) string { return fmt.Sprintf("a/x%d=1", i) }),
		"larger than 10 MB":      "a/w=" + strings.Repeat("x", 10<<20),
		"not application/x-www":  "a/w=%zz",
	} {
		p, err := bare.Open([]byte(wide), nil, nil, today)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Decode(body, l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
