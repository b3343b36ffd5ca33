// Package prepare has the pages where officers fill in the forms that are theirs: what one may begin and for which board, what the board's
// officers have begun, the form itself, and handing it over when the shift ends.
//
// A draft belongs to the officers of a board together (flow.Prepared). The pages of questions, the check page, and the page that somebody gets who
// saves over a colleague are those of package fillkit, as citizens have them, in the staff's frame; everything works without script. An address
// names a form, or a draft by its random id. One file has one page.
package prepare

import (
	"context"
	"embed"
	"io"
	"net/http"
	"net/url"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// Flow has the use cases; *flow.Service has them all. Every one refuses with fault.Unauthorised who is not staff, and with fault.NotFound what the
// actor's boards do not prepare or share.
type Flow interface {
	Beginning
	Filling
}

// Beginning is what may be begun, and what has been.
type Beginning interface {
	// Prepares reports whether the actor's boards prepare anything.
	Prepares(identity.Actor) bool
	StaffForms(context.Context, identity.Actor) ([]flow.StaffForm, error)
	StaffForm(ctx context.Context, a identity.Actor, form string) (*flow.StaffForm, error)
	// BeginPrepared: fault.Gone when the form is closed.
	BeginPrepared(ctx context.Context, a identity.Actor, form string, authority identity.AuthorityID) (string, error)
	Begun(context.Context, identity.Actor) ([]flow.Begun, error)
	Duty(ctx context.Context, a identity.Actor, draft string) (*flow.OnDuty, error)
	HandOverTo(ctx context.Context, a identity.Actor, id string) ([]flow.Colleague, *flow.Prepared, error)
	// HandOver: fault.Invalid when it is nobody of HandOverTo.
	HandOver(ctx context.Context, a identity.Actor, id, to string) error
}

// Filling is the form, as everybody fills in forms.
type Filling interface {
	Page(ctx context.Context, a identity.Actor, draftID, pageID string, returning bool) (*flow.DraftView, error)
	// Save: fault.Conflict when the draft has been saved elsewhere since.
	Save(ctx context.Context, a identity.Actor, draftID string, post flow.Post) (flow.Saved, error)
	Upload(ctx context.Context, a identity.Actor, draftID string, at forms.Pointer, name string, r io.Reader) (*forms.Problem, error)
	DraftFile(ctx context.Context, a identity.Actor, draftID, fileID string) (*flow.File, error)
	Discard(ctx context.Context, a identity.Actor, draftID string) error
	// Submit: fault.Conflict as Save, fault.Gone when the board does not prepare such cases any more.
	Submit(ctx context.Context, a identity.Actor, draftID string, rev int64) (casework.ID, *flow.DraftView, error)
}

// Deps is what the pages need.
type Deps struct {
	Flow     Flow
	Renderer *renderer.Renderer
}

type area struct {
	Deps
	site *admin.Site
	fill *fillkit.Kit

	desk     *ui.Template[deskPage]
	begin    *ui.Template[beginPage]
	handOver *ui.Template[handOverPage]
	discard  *ui.Template[discardPage]
}

// Addresses.
const (
	deskURL  = admin.HomeURL + "/nytt"
	draftsAt = deskURL + "/utkast"
	casesURL = admin.HomeURL + "/arenden"
)

func formURL(form string) string        { return deskURL + "/" + url.PathEscape(form) }
func draftURL(id string) string         { return draftsAt + "/" + url.PathEscape(id) }
func caseURL(id casework.ID) string     { return casesURL + "/" + url.PathEscape(string(id)) }
func handOverURL(id string) string      { return draftURL(id) + "/lamna-over" }
func discardURL(id string) string       { return draftURL(id) + "/kasta" }
func draftID(r *httpkit.Request) string { return r.Param("draft") }

func newArea(site *admin.Site, d Deps) (*area, error) {
	a := &area{Deps: d, site: site}
	var err error
	frame := func(r *httpkit.Request, _ *directory.Tenant, title string) ui.Shell { return site.Shell(r, title) }
	if a.fill, err = fillkit.New(site.UI(), d.Renderer, frame); err != nil {
		return nil, err
	}
	b := site.UI().Bind(templates, "parts")
	ui.Bind(b, &a.desk, "desk")
	ui.Bind(b, &a.begin, "begin")
	ui.Bind(b, &a.handOver, "handover")
	ui.Bind(b, &a.discard, "discard")
	return a, b.Err()
}

// Register adds the pages to the staff's site. Who works for no board with a form of its own has no entry for them in the menu.
func Register(site *admin.Site, d Deps) error {
	a, err := newArea(site, d)
	if err != nil {
		return err
	}
	roles := []identity.Role{identity.Officer, identity.Decider}
	handles := httpkit.Staff(roles...)
	const one = draftsAt + "/:draft"
	get := func(path string, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodGet, Path: path, Who: handles, Handle: h}
	}
	post := func(path string, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: handles, Handle: h, Hold: true}
	}
	site.Add([]admin.NavItem{{Key: "prepare", URL: deskURL, Roles: roles, Shown: d.Flow.Prepares}},
		get(deskURL, a.showDesk),
		get(deskURL+"/:form", a.showBegin),
		post(deskURL+"/:form", a.beginIt),
		get(one, a.open),
		get(one+"/kontrollera", a.check),
		post(one+"/kontrollera", a.submit),
		get(one+"/kasta", a.showDiscard),
		post(one+"/kasta", a.discardIt),
		get(one+"/lamna-over", a.showHandOver),
		post(one+"/lamna-over", a.handItOver),
		get(one+"/fil/:file", a.file),
		get(one+"/:page", a.page),
		httpkit.Route{Method: http.MethodPost, Path: one + "/:page", Who: handles, Handle: a.save, Files: true, Hold: true},
	)
	return nil
}

func notFound(op string) error { return fault.New(op, fault.NotFound, nil) }
