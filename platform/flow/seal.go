package flow

import (
	"context"

	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal"
	"samtjanst/renderer/pdf"
)

// Documents of record are sealed with the municipality's certificate, so that whoever gets one sees whose it is, and that not a byte of it
// has been changed: the decision, the case as one file, a party's copy, the receipt, and the letter with what is handed out.
//
// The decision is sealed once, when it is made: the stored bytes are the sealed ones, and everybody gets exactly these. The others are made
// and sealed when they are asked for. Where an authority's timestamps are configured there is no seal without one: while it does not answer,
// a decision waits in the outbox, and whoever asks for one of the others is asked to come back.
//
// A decision that is signed is sealed before it is signed. What those who decide sign is the document as it is stored; a seal put on it
// afterwards would change the bytes that they signed. So the seal says whose document it is, and the signatures that lie beside it as
// evidence say who decided.
//
// Not sealed: a draft of a decision, which a seal would make look decided, and letters to print, since no seal survives paper.

// Sealer seals a document of renderer/pdf with one municipality's certificate. Faults: Unavailable (no timestamp can be had now), Internal
// (the certificate has expired, the key does not sign).
type Sealer interface {
	Seal(ctx context.Context, pdf []byte, o seal.Options) ([]byte, error)
}

// sealReason says why a document is sealed, as readers of PDF files show it: the end of a text's key.
type sealReason string

const (
	sealedDecision sealReason = "decision"
	sealedProposal sealReason = "to-sign" // a decision that holds when those who decide have signed it
	sealedCase     sealReason = "case"
	sealedCopy     sealReason = "copy"
	sealedReceipt  sealReason = "receipt"
	sealedLetter   sealReason = "letter"
)

// seal seals a document that is in a language. It is left as it is when the municipality has no certificate.
func (s *Service) seal(ctx context.Context, t *directory.Tenant, lang string, why sealReason, raw []byte) ([]byte, error) {
	sealer, ok := s.Seals[t.ID]
	if !ok {
		return raw, nil
	}
	l := s.Texts.In(lang)
	out, err := sealer.Seal(ctx, raw, seal.Options{Name: t.Name, Location: t.Short, Reason: l.T("sealing.reason." + string(why)),
		Description: l.T("sealing.by", "name", t.Name)})
	return out, fault.Wrap("flow.seal", err)
}

// record makes a document of record.
func (s *Service) record(ctx context.Context, t *directory.Tenant, d pdf.Doc, why sealReason, name string) (*File, error) {
	raw, err := pdf.Render(d)
	if err != nil {
		return nil, fault.New("flow.record", fault.Internal, err)
	}
	if raw, err = s.seal(ctx, t, d.Lang, why, raw); err != nil {
		return nil, err
	}
	return fileOf(name, "application/pdf", raw), nil
}

// settled gives the decision with its document once it holds and parties may know of it: not while it is laid before those who sign it.
func settled(c *casework.Case) *casework.Decision {
	if c.Decision == nil || c.Decision.PDF == nil || c.State == casework.Deciding {
		return nil
	}
	return c.Decision
}
