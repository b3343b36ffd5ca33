package sim

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// secrets are what both sides know, by name. One is made when it is first asked for, and all are kept, so that a platform that is configured
// by hand against a hub of its own does not have to be configured again.
type secrets struct {
	path string
	kept map[string]string
	made bool
}

// loadSecrets reads the file. Those within others in it, as logins once stood, are named with a dot: "staff.ekkoping".
func loadSecrets(path string) (*secrets, error) {
	s := &secrets{path: path, kept: map[string]string{}}
	var file map[string]any
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("sim: %s: %w", path, err)
	}
	for name, v := range file {
		switch v := v.(type) {
		case string:
			s.kept[name] = v
		case map[string]any:
			for of, v := range v {
				s.kept[name+"."+of], _ = v.(string)
			}
		}
	}
	return s, nil
}

// of gives a secret.
func (s *secrets) of(name string) string {
	if s.kept[name] == "" {
		s.kept[name], s.made = rand.Text()+rand.Text(), true
	}
	return s.kept[name]
}

// save keeps what has been made.
func (s *secrets) save() error {
	if !s.made {
		return nil
	}
	b, err := json.MarshalIndent(s.kept, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(s.path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(s.path, b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	return nil
}
