package proof

import (
	"encoding/hex"

	"samtjanst/platform/signing/seal"
)

// Sealed checks the seals of PDF files against what is trusted. A seal from somebody unknown, or with such a timestamp, is told apart from one
// that is broken. Whoever is trusted may seal: that it is the authority one expects is for the reader to see.
func Sealed(trust seal.Trust) SealCheck {
	return func(pdf []byte) Seal {
		r, err := seal.Verify(pdf, trust)
		code := seal.CodeOf(err)
		if code == seal.Chain || code == seal.StampChain {
			r, err = seal.VerifyUnanchored(pdf, trust)
		}
		if err != nil {
			if code = seal.CodeOf(err); code == seal.NotSealed {
				return Seal{State: SealNone}
			}
			return Seal{State: SealBroken, Code: code}
		}
		out := Seal{State: SealHolds, Code: code, By: r.Sealer.Organisation, Number: r.Sealer.Number, Issuer: r.Sealer.Issuer, At: r.Time, Stamped: r.Authority,
			Anchor: sealAnchor(r.Unknown), StampAnchor: sealAnchor(r.UnknownStamp)}
		if code != "" {
			out.State = SealUnknownRoot
		}
		return out
	}
}

func sealAnchor(a *seal.Anchor) *Anchor {
	if a == nil {
		return nil
	}
	return &Anchor{Name: a.Name, Fingerprint: hex.EncodeToString(a.Fingerprint[:])}
}
