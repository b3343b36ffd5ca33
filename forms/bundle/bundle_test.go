package bundle_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/bundle"
	"samtjanst/forms/library"
	"samtjanst/platform/fault"
)

// each runs a test for every form of the library.
func each(t *testing.T, test func(t *testing.T, dir string)) {
	entries, err := fs.ReadDir(library.Forms, ".")
	if err != nil || len(entries) == 0 {
		t.Fatal(err, len(entries))
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) { test(t, filepath.Join("..", "library", e.Name())) })
	}
}

func definition(t *testing.T, f bundle.Files) *forms.Definition {
	t.Helper()
	def, diags := f.Load()
	for _, d := range diags {
		t.Error(d)
	}
	if def == nil {
		t.FailNow()
	}
	return def
}

func TestFolderZipFolder(t *testing.T) {
	each(t, func(t *testing.T, dir string) {
		files, err := bundle.ReadFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		var packed, again bytes.Buffer
		if err := errors.Join(bundle.Zip(&packed, files), bundle.Zip(&again, files)); err != nil || !bytes.Equal(packed.Bytes(), again.Bytes()) {
			t.Fatalf("the same files give another zip: %v", err)
		}
		got, err := bundle.Unzip(packed.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), "prov")
		if err := bundle.WriteFolder(to, got); err != nil {
			t.Fatal(err)
		}
		back, err := bundle.ReadFolder(to)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(files, back); d != "" {
			t.Error(d)
		}
	})
}

func TestFolderJSONFolder(t *testing.T) {
	each(t, func(t *testing.T, dir string) {
		files, err := bundle.ReadFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		encoded := forms.Encode(definition(t, files))
		def, err := forms.DecodeDefinition(encoded)
		if err != nil {
			t.Fatal(err)
		}
		written, err := bundle.FilesOf(def)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(forms.Encode(definition(t, written)), encoded) {
			t.Error("the folder is another form")
		}
		for name := range written {
			if files[name] == nil {
				t.Errorf("%s was not there before", name)
			}
		}
		if layout := string(written[forms.LayoutFile]); strings.Contains(layout, "properties:") {
			t.Errorf("a condition is not written in its short form:\n%s", layout)
		}
	})
}

// TestHardValues has what is easily lost on the way through YAML.
func TestHardValues(t *testing.T) {
	for name, value := range map[string]string{
		"a date": "2026-01-01", "a number": "0123", "a word for true": "yes", "null": "null", "trailing space": "a \n  b\n\n", "a tab": "\ta\tb",
		"begins with space": "  a\nb", "a hash": "a # b", "a colon": "a: b", "only line breaks": "\n\n", "unicode": "åäö 😀\u2028x", "nothing after": "a\n\n\nb",
		"bel": "a\u0085b", "a quote": `"' \`, "a brace": "{a}, [b]", "carriage": "a\r\nb",
	} {
		def := &forms.Definition{Schema: []byte(`{"z":1,"a":{"b":10000000000000000000000001}}`), Meta: forms.Meta{
			ID: value, Overview: forms.Overview{Needs: []string{value}}, Settings: map[string]any{value: []any{value, nil, true, map[string]any{}}},
		}, Tables: map[string]forms.Table{"t": {Title: value, Key: []string{"a"}, Rows: []forms.TableRow{
			{From: "2026-01-01", Values: map[string]any{"a": value, "b": json.Number("937.50"), "c": true}}}}}}
		files, err := bundle.FilesOf(def)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(forms.Encode(definition(t, files)), forms.Encode(def)) {
			t.Errorf("%s is lost", name)
		}
	}
}

func TestRefused(t *testing.T) {
	form := func(names ...string) func(*zip.Writer) {
		return func(z *zip.Writer) {
			for _, name := range append([]string{"form.yaml"}, names...) {
				w, _ := z.Create(name)
				w.Write([]byte("id: a"))
			}
		}
	}
	for name, make := range map[string]func(*zip.Writer){
		"out of the folder":      form("../x.yaml"),
		"out, through a folder":  form("text/../../x.yaml"),
		"an absolute path":       form("/etc/x.yaml"),
		"a backslash":            form(`..\x.yaml`),
		"a drive":                form("c:x.yaml"),
		"twice":                  form("layout.yaml", "layout.yaml"),
		"twice but for the case": form("layout.yaml", "Layout.YAML"),
		"a program":              form("run.sh"),
		"hidden":                 form(".git.yaml"),
		"too deep":               form("a/b/c.yaml"),
		"a folder's name":        form("../a/"),
		"no form":                func(z *zip.Writer) { w, _ := z.Create("x.yaml"); w.Write(nil) },
		"a link": func(z *zip.Writer) {
			form()(z)
			h := &zip.FileHeader{Name: "layout.yaml"}
			h.SetMode(fs.ModeSymlink | 0o777)
			w, _ := z.CreateHeader(h)
			w.Write([]byte("/etc/passwd"))
		},
		"a bomb": func(z *zip.Writer) {
			form()(z)
			w, _ := z.Create("layout.yaml")
			for range bundle.MaxFile>>20 + 1 {
				w.Write(bytes.Repeat([]byte{' '}, 1<<20))
			}
		},
		"many": func(z *zip.Writer) {
			form()(z)
			for i := range bundle.MaxFiles {
				w, _ := z.Create(fmt.Sprintf("text/%d.yaml", i))
				w.Write(nil)
			}
		},
		"many bombs": func(z *zip.Writer) {
			form()(z)
			for i := range bundle.MaxTotal/bundle.MaxFile + 1 {
				w, _ := z.Create(fmt.Sprintf("text/%d.yaml", i))
				w.Write(bytes.Repeat([]byte{' '}, bundle.MaxFile))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			make(z)
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			if files, err := bundle.Unzip(b.Bytes()); !errors.Is(err, fault.Invalid) {
				t.Errorf("%v, %d files", err, len(files))
			}
		})
	}
	if _, err := bundle.Unzip([]byte("no zip")); !errors.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestInAFolder(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"prov/", "prov/form.yaml", "prov/text/en.yaml", "__MACOSX/prov/._form.yaml", "prov/.DS_Store"} {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	files, err := bundle.Unzip(b.Bytes())
	if err != nil || len(files) != 2 || files["text/en.yaml"] == nil {
		t.Errorf("%v %v", files, err)
	}
}

func TestFolderRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := bundle.ReadFolder(dir); !errors.Is(err, fault.NotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "form.yaml"), []byte("id: a"), 0o600),
		os.WriteFile(filepath.Join(dir, ".gitignore"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if files, err := bundle.ReadFolder(dir); err != nil || len(files) != 1 {
		t.Errorf("hidden files are left out: %v %v", files, err)
	}
	if err := bundle.WriteFolder(dir, bundle.Files{"form.yaml": []byte("id: b")}); !errors.Is(err, fault.Exists) {
		t.Errorf("overwrites: %v", err)
	}
	if raw, _ := os.ReadFile(filepath.Join(dir, "form.yaml")); string(raw) != "id: a" {
		t.Errorf("%s", raw)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "layout.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.ReadFolder(dir); !errors.Is(err, fault.Invalid) {
		t.Errorf("a link: %v", err)
	}
	to := filepath.Join(dir, "ut")
	if err := bundle.WriteFolder(to, bundle.Files{"form.yaml": nil, "../x.yaml": nil}); err == nil {
		t.Error("a name out of the folder is written")
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("half a folder is left")
	}
}
