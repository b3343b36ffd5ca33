package revise

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"samtjanst/forms/internal/tree"
	"samtjanst/platform/fault"
)

// file is a file with the places of its values.
type file struct {
	raw     []byte
	eol     string
	json    bool
	careful bool // write texts in double quotes and everything on one line
	root    *node
}

// node is a value and where it stands. Offsets are bytes in the file.
type node struct {
	kind       tree.Kind
	start, end int // of the value's own bytes; equal when nothing is written ("key:")
	flow       bool
	keys       []member
	items      []item
}

type member struct {
	name   string
	at     int // where the key begins
	colon  int
	value  *node
	indent int // columns before the key, in a block
}

type item struct {
	dash   int // of a block's item
	value  *node
	indent int // columns before the dash
}

// parse finds the places of all values.
func parse(name string, raw []byte) (*file, error) {
	f := &file{raw: raw, eol: "\n", json: isJSON(name)}
	if bytes.Contains(raw, []byte("\r\n")) {
		f.eol = "\r\n"
	}
	if f.json {
		p := &places{raw: raw}
		n, err := p.jsonValue(p.skip(0, true))
		f.root = n
		return f, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fault.New("revise.parse", fault.Invalid, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		f.root = &node{kind: tree.Object, start: len(raw), end: len(raw)}
		return f, nil
	}
	p := &places{raw: raw, lines: lineStarts(raw)}
	n, err := p.yamlValue(doc.Content[0], -1, false, 0)
	f.root = n
	return f, err
}

// mark is the byte order mark that some editors put first.
const mark = "\xef\xbb\xbf"

func withoutMark(raw []byte) []byte { return bytes.TrimPrefix(raw, []byte(mark)) }

// lineStarts gives the offset of each line, by what YAML takes for a line break (1.1, 5.4).
func lineStarts(raw []byte) []int {
	starts := []int{0}
	if bytes.HasPrefix(raw, []byte(mark)) {
		starts[0] = len(mark)
	}
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		i += size
		switch r {
		case '\r':
			if i < len(raw) && raw[i] == '\n' {
				i++
			}
			starts = append(starts, i)
		case '\n', '\u0085', '\u2028', '\u2029':
			starts = append(starts, i)
		}
	}
	return starts
}

// places finds where values begin and end.
type places struct {
	raw   []byte
	lines []int
}

func (p *places) offset(line, column int) (int, error) {
	if line < 1 || line > len(p.lines) {
		return 0, ErrStyle
	}
	at := p.lines[line-1]
	for ; column > 1 && at < len(p.raw); column-- {
		_, size := utf8.DecodeRune(p.raw[at:])
		at += size
	}
	return at, nil
}

func (p *places) byteAt(i int) byte {
	if i < len(p.raw) {
		return p.raw[i]
	}
	return 0
}

// skip passes over space, line breaks, and comments unless the file has none (JSON).
func (p *places) skip(i int, json bool) int {
	for i < len(p.raw) {
		switch c := p.raw[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '#' && !json:
			i = lineEnd(p.raw, i)
		default:
			return i
		}
	}
	return i
}

// lineEnd is where the line ends on which i stands, before its line break.
func lineEnd(raw []byte, i int) int {
	for i < len(raw) && raw[i] != '\n' && (raw[i] != '\r' || i+1 < len(raw) && raw[i+1] != '\n') {
		i++
	}
	return i
}

// lineStart is where the line begins on which i stands.
func lineStart(raw []byte, i int) int {
	at := bytes.LastIndexByte(raw[:i], '\n') + 1
	if at == 0 && bytes.HasPrefix(raw, []byte(mark)) {
		return len(mark)
	}
	return at
}

// nextLine is where the line after a line end begins.
func nextLine(raw []byte, end int) int {
	if end < len(raw) && raw[end] == '\r' {
		end++
	}
	if end < len(raw) && raw[end] == '\n' {
		end++
	}
	return end
}

func columnsBefore(raw []byte, at int) int { return utf8.RuneCount(raw[lineStart(raw, at):at]) }

