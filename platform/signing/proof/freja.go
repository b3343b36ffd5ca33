package proof

import (
	"errors"

	"samtjanst/platform/signing/evidence"
)

// ErrUnknownKey is a Verifier's answer to evidence of which nothing can be checked with the keys that it holds: Freja's names its key by a
// digest and has no certificate in it.
var ErrUnknownKey = errors.New("proof: made with a key that is not known here")

// Freja verifies results of Freja's, each against the certificates that Freja signs with.
func Freja(signers evidence.FrejaSigners) Verifier {
	return func(e Evidence) (Signed, error) {
		number, err := e.signer()
		if err == nil {
			err = e.alone()
		}
		if err != nil {
			return Signed{}, err
		}
		v, err := evidence.VerifyFreja(evidence.FrejaInput{FrejaReceived: evidence.FrejaReceived{JWS: e.Signature, Signers: signers, At: e.At},
			Use: evidence.Signing, Number: number, Text: []byte(e.Text), Hidden: e.Hidden})
		switch {
		case evidence.CodeOf(err) == evidence.Chain:
			return Signed{}, ErrUnknownKey
		case err != nil:
			return Signed{}, err
		}
		return Signed{Number: v.Number, Name: v.Name, At: v.At, Method: string(v.Method), Level: v.Level, Issuer: v.Issuer,
			Anchor: Anchor{Name: v.Issuer, Known: true}}, nil
	}
}
