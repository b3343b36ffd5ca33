package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// ParseJSON reads one JSON value.
func ParseJSON(raw []byte) (*Node, error) {
	p := &jsonParser{raw: raw, dec: json.NewDecoder(bytes.NewReader(raw)), line: 1}
	p.dec.UseNumber()
	if len(raw) > MaxBytes {
		return nil, &Error{Line: 1, Column: 1, What: "the file is larger than 2 MB", Mend: "split the form or remove what is not text"}
	}
	if !utf8.Valid(raw) {
		return nil, &Error{Line: 1, Column: 1, What: "the file is not UTF-8", Mend: "save it as UTF-8"}
	}
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, p.at("remove what follows the first value", "something follows the JSON value")
	}
	return n, nil
}

type jsonParser struct {
	raw                []byte
	dec                *json.Decoder
	seen, line, column int // how far lines and characters are counted
}

// place tells where the next token begins. Offsets only grow, so counting is linear over the file, also when it is one line.
func (p *jsonParser) place() (line, column int) {
	off := int(p.dec.InputOffset())
	for off < len(p.raw) && bytes.IndexByte([]byte(" \t\r\n,:"), p.raw[off]) >= 0 {
		off++
	}
	for ; p.seen < off; p.seen++ {
		switch b := p.raw[p.seen]; {
		case b == '\n':
			p.line++
			p.column = 0
		case utf8.RuneStart(b):
			p.column++
		}
	}
	return p.line, p.column + 1
}

func (p *jsonParser) at(mend, what string) *Error {
	line, col := p.place()
	return &Error{Line: line, Column: col, What: what, Mend: mend}
}

func (p *jsonParser) token() (json.Token, error) {
	t, err := p.dec.Token()
	if err == nil {
		return t, nil
	}
	what := "not valid JSON"
	var syntax *json.SyntaxError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || (errors.As(err, &syntax) && int(syntax.Offset) >= len(p.raw)) {
		what = "the JSON ends too early"
	}
	return nil, p.at("check commas, quotes and brackets near here", what)
}

func (p *jsonParser) value(depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, p.at("nest less deeply", "nested deeper than 64 levels")
	}
	n := &Node{}
	n.Line, n.Column = p.place()
	t, err := p.token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case nil:
		n.Kind = Null
	case bool:
		n.Kind, n.Text = Bool, "false"
		if t {
			n.Text = "true"
		}
	case json.Number:
		n.Kind, n.Text = Number, t.String()
	case string:
		n.Kind, n.Text = String, t
	case json.Delim:
		if t == '[' {
			n.Kind = Array
			for p.dec.More() {
				e, err := p.value(depth + 1)
				if err != nil {
					return nil, err
				}
				n.Items = append(n.Items, e)
			}
		} else {
			n.Kind = Object
			if err := p.members(n, depth); err != nil {
				return nil, err
			}
		}
		if _, err := p.token(); err != nil { // the closing bracket
			return nil, err
		}
	}
	return n, nil
}

func (p *jsonParser) members(n *Node, depth int) error {
	have := map[string]bool{}
	for p.dec.More() {
		var k Key
		k.Line, k.Column = p.place()
		t, err := p.token()
		if err != nil {
			return err
		}
		k.Name, _ = t.(string)
		if have[k.Name] {
			return &Error{Line: k.Line, Column: k.Column, What: "the key " + quote(k.Name) + " stands twice", Mend: "keep one of them"}
		}
		have[k.Name] = true
		if k.Value, err = p.value(depth + 1); err != nil {
			return err
		}
		n.Keys = append(n.Keys, k)
	}
	return nil
}
