package web

import (
	"samtjanst/platform/httpkit"
)

// receiptPDF is the receipt that the application has come in, as the applicant may keep it.
func (s *site) receiptPDF(r *httpkit.Request) error {
	f, err := s.Flow.ReceiptPDF(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return err
	}
	return send(r, f, true)
}

// copyPDF is the party's own copy: names, times and that party's own evidence.
func (s *site) copyPDF(r *httpkit.Request) error {
	f, err := s.Flow.CopyPDF(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return err
	}
	return send(r, f, true)
}

// decisionPDF opens the decision, which the use case notes.
func (s *site) decisionPDF(r *httpkit.Request) error {
	f, err := s.Flow.DecisionPDF(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return err
	}
	return send(r, f, true)
}

func (s *site) attachment(r *httpkit.Request) error {
	f, err := s.Flow.Attachment(r.Context(), r.Actor(), caseID(r), r.Param("file"))
	if err != nil {
		return err
	}
	return send(r, f, false)
}
