package forms

import (
	"net/url"
	"slices"
	"strings"

	"samtjanst/forms/internal/tree"
)

// resources knows where the references of one schema lead: to a place by JSON Pointer, to an $anchor, to a schema within it that has
// an $id of its own. Nothing else is ever looked for.
type resources struct {
	root    *tree.Node
	draft7  bool
	base    map[*tree.Node]*url.URL // of each schema that refers
	named   map[string]*tree.Node   // absolute address without fragment → schema
	anchors map[string]*tree.Node   // address + "#" + name → schema
	dynamic map[string]*tree.Node   // name → outermost $dynamicAnchor
}

// maxSchemas bounds the schemas within one: the library that compiles them goes through all of them for each.
const maxSchemas = 5000

// here is the address of a schema without $id, so that relative references have something to stand on.
var here = &url.URL{Scheme: "form", Host: "schema", Path: "/schema.json"}

func newResources(root *tree.Node) *resources {
	r := &resources{root: root, base: map[*tree.Node]*url.URL{}, named: map[string]*tree.Node{}, anchors: map[string]*tree.Node{}, dynamic: map[string]*tree.Node{}}
	r.draft7 = draft7(root)
	r.named[here.String()] = root
	r.index(root, here)
	return r
}

// Draft7 reports whether a schema is of draft-07 (or one before it), where $ref stands alone and items may be a list: by its $schema, or
// where it does not say, by having such a list.
func Draft7(raw []byte) bool {
	root, err := tree.ParseJSON(raw)
	return err == nil && draft7(root)
}

func draft7(root *tree.Node) bool {
	schema := root.Get("$schema")
	if schema == nil {
		return oldTuples(root)
	}
	return slices.ContainsFunc([]string{"draft-07", "draft-06", "draft-04"}, func(d string) bool { return strings.Contains(schema.Str(), d) })
}

// oldTuples finds a list under items or additionalItems, which only draft-07 has: a schema that does not name its draft is then one.
func oldTuples(n *tree.Node) bool {
	if items := n.Get("items"); items != nil && items.Kind == tree.Array {
		return true
	}
	return slices.ContainsFunc(subschemas(n), oldTuples)
}

// subschemas are the schemas directly within one.
func subschemas(n *tree.Node) []*tree.Node {
	if n == nil || n.Kind != tree.Object {
		return nil
	}
	var out []*tree.Node
	for _, k := range n.Keys {
		switch k.Name {
		case "const", "enum", "default", "examples", "required", "type":
		case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies":
			for _, e := range k.Value.Keys {
				out = append(out, e.Value)
			}
		case "allOf", "anyOf", "oneOf", "prefixItems", "items":
			if k.Value.Kind == tree.Array {
				out = append(out, k.Value.Items...)
				continue
			}
			out = append(out, k.Value)
		case "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "contains", "not", "if", "then", "else",
			"propertyNames":
			out = append(out, k.Value)
		}
	}
	return out
}

func (r *resources) index(n *tree.Node, base *url.URL) {
	if n.Kind != tree.Object {
		return
	}
	id := n.Get("$id").Str()
	if r.draft7 && n.Get("$ref") != nil {
		id = "" // its neighbours say nothing
	}
	if id != "" {
		if u, err := base.Parse(id); err == nil {
			if name, only := strings.CutPrefix(id, "#"); only {
				r.anchors[address(base)+"#"+name] = n
			} else {
				base = u
				r.named[address(u)] = n
			}
		}
	}
	for _, keyword := range [...]string{"$anchor", "$dynamicAnchor"} {
		if name := n.Get(keyword).Str(); name != "" {
			r.anchors[address(base)+"#"+name] = n
			if _, outer := r.dynamic[name]; keyword == "$dynamicAnchor" && !outer {
				r.dynamic[name] = n
			}
		}
	}
	r.base[n] = base
	for _, e := range subschemas(n) {
		r.index(e, base)
	}
}

func address(u *url.URL) string {
	plain := *u
	plain.Fragment, plain.RawFragment = "", ""
	return plain.String()
}

// target follows the reference of a schema, nil when it has none.
func (r *resources) target(n *tree.Node) (*tree.Node, *tree.Error) {
	ref := n.Get("$ref")
	if ref == nil {
		if ref = n.Get("$dynamicRef"); ref == nil || r.draft7 {
			return nil, nil
		}
		if d := r.dynamic[strings.TrimPrefix(ref.Str(), "#")]; d != nil {
			return d, nil
		}
	}
	base := r.base[n]
	if base == nil {
		base = here
	}
	u, err := base.Parse(ref.Str())
	if err != nil {
		return nil, ref.At(`write "#/$defs/…"`, "$ref %q is no address", ref.Str())
	}
	doc := r.named[address(u)]
	if doc == nil {
		return nil, ref.At(`write "#/$defs/…"`, "$ref %q does not stay within the form", ref.Str())
	}
	if u.Fragment != "" && u.Fragment[0] != '/' {
		if a := r.anchors[address(u)+"#"+u.Fragment]; a != nil {
			return a, nil
		}
		return nil, ref.At("check the name of the $anchor", "$ref %q leads nowhere", ref.Str())
	}
	for _, t := range Pointer(u.Fragment).Tokens() {
		next := doc.Get(t)
		if next == nil && doc.Kind == tree.Array {
			if i, ok := rowIndex(t, len(doc.Items)); ok {
				next = doc.Items[i]
			}
		}
		if next == nil {
			return nil, ref.At("check the name under $defs", "$ref %q leads nowhere", ref.Str())
		}
		doc = next
	}
	if r.base[doc] == nil { // a schema in a place that only this reference makes one
		r.index(doc, base)
	}
	return doc, nil
}
