// Package httpkit is what stands between Fiber and our pages: one route table, and around every route the same doorman.
//
// A Kit holds the table. A Site is one area of it (the citizens' pages, the staff's) with the session it uses, what happens
// to a stranger, and how its error pages look. A Route says who may use it; there is no default, so a route that nobody
// thought about cannot exist, and tests walk Routes with every role (package httptestkit). A Handler gets a Request, whose
// strings are copies: nothing of Fiber's reused buffers leaves this package.
//
// Around a handler, in this order: security headers, reference number and log line (headers.go, log.go), rate limit
// (limit.go), session and language (session.go, language.go), who may (route.go), the posted form within its bounds
// (form.go), same origin and token (csrf.go), the handler, and one table from fault to status and page (errors.go).
//
// Invariants: every response has the security headers; nothing that changes anything is done without the session's token;
// no log line has a raw address, a name or a number of a person; no page shows an error's text.
package httpkit

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/clock"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
)

// Records keeps sessions and other small things; store.Store has it. The fault kinds are those of store.Records.
type Records interface {
	PutRecord(ctx context.Context, now time.Time, r store.Record) error
	GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error)
	DeleteRecord(ctx context.Context, collection, key string) error
}

// Box seals what Records keeps. aad binds the sealed bytes to their place, so that nothing can be moved.
type Box interface {
	Seal(plain, aad []byte) ([]byte, error)
	Open(sealed, aad []byte) ([]byte, error)
}

// Config of a Kit. Zero durations and sizes get the defaults named in their comments.
type Config struct {
	Records Records
	Box     Box
	Clock   clock.Clock
	Log     *slog.Logger
	Texts   *i18n.Catalog
	Assets  *assets.Assets // served under assets.Root; nil in tests that need none

	// Staff gives somebody of the staff as he or she is now. It is asked at every request, so that what has ended has ended. A fault whose
	// cause is an identity.NotLetIn ends the session; any other is the request's. nil: everybody is as at login.
	Staff func(context.Context, identity.Staff) (identity.Staff, error)

	// TLS: the site is reached by https, so HSTS is sent.
	TLS bool
	// FormAction lists origins beside our own that a form may end at, since form-action also governs redirects: the
	// staff's login provider.
	FormAction []string
	// Proxies are addresses or networks of reverse proxies whose X-Forwarded-For is believed.
	Proxies []string

	CitizenIdle time.Duration // 30 minutes without a request end the session
	StaffIdle   time.Duration // 30 minutes
	Absolute    time.Duration // 8 hours from login, however busy

	MaxForm   int64         // bytes of a form without its files: 1 MiB
	MaxKeys   int           // values in a form: 4,000
	MaxUpload int64         // bytes of a form with its files: 64 MiB
	Timeout   time.Duration // of a handler's context: 30 s; routes that take files have as long as an upload
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.CitizenIdle, 30*time.Minute)
	def(&c.StaffIdle, 30*time.Minute)
	def(&c.Absolute, 8*time.Hour)
	def(&c.Timeout, 30*time.Second)
	if c.MaxForm == 0 {
		c.MaxForm = 1 << 20
	}
	if c.MaxKeys == 0 {
		c.MaxKeys = 4000
	}
	if c.MaxUpload == 0 {
		c.MaxUpload = 64 << 20
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Kit is the route table and what its routes share. Add everything before App; after that it is safe for concurrent use.
type Kit struct {
	Config
	routes  []*Route
	mounts  []mount
	limiter *limiter
	headers headers
	proxies proxies
}

// New makes an empty table. The error names a proxy that is no address.
func New(c Config) (*Kit, error) {
	c = c.withDefaults()
	trusted, err := parseProxies(c.Proxies)
	if err != nil {
		return nil, err
	}
	return &Kit{Config: c, limiter: newLimiter(), headers: newHeaders(c), proxies: trusted}, nil
}

// Routes is the whole table, in the order it was added.
func (k *Kit) Routes() []Route {
	out := make([]Route, len(k.routes))
	for i, r := range k.routes {
		out[i] = *r
	}
	return out
}

// Server limits. A request's head and a form without files come within readTimeout; routes that take files extend it.
const (
	readTimeout   = 30 * time.Second
	uploadTimeout = 10 * time.Minute
	writeTimeout  = 5 * time.Minute
	idleTimeout   = 2 * time.Minute
	headBytes     = 16 << 10
	prefetchBytes = 64 << 10 // of a body, read before the handler; the rest streams
)

// App is what a kit builds: it serves on a listener and is shut down. Who puts the platform together need not know by which framework.
type App = fiber.App

// App builds the application. Fixed addresses are registered before those with parameters, so the order in which
// areas were added means nothing.
func (k *Kit) App() *App {
	app := fiber.New(fiber.Config{
		AppName:               "samtjanst",
		DisableStartupMessage: true,
		StrictRouting:         false,
		CaseSensitive:         true,
		StreamRequestBody:     true,
		BodyLimit:             prefetchBytes,
		ReadBufferSize:        headBytes,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		ErrorHandler:          k.outside,
		// Files are streamed to sealed storage by the handler, never to a temporary file in the clear.
		DisablePreParseMultipartForm: true,
	})
	app.Use(k.around)
	if k.Assets != nil {
		app.Get(assets.Root+"*", k.asset)
	}
	for _, m := range k.mounts {
		app.All(m.prefix, k.serveMount(m))
		app.All(m.prefix+"/*", k.serveMount(m))
	}
	sorted := slices.Clone(k.routes)
	slices.SortStableFunc(sorted, func(a, b *Route) int { return compareSegments(a.Path, b.Path) })
	for _, r := range sorted {
		app.Add(r.Method, r.Path, k.serve(r))
		if r.Method == fiber.MethodGet && r.Who.IsPublic() { // what watches a site asks so
			app.Add(fiber.MethodHead, r.Path, k.serve(r))
		}
	}
	return app
}

// compareSegments puts fixed segments before parameters, segment by segment.
func compareSegments(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := 0; i < len(as) && i < len(bs); i++ {
		pa, pb := strings.HasPrefix(as[i], ":"), strings.HasPrefix(bs[i], ":")
		if pa != pb {
			if pb {
				return -1
			}
			return 1
		}
	}
	return 0
}

// asset sends a file whose address holds a hash of its content.
func (k *Kit) asset(c *fiber.Ctx) error {
	f, ok := k.Assets.Open(c.Params("*"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, assets.CacheControl)
	c.Set(fiber.HeaderETag, f.ETag)
	c.Set(fiber.HeaderContentType, f.Type)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if c.Get(fiber.HeaderIfNoneMatch) == f.ETag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	data, encoding := f.Encoded(c.Get(fiber.HeaderAcceptEncoding))
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	return c.Send(data)
}
