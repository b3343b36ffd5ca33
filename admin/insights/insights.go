// Package insights has the managers' pages of what the cooperation pays for: logins and signatures by e-legitimation with what they have cost, how
// many users each organisation has, and how costs that are shared are divided by that.
//
// Whose figures are shown follows the board in the address (flow.CostScope): a board that works for others has the whole cooperation's, every
// other one its own organisation's alone. Figures are of organisations and months; no person and no case can be told from them. Every page has a
// file for spreadsheets. One file has one page.
package insights

import (
	"context"
	"embed"
	"net/http"
	"net/url"

	"samtjanst/admin"
	"samtjanst/platform/calendar"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// Flow has the use cases; *flow.Service has them all. Every one refuses with fault.Unauthorised who is not staff, and with fault.NotFound who is
// no manager of the board.
type Flow interface {
	CostBoards(context.Context, identity.Actor) ([]flow.CostScope, error)
	// CostsOf and CostMonths: year 0 is the present one; fault.NotFound for one that cannot be.
	CostsOf(ctx context.Context, a identity.Actor, ref flow.BoardRef, year int) (*flow.Costs, error)
	CostMonths(ctx context.Context, a identity.Actor, ref flow.BoardRef, year int) (*flow.Costs, error)
	// SharingOf: fault.Invalid for a day to come or an amount out of bounds.
	SharingOf(ctx context.Context, a identity.Actor, ref flow.BoardRef, on calendar.Date, amount int64) (*flow.Sharing, error)
}

// Deps is what the pages need.
type Deps struct{ Flow Flow }

type area struct {
	Deps
	site *admin.Site

	desk    *ui.Template[deskPage]
	costs   *ui.Template[costsPage]
	sharing *ui.Template[sharingPage]
}

func newArea(site *admin.Site, d Deps) (*area, error) {
	a := &area{Deps: d, site: site}
	b := site.UI().Bind(templates, "parts")
	ui.Bind(b, &a.desk, "desk")
	ui.Bind(b, &a.costs, "costs")
	ui.Bind(b, &a.sharing, "sharing")
	return a, b.Err()
}

// Addresses, below a board's own.
const (
	deskURL    = admin.HomeURL + "/kostnader"
	filePart   = "/fil"
	sharedPart = "/fordelning"
)

func boardURL(ref flow.BoardRef, part string) string {
	return deskURL + "/" + url.PathEscape(string(ref.Tenant)) + "/" + url.PathEscape(ref.Board) + part
}

// Register adds the pages to the staff's site.
func Register(site *admin.Site, d Deps) error {
	a, err := newArea(site, d)
	if err != nil {
		return err
	}
	const board = deskURL + "/:tenant/:board"
	get := func(path string, h httpkit.Handler) httpkit.Route {
		return httpkit.Route{Method: http.MethodGet, Path: path, Who: httpkit.Staff(identity.Manager), Handle: h}
	}
	site.Add([]admin.NavItem{{Key: "costs", URL: deskURL, Roles: []identity.Role{identity.Manager}}},
		get(deskURL, a.showDesk),
		get(board, a.showCosts),
		get(board+filePart, a.costsFile),
		get(board+sharedPart, a.showSharing),
		get(board+sharedPart+filePart, a.sharingFile),
	)
	return nil
}

// ref is the board that an address names.
func ref(r *httpkit.Request) flow.BoardRef {
	return flow.BoardRef{Tenant: identity.TenantID(r.Param("tenant")), Board: r.Param("board")}
}

// frame is what every page of a board has.
type frame struct {
	ui.Shell
	Over  string // whose figures: "Socialnämnden, Tallviks kommun"
	Whose string // what they are of
	Parts []ui.Link
}

// framed makes the frame of a board's page. part is the part that it belongs to.
func (a *area) framed(r *httpkit.Request, sc flow.CostScope, title, part string) frame {
	l := r.Locale()
	f := frame{Shell: a.site.Shell(r, title), Over: l.T("insights.over", "board", sc.Name, "organisation", sc.Organisation)}
	f.Whose = l.T("insights.own", "organisation", sc.Organisation)
	if sc.Host {
		f.Whose = l.T("insights.host", "n", len(sc.Organisations))
	}
	for _, p := range []struct{ key, at string }{{"costs", ""}, {"sharing", sharedPart}} {
		f.Parts = append(f.Parts, ui.Link{Text: l.T("insights.part." + p.key), URL: boardURL(sc.BoardRef, p.at), Current: p.at == part})
	}
	return f
}

// deskPage is /admin/kostnader for managers of several boards.
type deskPage struct {
	ui.Shell
	Boards []ui.CardLink
}

// showDesk is GET. Who manages one board comes to it at once.
func (a *area) showDesk(r *httpkit.Request) error {
	boards, err := a.Flow.CostBoards(r.Context(), r.Actor())
	if err != nil {
		return err
	}
	if len(boards) == 1 {
		return r.See(boardURL(boards[0].BoardRef, ""))
	}
	l := r.Locale()
	p := deskPage{Shell: a.site.Shell(r, l.T("insights.desk.title"))}
	for _, b := range boards {
		card := ui.CardLink{Title: l.T("insights.over", "board", b.Name, "organisation", b.Organisation), URL: boardURL(b.BoardRef, "")}
		if b.Host {
			card.Text = l.T("insights.host", "n", len(b.Organisations))
		}
		p.Boards = append(p.Boards, card)
	}
	return admin.Show(r, http.StatusOK, a.desk, p)
}

// number writes a whole number in the reader's way.
func number[N int | int64](l *i18n.Locale, n N) string { return l.Number(decimal(int64(n), 0)) }
