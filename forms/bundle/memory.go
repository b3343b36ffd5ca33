package bundle

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// memory shows files as a file system.
type memory Files

// FS shows the files as a file system, as forms.Load reads it, with the folder ".".
func (f Files) FS() fs.FS { return memory(f) }

// Open opens a file or a folder.
func (m memory) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if raw, ok := m[name]; ok {
		return &file{Reader: bytes.NewReader(raw), info: info{name: path.Base(name), size: len(raw)}}, nil
	}
	entries, _ := m.ReadDir(name)
	if len(entries) == 0 && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &file{Reader: bytes.NewReader(nil), info: info{name: path.Base(name), dir: true}}, nil
}

// ReadDir lists a folder.
func (m memory) ReadDir(name string) ([]fs.DirEntry, error) {
	var out []fs.DirEntry
	have := map[string]bool{}
	for full, raw := range m {
		rest := full
		if name != "." {
			var ok bool
			if rest, ok = strings.CutPrefix(full, name+"/"); !ok {
				continue
			}
		}
		first, _, deeper := strings.Cut(rest, "/")
		if !have[first] {
			have[first] = true
			out = append(out, fs.FileInfoToDirEntry(info{name: first, size: len(raw), dir: deeper}))
		}
	}
	if len(out) == 0 {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

type file struct {
	io.Reader
	info info
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

// info of a file without a time: nobody has asked when it was made.
type info struct {
	name string
	size int
	dir  bool
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(i.size) }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.dir }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
