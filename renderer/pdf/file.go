package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// The types of a file that is read: names, references, dictionaries and streams; strings are string, arrays []any,
// numbers float64, and true, false and null bool and nil.
type (
	pdfName string
	pdfRef  int
	pdfDict map[string]any
)

type pdfStream struct {
	dict pdfDict
	raw  []byte
}

// pdfFile reads the files that this package writes, and those with signatures appended: classic cross-reference tables,
// direct or Flate-coded streams. Everything else is refused. Unlike a viewer it never guesses or repairs: what is
// verified must be what every reader sees. All work is bounded by the size of the file.
type pdfFile struct {
	data    []byte
	offsets map[int]int
	trailer pdfDict
	left    int64 // bytes that streams may still expand to
}

var (
	errFormat  = errors.New("not a file of this kind, or damaged")
	errTooMuch = errors.New("the attachments are too large")
)

const (
	maxObjects  = 1 << 20
	maxRevision = 64 // cross-reference sections, one more with each signature
	maxNesting  = 40
)

func openFile(data []byte) (*pdfFile, error) {
	if !bytes.HasPrefix(data, []byte("%PDF-1.")) {
		return nil, errFormat
	}
	f := &pdfFile{data: data, offsets: map[int]int{}, left: MaxAttachments}
	tail := max(0, len(data)-1024)
	at := bytes.LastIndex(data[tail:], []byte("startxref"))
	if at < 0 {
		return nil, errFormat
	}
	l := &lexer{data: data, pos: tail + at + len("startxref")}
	next, err := l.integer()
	for range maxRevision {
		if err != nil {
			return nil, err
		}
		trailer, err := f.section(next)
		if err != nil {
			return nil, err
		}
		if f.trailer == nil { // the last revision's is the one that holds
			f.trailer = trailer
		}
		prev, more := trailer["Prev"].(float64)
		if !more {
			return f, nil
		}
		if int(prev) >= next {
			return nil, errFormat // revisions only look back
		}
		next = int(prev)
	}
	return nil, errFormat
}

// section reads one cross-reference table; entries of later revisions hold.
func (f *pdfFile) section(at int) (pdfDict, error) {
	l := &lexer{data: f.data, pos: at}
	if at < 0 || at >= len(f.data) || !l.keyword("xref") {
		return nil, errFormat
	}
	for !l.keyword("trailer") {
		first, err := l.integer()
		if err != nil {
			return nil, err
		}
		count, err := l.integer()
		if err != nil || first < 0 || count < 0 || first+count > maxObjects || count*18 > len(f.data) {
			return nil, errFormat
		}
		for n := first; n < first+count; n++ {
			offset, err := l.integer()
			if err != nil {
				return nil, err
			}
			if _, err = l.integer(); err != nil {
				return nil, err
			}
			if _, seen := f.offsets[n]; l.keyword("n") {
				if !seen {
					f.offsets[n] = offset
				}
			} else if !l.keyword("f") {
				return nil, errFormat
			} else if !seen {
				f.offsets[n] = -1
			}
		}
	}
	v, err := l.value(0)
	d, ok := v.(pdfDict)
	if err != nil || !ok || d["XRefStm"] != nil || d["Encrypt"] != nil {
		return nil, errFormat
	}
	return d, nil
}

// object reads an object by number.
func (f *pdfFile) object(n int) (any, error) {
	offset, ok := f.offsets[n]
	if !ok || offset < 0 || offset >= len(f.data) {
		return nil, fmt.Errorf("object %d: %w", n, errFormat)
	}
	l := &lexer{data: f.data, pos: offset}
	if got, err := l.integer(); err != nil || got != n {
		return nil, fmt.Errorf("object %d: %w", n, errFormat)
	}
	if _, err := l.integer(); err != nil || !l.keyword("obj") {
		return nil, fmt.Errorf("object %d: %w", n, errFormat)
	}
	v, err := l.value(0)
	if err != nil {
		return nil, fmt.Errorf("object %d: %w", n, err)
	}
	d, ok := v.(pdfDict)
	if !ok || !l.keyword("stream") {
		return v, nil
	}
	if l.peek() == '\r' {
		l.pos++
	}
	if l.peek() != '\n' {
		return nil, fmt.Errorf("object %d: %w", n, errFormat)
	}
	l.pos++
	length, ok := d["Length"].(float64)
	if !ok || length < 0 || int(length) > len(f.data)-l.pos {
		return nil, fmt.Errorf("object %d: %w", n, errFormat)
	}
	raw := f.data[l.pos : l.pos+int(length)]
	l.pos += int(length)
	if !l.keyword("endstream") {
		return nil, fmt.Errorf("object %d: %w", n, errFormat)
	}
	return &pdfStream{dict: d, raw: raw}, nil
}

