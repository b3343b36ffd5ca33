package httpkit_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/renderer/i18n"
)

// house is a small site of both kinds, on a real store.
type house struct {
	kit     *httpkit.Kit
	clock   *clock.Manual
	log     *bytes.Buffer
	reached []string // handlers that ran
}

var anna = identity.Actor{Citizen: &identity.Citizen{Number: idno.Must("198001012395"), Name: "Anna Testsson", Level: identity.LoA3}}

func staff(roles ...identity.Role) identity.Actor {
	s := &identity.Staff{Subject: "https://login.example|7", Name: "Disa Provberg", Tenant: "ekkoping"}
	if len(roles) > 0 {
		s.Grants = []identity.Grant{{Authority: "ekkoping/bun", Roles: roles}}
	}
	return identity.Actor{Staff: s}
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), log: &bytes.Buffer{}}
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	records, box := httptestkit.Storage(t)
	h.kit, err = httpkit.New(httpkit.Config{Records: records, Box: box, Clock: h.clock, Texts: texts,
		Log: slog.New(slog.NewTextHandler(h.log, nil)), MaxForm: 10_000, MaxKeys: 50, MaxUpload: 100_000,
		FormAction: []string{"https://login.example"}, Proxies: []string{"0.0.0.0", "10.0.0.0/8"}})
	if err != nil {
		t.Fatal(err)
	}
	page := func(r *httpkit.Request) error {
		h.reached = append(h.reached, r.Route().Path)
		return r.HTML(200, []byte(`<!doctype html><html lang="`+r.Lang+`"><head><title>Sida</title></head><body><main><h1>Sida</h1><form method="post" action="`+
			r.Path()+`"><input type="hidden" name="csrf" value="`+r.Token()+`"><button>Skicka</button></form></main></body></html>`))
	}
	done := func(r *httpkit.Request) error {
		h.reached = append(h.reached, r.Route().Path)
		return r.See("/klart")
	}
	login := func(to string) httpkit.Handler {
		return func(r *httpkit.Request) error { return r.See(to) }
	}
	citizens := &httpkit.Site{Kind: httpkit.CitizenSession, Login: login("/logga-in")}
	h.kit.Add(citizens,
		httpkit.Route{Method: "GET", Path: "/", Who: httpkit.Public, Handle: page},
		httpkit.Route{Method: "GET", Path: "/:kommun", Who: httpkit.Public, Handle: page},
		httpkit.Route{Method: "GET", Path: "/logga-in", Who: httpkit.Public, Handle: page},
		httpkit.Route{Method: "POST", Path: "/logga-in", Who: httpkit.Public, Limit: &httpkit.Limit{Name: "login",
			PerAddress: httpkit.Rate{Every: time.Second, Burst: 6}, PerSession: httpkit.Rate{Every: 10 * time.Second, Burst: 3}},
			Handle: func(r *httpkit.Request) error {
				if err := r.LogIn(anna); err != nil {
					return err
				}
				return r.See("/mitt")
			}},
		httpkit.Route{Method: "POST", Path: "/logga-ut", Who: httpkit.Citizen, Handle: func(r *httpkit.Request) error {
			if err := r.LogOut(); err != nil {
				return err
			}
			return r.See("/")
		}},
		httpkit.Route{Method: "GET", Path: "/mitt", Who: httpkit.Citizen, Handle: page},
		httpkit.Route{Method: "POST", Path: "/mitt", Who: httpkit.Citizen, Handle: done},
		httpkit.Route{Method: "POST", Path: "/filer", Who: httpkit.Citizen, Files: true, Handle: h.files},
		httpkit.Route{Method: "POST", Path: "/minne", Who: httpkit.Public, Handle: func(r *httpkit.Request) error {
			var n int
			r.Value("n", &n)
			if err := r.Keep(map[string]any{"n": n + 1}); err != nil {
				return err
			}
			return r.JSON(200, n+1)
		}},
		httpkit.Route{Method: "GET", Path: "/fel/:slag", Who: httpkit.Public, Handle: func(r *httpkit.Request) error {
			if r.Param("slag") == "panik" {
				panic("198001012395")
			}
			for k := fault.Kind(0); k <= fault.Hindered; k++ {
				if strings.ReplaceAll(k.String(), " ", "-") == r.Param("slag") {
					return fault.Newf("test.Op", k, "hemlig orsak")
				}
			}
			return fmt.Errorf("hemlig orsak")
		}},
		httpkit.Route{Method: "GET", Path: "/adress", Who: httpkit.Public, Handle: func(r *httpkit.Request) error { return r.Bytes("text/plain", []byte(r.IP())) }},
		httpkit.Route{Method: "GET", Path: "/ladda-ner", Who: httpkit.Public, Handle: func(r *httpkit.Request) error {
			return r.File(httpkit.Download{Name: "intyg å \"1\"; x.pdf", Type: "application/pdf", Size: 4, Body: io.NopCloser(strings.NewReader("%PDF")), Inline: r.Query("visa") != ""})
		}},
	)
	officers := &httpkit.Site{Kind: httpkit.StaffSession, Login: login("/admin/logga-in")}
	h.kit.Add(officers,
		httpkit.Route{Method: "GET", Path: "/admin", Who: httpkit.Staff(identity.Officer, identity.Decider), Handle: page},
		httpkit.Route{Method: "POST", Path: "/admin/beslut", Who: httpkit.Staff(identity.Decider), Handle: done},
		httpkit.Route{Method: "GET", Path: "/admin/logga-in", Who: httpkit.Public, Handle: page},
	)
	return h
}

