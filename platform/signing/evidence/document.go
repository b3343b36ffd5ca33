package evidence

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Names of XMLDSig and of BankID's format. Nothing else is accepted.
const (
	nsDsig = "http://www.w3.org/2000/09/xmldsig#"
	nsBID  = "http://www.bankid.com/signature/v1.0.0/types"

	algC14N      = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	algRSASHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	algSHA256    = "http://www.w3.org/2001/04/xmlenc#sha256"

	idSignedData = "bidSignedData"
	idKeyInfo    = "bidKeyInfo"
)

// Bounds of the tree; a real document has about 50 elements and a depth of 9.
const (
	maxDepth      = 20
	maxElements   = 300
	maxAttributes = 8
)

// document is a BankID signature whose shape has been checked, and nothing else yet.
type document struct {
	signedInfo, keyInfo, signedData []byte // canonical forms, as hashed or signed
	keyInfoDigest, signedDataDigest []byte // as claimed by SignedInfo
	signatureValue                  []byte
	certificates                    [][]byte // DER: signer, customer CA, intermediate CA

	use          Use
	text, hidden []byte
	markdown     bool
	service      string
}

// declaration is the only text that may stand before the root element.
var declaration = regexp.MustCompile(`^<\?xml version="1\.0"( encoding="[Uu][Tt][Ff]-8")?( standalone="(yes|no)")?[ ]?\?>`)

// parseDocument reads the XML into its one accepted shape. BankID writes every element in a default namespace, so
// prefixes, and with them most of the ambiguities of XML signatures, are refused altogether.
func parseDocument(raw []byte) (*document, error) {
	rest := raw[len(declaration.Find(raw)):]
	// In well-formed XML "<!" begins only DTDs, comments and CDATA, and "<?" only processing instructions: none belong here,
	// and each has been used to make two readers see two texts.
	if bytes.Contains(rest, []byte("<!")) || bytes.Contains(rest, []byte("<?")) {
		return nil, fail(Structure, "a DTD, a comment, CDATA or a processing instruction")
	}
	tree := etree.NewDocument()
	tree.ReadSettings = etree.ReadSettings{PreserveDuplicateAttrs: true, MaxDepth: maxDepth}
	if err := tree.ReadFromBytes(rest); err != nil {
		return nil, fail(Structure, "not well-formed XML")
	}
	root := tree.Root()
	for _, c := range tree.Child {
		if c != etree.Token(root) && !isSpace(c) {
			return nil, fail(Structure, "something beside the root element")
		}
	}
	if root == nil {
		return nil, fail(Structure, "empty")
	}
	w := walker{ids: map[string]bool{}}
	if err := w.walk(root, ""); err != nil {
		return nil, err
	}
	return readSignature(root)
}

// walker checks what holds for every element: no prefixes, known namespaces, no attribute twice, no Id twice, few enough.
type walker struct {
	elements int
	ids      map[string]bool
}

func (w *walker) walk(e *etree.Element, ns string) error {
	if w.elements++; w.elements > maxElements || len(e.Attr) > maxAttributes {
		return fail(Structure, "too many elements or attributes")
	}
	if e.Space != "" {
		return fail(Structure, "a namespace prefix")
	}
	seen := make(map[string]bool, len(e.Attr))
	for _, a := range e.Attr {
		if a.Space != "" || seen[a.Key] {
			return fail(Structure, "an attribute with a prefix or twice")
		}
		seen[a.Key] = true
		// A line break in a value is read as a space by some parsers and kept by others.
		if strings.ContainsAny(a.Value, "\t\r\n") {
			return fail(Structure, "a line break in an attribute")
		}
		switch {
		case a.Key == "xmlns":
			ns = a.Value
		case strings.EqualFold(a.Key, "id"):
			if a.Key != "Id" || w.ids[a.Value] {
				return fail(Structure, "an unexpected or repeated Id")
			}
			w.ids[a.Value] = true
		}
	}
	if ns != nsDsig && ns != nsBID {
		return fail(Structure, "an unknown namespace")
	}
	for _, c := range e.ChildElements() {
		if err := w.walk(c, ns); err != nil {
			return err
		}
	}
	return nil
}

