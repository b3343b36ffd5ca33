package samlsim

import (
	"encoding/base64"
	"net/http"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml/xmldsig"
)

const (
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsDsig      = "http://www.w3.org/2000/09/xmldsig#"
	postBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

// metadataValid is how long metadata may be used, as federations write it.
const metadataValid = 7 * 24 * time.Hour

// Metadata is the federation's signed metadata of both providers.
func (s *Sim) Metadata() ([]byte, error) {
	now := s.clock.Now()
	root := etree.NewElement("md:EntitiesDescriptor")
	set(root, "xmlns:md", nsMetadata, "ID", newID(), "Name", "https://federation.example.se/simulator", "validUntil", stamp(now.Add(metadataValid)), "cacheDuration", "PT1H")
	root.AddChild(etree.NewComment(" Simulator. Here as in real federations: a comment. "))
	for _, slug := range []string{Citizens, Staff} {
		s.describe(root, slug)
	}
	if err := xmldsig.Sign(root, 0, s.meta.cert, s.meta.key); err != nil {
		return nil, err
	}
	return write(root)
}

func (s *Sim) describe(root *etree.Element, slug string) {
	e := add(root, "md:EntityDescriptor", "entityID", s.EntityID(slug))
	attributes := add(add(e, "md:Extensions"), "mdattr:EntityAttributes", "xmlns:mdattr", "urn:oasis:names:tc:SAML:metadata:attribute")
	list := func(name string, values ...string) {
		a := add(attributes, "saml:Attribute", "xmlns:saml", nsAssertion, "Name", name, "NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri")
		for _, v := range values {
			add(a, "saml:AttributeValue").SetText(v)
		}
	}
	if slug == Citizens {
		list("urn:oasis:names:tc:SAML:attribute:assurance-certification", LoA3, LoA4)
		list("http://macedir.org/entity-category", "http://id.elegnamnden.se/ec/1.0/loa3-pnr", "http://id.swedenconnect.se/general-ec/1.0/supports-user-message")
	} else {
		list("urn:oasis:names:tc:SAML:attribute:assurance-certification", SambiLoA3)
	}
	role := add(e, "md:IDPSSODescriptor", "WantAuthnRequestsSigned", "true", "protocolSupportEnumeration", nsProtocol)
	if slug == Citizens {
		wish := add(add(role, "md:Extensions"), "psc:RequestedPrincipalSelection", "xmlns:psc", nsPrincipal)
		add(wish, "psc:MatchValue", "Name", attrNumber)
	}
	for _, use := range []string{"signing", "encryption"} {
		k := add(role, "md:KeyDescriptor", "use", use)
		data := add(add(k, "ds:KeyInfo", "xmlns:ds", nsDsig), "ds:X509Data")
		add(data, "ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(s.idp.cert.Raw))
		if use == "encryption" {
			add(k, "md:EncryptionMethod", "Algorithm", "http://www.w3.org/2009/xmlenc11#aes256-gcm")
		}
	}
	add(role, "md:NameIDFormat").SetText("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
	add(role, "md:SingleSignOnService", "Binding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect", "Location", s.EntityID(slug)+"/sso")
	add(role, "md:SingleSignOnService", "Binding", postBinding, "Location", s.EntityID(slug)+"/sso")
}

func (s *Sim) metadata(w http.ResponseWriter, _ *http.Request) {
	if s.outage.Strikes(MetadataDown) {
		http.Error(w, "stängt", http.StatusServiceUnavailable)
		return
	}
	b, err := s.Metadata()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	_, _ = w.Write(b) // the reader has gone: nobody to tell
}

// add makes an element in another; attributes are pairs.
func add(in *etree.Element, name string, attributes ...string) *etree.Element {
	e := in.CreateElement(name)
	set(e, attributes...)
	return e
}

func set(e *etree.Element, attributes ...string) {
	for i := 0; i+1 < len(attributes); i += 2 {
		e.CreateAttr(attributes[i], attributes[i+1])
	}
}

func write(e *etree.Element) ([]byte, error) {
	tree := etree.NewDocument()
	tree.SetRoot(e)
	return tree.WriteToBytes()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
