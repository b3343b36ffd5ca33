package signservice_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid/signservice"
	"samtjanst/platform/fault"
)

func TestConfigValidateNamesTheKey(t *testing.T) {
	good := signservice.Config{URL: "https://underskrift.example.se/request", ReturnURL: returnURL, Requester: "https://samtjanst.example.se/",
		Service: "https://underskrift.example.se/", IdentityProvider: "https://idp.example.se/", Certificate: "c.pem", Key: "k.pem",
		ServiceCertificates: "s.pem", Roots: "r.pem"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key  string
		edit func(*signservice.Config)
	}{
		{"url:", func(c *signservice.Config) { c.URL = "http://underskrift.example.se/request" }},
		{"returnURL:", func(c *signservice.Config) { c.ReturnURL = "" }},
		{"requester:", func(c *signservice.Config) { c.Requester = "samtjanst" }},
		{"service:", func(c *signservice.Config) { c.Service = "" }},
		{"identityProvider:", func(c *signservice.Config) { c.IdentityProvider = "" }},
		{"certificate:", func(c *signservice.Config) { c.Certificate = "" }},
		{"key:", func(c *signservice.Config) { c.Key = "" }},
		{"serviceCertificates:", func(c *signservice.Config) { c.ServiceCertificates = "" }},
		{"roots:", func(c *signservice.Config) { c.Roots = "" }},
		{"messageAlgorithm:", func(c *signservice.Config) { c.MessageAlgorithm = "http://www.w3.org/2001/04/xmlenc#tripledes-cbc" }},
		{"levels:", func(c *signservice.Config) { c.Levels = map[string]int{"urn:a": 3, "urn:b": 5} }},
		{"least:", func(c *signservice.Config) { c.Least = 5 }},
		{"least:", func(c *signservice.Config) { c.Levels = map[string]int{"urn:a": 2} }},
		{"signatureAlgorithm:", func(c *signservice.Config) { c.SignatureAlgorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }},
		{"life:", func(c *signservice.Config) { c.Life = time.Hour }},
	} {
		cfg := good
		c.edit(&cfg)
		if err := cfg.Validate(); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s %v", c.key, err)
		}
	}
}

func TestConfigLoadNamesTheFile(t *testing.T) {
	w := newWorld(t, nil)
	nonsense := filepath.Join(t.TempDir(), "nonsense.pem")
	if err := os.WriteFile(nonsense, []byte("hej"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key  string
		edit func(*signservice.Config)
	}{
		{"certificate:", func(c *signservice.Config) { c.Certificate = nonsense }},
		{"key:", func(c *signservice.Config) { c.Key = nonsense + "-missing" }},
		{"certificate:", func(c *signservice.Config) { c.Certificate = c.ServiceCertificates }}, // not the key's
		{"serviceCertificates:", func(c *signservice.Config) { c.ServiceCertificates = nonsense }},
		{"roots:", func(c *signservice.Config) { c.Roots = nonsense }},
		{"messageCertificate:", func(c *signservice.Config) { c.MessageCertificate = nonsense }},
	} {
		cfg := w.cfg
		c.edit(&cfg)
		if _, err := cfg.Load(); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s %v", c.key, err)
		}
	}
}
