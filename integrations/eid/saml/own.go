package saml

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"slices"
	"time"

	"github.com/beevik/etree"
	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// ownValid is how long our metadata may be used without being fetched again.
const ownValid = 7 * 24 * time.Hour

// requested are the attributes that each set asks for; those of the first list are needed.
var requested = map[AttributeSet][2][]string{
	Pnr01: {{evidence.AttrNumber, evidence.AttrGivenName, evidence.AttrSurname, evidence.AttrDisplayName}, {evidence.AttrTransaction}},
	SITHS: {{attrHSA, evidence.AttrCredentialGiven, evidence.AttrCredentialFamily},
		{attrGiven, attrSurname, evidence.AttrCredentialNumber, evidence.AttrCredentialName, attrOrg, attrCommission, attrName, attrPurpose, attrRight,
			attrCareGiver, attrLicence, attrMethod}},
	HSAid: {{attrOIDHSA, evidence.AttrGivenName, evidence.AttrSurname, evidence.AttrDisplayName}, nil},
}

// categories are the entity categories that follow from the configuration (registry 3.1.3).
func (c Config) categories() []string {
	out := slices.Clone(c.Categories)
	switch c.Attributes {
	case Pnr01:
		out = append(out, "http://id.elegnamnden.se/ec/1.0/loa3-pnr", categoryCoordination)
	case HSAid:
		out = append(out, "http://id.swedenconnect.se/ec/1.0/loa3-hsaid")
	}
	if c.Sign {
		out = append(out, categorySignService) // what makes a provider show that it is a signature
	} else {
		out = append(out, categoryPublicSector)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Metadata is our own, signed, for the provider or its federation: what is fetched from our address, or sent to them.
func (c *core) Metadata() ([]byte, error) {
	const op = "saml.Metadata"
	yes := true
	keys := func(use string, p Pair, methods ...string) protocol.KeyDescriptor {
		k := protocol.KeyDescriptor{Use: use, KeyInfo: protocol.KeyInfo{X509Data: protocol.X509Data{X509Certificates: []protocol.X509Certificate{
			{Data: base64.StdEncoding.EncodeToString(p.Certificate.Raw)}}}}}
		for _, m := range methods {
			k.EncryptionMethods = append(k.EncryptionMethods, protocol.EncryptionMethod{Algorithm: m})
		}
		return k
	}
	service := protocol.AttributeConsumingService{Index: 0, IsDefault: &yes, ServiceNames: []protocol.LocalizedName{{Lang: "sv", Value: c.cfg.Name}}}
	for i, names := range requested[c.cfg.Attributes] {
		needed := i == 0
		for _, n := range names {
			service.RequestedAttributes = append(service.RequestedAttributes, protocol.RequestedAttribute{
				Attribute: protocol.Attribute{Name: n, NameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}, IsRequired: &needed})
		}
	}
	d := protocol.EntityDescriptor{
		EntityID: c.cfg.EntityID, ID: "_" + rand.Text(), ValidUntil: c.clock.Now().Add(ownValid).Truncate(time.Second), CacheDuration: time.Hour,
		SPSSODescriptors: []protocol.SPSSODescriptor{{
			AuthnRequestsSigned: &yes, WantAssertionsSigned: &yes,
			SSODescriptor: protocol.SSODescriptor{
				RoleDescriptor: protocol.RoleDescriptor{ProtocolSupportEnumeration: nsProtocol, KeyDescriptors: []protocol.KeyDescriptor{
					keys("signing", c.material.Signing), keys("encryption", c.material.Decryption, xmlenc.AES256GCM, xmlenc.AES128GCM, xmlenc.AES256CBC, xmlenc.RSAOAEP)}},
				NameIDFormats: []protocol.NameIDFormat{"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
			},
			AssertionConsumerServices:  []protocol.IndexedEndpoint{{Binding: protocol.HTTPPostBinding, Location: c.cfg.ACS, Index: 0, IsDefault: &yes}},
			AttributeConsumingServices: []protocol.AttributeConsumingService{service},
		}},
	}
	plain, err := xml.Marshal(d)
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(plain); err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	root := tree.Root()
	root.InsertChildAt(0, c.extensions())
	if err := xmldsig.Sign(root, 0, c.material.Signing.Certificate, c.material.Signing.Key); err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	return document(root)
}

// extensions is md:Extensions with our entity categories.
func (c *core) extensions() *etree.Element {
	e := etree.NewElement("md:Extensions")
	e.CreateAttr("xmlns:md", nsMetadata)
	attributes := e.CreateElement("mdattr:EntityAttributes")
	attributes.CreateAttr("xmlns:mdattr", nsAttributes)
	a := attributes.CreateElement("saml:Attribute")
	a.CreateAttr("xmlns:saml", nsAssertion)
	a.CreateAttr("Name", entityCategory)
	a.CreateAttr("NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri")
	for _, category := range c.cfg.categories() {
		a.CreateElement("saml:AttributeValue").SetText(category)
	}
	return e
}
