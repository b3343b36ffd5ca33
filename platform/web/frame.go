package web

import (
	"embed"
	"html/template"
	"net/url"
	"strings"
	"time"

	"samtjanst/platform/directory"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/markdown"
	"samtjanst/renderer/ui"
)

//go:embed templates/*.html
var templates embed.FS

// pages are the templates, each bound to its struct.
type pages struct {
	list      *ui.Template[listPage]
	catalogue *ui.Template[cataloguePage]
	text      *ui.Template[textPage]
	overview  *ui.Template[overviewPage]
	resuming  *ui.Template[resumingPage]
	login     *ui.Template[loginPage]
	wait      *ui.Template[waitPage]
	mine      *ui.Template[minePage]
	contact   *ui.Template[contactPage]
	confirm   *ui.Template[confirmPage]
	remade    *ui.Template[remadePage]
	kase      *ui.Template[casePage]
	sign      *ui.Template[signPage]
	not       *ui.Template[notSigningPage]
	problem   *ui.Template[problemPage]
	open      *ui.Template[openPage]
	receipt   *ui.Template[receiptPage]
	later     *ui.Template[orderPage]
	link      *ui.Template[linkPage]
	verify    *ui.Template[verifyPage]
}

func (s *site) parse() error {
	p, b := &s.pages, s.UI.Bind(templates, "parts")
	ui.Bind(b, &p.list, "list")
	ui.Bind(b, &p.catalogue, "catalogue")
	ui.Bind(b, &p.text, "text")
	ui.Bind(b, &p.overview, "overview")
	ui.Bind(b, &p.resuming, "resuming")
	ui.Bind(b, &p.login, "login")
	ui.Bind(b, &p.wait, "wait")
	ui.Bind(b, &p.mine, "mine")
	ui.Bind(b, &p.contact, "contact")
	ui.Bind(b, &p.confirm, "confirm")
	ui.Bind(b, &p.remade, "remade")
	ui.Bind(b, &p.kase, "case")
	ui.Bind(b, &p.sign, "sign")
	ui.Bind(b, &p.not, "not")
	ui.Bind(b, &p.problem, "problem")
	ui.Bind(b, &p.open, "open")
	ui.Bind(b, &p.receipt, "receipt")
	ui.Bind(b, &p.later, "later")
	ui.Bind(b, &p.link, "link")
	ui.Bind(b, &p.verify, "verify")
	return b.Err()
}

// show sends a page.
func show[P ui.Page](r *httpkit.Request, status int, t *ui.Template[P], page P) error {
	body, err := t.Bytes(page)
	if err != nil {
		return err
	}
	return r.HTML(status, body)
}

// idleWarning is how long before the end a script asks whether to go on.
const idleWarning = 2 * time.Minute

// frame is what is around a page. tenant is nil where no municipality has been chosen.
func (s *site) frame(r *httpkit.Request, tenant *directory.Tenant, title string) ui.Shell {
	l := r.Locale()
	sh := ui.Shell{Lang: r.Lang, Title: title, Simulators: s.Simulators, Statement: "/tillganglighet", Privacy: "/personuppgifter"}
	path := r.Path()
	if tenant != nil {
		home := "/" + string(tenant.ID)
		sh.Theme, sh.HomeURL, sh.Statement, sh.Privacy, sh.Contact = tenant.Theme, home, home+"/tillganglighet", home+"/personuppgifter", home+"#kontakt"
		sh.Nav = append(sh.Nav, ui.Link{Text: l.T("shell.service"), URL: home, Current: strings.HasPrefix(path+"/", home+"/")})
	}
	sh.Nav = append(sh.Nav, ui.Link{Text: l.T("web.mine.title"), URL: "/mina-sidor", Current: strings.HasPrefix(path, "/mina-sidor")})
	for _, lang := range s.UI.Catalog().Languages() {
		sh.Languages = append(sh.Languages, ui.Language{Lang: lang, Text: s.UI.Catalog().T(lang, "web.language"), URL: inLanguage(r, lang), Current: lang == r.Lang})
	}
	if who := r.Actor().Citizen; who != nil {
		sh.User = &ui.User{Name: who.Name, Logout: "/logga-ut"}
		sh.CSRF = r.Token()
		sh.Idle = &ui.Idle{Seconds: int(r.Idle() / time.Second), Warn: int(idleWarning / time.Second), Extend: "/forlang", Logout: "/logga-in?utloggad=1"}
	} else if !strings.HasPrefix(path, "/logga-in") {
		sh.LoginURL = "/logga-in"
		if r.Method == "GET" && tenant != nil && r.Route().Path != linkRoute { // a link's secret stands in no other address
			sh.LoginURL += "?till=" + url.QueryEscape(path)
		}
	}
	return sh
}

// inLanguage is the address of this page in another language.
func inLanguage(r *httpkit.Request, lang string) string {
	q := r.QueryValues()
	q.Set(httpkit.LangQuery, lang)
	if _, ok := httpkit.LocalPath(q.Get("till")); !ok {
		q.Del("till")
	}
	return r.Path() + "?" + q.Encode()
}

// tenant finds the municipality of the address; fault.NotFound.
func (s *site) tenant(r *httpkit.Request) (*directory.Tenant, error) {
	t, ok := s.Directory.Tenant(identity.TenantID(r.Param("tenant")))
	if !ok {
		return nil, notFound("web.tenant")
	}
	return t, nil
}

func html(md string) template.HTML { return markdown.HTML(md) }
