package preview

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"

	"samtjanst/forms"
)

// typed is what somebody has typed so far. It never changes.
type typed struct {
	Answers  map[string]any
	Page     string          // that was posted
	Typed    forms.Typed     // of that page, what could not be read
	Problems []forms.Problem // of that page, what decoding found
	Checked  bool            // Continue was pressed: what validation finds is told too
}

// memory keeps the latest of what has been typed, under names that come of the content: the same answers have the same address.
type memory struct {
	mu     sync.Mutex
	byName map[string]*list.Element
	order  *list.List // of kept, the latest used first
}

type kept struct {
	name string
	what *typed
}

// remembered at the same time: a morning's clicking. What is forgotten begins at its scenario's step again.
const remembered = 500

func newMemory() *memory { return &memory{byName: map[string]*list.Element{}, order: list.New()} }

func (m *memory) keep(t *typed) string {
	raw, err := json.Marshal(t)
	if err != nil {
		return "" // answers are JSON values
	}
	sum := sha256.Sum256(raw)
	name := hex.EncodeToString(sum[:12])
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.byName[name]; ok {
		m.order.MoveToFront(e)
		return name
	}
	m.byName[name] = m.order.PushFront(kept{name, t})
	if m.order.Len() > remembered {
		last := m.order.Back()
		m.order.Remove(last)
		delete(m.byName, last.Value.(kept).name)
	}
	return name
}

func (m *memory) find(name string) (*typed, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.byName[name]
	if !ok {
		return nil, false
	}
	m.order.MoveToFront(e)
	return e.Value.(kept).what, true
}
