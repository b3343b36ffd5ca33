package signservice

import (
	"encoding/base64"
	"maps"
	"slices"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/platform/signing/evidence"
)

// Names of the protocol.
const (
	nsDSS  = "urn:oasis:names:tc:dss:1.0:core:schema"
	nsCSig = "http://id.elegnamnden.se/csig/1.1/dss-ext/ns"
	nsSAML = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsXSI  = "http://www.w3.org/2001/XMLSchema-instance"
	nsXS   = "http://www.w3.org/2001/XMLSchema"

	profile       = "http://id.elegnamnden.se/csig/1.1/dss-ext/profile"
	version       = "1.5" // of the extension; its newest result codes have this
	formatEntity  = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
	formatURI     = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
	taskID        = "1"
	binding       = "POST/XML/1.0"
	relayField    = "RelayState"
	requestField  = "EidSignRequest"
	responseField = "EidSignResponse"
)

// Attributes that the certificate's names are made of (certificate profile 2.3.1; attribute specification 3.1).
var certAttributes = []struct {
	oid, friendly, fallback string
	saml                    []string // the first that the identity provider gives
	required                bool
}{
	{"2.5.4.5", "serialNumber", "", []string{evidence.AttrNumber}, true},
	{"2.5.4.6", "country", "SE", []string{"urn:oid:2.5.4.6"}, false},
	{"2.5.4.42", "givenName", "", []string{evidence.AttrGivenName}, true},
	{"2.5.4.4", "surname", "", []string{evidence.AttrSurname}, true},
	{"2.5.4.3", "commonName", "", []string{evidence.AttrDisplayName, "urn:oid:2.5.4.3"}, false},
}

// classes are the levels of assurance that are at least this one, the least first.
func (c *Client) classes(least int) []string {
	uris := slices.Sorted(maps.Keys(c.cfg.Levels))
	uris = slices.DeleteFunc(uris, func(uri string) bool { return c.cfg.Levels[uri] < least })
	slices.SortStableFunc(uris, func(a, b string) int { return c.cfg.Levels[a] - c.cfg.Levels[b] })
	return uris
}

// request makes the signed dss:SignRequest, in base64 (DSS Extension 3.1 and 4.1, implementation profile 2.1).
func (c *Client) request(t ticket, r eid.Request, document evidence.ServiceDocument, now time.Time) (string, error) {
	toBeSigned, err := document.SignedInfo(c.cfg.SignatureAlgorithm)
	if err != nil {
		return "", err
	}
	root := etree.NewElement("dss:SignRequest")
	for _, ns := range [][2]string{{"dss", nsDSS}, {"csig", nsCSig}, {"saml", nsSAML}} {
		root.CreateAttr("xmlns:"+ns[0], ns[1])
	}
	root.CreateAttr("Profile", profile)
	root.CreateAttr("RequestID", t.request)
	inputs := add(root, "dss:OptionalInputs", "")
	ext := add(inputs, "csig:SignRequestExtension", "", "Version", version)
	add(ext, "csig:RequestTime", stamp(now))
	conditions := add(ext, "saml:Conditions", "", "NotBefore", stamp(now.Add(-Slack)), "NotOnOrAfter", stamp(t.started.Add(c.cfg.Life)))
	add(add(conditions, "saml:AudienceRestriction", ""), "saml:Audience", c.cfg.ReturnURL)
	number := add(add(ext, "csig:Signer", ""), "saml:Attribute", "", "Name", evidence.AttrNumber, "NameFormat", formatURI)
	add(number, "saml:AttributeValue", r.Number.Digits(), "xmlns:xsi", nsXSI, "xmlns:xs", nsXS, "xsi:type", "xs:string")
	add(ext, "csig:IdentityProvider", c.cfg.IdentityProvider, "Format", formatEntity)
	if c.cfg.AuthnProfile != "" {
		add(ext, "csig:AuthnProfile", c.cfg.AuthnProfile)
	}
	add(ext, "csig:SignRequester", c.cfg.Requester, "Format", formatEntity)
	add(ext, "csig:SignService", c.cfg.Service, "Format", formatEntity)
	add(ext, "csig:RequestedSignatureAlgorithm", c.cfg.SignatureAlgorithm)
	c.certRequest(ext, t.level)
	if err := c.message(ext, r); err != nil {
		return "", err
	}

	tasks := add(add(add(root, "dss:InputDocuments", ""), "dss:Other", ""), "csig:SignTasks", "")
	task := add(tasks, "csig:SignTaskData", "", "SignTaskId", taskID, "SigType", "XML", "AdESType", "BES")
	add(task, "csig:ToBeSignedBytes", base64.StdEncoding.EncodeToString(toBeSigned))
	add(add(task, "csig:AdESObject", ""), "csig:SignatureId", document.SignatureID())

	if err := xmldsig.SignDocument(root, inputs, c.m.Certificate, c.m.Key); err != nil {
		return "", err
	}
	out := etree.NewDocument()
	out.SetRoot(root)
	raw, err := out.WriteToBytes()
	return base64.StdEncoding.EncodeToString(raw), err
}

// certRequest says which certificate is wanted. It is no qualified one: those are for natural persons' own devices.
func (c *Client) certRequest(ext *etree.Element, least int) {
	properties := add(ext, "csig:CertRequestProperties", "", "CertType", "PKC")
	for _, uri := range c.classes(least) {
		add(properties, "saml:AuthnContextClassRef", uri)
	}
	wanted := add(properties, "csig:RequestedCertAttributes", "")
	for _, a := range certAttributes {
		e := add(wanted, "csig:RequestedCertAttribute", "", "CertAttributeRef", a.oid, "CertNameType", "rdn", "FriendlyName", a.friendly)
		if a.fallback != "" {
			e.CreateAttr("DefaultValue", a.fallback)
		}
		if a.required {
			e.CreateAttr("Required", "true")
		}
		for i, name := range a.saml {
			add(e, "csig:SamlAttributeName", name, "Order", string(rune('0'+i)))
		}
	}
}

// message adds what must be shown before anything is signed: to the service in the clear, or for the identity provider alone.
func (c *Client) message(ext *etree.Element, r eid.Request) error {
	mime := "text"
	if r.Markdown {
		mime = "text/markdown"
	}
	message := add(ext, "csig:SignMessage", "", "MustShow", "true", "DisplayEntity", c.cfg.IdentityProvider, "MimeType", mime)
	text := base64.StdEncoding.EncodeToString([]byte(r.Text))
	if c.m.MessageCertificate == nil {
		add(message, "csig:Message", text)
		return nil
	}
	encrypted, err := xmlenc.Encrypt([]byte(`<csig:Message xmlns:csig="`+nsCSig+`">`+text+`</csig:Message>`), c.m.MessageCertificate, c.cfg.MessageAlgorithm)
	if err != nil {
		return err
	}
	add(message, "csig:EncryptedMessage", "").AddChild(encrypted)
	return nil
}

// add makes an element with a text and attributes, name and value in turn.
func add(to *etree.Element, name, text string, attributes ...string) *etree.Element {
	e := to.CreateElement(name)
	for i := 0; i < len(attributes); i += 2 {
		e.CreateAttr(attributes[i], attributes[i+1])
	}
	if text != "" {
		e.SetText(text)
	}
	return e
}

// stamp writes a time as xs:dateTime.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
