package httpkit

import (
	"crypto/rand"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"samtjanst/platform/fault"
)

// Keys of what travels with Fiber's context between the middleware and the route.
const (
	localRef  = "samtjanst.ref"
	localWho  = "samtjanst.who"
	localErr  = "samtjanst.err"
	localPath = "samtjanst.pattern"
)

// maxDrain is how much of an unread body is read away so that the browser gets to read our page.
const maxDrain = 256 << 20

// around is the outermost: reference, headers, recovery, the rest of the body, one line in the log.
func (k *Kit) around(c *fiber.Ctx) (err error) {
	start := k.Clock.Now()
	ref := NewReference()
	c.Locals(localRef, ref)
	c.Set(fiber.HeaderXRequestID, ref)
	k.headers.set(c)

	defer func() {
		if p := recover(); p != nil {
			err = k.outside(c, fault.Newf("httpkit.recover", fault.Internal, "panic: %v\n%s", p, debug.Stack()))
		}
		drain(c)
		k.logRequest(c, ref, k.Clock.Now().Sub(start).Milliseconds())
	}()
	if err := c.Next(); err != nil {
		return k.outside(c, err) // here, so that the log line knows the status
	}
	return nil
}

// drain reads what the handler left of the body. fasthttp takes the next request from where the last reader stopped, so
// leaving it would let a body pose as a request; closing at once would reset the connection before our page was read.
func drain(c *fiber.Ctx) {
	if !c.Request().IsBodyStream() {
		return
	}
	body := c.Context().RequestBodyStream()
	n, err := io.Copy(io.Discard, io.LimitReader(body, maxDrain))
	if err != nil || n == maxDrain {
		c.Context().Response.Header.SetConnectionClose()
	}
}

// logRequest writes the route's pattern and never the address, which may name a case.
func (k *Kit) logRequest(c *fiber.Ctx, ref string, ms int64) {
	status := c.Response().StatusCode()
	pattern, _ := c.Locals(localPath).(string)
	if pattern == "" {
		pattern = "-"
	}
	attrs := []slog.Attr{slog.String("ref", ref), slog.String("method", method(c)), slog.String("route", pattern),
		slog.Int("status", status), slog.Int64("ms", ms)}
	if who, _ := c.Locals(localWho).(string); who != "" {
		attrs = append(attrs, slog.String("who", who))
	}
	level := slog.LevelInfo
	if err, _ := c.Locals(localErr).(error); err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
		level = slog.LevelWarn
	}
	if status >= fasthttp.StatusInternalServerError {
		level = slog.LevelError
	}
	k.Log.LogAttrs(c.Context(), level, "request", attrs...)
}

// method gives the method if it is one we know, so that nothing a client invents stands in the log.
func method(c *fiber.Ctx) string {
	switch m := c.Method(); m {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodPost, fiber.MethodPut, fiber.MethodPatch, fiber.MethodDelete, fiber.MethodOptions:
		return m
	}
	return "OTHER"
}

// NewReference makes the number that a person reads to us and that finds the log line: eight letters and digits that
// cannot be taken for one another (Crockford's base 32), 40 bits.
func NewReference() string {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b[:4]) + "-" + string(b[4:])
}
