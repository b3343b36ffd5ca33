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
		if code := seal.CodeOf(err); code == seal.Chain || code == seal.StampChain {
			r, err = seal.VerifyUnanchored(pdf, trust)
		}
		switch code := seal.CodeOf(err); {
		case code == seal.NotSealed:
			return Seal{State: SealNone}
		case err != nil:
			return Seal{State: SealBroken, Code: code}
		}
		out := Seal{State: SealHolds, By: r.Sealer.Organisation, Number: r.Sealer.Number, Issuer: r.Sealer.Issuer, At: r.Time, Stamped: r.Authority,
			Anchor: sealAnchor(r.Unknown), StampAnchor: sealAnchor(r.UnknownStamp)}
		switch {
		case r.Unknown != nil:
			out.State, out.Code = SealUnknownRoot, seal.Chain
		case r.UnknownStamp != nil:
			out.State, out.Code = SealUnknownRoot, seal.StampChain
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
