// Package byhand has the pages where an officer has somebody sign documents without anybody having applied for anything: what is to be
// signed, by whom, in which order and until when; how it will go, in words; and how an order is taken back.
//
// What is typed lies in a draft of the officer's own (flow.HandOrder), so that whatever is wrong nothing is lost, files stay, and sending twice
// gives one case. Everything works without script: rows are added and taken away by buttons that post. An address names a draft or a case by
// its random id. One file has one page.
package byhand

import (
	"context"
	"embed"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"samtjanst/admin"
	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// Flow has the use cases; *flow.Service has them all. Every one refuses with fault.Unauthorised who is not staff, and with fault.NotFound whose
// draft it is not, or who has no role in its board.
type Flow interface {
	Making
	Sending
}

// Making is typing an order.
type Making interface {
	HandDesk(context.Context, identity.Actor) (*flow.HandDesk, error)
	BeginByHand(ctx context.Context, a identity.Actor, authority string) (string, error)
	HandDraft(ctx context.Context, a identity.Actor, id string) (*flow.HandView, error)
	// SaveHand: fault.Conflict when the draft has been saved elsewhere since rev.
	SaveHand(ctx context.Context, a identity.Actor, id string, rev int64, in flow.HandOrder) (*flow.HandView, error)
	UploadHand(ctx context.Context, a identity.Actor, id, name string, r io.Reader) (*forms.Problem, error)
	RemoveHandFile(ctx context.Context, a identity.Actor, id, file string) error
	HandFile(ctx context.Context, a identity.Actor, id, file string) (*flow.File, error)
	DiscardHand(ctx context.Context, a identity.Actor, id string) error
}

// Sending is what comes of it.
type Sending interface {
	// OrderByHand: fault.Conflict when the draft has changed since rev.
	OrderByHand(ctx context.Context, a identity.Actor, id string, rev int64) (casework.ID, []forms.Problem, error)
	OrderedByHand(ctx context.Context, a identity.Actor, id string) (casework.ID, error)
	StaffCase(context.Context, identity.Actor, casework.ID) (*flow.StaffCase, error)
	TakeBack(ctx context.Context, a identity.Actor, id casework.ID, ground string) ([]forms.Problem, error)
}

// Deps is what the pages need.
type Deps struct{ Flow Flow }

type area struct {
	Deps
	site *admin.Site

	desk     *ui.Template[deskPage]
	edit     *ui.Template[editPage]
	preview  *ui.Template[previewPage]
	takeBack *ui.Template[takeBackPage]
}

// Addresses.
const (
	deskURL  = admin.HomeURL + "/underskrifter/ny"
	casesURL = admin.HomeURL + "/arenden"
)

func draftURL(id string) string   { return deskURL + "/" + url.PathEscape(id) }
func previewURL(id string) string { return draftURL(id) + "/granska" }

func fileURL(id, file string) string { return draftURL(id) + "/fil/" + url.PathEscape(file) }

func caseURL(id casework.ID) string { return casesURL + "/" + url.PathEscape(string(id)) }

// TakeBackURL is where an order made by hand is taken back.
func TakeBackURL(id casework.ID) string { return caseURL(id) + "/aterta" }

func newArea(site *admin.Site, d Deps) (*area, error) {
	a := &area{Deps: d, site: site}
	b := site.UI().Bind(templates, "parts")
	ui.Bind(b, &a.desk, "desk")
	ui.Bind(b, &a.edit, "edit")
	ui.Bind(b, &a.preview, "preview")
	ui.Bind(b, &a.takeBack, "takeback")
	return a, b.Err()
}

// Register adds the pages to the staff's site.
func Register(site *admin.Site, d Deps) error {
	a, err := newArea(site, d)
	if err != nil {
		return err
	}
	handles := httpkit.Staff(identity.Officer, identity.Decider)
	const (
		draft = deskURL + "/:draft"
		back  = casesURL + "/:case/aterta"
	)
	get := func(path string, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodGet, Path: path, Who: handles, Handle: h}
	}
	post := func(path string, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodPost, Path: path, Who: handles, Handle: h, Hold: true}
	}
	site.Add([]admin.NavItem{{Key: "byhand", URL: deskURL, Roles: []identity.Role{identity.Officer, identity.Decider}}},
		get(deskURL, a.showDesk),
		post(deskURL, a.begin),
		get(draft, a.showEdit),
		httpkit.Route{Method: http.MethodPost, Path: draft, Who: handles, Handle: a.save, Files: true},
		get(draft+"/fil/:file", a.file),
		post(draft+"/kasta", a.discard),
		get(draft+"/granska", a.showPreview),
		post(draft+"/skicka", a.send),
		get(back, a.showTakeBack),
		post(back, a.takeItBack),
	)
	return nil
}

// id gives a random id of the address. Anything that cannot be one does not exist.
func id(r *httpkit.Request, param string) (string, error) {
	s := r.Param(param)
	if len(s) == 0 || len(s) > 64 {
		return "", fault.New("byhand", fault.NotFound, nil)
	}
	return s, nil
}

// revision that the officer saw; -1, which no draft has, when it is missing.
func revision(v url.Values) int64 {
	n, err := strconv.ParseInt(v.Get("rev"), 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return n
}
