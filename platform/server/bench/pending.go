package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/flow"
	"samtjanst/platform/idno"
)

// Signatures in progress, followed by the platform itself at the pace that BankID asks for: each asked about every other second, with
// nothing written until one ends.

const (
	pendingPace = 2 * time.Second  // BankID's
	pendingCase = 10               // signers of a case, each with an order
	pendingLong = 10 * time.Second // five times around
)

// pausedClock is the machine's clock until it is stopped. The simulators go by it: an order that nobody opens fails after half a
// minute, which is less than it takes to begin them all.
type pausedClock struct {
	mu sync.Mutex
	at time.Time // zero while it goes
}

// Now implements clock.Clock.
func (c *pausedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now().UTC().Truncate(time.Millisecond)
	}
	return c.at
}

// stop lets it stand until go is called.
func (c *pausedClock) stop() (goOn func()) {
	set := func(t time.Time) {
		c.mu.Lock()
		c.at = t
		c.mu.Unlock()
	}
	set(c.Now())
	return func() { set(time.Time{}) }
}

// lone are people without family, as many as sign at once.
func lone(n int) []personas.Persona {
	sara, next := personas.SaraExempelsson.Persona(), numbers(1975)
	out := make([]personas.Persona, n)
	for i := range out {
		out[i] = sara
		out[i].ID, out[i].Number, out[i].Relations = personas.ID(fmt.Sprintf("bench-ensam-%d", i)), next(), nil
		out[i].EIDNumber, out[i].Mail, out[i].Phone = out[i].Number, "", ""
	}
	return out
}

// Ask is who are asked to sign, all by themselves and at once.
type Ask struct{ Signers []Person }

// Asked is a case and those who sign it.
type Asked struct {
	Case    string
	Signers []Person
}

// AskToSign makes orders by hand.
func (p *Platform) AskToSign(in Ask, out *[]Asked) error {
	ctx := context.Background()
	a, err := p.decider(ctx)
	if err != nil {
		return err
	}
	*out = make([]Asked, (len(in.Signers)+pendingCase-1)/pendingCase)
	return inParallel(len(*out), 4, func(i int) error {
		signers := in.Signers[i*pendingCase : min((i+1)*pendingCase, len(in.Signers))]
		order := flow.HandOrder{Title: "Hyresavtal " + strconv.Itoa(i), Until: flow.ByDays, Days: "14"}
		for k, s := range signers {
			order.Signers = append(order.Signers, flow.HandSigner{Key: "k" + strconv.Itoa(k), Number: s.Number, Name: s.Name, Step: "1"})
		}
		f := p.server.Flow
		id, err := f.BeginByHand(ctx, a, "barn-och-utbildning")
		if err != nil {
			return err
		}
		v, err := f.HandDraft(ctx, a, id)
		if err == nil {
			_, err = f.SaveHand(ctx, a, id, v.Rev, order)
		}
		if err != nil {
			return err
		}
		if problem, err := f.UploadHand(ctx, a, id, "avtal.pdf", strings.NewReader(agreement)); err != nil || problem != nil {
			return fmt.Errorf("the document: %v %w", problem, err)
		}
		if v, err = f.HandDraft(ctx, a, id); err != nil {
			return err
		}
		made, problems, err := f.OrderByHand(ctx, a, id, v.Rev)
		if err != nil || len(problems) > 0 {
			return fmt.Errorf("the order: %v %w", problems, err)
		}
		(*out)[i] = Asked{string(made), signers}
		return nil
	})
}

// agreement is what is signed.
const agreement = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
	"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"

// BeginSigning has everybody begin to sign, and leaves it at that.
func (p *Platform) BeginSigning(in []Asked, _ *nothing) error {
	ctx := context.Background()
	return inParallel(len(in), 8, func(i int) error {
		for _, who := range in[i].Signers {
			v, err := p.server.Flow.StartSigning(ctx, who.actor(), casework.ID(in[i].Case), "",
				flow.Client{IP: "127.0.0.1", UserAgent: "bench", DeviceID: "bench", Domain: "localhost", ReturnURL: "http://localhost:8080/"})
			if err != nil {
				return err
			}
			if v.Status.State != eid.Pending {
				return fmt.Errorf("an order that has begun is %s", v.Status.State)
			}
		}
		return nil
	})
}

// BareCollects asks about one order again and again, so many at once, with nothing but the provider's own client around it: what asking
// alone costs. n is how many times.
func (p *Platform) BareCollects(in BareAsk, n *int) error {
	ctx := context.Background()
	offer, ok := p.server.Flow.EIDs.Get("bankid")
	if !ok {
		return fmt.Errorf("no BankID")
	}
	order, err := offer.Provider.Start(ctx, eid.Request{Purpose: eid.Sign, EndUserIP: "127.0.0.1", UserAgent: "bench", DeviceID: "bench", Domain: "localhost",
		Number: idno.Must(in.Who.Number), Text: "Bench"})
	if err != nil {
		return err
	}
	defer offer.Provider.Cancel(ctx, order.Ref)
	f, err := loop("", 64, in.For, 0, func(int, int) error {
		_, err := offer.Provider.Collect(ctx, order.Ref)
		return err
	})
	*n = f.n
	return err
}

