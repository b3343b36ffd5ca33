// Package preview shows a form's pages in a browser while its author writes: samtjanst form preview DIR.
//
// The pages are the real renderer's in the real frame, and what is posted is decoded and validated as it is by the platform. What is
// not there is everything around a form: no login, no registers, no store. Who fills in, and what the registers say, comes from the
// form's own scenarios, whose every step is a place to begin.
//
// The board (board.go) is the author's page: what is wrong with the definition, how the scenarios go, and the page in two frames, as a
// phone and as a desktop has it. A frame's address (spot) says all of where it is but what has been typed in it, which is kept in
// memory for a while under a name of its own (memory.go): answers stand in no address and on no disk.
//
// The folder is read anew when something in it has changed (source.go). A folder that does not hold together, since a file is half
// saved or being renamed, leaves the last form that did on show, beside what is wrong. Open pages are told by server-sent events;
// without script they are as new as when they were fetched.
package preview

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"samtjanst/forms/lint"
	"samtjanst/forms/scenario"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/renderer"
	"samtjanst/renderer/assets"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// DefaultListen is reached from this machine only. It is not the address of the platform or of the simulators.
const DefaultListen = "localhost:8088"

// Options of a preview.
type Options struct {
	Lint  lint.Options
	Clock clock.Clock
	Log   *slog.Logger
	Every time.Duration // how often the folder is looked at; 0: 300 ms
	// Player plays the signings of scenarios; nil: they are not played.
	Player scenario.Player
}

// Server shows one form. It is an http.Handler, safe for concurrent use.
type Server struct {
	mux    *http.ServeMux
	source *source
	memory *memory
	clock  clock.Clock
	log    *slog.Logger

	catalog *i18n.Catalog
	themes  []look
	assets  *assets.Assets
	board   *ui.Template[boardPage]
	frame   *ui.Template[framePage]
	broken  *ui.Template[brokenPage]
}

// look is a municipality's theme.
type look struct{ id, name string }

//go:embed templates/*.html
var templates embed.FS

//go:embed assets
var own embed.FS

// New makes a preview of the form in dir. A folder that does not exist is fault.NotFound; one without a form that works is shown with
// what is wrong with it.
func New(dir string, o Options) (*Server, error) {
	const op = "preview.New"
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fault.Newf(op, fault.NotFound, "%s is no folder", dir)
	}
	texts, err := i18n.Embedded()
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	bundle, err := assets.Load()
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	for _, name := range [...]string{"preview.css", "preview.js"} {
		raw, err := own.ReadFile("assets/" + name)
		if err != nil {
			return nil, fault.New(op, fault.Internal, err)
		}
		bundle.Add(name, raw)
	}
	themes, err := ui.ShippedThemes()
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	faces, err := ui.New(bundle, texts, themes)
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	s := &Server{clock: o.Clock, log: o.Log, catalog: texts, assets: bundle, memory: newMemory(),
		source: newSource(dir, o.Lint, renderer.New(texts, renderer.DefaultLimits), o.Every, o.Player)}
	for _, id := range slices.Sorted(maps.Keys(themes)) {
		s.themes = append(s.themes, look{id, faces.Theme(id).Name})
	}
	b := faces.Bind(templates, "parts")
	ui.Bind(b, &s.board, "board")
	ui.Bind(b, &s.frame, "frame")
	ui.Bind(b, &s.broken, "broken")
	if err := b.Err(); err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	s.routes()
	return s, nil
}

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("GET /{$}", s.showBoard)
	s.mux.HandleFunc("GET "+framePath+"{page}", s.showFrame)
	s.mux.HandleFunc("POST "+framePath+"{page}", s.post)
	s.mux.HandleFunc("GET /handelser", s.events)
	s.mux.HandleFunc("GET "+assets.Root+"{file}", s.asset)
}

// ServeHTTP answers with headers as strict as the platform's, but that pages may stand in our own frames.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	s.mux.ServeHTTP(w, r)
}

// Watch looks at the folder until the context ends, so that open pages are told.
func (s *Server) Watch(ctx context.Context) { s.source.watch(ctx) }

func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	f, ok := s.assets.Open(r.PathValue("file"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Cache-Control", assets.CacheControl)
	_, _ = w.Write(f.Data) // the reader has gone
}

// events tells each time the form has changed, until the reader goes.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for {
		now, changed := s.source.current()
		if _, err := fmt.Fprintf(w, "data: %d\n\n", now.seq); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

// failed answers for a mistake of ours, or a request that no page of ours makes.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	s.log.ErrorContext(r.Context(), "preview", "error", err)
	status := http.StatusInternalServerError
	if errors.Is(err, fault.Invalid) {
		status = http.StatusBadRequest
	}
	http.Error(w, http.StatusText(status), status)
}

func html(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader has gone
}

// Exit statuses of Main, as the other commands for authors have them.
const (
	well  = 0
	mend  = 1
	usage = 2
)

// Main runs form preview until the context ends.
func Main(ctx context.Context, o Options, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("samtjanst form preview", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", DefaultListen, "`ADDRESS` to listen on")
	var dir string
	for rest := args; ; rest = rest[1:] { // flags may stand before and after DIR
		if err := flags.Parse(rest); err != nil {
			return usage
		}
		if rest = flags.Args(); len(rest) == 0 {
			break
		}
		if dir != "" {
			dir = ""
			break
		}
		dir = rest[0]
	}
	if dir == "" {
		fmt.Fprintln(stderr, "samtjanst form preview DIR [--listen ADDRESS]")
		return usage
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	s, err := New(dir, o)
	if errors.Is(err, fault.NotFound) {
		fmt.Fprintf(stderr, "%s: no such folder\n", dir)
		return usage
	}
	if err != nil {
		fmt.Fprintln(stderr, "samtjanst form preview:", err)
		return mend
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		fmt.Fprintf(stderr, "samtjanst form preview: %v: choose another address with --listen\n", err)
		return mend
	}
	fmt.Fprintf(stdout, "See %s at http://%s. It is shown anew when a file changes; stop with Ctrl-C.\n", dir, l.Addr())
	return s.serve(ctx, l, stderr)
}

// serve until the context ends. Event streams are open for as long as a page is, so nobody waits for them.
func (s *Server) serve(ctx context.Context, l net.Listener, stderr io.Writer) int {
	go s.Watch(ctx)
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		fmt.Fprintln(stderr, "samtjanst form preview:", err)
		return mend
	case <-ctx.Done():
		_ = server.Close() // nothing is stored: there is nothing to finish
		return well
	}
}
