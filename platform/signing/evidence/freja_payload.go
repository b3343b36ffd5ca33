package evidence

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"samtjanst/platform/idno"
)

// members are those of a JSON object, read by exact name.
type members map[string]any

func (m members) text(name string) string { s, _ := m[name].(string); return s }

func (m members) object(name string) members { o, _ := m[name].(map[string]any); return o }

// frejaLevels are Freja's registration levels by level of assurance. BASIC, an e-mail address, is none.
var frejaLevels = map[string]struct {
	level  int
	method Method
}{"EXTENDED": {2, "freja"}, "PLUS": {3, "freja+"}}

// readFrejaPayload reads what Freja states of an order. Freja adds members over the years; those not known here are signed like the
// rest and are left alone.
func readFrejaPayload(payload []byte) (FrejaVerified, error) {
	o, err := readObject(payload)
	if err != nil {
		return FrejaVerified{}, err
	}
	m := members(o)
	if m.text("status") != "APPROVED" {
		return FrejaVerified{}, fail(NotApproved, "the status is another")
	}
	var v FrejaVerified
	auth, sign := m.text("authRef"), m.text("signRef")
	switch {
	case auth != "" && m["signRef"] == nil && m["signatureData"] == nil:
		v.Use, v.Ref = Identification, auth
	case sign != "" && m["authRef"] == nil:
		v.Use, v.Ref = Signing, sign
	default:
		return FrejaVerified{}, fail(Structure, "it names no order, or two")
	}
	level, ok := frejaLevels[m.text("minRegistrationLevel")]
	if !ok {
		return FrejaVerified{}, fail(LevelTooLow, "no level of assurance")
	}
	v.Level, v.Method = level.level, level.method
	if v.At, err = frejaTime(m["timestamp"]); err != nil {
		return FrejaVerified{}, err
	}
	if err := v.readPerson(m.object("requestedAttributes")); err != nil {
		return FrejaVerified{}, err
	}
	if v.Use == Identification {
		return v, nil
	}
	v.Text, v.Hidden, err = readUserSignature(m.text("signatureType"), m.object("signatureData").text("userSignature"))
	return v, err
}

// frejaTime reads milliseconds since 1970.
func frejaTime(v any) (time.Time, error) {
	n, _ := v.(json.Number)
	ms, err := n.Int64()
	if err != nil || ms <= 0 {
		return time.Time{}, fail(Structure, "no time")
	}
	return time.UnixMilli(ms).UTC(), nil
}

// readPerson reads who it was from the attributes asked for: SSN (with the country that issued it) and BASIC_USER_INFO. userInfo is
// not looked at: it repeats whom we asked for, and says nothing of who answered.
func (v *FrejaVerified) readPerson(attributes members) error {
	ssn := attributes.object("ssn")
	number := ssn.text("ssn")
	if ssn.text("country") != "SE" || !idno.Valid(number) {
		return fail(CertificateSubject, "no Swedish personal number")
	}
	n, err := idno.Parse(number, v.At)
	if err != nil || n.Digits() != number {
		return fail(CertificateSubject, "no Swedish personal number")
	}
	name := attributes.object("basicUserInfo")
	v.Number, v.GivenName, v.Surname = n, name.text("name"), name.text("surname")
	if v.GivenName == "" || v.Surname == "" {
		return fail(CertificateSubject, "no name")
	}
	v.Name = v.GivenName + " " + v.Surname
	return nil
}

// userAlgorithms are those of a person's key; what matters is that it is a key of the person's own, so none and HS256 are not there.
var userAlgorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}

// readUserSignature reads what the person's own JWS is over. Of the type SIMPLE that is the text itself; of EXTENDED it is
// {"text": base64, "binaryData": base64}.
func readUserSignature(kind, compact string) (text, hidden []byte, err error) {
	j, err := parseJWS(compact)
	if err != nil {
		return nil, nil, err
	}
	if alg, _ := j.header["alg"].(string); !slices.Contains(userAlgorithms, alg) {
		return nil, nil, fail(Algorithm, "the person's signature is not made with a key of one's own")
	}
	switch kind {
	case "SIMPLE":
		text = j.payload
	case "EXTENDED":
		o, err := readObject(j.payload)
		if err != nil {
			return nil, nil, err
		}
		for name, into := range map[string]*[]byte{"text": &text, "binaryData": &hidden} {
			s := members(o).text(name)
			if *into, err = base64.StdEncoding.Strict().DecodeString(s); err != nil || base64.StdEncoding.EncodeToString(*into) != s || s == "" {
				return nil, nil, fail(Structure, name+" is not base64")
			}
		}
	default:
		return nil, nil, fail(Structure, "an unknown type of signature")
	}
	if !utf8.Valid(text) {
		return nil, nil, fail(Structure, "a text that is not UTF-8")
	}
	return text, hidden, nil
}
