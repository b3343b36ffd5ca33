package caseload

import "samtjanst/platform/httpkit"

// completionCame is POST /admin/arenden/{case}/kompletterad: what was ordered has come.
func (a *area) completionCame(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	if err := a.Flow.CompletionCame(r.Context(), r.Actor(), id); err != nil {
		return err
	}
	return a.site.Done(r, r.Locale().T("admin.complete.came"), caseURL(id))
}
