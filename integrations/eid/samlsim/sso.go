package samlsim

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

const (
	nsPrincipal   = "http://id.swedenconnect.se/authn/1.0/principal-selection/ns"
	nsUserMessage = "http://id.swedenconnect.se/authn/1.0/user-message/ns"
	nsSignMessage = "http://id.elegnamnden.se/csig/1.1/dss-ext/ns"

	visitLife  = 10 * time.Minute
	requestAge = 5 * time.Minute
)

// visit is somebody who is at a provider's page.
type visit struct {
	provider string
	service  Service
	request  string // ID
	acs      string
	relay    string
	contexts []string
	asked    idno.Number // who is to answer, zero for anybody
	message  string      // shown at login
	sign     []byte      // to be signed; nil for a login
	until    time.Time
}

// sso takes a request (SAML bindings 3.5, deployment profile 5.4).
func (s *Sim) sso(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("provider")
	if slug != Citizens && slug != Staff {
		http.NotFound(w, r)
		return
	}
	v, err := s.readRequest(slug, r.PostFormValue("SAMLRequest"))
	if err != nil { // nothing in it can be trusted, its return address least of all
		faultPage.Write(w, http.StatusBadRequest, "Legitimering", "Begäran kunde inte tas emot: "+err.Error())
		return
	}
	v.relay = r.PostFormValue("RelayState")
	id := newID()
	s.mu.Lock()
	now := s.clock.Now()
	for k, old := range s.visits {
		if now.After(old.until) {
			delete(s.visits, k)
		}
	}
	v.until = now.Add(visitLife)
	s.visits[id] = v
	s.mu.Unlock()
	s.showVisit(w, id, v)
}

func (s *Sim) readRequest(slug, posted string) (*visit, error) {
	raw, err := base64.StdEncoding.DecodeString(posted)
	if err != nil || len(raw) == 0 {
		return nil, errors.New("SAMLRequest är inte base64")
	}
	root, err := evidence.ParseXML(raw)
	if err != nil {
		return nil, err
	}
	issuer := child(root, nsAssertion, "Issuer")
	if issuer == nil {
		return nil, errors.New("avsändare saknas")
	}
	s.mu.Lock()
	service, known := s.services[strings.TrimSpace(issuer.Text())]
	s.mu.Unlock()
	if !known {
		return nil, errors.New("tjänsten är inte känd här")
	}
	signed, err := evidence.OpenEnveloped(raw, []*x509.Certificate{service.Signing})
	if err != nil {
		return nil, err
	}
	if root, err = evidence.ParseXML(signed.Content); err != nil {
		return nil, err
	}
	v := &visit{provider: slug, service: service, request: root.SelectAttrValue("ID", ""), acs: root.SelectAttrValue("AssertionConsumerServiceURL", "")}
	at, err := time.Parse(time.RFC3339Nano, root.SelectAttrValue("IssueInstant", ""))
	now := s.clock.Now()
	switch {
	case root.Tag != "AuthnRequest" || root.NamespaceURI() != nsProtocol || root.SelectAttrValue("Version", "") != "2.0":
		return nil, errors.New("det är ingen AuthnRequest")
	case err != nil || now.Sub(at) > requestAge || at.Sub(now) > time.Minute:
		return nil, errors.New("begäran är för gammal")
	case root.SelectAttrValue("Destination", "") != s.EntityID(slug)+"/sso":
		return nil, errors.New("begäran är till någon annan")
	case !service.returnable(v.acs):
		return nil, errors.New("svarsadressen är inte registrerad")
	case root.SelectAttrValue("ForceAuthn", "") != "true" || root.SelectAttrValue("IsPassive", "") == "true":
		return nil, errors.New("den som legitimerar sig ska alltid fråga här")
	}
	if c := child(root, nsProtocol, "RequestedAuthnContext"); c != nil {
		for _, ref := range c.ChildElements() {
			v.contexts = append(v.contexts, strings.TrimSpace(ref.Text()))
		}
	}
	if x := child(root, nsProtocol, "Extensions"); x != nil {
		err = s.readExtensions(v, x)
	}
	return v, err
}

func (s *Sim) readExtensions(v *visit, x *etree.Element) error {
	if p := child(x, nsPrincipal, "PrincipalSelection"); p != nil {
		for _, m := range p.ChildElements() {
			if m.SelectAttrValue("Name", "") != attrNumber {
				continue
			}
			n, err := idno.Parse(m.Text(), s.clock.Now())
			if err != nil {
				return errors.New("personnumret i begäran är inget personnummer")
			}
			v.asked = n
		}
	}
	if m := child(x, nsUserMessage, "UserMessage"); m != nil {
		message := child(m, nsUserMessage, "Message")
		if message == nil {
			return errors.New("meddelandet saknas")
		}
		text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(message.Text()))
		if err != nil {
			return errors.New("meddelandet är inte base64")
		}
		v.message = string(text)
	}
	m := child(x, nsSignMessage, "SignMessage")
	if m == nil {
		return nil
	}
	if to := m.SelectAttrValue("DisplayEntity", ""); to != "" && to != s.EntityID(v.provider) {
		return errors.New("texten ska visas av någon annan")
	}
	if !slices.Contains([]string{"", "text", "text/markdown"}, m.SelectAttrValue("MimeType", "")) {
		return errors.New("texten är i ett format som inte kan visas")
	}
	message := child(m, nsSignMessage, "Message")
	if hidden := child(m, nsSignMessage, "EncryptedMessage"); hidden != nil {
		plain, err := xmlenc.Decrypt(hidden, []*rsa.PrivateKey{s.idp.key.(*rsa.PrivateKey)}, true)
		if err != nil {
			return errors.New("texten kunde inte dekrypteras")
		}
		if message, err = evidence.ParseXML(plain); err != nil || message.Tag != "Message" || message.NamespaceURI() != nsSignMessage {
			return errors.New("texten kunde inte läsas")
		}
	}
	if message == nil {
		return errors.New("texten saknas")
	}
	var err error
	if v.sign, err = base64.StdEncoding.DecodeString(strings.TrimSpace(message.Text())); err != nil || len(v.sign) == 0 {
		return errors.New("texten är inte base64")
	}
	return nil
}

func child(e *etree.Element, ns, tag string) *etree.Element {
	for _, c := range e.ChildElements() {
		if c.Tag == tag && c.NamespaceURI() == ns {
			return c
		}
	}
	return nil
}
