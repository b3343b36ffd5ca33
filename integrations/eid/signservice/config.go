package signservice

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"samtjanst/integrations/eid/saml/xmlenc"
	"samtjanst/integrations/tlsclient"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/evidence"
)

// Defaults.
const (
	DefaultID               = "signservice"
	DefaultAlgorithm        = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" // implementation profile 2.1.3.7
	DefaultMessageAlgorithm = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
	DefaultLife             = evidence.TimeSlack
)

// defaultLevels are Sweden Connect's (registry 3.1.1).
var defaultLevels = map[string]int{
	"http://id.elegnamnden.se/loa/1.0/loa2": 2, "http://id.elegnamnden.se/loa/1.0/loa3": 3, "http://id.elegnamnden.se/loa/1.0/loa4": 4,
}

// Config is one identity provider behind a signing service. Files are PEM. The keys are those of the configuration file.
type Config struct {
	ID string `json:"id" yaml:"id"` // the provider's id in the platform; DefaultID when empty

	URL              string `json:"url" yaml:"url"`                           // of the service, where browsers post requests; https, or http to this machine
	ReturnURL        string `json:"returnURL" yaml:"returnURL"`               // where answers are posted, our own; as registered with the service
	Requester        string `json:"requester" yaml:"requester"`               // our entityID
	Service          string `json:"service" yaml:"service"`                   // the service's entityID
	IdentityProvider string `json:"identityProvider" yaml:"identityProvider"` // entityID of who identifies the person
	AuthnProfile     string `json:"authnProfile" yaml:"authnProfile"`         // what the service is to ask of the identity provider, if agreed with it

	Certificate string `json:"certificate" yaml:"certificate"` // what we sign requests with
	Key         string `json:"key" yaml:"key"`
	// ServiceCertificates are those of the service's metadata, one or more: its answers are signed with one of them.
	ServiceCertificates string `json:"serviceCertificates" yaml:"serviceCertificates"`
	// Roots are the roots of the certificates that the service issues to people.
	Roots string `json:"roots" yaml:"roots"`
	// MessageCertificate is the identity provider's for encryption: then what is to be shown is encrypted for it. Empty: the service sees it.
	MessageCertificate string `json:"messageCertificate" yaml:"messageCertificate"`
	MessageAlgorithm   string `json:"messageAlgorithm" yaml:"messageAlgorithm"` // DefaultMessageAlgorithm when empty

	// Levels are the levels of assurance that the identity provider gives, by URI, each with the level (2–4) that it is here.
	Levels map[string]int `json:"levels" yaml:"levels"`
	// Least is the level (2–4) of orders that ask for none; 3 when 0.
	Least int `json:"least" yaml:"least"`
	// SignatureAlgorithm is what people's signatures are made with, a URI of XMLDSig; DefaultAlgorithm when empty.
	SignatureAlgorithm string `json:"signatureAlgorithm" yaml:"signatureAlgorithm"`
	// Life is how long an order is waited for, at most evidence.TimeSlack; DefaultLife when 0.
	Life time.Duration `json:"life" yaml:"life"`
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *string
		value string
	}{{&c.ID, DefaultID}, {&c.MessageAlgorithm, DefaultMessageAlgorithm}, {&c.SignatureAlgorithm, DefaultAlgorithm}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if len(c.Levels) == 0 {
		c.Levels = defaultLevels
	}
	if c.Least == 0 {
		c.Least = 3
	}
	if c.Life == 0 {
		c.Life = DefaultLife
	}
	return c
}

// Validate checks the settings without opening the files. Every wrong key is named. Fault: Invalid.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	wrong := func(key, why string) { errs = append(errs, fmt.Errorf("%s: %s", key, why)) }
	for _, k := range []struct{ key, value string }{{"url", c.URL}, {"returnURL", c.ReturnURL}} {
		u, err := url.Parse(k.value)
		if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && tlsclient.Local(u.Hostname())) {
			wrong(k.key, "must be an https address")
		}
	}
	for _, k := range []struct{ key, value string }{{"requester", c.Requester}, {"service", c.Service}, {"identityProvider", c.IdentityProvider}} {
		if u, err := url.Parse(k.value); err != nil || u.Scheme == "" || len(k.value) > 1024 { // SAML core 8.3.6
			wrong(k.key, "must be an entityID, a URI")
		}
	}
	for _, k := range []struct{ key, value string }{{"certificate", c.Certificate}, {"key", c.Key}, {"serviceCertificates", c.ServiceCertificates}, {"roots", c.Roots}} {
		if k.value == "" {
			wrong(k.key, "must name a file")
		}
	}
	reached := false
	for uri, level := range c.Levels {
		if uri == "" || level < 2 || level > 4 {
			wrong("levels", "must be URIs with a level of 2–4 each")
		}
		reached = reached || level >= c.Least
	}
	if c.Least < 2 || c.Least > 4 || !reached {
		wrong("least", "must be 2–4 and one that a level of levels reaches")
	}
	if !xmlenc.Supported(c.MessageAlgorithm) {
		wrong("messageAlgorithm", "is not supported")
	}
	if _, err := (evidence.ServiceDocument{}).SignedInfo(c.SignatureAlgorithm); err != nil {
		wrong("signatureAlgorithm", "is not supported")
	}
	if c.Life < time.Minute || c.Life > evidence.TimeSlack {
		wrong("life", fmt.Sprintf("must be 1–%.0f minutes", evidence.TimeSlack.Minutes()))
	}
	if len(errs) > 0 {
		return fault.New("signservice.Config", fault.Invalid, errors.Join(errs...))
	}
	return nil
}

