package bankid

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// BankID's environments and the addresses that start its app.
const (
	ProductionURL = "https://appapi2.bankid.com/rp/v6.0"
	TestURL       = "https://appapi2.test.bankid.com/rp/v6.0"
	AppURL        = "https://app.bankid.com/"
	DesktopAppURL = "bankid:///"
)

// Config is what an operator sets. Files are PEM unless said otherwise. The zero value of a key means its default.
type Config struct {
	URL string `json:"url" yaml:"url"` // default ProductionURL
	// Certificate is the RP certificate with its chain, PEM, with Key beside it or in the same file; or a PKCS#12 file
	// (.p12, .pfx) whose password is in PasswordFile.
	Certificate  string `json:"certificate" yaml:"certificate"`
	Key          string `json:"key" yaml:"key"`
	PasswordFile string `json:"passwordFile" yaml:"passwordFile"`
	// ServerRoots is the root that BankID's server certificate is issued from. The system's roots are never used.
	ServerRoots string `json:"serverRoots" yaml:"serverRoots"`
	// Roots are the roots of people's e-legitimations, against which signatures are verified.
	Roots string `json:"roots" yaml:"roots"`

	StartURL            string   `json:"startUrl" yaml:"startUrl"`     // starts the app on the same phone; default AppURL
	DesktopURL          string   `json:"desktopUrl" yaml:"desktopUrl"` // starts the app on the same computer; default DesktopAppURL
	CertificatePolicies []string `json:"certificatePolicies" yaml:"certificatePolicies"`
	PinCode             bool     `json:"pinCode" yaml:"pinCode"`               // demand the security code, not biometrics
	ReturnRisk          bool     `json:"returnRisk" yaml:"returnRisk"`         // ask for BankID's risk indication
	TimeoutSeconds      int      `json:"timeoutSeconds" yaml:"timeoutSeconds"` // for one call; default 10
}

const defaultTimeout = 10 * time.Second

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
	}{{&c.URL, ProductionURL}, {&c.StartURL, AppURL}, {&c.DesktopURL, DesktopAppURL}} {
		if *d.field == "" {
			*d.field = d.value
		}
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
	if u, err := url.Parse(c.StartURL); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" {
		wrong("startUrl", "must be an http or https address without a query")
	}
	if u, err := url.Parse(c.DesktopURL); err != nil || u.Scheme == "" || u.RawQuery != "" {
		wrong("desktopUrl", "must be an address without a query")
	}
	c.files().Check(wrong)
	for _, k := range []struct{ key, value string }{{"serverRoots", c.ServerRoots}, {"roots", c.Roots}} {
		if k.value == "" {
			wrong(k.key, "must name a file")
		}
	}
	for i, p := range c.CertificatePolicies {
		if !isPolicy(p) {
			wrong(fmt.Sprintf("certificatePolicies[%d]", i), "must be an object identifier, * allowed from its fifth number")
		}
	}
	if c.TimeoutSeconds < 0 || c.TimeoutSeconds > 120 {
		wrong("timeoutSeconds", "must be 1–120")
	}
	if len(errs) > 0 {
		return fault.New("bankid.Config", fault.Invalid, errors.Join(errs...))
	}
	return nil
}

// isPolicy reads "1.2.752.78.1.5" and "1.2.752.78.*".
func isPolicy(s string) bool {
	parts := strings.Split(s, ".")
	for i, p := range parts {
		if p == "*" && i >= 4 && i == len(parts)-1 {
			return true
		}
		if p == "" || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return len(parts) >= 3
}

// Material is the certificates, read.
type Material struct {
	RP          tls.Certificate
	ServerRoots *x509.CertPool
	Roots       evidence.Roots
}

// Load reads the files. The error names the key whose file is wrong. Fault: Invalid.
func (c Config) Load() (Material, error) {
	const op = "bankid.Load"
	bad := func(key string, err error) (Material, error) {
		return Material{}, fault.New(op, fault.Invalid, fmt.Errorf("%s: %w", key, err))
	}
	if err := c.Validate(); err != nil {
		return Material{}, err
	}
	rp, key, err := c.files().Load()
	if err != nil {
		return bad(key, err)
	}
	server, err := os.ReadFile(c.ServerRoots)
	if err != nil {
		return bad("serverRoots", err)
	}
	roots, err := os.ReadFile(c.Roots)
	if err != nil {
		return bad("roots", err)
	}
	m := Material{RP: rp}
	if m.ServerRoots, err = pool(server); err != nil {
		return bad("serverRoots", err)
	}
	if m.Roots, err = evidence.ParseRoots(roots); err != nil {
		return bad("roots", err)
	}
	return m, nil
}

// ParseMaterial reads certificates held in memory, for a demo or a test against the simulator.
func ParseMaterial(rpCert, rpKey, serverRoots, roots []byte) (Material, error) {
	const op = "bankid.ParseMaterial"
	rp, err := tls.X509KeyPair(rpCert, rpKey)
	if err != nil {
		return Material{}, fault.New(op, fault.Invalid, err)
	}
	m := Material{RP: rp}
	if m.ServerRoots, err = pool(serverRoots); err != nil {
		return Material{}, fault.New(op, fault.Invalid, err)
	}
	if m.Roots, err = evidence.ParseRoots(roots); err != nil {
		return Material{}, fault.Wrap(op, err)
	}
	return m, nil
}

func pool(text []byte) (*x509.CertPool, error) {
	if block, _ := pem.Decode(text); block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate in PEM found")
	}
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(text) {
		return nil, errors.New("no certificate in PEM found")
	}
	return p, nil
}

// maxConns is how many connections are kept, where HTTP/2 does not make one of them: as many as the platform asks about orders at once, since
// a connection costs more than a hundred questions.
const maxConns = 512

// New makes the client. Of cfg it reads no files: those are in m. Fault: Invalid.
func New(cfg Config, m Material, c clock.Clock) (*Client, error) {
	const op = "bankid.New"
	cfg = cfg.withDefaults()
	if m.ServerRoots == nil {
		return nil, fault.New(op, fault.Invalid, errors.New("no server root: BankID's root must be pinned"))
	}
	if m.Roots.IsZero() {
		return nil, fault.New(op, fault.Invalid, errors.New("no roots: no signature could be verified"))
	}
	key, err := x509.MarshalPKCS8PrivateKey(m.RP.PrivateKey)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, fmt.Errorf("the RP certificate's key: %w", err))
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: m.ServerRoots, Certificates: []tls.Certificate{m.RP}},
		Proxy:           http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: maxConns, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: cfg.timeout(),
	}
	return &Client{cfg: cfg, roots: m.Roots, seal: newSealer(key), clock: c, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}
