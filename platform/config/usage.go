package config

import "samtjanst/platform/flow/usage"

// Usage is what the provider of e-legitimations charges by the piece.
type Usage struct {
	// Prices hold from a month on, in whole öre; those that are given replace 30 öre a login and 150 a signature:
	//
	//	usage:
	//	  prices:
	//	    - {login: 30, signature: 150}
	//	    - {from: "2027-01", login: 25, signature: 140}
	Prices usage.Prices `yaml:"prices"`
}

// Validate names the first wrong key.
func (u Usage) Validate() error { return u.Prices.Validate() }