// readSignature picks the parts out of ds:Signature, each by its place.
func readSignature(root *etree.Element) (*document, error) {
	parts, err := children(root, "Signature", nsDsig, nil, "SignedInfo", "SignatureValue", "KeyInfo", "Object")
	if err != nil {
		return nil, err
	}
	d := &document{}
	if err := d.readSignedInfo(parts[0]); err != nil {
		return nil, err
	}
	if d.signatureValue, err = decoded(parts[1]); err != nil {
		return nil, err
	}
	if err := d.readKeyInfo(parts[2]); err != nil {
		return nil, err
	}
	object, err := children(parts[3], "Object", nsDsig, nil, "bankIdSignedData")
	if err != nil {
		return nil, err
	}
	if err := d.readSignedData(object[0]); err != nil {
		return nil, err
	}
	if d.signedInfo, err = canonical(parts[0]); err != nil {
		return nil, err
	}
	if d.keyInfo, err = canonical(parts[2]); err != nil {
		return nil, err
	}
	d.signedData, err = canonical(object[0])
	return d, err
}

// readSignedInfo demands BankID's algorithms and exactly its two references.
func (d *document) readSignedInfo(e *etree.Element) error {
	parts, err := children(e, "SignedInfo", nsDsig, nil, "CanonicalizationMethod", "SignatureMethod", "Reference", "Reference")
	if err != nil {
		return err
	}
	if err := algorithm(parts[0], "CanonicalizationMethod", algC14N); err != nil {
		return err
	}
	if err := algorithm(parts[1], "SignatureMethod", algRSASHA256); err != nil {
		return err
	}
	for _, ref := range parts[2:] {
		digest, err := readReference(ref)
		if err != nil {
			return err
		}
		uri, typ := ref.SelectAttrValue("URI", ""), ref.SelectAttrValue("Type", "")
		switch {
		case uri == "#"+idSignedData && typ == nsBID && d.signedDataDigest == nil:
			d.signedDataDigest = digest
		case uri == "#"+idKeyInfo && typ == "" && d.keyInfoDigest == nil:
			d.keyInfoDigest = digest
		default:
			return fail(Structure, "a reference that BankID does not make")
		}
	}
	return nil
}

func readReference(e *etree.Element) (digest []byte, err error) {
	parts, err := children(e, "Reference", nsDsig, []string{"URI", "Type"}, "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return nil, err
	}
	transforms, err := children(parts[0], "Transforms", nsDsig, nil, "Transform")
	if err != nil {
		return nil, err
	}
	if err := algorithm(transforms[0], "Transform", algC14N); err != nil {
		return nil, err
	}
	if err := algorithm(parts[1], "DigestMethod", algSHA256); err != nil {
		return nil, err
	}
	digest, err = decoded(parts[2])
	if err == nil && len(digest) != sha256.Size {
		err = fail(Structure, "a digest of the wrong length")
	}
	return digest, err
}

func (d *document) readKeyInfo(e *etree.Element) error {
	parts, err := children(e, "KeyInfo", nsDsig, []string{"Id"}, "X509Data")
	if err != nil {
		return err
	}
	if e.SelectAttrValue("Id", "") != idKeyInfo {
		return fail(Structure, "KeyInfo without its Id")
	}
	certs, err := children(parts[0], "X509Data", nsDsig, nil, "X509Certificate", "X509Certificate", "X509Certificate")
	if err != nil {
		return err
	}
	for _, c := range certs {
		der, err := decoded(c)
		if err != nil {
			return err
		}
		d.certificates = append(d.certificates, der)
	}
	return nil
}

// readSignedData reads what was shown, what was hidden and what the person did. BankID adds elements to clientInfo over
// the years; they are signed like the rest and are left alone.
func (d *document) readSignedData(e *etree.Element) error {
	if e.Tag != "bankIdSignedData" || e.NamespaceURI() != nsBID || e.SelectAttrValue("Id", "") != idSignedData {
		return fail(Structure, "bankIdSignedData without its namespace or Id")
	}
	known := map[string]*etree.Element{}
	for _, c := range e.ChildElements() {
		if c.NamespaceURI() != nsBID || known[c.Tag] != nil {
			return fail(Structure, "repeated or foreign element in the signed data")
		}
		known[c.Tag] = c
	}
	var err error
	if v := known["usrVisibleData"]; v != nil {
		if v.SelectAttrValue("charset", "") != "UTF-8" || v.SelectAttrValue("visible", "") != "wysiwys" {
			return fail(Structure, "visible data that were not shown as text")
		}
		switch format := v.SelectAttrValue("format", "plaintext"); format {
		case "plaintext":
		case "simpleMarkdownV1":
			d.markdown = true
		default:
			return fail(Structure, "an unknown text format")
		}
		if d.text, err = decoded(v); err != nil {
			return err
		}
	}
	if h := known["usrNonVisibleData"]; h != nil {
		if d.hidden, err = decoded(h); err != nil {
			return err
		}
	}
	if known["srvInfo"] == nil || known["clientInfo"] == nil {
		return fail(Structure, "srvInfo or clientInfo is missing")
	}
	if names := known["srvInfo"].SelectElements("displayName"); len(names) == 1 {
		b, err := decoded(names[0])
		if err != nil {
			return err
		}
		d.service = string(b)
	}
	use := known["clientInfo"].SelectElements("funcId")
	if len(use) != 1 || len(use[0].ChildElements()) != 0 {
		return fail(Structure, "funcId is missing or repeated")
	}
	switch d.use = Use(use[0].Text()); d.use {
	case Signing, Identification:
		return nil
	}
	return fail(Structure, "an unknown funcId")
}

