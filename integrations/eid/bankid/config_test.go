package bankid_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"samtjanst/integrations/eid/bankid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/platform/fault"
)

func TestConfigValidateNamesTheKey(t *testing.T) {
	good := bankid.Config{Certificate: "rp.pem", ServerRoots: "server.pem", Roots: "roots.pem"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key  string
		edit func(*bankid.Config)
	}{
		{"url:", func(c *bankid.Config) { c.URL = "http://appapi2.bankid.com" }},
		{"certificate:", func(c *bankid.Config) { c.Certificate = "" }},
		{"serverRoots:", func(c *bankid.Config) { c.ServerRoots = "" }},
		{"roots:", func(c *bankid.Config) { c.Roots = "" }},
		{"passwordFile:", func(c *bankid.Config) { c.Certificate = "rp.p12" }},
		{"passwordFile:", func(c *bankid.Config) { c.PasswordFile = "secret" }},
		{"key:", func(c *bankid.Config) { c.Certificate, c.PasswordFile, c.Key = "rp.p12", "secret", "key.pem" }},
		{"startUrl:", func(c *bankid.Config) { c.StartURL = "app" }},
		{"desktopUrl:", func(c *bankid.Config) { c.DesktopURL = "bankid:///?x=1" }},
		{"certificatePolicies[1]:", func(c *bankid.Config) { c.CertificatePolicies = []string{"1.2.752.78.*", "1.*"} }},
		{"timeoutSeconds:", func(c *bankid.Config) { c.TimeoutSeconds = -1 }},
	} {
		cfg := good
		c.edit(&cfg)
		err := cfg.Validate()
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s %v", c.key, err)
		}
	}
}

// Load reads PEM and PKCS#12 alike, and says which file is wrong.
func TestConfigLoad(t *testing.T) {
	w := newWorld(t, nil)
	cert, key := w.sim.RPCertificate()
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	encoded := func(e *pkcs12.Encoder) []byte {
		b, err := e.Encode(pair.PrivateKey, pair.Leaf, []*x509.Certificate{}, "qwerty123")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	base := bankid.Config{URL: w.server.URL + "/rp/v6.0", ServerRoots: file("server.pem", w.sim.ServerRoots()), Roots: file("roots.pem", w.sim.Roots())}
	password := file("password", []byte("qwerty123\n"))
	for name, edit := range map[string]func(*bankid.Config){
		"two files": func(c *bankid.Config) { c.Certificate, c.Key = file("rp.pem", cert), file("rp-key.pem", key) },
		"one file":  func(c *bankid.Config) { c.Certificate = file("both.pem", append(append([]byte{}, cert...), key...)) },
		"PKCS#12": func(c *bankid.Config) {
			c.Certificate, c.PasswordFile = file("rp.p12", encoded(pkcs12.Modern)), password
		},
		"old PKCS#12": func(c *bankid.Config) {
			c.Certificate, c.PasswordFile = file("old.pfx", encoded(pkcs12.LegacyDES)), password
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := base
			edit(&cfg)
			m, err := cfg.Load()
			if err != nil {
				t.Fatal(err)
			}
			c, err := bankid.New(cfg, m, w.clock)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Start(context.Background(), eidtest.LoginRequest()); err != nil {
				t.Fatal(err)
			}
		})
	}
	good := base
	good.Certificate = file("good.pem", append(append([]byte{}, cert...), key...))
	nonsense := file("nonsense.pem", []byte("hej"))
	for _, c := range []struct {
		key  string
		edit func(*bankid.Config)
	}{
		{"certificate:", func(c *bankid.Config) { c.Certificate = nonsense }},
		{"certificate:", func(c *bankid.Config) {
			c.Certificate, c.PasswordFile = file("wrong.p12", encoded(pkcs12.Modern)), file("wrong", []byte("no"))
		}},
		{"passwordFile:", func(c *bankid.Config) {
			c.Certificate, c.PasswordFile = file("none.p12", encoded(pkcs12.Modern)), filepath.Join(dir, "missing")
		}},
		{"key:", func(c *bankid.Config) { c.Key = filepath.Join(dir, "missing") }},
		{"serverRoots:", func(c *bankid.Config) { c.ServerRoots = nonsense }},
		{"roots:", func(c *bankid.Config) { c.Roots = nonsense }},
	} {
		cfg := good
		c.edit(&cfg)
		_, err := cfg.Load()
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.key) || strings.Contains(err.Error(), "qwerty") {
			t.Errorf("%s %v", c.key, err)
		}
	}
}
