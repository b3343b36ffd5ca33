package bankidsim

import (
	"bytes"
	"encoding/base64"
	"errors"
	"time"

	"samtjanst/platform/signing/evidence/evidencetest"
)

type completionData struct {
	User struct {
		PersonalNumber string `json:"personalNumber"`
		Name           string `json:"name"`
		GivenName      string `json:"givenName"`
		Surname        string `json:"surname"`
	} `json:"user"`
	Device struct {
		IPAddress string `json:"ipAddress"`
		UHI       string `json:"uhi"`
	} `json:"device"`
	IssueDate string `json:"bankIdIssueDate"`
	StepUp    struct {
		MRTD bool `json:"mrtd"`
	} `json:"stepUp"`
	Signature    string `json:"signature"`
	OCSPResponse string `json:"ocspResponse"`
	Risk         string `json:"risk"`
}

// completion makes the real signature and OCSP answer of a completed order, or the lie that its script asks for.
func (s *Sim) completion(o order) (completionData, error) {
	signer, err := s.holder(o.by)
	if err != nil {
		return completionData{}, err
	}
	c := evidencetest.Content{Login: o.login, Text: o.text, Markdown: o.markdown, Hidden: o.hidden, Service: s.service}
	var answer evidencetest.Answer
	at := o.ended
	switch o.forgery {
	case WrongPerson:
		if signer, err = s.somebodyElse(o.by); err != nil {
			return completionData{}, err
		}
	case WrongText:
		c.Text = append([]byte("Något annat än det som visades. "), c.Text...)
	case WrongHidden:
		c.Hidden = append([]byte("x"), c.Hidden...)
	case WrongUse:
		c.Login = !c.Login
	case ForgedOCSP:
		answer.Nonce = make([]byte, 32)
	case RevokedOCSP:
		answer.Revoked = true
	case StrangersOCSP:
		if answer.Responder, err = s.somebodyElse(o.by); err != nil {
			return completionData{}, err
		}
	case ExpiredCertificate:
		signer, err = s.bank.Issue(evidencetest.Subject{Number: o.by.Number, GivenName: o.by.GivenName, Surname: o.by.Surname, Validity: -time.Hour}, at)
		if err != nil {
			return completionData{}, err
		}
	case Replayed:
		at = at.Add(-time.Hour)
	}
	xml, err := signer.Sign(c)
	if err != nil {
		return completionData{}, err
	}
	if o.forgery == AlteredSignature {
		xml = alter(xml)
	}
	ocsp, err := signer.OCSP(xml, at, answer)
	if err != nil {
		return completionData{}, err
	}
	var d completionData
	d.User.PersonalNumber, d.User.GivenName, d.User.Surname = o.by.Number.Digits(), o.by.GivenName, o.by.Surname
	d.User.Name = o.by.GivenName + " " + o.by.Surname
	d.Device.IPAddress, d.Device.UHI = o.ip, "c2ltdWxhdG9yAAAAAAAAAAAAAAA="
	d.IssueDate = signer.Issued().Format(time.DateOnly) + "Z"
	d.Signature, d.OCSPResponse = base64.StdEncoding.EncodeToString(xml), base64.StdEncoding.EncodeToString(ocsp)
	d.Risk = "low"
	return d, nil
}

func (s *Sim) somebodyElse(p *person) (*evidencetest.Holder, error) {
	for _, other := range s.people {
		if other != p {
			return s.holder(other)
		}
	}
	return nil, errors.New("bankidsim: there is nobody else")
}

// alter changes one character of the text that was signed (or, without text, of the service's name).
func alter(xml []byte) []byte {
	out := bytes.Clone(xml)
	for _, mark := range []string{`visible="wysiwys">`, `<displayName>`} {
		if i := bytes.Index(out, []byte(mark)); i >= 0 {
			i += len(mark)
			if out[i]++; out[i] > 'y' || out[i] == '[' {
				out[i] = 'a'
			}
			return out
		}
	}
	return out
}
