package saml_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"encoding/xml"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	protocol "github.com/crewjam/saml"

	"samtjanst/integrations/eid/saml"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

func TestConfig(t *testing.T) {
	good := saml.Config{EntityID: "https://ekkoping.example.se/saml", ACS: acs, Name: "Ekköpings kommun", Certificate: "c.pem", Key: "k.pem",
		Provider: "https://idp.example.com", MetadataURL: "https://md.example.com/federation.xml", MetadataCertificate: "md.pem"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for want, edit := range map[string]func(*saml.Config){
		"entityID: must be a URI":                               func(c *saml.Config) { c.EntityID = "ekkoping" },
		"provider: must be a URI":                               func(c *saml.Config) { c.Provider = "" },
		"acs: must be an https address":                         func(c *saml.Config) { c.ACS = "http://ekkoping.example.se/acs" },
		"name: is missing":                                      func(c *saml.Config) { c.Name = "" },
		"certificate: is missing":                               func(c *saml.Config) { c.Certificate = "" },
		"key: is missing":                                       func(c *saml.Config) { c.Key = "" },
		"decryptionKey: goes with decryptionCertificate":        func(c *saml.Config) { c.DecryptionKey = "d.pem" },
		"metadataURL: either it or metadataFile":                func(c *saml.Config) { c.MetadataFile = "x.xml" },
		"metadataURL: must be an https address":                 func(c *saml.Config) { c.MetadataURL = "http://md.example.com/" },
		"metadataCertificate: must name the certificate":        func(c *saml.Config) { c.MetadataCertificate = "" },
		"refresh: must be a minute or more":                     func(c *saml.Config) { c.Refresh = time.Second },
		`attributes: must be one of ["hsaid-01" "pnr-01" "si`:   func(c *saml.Config) { c.Attributes = "all" },
		`levels: "loa3": must be a URI`:                         func(c *saml.Config) { c.Levels = map[string]int{"loa3": 3} },
		`levels: "http://id.example.com/1": must be a URI with`: func(c *saml.Config) { c.Levels = map[string]int{"http://id.example.com/1": 1} },
		"sign: needs the attributes of pnr-01":                  func(c *saml.Config) { c.Attributes, c.Sign = saml.SITHS, true },
	} {
		c := good
		edit(&c)
		if err := c.Validate(); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	var wrong saml.Config
	if err := wrong.Validate(); err == nil || strings.Count(err.Error(), "\n") < 5 {
		t.Errorf("not every fault of an empty configuration is told: %v", err)
	}
	if _, err := good.Load(); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "certificate: ") {
		t.Errorf("files that are not there: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	w := newWorld(t, nil)
	cfg, m := w.config(t, samlsim.Citizens)
	ck := clock.System{}
	cfg.Attributes = saml.SITHS
	if _, err := saml.New(cfg, m, saml.NewMemory(ck), ck); !errors.Is(err, fault.Invalid) {
		t.Errorf("citizens by SITHS: %v", err)
	}
	cfg.Attributes = saml.Pnr01
	if _, err := saml.NewStaff(cfg, m, saml.NewMemory(ck), ck); !errors.Is(err, fault.Invalid) {
		t.Errorf("staff by pnr-01: %v", err)
	}
	m.Decryption = ecPair(t)
	if _, err := saml.New(cfg, m, saml.NewMemory(ck), ck); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "decryptionKey") {
		t.Errorf("nothing to decrypt with: %v", err)
	}
}

func ecPair(t *testing.T) saml.Pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := saml.ParsePair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Our metadata say what a federation needs to know of us.
func TestOwnMetadata(t *testing.T) {
	w := newWorld(t, func(c *saml.Config) { c.Categories = []string{"https://example.se/category"} })
	b, err := w.client.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	var d protocol.EntityDescriptor
	if err := xml.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	if d.EntityID != entityID || !d.ValidUntil.After(w.clock.Now()) || len(d.SPSSODescriptors) != 1 {
		t.Fatalf("%s until %s", d.EntityID, d.ValidUntil)
	}
	sp := d.SPSSODescriptors[0]
	if !*sp.AuthnRequestsSigned || !*sp.WantAssertionsSigned || len(sp.KeyDescriptors) != 2 || sp.AssertionConsumerServices[0].Location != acs {
		t.Errorf("%+v", sp)
	}
	var needed []string
	for _, a := range sp.AttributeConsumingServices[0].RequestedAttributes {
		if *a.IsRequired {
			needed = append(needed, a.Name)
		}
	}
	if !slices.Contains(needed, "urn:oid:1.2.752.29.4.13") {
		t.Errorf("the number is not asked for: %v", needed)
	}
	for _, category := range []string{"https://example.se/category", "http://id.elegnamnden.se/st/1.0/sigservice",
		"http://id.swedenconnect.se/general-ec/1.0/accepts-coordination-number"} {
		if !strings.Contains(string(b), ">"+category+"<") {
			t.Errorf("%s is missing", category)
		}
	}
}
