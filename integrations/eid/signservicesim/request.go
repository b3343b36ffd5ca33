package signservicesim

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/platform/idno"
)

const (
	profile      = "http://id.elegnamnden.se/csig/1.1/dss-ext/profile"
	nsCSig       = "http://id.elegnamnden.se/csig/1.1/dss-ext/ns"
	attrNumber   = "urn:oid:1.2.752.29.4.13"
	requestLimit = 5 * time.Minute // how old a request may be when it comes
	signLimit    = 10 * time.Minute
)

// supported are the levels that people are identified at here.
var supported = []string{"http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa4"}

// signRequest is a dss:SignRequest by names alone: it has been found to be signed.
type signRequest struct {
	Profile   string    `xml:"Profile,attr"`
	RequestID string    `xml:"RequestID,attr"`
	Ext       extension `xml:"OptionalInputs>SignRequestExtension"`
	Tasks     []task    `xml:"InputDocuments>Other>SignTasks>SignTaskData"`
}

type extension struct {
	Version     string    `xml:"Version,attr"`
	RequestTime time.Time `xml:"RequestTime"`
	Conditions  struct {
		NotBefore    time.Time `xml:"NotBefore,attr"`
		NotOnOrAfter time.Time `xml:"NotOnOrAfter,attr"`
		Audience     []string  `xml:"AudienceRestriction>Audience"`
	} `xml:"Conditions"`
	Signer []struct {
		Name  string `xml:"Name,attr"`
		Value string `xml:"AttributeValue"`
	} `xml:"Signer>Attribute"`
	IdentityProvider string `xml:"IdentityProvider"`
	SignRequester    string `xml:"SignRequester"`
	SignService      string `xml:"SignService"`
	Algorithm        string `xml:"RequestedSignatureAlgorithm"`
	Certificate      struct {
		Type    string   `xml:"CertType,attr"`
		Classes []string `xml:"AuthnContextClassRef"`
		Wanted  []struct {
			OID      string `xml:"CertAttributeRef,attr"`
			Required bool   `xml:"Required,attr"`
		} `xml:"RequestedCertAttributes>RequestedCertAttribute"`
	} `xml:"CertRequestProperties"`
	Message struct {
		MustShow  bool      `xml:"MustShow,attr"`
		Entity    string    `xml:"DisplayEntity,attr"`
		MimeType  string    `xml:"MimeType,attr"`
		Clear     string    `xml:"Message"`
		Encrypted *struct{} `xml:"EncryptedMessage"`
	} `xml:"SignMessage"`
}

type task struct {
	ID          string `xml:"SignTaskId,attr"`
	SigType     string `xml:"SigType,attr"`
	AdES        string `xml:"AdESType,attr"`
	ToBeSigned  string `xml:"ToBeSignedBytes"`
	SignatureID string `xml:"AdESObject>SignatureId"`
}

// accepted is a request that a person may be asked about.
type accepted struct {
	signRequest
	signer idno.Number
	text   string
	class  string // the level that the person will be identified at; "" when none of those asked for is given here
	back   string
	tasks  [][]byte // ToBeSignedBytes of each task
}

// accept checks a posted request. The error says what is wrong, for who makes requests.
func (s *Sim) accept(posted url.Values) (*accepted, error) {
	if posted.Get("Binding") != "POST/XML/1.0" {
		return nil, errors.New("Binding is not POST/XML/1.0")
	}
	raw, err := base64.StdEncoding.DecodeString(posted.Get("EidSignRequest"))
	if err != nil {
		return nil, errors.New("EidSignRequest is not base64")
	}
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(raw); err != nil || tree.Root() == nil {
		return nil, errors.New("EidSignRequest is not XML")
	}
	if err := inPlace(tree.Root()); err != nil {
		return nil, err
	}
	check := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{s.asking.cert}})
	check.Clock = dsig.NewFakeClockAt(s.clock.Now())
	signed, err := check.Validate(tree.Root())
	if err != nil {
		return nil, errors.New("the request's signature does not hold: " + err.Error())
	}
	content, err := serialised(signed)
	if err != nil {
		return nil, err
	}
	r := &accepted{}
	if err := xml.Unmarshal(content, &r.signRequest); err != nil {
		return nil, errors.New("the request cannot be read")
	}
	if err := s.demand(r, posted.Get("RelayState")); err != nil {
		return nil, err
	}
	return r, s.readMessage(r, signed)
}

