package saml

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/clock"
)

func TestRef(t *testing.T) {
	s := newSealer([]byte("key"))
	in := ticket{request: "_ABC", use: sign, started: made, level: 3}
	ref := s.ref(in, "199001012385", []byte("text"), "relay")
	if len(ref) > 300 || strings.Contains(ref, "199001012385") {
		t.Fatalf("%d characters", len(ref))
	}
	got, err := s.parse(ref)
	if err != nil {
		t.Fatal(err)
	}
	in.person, in.relay = s.ofPerson(in, "199001012385"), s.ofRelay(in, "relay")
	in.content = got.content
	if diff := cmp.Diff(in, got, cmp.AllowUnexported(ticket{})); diff != "" {
		t.Fatal(diff)
	}
	if _, err := newSealer([]byte("other")).parse(ref); err == nil {
		t.Error("another service's reference")
	}
	for i := range ref {
		b := []byte(ref)
		b[i] ^= 1
		if _, err := s.parse(string(b)); err == nil {
			t.Errorf("changed at %d: %s", i, b)
		}
	}
	// Nothing can be moved to another order, use or part.
	other := in
	other.request = "_ABD"
	login := in
	login.use = "auth"
	for _, d := range [][]byte{s.ofPerson(other, "199001012385"), s.ofPerson(login, "199001012385"), s.ofContent(in, []byte("199001012385"))} {
		if cmp.Equal(d, in.person) {
			t.Error("the same digest for something else")
		}
	}
}

// Of several at once one is first, and what is old is forgotten.
func TestMemory(t *testing.T) {
	c := clock.NewManual(made)
	m := NewMemory(c)
	ctx := context.Background()
	var wait sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for range 50 {
		wait.Go(func() {
			if first, err := m.Add(ctx, "a", made.Add(time.Hour)); err == nil && first {
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if n != 1 {
		t.Fatalf("%d were first", n)
	}
	c.Advance(2 * time.Hour)
	if first, err := m.Add(ctx, "b", c.Now().Add(time.Hour)); err != nil || !first {
		t.Fatal(first, err)
	}
	if has, err := m.Has(ctx, "a"); err != nil || has {
		t.Error("an old order is remembered")
	}
	if has, err := m.Has(ctx, "b"); err != nil || !has {
		t.Error("a new order is not")
	}
}
