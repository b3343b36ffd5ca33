package frejasim

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"samtjanst/platform/idno"
)

// Freja's error codes.
const (
	invalidUserInfoType = 1001
	invalidUserInfo     = 1002
	invalidLevel        = 1007
	invalidJSON         = 1010
	unknownUser         = 1012
	unknownReference    = 1100
	loginInProgress     = 2000
	invalidAttributes   = 2002 // of a login
	invalidDataType     = 3000
	invalidData         = 3001
	invalidSignature    = 3002
	invalidExpiry       = 3003
	invalidNotice       = 3004
	invalidSignAttrs    = 3005
	invalidTitle        = 3007
)

// parameterOf unwraps "name=<base64 of JSON>[&relyingPartyId=…]", which is not a form: "+" is itself.
func parameterOf(body, name string) ([]byte, bool) {
	first, rest, more := strings.Cut(body, "&")
	if more && !strings.HasPrefix(rest, "relyingPartyId=") {
		return nil, false
	}
	value, found := strings.CutPrefix(first, name+"=")
	if !found {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(value)
	return b, err == nil
}

type startRequest struct {
	UserInfoType         string `json:"userInfoType"`
	UserInfo             string `json:"userInfo"`
	MinRegistrationLevel string `json:"minRegistrationLevel"`
	Attributes           []struct {
		Attribute string `json:"attribute"`
	} `json:"attributesToReturn"`
	Title            string `json:"title"`
	PushNotification *struct {
		Title string `json:"title"`
		Text  string `json:"text"`
	} `json:"pushNotification"`
	Expiry         int64  `json:"expiry"`
	DataToSignType string `json:"dataToSignType"`
	SignatureType  string `json:"signatureType"`
	DataToSign     struct {
		Text       string  `json:"text"`
		BinaryData *string `json:"binaryData"`
	} `json:"dataToSign"`
}

// readStart checks a request as Freja does and gives the order, or the code of what is wrong.
func (s *Sim) readStart(raw []byte, login bool, now time.Time) (*order, int) {
	// Freja does not read \u escapes of letters.
	if strings.Contains(string(raw), `\u`) {
		return nil, invalidJSON
	}
	var in startRequest
	if json.Unmarshal(raw, &in) != nil {
		return nil, invalidJSON
	}
	o := &order{login: login, level: in.MinRegistrationLevel, expires: now.Add(loginLife)}
	if code := s.readPerson(o, in, now); code != 0 {
		return nil, code
	}
	if o.level == "" {
		o.level = "BASIC"
	}
	if !slices.Contains([]string{"BASIC", "EXTENDED", "PLUS"}, o.level) {
		return nil, invalidLevel
	}
	for _, a := range in.Attributes {
		if !slices.Contains([]string{"SSN", "BASIC_USER_INFO"}, a.Attribute) || o.level == "BASIC" {
			if login {
				return nil, invalidAttributes
			}
			return nil, invalidSignAttrs
		}
	}
	if login {
		return o, 0
	}
	return o, o.readSignature(in, now)
}

// readPerson reads whom the order is for.
func (s *Sim) readPerson(o *order, in startRequest, now time.Time) int {
	switch in.UserInfoType {
	case "INFERRED":
		if in.UserInfo != "N/A" {
			return invalidUserInfo
		}
		return 0
	case "SSN":
		var ssn struct{ Country, SSN string }
		b, err := base64.StdEncoding.DecodeString(in.UserInfo)
		if err != nil || json.Unmarshal(b, &ssn) != nil || ssn.Country != "SE" || !idno.Valid(ssn.SSN) {
			return invalidUserInfo
		}
		if o.asked, err = idno.Parse(ssn.SSN, now); err != nil {
			return invalidUserInfo
		}
		if s.persona(o.asked) == nil {
			return unknownUser
		}
		return 0
	}
	return invalidUserInfoType
}

// readSignature reads what a signature has besides.
func (o *order) readSignature(in startRequest, now time.Time) int {
	if utf8.RuneCountInString(in.Title) > 128 {
		return invalidTitle
	}
	o.title = in.Title
	if n := in.PushNotification; n != nil {
		if n.Title == "" || n.Text == "" || utf8.RuneCountInString(n.Title) > 256 || utf8.RuneCountInString(n.Text) > 256 {
			return invalidNotice
		}
		o.notice = n.Text
	}
	if in.Expiry != 0 {
		o.expires = time.UnixMilli(in.Expiry)
		longest := longestLife
		if o.asked.IsZero() {
			longest = 30 * time.Minute
		}
		if life := o.expires.Sub(now); life < loginLife || life > longest {
			return invalidExpiry
		}
	}
	var err error
	if o.text, err = base64.StdEncoding.DecodeString(in.DataToSign.Text); err != nil || len(o.text) == 0 || !utf8.Valid(o.text) ||
		utf8.RuneCount(o.text) > 4096 {
		return invalidData
	}
	switch in.DataToSignType {
	case "SIMPLE_UTF8_TEXT":
		if in.DataToSign.BinaryData != nil {
			return invalidData
		}
		if in.SignatureType != "SIMPLE" {
			return invalidSignature
		}
	case "EXTENDED_UTF8_TEXT":
		if in.DataToSign.BinaryData == nil {
			return invalidData
		}
		if o.hidden, err = base64.StdEncoding.DecodeString(*in.DataToSign.BinaryData); err != nil || len(o.hidden) == 0 || len(o.hidden) > 5<<20 {
			return invalidData
		}
		if in.SignatureType != "EXTENDED" {
			return invalidSignature
		}
	default:
		return invalidDataType
	}
	return 0
}
