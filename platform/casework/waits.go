package casework

import (
	"slices"
	"time"

	"samtjanst/platform/signing"
)

// Labels of cases in which signatures are waited for, beside those of Labels.
const (
	LabelLate      = "sign-late"      // somebody has let the time pass
	LabelUnreached = "sign-unreached" // somebody has not been reached: no address, or the notice failed
	LabelRefused   = "sign-refused"   // somebody has said no or is hindered, and the order stands where it is
)

// Wait is a signing order that goes on, and what it waits for.
type Wait struct {
	Order  *signing.Order
	Places []signing.Place // whom it waits for; never none
	Since  time.Time       // since when it has waited for the one who has been asked longest
}

// Wait gives the order that signatures are waited for in: of what was handed in, or of the decision. nil when none is.
func (c *Case) Wait() *Wait {
	if !c.State.Open() {
		return nil
	}
	for _, o := range c.orders() {
		places := o.Awaited()
		if len(places) == 0 {
			continue
		}
		w := &Wait{Order: o, Places: places}
		may := slices.ContainsFunc(places, func(p signing.Place) bool { return p.May() })
		for _, p := range places { // those who can still answer; when nobody can, all
			if (p.May() || !may) && (w.Since.IsZero() || p.Asked.Before(w.Since)) {
				w.Since = p.Asked
			}
		}
		return w
	}
	return nil
}

// Labels say what is wrong with the wait.
func (w *Wait) Labels() []string {
	var late, unreached, refused bool
	for _, p := range w.Places {
		switch p.State {
		case signing.Expired:
			late = true
		case signing.NoAddress, signing.NoticeFailed:
			unreached = true
		case signing.Declined, signing.Hindered:
			refused = true
		}
	}
	var out []string
	for _, l := range []struct {
		is    bool
		label string
	}{{late, LabelLate}, {unreached, LabelUnreached}, {refused, LabelRefused}} {
		if l.is {
			out = append(out, l.label)
		}
	}
	return out
}