// files answers with what it read.
func (h *house) files(r *httpkit.Request) error {
	var out []string
	if r.Upload() == nil {
		return r.JSON(200, []string{"no files"})
	}
	for {
		f, err := r.Upload().Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, f.Body)
		if err != nil {
			return err
		}
		out = append(out, fmt.Sprintf("%s %s %d", f.Field, f.Name, n))
	}
	return r.JSON(200, append(out, r.Form().Get("efter")))
}

func TestBattery(t *testing.T) {
	h := newHouse(t)
	httptestkit.Table{
		Kit: h.kit, Clock: h.clock,
		Visitors: []httptestkit.Visitor{{Name: "citizen", Actor: anna}, {Name: "officer", Actor: staff(identity.Officer)}, {Name: "decider", Actor: staff(identity.Decider)},
			{Name: "manager", Actor: staff(identity.Manager)}, {Name: "staff without a role", Actor: staff()}},
		Login: map[httpkit.SessionKind]string{httpkit.CitizenSession: "/logga-in", httpkit.StaffSession: "/admin/logga-in"},
		Params: func(r httpkit.Route) map[string]string {
			return map[string]string{"kommun": "ekkoping", "slag": "not-found"}
		},
	}.Run(t)
}

// A handler is reached by those whom its route names and by nobody else.
func TestOnlyThoseNamed(t *testing.T) {
	h := newHouse(t)
	app := h.kit.App()
	for _, tc := range []struct {
		who  identity.Actor
		path string
		want bool
	}{
		{identity.Actor{}, "/mitt", false}, {anna, "/mitt", true}, {staff(identity.Officer), "/mitt", false},
		{anna, "/admin", false}, {staff(identity.Officer), "/admin", true}, {staff(identity.Manager), "/admin", false}, {staff(), "/admin", false},
	} {
		b := httptestkit.New(t, app)
		if !tc.who.Stranger() {
			b.LogIn(h.kit, tc.who)
		}
		h.reached = nil
		b.Get(tc.path)
		if got := len(h.reached) == 1; got != tc.want {
			t.Errorf("%+v at %s: reached %v, want %v", tc.who, tc.path, got, tc.want)
		}
	}
	b := httptestkit.New(t, app) // a citizen's session in the staff cookie
	b.LogIn(h.kit, anna)
	b.Cookies[httpkit.StaffSession.Cookie()] = b.Cookies[httpkit.CitizenSession.Cookie()]
	if b.Get("/admin").Status != http.StatusSeeOther {
		t.Error("a citizen's session opened the staff pages")
	}
}

func TestSessionLife(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App())
	b.Get("/logga-in")
	before := b.Cookies[httpkit.CitizenSession.Cookie()]
	b.Submit("/logga-in", nil)
	b.Want(http.StatusSeeOther)
	after := b.Cookies[httpkit.CitizenSession.Cookie()]
	if before == "" || after == before {
		t.Errorf("the cookie was not changed at login: %q, %q", before, after)
	}
	old := httptestkit.New(t, b.App)
	old.Cookies[httpkit.CitizenSession.Cookie()] = before
	if old.Get("/mitt").Status != http.StatusSeeOther {
		t.Error("the cookie from before the login is logged in")
	}
	for range 10 { // busy
		h.clock.Advance(29 * time.Minute)
		b.Get("/mitt")
		b.Want(200)
	}
	h.clock.Advance(32 * time.Minute)
	b.Get("/mitt")
	b.Want(http.StatusSeeOther) // idle

	b.LogIn(h.kit, anna)
	for range 17 { // busy beyond the absolute limit
		h.clock.Advance(29 * time.Minute)
		b.Get("/mitt")
	}
	b.Want(http.StatusSeeOther)

	b.LogIn(h.kit, anna)
	cookie := b.Cookies[httpkit.CitizenSession.Cookie()]
	b.Get("/mitt")
	b.Post("/logga-ut", url.Values{"csrf": {b.Token()}})
	b.Want(http.StatusSeeOther)
	b.Cookies[httpkit.CitizenSession.Cookie()] = cookie
	b.Get("/mitt")
	b.Want(http.StatusSeeOther) // the old cookie is worth nothing
}

