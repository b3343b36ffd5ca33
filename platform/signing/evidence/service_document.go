package evidence

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/beevik/etree"
)

// Names of the document and of XAdES.
const (
	nsServiceDocument    = "urn:samtjanst:signed-document:1"
	nsXAdES              = "http://uri.etsi.org/01903/v1.3.2#"
	typeSignedProperties = "http://uri.etsi.org/01903#SignedProperties"
)

// serviceReference is what a reference looks like: a part of XML ids, of at least 128 random bits.
var serviceReference = regexp.MustCompile(`^[A-Za-z0-9_.-]{20,120}$`)

// serviceLimits bound a document: a real one has about 40 elements.
var serviceLimits = limits{elements: 300}

// ServiceDocument is what a person signs at a signing service.
//
//	<SignedDocument xmlns="urn:samtjanst:signed-document:1">
//	  <Reference>…</Reference> <Text MimeType="text/markdown">base64</Text> <Hidden>base64</Hidden>
//	  <ds:Signature>…</ds:Signature>      only in the finished evidence
//	</SignedDocument>
//
// without the white space. It is written in exclusive canonical form from the start, so that its digest is that of the bytes.
type ServiceDocument struct {
	Reference string // the request's id, 20–120 letters, digits, dots, hyphens and underscores
	Text      []byte // what is shown, UTF-8
	Markdown  bool
	Hidden    []byte // signed without being shown; may be empty
}

// XML is the document without a signature.
func (d ServiceDocument) XML() []byte { return []byte(d.open() + serviceClose) }

const serviceClose = `</SignedDocument>`

func (d ServiceDocument) open() string {
	mime := "text/plain"
	if d.Markdown {
		mime = "text/markdown"
	}
	return `<SignedDocument xmlns="` + nsServiceDocument + `"><Reference>` + d.Reference + `</Reference><Text MimeType="` + mime + `">` +
		encoded(d.Text) + `</Text><Hidden>` + encoded(d.Hidden) + `</Hidden>`
}

// ParseServiceDocument reads what XML wrote. The error has a Code.
func ParseServiceDocument(raw []byte) (ServiceDocument, error) {
	if len(raw) > MaxXML {
		return ServiceDocument{}, fail(TooLarge, "over the limit")
	}
	root, err := parseXML(raw, serviceLimits)
	if err != nil {
		return ServiceDocument{}, err
	}
	if root, err = unprefixed(root); err != nil {
		return ServiceDocument{}, err
	}
	parts, err := children(root, "SignedDocument", nsServiceDocument, nil, "Reference", "Text", "Hidden")
	if err != nil {
		return ServiceDocument{}, err
	}
	d, err := readServiceDocument(parts)
	if err == nil && string(d.XML()) != string(raw) {
		err = fail(Structure, "not in the one form of the document")
	}
	return d, err
}

// readServiceDocument reads the elements that stand before the signature.
func readServiceDocument(parts []*etree.Element) (d ServiceDocument, err error) {
	if d.Reference = parts[0].Text(); !serviceReference.MatchString(d.Reference) {
		return d, fail(Structure, "no reference")
	}
	switch parts[1].SelectAttrValue("MimeType", "") {
	case "text/plain":
	case "text/markdown":
		d.Markdown = true
	default:
		return d, fail(Structure, "an unknown text format")
	}
	if d.Text, err = decoded(parts[1]); err != nil {
		return d, err
	}
	d.Hidden, err = decoded(parts[2])
	return d, err
}

// SignatureID is the Id of the signature, which the service must have before it signs.
func (d ServiceDocument) SignatureID() string { return "sig-" + d.Reference }

// SignedInfo is what a signing service is asked to sign, canonical: the document as a whole but its signature. The service adds the
// reference to the properties that it signs too. The algorithm is an XMLDSig URI. The error has a Code.
func (d ServiceDocument) SignedInfo(algorithm string) ([]byte, error) {
	if _, known := envelopedMethods[algorithm]; !known {
		return nil, fail(Algorithm, "SignatureMethod is not accepted")
	}
	sum := sha256.Sum256(d.XML())
	return []byte(`<ds:SignedInfo xmlns:ds="` + nsDsig + `"><ds:CanonicalizationMethod Algorithm="` + algExcC14N +
		`"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="` + algorithm + `"></ds:SignatureMethod><ds:Reference URI=""><ds:Transforms>` +
		`<ds:Transform Algorithm="` + algEnveloped + `"></ds:Transform><ds:Transform Algorithm="` + algExcC14N + `"></ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + algSHA256 + `"></ds:DigestMethod><ds:DigestValue>` + encoded(sum[:]) +
		`</ds:DigestValue></ds:Reference></ds:SignedInfo>`), nil
}

// ServiceResult is what a signing service gives back for one document.
type ServiceResult struct {
	SignedInfo   []byte   // ToBeSignedBytes, with the reference that the service has added: the bytes that are signed
	Object       []byte   // AdESObjectBytes: a ds:Object with the XAdES properties
	Value        []byte   // the signature
	Certificates [][]byte // DER: the signer's first, each followed by its issuer
}

// Finish puts the evidence together. It checks the shape only: whether what comes out is worth anything, VerifyService and ReadService
// tell. The error has a Code.
func (d ServiceDocument) Finish(r ServiceResult) ([]byte, error) {
	info, err := parseXML(r.SignedInfo, serviceLimits)
	if err != nil {
		return nil, err
	}
	signed, err := exclusive(info, "")
	if err != nil {
		return nil, err
	}
	if string(signed) != string(r.SignedInfo) {
		return nil, fail(Structure, "what was signed is not in canonical form")
	}
	object, err := parseXML(r.Object, serviceLimits)
	if err != nil {
		return nil, err
	}
	if !isNamed(object, nsDsig, "Object") || len(object.ChildElements()) != 1 || !isNamed(object.ChildElements()[0], nsXAdES, "QualifyingProperties") {
		return nil, fail(Structure, "no XAdES properties")
	}
	signedProperties := childrenNamed(object.ChildElements()[0], nsXAdES, "SignedProperties")
	if len(signedProperties) != 1 {
		return nil, fail(Structure, "no signed XAdES properties")
	}
	properties, err := exclusive(signedProperties[0], "")
	if err != nil {
		return nil, err
	}
	return d.assemble(signed, properties, r.Value, withoutRoot(r.Certificates)), nil
}

// assemble writes the one form of the evidence, from canonical parts.
func (d ServiceDocument) assemble(signedInfo, signedProperties, value []byte, certificates [][]byte) []byte {
	var s strings.Builder
	s.WriteString(d.open() + `<ds:Signature xmlns:ds="` + nsDsig + `" Id="` + d.SignatureID() + `">`)
	s.Write(signedInfo)
	s.WriteString(`<ds:SignatureValue>` + encoded(value) + `</ds:SignatureValue><ds:KeyInfo><ds:X509Data>`)
	for _, der := range certificates {
		s.WriteString(`<ds:X509Certificate>` + encoded(der) + `</ds:X509Certificate>`)
	}
	s.WriteString(`</ds:X509Data></ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="` + nsXAdES + `" Target="#` + d.SignatureID() + `">`)
	s.Write(signedProperties)
	s.WriteString(`</xades:QualifyingProperties></ds:Object></ds:Signature>` + serviceClose)
	return []byte(s.String())
}

func encoded(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
