package freja

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// Freja's environments, and the address that starts its app.
const (
	ProductionURL = "https://services.prod.frejaeid.com"
	TestURL       = "https://services.test.frejaeid.com"
	AppURL        = "frejaeid://bindUserToTransaction"
)

// Config is what an operator sets. Files are PEM unless said otherwise. The zero value of a key means its default.
type Config struct {
	URL string `json:"url" yaml:"url"` // default ProductionURL
	// Certificate is the RP certificate with its chain, PEM, with Key beside it or in the same file; or a PKCS#12 file
	// (.p12, .pfx) whose password is in PasswordFile.
	Certificate  string `json:"certificate" yaml:"certificate"`
	Key          string `json:"key" yaml:"key"`
	PasswordFile string `json:"passwordFile" yaml:"passwordFile"`
	// ServerRoots is the root that Freja's server certificate is issued from. The system's roots are never used.
	ServerRoots string `json:"serverRoots" yaml:"serverRoots"`
	// Signers are the certificates that Freja signs results with, against which they are verified.
	Signers string `json:"signers" yaml:"signers"`

	RelyingPartyID string `json:"relyingPartyId" yaml:"relyingPartyId"` // of the municipality, where the RP certificate is an integrator's
	StartURL       string `json:"startUrl" yaml:"startUrl"`             // starts the app on the same device; default AppURL
	Level          int    `json:"level" yaml:"level"`                   // the least level of assurance where nobody asks for one: 2 (Freja) or 3 (Freja+); default 3
	// Title and Notice are shown on the person's telephone, also when it is locked: nothing of a case belongs there. Freja's limits are
	// 128 and 256 characters.
	Title          string `json:"title" yaml:"title"`
	Notice         string `json:"notice" yaml:"notice"`
	WithoutDevice  bool   `json:"withoutDevice" yaml:"withoutDevice"`   // do not tell Freja the browser's address and kind, by which it warns of strangers
	TimeoutSeconds int    `json:"timeoutSeconds" yaml:"timeoutSeconds"` // for one call; default 10
}

const (
	defaultTitle   = "Underskrift"
	defaultNotice  = "Du har en handling att skriva under."
	defaultTimeout = 10 * time.Second
	maxTitle       = 128
	maxNotice      = 256
)

func (c Config) timeout() time.Duration {
	if c.TimeoutSeconds > 0 {
		return time.Duration(c.TimeoutSeconds) * time.Second
	}
	return defaultTimeout
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *string
		value string
	}{{&c.URL, ProductionURL}, {&c.StartURL, AppURL}, {&c.Title, defaultTitle}, {&c.Notice, defaultNotice}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if c.Level == 0 {
		c.Level = 3
	}
	c.URL = strings.TrimRight(c.URL, "/")
	return c
}

func (c Config) files() tlsclient.Files {
	return tlsclient.Files{Certificate: c.Certificate, Key: c.Key, PasswordFile: c.PasswordFile}
}

// Validate checks the settings without opening the files. Every wrong key is named. Fault: Invalid.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	wrong := func(key, why string) { errs = append(errs, fmt.Errorf("%s: %s", key, why)) }
	if u, err := url.Parse(c.URL); err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		wrong("url", "must be an https address")
	}
	if u, err := url.Parse(c.StartURL); err != nil || u.Scheme == "" || u.Host == "" || u.Fragment != "" {
		wrong("startUrl", "must be an address")
	}
	c.files().Check(wrong)
	for _, k := range []struct{ key, value string }{{"serverRoots", c.ServerRoots}, {"signers", c.Signers}} {
		if k.value == "" {
			wrong(k.key, "must name a file")
		}
	}
	if levels[c.Level] == "" {
		wrong("level", "must be 2 or 3")
	}
	if utf8.RuneCountInString(c.Title) > maxTitle {
		wrong("title", "must be at most 128 characters")
	}
	if utf8.RuneCountInString(c.Notice) > maxNotice {
		wrong("notice", "must be at most 256 characters")
	}
	if c.TimeoutSeconds < 0 || c.TimeoutSeconds > 120 {
		wrong("timeoutSeconds", "must be 1–120")
	}
	if len(errs) > 0 {
		return fault.New("freja.Config", fault.Invalid, errors.Join(errs...))
	}
	return nil
}

// New makes a client; it reads the files. The error names the key that is wrong. Fault: Invalid.
func New(cfg Config, c clock.Clock) (*Client, error) {
	const op = "freja.New"
	bad := func(key string, err error) (*Client, error) {
		return nil, fault.New(op, fault.Invalid, fmt.Errorf("%s: %w", key, err))
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	rp, key, err := cfg.files().Load()
	if err != nil {
		return bad(key, err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(rp.PrivateKey)
	if err != nil {
		return bad("certificate", err)
	}
	pinned, err := os.ReadFile(cfg.Signers)
	if err != nil {
		return bad("signers", err)
	}
	signers, err := evidence.ParseFrejaSigners(pinned)
	if err != nil {
		return bad("signers", err)
	}
	client, err := tlsclient.New(cfg.ServerRoots, cfg.timeout(), rp)
	if err != nil {
		return bad("serverRoots", err)
	}
	return &Client{cfg: cfg, http: client, signers: signers, seal: newSealer(private), clock: c}, nil
}
