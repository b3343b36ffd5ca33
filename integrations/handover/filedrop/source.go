package filedrop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"samtjanst/integrations/handover"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// Folders within a source that files end in.
const (
	doneDir     = "done"
	rejectedDir = "rejected"
)

// maxFile is more than a ride list of a large municipality for a year.
const maxFile = 16 << 20

// Source is a folder that files come back through. A file is taken when it has lain still for a while; names that begin with a
// dot or end in .part or .tmp are still being written. What has been read goes to done, what cannot be used to rejected with the
// reason beside it; nothing is ever deleted.
type Source struct {
	id, dir string
	settle  time.Duration
	clock   clock.Clock
}

var _ handover.Source = (*Source)(nil)

// NewSource names a source, its folder, and how long a file must have lain still. Fault: Invalid.
func NewSource(id, dir string, settle time.Duration, ck clock.Clock) (*Source, error) {
	if id == "" || dir == "" || settle < 0 {
		return nil, fault.Newf("filedrop.NewSource", fault.Invalid, "id or dir is missing, or settle is negative")
	}
	return &Source{id, dir, settle, ck}, nil
}

// ID implements handover.Source.
func (s *Source) ID() string { return s.id }

// Receive implements handover.Source. A file that is too large to be read is set aside at once.
func (s *Source) Receive(ctx context.Context, limit int) ([]handover.File, error) {
	const op = "filedrop.Receive"
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fault.New(op, fault.Unavailable, err)
	}
	type candidate struct {
		name string
		at   time.Time
	}
	var list []candidate
	for _, e := range entries {
		n := e.Name()
		if !e.Type().IsRegular() || strings.HasPrefix(n, ".") || strings.HasSuffix(n, ".part") || strings.HasSuffix(n, ".tmp") {
			continue
		}
		i, err := e.Info()
		if err != nil || s.settle > 0 && s.clock.Now().Sub(i.ModTime()) < s.settle {
			continue // taken away meanwhile, or still growing
		}
		list = append(list, candidate{n, i.ModTime()})
	}
	slices.SortFunc(list, func(a, b candidate) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	var out []handover.File
	for _, c := range list {
		if len(out) == limit {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, fault.New(op, fault.Unavailable, err)
		}
		b, err := read(root, c.name)
		switch {
		case errors.Is(err, errTooLarge):
			if err := setAside(root, c.name, rejectedDir, "filen är för stor"); err != nil {
				return nil, fault.New(op, fault.Unavailable, err)
			}
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fault.New(op, fault.Unavailable, err)
		default:
			out = append(out, handover.File{Name: c.name, Bytes: b})
		}
	}
	return out, nil
}

var errTooLarge = errors.New("too large")

func read(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = errTooLarge
	}
	return b, err
}

// Done implements handover.Source. Fault: NotFound when there is no such file any more.
func (s *Source) Done(_ context.Context, name string) error {
	return s.finish("filedrop.Done", name, doneDir, "")
}

// Reject implements handover.Source. Fault: NotFound when there is no such file any more.
func (s *Source) Reject(_ context.Context, name, reason string) error {
	return s.finish("filedrop.Reject", name, rejectedDir, reason)
}

func (s *Source) finish(op, name, to, reason string) error {
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return fault.New(op, fault.Unavailable, err)
	}
	defer root.Close()
	if name == "" || strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return fault.Newf(op, fault.Invalid, "not a name that was given out")
	}
	if i, err := root.Lstat(name); err != nil || !i.Mode().IsRegular() {
		return fault.Newf(op, fault.NotFound, "no such file in the folder")
	}
	if err := setAside(root, name, to, reason); err != nil {
		return fault.New(op, fault.Unavailable, err)
	}
	return nil
}

// setAside moves a file to a subfolder under a name that is free there, with the reason in a file beside it.
func setAside(root *os.Root, name, to, reason string) error {
	if err := root.Mkdir(to, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	at := to + "/" + name
	for n := 2; ; n++ {
		if _, err := root.Lstat(at); errors.Is(err, fs.ErrNotExist) {
			break
		}
		at = fmt.Sprintf("%s/%s.%d", to, name, n)
	}
	if reason != "" {
		if err := root.WriteFile(at+".reason.txt", []byte(reason+"\n"), 0o640); err != nil {
			return err
		}
	}
	return root.Rename(name, at)
}
