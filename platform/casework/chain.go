package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"samtjanst/platform/canon"
	"samtjanst/platform/signing"
)

// Body is the sealed part of an event: what the header commits to.
type Body struct {
	Kind  string    `json:"kind"`
	At    time.Time `json:"at"`
	By    By        `json:"by"`
	Name  string    `json:"name"`
	Event Event     `json:"event"`
}

// Recorded is an event's header with the bytes that its body part must hold: salt (16 bytes) followed by canonical JSON.
type Recorded struct {
	Header Header
	Bytes  []byte
}

// record appends an event to the chain.
func (c *Case) record(e Event, s Stamp) (Recorded, error) {
	body, err := canon.Marshal(Body{Kind: e.Kind(), At: s.At, By: s.By, Name: s.Name, Event: e})
	if err != nil {
		return Recorded{}, err
	}
	h := Header{Seq: len(c.Events) + 1, At: s.At, Kind: e.Kind(), By: s.By, Body: s.Body, Commitment: signing.Digest(s.Salt, body)}
	if n := len(c.Events); n > 0 {
		h.Prev = c.Events[n-1].Hash
	}
	h.Hash = h.digest()
	c.Events = append(c.Events, h)
	return Recorded{Header: h, Bytes: append(append([]byte(nil), s.Salt...), body...)}, nil
}

func (h Header) digest() string {
	raw, err := canon.Marshal(map[string]any{
		"seq": h.Seq, "at": h.At.UTC().Format(time.RFC3339Nano), "kind": h.Kind, "by": h.By.Kind, "party": string(h.By.Party),
		"body": string(h.Body), "commitment": h.Commitment, "prev": h.Prev,
	})
	if err != nil {
		panic("casework: a header that is not JSON: " + err.Error()) // strings and a small integer cannot fail
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// VerifyChain checks that no header has been changed, taken out, put in or moved. It needs no bodies, so it still holds after purge.
func VerifyChain(events []Header) error {
	prev := ""
	for i, h := range events {
		switch {
		case h.Seq != i+1:
			return fmt.Errorf("event %d stands in place %d", h.Seq, i+1)
		case h.Prev != prev:
			return fmt.Errorf("event %d does not follow the one before it", h.Seq)
		case h.Hash != h.digest():
			return fmt.Errorf("event %d has been changed", h.Seq)
		}
		prev = h.Hash
	}
	return nil
}

// VerifyBody checks that a part's bytes are what a header committed to.
func VerifyBody(h Header, bytes []byte) bool {
	return len(bytes) >= 16 && signing.Digest(bytes[:16], bytes[16:]) == h.Commitment
}
