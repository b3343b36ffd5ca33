package evidence

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha512" // SHA-384 and SHA-512, which are looked up by number
	"crypto/subtle"
	"crypto/x509"
	"math/big"
	"slices"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Names of XMLDSig's enveloped signatures as SAML uses them. Nothing else is accepted (Sweden Connect, deployment profile 8).
const (
	algExcC14N   = "http://www.w3.org/2001/10/xml-exc-c14n#"
	algEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	maxMetadata  = 64 << 20
)

var envelopedDigests = map[string]crypto.Hash{
	algSHA256: crypto.SHA256,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
	"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
}

type envelopedMethod struct {
	hash  crypto.Hash
	ecdsa bool
}

var envelopedMethods = map[string]envelopedMethod{
	algRSASHA256: {crypto.SHA256, false},
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384":   {crypto.SHA384, false},
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512":   {crypto.SHA512, false},
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": {crypto.SHA256, true},
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": {crypto.SHA384, true},
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": {crypto.SHA512, true},
}

// Enveloped is an XML document whose root element carried its own signature, after the signature has been found to hold.
type Enveloped struct {
	// Content is the canonical form of the root element without its signature: byte for byte what was hashed. It alone may be read;
	// what the document looked like outside it, and how another parser would have read it, no longer matters.
	Content     []byte
	Certificate *x509.Certificate // whose key made the signature, one of those given
	// Carried is the certificate that stands in the signature, DER; nil for none. It is never a reason to trust anything, but it must be
	// the one that the signature was made with.
	Carried []byte
}

// OpenEnveloped checks the enveloped signature (XMLDSig 1.1) of a SAML message or assertion: it stands directly in the root element,
// has one reference, to the root's ID, by exclusive canonicalisation, and was made with the key of one of the certificates. Whether a
// certificate has expired is not asked: a key is trusted for standing where the caller found it (SAML metadata interoperability
// profile 2.6.1). The error has a Code.
func OpenEnveloped(raw []byte, certificates []*x509.Certificate) (Enveloped, error) {
	if len(raw) > MaxXML {
		return Enveloped{}, fail(TooLarge, "over the limit")
	}
	return openEnveloped(raw, certificates, limits{elements: 5000})
}

// OpenMetadata is OpenEnveloped for metadata, which may be that of a whole federation and may have comments in it.
func OpenMetadata(raw []byte, certificates []*x509.Certificate) (Enveloped, error) {
	if len(raw) > maxMetadata {
		return Enveloped{}, fail(TooLarge, "over the limit")
	}
	return openEnveloped(raw, certificates, limits{elements: 5_000_000, comments: true})
}

// Signed reports whether the root element has a signature directly in it. It says nothing of what the signature is worth.
func Signed(raw []byte) bool {
	root, err := ParseXML(raw)
	return err == nil && len(childrenNamed(root, nsDsig, "Signature")) > 0
}

// ParseXML reads XML that has one meaning: UTF-8, no DTD, comment, CDATA or processing instruction, no attribute twice, no ID twice.
// The error has a Code.
func ParseXML(raw []byte) (*etree.Element, error) {
	if len(raw) > MaxXML {
		return nil, fail(TooLarge, "over the limit")
	}
	return parseXML(raw, limits{elements: 5000})
}

func openEnveloped(raw []byte, certificates []*x509.Certificate, l limits) (Enveloped, error) {
	root, err := parseXML(raw, l)
	if err != nil {
		return Enveloped{}, err
	}
	signatures := childrenNamed(root, nsDsig, "Signature")
	if len(signatures) != 1 {
		return Enveloped{}, fail(Structure, "not one signature in the root element")
	}
	id := root.SelectAttrValue("ID", "")
	if id == "" {
		return Enveloped{}, fail(Structure, "the reference is not to the root element")
	}
	return openSignature(root, signatures[0], "#"+id, certificates)
}

// openSignature checks a signature that stands somewhere in the root element and whose one reference must be the URI given. It takes it
// out of the tree.
func openSignature(root, signature *etree.Element, uri string, certificates []*x509.Certificate) (Enveloped, error) {
	s, err := readEnvelopedSignature(signature, uri)
	if err != nil {
		return Enveloped{}, err
	}
	signature.Parent().RemoveChild(signature)
	out := Enveloped{Carried: s.carried}
	if out.Content, err = exclusive(root, s.prefixes); err != nil {
		return Enveloped{}, err
	}
	h := s.digestHash.New()
	h.Write(out.Content)
	if subtle.ConstantTimeCompare(h.Sum(nil), s.digest) != 1 {
		return Enveloped{}, fail(SignatureDigest, "a digest differs")
	}
	for _, c := range certificates {
		// A certificate that is carried is not signed: one that is not the signer's has been put there by somebody else.
		if (s.carried == nil || bytes.Equal(s.carried, c.Raw)) && s.madeWith(c) {
			out.Certificate = c
			return out, nil
		}
	}
	return Enveloped{}, fail(SignatureValue, "not made with a key that is trusted here")
}