// What two requests keep at the same time is not lost.
func TestKeepTogether(t *testing.T) {
	h := newHouse(t)
	app := h.kit.App()
	b := httptestkit.New(t, app)
	b.LogIn(h.kit, anna)
	done := make(chan error)
	for range 4 {
		go func() {
			req := httptest.NewRequest("POST", "/minne", strings.NewReader(url.Values{"csrf": {httpkit.TokenFor(b.Cookies["__Host-samtjanst"])}}.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.AddCookie(&http.Cookie{Name: "__Host-samtjanst", Value: b.Cookies["__Host-samtjanst"]})
			res, err := app.Test(req, 10_000)
			if err == nil && res.StatusCode != 200 {
				err = fmt.Errorf("status %d", res.StatusCode)
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	b.Get("/mitt")
	b.Want(200) // still logged in
}

func TestFaultsAndTheirPages(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App())
	for path, want := range map[string]int{
		"/fel/internal": 500, "/fel/invalid": 400, "/fel/not-found": 404, "/fel/forbidden": 403, "/fel/unauthorised": 401,
		"/fel/conflict": 409, "/fel/exists": 409, "/fel/unavailable": 503, "/fel/too-large": 413, "/fel/gone": 410,
		"/fel/too-many": 429, "/fel/hindered": 403, "/fel/okänt": 500, "/fel/panik": 500, "/finns/inte/alls": 404,
	} {
		res := b.Get((&url.URL{Path: path}).String())
		if res.Status != want {
			t.Errorf("%s: status %d, want %d", path, res.Status, want)
		}
		if ref := res.Header.Get("X-Request-Id"); len(ref) != 9 || !strings.Contains(string(res.Body), ref) {
			t.Errorf("%s: the page does not show its reference %q", path, ref)
		}
		if strings.Contains(string(res.Body), "hemlig") || strings.Contains(string(res.Body), "1980") {
			t.Errorf("%s: the page shows the error's text", path)
		}
		httptestkit.CheckResponse(t, path, res)
	}
	b.Header.Set("Accept-Language", "en")
	if b.Get("/fel/gone"); !strings.Contains(string(b.Page.Body), "reference") {
		t.Errorf("not in the reader's language: %s", b.Page.Body)
	}
}

func TestLogNamesNoAddress(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App())
	b.Get("/fel/not-found?person=198001012395")
	b.Get("/198001012395/198001012395/finns-inte")
	line := h.log.String()
	if strings.Contains(line, "198001012395") {
		t.Errorf("the log has what stood in an address:\n%s", line)
	}
	for _, want := range []string{"route=/fel/:slag", "status=404", "ref=" + b.Page.Header.Get("X-Request-Id"), "route=-"} {
		if !strings.Contains(line, want) {
			t.Errorf("the log lacks %s:\n%s", want, line)
		}
	}
}

func TestRateLimit(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App())
	start := func(b *httptestkit.Browser) int {
		b.Get("/logga-in")
		return b.Post("/logga-in", url.Values{"csrf": {b.Token()}}).Status
	}
	same := b.Cookies
	statuses := map[int]int{}
	for range 5 {
		b.Get("/logga-in")
		cookie := b.Cookies["__Host-samtjanst"]
		statuses[b.Post("/logga-in", url.Values{"csrf": {b.Token()}}).Status]++
		same["__Host-samtjanst"] = cookie // the same session every time
	}
	if statuses[303] != 3 || statuses[429] != 2 {
		t.Errorf("one session: %v, want three through", statuses)
	}
	if wait := b.Page.Header.Get("Retry-After"); wait != "10" {
		t.Errorf("Retry-After %q, want 10", wait)
	}
	other := httptestkit.New(t, b.App)
	if got := start(other); got != 303 {
		t.Errorf("another browser at the same address: %d", got)
	}
	for range 3 {
		start(httptestkit.New(t, b.App))
	}
	if got := start(httptestkit.New(t, b.App)); got != 429 {
		t.Errorf("an address that has used up its share: %d", got)
	}
	h.clock.Advance(time.Minute)
	if got := start(other); got != 303 {
		t.Errorf("after a minute: %d", got)
	}
}

func multipartOf(t *testing.T, token string, size int) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	w.WriteField("csrf", token)
	w.WriteField("före", "1")
	f, err := w.CreateFormFile("a/bilagor", `..\..\intyg.pdf`)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(bytes.Repeat([]byte("x"), size))
	w.CreateFormFile("a/tom", "")
	w.WriteField("efter", "sist")
	w.Close()
	return body, w.FormDataContentType()
}

func TestUpload(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App())
	b.LogIn(h.kit, anna)
	token := httpkit.TokenFor(b.Cookies["__Host-samtjanst"])
	for _, tc := range []struct {
		name  string
		token string
		size  int
		want  int
		body  string
	}{
		{"a file", token, 50_000, 200, `["a/bilagor intyg.pdf 50000","sist"]`},
		{"too big", token, 200_000, 413, ""},
		{"no token", "", 10, 403, ""},
	} {
		body, ct := multipartOf(t, tc.token, tc.size)
		req := httptest.NewRequest("POST", "/filer", body)
		req.Header.Set("Content-Type", ct)
		res := b.Do(req)
		if res.Status != tc.want || (tc.body != "" && string(res.Body) != tc.body) {
			t.Errorf("%s: %d %s, want %d %s", tc.name, res.Status, res.Body, tc.want, tc.body)
		}
	}
}

