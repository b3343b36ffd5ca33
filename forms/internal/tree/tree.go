// Package tree reads YAML and JSON into one kind of node that keeps what encoding/json and yaml.Unmarshal lose: the order of
// keys, exact numbers, and where everything stands. Both readers refuse duplicate keys, and nesting deeper than MaxDepth.
package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
)

// MaxDepth bounds nesting: nothing a person writes or fills in comes near it, and recursion below it cannot exhaust a stack.
const MaxDepth = 64

// MaxBytes bounds one file of a definition.
const MaxBytes = 2 << 20

// Kind of a node.
type Kind uint8

// Kinds.
const (
	Null Kind = iota
	Bool
	Number // Text is a valid JSON number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "true or false", "a number", "a text", "a list", "keys with values"}[k]
}

// Node is a value with its place. Once something was looked for in it, its keys and items stay as they are.
type Node struct {
	Kind   Kind
	Text   string // String: the text; Number: as written; Bool: "true" or "false"
	Keys   []Key  // Object
	Items  []*Node
	Line   int
	Column int

	find sync.Once      // of many keys or items
	at   map[string]int // where each stands
}

// fewKeys are found sooner by going through them than in an index.
const fewKeys = 16

// Key of an object with its value.
type Key struct {
	Name   string
	Value  *Node
	Line   int
	Column int
}

// Error is a mistake at a place in a file.
type Error struct {
	Line, Column int
	What, Mend   string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.What) }

// At makes an error at the node.
func (n *Node) At(mend, format string, args ...any) *Error {
	return &Error{Line: n.Line, Column: n.Column, What: fmt.Sprintf(format, args...), Mend: mend}
}

// Get finds the value of a key; nil when there is none or n is no object.
func (n *Node) Get(name string) *Node {
	if n == nil || n.Kind != Object {
		return nil
	}
	if len(n.Keys) > fewKeys {
		n.find.Do(func() {
			n.at = make(map[string]int, len(n.Keys))
			for i := range n.Keys {
				n.at[n.Keys[i].Name] = i
			}
		})
		if i, ok := n.at[name]; ok {
			return n.Keys[i].Value
		}
		return nil
	}
	for i := range n.Keys {
		if n.Keys[i].Name == name {
			return n.Keys[i].Value
		}
	}
	return nil
}

// Has reports whether a text is one of a list's items.
func (n *Node) Has(text string) bool {
	if n == nil || n.Kind != Array {
		return false
	}
	if len(n.Items) > fewKeys {
		n.find.Do(func() {
			n.at = make(map[string]int, len(n.Items))
			for i, e := range n.Items {
				if e.Kind == String {
					n.at[e.Text] = i
				}
			}
		})
		_, ok := n.at[text]
		return ok
	}
	for _, e := range n.Items {
		if e.Kind == String && e.Text == text {
			return true
		}
	}
	return false
}

// Path follows keys.
func (n *Node) Path(names ...string) *Node {
	for _, name := range names {
		n = n.Get(name)
	}
	return n
}

// Str is the text of a String, else "".
func (n *Node) Str() string {
	if n == nil || n.Kind != String {
		return ""
	}
	return n.Text
}

// IsTrue reports whether the node is the boolean true.
func (n *Node) IsTrue() bool { return n != nil && n.Kind == Bool && n.Text == "true" }

// Int is the value of a whole number that fits, else 0.
func (n *Node) Int() int {
	if n == nil || n.Kind != Number {
		return 0
	}
	i, _ := strconv.Atoi(n.Text)
	return i
}

// Num is the text of a Number, else "".
func (n *Node) Num() string {
	if n == nil || n.Kind != Number {
		return ""
	}
	return n.Text
}

// Value is the node as encoding/json would give it with UseNumber.
func (n *Node) Value() any {
	switch n.Kind {
	case Bool:
		return n.Text == "true"
	case Number:
		return json.Number(n.Text)
	case String:
		return n.Text
	case Array:
		out := make([]any, len(n.Items))
		for i, e := range n.Items {
			out[i] = e.Value()
		}
		return out
	case Object:
		out := make(map[string]any, len(n.Keys))
		for _, k := range n.Keys {
			out[k.Name] = k.Value.Value()
		}
		return out
	}
	return nil
}

// JSON writes the node compactly, keys in their order.
func (n *Node) JSON() json.RawMessage {
	var b bytes.Buffer
	n.write(&b)
	return b.Bytes()
}

func (n *Node) write(b *bytes.Buffer) {
	switch n.Kind {
	case Null:
		b.WriteString("null")
	case Bool, Number:
		b.WriteString(n.Text)
	case String:
		WriteString(b, n.Text)
	case Array:
		b.WriteByte('[')
		for i, e := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			e.write(b)
		}
		b.WriteByte(']')
	case Object:
		b.WriteByte('{')
		for i, k := range n.Keys {
			if i > 0 {
				b.WriteByte(',')
			}
			WriteString(b, k.Name)
			b.WriteByte(':')
			k.Value.write(b)
		}
		b.WriteByte('}')
	}
}

// WriteString writes a JSON string without the HTML escapes that encoding/json adds.
func WriteString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes, into a buffer that does not fail
	b.Truncate(b.Len() - 1)
}
