package sealed

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sqlitestore"
)

// house is a store with a keyring, and the path of its key file.
func house(t testing.TB) (*Keyring, store.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlitestore.Open(filepath.Join(dir, "s.db"))
	must(t, err)
	t.Cleanup(func() { s.Close() })
	keys := filepath.Join(dir, "keys.json")
	k, err := OpenKeyring(keys, s)
	must(t, err)
	return k, s, keys
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSealAndOpen(t *testing.T) {
	k, s, path := house(t)
	ctx := t.Context()
	wrapped, box, err := k.New(ctx, "ekkoping/bun")
	must(t, err)
	plain, place := []byte("uppgifter"), Place("part", "case-1", "p1", "answers")
	sealed, err := box.Seal(plain, place)
	must(t, err)
	if sealed[0] != 1 || bytes.Contains(sealed, plain) {
		t.Errorf("sealed bytes begin with %d or hold the text", sealed[0])
	}
	again, err := box.Seal(plain, place)
	must(t, err)
	if bytes.Equal(sealed, again) {
		t.Error("sealing twice gives the same bytes")
	}

	later, err := OpenKeyring(path, s) // after a restart
	must(t, err)
	for _, ring := range []*Keyring{k, later} {
		b, err := ring.Open(ctx, "ekkoping/bun", wrapped)
		must(t, err)
		got, err := b.Open(sealed, place)
		must(t, err)
		if !bytes.Equal(got, plain) {
			t.Errorf("opened %q", got)
		}
	}
}

func TestOpenRefusesWhatIsNotInItsPlace(t *testing.T) {
	k, _, _ := house(t)
	ctx := t.Context()
	wrapped, box, err := k.New(ctx, "ekkoping/bun")
	must(t, err)
	_, other, err := k.New(ctx, "ekkoping/bun")
	must(t, err)
	scope, err := k.Scope(ctx, "ekkoping/bun")
	must(t, err)
	place := Place("part", "case-1", "p1", "answers")
	sealed, err := box.Seal([]byte("x"), place)
	must(t, err)
	flipped, newer := bytes.Clone(sealed), bytes.Clone(sealed)
	flipped[len(flipped)-1] ^= 1
	newer[0] = 2
	for name, tt := range map[string]struct {
		box    Box
		sealed []byte
		place  []byte
	}{
		"another part":     {box, sealed, Place("part", "case-1", "p2", "answers")},
		"another case":     {box, sealed, Place("part", "case-2", "p1", "answers")},
		"another kind":     {box, sealed, Place("part", "case-1", "p1", "facts")},
		"a moved boundary": {box, sealed, Place("part", "case-1p", "1", "answers")},
		"no place":         {box, sealed, nil},
		"another case key": {other, sealed, place},
		"the scope's key":  {scope, sealed, place},
		"a flipped bit":    {box, flipped, place},
		"a newer version":  {box, newer, place},
		"cut short":        {box, sealed[:8], place},
		"nothing":          {box, nil, place},
	} {
		if _, err := tt.box.Open(tt.sealed, tt.place); fault.KindOf(err) != fault.Internal || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	for name, tt := range map[string]struct {
		scope   string
		wrapped []byte
		kind    fault.Kind
	}{
		"another authority's key": {"ekkoping/ifn", wrapped, fault.Internal},
		"a damaged key":           {"ekkoping/bun", append(bytes.Clone(wrapped[:len(wrapped)-1]), wrapped[len(wrapped)-1]^1), fault.Internal},
		"a destroyed key":         {"ekkoping/bun", nil, fault.Gone},
		"no authority":            {"", wrapped, fault.Invalid},
	} {
		if _, err := k.Open(ctx, tt.scope, tt.wrapped); fault.KindOf(err) != tt.kind || err == nil {
			t.Errorf("%s: %v, want %v", name, err, tt.kind)
		}
	}
}

// Purging is destroying the wrapped key: what is left of the case cannot be read, not even with all other keys.
func TestPurgedCaseIsUnreadable(t *testing.T) {
	k, s, path := house(t)
	ctx := t.Context()
	wrapped, box, err := k.New(ctx, "ekkoping/bun")
	must(t, err)
	place := Place("part", "case-1", "p1", "answers")
	body, err := box.Seal([]byte("uppgifter"), place)
	must(t, err)
	row := store.CaseRow{ID: "case-1", Reference: "EK-1", Authority: "ekkoping/bun", Key: wrapped}
	must(t, s.InsertCase(ctx, row))
	must(t, s.PutParts(ctx, store.Part{Case: "case-1", ID: "p1", Kind: "answers", Body: body}))

	row.Rev, row.Key = 2, nil
	must(t, s.UpdateCase(ctx, row))

	later, err := OpenKeyring(path, s)
	must(t, err)
	stored, err := s.Case(ctx, "case-1")
	must(t, err)
	if _, err := later.Open(ctx, stored.Authority, stored.Key); !errors.Is(err, fault.Gone) {
		t.Fatalf("opening the purged case: %v, want gone", err)
	}
	parts, err := s.GetParts(ctx, "case-1", "p1")
	must(t, err)
	scope, err := later.Scope(ctx, "ekkoping/bun")
	must(t, err)
	_, fresh, err := later.New(ctx, "ekkoping/bun")
	must(t, err)
	for _, b := range []Box{scope, fresh} {
		if _, err := b.Open(parts[0].Body, place); err == nil {
			t.Error("the part of a purged case was opened")
		}
	}
}

// counting counts what is asked of the store.
type counting struct {
	Records
	mu        sync.Mutex
	gets, put int
}

func (c *counting) GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error) {
	c.mu.Lock()
	c.gets++
	c.mu.Unlock()
	return c.Records.GetRecord(ctx, now, collection, key)
}

func (c *counting) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	err := c.Records.PutRecord(ctx, now, r)
	if err == nil {
		c.mu.Lock()
		c.put++
		c.mu.Unlock()
	}
	return err
}

