package saml

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rsa"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/platform/signing/evidence"
)

// answer is what a provider said to one question: a person, or why there is none.
type answer struct {
	top, second string // status codes; top is StatusSuccess for a person
	raw         []byte // the assertion as it was, decrypted
	signed      bool   // the assertion has a signature of its own, which holds
	assertion   evidence.Assertion
}

func reject(code evidence.Code, detail string) error {
	return &evidence.Failure{Code: code, Detail: detail}
}

// open makes every check of the protocol that does not depend on who was asked for (SAML profiles 4.1.4.3, deployment profile 6.3).
// Its errors are Failures, but for Unavailable from the metadata.
func (c *core) open(ctx context.Context, t ticket, posted url.Values) (answer, error) {
	relay, response := posted["RelayState"], posted["SAMLResponse"]
	if len(relay) != 1 || len(response) != 1 || !hmac.Equal(t.relay, c.seal.ofRelay(t, relay[0])) {
		return answer{}, reject(evidence.Structure, "not one response with this order's relay")
	}
	if len(response[0]) > 2*evidence.MaxXML {
		return answer{}, reject(evidence.TooLarge, "over the limit")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(response[0]))
	if err != nil {
		return answer{}, reject(evidence.Structure, "not base64")
	}
	from, err := c.source.get(ctx)
	if err != nil {
		return answer{}, err
	}
	content, signed := raw, !c.cfg.UnsignedResponse || evidence.Signed(raw)
	if signed {
		open, err := evidence.OpenEnveloped(raw, from.signing)
		if err != nil {
			return answer{}, err
		}
		content = open.Content
	}
	root, err := evidence.ParseXML(content)
	if err != nil {
		return answer{}, err
	}
	a, err := c.readResponse(root, t, from)
	if err != nil || a.top != protocol.StatusSuccess {
		return a, err
	}
	if a.raw, err = c.readAssertion(root, signed); err != nil {
		return answer{}, err
	}
	return a, c.checkAssertion(&a, t, from, signed)
}

// readResponse checks what is outside the assertion.
func (c *core) readResponse(root *etree.Element, t ticket, from provider) (answer, error) {
	if root.Tag != "Response" || root.NamespaceURI() != nsProtocol || root.SelectAttrValue("Version", "") != "2.0" {
		return answer{}, reject(evidence.Structure, "not a response of SAML 2.0")
	}
	issuer, status := one(root, nsAssertion, "Issuer"), one(root, nsProtocol, "Status")
	if issuer == nil || status == nil || one(status, nsProtocol, "StatusCode") == nil {
		return answer{}, reject(evidence.Structure, "a response without issuer or status")
	}
	at, err := time.Parse(time.RFC3339Nano, root.SelectAttrValue("IssueInstant", ""))
	now := c.clock.Now()
	switch {
	case err != nil || at.Before(t.started.Add(-evidence.SAMLSlack)) || at.After(now.Add(evidence.SAMLSlack)):
		return answer{}, reject(evidence.WrongTime, "not made between the request and now")
	case strings.TrimSpace(issuer.Text()) != from.entityID:
		return answer{}, reject(evidence.WrongIssuer, "a response from another provider")
	case root.SelectAttrValue("InResponseTo", "") != t.request:
		return answer{}, reject(WrongOrder, "a response to another request")
	case root.SelectAttrValue("Destination", "") != c.cfg.ACS:
		return answer{}, reject(evidence.WrongAudience, "a response to another address")
	}
	top := one(status, nsProtocol, "StatusCode")
	a := answer{top: top.SelectAttrValue("Value", "")}
	if second := one(top, nsProtocol, "StatusCode"); second != nil {
		a.second = second.SelectAttrValue("Value", "")
	}
	if a.top == "" {
		return answer{}, reject(evidence.Structure, "a response without status")
	}
	return a, nil
}

// readAssertion gives the one assertion of a response, decrypted.
func (c *core) readAssertion(root *etree.Element, signed bool) ([]byte, error) {
	closed, open := named(root, nsAssertion, "EncryptedAssertion"), named(root, nsAssertion, "Assertion")
	switch {
	case len(closed)+len(open) != 1:
		return nil, reject(evidence.Structure, "not one assertion")
	case len(open) == 1 && !c.cfg.UnencryptedAllowed:
		return nil, reject(evidence.Structure, "an assertion that is not encrypted")
	case len(open) == 1:
		return document(evidence.Detached(open[0]))
	}
	raw, err := xmlenc.Decrypt(closed[0], c.decryption, signed)
	if err != nil {
		return nil, reject(evidence.Structure, "an assertion that we cannot decrypt")
	}
	return raw, nil
}

// checkAssertion holds the assertion against the request. Its own signature is demanded of a signature, which it is the evidence of, and
// where the response has none; and is checked wherever it is.
func (c *core) checkAssertion(a *answer, t ticket, from provider, responseSigned bool) error {
	now := c.clock.Now()
	content := a.raw
	a.signed = t.use == sign || !responseSigned || evidence.Signed(a.raw)
	if a.signed {
		open, err := evidence.OpenEnveloped(a.raw, from.signing)
		if err != nil {
			return err
		}
		if t.use == sign && !bytes.Equal(open.Carried, open.Certificate.Raw) {
			return reject(evidence.CertificateFormat, "the evidence would lack the certificate it was signed with")
		}
		content = open.Content
	}
	var err error
	if a.assertion, err = evidence.ReadAssertion(content); err != nil {
		return err
	}
	if err := a.assertion.Check(c.cfg.EntityID, now); err != nil {
		return err
	}
	begun := t.started.Add(-evidence.SAMLSlack)
	switch as := a.assertion; {
	case as.Issuer != from.entityID:
		return reject(evidence.WrongIssuer, "an assertion of another provider")
	case as.InResponseTo != t.request:
		return reject(WrongOrder, "an assertion for another request")
	case as.Recipient != c.cfg.ACS:
		return reject(evidence.WrongAudience, "an assertion for another address")
	case as.IssuedAt.Before(begun) || as.AuthnInstant.Before(begun): // ForceAuthn was asked for
		return reject(evidence.WrongTime, "the person authenticated before being asked")
	case !slices.Contains(c.cfg.contexts(t.use, t.level), as.Context):
		return reject(WrongLevel, "another level of assurance than asked for")
	}
	return nil
}

// Codes of checks that only a request makes possible; they stand in Status.Hint after "evidence-".
const (
	WrongOrder evidence.Code = "wrong-order" // the answer to another request
	WrongLevel evidence.Code = "wrong-level" // another level of assurance than was asked for
)

func (m Material) decryption() []*rsa.PrivateKey {
	var out []*rsa.PrivateKey
	if k, ok := m.Decryption.Key.(*rsa.PrivateKey); ok {
		out = append(out, k)
	}
	if m.Former != nil {
		out = append(out, m.Former)
	}
	return out
}

func named(e *etree.Element, ns, tag string) []*etree.Element {
	var out []*etree.Element
	for _, c := range e.ChildElements() {
		if c.Tag == tag && c.NamespaceURI() == ns {
			out = append(out, c)
		}
	}
	return out
}

// one gives the only child of that name; nil for none or several.
func one(e *etree.Element, ns, tag string) *etree.Element {
	if all := named(e, ns, tag); len(all) == 1 {
		return all[0]
	}
	return nil
}