// Material is the certificates and keys, read.
type Material struct {
	Certificate         *x509.Certificate // ours
	Key                 crypto.Signer     // RSA or ECDSA
	ServiceCertificates []*x509.Certificate
	Roots               evidence.Roots
	MessageCertificate  *x509.Certificate // nil: what is shown is not encrypted
}

// Load reads the files. The error names the key whose file is wrong. Fault: Invalid.
func (c Config) Load() (Material, error) {
	if err := c.Validate(); err != nil {
		return Material{}, err
	}
	var p Files
	for _, f := range []struct {
		key, file string
		into      *[]byte
	}{{"certificate", c.Certificate, &p.Certificate}, {"key", c.Key, &p.Key}, {"serviceCertificates", c.ServiceCertificates, &p.ServiceCertificates},
		{"roots", c.Roots, &p.Roots}, {"messageCertificate", c.MessageCertificate, &p.MessageCertificate}} {
		if f.file == "" {
			continue
		}
		var err error
		if *f.into, err = os.ReadFile(f.file); err != nil {
			return Material{}, fault.New("signservice.Load", fault.Invalid, fmt.Errorf("%s: %w", f.key, err))
		}
	}
	return p.Parse()
}

// Files are the contents of the files, PEM, for a demo or a test that holds them in memory.
type Files struct{ Certificate, Key, ServiceCertificates, Roots, MessageCertificate []byte }

// Parse reads them. The error names the key whose file is wrong. Fault: Invalid.
func (p Files) Parse() (Material, error) {
	bad := func(key string, err error) (Material, error) {
		return Material{}, fault.New("signservice.Files", fault.Invalid, fmt.Errorf("%s: %w", key, err))
	}
	pair, err := tls.X509KeyPair(p.Certificate, p.Key)
	if err != nil {
		return bad("certificate", err)
	}
	m := Material{Certificate: pair.Leaf}
	switch k := pair.PrivateKey.(type) {
	case *rsa.PrivateKey:
		m.Key = k
	case *ecdsa.PrivateKey:
		m.Key = k
	default:
		return bad("key", errors.New("neither RSA nor ECDSA"))
	}
	if m.ServiceCertificates, err = certificates(p.ServiceCertificates); err != nil {
		return bad("serviceCertificates", err)
	}
	if m.Roots, err = evidence.ParseRoots(p.Roots); err != nil {
		return bad("roots", err)
	}
	if len(p.MessageCertificate) == 0 {
		return m, nil
	}
	to, err := certificates(p.MessageCertificate)
	if err != nil {
		return bad("messageCertificate", err)
	}
	if _, ok := to[0].PublicKey.(*rsa.PublicKey); !ok || len(to) != 1 {
		return bad("messageCertificate", errors.New("must be one certificate, with an RSA key"))
	}
	m.MessageCertificate = to[0]
	return m, nil
}

func certificates(text []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return nil, errors.New("something else than a certificate")
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errors.New("no certificate in PEM found")
	}
	return out, nil
}

// New makes the client. Of cfg it reads no files: those are in m. Fault: Invalid.
func New(cfg Config, m Material, seen Seen, c clock.Clock) (*Client, error) {
	const op = "signservice.New"
	cfg = cfg.withDefaults()
	switch {
	case m.Certificate == nil || m.Key == nil:
		return nil, fault.New(op, fault.Invalid, errors.New("nothing to sign requests with"))
	case len(m.ServiceCertificates) == 0 || slices.Contains(m.ServiceCertificates, nil):
		return nil, fault.New(op, fault.Invalid, errors.New("no certificate of the service: no answer could be believed"))
	case m.Roots.IsZero():
		return nil, fault.New(op, fault.Invalid, errors.New("no roots: no signature could be verified"))
	case seen == nil:
		return nil, fault.New(op, fault.Invalid, errors.New("nowhere to remember the orders that have ended"))
	}
	key, err := x509.MarshalPKCS8PrivateKey(m.Key)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, fmt.Errorf("key: %w", err))
	}
	return &Client{cfg: cfg, m: m, seal: newSealer(key), seen: seen, clock: c}, nil
}
