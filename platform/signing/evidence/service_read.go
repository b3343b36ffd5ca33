package evidence

import (
	"bytes"
	"crypto"
	"crypto/subtle"
	"time"

	"github.com/beevik/etree"
)

// serviceSignature is the evidence of a signing service whose shape has been checked, and nothing else yet.
type serviceSignature struct {
	ServiceDocument
	signature        *envelopedSignature // its digest is that of the document
	properties       []byte              // SignedProperties, canonical
	propertiesHash   crypto.Hash
	propertiesDigest []byte
	certificates     [][]byte // DER, the signer's first
	signedAt         time.Time
	certificateHash  crypto.Hash
	certificate      []byte // digest of the signer's certificate, as signed
}

// parseServiceSignature reads the one form of the evidence. Prefixes are the service's choice within what it signed, so the parts are
// read from a copy without them, and hashed as they stand.
func parseServiceSignature(raw []byte) (*serviceSignature, error) {
	root, err := parseXML(raw, serviceLimits)
	if err != nil {
		return nil, err
	}
	plain, err := unprefixed(root)
	if err != nil {
		return nil, err
	}
	parts, err := children(plain, "SignedDocument", nsServiceDocument, nil, "Reference", "Text", "Hidden", "Signature")
	if err != nil {
		return nil, err
	}
	s := &serviceSignature{}
	if s.ServiceDocument, err = readServiceDocument(parts); err != nil {
		return nil, err
	}
	signature, err := children(parts[3], "Signature", nsDsig, []string{"Id"}, "SignedInfo", "SignatureValue", "KeyInfo", "Object")
	if err != nil {
		return nil, err
	}
	propertiesID, err := s.readProperties(signature[3])
	if err != nil {
		return nil, err
	}
	if err := s.readSignedInfo(signature[0], propertiesID); err != nil {
		return nil, err
	}
	if s.signature.value, err = decoded(signature[1]); err != nil {
		return nil, err
	}
	if err := s.readCertificates(signature[2]); err != nil {
		return nil, err
	}
	// The same elements in the document as it stands: the copy has the same shape.
	own := root.ChildElements()[3].ChildElements()
	if s.signature.signedInfo, err = exclusive(own[0], ""); err != nil {
		return nil, err
	}
	if s.properties, err = exclusive(own[3].ChildElements()[0].ChildElements()[0], ""); err != nil {
		return nil, err
	}
	if !bytes.Equal(s.assemble(s.signature.signedInfo, s.properties, s.signature.value, s.certificates), raw) {
		return nil, fail(Structure, "not in the one form of the document")
	}
	return s, nil
}

