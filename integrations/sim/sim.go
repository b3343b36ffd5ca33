// Package sim is the hub of the simulators: everything outside the platform that the demo and the tests need, in one process on
// this machine, speaking the real protocols.
//
//	pages, staff login, SMS gateway, webhook receivers,
//	identity provider, signing service, timestamps,
//	an access point between authorities, and
//	the registers of companies, addresses and properties    HTTP on Options.Listen
//	BankID's API                                            mutual TLS on the next port
//	Navet's API                                             mutual TLS on the port after that
//	mail                                                    SMTP with STARTTLS on the one after that
//	Freja's API                                             mutual TLS on the one after that
//
// With port 0 every port is chosen by the system. [Hub.Start] gives [Running], whose [Endpoints] are the configurations of the
// platform's own clients: production differs from the demo by these values only. Keys, secrets and what has been received are kept
// in Options.Dir, so that a restart of the demo finds them.
package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"samtjanst/integrations/company/bolagsverketsim"
	"samtjanst/integrations/dispatch/dispatchsim"
	"samtjanst/integrations/eid/bankidsim"
	"samtjanst/integrations/eid/frejasim"
	"samtjanst/integrations/eid/oidcsim"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/integrations/eid/signservicesim"
	"samtjanst/integrations/handover/handoversim"
	"samtjanst/integrations/notify/mailsim"
	"samtjanst/integrations/notify/smssim"
	"samtjanst/integrations/population/navetsim"
	"samtjanst/integrations/property/lantmaterietsim"
	"samtjanst/integrations/sim/personas"
	"samtjanst/integrations/timestamp/tsasim"
	"samtjanst/platform/clock"
)

// DefaultListen is where the demo's pages are.
const DefaultListen = "localhost:8090"

// Options for New.
type Options struct {
	Dir      string      // keeps keys, secrets and what has been received; required
	Listen   string      // host:port of the pages, on loopback; DefaultListen when empty
	Platform string      // address of the platform, for links: "http://localhost:8080"
	Clock    clock.Clock // nil is the machine's
	Log      *slog.Logger

	// People are in the population register and have the e-legitimations; nil means the cast of the demo.
	People []personas.Persona
	// Organisations are whose staff log in, and Staff those people; nil means the demo's. Somebody of no organisation (Staff.Tenant) is elected: he or
	// she has an e-legitimation, and no login of an employer's.
	Organisations []Organisation
	Staff         []personas.Staff
	// RegisterCalls is how many a second the register allows; those of the real one when zero. More is for load generators.
	RegisterCalls int
}

// Hub is the simulators before they are started.
type Hub struct {
	options Options
	host    string
	port    int
}

// New checks the options.
func New(o Options) (*Hub, error) {
	if o.Dir == "" {
		return nil, errors.New("sim: a directory is needed")
	}
	if o.Listen == "" {
		o.Listen = DefaultListen
	}
	if o.People == nil {
		o.People = personas.All()
	}
	if o.Organisations == nil {
		o.Organisations, _ = DemoOrganisations() // both are there
	}
	if o.Staff == nil {
		o.Staff = personas.AllStaff()
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	host, text, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("sim: listen: %w", err)
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65531 {
		return nil, fmt.Errorf("sim: listen: %q is not a port with four free ones after it", text)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("sim: listen: %q is not this machine; the simulators let anybody in and are never open to a network", host)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	o.Dir = dir
	return &Hub{o, host, port}, nil
}

// Running is the simulators at work, each at hand for tests to script.
type Running struct {
	Endpoints Endpoints

	BankID   *bankidsim.Sim
	Freja    *frejasim.Sim
	SAML     *samlsim.Sim
	Signing  *signservicesim.Sim
	Stamps   *tsasim.Sim
	Navet    *navetsim.Sim
	Company  *bolagsverketsim.Sim
	Property *lantmaterietsim.Sim
	Mail     *mailsim.Sim
	SMS      *smssim.Sim
	Staff    *oidcsim.Sim
	Handover *handoversim.Sim
	Dispatch *dispatchsim.Sim

	servers []*http.Server
	closers []func() error
	work    sync.WaitGroup
	once    sync.Once
	closed  chan struct{}
	failed  chan error
	err     error
}

// listeners are the open ports.
type listeners struct{ pages, bankID, navet, mail, freja net.Listener }

func (l listeners) close() {
	for _, c := range []net.Listener{l.pages, l.bankID, l.navet, l.mail, l.freja} {
		if c != nil {
			_ = c.Close() // nothing has been served on it
		}
	}
}

func (h *Hub) listen() (l listeners, err error) {
	for i, to := range []*net.Listener{&l.pages, &l.bankID, &l.navet, &l.mail, &l.freja} {
		port := 0
		if h.port != 0 {
			port = h.port + i
		}
		at := net.JoinHostPort(h.host, strconv.Itoa(port))
		if *to, err = net.Listen("tcp", at); err != nil {
			l.close()
			what := [...]string{"the simulators' pages", "the BankID simulator", "the Navet simulator", "the mail simulator", "the Freja simulator"}[i]
			return listeners{}, fmt.Errorf("sim: %s cannot use %s: %w", what, at, err)
		}
	}
	return l, nil
}

// Start opens the ports and serves until the context ends or Close is called.
func (h *Hub) Start(ctx context.Context) (*Running, error) {
	secrets, err := loadSecrets(filepath.Join(h.options.Dir, "secrets.json"))
	if err != nil {
		return nil, err
	}
	l, err := h.listen()
	if err != nil {
		return nil, err
	}
	r := &Running{closed: make(chan struct{}), failed: make(chan error, 5)}
	if err := h.build(r, l, secrets); err != nil {
		l.close()
		return nil, errors.Join(err, r.shut())
	}
	context.AfterFunc(ctx, func() { r.Close() })
	return r, nil
}

// serve runs an HTTP server on a listener until Close.
func (r *Running) serve(l net.Listener, s *http.Server) {
	s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = 10*time.Second, 30*time.Second, 2*time.Minute
	r.servers = append(r.servers, s)
	r.run(func() error {
		var err error
		if s.TLSConfig != nil {
			err = s.ServeTLS(l, "", "")
		} else {
			err = s.Serve(l)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
}

func (r *Running) run(f func() error) {
	r.work.Go(func() {
		if err := f(); err != nil {
			r.failed <- fmt.Errorf("sim: %w", err)
		}
	})
}

// Wait returns when the simulators have stopped: nil after Close, else why.
func (r *Running) Wait() error {
	select {
	case err := <-r.failed:
		return errors.Join(err, r.Close())
	case <-r.closed:
		return r.err
	}
}

// Close stops everything. It can be called again.
func (r *Running) Close() error {
	r.once.Do(func() {
		r.err = r.shut()
		r.work.Wait()
		close(r.closed)
	})
	<-r.closed
	return r.err
}

func (r *Running) shut() error {
	var errs []error
	for _, s := range r.servers {
		errs = append(errs, s.Close())
	}
	for _, f := range r.closers {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}
