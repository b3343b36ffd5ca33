package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"samtjanst/forms/formcli"
	"samtjanst/forms/lint"
	"samtjanst/integrations/sim"
	"samtjanst/platform/config"
	"samtjanst/platform/flow"
	"samtjanst/platform/preview"
	"samtjanst/renderer/bare"
	"samtjanst/renderer/markdown"
)

// Exit statuses.
const (
	exitOK = iota
	exitFailed
	exitUsage
)

const usage = `samtjanst: e-services for municipalities

  samtjanst serve --config FILE          run the platform
  samtjanst serve --demo                 run it with two invented municipalities, against simulators
      --data DIR  --listen ADDRESS  --sim-listen ADDRESS  --store mongodb://…
  samtjanst sim [--listen ADDRESS] [--data DIR] [--municipality ID]
                                         run the simulators alone
  samtjanst verify FILE [--trust PEM]…   who signed a case and what, or what has been changed; verify --help tells more

For authors of forms; PATH is a form's folder or a folder of them. Statuses: 0 well, 1 something to mend, 2 not understood.

  samtjanst form new NAME [--dir DIR]    make a working form to change into one's own
  samtjanst form lint PATH…              check forms: file:line:column, what, how to mend
  samtjanst form test PATH…              run the forms' scenarios
  samtjanst form preview DIR [--listen ADDRESS]
                                         see the pages in a browser while writing
  samtjanst form export DIR [-o FILE]    one JSON document, or a zip by FILE's suffix
  samtjanst form import FILE DIR         a folder of what export wrote
  samtjanst form diff A B                what changed, and whether it is safe for open drafts
  samtjanst form schemas DIR             JSON Schemas of the files, for editors
      lint, test and diff take --format json
  samtjanst form render --schema FILE [--layout FILE] [--data FILE] [--lang sv]
                                         any JSON Schema as one HTML page on stdout; 2 with the reason when refused
  samtjanst form decode --schema FILE [--layout FILE] [--data STORED] [--lang sv]
                                         the posted page on stdin as answers and problems, JSON on stdout
`

// Main runs a command and gives the exit status: 0, 1 when it failed, 2 when it was not understood.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	switch args[0] {
	case "serve":
		return serve(ctx, args[1:], stdout, stderr)
	case "sim":
		return simulate(ctx, args[1:], stdout, stderr)
	case "form":
		return form(ctx, args[1:], stdout, stderr)
	case "verify":
		return verify(args[1:], stdout, stderr)
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	fmt.Fprintf(stderr, "samtjanst: there is no command %q\n\n%s", args[0], usage)
	return exitUsage
}

// failed prints one line.
func failed(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "samtjanst: %s\n", strings.ReplaceAll(explain(err).Error(), "\n", "; "))
	return exitFailed
}

// explain says what to do about the mistakes that everybody makes once.
func explain(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: something else uses that port; stop it, or choose others with --listen and --sim-listen", err)
	}
	return err
}

func serve(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.SetOutput(stderr)
	var (
		file      = fs.String("config", "", "configuration `FILE`")
		demo      = fs.Bool("demo", false, "two invented municipalities, against simulators")
		data      = fs.String("data", "", "`DIR` for the embedded store, files and keys")
		listen    = fs.String("listen", "", "`ADDRESS` to listen on")
		simListen = fs.String("sim-listen", sim.DefaultListen, "`ADDRESS` of the simulators' pages, with the four ports after it (demo)")
		mongo     = fs.String("store", "", "mongodb:// `ADDRESS` in place of the embedded store")
	)
	if !understood(fs, args, stderr) {
		return exitUsage
	}
	if !*demo && *file == "" {
		fmt.Fprint(stderr, "samtjanst: serve needs --config FILE, or --demo\n")
		return exitUsage
	}
	cfg := config.Default()
	if *file != "" {
		var err error
		if cfg, err = config.Load(*file); err != nil {
			return failed(stderr, err)
		}
	}
	override(&cfg.Data, *data)
	override(&cfg.Listen, *listen)
	override(&cfg.Store, *mongo)
	var d *Demonstration
	if *demo {
		d = demonstration()
	}
	return serveOn(ctx, cfg, d, *simListen, *file != "", stdout, stderr)
}

