package proof

import (
	"encoding/hex"

	"samtjanst/platform/signing/evidence"
)

// SAML verifies assertions of identity providers, each against the certificates of the provider that it names. issuers is asked once for
// each signature: a provider's certificates come with its metadata, and are exchanged; one that it had holds for what was received in its
// time (SAMLIssuer.Seen). The evidence carries the certificate that it was signed with, so that of a provider whose certificate is not known
// here is whole, from somebody unknown.
func SAML(issuers func() []evidence.SAMLIssuer) Verifier {
	return func(e Evidence) (Signed, error) {
		number, err := e.signer()
		if err == nil {
			err = e.alone()
		}
		if err != nil {
			return Signed{}, err
		}
		in := evidence.SAMLInput{SAMLReceived: evidence.SAMLReceived{Assertion: e.Signature, Issuers: issuers(), At: e.At}, Use: evidence.Signing,
			Number: number, Text: []byte(e.Text), Markdown: e.Markdown, Hidden: e.Hidden}
		v, err := evidence.VerifySAML(in)
		if code := evidence.CodeOf(err); code == evidence.WrongIssuer || code == evidence.SignatureValue {
			v, err = evidence.VerifySAMLUnanchored(in)
		}
		if err != nil {
			return Signed{}, err
		}
		return Signed{Number: v.Number, Name: v.Name, At: v.OCSPTime, Method: MethodSAML, Level: levelOf(v.Assertion.Context), Issuer: v.Issuer,
			Anchor: anchorOf(v.Anchor)}, nil
	}
}

// Service verifies what signing services have made, against the roots that each service's certificates lead to.
func Service(roots ...evidence.Roots) Verifier {
	return func(e Evidence) (Signed, error) {
		number, err := e.signer()
		if err != nil {
			return Signed{}, err
		}
		in := evidence.Input{Received: evidence.Received{XML: e.Signature, OCSP: e.OCSP, At: e.At}, Use: evidence.Signing, Number: number,
			Text: []byte(e.Text), Markdown: e.Markdown, Hidden: e.Hidden}
		v, err := evidence.VerifyServiceUnanchored(in)
		for _, r := range roots {
			in.Roots = r
			if known, err := evidence.VerifyService(in); err == nil {
				v = known
				break
			}
		}
		if err != nil {
			return Signed{}, err
		}
		signed := Signed{Number: v.Number, Name: v.Name, At: v.SignedAt, Method: MethodService, Issuer: v.Issuer, Anchor: anchorOf(v.Anchor)}
		if v.Context != nil {
			signed.Level = levelOf(v.Context.Class)
		}
		return signed, nil
	}
}

// levels are the levels of assurance by the names that they have in certificates and assertions: Sweden Connect's registry (Identifiers
// 3.1.1) with those of providers that followed the framework as it was before 2020.
var levels = map[string]int{
	"http://id.elegnamnden.se/loa/1.0/loa2":               2,
	"http://id.elegnamnden.se/loa/1.0/loa3":               3,
	"http://id.elegnamnden.se/loa/1.0/loa4":               4,
	"http://id.elegnamnden.se/loa/1.0/loa2-sigmessage":    2,
	"http://id.elegnamnden.se/loa/1.0/loa3-sigmessage":    3,
	"http://id.elegnamnden.se/loa/1.0/loa4-sigmessage":    4,
	"http://id.swedenconnect.se/loa/1.0/loa2-nonresident": 2,
	"http://id.swedenconnect.se/loa/1.0/loa3-nonresident": 3,
	"http://id.swedenconnect.se/loa/1.0/loa4-nonresident": 4,
}

// levelOf is the level that a name stands for, 0 when it is not known here.
func levelOf(name string) int { return levels[name] }

func anchorOf(a evidence.Anchor) Anchor {
	return Anchor{Name: a.Name, Fingerprint: hex.EncodeToString(a.Fingerprint[:]), Known: a.Known}
}
