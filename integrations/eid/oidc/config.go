package oidc

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
)

// Config is one organisation's login. The keys are those of the configuration file.
type Config struct {
	Issuer       string   `yaml:"issuer"` // https; http only to this machine
	ClientID     string   `yaml:"clientID"`
	ClientSecret string   `yaml:"clientSecret"`
	RedirectURL  string   `yaml:"redirectURL"` // where the login returns to, our own
	LogoutURL    string   `yaml:"logoutURL"`   // where a logout at the provider returns to, our own; "" for nowhere
	Scopes       []string `yaml:"scopes"`      // besides openid; profile when empty
	RootsFile    string   `yaml:"rootsFile"`   // PEM; "" for the system's
	GroupsClaim  string   `yaml:"groupsClaim"` // "groups" when empty
	NameClaim    string   `yaml:"nameClaim"`   // "name" when empty
	NumberClaim  string   `yaml:"numberClaim"` // personal identity number, for those who sign; OIDC Sweden's when empty
	// ExternalClaim and UserNameClaim tell by which stable id and user name the organisation's own directory knows the person; not asked for
	// when empty. Name only claims that people cannot change themselves, as many can their preferred_username.
	ExternalClaim string `yaml:"externalClaim"`
	UserNameClaim string `yaml:"userNameClaim"`

	// What shows that a second factor was used: one of these acr values, or one of these amr values. At least one list has
	// to be set: a login without a second factor does not exist here.
	ACR []string `yaml:"acr"`
	AMR []string `yaml:"amr"`

	// MaxAge is how long ago the person may have authenticated; it is demanded of the provider and checked. 0 for no limit.
	MaxAge  time.Duration `yaml:"maxAge"`
	Timeout time.Duration `yaml:"timeout"` // of each call to the provider; 10 s when zero
}

// Validate says which key is wrong. Fault: Invalid.
func (c Config) Validate() error {
	const op = "oidc.Config"
	for _, k := range []struct{ name, value string }{{"issuer", c.Issuer}, {"redirectURL", c.RedirectURL}, {"logoutURL", c.LogoutURL}} {
		if k.name == "logoutURL" && k.value == "" {
			continue
		}
		u, err := url.Parse(k.value)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
			(u.Scheme != "https" && !(u.Scheme == "http" && tlsclient.Local(u.Hostname()))) {
			return fault.Newf(op, fault.Invalid, "%s is not an https address", k.name)
		}
	}
	switch {
	case c.ClientID == "":
		return fault.Newf(op, fault.Invalid, "clientID is missing")
	case c.ClientSecret == "":
		return fault.Newf(op, fault.Invalid, "clientSecret is missing")
	case len(c.ACR)+len(c.AMR) == 0 || slices.Contains(c.ACR, "") || slices.Contains(c.AMR, ""):
		return fault.Newf(op, fault.Invalid, "acr or amr must say what a second factor looks like")
	case c.MaxAge < 0:
		return fault.Newf(op, fault.Invalid, "maxAge is negative")
	case c.Timeout < 0:
		return fault.Newf(op, fault.Invalid, "timeout is negative")
	}
	return nil
}

func (c Config) client() (*http.Client, error) {
	client, err := tlsclient.New(c.RootsFile, c.Timeout)
	if err != nil {
		return nil, fault.New("oidc.Config", fault.Invalid, err)
	}
	return client, nil
}
