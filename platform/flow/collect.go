package flow

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// Signatures in progress are asked about by the platform itself, whether anybody looks at the page or not: somebody who signs in the app and
// closes the browser has signed. Nothing is written while an order is pending; pages read what was last heard.

const (
	pace        = 2 * time.Second        // between questions about one order (BankID's)
	paceParts   = 20                     // the orders are spread over the pace in so many parts
	atOnce      = 512                    // questions at once: 10,000 orders are 5,000 questions a second, each answered within a tenth of one
	leastGap    = 500 * time.Millisecond // between questions about one order that its page asks for
	askPatience = 20 * time.Second       // of a question that a page asks for
	keptEnds    = 2 * time.Minute        // how an order ended is kept for the page to tell
)

// followed is a signature in progress.
type followed struct {
	key    string
	id     casework.ID
	party  signing.PartyID
	at     attempt
	slot   int
	status eid.Status
	busy   bool
	asked  time.Time // last, by the machine's clock
	ended  time.Time // zero while it goes on
}

// collector follows orders. Its zero value follows nothing until run.
type collector struct {
	mu      sync.Mutex
	running bool
	orders  map[string]*followed
	byCase  map[casework.ID]map[string]*followed
	slots   [paceParts]map[string]*followed
	last    int // slot that was given an order last
}

// follow asks about an order from now on. When nobody collects, pages ask themselves.
func (c *collector) follow(id casework.ID, p signing.PartyID, at attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running {
		return
	}
	key := attemptKey(id, p)
	c.drop(key)
	c.last = (c.last + 1) % paceParts
	f := &followed{key: key, id: id, party: p, at: at, slot: c.last, status: eid.Status{State: eid.Pending, Message: eid.StartApp}}
	c.orders[key], c.slots[f.slot][key] = f, f
	if c.byCase[id] == nil {
		c.byCase[id] = map[string]*followed{}
	}
	c.byCase[id][key] = f
}

// drop is called with the lock held.
func (c *collector) drop(key string) {
	if f := c.orders[key]; f != nil {
		delete(c.orders, key)
		delete(c.slots[f.slot], key)
		if delete(c.byCase[f.id], key); len(c.byCase[f.id]) == 0 {
			delete(c.byCase, f.id)
		}
	}
}

func (c *collector) forget(key string) {
	c.mu.Lock()
	c.drop(key)
	c.mu.Unlock()
}

// heard gives what was last heard of an order; false when it is not followed here.
func (c *collector) heard(key, ref string) (eid.Status, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.orders[key]
	if f == nil || f.at.Order.Ref != ref {
		return eid.Status{}, false
	}
	return f.status, true
}

// end gives how an order ended that is not kept any more, once; false when it is not known here or goes on. With call it is one that an officer
// asked for by telephone, else one that the person began.
func (c *collector) end(key string, call bool) (eid.Status, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.orders[key]
	if f == nil || f.ended.IsZero() || (f.at.Call != nil) != call {
		return eid.Status{}, false
	}
	c.drop(key)
	return f.status, true
}

// pendingOf gives the order that somebody signs a case with.
func (c *collector) pendingOf(id casework.ID, who idno.Number) (Started, eid.Status, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.byCase[id] {
		if f.at.Number == who && f.ended.IsZero() && f.status.State == eid.Pending {
			return f.at.Order, f.status, true
		}
	}
	return Started{}, eid.Status{}, false
}

// take gives somebody's order of a case to be asked about at once, or how long to wait before it can be; nothing when none is followed.
func (c *collector) take(id casework.ID, who idno.Number) (*followed, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.byCase[id] {
		switch gap := leastGap - time.Since(f.asked); {
		case f.at.Number != who || !f.ended.IsZero():
		case f.busy:
			return nil, leastGap / 10
		case gap > 0:
			return nil, gap
		default:
			f.busy = true
			return f, 0
		}
	}
	return nil, 0
}

// due takes the orders of a slot that are to be asked about; those that ended some time ago are forgotten.
func (c *collector) due(slot int, now time.Time) []*followed {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*followed
	for key, f := range c.slots[slot] {
		switch {
		case !f.ended.IsZero():
			if now.Sub(f.ended) > keptEnds {
				c.drop(key)
			}
		case !f.busy && time.Since(f.asked) > pace/2: // else its page has asked just now
			f.busy = true
			out = append(out, f)
		}
	}
	return out
}

func (c *collector) told(f *followed, st eid.Status, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.busy, f.status, f.asked = false, st, time.Now(); st.State != eid.Pending {
		f.ended = now
	}
}

func (c *collector) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running, c.orders, c.byCase = true, map[string]*followed{}, map[casework.ID]map[string]*followed{}
	for i := range c.slots {
		c.slots[i] = map[string]*followed{}
	}
}

