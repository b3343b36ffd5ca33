package journal

import (
	"slices"
	"sync"
)

// mostLast is how many entries Last keeps.
const mostLast = 200

// Last keeps the last 200 entries in memory. The zero value is empty. Safe for concurrent use.
type Last[T any] struct {
	mu   sync.Mutex
	list []T
}

// Add appends an entry.
func (l *Last[T]) Add(v T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.list = append(l.list, v); len(l.list) > mostLast {
		l.list = l.list[len(l.list)-mostLast:]
	}
}

// All gives what is kept, oldest first.
func (l *Last[T]) All() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// Clear forgets everything.
func (l *Last[T]) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = nil
}
