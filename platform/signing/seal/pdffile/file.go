// Package pdffile reads the PDF files that the platform makes, strictly, and appends to them.
//
// A [File] is opened from bytes: classic cross-reference tables, direct or Flate-coded streams, as many revisions as were
// appended. Everything else is refused. Unlike a viewer it never guesses or repairs: what is verified must be what every
// reader sees. An [Update] is a revision (ISO 32000-1 7.5.6) that leaves every byte before it as it was.
//
// Invariants: all work is bounded by the size of the file, and what streams expand to by what the caller allows; nothing
// here panics on foreign bytes; the same values are always written as the same bytes.
//
// It stands below both who sets documents (renderer/pdf) and who seals them (platform/signing/seal).
package pdffile

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Values are Name, Ref, Dict, []any for arrays, string for strings, float64 for numbers, bool, and nil for null. An
// indirect object may also be a *Stream.
type (
	Name string
	Ref  int // the number of an object; generations other than 0 are not made by anybody who appends
	Dict map[string]any
)

// Stream is a stream as it stands in the file.
type Stream struct {
	Dict Dict
	Raw  []byte // coded as Dict's Filter says
}

// File is an opened file.
type File struct {
	data    []byte
	offsets map[int]int
	trailer Dict
	start   int   // of the last cross-reference table
	tables  int   // how many there are
	left    int64 // bytes that streams may still expand to
}

// What is wrong with a file.
var (
	ErrFormat  = errors.New("not a file of this kind, or damaged")
	ErrTooMuch = errors.New("the streams are too large")
)

const (
	maxObjects  = 1 << 20
	maxRevision = 64 // cross-reference sections, one more with each signature
	maxNesting  = 40
)

// Open reads the cross-reference tables. expand bounds how many bytes the file's streams may give together.
// Error: [ErrFormat].
func Open(data []byte, expand int64) (*File, error) {
	if !bytes.HasPrefix(data, []byte("%PDF-1.")) {
		return nil, ErrFormat
	}
	f := &File{data: data, offsets: map[int]int{}, left: expand}
	tail := max(0, len(data)-1024)
	at := bytes.LastIndex(data[tail:], []byte("startxref"))
	if at < 0 {
		return nil, ErrFormat
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
		if f.trailer == nil { // the last revision's is the one that holds, and nothing stands behind it
			f.trailer, f.start = trailer, next
			if bytes.LastIndex(data[:tail+at], []byte("\nxref"))+1 != next {
				return nil, ErrFormat
			}
		}
		f.tables++
		prev, more := trailer["Prev"].(float64)
		if !more {
			return f, nil
		}
		if int(prev) >= next {
			return nil, ErrFormat // revisions only look back
		}
		next = int(prev)
	}
	return nil, ErrFormat
}

// section reads one cross-reference table; entries of later revisions hold.
func (f *File) section(at int) (Dict, error) {
	l := &lexer{data: f.data, pos: at}
	if at < 0 || at >= len(f.data) || !l.keyword("xref") {
		return nil, ErrFormat
	}
	for !l.keyword("trailer") {
		first, err := l.integer()
		if err != nil {
			return nil, err
		}
		count, err := l.integer()
		if err != nil || first < 0 || count < 0 || first+count > maxObjects || count*18 > len(f.data) {
			return nil, ErrFormat
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
				return nil, ErrFormat
			} else if !seen {
				f.offsets[n] = -1
			}
		}
	}
	v, err := l.value(0)
	d, ok := v.(Dict)
	if err != nil || !ok || d["XRefStm"] != nil || d["Encrypt"] != nil {
		return nil, ErrFormat
	}
	return d, nil
}

// Bytes are what the file was opened from.
func (f *File) Bytes() []byte { return f.data }

// Revisions is how many times the file was written: once, and once more for each time that something was appended.
func (f *File) Revisions() int { return f.tables }

// Trailer is the last revision's trailer.
func (f *File) Trailer() Dict { return maps.Clone(f.trailer) }

