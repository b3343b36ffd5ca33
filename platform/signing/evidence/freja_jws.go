package evidence

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // RFC 7515's x5t is made with it; it only chooses among the pinned certificates
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"samtjanst/platform/fault"
)

// FrejaSigners are the certificates that Freja signs results with, pinned one by one: Freja publishes them, and a new one beside the
// old when it is about to change. The zero value trusts nobody.
type FrejaSigners struct{ by map[string]*x509.Certificate }

// IsZero reports whether nobody is trusted.
func (s FrejaSigners) IsZero() bool { return len(s.by) == 0 }

// ParseFrejaSigners reads one or more certificates in PEM; each must have an RSA key of at least 2048 bits. Fault: Invalid.
func ParseFrejaSigners(text []byte) (FrejaSigners, error) {
	const op = "evidence.ParseFrejaSigners"
	s := FrejaSigners{by: map[string]*x509.Certificate{}}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return FrejaSigners{}, fault.Newf(op, fault.Invalid, "%s where a certificate was expected", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return FrejaSigners{}, fault.New(op, fault.Invalid, err)
		}
		if key, ok := c.PublicKey.(*rsa.PublicKey); !ok || key.Size() < 256 {
			return FrejaSigners{}, fault.Newf(op, fault.Invalid, "certificate %d has no RSA key of 2048 bits or more", len(s.by)+1)
		}
		sum := sha1.Sum(c.Raw) //nolint:gosec // see above
		s.by[base64.RawURLEncoding.EncodeToString(sum[:])] = c
	}
	if s.IsZero() {
		return FrejaSigners{}, fault.New(op, fault.Invalid, errors.New("no certificate found"))
	}
	return s, nil
}

// verify checks Freja's signature. The algorithm is RS256 whatever the header says, and the header must say so too: there is one form,
// one algorithm and one pinned key, so a JWS library's choices would only add ways in.
func (s FrejaSigners) verify(j jws) (*x509.Certificate, error) {
	if s.IsZero() {
		return nil, fail(Chain, "no certificates are configured")
	}
	// typ and kid say nothing about how to verify; anything else could (crit, b64, jwk, x5c …), and Freja sends none of it.
	for name := range j.header {
		if name != "alg" && name != "x5t" && name != "typ" && name != "kid" {
			return nil, fail(Structure, "a header that Freja does not send")
		}
	}
	if alg, _ := j.header["alg"].(string); alg != "RS256" {
		return nil, fail(Algorithm, "not RS256")
	}
	x5t, ok := j.header["x5t"].(string)
	if !ok {
		return nil, fail(Structure, "x5t is missing")
	}
	c := s.by[x5t]
	if c == nil {
		return nil, fail(Chain, "signed by a certificate that is not pinned")
	}
	sum := sha256.Sum256([]byte(j.signed))
	if rsa.VerifyPKCS1v15(c.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], j.signature) != nil {
		return nil, fail(SignatureValue, "not made with Freja's key")
	}
	return c, nil
}

// jws is a JWS in compact form (RFC 7515 3.1) whose shape has been checked, and nothing else yet.
type jws struct {
	header             map[string]any
	payload, signature []byte
	signed             string // the first two parts, as they were signed
}

func parseJWS(s string) (jws, error) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return jws{}, fail(Structure, "not three parts")
	}
	var raw [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.Strict().DecodeString(p)
		// The decoder passes over line breaks: only the one way to write the bytes is taken.
		if err != nil || len(b) == 0 || base64.RawURLEncoding.EncodeToString(b) != p {
			return jws{}, fail(Structure, "a part is not base64url")
		}
		raw[i] = b
	}
	header, err := readObject(raw[0])
	if err != nil {
		return jws{}, err
	}
	return jws{header: header, payload: raw[1], signature: raw[2], signed: parts[0] + "." + parts[1]}, nil
}

// maxJSONDepth bounds nesting; a result has a depth of four.
const maxJSONDepth = 12

// readObject reads one JSON object, and refuses what two readers could understand differently: a key twice, invalid UTF-8, anything
// after the object. Numbers are json.Number; keys are told apart by case, as encoding/json's structs do not.
func readObject(b []byte) (map[string]any, error) {
	if !utf8.Valid(b) {
		return nil, fail(Structure, "not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	v, err := readValue(d, 0)
	if err != nil {
		return nil, fail(Structure, "not the JSON expected")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fail(Structure, "something after the JSON")
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, fail(Structure, "not a JSON object")
	}
	return o, nil
}

var errJSON = errors.New("a key twice or nested too deep")

func readValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth == maxJSONDepth {
		return nil, errJSON
	}
	var v any
	if delim == '{' {
		v, err = readMembers(d, depth+1)
	} else {
		v, err = readItems(d, depth+1)
	}
	if err != nil {
		return nil, err
	}
	_, err = d.Token() // the closing bracket
	return v, err
}

func readMembers(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string) // the decoder gives nothing else before a colon
		if _, twice := object[name]; twice {
			return nil, errJSON
		}
		if object[name], err = readValue(d, depth); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func readItems(d *json.Decoder, depth int) (any, error) {
	var list []any
	for d.More() {
		v, err := readValue(d, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}
