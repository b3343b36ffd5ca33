package samlsim

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/integrations/eid/saml/xmlenc"
)

// Levels of assurance that are given.
const (
	LoA3      = "http://id.elegnamnden.se/loa/1.0/loa3"
	LoA4      = "http://id.elegnamnden.se/loa/1.0/loa4"
	SambiLoA3 = "http://id.sambi.se/loa/loa3"
)

const (
	attrNumber = "urn:oid:1.2.752.29.4.13"
	assertLife = 5 * time.Minute
)

// attribute is one with its values; an assertion's are written in order.
type attribute struct {
	name   string
	values []string
}

// subject is who acted, as the attributes say it.
type subject struct {
	pseudonym  string
	attributes []attribute
}

func (p Persona) subject() subject {
	sum := sha256.Sum256([]byte("pseudonym" + p.Number.Digits()))
	return subject{hex.EncodeToString(sum[:12]), []attribute{
		{attrNumber, []string{p.Number.Digits()}}, {"urn:oid:2.5.4.42", []string{p.GivenName}}, {"urn:oid:2.5.4.4", []string{p.Surname}},
		{"urn:oid:2.16.840.1.113730.3.1.241", []string{p.GivenName + " " + p.Surname}}, {"urn:oid:1.2.752.201.3.2", []string{newID()}}}}
}

func (e Employee) subject(c Commission) subject {
	const sambi = "http://sambi.se/attributes/1/"
	s := subject{hex.EncodeToString([]byte(e.HSAID)), []attribute{
		{sambi + "employeeHsaId", []string{e.HSAID}}, {sambi + "givenName", []string{e.GivenName}}, {sambi + "surname", []string{e.Surname}},
		{"urn:credential:givenName", []string{e.GivenName}}, {"urn:credential:surname", []string{e.Surname}},
		{"urn:credential:displayName", []string{e.GivenName + " " + e.Surname}}, {"urn:credential:organizationName", []string{e.Organisation}},
		{"urn:sambi:names:attribute:authnMethod", []string{"urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"}}}}
	if c.HSAID != "" {
		s.attributes = append(s.attributes, attribute{sambi + "commissionHsaId", []string{c.HSAID}}, attribute{sambi + "commissionName", []string{c.Name}},
			attribute{sambi + "commissionPurpose", []string{c.Purpose}}, attribute{sambi + "commissionRight", []string{"Läsa;alla;VE", "Skriva;alla;VE"}})
	}
	return s
}

