package bare_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"samtjanst/renderer/bare"
)

// repeated joins what write gives of the numbers to n.
func repeated(n int, sep string, write func(i int) string) string {
	parts := make([]string, n)
	for i := range n {
		parts[i] = write(i)
	}
	return strings.Join(parts, sep)
}

// What is large without being of use to anybody costs what it is large, not its square: the schema.
func TestLargeSchemas(t *testing.T) {
	r, l := house(t)
	for name, c := range map[string]struct{ schema, refused string }{
		"wide and required": {`{"type":"object","properties":{` + repeated(10_000, ",", func(i int) string { return fmt.Sprintf(`"p%d":{"type":"string"}`, i) }) +
			`},"required":[` + repeated(10_000, ",", func(i int) string { return fmt.Sprintf(`"p%d"`, i) }) + `]}`, "schemas within one"},
		"many options":      {`{"enum":[` + repeated(20_000, ",", strconv.Itoa) + `]}`, ""},
		"many texts":        {`{"oneOf":[` + repeated(10_000, ",", func(i int) string { return fmt.Sprintf(`{"const":"o%d","title":"Val %d"}`, i, i) }) + `]}`, "schemas within one"},
		"options that meet": {`{"enum":[` + repeated(1_000, ",", func(i int) string { return `"` + strings.Repeat("=", i) + `1"` }) + `,1]}`, ""},
		"many variants":     {`{"oneOf":[` + repeated(400, ",", func(i int) string { return fmt.Sprintf(`{"type":"object","properties":{"a%d":{"type":"string"}}}`, i) }) + `]}`, ""},
		"two each step": {`{"$defs":{` + repeated(40, ",", func(i int) string {
			return fmt.Sprintf(`"d%d":{"properties":{"a":{"$ref":"#/$defs/d%d"},"b":{"$ref":"#/$defs/d%d"}}}`, i, (i+1)%40, (i+1)%40)
		}) + `},"$ref":"#/$defs/d0"}`, ""},
		"two variants each step": {`{"$defs":{` + repeated(40, ",", func(i int) string {
			return fmt.Sprintf(`"d%d":{"oneOf":[{"$ref":"#/$defs/d%d"},{"properties":{"x":{"$ref":"#/$defs/d%d"}}}]}`, i, (i+1)%40, (i+1)%40)
		}) + `},"$ref":"#/$defs/d0"}`, "refers to itself without end"},
		"two variants the same": {`{"$defs":{` + repeated(40, ",", func(i int) string {
			return fmt.Sprintf(`"d%d":{"oneOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]}`, i, i+1, i+1)
		}) + `,"d40":{"type":"object"}},"$ref":"#/$defs/d0"}`, "in more than 10000 ways"},
		"allOf of allOf": {`{"$defs":{` + repeated(40, ",", func(i int) string {
			return fmt.Sprintf(`"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]}`, i, i+1, i+1)
		}) + `,"d40":{"type":"string"}},"$ref":"#/$defs/d0"}`, "in more than 10000 ways"},
		"tuple":    {`{"prefixItems":[` + repeated(6_000, ",", func(int) string { return `{"type":"string"}` }) + `]}`, "schemas within one"},
		"patterns": {`{"patternProperties":{` + repeated(6_000, ",", func(i int) string { return fmt.Sprintf(`"^p%d":{"type":"string"}`, i) }) + `}}`, "schemas within one"},
		"conditions": {`{"allOf":[` + repeated(150, ",", func(i int) string {
			return fmt.Sprintf(`{"if":{"required":["a%d"]},"then":{"properties":{"a":{"minLength":%d},"b%d":{"type":"string"}}}}`, i, i, i)
		}) + `],"type":"object"}`, ""},
		"deep":     {strings.Repeat(`{"properties":{"a":`, 31) + `{}` + strings.Repeat(`}}`, 31), ""},
		"too deep": {strings.Repeat(`{"items":`, 100_000) + `{}` + strings.Repeat(`}`, 100_000), "nested deeper"},
	} {
		inTime(t, 5*time.Second, name, func() {
			p, err := bare.Open([]byte(c.schema), nil, nil, today)
			if err != nil {
				if c.refused == "" || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("%s: refused: %.200s", name, err)
				}
				return
			}
			if page, err := p.HTML(r, l, ""); err != nil || len(page) == 0 || c.refused != "" {
				t.Errorf("%s: %v, %d bytes", name, err, len(page))
			}
		})
	}
}

// A definition that refers to itself twice would be looked at two to the power of how deep the answers go: such answers are told that they
// are too deep to be judged, and those that are not are judged as ever.
func TestDeepAnswersInTwoShapes(t *testing.T) {
	r, l := house(t)
	const schema = `{"$defs":{"n":{"type":"object","oneOf":[{"properties":{"k":{"const":"a"},"c":{"$ref":"#/$defs/n"}}},` +
		`{"properties":{"k":{"const":"b"},"c":{"$ref":"#/$defs/n"}}}],"required":["k"]}},"$ref":"#/$defs/n"}`
	for depth, want := range map[int]string{3: "", 30: "other-violation"} {
		stored := strings.Repeat(`{"k":"a","c":`, depth) + `{"k":"a"}` + strings.Repeat(`}`, depth)
		inTime(t, 5*time.Second, "deep answers", func() {
			p, err := bare.Open([]byte(schema), nil, []byte(stored), today)
			if err != nil {
				t.Fatal(err)
			}
			if page, err := p.HTML(r, l, ""); err != nil || len(page) == 0 {
				t.Errorf("%d deep: %v, %d bytes", depth, err, len(page))
			}
			out, _, err := p.Decode("a/k=a", l)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, x := range out.Problems {
				got += x.Code
			}
			if got != want {
				t.Errorf("%d deep: problems %q, want %q", depth, got, want)
			}
		})
	}
}
