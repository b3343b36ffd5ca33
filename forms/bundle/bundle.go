// Package bundle carries a form's definition between a folder, one JSON document and a zip.
//
// The JSON document is forms.Encode's: what the database, the API and the version's hash are made of. It has everything that the
// definition holds and nothing of how it was written down: no comments, no scenarios, no order of keys but the schema's. Files
// writes such a definition as a tidy folder. The zip is the folder's own bytes.
//
// Invariants: a folder made from a document encodes to the same document; a folder read back from its zip has the same bytes. What
// comes from outside is bounded before it is unpacked, and nothing but plain files directly in a form's own folders is taken:
// no links, no way out of the folder, no two names that some file system would see as one.
package bundle

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// Files of a form's folder by their slash-separated names: "form.yaml", "text/en.yaml".
type Files map[string][]byte

// Limits of a folder or zip. The longest form that anybody has written is a hundredth of them.
const (
	MaxFiles = 500
	MaxFile  = 2 << 20
	MaxTotal = 20 << 20
)

// suffixes of what a form's folder may hold.
var suffixes = []string{".yaml", ".json", ".md"}

// checkName refuses what is no name of a file in a form's folder.
func checkName(name string) error {
	dir, base := path.Split(name)
	switch {
	case !fs.ValidPath(name) || strings.ContainsAny(name, `\:`) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("%q is not a name within a form's folder", name)
	case strings.Count(dir, "/") > 1:
		return fmt.Errorf("%q stands too deep: a form has files, and one level of folders", name)
	case strings.HasPrefix(name, ".") || strings.HasPrefix(base, "."):
		return fmt.Errorf("%q is hidden: a form has no hidden files", name)
	case !slices.Contains(suffixes, path.Ext(base)):
		return fmt.Errorf("%q is not a file of a form: they end in %s", name, strings.Join(suffixes, ", "))
	}
	return nil
}

// add puts in a file after checking its name, and that the whole stays within the limits.
func (f Files) add(name string, r io.Reader, have *int64) error {
	if err := checkName(name); err != nil {
		return err
	}
	if len(f) == MaxFiles {
		return fmt.Errorf("there are more than %d files", MaxFiles)
	}
	for other := range f {
		if strings.EqualFold(other, name) {
			return fmt.Errorf("%q stands twice", name)
		}
	}
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if *have += int64(len(raw)); len(raw) > MaxFile || *have > MaxTotal {
		return fmt.Errorf("%s: larger than a form may be (%d MB a file, %d MB in all)", name, MaxFile>>20, MaxTotal>>20)
	}
	f[name] = raw
	return nil
}

// names in their order.
func (f Files) names() []string { return slices.Sorted(maps.Keys(f)) }

// ReadFolder reads a form's folder byte by byte; hidden files are left out. A link, or anything else that is no plain file, is
// fault.Invalid; so is a file that no form has. A folder without form.yaml is fault.NotFound.
func ReadFolder(dir string) (Files, error) {
	const op = "bundle.ReadFolder"
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.New(op, fault.NotFound, err)
	}
	defer root.Close()
	out, total := Files{}, int64(0)
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%q is a link or a device: a form has plain files", name)
		}
		file, err := root.Open(filepath.FromSlash(name))
		if err != nil {
			return err
		}
		defer file.Close()
		return out.add(name, file, &total)
	})
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	if _, ok := out[forms.FormFile]; !ok {
		return nil, fault.Newf(op, fault.NotFound, "%s has no %s", dir, forms.FormFile)
	}
	return out, nil
}

// WriteFolder makes a folder of the files. dir must not exist, or be empty (fault.Exists); it appears with everything in it or not
// at all.
func WriteFolder(dir string, files Files) error {
	const op = "bundle.WriteFolder"
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fault.Newf(op, fault.Exists, "%s is there already and is not empty", dir)
	}
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return fault.Newf(op, fault.Exists, "%s is there already and is no folder", dir)
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fault.New(op, fault.Internal, err)
	}
	tmp, err := os.MkdirTemp(parent, ".new-form-")
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	defer os.RemoveAll(tmp)
	if err := fill(tmp, files); err != nil {
		return fault.New(op, fault.Internal, err)
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return fault.New(op, fault.Internal, err)
	}
	_ = os.Remove(dir) // an empty folder gives way; anything else makes Rename fail
	if err := os.Rename(tmp, dir); err != nil {
		return fault.New(op, fault.Internal, err)
	}
	return nil
}

func fill(dir string, files Files) error {
	for _, name := range files.names() {
		if err := checkName(name); err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Load reads the definition that the files are. Its mistakes are the author's.
func (f Files) Load() (*forms.Definition, []forms.Diagnostic) { return forms.Load(memory(f), ".") }

// FilesOf writes a definition as a folder that a person would like to go on with. It fails only if the folder would not read
// back as the same definition: a mistake in this package.
func FilesOf(def *forms.Definition) (Files, error) {
	const op = "bundle.FilesOf"
	for _, plain := range [...]bool{false, true} { // what a block of text cannot carry stands in quotes
		files, err := write(def, plain)
		if err != nil {
			return nil, fault.New(op, fault.Internal, err)
		}
		again, diags := files.Load()
		if len(diags) == 0 && bytes.Equal(forms.Encode(again), forms.Encode(def)) {
			return files, nil
		}
		if plain && len(diags) > 0 {
			return nil, fault.Newf(op, fault.Internal, "%s", diags[0])
		}
	}
	return nil, fault.Newf(op, fault.Internal, "the folder would not be the same form")
}
