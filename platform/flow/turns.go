package flow

import "sync"

// turns lets one at a time do something for each key. An order is collected once: of a page's script, its button and a second tab that
// ask at the same time, the first stores the signature and the others find it stored.
type turns struct {
	mu   sync.Mutex
	held map[string]*turn
}

type turn struct {
	sync.Mutex
	wanted int
}

// lock waits for its turn and gives what ends it.
func (t *turns) lock(key string) (unlock func()) {
	t.mu.Lock()
	if t.held == nil {
		t.held = map[string]*turn{}
	}
	mine := t.held[key]
	if mine == nil {
		mine = &turn{}
		t.held[key] = mine
	}
	mine.wanted++
	t.mu.Unlock()
	mine.Lock()
	return func() {
		mine.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.wanted--; mine.wanted == 0 {
			delete(t.held, key)
		}
	}
}
