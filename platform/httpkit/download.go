package httpkit

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Download is a file to send. Body is closed when it has been sent.
type Download struct {
	Name string // as the person will see it
	Type string // media type, as found out by us when it was stored
	Size int64  // -1 when unknown
	Body io.ReadCloser
	// Inline shows a PDF in the browser. Only documents that the platform itself made: what somebody uploaded is always
	// saved, never shown within our origin.
	Inline bool
}

// File sends a download as it is read.
func (r *Request) File(d Download) error {
	disposition := "attachment"
	if d.Inline && d.Type == "application/pdf" {
		disposition = "inline"
	}
	r.c.Set(fiber.HeaderContentSecurityPolicy, sandboxed)
	r.c.Set(fiber.HeaderContentDisposition, ContentDisposition(disposition, d.Name))
	media := d.Type
	if media == "" || strings.ContainsAny(media, "\r\n") {
		media = fiber.MIMEOctetStream
	}
	r.c.Set(fiber.HeaderContentType, media)
	size := int(d.Size)
	if d.Size < 0 {
		size = -1
	}
	r.c.Context().SetBodyStream(&sending{ReadCloser: d.Body, done: r.cancel}, size)
	r.cancel = nil // the handler's context lives until the body has been sent
	return nil
}

// sending ends the request's context when its body has been sent.
type sending struct {
	io.ReadCloser
	done context.CancelFunc
}

func (s *sending) Close() error {
	defer s.done()
	return s.ReadCloser.Close()
}

// ContentDisposition names a file twice: plainly for old programs, and exactly as RFC 5987 encodes it (RFC 6266, 5).
func ContentDisposition(disposition, name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if name == "" {
		name = "fil"
	}
	plain := strings.Map(func(r rune) rune {
		if r > '~' || r == '"' || r == '%' {
			return '_'
		}
		return r
	}, name)
	// PathEscape leaves $&+,;=:@ as they are, of which RFC 5987 attr-char has only $&+.
	exact := strings.NewReplacer(",", "%2C", ";", "%3B", "=", "%3D", ":", "%3A", "@", "%40").Replace(url.PathEscape(name))
	return disposition + `; filename="` + plain + `"; filename*=UTF-8''` + exact
}
