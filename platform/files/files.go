// Package files keeps attachments: bytes that people upload, as they came.
//
// Concepts: a blob is sealed bytes under a random id; each has a key of its own, which stands in its Attachment and so is sealed with the
// draft or case that refers to it, and can move from the one to the other without the bytes being sealed anew. Destroying
// what refers to a blob makes it unreadable. The name is what the person called it, cleaned; the type is what the bytes are (sniffed),
// never what the name or the browser says. Uploads are never executed, rendered or served inline.
package files

import (
	"context"
	"io"
)

// Attachment is one uploaded file.
type Attachment struct {
	ID   string // random: the blob's id, and the id in the answers
	Name string // cleaned: no path, no control or direction-changing characters, at most 120 characters
	Type string // sniffed media type
	Size int64  // bytes of plaintext
	Key  []byte // the blob's own key
}

// Blobs stores sealed bytes by id. Faults: Unavailable (no room, no answer), NotFound.
type Blobs interface {
	Put(ctx context.Context, id string, r io.Reader) (n int64, err error)
	Get(ctx context.Context, id string) (io.ReadCloser, error)
	Delete(ctx context.Context, id string) error
}

// Scanner looks for malware. Found is the signature's name, "" when clean. Faults: Unavailable.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (found string, err error)
}

// Limits of uploads.
type Limits struct {
	MaxFile  int64 // bytes of one file
	MaxTotal int64 // bytes of all files of one application
	MaxCount int   // files of one field where the form says no less
}
