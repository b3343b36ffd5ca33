package web

import (
	"net/http"
	"strings"

	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// What was handed in can be changed by the applicant while signatures are waited for. It is filled in as an application is, on the same
// pages, which say whose case it changes.

func amendURL(id casework.ID) string { return caseURL(id) + "/andra" }

// amendPage says whose signatures a change makes void, before anything is begun.
func (s *site) amendPage(r *httpkit.Request) error {
	v, err := s.Flow.Case(r.Context(), r.Actor(), caseID(r))
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	if !v.MayAmend {
		return r.See(caseURL(v.ID))
	}
	l := r.Locale()
	var signed []string
	for _, sg := range v.Signatures {
		if sg.State.Done() {
			signed = append(signed, sg.Name)
		}
	}
	p := confirmPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.amend.title")), Text: voided(r, signed, v.Reference), Action: amendURL(v.ID), Token: r.Token(),
		Button: ui.Button{Text: l.T("web.amend.button")}, Keep: ui.Link{Text: l.T("web.amend.keep"), URL: caseURL(v.ID)}}
	return show(r, http.StatusOK, s.pages.confirm, p)
}

// voided says who has to sign again when a change is handed in.
func voided(r *httpkit.Request, signed []string, reference string) string {
	if len(signed) == 0 {
		return r.Locale().T("web.amend.nobody", "reference", reference)
	}
	return r.Locale().T("web.amend.voids", "reference", reference, "names", strings.Join(signed, ", "))
}

func (s *site) amend(r *httpkit.Request) error {
	draft, err := s.Flow.Amend(r.Context(), r.Actor(), caseID(r))
	if isConflict(err) {
		return r.See(caseURL(caseID(r)))
	}
	if err != nil {
		return s.refusedCase(r, err, caseID(r))
	}
	return r.See("/ansokan/" + draft)
}

// amending is the line above the pages of a change; "" on those of an application of its own.
func amending(r *httpkit.Request, a *flow.Amended) string {
	if a == nil {
		return ""
	}
	return r.Locale().T("web.amend.of", "reference", a.Reference)
}
