package forms

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"samtjanst/forms/internal/tree"
)

// ScopeKeys are what a condition may read at its top; "row" is the row that a field within rows stands in.
var ScopeKeys = []string{"answers", "facts", "computed", "actor", "settings", "row"}

// subset is the static subset of JSON Schema: keywords from whose text alone it is known what a condition reads.
var subset = []string{"properties", "required", "items", "contains", "const", "enum", "type", "minimum", "maximum", "exclusiveMinimum",
	"exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "allOf", "anyOf", "oneOf", "not"}

// ConditionKeywords are the keywords of the subset.
func ConditionKeywords() []string { return slices.Clone(subset) }

// ParseCondition reads a condition written as JSON, the short form included.
func ParseCondition(raw []byte) (*Condition, error) {
	n, err := tree.ParseJSON(raw)
	if err != nil {
		return nil, err
	}
	c := new(Condition)
	if err := c.UnmarshalTree(n); err != nil {
		return nil, err
	}
	return c, nil
}

// UnmarshalTree reads a condition from a definition. A key that is a pointer is short for properties and required all the way down:
//
//	showWhen: {/answers/boende/typ: {const: vaxelvis}}
func (c *Condition) UnmarshalTree(n *tree.Node) error {
	reads := map[Pointer]bool{}
	full, err := expandCondition(n)
	if err != nil {
		return err
	}
	if err := readsOf(full, "", reads); err != nil {
		return err
	}
	if len(reads) == 0 {
		return n.At("name what decides, for example /answers/…", "the condition reads nothing")
	}
	c.Raw, c.Line, c.Reads = full.JSON(), n.Line, nil
	for p := range reads {
		c.Reads = append(c.Reads, p)
	}
	slices.Sort(c.Reads)
	return nil
}

// MarshalTree writes the condition in full.
func (c *Condition) MarshalTree(b *bytes.Buffer) { _ = json.Compact(b, c.Raw) } // Raw was parsed, so it compacts

func expandCondition(n *tree.Node) (*tree.Node, error) {
	if n.Kind != tree.Object {
		return nil, n.At("write a condition such as {/answers/boende/typ: {const: vaxelvis}}", "a condition is a JSON Schema, found %s", n.Kind)
	}
	plain := &tree.Node{Kind: tree.Object, Line: n.Line, Column: n.Column}
	var parts []*tree.Node
	for _, k := range n.Keys {
		value, err := expandKeyword(k)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(k.Name, "/") {
			plain.Keys = append(plain.Keys, tree.Key{Name: k.Name, Value: value, Line: k.Line, Column: k.Column})
			continue
		}
		tokens := Pointer(k.Name).Tokens()
		for i := len(tokens) - 1; i >= 0; i-- {
			value = nest(tokens[i], value, k)
		}
		parts = append(parts, value)
	}
	if len(parts) == 0 {
		return plain, nil
	}
	if len(plain.Keys) > 0 {
		parts = append([]*tree.Node{plain}, parts...)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	list := &tree.Node{Kind: tree.Array, Items: parts, Line: n.Line, Column: n.Column}
	return &tree.Node{Kind: tree.Object, Line: n.Line, Column: n.Column, Keys: []tree.Key{{Name: "allOf", Value: list, Line: n.Line, Column: n.Column}}}, nil
}

// nest wraps a schema in the property that holds it, which must be there: an absent value fulfils no condition by accident.
func nest(token string, value *tree.Node, k tree.Key) *tree.Node {
	at := func(kind tree.Kind) *tree.Node { return &tree.Node{Kind: kind, Line: k.Line, Column: k.Column} }
	properties, required, name, out := at(tree.Object), at(tree.Array), at(tree.String), at(tree.Object)
	name.Text = token
	properties.Keys = []tree.Key{{Name: token, Value: value, Line: k.Line, Column: k.Column}}
	required.Items = []*tree.Node{name}
	typ := at(tree.String)
	typ.Text = "object"
	out.Keys = []tree.Key{{Name: "type", Value: typ}, {Name: "properties", Value: properties}, {Name: "required", Value: required}}
	return out
}

func expandKeyword(k tree.Key) (*tree.Node, error) {
	if strings.HasPrefix(k.Name, "/") {
		return expandCondition(k.Value)
	}
	if !slices.Contains(subset, k.Name) {
		return nil, &tree.Error{Line: k.Line, Column: k.Column, What: "a condition cannot use " + `"` + k.Name + `"`,
			Mend: "conditions use " + strings.Join(subset, ", ") + ", or a pointer such as /answers/…"}
	}
	v := k.Value
	switch k.Name {
	case "items", "contains", "not":
		return expandCondition(v)
	case "allOf", "anyOf", "oneOf":
		if v.Kind != tree.Array || len(v.Items) == 0 {
			return nil, v.At("write a list of conditions", "%s needs a list", k.Name)
		}
		out := &tree.Node{Kind: tree.Array, Line: v.Line, Column: v.Column}
		for _, e := range v.Items {
			x, err := expandCondition(e)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, x)
		}
		return out, nil
	case "properties":
		if v.Kind != tree.Object {
			return nil, v.At("write property: {…}", "properties needs keys with values")
		}
		out := &tree.Node{Kind: tree.Object, Line: v.Line, Column: v.Column}
		for _, p := range v.Keys {
			x, err := expandCondition(p.Value)
			if err != nil {
				return nil, err
			}
			out.Keys = append(out.Keys, tree.Key{Name: p.Name, Value: x, Line: p.Line, Column: p.Column})
		}
		return out, nil
	}
	return v, nil
}

func readsOf(n *tree.Node, at Pointer, reads map[Pointer]bool) error {
	for _, k := range n.Keys {
		switch k.Name {
		case "properties":
			for _, p := range k.Value.Keys {
				if at == "" && !slices.Contains(ScopeKeys, p.Name) {
					return &tree.Error{Line: p.Line, Column: p.Column, What: `a condition cannot read "` + p.Name + `"`,
						Mend: "it reads /" + strings.Join(ScopeKeys, "/…, /") + "/…"}
				}
				if err := readsOf(p.Value, at.Join(p.Name), reads); err != nil {
					return err
				}
			}
		case "items", "contains":
			if err := readsOf(k.Value, at+"/*", reads); err != nil {
				return err
			}
		case "not":
			if err := readsOf(k.Value, at, reads); err != nil {
				return err
			}
		case "allOf", "anyOf", "oneOf":
			for _, e := range k.Value.Items {
				if err := readsOf(e, at, reads); err != nil {
					return err
				}
			}
		case "required":
			if k.Value.Kind != tree.Array {
				return k.Value.At("write [name]", "required needs a list")
			}
			for _, e := range k.Value.Items {
				// What is read below an object says more than that the object is there, which it is when what is read is.
				if at != "" && !readsBelow(n.Path("properties", e.Text)) {
					reads[at.Join(e.Text)] = true
				}
			}
		default:
			if at == "" && k.Name != "type" {
				return &tree.Error{Line: k.Line, Column: k.Column, What: k.Name + " stands at the top of the condition", Mend: "put it under /answers/…"}
			}
			if at != "" && !(k.Name == "type" && k.Value.Str() == "object") {
				reads[at] = true
			}
		}
	}
	return nil
}

// readsBelow reports whether a schema says more of a value than what type of container it is.
func readsBelow(n *tree.Node) bool {
	if n == nil {
		return false
	}
	for _, k := range n.Keys {
		switch k.Name {
		case "properties":
			for _, p := range k.Value.Keys {
				if readsBelow(p.Value) {
					return true
				}
			}
		case "allOf", "anyOf", "oneOf":
			for _, e := range k.Value.Items {
				if readsBelow(e) {
					return true
				}
			}
		case "not":
			if readsBelow(k.Value) {
				return true
			}
		case "type":
			if k.Value.Str() != "object" {
				return true
			}
		default:
			return true
		}
	}
	return false
}
