package bundle

import (
	"bytes"
	"encoding/json"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
)

// write gives the folder of a definition. With quoted, texts of several lines stand in quotes instead of as blocks, which cannot
// carry all of them.
func write(def *forms.Definition, quoted bool) (Files, error) {
	w := writer{quoted: quoted}
	out := Files{}
	var schema bytes.Buffer
	if err := json.Indent(&schema, def.Schema, "", "  "); err != nil {
		return nil, err
	}
	out[forms.SchemaFile] = append(schema.Bytes(), '\n')
	for name, v := range map[string]any{forms.FormFile: def.Meta, forms.LayoutFile: def.Layout} {
		if err := w.file(out, name, w.value(reflect.ValueOf(v))); err != nil {
			return nil, err
		}
	}
	for lang, texts := range def.Text {
		if err := w.file(out, path.Join("text", lang+".yaml"), w.value(reflect.ValueOf(nested(texts)))); err != nil {
			return nil, err
		}
	}
	for name, table := range def.Tables {
		if err := w.file(out, path.Join(forms.TableDir, name+".yaml"), w.value(reflect.ValueOf(table))); err != nil {
			return nil, err
		}
	}
	for name, languages := range def.Documents {
		for lang, text := range languages {
			file := path.Join("documents", name+"."+lang+".md")
			if lang == "sv" && !strings.Contains(name, ".") {
				file = path.Join("documents", name+".md")
			}
			out[file] = []byte(text)
		}
	}
	return out, nil
}

type writer struct{ quoted bool }

func (w writer) file(out Files, name string, n *yaml.Node) error {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return err
	}
	if err := enc.Close(); err != nil {
		return err
	}
	out[name] = b.Bytes()
	return nil
}

// narrow is how wide a line may be that holds a whole list or mapping.
const narrow = 110

// value turns a definition's value into YAML: keys in the order of its struct, zero values left out.
func (w writer) value(v reflect.Value) *yaml.Node {
	if v.Kind() == reflect.Interface {
		if v.IsNil() {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
		}
		return w.value(v.Elem())
	}
	if m, ok := marshaler(v); ok {
		return w.marshaled(m)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return w.value(v.Elem())
	case reflect.Struct:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for i := range v.NumField() {
			name := v.Type().Field(i).Tag.Get("yaml")
			if name == "" || name == "-" || empty(v.Field(i)) {
				continue
			}
			n.Content = append(n.Content, text(name), w.value(v.Field(i)))
		}
		if flat(n) && v.Type() != reflect.TypeFor[forms.LayoutField]() {
			return oneLine(n)
		}
		return n
	case reflect.Map:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, k := range sortedKeys(v) {
			n.Content = append(n.Content, text(k), w.value(v.MapIndex(reflect.ValueOf(k))))
		}
		return n
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			n.Content = append(n.Content, w.value(v.Index(i)))
		}
		if flat(n) {
			return oneLine(n)
		}
		return n
	case reflect.String:
		if v.Type() == reflect.TypeFor[json.Number]() {
			return &yaml.Node{Kind: yaml.ScalarNode, Value: v.String()}
		}
		n := text(v.String())
		if strings.Contains(v.String(), "\n") {
			n.Style = yaml.LiteralStyle
			if w.quoted {
				n.Style = yaml.DoubleQuotedStyle
			}
		}
		return n
	}
	n := &yaml.Node{}
	_ = n.Encode(v.Interface()) // a bool or a whole number
	return n
}

// text is a string, in quotes where it would read as something else.
func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func marshaler(v reflect.Value) (tree.Marshaler, bool) {
	if v.Kind() != reflect.Pointer && reflect.PointerTo(v.Type()).Implements(reflect.TypeFor[tree.Marshaler]()) {
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		v = p
	}
	m, ok := v.Interface().(tree.Marshaler)
	return m, ok
}

// marshaled is a value with a writing of its own; conditions get their short form back.
func (w writer) marshaled(m tree.Marshaler) *yaml.Node {
	var b bytes.Buffer
	m.MarshalTree(&b)
	n, err := tree.ParseJSON(b.Bytes())
	if err != nil {
		return text(b.String()) // refused when it is read back
	}
	if c, ok := m.(*forms.Condition); ok {
		n = short(n, c)
	}
	y := w.node(n)
	if width(y) <= narrow {
		return oneLine(y)
	}
	return y
}

func (w writer) node(n *tree.Node) *yaml.Node {
	switch n.Kind {
	case tree.Object:
		y := &yaml.Node{Kind: yaml.MappingNode}
		for _, k := range n.Keys {
			y.Content = append(y.Content, text(k.Name), w.node(k.Value))
		}
		return y
	case tree.Array:
		y := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range n.Items {
			y.Content = append(y.Content, w.node(e))
		}
		if flat(y) {
			return oneLine(y)
		}
		return y
	case tree.String:
		return text(n.Text)
	case tree.Null:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: n.Text}
}

