package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Unmarshaler is a type with a reading of its own.
type Unmarshaler interface{ UnmarshalTree(*Node) error }

// Short is a struct that may be written as one text.
type Short interface{ ReadShort(text string) }

// Decode puts a node into *v by the yaml tags of its structs and gives every mistake, not the first: unknown keys (with the
// nearest known one), wrong types. place, when not nil, is told where each value stands: "/pages/0/title".
func Decode(n *Node, v any, place func(path string, n *Node)) []*Error {
	d := &decoder{place: place}
	d.into(n, reflect.ValueOf(v).Elem(), "")
	return d.errs
}

type decoder struct {
	errs  []*Error
	place func(string, *Node)
}

var unmarshaler = reflect.TypeFor[Unmarshaler]()

func (d *decoder) fail(n *Node, mend, format string, args ...any) {
	d.errs = append(d.errs, n.At(mend, format, args...))
}

func (d *decoder) into(n *Node, v reflect.Value, path string) {
	if d.place != nil {
		d.place(path, n)
	}
	if reflect.PointerTo(v.Type()).Implements(unmarshaler) {
		if err := v.Addr().Interface().(Unmarshaler).UnmarshalTree(n); err != nil {
			d.wrap(n, err)
		}
		return
	}
	if n.Kind == Null {
		return // a key without a value is as no key
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.into(n, v.Elem(), path)
	case reflect.Struct:
		if short, ok := v.Addr().Interface().(Short); ok && n.Kind == String {
			short.ReadShort(n.Text)
			return
		}
		d.object(n, v, path)
	case reflect.Map:
		if !d.want(n, Object) {
			return
		}
		v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Keys)))
		for _, k := range n.Keys {
			e := reflect.New(v.Type().Elem()).Elem()
			d.into(k.Value, e, path+"/"+k.Name)
			v.SetMapIndex(reflect.ValueOf(k.Name), e)
		}
	case reflect.Slice:
		if !d.want(n, Array) {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items)))
		for i, e := range n.Items {
			d.into(e, v.Index(i), path+"/"+strconv.Itoa(i))
		}
	case reflect.String:
		if n.Kind != String && n.Kind != Number {
			d.fail(n, "write a text; quotes help", "expected a text, found %s", n.Kind)
			return
		}
		v.SetString(n.Text)
	case reflect.Bool:
		if d.want(n, Bool) {
			v.SetBool(n.Text == "true")
		}
	case reflect.Int:
		i, err := strconv.Atoi(n.Text)
		if n.Kind != Number || err != nil {
			d.fail(n, "write a whole number", "expected a whole number, found %s", n.Kind)
			return
		}
		v.SetInt(int64(i))
	case reflect.Interface:
		v.Set(reflect.ValueOf(n.Value())) // not nil: Null was taken care of
	default:
		panic("tree: a definition has no " + v.Kind().String())
	}
}

func (d *decoder) wrap(n *Node, err error) {
	if e, ok := err.(*Error); ok {
		d.errs = append(d.errs, e)
		return
	}
	d.fail(n, "", "%v", err)
}

func (d *decoder) want(n *Node, k Kind) bool {
	if n.Kind != k {
		d.fail(n, "", "expected %s, found %s", k, n.Kind)
		return false
	}
	return true
}

func (d *decoder) object(n *Node, v reflect.Value, path string) {
	if !d.want(n, Object) {
		return
	}
	fields := fieldsOf(v.Type())
	for _, k := range n.Keys {
		i, ok := fields[k.Name]
		if !ok {
			d.errs = append(d.errs, &Error{Line: k.Line, Column: k.Column, What: "unknown key " + quote(k.Name), Mend: suggest(k.Name, fields)})
			continue
		}
		d.into(k.Value, v.Field(i), path+"/"+k.Name)
	}
}

func fieldsOf(t reflect.Type) map[string]int {
	out := map[string]int{}
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			out[tag] = i
		}
	}
	return out
}

func suggest(name string, known map[string]int) string {
	names := slices.Sorted(maps.Keys(known))
	if best := Nearest(name, names); best != "" {
		return "did you mean " + quote(best) + "?"
	}
	return "known keys here are " + strings.Join(names, ", ")
}

// Nearest finds the word most like name among the known, "" when none is near.
func Nearest(name string, known []string) string {
	best, least := "", min(max(1, len(name)/3)+1, len(name))
	for _, k := range known {
		if dist := distance(strings.ToLower(name), strings.ToLower(k)); dist < least {
			best, least = k, dist
		}
	}
	return best
}

// distance counts insertions, removals, replacements, and neighbours that changed places.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(next[j-1]+1, row[j]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// Marshaler is a type with a writing of its own.
type Marshaler interface{ MarshalTree(*bytes.Buffer) }

// Encode writes v canonically by its yaml tags: keys sorted, zero values left out. So
// a key that the language of definitions gains later changes the bytes of no definition that does not use it.
func Encode(b *bytes.Buffer, v any) { encode(b, reflect.ValueOf(v)) }

func encode(b *bytes.Buffer, v reflect.Value) {
	if v.Kind() == reflect.Interface && v.IsNil() {
		b.WriteString("null")
		return
	}
	if v.Kind() != reflect.Pointer && v.CanAddr() {
		v = v.Addr()
	}
	if v.Kind() == reflect.Pointer {
		if m, ok := v.Interface().(Marshaler); ok {
			m.MarshalTree(b)
			return
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		fields := fieldsOf(v.Type())
		b.WriteByte('{')
		first := true
		for _, tag := range slices.Sorted(maps.Keys(fields)) {
			f := v.Field(fields[tag])
			if empty(f) {
				continue
			}
			separate(b, &first)
			WriteString(b, tag)
			b.WriteByte(':')
			encode(b, f)
		}
		b.WriteByte('}')
	case reflect.Map:
		keys := make([]string, 0, v.Len())
		for _, k := range v.MapKeys() {
			keys = append(keys, k.String())
		}
		slices.Sort(keys)
		b.WriteByte('{')
		first := true
		for _, k := range keys {
			separate(b, &first)
			WriteString(b, k)
			b.WriteByte(':')
			encode(b, v.MapIndex(reflect.ValueOf(k)))
		}
		b.WriteByte('}')
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			encode(b, v.Index(i))
		}
		b.WriteByte(']')
	case reflect.String:
		if v.Type() == reflect.TypeFor[json.Number]() {
			b.WriteString(v.String())
			return
		}
		WriteString(b, v.String())
	case reflect.Interface:
		encode(b, v.Elem())
	default:
		fmt.Fprint(b, v.Interface())
	}
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		return v.Len() == 0
	}
	return v.IsZero()
}

func separate(b *bytes.Buffer, first *bool) {
	if !*first {
		b.WriteByte(',')
	}
	*first = false
}
