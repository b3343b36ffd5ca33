package httptestkit

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/renderer/assets"
)

// Visitor is one kind of person that the battery sends everywhere.
type Visitor struct {
	Name  string
	Actor identity.Actor // the zero value is a stranger
}

// Table says how to visit a route table.
type Table struct {
	Kit *httpkit.Kit
	// Visitors; a stranger is always among them.
	Visitors []Visitor
	// Only chooses routes of the table; nil all.
	Only func(httpkit.Route) bool
	// Params fills the parameters of a pattern; one it does not give becomes "finns-inte".
	Params func(route httpkit.Route) map[string]string
	// Login is how the address of the login page begins, for each kind of session.
	Login map[httpkit.SessionKind]string
	// Mounts are prefixes that protocols of their own answer (httpkit.Kit.Mount): for a stranger nothing is there.
	Mounts []string
	// Clock is the kit's own. It is moved an hour between visits, so that rate limits have forgotten the one before.
	Clock interface{ Advance(time.Duration) }
}

// Run is the whole battery: who gets in where, headers, cookies, HTML, tokens, origins, sizes. Parameters name things
// that do not exist or belong to somebody else, so a permitted visitor gets 404 or a form's ordinary answer, never 500.
func (tb Table) Run(t *testing.T) {
	app := tb.Kit.App()
	t.Run("every address is in the table", func(t *testing.T) { tb.everyAddress(t, app) })
	t.Run("mounts", func(t *testing.T) { tb.mounted(t, app) })
	t.Run("visitors", func(t *testing.T) { tb.visit(t, app) })
	t.Run("tokens", func(t *testing.T) { tb.tokens(t, app) })
	t.Run("sizes", func(t *testing.T) { tb.sizes(t, app) })
}

func (tb Table) everyAddress(t *testing.T, app *fiber.App) {
	have := map[string]bool{}
	for _, r := range tb.Kit.Routes() {
		have[r.Method+" "+r.Path] = true
	}
	if len(have) == 0 {
		t.Fatal("the table is empty")
	}
	for _, r := range app.GetRoutes(true) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		mounted := slices.ContainsFunc(tb.Mounts, func(m string) bool { return r.Path == m || r.Path == m+"/*" })
		if !have[method+" "+r.Path] && r.Path != assets.Root+"*" && !mounted {
			t.Errorf("%s %s is answered but not in the table", r.Method, r.Path)
		}
	}
}

// mounted asks every mount without showing who asks: it refuses, and gives neither a page nor a cookie.
func (tb Table) mounted(t *testing.T, app *fiber.App) {
	for _, m := range tb.Mounts {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			for _, below := range []string{"", "/finns-inte", "/finns-inte/Users", "/ekkoping/Users", "/ekkoping/Users/finns-inte"} {
				res, err := app.Test(httptest.NewRequest(method, m+below, nil), -1)
				if err != nil {
					t.Fatal(err)
				}
				res.Body.Close()
				if res.StatusCode < 400 || res.StatusCode >= 500 || res.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s %s: a stranger gets %d, cookie %q", method, m+below, res.StatusCode, res.Header.Get("Set-Cookie"))
				}
			}
		}
	}
}

func (tb Table) routes() []httpkit.Route {
	return slices.DeleteFunc(tb.Kit.Routes(), func(r httpkit.Route) bool { return tb.Only != nil && !tb.Only(r) })
}

func (tb Table) everybody() []Visitor {
	return append([]Visitor{{Name: "stranger"}}, tb.Visitors...)
}

// address fills a pattern.
func (tb Table) address(r httpkit.Route) string {
	var params map[string]string
	if tb.Params != nil {
		params = tb.Params(r)
	}
	parts := strings.Split(r.Path, "/")
	for i, p := range parts {
		name, ok := strings.CutPrefix(p, ":")
		if !ok {
			continue
		}
		if v, ok := params[strings.TrimSuffix(name, "?")]; ok {
			parts[i] = url.PathEscape(v)
		} else {
			parts[i] = "finns-inte"
		}
	}
	return strings.Join(parts, "/")
}

func (tb Table) visit(t *testing.T, app *fiber.App) {
	for _, r := range tb.routes() {
		for _, v := range tb.everybody() {
			what := fmt.Sprintf("%s %s as %s", r.Method, r.Path, v.Name)
			b := tb.browser(t, app, v)
			var res Response
			if r.Method == http.MethodGet {
				res = b.Get(tb.address(r))
			} else {
				res = b.Do(request(r.Method, tb.address(r), url.Values{httpkit.TokenField: {tb.token(r, b)}}))
			}
			CheckResponse(t, what, res)
			if res.Status == http.StatusInternalServerError {
				t.Errorf("%s: status 500\n%s", what, res.Body)
			}
			login := res.Status == http.StatusSeeOther && strings.HasPrefix(res.Header.Get("Location"), tb.Login[r.Site.Kind])
			switch {
			case r.Who.May(v.Actor):
				if res.Status == http.StatusForbidden && !r.Who.IsPublic() || res.Status == http.StatusUnauthorized || (login && !r.Who.IsPublic()) {
					t.Errorf("%s: turned away with %d %s", what, res.Status, res.Header.Get("Location"))
				}
			case login, res.Status == http.StatusForbidden, res.Status == http.StatusUnauthorized, res.Status == http.StatusNotFound:
			default:
				t.Errorf("%s: let in with %d\n%s", what, res.Status, res.Body)
			}
		}
	}
}

