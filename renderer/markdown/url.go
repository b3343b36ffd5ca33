package markdown

import (
	"net/url"
	"strings"
)

// schemes that a link may have; a URL without a scheme is relative to the page.
var schemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true}

// SafeURL reports whether raw may be the target of a link: http, https, mailto, tel, or relative to the page. A URL that
// browsers read differently from net/url (control characters, backslashes, protocol-relative //host) is refused, since
// what was checked must be what is followed.
func SafeURL(raw string) bool {
	if raw == "" || strings.HasPrefix(raw, "//") {
		return false
	}
	for _, r := range raw {
		if r <= ' ' || r == 0x7f || r == '\\' || r == '\uFFFD' {
			return false
		}
	}
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "":
		return u.Host == ""
	case "http", "https":
		return u.Host != "" && u.User == nil
	}
	return schemes[u.Scheme] && u.Opaque != ""
}

// external reports whether a safe URL leaves the site.
func external(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}
