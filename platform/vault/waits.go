package vault

import (
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/signing"
)

// CardWait is somebody whose signature is waited for, as the officers' lists show it.
type CardWait struct {
	Name     string
	State    signing.PlaceState
	Asked    int64 // unix seconds since when it is the person's turn
	Reminded int   // how many times
	Last     int64 // unix seconds of the last reminder; 0 none
}

// waits notes how the order stands that signatures are waited for in; else the one of what was handed in.
func (k *Card) waits(c *casework.Case) {
	w := c.Wait()
	if w == nil {
		k.Done, k.Of = c.Order.Progress()
		return
	}
	k.Done, k.Of = w.Order.Progress()
	k.About, k.Deadline, k.Missing = w.Order.About, w.Order.Deadline.Unix(), w.Since.Unix()
	for _, p := range w.Places {
		cw := CardWait{State: p.State, Asked: p.Asked.Unix(), Reminded: len(p.Reminded)}
		if party := c.Party(p.Party); party != nil {
			cw.Name = party.Name
		}
		if n := len(p.Reminded); n > 0 {
			cw.Last = p.Reminded[n-1].Unix()
		}
		k.Waits = append(k.Waits, cw)
	}
}

// asked is since when a case waits for a signature, with the labels that say what is wrong with that.
func asked(c *casework.Case) (since time.Time, labels []string) {
	if w := c.Wait(); w != nil {
		return w.Since, w.Labels()
	}
	return time.Time{}, nil
}
