package saml

import (
	"encoding/base64"
	"maps"
	"slices"
	"time"

	"github.com/beevik/etree"
	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/platform/signing/evidence"
)

const (
	nsProtocol    = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsPrincipal   = "http://id.swedenconnect.se/authn/1.0/principal-selection/ns"
	nsUserMessage = "http://id.swedenconnect.se/authn/1.0/user-message/ns"
	nsSignMessage = "http://id.elegnamnden.se/csig/1.1/dss-ext/ns"
)

// question is what is asked of a provider.
type question struct {
	request  string // ID
	at       time.Time
	use      use
	contexts []string // the levels of assurance that are accepted
	number   string   // of the person, or ""
	message  []byte   // to sign, or at login to show
	markdown bool
}

// write makes the signed AuthnRequest. crewjam's type has no Extensions, one level at most, and signs before either could be put in:
// both are put into its element here, which is then signed.
func (c *core) write(q question, to provider) ([]byte, error) {
	yes, no := true, false
	e := (&protocol.AuthnRequest{
		ID: q.request, Version: "2.0", IssueInstant: q.at, Destination: to.address,
		Issuer:     &protocol.Issuer{Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", Value: c.cfg.EntityID},
		ForceAuthn: &yes, IsPassive: &no, // each order is the person's own act: an earlier login there must not answer for it
		AssertionConsumerServiceURL: c.cfg.ACS, ProtocolBinding: protocol.HTTPPostBinding,
	}).Element()
	extensions, err := q.extensions(to)
	if err != nil {
		return nil, err
	}
	if extensions != nil {
		e.InsertChildAt(1, extensions) // the signature comes between it and the issuer
	}
	requested := e.CreateElement("samlp:RequestedAuthnContext")
	requested.CreateAttr("Comparison", "exact")
	for _, uri := range q.contexts {
		requested.CreateElement("saml:AuthnContextClassRef").SetText(uri)
	}
	if err := xmldsig.Sign(e, 1, c.material.Signing.Certificate, c.material.Signing.Key); err != nil {
		return nil, err
	}
	return document(e)
}

// extensions gives who is to answer and what is to be shown; nil for nothing.
func (q question) extensions(to provider) (*etree.Element, error) {
	e := etree.NewElement("samlp:Extensions")
	if q.number != "" {
		p := e.CreateElement("psc:PrincipalSelection")
		p.CreateAttr("xmlns:psc", nsPrincipal)
		v := p.CreateElement("psc:MatchValue")
		v.CreateAttr("Name", evidence.AttrNumber)
		v.SetText(q.number)
	}
	switch {
	case len(q.message) == 0:
	case q.use == sign:
		m, err := q.signMessage(to)
		if err != nil {
			return nil, err
		}
		e.AddChild(m)
	case to.messages:
		m := e.CreateElement("umsg:UserMessage")
		m.CreateAttr("xmlns:umsg", nsUserMessage)
		m.CreateAttr("mimeType", "text/plain")
		if q.markdown {
			m.CreateAttr("mimeType", "text/markdown")
		}
		text := m.CreateElement("umsg:Message")
		text.CreateAttr("xml:lang", "sv")
		text.SetText(base64.StdEncoding.EncodeToString(q.message))
	}
	if len(e.ChildElements()) == 0 {
		return nil, nil
	}
	return e, nil
}

// signMessage is the text to sign (DSS extension 3.1.2), which must be shown; encrypted to the provider when it has a key for that, since
// the request passes through the browser.
func (q question) signMessage(to provider) (*etree.Element, error) {
	m := etree.NewElement("csig:SignMessage")
	m.CreateAttr("xmlns:csig", nsSignMessage)
	m.CreateAttr("MustShow", "true")
	m.CreateAttr("DisplayEntity", to.entityID)
	m.CreateAttr("MimeType", "text")
	if q.markdown {
		m.CreateAttr("MimeType", "text/markdown")
	}
	message := etree.NewElement("csig:Message")
	message.SetText(base64.StdEncoding.EncodeToString(q.message))
	if to.encryption == nil {
		m.AddChild(message)
		return m, nil
	}
	message.CreateAttr("xmlns:csig", nsSignMessage) // it stands alone when it has been decrypted
	plain, err := document(message)
	if err != nil {
		return nil, err
	}
	data, err := xmlenc.Encrypt(plain, to.encryption, to.block)
	if err != nil {
		return nil, err
	}
	m.CreateElement("csig:EncryptedMessage").AddChild(data)
	return m, nil
}

func document(e *etree.Element) ([]byte, error) {
	tree := etree.NewDocument()
	tree.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalEndTags: true, CanonicalText: true}
	tree.SetRoot(e)
	return tree.WriteToBytes()
}

// levels gives the levels of assurance that are accepted for a use, by URI.
func (c Config) levels(u use) map[string]int {
	if u == sign {
		return c.SignLevels
	}
	return c.Levels
}

// contexts gives the URIs that give at least a level, the lowest first.
func (c Config) contexts(u use, level int) []string {
	levels := c.levels(u)
	var out []string
	for _, uri := range slices.Sorted(maps.Keys(levels)) {
		if levels[uri] >= level {
			out = append(out, uri)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return levels[a] - levels[b] })
	return out
}
