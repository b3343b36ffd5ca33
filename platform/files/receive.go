package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// Refusal is why an upload was not taken: a problem to show at the field, no failure.
type Refusal struct {
	Code   string         // one of forms.FileEmpty, FileTooBig, FilesTooBig, FileKind, FileInfected
	Params map[string]any // name; max in bytes
}

func (r *Refusal) Error() string { return fmt.Sprintf("files: the upload was refused: %s", r.Code) } // no name: it may be personal

// Receive takes one upload: it looks at the beginning to see what it is, then streams it into sealed storage while counting. It
// holds some hundred kB, however large the upload is. used is what the application has already of l.MaxTotal; scanner may be nil.
//
// The error is a *Refusal, or a fault: Invalid when the upload broke off, Unavailable when it could not be stored or
// scanned. After any error nothing is kept.
func Receive(ctx context.Context, blobs Blobs, scanner Scanner, r io.Reader, name string, used int64, l Limits) (Attachment, error) {
	const op = "files.Receive"
	source := &upload{r: r}
	head := make([]byte, headSize)
	n, err := io.ReadFull(source, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Attachment{}, fault.Wrap(op, err)
	}
	head = head[:n]
	name = CleanName(name)
	if n == 0 {
		return Attachment{}, &Refusal{forms.FileEmpty, map[string]any{"name": name}}
	}
	kind := Kind(head)
	if name, err = accept(name, kind); err != nil {
		return Attachment{}, err
	}

	a := Attachment{ID: strings.ToLower(rand.Text()), Name: name, Type: kind, Key: newKey()}
	plain := &counted{r: io.MultiReader(bytes.NewReader(head), source), file: l.MaxFile, total: l.MaxTotal - used}
	if err := seal(ctx, blobs, &a, plain); err != nil {
		var over errOver
		switch {
		case errors.As(err, &over) && over == overFile:
			return Attachment{}, &Refusal{forms.FileTooBig, map[string]any{"name": name, "max": l.MaxFile}}
		case errors.As(err, &over):
			return Attachment{}, &Refusal{forms.FilesTooBig, map[string]any{"max": l.MaxTotal}}
		}
		return Attachment{}, fault.Wrap(op, err)
	}
	if scanner == nil {
		return a, nil
	}
	if err := scan(ctx, blobs, scanner, a); err != nil {
		// The context may be what ended; what is infected is removed all the same.
		err = errors.Join(err, blobs.Delete(context.WithoutCancel(ctx), a.ID))
		if refusal := (*Refusal)(nil); errors.As(err, &refusal) {
			return Attachment{}, refusal
		}
		return Attachment{}, fault.Wrap(op, err)
	}
	return a, nil
}

// seal streams plain into storage under a's key and counts it into a.Size.
func seal(ctx context.Context, blobs Blobs, a *Attachment, plain *counted) error {
	aead, err := a.cipher()
	if err != nil {
		return err
	}
	read, write := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := encrypt(aead, write, plain, a.ID)
		write.CloseWithError(err) // nil is the end of the blob; an error makes Put give up
		done <- err
	}()
	_, err = blobs.Put(ctx, a.ID, read)
	read.Close() // lets the goroutine go when Put ended early
	sealing := <-done
	a.Size = plain.n
	switch {
	case plain.err != nil: // what Put says then is only that its reader failed
		return plain.err
	case err != nil:
		return err
	}
	return sealing
}

func encrypt(aead *subtle.AESGCMHKDF, w io.Writer, plain io.Reader, id string) error {
	sealing, err := aead.NewEncryptingWriter(w, []byte(id))
	if err != nil {
		return err
	}
	if _, err := io.Copy(sealing, plain); err != nil {
		return err
	}
	return sealing.Close()
}

// scan reads back what was stored, so that what is scanned is what will be given out.
func scan(ctx context.Context, blobs Blobs, scanner Scanner, a Attachment) error {
	r, err := a.Open(ctx, blobs)
	if err != nil {
		return err
	}
	defer r.Close()
	found, err := scanner.Scan(ctx, r)
	if err != nil {
		return err
	}
	if found != "" {
		return &Refusal{forms.FileInfected, map[string]any{"name": a.Name}}
	}
	return nil
}

// Open gives the plaintext of an attachment. Every byte it gives is authentic; a blob that was changed, cut short or exchanged
// gives fault.Internal while reading. fault.Gone when the key has been destroyed, fault.NotFound when the blob is not there.
func (a Attachment) Open(ctx context.Context, blobs Blobs) (io.ReadCloser, error) {
	const op = "files.Open"
	aead, err := a.cipher()
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	blob, err := blobs.Get(ctx, a.ID)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	plain, err := aead.NewDecryptingReader(blob, []byte(a.ID))
	if err != nil {
		return nil, errors.Join(fault.New(op, fault.Internal, err), blob.Close())
	}
	return &opened{plain: plain, blob: blob}, nil
}

type opened struct {
	plain io.Reader
	blob  io.Closer
}

func (o *opened) Read(p []byte) (int, error) {
	n, err := o.plain.Read(p)
	if err != nil && err != io.EOF {
		err = fault.New("files.Read", fault.Internal, err)
	}
	return n, err
}

func (o *opened) Close() error { return o.blob.Close() }

// A blob's key: a version byte, then 256 random bits, from which AES-GCM keys are derived for each blob (Tink's streaming AEAD,
// AES256-GCM-HKDF with SHA-256 and segments of 64 KiB; the blob's id is the associated data).
const (
	keyVersion  byte = 1
	keySize          = 32
	segmentSize      = 64 << 10
)

func newKey() []byte {
	key := make([]byte, 1+keySize)
	key[0] = keyVersion
	rand.Read(key[1:]) // never fails
	return key
}

func (a Attachment) cipher() (*subtle.AESGCMHKDF, error) {
	const op = "files.cipher"
	switch {
	case len(a.Key) == 0:
		return nil, fault.Newf(op, fault.Gone, "the key has been destroyed")
	case len(a.Key) != 1+keySize || a.Key[0] != keyVersion:
		return nil, fault.Newf(op, fault.Internal, "the key has an unknown version")
	}
	aead, err := subtle.NewAESGCMHKDF(a.Key[1:], "SHA256", keySize, segmentSize, 0)
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	return aead, nil
}

// upload tells an upload that broke off from a storage that failed.
type upload struct{ r io.Reader }

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return n, err // the caller's own limit, for example
	}
	return n, fault.New("files.upload", fault.Invalid, err)
}

// counted stops at a limit, and remembers what went wrong in reading.
type counted struct {
	r           io.Reader
	n           int64
	file, total int64 // bytes left of each limit
	err         error
}

// errOver says which limit.
type errOver string

const (
	overFile  errOver = "one file"
	overTotal errOver = "all files"
)

func (e errOver) Error() string { return "over the limit of " + string(e) }

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	switch {
	case c.n > c.file:
		c.err = overFile
	case c.n > c.total:
		c.err = overTotal
	case err != io.EOF:
		c.err = err
	}
	if c.err != nil {
		return 0, c.err
	}
	return n, err
}
