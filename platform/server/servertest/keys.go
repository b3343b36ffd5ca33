package servertest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// made are the keys and certificates that the simulators of the process's first world made, by file: with them the simulators of the
// others start as after a restart. Making them takes some seconds, and nothing that is tested hangs on theirs being others.
var made struct {
	sync.Mutex
	files map[string][]byte
}

// lendKeys puts what was made into a simulators' folder that is new.
func lendKeys(dir string) error {
	made.Lock()
	defer made.Unlock()
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	for name, text := range made.files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// keepKeys remembers what is in the folder of the first world's simulators.
func keepKeys(dir string) error {
	made.Lock()
	defer made.Unlock()
	if made.files != nil {
		return nil
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".pem") {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			files[name], err = os.ReadFile(path)
		}
		return err
	})
	made.files = files
	return err
}