// inPlace demands the signature as the last element of OptionalInputs and nowhere else (DSS Extension, section 5).
func inPlace(root *etree.Element) error {
	inputs := root.SelectElement("OptionalInputs")
	if inputs == nil || len(inputs.ChildElements()) == 0 {
		return errors.New("no OptionalInputs")
	}
	all := inputs.ChildElements()
	if all[len(all)-1].Tag != "Signature" || len(root.FindElements(".//SignatureValue")) != 1 {
		return errors.New("the signature is not the last element of OptionalInputs")
	}
	return nil
}

func serialised(e *etree.Element) ([]byte, error) {
	var b bytes.Buffer
	d := etree.NewDocument()
	d.SetRoot(e.Copy())
	_, err := d.WriteTo(&b)
	return b.Bytes(), err
}

// demand checks what the implementation profile demands (2.1).
func (s *Sim) demand(r *accepted, relay string) error {
	now, e := s.clock.Now(), r.Ext
	switch {
	case r.Profile != profile:
		return errors.New("another Profile")
	case len(r.RequestID) < 20 || relay != r.RequestID:
		return errors.New("RequestID is shorter than 20 characters, or RelayState is another")
	case e.SignRequester != s.requester:
		return errors.New("SignRequester is not known here")
	case e.SignService != ServiceID:
		return errors.New("SignService is another")
	case e.IdentityProvider != IdentityProviderID:
		return errors.New("IdentityProvider is not known here")
	case e.RequestTime.Before(now.Add(-requestLimit)) || e.RequestTime.After(now.Add(time.Minute)):
		return errors.New("RequestTime is too long ago, or in the future")
	case !e.Conditions.NotBefore.IsZero() && now.Before(e.Conditions.NotBefore):
		return errors.New("not valid yet")
	case len(e.Conditions.Audience) != 1:
		return errors.New("not one Audience")
	case e.Certificate.Type != "PKC":
		return errors.New("CertType is not one that is issued here")
	case len(r.Tasks) == 0:
		return errors.New("no SignTaskData")
	}
	r.back = e.Conditions.Audience[0]
	if u, err := url.Parse(r.back); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("Audience is not an address that a browser can be sent to")
	}
	for _, a := range e.Signer {
		if a.Name == attrNumber && idno.Valid(a.Value) {
			r.signer = idno.Must(a.Value)
		}
	}
	for _, w := range e.Certificate.Wanted {
		if w.Required && !slices.Contains([]string{"2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.42"}, w.OID) {
			return errors.New("a certificate attribute is required that is not known here")
		}
	}
	for _, class := range e.Certificate.Classes {
		if r.class == "" && slices.Contains(supported, class) {
			r.class = class
		}
	}
	if len(e.Certificate.Classes) == 0 {
		r.class = supported[0]
	}
	for _, t := range r.Tasks {
		b, err := base64.StdEncoding.DecodeString(t.ToBeSigned)
		if err != nil || t.SigType != "XML" || t.AdES != "BES" || t.SignatureID == "" || t.ID == "" {
			return errors.New("SignTaskData is not XML with AdESType BES, an id and a SignatureId")
		}
		if !strings.Contains(string(b), `<ds:SignatureMethod Algorithm="`+e.Algorithm+`">`) {
			return errors.New("SignatureMethod is not RequestedSignatureAlgorithm")
		}
		r.tasks = append(r.tasks, b)
	}
	return nil
}

// readMessage reads what is to be shown, as the identity provider does: only it can open an encrypted one.
func (s *Sim) readMessage(r *accepted, signed *etree.Element) error {
	m := r.Ext.Message
	clear := m.Clear
	if m.Encrypted != nil {
		holder := signed.FindElement(".//EncryptedMessage")
		raw, err := xmlenc.Decrypt(holder, []*rsa.PrivateKey{s.message.key}, false)
		if err != nil || m.Entity != IdentityProviderID {
			return errors.New("EncryptedMessage cannot be opened")
		}
		var inner struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		}
		if err := xml.Unmarshal(raw, &inner); err != nil || inner.XMLName != (xml.Name{Space: nsCSig, Local: "Message"}) {
			return errors.New("what was encrypted is not a Message")
		}
		clear = inner.Text
	}
	text, err := base64.StdEncoding.DecodeString(clear)
	if err != nil || m.MustShow && len(text) == 0 {
		return errors.New("SignMessage must be shown and is empty")
	}
	r.text = string(text)
	return nil
}