// yamlValue places a value. within is the indentation of the block it stands in, flow whether brackets stand around it, and from where
// it begins when nothing is written.
func (p *places) yamlValue(y *yaml.Node, within int, flow bool, from int) (*node, error) {
	n := &node{}
	if y.Kind == yaml.ScalarNode && y.Tag == "!!null" && y.Value == "" {
		n.start, n.end = from, from
		return n, nil
	}
	var err error
	if n.start, err = p.offset(y.Line, y.Column); err != nil {
		return nil, err
	}
	if c := p.byteAt(n.start); c == '!' || c == '&' || c == '*' || c == 0 {
		return nil, ErrStyle
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n.kind = tree.String
		n.end, err = p.scalarEnd(n.start, within, flow)
		return n, err
	case yaml.MappingNode:
		n.kind, n.flow = tree.Object, p.byteAt(n.start) == '{'
		if y.Style&yaml.FlowStyle != 0 != n.flow {
			return nil, ErrStyle
		}
		indent := columnsBefore(p.raw, n.start)
		n.end = n.start + 1
		for i := 0; i+1 < len(y.Content); i += 2 {
			m := member{name: y.Content[i].Value, indent: indent}
			if m.at, m.colon, err = p.key(y.Content[i], n.flow); err != nil {
				return nil, err
			}
			if m.value, err = p.yamlValue(y.Content[i+1], indent, flow || n.flow, m.colon+1); err != nil {
				return nil, err
			}
			n.keys, n.end = append(n.keys, m), m.value.end
		}
	case yaml.SequenceNode:
		n.kind, n.flow = tree.Array, p.byteAt(n.start) == '['
		if y.Style&yaml.FlowStyle != 0 != n.flow {
			return nil, ErrStyle
		}
		indent := columnsBefore(p.raw, n.start)
		at := n.start
		n.end = n.start + 1
		for _, e := range y.Content {
			it := item{indent: indent}
			if !n.flow {
				if it.dash = p.skip(at, false); p.byteAt(it.dash) != '-' {
					return nil, ErrStyle
				}
			}
			if it.value, err = p.yamlValue(e, indent, flow || n.flow, it.dash+1); err != nil {
				return nil, err
			}
			at = it.value.end
			n.items, n.end = append(n.items, it), it.value.end
		}
	default:
		return nil, ErrStyle
	}
	if n.flow {
		return n, p.closeFlow(n)
	}
	return n, nil
}

// closeFlow finds the bracket that ends a list or object.
func (p *places) closeFlow(n *node) error {
	want := byte('}')
	if n.kind == tree.Array {
		want = ']'
	}
	at := p.skip(n.end, false)
	if p.byteAt(at) == ',' {
		at = p.skip(at+1, false)
	}
	if p.byteAt(at) != want {
		return ErrStyle
	}
	n.end = at + 1
	return nil
}

// key finds where a key begins and its colon.
func (p *places) key(y *yaml.Node, flow bool) (at, colon int, err error) {
	if at, err = p.offset(y.Line, y.Column); err != nil {
		return 0, 0, err
	}
	switch c := p.byteAt(at); c {
	case '"', '\'':
		end, err := p.quoted(at)
		if err != nil {
			return 0, 0, err
		}
		colon = end
		for p.byteAt(colon) == ' ' || p.byteAt(colon) == '\t' {
			colon++
		}
	case '!', '&', '*', '|', '>':
		return 0, 0, ErrStyle
	default:
		for colon = at; ; colon++ {
			if c := p.byteAt(colon); c == 0 || c == '\n' || c == '\r' {
				return 0, 0, ErrStyle
			} else if c == ':' && endsKey(p.byteAt(colon+1), flow) {
				break
			}
		}
	}
	if p.byteAt(colon) != ':' {
		return 0, 0, ErrStyle
	}
	return at, colon, nil
}

func endsKey(after byte, flow bool) bool {
	switch after {
	case 0, ' ', '\t', '\n', '\r':
		return true
	case ',', '[', ']', '{', '}':
		return flow
	}
	return false
}
