package timestamp

import (
	"crypto"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// The structures of RFC 3161, section 2.4.
type (
	request struct {
		Version     int
		Imprint     imprint
		Policy      asn1.ObjectIdentifier `asn1:"optional"`
		Nonce       *big.Int
		Certificate bool // ask for the authority's certificate
	}
	imprint struct {
		Algorithm struct{ Algorithm asn1.ObjectIdentifier }
		Digest    []byte
	}
	response struct {
		Status status
		Token  asn1.RawValue `asn1:"optional"`
	}
	status struct {
		Status  int
		Texts   []asn1.RawValue `asn1:"optional"`
		Failure asn1.BitString  `asn1:"optional"`
	}
)

var oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}

func encodeRequest(digest []byte, nonce *big.Int, policy asn1.ObjectIdentifier) ([]byte, error) {
	if len(digest) != crypto.SHA256.Size() {
		return nil, errors.New("not a SHA-256 digest")
	}
	r := request{Version: 1, Policy: policy, Nonce: nonce, Certificate: true}
	r.Imprint.Algorithm.Algorithm, r.Imprint.Digest = oidSHA256, digest
	return asn1.Marshal(r)
}

// failures are the bits of PKIFailureInfo (RFC 3161 2.4.2).
var failures = map[int]string{0: "badAlg", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable", 15: "unacceptedPolicy",
	16: "unacceptedExtension", 17: "addInfoNotAvailable", 25: "systemFailure"}

// decodeResponse gives the token. An error names the refusal by its code; the authority's own text is not repeated.
func decodeResponse(der []byte) ([]byte, error) {
	var r response
	if rest, err := asn1.Unmarshal(der, &r); err != nil || len(rest) > 0 {
		return nil, errors.New("the answer is no TimeStampResp")
	}
	const granted, grantedWithMods = 0, 1
	if r.Status.Status != granted && r.Status.Status != grantedWithMods {
		var why []string
		for bit, name := range failures {
			if r.Status.Failure.At(bit) == 1 {
				why = append(why, name)
			}
		}
		return nil, fmt.Errorf("the authority refused: status %d %s", r.Status.Status, strings.Join(why, " "))
	}
	if len(r.Token.FullBytes) == 0 {
		return nil, errors.New("the answer has no token")
	}
	return r.Token.FullBytes, nil
}
