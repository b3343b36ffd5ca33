package freja

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	"samtjanst/integrations/eid"
	"samtjanst/platform/signing/evidence"
)

// refSeparator stands between the parts of a ref.
const refSeparator = "."

// ticket is a parsed Order.Ref: Freja's reference, then what the result must be held against.
//
//	<reference>.<auth|sign>[-phone].<level>.<HMAC of the person>.<HMAC of text and hidden data>
//
// The digests are keyed: a personal number could otherwise be found by trying them all. Each covers reference, purpose and level, so
// that no part can be changed or moved to another order.
type ticket struct {
	order           string
	purpose         eid.Purpose
	phone           bool // the browser was on a phone, where the app is started on the same device
	level           int
	person, content []byte // person is empty when anybody may complete the order
}

var errRef = errors.New("not the reference of an order")

func parseRef(ref string) (ticket, error) {
	parts := strings.Split(ref, refSeparator)
	if len(parts) != 5 || !isReference(parts[0]) || len(parts[2]) != 1 {
		return ticket{}, errRef
	}
	purpose, phone := strings.CutSuffix(parts[1], "-phone")
	t := ticket{order: parts[0], purpose: eid.Purpose(purpose), phone: phone, level: int(parts[2][0] - '0')}
	var err1, err2 error
	t.person, err1 = base64.RawURLEncoding.DecodeString(parts[3])
	t.content, err2 = base64.RawURLEncoding.DecodeString(parts[4])
	if err1 != nil || err2 != nil || len(t.content) != sha256.Size || services[t.purpose].start.path == "" || levels[t.level] == "" {
		return ticket{}, errRef
	}
	return t, nil
}

// sealer makes and checks the keyed digests.
type sealer struct{ key []byte }

// newSealer derives its key from the RP certificate's private key, which every node of a relying party has.
func newSealer(privateKey []byte) sealer {
	m := hmac.New(sha256.New, privateKey)
	m.Write([]byte("samtjanst freja order reference v1"))
	return sealer{m.Sum(nil)}
}

func (s sealer) ref(order string, r eid.Request) string {
	t := ticket{order: order, purpose: r.Purpose, level: r.Level}
	purpose := string(r.Purpose)
	if onPhone(r.UserAgent) {
		purpose += "-phone"
	}
	person := ""
	if !r.Number.IsZero() {
		person = base64.RawURLEncoding.EncodeToString(s.mac(t, "person", []byte(r.Number.Digits())))
	}
	content := base64.RawURLEncoding.EncodeToString(s.mac(t, "content", []byte(r.Text), r.Hidden))
	return strings.Join([]string{order, purpose, strconv.Itoa(r.Level), person, content}, refSeparator)
}

// mac covers each part with its length, so that nothing can move from one part to the next.
func (s sealer) mac(t ticket, label string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, s.key)
	for _, b := range append([][]byte{[]byte(t.order), []byte(t.purpose), {byte(t.level)}, []byte(label)}, parts...) {
		m.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		m.Write(b)
	}
	return m.Sum(nil)
}

// compare gives the code of what differs from what was asked, "" when nothing does.
func (s sealer) compare(t ticket, got evidence.FrejaVerified) evidence.Code {
	use := evidence.Identification
	if t.purpose == eid.Sign {
		use = evidence.Signing
	}
	switch {
	case got.Use != use:
		return evidence.WrongUse
	case got.Ref != t.order:
		return evidence.WrongOrder
	case got.Level < t.level:
		return evidence.LevelTooLow
	case t.purpose == eid.Sign && len(t.person) == 0:
		return evidence.WrongPerson
	case len(t.person) != 0 && !hmac.Equal(t.person, s.mac(t, "person", []byte(got.Number.Digits()))):
		return evidence.WrongPerson
	case !hmac.Equal(t.content, s.mac(t, "content", got.Text, got.Hidden)):
		return evidence.WrongText // text or hidden data: one digest covers them
	}
	return ""
}

// onPhone tells whether the browser is on a phone or tablet, where the app is started on the same device.
func onPhone(userAgent string) bool {
	for _, mark := range []string{"Mobile", "Android", "iPhone", "iPad"} {
		if strings.Contains(userAgent, mark) {
			return true
		}
	}
	return false
}