// short writes a condition as an author would, where that reads back as the same condition.
func short(n *tree.Node, c *forms.Condition) *tree.Node {
	brief := fold(n)
	again, err := forms.ParseCondition(brief.JSON())
	if err != nil || !bytes.Equal(again.Raw, c.Raw) {
		return n
	}
	return brief
}

// fold turns {type: object, properties: {a: …}, required: [a]} into {/a: …} all the way down, and a list of such under allOf into one
// mapping.
func fold(n *tree.Node) *tree.Node {
	if n.Kind != tree.Object {
		return n
	}
	if name, inner, ok := nest(n); ok {
		at := forms.Pointer("").Join(name)
		for {
			next, deeper, ok := nest(inner)
			if !ok {
				break
			}
			at, inner = at.Join(next), deeper
		}
		return object(tree.Key{Name: string(at), Value: fold(inner)})
	}
	out := &tree.Node{Kind: tree.Object}
	for _, k := range n.Keys {
		switch k.Name {
		case "items", "contains", "not":
			k.Value = fold(k.Value)
		case "allOf", "anyOf", "oneOf":
			list := &tree.Node{Kind: tree.Array}
			for _, e := range k.Value.Items {
				list.Items = append(list.Items, fold(e))
			}
			k.Value = list
		case "properties":
			p := &tree.Node{Kind: tree.Object}
			for _, e := range k.Value.Keys {
				p.Keys = append(p.Keys, tree.Key{Name: e.Name, Value: fold(e.Value)})
			}
			k.Value = p
		}
		out.Keys = append(out.Keys, k)
	}
	if merged, ok := merge(out); ok {
		return merged
	}
	return out
}

// nest recognises what a pointer in a condition stands for.
func nest(n *tree.Node) (name string, inner *tree.Node, ok bool) {
	properties, required := n.Get("properties"), n.Get("required")
	if n.Kind != tree.Object || len(n.Keys) != 3 || n.Get("type").Str() != "object" || properties == nil || len(properties.Keys) != 1 ||
		required == nil || len(required.Items) != 1 || required.Items[0].Str() != properties.Keys[0].Name {
		return "", nil, false
	}
	return properties.Keys[0].Name, properties.Keys[0].Value, true
}

// merge makes {allOf: [{/a: …}, {/b: …}]} one mapping, {/a: …, /b: …}.
func merge(n *tree.Node) (*tree.Node, bool) {
	list := n.Get("allOf")
	if len(n.Keys) != 1 || list == nil || len(list.Items) < 2 {
		return nil, false
	}
	out, have := &tree.Node{Kind: tree.Object}, map[string]bool{}
	for _, e := range list.Items {
		if len(e.Keys) != 1 || !strings.HasPrefix(e.Keys[0].Name, "/") || have[e.Keys[0].Name] {
			return nil, false
		}
		have[e.Keys[0].Name] = true
		out.Keys = append(out.Keys, e.Keys[0])
	}
	return out, true
}

func object(keys ...tree.Key) *tree.Node { return &tree.Node{Kind: tree.Object, Keys: keys} }

// nested turns "pages.elev.title" into {pages: {elev: {title: …}}}, except where a key is also the beginning of another.
func nested(texts map[string]string) map[string]any {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		at, rest := out, key
		for {
			first, more, found := strings.Cut(rest, ".")
			if !found {
				break
			}
			next, exists := at[first]
			inner, isMap := next.(map[string]any)
			if exists && !isMap || first == "" || more == "" {
				break
			}
			if !exists {
				inner = map[string]any{}
				at[first] = inner
			}
			at, rest = inner, more
		}
		at[rest] = texts[key]
	}
	return out
}

func sortedKeys(v reflect.Value) []string {
	out := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		out = append(out, k.String())
	}
	slices.Sort(out)
	return out
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		return v.Len() == 0
	}
	return v.IsZero()
}

// flat reports whether a list or mapping of plain values fits on one line.
func flat(n *yaml.Node) bool {
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode || strings.Contains(c.Value, "\n") {
			return false
		}
	}
	return width(n) <= narrow
}

// width is about how wide a node is when written on one line.
func width(n *yaml.Node) int {
	w := utf8.RuneCountInString(n.Value) + 2
	if strings.Contains(n.Value, "\n") {
		return 10 * narrow
	}
	for _, c := range n.Content {
		w += width(c)
	}
	return w
}

func oneLine(n *yaml.Node) *yaml.Node {
	if n.Kind != yaml.ScalarNode && len(n.Content) > 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}
