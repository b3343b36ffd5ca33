package bolagsverket

import (
	"net/url"
	"time"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
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

// Validate says which key is wrong. Fault: Invalid.
func (c Config) Validate() error {
	const op = "bolagsverket.Config"
	for _, k := range []struct{ name, value string }{
		{"baseURL", c.BaseURL}, {"tokenURL", c.TokenURL}, {"clientID", c.ClientID}, {"clientSecret", c.ClientSecret},
	} {
		if k.value == "" {
			return fault.Newf(op, fault.Invalid, "%s is missing", k.name)
		}
	}
	for _, k := range []struct{ name, value string }{{"baseURL", c.BaseURL}, {"tokenURL", c.TokenURL}} {
		u, err := url.Parse(k.value)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
			u.Scheme != "https" && (u.Scheme != "http" || !tlsclient.Local(u.Hostname())) {
			return fault.Newf(op, fault.Invalid, "%s is not an https address", k.name)
		}
	}
	switch {
	case c.Timeout < 0 || c.Timeout > 30*time.Second:
		return fault.Newf(op, fault.Invalid, "timeout is not between 0 and 30s")
	case c.PerMinute < 0:
		return fault.Newf(op, fault.Invalid, "perMinute is below 0")
	case c.Keep < 0 || c.Keep > time.Hour:
		return fault.Newf(op, fault.Invalid, "keep is not between 0 and 1h")
	}
	return nil
}
