package pdffile

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// least is a file of one object.
func least(size int) []byte {
	head := "%PDF-1.7\n1 0 obj\n<</Type /Catalog>>\nendobj\n"
	return fmt.Appendf(nil, "%sxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Root 1 0 R /Size %d /ID [<aa> <bb>]>>\nstartxref\n%d\n%%%%EOF\n", head, size, len(head))
}

// values are those that are easy to write wrongly.
func values() Dict {
	return Dict{
		"plain": "a", "parentheses": `a(b)c\`, "lines": "a\nb\r\nc", "binary": "\x00\xff", "swedish": Text("åäö (1)"), "empty": "",
		"odd name # /": Name("a b#c/(d)å"), "ref": Ref(1), "number": 1.5, "negative": -3.0, "large": 4294967296.0, "yes": true, "no": false, "none": nil,
		"array": []any{1.0, []any{}, Dict{"k": Name("v")}, Ref(7)}, "dict": Dict{"a": Dict{}},
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	f, err := Open(least(2), 0)
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	for range 2 {
		u, err := f.Update()
		if err != nil {
			t.Fatal(err)
		}
		n := u.New()
		u.Put(n, values())
		u.Put(1, Dict{"Type": Name("Catalog"), "New": n})
		raw := u.Finish([]byte("0123456789abcdef"))
		got, err := Open(raw, 0)
		if err != nil {
			t.Fatal(err)
		}
		v, err := got.Object(n)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(any(values()), v, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if root, err := got.Dict(got.Trailer(), "Root"); err != nil || root["New"] != n {
			t.Errorf("the later revision does not hold: %v, %v", root, err)
		}
		if diff := cmp.Diff(any([]any{"\xaa", "0123456789abcdef"}), got.Trailer()["ID"]); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]Ref{1, 2}, got.Objects()); diff != "" {
			t.Error(diff)
		}
		if first != nil && !bytes.Equal(first, raw) {
			t.Error("the same values are written in two ways")
		}
		first = raw
		spans, err := got.Spans(n)
		if err != nil {
			t.Fatal(err)
		}
		if at := spans["parentheses"]; string(raw[at.From:at.To]) != `(a\(b\)c\\)` {
			t.Errorf("%q", raw[at.From:at.To])
		}
		if at := spans["array"]; raw[at.From] != '[' || raw[at.To-1] != ']' {
			t.Errorf("%q", raw[at.From:at.To])
		}
	}
}

// TestRefused: a viewer would make something of each of these, and not each the same.
func TestRefused(t *testing.T) {
	ok := string(least(2))
	edit := func(old, new string) []byte {
		if !bytes.Contains([]byte(ok), []byte(old)) {
			t.Fatalf("%q is not there", old)
		}
		return bytes.Replace([]byte(ok), []byte(old), []byte(new), 1)
	}
	for name, raw := range map[string][]byte{
		"nothing": nil, "no header": []byte(ok[1:]), "no startxref": []byte(ok[:len(ok)-30]),
		"a place outside the file":    edit("startxref\n", "startxref\n9"),
		"an encrypted file":           edit("/Root", "/Encrypt 1 0 R /Root"),
		"a stream of references":      edit("/Root", "/XRefStm 9 /Root"),
		"a key twice":                 edit("/Root 1 0 R", "/Root 1 0 R /Root 1 0 R"),
		"a revision that looks ahead": edit("/Root", "/Prev 9000 /Root"),
		"a table without end":         edit("0 2\n", "0 99999999\n"),
	} {
		if _, err := Open(raw, 0); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, raw := range map[string][]byte{"another object's number": edit("1 0 obj", "2 0 obj"), "no object": edit("1 0 obj", "1 0 xyz"), "a key twice": edit("/Type /Catalog", "/T 1/T 2      ")} {
		f, err := Open(raw, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := f.Object(1); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f, err := Open(least(1), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Update(); !errors.Is(err, ErrFormat) {
		t.Errorf("a new object would take the number of one that is there: %v", err)
	}
}

// FuzzOpen: foreign bytes give values or an error, never a panic; and what is read can be appended to.
func FuzzOpen(f *testing.F) {
	f.Add(least(2))
	f.Add([]byte("%PDF-1.7\nxref\ntrailer<</Size 3>>startxref 9"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := Open(raw, 1<<16)
		if err != nil {
			return
		}
		u, err := file.Update()
		if err != nil {
			return
		}
		for _, n := range file.Objects() {
			v, err := file.Object(n)
			if err != nil {
				continue
			}
			if s, ok := v.(*Stream); ok {
				_, _ = file.Content(s) // fails or gives bytes
				v = s.Dict
			}
			_, _ = file.Spans(n)
			u.Put(u.New(), v)
		}
		if _, err := Open(u.Finish(make([]byte, 16)), 1<<16); err != nil {
			t.Fatal(err)
		}
	})
}
