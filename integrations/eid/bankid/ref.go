package bankid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	"samtjanst/integrations/eid"
	"samtjanst/platform/signing/evidence"
)

// refSeparator stands between the parts of a ref; BankID's own references are UUIDs.
const refSeparator = "."

// ticket is a parsed Order.Ref: BankID's reference, then what the completion must be held against.
//
//	<orderRef>.<auth|sign>[-phone|-call].<HMAC of the person>.<HMAC of text, format and hidden data>
//
// The digests are keyed: a personal number could otherwise be found by trying them all. Each covers orderRef and purpose,
// so that a part cannot be moved to another order.
type ticket struct {
	order           string
	purpose         eid.Purpose
	place           place
	person, content []byte // person is empty when anybody may complete the order
}

var errRef = errors.New("not the reference of an order")

func parseRef(ref string) (ticket, error) {
	parts := strings.Split(ref, refSeparator)
	if len(parts) != 4 || parts[0] == "" {
		return ticket{}, errRef
	}
	purpose, at, _ := strings.Cut(parts[1], "-")
	t := ticket{order: parts[0], purpose: eid.Purpose(purpose), place: place(at)}
	var err1, err2 error
	t.person, err1 = base64.RawURLEncoding.DecodeString(parts[2])
	t.content, err2 = base64.RawURLEncoding.DecodeString(parts[3])
	if err1 != nil || err2 != nil || len(t.content) != sha256.Size || (t.purpose != eid.Login && t.purpose != eid.Sign) || !t.place.known() {
		return ticket{}, errRef
	}
	return t, nil
}

// sealer makes and checks the keyed digests.
type sealer struct{ key []byte }

// newSealer derives its key from the RP certificate's private key, which every node of a relying party has.
func newSealer(privateKey []byte) sealer {
	m := hmac.New(sha256.New, privateKey)
	m.Write([]byte("samtjanst bankid order reference v1"))
	return sealer{m.Sum(nil)}
}

func (s sealer) ref(order string, r eid.Request, at place) string {
	purpose := string(r.Purpose)
	if at != atComputer {
		purpose += "-" + string(at)
	}
	person := ""
	if !r.Number.IsZero() {
		person = base64.RawURLEncoding.EncodeToString(s.mac(order, r.Purpose, "person", []byte(r.Number.Digits())))
	}
	content := s.content(order, r.Purpose, []byte(r.Text), r.Markdown, r.Hidden)
	return strings.Join([]string{order, purpose, person, base64.RawURLEncoding.EncodeToString(content)}, refSeparator)
}

func (s sealer) content(order string, p eid.Purpose, text []byte, markdown bool, hidden []byte) []byte {
	format := "plaintext"
	if markdown && len(text) > 0 {
		format = "markdown"
	}
	return s.mac(order, p, format, text, hidden)
}

// mac covers each part with its length, so that nothing can move from one part to the next.
func (s sealer) mac(order string, p eid.Purpose, label string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, s.key)
	for _, b := range append([][]byte{[]byte(order), []byte(p), []byte(label)}, parts...) {
		m.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		m.Write(b)
	}
	return m.Sum(nil)
}

// compare gives the code of what differs from what was asked, "" when nothing does. claimed is the number that BankID
// names beside the signature.
func (s sealer) compare(t ticket, got evidence.Verified, claimed string) evidence.Code {
	use := evidence.Identification
	if t.purpose == eid.Sign {
		use = evidence.Signing
	}
	number := got.Number.Digits()
	switch {
	case got.Use != use:
		return evidence.WrongUse
	case number != claimed:
		return evidence.WrongPerson
	case t.purpose == eid.Sign && len(t.person) == 0:
		return evidence.WrongPerson
	case len(t.person) != 0 && !hmac.Equal(t.person, s.mac(t.order, t.purpose, "person", []byte(number))):
		return evidence.WrongPerson
	case !hmac.Equal(t.content, s.content(t.order, t.purpose, got.Text, got.Markdown, got.Hidden)):
		return evidence.WrongText // text, format or hidden data: one digest covers them
	}
	return ""
}

// placeOf tells where the person is by the browser: on a phone or tablet it starts BankID on the same device; elsewhere a QR code is read.
func placeOf(userAgent string) place {
	for _, mark := range []string{"Mobile", "Android", "iPhone", "iPad"} {
		if strings.Contains(userAgent, mark) {
			return atPhone
		}
	}
	return atComputer
}
