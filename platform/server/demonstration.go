package server

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"samtjanst/integrations/sim"
	"samtjanst/platform/config"
)

// Demonstration is a cooperation that runs on this machine against simulators of everything around it: that of `serve --demo`, and those that
// examples have mains of their own for.
type Demonstration struct {
	Name           string // of its log among the data: "demo"
	Data           string // folder of its data, unless another is chosen
	Municipalities fs.FS  // one file each, under "municipalities"
	// Organisations and Staff are whom the simulators know; nil: those of the demo.
	Organisations []sim.Organisation
	Staff         []sim.Staff
	// Configure makes of a configuration one that points at the simulators.
	Configure func(config.Config, sim.Endpoints) (config.Config, error)
	// Fill puts into a platform what it starts with, before it answers anybody; at later starts what is there is left. May be nil.
	Fill func(context.Context, *Server) error
	// Say tells what to click.
	Say func(w io.Writer, portal, simulators string)
}

// Demonstrate is the main of an example: it runs until the context ends, and gives the exit status.
func Demonstrate(ctx context.Context, d Demonstration, args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet(d.Name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	data := fs.String("data", d.Data, "`DIR` for the embedded store, files and keys")
	listen := fs.String("listen", "", "`ADDRESS` to listen on")
	simListen := fs.String("sim-listen", sim.DefaultListen, "`ADDRESS` of the simulators' pages, with the four ports after it")
	if !understood(fs, args, stderr) {
		return exitUsage
	}
	cfg := config.Default()
	override(&cfg.Data, *data)
	override(&cfg.Listen, *listen)
	return serveOn(ctx, cfg, &d, *simListen, false, stdout, stderr)
}

// serveOn listens, and runs what is configured; with a demonstration against its simulators, and at the address where it listens unless the
// configuration's own is to hold.
func serveOn(ctx context.Context, cfg config.Config, d *Demonstration, simListen string, ownAddress bool, stdout, stderr io.Writer) int {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return failed(stderr, fmt.Errorf("data: %w", err))
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return failed(stderr, fmt.Errorf("listen %s: %w", cfg.Listen, err))
	}
	defer l.Close()
	o := Options{Log: slog.New(slog.NewTextHandler(stderr, nil))}
	if d == nil {
		s, err := New(ctx, cfg, o)
		if err != nil {
			return failed(stderr, err)
		}
		return run(ctx, s, l, stderr)
	}
	if !ownAddress {
		cfg.BaseURL = "http://localhost" + portOf(l)
		logs, err := os.OpenFile(filepath.Join(cfg.Data, d.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return failed(stderr, err)
		}
		defer logs.Close()
		o.Log = slog.New(slog.NewTextHandler(logs, nil)) // the terminal is for what to click
	}
	s, running, err := d.Start(ctx, cfg, simListen, o)
	if err != nil {
		return failed(stderr, err)
	}
	defer running.Close()
	d.Say(stdout, cfg.BaseURL, running.Endpoints.URL)
	return run(ctx, s, l, stderr)
}

// Start starts the simulators and puts the platform together beside them.
func (d *Demonstration) Start(ctx context.Context, c config.Config, simListen string, o Options) (*Server, *sim.Running, error) {
	hub, err := sim.New(sim.Options{Dir: filepath.Join(c.Data, "sim"), Listen: simListen, Platform: c.BaseURL, Clock: o.Clock, Log: o.Log,
		Organisations: d.Organisations, Staff: d.Staff})
	if err != nil {
		return nil, nil, err
	}
	running, err := hub.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, err := d.platform(ctx, c, running, o)
	if err != nil {
		_ = running.Close() // why it did not start is told; that something else did not stop helps nobody
		return nil, nil, err
	}
	return s, running, nil
}

func (d *Demonstration) platform(ctx context.Context, c config.Config, running *sim.Running, o Options) (*Server, error) {
	o.Municipalities, o.Simulators = d.Municipalities, running.Endpoints.URL
	c, err := d.Configure(c, running.Endpoints)
	if err != nil {
		return nil, err
	}
	s, err := New(ctx, c, o)
	if err != nil || d.Fill == nil {
		return s, err
	}
	if err := d.Fill(ctx, s); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}
