// Package outbox runs the effects of cases outside the requests that caused them. It is the only importer of gocron.
//
// Effects stand in the cases themselves, so nothing is lost when the process dies: what is due is found again in the store. A wake-up
// from a save makes them run at once; a look every few seconds finds what became due by time, and what a wake-up missed. Running is
// at-least-once: an effect's id is the message id, client reference or instruction id, so that a receiver who looks sees each once.
package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"samtjanst/platform/casework"

	"github.com/go-co-op/gocron"
)

// Runner is the flow.
type Runner interface {
	// Due lists cases with something to do now.
	Due(ctx context.Context, limit int) ([]casework.ID, error)
	// RunDue runs what is due in one case, and says how many effects.
	RunDue(ctx context.Context, id casework.ID) (int, error)
}

// Options of an outbox; zero values give sane ones.
type Options struct {
	Workers int           // cases run at once; 4
	Every   time.Duration // between looks; 2 s
	Log     *slog.Logger
}

// Outbox has workers that run effects.
type Outbox struct {
	run    Runner
	opts   Options
	queue  chan casework.ID
	cron   *gocron.Scheduler
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu     sync.Mutex
	queued map[casework.ID]bool
}

// batch is how many due cases one look takes.
const batch = 256

// New makes an outbox that does nothing until Start.
func New(r Runner, o Options) *Outbox {
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Every == 0 {
		o.Every = 2 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Outbox{run: r, opts: o, queue: make(chan casework.ID, 4*batch), queued: map[casework.ID]bool{}}
}

// Wake says that a case has something to do now. It never waits: when the queue is full, the next look finds the case.
func (o *Outbox) Wake(id casework.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.queued[id] {
		return
	}
	select {
	case o.queue <- id:
		o.queued[id] = true
	default:
	}
}

// Start runs until Stop, and begins with what an earlier process left.
func (o *Outbox) Start() error {
	ctx, cancel := context.WithCancel(context.Background())
	o.cancel = cancel
	for range o.opts.Workers {
		o.done.Add(1)
		go o.work(ctx)
	}
	o.cron = gocron.NewScheduler(time.UTC)
	o.cron.SingletonModeAll()
	if _, err := o.cron.Every(o.opts.Every).Do(func() { o.look(ctx) }); err != nil {
		cancel()
		return err
	}
	o.cron.StartAsync()
	return nil
}

// Stop lets what is running finish, and returns then.
func (o *Outbox) Stop() {
	o.cron.Stop()
	o.cancel()
	o.done.Wait()
}

func (o *Outbox) look(ctx context.Context) {
	ids, err := o.run.Due(ctx, batch)
	if err != nil {
		if ctx.Err() == nil {
			o.opts.Log.Error("outbox cannot see what is due", "error", err)
		}
		return
	}
	for _, id := range ids {
		o.Wake(id)
	}
}

func (o *Outbox) work(ctx context.Context) {
	defer o.done.Done()
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-o.queue:
			o.mu.Lock()
			delete(o.queued, id) // before running: a wake-up while it runs must not be lost
			o.mu.Unlock()
			if _, err := o.run.RunDue(context.WithoutCancel(ctx), id); err != nil {
				o.opts.Log.Error("effects not run", "case", id, "error", err)
			}
		}
	}
}
