package httpkit

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
)

// headers are sent with every response. They are the same for all, so they are made once.
type headers struct {
	csp        string
	formAction []string
	hsts       bool
}

func newHeaders(c Config) headers {
	return headers{csp: policy(c.FormAction), formAction: c.FormAction, hsts: c.TLS}
}

// FormTo lets a form of the page that is answered end at another site's address, beside those that every page's may.
func (r *Request) FormTo(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(u.Host, " ;,'\"") {
		return fault.Newf("httpkit.FormTo", fault.Internal, "a form to no address of a site")
	}
	r.c.Set(fiber.HeaderContentSecurityPolicy, policy(append(slices.Clone(r.kit.headers.formAction), u.Scheme+"://"+u.Host)))
	return nil
}

// policy allows what our own pages need and nothing inline (Content Security Policy Level 3). Images may be data: for
// nothing; a QR code is an address of its own.
func policy(formAction []string) string {
	return strings.Join([]string{
		"default-src 'self'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self'",
		"object-src 'none'",
		"frame-src 'none'",
		"base-uri 'none'",
		"form-action " + strings.Join(append([]string{"'self'"}, formAction...), " "),
		"frame-ancestors 'none'",
	}, "; ")
}

// sandboxed is the policy of a document shown in the browser's own viewer: nothing of it runs or reaches anything.
const sandboxed = "sandbox; default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

func (h headers) set(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, h.csp)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	// "same-origin" and not "no-referrer": with the latter browsers send Origin: null with our own forms (Fetch, append a
	// request Origin header), and the origin could no longer be checked.
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(self), payment=(), usb=(), browsing-topics=()")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if h.hsts {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=63072000; includeSubDomains")
	}
}
