package lantmateriet

import (
	"time"

	"samtjanst/integrations/settings"
)

// Addresses of Lantmäteriet's services (facts 5.5). The token endpoint of the verification environment is known from other clients only.
const (
	ProductionAddressURL     = "https://api.lantmateriet.se/distribution/produkter/belagenhetsadress/v4.2"
	ProductionDesignationURL = "https://api.lantmateriet.se/distribution/produkter/registerbeteckning/v5"
	ProductionTokenURL       = "https://apimanager.lantmateriet.se/oauth2/token"
	TestAddressURL           = "https://api-ver.lantmateriet.se/distribution/produkter/belagenhetsadress/v4.2"
	TestDesignationURL       = "https://api-ver.lantmateriet.se/distribution/produkter/registerbeteckning/v5"
	TestTokenURL             = "https://apimanager-ver.lantmateriet.se/oauth2/token"
)

// Config is what an organisation gets when it has ordered the products at Geotorget. The keys are those of the configuration file. The
// zero value is no register: forms are then filled in by hand. Each product is ordered by itself: the address of one that has not been is
// left out, and only the other can be asked.
type Config struct {
	AddressURL     string `yaml:"addressURL"`     // of Belägenhetsadress Direkt, version and all; "" when it is not ordered
	DesignationURL string `yaml:"designationURL"` // of Registerbeteckning Direkt, version and all; "" when it is not ordered
	TokenURL       string `yaml:"tokenURL"`       // whole address of the token endpoint

	ClientID     string `yaml:"clientID"`
	ClientSecret string `yaml:"clientSecret"`
	Scope        string `yaml:"scope"` // asked for with the token; "" for those that the credentials have anyhow

	RootsFile string `yaml:"rootsFile"` // roots of the servers' certificates, PEM; "" for those of the system

	// Timeout bounds one look-up as a whole. A page is waiting: 6 s when zero, at most 30 s.
	Timeout time.Duration `yaml:"timeout"`

	// PerMinute bounds the calls of this process: 120 when zero. A look-up of an address is two calls.
	PerMinute int `yaml:"perMinute"`
}

// IsZero reports whether no register is configured.
func (c Config) IsZero() bool { return c == Config{} }

// Validate says which keys are wrong. Fault: Invalid.
func (c Config) Validate() error {
	var check settings.Check
	if c.AddressURL == "" && c.DesignationURL == "" {
		check.Wrong("addressURL and designationURL", "one of them is needed")
	}
	if c.AddressURL != "" {
		check.Base("addressURL", c.AddressURL)
	}
	if c.DesignationURL != "" {
		check.Base("designationURL", c.DesignationURL)
	}
	check.Base("tokenURL", c.TokenURL)
	check.Needed("clientID", c.ClientID)
	check.Needed("clientSecret", c.ClientSecret)
	check.Duration("timeout", c.Timeout, 30*time.Second)
	check.Count("perMinute", c.PerMinute)
	return check.Err("lantmateriet.Config")
}
