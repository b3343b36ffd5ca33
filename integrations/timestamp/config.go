package timestamp

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"samtjanst/integrations/settings"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/signing/seal/cms"
)

// Config is how to reach an authority. The keys are those of the configuration file.
type Config struct {
	URL       string `json:"url" yaml:"url"`             // http or https
	Roots     string `json:"roots" yaml:"roots"`         // PEM: who may issue the authority's certificate
	RootsFile string `json:"rootsFile" yaml:"rootsFile"` // PEM: the roots of its HTTPS server; "" for the system's
	Policy    string `json:"policy" yaml:"policy"`       // object identifier to ask for; "" for the authority's own
	// User and PasswordFile are for an authority that wants HTTP Basic authentication; over https only.
	User           string `json:"user" yaml:"user"`
	PasswordFile   string `json:"passwordFile" yaml:"passwordFile"`
	TimeoutSeconds int    `json:"timeoutSeconds" yaml:"timeoutSeconds"` // for one call; default 10
}

func (c Config) timeout() time.Duration {
	if c.TimeoutSeconds > 0 {
		return time.Duration(c.TimeoutSeconds) * time.Second
	}
	return 10 * time.Second
}

// Validate checks the settings without opening the files. Every wrong key is named. Fault: Invalid.
func (c Config) Validate() error {
	var check settings.Check
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		check.Wrong("url", "must be an http or https address, without user and password")
	} else if c.User != "" && u.Scheme != "https" && !tlsclient.Local(u.Hostname()) {
		check.Wrong("url", "must be https when there is a password to send")
	}
	if c.Roots == "" {
		check.Wrong("roots", "must name a file")
	}
	if _, err := parsePolicy(c.Policy); err != nil {
		check.Wrong("policy", "must be an object identifier")
	}
	if (c.User == "") != (c.PasswordFile == "") {
		check.Wrong("passwordFile", "goes with user")
	}
	if c.TimeoutSeconds < 0 || c.TimeoutSeconds > 120 {
		check.Wrong("timeoutSeconds", "must be 1–120")
	}
	return check.Err("timestamp.Config")
}

// parsePolicy reads "1.3.6.1.4.1.4146.2.3"; "" is nil.
func parsePolicy(s string) (asn1.ObjectIdentifier, error) {
	if s == "" {
		return nil, nil
	}
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, errors.New("not an object identifier")
		}
		oid = append(oid, n)
	}
	if _, err := asn1.Marshal(oid); err != nil {
		return nil, err
	}
	return oid, nil
}

// material is what the files hold.
type material struct {
	roots    *x509.CertPool
	password string
	policy   asn1.ObjectIdentifier
}

// load reads the files. The error names the key whose file is wrong.
func (c Config) load() (m material, err error) {
	if m.policy, err = parsePolicy(c.Policy); err != nil {
		return m, fmt.Errorf("policy: %w", err)
	}
	text, err := os.ReadFile(c.Roots)
	if err == nil {
		m.roots, err = cms.ParseRoots(text)
	}
	if err != nil {
		return m, fmt.Errorf("roots: %w", err)
	}
	if c.PasswordFile != "" {
		password, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return m, fmt.Errorf("passwordFile: %w", err)
		}
		m.password = strings.TrimRight(string(password), "\r\n")
	}
	return m, nil
}
