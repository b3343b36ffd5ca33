package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/rpc"
	"net/url"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/integrations/sim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/server"
)

// The platform's process is this program with roleEnv set. It is told what to do over its standard input and output (net/rpc):
// what a load generator cannot do as a visitor.
const (
	roleEnv      = "SAMTJANST_BENCH"
	rolePlatform = "platform"
)

// Platform is what the platform's process answers.
type Platform struct {
	server  *server.Server
	held    atomic.Bool
	wake    func(casework.ID)
	bare    net.Listener
	profile *os.File
	quit    chan struct{}
}

// Setup starts a platform.
type Setup struct {
	Dir       string
	Endpoints sim.Endpoints
	// Forms and Municipalities are folders; "" those of the demo.
	Forms, Municipalities string
}

// Addresses say where the platform, and the bare handler beside it, listen.
type Addresses struct {
	Platform, Bare string
	Took           time.Duration // from nothing until it listened
	Memory         int           // bytes that the process has at most had in memory until then
}

type nothing = struct{}

func servePlatform(in io.ReadCloser, out io.WriteCloser) error {
	p := &Platform{quit: make(chan struct{})}
	r := rpc.NewServer()
	if err := r.RegisterName("Platform", p); err != nil {
		return err
	}
	r.ServeConn(pipe{in, out}) // until the load generator closes it, or is gone
	if p.server == nil {
		return nil
	}
	return p.server.Close()
}

// pipe is both directions as one.
type pipe struct {
	io.ReadCloser
	io.WriteCloser
}

func (p pipe) Read(b []byte) (int, error)  { return p.ReadCloser.Read(b) }
func (p pipe) Write(b []byte) (int, error) { return p.WriteCloser.Write(b) }
func (p pipe) Close() error                { return errors.Join(p.ReadCloser.Close(), p.WriteCloser.Close()) }

