// Package admin has the frame of the staff's pages and how staff log in: by their own organisation's provider with a second
// factor, never with a private e-legitimation; elected people also with BankID, where their organisation says so. Who has several
// roles acts in one at a time (loginrole.go). The pages themselves are areas of their own (package caseload), which add
// their routes to the Site that Register gives.
//
// What somebody may is decided three times over: the route table refuses whoever has no such role anywhere, the use case
// refuses whoever does not have it within the case's authority, and another authority's case does not exist at all.
package admin

import (
	"embed"
	"net/url"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/assets"
	"samtjanst/renderer/ui"
)

// Addresses of the frame.
const (
	HomeURL      = "/admin"
	CallbackURL  = "/admin/callback" // where the organisations' logins return to
	LoggedOutURL = "/admin/utloggad" // where their logouts return to
	LoginURL     = "/admin/login"    // where strangers are sent
	RoleURL      = "/admin/roll"     // where one chooses in which role one acts
	answerURL    = "/admin/svar"     // where browsers bring an organisation's answer by SAML
	cameBackURL  = "/admin/tillbaka" // where they go on from there as themselves
	metadataURL  = "/admin/metadata" // ours, for an organisation's SAML login
	logoutURL    = "/admin/logout"
	extendURL    = "/admin/forlang"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed staff.css
var stylesheet []byte

// AddAssets puts the staff pages' own stylesheet among the assets. Call it before the first page is shown.
func AddAssets(a *assets.Assets) { a.Add("staff.css", stylesheet) }

// NavItem is an entry of the main menu, for those who hold one of the roles somewhere; without roles for everybody.
type NavItem struct {
	Key   string // of its text: "admin.nav." + Key
	URL   string
	Roles []identity.Role
	// Shown narrows further, to those who have something to do there; nil does not.
	Shown func(identity.Actor) bool
}

// For reports whether somebody has use of the entry.
func (n NavItem) For(a identity.Actor) bool {
	return (len(n.Roles) == 0 || len(a.Authorities(n.Roles...)) > 0) && (n.Shown == nil || n.Shown(a))
}

// Site is the staff's area of the route table. Areas add their pages to it before the application is built.
type Site struct {
	site *httpkit.Site
	kit  *httpkit.Kit
	ui   *ui.UI
	dir  *directory.Directory
	nav  []NavItem
	deps Deps
	eid  *eidkit.Kit
	pages
}

// Add puts an area's routes into the table and its entries into the menu.
func (s *Site) Add(nav []NavItem, routes ...httpkit.Route) {
	s.nav = append(s.nav, nav...)
	s.kit.Add(s.site, routes...)
}

// UI is what pages are bound to.
func (s *Site) UI() *ui.UI { return s.ui }

// Directory tells who is who.
func (s *Site) Directory() *directory.Directory { return s.dir }

// Shell is the frame of a page with this title, as the reader sees it. The part of the menu that the page belongs to is marked.
// What Flash kept for this page is shown and forgotten.
func (s *Site) Shell(r *httpkit.Request, title string) ui.Shell {
	l := r.Locale()
	sh := ui.Shell{Lang: l.Lang, Title: title, Staff: true, HomeURL: HomeURL, Simulators: s.deps.Simulators}
	if !r.Route().Foreign { // whoever brings something from another site is not known by it
		sh.CSRF = r.Token()
	}
	if r.Method == "GET" {
		sh.Languages = s.languages(r)
	}
	staff := r.Actor().Staff
	if staff == nil {
		return sh
	}
	sh.User = &ui.User{Name: staff.Name, Detail: strings.Join(s.authorityNames(*staff), ", "), Logout: logoutURL}
	sh.Idle = &ui.Idle{Seconds: int(r.Idle() / time.Second), Warn: 120, Extend: extendURL, Logout: HomeURL}
	if t, ok := s.dir.Tenant(staff.Tenant); ok {
		sh.Theme = t.Theme
		sh.Statement, sh.Privacy, sh.Contact = s.citizenPages(t)
	}
	current := s.part(r.Path())
	for _, n := range s.nav {
		if n.For(r.Actor()) {
			sh.Nav = append(sh.Nav, ui.Link{Text: l.T("admin.nav." + n.Key), URL: n.URL, Current: n.URL == current})
		}
	}
	if by, ok := loggedInBy(r); ok && by.Several {
		sh.Nav = append(sh.Nav, ui.Link{Text: l.T("admin.role.nav"), URL: RoleURL, Current: r.Path() == RoleURL})
	}
	var kept ui.Notice
	if r.Value(flashKey, &kept) {
		if err := r.Keep(map[string]any{flashKey: nil}); err == nil {
			sh.Flash = &kept
		}
	}
	return sh
}

// part is the address of the menu's entry that a page belongs to: the nearest above it, "" none.
func (s *Site) part(path string) string {
	best := ""
	for _, n := range s.nav {
		if within(path, n.URL) && len(n.URL) > len(best) {
			best = n.URL
		}
	}
	return best
}

func within(path, url string) bool { return path == url || strings.HasPrefix(path, url+"/") }

// citizenPages gives the addresses of the municipality's own statements, empty where the platform has none of them.
func (s *Site) citizenPages(t *directory.Tenant) (statement, privacy, contact string) {
	if s.deps.CitizenPages == nil {
		return "", "", ""
	}
	return s.deps.CitizenPages(t)
}

// languages links to this very page in each language.
func (s *Site) languages(r *httpkit.Request) []ui.Language {
	var out []ui.Language
	for _, lang := range s.ui.Catalog().Languages() {
		q := r.QueryValues()
		q.Set(httpkit.LangQuery, lang)
		out = append(out, ui.Language{Lang: lang, Text: s.ui.Catalog().T(lang, "admin.language"), URL: (&url.URL{Path: r.Path(), RawQuery: q.Encode()}).String(),
			Current: lang == r.Lang})
	}
	return out
}

// authorityNames names the boards that somebody works for.
func (s *Site) authorityNames(st identity.Staff) []string {
	var out []string
	for _, g := range st.Grants {
		if name := s.AuthorityName(g.Authority); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// AuthorityName names a board; its id when the directory no longer has it.
func (s *Site) AuthorityName(id identity.AuthorityID) string {
	tenant, slug, _ := strings.Cut(string(id), "/")
	if t, ok := s.dir.Tenant(identity.TenantID(tenant)); ok {
		if a, ok := t.Authority(slug); ok {
			return a.Name
		}
	}
	return string(id)
}

// flashKey is where the session keeps what just happened until the next page is shown.
const flashKey = "flash"

// Flash keeps a notice for the next page.
func (s *Site) Flash(r *httpkit.Request, n ui.Notice) error {
	return fault.Wrap("admin.Flash", r.Keep(map[string]any{flashKey: n}))
}

// Done tells what has been done and goes on to an address (303, so that reloading does nothing twice).
func (s *Site) Done(r *httpkit.Request, text, address string) error {
	if err := s.Flash(r, ui.Notice{Tone: ui.Success, Text: text}); err != nil {
		return err
	}
	return r.See(address)
}

// Show sends a page.
func Show[P ui.Page](r *httpkit.Request, status int, t *ui.Template[P], page P) error {
	body, err := t.Bytes(page)
	if err != nil {
		return fault.New("admin.Show", fault.Internal, err)
	}
	return r.HTML(status, body)
}
