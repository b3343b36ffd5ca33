// Package httptestkit tests areas built on httpkit: a Browser that posts forms as people do, a check of every page's
// HTML by structure, and a Battery that walks a whole route table with every kind of visitor.
package httptestkit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"

	"samtjanst/platform/httpkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
)

// Storage gives a real store and a real box in a directory of the test's own.
func Storage(t testing.TB) (httpkit.Records, httpkit.Box) {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlitestore.Open(filepath.Join(dir, "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	keys, err := sealed.OpenKeyring(filepath.Join(dir, "keys.json"), s)
	if err != nil {
		t.Fatal(err)
	}
	box, err := keys.Scope(context.Background(), "platform")
	if err != nil {
		t.Fatal(err)
	}
	return s, box
}

// Log writes the server's log lines to the test.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, nil))
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// Browser keeps cookies and sends what browsers send with forms. It follows no redirects by itself.
type Browser struct {
	T       testing.TB
	App     *fiber.App
	Cookies map[string]string
	Header  http.Header // sent with every request
	Page    Response    // the last answer
	// Check is called with every answer; nil for nothing.
	Check func(what string, r Response)
	// Send asks a server that runs elsewhere; nil for App.
	Send func(*http.Request) (*http.Response, error)
}

// Response is an answer, read to the end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Set    []*http.Cookie
}

// New opens a browser that nobody has used.
func New(t testing.TB, app *fiber.App) *Browser {
	return &Browser{T: t, App: app, Cookies: map[string]string{}, Header: http.Header{"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64)"}}}
}

// LogIn gives the browser a session.
func (b *Browser) LogIn(k *httpkit.Kit, a identity.Actor) {
	b.T.Helper()
	kind := httpkit.CitizenSession
	if a.Staff != nil {
		kind = httpkit.StaffSession
	}
	cookie, err := k.Issue(context.Background(), kind, a)
	if err != nil {
		b.T.Fatal(err)
	}
	b.Cookies[kind.Cookie()] = cookie
}

// Do sends a request.
func (b *Browser) Do(req *http.Request) Response {
	b.T.Helper()
	for k, v := range b.Header {
		req.Header[k] = v
	}
	for name, value := range b.Cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	send := b.Send
	if send == nil {
		send = func(req *http.Request) (*http.Response, error) { return b.App.Test(req, 20_000) }
	}
	res, err := send(req)
	if err != nil {
		b.T.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 || (!c.Expires.IsZero() && c.Expires.Year() < 2000) {
			delete(b.Cookies, c.Name)
		} else {
			b.Cookies[c.Name] = c.Value
		}
	}
	b.Page = Response{res.StatusCode, res.Header, body, res.Cookies()}
	if b.Check != nil {
		b.Check(req.Method+" "+req.URL.Path, b.Page)
	}
	return b.Page
}

// Get asks for a page.
func (b *Browser) Get(path string) Response {
	b.T.Helper()
	return b.Do(httptest.NewRequest(http.MethodGet, path, nil))
}

// Post sends a form from a page of ours, as it stands: Submit adds what the page's form has.
func (b *Browser) Post(path string, form url.Values) Response {
	b.T.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(req)
}

// Follow goes where the last answer pointed, until a page comes.
func (b *Browser) Follow() Response {
	b.T.Helper()
	for range 10 {
		if b.Page.Status < 300 || b.Page.Status > 399 {
			return b.Page
		}
		b.Get(b.Page.Header.Get("Location"))
	}
	b.T.Fatalf("redirected ten times, last to %s", b.Page.Header.Get("Location"))
	return Response{}
}

// Token gives the form token of the last page.
func (b *Browser) Token() string {
	b.T.Helper()
	for _, n := range Find(b.Doc(), "input") {
		if Attr(n, "name") == httpkit.TokenField {
			return Attr(n, "value")
		}
	}
	b.T.Fatalf("the page has no form token:\n%s", b.Page.Body)
	return ""
}

// Doc parses the last page.
func (b *Browser) Doc() *html.Node {
	b.T.Helper()
	doc, err := html.Parse(bytes.NewReader(b.Page.Body))
	if err != nil {
		b.T.Fatal(err)
	}
	return doc
}

// Text is what a reader sees of the last page's main part.
func (b *Browser) Text() string {
	main := Find(b.Doc(), "main")
	if len(main) == 0 {
		return ""
	}
	return Text(main[0])
}

// Submit posts a form of the last page: the one whose action is given, or whose button has the text. Values replace those of
// the form's controls; a nil slice takes a control away. The button pressed is the first, or the one named by its text.
func (b *Browser) Submit(actionOrButton string, values url.Values) Response {
	b.T.Helper()
	for _, form := range Find(b.Doc(), "form") {
		if !strings.EqualFold(Attr(form, "method"), "post") {
			continue
		}
		button, match := pick(form, actionOrButton)
		if !match {
			continue
		}
		fields := controls(form)
		if button != nil && Attr(button, "name") != "" {
			fields.Set(Attr(button, "name"), Attr(button, "value"))
		}
		for k, v := range values {
			if v == nil {
				fields.Del(k)
			} else {
				fields[k] = v
			}
		}
		return b.Post(Attr(form, "action"), fields)
	}
	b.T.Fatalf("the page has no form %q:\n%s", actionOrButton, b.Page.Body)
	return Response{}
}

func pick(form *html.Node, want string) (*html.Node, bool) {
	buttons := Find(form, "button")
	for _, bt := range buttons {
		if strings.TrimSpace(Text(bt)) == want {
			return bt, true
		}
	}
	if Attr(form, "action") != want {
		return nil, false
	}
	if len(buttons) > 0 {
		return buttons[0], true
	}
	return nil, true
}

// controls gives what a browser would post of a form that nobody has touched.
func controls(form *html.Node) url.Values {
	v := url.Values{}
	for _, n := range Find(form, "input", "textarea", "select") {
		name := Attr(n, "name")
		if name == "" || HasAttr(n, "disabled") {
			continue
		}
		switch kind := Attr(n, "type"); {
		case n.Data == "textarea":
			v.Add(name, Text(n))
		case n.Data == "select":
			for i, o := range Find(n, "option") {
				if HasAttr(o, "selected") || (i == 0 && v.Get(name) == "") {
					v.Set(name, Attr(o, "value"))
				}
			}
		case kind == "radio" || kind == "checkbox":
			if HasAttr(n, "checked") {
				v.Add(name, Attr(n, "value"))
			}
		case kind == "file" || kind == "submit":
		default:
			v.Add(name, Attr(n, "value"))
		}
	}
	return v
}

// Want fails the test unless the last answer has one of the statuses.
func (b *Browser) Want(statuses ...int) {
	b.T.Helper()
	for _, s := range statuses {
		if b.Page.Status == s {
			return
		}
	}
	b.T.Fatal(fmt.Sprintf("status %d, want %v; Location %q\n%s", b.Page.Status, statuses, b.Page.Header.Get("Location"), b.Page.Body))
}
