package evidencetest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Content is what a person signs.
type Content struct {
	Login    bool // Identification instead of Signing
	Text     []byte
	Markdown bool
	Hidden   []byte
	Service  string // the relying party's display name
}

const (
	xmldsig   = `http://www.w3.org/2000/09/xmldsig#`
	bankid    = `http://www.bankid.com/signature/v1.0.0/types`
	c14n      = `http://www.w3.org/TR/2001/REC-xml-c14n-20010315`
	rsaSHA256 = `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`
	sha256URI = `http://www.w3.org/2001/04/xmlenc#sha256`
)

// Sign makes the XML document that BankID's app makes.
func (h *Holder) Sign(c Content) ([]byte, error) { return h.SignEdited(c, Edit{}) }

// Edit changes a document while it is made, for forgeries that are signed all the same. Each function gets the canonical
// form of a part and gives what stands in its place.
type Edit struct {
	SignedData, KeyInfo, SignedInfo func(string) string
}

// SignEdited is Sign with edits before each part is hashed or signed.
func (h *Holder) SignEdited(c Content, e Edit) ([]byte, error) {
	data, err := signedData(c)
	if err != nil {
		return nil, err
	}
	data = edited(data, e.SignedData)
	key := edited(h.keyInfo(), e.KeyInfo)
	info := `<SignedInfo xmlns="` + xmldsig + `"><CanonicalizationMethod Algorithm="` + c14n + `"></CanonicalizationMethod>` +
		`<SignatureMethod Algorithm="` + rsaSHA256 + `"></SignatureMethod>` +
		reference(`Type="`+bankid+`" URI="#bidSignedData"`, data) + reference(`URI="#bidKeyInfo"`, key) + `</SignedInfo>`
	info = edited(info, e.SignedInfo)
	value, err := sign(h.key, []byte(info))
	if err != nil {
		return nil, err
	}
	// The app writes empty elements in their short form, and its parts repeat the namespace.
	short := strings.NewReplacer(`"></CanonicalizationMethod>`, `"/>`, `"></SignatureMethod>`, `"/>`, `"></Transform>`, `"/>`,
		`"></DigestMethod>`, `"/>`).Replace(info)
	return []byte(`<?xml version="1.0" encoding="UTF-8" standalone="no"?><Signature xmlns="` + xmldsig + `">` + short +
		`<SignatureValue>` + b64(value) + "</SignatureValue>\n" + key + `<Object>` + data + `</Object></Signature>`), nil
}

func edited(s string, f func(string) string) string {
	if f == nil {
		return s
	}
	return f(s)
}

func reference(attrs, content string) string {
	sum := sha256.Sum256([]byte(content))
	return `<Reference ` + attrs + `><Transforms><Transform Algorithm="` + c14n + `"></Transform></Transforms>` +
		`<DigestMethod Algorithm="` + sha256URI + `"></DigestMethod><DigestValue>` + b64(sum[:]) + `</DigestValue></Reference>`
}

func (h *Holder) keyInfo() string {
	var s strings.Builder
	s.WriteString(`<KeyInfo xmlns="` + xmldsig + `" Id="bidKeyInfo"><X509Data>`)
	for _, der := range [][]byte{h.cert.Raw, h.a.customer.cert.Raw, h.a.intermediate.cert.Raw} {
		s.WriteString(`<X509Certificate>` + b64(der) + `</X509Certificate>`)
	}
	s.WriteString(`</X509Data></KeyInfo>`)
	return s.String()
}

func signedData(c Content) (string, error) {
	nonce := make([]byte, 20)
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	use := "Signing"
	if c.Login {
		use = "Identification"
	}
	var s strings.Builder
	s.WriteString(`<bankIdSignedData xmlns="` + bankid + `" Id="bidSignedData">`)
	if len(c.Text) > 0 {
		s.WriteString(`<usrVisibleData charset="UTF-8"`)
		if c.Markdown {
			s.WriteString(` format="simpleMarkdownV1"`)
		}
		s.WriteString(` visible="wysiwys">` + b64(c.Text) + `</usrVisibleData>`)
	}
	if len(c.Hidden) > 0 {
		s.WriteString(`<usrNonVisibleData>` + b64(c.Hidden) + `</usrNonVisibleData>`)
	}
	s.WriteString(`<srvInfo><name>` + b64([]byte("cn="+c.Service+",c=SE")) + `</name><nonce>` + b64(nonce) + `</nonce><displayName>` +
		b64([]byte(c.Service)) + `</displayName></srvInfo><clientInfo><funcId>` + use + `</funcId><version>` + b64([]byte("7.50.0")) +
		`</version><env><ai><type>` + b64([]byte("SIMULATOR")) + `</type><deviceInfo>` + b64([]byte("simulator")) +
		`</deviceInfo></ai></env></clientInfo></bankIdSignedData>`)
	return s.String(), nil
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
