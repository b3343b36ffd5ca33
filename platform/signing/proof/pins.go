package proof

import (
	"encoding/hex"
	"strings"
)

// Pins are certificates that somebody trusts by their fingerprints alone: SHA-256 in lower-case hex, as Anchor.Fingerprint has it. It is for
// those that the evidence or the seal itself carries and that are hard to come by otherwise, such as what an identity provider signed with some
// years ago: their owner, asked, says whether the fingerprint is right.
type Pins map[string]bool

// ParsePin reads a fingerprint as it is printed: 64 hexadecimal digits of either case, with or without colons or spaces between.
func ParsePin(text string) (fingerprint string, ok bool) {
	digits := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(text))
	raw, err := hex.DecodeString(digits)
	return digits, err == nil && len(raw) == 32
}

// Verifier is v, to which what leads to a pinned certificate leads to somebody known.
func (p Pins) Verifier(v Verifier) Verifier {
	return func(e Evidence) (Signed, error) {
		s, err := v(e)
		if err == nil && p[s.Anchor.Fingerprint] {
			s.Anchor.Known = true
		}
		return s, err
	}
}

// SealCheck is check, to which a seal whose certificate, and whose timestamp's, leads to a pinned one holds.
func (p Pins) SealCheck(check SealCheck) SealCheck {
	return func(pdf []byte) Seal {
		s := check(pdf)
		if s.State != SealUnknownRoot {
			return s
		}
		for _, a := range []*Anchor{s.Anchor, s.StampAnchor} {
			if a != nil && !p[a.Fingerprint] {
				return s
			}
		}
		s.State, s.Code, s.Anchor, s.StampAnchor = SealHolds, "", nil, nil
		return s
	}
}
