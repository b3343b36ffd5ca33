package diff

import (
	"fmt"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
	"samtjanst/platform/canon"
)

// spoken are the keywords that the comparison of fields has told of, or that say nothing about which values are valid.
var spoken = []string{"$schema", "$id", "$comment", "$defs", "definitions", "$ref", "allOf", "title", "description", "default", "examples", "deprecated",
	"readOnly", "writeOnly", "type", "properties", "items", "required", "enum", "const", "format", "pattern", "minLength", "maxLength",
	"minimum", "maximum", "multipleOf", "minItems", "maxItems", "formatMinimum", "formatMaximum"}

// rules compares what the schema says beside that: if and then, dependent keywords, not, closed objects. A new rule may refuse what a
// draft has, one that is gone refuses nothing.
func (c *comparer) rules() {
	a, b := rulesOf(c.a.form.Def.Schema), rulesOf(c.b.form.Def.Schema)
	for _, at := range union(a, b) {
		pointer, keyword, _ := strings.Cut(at, "\x00")
		p := forms.Pointer(pointer)
		if a[at] == b[at] || (p != "" && (!c.a.places[p] || !c.b.places[p])) {
			continue // or told of with the field
		}
		where := "the whole"
		if p != "" {
			where = pointer
		}
		ch := Change{Effect: Asks, Code: "rule-changed", Pointer: p, File: forms.SchemaFile, What: fmt.Sprintf("the rule %q of %s changed", keyword, where),
			Why: "what a draft has answered may not be allowed together"}
		switch {
		case b[at] == "":
			ch.Effect, ch.Code, ch.Why = Safe, "rule-removed", ""
			ch.What = fmt.Sprintf("the rule %q of %s is gone", keyword, where)
		case a[at] == "":
			ch.Code, ch.What = "rule-added", fmt.Sprintf("%s has a new rule %q", where, keyword)
		}
		c.add(ch)
	}
}

// rulesOf gathers the rules of a schema by "pointer\x00keyword".
func rulesOf(raw []byte) map[string]string {
	w := &ruler{out: map[string]string{}}
	var err error
	if w.root, err = tree.ParseJSON(raw); err == nil { // the form was compiled from it
		w.walk(w.root, "", 0)
	}
	return w.out
}

type ruler struct {
	root *tree.Node
	out  map[string]string
}

const deepest = 24 // $ref and allOf included: a recursive schema says the same below

func (w *ruler) walk(n *tree.Node, at forms.Pointer, depth int) {
	if n == nil || n.Kind != tree.Object || depth > deepest || len(w.out) > 10_000 {
		return
	}
	for _, k := range n.Keys {
		switch k.Name {
		case "$ref":
			w.walk(w.target(k.Value.Str()), at, depth+1)
		case "allOf":
			for _, e := range k.Value.Items {
				w.walk(e, at, depth+1)
			}
		case "properties":
			for _, p := range k.Value.Keys {
				w.walk(p.Value, at.Join(p.Name), depth+1)
			}
		case "items":
			w.walk(k.Value, at+"/*", depth+1)
		case "oneOf", "anyOf":
			if !options(k.Value) {
				w.rule(at, k)
			}
		default:
			if !slices.Contains(spoken, k.Name) {
				w.rule(at, k)
			}
		}
	}
}

// rule remembers what a keyword says; several of the same are one.
func (w *ruler) rule(at forms.Pointer, k tree.Key) {
	raw, err := canon.Marshal(k.Value.Value())
	if err != nil {
		raw = k.Value.JSON()
	}
	w.out[string(at)+"\x00"+k.Name] += string(raw)
}

// options reports whether a list of schemas is one of constants to choose from, which the fields have told of.
func options(n *tree.Node) bool {
	for _, e := range n.Items {
		if e.Get("const") == nil {
			return false
		}
	}
	return true
}

// target of a reference within the schema.
func (w *ruler) target(ref string) *tree.Node {
	rest, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	return w.root.Path(forms.Pointer(rest).Tokens()...)
}
