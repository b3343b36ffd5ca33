package web

import (
	"errors"
	"net/http"

	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/signing"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

// signPage shows exactly what is signed, before the e-legitimation is started.
type signPage struct {
	ui.Shell
	Document string
	Facts    ui.Rows
	Summary  ui.Summary
	Parts    ui.Files
	Text     string // as it will stand in the app
	Digest   string
	Choices  ui.EIDChoices
	NotSign  string
	Notice   *ui.Notice
	By       string // in which e-legitimation the text is shown; "" in one of several
}

func signURL(id casework.ID) string { return caseURL(id) + "/underskrift" }

func (s *site) signPage(r *httpkit.Request) error {
	id := caseID(r)
	v, err := s.Flow.SigningPage(r.Context(), r.Actor(), id)
	if err != nil {
		return s.refusedCase(r, err, id)
	}
	switch {
	case !v.Case.MaySign:
		return r.See(caseURL(id))
	case v.Case.OwnFirst:
		return r.See(caseURL(id) + "/egna-uppgifter")
	}
	if len(v.Offers) == 0 {
		return s.noneToSignWith(r, v)
	}
	l, base := r.Locale(), signURL(id)
	p := signPage{Shell: s.frame(r, v.Case.Service.Tenant, l.T("web.sign.title")), Document: v.Case.Form.Translate("signing.document", v.Document).In(r.Lang), Text: v.Text, Digest: v.Digest,
		Choices: s.eid.Choices(r, v.Offers, base, eidkit.Sign),
		Summary: renderer.SummaryView(s.readable(r, v.Case), nil),
		Facts:   ui.Rows{{Key: l.T("web.case.reference"), Value: v.Case.Reference}, {Key: l.T("web.sign.by"), Value: l.Until(v.Case.Deadline, s.Clock.Now())}}}
	p.Back = &ui.Link{Text: l.T("web.sign.back"), URL: caseURL(id)}
	p.Choices.Deep = true
	if len(v.Offers) == 1 {
		p.By = v.Offers[0].In(r.Lang)
	}
	if !v.Case.Applicant {
		p.NotSign = notSigningURL(id)
	}
	for _, part := range v.Parts {
		p.Parts = append(p.Parts, ui.FileItem{Name: partName(r, v.Case, part), Type: partType(r, part), Bytes: part.Size, URL: base + "/del/" + part.ID})
	}
	if failed := s.eid.Failure(r, v.Offers); failed != "" {
		p.Notice = &ui.Notice{Tone: ui.Warning, Title: l.T("web.sign.failed"), Text: failed}
	}
	return show(r, http.StatusOK, s.pages.sign, p)
}

func partName(r *httpkit.Request, v *flow.CaseView, p signing.Part) string {
	if p.Name != "" {
		return p.Name
	}
	switch p.Kind {
	case "own":
		return r.Locale().T("web.sign.part-own")
	case "given":
		return r.Locale().T("web.sign.part-given")
	}
	if asked(v) {
		return r.Locale().T("byhand.party.part")
	}
	return r.Locale().T("web.sign.part-answers")
}

func partType(r *httpkit.Request, p signing.Part) string {
	if p.Kind == "attachment" {
		return renderer.FileKind(p.Media)
	}
	return r.Locale().T("web.sign.part-data")
}

// startSigning starts the e-legitimation.
func (s *site) startSigning(r *httpkit.Request) error {
	id := caseID(r)
	o := eidkit.New(r, string(id))
	v, err := s.Flow.StartSigning(r.Context(), r.Actor(), id, r.Form().Get("med"), s.eid.Client(r, o, signURL(id)+"/retur"))
	var refusal *eid.Refusal
	if isConflict(err) && !errors.As(err, &refusal) {
		return r.See(caseURL(id)) // signed already, in another tab; or the own section comes first
	}
	if err != nil {
		if v != nil {
			return s.eid.NotStarted(r, err, signURL(id)+"?")
		}
		return s.refusedCase(r, err, id)
	}
	o.Order = *v.Order
	o.Order.State = nil // the use case has it
	if err := eidkit.Begun(r, o); err != nil {
		return err
	}
	return r.See(signURL(id) + "/vanta")
}

func (s *site) signWait(r *httpkit.Request) error {
	id := caseID(r)
	o, ok := eidkit.Kept(r, string(id))
	if !ok {
		return r.See(signURL(id))
	}
	v, err := s.Flow.Case(r.Context(), r.Actor(), id)
	if err != nil {
		return s.refusedCase(r, err, id)
	}
	title := r.Locale().T("web.wait.sign", "eid", s.eid.Words(r, o.Order.Provider).Name)
	return s.waitPage(r, s.frame(r, v.Service.Tenant, title), o, signURL(id))
}

// askSigning collects the order. When it is complete the signature is verified and stored already.
func (s *site) askSigning(r *httpkit.Request, id casework.ID) (eidkit.Asked, error) {
	v, err := s.Flow.PollSigning(r.Context(), r.Actor(), id)
	if err != nil {
		return eidkit.Asked{}, err
	}
	if v.Order != nil && v.Status.State == eid.Pending {
		return eidkit.Pending(*v.Order, v.Status), nil
	}
	if err := eidkit.Drop(r, string(id)); err != nil {
		return eidkit.Asked{}, err
	}
	switch {
	case v.Status.State == eid.Failed:
		return eidkit.Asked{Next: signURL(id) + "?m=" + string(v.Status.Message)}, nil
	case signedByMe(v.Case):
		return eidkit.Asked{Next: caseURL(id) + "?underskriven=1"}, nil
	}
	return eidkit.Asked{Next: signURL(id)}, nil
}

func signedByMe(v *flow.CaseView) bool {
	for _, sg := range v.Signatures {
		if sg.Me {
			return sg.State.Done()
		}
	}
	return false
}

func (s *site) pollSigning(r *httpkit.Request) error {
	a, err := s.askSigning(r, caseID(r))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	return eidkit.AnswerButton(r, a, signURL(caseID(r)))
}

func (s *site) signStatus(r *httpkit.Request) error {
	a, err := s.askSigning(r, caseID(r))
	if errors.Is(err, fault.Hindered) {
		return s.eid.AnswerScript(r, eidkit.Asked{Next: signURL(caseID(r))}) // the page there says it in words
	}
	if err != nil {
		return err
	}
	return s.eid.AnswerScript(r, a)
}

func (s *site) signQR(r *httpkit.Request) error { return s.eid.Code(r, r.Param("case")) }

func (s *site) signReturn(r *httpkit.Request) error {
	id := caseID(r)
	o, ok := eidkit.Kept(r, string(id))
	if !ok || !o.Returned(r) {
		return r.See(caseURL(id))
	}
	return r.See(signURL(id) + "/vanta?m=" + string(eid.InProgress))
}

func (s *site) cancelSigning(r *httpkit.Request) error {
	id := caseID(r)
	if err := s.Flow.CancelSigning(r.Context(), r.Actor(), id); err != nil && !errors.Is(err, fault.Unavailable) {
		return s.refusedCase(r, err, id)
	}
	if err := eidkit.Drop(r, string(id)); err != nil {
		return err
	}
	return r.See(signURL(id) + "?m=" + string(eid.Cancelled))
}

// signedPart gives a part exactly as it is stored and signed.
func (s *site) signedPart(r *httpkit.Request) error {
	f, err := s.Flow.SignedPart(r.Context(), r.Actor(), caseID(r), r.Param("part"))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	return send(r, f, false)
}

// ownEvidence gives the evidence of the reader's own signature, for whoever wants to keep or check it.
func (s *site) ownEvidence(r *httpkit.Request) error {
	f, err := s.Flow.OwnEvidence(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return err
	}
	return send(r, f, false)
}

// noneToSignWith says what to do when no e-legitimation here is one that this signature takes.
func (s *site) noneToSignWith(r *httpkit.Request, v *flow.SigningView) error {
	l := r.Locale()
	p := problemPage{Shell: s.frame(r, v.Case.Service.Tenant, l.T("web.sign.none")), Reach: &v.Case.Service.Tenant.Contact,
		Text: l.T("web.sign.none-text", "reference", v.Case.Reference, "day", l.Until(v.Case.Deadline, s.Clock.Now())), Link: &ui.Link{Text: l.T("web.sign.back"), URL: caseURL(v.Case.ID)}}
	return show(r, http.StatusOK, s.pages.problem, p)
}
