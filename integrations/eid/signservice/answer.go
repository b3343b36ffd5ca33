package signservice

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// maxAnswer bounds what is posted, in characters: the evidence's own limit in base64.
const maxAnswer = evidence.MaxXML / 3 * 4

// Answer is AnswerWith for somebody who has kept no state: there is no such order then.
func (c *Client) Answer(ctx context.Context, ref string, posted url.Values) (eid.Status, error) {
	return c.AnswerWith(ctx, ref, nil, posted)
}

// AnswerWith reads what the browser brought back. Faults: those of eid.Provider; NotFound for an order that has ended, is not ours or has
// another state.
func (c *Client) AnswerWith(ctx context.Context, ref string, state []byte, posted url.Values) (eid.Status, error) {
	const op = "signservice.Answer"
	t, err := c.going(ctx, op, ref)
	if err != nil {
		return eid.Status{}, err
	}
	if !hmac.Equal(t.document, c.seal.ofDocument(t, state)) {
		return eid.Status{}, refusal(op, fault.NotFound, "state", eid.UnknownFault, errors.New("not the state of this order"))
	}
	if c.late(t) {
		return expired(), nil
	}
	r, err := c.open(t, posted)
	if err != nil {
		return rejected(err), nil
	}
	if first, err := c.end(ctx, op, t); err != nil {
		return eid.Status{}, err
	} else if !first {
		return eid.Status{}, refusal(op, fault.NotFound, "ended", eid.UnknownFault, errors.New("the order has ended"))
	}
	if r.major != resultSuccess {
		return eid.Status{State: eid.Failed, Hint: hint(r.major, r.minor), Message: failedMessage(r.major, r.minor)}, nil
	}
	done, err := c.complete(t, state, r)
	if err != nil {
		return rejected(err), nil
	}
	return eid.Status{State: eid.Complete, Done: done}, nil
}

// rejected is an answer that a check did not let through.
func rejected(err error) eid.Status {
	code := evidence.CodeOf(err)
	message := eid.EvidenceRejected
	if code == evidence.WrongPerson {
		message = eid.WrongPerson
	}
	return eid.Status{State: eid.Failed, Hint: "evidence-" + string(code), Message: message}
}

func reject(code evidence.Code, detail string) error {
	return &evidence.Failure{Code: code, Detail: detail}
}

// open finds whether what was posted is the service's answer to this request, made in its time.
func (c *Client) open(t ticket, posted url.Values) (*response, error) {
	state, raw := posted[relayField], posted[responseField]
	if len(state) != 1 || len(raw) != 1 || state[0] != t.request {
		return nil, reject(evidence.Structure, "not one response with this order's relay")
	}
	if len(raw[0]) > maxAnswer {
		return nil, reject(evidence.TooLarge, "over the limit")
	}
	xml, err := base64.StdEncoding.Strict().DecodeString(raw[0])
	if err != nil {
		return nil, reject(evidence.Structure, "not base64")
	}
	opened, err := evidence.OpenServiceResponse(xml, c.m.ServiceCertificates)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(opened.Carried, opened.Certificate.Raw) {
		return nil, reject(evidence.CertificateFormat, "the certificate in the response is not the one that it was signed with")
	}
	r, err := parseResponse(opened.Content)
	if err != nil {
		return nil, err
	}
	switch now := c.clock.Now(); {
	case r.profile != profile:
		return nil, reject(evidence.Structure, "another profile")
	case r.request != t.request:
		return nil, reject(evidence.Changed, "an answer to another request")
	case r.at.Before(t.started.Add(-Slack)) || r.at.After(now.Add(Slack)):
		return nil, reject(evidence.WrongTime, "made before it was asked for, or in the future")
	}
	return r, nil
}

// complete puts the signed document together, verifies it, and holds what it says and what the service says against what was asked.
func (c *Client) complete(t ticket, state []byte, r *response) (*eid.Completion, error) {
	document, err := evidence.ParseServiceDocument(state)
	if err != nil {
		return nil, err
	}
	if err := r.complete(document.SignatureID(), c.cfg.SignatureAlgorithm); err != nil {
		return nil, err
	}
	signed, err := document.Finish(evidence.ServiceResult{SignedInfo: r.toBeSigned, Object: r.object, Value: r.value, Certificates: r.certificates})
	if err != nil {
		return nil, err
	}
	got, err := evidence.ReadService(evidence.Received{XML: signed, Roots: c.m.Roots, At: c.clock.Now()})
	if err != nil {
		return nil, err
	}
	number := got.Number.Digits()
	level := c.cfg.Levels[r.class]
	switch {
	case !hmac.Equal(t.person, c.seal.ofPerson(t, number)):
		return nil, reject(evidence.WrongPerson, "the certificate is somebody else's")
	case strings.TrimPrefix(r.number, "PNOSE-") != number: // as in the certificate, with or without its semantics
		return nil, reject(evidence.WrongPerson, "the certificate is another's than who was identified")
	case r.identityProvider != c.cfg.IdentityProvider:
		return nil, reject(evidence.WrongIssuer, "identified by another identity provider")
	case level == 0 || level < t.level:
		return nil, reject(evidence.WrongUse, "identified at another level than asked for")
	case r.instant.Before(t.started.Add(-Slack)) || r.instant.After(r.at.Add(Slack)):
		return nil, reject(evidence.WrongTime, "identified before it was asked for, or after the answer")
	case got.SignedAt.After(r.at.Add(Slack)) || got.SignedAt.Before(t.started.Add(-Slack)):
		return nil, reject(evidence.WrongTime, "signed before it was asked for, or after the answer")
	case got.Context != nil && (got.Context.IdentityProvider != r.identityProvider || got.Context.Class != r.class ||
		got.Context.Assertion != "" && got.Context.Assertion != r.assertion):
		return nil, reject(evidence.CertificateSubject, "the certificate says otherwise how the person was identified")
	}
	return &eid.Completion{Format: string(evidence.Service), Level: level, Method: r.class, Number: got.Number, Name: got.Name,
		GivenName: got.GivenName, Surname: got.Surname, Signature: signed}, nil
}
