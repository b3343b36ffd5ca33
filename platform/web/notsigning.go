package web

import (
	"errors"
	"net/http"
	"strings"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// Somebody who is asked to sign and does not: says no, or is hindered. The two lead to different things, so each says what.

// notSigningPage asks which, and why.
type notSigningPage struct {
	ui.Shell
	Text   string
	Which  ui.Field
	Reason ui.Field
	Action string
	Keep   string
	Token  string
}

// maxReason is how much of a reason fits its control; the use case has the last word.
const maxReason = 2000

const (
	saysNo   = "avbojer"
	hindered = "hinder"
)

func notSigningURL(id casework.ID) string { return caseURL(id) + "/kan-inte" }

func (s *site) notSigningPage(r *httpkit.Request) error {
	return s.showNotSigning(r, http.StatusOK, notSigning{})
}

// notSigning is what was posted, and what is wrong with it.
type notSigning struct {
	which, reason           string
	whichWrong, reasonWrong string
}

func (s *site) showNotSigning(r *httpkit.Request, status int, in notSigning) error {
	id := caseID(r)
	v, err := s.Flow.Case(r.Context(), r.Actor(), id)
	if err != nil {
		return s.refusedCase(r, err, id)
	}
	if !v.MaySign || v.Applicant {
		return r.See(caseURL(id))
	}
	l := r.Locale()
	p := notSigningPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.not.title")), Text: l.T("web.not.text", "reference", v.Reference),
		Action: notSigningURL(id), Keep: caseURL(id), Token: r.Token(),
		Which: ui.Field{Name: "vad", Label: l.T("web.not.which"), Error: in.whichWrong, Options: []ui.Choice{
			{Value: saysNo, Label: l.T("web.not.no"), Hint: l.T(noHint(v)), Checked: in.which == saysNo},
			{Value: hindered, Label: l.T("web.not.hindered"), Hint: l.T(hinderedHint(v)), Checked: in.which == hindered}}},
		Reason: ui.Field{Name: "reason", Label: l.T("web.not.reason"), Hint: l.T("web.not.reason-hint"), Value: in.reason, Error: in.reasonWrong,
			Rows: 6, MaxLength: maxReason}}
	if asked(v) {
		p.Text = l.T("byhand.party.not", "reference", v.Reference)
	}
	for _, f := range []ui.Field{p.Which, p.Reason} {
		if f.Error != "" {
			p.Problems = append(p.Problems, f.Problem())
		}
	}
	return show(r, status, s.pages.not, p)
}

// noHint says what becomes of a no.
func noHint(v *flow.CaseView) string {
	if v.DeclineBack {
		return "web.not.no-applicant"
	}
	return "web.not.no-officer"
}

func hinderedHint(v *flow.CaseView) string {
	if v.Ladder {
		return "web.not.hindered-ladder"
	}
	return "web.not.hindered-officer"
}

// notSigning records it. The reason reaches the officer only.
func (s *site) notSigning(r *httpkit.Request) error {
	id, l := caseID(r), r.Locale()
	in := notSigning{which: r.Form().Get("vad"), reason: strings.TrimSpace(r.Form().Get("reason"))}
	label := l.T("web.not.reason")
	if in.which != saysNo && in.which != hindered {
		in.which, in.whichWrong = "", l.T("problem.required-choice", "label", l.T("web.not.which"))
	}
	if n := len([]rune(in.reason)); n == 0 {
		in.reasonWrong = l.T("problem.required", "label", label)
	} else if n > maxReason {
		in.reasonWrong = l.T("problem.too-long", "label", label, "max", maxReason, "length", n)
	}
	if in.whichWrong+in.reasonWrong != "" {
		return s.showNotSigning(r, http.StatusUnprocessableEntity, in)
	}
	do, done := s.Flow.Decline, "avbojt"
	if in.which == hindered {
		do, done = s.Flow.Hinder, "hinder"
	}
	switch err := do(r.Context(), r.Actor(), id, in.reason); {
	case isConflict(err):
		return r.See(caseURL(id))
	case errors.Is(err, fault.Invalid):
		in.reasonWrong = l.T("problem.bad-text", "label", label)
		return s.showNotSigning(r, http.StatusUnprocessableEntity, in)
	case err != nil:
		return s.refusedCase(r, err, id)
	}
	return r.See(caseURL(id) + "?" + done + "=1")
}
