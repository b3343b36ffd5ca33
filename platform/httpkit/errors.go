package httpkit

import (
	"errors"
	"html"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
	"samtjanst/renderer/i18n"
)

// Problem is what an error page tells: never the error's own text.
type Problem struct {
	Kind      fault.Kind
	Status    int
	Title     string
	Text      string
	Reference string
}

// statuses is the one table from kinds of faults to HTTP status codes.
var statuses = [...]int{
	fault.Internal:     http.StatusInternalServerError,
	fault.Invalid:      http.StatusBadRequest,
	fault.NotFound:     http.StatusNotFound,
	fault.Forbidden:    http.StatusForbidden,
	fault.Unauthorised: http.StatusUnauthorized,
	fault.Conflict:     http.StatusConflict,
	fault.Exists:       http.StatusConflict,
	fault.Unavailable:  http.StatusServiceUnavailable,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.Gone:         http.StatusGone,
	fault.TooMany:      http.StatusTooManyRequests,
	fault.Hindered:     http.StatusForbidden, // the same for every cause, like the page
}

// Status gives the HTTP status of a kind.
func Status(k fault.Kind) int {
	if int(k) < len(statuses) {
		return statuses[k]
	}
	return http.StatusInternalServerError
}

// kinds of the statuses that Fiber and fasthttp themselves answer with.
func fromFiber(code int) fault.Kind {
	switch code {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return fault.NotFound
	case http.StatusRequestEntityTooLarge, http.StatusRequestHeaderFieldsTooLarge:
		return fault.TooLarge
	}
	if code < 500 {
		return fault.Invalid
	}
	return fault.Internal
}

// retry is a TooMany that knows when it is worth trying again.
type retry struct {
	error
	after time.Duration
}

func (r retry) Unwrap() error { return r.error }

// fail answers an error within a site.
func (k *Kit) fail(r *Request, err error) error {
	r.c.Locals(localErr, err)
	p := k.problem(r.Lang, r.Ref, fault.KindOf(err))
	var later retry
	if errors.As(err, &later) {
		r.c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int((later.after+time.Second-1)/time.Second)))
	}
	return k.show(r, p)
}

// show sends a problem in the site's own frame, or bare when that cannot be made.
func (k *Kit) show(r *Request, p Problem) error {
	page := r.route.Site.ErrorPage
	if page == nil {
		return k.bare(r.c, r.Lang, p)
	}
	if r.session == nil {
		if err := k.loadSession(r); err != nil {
			return k.bare(r.c, r.Lang, p)
		}
	}
	body, err := page(r, p)
	if err != nil {
		k.Log.Error("error page", "ref", r.Ref, "error", err)
		return k.bare(r.c, r.Lang, p)
	}
	return sendHTML(r.c, p.Status, body)
}

// outside answers what happens outside every route: unknown addresses, unreadable requests, panics.
func (k *Kit) outside(c *fiber.Ctx, err error) error {
	ref, _ := c.Locals(localRef).(string)
	if ref == "" { // fasthttp could not read the request: the middleware has not run
		ref = NewReference()
		k.headers.set(c)
		k.Log.Warn("request", "ref", ref, "error", "unreadable")
		c.Context().Response.Header.SetConnectionClose()
	}
	c.Locals(localErr, err)
	kind, status := fault.KindOf(err), 0
	var fe *fiber.Error
	if errors.As(err, &fe) {
		kind, status = fromFiber(fe.Code), fe.Code
		if status == http.StatusNotFound {
			c.Locals(localErr, nil)
		}
	}
	p := k.problem(k.language(c), ref, kind)
	if status != 0 {
		p.Status = status
	}
	// The area that the address belongs to shows its own frame, if it can.
	if s := k.siteOf(c.Path()); s != nil && status == http.StatusNotFound {
		r := k.request(c, &Route{Method: method(c), Path: "-", Who: Public, Site: s})
		defer r.cancel()
		return k.show(r, p)
	}
	return k.bare(c, k.language(c), p)
}

// siteOf finds the site whose routes share the address's first segment, else the one that has the root.
func (k *Kit) siteOf(path string) *Site {
	first := firstSegment(path)
	var root *Site
	for _, r := range k.routes {
		switch firstSegment(r.Path) {
		case first:
			return r.Site
		case "":
			root = r.Site
		}
	}
	return root
}

func firstSegment(path string) string {
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			return path[1:i]
		}
	}
	if path == "" {
		return ""
	}
	return path[1:]
}

func (k *Kit) problem(lang, ref string, kind fault.Kind) Problem {
	p := Problem{Kind: kind, Status: Status(kind), Reference: ref}
	key := "fault." + slug(kind)
	if k.Texts != nil {
		p.Title, p.Text = k.Texts.T(lang, key+".title"), k.Texts.T(lang, key+".text")
	} else {
		p.Title = http.StatusText(p.Status)
	}
	return p
}

// slug is the kind's name as the catalogue of texts writes it.
func slug(k fault.Kind) string {
	b := []byte(k.String())
	for i := range b {
		if b[i] == ' ' {
			b[i] = '-'
		}
	}
	return string(b)
}

// bare is the page of last resort: no frame, no stylesheet, nothing that can fail.
func (k *Kit) bare(c *fiber.Ctx, lang string, p Problem) error {
	if lang == "" {
		lang = i18n.Default
	}
	reference := p.Reference
	if k.Texts != nil {
		reference = k.Texts.T(lang, "fault.reference", "reference", p.Reference)
	}
	title := html.EscapeString(p.Title)
	body := "<!doctype html>\n<html lang=\"" + html.EscapeString(lang) + "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>" +
		title + "</title></head><body><main><h1>" + title + "</h1><p>" + html.EscapeString(p.Text) + "</p><p>" +
		html.EscapeString(reference) + "</p></main></body></html>\n"
	return sendHTML(c, p.Status, []byte(body))
}

func sendHTML(c *fiber.Ctx, status int, body []byte) error {
	c.Status(status)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(body)
}
