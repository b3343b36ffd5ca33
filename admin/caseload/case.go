package caseload

import (
	"net/http"

	"samtjanst/admin"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/renderer/ui"
)

// Roles by what they may do with a case.
var (
	anyRole  = []identity.Role{identity.Officer, identity.Decider, identity.Manager}
	handlers = []identity.Role{identity.Officer, identity.Decider}
)

// showCase is GET /admin/arenden/{case}.
func (a *area) showCase(r *httpkit.Request) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	actor := r.Actor()
	c, err := a.Flow.StaffCase(r.Context(), actor, id)
	if err != nil {
		return err
	}
	w := a.words(r)
	return admin.Show(r, http.StatusOK, a.kase, w.casePage(a.caseShell(r, c, ""), c, c.Colleagues, actor))
}

// casePage puts the whole case into words.
func (w words) casePage(shell ui.Shell, c *flow.StaffCase, colleagues []flow.Colleague, actor identity.Actor) casePage {
	auth := identity.AuthorityID(c.Case.Authority)
	may := actionsOf(c.Case, c.Form.Def.Meta, actor.Has(auth, identity.Decider))
	if !flow.WorksWith(actor, &c.Case, handlers...) {
		may = actions{ReadOnly: true}
	}
	p := casePage{Shell: shell, caseHead: w.head(c), Actions: may,
		Limits: w.limits(c, may), Stage: w.stage(c, may), Times: w.times(c, may), Tasks: w.tasks(c, may, shell.CSRF), DoneTasks: w.doneTasks(&c.Case), Assign: w.assign(c.Case, colleagues, actor.Staff.Subject),
		Common: w.answers(c.View, false), Parties: w.parties(c), Facts: w.facts(c), Attachments: w.files(c),
		Signatures: w.signatureOrders(c, may), Told: w.told(&c.Case), Proposal: w.proposal(c, actor), Aside: w.aside(c), Decision: w.decision(c), Handout: w.handout(c), Handovers: w.handovers(&c.Case),
		Rides: c.Case.Rides, Events: w.events(c), Reads: w.reads(c, colleagues), Related: w.rows(c.Related, actor.Staff.Subject)}
	askable(p.Signatures, func(party signing.PartyID) bool { return flow.MayAskByPhone(actor, c, party) })
	if wait := c.Case.Wait(); wait != nil {
		p.Deadline, p.DeadlineIn = w.Until(wait.Order.Deadline, w.now), w.left(wait.Order.Deadline)
	}
	if c.Case.Guarded {
		p.Warnings = append(p.Warnings, ui.Notice{Tone: ui.Danger, Title: w.T("admin.case.guarded-title"), Text: w.T("admin.case.guarded-text")})
	}
	if c.Case.Manual {
		p.Warnings = append(p.Warnings, ui.Notice{Tone: ui.Warning, Title: w.T("admin.case.manual-title"), Text: w.T("admin.case.manual-text")})
	}
	if flow.HasNight(&c.Case, c.Form) {
		p.Night = nightURL(c.Case.ID)
	}
	p.Jumps = w.jumps(&p)
	return p
}

// caseShell is the frame of a page about a case; title is that of the action, "" for the case itself.
func (a *area) caseShell(r *httpkit.Request, c *flow.StaffCase, title string) ui.Shell {
	l := r.Locale()
	name := l.T("admin.case.title", "reference", c.Case.Reference, "subject", c.Case.Subject)
	if title == "" {
		sh := a.site.Shell(r, name)
		sh.Wide = true
		sh.Back = &ui.Link{Text: l.T("admin.case.back"), URL: inboxURL}
		return sh
	}
	sh := a.site.Shell(r, title+" – "+c.Case.Reference)
	sh.Back = &ui.Link{Text: name, URL: caseURL(c.Case.ID)}
	return sh
}

// partyCase loads the case of an action on one party's signature; not found when the party has none.
func (a *area) partyCase(r *httpkit.Request) (*flow.StaffCase, *casework.Party, error) {
	id, err := caseID(r)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.Flow.StaffCase(r.Context(), r.Actor(), id)
	if err != nil {
		return nil, nil, err
	}
	p, err := partyIn(c, r.Param("party"))
	return c, p, err
}
