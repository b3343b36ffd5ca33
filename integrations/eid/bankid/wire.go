package bankid

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// maxAnswer bounds an answer; the largest holds a signature of about 360 kB in base64.
const maxAnswer = 2 << 20

type (
	// shown is what every order has: what the person sees, and what is signed with it.
	shown struct {
		Visible string `json:"userVisibleData,omitempty"`
		Hidden  string `json:"userNonVisibleData,omitempty"`
		Format  string `json:"userVisibleDataFormat,omitempty"`
	}
	startRequest struct {
		shown
		EndUserIP   string      `json:"endUserIp"`
		Requirement requirement `json:"requirement,omitzero"`
		ReturnURL   string      `json:"returnUrl,omitempty"`
		ReturnRisk  bool        `json:"returnRisk,omitempty"`
		Web         web         `json:"web"`
	}
	callRequest struct {
		shown
		PersonalNumber string      `json:"personalNumber"`
		CallInitiator  string      `json:"callInitiator"` // "RP": we called; "user": the person did
		Requirement    requirement `json:"requirement,omitzero"`
	}
	requirement struct {
		PinCode             bool     `json:"pinCode,omitempty"`
		CertificatePolicies []string `json:"certificatePolicies,omitempty"`
		PersonalNumber      string   `json:"personalNumber,omitempty"`
	}
	web struct {
		DeviceIdentifier string `json:"deviceIdentifier"`
		ReferringDomain  string `json:"referringDomain"`
		UserAgent        string `json:"userAgent"`
	}
	startResponse struct {
		OrderRef       string `json:"orderRef"`
		AutoStartToken string `json:"autoStartToken"`
		QRStartToken   string `json:"qrStartToken"`
		QRStartSecret  string `json:"qrStartSecret"`
	}
	orderRef struct {
		OrderRef string `json:"orderRef"`
	}
	collectResponse struct {
		Status     string         `json:"status"`
		HintCode   string         `json:"hintCode"`
		Completion completionData `json:"completionData"`
	}
	completionData struct {
		User struct {
			PersonalNumber string `json:"personalNumber"`
			Name           string `json:"name"`
			GivenName      string `json:"givenName"`
			Surname        string `json:"surname"`
		} `json:"user"`
		Device struct {
			IPAddress string `json:"ipAddress"`
		} `json:"device"`
		IssueDate    string `json:"bankIdIssueDate"`
		Signature    string `json:"signature"`
		OCSPResponse string `json:"ocspResponse"`
		Risk         string `json:"risk"`
	}
	errorResponse struct {
		ErrorCode string `json:"errorCode"`
		Details   string `json:"details"`
	}
)

// call posts in and reads out. BankID answers 415 to a content type with a charset. Every error it gives has an
// *eid.Refusal in its chain.
func (c *Client) call(ctx context.Context, op, path string, in, out any) error {
	body, err := encode(in)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeout())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.URL+path, bytes.NewReader(body))
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return fault.New(op, fault.Unavailable, &cause{eid.Refusal{Code: "noAnswer", Message: eid.TechnicalFault}, err})
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fault.New(op, fault.Unavailable, &cause{eid.Refusal{Code: "noAnswer", Message: eid.TechnicalFault}, err})
	}
	if len(answer) > maxAnswer {
		return fault.New(op, fault.Unavailable, malformed(errors.New("an answer over the limit")))
	}
	if resp.StatusCode != http.StatusOK {
		return errorAnswer(op, path, resp.StatusCode, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		// The library's text may quote the answer, which is about a person.
		return fault.New(op, fault.Unavailable, malformed(errors.New("not the JSON expected")))
	}
	return nil
}

func errorAnswer(op, path string, status int, answer []byte) error {
	var e errorResponse
	code := fmt.Sprintf("http%d", status) // not BankID's own answer, but something between us
	if json.Unmarshal(answer, &e) == nil && e.ErrorCode != "" {
		code = masked(e.ErrorCode, 40)
	}
	kind, message := refusal(status, code, path == "/collect" || path == "/cancel")
	return fault.New(op, kind, &cause{eid.Refusal{Code: code, Message: message},
		fmt.Errorf("status %d, details %q", status, masked(e.Details, 200))})
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
