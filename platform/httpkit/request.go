package httpkit

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/renderer/i18n"
)

// Request is one request as handlers see it. Every string it gives is a copy that may be kept.
type Request struct {
	Method string
	Ref    string // reference number, as shown on error pages and written to the log
	Lang   string // chosen by the reader, else by the browser

	kit     *Kit
	c       *fiber.Ctx
	route   *Route
	ctx     context.Context
	cancel  context.CancelFunc
	session *Session
	form    url.Values
	upload  *Upload
}

func (k *Kit) request(c *fiber.Ctx, route *Route) *Request {
	ref, _ := c.Locals(localRef).(string)
	c.Locals(localPath, route.Path)
	// Not Fiber's own context: that one is used again for the next request.
	timeout := k.Timeout
	if route.Files {
		timeout = uploadTimeout
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	return &Request{Method: method(c), Ref: ref, Lang: k.language(c), kit: k, c: c, route: route, ctx: ctx, cancel: cancel}
}

// Context ends when the handler's time is up, or when what it sends has been sent.
func (r *Request) Context() context.Context { return r.ctx }

// Route is the line of the table that the request came by.
func (r *Request) Route() Route { return *r.route }

// Actor is who asks. A stranger's has only language and address.
func (r *Request) Actor() identity.Actor {
	a := identity.Actor{Lang: r.Lang, IP: r.IP()}
	if r.session != nil {
		a.Citizen, a.Staff = r.session.Citizen, r.session.Staff
	}
	return a
}

// Locale writes texts and values in the reader's language.
func (r *Request) Locale() *i18n.Locale { return r.kit.Texts.In(r.Lang) }

// IP is the client's address as the platform, or a proxy it trusts, saw it.
func (r *Request) IP() string { return r.kit.proxies.client(r.c) }

// UserAgent is what the browser calls itself.
func (r *Request) UserAgent() string { return strings.Clone(r.c.Get(fiber.HeaderUserAgent)) }

// Host is the host, with port, that the browser asked.
func (r *Request) Host() string { return string(r.c.Request().Host()) }

// BaseURL is the origin that the browser asked.
func (r *Request) BaseURL() string {
	if r.kit.TLS {
		return "https://" + r.Host()
	}
	return "http://" + r.Host()
}

// Param is a parameter of the route's pattern.
func (r *Request) Param(name string) string { return strings.Clone(r.c.Params(name)) }

// Path is the address without its query.
func (r *Request) Path() string { return strings.Clone(r.c.Path()) }

// Query is a value of the address's query, "" when absent.
func (r *Request) Query(name string) string { return strings.Clone(r.c.Query(name)) }

// QueryValues is the address's whole query.
func (r *Request) QueryValues() url.Values {
	v, err := url.ParseQuery(string(r.c.Request().URI().QueryString()))
	if err != nil {
		return url.Values{}
	}
	return v
}

// Form is the posted form, without the kit's own token. Empty for GET.
func (r *Request) Form() url.Values { return r.form }

// Upload reads a form that may have files; nil when the form was posted without any (then Form has all of it).
func (r *Request) Upload() *Upload { return r.upload }

// WantsJSON reports that a script of ours asks, not a person.
func (r *Request) WantsJSON() bool {
	return strings.HasPrefix(r.c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON)
}

// HTML sends a page. The slice belongs to the response from now on.
func (r *Request) HTML(status int, page []byte) error { return sendHTML(r.c, status, page) }

// Problem sends the page for a kind of fault without there having been an error.
func (r *Request) Problem(kind fault.Kind) error {
	return r.kit.show(r, r.kit.problem(r.Lang, r.Ref, kind))
}

// See answers a post that went well: 303, so that reloading does not post again.
func (r *Request) See(address string) error {
	r.c.Set(fiber.HeaderLocation, address)
	r.c.Status(http.StatusSeeOther)
	return r.c.Send(nil)
}

// NoContent answers a script that there is nothing to show.
func (r *Request) NoContent() error {
	r.c.Status(http.StatusNoContent)
	return r.c.Send(nil)
}

// JSON answers a script.
func (r *Request) JSON(status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fault.New("httpkit.JSON", fault.Internal, err)
	}
	r.c.Status(status)
	r.c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return r.c.Send(b)
}

// Bytes sends something small that is neither page nor file: a picture of a QR code.
func (r *Request) Bytes(media string, body []byte) error {
	r.c.Set(fiber.HeaderContentType, media)
	return r.c.Send(body)
}

// LocalPath gives an address, without its fragment, if it leads to a page of this very site, so that nobody can be sent
// elsewhere after login. Our own addresses are plain ASCII; nothing else is let through, and nothing is rewritten, since
// what is decoded and encoded anew may begin with "//".
func LocalPath(address string) (string, bool) {
	address, _, _ = strings.Cut(address, "#")
	if len(address) > 500 || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") ||
		strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\\\"<>^`{|}", r) }) {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil {
		return "", false
	}
	return address, true
}
