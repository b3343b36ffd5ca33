package bundle_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/bundle"
)

// FuzzUnzip holds whatever is unpacked to names that stay within a folder, and to sizes.
func FuzzUnzip(f *testing.F) {
	files, err := bundle.ReadFolder(filepath.Join("..", "formcli", "skeleton"))
	if err != nil {
		f.Fatal(err)
	}
	var packed bytes.Buffer
	if err := bundle.Zip(&packed, files); err != nil {
		f.Fatal(err)
	}
	f.Add(packed.Bytes())
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		files, err := bundle.Unzip(raw)
		if err != nil {
			return
		}
		for name, text := range files {
			if strings.HasPrefix(name, "/") || strings.Contains(name, "..") && filepath.Clean(name) != name || len(text) > bundle.MaxFile {
				t.Errorf("%q of %d bytes", name, len(text))
			}
		}
		dir := filepath.Join(t.TempDir(), "form")
		if err := bundle.WriteFolder(dir, files); err != nil {
			return // a name that the file system cannot have: too long, for one
		}
		if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 1 {
			t.Errorf("something is written beside the folder: %v %v", entries, err)
		}
	})
}

// FuzzFilesOf holds every document that decodes to a folder that is the same form.
func FuzzFilesOf(f *testing.F) {
	files, err := bundle.ReadFolder(filepath.Join("..", "formcli", "skeleton"))
	if err != nil {
		f.Fatal(err)
	}
	def, diags := files.Load()
	if def == nil {
		f.Fatal(diags)
	}
	f.Add(forms.Encode(def))
	f.Add([]byte(`{"format":"samtjanst-form/1","form":{"id":"a","settings":{"x":[null,1e3,"a: b\n# c"]}},"schema":{},"layout":{"pages":[{"showWhen":{"properties":{"answers":{"required":["a"]}}}}]},"text":{"en":{"a":"1","a.b":"2",".":"3"}},"documents":{"a.b":{"sv":"x"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		def, err := forms.DecodeDefinition(raw)
		if err != nil {
			return
		}
		files, err := bundle.FilesOf(def)
		if err != nil {
			return // refused, rather than changed: FilesOf has compared
		}
		again, diags := files.Load()
		if again == nil || !bytes.Equal(forms.Encode(again), forms.Encode(def)) {
			t.Errorf("another form, %v", diags)
		}
	})
}
