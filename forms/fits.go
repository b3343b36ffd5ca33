package forms

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms/internal/tree"
)

// fits judges how well a value has a shape: not at all when its type, a constant or an enumeration says so, else the better the more
// of it is declared and the less of it is wrong. It decides what is shown, never what is valid.
func (s shape) fits(r *resources, v any, depth int) (score int, ok bool) {
	if s.never {
		return 0, false
	}
	name := typeOf(v)
	types, nullable, said := s.types()
	if said {
		if !slices.Contains(types, name) && !(name == "integer" && slices.Contains(types, "number")) && !(v == nil && nullable) {
			return 0, false
		}
		score += 4
	} else if slices.Contains(types, name) || name == "integer" && slices.Contains(types, "number") {
		score += 2
	}
	for _, n := range s.nodes {
		if c := n.Get("const"); c != nil {
			if !sameJSON(c, v) {
				return 0, false
			}
			score += 20
		}
		if e := n.Get("enum"); e != nil {
			if !slices.ContainsFunc(e.Items, func(x *tree.Node) bool { return sameJSON(x, v) }) {
				return 0, false
			}
			score += 10
		}
		for _, keyword := range [...]string{"oneOf", "anyOf"} {
			if list := n.Get(keyword); list != nil && onlyConstants(list) &&
				!slices.ContainsFunc(list.Items, func(x *tree.Node) bool { return x.Get("const") != nil && sameJSON(x.Get("const"), v) }) {
				return 0, false
			}
		}
		score -= 3 * breaks(n, v)
	}
	if depth == 0 {
		return score, true
	}
	switch x := v.(type) {
	case map[string]any:
		more, ok := s.fitsObject(r, x, depth)
		return score + more, ok
	case []any:
		first, rest, err := s.places(r)
		if err != nil {
			return score, true
		}
		for i, e := range x[:min(len(x), 8)] {
			item := rest
			if i < len(first) {
				if item, err = r.shape(first[i]); err != nil {
					return score, true
				}
			}
			more, ok := item.fits(r, e, depth-1)
			if !ok {
				return 0, false
			}
			score += min(more, 5)
		}
	}
	return score, true
}

func (s shape) fitsObject(r *resources, object map[string]any, depth int) (score int, ok bool) {
	known := 0
	for _, name := range s.properties() {
		child, required, err := s.property(r, name)
		e, has := object[name]
		switch {
		case err != nil:
			continue
		case !has && required && len(object) == 0:
			return 0, false // nothing is said yet
		case !has && required:
			score -= 3
		case has:
			known++
			more, ok := child.fits(r, e, depth-1)
			if !ok {
				return 0, false
			}
			score += 1 + more
		}
	}
	for _, n := range s.nodes {
		if a := n.Get("additionalProperties"); a != nil && a.Kind == tree.Bool && !a.IsTrue() && n.Get("properties") != nil {
			score -= 3 * (len(object) - known)
		}
		if list := n.Get("required"); list != nil {
			for _, e := range list.Items {
				if _, has := object[e.Str()]; !has {
					score -= 2
				}
			}
		}
	}
	return score, true
}

func typeOf(v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case interface{ String() string }: // json.Number
		if s := x.String(); !strings.ContainsAny(s, ".eE") || wholeTail.MatchString(s) {
			return "integer"
		}
	}
	return "number"
}

var wholeTail = regexp.MustCompile(`^-?\d+\.0+$`)

// breaks counts the plain bounds of one schema that a value is beyond.
func breaks(n *tree.Node, v any) int {
	count := 0
	switch x := v.(type) {
	case string:
		length := len([]rune(x))
		if m := n.Get("minLength"); m != nil && length < m.Int() {
			count++
		}
		if m := n.Get("maxLength"); m != nil && length > m.Int() {
			count++
		}
		if p := n.Get("pattern").Str(); p != "" {
			if re, err := regexp.Compile(p); err == nil && !re.MatchString(x) {
				count++
			}
		}
		if n.Get("format").Str() == "date" && (len(x) != 10 || x[4] != '-') {
			count++
		}
	case []any:
		if m := n.Get("minItems"); m != nil && len(x) < m.Int() {
			count++
		}
		if m := n.Get("maxItems"); m != nil && len(x) > m.Int() {
			count++
		}
	case interface{ Float64() (float64, error) }:
		f, err := x.Float64()
		for keyword, wrong := range map[string]func(limit float64) bool{
			"minimum": func(l float64) bool { return f < l }, "maximum": func(l float64) bool { return f > l },
			"exclusiveMinimum": func(l float64) bool { return f <= l }, "exclusiveMaximum": func(l float64) bool { return f >= l },
		} {
			if limit, bad := strconv.ParseFloat(n.Get(keyword).Num(), 64); err == nil && bad == nil && wrong(limit) {
				count++
			}
		}
	}
	return count
}

// sameJSON compares a value with one in a schema, numbers by what they are.
func sameJSON(n *tree.Node, v any) bool { return Equal(n.Value(), v) }
