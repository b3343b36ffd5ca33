package saml

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

// use is what an order is for; it is sealed into the reference, so that an answer to one is never read as an answer to another.
type use string

const (
	login use = "auth"
	sign  use = "sign"
	staff use = "staff"
)

// ticket is a parsed Order.Ref: the request's ID, then what the answer must be held against.
//
//	<request ID>.<use>.<unix time, base 36>.<least level>.<HMAC of the person>.<HMAC of the message>.<HMAC of the relay>.<seal>
//
// The digests are keyed: a personal number could otherwise be found by trying them all. Each covers the request's ID and use, so
// that none can be moved to another order; the seal covers the whole, so that a reference is known to be ours.
type ticket struct {
	request string
	use     use
	started time.Time // whole seconds
	level   int
	person  []byte // empty when anybody may complete the order
	content []byte // empty when nothing is signed
	relay   []byte
}

var errRef = errors.New("not the reference of an order")

// sealer makes and checks the keyed digests.
type sealer struct{ key []byte }

// newSealer derives its key from the private key that we sign with, which every node has.
func newSealer(privateKey []byte) sealer {
	m := hmac.New(sha256.New, privateKey)
	m.Write([]byte("samtjanst saml order reference v1"))
	return sealer{m.Sum(nil)}
}

// ref writes the reference. person is a number's digits or "", message what is sent to be shown or nil.
func (s sealer) ref(t ticket, person string, message []byte, relay string) string {
	if person != "" {
		t.person = s.ofPerson(t, person)
	}
	if message != nil {
		sum := sha256.Sum256(message)
		t.content = s.ofContent(t, sum[:])
	}
	t.relay = s.ofRelay(t, relay)
	encode := base64.RawURLEncoding.EncodeToString
	body := strings.Join([]string{t.request, string(t.use), strconv.FormatInt(t.started.Unix(), 36), strconv.Itoa(t.level),
		encode(t.person), encode(t.content), encode(t.relay)}, ".")
	return body + "." + encode(s.mac(t, "seal", []byte(body)))
}

// parse reads a reference that this service made.
func (s sealer) parse(ref string) (ticket, error) {
	parts := strings.Split(ref, ".")
	if len(parts) != 8 {
		return ticket{}, errRef
	}
	t := ticket{request: parts[0], use: use(parts[1])}
	seal, err := base64.RawURLEncoding.Strict().DecodeString(parts[7])
	if err != nil || !hmac.Equal(seal, s.mac(t, "seal", []byte(strings.Join(parts[:7], ".")))) {
		return ticket{}, errRef
	}
	seconds, err1 := strconv.ParseInt(parts[2], 36, 64)
	level, err2 := strconv.Atoi(parts[3])
	t.started, t.level = time.Unix(seconds, 0).UTC(), level
	var err3, err4, err5 error
	t.person, err3 = base64.RawURLEncoding.DecodeString(parts[4])
	t.content, err4 = base64.RawURLEncoding.DecodeString(parts[5])
	t.relay, err5 = base64.RawURLEncoding.DecodeString(parts[6])
	if errors.Join(err1, err2, err3, err4, err5) != nil {
		return ticket{}, errRef
	}
	return t, nil
}

func (s sealer) ofPerson(t ticket, digits string) []byte { return s.mac(t, "person", []byte(digits)) }

// ofContent covers the SHA-256 of the message, which is all that an assertion says of it.
func (s sealer) ofContent(t ticket, sum []byte) []byte { return s.mac(t, "content", sum) }

func (s sealer) ofRelay(t ticket, relay string) []byte { return s.mac(t, "relay", []byte(relay))[:16] }

// mac covers each part with its length, so that nothing can move from one part to the next.
func (s sealer) mac(t ticket, label string, content []byte) []byte {
	m := hmac.New(sha256.New, s.key)
	for _, b := range [][]byte{[]byte(t.request), []byte(t.use), []byte(label), content} {
		m.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		m.Write(b)
	}
	return m.Sum(nil)
}
