package servertest

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"samtjanst/platform/config"
	"samtjanst/platform/server"
)

// made are the keys and certificates that the simulators of the process's first world made, by file: with them the simulators of the
// others start as after a restart. Making them takes some seconds, and nothing that is tested hangs on theirs being others.
var made struct {
	sync.Mutex
	files map[string][]byte
}

// LendKeys is for simulators that stand beside no World.
func LendKeys(dir string) error { return lendKeys(dir) }

// lendKeys puts what was made into a simulators' folder that is new.
func lendKeys(dir string) error {
	made.Lock()
	defer made.Unlock()
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	return writeAll(dir, made.files)
}

// keepKeys remembers what is in the folder of the first world's simulators.
func keepKeys(dir string) error {
	made.Lock()
	defer made.Unlock()
	if made.files != nil {
		return nil
	}
	files, err := readAll(dir)
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return !strings.HasSuffix(name, ".pem") })
	made.files = files
	return err
}

// published is what a platform has written that has started once with the forms and municipalities of the demo, by file: its keys, and a store
// in which the forms are published. With it the others start as after a restart, without reading and compiling every form.
var published struct {
	sync.Mutex
	worlds int
	files  map[string][]byte
}

// lendPublished puts what a first start leaves into a platform's folder that is new. A process with one world does without.
func lendPublished(ctx context.Context, dir string, cfg config.Config, o server.Options) error {
	if left, err := os.ReadDir(dir); err != nil || slices.ContainsFunc(left, func(e fs.DirEntry) bool { return e.Name() != "sim" }) {
		return err // somebody has started here before
	}
	published.Lock()
	defer published.Unlock()
	if published.worlds++; published.worlds == 1 {
		return nil
	}
	if published.files == nil {
		first, err := os.MkdirTemp("", "published")
		if err != nil {
			return err
		}
		defer os.RemoveAll(first)
		cfg.Data, o.Still = first, true
		s, err := server.New(ctx, cfg, o)
		if err != nil {
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
		if published.files, err = readAll(first); err != nil {
			return err
		}
	}
	return writeAll(dir, published.files)
}

// readAll reads the files of a folder and those within it.
func readAll(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			files[name], err = os.ReadFile(path)
		}
		return err
	})
	return files, err
}

// writeAll writes them again, for their owner alone.
func writeAll(dir string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
