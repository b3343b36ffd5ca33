package evidence

// Format says how evidence is made and so how it is verified. It stands in stored evidence and never changes its meaning.
type Format string

// Formats.
const (
	BankID  Format = "bankid"  // XMLDSig by the person's key, and an OCSP answer
	Freja   Format = "freja"   // JWS by the provider, within it the person's own
	SAML    Format = "saml"    // assertion signed by an identity provider that showed the text
	Service Format = "service" // XAdES made by a signing service after authentication there
)
