// Package builder has the pages where those who are responsible for a service change it without writing files, and where a second person
// approves: the list of services, a service with its history and what is proposed, a group of texts being changed with the page that they stand
// on beside it, and a proposal with what it changes in words.
//
// What may be changed is package owned's; what happens is flow's. A page is made of both in the reader's language. Addresses name forms,
// proposals (random ids) and groups, never people. An action is a POST that ends in 303; what was wrong comes back as the same page with status
// 422 and everything that was typed. One file has one page.
package builder

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// Flow has the use cases; *flow.Service has them all. Every one refuses with fault.Unauthorised who is not staff, with fault.NotFound who has
// no role for the service's board, and with fault.Forbidden who has another role than it takes.
type Flow interface {
	Reading
	Writing
	Passing
}

// Reading is looking at services and proposals.
type Reading interface {
	OwnedServices(context.Context, identity.Actor) ([]flow.OwnedService, error)
	OwnedService(ctx context.Context, a identity.Actor, form string) (*flow.OwnedView, error)
	Proposal(ctx context.Context, a identity.Actor, form, id string) (*flow.ProposalView, error)
	EditGroup(ctx context.Context, a identity.Actor, form, id, group string, typed map[string]string) (*flow.EditView, error)
}

// Writing is proposing.
type Writing interface {
	SaveProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, group string, typed map[string]string) (*flow.Proposal, []forms.Problem, error)
	RollBack(ctx context.Context, a identity.Actor, form, publication, note string) (*flow.Proposal, error)
	TakeUp(ctx context.Context, a identity.Actor, form string) (*flow.Proposal, error)
	CountDrafts(ctx context.Context, a identity.Actor, form, id string, p flow.Policy) (flow.DraftReport, error)
	SubmitProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, note string, p flow.Policy) ([]forms.Problem, error)
	RecallProposal(ctx context.Context, a identity.Actor, form, id string, rev int64) error
	WithdrawProposal(ctx context.Context, a identity.Actor, form, id string, rev int64) error
}

// Passing is what the second person does.
type Passing interface {
	ApproveProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, head string) error
	ReturnProposal(ctx context.Context, a identity.Actor, form, id string, rev int64, reason string) ([]forms.Problem, error)
}

// Deps is what the pages need.
type Deps struct {
	Flow     Flow
	Renderer *renderer.Renderer
}

type area struct {
	Deps
	site *admin.Site

	services *ui.Template[servicesPage]
	service  *ui.Template[servicePage]
	edit     *ui.Template[editPage]
	proposal *ui.Template[proposalPage]
}

// Addresses. A proposal that is not saved yet is "ny".
const (
	servicesURL = admin.HomeURL + "/tjanster"
	fresh       = "ny"
)

func serviceURL(form string) string { return servicesURL + "/" + url.PathEscape(form) }

func proposalURL(form, id string) string { return serviceURL(form) + "/forslag/" + url.PathEscape(id) }

func editURL(form, id, group string) string {
	if id == "" {
		id = fresh
	}
	return proposalURL(form, id) + "/andra/" + url.PathEscape(group)
}

func newArea(site *admin.Site, d Deps) (*area, error) {
	a := &area{Deps: d, site: site}
	b := site.UI().Bind(templates, "parts")
	ui.Bind(b, &a.services, "services")
	ui.Bind(b, &a.service, "service")
	ui.Bind(b, &a.edit, "edit")
	ui.Bind(b, &a.proposal, "proposal")
	return a, b.Err()
}

// Register adds the pages to the staff's site.
func Register(site *admin.Site, d Deps) error {
	a, err := newArea(site, d)
	if err != nil {
		return err
	}
	reads := httpkit.Staff(identity.FormOwner, identity.FormApprover)
	owns := httpkit.Staff(identity.FormOwner)
	passes := httpkit.Staff(identity.FormApprover)
	const (
		service  = servicesURL + "/:form"
		proposal = service + "/forslag/:proposal"
		group    = proposal + "/andra/:group"
	)
	get := func(path string, who httpkit.Access, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodGet, Path: path, Who: who, Handle: h}
	}
	post := func(path string, who httpkit.Access, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: who, Handle: h, Hold: true}
	}
	site.Add([]admin.NavItem{{Key: "services", URL: servicesURL, Roles: []identity.Role{identity.FormOwner, identity.FormApprover}}},
		get(servicesURL, reads, a.showServices),
		get(service, reads, a.showService),
		post(service+"/tillbaka", owns, a.rollBack),
		post(service+"/ta-upp", owns, a.takeUp),
		get(proposal, reads, a.showProposal),
		post(proposal+"/skicka", owns, a.submit),
		post(proposal+"/hamta-tillbaka", owns, a.recall),
		post(proposal+"/kasta", owns, a.withdraw),
		post(proposal+"/godkann", passes, a.approve),
		post(proposal+"/atersand", passes, a.sendBack),
		get(group, owns, a.showEdit),
		post(group, owns, a.saveEdit),
	)
	return nil
}

// revision that the reader saw; -1, which no proposal has, when it is missing.
func revision(r *httpkit.Request) int64 {
	n, err := strconv.ParseInt(r.Form().Get("rev"), 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return n
}

// proposalID is the proposal in the address, "" for one that is not saved yet.
func proposalID(r *httpkit.Request) string {
	if id := r.Param("proposal"); id != fresh {
		return id
	}
	return ""
}
