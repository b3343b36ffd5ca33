// Package formgen makes schemas and data that are valid by them, for tests that hold for any form: every shape that a schema can have,
// with the values that are hard to carry through a page.
package formgen

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Sample is a schema with a datum of it.
type Sample struct {
	Schema map[string]any
	Value  any
}

// Object makes a sample whose value is an object with some properties.
func Object(r *rand.Rand) Sample {
	g := &gen{r: r, depth: 3}
	return g.object()
}

// Any makes a sample of any type.
func Any(r *rand.Rand) Sample {
	g := &gen{r: r, depth: 3}
	return g.any()
}

type gen struct {
	r     *rand.Rand
	depth int
}

type obj = map[string]any

func (g *gen) one(n int) bool { return g.r.IntN(n) == 0 }

func pick[T any](g *gen, from ...T) T { return from[g.r.IntN(len(from))] }

// texts are those that pages lose: nothing, space, line breaks, markup, what looks like something else, other planes.
var texts = []string{"", " ", "  två  ", "rad 1\nrad 2", "\n", "\nförst", "sist\n", "\ttab", "<b>&amp;\"'", "null", "true", "0", "[]", "{}", "\"\"", "å", "e\u0301", "👩‍👧", "\u2028",
	"\u0000", "\u0001", "a\rb", "a\r\nb", "=1", "~r0", "/a/b", "%41", "+", "\uFFFD", "\uFEFFbom", strings.Repeat("lång ", 60)}

var numbers = []string{"0", "-0", "1", "-1", "0.1", "-2.50", "12345678901234567890", "123456789012345678901234567890.123456789", "1e3", "1.5e-7", "1E400", "100", "0.0", "1.0"}

var names = []string{"a", "b", "namn", "Å Ä", "0", "1", "n0", "a/b", "m~n", "~r0", "", " ", "x.y", "<i>", "a\"b", "a\nb", "tab\tb", "name", "id", "op", "page", "k", "__proto__", "\u0001"}

func (g *gen) any() Sample {
	g.depth--
	defer func() { g.depth++ }()
	if g.depth <= 0 {
		return g.scalar()
	}
	switch g.r.IntN(14) {
	case 0, 1, 2, 3:
		return g.scalar()
	case 4, 5:
		return g.object()
	case 6:
		return g.rows()
	case 7:
		return g.list()
	case 8:
		return g.tuple()
	case 9:
		return g.choices()
	case 10:
		return g.entries()
	case 11:
		return g.variants()
	case 12:
		return g.union()
	}
	return g.recursive()
}

func (g *gen) scalar() Sample {
	switch g.r.IntN(12) {
	case 0, 1:
		return g.titled(Sample{obj{"type": "string"}, pick(g, texts...)})
	case 2:
		return g.titled(Sample{obj{"type": "number"}, json.Number(pick(g, numbers...))})
	case 3:
		return g.titled(Sample{obj{"type": "integer"}, json.Number(pick(g, "0", "-7", "42", "12345678901234567890123"))})
	case 4:
		return g.titled(Sample{obj{"type": "boolean"}, g.one(2)})
	case 5:
		return g.titled(Sample{obj{"type": "null"}, nil})
	case 6:
		v := pick[any](g, "a", "", json.Number("1"), "1", true, "true", nil, []any{json.Number("1")}, obj{"x": "y"}, "a\nb")
		list := []any{"a", "", json.Number("1"), "1", true, "true", nil, []any{json.Number("1")}, obj{"x": "y"}, "a\nb"}
		return g.titled(Sample{obj{"enum": list}, v})
	case 7:
		v := pick[any](g, "a", "b", json.Number("3"))
		return g.titled(Sample{obj{"oneOf": []any{obj{"const": "a", "title": "Aaa"}, obj{"const": "b", "title": "Bbb"}, obj{"const": json.Number("3")}}}, v})
	case 8:
		return Sample{obj{"type": []any{"string", "null"}}, pick[any](g, nil, "", "x", "null")}
	case 9:
		f := pick(g, [2]string{"date", "2024-02-29"}, [2]string{"time", "07:30"}, [2]string{"email", "a@example.se"}, [2]string{"uuid", "0b8c1c1e-7b1f-4b5a-9d54-3c0f5a8f1a11"},
			[2]string{"date-time", "2024-02-29T07:30:00.25+01:00"}, [2]string{"uri", "https://example.se/?a=b&c#d"}, [2]string{"personnummer", "201905142384"}, [2]string{"phone", "+46701740605"},
			[2]string{"postnummer", "12345"}, [2]string{"duration", "P1DT2H"}, [2]string{"organisationsnummer", "162021004748"}, [2]string{"clearing", "80000"})
		return g.titled(Sample{obj{"type": "string", "format": f[0]}, f[1]})
	case 10:
		v := pick[any](g, "x", json.Number("7"), true, obj{"k": "v"})
		return Sample{obj{"const": v}, v}
	}
	return Sample{obj{}, pick[any](g, nil, "text", json.Number("1.50"), true, []any{}, obj{}, []any{nil, obj{"a": []any{json.Number("1e5")}}}, "")}
}

func (g *gen) titled(s Sample) Sample {
	if g.one(2) {
		s.Schema["title"] = pick(g, "Namn", "Vad <heter> du?", "1")
	}
	return s
}

