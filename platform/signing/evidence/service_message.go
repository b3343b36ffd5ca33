package evidence

import "crypto/x509"

// Names of OASIS DSS.
const nsDSS = "urn:oasis:names:tc:dss:1.0:core:schema"

// OpenServiceResponse checks the signature of a signing service's dss:SignResponse: it is the last element of dss:OptionalOutputs, has one
// reference, to the whole document (URI=""), by exclusive canonicalisation, and was made with the key of one of the certificates (DSS
// Extension 1.5, section 5; implementation profile 1.6, 2.2.1). The error has a Code.
func OpenServiceResponse(raw []byte, certificates []*x509.Certificate) (Enveloped, error) {
	if len(raw) > MaxXML {
		return Enveloped{}, fail(TooLarge, "over the limit")
	}
	root, err := parseXML(raw, limits{elements: 1000})
	if err != nil {
		return Enveloped{}, err
	}
	outputs := childrenNamed(root, nsDSS, "OptionalOutputs")
	if !isNamed(root, nsDSS, "SignResponse") || len(outputs) != 1 {
		return Enveloped{}, fail(Structure, "not a SignResponse")
	}
	elements := outputs[0].ChildElements()
	if len(elements) == 0 || !isNamed(elements[len(elements)-1], nsDsig, "Signature") {
		return Enveloped{}, fail(Structure, "no signature in its place")
	}
	return openSignature(root, elements[len(elements)-1], "", certificates)
}
