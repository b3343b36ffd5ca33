package revise

import (
	"bytes"

	"samtjanst/forms/internal/tree"
)

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
