package rest

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A register that is down for long is mostly silent: each question waits until its time is over, and everybody's page with it.
const (
	fewCalls  = 3           // so many on end without an answer, and the register is silent
	atTheDoor = time.Second // who comes while one tries waits so long for how it went
)

var errSilent = errors.New("the register has not answered for a while")

// door keeps a crowd from waiting in front of a register that is silent: one at a time tries, and who comes meanwhile is told soon that it does
// not answer, instead of after the whole time limit. The first answer lets everybody in again.
type door struct {
	log      func(string) // is told when the register falls silent and when it answers again
	mu       sync.Mutex
	silences int           // calls on end that nothing came to
	trial    chan struct{} // closed when the one who tries has been told; nil while nobody tries
}

// enter lets a call through, or says that the register is silent. leave is told how the call went.
func (d *door) enter(ctx context.Context) (leave func(error), err error) {
	var patience <-chan time.Time
	for {
		d.mu.Lock()
		if d.silences < fewCalls {
			d.mu.Unlock()
			return func(err error) { d.told(err, nil) }, nil
		}
		trial := d.trial
		if trial == nil {
			trial = make(chan struct{})
			d.trial = trial
			d.mu.Unlock()
			return func(err error) { d.told(err, trial) }, nil
		}
		d.mu.Unlock()
		if patience == nil {
			patience = time.After(atTheDoor)
		}
		select {
		case <-trial:
		case <-patience:
			return nil, errSilent
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// told notes how a call went: an answer opens the door; who gave up, or had no time left to call, has learnt nothing.
func (d *door) told(err error, trial chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, silent := errors.AsType[noAnswer](err); err == nil {
		if d.silences >= fewCalls {
			d.log("a register answers again")
		}
		d.silences = 0
	} else if silent && !errors.Is(err, context.Canceled) {
		if d.silences++; d.silences == fewCalls {
			d.log("a register is silent: one question at a time tries it")
		}
	}
	if trial != nil {
		d.trial = nil
		close(trial)
	}
}
