package caseload

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
)

// showInbox is GET /admin/arenden.
func (a *area) showInbox(r *httpkit.Request) error {
	w, f, actor := a.words(r), parseFilter(r.Query), r.Actor()
	query := a.searched(r, f.Search)
	if query == "" {
		f.Search = "" // of an earlier session
	}
	services, err := a.services(r)
	if err != nil {
		return err
	}
	in, err := a.Flow.Inbox(r.Context(), actor, f.query(f.view(), query))
	if err != nil {
		return err
	}
	p := inboxPage{Shell: a.site.Shell(r, w.T("admin.inbox.title")), Tabs: w.tabs(f, in), Filter: f,
		Town: w.townField(f, a.Flow.Municipalities(actor)), Service: w.serviceField(f, services), Stage: w.stageField(f, services), Owner: w.ownerField(f), Order: w.orderField(f), ToDo: f.View == toDo.name,
		Handles: len(actor.Authorities(handlers...)) > 0, Query: query, Here: f.url()}
	p.Shell.Wide = true
	me := actor.Staff.Subject
	if in.Limits > 0 && f.After == "" && query == "" && (f.View == toDo.name || f.view().limits) {
		near, err := a.Flow.UrgentLimits(r.Context(), actor)
		if err != nil {
			return err
		}
		p.Limits = w.limitList(near, f.view().limits, me)
	}
	var waiting *flow.Inbox
	if f.View == toDo.name {
		if in.ToSign > 0 && f.After == "" && query == "" {
			mine, err := a.Flow.ToSign(r.Context(), actor)
			if err != nil {
				return err
			}
			p.ToSign = w.toSign(mine)
		}
		if !in.More && f.After == "" && !f.Task {
			next := f.query(ready, query)
			next.RowsOnly = true
			if waiting, err = a.Flow.Inbox(r.Context(), actor, next); err != nil {
				return err
			}
		}
		p.Lists = w.landing(f, in, waiting, me)
	} else {
		p.Lists = []inboxList{w.list(f, in, me)}
	}
	p.nameBoards(a.site.Directory().Name, in, waiting)
	p.mark()
	p.links(f, in)
	return admin.Show(r, http.StatusOK, a.inbox, p)
}

// services are those of the boards that the reader works for, and those that officers of these begin.
func (a *area) services(r *httpkit.Request) ([]flow.ServiceView, error) {
	actor := r.Actor()
	all, err := a.Flow.Catalogue(actor.Staff.Tenant, "", r.Lang)
	if err != nil {
		return nil, err
	}
	var out []flow.ServiceView
	for _, s := range all {
		if actor.Has(s.Tenant.AuthorityID(s.Form.Def.Meta.Authority), anyRole...) {
			out = append(out, s)
		}
	}
	prepared, err := a.Flow.PreparedServices(actor)
	return append(out, prepared...), err
}
