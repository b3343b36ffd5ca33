// Package accesspoint sends messages through an organisation's access point in eDelivery, over REST. The access point speaks AS4 to the
// receiver's; what stands here is the short way between the platform and it, small on purpose, so that an access point of any brand is one
// translation away:
//
//	PUT <url>/messages/<id>
//	Authorization: Bearer <token>
//	Content-Type: application/json
//
//	{"conversation": "…", "from": "0203:…", "to": "0203:…", "subject": "…", "digest": "<hex>",
//	 "attachments": [{"name": "beslut.pdf", "type": "application/pdf", "content": "<base64>"}]}
//
//	201 {"id": "<receipt>", "at": "2026-11-23T02:14:00Z", "digest": "<hex>"}
//
// A PUT of the same message again gives the same receipt. The receipt is the receiver's side's, over the digest of what came: one over
// anything else is no receipt of ours, and the message counts as not sent.
//
// Answers: 404 nobody has the address; else as [rest.Taken] has it.
package accesspoint

import (
	"bytes"
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/rest"
	"samtjanst/integrations/settings"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

const (
	minToken   = 32
	maxReceipt = 1 << 16
)

// Config is how to reach the access point. The keys are those of the configuration file.
type Config struct {
	URL       string        `yaml:"url"`       // https; http only to this machine
	Token     string        `yaml:"token"`     // at least 32 bytes
	RootsFile string        `yaml:"rootsFile"` // PEM; "" for the system's
	Timeout   time.Duration `yaml:"timeout"`   // 60 s when zero: the receipt comes from the other side
}

// IsZero reports whether there is no access point: everything is then printed and handed over.
func (c Config) IsZero() bool { return c == Config{} }

// Validate says which keys are wrong. Fault: Invalid.
func (c Config) Validate() error {
	var check settings.Check
	check.Base("url", c.URL)
	check.Secret("token", c.Token, minToken)
	check.Duration("timeout", c.Timeout, 0)
	return check.Err("accesspoint.Config")
}

// Client sends. Safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
}

var _ dispatch.Sender = (*Client)(nil)

// New checks the configuration; it does not call out. Fault: Invalid, naming the key.
func New(c Config) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	hc, err := tlsclient.New(c.RootsFile, cmp.Or(c.Timeout, time.Minute))
	if err != nil {
		return nil, fault.New("accesspoint.Config", fault.Invalid, err)
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
	return &Client{c, hc}, nil
}

// Wire is a message as it travels.
type Wire struct {
	Conversation string           `json:"conversation"`
	From         dispatch.Address `json:"from"`
	To           dispatch.Address `json:"to"`
	Subject      string           `json:"subject"`
	Digest       string           `json:"digest"`
	Attachments  []WireAttachment `json:"attachments"`
}

// WireAttachment is a document as it travels; its bytes as base64.
type WireAttachment struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Content []byte `json:"content"`
}

// WireReceipt is a receipt as it travels.
type WireReceipt struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Digest string    `json:"digest"`
}

// Message is the message that has travelled under an id.
func (w Wire) Message(id string) dispatch.Message {
	m := dispatch.Message{ID: id, Conversation: w.Conversation, From: w.From, To: w.To, Subject: w.Subject}
	for _, a := range w.Attachments {
		m.Attachments = append(m.Attachments, dispatch.Attachment{Name: a.Name, Type: a.Type, Bytes: a.Content})
	}
	return m
}

// Send implements dispatch.Sender.
func (c *Client) Send(ctx context.Context, m dispatch.Message) (dispatch.Receipt, error) {
	const op = "accesspoint.Send"
	if err := m.Check(); err != nil {
		return dispatch.Receipt{}, fault.New(op, fault.Invalid, err)
	}
	w := Wire{Conversation: m.Conversation, From: m.From, To: m.To, Subject: m.Subject, Digest: m.Digest()}
	for _, a := range m.Attachments {
		w.Attachments = append(w.Attachments, WireAttachment{Name: a.Name, Type: a.Type, Content: a.Bytes})
	}
	body, err := json.Marshal(w)
	if err != nil {
		return dispatch.Receipt{}, fault.New(op, fault.Internal, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, c.config.URL+"/messages/"+url.PathEscape(m.ID), bytes.NewReader(body))
	if err != nil {
		return dispatch.Receipt{}, fault.New(op, fault.Internal, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.config.Token)
	answer, err := rest.Send(op, c.http, req, maxReceipt)
	if err == nil && answer.Status == http.StatusNotFound {
		err = fault.Newf(op, fault.NotFound, "nobody has the address")
	} else if err == nil {
		err = rest.Taken(op, answer.Status)
	}
	if err != nil {
		return dispatch.Receipt{}, err
	}
	var r WireReceipt
	if json.Unmarshal(answer.Body, &r) != nil || r.ID == "" || r.At.IsZero() || subtle.ConstantTimeCompare([]byte(r.Digest), []byte(w.Digest)) != 1 {
		return dispatch.Receipt{}, fault.New(op, fault.Unavailable, errors.New("the answer is no receipt of this message"))
	}
	return dispatch.Receipt{ID: r.ID, At: r.At.UTC(), Digest: r.Digest}, nil
}
