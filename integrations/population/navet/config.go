package navet

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"samtjanst/integrations/settings"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

// Addresses of Skatteverket's service (facts 3.1).
const (
	ProductionURL      = "https://api.skatteverket.se"
	ProductionTokenURL = "https://sysorgoauth2.skatteverket.se/oauth2/v1/sysorg/token"
	TestURL            = "https://api.test.skatteverket.se"
	TestTokenURL       = "https://sysorgoauth2.test.skatteverket.se/oauth2/v1/sysorg/token"
)

// Config is what an organisation gets when it has ordered access (form SKV 7777). The keys are those of the configuration file.
type Config struct {
	BaseURL  string `yaml:"baseURL"`  // scheme and host of the API
	TokenURL string `yaml:"tokenURL"` // whole address of the token endpoint

	TokenID     string `yaml:"tokenID"` // OAuth client of the organisation
	TokenSecret string `yaml:"tokenSecret"`

	GatewayID     string `yaml:"gatewayID"` // the API gateway's subscription, sent as headers with each call
	GatewaySecret string `yaml:"gatewaySecret"`

	Organisation string `yaml:"organisation"` // organisation number, twelve digits
	Order        string `yaml:"order"`        // beställningsidentitet, NNNNNNNN-FONN-NNNN; decides whether protected people are included

	CertFile  string `yaml:"certFile"` // organisation certificate for mutual TLS, PEM
	KeyFile   string `yaml:"keyFile"`
	RootsFile string `yaml:"rootsFile"` // roots of the servers' certificates, PEM; "" for those of the system

	// Timeout bounds one look-up as a whole. A page is waiting: 8 s when zero, at most the register's own 30 s.
	Timeout time.Duration `yaml:"timeout"`

	// PerSecond bounds the calls of this process: 20 when zero. The register allows an organisation 25 a second in all, so
	// processes that share an order share them.
	PerSecond int `yaml:"perSecond"`
}

// Validate says which keys are wrong. Fault: Invalid.
func (c Config) Validate() error {
	var check settings.Check
	for _, k := range []struct{ key, value string }{{"baseURL", c.BaseURL}, {"tokenURL", c.TokenURL}} {
		check.Base(k.key, k.value)
		if u, err := url.Parse(k.value); err == nil && u.Scheme == "http" {
			check.Wrong(k.key, "must be https: without TLS there is no certificate to show")
		}
	}
	check.Needed("tokenID", c.TokenID)
	check.Needed("tokenSecret", c.TokenSecret)
	check.Needed("gatewayID", c.GatewayID)
	check.Needed("gatewaySecret", c.GatewaySecret)
	if n, err := idno.ParseOrganisation(c.Organisation); err != nil || n.Digits() != c.Organisation {
		check.Wrong("organisation", "must be an organisation number of twelve digits")
	}
	check.Needed("order", c.Order)
	if len(c.Order) > 18 {
		check.Wrong("order", "must be at most 18 characters")
	}
	check.Needed("certFile", c.CertFile)
	check.Needed("keyFile", c.KeyFile)
	check.Duration("timeout", c.Timeout, 30*time.Second)
	check.Count("perSecond", c.PerSecond)
	return check.Err("navet.Config")
}

// transport reads the certificates. It does not follow redirects and knows no proxy but the environment's.
func (c Config) transport() (*http.Client, error) {
	pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil {
		return nil, fault.New("navet.Config", fault.Invalid, fmt.Errorf("certFile or keyFile: %w", err))
	}
	client, err := tlsclient.New(c.RootsFile, 0, pair) // each look-up has its own time limit
	if err != nil {
		return nil, fault.New("navet.Config", fault.Invalid, err)
	}
	return client, nil
}
