package freja_test

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/freja"
	"samtjanst/platform/fault"
)

func TestConfigValidate(t *testing.T) {
	good := freja.Config{Certificate: "rp.pem", Key: "rp-key.pem", ServerRoots: "server.pem", Signers: "signers.pem"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key  string
		edit func(*freja.Config)
	}{
		{"url:", func(c *freja.Config) { c.URL = "http://services.prod.frejaeid.com" }},
		{"certificate:", func(c *freja.Config) { c.Certificate = "" }},
		{"serverRoots:", func(c *freja.Config) { c.ServerRoots = "" }},
		{"signers:", func(c *freja.Config) { c.Signers = "" }},
		{"passwordFile:", func(c *freja.Config) { c.Certificate, c.Key = "rp.pfx", "" }},
		{"passwordFile:", func(c *freja.Config) { c.PasswordFile = "secret" }},
		{"key:", func(c *freja.Config) { c.Certificate, c.PasswordFile = "rp.p12", "secret" }},
		{"startUrl:", func(c *freja.Config) { c.StartURL = "app" }},
		{"level:", func(c *freja.Config) { c.Level = 4 }},
		{"title:", func(c *freja.Config) { c.Title = strings.Repeat("å", 129) }},
		{"notice:", func(c *freja.Config) { c.Notice = strings.Repeat("å", 257) }},
		{"timeoutSeconds:", func(c *freja.Config) { c.TimeoutSeconds = 121 }},
	} {
		cfg := good
		c.edit(&cfg)
		err := cfg.Validate()
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%s %v", c.key, err)
		}
	}
}

// New reads PEM and PKCS#12 alike, and says which file is wrong.
func TestNewReadsFiles(t *testing.T) {
	w := newWorld(t, nil)
	base := w.config()
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pair, err := tls.LoadX509KeyPair(base.Certificate, base.Key)
	if err != nil {
		t.Fatal(err)
	}
	p12, err := pkcs12.Modern.Encode(pair.PrivateKey, pair.Leaf, nil, "qwerty123")
	if err != nil {
		t.Fatal(err)
	}
	password := file("password", []byte("qwerty123\n"))
	packed := func(c *freja.Config) { c.Certificate, c.Key, c.PasswordFile = file("rp.p12", p12), "", password }
	if _, err := w.clientWith(t, packed).Start(context.Background(), eidtest.LoginRequest()); err != nil {
		t.Fatal(err)
	}
	nonsense, missing := file("nonsense.pem", []byte("hej")), filepath.Join(dir, "missing")
	for _, c := range []struct {
		key  string
		edit func(*freja.Config)
	}{
		{"certificate:", func(c *freja.Config) { c.Certificate = missing }},
		{"certificate:", func(c *freja.Config) { c.Certificate = nonsense }},
		{"certificate:", func(c *freja.Config) { packed(c); c.PasswordFile = file("wrong", []byte("no")) }},
		{"passwordFile:", func(c *freja.Config) { packed(c); c.PasswordFile = missing }},
		{"key:", func(c *freja.Config) { c.Key = missing }},
		{"serverRoots:", func(c *freja.Config) { c.ServerRoots = nonsense }},
		{"signers:", func(c *freja.Config) { c.Signers = nonsense }},
		{"signers:", func(c *freja.Config) { c.Signers = missing }},
		{"signers:", func(c *freja.Config) { c.Signers = base.Certificate }}, // its key is not RSA
		{"url:", func(c *freja.Config) { c.URL = "here" }},
	} {
		cfg := base
		c.edit(&cfg)
		_, err := freja.New(cfg, w.clock)
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.key) || strings.Contains(err.Error(), "qwerty") {
			t.Errorf("%s %v", c.key, err)
		}
	}
}
