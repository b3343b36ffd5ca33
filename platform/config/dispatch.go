package config

import (
	"fmt"
	"maps"
	"slices"

	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/dispatch/accesspoint"
)

// Dispatch is how decisions are sent on to other authorities. Without an access point, and to whom has no address, they are printed and
// handed over.
type Dispatch struct {
	AccessPoint accesspoint.Config `yaml:"accessPoint"`
	// Senders has each municipality's own address, by its id.
	Senders   map[string]dispatch.Address `yaml:"senders"`
	Receivers []Receiver                  `yaml:"receivers"`
}

// Receiver is somebody that a board sends to.
type Receiver struct {
	Authority string           `yaml:"authority"` // whose receiver it is: "ekkoping/social"
	To        string           `yaml:"to"`        // as forms name it: "court"
	Name      string           `yaml:"name"`      // "Förvaltningsrätten i Ekköping"
	Phone     string           `yaml:"phone"`     // where somebody confirms that it has come, as people write it; "" not known
	Address   dispatch.Address `yaml:"address"`   // "" none: by hand
}

// Validate names the first wrong key.
func (d Dispatch) Validate() error {
	if !d.AccessPoint.IsZero() {
		if err := d.AccessPoint.Validate(); err != nil {
			return fmt.Errorf("accessPoint: %w", err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.Senders)) {
		if !d.Senders[id].Valid() {
			return fmt.Errorf("senders: %s: not an address", id)
		}
	}
	for i, r := range d.Receivers {
		same := func(o Receiver) bool { return o.Authority == r.Authority && o.To == r.To }
		switch {
		case r.Authority == "" || r.To == "" || r.Name == "":
			return fmt.Errorf("receivers %d: authority, to and name are needed", i+1)
		case r.Address != "" && !r.Address.Valid():
			return fmt.Errorf("receivers %d: not an address", i+1)
		case slices.ContainsFunc(d.Receivers[:i], same):
			return fmt.Errorf("receivers %d: %s has %q twice", i+1, r.Authority, r.To)
		}
	}
	return nil
}
