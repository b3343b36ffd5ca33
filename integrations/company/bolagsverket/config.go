package bolagsverket

import (
	"time"

	"samtjanst/integrations/settings"
)

// Addresses of Bolagsverket's service (facts 5.4).
const (
	ProductionURL      = "https://gw.api.bolagsverket.se/vardefulla-datamangder/v1"
	ProductionTokenURL = "https://portal.api.bolagsverket.se/oauth2/token"
	TestURL            = "https://gw-accept2.api.bolagsverket.se/vardefulla-datamangder/v1"
	TestTokenURL       = "https://portal-accept2.api.bolagsverket.se/oauth2/token"
)

// Config is what an organisation gets when it has registered at Bolagsverket's portal. The keys are those of the configuration
// file. The zero value is no register: forms are then filled in by hand.
type Config struct {
	BaseURL  string `yaml:"baseURL"`  // of the API, version and all
	TokenURL string `yaml:"tokenURL"` // whole address of the token endpoint

	ClientID     string `yaml:"clientID"`
	ClientSecret string `yaml:"clientSecret"`

	RootsFile string `yaml:"rootsFile"` // roots of the servers' certificates, PEM; "" for those of the system

	// Timeout bounds one look-up as a whole. A page is waiting: 6 s when zero, at most 30 s.
	Timeout time.Duration `yaml:"timeout"`

	// PerMinute bounds the calls of this process: 60 when zero. Processes that share credentials share what the register allows them.
	PerMinute int `yaml:"perMinute"`

	// Keep is how long a whole answer about a legal person is given again without asking: 1 minute when zero, at most an hour.
	// Answers that lack a part, and those about a sole trader, are never kept.
	Keep time.Duration `yaml:"keep"`
}

// IsZero reports whether no register is configured.
func (c Config) IsZero() bool { return c == Config{} }

// Validate says which keys are wrong. Fault: Invalid.
func (c Config) Validate() error {
	var check settings.Check
	check.Base("baseURL", c.BaseURL)
	check.Base("tokenURL", c.TokenURL)
	check.Needed("clientID", c.ClientID)
	check.Needed("clientSecret", c.ClientSecret)
	check.Duration("timeout", c.Timeout, 30*time.Second)
	check.Count("perMinute", c.PerMinute)
	check.Duration("keep", c.Keep, time.Hour)
	return check.Err("bolagsverket.Config")
}
