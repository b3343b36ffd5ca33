package eid

import (
	"slices"
	"time"
)

// Offer is an e-legitimation as the platform offers it.
type Offer struct {
	Provider
	Title map[string]string // by language: "BankID", "Legitimation från ett annat EU-land"
	Level int               // of assurance, 2–4, that it gives
	Login bool              // citizens log in with it
	Sign  bool
	// MaxText is how much of a text it shows, in bytes; 0 as much as there is room for anywhere.
	MaxText int
}

// In gives the title in a language, else in Swedish, else the id.
func (o Offer) In(lang string) string {
	for _, l := range [...]string{lang, "sv"} {
		if t := o.Title[l]; t != "" {
			return t
		}
	}
	return o.ID()
}

// Offers are the e-legitimations there are, in the order in which they are shown.
type Offers []Offer

// Get finds one by its id.
func (o Offers) Get(id string) (Offer, bool) {
	for _, one := range o {
		if one.ID() == id {
			return one, true
		}
	}
	return Offer{}, false
}

// Among keeps those that are named by id, in the order they are offered; all when none is named.
func (o Offers) Among(ids []string) Offers {
	if len(ids) == 0 {
		return o
	}
	var out Offers
	for _, one := range o {
		if slices.Contains(ids, one.ID()) {
			out = append(out, one)
		}
	}
	return out
}

// Signers keeps those that can sign at a level.
func (o Offers) Signers(level int) Offers {
	return o.which(func(one Offer) bool { return one.Sign && one.Level >= level })
}

// Logins keeps those that citizens log in with, at a level.
func (o Offers) Logins(level int) Offers {
	return o.which(func(one Offer) bool { return one.Login && one.Level >= level })
}

// Called keeps those that reach somebody who is on the telephone.
func (o Offers) Called() Offers {
	return o.which(func(one Offer) bool { _, can := one.Provider.(Called); return can })
}

func (o Offers) which(keep func(Offer) bool) Offers {
	var out Offers
	for _, one := range o {
		if keep(one) {
			out = append(out, one)
		}
	}
	return out
}

// Scanned is a provider whose orders can be started by a code that another device reads.
type Scanned interface {
	// Code is the text of the code as it is at a moment; "" when the order has none.
	Code(o Order, now time.Time) string
}