func TestScopeKeyIsMadeOnceAndCached(t *testing.T) {
	_, s, path := house(t)
	ctx := t.Context()
	records := &counting{Records: s}
	var all sync.WaitGroup
	sealed := make([][]byte, 8)
	for i := range sealed { // eight processes at their first start
		all.Go(func() {
			k, err := OpenKeyring(path, records)
			if err != nil {
				t.Error(err)
				return
			}
			box, err := k.Scope(ctx, "tallvik")
			if err != nil {
				t.Error(err)
				return
			}
			sealed[i], err = box.Seal([]byte("x"), nil)
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if records.put != 1 {
		t.Errorf("%d keys were made for one scope", records.put)
	}
	k, err := OpenKeyring(path, records)
	must(t, err)
	records.gets = 0
	for range 5 {
		box, err := k.Scope(ctx, "tallvik")
		must(t, err)
		for i, c := range sealed {
			if _, err := box.Open(c, nil); err != nil {
				t.Errorf("sealed by process %d: %v", i, err)
			}
		}
	}
	if records.gets != 1 {
		t.Errorf("the store was asked %d times for a key that is cached", records.gets)
	}
	r, err := s.GetRecord(ctx, time.Now(), Collection, "tallvik")
	must(t, err)
	if r.Body[0] != 1 || len(r.Body) < 60 {
		t.Errorf("the wrapped key: version %d, %d bytes", r.Body[0], len(r.Body))
	}
}

func TestToken(t *testing.T) {
	k, s, path := house(t)
	token := k.Token("ekkoping/bun", "person", "someone")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`).MatchString(token) {
		t.Errorf("token %q is not 128 bits of base64url", token)
	}
	later, err := OpenKeyring(path, s)
	must(t, err)
	if got := later.Token("ekkoping/bun", "person", "someone"); got != token {
		t.Error("the token is another after a restart")
	}
	stranger, _, _ := house(t)
	for name, other := range map[string]string{
		"another authority":  k.Token("ekkoping/ifn", "person", "someone"),
		"another purpose":    k.Token("ekkoping/bun", "child", "someone"),
		"another value":      k.Token("ekkoping/bun", "person", "someone else"),
		"a moved boundary":   k.Token("ekkoping/bunp", "erson", "someone"),
		"another token key":  stranger.Token("ekkoping/bun", "person", "someone"),
		"swapped parameters": k.Token("person", "ekkoping/bun", "someone"),
	} {
		if other == token {
			t.Errorf("%s gives the same token", name)
		}
	}
}

func TestKeyFile(t *testing.T) {
	_, s, path := house(t)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v", info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	must(t, err)

	dir := t.TempDir()
	write := func(name string, content []byte, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		must(t, os.WriteFile(p, content, 0o600))
		must(t, os.Chmod(p, mode))
		return p
	}
	for _, tt := range []struct {
		path string
		kind fault.Kind
	}{
		{write("readable", raw, 0o640), fault.Forbidden},
		{write("empty", nil, 0o600), fault.Invalid},
		{write("text", []byte("hello"), 0o600), fault.Invalid},
		{write("unknown", bytes.Replace(raw, []byte(`"version"`), []byte(`"extra": 1, "version"`), 1), 0o600), fault.Invalid},
		{write("newer", bytes.Replace(raw, []byte(`"version": 1`), []byte(`"version": 2`), 1), 0o600), fault.Invalid},
		{write("keyless", []byte(`{"version":1}`), 0o600), fault.Invalid},
		{filepath.Join(dir, "no", "folder"), fault.Unavailable},
	} {
		if _, err := OpenKeyring(tt.path, s); err == nil || fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v, want %v", filepath.Base(tt.path), err, tt.kind)
		}
	}

	// Another master key: nothing can be opened, and no key is made over the one there is.
	k, err := OpenKeyring(path, s)
	must(t, err)
	_, err = k.Scope(t.Context(), "ekkoping")
	must(t, err)
	wrong, err := OpenKeyring(filepath.Join(dir, "other.json"), s)
	must(t, err)
	if _, err := wrong.Scope(t.Context(), "ekkoping"); fault.KindOf(err) != fault.Internal || err == nil {
		t.Errorf("with another master key: %v", err)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if e.Name()[0] == '.' {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

func BenchmarkOpenRowKeyAndHead(b *testing.B) {
	k, _, _ := house(b)
	wrapped, box, err := k.New(b.Context(), "ekkoping/bun")
	must(b, err)
	sealed, err := box.Seal(make([]byte, 3000), nil)
	must(b, err)
	for b.Loop() {
		box, err := k.Open(b.Context(), "ekkoping/bun", wrapped)
		must(b, err)
		_, err = box.Open(sealed, nil)
		must(b, err)
	}
}

func BenchmarkToken(b *testing.B) {
	k, _, _ := house(b)
	for b.Loop() {
		k.Token("ekkoping/bun", "person", "someone")
	}
}
