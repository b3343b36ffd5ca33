package freja

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// maxAnswer bounds an answer; the largest holds the JWS of a signature, at most evidence.MaxJWS.
const maxAnswer = 2 << 20

// method is a path of the API and the name under which its parameter is posted.
type method struct{ path, parameter string }

// services are the two that we use, each with its three methods.
var services = map[eid.Purpose]struct{ start, collect, cancel method }{
	eid.Login: {
		method{"/authentication/1.0/initAuthentication", "initAuthRequest"},
		method{"/authentication/1.0/getOneResult", "getOneAuthResultRequest"},
		method{"/authentication/1.0/cancel", "cancelAuthRequest"},
	},
	eid.Sign: {
		method{"/sign/1.0/initSignature", "initSignRequest"},
		method{"/sign/1.0/getOneResult", "getOneSignResultRequest"},
		method{"/sign/1.0/cancel", "cancelSignRequest"},
	},
}

type (
	startRequest struct {
		UserInfoType         string            `json:"userInfoType"`
		UserInfo             string            `json:"userInfo"`
		MinRegistrationLevel string            `json:"minRegistrationLevel"`
		Attributes           []attribute       `json:"attributesToReturn"`
		Device               *device           `json:"originDeviceDetails,omitempty"`
		Title                string            `json:"title,omitempty"`
		PushNotification     *pushNotification `json:"pushNotification,omitempty"`
		Expiry               int64             `json:"expiry,omitempty"` // milliseconds since 1970
		DataToSignType       string            `json:"dataToSignType,omitempty"`
		DataToSign           *dataToSign       `json:"dataToSign,omitempty"`
		SignatureType        string            `json:"signatureType,omitempty"`
	}
	attribute struct {
		Attribute string `json:"attribute"`
	}
	device struct {
		UserAgent     string `json:"userAgent,omitempty"`
		UserIPAddress string `json:"userIpAddress"`
		FlowType      string `json:"flowType"`
	}
	pushNotification struct {
		Title string `json:"title"`
		Text  string `json:"text"`
	}
	dataToSign struct {
		Text       string `json:"text"`
		BinaryData string `json:"binaryData,omitempty"`
	}
	reference struct {
		AuthRef string `json:"authRef,omitempty"`
		SignRef string `json:"signRef,omitempty"`
	}
	result struct {
		Status  string `json:"status"`
		Details string `json:"details"`
	}
	errorResponse struct {
		Code    *int   `json:"code"`
		Message string `json:"message"`
	}
)

// of is the reference of an order of this purpose.
func (r reference) of(p eid.Purpose) string {
	if p == eid.Login {
		return r.AuthRef
	}
	return r.SignRef
}

func referenceTo(p eid.Purpose, ref string) reference {
	if p == eid.Login {
		return reference{AuthRef: ref}
	}
	return reference{SignRef: ref}
}

// body is what Freja takes: not a form, but parameter=base64 of JSON as it is, under a content type that says JSON.
func (c *Client) body(m method, in any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // Freja does not read \u escapes
	if err := e.Encode(in); err != nil {
		return nil, err
	}
	body := m.parameter + "=" + base64.StdEncoding.EncodeToString(bytes.TrimRight(b.Bytes(), "\n"))
	if c.cfg.RelyingPartyID != "" {
		body += "&relyingPartyId=" + url.QueryEscape(c.cfg.RelyingPartyID)
	}
	return []byte(body), nil
}

// call posts in and reads out. Every error it gives has an *eid.Refusal in its chain.
func (c *Client) call(ctx context.Context, op string, m method, in, out any) error {
	body, err := c.body(m, in)
	if err != nil {
		return fault.New(op, fault.Internal, ours(err))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.URL+m.path, bytes.NewReader(body))
	if err != nil {
		return fault.New(op, fault.Internal, ours(err))
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return fault.New(op, fault.Unavailable, noAnswer(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fault.New(op, fault.Unavailable, noAnswer(err))
	case len(answer) > maxAnswer:
		return fault.New(op, fault.Unavailable, malformed(errors.New("an answer over the limit")))
	case resp.StatusCode == http.StatusNoContent:
		return nil
	case resp.StatusCode != http.StatusOK:
		return errorAnswer(op, in, resp.StatusCode, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		// The library's text may quote the answer, which is about a person.
		return fault.New(op, fault.Unavailable, malformed(errors.New("not the JSON expected")))
	}
	return nil
}

func errorAnswer(op string, in any, status int, answer []byte) error {
	_, inOrder := in.(reference)
	var e errorResponse
	if json.Unmarshal(answer, &e) != nil || e.Code == nil || *e.Code < 0 || *e.Code > 99_999 {
		// Not Freja's own answer, but something between us.
		kind, message := refusal(status, unknownCode, inOrder)
		return fault.New(op, kind, &cause{eid.Refusal{Code: fmt.Sprintf("http%d", status), Message: message}, fmt.Errorf("status %d", status)})
	}
	kind, message := refusal(status, *e.Code, inOrder)
	return fault.New(op, kind, &cause{eid.Refusal{Code: strconv.Itoa(*e.Code), Message: message},
		fmt.Errorf("status %d, message %q", status, masked(e.Message, 200))})
}

// cause is a refusal together with what is behind it.
type cause struct {
	refusal eid.Refusal
	err     error
}

func (c *cause) Error() string   { return c.refusal.Error() + ": " + c.err.Error() }
func (c *cause) Unwrap() []error { return []error{&c.refusal, c.err} }

// ours is a request that was refused before it was sent.
func ours(err error) error {
	return &cause{eid.Refusal{Code: "invalidRequest", Message: eid.UnknownFault}, err}
}

// malformed is an answer that makes no sense.
func malformed(err error) error {
	return &cause{eid.Refusal{Code: "malformed", Message: eid.TechnicalFault}, err}
}

func noAnswer(err error) error {
	return &cause{eid.Refusal{Code: "noAnswer", Message: eid.TechnicalFault}, err}
}

// masked shortens a text from outside and hides every digit in it, since it could quote a personal number.
func masked(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '*'
		case r < ' ':
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit])
	}
	return s
}