// On a real connection: a body over the limit gets its page and not a reset, and does not pose as the next request.
func TestBodyOverTheLimit(t *testing.T) {
	h := newHouse(t)
	app := h.kit.App()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go app.Listener(ln)
	t.Cleanup(func() { app.Shutdown() })
	cookie, err := h.kit.Issue(t.Context(), httpkit.CitizenSession, anna)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	post := func(path, contentType string, body io.Reader) (int, string) {
		t.Helper()
		req, _ := http.NewRequest("POST", "http://"+ln.Addr().String()+path, body)
		req.Header.Set("Content-Type", contentType)
		req.AddCookie(&http.Cookie{Name: "__Host-samtjanst", Value: cookie})
		res, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		defer res.Body.Close()
		page, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(page)
	}
	smuggled := strings.Repeat("GET /mitt HTTP/1.1\r\nHost: x\r\nCookie: __Host-samtjanst="+cookie+"\r\n\r\n", 60_000) // 6 MB
	if status, page := post("/mitt", "application/x-www-form-urlencoded", strings.NewReader(smuggled)); status != 413 || !strings.Contains(page, "<h1>") {
		t.Errorf("form: %d %s", status, page)
	}
	body, ct := multipartOf(t, httpkit.TokenFor(cookie), 5_000_000)
	if status, page := post("/filer", ct, body); status != 413 || !strings.Contains(page, "<h1>") {
		t.Errorf("declared length: %d %s", status, page)
	}
	body, ct = multipartOf(t, httpkit.TokenFor(cookie), 5_000_000)
	if status, page := post("/filer", ct, io.MultiReader(body)); status != 413 || !strings.Contains(page, "<h1>") { // chunked: no length
		t.Errorf("no declared length: %d %s", status, page)
	}
	if len(h.reached) != 0 {
		t.Errorf("a body was read as a request: %v", h.reached)
	}
	if status, _ := post("/mitt", "text/plain", strings.NewReader("x")); status != 400 {
		t.Errorf("text/plain: %d", status)
	}
}

