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

func (p *places) quoted(at int) (int, error) {
	q := p.raw[at]
	for i := at + 1; i < len(p.raw); i++ {
		switch {
		case q == '"' && p.raw[i] == '\\':
			i++
		case p.raw[i] == q && q == '\'' && p.byteAt(i+1) == q:
			i++
		case p.raw[i] == q:
			return i + 1, nil
		}
	}
	return 0, ErrStyle
}

// scalarEnd finds where a text, number or word ends.
func (p *places) scalarEnd(at, within int, flow bool) (int, error) {
	switch p.raw[at] {
	case '"', '\'':
		return p.quoted(at)
	case '|', '>':
		return blockEnd(p.raw, at, within), nil
	}
	if flow {
		return p.plainInFlow(at), nil
	}
	end := plainOnLine(p.raw, at)
	for line := nextLine(p.raw, lineEnd(p.raw, end)); line < len(p.raw); line = nextLine(p.raw, lineEnd(p.raw, line)) {
		rest := p.raw[line:lineEnd(p.raw, line)]
		text := bytes.TrimLeft(rest, " \t")
		if len(text) == 0 {
			continue
		}
		if endsWithComment(p.raw, end) || len(rest)-len(text) <= within || text[0] == '#' {
			break
		}
		end = plainOnLine(p.raw, line+len(rest)-len(text))
	}
	return end, nil
}

// endsWithComment reports whether a comment follows on the line; what is plain does not go on after one.
func endsWithComment(raw []byte, end int) bool {
	return len(bytes.TrimSpace(raw[end:lineEnd(raw, end)])) > 0
}

// plainOnLine is where a plain text ends that goes no further than its line.
func plainOnLine(raw []byte, at int) int {
	end := lineEnd(raw, at)
	for i := at + 1; i < end; i++ {
		if raw[i] == '#' && (raw[i-1] == ' ' || raw[i-1] == '\t') {
			end = i
		}
	}
	return at + len(bytes.TrimRight(raw[at:end], " \t"))
}

func (p *places) plainInFlow(at int) int {
	i := at
	for ; i < len(p.raw); i++ {
		c := p.raw[i]
		if bytes.IndexByte([]byte(",[]{}"), c) >= 0 || c == ':' && endsKey(p.byteAt(i+1), true) || c == '#' && i > at && bytes.IndexByte([]byte(" \t\n\r"), p.raw[i-1]) >= 0 {
			break
		}
	}
	return at + len(bytes.TrimRight(p.raw[at:i], " \t\n\r"))
}

// headerEnd is where the "|" or ">-" of a block of text ends.
func headerEnd(raw []byte, at int) int {
	for at < len(raw) && bytes.IndexByte([]byte("|>+-0123456789"), raw[at]) >= 0 {
		at++
	}
	return at
}

// blockEnd is where a block of text ends: before the line break of its last line; lines that are blank belong to it only when
// its header keeps them ("+").
func blockEnd(raw []byte, at, within int) int {
	header := headerEnd(raw, at)
	keep := bytes.IndexByte(raw[at:header], '+') >= 0
	end := lineEnd(raw, header)
	for line := nextLine(raw, end); line < len(raw); line = nextLine(raw, lineEnd(raw, line)) {
		rest := raw[line:lineEnd(raw, line)]
		text := bytes.TrimLeft(rest, " ")
		if len(text) == 0 {
			if keep {
				end = line + len(rest)
			}
			continue
		}
		if len(rest)-len(text) <= within {
			break
		}
		end = line + len(rest)
	}
	return end
}

// jsonValue places a JSON value; the file has been read before, so it is well formed.
func (p *places) jsonValue(at int) (*node, error) {
	n := &node{start: at, kind: tree.String}
	switch c := p.byteAt(at); c {
	case '"':
		end, err := p.quoted(at)
		n.end = end
		return n, err
	case '{', '[':
		n.flow, n.kind = true, tree.Array
		if c == '{' {
			n.kind = tree.Object
		}
		at = p.skip(at+1, true)
		for p.byteAt(at) != '}' && p.byteAt(at) != ']' {
			if p.byteAt(at) == ',' {
				at = p.skip(at+1, true)
			}
			m := member{at: at}
			if c == '{' {
				end, err := p.quoted(at)
				if err != nil {
					return nil, err
				}
				name, err := tree.ParseJSON(p.raw[at:end])
				if err != nil {
					return nil, ErrStyle
				}
				m.name, m.colon = name.Text, p.skip(end, true)
				at = p.skip(m.colon+1, true)
			}
			v, err := p.jsonValue(at)
			if err != nil {
				return nil, err
			}
			if m.value = v; c == '{' {
				n.keys = append(n.keys, m)
			} else {
				n.items = append(n.items, item{value: v})
			}
			at = p.skip(v.end, true)
		}
		n.end = at + 1
		return n, nil
	case 0:
		return nil, ErrStyle
	}
	for at < len(p.raw) && bytes.IndexByte([]byte(",]} \t\r\n"), p.raw[at]) < 0 {
		at++
	}
	n.end = at
	return n, nil
}
