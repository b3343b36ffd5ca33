// Package dispatch is the portable type for messages from one authority to another that may say everything: a decision to a court, to the
// police, to a ward. It has the shape of eDelivery, and so of Säker digital kommunikation: a message goes from one participant's address to
// another's, belongs to a conversation, carries its documents as attachments, and is answered by a receipt from the receiver's side, which
// tells what came. Mail is no driver of it.
//
// Keys: a Message has an ID that stays the same when it is sent again, so that a receiver that looks at it takes it once.
// Driver: dispatch/accesspoint (REST to an organisation's access point).
package dispatch

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"regexp"
	"time"
)

// Sender sends messages. Faults: Unavailable (try again later, with the same ID), NotFound (nobody has the address), Invalid (refused for
// good). No error tells what was sent.
type Sender interface {
	Send(context.Context, Message) (Receipt, error)
}

// Address of a participant: a scheme's number and an identifier in it, "0203:forvaltningsratten.example".
type Address string

// Message is what is sent.
type Message struct {
	ID           string
	Conversation string // the same for all messages about one case
	From, To     Address
	Subject      string // what kind of message it is; nothing of anybody
	Attachments  []Attachment
}

// Attachment is a document.
type Attachment struct {
	Name  string
	Type  string // media type
	Bytes []byte
}

// Receipt is what the receiver's side says: that this very message has come. Digest is that of the message (Message.Digest).
type Receipt struct {
	ID     string
	At     time.Time
	Digest string
}

// Bounds of a message.
const (
	MaxAttachments = 50
	MaxBytes       = 50 << 20 // of all attachments
)

var (
	addressPattern = regexp.MustCompile(`^[0-9]{4}:[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`)
	idPattern      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
)

// Valid reports whether it can be an address.
func (a Address) Valid() bool { return addressPattern.MatchString(string(a)) }

// Check says what makes a message one that cannot be sent.
func (m Message) Check() error {
	total := 0
	for _, a := range m.Attachments {
		if a.Name == "" || a.Type == "" || len(a.Bytes) == 0 {
			return errors.New("an attachment has no name, no type or nothing in it")
		}
		total += len(a.Bytes)
	}
	switch {
	case !idPattern.MatchString(m.ID) || !idPattern.MatchString(m.Conversation):
		return errors.New("the id or the conversation is missing or cannot be one")
	case !m.From.Valid() || !m.To.Valid():
		return errors.New("an address cannot be one")
	case m.Subject == "":
		return errors.New("there is no subject")
	case len(m.Attachments) == 0 || len(m.Attachments) > MaxAttachments || total > MaxBytes:
		return errors.New("no attachments, or too many or too large")
	}
	return nil
}

// Digest is the SHA-256, in hex, of all that the message says, each text and each attachment with its length before it.
func (m Message) Digest() string {
	h := sha256.New()
	put := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	for _, s := range []string{m.ID, m.Conversation, string(m.From), string(m.To), m.Subject} {
		put([]byte(s))
	}
	for _, a := range m.Attachments {
		put([]byte(a.Name))
		put([]byte(a.Type))
		put(a.Bytes)
	}
	return hex.EncodeToString(h.Sum(nil))
}
