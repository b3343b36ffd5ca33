// Package dir stores blobs as files in a folder.
//
// A blob abcd… is the file ab/cd/abcd…, so that no folder grows large. It is written under tmp/, synced, and then renamed: a blob is
// there whole or not at all, also after a crash. Files have mode 0600 and folders 0700. The root is opened once, and
// nothing outside it can be reached whatever an id says.
package dir

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/files"
)

// Dir is an open folder. It is safe for concurrent use, also by several processes.
type Dir struct{ root *os.Root }

var _ files.Blobs = (*Dir)(nil)

const tmp = "tmp"

// abandoned is how old a half-written blob is when nobody is writing it any more.
const abandoned = 24 * time.Hour

// Open opens the folder at root and makes it when there is none; what a crash left half-written is removed. fault.Unavailable.
func Open(root string) (*Dir, error) {
	const op = "dir.Open"
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	d := &Dir{r}
	if err := d.sweep(); err != nil {
		return nil, errors.Join(fault.New(op, fault.Unavailable, err), r.Close())
	}
	return d, nil
}

// Close lets go of the folder.
func (d *Dir) Close() error { return d.root.Close() }

func (d *Dir) sweep() error {
	if err := d.root.MkdirAll(tmp, 0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(d.root.FS(), tmp)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < abandoned {
			continue // finished meanwhile, or being written by another process
		}
		if err := d.root.Remove(path.Join(tmp, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Put stores a blob durably. fault.Invalid when the id cannot be a file name; else the error of r, or fault.Unavailable.
func (d *Dir) Put(ctx context.Context, id string, r io.Reader) (n int64, err error) {
	const op = "dir.Put"
	folder, name, err := place(id)
	if err != nil {
		return 0, fault.Wrap(op, err)
	}
	half := path.Join(tmp, rand.Text())
	f, err := d.root.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, fault.New(op, fault.Unavailable, err)
	}
	source := &reader{ctx: ctx, r: r}
	n, err = io.Copy(f, source)
	if source.err != nil {
		return 0, errors.Join(source.err, f.Close(), d.root.Remove(half))
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, fault.New(op, fault.Unavailable, errors.Join(err, d.root.Remove(half)))
	}
	if err := d.settle(half, folder, name); err != nil {
		return 0, fault.New(op, fault.Unavailable, errors.Join(err, d.root.Remove(half)))
	}
	return n, nil
}

// settle gives a written file its name. The folders are synced, since a new name is on disk only when its folder is.
func (d *Dir) settle(half, folder, name string) error {
	if err := d.root.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := d.root.Rename(half, path.Join(folder, name)); err != nil {
		return err
	}
	for at := folder; ; at = path.Dir(at) {
		if err := d.syncFolder(at); err != nil || at == "." {
			return err
		}
	}
}

func (d *Dir) syncFolder(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Get opens a blob. fault.NotFound.
func (d *Dir) Get(ctx context.Context, id string) (io.ReadCloser, error) {
	const op = "dir.Get"
	folder, name, err := place(id)
	if err != nil {
		return nil, fault.New(op, fault.NotFound, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	f, err := d.root.Open(path.Join(folder, name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(op, fault.NotFound, nil)
	case err != nil:
		return nil, fault.New(op, fault.Unavailable, err)
	}
	return f, nil
}

// Delete removes a blob; nothing happens when there is none.
func (d *Dir) Delete(ctx context.Context, id string) error {
	const op = "dir.Delete"
	folder, name, err := place(id)
	if err != nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fault.New(op, fault.Unavailable, err)
	}
	if err := d.root.Remove(path.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.New(op, fault.Unavailable, err)
	}
	return nil
}

// place says where a blob lies. fault.Invalid unless the id is 8–64 lower-case letters and digits.
func place(id string) (folder, name string, err error) {
	ok := len(id) >= 8 && len(id) <= 64
	for _, c := range []byte(id) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
	}
	if !ok {
		return "", "", fault.Newf("dir.place", fault.Invalid, "an id of a blob is 8–64 lower-case letters and digits")
	}
	return path.Join(id[:2], id[2:4]), id, nil
}

// reader reads until the context ends, and remembers what went wrong in reading, to tell it from what goes wrong in
// writing.
type reader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		r.err = fault.New("dir.Put", fault.Unavailable, err)
		return 0, r.err
	}
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}