// resolve follows a reference; a value that is none is given back.
func (f *pdfFile) resolve(v any) (any, error) {
	if ref, ok := v.(pdfRef); ok {
		return f.object(int(ref))
	}
	return v, nil
}

// dict resolves a dictionary's entry that is a dictionary; absent is nil.
func (f *pdfFile) dict(d pdfDict, key string) (pdfDict, error) {
	v, err := f.resolve(d[key])
	if err != nil || v == nil {
		return nil, err
	}
	sub, ok := v.(pdfDict)
	if !ok {
		return nil, fmt.Errorf("%s: %w", key, errFormat)
	}
	return sub, nil
}

// content gives a stream's bytes.
func (f *pdfFile) content(s *pdfStream) ([]byte, error) {
	switch filter := s.dict["Filter"]; {
	case filter == nil:
		if f.left -= int64(len(s.raw)); f.left < 0 {
			return nil, errTooMuch
		}
		return bytes.Clone(s.raw), nil
	case filter != pdfName("FlateDecode") || s.dict["DecodeParms"] != nil:
		return nil, errFormat
	}
	z, err := zlib.NewReader(bytes.NewReader(s.raw))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, f.left+1))
	if err != nil {
		return nil, err
	}
	if f.left -= int64(len(out)); f.left < 0 {
		return nil, errTooMuch
	}
	return out, nil
}

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
		return 0, errFormat
	}
	return n, nil
}

func (l *lexer) value(depth int) (any, error) {
	if depth > maxNesting {
		return nil, errFormat
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
	case bytes.HasPrefix(l.data[min(l.pos, len(l.data)):], []byte("<<")):
		l.pos += 2
		d := pdfDict{}
		for {
			if l.skip(); bytes.HasPrefix(l.data[l.pos:], []byte(">>")) {
				l.pos += 2
				return d, nil
			}
			if l.peek() != '/' {
				return nil, errFormat
			}
			key, err := l.name()
			if err != nil {
				return nil, err
			}
			v, err := l.value(depth + 1)
			if err != nil {
				return nil, err
			}
			if _, twice := d[string(key)]; twice { // readers differ on which holds
				return nil, errFormat
			}
			d[string(key)] = v
		}
	case c == '<':
		return l.hexadecimal()
	}
	return l.plain()
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
		return nil, errFormat
	}
	if n, err := strconv.Atoi(w); err == nil && n > 0 {
		before := l.pos
		if _, err := l.integer(); err == nil && l.keyword("R") {
			return pdfRef(n), nil
		}
		l.pos = before
	}
	return v, nil
}

func (l *lexer) name() (pdfName, error) {
	l.pos++
	var out []byte
	for l.pos < len(l.data) && !blank(l.data[l.pos]) && !delimiter(l.data[l.pos]) {
		c := l.data[l.pos]
		if c == '#' && l.pos+2 < len(l.data) {
			v, err := strconv.ParseUint(string(l.data[l.pos+1:l.pos+3]), 16, 8)
			if err != nil {
				return "", errFormat
			}
			c = byte(v)
			l.pos += 2
		}
		out = append(out, c)
		l.pos++
	}
	return pdfName(out), nil
}

func (l *lexer) hexadecimal() (any, error) {
	end := bytes.IndexByte(l.data[l.pos:], '>')
	if end < 0 {
		return nil, errFormat
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
			return nil, errFormat
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
	return nil, errFormat
}
