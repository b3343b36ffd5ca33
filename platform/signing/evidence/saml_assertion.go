package evidence

import (
	"strings"
	"time"

	"github.com/beevik/etree"
)

const (
	nsSAML = "urn:oasis:names:tc:SAML:2.0:assertion"
	bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
)

// Assertion is what a SAML 2.0 assertion says: one person, authenticated once, told to one service. Nothing in it has been held
// against anything.
type Assertion struct {
	ID       string
	Issuer   string // entityID of the identity provider
	IssuedAt time.Time
	NameID   string // the person's pseudonym between this provider and this service

	Recipient      string // the address that it was to be delivered at
	InResponseTo   string // the ID of the request
	ConfirmedUntil time.Time

	NotBefore, NotOnOrAfter time.Time
	Audiences               [][]string // one of each has to be the service

	AuthnInstant time.Time
	Context      string // AuthnContextClassRef: the level of assurance
	Authority    string // the provider behind a proxy; "" for none

	Attributes map[string][]string // by Name; values that are not plain text are left out
}

// One gives the value of an attribute that has exactly one, else "".
func (a Assertion) One(name string) string {
	if v := a.Attributes[name]; len(v) == 1 {
		return v[0]
	}
	return ""
}

// ReadAssertion reads an assertion in Sweden Connect's shape (deployment profile 6.2): one bearer confirmation, one statement of
// authentication, one of attributes, nothing encrypted within. The bytes are Enveloped.Content, or those of an assertion that a
// signed message held. The error has a Code.
func ReadAssertion(content []byte) (Assertion, error) {
	if len(content) > MaxXML {
		return Assertion{}, fail(TooLarge, "over the limit")
	}
	root, err := parseXML(content, limits{elements: 5000})
	if err != nil {
		return Assertion{}, err
	}
	r := &assertionReader{}
	r.read(root)
	return r.a, r.err
}

// assertionReader reads until something is wrong.
type assertionReader struct {
	a   Assertion
	err error
}

func (r *assertionReader) bad(detail string) {
	if r.err == nil {
		r.err = fail(Structure, detail)
	}
}

func (r *assertionReader) read(root *etree.Element) {
	if !isNamed(root, nsSAML, "Assertion") || root.SelectAttrValue("Version", "") != "2.0" {
		r.bad("not an assertion of SAML 2.0")
		return
	}
	r.a.ID = root.SelectAttrValue("ID", "")
	r.a.IssuedAt = r.time(root, "IssueInstant")
	parts := r.parts(root, "Issuer", "Signature", "Subject", "Conditions", "AuthnStatement", "AttributeStatement")
	if r.err != nil {
		return
	}
	for _, needed := range []string{"Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"} {
		if parts[needed] == nil {
			r.bad("the assertion lacks " + needed)
			return
		}
	}
	r.a.Issuer = r.text(parts["Issuer"])
	r.subject(parts["Subject"])
	r.conditions(parts["Conditions"])
	r.authentication(parts["AuthnStatement"])
	r.attributes(parts["AttributeStatement"])
	if r.a.ID == "" || r.a.Issuer == "" {
		r.bad("the assertion lacks its ID or its issuer")
	}
}

// parts gives the children by name, each of which may stand once; others are refused.
func (r *assertionReader) parts(e *etree.Element, known ...string) map[string]*etree.Element {
	out := map[string]*etree.Element{}
	for _, c := range e.ChildElements() {
		ok := false
		for _, k := range known {
			ns := nsSAML
			if k == "Signature" {
				ns = nsDsig
			}
			ok = ok || isNamed(c, ns, k)
		}
		if !ok || out[c.Tag] != nil {
			r.bad("repeated or unknown element in " + e.Tag)
		}
		out[c.Tag] = c
	}
	return out
}

