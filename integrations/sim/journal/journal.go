// Package journal keeps what a simulator has received: in a file of JSON lines, so that the demo's mailbox is still there after a restart (with
// no path everything stays in memory), or the last of it only.
package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Journal holds entries of one type, oldest first. Safe for concurrent use.
type Journal[T any] struct {
	mu   sync.Mutex
	list []T
	path string
	file *os.File
}

// Open reads the entries kept at path, which is made when it does not exist. A last line that was cut off by a crash is dropped.
func Open[T any](path string) (*Journal[T], error) {
	j := &Journal[T]{path: path}
	if path == "" {
		return j, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var whole int64
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var v T
		if err == nil {
			err = json.Unmarshal(line, &v)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("journal: %s after byte %d: %w", path, whole, err), f.Close())
		}
		j.list = append(j.list, v)
		whole += int64(len(line))
	}
	if err := f.Truncate(whole); err != nil {
		return nil, errors.Join(fmt.Errorf("journal: %w", err), f.Close())
	}
	if _, err := f.Seek(whole, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("journal: %w", err), f.Close())
	}
	j.file = f
	return j, nil
}

// Add appends an entry.
func (j *Journal[T]) Add(v T) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		if _, err := j.file.Write(append(b, '\n')); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	j.list = append(j.list, v)
	return nil
}

// All gives every entry, oldest first.
func (j *Journal[T]) All() []T {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.list)
}

// Clear forgets everything.
func (j *Journal[T]) Clear() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.list = nil
	if j.file == nil {
		return nil
	}
	if err := j.file.Truncate(0); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if _, err := j.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// Script does what a page's button "clear" asks for.
func (j *Journal[T]) Script(form url.Values) error {
	if !form.Has("clear") {
		return nil
	}
	return j.Clear()
}

// Close closes the file.
func (j *Journal[T]) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	if err != nil && !errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// Counted gives those that are wanted of a list in which the same stands as often as it came: each once, newest first, with how often.
func Counted[T any](list []T, wanted func(T) bool, same func(a, b T) bool, copies func(*T) *int) []T {
	var out []T
	for _, v := range list {
		if !wanted(v) {
			continue
		}
		i := slices.IndexFunc(out, func(o T) bool { return same(o, v) })
		if i < 0 {
			i = len(out)
			out = append(out, v)
			*copies(&out[i]) = 0
		}
		*copies(&out[i])++
	}
	slices.Reverse(out)
	return out
}
