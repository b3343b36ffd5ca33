package builder

import (
	"errors"
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// servicesPage is /admin/tjanster: the services that the reader is responsible for, or approves.
type servicesPage struct {
	ui.Shell
	Services []ui.CardLink
}

func (a *area) showServices(r *httpkit.Request) error {
	list, err := a.Flow.OwnedServices(r.Context(), r.Actor())
	if err != nil {
		return err
	}
	w := a.words(r)
	p := servicesPage{Shell: a.site.Shell(r, w.T("builder.services.title"))}
	for _, s := range list {
		c := ui.CardLink{Title: s.Title.In(r.Lang), URL: serviceURL(s.Form), Text: a.site.AuthorityName(s.Authority),
			Meta: []string{w.T("builder.services.last", "day", w.Date(s.Last.At))}}
		waiting := 0
		for _, p := range s.Open {
			if p.State == flow.Reviewing {
				waiting++
			}
		}
		switch {
		case s.Conflicts > 0:
			c.Tag = &ui.Tag{Text: w.T("builder.services.conflicts", "n", s.Conflicts), Tone: ui.Danger}
		case s.Waiting:
			c.Tag = &ui.Tag{Text: w.T("builder.services.files"), Tone: ui.Warning}
		case waiting > 0:
			c.Tag = &ui.Tag{Text: w.T("builder.services.waiting", "n", waiting), Tone: ui.Warning}
		case len(s.Open) > 0:
			c.Tag = &ui.Tag{Text: w.T("builder.services.open", "n", len(s.Open)), Tone: ui.Info}
		}
		p.Services = append(p.Services, c)
	}
	return admin.Show(r, http.StatusOK, a.services, p)
}

// servicePage is /admin/tjanster/{form}.
type servicePage struct {
	ui.Shell
	Name, Board string
	URL         string
	MayChange   bool
	Groups      []ui.Link
	Proposals   []ui.CardLink
	Conflicts   []change
	Files       *ui.Notice // new files that are not published
	History     []historyRow
	Contacts    []ui.Row
}

// historyRow is one publication.
type historyRow struct {
	ID, When, ISO, Who, Note, What, Policy string
	Changes                                []change
	Current, Back                          bool // Back: one can go back to it
}

func (a *area) showService(r *httpkit.Request) error {
	v, err := a.Flow.OwnedService(r.Context(), r.Actor(), r.Param("form"))
	if err != nil {
		return err
	}
	w := a.words(r)
	f := v.Form.Form
	p := servicePage{Shell: a.site.Shell(r, w.T("builder.service.title", "name", f.Title.In(r.Lang))), Name: f.Title.In(r.Lang), Board: a.site.AuthorityName(v.Authority),
		URL: serviceURL(v.ID), MayChange: v.MayChange, Conflicts: w.conflicts(v.Form, v.Conflicts)}
	p.Back = &ui.Link{Text: w.T("builder.services.title"), URL: servicesURL}
	if v.Waiting != nil {
		p.Files = w.waiting(v)
	}
	seen := map[string]bool{}
	for _, it := range v.Form.Items {
		if !seen[it.Group] {
			seen[it.Group] = true
			p.Groups = append(p.Groups, ui.Link{Text: w.group(f, it.Group), URL: editURL(v.ID, "", it.Group)})
		}
	}
	for _, x := range v.Open {
		tag := w.proposalTag(x)
		p.Proposals = append(p.Proposals, ui.CardLink{Title: w.T("builder.proposal.of", "n", len(x.Changes), "name", w.authors(x)), URL: proposalURL(v.ID, x.ID), Text: x.Note,
			Meta: []string{w.T("builder.proposal.changed", "time", w.DateTime(x.Changed))}, Tag: &tag})
	}
	for i, e := range v.History {
		row := historyRow{ID: e.ID, When: w.DateTime(e.At), ISO: e.At.UTC().Format("2006-01-02T15:04:05Z"), Who: w.who(e), Note: e.Note, Current: i == 0,
			Changes: w.changes(v.Form, e.Edits), Back: v.MayChange && i > 0 && e.Version != v.History[0].Version}
		if e.Parent != "" {
			row.Policy = w.policy(v.Tenant.ID, e)
		}
		p.History = append(p.History, row)
	}
	return admin.Show(r, http.StatusOK, a.service, p)
}

// rollBack is POST /admin/tjanster/{form}/tillbaka.
func (a *area) rollBack(r *httpkit.Request) error {
	w := a.words(r)
	p, err := a.Flow.RollBack(r.Context(), r.Actor(), r.Param("form"), r.Form().Get("publicering"), w.T("builder.rollback.note"))
	return a.begun(r, p, err, w.T("builder.rollback.done"), w.T("builder.rollback.same"))
}

// takeUp is POST /admin/tjanster/{form}/ta-upp.
func (a *area) takeUp(r *httpkit.Request) error {
	w := a.words(r)
	p, err := a.Flow.TakeUp(r.Context(), r.Actor(), r.Param("form"))
	return a.begun(r, p, err, w.T("builder.take-up.done"), w.T("builder.take-up.none"))
}

// begun leads to a new proposal, or says that there is nothing to propose.
func (a *area) begun(r *httpkit.Request, p *flow.Proposal, err error, done, none string) error {
	form := r.Param("form")
	if errors.Is(err, fault.Exists) {
		if err := a.site.Flash(r, ui.Notice{Tone: ui.Info, Text: none}); err != nil {
			return err
		}
		return r.See(serviceURL(form))
	}
	if err != nil {
		return err
	}
	return a.site.Done(r, done, proposalURL(form, p.ID))
}