// BareAsk is for BareCollects.
type BareAsk struct {
	Who Person
	For time.Duration
}

// pending has so many people begin to sign, and looks at the platform while it follows them.
func (b *bench) pending() error {
	people := b.lone[:b.orders+1]
	who := make([]Person, len(people))
	for i, p := range people {
		who[i] = Person{p.Number.Digits(), p.Name()}
	}
	var n int
	base, err := b.within("a bare question to BankID's simulator", func() (figure, error) {
		f := figure{what: "a bare question"}
		began := time.Now()
		err := b.call("BareCollects", BareAsk{who[len(who)-1], b.duration}, &n)
		f.n, f.took = n, time.Since(began)
		return f, err
	})
	if err != nil {
		return err
	}
	var asked []Asked
	if err := b.call("AskToSign", Ask{who[:b.orders]}, &asked); err != nil {
		return err
	}
	if err := b.call("Drain", nothing{}, new(int)); err != nil {
		return err
	}
	goOn := b.clock.stop()
	defer goOn()
	begun, err := b.within("signing begun", func() (figure, error) {
		f := figure{what: "signing begun", n: b.orders}
		began := time.Now()
		err := b.call("BeginSigning", asked, &nothing{})
		f.took = time.Since(began)
		return f, err
	})
	if err != nil {
		return err
	}
	time.Sleep(2 * pendingPace) // each has been asked about once, over connections that stand
	watch, err := watchStore(b.data())
	if err != nil {
		return err
	}
	defer watch.Close()
	f, err := b.within("pending orders followed", func() (figure, error) {
		f := figure{what: "pending orders followed"}
		from, began := b.sims.BankID.Collected(), time.Now()
		time.Sleep(pendingLong)
		f.n, f.took = b.sims.BankID.Collected()-from, time.Since(began)
		return f, nil
	})
	if err != nil {
		return err
	}
	written, grown, err := watch.changed()
	if err != nil {
		return err
	}
	b.kept.row("signing begun", count(begun.perSecond())+" a second", "", false, micros(begun.cpu, begun.n)+" µs each: the register asked, BankID asked, stored")
	cores := f.cpu.Seconds() / f.took.Seconds()
	b.kept.row(fmt.Sprintf("%d pending orders followed", b.orders), fmt.Sprintf("%.2f cores", cores), "< 1", cores < 1,
		fmt.Sprintf("%s µs a question, %.1f × the client alone, %s µs", micros(f.cpu, f.n), ratio(f, base), micros(base.cpu, base.n)))
	every := time.Duration(float64(b.orders) / f.perSecond() * float64(time.Second))
	b.kept.row("each asked about every", fmt.Sprintf("%.2f s", every.Seconds()), fmt.Sprintf("%.0f s", pendingPace.Seconds()), every < pendingPace*105/100,
		fmt.Sprintf("%s questions a second", count(f.perSecond())))
	b.kept.row("written meanwhile", fmt.Sprintf("%d bytes", grown), "nothing", !written && grown == 0, "by SQLite's own count of changes (data_version)")
	return nil
}

// ratio compares what one of each costs.
func ratio(f, base figure) float64 {
	return (f.cpu.Seconds() / float64(max(f.n, 1))) / (base.cpu.Seconds() / float64(max(base.n, 1)))
}

func micros(d time.Duration, n int) string {
	return strconv.Itoa(int(d.Microseconds()) / max(n, 1))
}

// storeWatch sees whether anybody writes to the store.
type storeWatch struct {
	io.Closer
	conn    *sql.Conn
	file    string
	version int64
	size    int64
}

func watchStore(dir string) (*storeWatch, error) {
	w := &storeWatch{file: filepath.Join(dir, "samtjanst.db")}
	db, err := sql.Open("sqlite", "file:"+w.file+"?mode=ro")
	if err != nil {
		return nil, err
	}
	w.Closer = db
	if w.conn, err = db.Conn(context.Background()); err == nil { // the version is told by connection
		w.version, w.size, err = w.look()
	}
	return w, err
}

func (w *storeWatch) look() (version, size int64, err error) {
	if err := w.conn.QueryRowContext(context.Background(), "PRAGMA data_version").Scan(&version); err != nil {
		return 0, 0, err
	}
	for _, file := range []string{w.file, w.file + "-wal"} {
		info, err := os.Stat(file)
		if err != nil && !os.IsNotExist(err) {
			return 0, 0, err
		}
		if err == nil {
			size += info.Size()
		}
	}
	return version, size, nil
}

// changed reports whether anything was written since, and by how much the files have grown.
func (w *storeWatch) changed() (written bool, grown int64, err error) {
	version, size, err := w.look()
	return version != w.version, size - w.size, err
}