// Start puts the platform together as `samtjanst serve` does, and listens.
func (p *Platform) Start(in Setup, at *Addresses) error {
	began := time.Now()
	cfg := config.Default()
	cfg.Data, cfg.BaseURL, cfg.Proxies = in.Dir, "http://localhost:8080", []string{"127.0.0.1"}
	cfg, err := server.DemoConfig(cfg, in.Endpoints)
	if err != nil {
		return err
	}
	logs, err := os.OpenFile(filepath.Join(in.Dir, "platform.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cfg.Forms, cfg.Municipalities = in.Forms, in.Municipalities
	o := server.Options{Log: slog.New(slog.NewTextHandler(logs, nil)), OutboxEvery: time.Hour} // every save that leaves something to do wakes it
	if in.Municipalities == "" {
		o.Municipalities = demo.Municipalities
	}
	p.server, err = server.New(context.Background(), cfg, o)
	if err != nil {
		return err
	}
	p.wake = p.server.Flow.Wake
	p.server.Flow.Wake = func(id casework.ID) {
		if !p.held.Load() {
			p.wake(id)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go p.server.Serve(l) // ends with Close
	at.Platform, at.Took = l.Addr().String(), time.Since(began)
	at.Memory, err = memory()
	return err
}

// Bare serves the same bytes from a Fiber handler that does nothing else.
func (p *Platform) Bare(body []byte, at *Addresses) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go httptestkit.Bare(body).Listener(l) // ends with the process
	at.Bare = l.Addr().String()
	return nil
}

// CPU is what this process has used: user and system.
func (p *Platform) CPU(_ nothing, out *time.Duration) error {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return err
	}
	*out = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	return nil
}

// Profile writes a CPU profile to a file from now on; "" ends it.
func (p *Platform) Profile(file string, _ *nothing) (err error) {
	if file == "" {
		pprof.StopCPUProfile()
		return p.profile.Close()
	}
	if p.profile, err = os.Create(file); err != nil {
		return err
	}
	return pprof.StartCPUProfile(p.profile)
}

// Person is who a session is for.
type Person struct {
	Number string
	Name   string
}

func (p Person) actor() identity.Actor {
	return identity.Actor{Lang: "sv", IP: "127.0.0.1", Citizen: &identity.Citizen{Number: idno.Must(p.Number), Name: p.Name,
		Level: identity.LoA3, Method: "bankid", LoginAt: time.Now()}}
}

// Issue logs citizens in and gives their cookies.
func (p *Platform) Issue(people []Person, cookies *[]string) error {
	*cookies = make([]string, len(people))
	return inParallel(len(people), 64, func(i int) error {
		c, err := p.server.Kit.Issue(context.Background(), httpkit.CitizenSession, people[i].actor())
		(*cookies)[i] = httpkit.CitizenSession.Cookie() + "=" + c
		return err
	})
}

// decider is the member of staff who does everything.
func (p *Platform) decider(ctx context.Context) (identity.Actor, error) {
	s, _ := personas.GetStaff(personas.BirgittaProvbeslutande)
	t, ok := p.server.Flow.Directory.Tenant(identity.TenantID(s.Tenant))
	if !ok {
		return identity.Actor{}, fmt.Errorf("no municipality %s", s.Tenant)
	}
	st := identity.Staff{Subject: s.Subject, Name: s.Name, Number: s.Number, Tenant: t.ID, Grants: t.Grants(s.Groups), LoginAt: time.Now()}
	return identity.Actor{Lang: "sv", Staff: &st}, p.server.Flow.StaffLoggedIn(ctx, st)
}

// IssueStaff logs a member of staff in.
func (p *Platform) IssueStaff(_ nothing, cookie *string) error {
	ctx := context.Background()
	a, err := p.decider(ctx)
	if err != nil {
		return err
	}
	c, err := p.server.Kit.Issue(ctx, httpkit.StaffSession, a)
	*cookie = httpkit.StaffSession.Cookie() + "=" + c
	return err
}

// Application is what somebody answers, by page.
type Application struct {
	Person
	Pages map[string]url.Values
}

// Prepare fills in applications up to the check page and gives the drafts' ids and revisions.
func (p *Platform) Prepare(in []Application, out *[]Draft) error {
	*out = make([]Draft, len(in))
	return inParallel(len(in), 8, func(i int) (err error) {
		(*out)[i], err = p.prepare(in[i])
		return err
	})
}

// Draft is an application that is not handed in.
type Draft struct {
	ID  string
	Rev int64
}

func (p *Platform) prepare(in Application) (Draft, error) {
	ctx, a := context.Background(), in.actor()
	id, err := p.server.Flow.Start(ctx, a, "ekkoping", "skolskjuts")
	if err != nil {
		return Draft{}, err
	}
	for page := ""; ; {
		v, err := p.server.Flow.Page(ctx, a, id, page, false)
		if err != nil {
			return Draft{}, err
		}
		if v.Page == nil {
			return Draft{id, v.Rev}, nil
		}
		saved, err := p.server.Flow.Save(ctx, a, id, flow.Post{Page: v.Page.ID, Rev: v.Rev, Values: in.Pages[v.Page.ID]})
		if err != nil {
			return Draft{}, err
		}
		if saved.View != nil {
			return Draft{}, fmt.Errorf("page %s: %v", v.Page.ID, saved.View.Problems)
		}
		page = saved.Next
	}
}

// inParallel calls do for 0 to n-1, a few at once, and gives the first error.
func inParallel(n, most int, do func(i int) error) error {
	var (
		wg    sync.WaitGroup
		next  atomic.Int64
		first atomic.Pointer[error]
	)
	for range most {
		wg.Go(func() {
			for i := int(next.Add(1) - 1); i < n && first.Load() == nil; i = int(next.Add(1) - 1) {
				if err := do(i); err != nil {
					first.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	wg.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}

// Hold keeps the outbox from being woken, so that what is due gathers.
func (p *Platform) Hold(held bool, _ *nothing) error {
	p.held.Store(held)
	return nil
}

// Drain wakes the outbox for everything that is due, waits until nothing is, and gives the number of cases.
func (p *Platform) Drain(_ nothing, cases *int) error {
	ctx := context.Background()
	p.held.Store(false)
	for first := true; ; first = false {
		ids, err := p.server.Flow.Due(ctx, 1000)
		if err != nil || len(ids) == 0 {
			return err
		}
		if first {
			*cases = len(ids)
		}
		for _, id := range ids {
			p.wake(id)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Decide grants cases, as an officer with delegation does.
func (p *Platform) Decide(cases []string, _ *nothing) error {
	ctx := context.Background()
	a, err := p.decider(ctx)
	if err != nil {
		return err
	}
	in := flow.DecisionInput{Outcome: "bifall", Grounds: []string{"10-32-1"}, Rows: []int{0}, Title: "Enhetschef",
		From: time.Now().Format(time.DateOnly), To: time.Now().AddDate(0, 3, 0).Format(time.DateOnly)}
	for _, id := range cases {
		e, err := p.server.Flow.Vault.Load(ctx, casework.ID(id))
		if err != nil {
			return err
		}
		problems, err := p.server.Flow.Decide(ctx, a, e.Case.ID, e.Rev, in)
		if err != nil {
			return err
		}
		if len(problems) > 0 {
			return fmt.Errorf("case %s: %v", id, problems)
		}
	}
	return nil
}