func TestDownload(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App())
	res := b.Get("/ladda-ner")
	want := `attachment; filename="intyg _ _1_; x.pdf"; filename*=UTF-8''intyg%20%C3%A5%20%221%22%3B%20x.pdf`
	if got := res.Header.Get("Content-Disposition"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if string(res.Body) != "%PDF" || res.Header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%q %s", res.Body, res.Header.Get("Content-Type"))
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox; default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
	if got := b.Get("/ladda-ner?visa=1").Header.Get("Content-Disposition"); !strings.HasPrefix(got, "inline;") {
		t.Errorf("got %s", got)
	}
	for name, want := range map[string]string{"a\r\nb.pdf": `x; filename="a__b.pdf"; filename*=UTF-8''a__b.pdf`, "../etc": `x; filename=".._etc"; filename*=UTF-8''.._etc`, "": `x; filename="fil"; filename*=UTF-8''fil`} {
		if got := httpkit.ContentDisposition("x", name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// The address is what our own proxies saw; what a client writes into the header itself is not believed.
func TestClientAddress(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App()) // its own address is 0.0.0.0, a proxy of ours here
	for header, want := range map[string]string{
		"":                                  "0.0.0.0",
		"192.0.2.7":                         "192.0.2.7",
		"198.51.100.1, 192.0.2.7, 10.1.2.3": "192.0.2.7",
		"198.51.100.1, skräp, 10.1.2.3":     "10.1.2.3",
		"2001:db8::1":                       "2001:db8::1",
	} {
		b.Header.Set("X-Forwarded-For", header)
		if got := string(b.Get("/adress").Body); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	if _, err := httpkit.New(httpkit.Config{Proxies: []string{"balanseraren"}}); err == nil {
		t.Error("a proxy that is no address was accepted")
	}
}

func TestLanguage(t *testing.T) {
	h := newHouse(t)
	b := httptestkit.New(t, h.kit.App())
	b.Header.Set("Accept-Language", "de, en;q=0.5")
	lang := func(path string) string {
		b.Get(path)
		return httptestkit.Attr(httptestkit.Find(b.Doc(), "html")[0], "lang")
	}
	for _, step := range []struct{ path, want string }{{"/", "en"}, {"/?lang=sv", "sv"}, {"/", "sv"}, {"/?lang=zz", "sv"}, {"/?lang=en", "en"}} {
		if got := lang(step.path); got != step.want {
			t.Errorf("%s: %s, want %s", step.path, got, step.want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for address, want := range map[string]string{
		"/ansokan/abc?x=1": "/ansokan/abc?x=1", "/": "/",
		"//evil.example": "", `/\evil.example`: "", "https://evil.example/": "", "javascript:alert(1)": "", "": "", "/a\nb": "", "ansokan": "",
	} {
		got, ok := httpkit.LocalPath(address)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", address, got, ok, want)
		}
	}
}

// Whatever the address, a browser that follows what LocalPath lets through stays on the site.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/a?b=c", "//x", "/\\x", "/%2f/x", "http://x", "/ \t/x", "/a#b", "/;//x", "/? 0", "/%2f\""} {
		f.Add(s)
	}
	base, err := url.Parse("https://e.example.se/ett/tva")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := httpkit.LocalPath(s)
		if !ok {
			return
		}
		to, err := base.Parse(got)
		if err != nil || to.Host != base.Host || to.Scheme != base.Scheme || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t ") {
			t.Errorf("%q became %q, which leads to %v", s, got, to)
		}
	})
}

// Whatever the name, the header is one line that other programs read the name from.
func FuzzContentDisposition(f *testing.F) {
	for _, s := range []string{"intyg.pdf", "å ä ö.pdf", "a\"b;c=d'e%20.pdf", "\r\nSet-Cookie: x", "\xff", "*(),/:@[]{}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := httpkit.ContentDisposition("attachment", s)
		if strings.ContainsAny(h, "\r\n\x00") {
			t.Fatalf("%q: %q", s, h)
		}
		kind, params, err := mime.ParseMediaType(h)
		if err != nil || kind != "attachment" || params["filename"] == "" {
			t.Fatalf("%q: %q: %v %v", s, h, params, err)
		}
		if clean := strings.ToValidUTF8(s, "_"); s != "" && !strings.ContainsAny(clean, "/\\\x7f") && strings.IndexFunc(clean, func(r rune) bool { return r < ' ' }) < 0 && params["filename"] != clean {
			t.Errorf("%q is read as %q from %q", s, params["filename"], h)
		}
	})
}

// Mistakes in a table stop the program.
func TestAddRefuses(t *testing.T) {
	h := newHouse(t)
	handle := func(r *httpkit.Request) error { return nil }
	login := httpkit.Handler(handle)
	for name, add := range map[string]func(){
		"nobody said who": func() {
			h.kit.Add(&httpkit.Site{Kind: httpkit.CitizenSession, Login: login}, httpkit.Route{Method: "GET", Path: "/x", Handle: handle})
		},
		"twice": func() {
			h.kit.Add(&httpkit.Site{Kind: httpkit.CitizenSession}, httpkit.Route{Method: "GET", Path: "/", Who: httpkit.Public, Handle: handle})
		},
		"staff in citizens'": func() {
			h.kit.Add(&httpkit.Site{Kind: httpkit.CitizenSession, Login: login}, httpkit.Route{Method: "GET", Path: "/y", Who: httpkit.Staff(), Handle: handle})
		},
		"no login": func() {
			h.kit.Add(&httpkit.Site{Kind: httpkit.CitizenSession}, httpkit.Route{Method: "GET", Path: "/z", Who: httpkit.Citizen, Handle: handle})
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			add()
		}()
	}
}
