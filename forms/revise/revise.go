// Package revise lets a program change the files of a definition as a careful person would: one value is written anew where it
// stands, and every other byte (comments, order, quotes, blank lines, line ends) stays as it was.
//
// A Change names a file, a JSON Pointer into it and what happens there. Apply splices: it finds where the value stands in
// the text, writes the new one in the style of the old, and then reads the file again. What is read must be the old content with
// the change made and nothing else; a file that is written in a way this package cannot splice is refused (ErrStyle) and
// never made wrong. A Set that changes nothing changes no byte.
//
// form.yaml, layout.yaml, text/*.yaml and schema.json have pointers; a document of documents/ is one text, changed as a whole
// with the pointer "".
package revise

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"path"
	"strings"
	"unicode/utf8"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// ErrStyle tells that a file is written in a way that a program cannot change: with tags, explicit keys ("? ") and the like.
var ErrStyle = errors.New("written in a way that a program cannot change")

// Files are a definition's files by name: "form.yaml", "text/en.yaml".
type Files map[string][]byte

// Op is what happens at a pointer.
type Op string

// Operations.
const (
	// Set writes a value: in place of what stands there, or as the last key of its object. Objects missing on the way are made.
	// Within a list or an object that is set, only what differs is written.
	Set Op = "set"
	// Insert puts a value into a list before the item named, or last for the token "-".
	Insert Op = "insert"
	// Remove takes a key or an item away. It is no mistake when it is not there.
	Remove Op = "remove"
)

// Change is one change to one file.
type Change struct {
	File string        `json:"file"`
	Op   Op            `json:"op"`
	At   forms.Pointer `json:"at"`
	// Value is nil, a bool, int, json.Number, string, a list ([]any, []string, []int), or an object: Object, which keeps the order of
	// its keys, or map[string]any, whose keys are written in alphabetical order.
	Value any `json:"value,omitempty"`
}

// ReadFiles reads the files of a definition's folder: those that Load reads. Scenarios and hidden files are none of them.
func ReadFiles(fsys fs.FS, dir string) (Files, error) {
	out := Files{}
	err := fs.WalkDir(fsys, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
		if dir == "." {
			rel = name
		}
		switch {
		case name == dir:
			return nil
		case e.IsDir() && (rel == forms.ScenarioDir || strings.HasPrefix(e.Name(), ".")):
			return fs.SkipDir
		case e.IsDir() || strings.HasPrefix(e.Name(), "."):
			return nil
		}
		raw, err := fs.ReadFile(fsys, name)
		out[rel] = raw
		return err
	})
	return out, err
}

// Apply makes the changes, one after the other, and gives all the files; those given are not touched. fault.NotFound for a file or a
// place in it that is not there, fault.Invalid for a value that no definition can hold or a file that cannot be read,
// ErrStyle for a file that is written in a way that cannot be spliced.
func Apply(files Files, changes []Change) (Files, error) {
	out := maps.Clone(files)
	for _, c := range changes {
		raw, there := out[c.File]
		next, err := apply(c, raw, there)
		if err != nil {
			return nil, err
		}
		if next == nil {
			delete(out, c.File)
		} else {
			out[c.File] = next
		}
	}
	return out, nil
}

// Get reads the value at a pointer, as Change.Value has it; false when there is none.
func Get(files Files, file string, at forms.Pointer) (any, bool) {
	raw, ok := files[file]
	if !ok {
		return nil, false
	}
	if isText(file) {
		return normalBreaks(string(raw)), at == ""
	}
	v, err := read(file, raw)
	if err != nil {
		return nil, false
	}
	return lookup(v, at.Tokens())
}

func isText(file string) bool { return path.Ext(file) == ".md" }
func isJSON(file string) bool { return path.Ext(file) == ".json" }

func apply(c Change, raw []byte, there bool) ([]byte, error) {
	const op = "revise.Apply"
	v, err := normal(c.Value, 0)
	if err != nil {
		return nil, err
	}
	whole := c.At == ""
	switch {
	case whole && c.Op == Remove && (isText(c.File) || strings.HasPrefix(c.File, "text/")):
		return nil, nil
	case isText(c.File):
		text, ok := v.(string)
		if !whole || c.Op != Set || !ok {
			return nil, fault.Newf(op, fault.Invalid, "%s is one text", c.File)
		}
		return setText(raw, text), nil
	case !there && strings.HasPrefix(c.File, "text/") && path.Ext(c.File) == ".yaml":
		raw = []byte{}
	case !there:
		return nil, fault.Newf(op, fault.NotFound, "no file %s", c.File)
	case whole:
		return nil, fault.Newf(op, fault.Invalid, "%s is not replaced as a whole", c.File)
	}
	old, err := read(c.File, raw)
	if err != nil {
		return nil, err
	}
	steps, want, err := plan(old, c.Op, c.At.Tokens(), v)
	if err != nil || len(steps) == 0 {
		return raw, err
	}
	var last error
	for _, careful := range []bool{false, true} { // in the style of the file, else in the plainest style there is
		next, err := splice(c.File, raw, steps, careful)
		if err == nil {
			var got any
			if got, err = read(c.File, next); err == nil && same(got, want) {
				return next, nil
			}
		}
		last = err
	}
	return nil, fault.Newf(op, fault.Invalid, "%s at %q: %w (%v)", c.File, c.At, ErrStyle, last)
}

// splice makes the steps one after the other: each finds its place in what the one before it left.
func splice(name string, raw []byte, steps []step, careful bool) ([]byte, error) {
	for _, s := range steps {
		f, err := parse(name, raw)
		if err != nil {
			return nil, err
		}
		f.careful = careful
		edits, err := f.edits(s)
		if err != nil {
			return nil, err
		}
		raw = spliced(raw, edits)
	}
	return raw, nil
}

// setText replaces a document, with the line ends it had.
func setText(old []byte, text string) []byte {
	text = normalBreaks(text)
	if bytes.Contains(old, []byte("\r\n")) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return []byte(text)
}

func normalBreaks(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func validText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsAny(s, "\x00\r")
}