func (tb Table) browser(t *testing.T, app *fiber.App, v Visitor) *Browser {
	if tb.Clock != nil {
		tb.Clock.Advance(time.Hour)
	}
	b := New(t, app)
	if !v.Actor.Stranger() {
		b.LogIn(tb.Kit, v.Actor)
	}
	return b
}

// token makes the token that a form would have in this browser.
func (tb Table) token(r httpkit.Route, b *Browser) string {
	cookie := r.Site.Kind.Cookie()
	if b.Cookies[cookie] == "" {
		b.Cookies[cookie] = strings.Repeat("A", 43) // a stranger's, which no record has
	}
	return httpkit.TokenFor(b.Cookies[cookie])
}

func request(method, path string, form url.Values) *http.Request {
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return req
}

// tokens posts to every route without a token, with somebody else's, and from another site.
func (tb Table) tokens(t *testing.T, app *fiber.App) {
	for _, r := range tb.routes() {
		if r.Foreign {
			tb.foreign(t, app, r)
			continue
		}
		if r.Method == http.MethodGet {
			continue
		}
		for _, v := range tb.everybody() {
			if !r.Who.May(v.Actor) {
				continue
			}
			for name, post := range map[string]func(good string) *http.Request{
				"without a token": func(good string) *http.Request {
					req := request(r.Method, tb.address(r), url.Values{})
					req.Header.Del("Sec-Fetch-Site")
					return req
				},
				"with another session's token": func(good string) *http.Request {
					req := request(r.Method, tb.address(r), url.Values{httpkit.TokenField: {httpkit.TokenFor(strings.Repeat("B", 43))}})
					req.Header.Del("Sec-Fetch-Site")
					return req
				},
				"from another site": func(good string) *http.Request {
					req := request(r.Method, tb.address(r), url.Values{httpkit.TokenField: {good}})
					req.Header.Set("Sec-Fetch-Site", "cross-site")
					return req
				},
				"from a subdomain": func(good string) *http.Request {
					req := request(r.Method, tb.address(r), url.Values{httpkit.TokenField: {good}})
					req.Header.Set("Sec-Fetch-Site", "same-site")
					return req
				},
				"from another origin in an old browser": func(good string) *http.Request {
					req := request(r.Method, tb.address(r), url.Values{httpkit.TokenField: {good}})
					req.Header.Del("Sec-Fetch-Site")
					req.Header.Set("Origin", "https://annan.example.com")
					return req
				},
			} {
				b := tb.browser(t, app, v)
				res := b.Do(post(tb.token(r, b)))
				if res.Status != http.StatusForbidden {
					t.Errorf("%s %s as %s %s: status %d, want 403", r.Method, r.Path, v.Name, name, res.Status)
				}
			}
		}
	}
}

// foreign has another site send something with a browser that is logged in here: it is answered, and the browser is known no more and no less.
func (tb Table) foreign(t *testing.T, app *fiber.App, r httpkit.Route) {
	for _, v := range tb.everybody() {
		b := tb.browser(t, app, v)
		req := request(r.Method, tb.address(r), url.Values{"a": {"b"}})
		if r.Method == http.MethodGet {
			req = httptest.NewRequest(r.Method, tb.address(r)+"?a=b", nil)
		}
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		req.Header.Set("Origin", "null")
		res := b.Do(req)
		if res.Status == http.StatusForbidden || len(res.Set) > 0 {
			t.Errorf("%s %s as %s: status %d, cookies %v", r.Method, r.Path, v.Name, res.Status, res.Set)
		}
		if !v.Actor.Stranger() && v.Actor.Citizen != nil && strings.Contains(string(res.Body), v.Actor.Citizen.Name) {
			t.Errorf("%s %s says who is logged in", r.Method, r.Path)
		}
	}
}

// sizes posts more than a form may have to every route that takes one.
func (tb Table) sizes(t *testing.T, app *fiber.App) {
	many := url.Values{}
	for i := range tb.Kit.MaxKeys + 1 {
		many.Set(fmt.Sprint("a", i), "")
	}
	for _, r := range tb.routes() {
		if r.Method == http.MethodGet {
			continue
		}
		for name, form := range map[string]url.Values{
			"long": {"a": {strings.Repeat("x", int(tb.Kit.MaxForm))}},
			"many": many,
		} {
			b := tb.browser(t, app, Visitor{})
			res := b.Do(request(r.Method, tb.address(r), form))
			if res.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %s, %s form: status %d, want 413", r.Method, r.Path, name, res.Status)
			}
			CheckResponse(t, r.Path+" "+name, res)
		}
	}
}

// CheckResponse reports what no answer of ours may lack or have.
func CheckResponse(t testing.TB, what string, res Response) {
	t.Helper()
	csp := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src", "frame-ancestors 'none'", "base-uri 'none'", "form-action"} {
		if !strings.Contains(csp, want) {
			t.Errorf("%s: Content-Security-Policy %q lacks %s", what, csp, want)
		}
	}
	if strings.Contains(csp, "script-src") && strings.Contains(csp, "unsafe") {
		t.Errorf("%s: Content-Security-Policy %q", what, csp)
	}
	for header, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
	} {
		if got := res.Header.Get(header); got != want {
			t.Errorf("%s: %s is %q, want %q", what, header, got, want)
		}
	}
	if res.Header.Get("X-Request-Id") == "" || res.Header.Get("Permissions-Policy") == "" {
		t.Errorf("%s: no reference or Permissions-Policy", what)
	}
	for _, c := range res.Set {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: cookie %s is not a locked __Host- cookie", what, c.Name)
		}
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && len(res.Body) > 0 {
		CheckPage(t, what, res.Body)
	}
}