// envelopedSignature is a ds:Signature, read.
type envelopedSignature struct {
	signedInfo []byte // canonical
	method     envelopedMethod
	value      []byte
	digestHash crypto.Hash
	digest     []byte
	prefixes   string // InclusiveNamespaces of the reference's canonicalisation
	carried    []byte
}

func readEnvelopedSignature(e *etree.Element, uri string) (*envelopedSignature, error) {
	parts := e.ChildElements()
	if len(parts) < 2 || len(parts) > 3 || !isNamed(parts[0], nsDsig, "SignedInfo") || !isNamed(parts[1], nsDsig, "SignatureValue") ||
		len(parts) == 3 && !isNamed(parts[2], nsDsig, "KeyInfo") {
		return nil, fail(Structure, "a signature with other parts")
	}
	s := &envelopedSignature{}
	info := parts[0].ChildElements()
	if len(info) != 3 || !isNamed(info[0], nsDsig, "CanonicalizationMethod") || !isNamed(info[1], nsDsig, "SignatureMethod") ||
		!isNamed(info[2], nsDsig, "Reference") {
		return nil, fail(Structure, "a signature that does not have one reference")
	}
	prefixes, err := exclusiveMethod(info[0])
	if err != nil {
		return nil, err
	}
	var known bool
	if s.method, known = envelopedMethods[info[1].SelectAttrValue("Algorithm", "")]; !known || len(info[1].Child) != 0 {
		return nil, fail(Algorithm, "SignatureMethod is not accepted")
	}
	if err := s.readReference(info[2], uri); err != nil {
		return nil, err
	}
	if s.signedInfo, err = exclusive(parts[0], prefixes); err != nil {
		return nil, err
	}
	if s.value, err = decoded(parts[1]); err != nil {
		return nil, err
	}
	if len(parts) == 3 {
		if s.carried, err = carried(parts[2]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *envelopedSignature) readReference(e *etree.Element, uri string) error {
	parts := e.ChildElements()
	if len(parts) != 3 || !isNamed(parts[0], nsDsig, "Transforms") || !isNamed(parts[1], nsDsig, "DigestMethod") ||
		!isNamed(parts[2], nsDsig, "DigestValue") {
		return fail(Structure, "a reference with other parts")
	}
	if got := e.SelectAttr("URI"); got == nil || got.Value != uri {
		return fail(Structure, "the reference is not to the root element")
	}
	// SAML core 5.4.4: these two transforms and no other; first the signature is taken out.
	transforms := parts[0].ChildElements()
	if len(transforms) != 2 || !isNamed(transforms[0], nsDsig, "Transform") || !isNamed(transforms[1], nsDsig, "Transform") ||
		transforms[0].SelectAttrValue("Algorithm", "") != algEnveloped || len(transforms[0].ChildElements()) != 0 {
		return fail(Algorithm, "a transform is not accepted")
	}
	var err error
	if s.prefixes, err = exclusiveMethod(transforms[1]); err != nil {
		return err
	}
	var known bool
	if s.digestHash, known = envelopedDigests[parts[1].SelectAttrValue("Algorithm", "")]; !known {
		return fail(Algorithm, "DigestMethod is not accepted")
	}
	s.digest, err = decoded(parts[2])
	return err
}

// exclusiveMethod demands exclusive canonicalisation without comments and gives its InclusiveNamespaces.
func exclusiveMethod(e *etree.Element) (prefixes string, err error) {
	inner := e.ChildElements()
	switch {
	case e.SelectAttrValue("Algorithm", "") != algExcC14N || len(inner) > 1:
		return "", fail(Algorithm, "another canonicalisation than the exclusive")
	case len(inner) == 0:
		return "", nil
	case !isNamed(inner[0], algExcC14N, "InclusiveNamespaces"):
		return "", fail(Algorithm, "a canonicalisation with other parameters")
	}
	return inner[0].SelectAttrValue("PrefixList", ""), nil
}

// madeWith reports whether the signature was made with a certificate's key. RSA of at least 2048 bits, ECDSA of at least 256.
func (s *envelopedSignature) madeWith(c *x509.Certificate) bool {
	h := s.method.hash.New()
	h.Write(s.signedInfo)
	sum := h.Sum(nil)
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return !s.method.ecdsa && key.Size() >= 256 && rsa.VerifyPKCS1v15(key, s.method.hash, sum, s.value) == nil
	case *ecdsa.PublicKey:
		bits := key.Params().BitSize
		size := (bits + 7) / 8
		if !s.method.ecdsa || bits < 256 || len(s.value) != 2*size { // XMLDSig 6.4.3: r and s, each as long as the order
			return false
		}
		return ecdsa.Verify(key, sum, new(big.Int).SetBytes(s.value[:size]), new(big.Int).SetBytes(s.value[size:]))
	}
	return false
}

// carried gives the first certificate in a KeyInfo, the signer's; nil when there is none.
func carried(keyInfo *etree.Element) ([]byte, error) {
	for _, data := range childrenNamed(keyInfo, nsDsig, "X509Data") {
		for _, c := range childrenNamed(data, nsDsig, "X509Certificate") {
			return decoded(c)
		}
	}
	return nil, nil
}

// exclusive gives the exclusive canonical form of an element with the namespaces it inherits. It works on a copy, since the
// library changes what it is given.
func exclusive(e *etree.Element, prefixes string) ([]byte, error) {
	b, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes).Canonicalize(Detached(e))
	if err != nil {
		return nil, fail(Structure, "cannot be canonicalised")
	}
	return b, nil
}

