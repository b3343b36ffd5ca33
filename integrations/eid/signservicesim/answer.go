package signservicesim

import (
	"crypto"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid/saml/xmldsig"
	"samtjanst/platform/signing/evidence/evidencetest"
)

// respond makes the dss:SignResponse, in base64, for a request that a person has acted on. do is what is scripted, "" that it goes well.
func (s *Sim) respond(r *accepted, p *person, do Action) (string, error) {
	now := s.clock.Now()
	if do == Replayed {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.last == "" {
			return "", errors.New("there is no response before to replay")
		}
		return s.last, nil
	}
	end := r.Ext.Conditions.NotOnOrAfter
	switch {
	case do != "":
	case !end.IsZero() && !now.Before(end):
		do = ReqExpired
	case r.class == "":
		do = UnsupportedLoA
	case p.Number != r.signer:
		do = UserMismatch
	}
	if minor, failed := results[do]; failed {
		return s.seal(s.failure(r, do, minor, now), do)
	}
	body, err := s.success(r, p, do, now)
	if err != nil {
		return "", err
	}
	return s.seal(body, do)
}

// seal signs a response and puts it in base64.
func (s *Sim) seal(body string, do Action) (string, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromString(body); err != nil {
		return "", err
	}
	root := tree.Root()
	if do != Unsigned {
		by := s.service
		if do == OtherKey {
			by = s.asking
		}
		if err := xmldsig.SignDocument(root, root.SelectElement("OptionalOutputs"), by.cert, by.key); err != nil {
			return "", err
		}
	}
	raw, err := tree.WriteToBytes()
	if err != nil {
		return "", err
	}
	out := base64.StdEncoding.EncodeToString(raw)
	s.mu.Lock()
	s.last = out
	s.mu.Unlock()
	return out, nil
}

// open begins a response; the order of the elements is the schema's: result, outputs, signature.
func open(r *accepted, result string, at time.Time) string {
	return `<dss:SignResponse xmlns:dss="urn:oasis:names:tc:dss:1.0:core:schema" xmlns:csig="` + nsCSig + `" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Profile="` +
		profile + `" RequestID="` + escape(r.RequestID) + `"><dss:Result>` + result + `</dss:Result><dss:OptionalOutputs><csig:SignResponseExtension Version="` +
		escape(r.Ext.Version) + `"><csig:ResponseTime>` + stamp(at) + `</csig:ResponseTime>`
}

const closeOutputs = `</csig:SignResponseExtension></dss:OptionalOutputs>`

// failure is a response without a signature.
func (s *Sim) failure(r *accepted, do Action, minor string, now time.Time) string {
	major := "ResponderError"
	switch do {
	case ReqExpired, UserMismatch, UnsupportedLoA:
		major = "RequesterError"
	}
	result := `<dss:ResultMajor>urn:oasis:names:tc:dss:1.0:resultmajor:` + major + `</dss:ResultMajor>`
	if minor != "" {
		result += `<dss:ResultMinor>` + minor + `</dss:ResultMinor>`
	}
	return open(r, result, now) + closeOutputs + `</dss:SignResponse>`
}

