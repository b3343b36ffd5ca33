package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"strings"
	"time"

	"github.com/beevik/etree"
	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/platform/signing/evidence"
)

const (
	nsMetadata     = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsAttributes   = "urn:oasis:names:tc:SAML:metadata:attribute"
	nsAssertion    = "urn:oasis:names:tc:SAML:2.0:assertion"
	entityCategory = "http://macedir.org/entity-category"

	categoryUserMessage  = "http://id.swedenconnect.se/general-ec/1.0/supports-user-message"
	categoryCoordination = "http://id.swedenconnect.se/general-ec/1.0/accepts-coordination-number"
	categorySignService  = "http://id.elegnamnden.se/st/1.0/sigservice"
	categoryPublicSector = "http://id.elegnamnden.se/st/1.0/public-sector-sp"
)

// provider is what an identity provider's metadata says that matters here.
type provider struct {
	entityID   string
	address    string              // where requests are posted
	signing    []*x509.Certificate // more than one while it changes keys
	encryption *x509.Certificate   // nil when it has none
	block      string              // the algorithm to encrypt to it by
	messages   bool                // shows UserMessage at login
	validUntil time.Time           // zero for no end
}

// readMetadata finds a provider in metadata: its own, or a federation's. pinned signs the whole; nil trusts it as it is.
func readMetadata(raw []byte, pinned *x509.Certificate, entityID string) (provider, error) {
	content := raw
	if pinned != nil {
		open, err := evidence.OpenMetadata(raw, []*x509.Certificate{pinned})
		if err != nil {
			return provider{}, err
		}
		content = open.Content // what was signed, and nothing beside it
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(content); err != nil || tree.Root() == nil {
		return provider{}, errors.New("metadata that is not XML")
	}
	p := provider{entityID: entityID}
	var found []*etree.Element
	if err := find(tree.Root(), entityID, time.Time{}, func(e *etree.Element, until time.Time) {
		found, p.validUntil = append(found, e), until
	}); err != nil {
		return provider{}, err
	}
	if len(found) != 1 {
		return provider{}, errors.New("the metadata does not have the provider, once")
	}
	return p, p.read(found[0])
}

// find looks through EntitiesDescriptors, which nest, and hands on the provider with the earliest end on the way to it.
func find(e *etree.Element, entityID string, until time.Time, take func(*etree.Element, time.Time)) error {
	if e.NamespaceURI() != nsMetadata {
		return nil
	}
	if v := e.SelectAttrValue("validUntil", ""); v != "" {
		t, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return errors.New("validUntil is not a time")
		}
		if until.IsZero() || t.Before(until) {
			until = t.UTC()
		}
	}
	switch e.Tag {
	case "EntityDescriptor":
		if e.SelectAttrValue("entityID", "") == entityID {
			take(e, until)
		}
	case "EntitiesDescriptor":
		for _, c := range e.ChildElements() {
			if err := find(c, entityID, until, take); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *provider) read(e *etree.Element) error {
	tree := etree.NewDocument()
	tree.SetRoot(evidence.Detached(e))
	alone, err := tree.WriteToBytes()
	if err != nil {
		return err
	}
	var d protocol.EntityDescriptor
	if err := xml.Unmarshal(alone, &d); err != nil {
		return errors.New("the provider's metadata cannot be read")
	}
	if len(d.IDPSSODescriptors) != 1 {
		return errors.New("the entity is not one identity provider")
	}
	role := d.IDPSSODescriptors[0]
	if role.ValidUntil != nil && (p.validUntil.IsZero() || role.ValidUntil.Before(p.validUntil)) {
		p.validUntil = role.ValidUntil.UTC()
	}
	for _, s := range role.SingleSignOnServices {
		if s.Binding == protocol.HTTPPostBinding && p.address == "" {
			p.address = s.Location
		}
	}
	if !address(p.address) {
		return errors.New("the provider has no https address to post requests to")
	}
	for _, k := range role.KeyDescriptors {
		if err := p.readKey(k); err != nil {
			return err
		}
	}
	if len(p.signing) == 0 {
		return errors.New("the provider has no certificate to sign with")
	}
	p.messages = hasCategory(e, categoryUserMessage)
	return nil
}

func (p *provider) readKey(k protocol.KeyDescriptor) error {
	for _, c := range k.KeyInfo.X509Data.X509Certificates {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(c.Data), ""))
		if err != nil {
			return errors.New("a certificate in the metadata cannot be read")
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return errors.New("a certificate in the metadata cannot be read")
		}
		if k.Use != "encryption" {
			p.signing = append(p.signing, cert)
		}
		if _, isRSA := cert.PublicKey.(*rsa.PublicKey); k.Use == "signing" || p.encryption != nil || !isRSA {
			continue
		}
		// Deployment profile 8.3: what the peer asks for, else what is mandatory.
		p.encryption, p.block = cert, xmlenc.AES256CBC
		for _, m := range k.EncryptionMethods {
			if xmlenc.Supported(m.Algorithm) {
				p.block = m.Algorithm
				break
			}
		}
	}
	return nil
}

// hasCategory reads md:Extensions, which the library's types leave out.
func hasCategory(entity *etree.Element, category string) bool {
	for _, x := range entity.ChildElements() {
		if x.Tag != "Extensions" || x.NamespaceURI() != nsMetadata {
			continue
		}
		for _, a := range x.FindElements("./EntityAttributes/Attribute") {
			if a.SelectAttrValue("Name", "") != entityCategory || a.NamespaceURI() != nsAssertion {
				continue
			}
			for _, v := range a.ChildElements() {
				if strings.TrimSpace(v.Text()) == category {
					return true
				}
			}
		}
	}
	return false
}
