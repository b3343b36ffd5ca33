package revise

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
	"samtjanst/platform/fault"
)

// Object is an object whose keys have an order.
type Object []Member

// Member is a key with its value.
type Member struct {
	Name  string
	Value any
}

// Get finds the value of a key.
func (o Object) Get(name string) (any, bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// MarshalJSON writes the object with its keys in order.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := enc.Encode(m.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := enc.Encode(m.Value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// ParseValue reads a value written as JSON, as Change.Value and Get have it. fault.Invalid.
func ParseValue(raw string) (any, error) { return read(".json", []byte(raw)) }

// normal turns a value into those kinds that are read from files: nil, bool, json.Number, string, []any, Object.
func normal(v any, depth int) (any, error) {
	bad := func(what string) (any, error) {
		return nil, fault.Newf("revise.Apply", fault.Invalid, "a definition cannot hold %s", what)
	}
	if depth > tree.MaxDepth {
		return bad("values nested so deeply")
	}
	list := func(n int, at func(int) any) (any, error) {
		out := make([]any, n)
		for i := range n {
			var err error
			if out[i], err = normal(at(i), depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	switch x := v.(type) {
	case nil, bool:
		return x, nil
	case int:
		return json.Number(strconv.Itoa(x)), nil
	case json.Number:
		if !json.Valid([]byte(x)) {
			return bad("a number that is written like that")
		}
		return x, nil
	case string:
		if !validText(x) {
			return bad("a text that is not plain UTF-8")
		}
		return x, nil
	case []any:
		return list(len(x), func(i int) any { return x[i] })
	case []string:
		return list(len(x), func(i int) any { return x[i] })
	case []int:
		return list(len(x), func(i int) any { return x[i] })
	case map[string]any:
		keys := make([]string, 0, len(x))
		for k := range x {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		var o Object
		for _, k := range keys {
			o = append(o, Member{k, x[k]})
		}
		return normal(o, depth)
	case Object:
		out := Object{}
		for _, m := range x {
			if _, twice := out.Get(m.Name); twice || !validText(m.Name) {
				return bad("such a key, or a key twice")
			}
			e, err := normal(m.Value, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, Member{m.Name, e})
		}
		return out, nil
	}
	return bad(reflect.TypeOf(v).String())
}

// read gives a file's content.
func read(name string, raw []byte) (any, error) {
	var n *tree.Node
	var err error
	if isJSON(name) {
		n, err = tree.ParseJSON(raw)
	} else {
		n, err = tree.ParseYAML(withoutMark(raw))
	}
	if err != nil {
		return nil, fault.New("revise.Apply", fault.Invalid, err)
	}
	return content(n), nil
}

func content(n *tree.Node) any {
	switch n.Kind {
	case tree.Bool:
		return n.Text == "true"
	case tree.Number:
		return json.Number(n.Text)
	case tree.String:
		return n.Text
	case tree.Array:
		out := make([]any, len(n.Items))
		for i, e := range n.Items {
			out[i] = content(e)
		}
		return out
	case tree.Object:
		out := Object{}
		for _, k := range n.Keys {
			out = append(out, Member{k.Name, content(k.Value)})
		}
		return out
	}
	return nil
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }

func lookup(v any, tokens []string) (any, bool) {
	for _, t := range tokens {
		switch x := v.(type) {
		case Object:
			var ok bool
			if v, ok = x.Get(t); !ok {
				return nil, false
			}
		case []any:
			i, ok := index(t, len(x))
			if !ok {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// index reads an item's number, below n.
func index(t string, n int) (int, bool) {
	i, err := strconv.Atoi(t)
	return i, err == nil && i >= 0 && i < n && strconv.Itoa(i) == t
}

func pointer(tokens []string) string {
	var p forms.Pointer
	for _, t := range tokens {
		p = p.Join(t)
	}
	return string(p)
}
