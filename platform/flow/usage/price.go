package usage

import (
	"fmt"
	"slices"
)

// Price is what the provider charges from a month on, in whole öre apiece.
type Price struct {
	From      Month `yaml:"from"` // "2026-01"; "" from the beginning
	Login     int64 `yaml:"login"`
	Signature int64 `yaml:"signature"`
}

// Prices are those that have held, the oldest first. A new price is added and the old ones stay, so that months that have been cost what they did.
type Prices []Price

// DefaultPrices are 0.30 kr a login and 1.50 kr a signature.
func DefaultPrices() Prices { return Prices{{Login: 30, Signature: 150}} }

// Validate says the first thing that is wrong.
func (ps Prices) Validate() error {
	for i, p := range ps {
		switch {
		case p.Login < 0 || p.Signature < 0:
			return fmt.Errorf("prices[%d]: prices are whole öre, at least 0", i)
		case p.From != "" && !p.From.valid():
			return fmt.Errorf("prices[%d].from %q: give a month, as 2026-01", i, p.From)
		case i == 0 && p.From != "":
			return fmt.Errorf("prices[0].from: the first price holds from the beginning, and has no month")
		case i > 0 && p.From <= ps[i-1].From:
			return fmt.Errorf("prices[%d].from: prices stand in order, each from a later month than the one before", i)
		}
	}
	return nil
}

// In is the price of a month.
func (ps Prices) In(m Month) Price {
	for _, p := range slices.Backward(ps) {
		if p.From <= m {
			return p
		}
	}
	return Price{}
}

// Of is what a count costs, in öre.
func (p Price) Of(c Count) int64 { return c.Logins*p.Login + c.Signatures*p.Signature }
