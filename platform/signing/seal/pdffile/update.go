package pdffile

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Verbatim is a value that is written as it stands: room of a fixed length, to be filled when the file is whole.
type Verbatim string

// Update is a revision being appended to a file.
type Update struct {
	base    *File
	out     bytes.Buffer
	next    Ref
	offsets map[Ref]int
}

// Update begins a revision. Error: [ErrFormat], when the file does not say how many objects it has.
func (f *File) Update() (*Update, error) {
	size, ok := f.trailer["Size"].(float64)
	if !ok || size < 1 || size > maxObjects-1024 {
		return nil, ErrFormat
	}
	for n := range f.offsets {
		if n >= int(size) {
			return nil, ErrFormat // a new object would take an existing one's number
		}
	}
	u := &Update{base: f, next: Ref(size), offsets: map[Ref]int{}}
	u.out.Grow(len(f.data) + 64<<10)
	u.out.Write(f.data)
	if !bytes.HasSuffix(f.data, []byte("\n")) {
		u.out.WriteByte('\n')
	}
	return u, nil
}

// New gives the number of an object that is not there yet.
func (u *Update) New() Ref {
	u.next++
	return u.next - 1
}

// Put writes an object, new or in place of an earlier revision's.
func (u *Update) Put(n Ref, v any) {
	u.offsets[n] = u.out.Len()
	fmt.Fprintf(&u.out, "%d 0 obj\n", n)
	write(&u.out, v)
	u.out.WriteString("\nendobj\n")
}

// Finish writes the cross-reference table and the trailer. id is the revision's part of the file identifier (16 bytes);
// the first revision's stays (ISO 32000-1 14.4).
func (u *Update) Finish(id []byte) []byte {
	trailer := Dict{"Size": float64(u.next), "Prev": float64(u.base.start)}
	for _, key := range []string{"Root", "Info"} {
		if v, ok := u.base.trailer[key]; ok {
			trailer[key] = v
		}
	}
	trailer["ID"] = []any{string(id), string(id)}
	if ids, ok := u.base.trailer["ID"].([]any); ok && len(ids) == 2 {
		trailer["ID"] = []any{ids[0], string(id)}
	}
	start := u.out.Len()
	u.out.WriteString("xref\n")
	numbers := slices.Sorted(maps.Keys(u.offsets))
	for i := 0; i < len(numbers); {
		j := i + 1
		for j < len(numbers) && numbers[j] == numbers[j-1]+1 {
			j++
		}
		fmt.Fprintf(&u.out, "%d %d\n", numbers[i], j-i)
		for _, n := range numbers[i:j] {
			fmt.Fprintf(&u.out, "%010d 00000 n \n", u.offsets[n])
		}
		i = j
	}
	u.out.WriteString("trailer\n")
	write(&u.out, trailer)
	fmt.Fprintf(&u.out, "\nstartxref\n%d\n%%%%EOF\n", start)
	return u.out.Bytes()
}

// write writes a value; keys of dictionaries in order, strings that are not plain text as hexadecimal.
func write(out *bytes.Buffer, v any) {
	switch v := v.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case float64:
		out.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
	case int:
		out.WriteString(strconv.Itoa(v))
	case Ref:
		fmt.Fprintf(out, "%d 0 R", v)
	case Name:
		writeName(out, v)
	case string:
		writeString(out, v)
	case Verbatim:
		out.WriteString(string(v))
	case []any:
		out.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				out.WriteByte(' ')
			}
			write(out, e)
		}
		out.WriteByte(']')
	case Dict:
		out.WriteString("<<")
		for _, key := range slices.Sorted(maps.Keys(v)) {
			writeName(out, Name(key))
			out.WriteByte(' ')
			write(out, v[key])
			out.WriteByte('\n')
		}
		out.WriteString(">>")
	default:
		panic(fmt.Sprintf("pdffile: a %T is no value", v)) // a mistake in the program: values read are of the types above
	}
}

func writeName(out *bytes.Buffer, n Name) {
	out.WriteByte('/')
	for i := range len(n) {
		if c := n[i]; c <= ' ' || c > '~' || c == '#' || delimiter(c) {
			fmt.Fprintf(out, "#%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
}

func writeString(out *bytes.Buffer, s string) {
	if !ascii(s) {
		out.WriteString("<" + hex.EncodeToString([]byte(s)) + ">")
		return
	}
	out.WriteByte('(')
	for i := range len(s) {
		switch c := s[i]; c {
		case '(', ')', '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case '\n':
			out.WriteString(`\n`)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte(')')
}