// Detached copies an element out of its document, with the namespaces that were declared around it.
func Detached(e *etree.Element) *etree.Element {
	alone := e.Copy()
	has := func(space, key string) bool {
		return slices.ContainsFunc(alone.Attr, func(a etree.Attr) bool { return a.Space == space && a.Key == key })
	}
	for up := e.Parent(); up != nil; up = up.Parent() {
		for _, a := range up.Attr {
			if (a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns") && !has(a.Space, a.Key) {
				alone.CreateAttr(a.FullKey(), a.Value)
			}
		}
	}
	return alone
}

// limits of what is parsed.
type limits struct {
	elements int
	comments bool // allowed, and left out of everything that is read
}

// parseXML is ParseXML within limits.
func parseXML(raw []byte, l limits) (*etree.Element, error) {
	rest := raw[len(declaration.Find(raw)):]
	for i := 0; ; {
		at := bytes.Index(rest[i:], []byte("<!"))
		if at < 0 {
			break
		}
		if i += at + 2; !l.comments || !bytes.HasPrefix(rest[i:], []byte("--")) {
			return nil, fail(Structure, "a DTD, a comment or CDATA")
		}
	}
	if bytes.Contains(rest, []byte("<?")) {
		return nil, fail(Structure, "a processing instruction")
	}
	tree := etree.NewDocument()
	tree.ReadSettings = etree.ReadSettings{PreserveDuplicateAttrs: true, MaxDepth: 2 * maxDepth}
	if err := tree.ReadFromBytes(rest); err != nil {
		return nil, fail(Structure, "not well-formed XML")
	}
	root := tree.Root()
	if root == nil {
		return nil, fail(Structure, "empty")
	}
	for _, c := range tree.Child {
		if _, comment := c.(*etree.Comment); c != etree.Token(root) && !isSpace(c) && !(comment && l.comments) {
			return nil, fail(Structure, "something beside the root element")
		}
	}
	s := sweep{limits: l, ids: map[string]bool{}}
	return root, s.walk(root)
}

// sweep checks what holds for every element.
type sweep struct {
	limits
	ids map[string]bool
}

func (s *sweep) walk(e *etree.Element) error {
	if s.elements--; s.elements < 0 {
		return fail(Structure, "too many elements")
	}
	// A name with two colons is read in different ways by different parsers.
	if strings.Contains(e.Tag, ":") {
		return fail(Structure, "a name with two colons")
	}
	seen := make(map[string]bool, len(e.Attr))
	for _, a := range e.Attr {
		if strings.Contains(a.Key, ":") || seen[a.FullKey()] {
			return fail(Structure, "an attribute twice, or a name with two colons")
		}
		seen[a.FullKey()] = true
		if strings.EqualFold(a.Key, "id") && a.Space != "xmlns" {
			if s.ids[a.Value] {
				return fail(Structure, "a repeated ID")
			}
			s.ids[a.Value] = true
		}
	}
	for _, c := range e.ChildElements() {
		if err := s.walk(c); err != nil {
			return err
		}
	}
	return nil
}

func isNamed(e *etree.Element, ns, tag string) bool { return e.Tag == tag && e.NamespaceURI() == ns }

func childrenNamed(e *etree.Element, ns, tag string) []*etree.Element {
	var out []*etree.Element
	for _, c := range e.ChildElements() {
		if isNamed(c, ns, tag) {
			out = append(out, c)
		}
	}
	return out
}
