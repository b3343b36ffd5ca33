package httpkit

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
)

// mount is an area of addresses that a handler of its own answers.
type mount struct {
	prefix string
	handle http.Handler
}

// Mount gives the addresses at and below a prefix to a handler of a protocol between machines. Around it are our headers, reference number,
// recovery and log line, which has the prefix and never the address; there is neither session nor cookie nor page: whoever asks shows who it is
// by the protocol's own means, and the handler bounds what it reads of a body. RemoteAddr is the client's, as a trusted proxy tells. A prefix
// that is there already is a mistake in the program and panics.
func (k *Kit) Mount(prefix string, h http.Handler) {
	if !strings.HasPrefix(prefix, "/") || strings.HasSuffix(prefix, "/") || h == nil {
		panic("httpkit: a mount at " + prefix + " lacks its handler or a prefix")
	}
	for _, m := range k.mounts {
		if m.prefix == prefix {
			panic("httpkit: something is mounted at " + prefix + " already")
		}
	}
	k.mounts = append(k.mounts, mount{prefix, h})
}

func (k *Kit) serveMount(m mount) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(localPath, m.prefix+"/*")
		ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
		defer cancel()
		u, err := url.ParseRequestURI(string(c.Request().RequestURI()))
		if err != nil {
			return fault.Newf("httpkit.Mount", fault.Invalid, "an address that is none")
		}
		r := (&http.Request{Method: method(c), URL: u, Host: string(c.Request().Host()), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: k.proxies.client(c),
			Header: http.Header{}, Body: io.NopCloser(body(c)), ContentLength: int64(max(c.Request().Header.ContentLength(), -1))}).WithContext(ctx)
		c.Request().Header.VisitAll(func(name, value []byte) { r.Header.Add(string(name), string(value)) })
		w := &answer{header: http.Header{}}
		m.handle.ServeHTTP(w, r)
		for name, values := range w.header {
			for i, v := range values {
				if i == 0 {
					c.Set(name, v)
				} else {
					c.Append(name, v)
				}
			}
		}
		c.Status(w.code())
		return c.Send(w.body.Bytes())
	}
}

// answer collects what a mounted handler answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}
