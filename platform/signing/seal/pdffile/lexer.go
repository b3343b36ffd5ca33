package pdffile

import (
	"bytes"
	"strconv"
)

// lexer reads values (ISO 32000-1 7.2, 7.3).
type lexer struct {
	data []byte
	pos  int
}

func (l *lexer) peek() byte {
	if l.pos < len(l.data) {
		return l.data[l.pos]
	}
	return 0
}

func blank(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func delimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

func (l *lexer) skip() {
	for l.pos < len(l.data) {
		switch c := l.data[l.pos]; {
		case blank(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// word takes characters up to a space or delimiter.
func (l *lexer) word() string {
	l.skip()
	start := l.pos
	for l.pos < len(l.data) && !blank(l.data[l.pos]) && !delimiter(l.data[l.pos]) {
		l.pos++
	}
	return string(l.data[start:l.pos])
}

// keyword takes a word if it is the next.
func (l *lexer) keyword(w string) bool {
	before := l.pos
	if l.word() == w {
		return true
	}
	l.pos = before
	return false
}

func (l *lexer) integer() (int, error) {
	n, err := strconv.Atoi(l.word())
	if err != nil || n < 0 {
		return 0, ErrFormat
	}
	return n, nil
}

func (l *lexer) value(depth int) (any, error) {
	if depth > maxNesting {
		return nil, ErrFormat
	}
	l.skip()
	switch c := l.peek(); {
	case c == '/':
		return l.name()
	case c == '(':
		return l.literal()
	case c == '[':
		l.pos++
		var out []any
		for {
			if l.skip(); l.peek() == ']' {
				l.pos++
				return out, nil
			}
			v, err := l.value(depth + 1)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
	case l.startsDict():
		return l.dict(depth, nil)
	case c == '<':
		return l.hexadecimal()
	}
	return l.plain()
}

func (l *lexer) startsDict() bool {
	return bytes.HasPrefix(l.data[min(l.pos, len(l.data)):], []byte("<<"))
}

// dict reads a dictionary; note, when not nil, is told where each value stands.
func (l *lexer) dict(depth int, note func(key string, at Span)) (Dict, error) {
	l.pos += len("<<")
	d := Dict{}
	for {
		if l.skip(); bytes.HasPrefix(l.data[l.pos:], []byte(">>")) {
			l.pos += len(">>")
			return d, nil
		}
		if l.peek() != '/' {
			return nil, ErrFormat
		}
		key, err := l.name()
		if err != nil {
			return nil, err
		}
		l.skip()
		from := l.pos
		v, err := l.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, twice := d[string(key)]; twice { // readers differ on which holds
			return nil, ErrFormat
		}
		d[string(key)] = v
		if note != nil {
			note(string(key), Span{from, l.pos})
		}
	}
}

// plain reads a number, a reference or a constant.
func (l *lexer) plain() (any, error) {
	w := l.word()
	switch w {
	case "true", "false":
		return w == "true", nil
	case "null":
		return nil, nil
	}
	v, err := strconv.ParseFloat(w, 64)
	if err != nil || w == "" || !(w[0] == '-' || w[0] == '+' || w[0] == '.' || w[0] >= '0' && w[0] <= '9') {
		return nil, ErrFormat
	}
	if n, err := strconv.Atoi(w); err == nil && n > 0 {
		before := l.pos
		if _, err := l.integer(); err == nil && l.keyword("R") {
			return Ref(n), nil
		}
		l.pos = before
	}
	return v, nil
}

func (l *lexer) name() (Name, error) {
	l.pos++
	var out []byte
	for l.pos < len(l.data) && !blank(l.data[l.pos]) && !delimiter(l.data[l.pos]) {
		c := l.data[l.pos]
		if c == '#' && l.pos+2 < len(l.data) {
			v, err := strconv.ParseUint(string(l.data[l.pos+1:l.pos+3]), 16, 8)
			if err != nil {
				return "", ErrFormat
			}
			c = byte(v)
			l.pos += 2
		}
		out = append(out, c)
		l.pos++
	}
	return Name(out), nil
}

func (l *lexer) hexadecimal() (any, error) {
	end := bytes.IndexByte(l.data[l.pos:], '>')
	if end < 0 {
		return nil, ErrFormat
	}
	digits := bytes.Map(func(r rune) rune {
		if r < 0x80 && blank(byte(r)) {
			return -1
		}
		return r
	}, l.data[l.pos+1:l.pos+end])
	l.pos += end + 1
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	out := make([]byte, len(digits)/2)
	for i := range out {
		v, err := strconv.ParseUint(string(digits[2*i:2*i+2]), 16, 8)
		if err != nil {
			return nil, ErrFormat
		}
		out[i] = byte(v)
	}
	return string(out), nil
}

func (l *lexer) literal() (any, error) {
	var out []byte
	depth := 0
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				return string(out), nil
			}
		case '\\':
			e := l.peek()
			l.pos++
			switch {
			case e >= '0' && e <= '7':
				v := int(e - '0')
				for i := 0; i < 2 && l.peek() >= '0' && l.peek() <= '7'; i++ {
					v = v*8 + int(l.peek()-'0')
					l.pos++
				}
				c = byte(v)
			case e == '\n':
				continue
			case e == '\r':
				if l.peek() == '\n' {
					l.pos++
				}
				continue
			default:
				if i := bytes.IndexByte([]byte("nrtbf"), e); i >= 0 {
					e = "\n\r\t\b\f"[i]
				}
				c = e
			}
		}
		out = append(out, c)
	}
	return nil, ErrFormat
}