// readSignedInfo demands exactly two references: to the document but its signature, and to the properties.
func (s *serviceSignature) readSignedInfo(e *etree.Element, propertiesID string) error {
	parts, err := children(e, "SignedInfo", nsDsig, nil, "CanonicalizationMethod", "SignatureMethod", "Reference", "Reference")
	if err != nil {
		return err
	}
	if err := algorithm(parts[0], "CanonicalizationMethod", algExcC14N); err != nil {
		return err
	}
	s.signature = &envelopedSignature{}
	var known bool
	if s.signature.method, known = envelopedMethods[parts[1].SelectAttrValue("Algorithm", "")]; !known || len(parts[1].Child) != 0 {
		return fail(Algorithm, "SignatureMethod is not accepted")
	}
	for _, ref := range parts[2:] {
		uri, typ := ref.SelectAttr("URI"), ref.SelectAttrValue("Type", "")
		switch {
		case uri == nil:
			return fail(Structure, "a reference to nothing")
		case uri.Value == "" && typ == "" && s.signature.digest == nil:
			s.signature.digestHash, s.signature.digest, err = readServiceReference(ref, algEnveloped, algExcC14N)
		case uri.Value == "#"+propertiesID && typ == typeSignedProperties && s.propertiesDigest == nil:
			s.propertiesHash, s.propertiesDigest, err = readServiceReference(ref, algExcC14N)
		default:
			return fail(Structure, "a reference to something else")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readServiceReference(e *etree.Element, transforms ...string) (crypto.Hash, []byte, error) {
	parts, err := children(e, "Reference", nsDsig, []string{"URI", "Type", "Id"}, "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return 0, nil, err
	}
	want := make([]string, len(transforms))
	for i := range want {
		want[i] = "Transform"
	}
	got, err := children(parts[0], "Transforms", nsDsig, nil, want...)
	if err != nil {
		return 0, nil, err
	}
	for i, t := range got {
		if err := algorithm(t, "Transform", transforms[i]); err != nil {
			return 0, nil, err
		}
	}
	return readServiceDigest(parts[1], parts[2])
}

// readServiceDigest reads a DigestMethod and its DigestValue.
func readServiceDigest(method, value *etree.Element) (crypto.Hash, []byte, error) {
	hash, known := envelopedDigests[method.SelectAttrValue("Algorithm", "")]
	if !known || len(method.Child) != 0 {
		return 0, nil, fail(Algorithm, "DigestMethod is not accepted")
	}
	digest, err := decoded(value)
	if err == nil && len(digest) != hash.Size() {
		err = fail(Structure, "a digest of the wrong length")
	}
	return hash, digest, err
}

// readProperties reads when it was signed and with which certificate (EN 319 132-1, 5.2), and gives the Id of what was read. The issuer's
// name and number beside the certificate's digest say nothing more and are left alone; the older form of the element is still in use.
func (s *serviceSignature) readProperties(object *etree.Element) (id string, err error) {
	qualifying, err := children(object, "Object", nsDsig, nil, "QualifyingProperties")
	if err != nil {
		return "", err
	}
	signed, err := children(qualifying[0], "QualifyingProperties", nsXAdES, []string{"Target"}, "SignedProperties")
	if err != nil {
		return "", err
	}
	if id = signed[0].SelectAttrValue("Id", ""); id == "" {
		return "", fail(Structure, "properties without an Id")
	}
	of, err := children(signed[0], "SignedProperties", nsXAdES, []string{"Id"}, "SignedSignatureProperties")
	if err != nil {
		return "", err
	}
	form := "SigningCertificateV2"
	if len(of[0].SelectElements("SigningCertificate")) > 0 {
		form = "SigningCertificate"
	}
	parts, err := children(of[0], "SignedSignatureProperties", nsXAdES, nil, "SigningTime", form)
	if err != nil {
		return "", err
	}
	if s.signedAt, err = time.Parse(time.RFC3339Nano, parts[0].Text()); err != nil || len(parts[0].ChildElements()) != 0 {
		return "", fail(Structure, "a signing time without its zone, or none")
	}
	s.signedAt = s.signedAt.UTC()
	certs, err := children(parts[1], form, nsXAdES, nil, "Cert")
	if err != nil {
		return "", err
	}
	digests := certs[0].SelectElements("CertDigest")
	if len(digests) != 1 || len(certs[0].ChildElements()) > 2 {
		return "", fail(Structure, "not one digest of the certificate")
	}
	digest, err := children(digests[0], "CertDigest", nsXAdES, nil, "DigestMethod", "DigestValue")
	if err != nil {
		return "", err
	}
	s.certificateHash, s.certificate, err = readServiceDigest(digest[0], digest[1])
	return id, err
}

// maxServicePath is how many certificates may stand in the evidence; the root does not.
const maxServicePath = 4

func (s *serviceSignature) readCertificates(e *etree.Element) error {
	data, err := children(e, "KeyInfo", nsDsig, nil, "X509Data")
	if err != nil {
		return err
	}
	n := len(data[0].ChildElements())
	if n == 0 || n > maxServicePath {
		return fail(Structure, "no certificate, or too many")
	}
	want := make([]string, n)
	for i := range want {
		want[i] = "X509Certificate"
	}
	certs, err := children(data[0], "X509Data", nsDsig, nil, want...)
	if err != nil {
		return err
	}
	for _, c := range certs {
		der, err := decoded(c)
		if err != nil {
			return err
		}
		s.certificates = append(s.certificates, der)
	}
	return nil
}

func (s *serviceSignature) checkDigests() error {
	for _, c := range []struct {
		hash             crypto.Hash
		content, claimed []byte
	}{
		{s.signature.digestHash, s.XML(), s.signature.digest},
		{s.propertiesHash, s.properties, s.propertiesDigest},
		{s.certificateHash, s.certificates[0], s.certificate},
	} {
		h := c.hash.New()
		h.Write(c.content)
		if subtle.ConstantTimeCompare(h.Sum(nil), c.claimed) != 1 {
			return fail(SignatureDigest, "a digest differs")
		}
	}
	return nil
}

// serviceNamespaces are those that may occur.
var serviceNamespaces = map[string]bool{nsServiceDocument: true, nsDsig: true, nsXAdES: true}

// unprefixed copies a tree with every namespace as the default one, as the readers of this package expect. Attributes with prefixes have
// no place in it.
func unprefixed(e *etree.Element) (*etree.Element, error) {
	ns := e.NamespaceURI()
	if !serviceNamespaces[ns] {
		return nil, fail(Structure, "an unknown namespace")
	}
	out := etree.NewElement(e.Tag)
	out.CreateAttr("xmlns", ns)
	for _, a := range e.Attr {
		switch {
		case a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns":
		case a.Space != "":
			return nil, fail(Structure, "an attribute with a prefix")
		default:
			out.CreateAttr(a.Key, a.Value)
		}
	}
	for _, c := range e.Child {
		switch c := c.(type) {
		case *etree.Element:
			inner, err := unprefixed(c)
			if err != nil {
				return nil, err
			}
			out.AddChild(inner)
		case *etree.CharData:
			out.CreateText(c.Data)
		default:
			return nil, fail(Structure, "something that is no text")
		}
	}
	return out, nil
}
