package caseload

import (
	"samtjanst/platform/httpkit"
)

// assign is POST /admin/arenden/{case}/handlaggare: to oneself, to a colleague, or to nobody.
func (a *area) assign(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	actor, l := r.Actor(), r.Locale()
	to, name := r.Form().Get("handlaggare"), ""
	if r.Form().Get("op") == "mig" {
		to, name = actor.Staff.Subject, actor.Staff.Name
	}
	if to != "" && name == "" {
		colleagues, err := a.Flow.Colleagues(r.Context(), actor, id)
		if err != nil {
			return err
		}
		for _, c := range colleagues {
			if c.Subject == to {
				name = c.Name
			}
		}
	}
	if err := a.Flow.Assign(r.Context(), actor, id, to, name); err != nil {
		return err
	}
	if to == "" {
		return a.site.Done(r, l.T("admin.assign.done-nobody"), caseURL(id))
	}
	return a.site.Done(r, l.T("admin.assign.done", "name", name), caseURL(id))
}