// success identifies the person, makes a certificate and signs every task with its key.
func (s *Sim) success(r *accepted, p *person, do Action, now time.Time) (string, error) {
	who, authority := p, s.authority
	context := evidencetest.ServiceContext{IdentityProvider: IdentityProviderID, Class: r.class, Assertion: "_" + token(), Transaction: token(), Instant: now}
	at := now
	switch do {
	case WrongPerson:
		for _, other := range s.people {
			if other != p {
				who = other
			}
		}
	case LowLevel:
		context.Class = "http://id.elegnamnden.se/loa/1.0/loa2"
	case OtherProvider:
		context.IdentityProvider = "https://annan-idp.example.se/"
	case OldLogin:
		context.Instant = now.Add(-time.Hour)
	case OldResponse:
		at = now.Add(-time.Hour)
	case ForeignCA:
		var err error
		if authority, err = evidencetest.NewServiceAuthority(now); err != nil {
			return "", err
		}
	}
	key, err := who.keyFor(r.Ext.Algorithm)
	if err != nil {
		return "", err
	}
	signer, err := authority.Issue(evidencetest.ServiceSubject{Number: who.Number, GivenName: who.GivenName, Surname: who.Surname, Context: context, Key: key}, now)
	if err != nil {
		return "", err
	}
	if do == OtherContext {
		context.Assertion = "_" + token()
	}
	var tasks, chain strings.Builder
	for i, t := range r.Tasks {
		signed, err := signer.Sign(evidencetest.ServiceTask{ToBeSigned: wanted(r.tasks[i], do), SignatureID: t.SignatureID}, now, evidencetest.ServiceEdit{})
		if err != nil {
			return "", err
		}
		if do == AlteredSignature {
			signed.Value[0] ^= 1
		}
		tasks.WriteString(`<csig:SignTaskData SignTaskId="` + escape(t.ID) + `" SigType="XML" AdESType="BES"><csig:ToBeSignedBytes>` + b64(signed.ToBeSigned) +
			`</csig:ToBeSignedBytes><csig:AdESObject><csig:SignatureId>` + escape(t.SignatureID) + `</csig:SignatureId><csig:AdESObjectBytes>` + b64(signed.Object) +
			`</csig:AdESObjectBytes></csig:AdESObject><csig:Base64Signature Type="` + escape(r.Ext.Algorithm) + `">` + b64(signed.Value) +
			`</csig:Base64Signature></csig:SignTaskData>`)
		if i == 0 {
			for _, der := range signed.Certificates {
				chain.WriteString(`<csig:X509Certificate>` + b64(der) + `</csig:X509Certificate>`)
			}
		}
	}
	out := open(r, `<dss:ResultMajor>urn:oasis:names:tc:dss:1.0:resultmajor:Success</dss:ResultMajor>`, at)
	if do != NoAssertion {
		out += assertionInfo(who, context)
	}
	return out + `<csig:SignatureCertificateChain>` + chain.String() + `</csig:SignatureCertificateChain>` + closeOutputs +
		`<dss:SignatureObject><dss:Other><csig:SignTasks>` + tasks.String() + `</csig:SignTasks></dss:Other></dss:SignatureObject></dss:SignResponse>`, nil
}

// wanted is what is signed: what was asked for, or something else.
func wanted(toBeSigned []byte, do Action) []byte {
	if do != WrongDocument {
		return toBeSigned
	}
	const mark = "<ds:DigestValue>"
	i := strings.Index(string(toBeSigned), mark) + len(mark)
	out := []byte(string(toBeSigned))
	if out[i]++; out[i] > 'y' || out[i] == '[' || out[i] == ':' || out[i] == ',' || out[i] == '0' {
		out[i] = 'a'
	}
	return out
}

func assertionInfo(p *person, c evidencetest.ServiceContext) string {
	attribute := func(name, value string) string {
		return `<saml:Attribute Name="` + name + `" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"><saml:AttributeValue>` + escape(value) +
			`</saml:AttributeValue></saml:Attribute>`
	}
	return `<csig:SignerAssertionInfo><csig:ContextInfo><csig:IdentityProvider Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">` +
		escape(c.IdentityProvider) + `</csig:IdentityProvider><csig:AuthenticationInstant>` + stamp(c.Instant) + `</csig:AuthenticationInstant><saml:AuthnContextClassRef>` +
		escape(c.Class) + `</saml:AuthnContextClassRef><csig:ServiceID>` + ServiceID + `</csig:ServiceID><csig:AuthType>saml</csig:AuthType><csig:AssertionRef>` +
		c.Assertion + `</csig:AssertionRef></csig:ContextInfo><saml:AttributeStatement>` + attribute(attrNumber, p.Number.Digits()) +
		attribute("urn:oid:2.5.4.42", p.GivenName) + attribute("urn:oid:2.5.4.4", p.Surname) + `</saml:AttributeStatement></csig:SignerAssertionInfo>`
}

// keyFor gives a key of the kind that an algorithm needs; nil lets the authority make one on P-256.
func (p *person) keyFor(algorithm string) (crypto.Signer, error) {
	switch {
	case strings.HasSuffix(algorithm, "#rsa-sha256"):
		return p.rsaKey()
	case strings.HasSuffix(algorithm, "#ecdsa-sha256"):
		return nil, nil
	}
	return nil, errors.New("the signature algorithm is not supported here")
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
