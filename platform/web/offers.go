package web

import (
	"slices"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/platform/httpkit"
)

// Which e-legitimation: the choice as it stands on the login page and on the signing page, and the words about each.

// choices are the e-legitimations to choose among, each started by a button of its own, so that nothing has to be chosen twice.
type choices struct {
	Offers  []choice
	Several bool
	Deep    bool // below a heading of the second level
	Action  string
	Token   string
	Till    string
}

// choice is one of them. An app has a button for this device and one for another; a provider whose page is visited has one button.
type choice struct {
	ID, Title        string
	Lead             bool // the first: the one that was used last, when any was
	Last             bool // it was used last in this browser, of several
	Same, Other, Via string
}

// choiceTexts are the keys of what buttons say.
type choiceTexts struct{ same, other, via string }

var (
	loginTexts = choiceTexts{"web.eid.same", "web.eid.other", "web.eid.via"}
	signTexts  = choiceTexts{"web.eid.same-sign", "web.eid.other-sign", "web.eid.via-sign"}
)

const (
	usedCookie = "__Host-eleg" // the id of what was used last
	usedFor    = 365 * 24 * time.Hour
)

func (s *site) choices(r *httpkit.Request, offers eid.Offers, action string, texts choiceTexts) choices {
	l := r.Locale()
	out := choices{Several: len(offers) > 1, Action: action, Token: r.Token()}
	last := r.Cookie(usedCookie)
	for _, o := range offers {
		c := choice{ID: o.ID(), Title: o.In(r.Lang), Last: out.Several && o.ID() == last}
		if _, visited := o.Provider.(eid.Visited); visited {
			c.Via = l.T(texts.via, "eid", c.Title)
		} else {
			c.Same, c.Other = l.T(texts.same, "eid", c.Title), l.T(texts.other, "eid", c.Title)
		}
		out.Offers = append(out.Offers, c)
	}
	slices.SortStableFunc(out.Offers, func(x, y choice) int {
		switch {
		case x.Last:
			return -1
		case y.Last:
			return 1
		}
		return 0
	})
	if len(out.Offers) > 0 {
		out.Offers[0].Lead = true
	}
	return out
}

// lastUsed is the id of the e-legitimation that was used last in this browser, else of the first on offer.
func (s *site) lastUsed(r *httpkit.Request, offers eid.Offers) string {
	last := r.Cookie(usedCookie)
	if _, ok := offers.Get(last); !ok && len(offers) > 0 {
		last = offers[0].ID()
	}
	return last
}

// begun keeps an order that has been started, and which e-legitimation it is with.
func (s *site) begun(r *httpkit.Request, o order) error {
	r.SetCookie(usedCookie, o.Order.Provider, usedFor)
	return r.Keep(map[string]any{orderValue: o})
}

// bankID is the e-legitimation that the messages' own texts speak of.
const bankID = "bankid"

// eidWords are a provider's messages in the reader's language.
type eidWords struct {
	name string
	say  func(eid.Message) string
}

// words gives what is said of a provider: BankID has texts of its own, other apps the same with their name in them, and of a page that is
// visited nothing is said of an app.
func (s *site) words(r *httpkit.Request, provider string) eidWords {
	l := r.Locale()
	offer, ok := s.Flow.EID(provider)
	w := eidWords{name: l.T("web.eid.some")}
	if ok {
		w.name = offer.In(r.Lang)
	}
	_, visited := offer.Provider.(eid.Visited)
	w.say = func(m eid.Message) string {
		if visited && l.Has("eid.page."+string(m)) {
			return l.T("eid.page."+string(m), "eid", w.name)
		}
		if provider != bankID && l.Has("eid.app."+string(m)) {
			return l.T("eid.app."+string(m), "eid", w.name)
		}
		return l.T("eid." + string(m))
	}
	return w
}

// methodName is what a signature was made with, as its maker reads it.
func (s *site) methodName(r *httpkit.Request, method string) string {
	if method == "paper" {
		return r.Locale().T("web.sign.on-paper")
	}
	return s.words(r, method).name
}