func (g *gen) object() Sample {
	props, required, value := obj{}, []any{}, obj{}
	for range g.r.IntN(5) + 1 {
		name := pick(g, names...)
		if _, have := props[name]; have {
			continue
		}
		s := g.any()
		props[name] = s.Schema
		there := !g.one(3)
		if there {
			value[name] = s.Value
		}
		if there && g.one(3) {
			required = append(required, name)
		}
	}
	schema := obj{"type": "object", "properties": props}
	if len(required) > 0 {
		schema["required"] = required
	}
	switch g.r.IntN(5) {
	case 0:
		value["okänd "+fmt.Sprint(g.r.IntN(9))] = obj{"x": []any{nil, "y"}} // the schema does not forbid it
	case 1:
		s := g.scalar()
		schema["additionalProperties"] = s.Schema
		if !g.one(3) {
			value["mer "+fmt.Sprint(g.r.IntN(9))] = s.Value
		}
	case 2:
		if len(required) > 0 {
			schema["allOf"] = []any{obj{"properties": obj{"till": obj{"type": "string"}}}}
			if g.one(2) {
				value["till"] = "x"
			}
			if _, have := props["till"]; have {
				delete(schema, "allOf")
			}
		}
	}
	return Sample{schema, value}
}

func (g *gen) rows() Sample {
	s := g.object()
	list := []any{}
	for range g.r.IntN(4) {
		if g.one(3) {
			list = append(list, s.Value)
			continue
		}
		list = append(list, pruned(s.Value.(obj), s.Schema))
	}
	return Sample{obj{"type": "array", "items": s.Schema}, list}
}

// pruned is an object with what is required only.
func pruned(value, schema obj) obj {
	out := obj{}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		out[name.(string)] = value[name.(string)]
	}
	return out
}

func (g *gen) list() Sample {
	s := g.any()
	list := []any{}
	for range g.r.IntN(4) {
		list = append(list, s.Value)
	}
	return Sample{obj{"type": "array", "items": s.Schema}, list}
}

func (g *gen) tuple() Sample {
	var first, list []any
	for range g.r.IntN(3) + 1 {
		s := g.any()
		first = append(first, s.Schema)
		list = append(list, s.Value)
	}
	list = list[:g.r.IntN(len(list)+1)]
	schema := obj{"type": "array", "prefixItems": first}
	if len(list) == len(first) && g.one(2) {
		s := g.scalar()
		schema["items"] = s.Schema
		for range g.r.IntN(3) {
			list = append(list, s.Value)
		}
	}
	if list == nil {
		list = []any{}
	}
	return Sample{schema, list}
}

func (g *gen) choices() Sample {
	list := []any{}
	for _, v := range []any{"z", "x", json.Number("2")} {
		if g.one(2) {
			list = append(list, v)
		}
	}
	return Sample{obj{"type": "array", "items": obj{"enum": []any{"x", "y", "z", json.Number("2"), "2"}}}, list}
}

func (g *gen) entries() Sample {
	s := g.any()
	value := obj{}
	for range g.r.IntN(4) {
		value[pick(g, names...)] = s.Value
	}
	if g.one(3) {
		return Sample{obj{"type": "object", "patternProperties": obj{"": s.Schema}}, value}
	}
	return Sample{obj{"type": "object", "additionalProperties": s.Schema}, value}
}

func (g *gen) variants() Sample {
	keyword := pick(g, "oneOf", "anyOf")
	var list []any
	var value any
	chosen := g.r.IntN(3)
	for i := range 3 {
		s := g.object()
		kind := fmt.Sprint("sort", i)
		s.Schema["properties"].(obj)["sort"] = obj{"const": kind}
		required, _ := s.Schema["required"].([]any)
		s.Schema["required"] = append(required, "sort")
		s.Value.(obj)["sort"] = kind
		list = append(list, s.Schema)
		if i == chosen {
			value = s.Value
		}
	}
	return Sample{obj{keyword: list}, value}
}

func (g *gen) union() Sample {
	v := pick[any](g, "x", "", json.Number("5"), json.Number("0.5"), true, false, nil, []any{}, []any{"a"}, obj{}, obj{"k": json.Number("1")})
	return Sample{obj{"type": []any{"string", "number", "boolean", "null", "array", "object"}}, v}
}

// recursive is a tree whose nodes have the same shape.
func (g *gen) recursive() Sample {
	var tree func(depth int) obj
	tree = func(depth int) obj {
		n := obj{"namn": pick(g, texts...)}
		if depth > 0 {
			if g.one(2) {
				n["nasta"] = tree(depth - 1)
			}
			var children []any
			for range g.r.IntN(3) {
				children = append(children, tree(depth-1))
			}
			if children != nil {
				n["barn"] = children
			}
		}
		return n
	}
	name := fmt.Sprintf("nod%d", g.r.Uint32())
	node := obj{"$id": "https://example.se/" + name, "type": "object", "properties": obj{"namn": obj{"type": "string"}, "nasta": obj{"$ref": name},
		"barn": obj{"type": "array", "items": obj{"$ref": "#"}}}}
	return Sample{node, tree(4)}
}
