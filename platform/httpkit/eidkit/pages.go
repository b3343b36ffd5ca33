package eidkit

import (
	"slices"

	"samtjanst/integrations/eid"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// What the pages say: which e-legitimations there are to choose among, and what goes on while one is waited for.

// Texts are the keys of what buttons say.
type Texts struct{ same, other, via string }

// Texts of the buttons that log in, and of those that sign.
var (
	LogIn = Texts{"web.eid.same", "web.eid.other", "web.eid.via"}
	Sign  = Texts{"web.eid.same-sign", "web.eid.other-sign", "web.eid.via-sign"}
)

// Choices are the e-legitimations on offer, that which was used last in this browser first. Their buttons post to action.
func (k *Kit) Choices(r *httpkit.Request, offers eid.Offers, action string, texts Texts) ui.EIDChoices {
	l := r.Locale()
	out := ui.EIDChoices{Several: len(offers) > 1, Action: action, Token: r.Token()}
	last := r.Cookie(usedCookie)
	for _, o := range offers {
		c := ui.EIDChoice{ID: o.ID(), Title: o.In(r.Lang), Last: out.Several && o.ID() == last}
		if _, visited := o.Provider.(eid.Visited); visited {
			c.Via = l.T(texts.via, "eid", c.Title)
		} else {
			c.Same, c.Other = l.T(texts.same, "eid", c.Title), l.T(texts.other, "eid", c.Title)
		}
		out.Offers = append(out.Offers, c)
	}
	slices.SortStableFunc(out.Offers, func(x, y ui.EIDChoice) int {
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

// LastUsed is the id of the e-legitimation that was used last in this browser, else of the first on offer.
func (k *Kit) LastUsed(r *httpkit.Request, offers eid.Offers) string {
	last := r.Cookie(usedCookie)
	if _, ok := offers.Get(last); !ok && len(offers) > 0 {
		last = offers[0].ID()
	}
	return last
}

// bankID is the e-legitimation that the messages' own texts speak of.
const bankID = "bankid"

// Words are a provider's messages in the reader's language.
type Words struct {
	Name string
	Say  func(eid.Message) string
}

// Words gives what is said of a provider: BankID has texts of its own, other apps the same with their name in them, and of a page that is
// visited nothing is said of an app.
func (k *Kit) Words(r *httpkit.Request, provider string) Words {
	l := r.Locale()
	offer, ok := k.Flow.EID(provider)
	w := Words{Name: l.T("web.eid.some")}
	if ok {
		w.Name = offer.In(r.Lang)
	}
	_, visited := offer.Provider.(eid.Visited)
	w.Say = func(m eid.Message) string {
		if visited && l.Has("eid.page."+string(m)) {
			return l.T("eid.page."+string(m), "eid", w.Name)
		}
		if provider != bankID && l.Has("eid.app."+string(m)) {
			return l.T("eid.app."+string(m), "eid", w.Name)
		}
		return l.T("eid." + string(m))
	}
	return w
}

// Failure is what is said of an order that came to nothing, by the message in the address; "" when there is none.
func (k *Kit) Failure(r *httpkit.Request, offers eid.Offers) string {
	m := r.Query("m")
	if m == "" || !r.Locale().Has("eid."+m) {
		return ""
	}
	return k.Words(r, k.LastUsed(r, offers)).Say(eid.Message(m))
}

// Waiting makes what the page for an order shows; base is the address that its own addresses stand below.
func (k *Kit) Waiting(r *httpkit.Request, o Order, base string) (ui.EIDWait, error) {
	words := k.Words(r, o.Order.Provider)
	p := ui.EIDWait{Name: words.Name, Came: o.Order.Ticket != "", Same: o.Same, QR: base + "/qr", Status: base + "/lage", Ask: base + "/vanta",
		Cancel: base + "/avbryt", Again: base + "/vanta", Token: r.Token(), Signing: o.For != Login}
	// An address that only the app understands is opened on computers, which have no universal links.
	p.Start = o.Order.StartURL
	if p.Desktop = !phone(r.UserAgent()) && o.Order.DesktopURL != ""; p.Desktop {
		p.Start = o.Order.DesktopURL
	}
	message := eid.StartApp
	if o.Same {
		message = eid.TryingToStart
	}
	if m := eid.Message(r.Query("m")); r.Locale().Has("eid." + string(m)) {
		message = m
	}
	p.Message = words.Say(message)
	if o.Order.Visit == nil {
		return p, nil
	}
	p.Visit = &ui.EIDVisit{URL: o.Order.Visit.URL}
	for _, f := range o.Order.Visit.Fields {
		p.Visit.Fields = append(p.Visit.Fields, ui.Hidden{Name: f.Name, Value: f.Value})
	}
	if p.Came && r.Query("m") == "" {
		p.Message = words.Say(eid.InProgress)
	}
	return p, r.FormTo(o.Order.Visit.URL)
}