func (d *document) checkDigests() error {
	for _, c := range []struct{ content, claimed []byte }{{d.signedData, d.signedDataDigest}, {d.keyInfo, d.keyInfoDigest}} {
		sum := sha256.Sum256(c.content)
		if subtle.ConstantTimeCompare(sum[:], c.claimed) != 1 {
			return fail(SignatureDigest, "a digest differs")
		}
	}
	return nil
}

// children demands that e has this name, no attributes but the named ones (and xmlns), and exactly these child elements
// in this order with nothing but white space between.
func children(e *etree.Element, tag, ns string, attrs []string, want ...string) ([]*etree.Element, error) {
	if err := named(e, tag, ns, attrs); err != nil {
		return nil, err
	}
	var got []*etree.Element
	for _, c := range e.Child {
		switch c := c.(type) {
		case *etree.Element:
			if len(got) == len(want) || c.Tag != want[len(got)] {
				return nil, fail(Structure, "unexpected element in "+tag)
			}
			got = append(got, c)
		default:
			if !isSpace(c) {
				return nil, fail(Structure, "text in "+tag)
			}
		}
	}
	if len(got) != len(want) {
		return nil, fail(Structure, "missing element in "+tag)
	}
	return got, nil
}

func named(e *etree.Element, tag, ns string, attrs []string) error {
	if e.Tag != tag || e.NamespaceURI() != ns {
		return fail(Structure, "not "+tag)
	}
	for _, a := range e.Attr {
		ok := a.Key == "xmlns"
		for _, name := range attrs {
			ok = ok || a.Key == name
		}
		if !ok {
			return fail(Structure, "unexpected attribute of "+tag)
		}
	}
	return nil
}

// algorithm demands an empty element with exactly this Algorithm.
func algorithm(e *etree.Element, tag, want string) error {
	if err := named(e, tag, nsDsig, []string{"Algorithm"}); err != nil {
		return err
	}
	if len(e.Child) != 0 {
		return fail(Algorithm, tag+" with parameters")
	}
	if e.SelectAttrValue("Algorithm", "") != want {
		return fail(Algorithm, tag+" is not accepted")
	}
	return nil
}

// decoded reads base64 text; BankID breaks the lines of certificates.
func decoded(e *etree.Element) ([]byte, error) {
	var text strings.Builder
	for _, c := range e.Child {
		t, ok := c.(*etree.CharData)
		if !ok {
			return nil, fail(Structure, "an element in "+e.Tag)
		}
		text.WriteString(t.Data)
	}
	clean := strings.NewReplacer("\n", "", "\r", "", " ", "", "\t", "").Replace(text.String())
	b, err := base64.StdEncoding.Strict().DecodeString(clean)
	if err != nil {
		return nil, fail(Structure, e.Tag+" is not base64")
	}
	return b, nil
}

// canonical gives the inclusive canonical form (C14N 1.0) of an element with the namespace it inherits. The element is
// taken out of its tree first: goxmldsig 1.6.1 lets an ancestor's default namespace replace the element's own.
func canonical(e *etree.Element) ([]byte, error) {
	alone := e.Copy()
	alone.CreateAttr("xmlns", e.NamespaceURI())
	b, err := dsig.MakeC14N10RecCanonicalizer().Canonicalize(alone)
	if err != nil {
		return nil, fail(Structure, "cannot be canonicalised")
	}
	return b, nil
}

func isSpace(t etree.Token) bool {
	c, ok := t.(*etree.CharData)
	return ok && strings.Trim(c.Data, " \t\r\n") == ""
}
