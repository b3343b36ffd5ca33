package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// memory keeps blobs in a map; full makes it fail after that many bytes.
type memory struct {
	mu    sync.Mutex
	blobs map[string][]byte
	full  int64
}

func (m *memory) Put(_ context.Context, id string, r io.Reader) (int64, error) {
	if m.full > 0 {
		if n, err := io.CopyN(io.Discard, r, m.full); err == nil {
			return n, fault.Newf("memory.Put", fault.Unavailable, "full")
		}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blobs[id] = b
	return int64(len(b)), nil
}

func (m *memory) Get(_ context.Context, id string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.blobs[id]
	if !ok {
		return nil, fault.New("memory.Get", fault.NotFound, nil)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (m *memory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.blobs, id)
	return nil
}

// scanner finds the word it is.
type scanner string

func (s scanner) Scan(_ context.Context, r io.Reader) (string, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	if s == "broken" {
		return "", fault.New("scanner.Scan", fault.Unavailable, nil)
	}
	if bytes.Contains(b, []byte(s)) {
		return "Test." + string(s), nil
	}
	return "", nil
}

func noise(n int) []byte {
	b := make([]byte, n)
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

var roomy = Limits{MaxFile: 10 << 20, MaxTotal: 20 << 20}

func TestReceiveAndOpen(t *testing.T) {
	ctx := t.Context()
	for _, size := range []int{0, 1, headSize - len(pdf), headSize, segmentSize * 3, 5 << 20} {
		m := &memory{blobs: map[string][]byte{}}
		content := append(bytes.Clone(pdf), noise(size)...)
		a, err := Receive(ctx, m, scanner("virus"), iotest.HalfReader(bytes.NewReader(content)), "C:\\intyg.pdf", 0, roomy)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if a.Name != "intyg.pdf" || a.Type != "application/pdf" || a.Size != int64(len(content)) || len(a.ID) != 26 {
			t.Errorf("received %+v", a)
		}
		blob := m.blobs[a.ID]
		if bytes.Contains(blob, pdf) || len(blob) <= len(content) {
			t.Error("the blob is not sealed")
		}
		r, err := a.Open(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, content) {
			t.Errorf("opened %d bytes of %d: %v", len(got), len(content), err)
		}
	}
}

func TestReceiveRefuses(t *testing.T) {
	big := append(bytes.Clone(pdf), noise(3*segmentSize)...)
	broken := errors.New("connection reset")
	for _, tt := range []struct {
		what    string
		name    string
		r       io.Reader
		used    int64
		limits  Limits
		scanner Scanner
		code    string     // of a refusal
		kind    fault.Kind // of a fault
	}{
		{what: "empty", name: "a.pdf", r: strings.NewReader(""), limits: roomy, code: forms.FileEmpty},
		{what: "wrong kind", name: "a.pdf", r: strings.NewReader("hej"), limits: roomy, code: forms.FileKind},
		{what: "wrong name", name: "a.png", r: bytes.NewReader(pdf), limits: roomy, code: forms.FileKind},
		{what: "too big", name: "a.pdf", r: bytes.NewReader(big), limits: Limits{MaxFile: int64(len(big)) - 1, MaxTotal: 20 << 20}, code: forms.FileTooBig},
		{what: "too big, small", name: "a.pdf", r: bytes.NewReader(pdf), limits: Limits{MaxFile: 10, MaxTotal: 100}, code: forms.FileTooBig},
		{what: "too big in all", name: "a.pdf", r: bytes.NewReader(big), used: 1, limits: Limits{MaxFile: 10 << 20, MaxTotal: int64(len(big))}, code: forms.FilesTooBig},
		{what: "endless", name: "a.pdf", r: io.MultiReader(bytes.NewReader(pdf), endless{}), limits: roomy, code: forms.FileTooBig},
		{what: "infected", name: "a.pdf", r: bytes.NewReader(append(bytes.Clone(pdf), "virus"...)), limits: roomy, scanner: scanner("virus"), code: forms.FileInfected},
		{what: "scanner gone", name: "a.pdf", r: bytes.NewReader(pdf), limits: roomy, scanner: scanner("broken"), kind: fault.Unavailable},
		{what: "broken off at once", name: "a.pdf", r: iotest.ErrReader(broken), limits: roomy, kind: fault.Invalid},
		{what: "broken off later", name: "a.pdf", r: io.MultiReader(bytes.NewReader(big), iotest.ErrReader(broken)), limits: roomy, kind: fault.Invalid},
		{what: "caller's own limit", name: "a.pdf", r: io.MultiReader(bytes.NewReader(big), iotest.ErrReader(fault.New("", fault.TooLarge, nil))), limits: roomy, kind: fault.TooLarge},
	} {
		t.Run(tt.what, func(t *testing.T) {
			m := &memory{blobs: map[string][]byte{}}
			_, err := Receive(t.Context(), m, tt.scanner, tt.r, tt.name, tt.used, tt.limits)
			var refusal *Refusal
			if errors.As(err, &refusal) {
				if refusal.Code != tt.code {
					t.Errorf("refused with %q, want %q, %v", refusal.Code, tt.code, tt.kind)
				}
				if refusal.Code == forms.FileTooBig && refusal.Params["max"] != tt.limits.MaxFile {
					t.Errorf("parameters %v", refusal.Params)
				}
			} else if tt.code != "" || err == nil || fault.KindOf(err) != tt.kind {
				t.Errorf("got %v, want %q, %v", err, tt.code, tt.kind)
			}
			if err != nil && strings.Contains(err.Error(), tt.name) {
				t.Errorf("%v tells the file's name", err)
			}
			if len(m.blobs) != 0 {
				t.Error("something is kept")
			}
		})
	}
	t.Run("exactly the limit", func(t *testing.T) {
		m := &memory{blobs: map[string][]byte{}}
		n := int64(len(big))
		if _, err := Receive(t.Context(), m, nil, bytes.NewReader(big), "a.pdf", 5, Limits{MaxFile: n, MaxTotal: n + 5}); err != nil {
			t.Error(err)
		}
	})
	t.Run("storage full", func(t *testing.T) {
		m := &memory{blobs: map[string][]byte{}, full: 100_000}
		if _, err := Receive(t.Context(), m, nil, bytes.NewReader(big), "a.pdf", 0, roomy); fault.KindOf(err) != fault.Unavailable || err == nil {
			t.Errorf("got %v", err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestOpenRefuses(t *testing.T) {
	ctx := t.Context()
	m := &memory{blobs: map[string][]byte{}}
	receive := func() Attachment {
		a, err := Receive(ctx, m, nil, bytes.NewReader(append(bytes.Clone(pdf), noise(3*segmentSize)...)), "a.pdf", 0, roomy)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	read := func(a Attachment) error {
		r, err := a.Open(ctx, m)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	}
	for _, tt := range []struct {
		what   string
		change func(a *Attachment)
		kind   fault.Kind
	}{
		{"a flipped bit", func(a *Attachment) { m.blobs[a.ID][segmentSize+100] ^= 1 }, fault.Internal},
		{"cut at a segment", func(a *Attachment) { m.blobs[a.ID] = m.blobs[a.ID][:segmentSize] }, fault.Internal},
		{"emptied", func(a *Attachment) { m.blobs[a.ID] = nil }, fault.Internal},
		{"longer", func(a *Attachment) { m.blobs[a.ID] = append(m.blobs[a.ID], 0) }, fault.Internal},
		{"exchanged", func(a *Attachment) { m.blobs[a.ID] = m.blobs[receive().ID] }, fault.Internal},
		{"moved", func(a *Attachment) { m.blobs["other"] = m.blobs[a.ID]; a.ID = "other" }, fault.Internal},
		{"removed", func(a *Attachment) { delete(m.blobs, a.ID) }, fault.NotFound},
		{"key destroyed", func(a *Attachment) { a.Key = nil }, fault.Gone},
		{"key of a later version", func(a *Attachment) { a.Key[0] = 9 }, fault.Internal},
	} {
		a := receive()
		if err := read(a); err != nil {
			t.Fatal(err)
		}
		tt.change(&a)
		if err := read(a); err == nil || fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v, want %v", tt.what, err, tt.kind)
		}
	}
}

func BenchmarkReceive(b *testing.B) {
	content := append(bytes.Clone(pdf), noise(4<<20)...)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := Receive(b.Context(), &memory{blobs: map[string][]byte{}}, nil, bytes.NewReader(content), "a.pdf", 0, roomy); err != nil {
			b.Fatal(err)
		}
	}
}