func (r *assertionReader) subject(e *etree.Element) {
	parts := r.parts(e, "NameID", "SubjectConfirmation")
	if id := parts["NameID"]; id != nil {
		r.a.NameID = r.text(id)
	}
	c := parts["SubjectConfirmation"]
	if c == nil || c.SelectAttrValue("Method", "") != bearer {
		r.bad("not one confirmation, by bearer")
		return
	}
	data := r.parts(c, "NameID", "SubjectConfirmationData")["SubjectConfirmationData"]
	if data == nil || data.SelectAttr("NotBefore") != nil { // SAML profiles 4.1.4.2
		r.bad("a confirmation without its data, or with a beginning")
		return
	}
	r.a.Recipient = data.SelectAttrValue("Recipient", "")
	r.a.InResponseTo = data.SelectAttrValue("InResponseTo", "")
	r.a.ConfirmedUntil = r.time(data, "NotOnOrAfter")
}

func (r *assertionReader) conditions(e *etree.Element) {
	r.a.NotBefore, r.a.NotOnOrAfter = r.time(e, "NotBefore"), r.time(e, "NotOnOrAfter")
	for _, c := range e.ChildElements() {
		switch {
		case isNamed(c, nsSAML, "AudienceRestriction"):
			var audience []string
			for _, a := range childrenNamed(c, nsSAML, "Audience") {
				audience = append(audience, r.text(a))
			}
			r.a.Audiences = append(r.a.Audiences, audience)
		case isNamed(c, nsSAML, "OneTimeUse"), isNamed(c, nsSAML, "ProxyRestriction"): // it is used once, and handed to nobody
		default:
			r.bad("a condition that is not understood") // SAML core 2.5.1.1: then the assertion is not valid
		}
	}
}

func (r *assertionReader) authentication(e *etree.Element) {
	r.a.AuthnInstant = r.time(e, "AuthnInstant")
	context := r.parts(e, "SubjectLocality", "AuthnContext")["AuthnContext"]
	if context == nil {
		r.bad("no context of authentication")
		return
	}
	for _, c := range context.ChildElements() {
		switch {
		case isNamed(c, nsSAML, "AuthnContextClassRef") && r.a.Context == "":
			r.a.Context = r.text(c)
		case isNamed(c, nsSAML, "AuthnContextDecl"), isNamed(c, nsSAML, "AuthnContextDeclRef"):
		case isNamed(c, nsSAML, "AuthenticatingAuthority"):
			r.a.Authority = r.text(c)
		default:
			r.bad("repeated or unknown element in AuthnContext")
		}
	}
	if r.a.Context == "" {
		r.bad("no level of assurance")
	}
}

func (r *assertionReader) attributes(e *etree.Element) {
	r.a.Attributes = map[string][]string{}
	for _, c := range e.ChildElements() {
		name := c.SelectAttrValue("Name", "")
		if _, twice := r.a.Attributes[name]; twice || name == "" || !isNamed(c, nsSAML, "Attribute") {
			r.bad("an attribute twice, without a name or encrypted")
			return
		}
		values := []string{}
		for _, v := range c.ChildElements() {
			if !isNamed(v, nsSAML, "AttributeValue") {
				r.bad("an unknown element in an attribute")
				return
			}
			if len(v.ChildElements()) == 0 {
				values = append(values, r.text(v))
			}
		}
		r.a.Attributes[name] = values
	}
}

func (r *assertionReader) time(e *etree.Element, attribute string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, e.SelectAttrValue(attribute, ""))
	if err != nil {
		r.bad(attribute + " is not a time")
	}
	return t.UTC()
}

// text gives all of an element's text, without the white space around it. Comments have been refused or left out before.
func (r *assertionReader) text(e *etree.Element) string {
	var b strings.Builder
	for _, c := range e.Child {
		t, ok := c.(*etree.CharData)
		if !ok {
			r.bad("an element in " + e.Tag)
			continue
		}
		b.WriteString(t.Data)
	}
	return strings.TrimSpace(b.String())
}
