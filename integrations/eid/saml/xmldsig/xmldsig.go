// Package xmldsig signs SAML messages, assertions and metadata: an enveloped XML signature by exclusive canonicalisation, with the
// algorithms that Sweden Connect's deployment profile 8 makes mandatory (RSA-SHA256, ECDSA-SHA256).
//
// The signature is github.com/russellhaering/goxmldsig's, except that its ECDSA writes ASN.1 where XMLDSig 1.1 (6.4.3) has r and s
// side by side. Verification is elsewhere and shares nothing with this: evidence.OpenEnveloped.
package xmldsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Sign puts a signature of the element, which has an ID, into it as the child at a place (SAML: 1, after the issuer; metadata: 0),
// with the certificate. The element is put into its exclusive canonical form on the way.
func Sign(e *etree.Element, at int, certificate *x509.Certificate, key crypto.Signer) error {
	if e.SelectAttrValue("ID", "") == "" {
		return errors.New("xmldsig: what is signed has no ID")
	}
	signature, err := construct(e, certificate, key)
	if err != nil {
		return err
	}
	e.InsertChildAt(at, signature)
	return nil
}

// SignDocument puts a signature of the whole document (URI="") into it, as the last child of an element in it, with the certificate. The
// root has no ID. The document stays as it is written: its exclusive canonical form would lose the names that only values use (xsi:type).
func SignDocument(root, into *etree.Element, certificate *x509.Certificate, key crypto.Signer) error {
	if root.SelectAttr("ID") != nil {
		return errors.New("xmldsig: the document has an ID, by which it would be referred to")
	}
	signature, err := construct(root.Copy(), certificate, key) // the library changes what it is given
	if err != nil {
		return err
	}
	into.AddChild(signature)
	return nil
}

func construct(e *etree.Element, certificate *x509.Certificate, key crypto.Signer) (*etree.Element, error) {
	method := dsig.RSASHA256SignatureMethod
	switch k := key.Public().(type) {
	case *rsa.PublicKey:
	case *ecdsa.PublicKey:
		method = dsig.ECDSASHA256SignatureMethod
		key = sideBySide{key, (k.Params().BitSize + 7) / 8}
	default:
		return nil, fmt.Errorf("xmldsig: cannot sign with a %T", k)
	}
	c, err := dsig.NewSigningContext(key, [][]byte{certificate.Raw})
	if err != nil {
		return nil, fmt.Errorf("xmldsig: %w", err)
	}
	c.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := c.SetSignatureMethod(method); err != nil {
		return nil, fmt.Errorf("xmldsig: %w", err)
	}
	signature, err := c.ConstructSignature(e, true)
	if err != nil {
		return nil, fmt.Errorf("xmldsig: %w", err)
	}
	return signature, nil
}

// sideBySide is an ECDSA key that gives its signatures as r and s, each of the order's length.
type sideBySide struct {
	crypto.Signer
	size int
}

// Sign is crypto.Signer's.
func (s sideBySide) Sign(random io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	der, err := s.Signer.Sign(random, digest, o)
	if err != nil {
		return nil, err
	}
	var a, b big.Int
	in := cryptobyte.String(der)
	var inner cryptobyte.String
	if !in.ReadASN1(&inner, asn1.SEQUENCE) || !inner.ReadASN1Integer(&a) || !inner.ReadASN1Integer(&b) {
		return nil, errors.New("not an ECDSA signature")
	}
	out := make([]byte, 2*s.size)
	a.FillBytes(out[:s.size])
	b.FillBytes(out[s.size:])
	return out, nil
}