// understood reads the flags; what is left over is a mistake too. The person is told what it is.
func understood(fs *flag.FlagSet, args []string, stderr io.Writer) bool {
	if err := fs.Parse(args); err != nil {
		return false // Parse has said why
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "samtjanst: %s does not know what to do with %q\n", fs.Name(), fs.Arg(0))
		return false
	}
	return true
}

func run(ctx context.Context, s *Server, l net.Listener, stderr io.Writer) int {
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	var err error
	select {
	case err = <-done:
		err = errors.Join(err, s.Close())
	case <-ctx.Done():
		err = s.Close()
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return failed(stderr, err)
	}
	return exitOK
}

func override(to *string, with string) {
	if with != "" {
		*to = with
	}
}

func portOf(l net.Listener) string {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return ""
	}
	return ":" + port
}

func simulate(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("sim", flag.ContinueOnError)
	fs.SetOutput(stderr)
	listen := fs.String("listen", sim.DefaultListen, "`ADDRESS` of the pages, with the four ports after it")
	data := fs.String("data", filepath.Join("data", "sim"), "`DIR` for keys and what has been received")
	only := fs.String("municipality", "", "`ID` of the one that the platform has; both of the demo where it is not said")
	if !understood(fs, args, stderr) {
		return exitUsage
	}
	var ids []string
	if *only != "" {
		ids = []string{*only}
	}
	organisations, err := sim.DemoOrganisations(ids...)
	if err != nil {
		fmt.Fprintln(stderr, "samtjanst sim:", errors.Unwrap(err))
		return exitUsage
	}
	hub, err := sim.New(sim.Options{Dir: *data, Listen: *listen, Organisations: organisations, Platform: "http://localhost:8080", Log: slog.New(slog.NewTextHandler(stderr, nil))})
	if err != nil {
		return failed(stderr, err)
	}
	running, err := hub.Start(ctx)
	if err != nil {
		return failed(stderr, err)
	}
	raw, err := running.Endpoints.YAML()
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintf(stdout, "The simulators are at %s. A platform is pointed at them with:\n\n%s", running.Endpoints.URL, raw)
	if err := running.Wait(); err != nil {
		return failed(stderr, err)
	}
	return exitOK
}

// lintOptions hands lint what forms itself may not import: the Markdown reader.
func lintOptions() lint.Options {
	return lint.Options{Links: func(md string) []lint.Link {
		var out []lint.Link
		for _, l := range markdown.Links(md) {
			out = append(out, lint.Link{URL: l.URL})
		}
		return out
	}}
}

func form(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	switch rest := args[1:]; args[0] {
	case "new":
		return formcli.New(rest, stdout, stderr)
	case "lint":
		return formcli.Lint(lintOptions(), rest, stdout, stderr)
	case "test":
		return formcli.TestBy(flow.Rehearsal{}, rest, stdout, stderr)
	case "preview":
		return preview.Main(ctx, preview.Options{Lint: lintOptions(), Player: flow.Rehearsal{}}, rest, stdout, stderr)
	case "render":
		return bare.Render(rest, stdout, stderr)
	case "decode":
		return bare.Decode(rest, os.Stdin, stdout, stderr)
	case "export":
		return formcli.Export(rest, stdout, stderr)
	case "import":
		return formcli.Import(rest, stdout, stderr)
	case "diff":
		return formcli.Diff(rest, stdout, stderr)
	case "schemas":
		return formcli.Schemas(rest, stdout, stderr)
	}
	fmt.Fprintf(stderr, "samtjanst: there is no command %q\n\n%s", "form "+args[0], usage)
	return exitUsage
}