// enter goes to the value of an object.
func (f *File) enter(n int) (*lexer, error) {
	offset, ok := f.offsets[n]
	if !ok || offset < 0 || offset >= len(f.data) {
		return nil, fmt.Errorf("object %d: %w", n, ErrFormat)
	}
	l := &lexer{data: f.data, pos: offset}
	if got, err := l.integer(); err != nil || got != n {
		return nil, fmt.Errorf("object %d: %w", n, ErrFormat)
	}
	if _, err := l.integer(); err != nil || !l.keyword("obj") {
		return nil, fmt.Errorf("object %d: %w", n, ErrFormat)
	}
	return l, nil
}

// Span is where a value stands in the file: from its first byte up to, not including, To.
type Span struct{ From, To int }

// Spans tells where the values of an object that is a dictionary stand.
func (f *File) Spans(n Ref) (map[string]Span, error) {
	l, err := f.enter(int(n))
	if err != nil {
		return nil, err
	}
	spans := map[string]Span{}
	l.skip()
	if !l.startsDict() {
		return nil, fmt.Errorf("object %d: %w", n, ErrFormat)
	}
	if _, err := l.dict(0, func(key string, at Span) { spans[key] = at }); err != nil {
		return nil, fmt.Errorf("object %d: %w", n, err)
	}
	return spans, nil
}

// Object reads an object by number. Error: [ErrFormat].
func (f *File) Object(n Ref) (any, error) {
	l, err := f.enter(int(n))
	if err != nil {
		return nil, err
	}
	v, err := l.value(0)
	if err != nil {
		return nil, fmt.Errorf("object %d: %w", n, err)
	}
	d, ok := v.(Dict)
	if !ok || !l.keyword("stream") {
		return v, nil
	}
	if l.peek() == '\r' {
		l.pos++
	}
	if l.peek() != '\n' {
		return nil, fmt.Errorf("object %d: %w", n, ErrFormat)
	}
	l.pos++
	length, ok := d["Length"].(float64)
	if !ok || length < 0 || int(length) > len(f.data)-l.pos {
		return nil, fmt.Errorf("object %d: %w", n, ErrFormat)
	}
	raw := f.data[l.pos : l.pos+int(length)]
	l.pos += int(length)
	if !l.keyword("endstream") {
		return nil, fmt.Errorf("object %d: %w", n, ErrFormat)
	}
	return &Stream{Dict: d, Raw: raw}, nil
}

// Resolve follows a reference; a value that is none is given back.
func (f *File) Resolve(v any) (any, error) {
	if ref, ok := v.(Ref); ok {
		return f.Object(ref)
	}
	return v, nil
}

// Dict resolves a dictionary's entry that is a dictionary; absent is nil.
func (f *File) Dict(d Dict, key string) (Dict, error) {
	v, err := f.Resolve(d[key])
	if err != nil || v == nil {
		return nil, err
	}
	sub, ok := v.(Dict)
	if !ok {
		return nil, fmt.Errorf("%s: %w", key, ErrFormat)
	}
	return sub, nil
}

// Content gives a stream's bytes. Errors: [ErrFormat], [ErrTooMuch], and what decompression says.
func (f *File) Content(s *Stream) ([]byte, error) {
	switch filter := s.Dict["Filter"]; {
	case filter == nil:
		if f.left -= int64(len(s.Raw)); f.left < 0 {
			return nil, ErrTooMuch
		}
		return bytes.Clone(s.Raw), nil
	case filter != Name("FlateDecode") || s.Dict["DecodeParms"] != nil:
		return nil, ErrFormat
	}
	z, err := zlib.NewReader(bytes.NewReader(s.Raw))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, f.left+1))
	if err != nil {
		return nil, err
	}
	if f.left -= int64(len(out)); f.left < 0 {
		return nil, ErrTooMuch
	}
	return out, nil
}

// Objects lists the objects that the file has, in order.
func (f *File) Objects() []Ref {
	var list []Ref
	for n, offset := range f.offsets {
		if offset >= 0 {
			list = append(list, Ref(n))
		}
	}
	slices.Sort(list)
	return list
}
