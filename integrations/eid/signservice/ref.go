package signservice

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"
)

// ticket is a parsed Order.Ref: the request's id, then what the answer must be held against.
//
//	<relay>.<random>.<unix time, base 36>.<least level>.<HMAC of the person>.<HMAC of the document>.<seal>
//
// The digests are keyed: a personal number could otherwise be found by trying them all. Each covers the request's id, so that none can be
// moved to another order; the seal covers the whole, so that a reference is known to be ours.
type ticket struct {
	request          string
	started          time.Time // whole seconds
	level            int
	person, document []byte
}

var errRef = errors.New("not the reference of an order")

// sealer makes and checks the keyed digests.
type sealer struct{ key []byte }

// newSealer derives its key from the private key that we sign with, which every node has.
func newSealer(privateKey []byte) sealer {
	m := hmac.New(sha256.New, privateKey)
	m.Write([]byte("samtjanst signservice order reference v1"))
	return sealer{m.Sum(nil)}
}

// ref writes the reference of an order by the person with this number, for this document.
func (s sealer) ref(t ticket, digits string, document []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	body := strings.Join([]string{t.request, strconv.FormatInt(t.started.Unix(), 36), strconv.Itoa(t.level),
		encode(s.ofPerson(t, digits)), encode(s.ofDocument(t, document))}, ".")
	return body + "." + encode(s.mac(t, "seal", []byte(body)))
}

// parse reads a reference that ref made with this key.
func (s sealer) parse(ref string) (ticket, error) {
	parts := strings.Split(ref, ".")
	if len(parts) != 7 {
		return ticket{}, errRef
	}
	t := ticket{request: parts[0] + "." + parts[1]}
	seal, err := base64.RawURLEncoding.Strict().DecodeString(parts[6])
	if err != nil || !hmac.Equal(seal, s.mac(t, "seal", []byte(strings.Join(parts[:6], ".")))) {
		return ticket{}, errRef
	}
	seconds, err1 := strconv.ParseInt(parts[2], 36, 64)
	level, err2 := strconv.Atoi(parts[3])
	t.started, t.level = time.Unix(seconds, 0).UTC(), level
	var err3, err4 error
	t.person, err3 = base64.RawURLEncoding.DecodeString(parts[4])
	t.document, err4 = base64.RawURLEncoding.DecodeString(parts[5])
	if errors.Join(err1, err2, err3, err4) != nil {
		return ticket{}, errRef
	}
	return t, nil
}

func (s sealer) ofPerson(t ticket, digits string) []byte { return s.mac(t, "person", []byte(digits)) }

func (s sealer) ofDocument(t ticket, xml []byte) []byte { return s.mac(t, "document", xml)[:16] }

// mac covers each part with its length, so that nothing can move from one part to the next.
func (s sealer) mac(t ticket, label string, content []byte) []byte {
	m := hmac.New(sha256.New, s.key)
	for _, b := range [][]byte{[]byte(t.request), []byte(label), content} {
		m.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		m.Write(b)
	}
	return m.Sum(nil)
}
