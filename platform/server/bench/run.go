package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/rpc"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"samtjanst/integrations/sim"
	"samtjanst/integrations/sim/personas"
)

// bench is a run: the platform's process, the simulators, the families, and the table that grows.
type bench struct {
	options
	dir      string
	sims     *sim.Running
	platform *rpc.Client
	http     *fasthttp.HostClient
	families []family
	used     int    // families that have a part already
	ready    string // a case that all have signed and nobody has decided
	lone     []personas.Persona
	clock    *pausedClock // the simulators'
	table    table
	costs    costs
	kept     signingTable
}

func run(o options) (err error) {
	b := &bench{options: o, dir: o.keep, clock: &pausedClock{}, lone: lone(o.orders + 1)}
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "samtjanst-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	}
	if err := os.MkdirAll(filepath.Join(b.dir, "data"), 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// A family has one application; a journey of 5 ms for all clients would need this many.
	families, people := families(4000 + o.submits)
	b.families = families
	hub, err := sim.New(sim.Options{Dir: filepath.Join(b.dir, "sim"), Listen: "127.0.0.1:0", Platform: "http://localhost:8080",
		Log: slog.New(slog.DiscardHandler), People: append(people, b.lone...), RegisterCalls: 1_000_000,
		Clock: b.clock})
	if err != nil {
		return err
	}
	if b.sims, err = hub.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.sims.Close()) }()
	began := time.Now()
	if !o.signing {
		if err := b.single(ctx); err != nil {
			return err
		}
	}
	stop, err := b.start(ctx)
	if err != nil {
		return err
	}
	if !o.signing {
		err = b.figures()
		if !o.forms {
			b.table.write(os.Stdout, o)
		}
		b.costs.write(os.Stdout)
	}
	if err == nil && !o.forms {
		err = errors.Join(b.pending(), b.verified(), b.sealed(ctx))
		b.kept.write(os.Stdout)
	}
	fmt.Printf("\ntook %s\n", time.Since(began).Round(time.Second))
	return errors.Join(err, stop())
}

// start starts the platform's process.
func (b *bench) start(ctx context.Context) (stop func() error, err error) {
	var at Addresses
	b.platform, stop, err = launch(ctx, Setup{Dir: filepath.Join(b.dir, "data"), Endpoints: b.sims.Endpoints}, &at)
	if err != nil {
		return nil, err
	}
	b.http = &fasthttp.HostClient{Addr: at.Platform, MaxConns: 4 * b.clients, MaxResponseBodySize: 8 << 20}
	return stop, nil
}

// launch starts a process with a platform in it.
func launch(ctx context.Context, in Setup, at *Addresses) (platform *rpc.Client, stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), roleEnv+"="+rolePlatform)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	platform = rpc.NewClient(pipe{stdout, stdin})
	stop = func() error { return errors.Join(platform.Close(), cmd.Wait()) }
	if err := platform.Call("Platform.Start", in, at); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start: %w", err), stop())
	}
	return platform, stop, nil
}

func (b *bench) call(method string, in, out any) error {
	if err := b.platform.Call("Platform."+method, in, out); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", strings.ToLower(method), err)
	} else if err != nil {
		return fmt.Errorf("%s: the platform has stopped", strings.ToLower(method))
	}
	return nil
}

// next takes so many families that have no part yet, with a browser for each.
func (b *bench) next(n int) ([]family, []browser, error) {
	if b.used+n > len(b.families) {
		return nil, nil, fmt.Errorf("only %d families", len(b.families))
	}
	fs := b.families[b.used : b.used+n]
	browsers, err := b.visit(fs, b.used)
	b.used += n
	return fs, browsers, err
}

// visit logs families in, each at an address of its own.
func (b *bench) visit(fs []family, from int) ([]browser, error) {
	var cookies []string
	if err := b.call("Issue", peopleOf(fs), &cookies); err != nil {
		return nil, err
	}
	out := make([]browser, len(fs))
	for i, c := range cookies {
		n := from + i
		out[i] = browser{http: b.http, cookie: c, address: fmt.Sprintf("198.18.%d.%d", n/250%250, n%250)} // RFC 2544: for benchmarks
	}
	return out, nil
}

func peopleOf(fs []family) []Person {
	out := make([]Person, len(fs))
	for i, f := range fs {
		out[i] = Person{f.parent.Number.Digits(), f.parent.Name()}
	}
	return out
}

// measure runs a loop and adds what the platform's process used meanwhile.
func (b *bench) measure(what string, clients int, d time.Duration, most int, do func(client, call int) error) (figure, error) {
	return b.within(what, func() (figure, error) { return loop(what, clients, d, most, do) })
}

// within notes what the platform's process uses while something is measured.
func (b *bench) within(what string, f func() (figure, error)) (figure, error) {
	var before, after time.Duration
	if err := b.call("CPU", nothing{}, &before); err != nil {
		return figure{}, err
	}
	if b.profile != "" {
		name := strings.Map(func(r rune) rune {
			if r == ' ' || r == ',' || r == '/' {
				return '-'
			}
			return r
		}, what)
		if err := b.call("Profile", filepath.Join(b.profile, name+".pprof"), &nothing{}); err != nil {
			return figure{}, err
		}
	}
	fig, err := f()
	if err != nil {
		return fig, err
	}
	if b.profile != "" {
		if err := b.call("Profile", "", &nothing{}); err != nil {
			return fig, err
		}
	}
	if err := b.call("CPU", nothing{}, &after); err != nil {
		return fig, err
	}
	fig.cpu = after - before
	return fig, nil
}
