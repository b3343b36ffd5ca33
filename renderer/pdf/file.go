package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
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