// Collect follows every signature in progress until the context ends, those too that were begun before the process was started.
func (s *Service) Collect(ctx context.Context) error {
	s.collecting.start()
	if err := s.followKept(ctx); err != nil {
		return err
	}
	work := make(chan *followed)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for f := range work {
				s.askAbout(ctx, f)
			}
		})
	}
	tick := time.NewTicker(pace / paceParts)
	defer tick.Stop()
	defer all.Wait()
	defer close(work)
	for slot := 0; ; slot = (slot + 1) % paceParts {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		for _, f := range s.collecting.due(slot, s.Clock.Now()) {
			select {
			case work <- f:
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// maxKept bounds what is found again after a restart.
const maxKept = 100_000

// followKept finds the signatures in progress that were begun before.
func (s *Service) followKept(ctx context.Context) error {
	const op = "flow.followKept"
	recs, err := s.Vault.Store.ListRecords(ctx, s.Clock.Now(), "signing", "", "", maxKept)
	if err != nil {
		return fault.Wrap(op, err)
	}
	for _, r := range recs {
		id, party, _ := strings.Cut(r.Key, "/")
		e, err := s.Vault.Load(ctx, casework.ID(id))
		if err != nil {
			s.Log.WarnContext(ctx, "a signature in progress is not followed", "case", id, "error", err)
			continue
		}
		raw, err := e.Open(r.Body, "attempt/"+party)
		var at attempt
		if err == nil {
			err = json.Unmarshal(raw, &at)
		}
		if err != nil {
			s.Log.WarnContext(ctx, "a signature in progress is not followed", "case", id, "error", err)
			continue
		}
		s.collecting.follow(e.Case.ID, signing.PartyID(party), at)
	}
	return nil
}

// askAbout asks about one order, and stores the signature when it is complete.
func (s *Service) askAbout(ctx context.Context, f *followed) {
	st, err := s.attemptProgress(ctx, f.id, f.party, f.at)
	if errors.Is(err, fault.NotFound) { // somebody else has collected it, or the order is long gone: the case and its page tell
		s.collecting.forget(f.key)
		return
	}
	if err != nil {
		st = statusOf(err)
	}
	if st.State != eid.Pending {
		if st, err = s.finishAttempt(ctx, f, st); err != nil {
			s.Log.ErrorContext(ctx, "a signature that ended could not be noted", "case", f.id, "party", f.party, "error", err)
			st = eid.Status{State: eid.Failed, Hint: st.Hint, Message: eid.TechnicalFault}
		}
	}
	s.collecting.told(f, st, s.Clock.Now())
}

// askNow asks about somebody's order because the person's page does, so that who comes back from the app need not wait for its turn. It
// goes on though the page is left: a completed order can be collected once.
func (s *Service) askNow(ctx context.Context, id casework.ID, who idno.Number) {
	for until := time.Now().Add(pace); time.Now().Before(until); {
		f, wait := s.collecting.take(id, who)
		if f != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askPatience)
			defer cancel()
			s.askAbout(ctx, f)
			return
		}
		if wait == 0 {
			return
		}
		time.Sleep(wait)
	}
}

// finishAttempt stores a completed signature, or notes that the order has ended without one.
func (s *Service) finishAttempt(ctx context.Context, f *followed, st eid.Status) (eid.Status, error) {
	defer s.polls.lock(f.key)()
	e, err := s.Vault.Load(ctx, f.id)
	if err != nil {
		return st, err
	}
	p := e.Case.Party(f.party)
	if p == nil { // a proposal that has been laid aside
		return eid.Status{State: eid.Failed, Message: eid.Cancelled}, s.dropAttempt(ctx, f.key)
	}
	if st.State == eid.Complete {
		if _, st, err = s.complete(ctx, f.at.Number, e, p, f.at, st); err != nil {
			return st, err
		}
	}
	return st, s.dropAttempt(ctx, f.key)
}

// attemptProgress asks how a signature in progress goes. That of somebody who may decide no more, since he or she has left, is ended.
func (s *Service) attemptProgress(ctx context.Context, id casework.ID, p signing.PartyID, at attempt) (eid.Status, error) {
	if at.Subject != "" {
		_, gone, err := s.staffPerson(ctx, at.Subject)
		switch {
		case err != nil:
			return eid.Status{}, fault.New("flow.attemptProgress", fault.Unavailable, err)
		case gone:
			return eid.Status{State: eid.Failed, Message: eid.Cancelled}, s.stop(ctx, at.Order)
		}
	}
	return s.progress(ctx, at.Order, "case", id, "party", p)
}

func (s *Service) dropAttempt(ctx context.Context, key string) error {
	return fault.Wrap("flow.dropAttempt", s.Vault.Store.DeleteRecord(ctx, "signing", key))
}

// askedAbout gives how an order goes: as was last heard, else by asking. When it has been collected elsewhere the case is loaded anew and
// gone is true: there is nothing in progress.
func (s *Service) askedAbout(ctx context.Context, e *vault.Entry, p *casework.Party, at attempt) (now *vault.Entry, st eid.Status, gone bool, err error) {
	key := attemptKey(e.Case.ID, p.ID)
	if st, ok := s.collecting.heard(key, at.Order.Ref); ok {
		if st.State == eid.Complete { // stored after the case was loaded here
			e, err = s.Vault.Load(ctx, e.Case.ID)
		}
		return e, st, false, err
	}
	if st, err = s.attemptProgress(ctx, e.Case.ID, p.ID, at); errors.Is(err, fault.NotFound) {
		if e, err = s.Vault.Load(ctx, e.Case.ID); err == nil && !e.Case.MaySign(p.ID) {
			return e, eid.Status{State: eid.Complete}, true, s.dropAttempt(ctx, key)
		}
		return e, eid.Status{State: eid.Failed, Message: eid.Expired}, false, err
	}
	if err != nil {
		return e, statusOf(err), false, nil
	}
	if st.State == eid.Complete {
		e, st, err = s.complete(ctx, at.Number, e, p, at, st)
	}
	return e, st, false, err
}