// answer makes the base64 of a response, gone wrong in one way.
func (s *Sim) answer(v *visit, who subject, f Fault) (string, error) {
	b, err := s.response(v, who, f)
	if err != nil {
		return "", err
	}
	text := base64.StdEncoding.EncodeToString(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == Replayed && s.last != "" {
		text = s.last
	}
	s.last = text
	return text, nil
}

func (s *Sim) response(v *visit, who subject, f Fault) ([]byte, error) {
	e := s.envelope(v, f)
	status := add(e, "samlp:Status")
	if codes, failed := statuses[f]; failed {
		top := add(status, "samlp:StatusCode", "Value", codes[0])
		if codes[1] != "" {
			add(top, "samlp:StatusCode", "Value", codes[1])
		}
		add(status, "samlp:StatusMessage").SetText("Ingen legitimering")
		return s.signed(e, f)
	}
	if f == NoStatus {
		return s.signed(e, f)
	}
	add(status, "samlp:StatusCode", "Value", success)
	n := 1
	switch f {
	case TwoAssertions:
		n = 2
	case NoAssertion:
		n = 0
	}
	for range n {
		assertion, err := s.assertionBytes(v, who, f)
		if err != nil {
			return nil, err
		}
		if err := enclose(e, v, assertion, f); err != nil {
			return nil, err
		}
	}
	return s.signed(e, f)
}

func (s *Sim) envelope(v *visit, f Fault) *etree.Element {
	at := s.clock.Now()
	switch f {
	case OldResponse:
		at = at.Add(-time.Hour)
	case EarlyResponse:
		at = at.Add(time.Hour)
	}
	e := etree.NewElement(unless(f == OtherMessage, "samlp:Response", "samlp:LogoutResponse"))
	set(e, "xmlns:samlp", nsProtocol, "xmlns:saml", nsAssertion, "ID", newID(), "Version", unless(f == OldVersion, "2.0", "1.1"), "IssueInstant", stamp(at),
		"Destination", unless(f == WrongDestination, v.acs, v.acs+"/annan"), "InResponseTo", unless(f == WrongResponse, v.request, newID()))
	if issuer := s.EntityID(v.provider); f != NoResponder {
		add(e, "saml:Issuer").SetText(unless(f == OtherResponder, issuer, issuer+"/annan"))
	}
	return e
}

func unless(odd bool, usual, otherwise string) string {
	if odd {
		return otherwise
	}
	return usual
}

// enclose puts an assertion into the response, encrypted to the service.
func enclose(e *etree.Element, v *visit, assertion []byte, f Fault) error {
	if f == Unencrypted {
		tree := etree.NewDocument()
		if err := tree.ReadFromBytes(assertion); err != nil {
			return err
		}
		e.AddChild(tree.Root())
		return nil
	}
	data, err := xmlenc.Encrypt(assertion, v.service.Encryption, xmlenc.AES256GCM)
	if err != nil {
		return err
	}
	add(e, "saml:EncryptedAssertion").AddChild(data)
	return nil
}

// signed signs the response and does to it what is done after signing.
func (s *Sim) signed(e *etree.Element, f Fault) ([]byte, error) {
	if f != Unsigned {
		by := s.idp
		if f == OtherKey {
			by = s.service // a stranger's here: the provider does not have it
		}
		if err := xmldsig.Sign(e, 1, by.cert, by.key); err != nil {
			return nil, err
		}
	}
	switch f {
	case Wrapped, WrappedSameID:
		return wrap(e, f)
	case AlteredResponse:
		e.RemoveAttr("Destination")
		e.CreateAttr("Destination", "https://example.com/")
	}
	b, err := write(e)
	if f == DTD {
		b = append([]byte(`<!DOCTYPE x [<!ENTITY e "e">]>`), b...)
	}
	return b, err
}

// wrap puts a signed element into a false one of the same kind, whose signature it takes over (McIntosh and Austel 2005).
func wrap(e *etree.Element, f Fault) ([]byte, error) {
	evil := e.Copy()
	id := newID()
	if f == WrappedSameID {
		id = e.SelectAttrValue("ID", "")
	}
	set(evil, "ID", id)
	original := e.Copy()
	for _, c := range original.ChildElements() {
		if c.Tag == "Signature" {
			original.RemoveChild(c)
		}
	}
	for _, c := range evil.ChildElements() {
		if c.Tag == "Signature" {
			add(c, "ds:Object").AddChild(original)
		}
	}
	return write(evil)
}

// assertionBytes gives the signed assertion, gone wrong in one way.
func (s *Sim) assertionBytes(v *visit, who subject, f Fault) ([]byte, error) {
	e := s.assertion(v, who, f)
	if f != UnsignedAssertion {
		by := s.idp
		if f == OtherAssertionKey {
			by = s.service
		}
		if err := xmldsig.Sign(e, 1, by.cert, by.key); err != nil {
			return nil, err
		}
	}
	if f == NoCertificate {
		for _, c := range e.ChildElements() {
			if c.Tag == "Signature" {
				c.RemoveChild(c.SelectElement("KeyInfo"))
			}
		}
	}
	if f == WrappedAssertion {
		return wrap(e, f)
	}
	b, err := write(e)
	number := []byte(who.attributes[0].values[0])
	switch f {
	case AlteredAssertion:
		b = bytes.Replace(b, []byte(LoA3), []byte(LoA4), 1)
	case Comment:
		b = bytes.Replace(b, number, slices.Concat(number[:4], []byte("<!---->"), number[4:]), 1)
	}
	return b, err
}

func (s *Sim) assertion(v *visit, who subject, f Fault) *etree.Element {
	now := s.clock.Now()
	at := now
	switch f {
	case Expired:
		at = now.Add(-time.Hour)
	case Early:
		at = now.Add(time.Hour)
	}
	authenticated, issued := at, at
	switch f {
	case OldLogin:
		authenticated = now.Add(-time.Hour)
	case OldAssertion:
		issued = now.Add(-time.Hour)
	}
	e := etree.NewElement("saml:Assertion")
	set(e, "xmlns:saml", nsAssertion, "ID", newID(), "Version", "2.0", "IssueInstant", stamp(issued))
	issuer := s.EntityID(v.provider)
	add(e, "saml:Issuer").SetText(unless(f == WrongIssuer, issuer, issuer+"/annan"))
	sub := add(e, "saml:Subject")
	add(sub, "saml:NameID", "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent").SetText(who.pseudonym)
	add(add(sub, "saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer"), "saml:SubjectConfirmationData",
		"InResponseTo", unless(f == WrongRequest, v.request, newID()), "NotOnOrAfter", stamp(at.Add(assertLife)),
		"Recipient", unless(f == WrongRecipient, v.acs, v.acs+"/annan"), "Address", "192.0.2.10")
	conditions := add(e, "saml:Conditions", "NotBefore", stamp(at), "NotOnOrAfter", stamp(at.Add(assertLife)))
	add(add(conditions, "saml:AudienceRestriction"), "saml:Audience").SetText(unless(f == WrongAudience, v.service.EntityID, v.service.EntityID+"/annan"))
	statement := add(e, "saml:AuthnStatement", "AuthnInstant", stamp(authenticated), "SessionIndex", newID())
	add(add(statement, "saml:AuthnContext"), "saml:AuthnContextClassRef").SetText(level(v, f))
	s.attributes(add(e, "saml:AttributeStatement"), v, who, f)
	return e
}

// level is the lowest of those asked for that the provider has.
func level(v *visit, f Fault) string {
	if f == WrongLevel {
		return "http://id.elegnamnden.se/loa/1.0/loa2"
	}
	for _, have := range []string{LoA3, LoA4, SambiLoA3} {
		if slices.Contains(v.contexts, have) && (v.provider == Staff) == (have == SambiLoA3) {
			return have
		}
	}
	return "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
}

func (s *Sim) attributes(e *etree.Element, v *visit, who subject, f Fault) {
	list := who.attributes
	if v.sign != nil && f != NoText {
		shown := v.sign
		if f == WrongText {
			shown = []byte("En annan text")
		}
		sum := sha256.Sum256(shown)
		list = append(slices.Clone(list), attribute{"urn:oid:1.2.752.201.3.14", []string{"http://www.w3.org/2001/04/xmlenc#sha256;" + base64.StdEncoding.EncodeToString(sum[:])}},
			attribute{"urn:oid:1.2.752.201.3.11", []string{base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "<simulerad-underskrift>%x</simulerad-underskrift>", sum))}})
	}
	for i, a := range list {
		if i == 0 && f == NoNumber {
			continue
		}
		if i == 0 && f == TwoNumbers {
			a.values = append(slices.Clone(a.values), s.people[len(s.people)-1].Number.Digits())
		}
		at := add(e, "saml:Attribute", "Name", a.name, "NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri")
		for _, value := range a.values {
			add(at, "saml:AttributeValue", "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance", "xsi:type", "xs:string",
				"xmlns:xs", "http://www.w3.org/2001/XMLSchema").SetText(value)
		}
	}
}

// newID is an ID of SAML's: no digit first, and more than 128 bits nobody can guess.
func newID() string { return "_" + strings.ToLower(rand.Text()) }
