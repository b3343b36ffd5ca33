package dir

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/files"
)

func open(t *testing.T) (*Dir, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "blobs")
	d, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, root
}

const id = "abcd2345efgh"

func get(t *testing.T, d *Dir, id string) (string, error) {
	t.Helper()
	r, err := d.Get(t.Context(), id)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), errors.Join(err, r.Close())
}

func TestPutGetDelete(t *testing.T) {
	d, root := open(t)
	ctx := t.Context()
	n, err := d.Put(ctx, id, strings.NewReader("sealed bytes"))
	if err != nil || n != 12 {
		t.Fatalf("Put: %d, %v", n, err)
	}
	again, err := Open(root) // after a restart
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got, err := get(t, again, id); err != nil || got != "sealed bytes" {
		t.Errorf("Get: %q, %v", got, err)
	}
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(root, "ab", "cd", id)); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := d.Delete(ctx, id); err != nil {
			t.Error(err)
		}
	}
	if _, err := get(t, d, id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after Delete: %v", err)
	}
}

func TestNothingIsLeftOfWhatFailed(t *testing.T) {
	d, root := open(t)
	broken := errors.New("broken")
	_, err := d.Put(t.Context(), id, io.MultiReader(bytes.NewReader(make([]byte, 100_000)), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = d.Put(ctx, id, readerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }))
	if !errors.Is(err, context.Canceled) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a context that ends: %v", err)
	}
	if _, err := get(t, d, id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Get: %v", err)
	}
	entries, err := os.ReadDir(filepath.Join(root, tmp))
	if err != nil || len(entries) != 0 {
		t.Errorf("%d files are left half-written, %v", len(entries), err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestOpenSweepsAfterACrash(t *testing.T) {
	d, root := open(t)
	if _, err := d.Put(t.Context(), id, strings.NewReader("kept")); err != nil {
		t.Fatal(err)
	}
	old, fresh := filepath.Join(root, tmp, "OLD"), filepath.Join(root, tmp, "FRESH")
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ago := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(old, ago, ago); err != nil {
		t.Fatal(err)
	}
	again, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old half is still there: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("what another process is writing: %v", err)
	}
	if got, err := get(t, again, id); err != nil || got != "kept" {
		t.Errorf("Get: %q, %v", got, err)
	}
}

func TestIdsStayInside(t *testing.T) {
	d, root := open(t)
	outside := filepath.Join(filepath.Dir(root), "outside")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "short", "../outside", "../../../../etc/passwd", "abcd/2345efgh", "ABCD2345EFGH", "abcd2345\x00efg", strings.Repeat("a", 65), "....2345efgh"} {
		if _, err := d.Put(t.Context(), bad, strings.NewReader("x")); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Put(%q): %v", bad, err)
		}
		if _, err := d.Get(t.Context(), bad); fault.KindOf(err) != fault.NotFound {
			t.Errorf("Get(%q): %v", bad, err)
		}
		if err := d.Delete(t.Context(), bad); err != nil {
			t.Errorf("Delete(%q): %v", bad, err)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
	// Not even a link that somebody has put there leads out.
	if err := errors.Join(os.Symlink(filepath.Dir(root), filepath.Join(root, "ou")), os.Mkdir(filepath.Join(filepath.Dir(root), "ts"), 0o700),
		os.WriteFile(filepath.Join(filepath.Dir(root), "ts", "outside2345"), []byte("secret"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if got, err := get(t, d, "outside2345"); err == nil {
		t.Errorf("read %q through a link", got)
	}
}

func TestReceiveIntoFolder(t *testing.T) {
	d, _ := open(t)
	content := "%PDF-1.7\n" + strings.Repeat("x", 200_000)
	a, err := files.Receive(t.Context(), d, nil, strings.NewReader(content), "intyg.pdf", 0, files.Limits{MaxFile: 1 << 20, MaxTotal: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || string(got) != content {
		t.Errorf("opened %d bytes: %v", len(got), err)
	}
}
